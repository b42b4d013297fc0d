"""The time line of a scenario in a real window: with keys alone, with the pointer, and what cannot be is said."""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, Failed, arguments, key, run_tests, type_text, wait_for, xdo

DRAWING = """<architecture xmlns="urn:tierboard:1" name="Shop">
  <component id="browser" kind="client" name="Browser"><builtin think="20ms"><call link="save" op="write"/></builtin></component>
  <component id="orders" kind="store" name="Orders" replicas="3"><service name="data" protocol="resp" port="6379"/><builtin replication="raft"/></component>
  <link id="save" from="browser" to="orders"/>
%s  <view id="main" name="Overview" frame="none"><place of="browser" x="0" y="0"/><place of="orders" x="280" y="0"/></view>
</architecture>
"""

SCENARIO = """  <scenario id="cut" name="Cut">
    <wait until="orders has leader"/>
    <phase id="before" lasts="3s"/>
    <phase id="broken" name="Broken" lasts="10s">
      <do kill="orders/leader" at="2s" for="3s"/>
    </phase>
    <phase id="after" lasts="5s">
      <do heal="all"/>
    </phase>
    <expect that="availability" of="save" during="broken" at-least="0.9"/>
  </scenario>
"""


def open_drawing(options, scenario, **how):
    path = os.path.join(options.out, "scenario-%d.tierboard" % os.getpid())
    with open(path, "w") as file:
        file.write(DRAWING % scenario)
    try:
        editor = Editor(options.editor, designs={"shop.tierboard": path}, **how)
    finally:
        os.remove(path)
    editor.press("Scenario", None)
    return editor


def saved(editor):
    """The scenario's XML in the file, once all has been saved."""
    editor.focus()
    key("ctrl+s")
    wait_for("a saved drawing", lambda: editor.find(lambda name: name.endswith("· saved")))
    with open(os.path.join(editor.home, "designs", "shop.tierboard")) as file:
        return re.sub(r"\s+", " ", file.read())


def says(editor, words):
    editor.get("Time line: " + words)


def in_form(editor):
    form = wait_for("the form", lambda: [w for w in editor.windows() if w != editor.window])[0]
    xdo("windowfocus", "--sync", form)


def form_is_gone(editor):
    wait_for("the form to close", lambda: len(editor.windows()) == 1)
    editor.focus()


def a_scenario_is_made_with_keys_alone(options):
    """From nothing to waits, a phase, a kill and an expectation; no pointer is used behind the tab."""
    editor = open_drawing(options, "")
    try:
        editor.press("New scenario")
        editor.get("Scenario 1")  # a button that is pressed so acts a little later
        editor.focus()
        key("Home")
        says(editor, "phase before, 5s")
        key("Right", "shift+Right")
        says(editor, "phase before, 6100ms")
        key("a")
        in_form(editor)
        editor.get("Does")
        type_text("order")
        key("Return")
        editor.get("Nothing is called “order”")
        key("ctrl+a")
        type_text("orders/leader")
        key("Return")
        form_is_gone(editor)
        says(editor, "kill orders/leader, at 0s of before")
        key("shift+Right", "Right", "ctrl+shift+Right")
        says(editor, "kill orders/leader, at 1100ms of before, for 1s")
        key("p")
        in_form(editor)
        type_text("After it")
        key("Return")
        form_is_gone(editor)
        says(editor, "phase After it, 5s")
        key("alt+Left")
        key("w")
        in_form(editor)
        type_text("orders has leader")
        key("Return")
        form_is_gone(editor)
        says(editor, "wait until orders has leader")
        xml = saved(editor)
        expected = ('<phase id="after-it" name="After it" lasts="5s"/> <wait until="orders has leader"/> '
                    '<phase id="before" lasts="6100ms"> <do at="1100ms" for="1s" kill="orders/leader"/> </phase>')
        if expected not in xml:
            raise Failed("the file says: " + xml)
    finally:
        editor.end()


def what_is_wrong_is_said_and_parts_are_moved(options):
    """In the dark, in a narrow window: a name that is not drawn is said, and mended; parts are copied, dragged, undone."""
    editor = open_drawing(options, SCENARIO.replace('of="save"', 'of="sav"'), theme="dark", width=560)
    try:
        editor.get("nothing is called “sav”", "label")
        editor.screenshot(os.path.join(options.out, "window-scenario-dark.png"))
        x, y, width, _ = editor.bounds(editor.find("Time line"))
        editor.click(x + 92 + 32, y + 30)  # behind the lanes' names, in the wait
        says(editor, "wait until orders has leader")
        key("End")
        says(editor, "expected: availability of sav ≥ 0.9 during broken")
        key("Return")
        in_form(editor)
        key("Tab", "ctrl+a")
        type_text("save")
        key("Return")
        form_is_gone(editor)
        says(editor, "expected: availability of save ≥ 0.9 during broken")
        wait_for("nothing wrong", lambda: not editor.find(lambda name: "wrong" in name or "nothing is called" in name))
        key("Up", "Up")
        says(editor, "kill orders/leader, at 2s of Broken, for 3s")
        key("ctrl+c", "ctrl+v")
        wait_for("two kills", lambda: saved(editor).count('<do at="2s" for="3s" kill="orders/leader"/>') == 2)
        key("ctrl+z")
        wait_for("one kill", lambda: saved(editor).count("kill=") == 1)
        key("Home")
        wait_for("the beginning", lambda: editor.find("Time line: wait until orders has leader"))
        key("Down", "Down")
        says(editor, "phase Broken, 10s")
        key("Delete")
        says(editor, "phase after, 5s")
        if "broken" in saved(editor):
            raise Failed("what was expected of a phase stayed: " + saved(editor))
        key("ctrl+z")
        editor.drag(x + 92 + 74, y + 30, x + width - 30, y + 30)
        wait_for("another order", lambda: re.search('id="after".*id="before"', saved(editor)))
    finally:
        editor.end()


def what_was_done_by_hand_becomes_a_scenario(options):
    """A link is cut and healed with the pointer while it runs; that is saved as a scenario."""
    editor = open_drawing(options, "")
    try:
        editor.press("From the run")
        editor.toast("Nothing has run yet")
        row = wait_for("the link", lambda: editor.find(lambda name: "Link from" in name, "label"))
        editor.click(*editor.middle(row))
        editor.focus()
        key("F5")
        wait_for("requests", lambda: (editor.figure("Requests") or 0) > 100)
        editor.press("Cut")
        editor.get("Heal", "button")
        editor.press("Heal")
        editor.get("Cut", "button")
        before = editor.figure("Requests")
        wait_for("more requests", lambda: (editor.figure("Requests") or 0) > before + 60)
        editor.press("Scenario", None)
        editor.press("From the run")
        editor.toast("What was done")
        editor.screenshot(os.path.join(options.out, "window-scenario-from-run.png"))
        editor.press("Stop")
        editor.get("Run", "button")
        xml = saved(editor)
        if not re.search('<scenario id="what-was-done".*<do fault="cut" of="save"/>.*<do heal="all"/>.*<expect', xml):
            raise Failed("the file says: " + xml)
    finally:
        editor.end()


run_tests([a_scenario_is_made_with_keys_alone, what_is_wrong_is_said_and_parts_are_moved,
           what_was_done_by_hand_becomes_a_scenario], arguments())
