#!/usr/bin/env python3
"""Terminals of a run from another terminal: attach, resize, let go, a debugger on a real server."""
import contextlib
import fcntl
import os
import pathlib
import pty
import select
import signal
import struct
import subprocess
import termios
import time

from system import Skip, need, run_tests, wait_until, workplace

DRAWING = """\
<architecture xmlns="urn:tierboard:1" name="Terminals">
  <component id="shell" kind="client" name="Shell">
    <command terminal="yes">sh -i</command>
    <ready kind="none"/>
  </component>
  <component id="plain" kind="server" name="Plain">
    <command>sh -c 'echo MARKER up; test -t 0 &amp;&amp; echo has a terminal; exec sleep 1000'</command>
    <ready kind="log" pattern="up"/>
  </component>
</architecture>
"""

REDIS = """\
<architecture xmlns="urn:tierboard:1" name="Debugged">
  <component id="store" kind="store" name="Store"><template name="redis"/></component>
</architecture>
"""


@contextlib.contextmanager
def running(drawing, user=None, *options):
    with workplace(user) as place:
        place.drawing = place.file("t.tierboard", drawing)  # the run's name, among all on this machine
        process = place.start("run", place.drawing, "--json", "--trust", *options)
        wait_until(lambda: all_ready(place), 60, "every instance ready")
        try:
            yield place
        finally:
            process.send_signal(signal.SIGTERM)
            time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)


def ctl(place, *words, typed=""):
    command = [place.tierboard, "ctl", "--run", place.drawing, *words]
    if place.user:
        command = ["setpriv", f"--reuid={place.user}", "--clear-groups", "--"] + command
    done = subprocess.run(command, env=place.env, text=True, timeout=60, capture_output=True,
                          input=typed)
    return done.returncode, done.stdout, done.stderr


def all_ready(place):
    status, out, _ = ctl(place, "instances")
    return status == 0 and out and all(" ready " in line for line in out.splitlines())


def pid_of(place, instance):
    _, out, err = ctl(place, "instances")
    assert instance in out, (out, err)
    return int(next(line for line in out.splitlines() if line.startswith(instance)).split()[2])


def is_parent_of(pid, name):
    """Whether it has a child that became a program of that name."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    with contextlib.suppress(OSError):
        return any(pathlib.Path(f"/proc/{child}/comm").read_text(encoding="utf-8").strip() == name
                   for child in children)
    return False


class Screen:
    """tierboard ctl in a terminal of its own."""

    def __init__(self, place, *words):
        self.text = ""
        self.master, slave = pty.openpty()
        self.resize(31, 97)
        self.modes = termios.tcgetattr(slave)
        self.process = subprocess.Popen([place.tierboard, "ctl", "--run", place.drawing, *words],
                                        env=place.env, stdin=slave,
                                        stdout=slave, stderr=slave, start_new_session=True)
        self.slave = slave

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self):
        while select.select([self.master], [], [], 0)[0]:
            self.text += os.read(self.master, 65536).decode(errors="replace")

    def shows(self, words):
        def found():
            self.read()
            return words in self.text
        try:
            wait_until(found, 30, repr(words))
        except AssertionError as error:
            raise AssertionError(f"{error}; the screen shows {self.text!r}") from None

    def prompts(self):
        self.read()
        return self.text.count("$ ")

    def types(self, text):
        os.write(self.master, text.encode())

    def let_go(self):
        self.types("\x1d")
        self.ends()

    def ends(self):
        def ended():
            self.read()
            return self.process.poll() is not None
        wait_until(ended, 30, "its end")
        self.read()
        assert termios.tcgetattr(self.slave) == self.modes, "the terminal is not as it was"
        os.close(self.master)
        os.close(self.slave)


def test_a_shell_is_attached_to_let_go_and_attached_to_again():
    """What is typed goes there, Ctrl-C too; Ctrl-] lets go, and it goes on where it was"""
    with running(DRAWING) as place:
        screen = Screen(place, "attach", "shell/1")
        screen.shows("attached to shell/1; Ctrl-] lets go")
        screen.types("stty size; here=$((6 * 7))\n")
        screen.shows("31 97")
        screen.types("sleep 1000\n")
        shell = pid_of(place, "shell/1")
        wait_until(lambda: is_parent_of(shell, "sleep"), 30, "the shell's child")
        before = screen.prompts()
        screen.types("\x03")
        # What is typed before the shell has seen the key goes with it, as everywhere.
        wait_until(lambda: screen.prompts() > before, 30, "another prompt")
        screen.types("echo back $here\n")
        screen.shows("back 42")
        screen.let_go()
        pid = pid_of(place, "shell/1")
        screen = Screen(place, "attach", "shell/1")
        screen.shows("back 42")
        screen.types("echo again $here\n")
        screen.shows("again 42")
        screen.let_go()
        assert pid_of(place, "shell/1") == pid


def test_one_without_a_terminal_gets_one():
    """Without a terminal it is shown; with --restart it is started again in one"""
    with running(DRAWING) as place:
        screen = Screen(place, "attach", "plain/1")
        screen.shows("has no terminal: what it prints is shown")
        screen.shows(f"{place.marker} up")
        screen.let_go()
        screen = Screen(place, "attach", "--restart", "plain/1")
        screen.shows("has a terminal")
        screen.let_go()


def test_what_cannot_be_attached_to_is_said():
    """An instance that is not there, and a run that is not"""
    with running(DRAWING) as place:
        status, _, err = ctl(place, "attach", "shop/9")
        assert status == 2 and "there is no instance «shop/9»" in err, (status, err)
    status, _, err = ctl(place, "attach", "shell/1")
    assert status == 3 and "no run is called" in err, (status, err)


def traced(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(line for line in file if line.startswith("TracerPid")).split()[1] != "0"


def test_a_paused_server_is_debugged():
    """gdb on a paused redis-server: its frames are seen, and it answers when it is resumed"""
    need("redis-server", "gdb")
    with running(REDIS) as place:
        pid = pid_of(place, "store/1")
        assert ctl(place, "pause", "store/1")[0] == 0
        screen = Screen(place, "debug", "store/1")
        screen.shows("(gdb)")
        if "ptrace: " in screen.text:
            screen.let_go()
            raise Skip("nobody may trace here")
        assert traced(pid)
        screen.types("print 6 * 7\n")
        screen.shows("= 42")
        screen.let_go()
        wait_until(lambda: not traced(pid), 30, "the debugger to let go")
        assert ctl(place, "resume", "store/1")[0] == 0
        assert pid_of(place, "store/1") == pid


def debug_by_script(*options):
    with running(REDIS, "nobody" if os.geteuid() == 0 else None, *options) as place:
        pid = pid_of(place, "store/1")
        status, out, err = ctl(place, "debug", "store/1", typed="print 6 * 7\n")
        if "ptrace: " in out:
            raise Skip("nobody may trace here")
        assert status == 0 and "= 42" in out and f"process {pid}" in out, (status, out, err)
        wait_until(lambda: not traced(pid), 30, "the debugger to let go")
        assert all_ready(place) and pid_of(place, "store/1") == pid


def test_an_ordinary_user_debugs_by_a_script():
    """As an ordinary user, in a user namespace of the instance's own: commands from a pipe"""
    need("redis-server", "gdb", "setpriv")
    debug_by_script()


def test_a_contained_server_is_debugged():
    """The same in a PID namespace, where the server has another number"""
    need("redis-server", "gdb", "setpriv", "unshare")
    if subprocess.run(["unshare", "--pid", "--fork", "--mount-proc", "true"], check=False,
                      capture_output=True).returncode:
        raise Skip("no PID namespaces here")
    debug_by_script("--contain")


SERVICE = """\
<architecture xmlns="urn:tierboard:1" name="Service">
  <component id="api" kind="server" name="Api">
    <command shell="yes" dir="FOLDER" env-file="service.env">cat words.txt | tr a-z A-Z &amp;&amp; pwd &amp;&amp;
      echo "[$GREETING|$DRAWN]" &amp;&amp; exec sleep 1000</command>
    <env name="DRAWN" value="by the drawing"/>
    <ready kind="log" pattern="by the drawing"/>
  </component>
</architecture>
"""


def test_a_shell_command_in_its_directory_with_its_environment_file():
    """A service as it lies on the disk: a shell's command line, its own directory and environment file"""
    with workplace() as place:
        folder = place.folder / "service"
        folder.mkdir(mode=0o755)
        (folder / "words.txt").write_text("hello\n", encoding="utf-8")
        (folder / "service.env").write_text("GREETING='good day' # said\nDRAWN=no\n", encoding="utf-8")
        place.drawing = place.file("s.tierboard", SERVICE.replace("FOLDER", str(folder)))
        process = place.start("run", place.drawing, "--json", "--trust")
        wait_until(lambda: all_ready(place), 60, "the service")
        wait_until(lambda: "by the drawing" in ctl(place, "logs", "api/1")[1], 30, "its log")
        out = ctl(place, "logs", "api/1")[1]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        assert out == f"HELLO\n{folder}\n[good day|by the drawing]\n", out


if __name__ == "__main__":
    run_tests([test_a_shell_is_attached_to_let_go_and_attached_to_again,
               test_one_without_a_terminal_gets_one, test_what_cannot_be_attached_to_is_said,
               test_a_paused_server_is_debugged, test_an_ordinary_user_debugs_by_a_script,
               test_a_contained_server_is_debugged,
               test_a_shell_command_in_its_directory_with_its_environment_file])
