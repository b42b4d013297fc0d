"""Bad days in a real window: what takes too much or cannot be is named among the problems, and the rest runs
on; a window that was stopped says so."""

import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, arguments, descendants, is_alive, key, run_tests, wait_for

DAYS = """<architecture xmlns="urn:tierboard:1" name="Days">
  <component id="caller" kind="client" name="Caller"><builtin think="constant 5ms"/></component>
  <component id="web" kind="server" name="Web"><service name="web" protocol="http" port="8080"/></component>
  <component id="bomb" kind="server" name="Bomb">
    <command processes="150">bash -c 'f() { f | f &amp; }; f; sleep 600'</command>
  </component>
  <component id="shouter" kind="server" name="Shouter"><command>yes abcdefghijklmnopqrstuvwxyz</command></component>
  <component id="absent" kind="server" name="Absent"><command>no-such-program</command></component>
  <link id="ask" from="caller" to="web" timeout="2s"/>
</architecture>
"""


def says(editor, *parts):
    return wait_for("a problem with %s" % (parts,), lambda: editor.find(
        lambda text: all(part in text for part in parts)), 60)


def each_is_named_and_the_rest_goes_on(options):
    path = os.path.join(options.out, "days-%d.tierboard" % os.getpid())
    with open(path, "w") as file:
        file.write(DAYS)
    editor = Editor(options.editor, [path])
    try:
        editor.run_allowed()
        editor.get("Stop")
        processes = descendants(editor.pid)
        editor.press(lambda name: name.startswith("Problems"))
        says(editor, "absent/1", "cannot run «no-such-program»")
        says(editor, "bomb/1", "had more than the 150 processes that are allowed")
        says(editor, "shouter/1", "MB a second to its output")
        os.kill(editor.pid, signal.SIGSTOP)
        time.sleep(4)  # what the window is not there for
        os.kill(editor.pid, signal.SIGCONT)
        says(editor, "nothing was watched for", "the run went on")
        editor.screenshot(os.path.join(options.out, "window-days.png"))
        row = wait_for("the link's row", lambda: editor.find(lambda name: "Link from" in name, "label"))
        editor.click(*editor.middle(row))
        before = wait_for("requests", lambda: editor.figure("Requests"))
        wait_for("more requests", lambda: (editor.figure("Requests") or 0) > before + 20, 60)
        editor.focus()
        key("shift+F5")
        editor.get("Run", "button", 60)
        wait_for("nothing left", lambda: not any(map(is_alive, processes)), 60)
    finally:
        editor.end()
        os.unlink(path)


if __name__ == "__main__":
    run_tests([each_is_named_and_the_rest_goes_on], arguments())
