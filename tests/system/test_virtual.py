#!/usr/bin/env python3
"""What virtual time found wrong is wrong on real processes too, and what is sound there holds under the same faults.

All run at the same time, since they mostly wait."""
import json
import re

from system import run_tests, workplace

PATIENCE = 120
DRAWING = """<?xml version="1.0"?>
<architecture xmlns="urn:tierboard:1" name="MARKER">
<component id="browser" kind="client" replicas="3" threads="pool 2"><builtin think="exponential 10ms" keys="3">
<call link="save" op="write" share="0.5"/><call link="save" op="read" share="0.5"/></builtin></component>
<component id="orders" kind="store" replicas="3"><builtin %s/></component>
<link id="save" from="browser" to="orders" timeout="500ms" balance="round-robin"/>
</architecture>
"""
STORES = {
    "quorum-1-1": 'replication="quorum" n="3" r="1" w="1"',
    "async-any": 'replication="primary-async" reads="any"',
    "raft": 'replication="raft"',
    "quorum-2-2": 'replication="quorum" n="3" r="2" w="2"',
}
PLACE = {}
RUNNING = {}


def find(name, path):
    """The scenario that virtual time writes, shortened: its rounds are longer than a test can wait."""
    place = PLACE["place"]
    process = place.start("test", "--virtual", "--schedules", "500", "--seed", "1", "--json", path, cwd=str(place.folder))
    out, err = process.communicate(timeout=PATIENCE)
    result = json.loads(out)
    assert process.returncode == 1, (name, out, err)
    written = place.folder / result["kept"] / "schedule.tierboard"
    text = written.read_text()
    assert "<do " in text and 'that="linearizable"' in text, text
    shorter = re.sub(r'id="after" lasts="2s"', 'id="after" lasts="500ms"', text)
    shorter = re.sub(r'id="schedule" lasts="8s"', 'id="schedule" lasts="4s"', shorter)
    assert shorter != text
    return place.file(f"with-{name}.tierboard", shorter)


def start_all():
    place = PLACE["place"]
    paths = {name: place.file(f"{name}.tierboard", DRAWING % store) for name, store in STORES.items()}
    found = {name: find(name, paths[name]) for name in ("quorum-1-1", "async-any")}
    for name, path in paths.items():
        RUNNING[name] = place.start("test", path, "--with", found.get(name, found["quorum-1-1"]), "--json", "--keep",
                                    str(place.folder / f"keep-{name}"), cwd=str(place.folder))


def outcome(name):
    out, err = RUNNING[name].communicate(timeout=PATIENCE)
    result = json.loads(out)
    return result["expectations"][0]["outcome"], result["sentence"], out + err


def test_wrong():
    """the scenario that is written violates on real processes"""
    said = []
    for name in ("quorum-1-1", "async-any"):
        word, sentence, out = outcome(name)
        assert word == "violated", (name, out)
        said.append(sentence)
    return "; ".join(said)


def test_sound():
    """protocols that are never violated in virtual time are not under the same scenario"""
    for name in ("raft", "quorum-2-2"):
        word, _, out = outcome(name)
        assert word != "violated", (name, out)


if __name__ == "__main__":
    with workplace() as PLACE["place"]:
        try:
            start_all()
            run_tests([test_wrong, test_sound])
        finally:
            for process in RUNNING.values():
                if process.poll() is None:
                    process.terminate()
                process.wait(timeout=PATIENCE)
