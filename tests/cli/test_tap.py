#!/usr/bin/env python3
"""tierboard tap: one tap alone, in front of a server that the test runs itself."""
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
from system import TIERBOARD, run_tests  # noqa: E402


class Echo:
    """Answers what comes with the same, in capitals, after the end of it or at once."""

    def __init__(self, port=0, family=socket.AF_INET):
        host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
        self.listener = socket.socket(family, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((host, port))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.address = f"[::1]:{self.port}" if family == socket.AF_INET6 else f"127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    @staticmethod
    def serve(connection):
        with contextlib.suppress(OSError), connection:
            while data := connection.recv(65536):
                connection.sendall(data.upper())

    def close(self):
        # Closing alone would leave the accept() of the other thread with the listener.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Tap:
    """The command in front of a target; knows the port that it listens on, and what it said."""

    def __init__(self, target, *options, listen="0", limit=None):
        command = ["prlimit", f"--nofile={limit}:{limit}"] if limit else []
        self.process = subprocess.Popen([*command, TIERBOARD, "tap", listen, target, *options], text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        first = self.process.stderr.readline()
        found = re.search(r"^tierboard: (\S+):(\d+) (?:leads|refuses)", first)
        assert found, first
        self.host, self.port = found.group(1).strip("[]"), int(found.group(2))
        self.said = [first]

    def connect(self):
        return socket.create_connection((self.host, self.port), timeout=30)

    def refuses(self):
        try:
            self.connect().close()
            return False
        except (ConnectionRefusedError, ConnectionResetError):  # reset: it was about to refuse
            return True

    def end(self, how=signal.SIGINT):
        """Its status and what it wrote to standard output."""
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=30)
        self.said.append(err)
        return self.process.returncode, out


def ask(connection, text=b"hello"):
    connection.sendall(text)
    answer = b""
    while len(answer) < len(text):
        more = connection.recv(65536)
        assert more, f"the end after {answer}"
        answer += more
    return answer


def until(condition, what):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def what_passes_is_counted():
    """What passes is counted, connection by connection and byte by byte"""
    server = Echo()
    tap = Tap(server.address, "--json")
    for _ in range(3):
        with tap.connect() as connection:
            assert ask(connection) == b"HELLO"
            assert ask(connection) == b"HELLO"
    status, out = tap.end()
    total = json.loads(out.splitlines()[-1])
    assert status == 0 and total["total"], (status, out)
    assert total["connections"] == 3 and total["refused"] == 0, total
    assert total["bytes_up"] == total["bytes_down"] == 30, total
    server.close()


def half_close_is_kept():
    """The end of the caller's bytes reaches the target, and the answer still comes back"""
    server = Echo()
    tap = Tap(server.address)
    with tap.connect() as connection:
        connection.sendall(b"x" * 300_000)
        connection.shutdown(socket.SHUT_WR)
        seen = 0
        while data := connection.recv(65536):
            seen += len(data)
    assert seen == 300_000, seen
    assert tap.end()[0] == 0
    server.close()


def refuses_as_its_target_does():
    """While the target refuses connections so does the tap, and no longer once it accepts"""
    server = Echo()
    tap = Tap(server.address)
    port = server.port
    assert not tap.refuses()
    server.close()
    until(tap.refuses, "it goes on accepting")
    server = Echo(port)
    until(lambda: not tap.refuses(), "it goes on refusing")
    with tap.connect() as connection:
        assert ask(connection) == b"HELLO"
    assert tap.end()[0] == 0
    server.close()


def target_that_comes_later():
    """A target that is not there yet when the tap is started is awaited"""
    server = Echo()
    server.close()
    tap = Tap(server.address)
    assert tap.refuses()
    server = Echo(server.port)
    until(lambda: not tap.refuses(), "it goes on refusing")
    status, out = tap.end(signal.SIGTERM)
    assert status == 0 and "connections" in out, (status, out)
    server.close()


def looking_disturbs_nobody():
    """A target of this machine is looked at without connecting to it"""
    server = socket.create_server(("127.0.0.1", 0))
    tap = Tap(f"127.0.0.1:{server.getsockname()[1]}", "--duration", "1s")
    tap.process.communicate(timeout=30)
    server.setblocking(False)
    try:
        server.accept()
        raise AssertionError("it was connected to")
    except BlockingIOError:
        pass
    assert tap.process.returncode == 0
    server.close()


def latency_delays():
    """A latency of 50 ms each way makes a round trip last 100 ms at least, and loses nothing"""
    server = Echo()
    tap = Tap(server.address, "--fault", "latency,latency=50ms")
    with tap.connect() as connection:
        for _ in range(3):
            begin = time.monotonic()
            assert ask(connection) == b"HELLO"
            assert time.monotonic() - begin >= 0.1
    assert tap.end()[0] == 0
    server.close()


def refuse_refuses():
    """A refuse fault is a real refusal"""
    server = Echo()
    tap = Tap(server.address, "--fault", "refuse")
    assert tap.refuses()
    tap.end()
    server.close()


def both_families():
    """IPv6 and IPv4 lead to each other"""
    server = Echo(family=socket.AF_INET6)
    tap = Tap(server.address, listen="127.0.0.1:0")
    back = Tap(f"127.0.0.1:{tap.port}", listen="[::1]:0")
    with back.connect() as connection:
        assert ask(connection) == b"HELLO"
    back.end()
    tap.end()
    server.close()


def messages_are_read():
    """Requests are read, so that they can be told in the end"""
    server = Echo()
    tap = Tap(server.address, "--json", "--protocol", "resp")
    with tap.connect() as connection:
        assert ask(connection, b"*1\r\n$4\r\nPING\r\n") == b"*1\r\n$4\r\nPING\r\n"
    total = json.loads(tap.end()[1].splitlines()[-1])
    assert total["protocol"] == "resp" and total["requests"] == 1, total
    server.close()


def memory_of(process):
    """Its own, in KiB: neither libraries nor what is shared."""
    rollup = pathlib.Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    return int(re.search(r"^Anonymous: +(\d+)", rollup, re.M).group(1))


def twenty_thousand_connections():
    """20 000 connections, 500 at a time, are carried; what that took of memory is given back"""
    server = socket.create_server(("127.0.0.1", 0), backlog=600)
    tap = Tap(f"127.0.0.1:{server.getsockname()[1]}", "--json")
    before = 0
    for batch in range(40):
        callers, called = [], []
        for _ in range(500):
            callers.append(tap.connect())
            called.append(server.accept()[0])
        for end in (callers[0], callers[-1]):
            end.sendall(b"x")
        assert called[0].recv(1) == called[-1].recv(1) == b"x"
        for end in callers + called:
            end.close()
        before = before or memory_of(tap.process)
    after = memory_of(tap.process)
    total = json.loads(tap.end()[1].splitlines()[-1])
    assert total["connections"] == 20_000 and total["open"] == 0 and total["bytes_up"] == 80, total
    assert after < before + 500, (before, after)
    server.close()
    return f"{after} KiB of memory"


def more_callers_than_descriptors():
    """Callers that there are no descriptors for are turned away and said; all others go on"""
    server = Echo()
    tap = Tap(server.address, "--json", limit=300)
    first = tap.connect()
    assert ask(first) == b"HELLO"
    callers = [first]
    for _ in range(400):
        with contextlib.suppress(ConnectionError):
            callers.append(tap.connect())
    assert ask(first) == b"HELLO"
    for caller in callers:
        caller.close()

    def serves():
        with contextlib.suppress(ConnectionError, AssertionError), tap.connect() as connection:
            return ask(connection) == b"HELLO"
    until(serves, "it does not serve any more")
    tap.end()
    assert "no descriptors left" in "".join(tap.said), tap.said
    server.close()


def a_cut_is_healed_by_time():
    """Who connects during a cut is connected after it, and who was connected loses nothing"""
    server = Echo()
    begin = time.monotonic()
    tap = Tap(server.address, "--fault", "cut,after=200ms,until=700ms")
    old = tap.connect()
    assert ask(old) == b"HELLO"
    time.sleep(0.3)
    old.sendall(b"old")
    new = tap.connect()
    new.sendall(b"new")
    new.shutdown(socket.SHUT_WR)
    assert (old.recv(100), new.recv(100), new.recv(100)) == (b"OLD", b"NEW", b"")
    assert time.monotonic() - begin >= 0.7
    old.close()
    new.close()
    assert tap.end()[0] == 0
    server.close()


def what_means_nothing_is_refused():
    """Arguments that mean nothing end it with 2, a port that is taken with 3"""
    taken = socket.create_server(("127.0.0.1", 0))
    port = str(taken.getsockname()[1])
    for arguments, status, sentence in (
            (["1", "2", "3"], 2, "name where to listen"),
            (["0", "127.0.0.1"], 2, "expected PORT"),
            (["0", "127.0.0.1:99999"], 2, "expected PORT"),
            (["0", "::1:80"], 2, "expected PORT"),
            (["0", "80", "--fault", "latency,latency=fast"], 2, "expected a duration"),
            (["0", "80", "--fault", "gremlins"], 2, "gremlins"),
            (["0", "80", "--protocol", "gopher"], 2, "no protocol"),
            (["0", "80", "--duration", "soon"], 2, "no duration"),
            ([port, "80"], 3, "in use")):
        done = subprocess.run([TIERBOARD, "tap", *arguments], capture_output=True, text=True,
                              timeout=60, check=False, env=dict(os.environ, LC_ALL="C.UTF-8"))
        assert done.returncode == status, (arguments, done)
        assert sentence in done.stderr, (arguments, done.stderr)
    taken.close()


if __name__ == "__main__":
    run_tests([what_passes_is_counted, half_close_is_kept, refuses_as_its_target_does,
               target_that_comes_later, looking_disturbs_nobody, latency_delays, refuse_refuses,
               both_families, messages_are_read, twenty_thousand_connections,
               more_callers_than_descriptors, a_cut_is_healed_by_time, what_means_nothing_is_refused])
