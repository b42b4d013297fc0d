"""The list of problems: what the rules find is there while one draws, mended or ignored where it stands."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, arguments, key, run_tests, type_text, wait_for

SHOP = """<?xml version="1.0" encoding="UTF-8"?>
<architecture xmlns="urn:tierboard:1" name="Shop">
  <component id="browser" kind="client" name="Browser"/>
  <component id="shop" kind="server" name="Shop"/>
  <component id="orders" kind="store" name="Orders" durable="yes"/>
  <component id="north" kind="server" name="North"/>
  <component id="south" kind="server" name="South"/>
  <component id="east" kind="server" name="East"/>
  <component id="west" kind="server" name="West"/>
  <link id="browse" from="browser" to="shop" timeout="1s"/>
  <link id="save" from="shop" to="orders"/>
  <view id="main" name="Overview" frame="none">
    <place of="browser" x="40" y="60"/>
    <place of="shop" x="320" y="60"/>
    <place of="orders" x="600" y="60"/>
    <place of="north" x="40" y="200"/>
    <place of="south" x="320" y="200"/>
    <place of="east" x="600" y="200"/>
    <place of="west" x="40" y="300"/>
  </view>
</architecture>
"""


def opened(options):
    path = os.path.join(options.out, "problems-%d.tierboard" % os.getpid())
    with open(path, "w") as file:
        file.write(SHOP)
    editor = Editor(options.editor, designs={"design.tierboard": path})
    os.unlink(path)
    editor.focus()
    editor.press("Problems 1")
    return editor


def in_one_window(name, *steps):
    """A window takes longer to open than any of them; each leaves the drawing as it was."""
    def all_of_them(options):
        editor = opened(options)
        try:
            for step in steps:
                step(editor, options)
        finally:
            editor.end()
    all_of_them.__name__ = name
    return all_of_them


def saved(editor):
    def is_saved():
        editor.focus()  # a popover that is just closing may still have the keys
        key("ctrl+s")
        return editor.find(lambda text: text.endswith("saved")) or editor.dead()
    wait_for("a saved file", is_saved)
    with open(os.path.join(editor.home, "designs", "design.tierboard")) as file:
        return file.read()


def a_finding_is_mended_where_it_stands_in_one_step(editor, options):
    editor.get(lambda text: "without a timeout" in text, "list item")
    editor.screenshot(os.path.join(options.out, "window-problems.png"))
    editor.press("Give it a timeout of 500ms")
    editor.get("Problems")
    wait_for("no such finding", lambda: not editor.find(lambda text: "without a timeout" in text, "list item"))
    wait_for("the timeout in the file", lambda: 'timeout="500ms"' in saved(editor))
    key("ctrl+z")
    editor.get("Problems 1")
    editor.get(lambda text: "without a timeout" in text, "list item")


def ignored_with_a_reason_and_seen_again(editor, options):
    editor.get(lambda text: "without a timeout" in text, "list item")
    editor.press("Ignore this finding")
    editor.get("Reason")
    type_text("the library has one")
    key("Return")
    editor.get("Problems")
    wait_for("the reason in the file",
             lambda: '<ignore rule="sync.notimeout" reason="the library has one"/>' in saved(editor))
    editor.press("1 ignored")
    editor.get(lambda text: "ignored: the library has one" in text, "list item")
    editor.press("Stop ignoring")
    editor.get("Problems 1")
    wait_for("the file as it was", lambda: "<ignore" not in saved(editor))


def what_it_is_about_stands_out_when_chosen(editor, options):
    row = editor.get(lambda text: "without a timeout" in text, "list item")
    editor.focus()
    x, y = editor.middle(row)
    editor.click(x - 200, y)
    editor.get("Timeout")  # the inspector is about the link
    editor.screenshot(os.path.join(options.out, "window-problems-about.png"))


def many_are_said_as_one_and_each_when_asked(editor, options):
    def each():
        return editor.find(lambda text: text.startswith("component west: nothing calls it"), "list item")
    editor.get(lambda text: text.startswith("4 components have no link: North, South, East and West"), "list item")
    assert not each()
    editor.press("Say each of them")
    wait_for("each of them", lambda: each() or editor.dead())
    editor.press("Say them as one")
    wait_for("one for all", lambda: not each())


def nothing_is_cut_in_a_narrow_window(editor, options):
    whole = editor.bounds(editor.get("sync.notimeout", "label"))[2]
    editor.resize(370, 800)
    editor.width = 360

    def below_and_whole():
        words = editor.find(lambda text: "without a timeout" in text, "label")
        rule, button = editor.find("sync.notimeout", "label"), editor.find("Give it a timeout of 500ms", "button")
        if not (words and rule and button):
            return editor.dead()
        _, y, _, height = editor.bounds(words)
        x, at, width, _ = editor.bounds(rule)
        return width == whole and at >= y + height and sum(editor.bounds(button)[0::2]) < 370
    wait_for("the rule and its fix whole, below the words", below_and_whole)
    editor.screenshot(os.path.join(options.out, "window-problems-narrow.png"))


if __name__ == "__main__":
    run_tests([in_one_window("findings are mended, ignored, opened and shown where they stand",
                             a_finding_is_mended_where_it_stands_in_one_step, ignored_with_a_reason_and_seen_again,
                             many_are_said_as_one_and_each_when_asked, what_it_is_about_stands_out_when_chosen,
                             nothing_is_cut_in_a_narrow_window)], arguments())
