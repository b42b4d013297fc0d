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
REPLICAS = 'replicas="3" threads'


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


def test_diff_is_drawn():
    """diff -o: what is new, gone, changed and moved, with a legend; rsvg shows it; light and dark"""
    with Place() as place:
        a = place.write("a.tierboard", EXAMPLE)
        text = EXAMPLE.replace(REPLICAS, 'replicas="5" threads').replace('of="mailer" x="680"', 'of="mailer" x="780"')
        text = without(text, "sessions").replace(
            "</ns0:architecture>", "</architecture>").replace(
            "</architecture>", '<component id="cache" kind="cache" name="New &amp; shiny"/></architecture>')
        b = place.write("b.tierboard", text)
        svg = str(place.path / "d.svg")
        status, out, err = command("diff", a, b, "-o", svg)
        assert (status, err) == (1, "") and "Shop: replicas 3 → 5" in out, err
        drawn = place.read("d.svg")
        for words in ("1 new<", "2 removed<", "1 changed<", "1 moved<", ">Sessions<", "New &amp; shiny"):
            assert words in drawn, (words, [l for l in drawn.splitlines() if "changed" in l or "new<" in l])
        status, out, _ = command("diff", a, b, "-o", "-", "-f", "svg")
        assert status == 1 and out == drawn
        subprocess.run(["rsvg-convert", svg, "-o", str(place.path / "r.png")], check=True, timeout=60)
        png = str(place.path / "d.png")
        assert command("diff", a, b, "-o", png, "--theme", "dark")[0] == 1
        assert pathlib.Path(png).read_bytes()[:4] == b"\x89PNG"
        status, _, _ = command("diff", a, a, "-o", svg)
        assert status == 0 and "Nothing differs in this view" in place.read("d.svg")
        for refused in (("-o", "x.pdf"), ("-o", "x"), ("-o", svg, "--view", "none"), ("-o", svg, "--theme", "sepia"),
                        ("-o", svg, "-s", "1e9"), ("-o", "-", "-f", "bmp")):
            status, _, err = command("diff", a, b, *refused)
            assert status == 2 and err.count("\n") == 1, (refused, err)
        status, _, err = command("diff", a, b, "-o", str(place.path / "no" / "d.svg"))
        assert status == 3 and err.count("\n") == 1, err


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


# ---- layout --------------------------------------------------------------------------------------

def test_layout_of_what_is_new():
    """layout --only-new places what has no place, together, and changes no other line"""
    with Place() as place:
        added = EXAMPLE.replace("</architecture>", '<component id="x" kind="server"/><component id="y" kind="store"/>'
                                '<link id="xy" from="x" to="y"/></architecture>')
        path = place.write("a.tierboard", added)
        assert command("fmt", path)[0] == 0
        before = place.read("a.tierboard").splitlines()
        assert command("layout", "--only-new", path) == (0, "", "")
        after = place.read("a.tierboard").splitlines()
        new = [line.strip() for line in after if line not in before]
        assert [line for line in before if line not in after] == []
        assert len(new) == 2 and new[0].startswith('<place of="x"') and new[1].startswith('<place of="y"'), new
        places = after
        assert command("layout", "--only-new", path) == (0, "", "")
        assert place.read("a.tierboard").splitlines() == places
        status, out, _ = command("layout", "--only-new", path, "-o", "-")
        assert status == 0 and out.splitlines() == places


def test_layout_refuses():
    """Unusable input: one sentence and status 2, the file as it was"""
    with Place() as place:
        path, bad = place.write("a.tierboard", EXAMPLE), place.write("bad", "nonsense")
        for arguments in ((), (bad,), (path, "--view", "none"), (path, "--view", "shop"), (path, path), (path, "--nonsense")):
            status, _, err = command("layout", *arguments)
            assert status == 2 and err.count("\n") == 1, (arguments, err)
        assert place.read("a.tierboard") == EXAMPLE and place.read("bad") == "nonsense"


# ---- Drawings inside pictures ---------------------------------------------------------------------

def test_pictures_with_the_drawing_in_them():
    """export --embed, and check, export, diff and layout of the picture as of the drawing"""
    with Place() as place:
        drawing = place.write("a.tierboard", EXAMPLE)
        for kind in ("svg", "png"):
            picture = str(place.path / ("a.tierboard." + kind))
            assert command("export", "-e", drawing, "-o", picture) == (0, "", "")
            assert command("diff", drawing, picture) == (0, "", "")
            assert command("check", picture)[0] == 0
            out = str(place.path / ("again." + kind))
            assert command("export", "--embed", picture, "-o", out)[0] == 0
            assert (place.path / out).read_bytes() == (place.path / picture).read_bytes()
            assert command("layout", picture) == (0, "", "")
            assert command("diff", "--ignore-places", drawing, picture) == (0, "", "")
            assert (place.path / picture).read_bytes()[:5] in (b"<?xml", b"\x89PNG\r")
            for refused in (("fmt", picture), ("merge", drawing, picture, drawing)):
                status, _, err = command(*refused)
                assert status == 2 and "a picture with a drawing in it" in err, err
        status, _, err = command("export", "-e", drawing, "-o", str(place.path / "a.pdf"))
        assert status == 2 and "PDF document cannot hold the drawing" in err, err


def test_pictures_without_a_drawing():
    """A picture that was exported without it is refused in one sentence"""
    with Place() as place:
        drawing = place.write("a.tierboard", EXAMPLE)
        for kind in ("svg", "png"):
            picture = str(place.path / ("a." + kind))
            assert command("export", drawing, "-o", picture)[0] == 0
            status, _, err = command("export", picture, "-o", str(place.path / "out.svg"))
            assert status == 2 and "the picture holds no drawing" in err and err.count("\n") == 1, err


def test_files_of_other_programs():
    """A command that wants a drawing says what to do with a file of another program, and import of what it cannot read"""
    with Place() as place:
        compose = place.write("compose.yaml", "services:\n  web:\n    image: nginx\n")
        hint = "it is a file for Compose and no drawing yet: “tierboard import %s -o compose.tierboard”" % compose
        for words in (("predict", compose), ("run", compose), ("export", compose, "-o", "x.svg"), ("layout", compose)):
            status, out, err = command(*words)
            assert status == 2 and out == "" and hint in err and err.count("\n") == 1, err
        status, out, _ = command("check", compose)
        assert status == 2 and hint in out and out.count("\n") == 1, out
        for content, words in (("PK\3\4zip", "ZIP archive"), ("@startuml\n", "PlantUML"), ("\n", "it is empty")):
            status, _, err = command("import", place.write("theirs.dot", content), "-o", str(place.path / "x.tierboard"))
            assert status == 2 and words in err and err.count("\n") == 1, err
            assert not (place.path / "x.tierboard").exists()


def test_a_pipe_that_nobody_writes_into():
    """It is empty, and holds nobody up"""
    with Place() as place:
        pipe = str(place.path / "pipe.dot")
        os.mkfifo(pipe)
        status, _, err = command("import", pipe, "-o", "-")
        assert status == 2 and "it is empty" in err, err


def test_pictures_that_follow_the_viewer():
    """--theme auto: dark rules for who prefers them, and the light picture for all others"""
    with Place() as place:
        drawing = place.write("a.tierboard", EXAMPLE)
        auto, light = str(place.path / "auto.svg"), str(place.path / "light.svg")
        assert command("export", "--theme", "auto", drawing, "-o", auto) == (0, "", "")
        assert command("export", drawing, "-o", light)[0] == 0
        text = place.read("auto.svg")
        assert text.count("@media (prefers-color-scheme:dark)") == 1
        assert "light-dark(" not in text and "foreignObject" not in text
        for picture in (auto, light):
            subprocess.run(["rsvg-convert", picture, "-o", picture + ".png"], check=True, timeout=60)
        assert pathlib.Path(auto + ".png").read_bytes() == pathlib.Path(light + ".png").read_bytes()
        status, _, err = command("export", "--theme", "auto", drawing, "-o", str(place.path / "a.png"))
        assert status == 2 and "has one theme" in err, err


# ---- merge ---------------------------------------------------------------------------------------


def three(place, ours, theirs):
    return (place.write("base", EXAMPLE), place.write("ours", ours), place.write("theirs", theirs))


def test_merge_of_what_does_not_meet():
    """Different changes go together: status 0, nothing said, the result in canonical form"""
    with Place() as place:
        files = three(place, EXAMPLE.replace(REPLICAS, 'replicas="5" threads'),
                      EXAMPLE.replace('name="Orders"', 'name="Order store"'))
        out = str(place.path / "out.tierboard")
        assert command("merge", *files, "-o", out) == (0, "", "")
        text = place.read("out.tierboard")
        assert 'replicas="5" threads' in text and 'name="Order store"' in text
        assert command("fmt", "--check", out)[0] == 0
        status, printed, _ = command("merge", *files)
        assert status == 0 and printed == text


def test_merge_marks_conflicts():
    """Two values for one attribute: status 1, said, marked in a file that check reads and refuses"""
    with Place() as place:
        files = three(place, EXAMPLE.replace(REPLICAS, 'replicas="5" threads'),
                      EXAMPLE.replace(REPLICAS, 'replicas="7" threads'))
        status, out, err = command("merge", *files, "-o", files[1], "--name", "shop.tierboard")
        assert status == 1 and out == ""
        assert err == ("shop.tierboard: conflict: component shop: replicas is 5 in ours and 7 in theirs "
                       "(3 before)\n"), err
        mark = '<conflict xmlns="urn:tierboard:merge" property="replicas" base="3" ours="5" theirs="7"/>'
        assert place.read("ours").count(mark) == 1
        status, out, _ = command("check", files[1])
        assert status == 1 and out.count("[conflict]") == 1 and "replicas is “5” here" in out, out
        place.write("ours", "".join(line for line in place.read("ours").splitlines(True)
                                    if "<conflict" not in line))
        assert command("check", files[1])[0] == 0


def test_merge_keeps_what_is_used():
    """A component one side removed and the other linked to stays, marked"""
    with Place() as place:
        linked = EXAMPLE.replace('<link id="save"', '<link id="again" from="browser" to="orders"/>\n  <link id="save"')
        status, _, err = command("merge", *three(place, linked, without(EXAMPLE, "browser")), "-o",
                                 str(place.path / "out"))
        assert status == 1 and "component browser: removed in theirs, but link again uses it in ours" in err, err
        assert 'deleted="theirs" used-by="link again"' in place.read("out")


def without(text, component):
    """The drawing as the editor leaves it when a component is deleted: without what hangs on it."""
    import xml.etree.ElementTree as tree
    tree.register_namespace("", "urn:tierboard:1")
    root = tree.fromstring(text)
    gone = {component} | {e.get("id") for e in root.iter() if component in (e.get("from"), e.get("to"))}
    for parent in list(root.iter()):
        for child in list(parent):
            if gone & {child.get("id"), child.get("of"), child.get("link")}:
                parent.remove(child)
    return tree.tostring(root, encoding="unicode")


def test_merge_of_places():
    """Both moved one element: a conflict, unless ours is asked for"""
    with Place() as place:
        base = EXAMPLE.replace("</architecture>", '<note id="n">x</note><view id="v"><place of="n" x="1" y="2"/>'
                               "</view></architecture>")
        files = (place.write("base", base), place.write("ours", base.replace('of="n" x="1"', 'of="n" x="5"')),
                 place.write("theirs", base.replace('of="n" x="1"', 'of="n" x="9"')))
        status, _, err = command("merge", *files)
        assert status == 1 and "its position is 5 2 in ours and 9 2 in theirs" in err, err
        status, out, err = command("merge", "--places", "ours", *files)
        assert (status, err) == (0, "") and 'x="5" y="2"' in out
        assert command("merge", "--places", "nonsense", *files)[0] == 2


def test_merge_refuses_what_is_no_drawing():
    """Unusable input: one sentence, status 2, and no file written or changed"""
    with Place() as place:
        good, bad = place.write("good", EXAMPLE), place.write("bad", "nonsense")
        out = place.path / "out"
        for files in ((bad, good, good), (good, bad, good), (good, good, bad), (good, good, str(place.path / "none"))):
            status, printed, err = command("merge", *files, "-o", str(out))
            assert status == 2 and printed == "" and err.count("\n") == 1 and not out.exists(), err
        assert place.read("good") == EXAMPLE
        assert command("merge", good, good)[0] == 2
        status, _, err = command("merge", good, good, good, "-o", str(place.path / "no" / "folder"))
        assert status == 3 and err.count("\n") == 1, err


def branch(place, name, old, new):
    git(place, "checkout", "-q", "-b", name, "main")
    text = place.read("shop.tierboard")
    assert old in text
    place.write("shop.tierboard", text.replace(old, new))
    git(place, "commit", "-qam", name)


def test_git_merge():
    """git merge takes both sides' changes, stops at a conflict, and goes on when it is settled"""
    with Place() as place:
        repository(place)
        git(place, "config", "merge.tierboard.driver", "tierboard merge %O %A %B -o %A --name %P")
        branch(place, "one", REPLICAS, 'replicas="5" threads')
        branch(place, "two", REPLICAS, 'replicas="3" affinity="session" threads')
        branch(place, "three", REPLICAS, 'replicas="7" threads')
        git(place, "checkout", "-q", "one")
        git(place, "merge", "-q", "--no-edit", "two")
        text = place.read("shop.tierboard")
        assert 'replicas="5"' in text and 'affinity="session"' in text
        process = git(place, "merge", "-q", "--no-edit", "three", fails=True)
        said = process.stdout + process.stderr
        assert process.returncode == 1 and "shop.tierboard: conflict: component shop: replicas is 5" in said, said
        assert "<conflict " in place.read("shop.tierboard")
        assert "UU shop.tierboard" in git(place, "status", "--porcelain").stdout
        assert command("check", str(place.path / "shop.tierboard"))[0] == 1
        settled = "".join(line for line in place.read("shop.tierboard").splitlines(True)
                          if "<conflict" not in line)
        place.write("shop.tierboard", settled)
        assert command("check", str(place.path / "shop.tierboard"))[0] == 0
        git(place, "commit", "-qam", "Settle")


def test_git_merge_of_two_new_files():
    """Both sides add the file: merged against nothing"""
    with Place() as place:
        repository(place)
        git(place, "config", "merge.tierboard.driver", "tierboard merge %O %A %B -o %A --name %P")
        for name, extra in (("one", '<note id="mine">1</note>'), ("two", '<note id="yours">2</note>')):
            git(place, "checkout", "-q", "-b", name, "main")
            place.write("new.tierboard", EXAMPLE.replace("</architecture>", extra + "</architecture>"))
            git(place, "add", ".")
            git(place, "commit", "-qm", name)
        git(place, "merge", "-q", "--no-edit", "one")
        text = place.read("new.tierboard")
        assert 'id="mine"' in text and 'id="yours"' in text


if __name__ == "__main__":
    run_tests([value for name, value in list(globals().items()) if name.startswith("test_")])
