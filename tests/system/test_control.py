#!/usr/bin/env python3
"""A run is told what to do from outside: over its private socket, and on loopback with a token."""
import base64
import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import stat
import subprocess
import sys
import time

from system import Skip, lives, run_tests, wait_until, workplace

DRAWING = """\
<architecture xmlns="urn:tierboard:1" name="Controlled">
  <component id="caller" kind="client" name="Caller">
    <builtin think="constant 2ms"/>
  </component>
  <component id="web" kind="server" name="Web" replicas="3">
    <service name="web" protocol="http" port="8080"/>
  </component>
  <component id="deaf" kind="server" name="Deaf">
    <command>sh -c 'trap "" TERM; echo MARKER one; echo two; echo three; while :; do sleep 0.05; done'</command>
  </component>
  <link id="ask" from="caller" to="web" timeout="500ms" balance="round-robin"/>
</architecture>
"""


class Unix(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path):
        super().__init__("tierboard", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.path)


class Run:
    def __init__(self, place, process, url):
        self.place, self.process = place, process
        self.token, self.host, self.port = re.match(r"http://tierboard:(\w+)@([\d.]+):(\d+)", url).groups()
        self.socket = str(next((place.folder / "runtime").glob("*/control"), None)
                          or next(place.folder.glob("tmp/*/control")))

    def ask(self, method, path, body=None):
        """Over the private socket: (status, value of the answer)."""
        connection = Unix(self.socket)
        connection.request(method, path, json.dumps(body) if body is not None else None)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text.startswith((b"{", b"[")) else text.decode()

    def good(self, method, path, body=None):
        status, value = self.ask(method, path, body)
        assert status < 300, (method, path, status, value)
        return value

    def over_tcp(self, path, headers):
        connection = http.client.HTTPConnection(self.host, int(self.port), timeout=60)
        connection.request("GET", path, headers=headers)
        status = connection.getresponse().status
        connection.close()
        return status

    def instance(self, name):
        return self.good("GET", f"/instances/{name}")

    def link(self):
        return self.good("GET", "/links/ask")

    def replies_grow(self, by=5):
        before = self.link()["replies"]
        wait_until(lambda: self.link()["replies"] >= before + by, 30, "more replies")


@contextlib.contextmanager
def running(drawing=DRAWING, begun="/links/ask"):
    with workplace() as place:
        (place.folder / "tmp").mkdir()
        place.env["TMPDIR"] = str(place.folder / "tmp")
        process = place.start("run", place.file("c.tierboard", drawing), "--json", "--trust",
                              "--control", "0")
        said = next(line for line in process.stderr if "http://" in line)
        run = Run(place, process, re.search(r"http://\S+", said).group())
        wait_until(lambda: run.ask("GET", begun)[0] == 200, 30, "the run's beginning")
        if drawing == DRAWING:
            run.replies_grow()
        try:
            yield run
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                time.sleep(0.05)
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)


def test_only_the_user_and_the_token():
    """The socket is the user's alone; over TCP the token lets in, as bearer, user, password and path"""
    with running() as run:
        assert stat.S_IMODE(os.stat(run.socket).st_mode) == 0o600
        basic = base64.b64encode(f"{run.token}:".encode()).decode()
        password = base64.b64encode(f"me:{run.token}".encode()).decode()
        wrong = base64.b64encode(f"{run.token[:-1]}:".encode()).decode()
        assert run.over_tcp("/version", {}) == 401
        assert run.over_tcp("/version", {"Authorization": f"Bearer {run.token}x"}) == 401
        assert run.over_tcp("/version", {"Authorization": f"Basic {wrong}"}) == 401
        assert run.over_tcp("/version", {"Authorization": f"Bearer {run.token}"}) == 200
        assert run.over_tcp("/version", {"Authorization": f"Basic {basic}"}) == 200
        assert run.over_tcp("/version", {"Authorization": f"Basic {password}"}) == 200
        assert run.over_tcp(f"/{run.token}/version", {}) == 200


def test_commands_return_when_it_is_so():
    """kill, pause, resume, restart: each returns when the state is reached, and it is true outside"""
    with running() as run:
        pid = run.instance("web/1")["pid"]
        assert run.good("POST", "/instances/web/1/pause")["state"] == "paused"
        wait_until(lambda: "T" == pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
                   .split()[0], 30, "its stop")
        assert run.good("POST", "/instances/web/1/resume")["state"] == "ready"
        after = run.good("POST", "/instances/web/1/restart")
        assert after["state"] == "ready" and after["pid"] != pid and not lives(pid), after
        assert run.good("POST", "/instances/web/1/kill")["state"] == "killed"
        assert not lives(after["pid"])
        assert run.good("POST", "/instances/web/1/start")["state"] == "ready"
        status, answer = run.ask("POST", "/instances/web/9/kill")
        assert status == 404 and "web/9" in answer["error"], answer
        status, answer = run.ask("POST", "/instances/web/1/sing")
        assert status == 404 and "sing" in answer["error"], answer


def test_a_wait_has_an_end():
    """What does not come within the time is said, with status 504"""
    with running() as run:
        # The deaf one holds up the stop for its whole grace.
        status, answer = run.ask("POST", "/run/stop?timeout=100ms")
        assert status == 504 and answer["status"] == 504, (status, answer)


def test_partition_cuts_and_heals():
    """A partition by name stops what it cuts, leaves what it does not, and heal lets it go on"""
    with running() as run:
        part = run.good("POST", "/partition", {"kind": "isolate", "of": "web/1 web/2"})
        assert part["partition"] == "web/1 web/2 | everyone else" and part["active"], part
        assert run.link()["faults"] == ["cut"], run.link()
        run.replies_grow()  # web/3 goes on
        run.good("POST", "/partition", {"kind": "one-way", "of": "caller"})
        run.good("GET", "/state")
        time.sleep(0.05)  # replies that were on their way
        before = run.link()["replies"]
        time.sleep(0.3)
        assert run.link()["replies"] == before, (run.link(), before)
        run.good("POST", "/heal")
        run.replies_grow()
        assert run.good("GET", "/faults") == []
        status, answer = run.ask("POST", "/partition", {"kind": "halves", "of": "wob"})
        assert status == 400 and "wob" in answer["error"], answer


def test_logs_are_read_and_followed():
    """Logs: the last lines, those that match, and what comes from now on until the run ends"""
    with running() as run:
        wait_until(lambda: "three" in run.good("GET", "/instances/deaf/1/logs"), 30, "its log")
        assert run.good("GET", "/instances/deaf/1/logs?lines=2") == "two\nthree\n"
        assert run.good("GET", "/instances/deaf/1/logs?match=%5Et") == "two\nthree\n"
        follower = Unix(run.socket)
        follower.request("GET", "/instances/deaf/1/logs?lines=1&follow=1")
        answer = follower.getresponse()
        assert answer.readline() == b"three\n"
        run.good("POST", "/instances/deaf/1/restart")
        assert b"one" in answer.readline()
        run.ask("POST", "/run/stop?wait=false")
        run.ask("POST", "/run/stop?wait=false")
        answer.read()
        follower.close()


def test_the_command_says_it_in_a_terminal():
    """tierboard ctl: instances, a partition, its end, a log, what it does not know, and the stop"""
    with running() as run:
        def ctl(*words, status=0):
            done = subprocess.run([run.place.tierboard, "ctl", "--run", "c.tierboard", *words],
                                  env=run.place.env, capture_output=True, text=True, timeout=90)
            assert done.returncode == status, (words, done)
            return done.stdout + done.stderr
        assert "web/3" in ctl("instances") and "c.tierboard" in ctl("list")
        assert "web/1 | everyone else" in ctl("partition", "isolate", "web/1")
        assert "cut" in ctl("links") and "partition" in ctl("faults")
        ctl("heal")
        assert ctl("faults") == ""
        said = ctl("fault", "ask", "latency", "latency=20ms", "jitter=5ms")
        assert "latency=20ms" in said and "jitter=5ms" in said and "correlation" not in said, said
        ctl("remove", "all")
        assert "killed" in ctl("kill", "web/2") and "ready" in ctl("restart", "web/2")
        wait_until(lambda: "three" in ctl("logs", "deaf/1"), 30, "its log")
        assert "wub" in ctl("pause", "wub/1", status=2)
        assert "did you mean “pause”" in ctl("puase", "web/1", status=2)
        assert "not so within" in ctl("--timeout", "50ms", "stop", status=1)


PLAIN = """\
<architecture xmlns="urn:tierboard:1" name="Plain">
  <component id="plain" kind="server">
    <command>sleep 600</command>
  </component>
</architecture>
"""


def test_two_runs_of_one_file_are_told_apart():
    """tierboard ctl, where one file runs twice, names the socket of each, and takes it"""
    with running(PLAIN, begun="/instances/plain/1") as run:
        def ctl(*words):
            return subprocess.run([run.place.tierboard, "ctl", *words], env=run.place.env, capture_output=True, text=True,
                                  timeout=90, check=False)
        with run.place.start("run", str(run.place.folder / "c.tierboard"), "--json", "--trust") as second:
            try:
                wait_until(lambda: ctl("instances").returncode != 0, 30, "the second run")
                sockets = re.findall(r"c\.tierboard \(--run (\S+)\)", ctl("instances").stderr)
                assert len(sockets) == 2 and run.socket in sockets, sockets
                for path in sockets:
                    done = ctl("--run", path, "instances")
                    assert done.returncode == 0 and "plain/1" in done.stdout, done
            finally:
                second.terminate()
                second.communicate(timeout=30)
        assert ctl("instances").returncode == 0


CLOCKED = """\
<architecture xmlns="urn:tierboard:1" name="Clocked">
  <component id="clock" kind="server" clock="own">
    <command>sh -c 'while :; do date +%s; sleep 0.05; done'</command>
  </component>
  <component id="plain" kind="server">
    <command>sleep 600</command>
  </component>
</architecture>
"""


def test_a_clock_is_moved():
    """A clock of its own is moved live, back and forth, and survives a restart; others cannot be"""
    with running(CLOCKED, "/instances") as run:
        def offset():
            lines = run.good("GET", "/instances/clock/1/logs?lines=1").split()
            return int(lines[-1]) - time.time() if lines else 0
        status, answer = run.ask("POST", "/instances/clock/1/clock", {"offset": "+1h"})
        if status == 400 and "libfaketime" in answer["error"]:
            raise Skip(answer["error"])
        wait_until(lambda: offset() > 3500, 30, "an hour more")
        run.good("POST", "/instances/clock/1/restart")
        wait_until(lambda: offset() > 3500, 30, "an hour more after a restart")
        run.good("POST", "/instances/clock/1/clock", {"offset": "-1h"})
        wait_until(lambda: offset() < -3500, 30, "an hour less")
        run.good("POST", "/instances/clock/1/clock", {"offset": "0"})
        wait_until(lambda: abs(offset()) < 100, 30, "the true time")
        status, answer = run.ask("POST", "/instances/plain/1/clock", {"offset": "+1h"})
        assert status == 400 and 'clock="own"' in answer["error"], answer


def test_bad_requests_are_answered():
    """Garbage, endless heads, deep and broken bodies are refused, and the run goes on"""
    with running() as run:
        assert run.ask("GET", "/nothing")[0] == 404
        assert run.ask("DELETE", "/links")[0] == 405
        assert run.ask("POST", "/faults", {"kind": "sadness"})[0] == 400
        assert run.ask("POST", "/faults", {"kind": "latency", "link": "nowhere"})[0] == 404
        assert run.ask("POST", "/faults", {"kind": "latency", "latency": "soon"})[0] == 400
        for garbage in (b"\0\xff\x16\x03\x01" * 100 + b"\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20000,
                        b"POST /faults HTTP/1.1\r\nContent-Length: 9\r\n\r\n{\"kind\":1",
                        b"POST /faults HTTP/1.1\r\nContent-Length: 4000\r\n\r\n" + b"[" * 4000,
                        b"POST /faults HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"):
            with socket.socket(socket.AF_UNIX) as raw:
                raw.settimeout(30)
                raw.connect(run.socket)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    raw.sendall(garbage)
                    first = raw.recv(64)
                    assert first.startswith((b"HTTP/1.1 4",)), (garbage[:40], first)
        run.replies_grow()


def test_toxiproxys_routes_answer_as_it_does():
    """what its client libraries send, sent plainly"""
    with running() as run:
        assert run.ask("GET", "/proxies")[1]["ask"]["enabled"]
        toxic = {"type": "latency", "stream": "downstream", "attributes": {"latency": 200, "jitter": 0}}
        status, added = run.ask("POST", "/proxies/ask/toxics", toxic)
        assert status == 200 and added["name"] == "latency_downstream", (status, added)
        assert run.ask("POST", "/proxies/ask/toxics", toxic)[0] == 409
        assert run.ask("POST", "/proxies/ask/toxics", {"type": "sadness"})[0] == 400
        assert run.ask("GET", "/proxies/none")[0] == 404
        assert run.ask("GET", "/proxies/ask/toxics/latency_downstream")[1]["attributes"]["latency"] == 200
        assert run.ask("DELETE", "/proxies/ask/toxics/latency_downstream")[0] == 204
        assert run.ask("GET", "/proxies/ask/toxics")[1] == []
        assert run.ask("POST", "/proxies/ask", {"enabled": False})[1]["enabled"] is False
        assert run.ask("POST", "/reset")[0] == 204
        assert run.ask("GET", "/proxies")[1]["ask"]["enabled"]
        run.replies_grow()


def test_toxiproxys_client_library_drives_links():
    """toxiproxy-python, unchanged: lists, adds, removes and resets on the links of a run"""
    try:
        import toxiproxy
        from toxiproxy.api import APIConsumer
        from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists
    except ImportError as missing:
        raise Skip(f"{missing.name} is not installed") from missing
    with running() as run:
        server = toxiproxy.Toxiproxy()
        server.update_api_consumer(f"tierboard:{run.token}@{run.host}", run.port)
        proxy = server.get_proxy("ask")
        assert proxy.enabled and proxy.upstream.endswith(":8080"), vars(proxy)
        proxy.add_toxic(type="latency", attributes={"latency": 200, "jitter": 0})
        toxic = proxy.get_toxic("latency_downstream")
        assert toxic.attributes["latency"] == 200 and toxic.stream == "downstream", vars(toxic)
        before, begin = run.link()["replies"], time.monotonic()
        time.sleep(1)
        more, took = run.link()["replies"] - before, time.monotonic() - begin
        assert more <= took / 0.2 + 2, (more, took)  # one thread: each request waits 200 ms
        for call, error in ((lambda: proxy.add_toxic(type="latency", attributes={}), ProxyExists),
                            (lambda: proxy.add_toxic(type="sadness"), InvalidToxic),
                            (lambda: APIConsumer.get("/proxies/none"), NotFound),
                            (lambda: server.create("127.0.0.1:1", "ask"), ProxyExists)):
            try:
                call()
            except error:
                continue
            raise AssertionError(f"{error.__name__} was expected")
        assert proxy.destroy_toxic("latency_downstream") and proxy.toxics() == {}
        with proxy.down():
            assert not server.get_proxy("ask").enabled
            time.sleep(0.05)
            before = run.link()["replies"]
            time.sleep(0.2)
            assert run.link()["replies"] == before
        run.replies_grow()
        proxy.add_toxic(type="latency", stream="upstream", attributes={"latency": 100})
        server.reset()
        assert server.get_proxy("ask").toxics() == {}
        run.replies_grow()
        return f"{more} replies in {took:.1f} s with 200 ms of latency"


if __name__ == "__main__":
    run_tests([test_only_the_user_and_the_token, test_commands_return_when_it_is_so,
               test_a_wait_has_an_end, test_partition_cuts_and_heals, test_logs_are_read_and_followed,
               test_the_command_says_it_in_a_terminal, test_two_runs_of_one_file_are_told_apart,
               test_a_clock_is_moved, test_bad_requests_are_answered,
               test_toxiproxys_routes_answer_as_it_does, test_toxiproxys_client_library_drives_links])
