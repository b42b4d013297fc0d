#!/usr/bin/env python3
"""The manual page and the bash completion: that they are current, name everything, and work."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
from system import Skip, TIERBOARD, run_tests  # noqa: E402

SOURCE = pathlib.Path(os.environ["TIERBOARD_SOURCE"])
MANUAL = SOURCE / "man" / "tierboard.1"
COMPLETION = SOURCE / "data" / "completions" / "tierboard"
COMPLETE = """
source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_tierboard tierboard "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def names_of_commands():
    table = (SOURCE / "src" / "cli" / "commands.h").read_text()
    return re.findall(r"^X \((\w+), ", table, re.M)


def complete(*words, folder="/"):
    path = "%s:%s" % (os.path.dirname(TIERBOARD), os.environ["PATH"])
    out = subprocess.run(["bash", "--norc", "-c", COMPLETE, "bash", str(COMPLETION), "tierboard", *words],
                         cwd=folder, env=dict(os.environ, PATH=path), check=True, text=True,
                         stdout=subprocess.PIPE, timeout=60).stdout
    return [line for line in out.split("\n") if line]


def test_both_are_current():
    """the manual page and the completion are what script/update-man makes of the command"""
    with tempfile.TemporaryDirectory() as root:
        subprocess.run([sys.executable, SOURCE / "script" / "update-man", TIERBOARD, root], check=True)
        for file in (MANUAL, COMPLETION):
            made = (pathlib.Path(root) / file.relative_to(SOURCE)).read_text()
            assert made == file.read_text(), "%s is old: run script/update-man" % file.name


def test_every_command_is_in_both():
    """every command of the table is in the manual page and in the completion"""
    manual, offered = MANUAL.read_text(), complete("")
    assert len(names_of_commands()) >= 10
    for name in names_of_commands():
        assert ".SS tierboard %s" % name in manual, name
        assert name in offered, name


def test_every_option_is_in_both():
    """every option that a command's help shows is in both"""
    manual = MANUAL.read_text().replace("\\-", "-")
    for name in names_of_commands():
        text = subprocess.run([TIERBOARD, name, "--help"], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        section = manual.split(".SS tierboard " + name)[1].split(".SS ")[0]
        for option in re.findall(r"^  (?:-\w, )?(--[\w-]+)", text, re.M):
            assert option in complete(name, "--"), (name, option)
            assert option == "--help" or option in section, (name, option)


def test_words_after_an_option():
    """what an option takes is offered after it, with and without the equals sign"""
    templates = subprocess.run([TIERBOARD, "templates"], check=True, text=True,
                               stdout=subprocess.PIPE).stdout
    assert complete("new", "--template", "") == [line.split()[0] for line in templates.splitlines()]
    assert complete("new", "-t", "three") == ["three-tier"]
    assert complete("export", "--theme", "=", "pr") == ["print"]
    formats = complete("export", "--format", "")
    assert formats[:3] == ["svg", "png", "pdf"] and "pcapng" in formats
    assert complete("export", "--format", "=", "pc") == ["pcapng"]
    assert complete("check", "--format", "") == ["text", "json", "sarif"]
    assert complete("run", "--duration", "") == []


def test_files():
    """drawings and folders are offered, with blanks in their names too, and nothing else"""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a shop.tierboard", "b.tierboard", "notes.txt"):
            (pathlib.Path(folder) / name).touch()
        (pathlib.Path(folder) / "more").mkdir()
        assert sorted(complete("run", "", folder=folder)) == ["a shop.tierboard", "b.tierboard", "more"]
        assert complete("export", "b", folder=folder) == ["b.tierboard"]
        assert "notes.txt" in complete("export", "-o", "", folder=folder)


def test_the_page_is_well_formed():
    """groff has nothing to say against the page"""
    if shutil.which("groff") is None:
        raise Skip("groff is not installed")
    out = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-k", str(MANUAL)], text=True,
                         capture_output=True, timeout=60)
    assert out.returncode == 0 and out.stderr == "" and "tierboard" in out.stdout, out.stderr


if __name__ == "__main__":
    run_tests([value for name, value in list(globals().items()) if name.startswith("test_")])
