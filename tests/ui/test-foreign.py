"""Files of other programs in the window: one becomes a drawing, which is saved beside it and goes out in another format."""

import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, Failed, arguments, choose_file, drag_files, key, run_tests, wait_for, xdo

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
        editor.get("not saved yet · made of compose.yaml")
        editor.screenshot(os.path.join(options.out, "foreign.png"))
        editor.focus()
        key("ctrl+s")
        wait_for("the file dialog", lambda: len(editor.windows()) > 1)
        choose_file(editor, "kept", saving=True)
        wait_for("the drawing beside it", lambda: os.path.exists(os.path.join(folder, "kept.tierboard")))
        key("ctrl+shift+e")
        editor.get("Choose a file…")
        dialog = [window for window in editor.windows() if window != editor.window][-1]
        xdo("windowfocus", "--sync", dialog)
        editor.goes_to([], "SVG picture")
        editor.goes_to(["shift+Tab"] * 4, "The drawing goes along")  # round the end, past the words below the list
        editor.goes_to(["Tab"] * 4, "SVG picture")
        editor.press("Graphviz file", "list item")
        editor.get(lambda name: name.startswith("Left out:\n• "), "label")
        editor.screenshot(os.path.join(options.out, "foreign-export.png"))
        xdo("windowfocus", "--sync", dialog)
        key("Up", "Down", "Return")
        wait_for("the Export dialog to go", lambda: dialog not in editor.windows())
        choose_file(editor, "theirs", saving=True)
        wait_for("the graph with the ending of its format", lambda: os.path.exists(os.path.join(folder, "theirs.dot")))
        with open(path) as file:
            if file.read() != COMPOSE:
                raise Failed("the file that it was made of was written")
    finally:
        editor.end()


# Name, what is in it, a component of it, and what of it has no place, with its line.
OTHERS = [
    ("graph.dot", 'digraph {\n  rankdir=LR\n  web [label="Web shop"]\n  web -> db\n}\n', "Web shop",
     ("the attribute rankdir has no place here", "line 2")),
    ("README.md", "# Shop\n\n```mermaid\nflowchart LR\n  user([User]) --> db[(Orders)]\n  style db fill:#fff\n```\n", "Orders",
     ("style has no place here", "line 6")),
    ("page.drawio", """<mxfile><diagram id="p" name="Page"><mxGraphModel><root><mxCell id="0"/><mxCell id="1" parent="0"/>
<mxCell id="a" value="Api" vertex="1" parent="1"><mxGeometry x="40" y="40" width="120" height="60" as="geometry"/></mxCell>
<mxCell id="b" value="Ledger" vertex="1" parent="1"><mxGeometry x="300" y="40" width="120" height="60" as="geometry"/></mxCell>
<mxCell id="e" edge="1" parent="1" source="a" target="b"><mxGeometry relative="1" as="geometry"/></mxCell>
</root></mxGraphModel></diagram></mxfile>
""", "Ledger", None),
    ("workspace.json", """{"name": "Bank", "model": {"softwareSystems": [{"id": "1", "name": "Bank",
 "documentation": {"sections": [{"content": "x", "format": "Markdown"}]},
 "containers": [{"id": "2", "name": "Teller"}]}]}}
""", "Teller", None),
]


def each_opens_in_a_tab_with_what_was_dropped(options):
    folder = tempfile.mkdtemp(prefix="tierboard-foreign-")
    for name, text, _, _ in OTHERS:
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    editor = Editor(options.editor, files=[os.path.join(folder, other[0]) for other in OTHERS])
    try:
        for name, _, component, dropped in reversed(OTHERS):
            editor.get(component, "button")
            if dropped is not None:
                editor.get(name + ": " + dropped[0])
                editor.get(dropped[1])
            editor.focus()
            editor.screenshot(os.path.join(options.out, "foreign-%s.png" % name))
            key("ctrl+Page_Up")
    finally:
        editor.end()


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(text)
    return path


# The canvas takes text too, for parts of the palette: a file's name is none.
def files_dropped_on_a_drawing_open_beside_it(options):
    folder = tempfile.mkdtemp(prefix="tierboard-foreign-")
    names = [write(folder, "compose.yaml", COMPOSE), write(folder, "bad.drawio", "{{{"), folder,
             write(folder, OTHERS[0][0], OTHERS[0][1])]
    editor = Editor(options.editor, designs={"shop.tierboard": os.path.join(options.source, "data/examples/client-server.tierboard")})
    try:
        editor.get("Problems", "button")
        drag_files(editor, names, editor.width / 2, editor.height / 2)
        editor.get(lambda name: name.startswith(os.path.basename(folder) + " is a folder"), "label")  # in its turn, for 6 s: looked for before all else
        editor.get(OTHERS[0][2], "button")
        editor.toast("Made a drawing of graph.dot")
        editor.focus()
        key("ctrl+Page_Up")
        editor.get("cache", "button")
        editor.get("compose.yaml: web: “logging” has no place here")  # the bad one did not take its place
        editor.screenshot(os.path.join(options.out, "foreign-dropped.png"))
    finally:
        editor.end()


run_tests([files_dropped_on_a_drawing_open_beside_it, each_opens_in_a_tab_with_what_was_dropped, it_becomes_a_drawing_and_goes_out_again], arguments())
