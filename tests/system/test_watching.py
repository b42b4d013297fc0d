#!/usr/bin/env python3
"""A run watched from a terminal, by keys, and by Prometheus."""
import contextlib
import fcntl
import http.client
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import termios
import threading
import time

from system import run_tests, wait_until, workplace

DRAWING = """\
<architecture xmlns="urn:tierboard:1" name="Watched">
  <component id="caller" kind="client" name="Caller"><builtin think="constant 5ms"/></component>
  <component id="web" kind="server" name="Web" replicas="2">
    <service name="web" protocol="http" port="8080"/>
  </component>
  <component id="loud" kind="server" name="Loud">
    <command>sh -c 'echo MARKER; printf "\\033]0;stolen\\007\\033[31mred\\n"; exec sleep 1000'</command>
  </component>
  <link id="ask" from="caller" to="web" timeout="500ms" balance="round-robin"/>
</architecture>
"""


class Screen:
    """A run in a terminal of its own; what it wrote is read by a thread, so that it never waits for us."""

    def __init__(self, place, path, rows=30, columns=100, **env):
        self.master, slave = pty.openpty()
        self.size(rows, columns)
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.text = ""
        self.process = subprocess.Popen(
            [place.tierboard, "run", path, "--trust"], env=dict(place.env, TERM="xterm", **env), stdin=slave,
            stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        threading.Thread(target=self.read, daemon=True).start()

    def size(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self):
        with contextlib.suppress(OSError):
            while True:
                ready, _, _ = select.select([self.master], [], [], 0.2)
                if ready:
                    self.text += os.read(self.master, 65536).decode("utf-8", "replace")

    def press(self, keys):
        os.write(self.master, keys.encode())

    def picture(self):
        """What was drawn last: the colours taken out."""
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.text.rpartition("\x1b[?25l")[2])

    def shows(self, pattern, seconds=30):
        return wait_until(lambda: re.search(pattern, self.picture()), seconds, pattern)

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            time.sleep(0.05)
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
        os.close(self.slave)
        os.close(self.master)


@contextlib.contextmanager
def watched(**options):
    with workplace() as place:
        path = place.file("w.tierboard", DRAWING)
        screen = Screen(place, path, **options)
        try:
            yield place, path, screen
        finally:
            screen.close()


def ctl(place, path, *words):
    done = subprocess.run([place.tierboard, "ctl", "--run", path, *words, "--json"], env=place.env, text=True,
                          capture_output=True, timeout=60, check=True)
    return json.loads(done.stdout)


def faults_of(place, path):
    row = next(row for row in ctl(place, path, "links") if row["id"] == "ask")
    return row.get("faults", [])


def test_keys_cut_heal_kill_and_pause():
    """Keys in the table cut and heal a link, pause, kill and start again an instance, and it is so from outside"""
    with watched() as (place, path, screen):
        screen.shows(r"ask +caller → web.*\d/s")
        screen.press("\x1b[F")
        screen.shows("▸─ ask")
        screen.press("c")
        screen.shows("▸╳ ask")
        assert faults_of(place, path) == ["cut"]
        screen.press("h")
        screen.shows("▸─ ask")
        assert faults_of(place, path) == []
        screen.press("/web/2\r")
        screen.shows("▸● web/2")
        assert "caller/1" not in screen.picture()
        screen.press("p")
        screen.shows("▸‖ web/2 +paused")
        screen.press("p")
        screen.shows("▸● web/2 +ready")
        pid = next(row["pid"] for row in ctl(place, path, "instances") if row["id"] == "web/2")
        screen.press("k")
        screen.shows("✕ web/2 +killed")
        assert not os.path.exists(f"/proc/{pid}")
        screen.press("r")
        screen.shows("● web/2 +ready")
        screen.press("\x1b")
        screen.shows("caller/1")
        # It ran, it was killed and came back: all became ready.
        screen.press("q")
        assert screen.process.wait(30) == 0


def test_messages_are_stepped():
    """s holds a link's messages and then lets one go with each press; g lets all go on"""
    with watched() as (place, path, screen):
        screen.shows(r"ask +caller → web.*\d/s")
        screen.press("\x1b[Fs")
        wait_until(lambda: faults_of(place, path) == ["hold"], 30, "the hold")
        screen.press("s")
        screen.shows("one message of ask goes on")
        screen.press("g")
        wait_until(lambda: faults_of(place, path) == [], 30, "its end")


def test_the_terminal_is_given_back():
    """Whatever a program prints, the terminal is not steered by it; at the end it is as it was, cursor and all"""
    with watched(rows=14, columns=60, NO_COLOR="1") as (_, _, screen):
        screen.shows("web/1")
        screen.size(40, 120)
        os.kill(screen.process.pid, signal.SIGWINCH)
        screen.shows(r"bytes ↑")
        screen.press("?")
        screen.shows("c  cut the link")
        screen.press("x")
        screen.shows("· running")  # then all became ready
        screen.press("q")
        assert screen.process.wait(30) == 0
        wait_until(lambda: screen.text.endswith("\x1b[?25h"), 30, "the cursor")
        assert termios.tcgetattr(screen.slave) == screen.before
        assert "stolen" not in screen.text and "\x1b[31m" not in screen.text and "\x1b]" not in screen.text


# ---- Prometheus ----------------------------------------------------------------------------------------

SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*)\})? (\S+)$')


def scrape(port, path="/metrics", method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader("Content-Type"), text


def parse(text):
    """{(name, labels): value}; strict about what the format says."""
    samples, types, last = {}, {}, None
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# "):
            _, what, name, rest = line.split(" ", 3)
            assert what in ("HELP", "TYPE") and rest, line
            if what == "TYPE":
                assert name not in types, f"{name} twice"
                types[name], last = rest, name
            continue
        name, labels, value = SAMPLE.match(line).groups()
        family = re.sub(r"_(bucket|sum|count)$", "", name) if types.get(last) == "histogram" else name
        assert family == last, f"{line} is not under its type"
        assert (name, labels) not in samples, f"{line} twice"
        samples[name, labels or ""] = float(value)
    return samples


def total(samples, name, part=""):
    return sum(value for (n, labels), value in samples.items() if n == name and part in labels)


def check_with_promtool(text):
    if shutil.which("promtool") is None:
        return "promtool is not installed: only our own checker looked"
    done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True, timeout=60,
                          check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return None


def test_figures_for_prometheus():
    """--metrics gives what promtool finds nothing in, as exact as the run's own figures, and nothing else"""
    with workplace() as place:
        path = place.file("w.tierboard", DRAWING)
        process = place.start("run", path, "--json", "--trust", "--metrics", "0")
        try:
            said = next(line for line in process.stderr if "metrics at" in line)
            port = int(re.search(r"http://127\.0\.0\.1:(\d+)/metrics", said).group(1))
            wait_until(lambda: total(parse(scrape(port)[2]), "tierboard_link_replies_total") > 20, 30, "replies")
            ctl(place, path, "pause", "caller/1")
            known = wait_until(lambda: quiet(place, path), 30, "no more requests")
            status, kind, text = scrape(port)
            samples = parse(text)
            assert status == 200 and kind == "text/plain; version=0.0.4; charset=utf-8", kind
            assert total(samples, "tierboard_link_requests_total", 'link="ask"') == known["requests"]
            assert total(samples, "tierboard_link_bytes_total", 'direction="upstream"') == known["bytes_up"]
            bucket = total(samples, "tierboard_link_request_duration_seconds_bucket", 'le="+Inf"')
            assert bucket == total(samples, "tierboard_link_request_duration_seconds_count") == known["replies"]
            assert total(samples, "tierboard_instance_up") >= 3
            assert [scrape(port, p)[0] for p in ("/", "/links", "/run")] == [404] * 3
            assert scrape(port, method="POST")[0] == 405
            return check_with_promtool(text)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def quiet(place, path):
    """The link's figures, once nothing waits for an answer."""
    row = next(row for row in ctl(place, path, "links") if row["id"] == "ask")
    again = next(row for row in ctl(place, path, "links") if row["id"] == "ask")
    return row if row == again and row["requests"] == row["replies"] else None


def test_figures_stay_on_this_machine():
    """An address of the network is refused for figures, and nothing starts"""
    with workplace() as place:
        for address in ("0.0.0.0:0", "192.0.2.1:9464", "nonsense"):
            process = place.start("run", place.file("w.tierboard", DRAWING), "--trust", "--metrics", address)
            _, err = process.communicate(timeout=60)
            assert process.returncode == 2 and "loopback" in err, (address, err)


if __name__ == "__main__":
    run_tests([test_keys_cut_heal_kill_and_pause, test_messages_are_stepped, test_the_terminal_is_given_back,
               test_figures_for_prometheus, test_figures_stay_on_this_machine])
