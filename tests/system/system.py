"""What the system tests share: TAP, running the real command, finding what a run left behind."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import uuid

from quiet import NotJudged

PROGRAMS = pathlib.Path(os.environ["TIERBOARD_PROGRAMS"])
DATA = pathlib.Path(os.environ["TIERBOARD_DATA"])
TIERBOARD = str(PROGRAMS / "tierboard")


class Skip(Exception):
    """A test cannot run here; says why."""


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            raise Skip(f"{program} is not installed")


def run_tests(tests):
    """Each test is a function; its docstring's first line is its name."""
    chosen = sys.argv[1:]
    tests = [t for t in tests if not chosen or t.__name__ in chosen]
    print(f"1..{len(tests)}", flush=True)
    bad = 0
    for number, test in enumerate(tests, 1):
        name = (test.__doc__ or test.__name__).splitlines()[0]
        try:
            figures = test()
            print(f"ok {number} - {name}" + (f": {figures}" if figures else ""), flush=True)
        except Skip as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        except NotJudged as reason:
            print(f"not ok {number} - {name} # TODO {reason}", flush=True)
        except Exception:  # one test's failure must not hide the next one's
            bad += 1
            # On standard error too: that is what a failed run of all tests shows of it.
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
                print(line, file=sys.stderr)
            print(f"not ok {number} - {name}", flush=True)
    sys.exit(bool(bad))


class Workplace:
    """A folder of its own for files, runtime and state; knows what processes it has."""

    def __init__(self, user=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tb-system-"))
        # Run by root, the drawing's programs are somebody else's processes: let them read their files.
        self.folder.chmod(0o755)
        self.marker = str(uuid.uuid4().int % 10**9 + 10**9)
        self.user = user
        self.tierboard = TIERBOARD
        data = DATA
        for name in ("runtime", "state", "home"):
            (self.folder / name).mkdir(mode=0o700)
        if user:
            # The build's folder may be closed to others.
            self.tierboard, data = self.copy_programs()
            for path in [self.folder, *self.folder.iterdir()]:
                shutil.chown(path, user)
        self.env = dict(os.environ, XDG_RUNTIME_DIR=str(self.folder / "runtime"),
                        XDG_STATE_HOME=str(self.folder / "state"), HOME=str(self.folder / "home"),
                        TIERBOARD_DATA=str(data))

    def copy_programs(self):
        (self.folder / "programs").mkdir(mode=0o755)
        for program in ("tierboard", "tierboard-agent", "tierboard-leash", "tierboard-node"):
            shutil.copy2(PROGRAMS / program, self.folder / "programs")
        shutil.copytree(DATA, self.folder / "data")
        return str(self.folder / "programs" / "tierboard"), self.folder / "data"

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text.replace("MARKER", self.marker), encoding="utf-8")
        if self.user:
            shutil.chown(path, self.user)
        return str(path)

    def start(self, *arguments, **options):
        command = [self.tierboard, *arguments]
        if self.user:
            command = ["setpriv", f"--reuid={self.user}", "--clear-groups", "--"] + command
        return subprocess.Popen(command, env=self.env, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                start_new_session=True, **options)

    def processes(self):
        """Living processes that carry the marker or stand in the run's folder: {pid: cmdline}."""
        found = {}
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            try:
                cmdline = pathlib.Path("/proc", entry, "cmdline").read_bytes().replace(b"\0", b" ").decode()
                stat = pathlib.Path("/proc", entry, "stat").read_text()
                cwd = os.readlink(f"/proc/{entry}/cwd")
            except OSError:
                continue
            if stat.rpartition(")")[2].split()[:1] in ([], ["Z"]):
                continue  # it is gone, or was while its file was read
            inside = cwd.startswith(str(self.folder)) or str(self.folder) in cmdline
            if self.marker in cmdline or inside:
                found[int(entry)] = cmdline
        return found

    def family(self, pid):
        """All that descends from a process, agent and leashes included: {pid: cmdline}."""
        found = {}
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{pid}/task"):
                for child in pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split():
                    line = pathlib.Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(child)] = line.decode()
                    found.update(self.family(int(child)))
        return found

    def close(self):
        left = self.processes()
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)
        assert not left, f"left behind: {left}"


@contextlib.contextmanager
def workplace(user=None):
    place = Workplace(user)
    try:
        yield place
    finally:
        place.close()


def wait_until(condition, seconds=15, what="the condition"):
    """Awaits a condition; returns its value."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.002)
    raise AssertionError(f"{what} was not reached in {seconds} s")


def lives(pid):
    try:
        stat = pathlib.Path("/proc", str(pid), "stat").read_text()
    except OSError:
        return False
    return (stat.rpartition(")")[2].split() or "X")[0] not in "ZX"


def gone_after(place, family=(), seconds=5, without=0):
    """Milliseconds until nothing of the run and of that family is left, but for one process."""
    begin = time.monotonic()
    while True:
        left = (place.processes().keys() | {pid for pid in family if lives(pid)}) - {without}
        if not left:
            return (time.monotonic() - begin) * 1000
        if time.monotonic() - begin > seconds:
            raise AssertionError(f"still there after {seconds} s: {left} of {place.processes()}")


def run_json(place, path, *arguments, seconds=60):
    """Runs to the end; returns (exit status, list of objects, standard error)."""
    process = place.start("run", path, "--json", "--trust", *arguments)
    out, err = process.communicate(timeout=seconds)
    return process.returncode, [json.loads(line) for line in out.splitlines() if line.strip()], err


def await_running(process):
    """Reads the lines of a run with --json until every instance is ready."""
    for line in process.stdout:
        if json.loads(line)["state"] == "running":
            return
    raise AssertionError("the run ended before it ran: " + process.stderr.read())


def besides_waits(said):
    """What a run says on standard error, but for whom it waits: somewhere any program may take its time."""
    return "".join(line for line in said.splitlines(True) if not re.match(r"tierboard: (\S+ waits|waiting) for ", line))


def link_of(totals, link):
    return next(row for row in totals["links"] if row["id"] == link)
