"""Times that are promised, measured on a machine that others may keep busy.

A busy machine may delay what is measured; it never makes it quicker. So the best of some rounds
counts, and if none was in time and the machine was never quiet, the time is no figure of ours.
"""
import time

ROUNDS, QUIET = 5, 0.9


class NotJudged(Exception):
    """A test ran, and cannot tell whether what it measured is good; says why."""


def processor_time():
    """(unused, all) of the machine since it began, in ticks."""
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def idle_part():
    """The part of the machine that nobody used over the last 30 ms."""
    before = processor_time()
    time.sleep(0.03)
    after = processor_time()
    return (after[0] - before[0]) / max(1, after[1] - before[1])


def in_time(measure, allowed_ms):
    """The first of some rounds that is in time, in words."""
    quietest, best = 0, None
    for _ in range(ROUNDS):
        idle = idle_part()
        took = measure()
        best = took if best is None else min(best, took)
        if best <= allowed_ms:
            return f"{best:.0f} ms"
        quietest = max(quietest, idle)
    if quietest < QUIET:
        raise NotJudged("the time is not judged: the machine was busy in every round")
    raise AssertionError(f"took {best:.0f} ms, {allowed_ms} ms are allowed")
