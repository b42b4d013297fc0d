"""What stands round the drawing: minimap, history, print."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, Failed, arguments, key, run_tests, wait_for, xdo


def opened(options, name="three-tier"):
    path = os.path.join(options.source, "data", "examples", name + ".tierboard")
    editor = Editor(options.editor, designs={"design.tierboard": path})
    editor.get("Run")
    editor.focus()
    return editor


def zoom(editor):
    return editor.get(lambda text: text.endswith("\u202f%"), "button").name


def the_drawing_stays_fitted_until_it_is_zoomed(options):
    editor = opened(options)
    try:
        fitted = zoom(editor)
        key("ctrl+F9")  # with the bottom panel there is less room
        wait_for("a smaller drawing", lambda: zoom(editor) != fitted)
        key("ctrl+F9")
        wait_for("the size of before", lambda: zoom(editor) == fitted)
        key("ctrl+0")
        wait_for("100 %", lambda: zoom(editor) == "100\u202f%")
        key("ctrl+F9")
        editor.get("100\u202f%")
    finally:
        editor.end()


def the_bottom_panel_is_its_tabs_until_something_is_asked_of_it(options):
    editor = opened(options)
    try:
        editor.get("Open the bottom panel", "button")
        fitted = zoom(editor)
        editor.press("Add Server")  # what is drawn may be wrong meanwhile: nothing moves for it
        editor.get("Server", "button")
        editor.get("Open the bottom panel", "button")
        key("ctrl+z", "ctrl+1")
        for opener in ("Problems", "Logs", "Open the bottom panel"):
            editor.press(opener)
            editor.get("Fold the bottom panel", "button")
            wait_for("a smaller drawing", lambda: zoom(editor) != fitted)
            editor.press("Fold the bottom panel")
            wait_for("the size of before", lambda: zoom(editor) == fitted)
        x, y, width, _ = editor.bounds(editor.get("Open the bottom panel", "button"))
        editor.drag(x - 200, y - 9, x - 200, y - 200)  # by its edge
        editor.get("Fold the bottom panel", "button")
        wait_for("a smaller drawing", lambda: zoom(editor) != fitted)
    finally:
        editor.end()


def the_minimap_shows_and_goes_where_one_is(options):
    editor = opened(options)
    try:
        shop = editor.get("Shop", "button")
        key("ctrl+0", "ctrl+plus", "ctrl+plus")
        minimap = editor.get("Minimap")
        wait_for("the minimap", lambda: editor.bounds(minimap)[2] > 100)
        before = editor.bounds(shop)
        x, y = editor.middle(minimap)
        editor.drag(x, y, x - 30, y - 30)
        wait_for("the drawing to move right and down",
                 lambda: editor.bounds(shop)[0] > before[0] and editor.bounds(shop)[1] > before[1])
        key("F8")
        wait_for("no minimap", lambda: not editor.find("Minimap"))
        key("F8")
        editor.get("Minimap")
        key("ctrl+1")  # all of it is seen: nothing to be found
        wait_for("no minimap", lambda: not editor.find("Minimap"))
    finally:
        editor.end()


def the_history_goes_back_and_forth(options):
    editor = opened(options)
    try:
        for kind in ("Server", "Cache", "Store"):
            editor.press("Add " + kind)
            editor.get(kind, "button")
        editor.press("History")
        editor.get("Add Store, now")
        editor.screenshot(os.path.join(options.out, "history.png"))
        key("Down", "Down", "Return")
        wait_for("no cache, no store", lambda: not editor.find("Store", "button")
                 and not editor.find("Cache", "button") and editor.find("Server", "button"))
        editor.press("History")
        editor.get("Add Store, undone")
        editor.get("Add Server, now")
        key("Up", "Up", "Return")
        editor.get("Store", "button")
    finally:
        editor.end()


def printing_to_a_file_needs_no_printer(options):
    editor = opened(options)
    try:
        key("ctrl+p")
        label = editor.get("Print to File", "label")
        wait_for("the dialog", lambda: len(editor.windows()) > 1)
        dialog = [w for w in editor.windows() if w != editor.window][0]
        x, y, width, height = label.extents()
        xdo("mousemove", "--window", dialog, round(x + width / 2), round(y + height / 2))
        xdo("click", 1)
        editor.press(lambda text: text.endswith("Print"))
        found = lambda: [os.path.join(folder, name) for folder, _, names in os.walk(editor.home)
                         for name in names if name.endswith(".pdf")]
        path = wait_for("the printed file", found)[0]
        wait_for("a whole file", lambda: b"%%EOF" in open(path, "rb").read()[-64:])
        with open(path, "rb") as file:
            if not file.read().startswith(b"%PDF"):
                raise Failed("what was printed is no PDF")
        os.rename(path, os.path.join(options.out, "printed.pdf"))
    finally:
        editor.end()


BROKEN = """<?xml version="1.0" encoding="UTF-8"?>
<architecture xmlns="urn:tierboard:1" name="Broken">
  <component id="shop" kind="server" name="Shop" tier="gone">
    <service name="web" protocol="http" port="8080"/>
  </component>
  <component id="client" kind="client" name="Client"/>
  <link id="ask" from="client" to="shop" service="none" timeout="1s"/>
</architecture>
"""


def red(path):
    """How many pixels of the canvas are in the colour of what is wrong."""
    done = subprocess.run(["convert", path, "-crop", "800x500+210+60", "-fuzz", "4%", "-fill",
                           "black", "+opaque", "#c9302c", "-fill", "white", "-opaque", "#c9302c",
                           "-format", "%[fx:mean*w*h]", "info:"],
                          capture_output=True, text=True, check=True)
    return float(done.stdout)


def problems_are_badges_and_lead_to_what_they_are_about(options):
    path = os.path.join(options.out, "broken-%d.tierboard" % os.getpid())
    with open(path, "w") as file:
        file.write(BROKEN)
    editor = Editor(options.editor, designs={"design.tierboard": path})
    os.unlink(path)
    try:
        editor.get("Problems 2")
        picture = os.path.join(options.out, "badges.png")

        def shown():
            editor.screenshot(picture)
            return red(picture) > 100
        wait_for("two badges", shown)
        editor.press("Problems 2")
        row = editor.get(lambda text: "no service" in text, "list item")
        editor.focus()
        editor.click(*editor.middle(row))
        # What is selected is what the inspector is about: a link has a way to be called.
        editor.get("Timeout")
        key("Up", "Return")
        editor.get("Replicas")
    finally:
        editor.end()


if __name__ == "__main__":
    run_tests([the_drawing_stays_fitted_until_it_is_zoomed,
               the_bottom_panel_is_its_tabs_until_something_is_asked_of_it,
               the_minimap_shows_and_goes_where_one_is, the_history_goes_back_and_forth,
               printing_to_a_file_needs_no_printer,
               problems_are_badges_and_lead_to_what_they_are_about], arguments())
