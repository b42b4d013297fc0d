"""The keyboard alone: from an empty drawing to the three-tier example, with keys and no pointer."""

import os
import sys
import xml.etree.ElementTree as ET

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from gi.repository import GLib
from driver import ACCESSIBLE, Editor, Failed, arguments, choose_file, key, run_tests, wait_for, xdo

def type_text(text):
    xdo("type", "--delay", "3", text)


def moved_on(editor, before):
    now = editor.focused()
    return now is not None and (before is None or now.path != before.path)


def tab_to(editor, name, most=40, back=False):
    """Tab until the focus is on what is called so."""
    for _ in range(most):
        node = editor.focused()
        if node is not None and node.name == name:
            return node
        key("shift+Tab" if back else "Tab")
        wait_for("the focus to move on", lambda: moved_on(editor, node))
    raise Failed("no way by Tab to “%s”" % name)


def n_windows(editor):
    """The window's own, its popovers, its dialogs."""
    return len(xdo("search", "--onlyvisible", "--pid", editor.pid, "").split())


def answer(editor, asked_by, line):
    """A key that opens the picker, a line, Enter. It opens as a window of its own."""
    wait_for("nothing over the window", lambda: n_windows(editor) == editor.alone)
    key(asked_by)
    wait_for("the picker", lambda: n_windows(editor) > editor.alone)
    type_text(line)
    key("Return")
    wait_for("the picker to take “%s”" % line, lambda: n_windows(editor) == editor.alone)


def add(editor, line):
    answer(editor, "ctrl+e", line)


def connect(editor, line):
    answer(editor, "c", line)


def go_to(editor, name):
    """An element by its name: the focus is on it then."""
    answer(editor, "ctrl+shift+p", name)
    wait_for("%s to have the focus" % name, lambda: editor.focused().name == name)


def on_canvas(editor, name):
    return wait_for("%s on the canvas" % name, lambda: editor.find(
        name, "button", editor.find("Drawing")))


def set_field(editor, name, value):
    """Tab to a text field of the inspector and type over what it says."""
    tab_to(editor, name)
    key("ctrl+a")
    type_text(value)
    key("Return")


def save(editor, path):
    key("ctrl+shift+s")
    choose_file(editor, path, saving=True)
    wait_for("the file " + path, lambda: os.path.exists(path))


def plain(element, depth=0):
    """An element as text without its places: name, attributes, content, children in order."""
    name = element.tag.rsplit("}", 1)[-1]
    if name == "view":
        return ""
    said = " ".join("%s=%r" % pair for pair in sorted(element.attrib.items()))
    text = (element.text or "").strip()
    return "%s%s %s %s\n%s" % ("  " * depth, name, said, text,
                               "".join(plain(child, depth + 1) for child in element))


def same_model(path, expected):
    is_, wanted = (plain(ET.parse(file).getroot()).splitlines() for file in (path, expected))
    if is_ != wanted:
        import difflib
        raise Failed("another model:\n" + "\n".join(difflib.unified_diff(wanted, is_, lineterm="")))


HOMES = ["layer Presentation", "layer Application", "layer Data",
         "tier clients name=Client devices",
         "tier app name=Application servers", "device app-1 cores=2", "device app-2 cores=2",
         "device app-3 cores=2",
         "tier Messaging",
         "tier db name=Data servers", "device db-1 cores=2",
         "middleware HTTP and JSON id=http call=both language=any standard=open services=messaging"]

INTERACTION = ["interaction Buy", "step browse label=PUT /cart", "step forward label=PUT /cart",
               "step session label=GET session reply=basket", "step save label=SET order reply=OK",
               "step notify label=POST /mail"]

SCENARIO = ["scenario Cut the orders off id=cut-orders description=While the data server is out of "
            "reach, reads and writes time out; afterwards all is well again.",
            "phase before lasts=3s", "phase cut lasts=500ms", "do partition=cut of=save",
            "phase out lasts=5s", "phase after lasts=4s", "do heal=all",
            "expect availability of=save during=before at-least=0.95",
            "expect availability of=save during=out at-most=0.2",
            "expect availability of=save during=after at-least=0.9"]


SERVERS = ["balancer Balancer in app, application threads=pool 16",
           "3 servers Shop in app, application threads=pool 8 state=stateless keys=100",
           "cache Sessions in app, data threads=pool 4",
           "server Mailer in messaging, application threads=single work=wait exponential 4ms",
           "store Orders in db, data threads=pool 4 work=wait exponential 1ms"]

# Who calls, whom, and what is set of it.
LINKS = [("Browser", "balancer name=Browse service=web call=sync via=http timeout=2s carries=pages "
                     "flow=reply"),
         ("Balancer", "shop name=Forward service=web call=sync via=http timeout=2s "
                      "balance=round-robin carries=pages flow=reply"),
         ("Shop", "sessions name=Session service=cache call=sync timeout=200ms carries=session "
                  "flow=reply"),
         ("Shop", "orders name=Save service=data call=sync timeout=500ms retries=1 carries=order "
                  "flow=both"),
         ("Shop", "mailer name=Notify service=mail via=http timeout=1s carries=mail flow=request")]

CALLS = [("Balancer", ["call forward"]),
         ("Browser", ["call browse op=read share=0.7 path=/item",
                      "call browse op=write share=0.3 path=/cart"]),
         ("Shop", ["call session op=read", "call save op=write share=0.4",
                   "call save op=read share=0.6", "call notify op=write share=0.2 path=/mail"])]


def rename_by_typing(editor, old, new):
    """The first letter opens the name's field, with that letter in it."""
    node = on_canvas(editor, old)
    wait_for("%s to have the focus" % old, lambda: editor.focused().name == old)
    type_text(new)
    key("Return")
    wait_for("%s to be called %s" % (old, new), lambda: editor.find(new, "button"))
    return node


def services_in_the_inspector(editor):
    """Names of services: the second “Name” is that of the part."""
    for component, name in (("Sessions", "cache"), ("Mailer", "mail")):
        go_to(editor, component)
        key("F6")
        tab_to(editor, "Protocol")
        key("shift+Tab")
        key("ctrl+a")
        type_text(name)
        key("Return")
        key("Escape")


def a_switch_and_a_choice(editor):
    go_to(editor, "Orders")
    key("F6")
    tab_to(editor, "Durable")
    key("space")
    key("Escape")
    go_to(editor, "Mailer")
    key("F6")
    tab_to(editor, "State")
    key("space", "Down", "Return")  # not said, stateless, stateful
    key("Escape")


def name_the_architecture(editor):
    """Nothing is selected: the inspector shows the whole."""
    key("F6")
    set_field(editor, "Name", "Web shop")
    tab_to(editor, "Description")
    type_text("Browsers, application servers behind a balancer, a cache, a store and a mailer: "
              "three layers over four tiers, of built-in parts only.")
    key("Escape")


def the_three_tier_example_by_keys_alone(options):
    editor = Editor(options.editor)
    try:
        editor.get("Empty drawing")
        editor.focus()
        tab_to(editor, "Empty drawing")
        key("Return")
        editor.get("Drawing")
        editor.move_to(1, 1)  # no tooltip of what lies under the pointer
        editor.alone = n_windows(editor)
        name_the_architecture(editor)
        for line in HOMES + ["4 clients B in clients, presentation threads=pool 2 keys=100 "
                             "think=exponential 40ms id=browser"]:
            add(editor, line)
        rename_by_typing(editor, "B", "Browser")
        for line in SERVERS:
            add(editor, line)
        services_in_the_inspector(editor)
        a_switch_and_a_choice(editor)
        for caller, line in LINKS:
            go_to(editor, caller)
            connect(editor, line)
        key("F6")
        tab_to(editor, "Calls")
        key("space", "Down", "Return")  # of the last link: sync, async
        key("Escape")
        for caller, lines in CALLS:
            go_to(editor, caller)
            for line in lines:
                add(editor, line)
        for line in INTERACTION + SCENARIO:
            add(editor, line)
        path = os.path.join(editor.home, "three.tierboard")
        save(editor, path)
        same_model(path, os.path.join(options.source, "data", "examples", "three-tier.tierboard"))
    except Exception:
        editor.screenshot(os.path.join(options.out, "keyboard-failed.png"))
        raise
    finally:
        editor.end()


def example(options):
    return os.path.join(options.source, "data", "examples", "three-tier.tierboard")


def actions(node):
    said = node.ask("org.a11y.atspi.Action", "GetActions")
    return [action[0] for action in said[0]] if said else []


def status(editor, words):
    """What is read out, though nothing shows it."""
    editor.get(lambda text: words in text, "status")


def elements_and_links_say_what_they_are_and_do(options):
    editor = Editor(options.editor, designs={"three-tier.tierboard": example(options)})
    try:
        shop = on_canvas(editor, "Shop")
        wanted = ("server, stateless, 3 replicas, Application servers tier, Application layer; "
                  "calls Sessions, Orders, Mailer; called by Balancer")
        if shop.description != wanted:
            raise Failed("Shop is “%s”" % shop.description)
        link = on_canvas(editor, "Link from Shop to Orders")
        if "carries order, timeout 500ms" not in link.description:
            raise Failed("the link is “%s”" % link.description)
        names = actions(shop)
        for name in ("item.rename", "item.delete", "item.connect", "item.menu", "item.select"):
            if name not in names:
                raise Failed("no action %s among %s" % (name, names))
        relations = wait_for("relations", lambda: shop.ask(ACCESSIBLE, "GetRelationSet")[0])
        if not any(len(targets) == 3 for _, targets in relations):
            raise Failed("Shop flows to %s" % relations)
        link.ask("org.a11y.atspi.Action", "DoAction",
                 GLib.Variant("(i)", (actions(link).index("item.delete"),)))
        wait_for("the link to be gone", lambda: not editor.find("Link from Shop to Orders"))
        status(editor, "deleted from the architecture")
        editor.focus()
        key("ctrl+z")
        status(editor, "undone: ")
    finally:
        editor.end()


def search_finds_counts_and_goes_there(options):
    editor = Editor(options.editor, designs={"three-tier.tierboard": example(options)})
    try:
        on_canvas(editor, "Shop")
        editor.focus()
        key("ctrl+f")
        editor.get("Find in the drawing")
        type_text("kind:server")
        editor.get("2 found")
        key("Return")
        editor.get("1 of 2")
        key("shift+Return")
        editor.get("2 of 2")
        editor.screenshot(os.path.join(options.out, "window-search.png"))
        key("Escape")
        wait_for("Mailer to have the focus", lambda: editor.focused().name == "Mailer")
    finally:
        editor.end()


if __name__ == "__main__":
    run_tests([the_three_tier_example_by_keys_alone, elements_and_links_say_what_they_are_and_do,
               search_finds_counts_and_goes_there], arguments())
