#!/usr/bin/env python3
"""What the figures say is what happened, on built-ins and on real servers alike."""
import concurrent.futures
import json
import shutil
import signal
import subprocess
import time

from system import DATA, link_of, need, run_json, run_tests, wait_until, workplace

EXACT = """\
<architecture xmlns="urn:tierboard:1" name="Exact">
  <component id="caller" kind="client" name="Caller" replicas="2" threads="pool 4">
    <builtin requests="5000" think="0s"/>
  </component>
  <component id="web" kind="server" name="Web" threads="pool 4">
    <service name="web" protocol="http" port="8080"/>
  </component>
  <link id="ask" from="caller" to="web"/>
</architecture>
"""

REPLICATED = """\
<architecture xmlns="urn:tierboard:1" name="Replicated">
  <component id="caller" kind="client" name="Caller">
    <builtin think="constant 5ms"><call link="save" op="write"/></builtin>
  </component>
  <component id="primary" kind="store" name="Primary">
    <service name="redis" protocol="resp" port="6379"/>
    <command>redis-server --save "" --appendonly no --protected-mode no --repl-diskless-sync-delay 0</command>
    <ready kind="resp"/>
  </component>
  <component id="replica" kind="store" name="Replica">
    <service name="redis" protocol="resp" port="6379"/>
    <command>redis-server --save "" --appendonly no --protected-mode no --replicaof ${link.follow.host} 6379</command>
    <ready kind="resp"/>
  </component>
  <link id="save" from="caller" to="primary"/>
  <link id="follow" from="replica" to="primary" call="async"/>
</architecture>
"""


def test_counted_is_sent():
    """10 000 requests of the built-in client are exactly 10 000 requests and 10 000 replies"""
    with workplace() as place:
        status, rows, err = run_json(place, place.file("x.tierboard", EXACT), "--duration", "15s")
        link = link_of(rows[-1], "ask")
        assert (link["requests"], link["replies"], link["errors"]) == (10000, 10000, 0), (link, err)
        return f"{link['requests']} requests, {link['replies']} replies"


def redis(address, *command):
    return subprocess.run(["redis-cli", "-h", address, *command], capture_output=True, text=True,
                          timeout=10, check=True).stdout.strip()


def sets(address):
    """SET commands that this redis-server has counted."""
    stats = redis(address, "INFO", "commandstats")
    line = next((l for l in stats.splitlines() if l.startswith("cmdstat_set:")), "calls=0,")
    return int(line.split("calls=")[1].split(",")[0])


def live_rows(process):
    return (json.loads(line) for line in process.stdout)


def ready_addresses(process, seconds=20):
    deadline = time.monotonic() + seconds
    for row in live_rows(process):
        if all(i["state"] in ("ready", "stopped") for i in row["instances"]):
            return {i["id"]: i["address"] for i in row["instances"]}
        if time.monotonic() > deadline:
            break
    raise AssertionError("the run did not become ready: " + process.stderr.read())


def test_redis_replication_is_tapped():
    """Two unchanged redis-servers on *:6379 replicate over a tapped link"""
    need("redis-server", "redis-cli")
    with workplace() as place:
        drawing = place.file("r.tierboard", REPLICATED)
        process = place.start("run", drawing, "--json", "--trust", "--duration", "120s")
        address = ready_addresses(process)
        wait_until(lambda: "master_link_status:up" in redis(address["replica/1"], "INFO", "replication"), 30,
                   "the replica's link to its primary")
        redis(address["primary/1"], "SET", "from-outside", "1")
        wait_until(lambda: redis(address["replica/1"], "GET", "from-outside") == "1", 30, "replication")
        wait_until(lambda: sets(address["primary/1"]) > 100, 30, "a hundred writes")
        process.send_signal(signal.SIGINT)
        totals = list(live_rows(process))[-1]
        process.wait(60)
        follow, save = link_of(totals, "follow"), link_of(totals, "save")
        assert follow["tapped"] and follow["bytes_down"] > 0, follow
        assert save["tapped"] and save["requests"] > 100 and save["requests"] == save["replies"], save
        return f"{follow['bytes_down']} bytes replicated, {save['requests']} requests"


def test_redis_counts_what_the_tap_counts():
    """redis-server's own INFO counts as many commands as the tap saw requests"""
    need("redis-server", "redis-cli")
    with workplace() as place:
        text = REPLICATED.replace('think="constant 5ms"', 'requests="3000" think="0s"')
        process = place.start("run", place.file("r.tierboard", text), "--json", "--trust", "--duration", "120s")
        address = ready_addresses(process)
        wait_until(lambda: sets(address["primary/1"]) == 3000, 60,
                   "3000 SET commands in redis-server's own count")
        process.send_signal(signal.SIGINT)
        totals = list(live_rows(process))[-1]
        process.wait(60)
        save = link_of(totals, "save")
        assert save["requests"] == save["replies"] == 3000, save
        return "3000 SET commands in both"


FAILS_AS_DRAWN = {("rpc-and-queue", "call")}  # callers of a server too slow for them give up


def example(name, seconds="6s", folder="examples"):
    with workplace() as place:
        status, rows, err = run_json(place, str(DATA / folder / f"{name}.tierboard"), "--trust",
                                     "--duration", seconds)
        assert status == 0, (status, err)
        totals = rows[-1]
        silent = [l["id"] for l in totals["links"] if not l["tapped"] or not l["bytes_up"]]
        assert not silent, f"links without traffic: {silent}"
        failing = [f"{l['id']}: {l['errors']} of {l['requests']}" for l in totals["links"]
                   if (l["errors"] or 0) > 2 + 0.02 * (l["requests"] or 0)
                   and (name, l["id"]) not in FAILS_AS_DRAWN]
        assert not failing, f"links with errors: {failing}"
        assert not place.processes(), place.processes()
        return ", ".join(f"{l['id']} {l['requests']}" for l in totals["links"])


# Each mostly waits, so all run at once; the test of each awaits its own.
SIDE_BY_SIDE = concurrent.futures.ThreadPoolExecutor(4)
EXAMPLES = {}


def awaited(name):
    for each in () if EXAMPLES else ("client-server", "two-tier", "three-tier", "nginx-redis"):
        if each != "nginx-redis" or shutil.which("nginx") and shutil.which("redis-server"):
            EXAMPLES[each] = SIDE_BY_SIDE.submit(example, each)
    return EXAMPLES[name].result()


def test_client_server():
    """The example client-server runs with traffic on its link and leaves nothing"""
    return awaited("client-server")


def test_two_tier():
    """The example two-tier runs with traffic on every link and leaves nothing"""
    return awaited("two-tier")


def test_three_tier():
    """The example three-tier runs with traffic on every link and leaves nothing"""
    return awaited("three-tier")


def test_nginx_redis():
    """Unmodified nginx and redis-server run with traffic on every link and leave nothing"""
    need("nginx", "redis-server")
    return awaited("nginx-redis")


NOT_RUN = {"empty"}  # nothing is drawn in it
RUN_ALONE = {"client-server", "two-tier", "three-tier", "nginx-redis", "real-programs"}


def test_all_drawings_that_come_with_us():
    """Every other example and template has traffic on each of its links: none leads nowhere"""
    names = [(folder, path.stem) for folder in ("examples", "templates")
             for path in sorted((DATA / folder).glob("*.tierboard"))
             if path.stem not in NOT_RUN and (folder == "templates" or path.stem not in RUN_ALONE)]
    names.remove(("templates", "real-programs"))
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        for (folder, name), run in [(n, pool.submit(example, n[1], "3s", n[0])) for n in names]:
            try:
                run.result()
            except AssertionError as error:
                raise AssertionError(f"{folder}/{name}: {error}") from error
    return f"{len(names)} drawings"


if __name__ == "__main__":
    run_tests([test_counted_is_sent, test_redis_replication_is_tapped, test_redis_counts_what_the_tap_counts,
               test_client_server, test_two_tier, test_three_tier, test_nginx_redis,
               test_all_drawings_that_come_with_us])
