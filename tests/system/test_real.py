#!/usr/bin/env python3
"""Real programs run unchanged: all ready, every link tapped, traffic seen, and nothing left behind."""
import contextlib
import json
import os
import signal
import subprocess

from system import (DATA, Skip, gone_after, link_of, need, run_json, run_tests, wait_until,
                    workplace)
from test_experiments import table as experiments

# Per example: the programs it needs, and per link what must at least be seen of it.
EXAMPLES = {
    "etcd": (["etcd", "curl"], {"write": {"requests": 5, "replies": 5},
                                "store.replicas": {"bytes_up": 1000}}),
    "haproxy": (["haproxy"], {"visit": {"requests": 20, "replies": 20}, "pass": {"requests": 20}}),
    "memcached": (["memcached"], {"ask": {"bytes_up": 100, "bytes_down": 100}}),
    "mosquitto": (["mosquitto", "mosquitto_pub"], {"publish": {"requests": 5, "replies": 5},
                                                   "subscribe": {"bytes_down": 100}}),
    "nats": (["nats-server"], {"publish": {"bytes_up": 100}, "subscribe": {"bytes_down": 100},
                               "broker.replicas": {"bytes_up": 1000}}),
    "nginx": (["nginx"], {"visit": {"requests": 20, "replies": 20}, "fetch": {"requests": 20}}),
    "postgresql": (["psql", "pg_isready"], {"write": {"requests": 5, "replies": 5},
                                            "read": {"requests": 5, "replies": 5},
                                            "stream": {"bytes_down": 1000}}),
    "own-service": (["psql", "redis-server", "curl"], {"shop": {"requests": 5, "replies": 5},
                                                       "rows": {"requests": 5, "replies": 5},
                                                       "counts": {"requests": 5, "replies": 5},
                                                       "db.replicas": {"bytes_up": 100}}),
    "redis": (["redis-server", "redis-cli"], {"ask": {"requests": 5, "replies": 5},
                                              "write": {"requests": 5, "replies": 5},
                                              "watch-over": {"requests": 5},
                                              "store.replicas": {"requests": 2},
                                              "sentinel.replicas": {"bytes_up": 100}}),
}

# Every template there is, in one run.
ALL = """\
<architecture xmlns="urn:tierboard:1" name="All">
  <component id="balancer" kind="balancer" name="HAProxy"><template name="haproxy"/></component>
  <component id="web" kind="server" name="nginx"><template name="nginx"/></component>
  <component id="cache" kind="cache" name="memcached"><template name="memcached"/></component>
  <component id="sentinel" kind="server" name="Sentinel"><template name="redis-sentinel"/></component>
  <component id="memory" kind="store" name="Redis" replicas="2">
    <template name="redis"><param name="replication" value="primary-backup"/></template>
  </component>
  <component id="tables" kind="store" name="PostgreSQL" replicas="2"><template name="postgresql"/></component>
  <component id="keys" kind="store" name="etcd" replicas="3"><template name="etcd"/></component>
  <component id="things" kind="broker" name="Mosquitto"><template name="mosquitto"/></component>
  <component id="subjects" kind="broker" name="NATS" replicas="3"><template name="nats"/></component>
  <link id="pass" name="Pass" from="balancer" to="web"/>
  <link id="watch" name="Watch" from="sentinel" to="memory"/>
</architecture>
"""
SERVERS = ["haproxy", "nginx", "memcached", "redis-server", "pg_isready", "etcd", "mosquitto", "nats-server"]

# A client that sends what is no HTTP, then asks as it should.
GARBAGE = """\
<architecture xmlns="urn:tierboard:1" name="Garbage">
  <component id="caller" kind="client" name="Caller">
    <command>bash -c "exec 3&lt;&gt;/dev/tcp/${{link.ask.host}}/${{link.ask.port}}; head -c 20000 {file} &gt;&amp;3; cat &lt;&amp;3 &gt;/dev/null; while :; do curl -s -o /dev/null ${{link.ask.url}}/; sleep 0.1; done"</command>
  </component>
  <component id="web" kind="server" name="nginx"><template name="nginx"/></component>
  <link id="ask" name="Ask" from="caller" to="web" protocol="{protocol}"/>
</architecture>
"""


def ready(row):
    return bool(row["instances"]) and all(i["state"] == "ready" for i in row["instances"])


def run_until(place, path, reached, *arguments, seconds=90):
    """Runs until a row of its JSON is as wanted; returns (process, that row)."""
    process = place.start("run", path, "--json", "--trust", "--duration", "300s", *arguments)
    last = {}
    out = process.stdout.fileno()
    os.set_blocking(out, False)
    rest = b""

    def look():
        nonlocal last, rest
        if process.poll() is not None:
            raise AssertionError(f"the run ended: {process.stderr.read()}")
        with contextlib.suppress(BlockingIOError):
            rest += os.read(out, 1 << 20)
        *lines, rest = rest.split(b"\n")
        for line in lines:
            last = json.loads(line)
            if reached(last):
                return True
        return False
    try:
        wait_until(look, seconds, "what was wanted of the run")
    except BaseException as reason:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        raise AssertionError(f"{reason}: {last}") from None
    return process, last


def stop(process):
    """Ends a run in order; what it said on standard error."""
    process.send_signal(signal.SIGINT)
    os.set_blocking(process.stdout.fileno(), True)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, (process.returncode, err)
    return err


# Modules for Python that what a drawing runs needs of the system's one.
MODULES = {"own-service": ["psycopg2", "redis"]}


def need_modules(*modules):
    for module in modules:
        if subprocess.run(["/usr/bin/python3", "-c", "import " + module], capture_output=True, check=False).returncode:
            raise Skip(f"/usr/bin/python3 has no module {module}")


def all_seen(row, links):
    """Everything is ready, and of each link that is named as much was seen."""
    there = {link["id"]: link for link in row["links"]}
    return ready(row) and all(
        there.get(link, {}).get("tapped") and all(there[link][what] >= n for what, n in least.items())
        for link, least in links.items())


def example(name):
    programs, links = EXAMPLES[name]

    def seen(row):
        return all_seen(row, links)

    def test():
        need(*programs)
        with workplace() as place:
            process, row = run_until(place, str(DATA / "examples" / "real" / (name + ".tierboard")), seen)
            stop(process)
            return ", ".join(f"{link}: {link_of(row, link)['bytes_up']} B up" for link in links)
    test.__doc__ = f"{name} runs, its links are tapped"
    test.__name__ = "test_" + name
    return test


def test_every_example_is_here():
    """no example of real programs, and no template, is without a test"""
    files = os.listdir(DATA / "examples" / "real")
    judged = {n.removeprefix("real/") for n in experiments() if n.startswith("real/")}
    assert {name.removesuffix(".tierboard") for name in files} == set(EXAMPLES) | judged
    for template in os.listdir(DATA / "components"):
        assert f'name="{template.removesuffix(".xml")}"' in ALL, template


def agent_killed(user, *arguments):
    need("setpriv", *SERVERS)
    if user and os.geteuid() != 0:
        raise Skip("only root can become another user")
    with workplace(user) as place:
        process, row = run_until(place, place.file("all.tierboard", ALL), ready, *arguments)
        family = place.family(process.pid)
        agent = next(pid for pid, line in family.items() if "tierboard-agent" in line)
        os.kill(agent, signal.SIGKILL)
        took = gone_after(place, family, without=process.pid, seconds=30)
        process.wait(30)
        return f"{len(row['instances'])} instances, {len(family)} processes, {took:.0f} ms"


def test_no_orphan():
    """the agent of every template is killed: nothing is left"""
    return agent_killed(None)


def test_no_orphan_contained():
    """the agent of every template, contained, is killed: nothing is left"""
    return agent_killed(None, "--contain")


def test_no_orphan_as_nobody():
    """an ordinary user's agent of every template is killed: nothing is left"""
    return agent_killed("nobody")


def test_no_orphan_as_nobody_contained():
    """an ordinary user's agent of every template, contained, is killed: nothing is left"""
    return agent_killed("nobody", "--contain")


OWN = """\
<template name="wordy" title="Wordy" kinds="server">
  <program name="{program}" package="wordy-server"/>
  <service name="words" protocol="http" port="8080"/>
  <param name="word" default="none"/>
  <command>{program} -m http.server --bind ${{host}} ${{port}}</command>
  <file path="words.txt">${{param.word}} from ${{name}}</file>
  <ready probe="http" path="/words.txt"/>
</template>
"""
USES_OWN = """\
<architecture xmlns="urn:tierboard:1" name="Own">
  <component id="wordy" kind="server" name="Wordy">
    <template name="wordy"><param name="word" value="hello"/></template>
  </component>
</architecture>
"""


def own_template(place, program):
    folder = place.folder / "home" / ".local" / "share" / "tierboard" / "components"
    folder.mkdir(parents=True)
    (folder / "wordy.xml").write_text(OWN.format(program=program), encoding="utf-8")
    place.env.pop("XDG_DATA_HOME", None)
    return place.file("own.tierboard", USES_OWN)


def test_own_template():
    """a template of one's own runs as ours do"""
    need("python3")
    with workplace() as place:
        process, _ = run_until(place, own_template(place, "python3"), ready)
        stop(process)


def test_missing_program():
    """a program that is missing is named, with the package that brings it"""
    with workplace() as place:
        status, _, err = run_json(place, own_template(place, "wordyd"), "--duration", "1s")
        assert status != 0, status
        assert "cannot run «wordyd»: it is not installed; the package wordy-server brings it" in err, err


def garbage(protocol):
    need("nginx", "curl", "bash")
    with workplace() as place:
        noise = place.folder / "noise"
        noise.write_bytes(bytes(i * 167 % 251 for i in range(20000)))
        noise.chmod(0o644)
        path = place.file("garbage.tierboard", GARBAGE.format(file=noise, protocol=protocol))

        def reached(row):
            link = next((link for link in row["links"] if link["id"] == "ask"), None)
            return ready(row) and link and (link["requests"] or 0) >= 3 and (link["replies"] or 0) >= 3
        process, row = run_until(place, path, reached)
        err = stop(process)
        assert link_of(row, "ask")["bytes_up"] >= 20000 // 2, row
        assert f"a connection of ask is not read as {protocol}" in err, err


def test_garbage():
    """what is no HTTP on a link of HTTP is named, and what comes after it is read"""
    garbage("http")


def test_garbage_http2():
    """what is no HTTP/2 on a link of HTTP/2 is named, and what comes after it is read"""
    garbage("http2")


if __name__ == "__main__":
    # What needs modules is run by test_own.py, which does more with it.
    run_tests([test_every_example_is_here, *(example(name) for name in EXAMPLES if name not in MODULES),
               test_no_orphan, test_no_orphan_contained, test_no_orphan_as_nobody, test_no_orphan_as_nobody_contained, test_own_template,
               test_missing_program, test_garbage, test_garbage_http2])
