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
  <link id="browse" from="browser" to="shop" timeout="1s"/>
  <link id="save" from="shop" to="orders"/>
  <view id="main" name="Overview" frame="none">
    <place of="browser" x="40" y="60"/>
    <place of="shop" x="320" y="60"/>
    <place of="orders" x="600" y="60"/>
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
    return editor


def saved(editor):
    def is_saved():
        editor.focus()  # a popover that is just closing may still have the keys
        key("ctrl+s")
        return editor.find(lambda text: text.endswith("saved")) or editor.dead()
    wait_for("a saved file", is_saved)
    with open(os.path.join(editor.home, "designs", "design.tierboard")) as file:
        return file.read()


def a_finding_is_mended_where_it_stands_and_undone_in_one_step(options):
    editor = opened(options)
    try:
        editor.press("Problems 1")
        editor.get(lambda text: "without a timeout" in text, "list item")
        editor.screenshot(os.path.join(options.out, "window-problems.png"))
        editor.press("Give it a timeout of 500ms")
        editor.get("Problems")
        wait_for("no such finding", lambda: not editor.find(lambda text: "without a timeout" in text, "list item"))
        wait_for("the timeout in the file", lambda: 'timeout="500ms"' in saved(editor))
        key("ctrl+z")
        editor.get("Problems 1")
        editor.get(lambda text: "without a timeout" in text, "list item")
    finally:
        editor.end()


def a_finding_is_ignored_with_a_reason_and_seen_again(options):
    editor = opened(options)
    try:
        editor.press("Problems 1")
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
    finally:
        editor.end()


def what_a_chosen_finding_is_about_stands_out(options):
    editor = opened(options)
    try:
        editor.press("Problems 1")
        row = editor.get(lambda text: "without a timeout" in text, "list item")
        editor.focus()
        x, y = editor.middle(row)
        editor.click(x - 200, y)
        editor.get("Timeout")  # the inspector is about the link
        editor.screenshot(os.path.join(options.out, "window-problems-about.png"))
    finally:
        editor.end()


if __name__ == "__main__":
    run_tests([a_finding_is_mended_where_it_stands_and_undone_in_one_step,
               a_finding_is_ignored_with_a_reason_and_seen_again,
               what_a_chosen_finding_is_about_stands_out], arguments())
