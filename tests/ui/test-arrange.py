"""Arranging in a real window: guides in a drag, a link bent by hand, room made, places offered."""

import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, Failed, arguments, key, run_tests, wait_for, xdo

DRAWING = """<architecture xmlns="urn:tierboard:1" name="Shop">
  <component id="browser" kind="client" name="Browser"/>
  <component id="shop" kind="server" name="Shop">
    <service name="web" protocol="http" port="8080"/>
  </component>
  <component id="orders" kind="store" name="Orders">
    <service name="data" protocol="resp" port="6379"/>
  </component>
  <component id="cache" kind="cache" name="Cache">
    <service name="data" protocol="resp" port="6379"/>
  </component>
  <link id="browse" from="browser" to="shop" name="browse"/>
  <link id="save" from="shop" to="orders"/>
  <link id="keep" from="shop" to="cache"/>
  <group id="team" name="Team"/>
  <view id="main" name="Overview" frame="groups">
    <place of="browser" x="0" y="0"/>
    <place of="shop" x="260" y="0"/>
    <place of="orders" x="520" y="240"/>
    <place of="cache" x="0" y="260"/>
    <place of="team" x="220" y="380" width="280" height="160"/>
  </view>
</architecture>
"""


def open_drawing(options, theme="light"):
    path = os.path.join(options.out, "arrange-%d.tierboard" % os.getpid())
    with open(path, "w") as file:
        file.write(DRAWING)
    try:
        editor = Editor(options.editor, designs={"shop.tierboard": path}, theme=theme)
    finally:
        os.remove(path)
    component(editor, "Cache")
    editor.focus()
    key("ctrl+0")
    key("ctrl+1")
    return editor


def component(editor, title):
    def named():
        drawing = editor.find("Drawing")
        return drawing and editor.find(title, "button", drawing)
    return wait_for("%s on the canvas" % title, named)


def middle(editor, title):
    return editor.middle(component(editor, title))


def picture(editor, path):
    """As it is, with the button down."""
    time.sleep(0.25)
    subprocess.run(["import", "-window", "root", "-crop", "%dx%d+%d+%d" % editor.frame(),
                    "+repage", path], check=True)


def hold(editor, x0, y0, x1, y1, keys=()):
    """A drag that has not ended."""
    editor.move_to(x0, y0)
    for name in keys:
        xdo("keydown", name)
    xdo("mousedown", 1)
    for step in range(1, 9):
        editor.move_to(x0 + (x1 - x0) * step / 8, y0 + (y1 - y0) * step / 8)
        time.sleep(0.02)


def let_go(keys=()):
    xdo("mouseup", 1)
    for name in keys:
        xdo("keyup", name)
    time.sleep(0.3)


def saved(editor):
    path = os.path.join(editor.home, "designs", "shop.tierboard")
    before = os.stat(path).st_mtime_ns
    key("ctrl+s")
    wait_for("the file to be saved", lambda: os.stat(path).st_mtime_ns != before)
    with open(path) as file:
        return file.read()


def place(text, name):
    found = re.search(r'<place of="%s" x="([-\d.]+)" y="([-\d.]+)"' % name, text)
    if not found:
        raise Failed("no place of %s in\n%s" % (name, text))
    return float(found[1]), float(found[2])


def guides_hold_what_is_dragged(options):
    for theme in ("light", "dark"):
        editor = open_drawing(options, theme)
        try:
            x, y = middle(editor, "Orders")
            cache = middle(editor, "Cache")
            shop = middle(editor, "Shop")
            browser = middle(editor, "Browser")
            # As far right of Shop as that is of Browser, and nearly as low as Cache: five and
            # four pixels beside it.
            to_x, to_y = 2 * shop[0] - browser[0] + 5, shop[1] - 4
            hold(editor, x, y, to_x, to_y)
            picture(editor, os.path.join(options.out, "window-guides-%s.png" % theme))
            let_go()
            text = saved(editor)
            if place(text, "orders") != (520.0, 0.0):
                raise Failed("Orders stands at %s" % (place(text, "orders"),))
        finally:
            editor.end()


def room_is_made_and_taken_back_in_one_step(options):
    editor = open_drawing(options)
    keys = ("Control_L", "Alt_L", "Shift_L")
    try:
        x, y = middle(editor, "Browser")
        shop = middle(editor, "Shop")
        at = (x + shop[0]) / 2
        hold(editor, at, y + 100, at + 80, y + 104, keys)
        picture(editor, os.path.join(options.out, "window-room.png"))
        let_go(keys)
        text = saved(editor)
        if place(text, "shop")[0] <= 260 or place(text, "browser") != (0.0, 0.0):
            raise Failed("no room was made:\n" + text)
        key("ctrl+z")
        if place(saved(editor), "shop") != (260.0, 0.0):
            raise Failed("one undo did not take the room back")
    finally:
        editor.end()


def a_dragged_segment_stays_bent(options):
    editor = open_drawing(options)
    try:
        browser, shop = middle(editor, "Browser"), middle(editor, "Shop")
        x, y = (browser[0] + shop[0]) / 2, browser[1]
        editor.click(x, y)
        hold(editor, x, y, x, y + 90)
        picture(editor, os.path.join(options.out, "window-bend.png"))
        let_go()
        picture(editor, os.path.join(options.out, "window-bent.png"))
        if saved(editor).count("<bend ") != 2:
            raise Failed("no bends were made")
        key("BackSpace")
        if "<bend " in saved(editor):
            raise Failed("Backspace did not straighten the link")
    finally:
        editor.end()


def dropped_into_a_group_it_grows_and_escape_drops_the_drag(options):
    editor = open_drawing(options)
    try:
        x, y = middle(editor, "Orders")
        cache = middle(editor, "Cache")
        shop = middle(editor, "Shop")
        inside = (shop[0], shop[1] + (cache[1] - shop[1]) * 440 / 260)
        hold(editor, x, y, *inside)
        picture(editor, os.path.join(options.out, "window-drop.png"))
        key("Escape")
        let_go()
        if place(saved_as_is(editor), "orders") != (520.0, 240.0):
            raise Failed("Escape did not drop the drag")
        hold(editor, x, y, *inside)
        let_go()
        if 'id="orders" kind="store" name="Orders" group="team"' not in saved(editor):
            raise Failed("Orders is not in the group:\n" + saved_as_is(editor))
    finally:
        editor.end()


def saved_as_is(editor):
    with open(os.path.join(editor.home, "designs", "shop.tierboard")) as file:
        return file.read()


def places_are_offered_and_taken_with_enter(options):
    editor = open_drawing(options)
    try:
        key("ctrl+a")
        key("ctrl+shift+f")
        editor.get("Tidy 4 elements?")
        picture(editor, os.path.join(options.out, "window-tidy.png"))
        key("Escape")
        wait_for("the offer to go", lambda: not editor.find("Tidy 4 elements?"))
        key("ctrl+shift+f")
        editor.get("Tidy 4 elements?")
        key("Return")
        wait_for("the offer to go", lambda: not editor.find("Tidy 4 elements?"))
        picture(editor, os.path.join(options.out, "window-tidied.png"))
        text = saved(editor)
        if not place(text, "browser")[1] < place(text, "shop")[1] < place(text, "orders")[1]:
            raise Failed("the calls do not go down:\n" + text)
        key("ctrl+z")
        if place(saved(editor), "orders") != (520.0, 240.0):
            raise Failed("one undo did not give the places back")
    finally:
        editor.end()


if __name__ == "__main__":
    run_tests([guides_hold_what_is_dragged, room_is_made_and_taken_back_in_one_step,
               a_dragged_segment_stays_bent,
               dropped_into_a_group_it_grows_and_escape_drops_the_drag,
               places_are_offered_and_taken_with_enter], arguments())
