"""What stops without what is selected: in words in the inspector, marked on the drawing, and in what is exported."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, arguments, choose_export, key, run_tests, wait_for

SHOP = """<architecture xmlns="urn:tierboard:1" name="Shop">
  <component id="browser" kind="client" name="Browser"/>
  <component id="shop" kind="server" name="Shop" replicas="2" availability="99%"/>
  <component id="orders" kind="store" name="Orders" availability="99.9%"/>
  <link id="browse" from="browser" to="shop"/>
  <link id="save" from="shop" to="orders"/>
  <view id="main" name="Overview">
    <place of="browser" x="0" y="0"/>
    <place of="shop" x="0" y="160"/>
    <place of="orders" x="0" y="320"/>
  </view>
</architecture>
"""
NOTHING_SELECTED = "1 single point of failure: Orders."
SPARED = "Without replica 2 of Shop, everything goes on, 1 component with fewer replicas."
ORDERS = "Without Orders, Browser and Shop stop."


def open_shop(options, **more):
    path = os.path.join(options.out, "failing-%d.tierboard" % os.getpid())
    with open(path, "w") as file:
        file.write(SHOP)
    try:
        return Editor(options.editor, designs={"shop.tierboard": path}, **more)
    finally:
        os.unlink(path)


def on_canvas(editor, title):
    return wait_for(title + " on the canvas", lambda: next(
        (node for node in editor.walk() if node.role == "button"
         and node.name.split(",")[0].split(" ")[-1] == title
         and not node.name.startswith(("Link", "Add", "Back", "View"))), None) or editor.dead())


def shown(editor, text):
    """How often it is said: in the inspector, and over the canvas."""
    return sum(node.name == text for node in editor.walk())


def the_inspector_says_what_stops_and_how_available_it_is(options):
    editor = open_shop(options)
    try:
        wait_for("the single points", lambda: shown(editor, NOTHING_SELECTED) == 1 or editor.dead())
        editor.get("Browser: 99.89 %, down 9 h 38 min a year")
        editor.click(*editor.middle(on_canvas(editor, "Orders")))
        editor.get(ORDERS)
        editor.get("Available: 99.9 %, down 8 h 45 min a year")
    finally:
        editor.end()


def one_replica_is_chosen_and_shown(editor, options):
    editor.click(*editor.middle(on_canvas(editor, "Shop")))
    editor.get("Without Shop, Browser cannot go on.")
    editor.press("Without replica 2")
    wait_for("what goes on over the canvas", lambda: shown(editor, SPARED) == 1 or editor.dead())
    editor.screenshot(os.path.join(options.out, "failing-replica.png"))
    editor.press("Without replica 2")
    wait_for("all of Shop again", lambda: shown(editor, "Without Shop, Browser cannot go on.") == 2 or editor.dead())


def the_drawing_shows_what_stops(options):
    editor = open_shop(options, theme="dark")
    try:
        on_canvas(editor, "Orders")
        editor.focus()
        key("shift+F8")
        wait_for("the single points over the canvas", lambda: shown(editor, NOTHING_SELECTED) == 2 or editor.dead())
        editor.screenshot(os.path.join(options.out, "failing-alone.png"))
        editor.click(*editor.middle(on_canvas(editor, "Orders")))
        wait_for("what stops over the canvas", lambda: shown(editor, ORDERS) == 2 or editor.dead())
        editor.screenshot(os.path.join(options.out, "failing-without.png"))
        key("shift+F8")
        wait_for("only the inspector to say it", lambda: shown(editor, ORDERS) == 1 or editor.dead())
        one_replica_is_chosen_and_shown(editor, options)
    finally:
        editor.end()


def an_export_shows_what_the_canvas_shows(options):
    editor = open_shop(options)
    try:
        editor.click(*editor.middle(on_canvas(editor, "Orders")))
        editor.get(ORDERS)
        key("shift+F8")
        wait_for("what stops over the canvas", lambda: shown(editor, ORDERS) == 2 or editor.dead())
        path = os.path.join(editor.home, "without.svg")
        editor.focus()
        key("ctrl+shift+e")
        choose_export(editor, path)
        wait_for("the picture", lambda: os.path.exists(path) or editor.dead())
        with open(path) as file:
            assert ">" + ORDERS + "</text>" in file.read()
    finally:
        editor.end()


run_tests([the_inspector_says_what_stops_and_how_available_it_is, the_drawing_shows_what_stops,
           an_export_shows_what_the_canvas_shows], arguments())
