"""Messages and logs of a real run in a real window: listed, filtered, opened, and on one clock."""

import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, GLib, arguments, key, run_tests, type_text, wait_for

TALKS = """<architecture xmlns="urn:tierboard:1" name="Talks">
  <component id="browser" kind="client" name="Browser">
    <builtin think="constant 60ms"><call link="browse"/></builtin>
  </component>
  <component id="shop" kind="server" name="Shop">
    <service name="web" protocol="http" port="8080"/>
    <builtin work="constant 1ms"/>
  </component>
  <component id="printer" kind="server" name="Printer">
    <command>sh -c "echo first of all; while sleep 0.2; do printf 'tick \\033[31mred\\033[0m\\n'; done"</command>
  </component>
  <link id="browse" from="browser" to="shop" service="web"/>
</architecture>
"""


def opened(options, **more):
    with tempfile.NamedTemporaryFile("w", dir=options.out, suffix=".tierboard") as file:
        file.write(TALKS)
        file.flush()
        editor = Editor(options.editor, designs={"talks.tierboard": file.name}, **more)
    editor.run_allowed()
    editor.get("Stop", "button", 30)
    return editor


def rows(editor, words, of="Messages"):
    """The rows of a list that say so, from top to bottom."""
    return [node for node in editor.walk(editor.find(of, "list")) if words in node.name]


def in_sight(editor):
    """The middle of a row that is wholly seen: those around it are there too, but not on the screen."""
    _, top, _, height = editor.bounds(editor.find("Messages", "list").parent)
    for row in reversed(rows(editor, "shop-1 → browser-1")):
        x, y, width, tall = editor.bounds(row)
        if tall > 0 and y > top + 30 and y + tall < top + height - 10:
            return x + width / 2, y + tall / 2
    return None


def fill(editor, entry, text):
    editor.click(*editor.middle(editor.get(entry)))
    key("End", "shift+Home", "BackSpace")
    type_text(text)


def opens(editor):
    """The list moves on while it is read: what was clicked may have been no row any more."""
    at = in_sight(editor)
    if at:
        editor.click(*at)
    return at and editor.find("Bytes")


def messages_are_listed_filtered_and_opened(options):
    editor = opened(options, height=900)
    try:
        editor.press("Messages")
        wait_for("requests and replies", lambda: rows(editor, "browser-1 → shop-1")
                 and rows(editor, "shop-1 → browser-1"), 30)
        fill(editor, "Filter messages", "kind:reply ")
        wait_for("replies alone", lambda: rows(editor, "shop-1 → browser-1")
                 and not rows(editor, "browser-1 → shop-1"), 30)
        fill(editor, "Filter messages", "kind:reqest ")
        editor.get("column 6: there is no kind “reqest”; did you mean “request”?")
        fill(editor, "Filter messages", "status:200 link:browse ")
        wait_for("a reply to open", lambda: opens(editor), 60)
        editor.get("Request", "button")
        editor.press("Bytes")
        wait_for("the reply's bytes", lambda: "48 54 54 50" in text_of(editor, "What it says"), 30)
        editor.press("Request")
        wait_for("its request", lambda: editor.find(lambda name: name.startswith("request · ")), 30)
        editor.press("Link")
        wait_for("the link in the inspector", lambda: editor.find("Requests"), 30)
    finally:
        editor.end()


def text_of(editor, name):
    node = editor.find(name)
    return node.ask("org.a11y.atspi.Text", "GetText", GLib.Variant("(ii)", (0, -1)))[0]


def logs_are_on_the_clock_of_the_messages(options):
    editor = opened(options, height=900)
    try:
        editor.press("Logs")
        wait_for("a line without what steers terminals",
                 lambda: [row for row in rows(editor, "printer-1", "Log") if row.name.endswith(", tick red")], 30)
        wait_for("a state between them", lambda: rows(editor, "shop-1 ready", "Log"), 30)
        editor.press("With messages")
        wait_for("messages between them", lambda: rows(editor, "shop-1 → browser-1", "Log"), 30)
        fill(editor, "Lines that match", "FIRST of")
        wait_for("that line alone", lambda: rows(editor, "first of all", "Log")
                 and not rows(editor, "tick red", "Log") and not rows(editor, "→", "Log"), 30)
        fill(editor, "Lines that match", "(")
        wait_for("what is wrong with it", lambda: editor.find(lambda name: "regular expression" in name), 30)
    finally:
        editor.end()


if __name__ == "__main__":
    run_tests([messages_are_listed_filtered_and_opened, logs_are_on_the_clock_of_the_messages], arguments())
