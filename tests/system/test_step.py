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
def running(drawing=DRAWING):
    need("redis-server", "redis-cli", "nginx", "curl")
    with workplace() as place:
        process = place.start("run", place.file("s.tierboard", drawing), "--json", "--trust")
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


HTTP2 = """\
<architecture xmlns="urn:tierboard:1" name="Streams">
  <component id="person" kind="external" name="Person"/>
  <component id="web" kind="server" name="Web">
    <service name="web" protocol="http2" port="8080"/>
    <command>nginx -p ${dir} -c ${dir}/nginx.conf</command>
    <file name="nginx.conf">daemon off; master_process off; pid nginx.pid; error_log stderr crit; events { }
http { access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4;
  scgi_temp_path t5; server { listen 8080 http2; return 200 "well"; } }</file>
    <ready tcp="8080"/>
  </component>
  <link id="visit" from="person" to="web"/>
</architecture>
"""


def test_streams_keep_their_order():
    """HTTP/2 with curl and nginx: what is held goes on in its turn, and is not dropped or doubled"""
    with running(HTTP2) as run:
        run.ctl("hold", "visit", "match=GET /b*", "stream=upstream")
        host, port = run.address("visit")
        url = f"http://{host}:{port}"
        asked = run.start("curl", "-s", "--http2-prior-knowledge", "-w", "%{http_code}", f"{url}/b")
        held, = run.await_held("GET /b")
        for verb in ("drop", "duplicate"):
            assert "HTTP/2" in run.ctl("step", verb, held, status=2)
        assert not run.held()[0]["in_line"]
        run.ctl("step")
        says(asked, "well200")


CALLS = """\
<architecture xmlns="urn:tierboard:1" name="Calls">
  <component id="browser" kind="client"><builtin think="constant 5ms"/></component>
  <component id="shop" kind="server"><service name="web" protocol="http" port="8080"/>
    <builtin><call link="save" op="write"/><call link="ask" op="read"/></builtin></component>
  <component id="orders" kind="store"/>
  <component id="stock" kind="store"/>
  <link id="browse" from="browser" to="shop"/>
  <link id="save" from="shop" to="orders"/>
  <link id="ask" from="shop" to="stock"/>
  <interaction id="as-it-is"><step link="browse"/><step link="save" label="SET*"/><step link="ask"/></interaction>
  <interaction id="otherwise"><step link="browse"/><step link="ask"/><step link="save"/><step link="ask"/></interaction>
  <interaction id="never"><step link="save"/><step link="browse"/></interaction>
</architecture>
"""


def test_interactions_beside_a_recording():
    """Interactions: as drawn, with steps moved and missing, never recorded; and their pictures"""
    with workplace() as place:
        path, record = place.file("i.tierboard", CALLS), str(place.folder / "i.tbrec")

        def tierboard(*words):
            done = subprocess.run([place.tierboard, *words], env=place.env, capture_output=True, text=True,
                                  timeout=120)
            return done.returncode, done.stdout + done.stderr
        assert tierboard("run", path, "--json", "--duration", "2s", "--record", record)[0] == 0
        status, said = tierboard("interactions", path, "--against", record, "-i", "as-it-is", "--json")
        result = json.loads(said)
        # The last ones may have been cut short by the end of the run.
        assert result["recorded"] >= 3 and result["alike"] >= result["recorded"] - 2, result
        assert status == (0 if result["alike"] == result["recorded"] else 1), said
        status, said = tierboard("interactions", path, "--against", record, "-i", "otherwise")
        assert status == 1 and "is missing" in said, said
        status, said = tierboard("interactions", path, "--against", record, "-i", "never")
        assert status in (1, 4) and ("not recorded" in said or "missing" in said), said
        assert tierboard("interactions", path, "-i", "none")[0] == 2
        assert "as-it-is: " in tierboard("interactions", path)[1]
        for kind, magic in (("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")):
            out = place.folder / f"i.{kind}"
            assert tierboard("export", path, "-o", str(out), "--interaction", "as-it-is")[0] == 0
            assert out.read_bytes().startswith(magic), kind
        assert tierboard("export", path, "-o", str(place.folder / "x.svg"), "--interaction", "none")[0] == 2


if __name__ == "__main__":
    run_tests([test_interactions_beside_a_recording, test_redis_in_another_order, test_nginx_at_a_breakpoint,
               test_streams_keep_their_order])
