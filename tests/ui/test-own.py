"""An engineer draws a Redis that runs already and a command of their own, by keys, and runs both."""

import os
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, Failed, arguments, descendants, is_alive, key, run_tests, type_text, wait_for, xdo

EMPTY = """<?xml version="1.0" encoding="UTF-8"?>
<architecture xmlns="urn:tierboard:1" name="Mine">
  <view id="main" name="Overview"/>
</architecture>
"""


def n_windows(editor):
    """The window's own, its popovers, its dialogs."""
    return len(xdo("search", "--onlyvisible", "--pid", editor.pid, "").split())


def answer(editor, asked_by, line, name):
    """A key that opens the picker, a line, Enter; what it makes is in the outline then."""
    wait_for("nothing over the window", lambda: n_windows(editor) == editor.alone)
    key(asked_by)
    wait_for("the picker", lambda: n_windows(editor) > editor.alone)
    type_text(line)
    key("Return")
    wait_for("the picker to take “%s”" % line, lambda: n_windows(editor) == editor.alone)
    return wait_for(name + " in the outline", lambda: editor.find(name, "label"))


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
        editor.get("Run", "button")
        editor.focus()
        editor.alone = n_windows(editor)
        answer(editor, "ctrl+e", "external Redis address=redis://default:s3cret@localhost:%d" % port, "Redis")
        answer(editor, "ctrl+e", "client App", "App")
        editor.press("Add a part", None)
        editor.press("Command instead of Built-in", "menu item")
        wait_for("the command's field", lambda: editor.find("Command line"))
        type_text("sh -c 'while :; do redis-cli -u $REDIS_URL incr n; sleep 0.05; done'")
        editor.click(*editor.middle(on_canvas(editor, "App")))
        link = answer(editor, "c", "Redis", "App → Redis")
        editor.click(*editor.middle(link))
        wait_for("the link's panel", lambda: editor.find("Data flow", "label"))
        editor.run_allowed()
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
