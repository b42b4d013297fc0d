#!/usr/bin/env python3
"""Whatever is killed, nothing of the run is left.

An instance has a child that ignores TERM in a session of its own, and a double-forked daemon. Then
the editor, the command or the agent is killed; within 100 ms no process of the run exists.
"""
import os
import pathlib
import signal

from quiet import in_time
from system import Skip, gone_after, need, run_tests, wait_until, workplace

ALLOWED_MS = 100

NASTY = (pathlib.Path(__file__).parent / "nasty.py").read_text(encoding="utf-8")

DRAWING = """\
<architecture xmlns="urn:tierboard:1" name="Nasty">
  <component id="nasty" kind="server" name="Nasty" replicas="{replicas}">
    <command>python3 {script} MARKER</command>
    <ready kind="log" pattern="ready"/>
  </component>
</architecture>
"""


def agent_of(family):
    return next(pid for pid, line in family.items() if "tierboard-agent" in line)


def begin(place, replicas=1):
    script = place.file("nasty.py", NASTY)
    drawing = place.file("nasty.tierboard", DRAWING.format(script=script, replicas=replicas))
    process = place.start("run", drawing, "--json", "--trust", "--duration", "120s")

    def all_there():
        if process.poll() is not None:
            raise AssertionError(f"the run ended: {process.stderr.read()}")
        lines = place.processes().values()
        return all(sum(f"{name}-{place.marker}" in line for line in lines) == replicas
                   for name in ("stubborn", "daemon", "leader"))
    wait_until(all_there, 30, "every process of the run")
    return process


def round_of(victim, user, replicas):
    """Milliseconds until nothing is left of a run one of whose programs is killed."""
    with workplace(user) as place:
        process = begin(place, replicas)
        family = place.family(process.pid)
        os.kill(process.pid if victim == "command" else agent_of(family), signal.SIGKILL)
        # The command outlives its agent and ends by itself: it is no part of what must be gone.
        took = gone_after(place, family, without=process.pid if victim == "agent" else 0)
        process.wait(10)
        return took


def killed(victim, user, replicas=1):
    need("python3", "setpriv")
    if user and os.geteuid() != 0:
        raise Skip("only root can become another user")
    return in_time(lambda: round_of(victim, user, replicas), ALLOWED_MS)


def test_command_killed():
    """SIGKILL of the command leaves nothing after 100 ms, as this user"""
    return killed("command", None)


def test_agent_killed():
    """SIGKILL of the agent leaves nothing after 100 ms, as this user"""
    return killed("agent", None)


def test_command_killed_as_nobody():
    """SIGKILL of the command leaves nothing after 100 ms, as an ordinary user"""
    return killed("command", "nobody")


def test_agent_killed_as_nobody():
    """SIGKILL of the agent leaves nothing after 100 ms, as an ordinary user"""
    return killed("agent", "nobody")


def test_agent_killed_with_twenty():
    """SIGKILL of the agent of twenty such instances leaves nothing after 100 ms"""
    return killed("agent", None, 20)


def test_stopped_leaves_nothing():
    """An ordered stop ends what ignores TERM and what daemonised"""
    need("python3")
    with workplace() as place:
        process = begin(place)
        process.send_signal(signal.SIGINT)
        process.wait(20)
        assert not place.processes(), place.processes()


if __name__ == "__main__":
    run_tests([test_command_killed, test_agent_killed, test_command_killed_as_nobody,
               test_agent_killed_as_nobody, test_agent_killed_with_twenty, test_stopped_leaves_nothing])
