"""The canvas alone in a real window: real clicks and keys by xdotool, names by AT-SPI. It is told
where things are by the lines canvas-app writes; what is asserted is the document. Run by
run-window-test inside a display and a session bus of its own."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ElementTree

try:
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi, GLib
except (ImportError, ValueError) as error:
    print("1..0 # SKIP AT-SPI for Python is not installed:", error)
    sys.exit(0)
if not shutil.which("xdotool"):
    print("1..0 # SKIP xdotool is not installed")
    sys.exit(0)

NS = "{urn:tierboard:1}"
DOUBLE_CLICK_S = 0.6  # clicks closer than this count as double
SETTLE_S = 0.1
DRAWING = """<architecture xmlns="urn:tierboard:1" name="Shop">
  <tier id="app" name="App"/>
  <component id="browser" kind="client" name="Browser"/>
  <component id="shop" kind="server" name="Shop" tier="app" replicas="3">
    <service name="web" protocol="http" port="8080"/>
  </component>
  <component id="orders" kind="store" name="Orders">
    <service name="data" protocol="resp" port="6379"/>
  </component>
  <link id="browse" from="browser" to="shop"/>
  <view id="main" name="Overview" frame="tiers">
    <place of="app" x="360" y="60" width="300" height="180"/>
    <place of="browser" x="40" y="120"/>
    <place of="shop" x="400" y="120"/>
    <place of="orders" x="400" y="380"/>
  </view>
</architecture>
"""


class Failed(Exception):
    pass


def wait_for(what, condition, seconds=30.0):
    end = time.monotonic() + seconds
    while True:
        try:
            value = condition()
        except (GLib.Error, ElementTree.ParseError, OSError):
            value = None
        if value:
            return value
        if time.monotonic() > end:
            raise Failed("waited %g s for %s" % (seconds, what))
        time.sleep(0.03)


def xdo(*words):
    return subprocess.run(["xdotool", *map(str, words)], capture_output=True, text=True).stdout


class Canvas:
    """One canvas-app; places are in pixels of its X window."""

    def __init__(self, program, *options):
        self.folder = tempfile.mkdtemp(prefix="tierboard-canvas-")
        self.saved = os.path.join(self.folder, "saved")
        drawing = os.path.join(self.folder, "shop.tierboard")
        with open(drawing, "w") as file:
            file.write(DRAWING)
        env = dict(os.environ, GSK_RENDERER="cairo", GSETTINGS_BACKEND="memory", HOME=self.folder,
                   G_DEBUG="fatal-criticals")
        self.process = subprocess.Popen([program, drawing, "--save", self.saved, *options], env=env,
                                        stdout=subprocess.PIPE, text=True)
        self.places, self.lines, self.undo = {}, [], None
        self.reports, self.clicked = 0, 0
        threading.Thread(target=self.read, daemon=True).start()
        self.window = wait_for("the window", lambda: xdo(
            "search", "--onlyvisible", "--pid", self.process.pid, "--name", "Canvas")).split()[0]
        wait_for("the first report", lambda: self.reports > 0)
        xdo("windowfocus", "--sync", self.window)

    def read(self):
        for line in self.process.stdout:
            words = line.split()
            self.lines.append(line.rstrip("\n"))
            if words[:1] == ["at"]:
                self.places[words[1]] = tuple(map(float, words[2:]))
            elif words[:1] == ["undo"]:
                self.undo = line[5:].rstrip("\n")
            elif words[:1] == ["ready"]:
                self.reports += 1

    def settle(self, change):
        """Does something that changes the document or the view, and waits for the news of it."""
        before = self.reports
        change()
        wait_for("a change", lambda: self.reports > before)

    def margin(self):
        size = dict(line.split("=") for line in xdo("getwindowgeometry", "--shell",
                                                     self.window).split() if "=" in line)
        return max(0, (int(size["WIDTH"]) - 1100) // 2)

    def middle(self, name):
        x, y, width, height = self.places[name]
        return x + width / 2, y + height / 2

    def move_to(self, x, y):
        # Waiting for a pointer that is there already would take until xdotool gives up.
        xdo("mousemove", "--window", self.window, round(x) + 1, round(y), "mousemove", "--sync",
            "--window", self.window, round(x), round(y))

    def click(self, x, y, button=1, count=1):
        self.move_to(x, y)
        self.apart()
        for _ in range(count):
            xdo("click", button)
        self.clicked = time.monotonic()
        time.sleep(SETTLE_S)

    def apart(self):
        """No click is taken for the second of the one before."""
        time.sleep(max(0, self.clicked + DOUBLE_CLICK_S - time.monotonic()))

    def drag(self, x0, y0, x1, y1, button=1):
        self.move_to(x0, y0)
        time.sleep(SETTLE_S)
        self.apart()
        xdo("mousedown", button)
        for step in range(1, 9):
            self.move_to(x0 + (x1 - x0) * step / 8, y0 + (y1 - y0) * step / 8)
            time.sleep(0.02)
        xdo("mouseup", button)
        self.clicked = time.monotonic()

    def key(self, *keys):
        for name in keys:
            xdo("key", name)
            time.sleep(0.03)

    def said(self, line):
        return wait_for("“%s”" % line, lambda: line in self.lines)

    def xml(self):
        with open(self.saved) as file:
            return ElementTree.parse(file).getroot()

    def element(self, kind, **wanted):
        for e in self.xml().iter(NS + kind):
            if all(e.get(name.rstrip("_")) == value for name, value in wanted.items()):
                return dict(e.attrib)
        return None

    def place(self, of):
        e = self.element("place", of=of)
        return (float(e.get("x")), float(e.get("y"))) if e is not None else None

    def accessible(self):
        desktop = Atspi.get_desktop(0)
        desktop.clear_cache()
        for i in range(desktop.get_child_count()):
            application = desktop.get_child_at_index(i)
            if application and application.get_process_id() == self.process.pid:
                application.set_cache_mask(Atspi.Cache.NONE)
                return application
        return None

    def find(self, name):
        todo = [self.accessible()]
        while todo:
            node = todo.pop(0)
            if node is None:
                continue
            if node.get_name() == name:
                return node
            todo.extend(node.get_child_at_index(i) for i in range(node.get_child_count()))
        return None

    def end(self):
        status = self.process.poll()
        if status is None:
            self.process.terminate()
            self.process.wait(5)
        shutil.rmtree(self.folder, ignore_errors=True)
        if status is not None:
            raise Failed("canvas-app ended by itself with status %d" % status)


# ---- The tests -----------------------------------------------------------------------------------

def click_selects(c):
    c.click(*c.middle("shop"))
    c.said("selected shop")
    c.click(8 + c.margin(), 400)
    wait_for("nothing selected", lambda: c.lines[-1] == "selected")


def drag_moves_by_whole_grid_steps(c):
    x, y = c.middle("browser")
    zoom = c.places["browser"][2] / 176
    c.settle(lambda: c.drag(x, y, x + 47 * zoom, y + 106 * zoom))
    wait_for("the card at its new place", lambda: c.place("browser") == (80, 220))
    assert c.undo == "Move Browser", c.undo


def drop_into_the_tier_sets_it(c):
    x, y = c.middle("orders")
    to_x, to_y = c.middle("shop")
    tier = c.places["app"]
    c.settle(lambda: c.drag(x, y, to_x + 20, tier[1] + tier[3] - 12))
    wait_for("orders in App", lambda: c.element("component", id="orders", tier="app"))


def escape_in_a_drag_leaves_no_trace(c):
    x, y = c.middle("browser")
    c.move_to(x, y)
    xdo("mousedown", 1)
    c.move_to(x + 50, y + 50)
    c.move_to(x + 120, y + 90)
    time.sleep(0.1)
    c.key("Escape")
    xdo("mouseup", 1)
    time.sleep(0.4)
    assert c.undo == "", c.undo


def handle_draws_a_link(c):
    x, y = c.middle("shop")
    c.move_to(x, y)
    time.sleep(0.2)
    sx, sy, width, height = c.places["shop"]
    c.settle(lambda: c.drag(sx + width / 2, sy + height, *c.middle("orders")))
    wait_for("a link", lambda: c.element("link", from_="shop", to="orders"))
    assert c.undo == "Link Shop to Orders", c.undo


def illegal_link_is_explained(c):
    c.move_to(*c.middle("shop"))
    time.sleep(0.2)
    sx, sy, width, height = c.places["shop"]
    c.drag(sx + width / 2, sy + height, *c.middle("browser"))
    wait_for("a message", lambda: any(line.startswith("message A client offers no service")
                                      for line in c.lines))
    assert c.undo == "", c.undo


def double_click_renames(c):
    c.click(*c.middle("orders"), count=2)
    xdo("type", "--delay", "20", "Order book é")
    c.settle(lambda: c.key("Return"))
    wait_for("the new name", lambda: c.element("component", id="orders", name="Order book é"))


def escape_keeps_the_name(c):
    c.click(*c.middle("orders"))
    c.key("F2")
    xdo("type", "--delay", "20", "Nonsense")
    c.key("Escape")
    time.sleep(0.4)
    assert c.undo == "", c.undo


def typing_names_what_is_selected(c):
    c.click(*c.middle("shop"))
    xdo("type", "--delay", "20", "Front")
    c.settle(lambda: c.key("Return"))
    wait_for("the new name", lambda: c.element("component", id="shop", name="Front"))


def delete_and_undo(c):
    c.click(*c.middle("shop"))
    c.settle(lambda: c.key("Delete"))
    wait_for("shop and its link gone", lambda: c.element("component", id="shop") is None
             and c.element("link", id="browse") is None)
    c.settle(lambda: c.key("ctrl+z"))
    wait_for("both back", lambda: c.element("component", id="shop") is not None
             and c.element("link", id="browse") is not None)
    assert c.undo == "", c.undo


def keyboard_alone_walks_moves_and_links(c):
    c.key("Home")
    c.said("selected app")
    c.key("Page_Down")
    c.said("selected browser")
    c.key("Right")
    c.said("selected shop")
    c.key("Down")
    c.said("selected orders")
    c.settle(lambda: c.key("ctrl+Right", "ctrl+Right", "ctrl+Up"))
    wait_for("two steps right, one up", lambda: c.place("orders") == (440, 360))
    c.key("Up", "shift+Down")
    c.said("selected shop orders")
    c.settle(lambda: c.key("ctrl+l"))
    wait_for("a link", lambda: c.element("link", from_="shop", to="orders"))
    c.key("Home", "Page_Down", "F2")
    xdo("type", "--delay", "20", "Visitor")
    c.settle(lambda: c.key("Return"))
    wait_for("the name", lambda: c.element("component", id="browser", name="Visitor"))
    for _ in range(3):
        c.settle(lambda: c.key("ctrl+z"))
    assert c.undo == "", c.undo


def wheel_zooms_at_the_pointer(c):
    x, y = c.middle("orders")
    c.move_to(x, y)

    def turn():
        xdo("keydown", "ctrl", "click", 4, "click", 4, "keyup", "ctrl")
    c.settle(turn)
    nx, ny = c.middle("orders")
    assert abs(nx - x) < 4 and abs(ny - y) < 4, (x, y, nx, ny)
    before = [line for line in c.lines if line.startswith("zoom")][0]
    assert [line for line in c.lines if line.startswith("zoom")][-1] != before


def right_click_asks_for_the_menu(c):
    c.click(*c.middle("shop"), button=3)
    c.said("menu shop 0")
    c.click(*c.middle("browser"))
    c.key("Menu")
    c.said("menu browser 0")


def accessible_names_and_relations(c):
    shop = wait_for("Shop on the accessibility bus", lambda: c.find("Shop"))
    assert shop.get_description() == "server, 3 replicas, App tier; called by Browser", \
        shop.get_description()
    assert c.find("Drawing") is not None
    browser = c.find("Browser")
    relations = [r for r in browser.get_relation_set()
                 if r.get_relation_type() == Atspi.RelationType.FLOWS_TO]
    assert relations and relations[0].get_target(0).get_name() == "Shop"
    assert c.find("Link from Browser to Shop") is not None


def action_renames(c):
    shop = wait_for("Shop on the accessibility bus", lambda: c.find("Shop"))
    action = shop.get_action_iface()
    names = [action.get_action_name(i) for i in range(action.get_n_actions())]
    action.do_action(names.index("item.rename"))
    field = wait_for("the field", lambda: c.find("Name"))
    assert field is not None
    c.key("Escape")


def live_run_survives_editing(c):
    x, y = c.middle("browser")
    zoom = c.places["browser"][2] / 176
    time.sleep(0.5)
    c.settle(lambda: c.drag(x, y, x + 40 * zoom, y + 60 * zoom))
    wait_for("the card at its new place", lambda: c.place("browser") == (80, 180))
    c.click(*c.middle("browse"))
    c.said("selected browse")
    c.settle(lambda: c.key("Delete"))
    time.sleep(0.5)
    c.settle(lambda: c.key("ctrl+z"))


TESTS = [(click_selects, ()), (drag_moves_by_whole_grid_steps, ()),
         (drop_into_the_tier_sets_it, ()), (escape_in_a_drag_leaves_no_trace, ()),
         (handle_draws_a_link, ()), (illegal_link_is_explained, ()), (double_click_renames, ()),
         (escape_keeps_the_name, ()), (typing_names_what_is_selected, ()), (delete_and_undo, ()),
         (keyboard_alone_walks_moves_and_links, ()), (wheel_zooms_at_the_pointer, ()),
         (right_click_asks_for_the_menu, ()), (accessible_names_and_relations, ()),
         (action_renames, ()),
         (live_run_survives_editing, ("--live", "20", "--broken", "--dark"))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--only")
    options = parser.parse_args()
    Atspi.get_desktop(0)  # connects while the bus has nothing else to do
    tests = [t for t in TESTS if not options.only or t[0].__name__ == options.only]
    print("1..%d" % len(tests))
    bad = 0
    for number, (test, arguments) in enumerate(tests, 1):
        canvas, problem = None, None
        try:
            canvas = Canvas(options.program, *arguments)
            test(canvas)
        except Exception as error:  # a broken test is a failed one
            problem = error
            if not isinstance(error, (Failed, AssertionError)):
                import traceback
                traceback.print_exc()
        try:
            if canvas:
                canvas.end()
        except Failed as error:
            problem = problem or error
        bad += problem is not None
        print("%sok %d - %s" % ("not " if problem else "", number,
                                test.__name__.replace("_", " ")), flush=True)
        if problem:
            print("# %r; last lines: %s" % (problem, canvas.lines[-6:] if canvas else []))
    sys.exit(1 if bad else 0)


main()
