#!/usr/bin/env python3
"""A store that nobody drew clients for is judged by probing ones, and its operations are measured against delay."""
import re
import subprocess

from system import DATA, TIERBOARD, run_json, run_tests, workplace

ALONE = """<architecture xmlns="urn:tierboard:1" name="Alone">
  <component id="store" kind="store" replicas="3">
    <service name="data" protocol="resp" port="6379"/>
    <builtin replication="raft"/>
  </component>
</architecture>
"""


def probing_clients_judge_a_store_without_clients():
    """probing clients judge a store that has no clients, and are not listed among the instances"""
    with workplace() as place:
        path = place.file("alone.tierboard", ALONE)
        _, lines, _ = run_json(place, path, "--probe", "--duration", "2s")
        probed = lines[-1]
        assert [i["id"] for i in probed["instances"]] == ["store/1", "store/2", "store/3"], probed["instances"]
        (verdict,) = probed["verdicts"]
        assert verdict["verdict"] == "linearizable" and verdict["operations"] > 20, verdict
        _, lines, _ = run_json(place, path, "--duration", "1s")
        left_alone = lines[-1]
        assert not left_alone.get("verdicts") or left_alone["verdicts"][0]["operations"] == 0, left_alone


def a_sweep_says_how_many_delays_an_operation_waits_for():
    """a sweep says how many messages between replicas an operation of Raft waits for"""
    with workplace() as place:
        done = subprocess.run([TIERBOARD, "run", str(DATA / "examples" / "cap-consistent.tierboard"), "--sweep", "store"],
                              env=place.env, capture_output=True, text=True, timeout=120, check=True)
        slopes = {what: float(slope) for what, slope in re.findall(r"(Reads|Writes): ([0-9.]+) × the delay", done.stderr)}
        steps = re.findall(r"store, (\S+) between replicas: median of (\d+) reads", done.stderr)
        assert len(steps) >= 4 and all(int(n) > 20 for _, n in steps), done.stderr
        # A majority answers in one round trip; another one where whoever is asked is not the leader, which two of three are not.
        assert all(1.5 <= slopes[what] <= 7 for what in ("Reads", "Writes")), done.stderr
        return ", ".join(f"{what} {slope} delays" for what, slope in slopes.items())


run_tests([probing_clients_judge_a_store_without_clients, a_sweep_says_how_many_delays_an_operation_waits_for])
