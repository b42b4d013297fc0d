"""Instances in a real window: their menus by mouse, keys and palette, the state each is in, and their
terminals and debuggers."""

import ctypes.util
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import (Editor, Failed, arguments, descendants, is_alive, key, run_tests, type_text, wait_for,
                    xdo)

SHELL = """<architecture xmlns="urn:tierboard:1" name="Shell">
  <component id="shell" kind="client" name="Shell">
    <command terminal="yes">sh -i</command>
    <ready kind="none"/>
  </component>
  <component id="other" kind="server" name="Other">
    <command>sleep 1000</command>
    <ready kind="none"/>
  </component>
</architecture>
"""

# Each in the state that its name says, for as long as the run lasts. What is said of one that fails may lie over the
# lowest row.
STATES = """<architecture xmlns="urn:tierboard:1" name="States">
  <component id="ready" kind="server" name="Ready"><command>sleep 1000</command><ready kind="none"/></component>
  <component id="starting" kind="server" name="Starting">
    <command>sleep 1000</command><ready kind="log" pattern="never" timeout="1h"/>
  </component>
  <component id="waiting" kind="server" name="Waiting" replicas="2">
    <command>sleep 1000</command><ready kind="none"/><depends on="starting"/>
  </component>
  <component id="crashing" kind="server" name="Crashing">
    <command>sh -c "echo no database; exit 3"</command><ready kind="none"/>
    <restart delay="10ms" longest="20s"/>
  </component>
  <component id="deaf" kind="server" name="Not answering">
    <service name="web" protocol="http" port="8080"/>
    <command>sleep 1000</command><ready kind="none"/>
    <alive kind="tcp" interval="50ms" failures="2"/><restart policy="no"/>
  </component>
  <component id="done" kind="server" name="Stopped"><command>true</command><ready kind="none"/></component>
  <component id="failed" kind="server" name="Failed">
    <command>sh -c "echo out of paper; exit 1"</command><ready kind="none"/>
  </component>
  <component id="stubborn" kind="server" name="Stopping">
    <command>sh -c 'trap "" TERM; echo up; while :; do sleep 1; done'</command>
    <ready kind="log" pattern="up"/><stop grace="10min"/>
  </component>
  <view id="main" kind="free" name="Overview">
    <place of="ready" x="60" y="60"/><place of="starting" x="360" y="60"/><place of="waiting" x="660" y="60"/>
    <place of="crashing" x="60" y="220"/><place of="deaf" x="360" y="220"/><place of="stubborn" x="660" y="220"/>
    <place of="failed" x="60" y="380"/><place of="done" x="360" y="380"/>
  </view>
</architecture>
"""


class Drawing:
    """A file of that text in a folder that the run's programs may write to."""

    def __init__(self, text):
        self.folder = tempfile.mkdtemp(prefix="tierboard-terminal-")
        os.chmod(self.folder, 0o777)
        self.path = os.path.join(self.folder, "drawing.tierboard")
        with open(self.path, "w") as file:
            file.write(text)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        shutil.rmtree(self.folder)


def start(editor):
    editor.run_allowed()
    editor.get("Stop")


def stop(editor, seconds=20):
    processes = descendants(editor.pid)
    editor.focus()
    key("shift+F5")
    editor.get("Run", "button", seconds)
    left = [process for process in processes if is_alive(process)]
    if left:
        raise Failed("left running: %s" % left)


def all_windows(editor):
    """Those without a name too: popovers, tooltips."""
    return set(xdo("search", "--onlyvisible", "--pid", editor.pid, "").split())


def by_palette(editor, words):
    editor.focus()
    before = all_windows(editor)
    key("ctrl+shift+p")  # Ctrl+K is a terminal's own while one has the focus
    palette = wait_for("the palette", lambda: all_windows(editor) - before)
    type_text(words)
    editor.get(lambda name: name.lower() == words.lower(), "label")
    key("Return")
    wait_for("the palette to go", lambda: not palette & all_windows(editor))


def select(editor, name):
    """By its card on the canvas."""
    editor.click(*editor.middle(editor.get(name, "button")))


def says(editor, words):
    wait_for("“%s”" % words, lambda: editor.find(lambda name: words in name, "label"), 30)


def await_ready(editor, instance):
    """Its row says what it uses, and no state."""
    wait_for(instance + " to be ready",
             lambda: any(node.name == instance and node.parent
                         and any(beside.name.endswith("\u202f%") for beside in node.parent.children)
                         for node in editor.walk()))


def tell(editor):
    """By mouse, keys and palette."""
    select(editor, "Other")
    await_ready(editor, "other-1")
    editor.press("Menu of other-1", None)  # the mouse: the row's menu
    editor.press("Pause", "menu item")
    says(editor, "paused")
    by_palette(editor, "Resume other/1")
    wait_for("it to go on", lambda: not editor.find("paused", "label"))
    select(editor, "Other")  # keys: the menu of what is selected on the canvas
    key("Menu")
    editor.get("Kill", "menu item")
    editor.press("Stop", "menu item")
    says(editor, "stopped")
    by_palette(editor, "Start other/1 with all it needs")
    wait_for("it to run", lambda: not editor.find("stopped", "label"))


def every_state_has_its_shape_and_says_why(options):
    with Drawing(STATES) as drawing:
        for theme in ("light", "dark") if options.screenshot else ("light",):
            editor = Editor(options.editor, [drawing.path], theme=theme)
            try:
                start(editor)
                select(editor, "Waiting")
                says(editor, "Waits for starting/1 to be ready (a line like «never»")
                editor.get(lambda name: name.startswith("Menu of waiting-"), "button")
                select(editor, "Crashing")
                says(editor, "crash loop")
                select(editor, "Not answering")
                says(editor, "not answering")
                select(editor, "Ready")
                await_ready(editor, "ready-1")
                by_palette(editor, "Pause ready/1")
                select(editor, "Stopping")
                await_ready(editor, "stubborn-1")  # it is deaf from then on
                by_palette(editor, "Stop stubborn/1")
                says(editor, "unless it ends")
                editor.screenshot(os.path.join(options.out, "window-states-%s.png" % theme))
                if theme == "dark":
                    editor.width = 520
                    editor.resize(530, 810)
                    editor.screenshot(os.path.join(options.out, "window-states-narrow.png"))
                    editor.width = 1280
                    editor.resize(1290, 810)
                by_palette(editor, "Start waiting/1 without waiting")
                select(editor, "Waiting")
                by_palette(editor, "Kill stubborn/1")
                stop(editor)
            finally:
                editor.end()


def has_vte():
    return ctypes.util.find_library("vte-2.91-gtk4") is not None


def use_terminal(editor, drawing, options):
    by_palette(editor, "Open the terminal of shell/1")
    editor.get("Terminal", "widget")
    made = os.path.join(drawing.folder, "made")
    type_text("echo $((6 * 7)) with $TERM > %s\n" % made)
    wait_for("what was typed to be done", lambda: os.path.exists(made) and os.path.getsize(made))
    with open(made) as file:
        text = file.read()
    if text != "42 with xterm-256color\n":
        raise Failed("the shell wrote %r" % text)
    key("ctrl+w")  # a word of the shell's, not the window's tab
    type_text("echo still here > %s2\n" % made)
    wait_for("the shell", lambda: os.path.exists(made + "2"))
    type_text("ls --color=always /; stty size\n")
    editor.screenshot(os.path.join(options.out, "window-terminal.png"))
    by_palette(editor, "Open the terminal of other/1")
    editor.press("Restart in a terminal")
    wait_for("a terminal", lambda: not editor.find("Restart in a terminal", "button"))
    if shutil.which("strace"):
        by_palette(editor, "Restart other/1 under strace")
        wait_for("strace", lambda: any(is_called(pid, "strace") for pid, _ in descendants(editor.pid)))
        editor.screenshot(os.path.join(options.out, "window-strace.png"))
        by_palette(editor, "Restart other/1")


def debug(editor, drawing, options):
    by_palette(editor, "Pause other/1")
    select(editor, "Other")
    says(editor, "paused")
    editor.press("Menu of other-1", None)
    editor.press("Debug with gdb", "menu item")
    wait_for("gdb", lambda: any(is_called(pid, "gdb") for pid, _ in descendants(editor.pid)), 30)
    made = os.path.join(drawing.folder, "seen")
    type_text("shell touch %s\n" % made)
    wait_for("what was typed to be done", lambda: os.path.exists(made), 30)
    editor.screenshot(os.path.join(options.out, "window-debugger.png"))
    type_text("quit\ny\n")
    wait_for("gdb to end", lambda: not any(is_called(pid, "gdb") for pid, _ in descendants(editor.pid)), 30)


def an_instance_is_told_what_to_do_typed_to_and_debugged(options):
    with Drawing(SHELL) as drawing:
        editor = Editor(options.editor, [drawing.path],
                        theme="dark" if options.screenshot else "light")
        try:
            start(editor)
            tell(editor)
            if has_vte():
                use_terminal(editor, drawing, options)
                if shutil.which("gdb"):
                    debug(editor, drawing, options)
            else:
                by_palette(editor, "Open the terminal of shell/1")
                editor.get("tierboard ctl attach shell/1")
            stop(editor)
        finally:
            editor.end()


def is_called(pid, name):
    try:
        with open("/proc/%d/comm" % pid) as file:
            return file.read().strip() == name
    except OSError:
        return False


if __name__ == "__main__":
    run_tests([an_instance_is_told_what_to_do_typed_to_and_debugged,
               every_state_has_its_shape_and_says_why], arguments())
