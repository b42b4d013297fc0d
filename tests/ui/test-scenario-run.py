"""A scenario in a real window, on real processes: one button, what is found, the result, and step by step in a
classroom with a question before its answer."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, Failed, arguments, descendants, key, run_tests, type_text, wait_for

CUT = """<architecture xmlns="urn:tierboard:1" name="Cut">
  <component id="browser" kind="client" name="Browser" threads="pool 2">
    <builtin think="exponential 5ms"><call link="ask" op="read" path="/"/></builtin>
  </component>
  <component id="web" kind="server" name="Web server">
    <service name="web" protocol="http" port="8080"/>
    <builtin/>
  </component>
  <link id="ask" from="browser" to="web" service="web" timeout="200ms"/>
  %s
</architecture>
"""

SCENARIO = """<scenario id="cut-it" name="Cut it">
    <wait until="ready"/>
    <phase id="before" name="Before" lasts="1s"/>
    <phase id="cut" name="Cut" lasts="1s" question="Who answers now?" answer="Nobody does.">
      <do partition="cut" of="ask"/>
    </phase>
    <expect that="availability" of="ask" during="before" at-least="0.5"/>
    <expect that="availability" of="ask" during="cut" at-most="0.6"/>
  </scenario>"""

FOREIGN = """<architecture xmlns="urn:tierboard:1" name="Exercise">
  <scenario id="kill-it" name="Kill it"><phase id="dead" lasts="1s"><do kill="%s"/></phase></scenario>
</architecture>
"""


def drawing(options, name, content):
    path = os.path.join(options.out, "%s-%d.tierboard" % (name, os.getpid()))
    with open(path, "w") as file:
        file.write(content)
    return path


def said(editor, words):
    return editor.find(lambda name: words in name, "label")


def picture(editor, options, name):
    editor.screenshot(os.path.join(options.out, "window-scenario-%s.png" % name))


def one_button_runs_it_and_the_result_stays(options):
    path = drawing(options, "one", CUT % SCENARIO)
    editor = Editor(options.editor, [path])
    try:
        editor.press("Run the scenario")
        wait_for("a phase, or the end", lambda: said(editor, "phase cut") or said(editor, "Held: "), 60)
        picture(editor, options, "runs")
        wait_for("the result", lambda: said(editor, "Held: all 2 expectations held"), 60)
        wait_for("the processes to be gone", lambda: not descendants(editor.pid))
        if not said(editor, "availability of ask during before"):
            raise Failed("what was expected is not said")
        picture(editor, options, "over")
        editor.press("Dismiss the result")
        wait_for("it to be gone", lambda: not said(editor, "Held: all"))
    finally:
        editor.end()
        os.unlink(path)


def stop_ends_it(options):
    path = drawing(options, "stop", CUT % SCENARIO.replace("1s", "60s"))
    editor = Editor(options.editor, [path])
    try:
        editor.get("Run the scenario", "button")
        editor.focus()
        key("F4")
        wait_for("a phase", lambda: said(editor, "phase before"), 60)
        editor.press("Stop")
        wait_for("that it was stopped", lambda: said(editor, "Not run: it was stopped"), 60)
        wait_for("the processes to be gone", lambda: not descendants(editor.pid))
    finally:
        editor.end()
        os.unlink(path)


def a_class_sees_the_question_before_the_result(options):
    path = drawing(options, "class", CUT % SCENARIO)
    editor = Editor(options.editor, [path])
    try:
        editor.get("Run the scenario", "button")
        editor.focus()
        key("F12")
        wait_for("the classroom", lambda: said(editor, "Space: run it"))
        key("space")
        wait_for("the first step", lambda: said(editor, "Space: wait until it is so"), 60)
        key("Page_Down")
        wait_for("the second", lambda: said(editor, "begin “Before”"))
        key("space")
        wait_for("the question", lambda: said(editor, "Who answers now?") and said(editor, "begin “Cut”"))
        key("space")
        wait_for("an offer of the result", lambda: said(editor, "Space: show what was measured"))
        if not said(editor, "what do you think?") or said(editor, "Nobody does."):
            raise Failed("the result was shown before it was asked for")
        picture(editor, options, "class")
        key("space")
        wait_for("the answer", lambda: said(editor, "Nobody does."))
        picture(editor, options, "answer")
        key("space")
        wait_for("the result", lambda: said(editor, "Held: all 2 expectations held"), 60)
        key("Escape")
        editor.get("Run", "button")
    finally:
        editor.end()
        os.unlink(path)


def scenarios_of_a_file_are_applied(options):
    path, exercise = drawing(options, "student", CUT % ""), drawing(options, "exercise", FOREIGN % "web/1")
    editor = Editor(options.editor, [path])
    try:
        editor.get("Run", "button")
        use_scenarios(editor, exercise)
        editor.toast("1 scenario of exercise")
        editor.press("Run the scenario")
        wait_for("the result", lambda: said(editor, "nothing is expected of it"), 60)
        with open(exercise, "w") as file:
            file.write(FOREIGN % "nobody")
        wait_for("the run to be over", lambda: editor.find("Run", "button"))
        use_scenarios(editor, exercise)
        editor.toast("nobody")
    finally:
        editor.end()
        os.unlink(path)
        os.unlink(exercise)


def a_recording_tells_of_it(options):
    path, recording = drawing(options, "told", CUT % SCENARIO), os.path.join(options.out, "told-%d.tbrec" % os.getpid())
    command = os.path.join(os.path.dirname(options.editor), "tierboard")
    subprocess.run([command, "run", path, "--scenario", "cut-it", "--json", "--record", recording], check=True,
                   stdout=subprocess.DEVNULL, timeout=120)
    editor = Editor(options.editor, [recording])
    try:
        wait_for("the result", lambda: said(editor, "Held: all 2 expectations held"))
        editor.focus()
        key("F12")
        wait_for("an offer of the result", lambda: said(editor, "Space: show what was measured"))
        key("space")
        wait_for("the answer", lambda: said(editor, "Nobody does.") and said(editor, "Space: from the beginning"))
        key("space")
        # The wait took next to no time: it may count as gone at the very beginning.
        wait_for("the beginning", lambda: said(editor, "Space: wait until it is so") or said(editor, "begin “Before”"))
        key("space")
        wait_for("the next step", lambda: said(editor, "begin “Before”") or said(editor, "begin “Cut”"))
        picture(editor, options, "replay")
        key("Escape")
        editor.get("Main menu")
    finally:
        editor.end()
        os.unlink(path)
        os.unlink(recording)


def use_scenarios(editor, path):
    alone = len(editor.windows())
    editor.focus()
    key("ctrl+shift+p")
    wait_for("the palette", lambda: len(editor.windows()) > alone)
    type_text("Use scenarios of a file")
    key("Return")
    editor.get("Use the scenarios of a file", None, 30)
    type_text(path)
    key("Return")


if __name__ == "__main__":
    run_tests([one_button_runs_it_and_the_result_stays, stop_ends_it, a_class_sees_the_question_before_the_result,
               a_recording_tells_of_it, scenarios_of_a_file_are_applied], arguments())
