#!/usr/bin/env python3
"""Step by step: messages of unmodified programs wait, and are let go, dropped, doubled and swapped by hand."""
import contextlib
import http.client
import json
import re
import signal
import subprocess
import time

from system import need, run_tests, wait_until, workplace

DRAWING = """\
<architecture xmlns="urn:tierboard:1" name="Steps">
  <component id="person" kind="external" name="Person"/>
  <component id="store" kind="store" name="Store"><template name="redis"/></component>
  <component id="web" kind="server" name="Web"><template name="nginx"/></component>
  <link id="save" from="person" to="store"/>
  <link id="visit" from="person" to="web"/>
</architecture>
"""


class Run:
    def __init__(self, place, process):
        self.place, self.process = place, process

    def ctl(self, *words, status=0):
        done = subprocess.run([self.place.tierboard, "ctl", "--run", "s.tierboard", *words],
                              env=self.place.env, capture_output=True, text=True, timeout=90)
        assert done.returncode == status, (words, done)
        return done.stdout + done.stderr

    def json(self, *words):
        return json.loads(self.ctl("--json", *words))

    def held(self):
        return self.json("held")["held"]

    def await_held(self, *labels):
        """Until just these wait, in this order; their ids."""
        wait_until(lambda: [h["label"] for h in self.held()] == list(labels), 30, f"{labels} to be held")
        return [h["id"] for h in self.held()]

    def link(self, name):
        return next(link for link in self.json("links") if link["id"] == name)

    def address(self, name):
        return self.link(name)["address"].split(":")

    def start(self, *words):
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def redis(self, *words):
        host, port = self.address("save")
        return self.start("redis-cli", "-h", host, "-p", port, *words)

    def curl(self, path):
        host, port = self.address("visit")
        return self.start("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"http://{host}:{port}{path}")


@contextlib.contextmanager
def running():
    need("redis-server", "redis-cli", "nginx", "curl")
    with workplace() as place:
        process = place.start("run", place.file("s.tierboard", DRAWING), "--json", "--trust")
        run = Run(place, process)

        def is_ready():
            done = subprocess.run([place.tierboard, "ctl", "--run", "s.tierboard", "--json", "instances"],
                                  env=place.env, capture_output=True, text=True, timeout=60)
            return done.returncode == 0 and all(i["state"] == "ready" for i in json.loads(done.stdout))
        wait_until(is_ready, 60, "all to be ready")
        try:
            yield run
        finally:
            process.send_signal(signal.SIGTERM)
            time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)


def says(process, what):
    out, _ = process.communicate(timeout=60)
    assert out.strip() == what, (process.args, out)


def test_redis_in_another_order():
    """redis-cli and redis-server: of two writes the second arrives first, one is lost, one comes twice"""
    with running() as run:
        assert "nothing waits" in run.ctl("hold", "save", "stream=upstream") + run.ctl("held")
        one = run.redis("SET", "k", "one")
        run.await_held("SET k")
        two = run.redis("SET", "k", "two")
        first, second = run.await_held("SET k", "SET k")
        run.ctl("step", "swap", first, second)
        assert run.await_held("SET k", "SET k") == [second, first]
        run.ctl("step")
        says(two, "OK")
        assert one.poll() is None
        run.ctl("step", "release", first)
        says(one, "OK")
        lost = run.redis("SET", "lost", "1")
        run.ctl("step", "drop", *run.await_held("SET lost"))
        count = run.redis("INCR", "n")
        run.ctl("step", "duplicate", *run.await_held("INCR n"))
        run.await_held("INCR n", "INCR n")
        assert "INCR n" not in run.ctl("step", "all")
        says(count, "1")
        run.ctl("step", "end")
        assert "no link is held" in run.ctl("held")
        assert lost.poll() is None  # it waits for an answer that never comes
        lost.kill()
        lost.communicate()
        says(run.redis("GET", "k"), "one")
        says(run.redis("EXISTS", "lost"), "0")
        says(run.redis("GET", "n"), "2")


def test_nginx_at_a_breakpoint():
    """curl and nginx: only what matches waits; what is asked for without sense is refused in words"""
    with running() as run:
        run.ctl("hold", "visit", "match=GET /b*", "stream=upstream")
        says(run.curl("/"), "200")
        waits = run.curl("/b")
        held, = run.await_held("GET /b")
        says(run.curl("/"), "200")
        assert "not held any more" in run.ctl("step", "drop", str(int(held) + 1000), status=2)
        assert "itself" in run.ctl("step", "swap", held, held, status=2)
        assert "no held message" in run.ctl("step", "drop", "b", status=2)
        assert "step takes" in run.ctl("step", "burn", held, status=2)
        assert waits.poll() is None
        run.ctl("step")
        says(waits, "200")
        assert "nothing is held" in run.ctl("step", status=2)
        replies = run.curl("/")
        says(replies, "200")
        run.ctl("hold", "visit", "stream=downstream")
        asked = run.curl("/")
        wait_until(run.held, 30, "the reply to be held")
        reply, = run.held()
        assert reply["kind"] == "reply" and re.fullmatch(r"web/1 → person.*", reply["way"]), reply
        run.ctl("step", "end")
        says(asked, "200")


if __name__ == "__main__":
    run_tests([test_redis_in_another_order, test_nginx_at_a_breakpoint])
