"""Several documents in one window."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import SENSITIVE, Editor, Failed, arguments, choose_file, key, run_tests, wait_for, xdo


def example(options, name):
    return os.path.join(options.source, "data", "examples", name + ".tierboard")


def titled(editor, name):
    return editor.get(name + " – Tierboard", "window")


def answer(editor, name):
    """Presses a key in the question about changes."""
    editor.get("Save changes?", "dialog")
    wait_for("the question's window", lambda: len(editor.windows()) > 1)
    key(name)
    wait_for("the question to go", lambda: len(editor.windows()) < 2)


def change(editor):
    """A change that leaves the document unsaved: a new server from the palette."""
    editor.focus()
    editor.press("Add Server")


def tabs_are_gone_through_by_key(options):
    editor = Editor(options.editor, [example(options, "client-server"),
                                     example(options, "three-tier")])
    try:
        titled(editor, "Web shop")
        editor.focus()
        key("ctrl+Page_Up")
        titled(editor, "Client and server")
        key("ctrl+Page_Down")
        titled(editor, "Web shop")
        editor.screenshot(os.path.join(options.out, "tabs.png"))
        key("ctrl+t")
        titled(editor, "New architecture")
        key("ctrl+w")
        titled(editor, "Web shop")
        key("ctrl+w")
        titled(editor, "Client and server")
    finally:
        editor.end()


def a_file_that_is_open_goes_to_its_tab(options):
    editor = Editor(options.editor, designs={"a.tierboard": example(options, "client-server"),
                                             "b.tierboard": example(options, "two-tier")})
    try:
        last = editor.get(lambda text: text.endswith(" – Tierboard"), "window").name
        first = "Client and server – Tierboard"
        editor.focus()
        key("ctrl+o")
        choose_file(editor, os.path.join(editor.home, "designs", "a.tierboard"))
        editor.get(first, "window")
        editor.focus()
        key("ctrl+w")
        editor.get(last, "window")
        if editor.find(first, "window"):
            raise Failed("the file is open twice")
    finally:
        editor.end()


def closing_asks_for_each_tab_that_changed(options):
    editor = Editor(options.editor, designs={"a.tierboard": example(options, "client-server"),
                                             "b.tierboard": example(options, "three-tier")})
    try:
        titled(editor, "Web shop")
        change(editor)
        editor.get(lambda text: text.endswith("· edited"))
        editor.focus()
        key("ctrl+w")
        answer(editor, "Escape")
        editor.get(lambda text: text.endswith("· edited"))
        key("ctrl+Page_Up")
        titled(editor, "Client and server")
        key("ctrl+q")  # the tab that is shown has nothing to lose; the other one has
        titled(editor, "Web shop")
        answer(editor, "alt+d")
        wait_for("the end", lambda: editor.process.poll() is not None)
    finally:
        editor.end()


def a_saved_tab_closes(options):
    editor = Editor(options.editor, designs={"a.tierboard": example(options, "client-server"),
                                             "b.tierboard": example(options, "three-tier")})
    path = os.path.join(editor.home, "designs", "b.tierboard")
    try:
        titled(editor, "Web shop")
        change(editor)
        editor.get(lambda text: text.endswith("· edited"))
        editor.focus()
        key("ctrl+w")
        answer(editor, "Return")
        titled(editor, "Client and server")
        with open(path) as file:
            if 'name="Server"' not in file.read():
                raise Failed("the change was not saved")
    finally:
        editor.end()


def a_tab_goes_to_a_window_of_its_own(options):
    editor = Editor(options.editor, designs={"a.tierboard": example(options, "client-server"),
                                             "b.tierboard": example(options, "three-tier")})
    try:
        titled(editor, "Web shop")
        change(editor)
        editor.get(lambda text: text.endswith("· edited"))
        editor.focus()
        key("ctrl+shift+n")
        titled(editor, "Client and server")
        wait_for("a second window", lambda: len(editor.windows()) > 1)
        titled(editor, "Web shop")
        other = [window for window in editor.windows() if window != editor.window][0]
        xdo("windowfocus", "--sync", other)
        key("ctrl+z")  # it took its document, steps and all, with it
        wait_for("nothing edited", lambda: not editor.find(lambda t: t.endswith("· edited")))
        key("ctrl+w")
        wait_for("one window", lambda: len(editor.windows()) < 2)
        titled(editor, "Client and server")
        if "CRITICAL" in editor.output():
            raise Failed(editor.output())
    finally:
        editor.end()


def recent_files_are_offered_and_missing_ones_in_grey(options):
    editor = Editor(options.editor, designs={"first.tierboard": example(options, "client-server"),
                                             "second.tierboard": example(options, "two-tier")})
    try:
        editor.get(lambda text: text.endswith(" – Tierboard"), "window")
        os.unlink(os.path.join(editor.home, "designs", "second.tierboard"))
        editor.focus()
        key("F10")
        item = editor.get("New from template…", "menu item")
        wait_for("the menu", lambda: editor.bounds(item)[2] > 20)
        editor.press("New from template…", "menu item")
        xdo("windowfocus", "--sync", editor.find_window("New from template"))
        key("Escape")
        wait_for("it to close", lambda: editor.windows() == [editor.window])
        editor.focus()
        key("F10")
        editor.press("New from template…", "menu item")
        here, gone = editor.get("first", "button"), editor.get("second", "button")
        if not here.state(SENSITIVE) or gone.state(SENSITIVE):
            raise Failed("what is there can be opened, what is missing cannot")
        editor.get("Replicated store, available", "button")
        editor.press("Cache")
        titled(editor, "Cache")
    finally:
        editor.end()


if __name__ == "__main__":
    run_tests([tabs_are_gone_through_by_key, a_file_that_is_open_goes_to_its_tab,
               closing_asks_for_each_tab_that_changed, a_saved_tab_closes,
               a_tab_goes_to_a_window_of_its_own,
               recent_files_are_offered_and_missing_ones_in_grey], arguments())
