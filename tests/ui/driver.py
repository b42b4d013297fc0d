"""Drives a real editor window as a person does: keys and pointer by xdotool, names and values by
AT-SPI, spoken over D-Bus directly: what GTK keeps of all of a window comes in one answer, and what that
leaves open is asked for level by level, all questions of a level at once.
Runs inside dbus-run-session and xvfb-run; see run-window-test for the whole recipe.

Nothing here sleeps for a result: wait_for() polls a condition and fails with what it waited for.
What needs a program that is not installed ends as a skipped test."""

import collections
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "system"))
from quiet import NotJudged  # noqa: E402

SKIP = 77

try:
    from gi.repository import Gio, GLib
except ImportError as error:
    print("1..0 # SKIP GLib for Python is not installed:", error)
    sys.exit(SKIP)

for _program in ("xdotool", "import"):
    if not shutil.which(_program):
        print("1..0 # SKIP %s is not installed" % _program)
        sys.exit(SKIP)

DOUBLE_CLICK_S = 0.6  # clicks closer than this count as double
SETTLE_S = 0.1
MARGIN = 5  # of a window without a compositor, where its shadow would be


class Failed(Exception):
    pass


# ---- The accessibility bus ---------------------------------------------------------------------

ACCESSIBLE = "org.a11y.atspi.Accessible"
ROOT = "/org/a11y/atspi/accessible/root"
SENSITIVE = 24  # of AtspiStateType
FOCUSED = 12  # of AtspiStateType
STATUS = "status"  # the role of what is read out and not seen
WINDOW_COORDS = 1


class Bus:
    """The accessibility bus, and questions to it in batches."""

    def __init__(self):
        session = Gio.bus_get_sync(Gio.BusType.SESSION)
        address = session.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress",
                                    None, None, 0, -1, None).unpack()[0]
        self.connection = Gio.DBusConnection.new_for_address_sync(
            address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)

    def ask(self, questions):
        """[(bus name, path, interface, method, arguments)] → answers, None for an error."""
        answers, left = [None] * len(questions), [len(questions)]

        def answered(connection, result, index):
            left[0] -= 1
            try:
                answers[index] = connection.call_finish(result).unpack()
            except GLib.Error:
                pass

        for index, (name, path, interface, method, arguments) in enumerate(questions):
            self.connection.call(name, path, interface, method, arguments, None, 0, 1500, None,
                                 answered, index)
        while left[0]:
            GLib.MainContext.default().iteration(True)
        return answers

    def application(self, pid):
        children = self.ask([("org.a11y.atspi.Registry", ROOT, ACCESSIBLE, "GetChildren", None)])[0]
        for name, path in (children or ((),))[0]:
            owner = self.ask([("org.freedesktop.DBus", "/org/freedesktop/DBus",
                               "org.freedesktop.DBus", "GetConnectionUnixProcessID",
                               GLib.Variant("(s)", (name,)))])[0]
            if owner and owner[0] == pid:
                return name, path
        return None


# Of an accessible, as its application's cache tells it; count: of its children.
Item = collections.namedtuple("Item", "count name description states")


class Node:
    """What an accessible said when it was read."""

    def __init__(self, bus, name, path, parent):
        self.bus, self.owner, self.path, self.parent = bus, name, path, parent
        self.name, self.description, self.children = "", "", []
        self.states = None  # as they were read; None: to be asked for

    @functools.cached_property
    def role(self):
        said = self.ask(ACCESSIBLE, "GetRoleName")
        return said[0] if said else ""

    def ask(self, interface, method, arguments=None):
        return self.bus.ask([(self.owner, self.path, interface, method, arguments)])[0]

    def had_state(self, bit):
        """When it was read."""
        if self.states is None:
            said = self.ask(ACCESSIBLE, "GetState")
            self.states = said[0][0] | said[0][1] << 32 if said else 0
        return bool(self.states >> bit & 1)

    def state(self, bit):
        low, high = self.ask(ACCESSIBLE, "GetState")[0]
        return bool((low | high << 32) >> bit & 1)

    def act(self):
        done = self.ask("org.a11y.atspi.Action", "DoAction", GLib.Variant("(i)", (0,)))
        return bool(done and done[0])

    def extents(self):
        return self.ask("org.a11y.atspi.Component", "GetExtents",
                        GLib.Variant("(u)", (WINDOW_COORDS,)))[0]


def read_items(bus, name):
    """What the application's toolkit keeps of every accessible, in one answer: {path: Item}. What was shown
    before is among them too, and what was not asked for yet is not: whose child is whose is not told by it."""
    said = bus.ask([(name, "/org/a11y/atspi/cache", "org.a11y.atspi.Cache", "GetItems", None)])[0]
    return {own[1]: Item(count, text, about, low | high << 32)
            for own, _, _, _, count, _, text, _, about, (low, high) in (said or ((),))[0]}


def read_levels(bus, name, path):
    """The accessibles below one, a list a level; what the items say of them is not asked for."""
    items = read_items(bus, name)
    items.pop(ROOT, None)  # of windows it counts none
    level = [Node(bus, name, path, None)]
    properties = GLib.Variant("(s)", (ACCESSIBLE,))
    while level:
        asked = [node for node in level if node.path not in items]
        said = bus.ask([(node.owner, node.path, "org.freedesktop.DBus.Properties", "GetAll",
                         properties) for node in asked])
        parents = []
        for node in level:
            if node.path in items:
                item = items[node.path]
                node.name, node.description, node.states = item.name, item.description, item.states
                if item.count:
                    parents.append(node)
        for node, values in zip(asked, said):
            values = values[0] if values else {"ChildCount": 0}
            node.name, node.description = values.get("Name", ""), values.get("Description", "")
            if values.get("ChildCount", 1):
                parents.append(node)
        below = bus.ask([(node.owner, node.path, ACCESSIBLE, "GetChildren", None)
                         for node in parents])
        for node, children in zip(parents, below):
            node.children = [Node(bus, child[0], child[1], node)
                             for child in (children[0] if children else ())]
        yield level
        level = [child for node in level for child in node.children]


# ---- Waiting, keys, processes ------------------------------------------------------------------


def wait_for(what, condition, seconds=30.0):
    """The first true value of condition, or a failure that names what it waited for."""
    end = time.monotonic() + seconds
    while True:
        try:
            value = condition()
        except (TypeError, IndexError, AttributeError):
            value = None  # what was asked went away meanwhile
        if value:
            return value
        if time.monotonic() > end:
            raise Failed("waited %g s for %s" % (seconds, what))
        time.sleep(0.05)


def xdo(*words):
    done = subprocess.run(["xdotool", *map(str, words)], capture_output=True, text=True)
    return done.stdout.strip()


def key(*keys):
    for name in keys:
        xdo("key", "--clearmodifiers", name)


def type_text(text):
    xdo("type", "--delay", "15", text)


def choose_file(editor, path, saving=False):
    """Answers GTK's file dialog. It takes keys before it listens to them: what it lost is typed again."""
    dialog = wait_for("the file dialog",
                      lambda: [w for w in editor.windows() if w != editor.window])[-1]
    xdo("windowfocus", "--sync", dialog)
    for attempt in range(3):
        if saving or attempt:
            key("ctrl+a")
        type_text(path)
        key("Return")
        try:
            return wait_for("the file dialog to go", lambda: dialog not in editor.windows(), 8)
        except Failed:
            if attempt == 2:
                raise
    return None


def choose_export(editor, path):
    """Takes the format that is chosen in the Export dialog, then the file."""
    editor.press("Choose a file…")
    wait_for("the Export dialog to go", lambda: not editor.find("Choose a file…", "button") or editor.dead())
    choose_file(editor, path, saving=True)


def drag_files(editor, names, x, y):
    """Drags files out of another program's window to a place of the editor's, as from a file manager."""
    source = subprocess.Popen(["/usr/bin/python3", "-B", os.path.join(os.path.dirname(__file__), "drag-source.py"), *names],
                              env=dict(os.environ, GSK_RENDERER="cairo", GTK_A11Y="none", GSETTINGS_BACKEND="memory"))
    try:
        window = wait_for("what can be dragged", lambda: xdo("search", "--onlyvisible", "--name", "^Files to drag$")).split()[0]
        at = editor.geometry()
        left = at["X"] + editor.width + 2 * MARGIN
        xdo("windowmove", "--sync", window, left, at["Y"])
        xdo("mousemove", left + 60, at["Y"] + 30, "sleep", 0.1, "mousedown", 1)
        for step in range(1, 9):
            xdo("mousemove", round(left + 60 + (at["X"] + x - left - 60) * step / 8),
                round(at["Y"] + 30 + (y - 30) * step / 8), "sleep", 0.03)
        xdo("sleep", 0.2, "mouseup", 1)
        wait_for("somebody to take what was dropped", lambda: source.poll() is not None)
    finally:
        source.kill()
        source.wait()


def descendants(pid):
    """(pid, start time) of everything below a process: what must be gone after a run."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open("/proc/%s/stat" % entry) as file:
                    fields = file.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append((int(entry), fields[19]))
    found, todo = [], [pid]
    while todo:
        for child in children.get(todo.pop(), []):
            found.append(child)
            todo.append(child[0])
    return found


def is_alive(process):
    pid, started = process
    try:
        with open("/proc/%d/stat" % pid) as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except OSError:
        return False
    return fields[19] == started and fields[0] != "Z"


class Editor:
    """One editor process with a home of its own."""

    def __init__(self, program, files=(), width=1280, height=800, theme="light", designs=None,
                 home=None, animations=False):
        """designs: {name: path} of files copied to ~/designs and opened there. home: that of an
        editor that was killed."""
        self.home = home or tempfile.mkdtemp(prefix="tierboard-window-")
        for name, path in (designs or {}).items():
            os.makedirs(os.path.join(self.home, "designs"), exist_ok=True)
            copy = os.path.join(self.home, "designs", name)
            shutil.copyfile(path, copy)
            files = [*files, copy]
        self.width, self.height, self.clicked = width, height, 0
        config = os.path.join(self.home, "config")
        os.makedirs(os.path.join(config, "tierboard"), exist_ok=True)
        os.makedirs(os.path.join(config, "gtk-4.0"), exist_ok=True)
        with open(os.path.join(config, "tierboard", "editor.ini"), "w") as file:
            file.write("[window]\nwidth=%d\nheight=%d\ntheme=%d\n"
                       % (width + 2 * MARGIN, height + 2 * MARGIN, {"system": 0, "light": 1, "dark": 2}[theme]))
        with open(os.path.join(config, "gtk-4.0", "settings.ini"), "w") as file:
            file.write("[Settings]\ngtk-font-name=Cantarell 11\ngtk-enable-animations=%s\n" % str(animations).lower()
                       + "gtk-decoration-layout=:close\ngtk-xft-antialias=1\ngtk-xft-hinting=1\ngtk-xft-hintstyle=hintslight\n")
        env = dict(os.environ, HOME=self.home, XDG_CONFIG_HOME=config, GSK_RENDERER="cairo",
                   GSETTINGS_BACKEND="memory", XDG_STATE_HOME=os.path.join(self.home, "state"),
                   XDG_DATA_HOME=os.path.join(self.home, "data"),
                   XDG_CACHE_HOME=os.path.join(self.home, "cache"))
        self.bus = Bus()
        self.log = open(os.path.join(self.home, "log"), "w+")
        self.process = subprocess.Popen([program, *files], env=env, cwd=self.home,
                                        stdout=self.log, stderr=self.log)
        self.pid = self.process.pid
        self.window = self.find_window()
        wait_for("the application on the accessibility bus", self.root)

    # ---- The window --------------------------------------------------------------------------

    def find_window(self, name="."):
        found = wait_for("a window", lambda: xdo("search", "--onlyvisible", "--pid", self.pid,
                                                 "--name", name) or self.dead())
        return found.split()[0]

    def windows(self):
        return xdo("search", "--onlyvisible", "--pid", self.pid, "--name", ".").split()

    def dead(self):
        if self.process.poll() is not None:
            raise Failed("the editor ended with status %s: %s"
                         % (self.process.returncode, self.output()))
        return None

    def geometry(self):
        lines = xdo("getwindowgeometry", "--shell", self.window).splitlines()
        return {name: int(value) for name, value in (line.split("=") for line in lines)}

    def resize(self, width, height):
        xdo("windowsize", "--sync", self.window, width, height)
        wait_for("a window of %d pixels" % width, lambda: self.geometry()["WIDTH"] == width)

    def focus(self):
        xdo("windowfocus", "--sync", self.window)

    def move_to(self, x, y):
        # Waiting for a pointer that is there already would take until xdotool gives up.
        xdo("mousemove", "--window", self.window, round(x) + 1, round(y), "mousemove", "--sync",
            "--window", self.window, round(x), round(y))

    def apart(self):
        """No click is taken for the second of the one before."""
        time.sleep(max(0, self.clicked + DOUBLE_CLICK_S - time.monotonic()))

    def click(self, x, y, button=1):
        self.move_to(x, y)
        self.apart()
        xdo("click", button)
        self.clicked = time.monotonic()
        time.sleep(SETTLE_S)

    def drag(self, x0, y0, x1, y1):
        self.move_to(x0, y0)
        self.apart()
        xdo("mousedown", 1)
        for step in range(1, 9):
            self.move_to(x0 + (x1 - x0) * step / 8, y0 + (y1 - y0) * step / 8)
            time.sleep(0.02)
        xdo("mouseup", 1)
        self.clicked = time.monotonic()
        time.sleep(SETTLE_S)

    def ask_to_run(self):
        """F5 on a drawing with programs of somebody's own, which are asked about before they start."""
        self.get("Run", "button")
        self.focus()
        key("F5")
        self.get("Run these programs?")

    def run_allowed(self):
        self.ask_to_run()
        key("alt+r")

    def screenshot(self, path):
        self.move_to(1, 1)  # the margin: nothing shows that the pointer is over it
        time.sleep(0.3)
        subprocess.run(["import", "-window", "root", "-crop",
                        "%dx%d+%d+%d" % self.frame(), "+repage", path], check=True)

    def frame(self):
        """Where the window's content lies on the screen, without the margin of its shadow."""
        at = self.geometry()
        margin = max(0, (at["WIDTH"] - self.width) // 2)
        return self.width, self.height, at["X"] + margin, at["Y"] + margin

    # ---- What it says ------------------------------------------------------------------------

    def root(self):
        return self.bus.application(self.pid)

    def levels(self, below=None):
        at = (below.owner, below.path) if below else self.root()
        return read_levels(self.bus, *at) if at else []

    def walk(self, below=None):
        """Everything the window says now."""
        return [node for level in self.levels(below) for node in level]

    def find(self, name, role=None, below=None):
        """The first with that name (or that a predicate holds of); None. What is only read out, and
        stays when its reason has gone, is found by its role alone."""
        wanted = name if callable(name) else lambda text: text == name
        for level in self.levels(below):  # no farther than it takes
            for node in level:
                if wanted(node.name) and (node.role == role or role is None and node.role != STATUS):
                    return node
        return None

    def get(self, name, role=None, seconds=30.0):
        return wait_for("“%s”" % name, lambda: self.find(name, role) or self.dead(), seconds)

    def focused(self):
        """What has the focus and a name; None where nothing has."""
        return next((node for node in self.walk() if node.name and node.had_state(FOCUSED)), None)

    def goes_to(self, keys, name):
        """The key, as often as it is named, brings the focus there."""
        key(*keys)
        wait_for("%s to have the focus after %s" % (name, keys), lambda: getattr(self.focused(), "name", None) == name)

    def press(self, name, role="button"):
        """Does the first action of a button or menu item."""
        def acted():
            node = self.find(name, role) or self.dead()
            return node and any(inner.act() for inner in [node, *node.children])
        wait_for("“%s” to do something" % name, acted)

    def bounds(self, node):
        """x, y, width, height in pixels of the X window."""
        x, y, width, height = node.extents()
        margin = max(0, (self.geometry()["WIDTH"] - self.width) // 2)
        return x + margin, y + margin, width, height

    def middle(self, node):
        x, y, width, height = self.bounds(node)
        return x + width / 2, y + height / 2

    def toast(self, words):
        """The sentence of a toast that holds these words: read out, which outlasts the toast."""
        return self.get(lambda text: words in text, STATUS)

    def figure(self, label):
        """The number that stands behind a label of the inspector, without its thin spaces."""
        for node in self.walk():
            if node.name == label and node.role == "label" and node.parent:
                row = node.parent.children
                at = [child.path for child in row].index(node.path)
                if at + 1 < len(row) and row[at + 1].role == "label":
                    digits = "".join(c for c in row[at + 1].name if c.isdigit())
                    return int(digits) if digits else None
        return None

    # ---- The end -----------------------------------------------------------------------------

    def output(self):
        self.log.flush()
        with open(self.log.name) as file:
            return file.read()

    def kill(self):
        """As a crash would end it; its home stays, and is returned."""
        self.process.kill()
        self.process.wait()
        self.log.close()
        return self.home

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)


def arguments():
    """--editor PROGRAM --source DIR --out DIR [--screenshot FILE]"""
    import argparse
    parser = argparse.ArgumentParser()
    parser.add_argument("--editor", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--out", default=".")
    parser.add_argument("--screenshot")
    parser.add_argument("--only")
    options = parser.parse_args()
    options.editor, options.source, options.out = map(
        os.path.abspath, (options.editor, options.source, options.out))
    return options


def run_tests(tests, options):
    """TAP: one line a test. A test is a function of the options."""
    tests = [test for test in tests if not options.only or test.__name__ == options.only]
    print("1..%d" % len(tests))
    bad = 0
    for number, test in enumerate(tests, 1):
        name = test.__name__.replace("_", " ")
        try:
            test(options)
            print("ok %d - %s" % (number, name), flush=True)
        except NotJudged as reason:
            print("not ok %d - %s # TODO %s" % (number, name, reason), flush=True)
        except Exception as error:  # a broken test is a failed one
            bad += 1
            if not isinstance(error, Failed):
                import traceback
                traceback.print_exc()
            print("not ok %d - %s\n# %s" % (number, name, error), flush=True)
            print("%s: %s" % (name, error), file=sys.stderr)  # what a log of the run shows of it
    sys.exit(1 if bad else 0)
