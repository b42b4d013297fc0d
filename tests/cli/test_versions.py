#!/usr/bin/env python3
"""Two versions of a drawing: what differs, said, drawn and merged; alone and as Git asks for it."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
from system import DATA, TIERBOARD, run_tests  # noqa: E402

EXAMPLE = (DATA / "examples" / "three-tier.tierboard").read_text()


class Place:
    """A folder of its own, gone afterwards."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def write(self, name, text):
        (self.path / name).write_text(text)
        return str(self.path / name)

    def read(self, name):
        return (self.path / name).read_text()


def command(*arguments, stdin="", **env):
    process = subprocess.run([TIERBOARD, *arguments], input=stdin, capture_output=True, text=True,
                             timeout=60, env=dict(os.environ, **env))
    return process.returncode, process.stdout, process.stderr


def changed(*replacements):
    text = EXAMPLE
    for old, new in replacements:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return text


# ---- diff ----------------------------------------------------------------------------------------

def test_diff_of_the_same():
    """The same drawing twice, in whatever form: nothing, status 0"""
    with Place() as place:
        a = place.write("a.tierboard", EXAMPLE)
        b = place.write("b.tierboard", EXAMPLE.replace('  <tier id="app"', '<tier\n   id="app"'))
        assert command("diff", a, a) == (0, "", "")
        assert command("diff", a, b) == (0, "", "")
        assert command("diff", a, "-", stdin=EXAMPLE) == (0, "", "")


def test_diff_says_what_a_reviewer_would():
    """Differences as sentences, status 1"""
    with Place() as place:
        a = place.write("a.tierboard", EXAMPLE)
        b = place.write("b.tierboard", changed(('name="Shop" tier="app" layer="application" replicas="3"',
                                                'name="Shop" tier="db" layer="application" replicas="5"')))
        status, out, err = command("diff", a, b)
        assert (status, err) == (1, "")
        assert out == "Shop moved from Application servers to Data servers\nShop: replicas 3 → 5\n", out


def test_diff_json():
    """The same as JSON, whole and typed"""
    with Place() as place:
        a = place.write("a.tierboard", EXAMPLE)
        b = place.write("b.tierboard", EXAMPLE.replace('replicas="3" threads', 'replicas="5" threads'))
        status, out, err = command("diff", "--json", a, b)
        answer = json.loads(out)
        assert status == 1 and answer["same"] is False and answer["from"] == a
        assert answer["differences"] == [{
            "change": "set", "kind": "component", "id": "shop", "property": "replicas", "before": "3",
            "after": "5", "layout": False, "view": None, "sentence": "Shop: replicas 3 → 5"}]
        status, out, _ = command("diff", "--json", a, a)
        assert status == 0 and json.loads(out)["same"] is True


def test_diff_sums_places_up():
    """Moved elements are one line a view, and none with --ignore-places"""
    with Place() as place:
        moved = EXAMPLE.replace(' y="', ' y="1')
        a, b = place.write("a.tierboard", EXAMPLE), place.write("b.tierboard", moved)
        status, out, _ = command("diff", a, b)
        assert status == 1 and out.count("\n") == 1, out
        assert " elements moved in view Overview" in out, out
        assert command("diff", "--ignore-places", a, b) == (0, "", "")


def test_diff_refuses_what_is_no_drawing():
    """Unusable input: one sentence and status 2"""
    with Place() as place:
        good = place.write("a.tierboard", EXAMPLE)
        for bad in (place.write("bad", "nonsense"), place.write("empty", ""), str(place.path / "none"),
                    str(place.path), place.write("cut", EXAMPLE[:400])):
            for pair in ((good, bad), (bad, good)):
                status, out, err = command("diff", *pair)
                assert status == 2 and out == "" and err.count("\n") == 1, (bad, err)
        for arguments in ((), (good,), (good, good, good), ("-", "-"), ("--nonsense", good, good)):
            status, _, err = command("diff", *arguments)
            assert status == 2 and err.count("\n") == 1, (arguments, err)


def git(place, *arguments, fails=False):
    env = dict(os.environ, GIT_CONFIG_NOSYSTEM="1", HOME=str(place.path), GIT_AUTHOR_NAME="A",
               GIT_AUTHOR_EMAIL="a@b", GIT_COMMITTER_NAME="A", GIT_COMMITTER_EMAIL="a@b",
               PATH=os.path.dirname(TIERBOARD) + ":" + os.environ["PATH"])
    process = subprocess.run(["git", "-C", str(place.path), *arguments], capture_output=True, text=True,
                             timeout=60, env=env)
    assert fails or process.returncode == 0, (arguments, process.stdout, process.stderr)
    return process


def repository(place):
    """A repository as README says to set it up."""
    git(place, "init", "-q", "-b", "main")
    place.write(".gitattributes", "*.tierboard diff=tierboard merge=tierboard\n")
    git(place, "config", "diff.tierboard.command", "tierboard diff")
    place.write("shop.tierboard", EXAMPLE)
    git(place, "add", ".")
    git(place, "commit", "-qm", "Begin")


def test_git_diff():
    """git diff says it, of changed, new and broken files"""
    with Place() as place:
        repository(place)
        place.write("shop.tierboard", EXAMPLE.replace('replicas="3" threads', 'replicas="5" threads'))
        place.write("new.tierboard", EXAMPLE)
        git(place, "add", "-N", "new.tierboard")
        out = git(place, "diff").stdout
        assert "shop.tierboard:\nShop: replicas 3 → 5\n" in out, out
        assert "new.tierboard:\n" in out and "new store Orders" in out, out
        place.write("shop.tierboard", "broken")
        git(place, "diff")


if __name__ == "__main__":
    run_tests([value for name, value in list(globals().items()) if name.startswith("test_")])
