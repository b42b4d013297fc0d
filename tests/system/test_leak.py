#!/usr/bin/env python3
"""Nothing grows with the number of requests: not the built-in programs, not the agent. With TIERBOARD_SOAK in the
environment over a million requests."""
import os
import pathlib

from system import link_of, run_tests, workplace
from test_real import ready, run_until, stop

REQUESTS = 1000000 if os.environ.get("TIERBOARD_SOAK") else 20000
# What an allocator may still take for as many requests again; a leak of 20 bytes a request is more.
GROWTH_KIB = 192
# The agent's queues take their pages as they are first filled, up to a bound: so many times it may grow by more
# before that is a leak, which grows by twice as much each time.
DOUBLINGS = 4

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


def growth(looks):
    """Of each program between the last two looks, in KiB."""
    return {name: kib - looks[-2][name] for name, kib in looks[-1].items()}


def is_enough(looks):
    return len(looks) > 1 and (max(growth(looks).values()) <= GROWTH_KIB or len(looks) > DOUBLINGS)


def test_nothing_grows():
    """no memory is lost with requests"""
    looks = []
    with workplace() as place:
        def reached(row):
            n = link_of(row, "keep")["requests"]
            if ready(row) and n >= REQUESTS // 2 * 2 ** len(looks):
                looks.append(memory(place, process_of[0]))
            return is_enough(looks)
        process_of = []
        start = place.start

        def remember(*arguments, **options):
            process_of.append(start(*arguments, **options))
            return process_of[-1]
        place.start = remember
        process, row = run_until(place, place.file("leak.tierboard", DRAWING), reached, seconds=REQUESTS // 250 + 150)
        stop(process)
    assert set(looks[-1]) == {"agent", "caller/1", "front/1", "web/1", "store/1"}, looks
    assert max(growth(looks).values()) <= GROWTH_KIB, looks
    figures = ", ".join(f"{name} {looks[-1][name]} KiB (+{kib})" for name, kib in sorted(growth(looks).items()))
    return f"{link_of(row, 'keep')['requests']} requests, {len(looks)} looks: {figures}"


if __name__ == "__main__":
    run_tests([test_nothing_grows])
