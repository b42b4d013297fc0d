"""The clipboard, linking by hand and taking away, in a real window."""

import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import SKIP, Editor, Failed, arguments, key, run_tests, wait_for

if not shutil.which("xclip"):
    print("1..0 # SKIP xclip is not installed")
    sys.exit(SKIP)


def component(editor, title):
    """The canvas's own accessible of a component."""
    def named():
        drawing = editor.find("Drawing")
        return drawing and editor.find(title, "button", drawing)
    return wait_for("%s on the canvas" % title, named)


def gone(editor, title):
    def missing():
        drawing = editor.find("Drawing")
        return drawing and not editor.find(title, "button", drawing)
    wait_for("%s to be gone" % title, missing)


def clipboard(target):
    done = subprocess.run(["xclip", "-selection", "clipboard", "-o", "-t", target],
                          capture_output=True, timeout=20)
    return done.stdout


def put(text):
    subprocess.run(["xclip", "-selection", "clipboard", "-i"], input=text.encode(), check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def start(options):
    editor = Editor(options.editor)
    editor.press("Empty drawing")
    editor.press("Add Server")
    component(editor, "Server")
    editor.focus()
    editor.click(*editor.middle(component(editor, "Server")))
    return editor


def what_is_copied_can_be_had_as_xml_svg_and_png(options):
    editor = start(options)
    try:
        key("ctrl+c")
        offered = wait_for("the clipboard", lambda: clipboard("TARGETS")).decode().split()
        for target in ("image/svg+xml", "image/png", "text/plain", "application/vnd.tierboard+xml"):
            if target not in offered:
                raise Failed("%s is not among %s" % (target, offered))
        xml, svg, png = map(clipboard, ("text/plain", "image/svg+xml", "image/png"))
        if b'<component id="server" kind="server"' not in xml:
            raise Failed("no architecture: %s" % xml.decode())
        if b"<svg" not in svg or b">Server</text>" not in svg:
            raise Failed("no picture with text: %s" % svg[:300].decode())
        if png[:8] != b"\x89PNG\r\n\x1a\n":
            raise Failed("no PNG: %r" % png[:20])
        with open(os.path.join(options.out, "clipboard.png"), "wb") as file:
            file.write(png)
    finally:
        editor.end()


def cut_copy_and_paste(options):
    editor = start(options)
    try:
        key("ctrl+c")
        wait_for("the clipboard", lambda: clipboard("TARGETS"))
        key("ctrl+v")
        component(editor, "Server 2")
        key("ctrl+shift+v")
        component(editor, "Server 3")
        key("ctrl+x")
        gone(editor, "Server 3")
        key("ctrl+z")
        component(editor, "Server 3")
    finally:
        editor.end()


def text_from_elsewhere_becomes_a_note(options):
    editor = start(options)
    try:
        put("Ask Bob about <this>")
        key("ctrl+v")
        wait_for("the note", lambda: editor.find(lambda name: "Ask Bob about <this>" in name))
        put('<!DOCTYPE a [<!ENTITY x "y">]><architecture xmlns="urn:tierboard:1"/>')
        key("ctrl+v")
        editor.toast("The clipboard holds no architecture that can be read")
        mermaid = "flowchart LR\n  Alpha --> Beta\n"
        put(mermaid)
        key("ctrl+v")
        component(editor, "Beta")
        editor.toast("Pasted what it says in Mermaid")
        key("ctrl+shift+v")
        wait_for("the same as a note", lambda: editor.find(lambda name: "Alpha --> Beta" in name))
    finally:
        editor.end()


def a_handle_that_is_clicked_adds_what_is_called(options):
    editor = start(options)
    try:
        x, y, width, height = editor.bounds(component(editor, "Server"))
        editor.move_to(x + width / 2, y + height / 2)
        editor.click(x + width, y + height / 2)
        component(editor, "Store")
        x, y, width, height = editor.bounds(component(editor, "Server"))
        editor.move_to(x + width / 2, y + height / 2)
        editor.drag(x + width / 2, y + height, x + width / 2, y + height + 180)
        editor.get("What it calls")
        editor.screenshot(os.path.join(options.out, "window-link-dropped.png"))
        key("Down", "Return")
        component(editor, "Cache")
        key("alt+shift+Right")
        component(editor, "Cache 2")
        editor.screenshot(os.path.join(options.out, "window-connect.png"))
    finally:
        editor.end()


def hidden_is_not_deleted(options):
    editor = start(options)
    try:
        key("shift+Delete")
        editor.toast("Server is no longer shown in Overview; it stays in the architecture")
        key("ctrl+z")
        editor.click(*editor.middle(component(editor, "Server")))
        key("Delete")
        editor.toast("Server deleted from the architecture")
        gone(editor, "Server")
    finally:
        editor.end()


run_tests([what_is_copied_can_be_had_as_xml_svg_and_png, cut_copy_and_paste,
           text_from_elsewhere_becomes_a_note, a_handle_that_is_clicked_adds_what_is_called,
           hidden_is_not_deleted], arguments())
