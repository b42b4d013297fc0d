"""The Prediction page in a real window: computed, simulated, what if, into the drawing, and measured beside it."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, Failed, GLib, arguments, key, run_tests, wait_for

# Clients that think 20 ms, one thread that takes 10 ms: at most 100 a second, whoever asks.
DRAWING = """<architecture xmlns="urn:tierboard:1" name="Threads">
  <component id="browser" kind="client" name="Browser" threads="pool 6">
    <builtin think="exponential 20ms"><call link="ask"/></builtin>
  </component>
  <component id="shop" kind="server" name="Shop" threads="single">
    <service name="web" protocol="http" port="8080"/>
    <builtin work="wait exponential 10ms"/>
  </component>
  <link id="ask" from="browser" to="shop" timeout="5s"/>
  <view id="main" name="Overview" kind="free" frame="none">
    <place of="browser" x="60" y="60"/>
    <place of="shop" x="420" y="60"/>
  </view>
</architecture>
"""


def await_label(editor, words, seconds=60):
    return wait_for("“%s”" % words, lambda: editor.find(lambda name: words in name, "label") or editor.dead(), seconds)


def slide(editor, name, value):
    node = wait_for("a slider " + name, lambda: editor.find(name, "slider"))
    node.ask("org.freedesktop.DBus.Properties", "Set",
             GLib.Variant("(ssv)", ("org.a11y.atspi.Value", "CurrentValue", GLib.Variant("d", value))))


def cells(editor, first):
    """The texts of the table's row that begins so."""
    for node in editor.walk():
        if node.name == first and node.role == "label" and node.parent and node.parent.parent:
            row = [child.children[0].name for child in node.parent.parent.children if child.children]
            if len(row) >= 3 and "/s" in row[1]:
                return row
    return None


def rate_of(editor, first):
    row = cells(editor, first)
    return float(row[1].split("/")[0].split("±")[0].replace("\u202f", "")) if row else None


def is_difference(text):
    return any(word in text for word in ("as predicted", "fewer", "more", "slower", "quicker", "times as"))


def learned_and_kept(editor, path):
    """What the run cost stands in the file, and one step of undo takes it out again."""
    editor.press("Learn from the run", None)
    editor.press("Keep it")
    editor.toast("Wrote what a request takes of a processor")
    editor.focus()
    key("ctrl+s")
    wait_for("demand= in the file", lambda: open(path, encoding="utf-8").read().count('demand="cpu ') == 2)
    key("ctrl+z", "ctrl+s")
    wait_for("the file as it was", lambda: "demand=" not in open(path, encoding="utf-8").read())


def predicted_then_measured(options):
    path = os.path.join(options.out, "prediction-%d.tierboard" % os.getpid())
    with open(path, "w", encoding="utf-8") as file:
        file.write(DRAWING)
    editor = Editor(options.editor, [path])
    try:
        editor.press("Prediction", None)
        await_label(editor, "computed at once")
        editor.press("Predict")
        await_label(editor, "simulated")
        wait_for("98 a second, as one thread can", lambda: 90 < (rate_of(editor, "Shop") or 0) < 100, 90)
        if options.screenshot:
            editor.screenshot(options.screenshot)
        editor.press("What if…", None)
        editor.press("Try it")
        await_label(editor, "as drawn 9")
        slide(editor, "Threads of Shop", 4)
        wait_for("more by four threads", lambda: (rate_of(editor, "Shop") or 0) > 150, 90)
        editor.screenshot(os.path.join(options.out, "window-prediction.png"))
        editor.press("Take it")
        await_label(editor, "· edited")
        editor.focus()
        key("ctrl+s")
        wait_for("the threads to be drawn", lambda: 'threads="pool 4"' in open(path, encoding="utf-8").read())
        key("F5")
        editor.get("Stop")
        editor.press("Prediction", None)
        wait_for("what is measured beside it", lambda: sum("/s" in text for text in cells(editor, "Shop")) == 2, 90)
        wait_for("what is said of the difference", lambda: any(is_difference(text) for text in cells(editor, "Shop")))
        editor.screenshot(os.path.join(options.out, "window-prediction-run.png"))
        learned_and_kept(editor, path)
    finally:
        editor.end()
        os.unlink(path)


if __name__ == "__main__":
    run_tests([predicted_then_measured], arguments())
