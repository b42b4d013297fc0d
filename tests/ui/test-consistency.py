"""The Consistency page in a real window: theory before anything runs, probing clients and measurement during a partition."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, Failed, arguments, key, run_tests, wait_for

ASYNC = """<architecture xmlns="urn:tierboard:1" name="Async">
  <component id="orders" kind="store" name="Orders" replicas="3">
    <service name="kv" protocol="resp" port="6379"/>
    <builtin replication="primary-async" reads="any"/>
  </component>
</architecture>
"""


def label_with(editor, words):
    return editor.find(lambda name: words in name, "label")


def await_label(editor, words, seconds=60):
    return wait_for("“%s”" % words, lambda: label_with(editor, words), seconds)


def theory_then_measurement(options):
    path = os.path.join(options.out, "consistency-%d.tierboard" % os.getpid())
    with open(path, "w", encoding="utf-8") as file:
        file.write(ASYNC)
    editor = Editor(options.editor, [path])
    try:
        editor.press("Consistency", None)
        await_label(editor, "Primary, asynchronous, any replica answers reads, 3 replicas")
        await_label(editor, "Writes, by theory no: the primary is on another side")
        editor.focus()
        key("F5")
        editor.get("Stop")
        editor.press("Consistency", None)
        wait_for("a switch that can be pressed", lambda: can_be_pressed(editor), 60)
        editor.press("Probing clients", None)
        await_label(editor, "asked by a probing client")
        measured = await_label(editor, "answered, 100")
        if "measured, not cut yet: " not in measured.name:
            raise Failed("said of what is measured: " + measured.name)
        editor.screenshot(os.path.join(options.out, "window-consistency.png"))
    finally:
        editor.end()
        os.unlink(path)


SENSITIVE = 24  # bit of AT-SPI's states


def can_be_pressed(editor):
    """Once the run goes on."""
    button = editor.find("Probing clients", None)
    return button and button.state(SENSITIVE)


if __name__ == "__main__":
    run_tests([theory_then_measurement], arguments())
