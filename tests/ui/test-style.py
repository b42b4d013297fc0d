"""Style rules in the window: made from the selection, coloured from the palette, ordered, undone."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, arguments, key, run_tests, wait_for

SHOP = """<architecture xmlns="urn:tierboard:1" name="Shop">
  <component id="shop" kind="server" name="Shop"/>
  <component id="orders" kind="store" name="Orders" icon="rocket"/>
  <link id="save" from="shop" to="orders" timeout="1s"/>
  <style kind="server" fill="#e0f3e6"/>
  <view id="main" name="Overview">
    <place of="shop" x="0" y="0"/>
    <place of="orders" x="0" y="160"/>
  </view>
</architecture>
"""
ROCKET = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">
<circle cx="5" cy="5" r="5" fill="#c0392b"/></svg>"""


def open_shop(options, **more):
    path = os.path.join(options.out, "style-%d.tierboard" % os.getpid())
    with open(path, "w") as file:
        file.write(SHOP)
    try:
        return Editor(options.editor, designs={"shop.tierboard": path}, **more)
    finally:
        os.unlink(path)


def saved(editor):
    def is_saved():
        editor.focus()  # a popover that is just closing may still have the keys
        key("ctrl+s")
        return editor.find(lambda text: text.endswith("saved")) or editor.dead()
    wait_for("a saved file", is_saved)
    with open(os.path.join(editor.home, "designs", "shop.tierboard")) as file:
        return file.read()


def on_canvas(editor, title):
    return wait_for(title + " on the canvas", lambda: next(
        (node for node in editor.walk() if node.role == "button"
         and node.name.split(",")[0].split(" ")[-1] == title
         and not node.name.startswith(("Link", "Add", "Back", "View"))), None) or editor.dead())


def open_last(editor, name):
    """The popover of the last field of that name: rules stand in their order."""
    def opened():
        fields = [node for node in editor.walk() if node.name == name]
        return any(node.act() for field in reversed(fields) for node in [field, *field.children])
    wait_for("“%s” to open" % name, opened)


def a_rule_is_made_of_the_selection_and_coloured(options):
    editor = open_shop(options)
    try:
        before = saved(editor)
        x, y = editor.middle(on_canvas(editor, "Orders"))
        editor.click(x, y)
        editor.focus()
        key("Menu")
        editor.press("Style", "menu item")
        editor.press("Style All of This Kind…", "menu item")
        editor.get("All of kind store")
        open_last(editor, "Line")
        editor.press("Red")
        assert '<style kind="store" line="#c93f3f"/>' in wait_for(
            "the rule in the file", lambda: (lambda text: "c93f3f" in text and text)(saved(editor)))
        editor.screenshot(os.path.join(options.out, "window-style.png"))
        editor.press("Move up All of kind store")
        text = wait_for("the other order", lambda: (
            lambda text: text.index('kind="store" line') < text.index('fill=') and text)(saved(editor)))
        assert text.count("<style") == 2
        editor.focus()
        for _ in range(3):
            key("ctrl+z")
        wait_for("the file as it was", lambda: saved(editor) == before)
    finally:
        editor.end()


def an_icon_that_is_not_there_is_a_problem_and_one_that_is_is_offered(options):
    editor = open_shop(options)
    try:
        editor.press("Problems 1")
        editor.get(lambda text: "its icon rocket cannot be shown" in text)
        editor.focus()
        key("ctrl+F9")
        folder = os.path.join(editor.home, "data", "tierboard", "icons")
        os.makedirs(folder)
        with open(os.path.join(folder, "rocket.svg"), "w") as file:
            file.write(ROCKET)
        x, y = editor.middle(on_canvas(editor, "Shop"))
        editor.click(x, y)
        open_last(editor, "Icon")
        editor.press("rocket")
        text = wait_for("the icon in the file",
                        lambda: (lambda text: text.count("rocket") == 2 and text)(saved(editor)))
        assert '<component id="shop" kind="server" name="Shop" icon="rocket"/>' in text
        editor.screenshot(os.path.join(options.out, "window-icon.png"))
    finally:
        editor.end()


run_tests([a_rule_is_made_of_the_selection_and_coloured,
           an_icon_that_is_not_there_is_a_problem_and_one_that_is_is_offered], arguments())
