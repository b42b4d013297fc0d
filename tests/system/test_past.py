#!/usr/bin/env python3
"""Recordings of real runs, asked from a terminal: played again, traced, compared."""
import contextlib
import fcntl
import json
import os
import pathlib
import pty
import signal
import struct
import subprocess
import termios

from system import DATA, need, run_json, run_tests, workplace

HEAD = '<architecture xmlns="urn:tierboard:1" name="Recorded">\n'
CALLER = """<component id="caller" kind="client" threads="{threads}">
  <builtin requests="{requests}" think="0ms"><call link="ask"/></builtin>
</component>
<link id="ask" from="caller" to="front"/>
"""
SERVER = """<component id="{id}" kind="server" threads="pool 8">
  <service name="web" protocol="http" port="8080"/>
  <builtin work="wait 1ms">{call}</builtin>
</component>
"""
LINKS = '<link id="pass" from="front" to="middle"/>\n<link id="fetch" from="middle" to="back"/>\n'
# Passes requests on, and nothing that is in their heads.
FORWARDER = """<component id="middle" kind="server">
  <service name="web" protocol="http" port="8080"/>
  <command>python3 -u {script} ${{host}} ${{port}} MARKER</command>
  <ready probe="tcp" within="60s"/>
</component>
"""
SCRIPT = """
import http.server, os, sys, urllib.request
class Forwarder(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = urllib.request.urlopen(os.environ["BACK_URL"] + "/").read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Forwarder).serve_forever()
"""


def ask(place, *words, status=0):
    done = subprocess.run([place.tierboard, *words], env=place.env, text=True, capture_output=True, timeout=60,
                          check=False)
    assert done.returncode == status, (words, done)
    return done.stdout


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def run_to_the_end(place, drawing, recording):
    """Runs until its client has asked all that it is to ask."""
    process = place.start("run", drawing, "--json", "--trust", "--record", recording)
    with process:
        for line in process.stdout:
            states = {row["id"]: row["state"] for row in json.loads(line)["instances"]}
            if states["caller/1"] in ("stopped", "failed"):
                process.send_signal(signal.SIGINT)
                break
        process.stdout.read()


def totals(frame):
    return {row["id"]: {key: row[key] for key in ("requests", "replies", "errors", "bytes_up", "bytes_down")}
            for row in frame["links"]}


def a_replay_is_as_the_run_was():
    """a replay of nginx and Redis ends with the run's own figures, and lies between them all the while"""
    need("redis-server", "nginx")
    with workplace() as place:
        recording = str(place.folder / "run.tbrec")
        _, run, _ = run_json(place, str(DATA / "examples" / "nginx-redis.tierboard"), "--duration", "3s", "--record",
                             recording)
        replay = lines(ask(place, "replay", recording))
        assert totals(replay[-1]) == totals(run[-1]), (replay[-1], run[-1])
        assert sum(row["requests"] for row in totals(run[-1]).values()) > 0
        for line in run:
            for then in replay:
                apart_ns = then["time_ns"] - line["time_ns"]
                for name, row in totals(line).items():
                    was = totals(then).get(name, {"requests": 0})["requests"]
                    assert apart_ns < 5e8 or was >= row["requests"], (name, line["time_ns"], then["time_ns"])
                    assert apart_ns > -2e9 or was <= row["requests"], (name, line["time_ns"], then["time_ns"])
        part = lines(ask(place, "replay", recording, "--from", "1s", "--to", "2s"))
        assert [row["time_ns"] for row in part] == [10**9, 2 * 10**9], part


def a_thousand_requests_are_a_thousand_trees():
    """1 000 requests with traceparent over four tiers are 1 000 complete trees; without, they are inferred"""
    with workplace() as place:
        whole, broken = str(place.folder / "whole.tbrec"), str(place.folder / "broken.tbrec")
        tiers = [SERVER.format(id="front", call='<call link="pass"/>'),
                 SERVER.format(id="middle", call='<call link="fetch"/>'), SERVER.format(id="back", call="")]
        drawing = HEAD + CALLER.format(threads="pool 4", requests=1000) + "".join(tiers) + LINKS + "</architecture>\n"
        run_to_the_end(place, place.file("whole.tierboard", drawing), whole)
        roots = lines(ask(place, "trace", whole, "--json"))
        assert len(roots) == 1000, len(roots)
        for root in roots:
            assert (root["spans"], root["inferred"], root["error"]) == (3, False, False), root
        assert len({root["trace"] for root in roots}) == 1000
        tree = json.loads(ask(place, "trace", whole, roots[500]["trace"], "--json"))
        assert [(span["link"], span["parent"], span["critical"]) for span in tree] \
            == [("ask", None, True), ("pass", 0, True), ("fetch", 1, True)], tree

        tiers[1] = FORWARDER.format(script=place.file("forwarder.py", SCRIPT))
        drawing = HEAD + CALLER.format(threads="single", requests=40) + "".join(tiers) + LINKS + "</architecture>\n"
        run_to_the_end(place, place.file("broken.tierboard", drawing), broken)
        roots = lines(ask(place, "trace", broken, "--json"))
        assert len(roots) == 40, len(roots)
        for root in roots:
            assert (root["spans"], root["inferred"]) == (3, True), root

        told = json.loads(ask(place, "diff", whole, broken, "--json"))
        assert not told["differs"] and not told["same_drawing"], told
        assert [(row["first"]["requests"], row["second"]["requests"]) for row in told["links"]] == [(1000, 40)] * 3
        assert [(row["first"], row["second"]) for row in told["orders"]] == [(1000, 40)], told["orders"]
        ask(place, "diff", whole, place.file("x.tierboard", drawing), status=2)
        table = in_a_terminal(place, "replay", whole, "--speed", "1000")
        assert "3\u2009000 requests, 0 errors" in table, table


SHOP = """<component id="shop" kind="server" name="Shop"{replicas}>
  <service name="web" protocol="http" port="8080"/>
  <builtin/>
</component>
"""
CACHE = '<component id="cache" kind="cache" name="Cache"><service name="data" protocol="resp" port="6379"/></component>\n'
MAIL = """<component id="mail" kind="server" name="Mail">
  <service name="web" protocol="http" port="8081"/>
  <command>sh -c 'echo MARKER --password 0pen-sesame; exec sleep 1000'</command>
  <env name="TOKEN" value="deadbeef"/>
  <ready kind="none"/>
</component>
<!-- the key is deadbeef -->
"""


def a_moment_has_the_drawing_of_then():
    """a run that was changed has each moment's own drawing, and secrets are in none of them"""
    with workplace() as place:
        recording = str(place.folder / "changed.tbrec")
        path = place.file("changed.tierboard", HEAD + SHOP.format(replicas="") + MAIL + "</architecture>\n")
        process = place.start("run", path, "--json", "--trust", "--record", recording, "--mask", "TOKEN=.*", "--mask",
                              "--password [^ ;]*", "--mask", "key is [a-f]*")
        try:
            def ctl(*words):
                subprocess.run([place.tierboard, "ctl", "--run", path, *words], env=place.env, check=True, timeout=60,
                               stdout=subprocess.DEVNULL)

            def has(*names):
                """When a line of the run says so, since its start."""
                while text := process.stdout.readline():
                    line = json.loads(text)
                    if {row["id"]: row["state"] for row in line["instances"]} == dict.fromkeys(names, "ready"):
                        return line["time_ns"]
                raise AssertionError(names)

            moments = [has("mail/1", "shop/1")]
            ctl("scale", "shop", "3")
            moments.append(has("mail/1", "shop/1", "shop/2", "shop/3"))
            place.file("changed.tierboard", HEAD + SHOP.format(replicas=' replicas="2"') + CACHE + "</architecture>\n")
            ctl("apply")
            moments.append(has("cache/1", "shop/1", "shop/2"))
            process.stdout.readline()  # it goes on for a while
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
        drawn = []
        for at in (f"{moment}ns" for moment in moments):
            ask(place, "export", recording, "--at", at, "-o", str(place.folder / "then.svg"))
            svg = (place.folder / "then.svg").read_text()
            then = json.loads(ask(place, "replay", recording, "--json", "--from", at, "--to", at))
            ready = {row["id"] for row in then["instances"] if row["state"] == "ready"}
            drawn.append((">Mail<" in svg, ">Cache<" in svg, "×3" in svg, len(ready)))
        assert drawn == [(True, False, False, 2), (True, False, True, 4), (False, True, False, 3)], drawn
        whole = pathlib.Path(recording).read_bytes()
        assert b"deadbeef" not in whole and b"0pen-sesame" not in whole


BIG = """
import os, socket, sys, time  # MARKER
PIECE, PIECES = 1 << 20, 1 << 10
def serve(host, port):
    listener = socket.create_server((host, int(port)))
    while True:
        peer, head = listener.accept()[0], b""
        while b"\\r\\n\\r\\n" not in head:
            if not (piece := peer.recv(PIECE)):
                break  # the probe of its readiness
            head += piece
        else:
            answer(peer, head.split(b"\\r\\n\\r\\n", 1)[1])
        peer.close()
def answer(peer, begun):
    left, room = PIECE * PIECES - len(begun), bytearray(PIECE)
    while left > 0 and (n := peer.recv_into(room)):
        left -= n
    peer.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\n" + (b"all\\n" if left == 0 else b"cut\\n"))
def send(url):
    host, port = url.split("//")[1].split("/")[0].split(":")
    peer = socket.create_connection((host, int(port)))
    peer.sendall(b"PUT /big HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: %d\\r\\n\\r\\n" % (PIECE * PIECES))
    piece = b"\\x1b]0;owned\\x07" + bytes(PIECE - 10)
    for _ in range(PIECES):
        peer.sendall(piece)
    print(peer.makefile("rb").read().decode().split()[-1], flush=True)
    time.sleep(1000)
serve(*sys.argv[2:]) if sys.argv[1] == "serve" else send(os.environ["BIN_URL"])
"""
BIG_DRAWING = """<component id="bin" kind="server">
  <service name="web" protocol="http" port="8080"/>
  <command>python3 -u {script} serve ${{host}} ${{port}}</command>
  <ready probe="tcp" within="60s"/>
</component>
<component id="sender" kind="client">
  <command>python3 -u {script} send</command>
  <ready kind="none"/>
</component>
<link id="put" from="sender" to="bin"/>
</architecture>
"""
GIB = 1 << 30


def peak_bytes(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(text.split("VmHWM:")[1].split()[0])


def a_gigabyte_is_said_and_not_kept():
    """a request of 1 GiB is one message of that size: neither the agent nor the recording holds more than its beginning"""
    with workplace() as place:
        recording = str(place.folder / "big.tbrec")
        drawing = place.file("big.tierboard", HEAD + BIG_DRAWING.format(script=place.file("big.py", BIG)))
        process = place.start("run", drawing, "--json", "--trust", "--record", recording)
        try:
            while json.loads(process.stdout.readline())["links"][0]["replies"] == 0:
                pass
            peaks = [peak_bytes(pid) for pid in place.family(process.pid)
                     if pathlib.Path(f"/proc/{pid}/comm").read_text().startswith("tierboard-agent"[:15])]
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
        assert peaks and max(peaks) < 64 << 20, peaks
        assert os.path.getsize(recording) < 1 << 20, os.path.getsize(recording)
        told = lines(ask(place, "log", recording, "--json", "-m", "kind:request"))
        sizes = [row["size"] for row in told if row["type"] == "message"]
        assert len(sizes) == 1 and GIB < sizes[0] < GIB + 200, told
        printed = ask(place, "log", recording)
        assert "all" in printed and "\x1b" not in printed and "\x07" not in printed, printed


NOISY = """<component id="noisy" kind="server" name="Noisy">
  <command>sh -c 'while :; do printf "MARKER \\033[31mred\\033[0m \\033]0;owned\\007 bell\\n"; sleep 0.1; done'</command>
  <ready kind="none"/>
</component>
"""


def logs_stand_between_messages():
    """log prints lines, messages and faults on one clock, of a run and of its recording, and no escape gets through"""
    with workplace() as place:
        recording = str(place.folder / "log.tbrec")
        caller = CALLER.format(threads="single", requests=100000).replace("0ms", "20ms")
        path = place.file("log.tierboard", HEAD + SERVER.format(id="front", call="") + caller + NOISY + "</architecture>\n")
        process = place.start("run", path, "--json", "--trust", "--record", recording)
        try:
            while '"state":"running"' not in process.stdout.readline():
                pass
            follows = place.start("log", "--run", path, "--follow", "--json")
            subprocess.run([place.tierboard, "ctl", "--run", path, "cut", "ask"], env=place.env, check=True, timeout=60,
                           stdout=subprocess.DEVNULL)
            for _ in range(2):
                process.stdout.readline()
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
        followed, said = follows.communicate(timeout=60)
        assert follows.returncode == 0, said
        printed = ask(place, "log", recording)
        assert "\x1b" not in printed + followed and "\x07" not in printed + followed
        assert " red" in printed and "→ front/1  request GET /" in printed and "━━ cut on ask" in printed, printed[:3000]
        told = lines(ask(place, "log", recording, "--json"))
        times = [row["time_ns"] for row in told]
        assert times == sorted(times)
        key = lambda row: json.dumps(row, sort_keys=True)
        assert {key(row) for row in lines(followed)} == {key(row) for row in told}
        quiet = lines(ask(place, "log", recording, "--json", "-m", "none", "-i", "noisy", "--grep", "red", "--from", "0.5s"))
        assert quiet and all(row["type"] == "log" and row["time_ns"] >= 5e8 for row in quiet), quiet[:5]
        only = lines(ask(place, "log", recording, "--json", "-m", "kind:reply", "-i", "caller", "--to", "1m"))
        assert {row["kind"] for row in only if row["type"] == "message"} == {"reply"}
        ask(place, "log", recording, "-i", "nobody", status=2)
        ask(place, "log", recording, "--grep", "(", status=2)


def in_a_terminal(place, *words):
    master, slave = pty.openpty()
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    process = subprocess.Popen([place.tierboard, *words], env=dict(place.env, TERM="xterm"), stdin=slave,
                               stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    text = b""
    with contextlib.suppress(OSError):
        while piece := os.read(master, 65536):
            text += piece
    os.close(master)
    assert process.wait(60) == 0, text
    return text.decode()


run_tests([a_replay_is_as_the_run_was, a_thousand_requests_are_a_thousand_trees,
           a_moment_has_the_drawing_of_then, a_gigabyte_is_said_and_not_kept,
           logs_stand_between_messages])
