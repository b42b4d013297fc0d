"""Looking back in a real window: as many dots as messages, the picture paused while the run goes on, and
a recording as a document."""

import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, Failed, arguments, descendants, is_alive, key, run_tests, type_text, wait_for

# Ten calls by a program that knows nothing of this, each of which makes one more.
TEN = """<architecture xmlns="urn:tierboard:1" name="Ten">
  <component id="caller" kind="client" name="Caller">
    <command>bash -c 'for i in 1 2 3 4 5 6 7 8 9 10; do curl -s -o /dev/null "$WEB_URL/"; done; sleep 1000'</command>
    <ready kind="none"/>
  </component>
  <component id="web" kind="server" name="Web">
    <service name="http" protocol="http" port="8080"/>
    <builtin><call link="keep" op="write"/></builtin>
  </component>
  <component id="kept" kind="store" name="Kept">
    <service name="data" protocol="resp" port="6379"/>
  </component>
  <link id="ask" from="caller" to="web"/>
  <link id="keep" from="web" to="kept"/>
</architecture>
"""


LATE = '<component id="late" kind="server" name="Latecomer"><service name="web" port="8088"/><builtin/></component>\n'


def latecomer(editor):
    return editor.find(lambda name: "Latecomer" in name)


def example(options, name):
    return os.path.join(options.source, "data", "examples", name + ".tierboard")


def start(editor):
    editor.focus()
    key("F5")
    editor.get("Stop")


def label_with(editor, words):
    return editor.find(lambda name: words in name, "label")


def as_many_dots_as_messages(options):
    path = os.path.join(options.out, "ten-%d.tierboard" % os.getpid())
    with open(path, "w") as file:
        file.write(TEN)
    editor = Editor(options.editor, [path])
    try:
        editor.run_allowed()
        label = wait_for("forty dots", lambda: label_with(editor, "40 dots"), 60)
        if "not shown" in label.name or "streams" in label.name or " × slower" not in label.name:
            raise Failed("said of the dots: " + label.name)
        editor.focus()
        key("F5")  # does nothing while it runs
        said = wait_for("the words", lambda: label_with(editor, " dots")).name
        if not said.startswith("40 dots"):
            raise Failed("and then: " + said)
        editor.screenshot(os.path.join(options.out, "window-ten.png"))
    finally:
        editor.end()
        os.unlink(path)


def standing_figure(editor):
    """The requests, once what was asked of the run before has been shown; None while they change."""
    before = editor.figure("Requests")
    time.sleep(0.4)
    return before if before == editor.figure("Requests") else None


def the_picture_stands_while_the_run_goes_on(options):
    editor = Editor(options.editor, [example(options, "client-server")])
    try:
        row = wait_for("the row of the link", lambda: editor.find(lambda name: "Link from" in name, "label"))
        editor.click(*editor.middle(row))
        start(editor)
        wait_for("requests", lambda: (editor.figure("Requests") or 0) > 20)
        processes = descendants(editor.pid)
        wait_for("the time bar", lambda: editor.find("Live", "button"))
        editor.press("Pause the picture")
        wait_for("the time of the picture", lambda: label_with(editor, " of "))
        stood = wait_for("a picture that stands", lambda: standing_figure(editor))
        time.sleep(1)  # in which a run makes hundreds
        if editor.figure("Requests") > stood:
            raise Failed("the picture did not stand")
        if not all(map(is_alive, processes)):
            raise Failed("the run did not go on")
        editor.screenshot(os.path.join(options.out, "window-paused.png"))
        at = label_with(editor, " of ").name
        editor.focus()
        key("alt+b")
        wait_for("the message before", lambda: label_with(editor, " of ").name != at)
        key("alt+l")
        wait_for("the run again", lambda: (editor.figure("Requests") or 0) > stood + 20, 30)
        key("shift+F5")
        editor.get("Run", "button", 30)
    finally:
        editor.end()


def export_it(editor, path):
    """By the command palette, as by hand."""
    alone = len(editor.windows())
    editor.focus()
    key("ctrl+shift+p")
    wait_for("the palette", lambda: len(editor.windows()) > alone)
    type_text("Export the recording")
    key("Return")
    editor.get("Export the recording", None, 30)  # the file dialog
    key("ctrl+a")
    type_text(path)
    key("Return")
    wait_for("the file", lambda: os.path.exists(path), 30)
    with open(path, "rb") as file:
        if file.read(4) != bytes([0x0a, 0x0d, 0x0d, 0x0a]):
            raise Failed("no pcapng")
    os.unlink(path)


def record_a_changed_run(options, path):
    """Two components, then a third one as well; at half of its time requests are made, however slowly it began."""
    command = os.path.join(os.path.dirname(options.editor), "tierboard")
    before, after = path + ".tierboard", path + ".more.tierboard"
    with open(example(options, "client-server")) as file:
        text = file.read()
    with open(before, "w") as file:
        file.write(text)
    with open(after, "w") as file:
        file.write(text.replace("</architecture>", LATE + "</architecture>"))
    with subprocess.Popen([command, "run", before, "--json", "--record", path], stdout=subprocess.PIPE) as run:
        def time_of(line):
            return json.loads(line)["time_ns"]
        while b'"state":"running"' not in (line := run.stdout.readline()):
            pass
        half_ns = time_of(line) + 10**9
        run.stdout.readline()
        subprocess.run([command, "ctl", "--run", before, "apply", after], check=True, stdout=subprocess.DEVNULL)
        run.stdout.readline()
        while time_of(run.stdout.readline()) < 2 * half_ns:
            pass
        run.send_signal(signal.SIGINT)
        run.stdout.read()
    os.unlink(before)
    os.unlink(after)


def a_recording_is_a_document(options):
    path = os.path.join(options.out, "past-%d.tbrec" % os.getpid())
    record_a_changed_run(options, path)
    editor = Editor(options.editor, [path])
    try:
        editor.get(lambda name: name.startswith("recording · "))
        wait_for("the time", lambda: label_with(editor, " of "))
        row = wait_for("the row of the link", lambda: editor.find(lambda name: "Link from" in name, "label"))
        editor.click(*editor.middle(row))
        at = float(label_with(editor, " of ").name.split()[0])
        opened = wait_for("requests", lambda: editor.figure("Requests"))
        wait_for("what was added", lambda: latecomer(editor))
        slider = editor.get("Time", "slider")
        x, y, width, height = editor.bounds(slider)
        editor.click(x + width / 2, y + height / 2)
        wait_for("fewer requests by half of the time", lambda: 0 < editor.figure("Requests") < opened)
        editor.screenshot(os.path.join(options.out, "window-recording.png"))
        key("Home")
        wait_for("none at the beginning", lambda: not editor.figure("Requests"))
        wait_for("the drawing of the beginning", lambda: not latecomer(editor))
        editor.screenshot(os.path.join(options.out, "window-recording-begins.png"))
        key("End")
        wait_for("the drawing of the end", lambda: latecomer(editor))
        wait_for("all of them at the end", lambda: (editor.figure("Requests") or 0) >= opened)
        wait_for("an end that is after where it opened",
                 lambda: float(label_with(editor, " of ").name.split()[0]) > at)
        if descendants(editor.pid):
            raise Failed("something runs")
        export_it(editor, path + ".pcapng")
    finally:
        editor.end()
        os.unlink(path)


if __name__ == "__main__":
    run_tests([as_many_dots_as_messages, the_picture_stands_while_the_run_goes_on, a_recording_is_a_document],
              arguments())
