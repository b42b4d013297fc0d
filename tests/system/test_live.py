#!/usr/bin/env python3
"""The drawing is changed while it runs: by its file, from another terminal, and by hand; on real servers."""
import contextlib
import json
import pathlib
import signal
import subprocess
import time

from system import lives, need, run_tests, wait_until, workplace

HEAD = '<architecture xmlns="urn:tierboard:1" name="Changed">\n'
STORE = '<component id="store" kind="store"><template name="redis"/></component>\n'
FRONT = '<component id="front" kind="server"><template name="nginx"/></component>\n'
# Answers with a line in its log, so that it is seen from outside who was asked.
APP = """<component id="app" kind="server"{replicas}>
  <service name="web" protocol="http" port="8000"/>
  <command>python3 -u -m http.server ${{port}} --bind ${{host}}</command>
  <ready probe="tcp" within="30s"/>
</component>
"""
CALLER = """<component id="caller" kind="client">
  <command>sh -c 'echo MARKER; while :; do curl -s -o /dev/null "$APP_URL/"; sleep 0.02; done'</command>
</component>
<link id="ask" from="caller" to="app" balance="round-robin"/>
"""
SLEEPER = """<component id="{id}" kind="server">
  <command>sh -c 'echo MARKER {word}; exec sleep 1000'</command>
</component>
"""


def drawing(*parts):
    return HEAD + "".join(parts) + "</architecture>\n"


class Run:
    """A run in one terminal, told what to do from another."""

    def __init__(self, place, process, path):
        self.place, self.process, self.path = place, process, path

    def ctl(self, *words, good=True):
        done = subprocess.run([self.place.tierboard, "ctl", "--run", self.path, *words], env=self.place.env, text=True,
                              capture_output=True, timeout=90, check=False)
        assert not good or done.returncode == 0, (words, done)
        return done

    def instances(self):
        done = self.ctl("instances", "--json", good=False)
        return {row["id"]: row for row in json.loads(done.stdout)} if done.returncode == 0 else {}

    def pids(self):
        return {name: row["pid"] for name, row in self.instances().items()}

    def link(self, name):
        return next(row for row in json.loads(self.ctl("links", "--json").stdout) if row["id"] == name)

    def log(self, instance):
        return self.ctl("logs", instance).stdout

    def await_all(self, *names):
        """All of these are ready, and nobody else is there."""
        def reached():
            now = self.instances()
            return sorted(now) == sorted(names) and all(row["state"] == "ready" for row in now.values())
        wait_until(reached, 60, f"{names} ready")

    def save(self, *parts):
        self.place.file(pathlib.Path(self.path).name, drawing(*parts))


@contextlib.contextmanager
def running(*parts, options=("--trust",)):
    with workplace() as place:
        (place.folder / "tmp").mkdir()
        place.env["TMPDIR"] = str(place.folder / "tmp")
        path = place.file("live.tierboard", drawing(*parts))
        process = place.start("run", path, "--json", *options)
        run = Run(place, process, path)
        wait_until(run.instances, 60, "the run's beginning")
        try:
            yield run
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                time.sleep(0.05)
                process.send_signal(signal.SIGTERM)
            run.errors = process.communicate(timeout=60)[1]


def test_a_saved_file_is_applied():
    """With --watch a saved file is applied: added starts, removed stops, changed restarts, the rest keeps its process"""
    need("redis-server", "nginx", "curl")
    app = APP.format(replicas="")
    with running(STORE, FRONT, app, CALLER, SLEEPER.format(id="mail", word="one"),
                 SLEEPER.format(id="job", word="one"), options=("--trust", "--watch")) as run:
        run.await_all("store/1", "front/1", "app/1", "caller/1", "mail/1", "job/1")
        run.ctl("fault", "ask", "latency", "latency=1ms")
        before = run.pids()
        run.save(STORE, FRONT, app, CALLER, SLEEPER.format(id="job", word="two"),
                 STORE.replace("store", "cache", 1))
        run.await_all("store/1", "front/1", "app/1", "caller/1", "job/1", "cache/1")
        after = run.pids()
        for same in ("store/1", "front/1", "app/1", "caller/1"):
            assert after[same] == before[same], (same, before, after)
        assert after["job/1"] != before["job/1"] and not lives(before["job/1"])
        assert not lives(before["mail/1"])
        assert "two" in run.log("job/1")
        served = run.link("ask")["replies"]
        wait_until(lambda: run.link("ask")["replies"] > served + 5, 60, "traffic to go on")
        assert run.link("ask")["faults"] == ["latency"], run.link("ask")
        run.save(STORE, '<component id="store" kind="store"/>')  # two of one id
        time.sleep(0.5)
        assert run.pids() == after
        run.save(STORE)
        run.await_all("store/1")
        assert run.pids()["store/1"] == before["store/1"]
    assert "goes on as it was" in run.errors and "starts cache/1" in run.errors, run.errors


def test_replicas_come_and_go():
    """A component is scaled up and down: who calls it and its first replica keep their processes, all replicas are called"""
    need("curl")
    with running(APP.format(replicas=""), CALLER) as run:
        run.await_all("app/1", "caller/1")
        before = run.pids()
        said = run.ctl("scale", "app", "3").stdout
        assert "starts app/2 and app/3" in said, said
        after = run.pids()
        assert all(after[name] == before[name] for name in before) and len(after) == 4, (before, after)
        for name in ("app/2", "app/3"):
            wait_until(lambda: "GET / " in run.log(name), 60, f"{name} to be called")
        assert "stops app/3" in run.ctl("scale", "app", "-1").stdout
        assert sorted(run.pids()) == ["app/1", "app/2", "caller/1"] and not lives(after["app/3"])
        run.ctl("scale", "app", "+1")
        again = run.pids()
        assert again["app/2"] == after["app/2"] and again["app/3"] != after["app/3"]
        done = run.ctl("scale", "nobody", "2", good=False)
        assert done.returncode == 2 and "nobody" in done.stderr, done


def test_a_link_is_drawn_and_removed():
    """A link that is removed takes its faults along, what is cut off is so from who comes, names are found at once"""
    with running(STORE, SLEEPER.format(id="a", word="x"),
                 """<component id="looker" kind="server">
  <command>sh -c 'echo MARKER; until getent hosts later-1; do sleep 0.05; done; exec sleep 1000'</command>
</component><link id="gone" from="looker" to="store"/>""") as run:
        run.await_all("store/1", "a/1", "looker/1")
        run.ctl("cut", "gone")
        run.ctl("partition", "isolate", "a")
        before = run.pids()
        run.save(STORE, SLEEPER.format(id="a", word="x"), SLEEPER.format(id="later", word="x"),
                 """<component id="looker" kind="server">
  <command>sh -c 'echo MARKER; until getent hosts later-1; do sleep 0.05; done; exec sleep 1000'</command>
</component>""")
        said = run.ctl("apply").stdout
        # Without the link it has other variables, so it is started again: by what it is given, not by its picture.
        assert "starts later/1" in said and "restarts looker/1" in said, said
        assert run.pids()["a/1"] == before["a/1"] and run.pids()["store/1"] == before["store/1"]
        faults = json.loads(run.ctl("faults", "--json").stdout)
        assert [f["id"] for f in faults] == ["partition"], faults
        wait_until(lambda: "later-1" in run.log("looker/1"), 60, "the name")


def test_nothing_new_runs_unasked():
    """What a changed drawing would execute is not executed before it is allowed"""
    builtin = '<component id="web" kind="server"><service name="w" protocol="http" port="8080"/></component>\n'
    with running(builtin, options=()) as run:
        run.await_all("web/1")
        run.save(builtin, SLEEPER.format(id="new", word="x"))
        done = run.ctl("apply", good=False)
        assert done.returncode == 2 and "exec sleep 1000" in done.stderr, done
        assert list(run.pids()) == ["web/1"]
        run.ctl("apply", "--trust")
        assert sorted(run.pids()) == ["new/1", "web/1"]


def test_what_is_needed_starts_first():
    """A stopped instance is started with what it needs, that first"""
    need("redis-server")
    with running(STORE, """<component id="user" kind="server">
  <command>sh -c 'redis-cli -h $STORE_HOST PING; echo MARKER; exec sleep 1000'</command>
</component><link id="use" from="user" to="store"/>""", SLEEPER.format(id="other", word="x")) as run:
        run.await_all("store/1", "user/1", "other/1")
        wait_until(lambda: "PONG" in run.log("user/1"), 60, "the first answer")
        run.ctl("halt", "user/1")
        run.ctl("halt", "store/1")
        assert run.instances()["store/1"]["state"] == "stopped", run.instances()
        run.ctl("start-needed", "user/1")
        assert all(row["state"] == "ready" for row in run.instances().values()), run.instances()
        wait_until(lambda: run.log("user/1").count("PONG") == 2, 60, "both answers")


if __name__ == "__main__":
    run_tests([test_a_saved_file_is_applied, test_replicas_come_and_go, test_a_link_is_drawn_and_removed,
               test_nothing_new_runs_unasked, test_what_is_needed_starts_first])
