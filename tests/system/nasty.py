"""What a run must not leave behind: nasty.py MARKER.

It has a child that ignores TERM in a session of its own, and a double-forked daemon that closed
everything; all of them sleep under names that carry the marker.
"""
import os
import signal
import sys

mark = sys.argv[1]


def sleep_as(name):
    os.execv("/bin/sleep", [f"{name}-{mark}", "3600"])


def session_of_its_own():
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        sleep_as("stubborn")


def daemon():
    pid = os.fork()
    if pid == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 1024)
            os.chdir("/")
            sleep_as("daemon")
        os._exit(0)
    os.waitpid(pid, 0)


session_of_its_own()
daemon()
print("ready", flush=True)
sleep_as("leader")
