"""Drawing in a real window: add, link, rename, undo, redo, save."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import (SENSITIVE, Editor, Failed, arguments, choose_file, key, run_tests, type_text,
                    wait_for)

def is_enabled(editor, name):
    return editor.get(name, "button").state(SENSITIVE)


def component(editor, title):
    """The canvas's own accessible of a component."""
    def named():
        drawing = editor.find("Drawing")
        return drawing and editor.find(title, "button", drawing)
    return wait_for("%s on the canvas" % title, named)


def link_by_handle(editor, source, target):
    x, y, width, height = editor.bounds(component(editor, source))
    to_x, to_y = editor.middle(component(editor, target))
    editor.move_to(x + width / 2, y + height / 2)  # shows the handles
    to_right = to_x > x + width
    start = (x + width, y + height / 2) if to_right else (x + width / 2, y + height)
    editor.drag(start[0], start[1], to_x, to_y)


def undo_all(editor):
    for _ in range(40):
        if not is_enabled(editor, "Undo"):
            return
        key("ctrl+z")
    raise Failed("Undo never ends")


def redo_all(editor):
    for _ in range(40):
        if not is_enabled(editor, "Redo"):
            return
        key("ctrl+shift+z")
    raise Failed("Redo never ends")


def save_as(editor, path):
    key("ctrl+shift+s")
    choose_file(editor, path, saving=True)
    wait_for("the file " + path, lambda: os.path.exists(path))
    with open(path, "rb") as file:
        return file.read()


def drawing_undone_redone_and_saved_is_the_expected_file(options):
    editor = Editor(options.editor)
    try:
        editor.press("Empty drawing")
        editor.press("Add Client")
        editor.press("Add Server")
        component(editor, "Client")
        editor.focus()
        link_by_handle(editor, "Client", "Server")
        wait_for("the link in the outline", lambda: editor.find(
            lambda name: name.startswith("Link from Client to Server")))
        editor.click(*editor.middle(component(editor, "Server")))
        key("F2")
        key("ctrl+a")
        type_text("Shop")
        key("Return")
        component(editor, "Shop")
        first = save_as(editor, os.path.join(editor.home, "first.tierboard"))
        undo_all(editor)
        wait_for("an empty canvas", lambda: not editor.find("Client", "button"))
        redo_all(editor)
        component(editor, "Shop")
        second = save_as(editor, os.path.join(editor.home, "second.tierboard"))
        editor.screenshot(os.path.join(options.out, "window-edit.png"))
        if first != second:
            raise Failed("undo all and redo all changed the file:\n%s" % second.decode())
        expected = os.path.join(os.path.dirname(os.path.abspath(__file__)), "expected-edit.tierboard")
        with open(expected, "rb") as file:
            if file.read() != second:
                raise Failed("the file is not the expected one:\n%s" % second.decode())
    finally:
        editor.end()


def a_tile_dragged_to_the_canvas_makes_a_component(options):
    editor = Editor(options.editor)
    try:
        editor.press("Empty drawing")
        tile = editor.get("Add Store", "button")
        drawing = editor.get("Drawing")
        wait_for("the palette to stand", lambda: editor.bounds(tile)[2] > 20)
        editor.focus()
        editor.drag(*editor.middle(tile), *editor.middle(drawing))
        component(editor, "Store")
    finally:
        editor.end()


def closing_with_changes_asks_first(options):
    editor = Editor(options.editor)
    try:
        editor.press("Empty drawing")
        editor.press("Add Server")
        component(editor, "Server")
        editor.focus()
        key("ctrl+w")
        editor.get("Save changes?")
        key("Escape")
        wait_for("the dialog to go", lambda: len(editor.windows()) == 1)
        editor.focus()
        key("ctrl+w")
        editor.get("Save changes?")
        key("alt+d")
        wait_for("the editor to end", lambda: editor.process.poll() is not None)
    finally:
        editor.end()


if __name__ == "__main__":
    run_tests([drawing_undone_redone_and_saved_is_the_expected_file,
               a_tile_dragged_to_the_canvas_makes_a_component, closing_with_changes_asks_first], arguments())
