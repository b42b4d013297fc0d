"""Step by step in a real window: messages are held, listed, and let go by keys and buttons."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import SENSITIVE, Editor, Failed, arguments, descendants, is_alive, key, run_tests, wait_for


def example(options, name):
    return os.path.join(options.source, "data", "examples", name + ".tierboard")


def held(editor):
    """How many wait, as the tab says; None while it does not."""
    tab = editor.find(lambda name: name == "Held" or name.startswith("Held "), "button")
    if tab is None:
        return None
    return int(tab.name.split()[1]) if " " in tab.name else 0


def row(editor, words):
    """The first row that says so."""
    return editor.find(lambda name: words in name and "connection" in name)


def messages_are_held_and_let_go_by_keys_and_buttons(options):
    editor = Editor(options.editor, [example(options, "client-server")])
    try:
        editor.focus()
        key("F5")
        editor.get("Stop")
        wait_for("all to run", lambda: len(descendants(editor.pid)) >= 3)
        processes = descendants(editor.pid)
        key("shift+F11")
        waits = wait_for("messages to wait", lambda: held(editor))
        editor.get("Holding every link", "label")
        first = wait_for("a row", lambda: row(editor, "request"))
        editor.screenshot(os.path.join(options.out, "window-held.png"))
        editor.click(*editor.middle(first))
        name = first.name
        key("Return")
        wait_for("the chosen one to have gone on", lambda: editor.find(name) is None)
        second = wait_for("another row", lambda: row(editor, "request"))
        editor.click(*editor.middle(second))
        key("d")
        wait_for("two of it", lambda: sum(node.name.split(";")[0] == second.name.split(";")[0]
                                          for node in editor.walk()) >= 2)
        editor.press("Release all")
        key("F11")
        key("shift+F11")
        wait_for("nothing to wait (%d did)" % waits, lambda: held(editor) == 0)
        editor.get("No link holds anything", "label")
        editor.focus()
        key("shift+F5")
        editor.get("Run", "button", 20)
        left = [process for process in processes if is_alive(process)]
        if left:
            raise Failed("left running: %s" % left)
    finally:
        editor.end()


def an_interaction_is_drawn_stepped_through_and_compared(options):
    editor = Editor(options.editor, designs={"shop.tierboard": example(options, "client-server")})
    try:
        editor.focus()
        editor.press("Interactions")
        editor.press("New interaction")
        editor.press("Add step")
        editor.get(lambda name: name.startswith("Earlier"), "button")
        editor.press("Next step")
        editor.get(lambda name: name.startswith("Step 1 of "))
        editor.get("Browser → Web server")  # selected on the drawing: the properties are its
        editor.screenshot(os.path.join(options.out, "window-interaction.png"))
        editor.focus()
        key("F5")
        editor.get("Stop")
        wait_for("all to run", lambda: len(descendants(editor.pid)) >= 3)
        editor.press("Interactions")

        def answer():
            return editor.find(lambda name: name.startswith(("Recorded ", "It was not recorded")), "label")

        def compared():
            """Once something of the run can be read. A button that is pressed this way acts a while later."""
            editor.press("Compare")
            said = wait_for("what was recorded", answer)
            if said.name.startswith("Recorded "):
                return said
            editor.press("Compare")
            wait_for("the answer to go", lambda: not answer())
            return None
        wait_for("a recording", lambda: editor.find("Compare").state(SENSITIVE))
        said = wait_for("a comparison", compared, 60)
        if "as drawn" not in said.name:
            raise Failed(said.name)
        editor.screenshot(os.path.join(options.out, "window-compared.png"))
    finally:
        editor.end()


if __name__ == "__main__":
    run_tests([messages_are_held_and_let_go_by_keys_and_buttons,
               an_interaction_is_drawn_stepped_through_and_compared], arguments())
