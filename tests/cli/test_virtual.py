#!/usr/bin/env python3
"""tierboard test --virtual: what it says, with which status, and the same for the same seed."""
import json
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
from system import DATA, TIERBOARD, run_tests  # noqa: E402

DRAWING = """<?xml version="1.0"?>
<architecture xmlns="urn:tierboard:1" name="Orders">
%s<component id="browser" kind="client" replicas="3" threads="pool 2"><builtin think="20ms" keys="3">
<call link="save" op="write" share="0.5"/><call link="save" op="read" share="0.5"/></builtin></component>
<component id="orders" kind="store" replicas="3"><builtin %s/></component>
<link id="save" from="browser" to="orders" timeout="300ms" balance="round-robin"/>
</architecture>
"""
RAFT = 'replication="raft"'
WRONG = 'replication="quorum" n="3" r="1" w="1"'
HELD = """<scenario id="cut"><wait until="orders has leader"/><phase id="one" lasts="3s"><do partition="isolate" of="orders/leader"/></phase>
<expect that="linearizable" of="orders"/></scenario>
"""
LATE = """<scenario id="late"><wait until="orders/1 is down" within="2s"/></scenario>
"""
ODD = """<scenario id="odd"><phase id="one" lasts="1s"><do at="2s" kill="orders/9"/></phase></scenario>
"""
FOLDER = tempfile.TemporaryDirectory()
PLACE = pathlib.Path(FOLDER.name)


def drawing(name, store, scenario=""):
    path = PLACE / f"{name}.tierboard"
    path.write_text(DRAWING % (scenario, store))
    return path.name


def command(*arguments):
    process = subprocess.run([TIERBOARD, "test", *arguments], capture_output=True, text=True, timeout=100, cwd=PLACE)
    return process.returncode, process.stdout, process.stderr


def test_schedules_hold():
    """schedules that hold end with 0, and JSON says how many there were"""
    status, out, _ = command("--virtual", "--schedules", "50", "--seed", "5", "--json", drawing("raft", RAFT))
    result = json.loads(out)
    assert status == 0 and result["status"] == 0 and result["seed"] == 5, out
    assert result["expectations"][0]["n"] == 50 and result["expectations"][0]["outcome"] == "held"


def test_violation():
    """a violation ends with 1, prints its seed, and leaves behind what is needed to see it again"""
    name = drawing("wrong", WRONG)
    status, out, _ = command("--virtual", "--schedules", "500", "--seed", "3", "--junit", "wrong.xml", "--json", name)
    result = json.loads(out)
    assert status == 1 and "finished writing" in result["sentence"], out
    kept = PLACE / result["kept"]
    assert {path.name for path in kept.iterdir()} == {"why.txt", "schedule.txt", "schedule.tierboard", "counter-example.svg"}
    seed = result["sentence"].rsplit(" ", 1)[1]
    again = json.loads(command("--virtual", "--schedules", "1", "--seed", seed, "--json", name)[1])
    assert again["sentence"] == result["sentence"] and again["log"] == result["log"]
    suite = ET.parse(PLACE / "wrong.xml").getroot().find("testsuite")
    assert suite.get("failures") == "1"
    # What it wrote is a scenario of the same drawing.
    status, out, _ = command("--virtual", "--with", str(kept / "schedule.tierboard"), "--seed", "1", "--json", name)
    assert json.loads(out)["expectations"][0]["expect"] == "linearizable of orders" and status in (0, 1)


def test_same_bytes():
    """the same seed gives the same output, byte for byte"""
    name = drawing("bytes", WRONG, HELD.replace("orders has leader", "ready").replace("orders/leader", "orders/2"))
    for more in ([], ["--schedules", "20"]):
        runs = {command("--virtual", "--seed", "11", "-v", *more, name)[1] for _ in range(3)}
        assert len(runs) == 1 and "seed 11" in runs.pop()


def test_scenario():
    """a scenario is carried out in virtual time; one that waits in vain is violated"""
    status, out, err = command("--virtual", "--json", drawing("held", RAFT, HELD))
    assert status == 0 and json.loads(out)["expectations"][0]["value"] == 1, out + err
    status, out, _ = command("--virtual", "--json", "--repeat", "2", drawing("late", RAFT, LATE))
    assert status == 1 and [json.loads(line)["round"] for line in out.splitlines()] == [1, 2]


def test_refusals():
    """what names nothing, is at an impossible time, or cannot be simulated is said with its line and status"""
    status, _, err = command("--virtual", drawing("odd", RAFT, ODD))
    assert status == 2 and "odd.tierboard:3:" in err and "there is no “orders/9”" in err and "which lasts 1s" in err, err
    status, out, _ = command("--virtual", drawing("alone", ""))
    assert status == 1, out  # copies that know nothing of each other
    (PLACE / "none.tierboard").write_text('<architecture xmlns="urn:tierboard:1"><component id="a" kind="server"/></architecture>')
    status, out, _ = command("--virtual", "none.tierboard")
    assert status == 3 and "nothing of it can run in virtual time" in out, out
    for arguments in (["--schedules", "5"], ["--virtual", "--schedules", "-1"]):
        assert command(*arguments, "raft.tierboard")[0] == 2


def test_examples():
    """every example is simulated, or what cannot be is said"""
    said = {0: 0, 1: 0, 3: 0, 4: 0}
    for path in sorted((DATA / "examples").rglob("*.tierboard")):
        for more in ([], ["--schedules", "5"]):
            status, out, err = command("--virtual", "--seed", "1", *more, str(path))
            assert status in said, (path, status, out, err)
            assert status != 3 or "virtual time" in out, (path, out)
            said[status] += 1
    return f"{said[0]} held, {said[1]} violated, {said[3]} not simulated, {said[4]} unknown"


if __name__ == "__main__":
    run_tests([test_schedules_hold, test_violation, test_same_bytes, test_scenario, test_refusals, test_examples])
