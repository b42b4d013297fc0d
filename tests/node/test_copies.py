#!/usr/bin/env python3
"""Replicated built-in stores as processes: any of them answers, and what was acknowledged outlives a killed leader."""
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

NODE = sys.argv[1]
PATIENCE = 60  # seconds, for what happens within two


class Reply(Exception):
    """An error that the store answered."""


class Client:
    """One connection, one command at a time."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.file = self.socket.makefile("rb")

    def read(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("closed")
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise Reply(rest.decode())
        if kind == b"*":
            return [self.read() for _ in range(int(rest))]
        if kind == b"$":
            return None if rest == b"-1" else self.file.read(int(rest) + 2)[:-2].decode()
        return int(rest) if kind == b":" else rest.decode()

    def ask(self, *words):
        parts = [word.encode() for word in words]
        self.socket.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts))
        return self.read()

    def close(self):
        self.file.close()
        self.socket.close()


def ask(port, *words):
    client = Client(port)
    try:
        return client.ask(*words)
    finally:
        client.close()


def until(what, condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(OSError, Reply):
            value = condition()
            if value:
                return value
        time.sleep(0.02)
    raise AssertionError(f"never: {what}")


def surely(port, *words):
    """What is answered, once there is a leader to do it: a refusal by this name says that nothing was done."""
    while True:
        try:
            return ask(port, *words)
        except Reply as error:
            assert str(error).startswith("CLUSTERDOWN"), error
            time.sleep(0.02)


class Cluster:
    def __init__(self, replication, *options, n=3):
        self.folder = tempfile.mkdtemp()
        self.options = ("--replication", replication) + options
        held = [socket.socket() for _ in range(n)]
        for one in held:
            one.bind(("127.0.0.1", 0))
        self.ports = [one.getsockname()[1] for one in held]
        for one in held:
            one.close()
        self.processes = [None] * n

    def __enter__(self):
        for i in range(len(self.ports)):
            self.start(i)
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()
        shutil.rmtree(self.folder)

    def start(self, i):
        peers = " ".join(f"127.0.0.1:{port}" for port in self.ports)
        self.processes[i] = subprocess.Popen(
            [NODE, "store", "--name", f"s{i + 1}", "--listen", f"127.0.0.1:{self.ports[i]}", "--peers", peers,
             "--replica", str(i + 1), *[o.replace("FOLDER", f"{self.folder}/{i + 1}") for o in self.options]],
            stdout=subprocess.DEVNULL)

    def kill(self, i):
        os.kill(self.processes[i].pid, signal.SIGKILL)
        self.processes[i].wait()

    def info(self, i):
        lines = ask(self.ports[i], "INFO", "replication").splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def leader(self):
        for i in range(len(self.ports)):
            with contextlib.suppress(OSError):
                if self.info(i)["replica_role"] == "leader":
                    return i + 1
        return None

    def agree(self):
        return len({self.info(i)["digest"] for i in range(len(self.ports))}) == 1


def any_replica_answers():
    """Any replica answers, and all have it"""
    with Cluster("raft", "--durable", "FOLDER") as cluster:
        until("a leader", cluster.leader)
        for i, port in enumerate(cluster.ports):
            until("a write", lambda: ask(port, "SET", f"k{i}", f"v{i}") == "OK")
            assert surely(port, "GET", f"k{i}") == f"v{i}"
            assert surely(port, "INCR", "sum") == i + 1
        until("the same state everywhere", cluster.agree)
        roles = sorted(ask(port, "ROLE")[0] for port in cluster.ports)
        assert roles == ["master", "slave", "slave"], roles


def killed_leaders_lose_nothing(keeping, times):
    with Cluster("raft", keeping, "FOLDER") as cluster:
        until("a leader", cluster.leader)
        acknowledged, stop = [], threading.Event()

        def write(name):
            n = 0
            while not stop.is_set():
                n += 1
                with contextlib.suppress(OSError, Reply):
                    if ask(cluster.ports[n % 3], "SET", f"{name}-{n}", str(n)) == "OK":
                        acknowledged.append((f"{name}-{n}", str(n)))

        writers = [threading.Thread(target=write, args=(name,)) for name in ("a", "b")]
        for writer in writers:
            writer.start()
        try:
            for _ in range(times):
                seen = len(acknowledged)
                until("writes", lambda: len(acknowledged) > seen + 50)
                dead = until("a leader", cluster.leader) - 1
                cluster.kill(dead)
                seen = len(acknowledged)
                until("writes without it", lambda: len(acknowledged) > seen + 50)
                cluster.start(dead)
        finally:
            stop.set()
            for writer in writers:
                writer.join()
        until("the same state everywhere", cluster.agree)
        for port in cluster.ports:
            for key, value in acknowledged[:: max(1, len(acknowledged) // 200)]:
                assert until("a read", lambda: [ask(port, "GET", key)]) == [value], f"{key} is lost"
        print(f"# {len(acknowledged)} writes were acknowledged")


def killed_leaders_lose_nothing_durable():
    """A leader killed twice: no acknowledged write is lost"""
    killed_leaders_lose_nothing("--durable", 2)


def killed_leaders_lose_nothing_written():
    """The same without a sync: what was written is still there after the crash of a process"""
    killed_leaders_lose_nothing("--journal", 1)


def a_minority_refuses():
    """One left of three refuses, and says that nothing was done or that it may be"""
    with Cluster("raft", "--journal", "FOLDER") as cluster:
        until("a leader", cluster.leader)
        until("a write", lambda: ask(cluster.ports[0], "SET", "k", "v") == "OK")
        cluster.kill(1)
        cluster.kill(2)

        def refused():
            try:
                ask(cluster.ports[0], "SET", "k", "w")
            except Reply as error:
                return str(error).split()[0]
            return None

        until("a refusal", lambda: refused() == "CLUSTERDOWN")


def write_all(cluster, replication):
    """What was acknowledged: how it is read, and what has to come."""
    port = cluster.ports[0]
    if replication == "crdt":
        for n in range(1, 11):
            assert until("a count", lambda: ask(port, "INCRBY", "sum", "1") is not None)
            assert until("an insertion", lambda: ask(port, "SADD", "set", f"e{n}") is not None)
        return [(("GET", "sum"), "10"), (("SMEMBERS", "set"), sorted(f"e{n}" for n in range(1, 11)))]
    for n in range(20):
        until("a write", lambda: ask(port, "SET", f"k{n}", f"v{n}") == "OK")
    return [(("GET", f"k{n}"), f"v{n}") for n in range(20)]


def all_killed_at_once(replication):
    def test():
        with Cluster(replication, "--durable", "FOLDER") as cluster:
            acknowledged = write_all(cluster, replication)
            for i in range(3):
                cluster.kill(i)
            for i in range(3):
                cluster.start(i)

            def what_is_there(command):
                reply = ask(cluster.ports[0], *command)
                return sorted(reply) if isinstance(reply, list) else reply

            for command, value in acknowledged:
                assert until("a read", lambda: [what_is_there(command)]) == [value], f"{command} is lost"
            until("the same state everywhere", cluster.agree)

    test.__doc__ = f"{replication}: all killed at once, and nothing acknowledged is lost"
    return test


def in_the_background(port, *words):
    def run():
        with contextlib.suppress(OSError, Reply, ConnectionError):
            ask(port, *words)
    threading.Thread(target=run, daemon=True).start()


def requests_cost_what_they_are_drawn_with():
    """A replica does the work of so many requests at a time as it has threads, and hears the others meanwhile"""
    for threads, busy in (("single", 1), ("pool 3", 3), ("per-request", 4)):
        with Cluster("gossip", "--work", "wait 60s", "--threads", threads, n=2) as cluster:
            port = cluster.ports[0]

            def server():
                lines = ask(port, "INFO").splitlines()
                return dict(line.split(":", 1) for line in lines if ":" in line)

            until("an answer", server)
            for n in range(4):
                in_the_background(port, "SET", f"k{n}", "v")
            until(f"{busy} at work, and the rest waiting",
                  lambda: [server()[key] for key in ("busy", "queue")] == [str(busy), str(4 - busy)])
            until("the same state everywhere", cluster.agree)


TESTS = [any_replica_answers, killed_leaders_lose_nothing_durable, killed_leaders_lose_nothing_written,
         a_minority_refuses, requests_cost_what_they_are_drawn_with,
         *[all_killed_at_once(r) for r in ("primary-sync", "primary-async", "chain", "quorum", "raft", "all", "gossip",
                                           "crdt")]]


def main():
    print(f"1..{len(TESTS)}")
    bad = False
    for number, test in enumerate(TESTS, 1):
        try:
            test()
            print(f"ok {number} - {test.__doc__}", flush=True)
        except (AssertionError, OSError, Reply) as error:
            bad = True
            print(f"# {error}\nnot ok {number} - {test.__doc__}", flush=True)
    sys.exit(bad)


if __name__ == "__main__":
    main()
