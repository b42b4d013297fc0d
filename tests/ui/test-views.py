"""Views in the window: the bar that names them, going inside and back, all of it by keyboard too."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, arguments, key, run_tests, type_text, wait_for, xdo

SHOP = """<architecture xmlns="urn:tierboard:1" name="Shop">
  <layer id="presentation" name="Presentation"/>
  <layer id="application" name="Application"/>
  <tier id="clients" name="Client devices"/>
  <tier id="app" name="Application servers">
    <device id="app-1" name="App one"/>
    <device id="app-2" name="App two"/>
  </tier>
  <group id="checkout" name="Checkout"/>
  <component id="browser" kind="client" name="Browser" tier="clients" layer="presentation" replicas="2"/>
  <component id="shop" kind="server" name="Shop" tier="app" layer="application" group="checkout" replicas="3"/>
  <component id="cart" kind="server" name="Cart" tier="app" layer="application" group="checkout"/>
  <link id="browse" from="browser" to="shop" carries="pages" flow="reply"/>
  <link id="fill" from="shop" to="cart" carries="basket"/>
  <view id="main" name="Overview" frame="groups"/>
</architecture>
"""


def open_shop(options, **more):
    path = os.path.join(options.out, "views-%d.tierboard" % os.getpid())
    with open(path, "w") as file:
        file.write(SHOP)
    try:
        return Editor(options.editor, designs={"shop.tierboard": path}, **more)
    finally:
        os.unlink(path)


def saved(editor):
    editor.focus()
    key("ctrl+s")
    path = os.path.join(editor.home, "designs", "shop.tierboard")
    editor.get(lambda text: text.endswith("saved"))
    with open(path) as file:
        return file.read()


def view_is(editor, name):
    return editor.get("View: " + name)


def run_view_command(editor, label):
    """From the bar's menu, by its accessible names."""
    editor.press(lambda text: text.startswith("View: "))
    editor.press(label, "menu item")


def a_new_view_is_shown_renamed_and_deleted(options):
    editor = open_shop(options)
    try:
        view_is(editor, "Overview")
        run_view_command(editor, "Grid of Layers and Tiers")
        view_is(editor, "Layers and tiers")
        editor.screenshot(os.path.join(options.out, "window-view-grid.png"))
        run_view_command(editor, "Rename…")
        editor.get("Name of the view")
        key("ctrl+a")
        type_text("Levels")
        key("Return")
        view_is(editor, "Levels")
        assert '<view id="layers-and-tiers" name="Levels" kind="grid"/>' in saved(editor)
        run_view_command(editor, "Delete View")
        view_is(editor, "Overview")
        assert "Levels" not in saved(editor)
    finally:
        editor.end()


def a_group_is_looked_into_and_left_by_keys(options):
    editor = open_shop(options)
    try:
        view_is(editor, "Overview")
        x, y, width, height = editor.bounds(canvas_item(editor, "Checkout"))
        editor.click(x + 40, y + height - 8)
        editor.focus()
        key("alt+Down")
        view_is(editor, "Checkout")
        editor.get("Back to Overview")
        editor.screenshot(os.path.join(options.out, "window-view-inside.png"))
        editor.focus()
        key("alt+Left")
        view_is(editor, "Overview")
        assert 'kind="drill-down"' in saved(editor)
    finally:
        editor.end()


def canvas_item(editor, title):
    """The proxy of an element on the canvas: it says more than its name."""
    return wait_for(title + " on the canvas", lambda: next(
        (node for node in editor.walk() if node.role == "button"
         and node.name.split(",")[0].split(" ")[-1] == title
         and not node.name.startswith(("Link", "Add", "Back", "View"))), None) or editor.dead())


def a_double_click_opens_what_is_inside(options):
    editor = open_shop(options)
    try:
        x, y, width, height = editor.bounds(canvas_item(editor, "Checkout"))
        editor.move_to(x + width - 8, y + height - 8)
        xdo("click", "--repeat", 2, "--delay", 80, 1)
        view_is(editor, "Checkout")
        editor.press("Back to Overview")
        view_is(editor, "Overview")
    finally:
        editor.end()


def a_narrow_window_still_names_the_view(options):
    editor = open_shop(options, width=360, height=640)
    try:
        node = view_is(editor, "Overview")
        x, _y, width, _height = editor.bounds(node)
        assert 0 <= x and x + width <= 360 + 10, (x, width)
        run_view_command(editor, "Deployment")
        view_is(editor, "Deployment")
        editor.screenshot(os.path.join(options.out, "window-view-narrow.png"))
    finally:
        editor.end()


run_tests([a_new_view_is_shown_renamed_and_deleted, a_group_is_looked_into_and_left_by_keys,
           a_double_click_opens_what_is_inside, a_narrow_window_still_names_the_view], arguments())
