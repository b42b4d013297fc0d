"""Running in a real window: traffic seen, cut, healed, stopped, and nothing left."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import (Editor, Failed, arguments, descendants, is_alive, key, run_tests, type_text, wait_for,
                    xdo)
from quiet import in_time


def example(options, name):
    return os.path.join(options.source, "data", "examples", name + ".tierboard")


def select_in_outline(editor, words):
    row = wait_for("the row of " + words,
                   lambda: editor.find(lambda name: words in name, "label"))
    editor.click(*editor.middle(row))


def start(editor):
    editor.focus()
    key("F5")
    editor.get("Stop")


def stop(editor, processes):
    editor.focus()
    key("shift+F5")
    editor.get("Run", "button", 20)
    left = [process for process in processes if is_alive(process)]
    if left:
        raise Failed("left running: %s" % left)


def rises(editor):
    """Requests grew by what traffic makes, not by a straggler."""
    first = wait_for("requests", lambda: editor.figure("Requests"))
    wait_for("more requests than %d" % first,
             lambda: (editor.figure("Requests") or 0) > first + 20)


def stands_still(editor):
    def same():
        before = editor.figure("Requests")
        time.sleep(1.2)  # the figure is shown anew four times a second
        return before is not None and before == editor.figure("Requests")
    wait_for("requests to stop", same, 20)


def traffic_is_seen_cut_healed_and_stopped(options):
    editor = Editor(options.editor, [example(options, "client-server")])
    try:
        select_in_outline(editor, "Link from")
        start(editor)
        rises(editor)
        processes = descendants(editor.pid)
        if len(processes) < 3:
            raise Failed("only %d processes run" % len(processes))
        editor.press("Cut")
        editor.get("Heal", "button")
        stands_still(editor)
        editor.screenshot(os.path.join(options.out, "window-cut.png"))
        editor.press("Heal")
        editor.get("Cut", "button")
        rises(editor)
        stop(editor, processes)
    finally:
        editor.end()


def in_form(editor, options):
    """The keys go to the form from now on."""
    wait_for("the form", lambda: len(editor.windows()) > 1)
    form = [window for window in editor.windows() if window != editor.window][0]
    xdo("windowfocus", "--sync", form)
    editor.screenshot(os.path.join(options.out, "window-fault-form.png"))


def a_fault_is_added_changed_and_removed(options):
    """By the form, with keys alone once it is open; and it is said on the link."""
    editor = Editor(options.editor, [example(options, "client-server")])
    try:
        select_in_outline(editor, "Link from")
        start(editor)
        rises(editor)
        processes = descendants(editor.pid)
        editor.press("Faults", None)
        editor.press("Add a fault…", "menu item")
        in_form(editor, options)
        type_text("fast")
        key("Return")
        editor.get("latency is “fast”, expected a duration like 20ms, "
                   "or a distribution like “normal 5ms 1ms”", "label")
        key("ctrl+a")
        type_text("40ms")
        key("Return")
        editor.get("Remove: latency 40ms", "button")
        editor.screenshot(os.path.join(options.out, "window-fault.png"))
        editor.press("Change: latency 40ms")
        in_form(editor, options)
        key("ctrl+a")
        type_text("normal 5ms 1ms")
        key("Return")
        editor.press("Remove: latency normal 5ms 1ms")
        wait_for("the fault to be gone",
                 lambda: editor.find("Remove: latency normal 5ms 1ms", "button") is None)
        rises(editor)
        stop(editor, processes)
    finally:
        editor.end()


def await_row(editor, name, there=True):
    """What runs of the component that is shown has a menu of its own, or has none any more."""
    wait_for("%s of %s" % ("a menu" if there else "no menu", name),
             lambda: (editor.find("Menu of " + name) is not None) == there, 30)


def goes_on(processes):
    dead = [process for process in processes if not is_alive(process)]
    if dead:
        raise Failed("it was to go on: %s" % dead)


def the_drawing_is_changed_while_it_runs(options):
    """Replicas at once, by button, key and undo; a component when it is applied; the rest keeps its processes."""
    editor = Editor(options.editor, [example(options, "client-server")])
    try:
        select_in_outline(editor, "Web server, server")
        start(editor)
        await_row(editor, "web-1")
        before = descendants(editor.pid)
        editor.press("One replica more")
        await_row(editor, "web-2")
        goes_on(before)
        editor.screenshot(os.path.join(options.out, "window-scaled.png"))
        editor.press("One replica fewer")
        await_row(editor, "web-2", False)
        editor.focus()
        key("ctrl+z")
        await_row(editor, "web-2")
        goes_on(before)
        alone = n_windows(editor)
        key("ctrl+k")
        wait_for("the palette", lambda: n_windows(editor) > alone)
        type_text("Add Store")
        key("Return")
        editor.get("The drawing has changed. Applying it to what runs: starts store/1.")
        editor.screenshot(os.path.join(options.out, "window-changed.png"))
        goes_on(before)
        editor.press("Apply")
        await_row(editor, "store-1")
        goes_on(before)
        key("ctrl+z")
        editor.get("The drawing has changed. Applying it to what runs: stops store/1.")
        editor.focus()
        key("ctrl+shift+F5")
        editor.toast("Applied: stops store/1")
        goes_on(before)
        stop(editor, descendants(editor.pid))
    finally:
        editor.end()


def n_windows(editor):
    return len(xdo("search", "--onlyvisible", "--pid", editor.pid, "").split())


def a_tooltip_comes_up_while_a_run_goes_on(options):
    """GTK starts the wait for every tooltip of the screen anew when any is set."""
    editor = Editor(options.editor, [example(options, "client-server")])
    try:
        select_in_outline(editor, "Web server, server")
        start(editor)
        await_row(editor, "web-1")
        wait_for("figures", lambda: editor.find(lambda name: name.startswith("taps: ")), 30)
        editor.focus()
        alone = n_windows(editor)
        editor.move_to(*editor.middle(editor.get("Menu of web-1")))
        wait_for("a tooltip", lambda: n_windows(editor) > alone, 20)
        stop(editor, descendants(editor.pid))
    finally:
        editor.end()


def an_instance_is_cut_off_by_name_and_healed_by_a_key(options):
    editor = Editor(options.editor, [example(options, "client-server")])
    try:
        select_in_outline(editor, "Link from")
        start(editor)
        rises(editor)
        editor.focus()
        alone = n_windows(editor)
        key("ctrl+k")
        wait_for("the palette", lambda: n_windows(editor) > alone)
        type_text("cut web/1 off")
        key("Return")
        editor.toast("Cut off: web/1 | everyone else")
        stands_still(editor)
        editor.get(lambda name: name.startswith("Problems "), None, 30)  # though another page is open
        select_in_outline(editor, "Web server, server")
        editor.get("Cut: web-1 | everyone else", "label")
        select_in_outline(editor, "Link from")
        editor.screenshot(os.path.join(options.out, "window-partition.png"))
        editor.focus()
        key("ctrl+F5")
        rises(editor)
        stop(editor, descendants(editor.pid))
    finally:
        editor.end()


def the_web_shop_runs_in_the_window(options):
    """Also the pictures of the README."""
    picture = options.screenshot or os.path.join(options.out, "window.png")
    editor = Editor(options.editor, width=1440, height=900, theme="dark" if picture.endswith("-dark.png") else "light",
                    animations=True,  # dots that move are what is to be seen
                    designs={"web-shop.tierboard": example(options, "three-tier")})
    try:
        start(editor)
        wait_for("every instance ready", lambda: not editor.find(
            lambda name: name in ("waiting", "starting")), 30)
        editor.press("Messages")
        wait_for("messages", lambda: editor.find(lambda name: " → " in name and "," in name))
        select_in_outline(editor, "Shop, server")
        time.sleep(4)  # rates of about the last second, settled
        editor.screenshot(picture)
        stop(editor, descendants(editor.pid))
    finally:
        editor.end()


DIES = """<architecture xmlns="urn:tierboard:1" name="Dies">
  <component id="job" kind="server" name="Job">
    <command>sh -c "exit 3"</command>
  </component>
</architecture>
"""


def a_program_is_asked_about_and_its_death_is_said(options):
    path = os.path.join(options.out, "dies-%d.tierboard" % os.getpid())
    with open(path, "w") as file:
        file.write(DIES)
    editor = Editor(options.editor, [path])
    try:
        editor.ask_to_run()
        editor.get(lambda text: "exit 3" in text)
        key("Escape")  # nothing runs
        wait_for("the dialog to go", lambda: len(editor.windows()) == 1)
        if descendants(editor.pid):
            raise Failed("something runs that was not allowed to")
        editor.run_allowed()
        editor.toast("status 3")
    finally:
        editor.end()
        os.unlink(path)


def closing_during_a_run_asks_and_leaves_nothing(options):
    editor = Editor(options.editor, [example(options, "client-server")])
    try:
        start(editor)
        wait_for("the agent's processes", lambda: len(descendants(editor.pid)) >= 3)
        processes = descendants(editor.pid)
        editor.focus()
        key("ctrl+w")
        editor.get("Stop the run?")
        key("alt+s")
        wait_for("the editor to end", lambda: editor.process.poll() is not None)
        wait_for("nothing left", lambda: not any(map(is_alive, processes)), 2)
    finally:
        editor.end()


NASTY = """<architecture xmlns="urn:tierboard:1" name="Nasty">
  <component id="nasty" kind="server" name="Nasty">
    <command>python3 %s %s</command>
    <ready kind="log" pattern="ready"/>
  </component>
</architecture>
"""


def sleepers(marker):
    """(pid, start time) of every process that carries the marker."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % entry) as file:
                line = file.read()
            with open("/proc/%s/stat" % entry) as file:
                started = file.read().rsplit(")", 1)[1].split()[19]
        except OSError:
            continue
        if line.split("\0")[0].endswith("-" + marker):
            found.append((int(entry), started))
    return found


ALLOWED_MS = 100


def killed(pid, marker):
    """Milliseconds from SIGKILL of the editor until nothing of its run is left."""
    processes = descendants(pid) + sleepers(marker)
    began = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    while any(map(is_alive, processes)):
        if time.monotonic() > began + 5:
            raise Failed("still there after 5 s: %s" % [process for process in processes if is_alive(process)])
        time.sleep(0.002)
    return (time.monotonic() - began) * 1000


def killed_with_its_run(options, path, marker):
    editor = Editor(options.editor, [path])
    try:
        editor.run_allowed()
        wait_for("the three of them", lambda: len(sleepers(marker)) == 3)
        return killed(editor.pid, marker)
    finally:
        editor.end()


def a_killed_editor_leaves_nothing(options):
    """SIGKILL while an instance has a TERM-ignoring child in its own session and a daemon."""
    folder = tempfile.mkdtemp(prefix="tierboard-killed-")
    os.chmod(folder, 0o755)  # run by root, the instance is somebody else's process
    shutil.copy(os.path.join(options.source, "tests", "system", "nasty.py"), folder)
    marker = "killed%d" % os.getpid()
    path = os.path.join(folder, "nasty.tierboard")
    with open(path, "w") as file:
        file.write(NASTY % (os.path.join(folder, "nasty.py"), marker))
    try:
        print("# gone after", in_time(lambda: killed_with_its_run(options, path, marker), ALLOWED_MS))
    finally:
        shutil.rmtree(folder)


def killed_as_nobody(folder, path, marker):
    env = {"PATH": os.environ["PATH"], "DISPLAY": os.environ["DISPLAY"], "HOME": folder,
           "XAUTHORITY": os.path.join(folder, "xauthority"), "GSK_RENDERER": "cairo",
           "GSETTINGS_BACKEND": "memory", "GTK_A11Y": "none", "LANG": "C.UTF-8",
           "XDG_RUNTIME_DIR": folder, "TIERBOARD_DATA": os.path.join(folder, "data")}
    process = subprocess.Popen(["setpriv", "--reuid=nobody", "--clear-groups", "--",
                                os.path.join(folder, "tierboard-editor"), path], env=env,
                               cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        search = ("search", "--onlyvisible", "--pid", process.pid, "--name", ".")
        window = wait_for("the window", lambda: xdo(*search)).split()[0]
        xdo("windowfocus", "--sync", window)
        wait_for("the question", lambda: key("F5") or len(xdo(*search).split()) > 1)
        wait_for("the three of them", lambda: key("alt+r") or len(sleepers(marker)) == 3)
        return killed(process.pid, marker)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def a_killed_editor_of_an_ordinary_user_leaves_nothing(options):
    """The same as nobody, by keys alone: the accessibility bus is another user's."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        return  # then the test above is an ordinary user's already
    folder = tempfile.mkdtemp(prefix="tierboard-killed-")
    programs = os.path.dirname(options.editor)
    for name in ("tierboard-editor", "tierboard-agent", "tierboard-node"):
        shutil.copy(os.path.join(programs, name), folder)
    shutil.copy(os.path.join(options.source, "tests", "system", "nasty.py"), folder)
    shutil.copytree(os.path.join(options.source, "data"), os.path.join(folder, "data"))
    shutil.copy(os.environ["XAUTHORITY"], os.path.join(folder, "xauthority"))
    marker = "nobody%d" % os.getpid()
    path = os.path.join(folder, "nasty.tierboard")
    with open(path, "w") as file:
        file.write(NASTY % (os.path.join(folder, "nasty.py"), marker))
    for base, folders, files in os.walk(folder):
        for name in [".", *folders, *files]:
            shutil.chown(os.path.join(base, name), "nobody")
    try:
        print("# gone after", in_time(lambda: killed_as_nobody(folder, path, marker), ALLOWED_MS))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    run_tests([traffic_is_seen_cut_healed_and_stopped, the_drawing_is_changed_while_it_runs, a_fault_is_added_changed_and_removed,
               a_tooltip_comes_up_while_a_run_goes_on,
               an_instance_is_cut_off_by_name_and_healed_by_a_key, the_web_shop_runs_in_the_window,
               a_program_is_asked_about_and_its_death_is_said,
               closing_during_a_run_asks_and_leaves_nothing,
               a_killed_editor_leaves_nothing,
               a_killed_editor_of_an_ordinary_user_leaves_nothing], arguments())
