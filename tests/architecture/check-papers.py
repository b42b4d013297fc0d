#!/usr/bin/env python3
"""Holds what is written about the tree to the tree.

Every file and folder of ours that ARCHITECTURE.md, README.md, CONTRIBUTING.md and docs name in
backticks exists, every folder of src is described in ARCHITECTURE.md, and every option of a
`tierboard …` line is one of that command's own (asked by --help).

    check-papers.py SOURCE TIERBOARD
"""
import fnmatch
import functools
import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(sys.argv[1])
TIERBOARD = sys.argv[2]
PAPERS = [SOURCE / name for name in ("ARCHITECTURE.md", "README.md", "CONTRIBUTING.md")] + sorted((SOURCE / "docs").glob("*.md"))
FOLDERS = ("src", "tests", "data", "docs", "script", "man")
# What a file's name looks like; `shop.tierboard` or `app.py` of an example is a reader's own.
OWN = re.compile(r"^(?:(?:src|tests|data|docs|script|man)/[\w./*…-]+|[\w-]*[*]?[\w-]*\.[ch])$")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


def tracked():
    out = subprocess.run(["git", "-C", SOURCE, "ls-files", "--cached", "--others", "--exclude-standard"],
                         capture_output=True, text=True)
    if out.returncode == 0 and out.stdout:
        return out.stdout.split("\n")[:-1]
    return [str(p.relative_to(SOURCE)) for f in FOLDERS for p in (SOURCE / f).rglob("*") if p.is_file()]


FILES = tracked()
PATHS = set(FILES) | {str(parent) for f in FILES for parent in pathlib.PurePath(f).parents}
NAMES = {pathlib.PurePath(f).name for f in FILES}


def exists(name):
    name = name.rstrip("/").replace("…", "*").replace("NAME", "*")
    if "/" in name:
        return any(fnmatch.fnmatch(p, name) or p.endswith("/" + name) for p in PATHS)
    return any(fnmatch.fnmatch(n, name) for n in NAMES)


def names_of(text):
    for words in re.findall(r"`([^`\n]+)`", text):
        for name in words.split():
            name = name.strip(".,;:()")
            if OWN.match(name):
                yield name


def check_names(paper):
    return [f"{paper.name} names {name}, which there is not" for name in sorted(set(names_of(paper.read_text())))
            if not exists(name)]


@functools.cache
def help_of(*words):
    """What the longest command that these words begin with says of itself."""
    for n in range(len(words), -1, -1):
        out = subprocess.run([TIERBOARD, *words[:n], "--help"], capture_output=True, text=True)
        if out.returncode == 0:
            return out.stdout
    return ""


def command_lines(text):
    """Lines that begin with tierboard, in blocks and in backticks, without what follows a pipe or a remark."""
    found = re.findall(r"`(?:sudo )?(tierboard [^`\n]+)`", text) + re.findall(r"^(?: {4}|\t)?(?:\$ |sudo )*(tierboard .*)$", text, re.M)
    for line in found:
        yield re.split(r" \| | # |;|&&| >| -- ", line)[0]


def check_options(paper):
    wrong = []
    for line in command_lines(paper.read_text()):
        words = [w for w in line.split()[1:] if re.fullmatch(r"[a-z][a-z-]*", w)][:2]
        if words and not re.search(rf"^  {words[0]} ", help_of(), re.M):
            wrong.append(f"{paper.name}: “{line}”: there is no command {words[0]}")
        for option in OPTION.findall(line):
            if not re.search(re.escape(option) + r"(?![\w-])", help_of(*words)):
                wrong.append(f"{paper.name}: “{line}” has {option}, which “tierboard {' '.join(words)} --help” does not know")
    return wrong


def check_rooms():
    """Every folder of src with sources in it is in bold in ARCHITECTURE.md."""
    text = (SOURCE / "ARCHITECTURE.md").read_text()
    rooms = {str(pathlib.PurePath(f).parent) for f in FILES if f.startswith("src/")}
    described = set(re.findall(r"\*\*(src/[\w/]+)\*\*", text))
    # Of rooms in which others stand.
    held = {"src", "src/runtime", "src/runtime/agent/faults", "src/ui/canvas"}
    return [f"ARCHITECTURE.md does not describe {room}" for room in sorted(rooms - described - held)] + [
        f"ARCHITECTURE.md describes {room}, which has no sources" for room in sorted(described - rooms)]


def main():
    checks = [("names", [w for p in PAPERS for w in check_names(p)]),
              ("rooms", check_rooms()),
              ("options", [w for p in PAPERS for w in check_options(p)])]
    print(f"1..{len(checks)}")
    for i, (name, wrong) in enumerate(checks, 1):
        for sentence in wrong:
            print("#", sentence)
        print("ok" if not wrong else "not ok", i, "-", name)
    return any(wrong for _, wrong in checks)


sys.exit(main())
