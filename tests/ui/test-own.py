"""An engineer draws a Redis that runs already and a command of their own, by keys, and runs both."""

import os
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, Failed, arguments, descendants, is_alive, key, run_tests, type_text, wait_for

EMPTY = """<?xml version="1.0" encoding="UTF-8"?>
<architecture xmlns="urn:tierboard:1" name="Mine">
  <view id="main" name="Overview"/>
</architecture>
"""


def typed(editor, line, name):
    """A line in the entry of Ctrl+E makes an element, which is selected then."""
    editor.focus()
    key("ctrl+e")
    wait_for("the entry", lambda: len(editor.windows()) > 1 or editor.find("New element", "text"))
    type_text(line)
    key("Return")
    wait_for(name + " in the outline", lambda: editor.find(name, "label"))


def on_canvas(editor, title):
    def named():
        drawing = editor.find("Drawing")
        return drawing and editor.find(title, "button", drawing)
    return wait_for("%s on the canvas" % title, named)


def what_runs_already_is_drawn_run_and_cut(options):
    if not shutil.which("redis-server") or not shutil.which("redis-cli"):
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    redis = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
                              "--requirepass", "s3cret"], stdout=subprocess.DEVNULL)
    empty = os.path.join(options.out, "own-empty.tierboard")
    with open(empty, "w") as file:
        file.write(EMPTY)
    editor = Editor(options.editor, designs={"mine.tierboard": empty})
    try:
        typed(editor, "external Redis address=redis://default:s3cret@localhost:%d" % port, "Redis")
        typed(editor, "client App", "App")
        editor.press("Add a part", None)
        editor.press("Command instead of Built-in", "menu item")
        wait_for("the command's field", lambda: editor.find("Command line"))
        type_text("sh -c 'while :; do redis-cli -u $REDIS_URL incr n; sleep 0.05; done'")
        editor.click(*editor.middle(on_canvas(editor, "App")))
        key("c")
        wait_for("the entry", lambda: len(editor.windows()) > 1)
        type_text("Redis")
        key("Return")
        link = wait_for("the link", lambda: editor.find("App → Redis", "label"))
        editor.click(*editor.middle(link))
        key("F5")
        wait_for("the question", lambda: len(editor.windows()) > 1)
        key("Return")
        editor.get("Stop", "button", 30)
        wait_for("requests", lambda: (editor.figure("Requests") or 0) > 10, 30)
        processes = descendants(editor.pid)
        editor.screenshot(os.path.join(options.out, "window-own.png"))
        editor.press("Cut")
        editor.get("Heal", "button")
        editor.focus()
        key("shift+F5")
        editor.get("Run", "button", 30)
        left = [process for process in processes if is_alive(process)]
        if left:
            raise Failed("left running: %s" % left)
        if redis.poll() is not None:
            raise Failed("what lies outside was ended")
    finally:
        editor.end()
        redis.terminate()
        redis.wait(30)
        os.remove(empty)


if __name__ == "__main__":
    run_tests([what_runs_already_is_drawn_run_and_cut], arguments())
