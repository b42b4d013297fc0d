#!/usr/bin/env python3
"""Nothing grows with the number of requests: not the built-in programs, not the agent. With TIERBOARD_SOAK in the
environment over a million requests."""
import os
import pathlib

from system import link_of, run_tests, workplace
from test_real import ready, run_until, stop

REQUESTS = 1000000 if os.environ.get("TIERBOARD_SOAK") else 20000
# What an allocator may still take after half of them; a leak of 400 bytes in a thousand requests is more.
GROWTH_KIB = 192

DRAWING = """\
<architecture xmlns="urn:tierboard:1" name="Leak">
  <component id="caller" kind="client" name="Caller" threads="pool 8">
    <builtin think="0s"><call link="visit" op="write" share="0.3"/><call link="visit" op="read" share="0.7"/></builtin>
  </component>
  <component id="front" kind="balancer" name="Front" threads="pool 8"/>
  <component id="web" kind="server" name="Web" threads="pool 8">
    <builtin keys="100"><call link="keep" op="write" share="0.3"/><call link="keep" op="read" share="0.7"/></builtin>
  </component>
  <component id="store" kind="store" name="Store" threads="pool 8"><builtin keys="100"/></component>
  <link id="visit" from="caller" to="front"/>
  <link id="pass" from="front" to="web"/>
  <link id="keep" from="web" to="store"/>
</architecture>
"""


def private_kib(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private_Dirty"))


def memory(place, process):
    """Of each program of the run, and of its agent: {name: KiB}. Leashes share the agent's command line."""
    found = {}
    for pid, line in place.family(process.pid).items():
        if "--name " in line:
            found[line.split("--name ")[1].split()[0]] = private_kib(pid)
        elif "tierboard-agent" in line:
            found["agent"] = max(found.get("agent", 0), private_kib(pid))
    return found


def test_nothing_grows():
    """no memory is lost with requests"""
    before = {}
    with workplace() as place:
        def reached(row):
            n = link_of(row, "keep")["requests"]
            if not before and ready(row) and n >= REQUESTS // 2:
                before.update(memory(place, process_of[0]))
            if before and n >= REQUESTS:
                before["after"] = memory(place, process_of[0])
                return True
            return False
        process_of = []
        start = place.start

        def remember(*arguments, **options):
            process_of.append(start(*arguments, **options))
            return process_of[-1]
        place.start = remember
        process, row = run_until(place, place.file("leak.tierboard", DRAWING), reached, seconds=REQUESTS // 1000 + 150)
        stop(process)
    after = before.pop("after")
    assert set(after) == {"agent", "caller/1", "front/1", "web/1", "store/1"}, after
    for name, kib in after.items():
        assert kib - before[name] <= GROWTH_KIB, (name, before, after)
    figures = ", ".join(f"{name} {kib} KiB (+{kib - before[name]})" for name, kib in sorted(after.items()))
    return f"{link_of(row, 'keep')['requests']} requests: {figures}"


if __name__ == "__main__":
    run_tests([test_nothing_grows])
