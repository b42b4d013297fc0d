"""The window itself: bad files, narrow, dark."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, Failed, arguments, choose_file, key, run_tests, type_text, wait_for

BAD = """<architecture xmlns="urn:tierboard:1" name="Bad">
  <component id="shop" kind="serfer" name="Shop"/>
  <link id="save" from="shop" to="nowhere"/>
</architecture>
"""


def example(options, name):
    return os.path.join(options.source, "data", "examples", name + ".tierboard")


def brightness(path):
    done = subprocess.run(["convert", path, "-colorspace", "Gray", "-format", "%[fx:mean]", "info:"],
                          capture_output=True, text=True, check=True)
    return float(done.stdout)


def a_bad_file_is_said_and_harms_nothing(options):
    editor = Editor(options.editor, [example(options, "client-server")])
    try:
        bad = os.path.join(editor.home, "bad.tierboard")
        with open(bad, "w") as file:
            file.write(BAD)
        title = editor.get(lambda text: text.endswith(" – Tierboard"), "window").name
        editor.focus()
        key("ctrl+o")
        choose_file(editor, bad)
        editor.toast("serfer")
        editor.get(lambda text: "line 2" in text)  # in the list of problems
        editor.get(title, "window")
        editor.screenshot(os.path.join(options.out, "window-bad-file.png"))
    finally:
        editor.end()


def a_bad_file_on_the_command_line_leaves_a_start_page(options):
    path = os.path.join(options.out, "bad-%d.tierboard" % os.getpid())
    with open(path, "w") as file:
        file.write("<architecture")
    editor = Editor(options.editor, [path])
    try:
        editor.get("Empty drawing")
        editor.toast("bad-")
    finally:
        editor.end()
        os.unlink(path)


def shown(editor, name):
    return editor.find(name, "button")


def experiments_are_found_by_typing_and_opened_as_copies(options):
    original = example(options, "tiering")
    before = open(original).read()
    editor = Editor(options.editor, [])
    try:
        editor.get("Find an experiment")
        wait_for("all tiles", lambda: shown(editor, "Message broker") and shown(editor, "One, two and three tiers"))
        editor.press("Guided tour")
        editor.get("1. One server, many clients")
        editor.screenshot(os.path.join(options.out, "window-tour.png"))
        wait_for("the tour", lambda: len(editor.windows()) > 1)
        editor.goes_to([], "Open “Client and server”")
        editor.goes_to(["Tab"] * 2, "Open “One burst, three thread models”")
        key("Escape")
        wait_for("the tour to be closed", lambda: len(editor.windows()) == 1)
        editor.focus()
        editor.click(*editor.middle(editor.get("Find an experiment")))
        type_text("crossing")
        wait_for("what is about it alone", lambda: not shown(editor, "Message broker"))
        editor.screenshot(os.path.join(options.out, "window-experiments.png"))
        editor.press("One, two and three tiers")
        editor.get(lambda text: text.startswith("One, two and three tiers") and text.endswith("Tierboard"), "window")
        assert open(original).read() == before
    finally:
        editor.end()


def a_pipe_on_the_command_line_holds_nothing_up(options):
    path = os.path.join(options.out, "pipe-%d.tierboard" % os.getpid())
    os.mkfifo(path)
    editor = Editor(options.editor, [path])
    try:
        editor.get("Empty drawing")
        editor.toast("no file that can be edited")
    finally:
        editor.end()
        os.unlink(path)


def called_forth(editor, words):
    """Where the toast lies that says this: called forth again, where it went before it was looked at."""
    editor.focus()
    key("ctrl+v")
    toast = editor.find(lambda text: words in text, "label") or editor.dead()
    x, y, width, height = editor.bounds(toast) if toast else (0, 0, 0, 0)
    return (x, y, width, height) if width > 20 and 0 < x and x + width < editor.geometry()["WIDTH"] else None


def is_over_the_canvas_alone(editor, toast):
    header, bars = (editor.bounds(editor.get(name)) for name in ("Open", "Zoom in"))
    return toast and header[1] + header[3] < toast[1] and toast[1] + toast[3] < bars[1]


def narrow_windows_keep_what_matters(options):
    editor = Editor(options.editor, [example(options, "client-server")])
    try:
        for width in (860, 600, 360):
            margin = editor.geometry()["WIDTH"] - editor.width
            editor.resize(width + margin, 640 + margin)
            editor.width, editor.height = width, 640
            for name in ("Open", "Run", "Main menu"):
                node = editor.get(name)
                wait_for("%s inside %d pixels" % (name, width), lambda: 0 <= editor.bounds(node)[0]
                         and sum(editor.bounds(node)[0::2]) <= width + margin)
            editor.screenshot(os.path.join(options.out, "window-%d.png" % width))
        editor.press("Open the bottom panel")
        editor.get("Fold the bottom panel")
        wait_for("a toast above the list and the bars", lambda: is_over_the_canvas_alone(editor, called_forth(editor, "in the clipboard")))
        editor.screenshot(os.path.join(options.out, "window-360-toast.png"))
        editor.focus()
        key("F9")  # the palette lies over the canvas now
        tile = editor.get("Add Server")
        wait_for("the palette", lambda: editor.bounds(tile)[2] > 20)
        wait_for("a toast that the palette does not hide", lambda: (called_forth(editor, "in the clipboard") or (0, 0))[1] > 560)
        editor.screenshot(os.path.join(options.out, "window-360-palette.png"))
    finally:
        editor.end()


def dark_is_dark(options):
    for theme, dark in (("light", False), ("dark", True)):
        editor = Editor(options.editor, [example(options, "three-tier")], 1440, 900, theme)
        try:
            editor.get("Run")
            path = os.path.join(options.out, "window-%s.png" % theme)
            editor.screenshot(path)
            if (brightness(path) < 0.4) != dark:
                raise Failed("%s has a brightness of %.2f" % (theme, brightness(path)))
        finally:
            editor.end()


def colour_at(path, x, y):
    done = subprocess.run(["convert", path, "-format", "%%[hex:p{%d,%d}]" % (x, y), "info:"],
                          capture_output=True, text=True, check=True)
    return done.stdout[:6].lower()


def high_contrast_reaches_canvas_and_panels(options):
    """Chosen in the preferences, at once, on white and on black."""
    editor = Editor(options.editor, [example(options, "three-tier")], theme="dark")
    path = os.path.join(options.out, "window-high-contrast.png")
    spots = ((215, 60), (100, 62), (1100, 780))  # canvas, left panel, right panel

    def colours():
        editor.screenshot(path)
        return [colour_at(path, *spot) for spot in spots]
    try:
        editor.get("Run")
        if "000000" in colours():
            raise Failed("dark is black already")
        editor.focus()
        key("ctrl+comma")
        wait_for("its window", lambda: len(editor.windows()) > 1)
        key("Tab", "Tab", "space")
        key("Escape")
        wait_for("the preferences to go", lambda: len(editor.windows()) < 2)
        wait_for("black", lambda: colours() == ["000000"] * 3)
    finally:
        editor.end()


def every_button_has_a_name(options):
    editor = Editor(options.editor, [example(options, "three-tier")])
    try:
        editor.get("Run")
        for node in editor.walk():
            if node.role == "button" and (node.name or "Gtk").startswith("Gtk"):
                raise Failed("a button without a name in %s" % node.parent.path)
    finally:
        editor.end()


def the_main_menu_opens_each_time(options):
    editor = Editor(options.editor, [example(options, "three-tier")])
    shortcuts = lambda: editor.find("Keyboard shortcuts", "menu item")
    try:
        editor.get("Run")
        editor.focus()
        for _ in range(2):
            key("F10")
            wait_for("the menu", lambda: shortcuts() and editor.bounds(shortcuts())[2] > 20)
            key("Escape")
            wait_for("no menu", lambda: not shortcuts())
    finally:
        editor.end()


if __name__ == "__main__":
    run_tests([a_bad_file_is_said_and_harms_nothing,
               a_bad_file_on_the_command_line_leaves_a_start_page,
               experiments_are_found_by_typing_and_opened_as_copies,
               a_pipe_on_the_command_line_holds_nothing_up,
               narrow_windows_keep_what_matters, dark_is_dark,
               high_contrast_reaches_canvas_and_panels, every_button_has_a_name,
               the_main_menu_opens_each_time],
              arguments())
