"""Work is not lost: the journal after a crash, a file that somebody else changes, one that may not
be written."""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Editor, arguments, key, run_tests, type_text, wait_for

EXAMPLE = "data/examples/client-server.tierboard"


def open_example(options, **more):
    path = os.path.join(options.source, EXAMPLE)
    editor = Editor(options.editor, designs={"shop.tierboard": path}, **more)
    return editor, os.path.join(editor.home, "designs", "shop.tierboard")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def add_server(editor, n=1):
    for _ in range(n):
        editor.press("Add Store")
    return editor.get("Store", "button")


def journals(home):
    folder = os.path.join(home, "state", "tierboard", "journal")
    return [name for name in os.listdir(folder) if name.endswith(".journal")] \
        if os.path.isdir(folder) else []


def answer(editor, *keys):
    """Presses keys in the question about what a crash left."""
    editor.get("Recover Unsaved Work?", "dialog")
    wait_for("the question's window", lambda: len(editor.windows()) > 1)
    for name in keys:
        key(name)
    wait_for("the question to go", lambda: len(editor.windows()) < 2)


def notice(editor, words):
    return editor.get(lambda text: words in text)


def killed_editor_offers_what_was_not_saved(options):
    editor, path = open_example(options)
    before = read(path)
    add_server(editor)
    time.sleep(1)  # what is promised: a second after the change it is safe
    home = editor.kill()
    assert read(path) == before, "the file on disk was touched"
    assert len(journals(home)) == 1
    editor = Editor(options.editor, files=[path], home=home)
    try:
        editor.get("Recover Unsaved Work?", "dialog")
        editor.screenshot(os.path.join(options.out, "window-recover.png"))
        answer(editor, "Return")
        editor.get("Store", "button")
        editor.focus()
        key("ctrl+s")
        wait_for("the recovered store in the file", lambda: 'kind="store"' in read(path))
        wait_for("no journal", lambda: not journals(home))
    finally:
        editor.end()


def discarded_work_is_not_offered_again(options):
    editor, path = open_example(options)
    add_server(editor)
    wait_for("a journal", lambda: journals(editor.home))
    home = editor.kill()
    editor = Editor(options.editor, home=home)
    try:
        answer(editor, "Left", "Return")
        wait_for("no journal", lambda: not journals(home))
    finally:
        editor.kill()
    editor = Editor(options.editor, home=home)
    try:
        editor.get("Empty drawing", "button")
        assert not editor.find("Recover Unsaved Work?")
    finally:
        editor.end()


def unchanged_document_follows_its_file(options):
    editor, path = open_example(options)
    try:
        write(path, read(path).replace('name="Client and server"', 'name="Changed outside"'))
        editor.toast("loaded anew")
        wait_for("the new name", lambda: editor.find(lambda n: "Changed outside" in n))
    finally:
        editor.end()


def both_sides_changed_are_merged(options):
    editor, path = open_example(options)
    try:
        add_server(editor)
        text = read(path)
        write(path, text.replace("<component", '<tier id="outside" name="Outside"/>\n  <component', 1))
        notice(editor, "Somebody else changed this file")
        editor.screenshot(os.path.join(options.out, "window-changed.png"))
        editor.focus()
        key("ctrl+s")
        editor.toast("Not saved")
        editor.press("Merge")
        editor.toast("Merged")
        editor.focus()
        key("ctrl+s")
        wait_for("both in the file",
                 lambda: 'id="outside"' in read(path) and 'kind="store"' in read(path))
    finally:
        editor.end()


def what_both_changed_is_settled_by_a_command(options):
    editor, path = open_example(options)
    try:
        x, y = editor.middle(editor.get("Web server", "button"))
        editor.click(x, y)
        type_text("Boutique")
        key("Return")
        editor.get("Boutique", "button")
        write(path, read(path).replace('name="Web server"', 'name="Store front"', 1))
        notice(editor, "Somebody else changed this file")
        editor.press("Merge")
        editor.get(lambda text: "name is “Boutique” here, “Store front” in the other" in text)
        editor.screenshot(os.path.join(options.out, "window-conflict.png"))
        editor.focus()
        alone = len(editor.windows())
        key("ctrl+shift+p")
        wait_for("the palette", lambda: len(editor.windows()) > alone)
        type_text("Take Theirs")
        key("Return")
        editor.get("Store front", "button")
        wait_for("no conflict", lambda: not editor.find(lambda text: "merge is not settled" in text))
        key("ctrl+z")
        editor.get("Boutique", "button")
    finally:
        editor.end()


def read_only_file_is_said_before_typing(options):
    source = os.path.join(options.source, EXAMPLE)
    editor = Editor(options.editor)
    path = os.path.join(editor.home, "locked.tierboard")
    home = editor.kill()
    write(path, read(source))
    os.chmod(path, 0o444)
    editor = Editor(options.editor, files=[path], home=home, width=360, height=700)
    try:
        notice(editor, "read-only")
        editor.screenshot(os.path.join(options.out, "window-read-only.png"))
        editor.press("Save As…")
        wait_for("the file dialog", lambda: len(editor.windows()) > 1)
    finally:
        editor.end()


run_tests([killed_editor_offers_what_was_not_saved, discarded_work_is_not_offered_again,
           unchanged_document_follows_its_file, both_sides_changed_are_merged,
           what_both_changed_is_settled_by_a_command,
           read_only_file_is_said_before_typing], arguments())
