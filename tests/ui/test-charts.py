"""Watching a run in the panel: space-time diagram, metrics and traces, all about one moment."""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, Failed, arguments, descendants, is_alive, key, run_tests, type_text, wait_for


def example(options, name):
    return os.path.join(options.source, "data", "examples", name + ".tierboard")


def start(editor):
    editor.focus()
    key("F5")
    editor.get("Stop")


def stop(editor, processes):
    editor.focus()
    key("shift+F5")
    editor.get("Run", "button", 20)
    left = [process for process in processes if is_alive(process)]
    if left:
        raise Failed("left running: %s" % left)


def open_page(editor, title):
    editor.press(title, None)


def a_message_chosen_in_the_diagram_is_chosen_everywhere(options):
    editor = Editor(options.editor, [example(options, "three-tier")], width=1440, height=900)
    try:
        start(editor)
        open_page(editor, "Space-time")
        editor.get(lambda name: " messages · " in name and not name.startswith("0 "), "label")
        diagram = editor.get("Space-time diagram")
        time.sleep(2)  # something to be seen in the pictures
        editor.screenshot(os.path.join(options.out, "window-space-time.png"))
        x, y, width, height = editor.bounds(diagram)
        editor.click(x + width / 2, y + height / 2)
        editor.focus()
        key("Left")
        chosen = editor.get(lambda name: " → " in name and " · at " in name, "label", 30)
        before = chosen.name
        key("Left")
        wait_for("another message", lambda: editor.find(
            lambda name: " · at " in name and name != before, "label"), 30)
        editor.screenshot(os.path.join(options.out, "window-space-time-chosen.png"))
        editor.press("Collapse", None)
        key("0")
        wait_for("the run", lambda: editor.find(lambda name: "0.0" in name and "messages" in name
                                                or "counted by" in name, "label"), 30)
        editor.screenshot(os.path.join(options.out, "window-space-time-whole.png"))
        open_page(editor, "Trace")
        wait_for("its tree", lambda: editor.find(lambda name: " request" in name and " · " in name
                                                 and "messages" not in name, "label"), 30)
        editor.screenshot(os.path.join(options.out, "window-trace.png"))
        open_page(editor, "Metrics")
        editor.get("All links", "label")
        time.sleep(1)
        editor.screenshot(os.path.join(options.out, "window-metrics.png"))
        stop(editor, descendants(editor.pid))
    finally:
        editor.end()


if __name__ == "__main__":
    run_tests([a_message_chosen_in_the_diagram_is_chosen_everywhere], arguments())
