#!/usr/bin/env python3
"""What clients saw of stores, on real processes: who stays linearizable through a partition and the death of a leader, who
reads what is stale, and whether taps, which see the same from outside, say the same.

All run at the same time, since they mostly wait."""
import json
import shutil
import subprocess
import xml.etree.ElementTree as ET

from system import TIERBOARD, need, run_tests, workplace

PATIENCE = 120
DRAWING = """<?xml version="1.0"?>
<architecture xmlns="urn:tierboard:1" name="%(name)s">
%(user)s
<component id="orders" kind="store" replicas="%(replicas)d">%(service)s%(runs)s</component>
<link id="use" from="user" to="orders" timeout="400ms" balance="round-robin"/>
<scenario id="%(name)s">%(scenario)s</scenario>
</architecture>
"""
USER = """<component id="user" kind="client" name="MARKER" replicas="2" threads="pool 3"><builtin think="3ms" keys="4">
<call link="use" op="write" share="0.4"/><call link="use" op="read" share="0.6"/></builtin></component>"""
FOREIGN = """<component id="user" kind="client" name="MARKER"><command>sh -c 'i=0; while :; do i=$((i+1))
redis-cli -h orders set k $i; redis-cli -h orders-2 get k; done &gt; /dev/null'</command></component>"""
RESP = '<service protocol="resp"/>'
HELD = """<expect that="linearizable" of="orders"/><expect that="sequential" of="orders"/>
<expect that="staleness" of="orders" at-most="0ms"/><expect that="lost-writes" of="orders"/>"""
DRAWINGS = {
    "raft": {"replicas": 3, "service": RESP, "runs": '<builtin replication="raft"/>', "scenario":
             """<wait until="orders has leader"/><phase id="before" lasts="500ms"/>
<phase id="cut" lasts="1500ms"><do partition="isolate" of="orders/leader"/></phase>
<phase id="after" lasts="500ms"><do heal="all"/></phase><wait until="orders has leader"/>
<phase id="dead" lasts="1500ms"><do kill="orders/leader" for="1s"/></phase>""" + HELD},
    "async": {"replicas": 3, "service": RESP, "runs": '<builtin replication="primary-async" reads="any"/>', "scenario":
              """<phase id="slow" lasts="2s"><do fault="latency" of="orders.replicas" latency="60ms"/></phase>
<expect that="stale" of="orders" during="slow" at-least="1%"/><expect that="linearizable" of="orders"/>"""},
    "redis": {"replicas": 2, "service": "", "runs":
              '<template name="redis"><param name="replication" value="primary-backup"/></template>', "scenario":
              """<phase id="cut" lasts="2s"><do partition="cut" of="orders.replicas"/></phase>
<expect that="stale" of="orders" during="cut" at-least="5%"/><expect that="staleness" of="orders" at-least="200ms"/>
<expect that="linearizable" of="orders"/>"""},
    "etcd": {"replicas": 3, "service": "", "runs": '<template name="etcd"/>', "scenario":
             """<wait until="orders has leader"/><phase id="before" lasts="500ms"/>
<phase id="cut" lasts="2s"><do partition="isolate" of="orders/leader"/></phase>
<phase id="after" lasts="1s"><do heal="all"/></phase>""" + HELD},
}
# No store is judged by its scenario: who waits until all is quiet would wait for a client that never is.
DRAWINGS["foreign"] = dict(DRAWINGS["redis"], user=FOREIGN, scenario="""<wait until="use carried 10"/>
<phase id="cut" lasts="2s"><do partition="cut" of="orders.replicas"/></phase><wait until="use carried 100"/>""")
PROGRAMS = {"redis": "redis-server", "etcd": "etcd", "foreign": "redis-cli"}
PLACE = {}
RUNNING = {}
RESULTS = {}


def start_all():
    place = PLACE["place"]
    for name, drawing in DRAWINGS.items():
        if name in PROGRAMS and shutil.which(PROGRAMS[name]) is None:
            continue
        path = place.file(f"{name}.tierboard", DRAWING % dict({"user": USER}, name=name, **drawing))
        if name == "foreign":
            RUNNING[name] = place.start("run", path, "--json", "--trust", "--scenario", name, "--record", recording())
        else:
            RUNNING[name] = place.start("test", path, "--json", "--trust", "--keep", str(place.folder / "keep"),
                                        cwd=str(place.folder))


def recording():
    return str(PLACE["place"].folder / "foreign.tbrec")


def result_of(name):
    if name in PROGRAMS:
        need(PROGRAMS[name])
    if name not in RESULTS:
        out, err = RUNNING[name].communicate(timeout=PATIENCE)
        RESULTS[name] = RUNNING[name].returncode, json.loads(out.splitlines()[-1]), err
    return RESULTS[name]


def command(*arguments):
    return subprocess.run([TIERBOARD, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False)


def all_held(name):
    code, result, err = result_of(name)
    outcomes = [expectation["outcome"] for expectation in result["expectations"]]
    assert code == 0 and outcomes == ["held"] * 4, (code, result, err)
    assert any("final reads" in line for line in result["log"]), result
    return f"{result['expectations'][0]['n']} operations"


def test_raft_stays_linearizable():
    """a built-in store under Raft stays linearizable while its leader is cut off, and when it is killed"""
    return all_held("raft")


def test_etcd_stays_linearizable():
    """etcd stays linearizable while its leader is cut off"""
    return all_held("etcd")


def violated(name):
    """The folder that is left, and the verdict of its recording as the command says it."""
    code, result, err = result_of(name)
    outcomes = [expectation["outcome"] for expectation in result["expectations"]]
    assert code == 1 and outcomes[-1] == "violated" and set(outcomes[:-1]) == {"held"}, (code, result, err)
    kept = PLACE["place"].folder / result["kept"]
    assert result["expectations"][-1]["why"] in (kept / "why.txt").read_text(encoding="utf-8"), result
    assert ET.parse(kept / "counter-example.svg").getroot().tag.endswith("svg")
    judged = command("history", "--json", "--of", "orders", str(kept / "recording.tbrec"))
    assert judged.returncode == 1, judged
    return kept, json.loads(judged.stdout)


def test_backups_are_stale():
    """reads of backups that follow asynchronously are found stale; a sentence, the picture and the recording are left"""
    _, said = violated("async")
    assert said["stale_reads"] > 0 and len(said["counterexample"]) >= 2 and "missed" in said, said
    return f"{said['stale_reads']} of {said['reads']} reads stale"


def test_redis_replica_is_stale():
    """a Redis replica that is cut off is found stale, and refuses writes"""
    _, said = violated("redis")
    assert said["failed"] > 0 and said["missed"] == 0, said
    return f"{said['stale_reads']} of {said['reads']} reads stale, {said['failed']} writes refused"


def test_foreign_clients():
    """redis-cli tells nothing of what it does, but its taps do: the replica that is cut off is found stale"""
    code, last, err = result_of("foreign")
    said = json.loads(command("history", "--json", recording()).stdout)
    assert code == 0 and said["verdict"] == "not linearizable", (code, err, said)
    assert [store["verdict"] for store in last["verdicts"]] == ["not linearizable"], last["verdicts"]
    assert said["tapped"] and said["missed"] == 0 and said["stale_reads"] > 0, said
    return f"{said['stale_reads']} of {said['reads']} reads stale"


def test_taps_say_the_same():
    """the history that taps saw has as many operations as clients told of, and is not linearizable either"""
    kept, said = violated("redis")
    out = str(kept / "taps.edn")
    done = command("export", str(kept / "recording.tbrec"), "-o", out, "--filter", "link:use")
    assert done.returncode == 0, done
    judged = command("history", "--json", out)
    taps = json.loads(judged.stdout)
    assert judged.returncode == 1, judged
    # Reads and writes that were answered; one may be under way when the client is stopped.
    assert abs(taps["ok"] - said["ok"]) <= 12 and abs(taps["reads"] - said["reads"]) <= 12, (taps, said)
    return f"{taps['ok']} and {said['ok']} operations"


if __name__ == "__main__":
    with workplace() as PLACE["place"]:
        start_all()
        try:
            run_tests([test_raft_stays_linearizable, test_etcd_stays_linearizable, test_backups_are_stale,
                       test_redis_replica_is_stale, test_foreign_clients, test_taps_say_the_same])
        finally:
            for process in RUNNING.values():
                if process.poll() is None:
                    process.terminate()
                process.wait(timeout=PATIENCE)
