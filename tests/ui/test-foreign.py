"""Files of other programs in the window: one becomes a drawing, which is saved beside it and goes out in another format."""

import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, Failed, arguments, choose_export, choose_file, key, run_tests, wait_for

COMPOSE = """name: shop
services:
  web:
    image: nginx
    logging: {driver: json-file}
    environment: {CACHE_HOST: cache}
  cache:
    image: redis
"""


def it_becomes_a_drawing_and_goes_out_again(options):
    folder = tempfile.mkdtemp(prefix="tierboard-foreign-")
    path = os.path.join(folder, "compose.yaml")
    with open(path, "w") as file:
        file.write(COMPOSE)
    editor = Editor(options.editor, files=[path])
    try:
        editor.get("cache", "button")
        editor.toast("Made a drawing of compose.yaml; one thing was dropped")
        editor.get("compose.yaml: web: “logging” has no place here")
        editor.get(lambda name: name.startswith("made of ") and name.endswith("compose.yaml · not saved yet"))
        editor.screenshot(os.path.join(options.out, "foreign.png"))
        editor.focus()
        key("ctrl+s")
        wait_for("the file dialog", lambda: len(editor.windows()) > 1)
        choose_file(editor, "kept", saving=True)
        wait_for("the drawing beside it", lambda: os.path.exists(os.path.join(folder, "kept.tierboard")))
        key("ctrl+shift+e")
        row = editor.get("Graphviz file", "list item")
        editor.click(*editor.middle(row))
        editor.get(lambda name: name.startswith("Left out:\n• "), "label")
        editor.screenshot(os.path.join(options.out, "foreign-export.png"))
        choose_export(editor, "theirs")
        wait_for("the graph with the ending of its format", lambda: os.path.exists(os.path.join(folder, "theirs.dot")))
        with open(path) as file:
            if file.read() != COMPOSE:
                raise Failed("the file that it was made of was written")
    finally:
        editor.end()


run_tests([it_becomes_a_drawing_and_goes_out_again], arguments())
