"""The source beside the canvas: both ways."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, Failed, arguments, key, run_tests, type_text, wait_for

DESIGN = """<?xml version="1.0" encoding="UTF-8"?>
<architecture xmlns="urn:tierboard:1" name="Shop">
  <!-- the one that everybody calls -->
  <component id="shop" kind="server" name="Shop"/>
  <view id="main" kind="free">
    <place of="shop" x="100" y="100"/>
  </view>
</architecture>
"""


def open_source(options):
    path = os.path.join(options.out, "source-%d.tierboard" % os.getpid())
    with open(path, "w") as file:
        file.write(DESIGN)
    editor = Editor(options.editor, designs={"shop.tierboard": path})
    os.unlink(path)
    editor.get("Shop", "button")
    editor.focus()
    key("F7")
    editor.get("In step with the drawing")
    return editor


def line_down(n):
    """The beginning of line n of the text, from 1."""
    key("ctrl+Home", *["Down"] * (n - 1))
    key("Home")


def saved(editor):
    key("ctrl+s")
    editor.get(lambda text: text.endswith("· saved"))
    with open(os.path.join(editor.home, "designs", "shop.tierboard")) as file:
        return file.read().splitlines()


def what_is_typed_is_drawn(options):
    editor = open_source(options)
    try:
        line_down(5)
        type_text('<component id="cart" kind="cache" name="Cart"/>')
        editor.get("Cart", "button")
        editor.screenshot(os.path.join(options.out, "source.png"))
        lines = saved(editor)
        if DESIGN.splitlines()[2] not in lines:
            raise Failed("the comment is gone")
        if '  <component id="cart" kind="cache" name="Cart"/>' not in lines:
            raise Failed("what was typed is not in the file")
    finally:
        editor.end()


def what_is_wrong_is_said_with_its_line(options):
    editor = open_source(options)
    try:
        line_down(4)
        type_text('<component id="x" kind="serfer"/>')
        editor.get(lambda text: text.startswith("Line 4:") and "serfer" in text)
        editor.screenshot(os.path.join(options.out, "source-wrong.png"))
        editor.press("Discard")
        editor.get("In step with the drawing")
    finally:
        editor.end()


def the_drawing_changes_the_lines_concerned(options):
    editor = open_source(options)
    try:
        editor.press("Add Store")
        editor.get("Store", "button")
        lines = saved(editor)
        gone = [line for line in DESIGN.splitlines() if line not in lines]
        if gone:
            raise Failed("lines changed that are not concerned: %s" % gone)
        # The text in the pane is the file's: a character typed and deleted again changes nothing.
        editor.focus()
        key("F7")
        key("F7")
        editor.get("In step with the drawing")
        line_down(1)
        type_text("x")
        editor.get(lambda text: text.startswith("Line 1:"))
        key("BackSpace")
        editor.get("In step with the drawing")
        wait_for("the file's own text", lambda: editor.find(lambda t: t.endswith("· saved")))
    finally:
        editor.end()


def source_says(editor, words):
    """What is read out of the list of offers: the description of the text."""
    wait_for("the offers to say “%s”" % words,
             lambda: any(node.name == "Source" and words in node.description for node in editor.walk()))


def undo_goes_from_the_text_on_to_the_drawing(options):
    editor = open_source(options)
    try:
        editor.press("Add Store")
        editor.get("Store", "button")
        editor.focus()
        key("F7", "F7")
        line_down(5)
        type_text('<component id="cart" kind="cache"/>')
        editor.get("cart", "button")
        # Piece by piece what was typed, and then what was drawn before.
        wait_for("what was drawn to go", lambda: not editor.find("Store", "button") or key("ctrl+z"))
        editor.get("In step with the drawing")
        if not editor.find("Shop", "button") or editor.find("cart", "button"):
            raise Failed("more or less than that was undone")
    finally:
        editor.end()


def what_may_stand_there_is_offered(options):
    editor = open_source(options)
    try:
        line_down(5)
        type_text("<comp")
        source_says(editor, "component, A part that runs")
        key("Return")  # its attributes are there, the cursor in the first
        type_text("cart")
        key("Escape", "Right", "Right", "Right", "Right", "Right", "Right", "Right", "Right")
        type_text("ca")
        source_says(editor, "cache")
        editor.screenshot(os.path.join(options.out, "source-offers.png"))
        key("Tab")
        editor.get("cart", "button")
        # Asked for where nothing is typed, an id of what is only in the text.
        line_down(5)
        type_text('<link id="fill" from="shop" to="')
        source_says(editor, "shop, ")
        key("Down")
        source_says(editor, "cart, ")
        key("Return")
        type_text('"/>')
        editor.get("In step with the drawing")
        lines = saved(editor)
        for line in ('  <component id="cart" kind="cache"/>', '  <link id="fill" from="shop" to="cart"/>'):
            if line not in lines:
                raise Failed("%s is not in the file: %s" % (line, lines))
    finally:
        editor.end()


def problems_are_gone_to_by_keys(options):
    editor = open_source(options)
    try:
        line_down(4)
        type_text('<tier id="app" colour="red"/>')
        editor.get(lambda text: text.endswith("problem") or text.endswith("problems"), "button")
        key("ctrl+Home", "alt+Down")
        editor.get(lambda text: "no attribute colour" in text)
        key("BackSpace")  # the cursor stood before colour
        editor.get(lambda text: text.startswith("Line 4:"))
    finally:
        editor.end()


if __name__ == "__main__":
    run_tests([what_is_typed_is_drawn, undo_goes_from_the_text_on_to_the_drawing, what_is_wrong_is_said_with_its_line,
               the_drawing_changes_the_lines_concerned, what_may_stand_there_is_offered,
               problems_are_gone_to_by_keys], arguments())
