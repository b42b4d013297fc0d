#!/usr/bin/env python3
"""Bad input and bad days, as a person meets them: each is named in the terminal and bounded, and the rest
of the run goes on."""
import contextlib
import json
import os
import pathlib
import resource
import signal
import subprocess
import threading
import time

from system import Skip, need, run_tests, wait_until, workplace

HEALTHY = """\
  <component id="caller" kind="client" name="Caller">
    <builtin think="constant 5ms"/>
  </component>
  <component id="web" kind="server" name="Web"><service name="web" protocol="http" port="8080"/></component>
  <link id="ask" from="caller" to="web" timeout="2s"/>
"""


def drawing(parts):
    return f'<architecture xmlns="urn:tierboard:1" name="Days">\n{HEALTHY}{parts}</architecture>\n'


def command(name, line, inside="", attributes=""):
    text = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return (f'  <component id="{name}" kind="server" name="{name}">\n'
            f'    <command {attributes}>{text}</command>{inside}\n  </component>\n')


class Watched:
    """A run whose rows and words are read all the time."""

    def __init__(self, place, process):
        self.place, self.process = place, process
        self.row, self.words = {"instances": [], "links": []}, []
        self.readers = [threading.Thread(target=self.read_rows, daemon=True),
                        threading.Thread(target=self.read_words, daemon=True)]
        for reader in self.readers:
            reader.start()

    def read_rows(self):
        for line in self.process.stdout:
            self.row = json.loads(line)

    def read_words(self):
        for line in self.process.stderr:
            self.words.append(line.rstrip())

    def instance(self, name):
        return next((i for i in self.row["instances"] if i["id"] == name), {"state": "", "sentence": ""})

    def is_so(self, name, state, *parts):
        now = self.instance(name)
        return now["state"] == state and all(p in now.get("sentence", "") for p in parts)

    def await_state(self, name, state, *parts):
        try:
            wait_until(lambda: self.is_so(name, state, *parts), 60, f"{name} {state} {parts}")
        except AssertionError as reason:
            raise AssertionError(f"{reason}: {self.instance(name)}; {self.words}") from None

    def was_said(self, *parts):
        return any(all(p in line for p in parts) for line in list(self.words))

    def await_words(self, *parts):
        try:
            wait_until(lambda: self.was_said(*parts), 60, f"the words {parts}")
        except AssertionError as reason:
            raise AssertionError(f"{reason}: {self.words}") from None

    def replies(self):
        return next((link["replies"] or 0 for link in self.row["links"] if link["id"] == "ask"), 0)

    def goes_on(self):
        before = self.replies()
        wait_until(lambda: self.replies() >= before + 20, 60, "more replies")


@contextlib.contextmanager
def running(parts, *before, files=(), arguments=(), **environment):
    with workplace() as place:
        place.env.update(environment)
        for name, text in files:
            path = pathlib.Path(place.file(name, text))
            path.chmod(0o755)
        path = place.file("days.tierboard", drawing(parts(place) if callable(parts) else parts))
        if before:
            place.tierboard, rest = before[0], [*before[1:], place.tierboard]
        else:
            rest = []
        process = place.start(*rest, "run", path, "--json", "--trust", "--duration", "300s", *arguments)
        watched = Watched(place, process)
        try:
            watched.goes_on()
            yield watched
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.wait(60)
            for reader in watched.readers:
                reader.join(10)


PARTS = [
    command("absent", "no-such-program --at-all"),
    command("hasty", "sh -c 'echo cannot go on; exit 7'"),
    command("looping", "false", '<restart policy="on-failure" delay="20ms"/>'),
    command("gifted", "su --help"),
    command("bomb", "bash -c 'f() { f | f & }; f; sleep 600'", attributes='processes="150"'),
    command("shouter", "yes abcdefghijklmnopqrstuvwxyz0123456789"),
    command("stubborn", """sh -c 'trap "" TERM; while :; do sleep 0.1; done'""", '<stop grace="300ms"/>'),
]


def test_each_is_named_and_the_rest_goes_on():
    """Absent, hasty, looping, set-uid, forking, shouting and deaf programs, each named beside a healthy pair"""
    need("bash", "su", "yes")
    with running("".join(PARTS)) as run:
        run.await_state("absent/1", "failed", "cannot run «no-such-program»: no such file or directory")
        run.await_state("hasty/1", "failed", "exited with status 7", "cannot go on")
        wait_until(lambda: "crash loop" in run.instance("looping/1").get("sentence", ""), 60, "a crash loop")
        run.await_words("gifted/1", "set-uid, which has no effect here")
        run.await_state("bomb/1", "failed", "had more than the 150 processes that are allowed, and all were killed")
        run.await_words("shouter/1: writes", "MB a second to its output: the last 8 to 16 MB of it are kept")
        wait_until(lambda: run.instance("shouter/1").get("log_lost_bytes", 0) > 0, 60, "bytes that are lost")
        for part in ("absent/1 cannot run", "hasty/1 exited", "bomb/1 had "):
            run.await_words(part)
        run.goes_on()
        run.process.send_signal(signal.SIGINT)
        run.await_words("stubborn/1: did not end within 300 ms of SIGTERM and was killed")


def test_a_stopped_viewer_goes_on_with_a_gap_that_is_said():
    """The command is stopped for seconds (a minute in a soak): the run goes on, and the gap is said"""
    with running("") as run:
        before = run.replies()
        os.kill(run.process.pid, signal.SIGSTOP)
        time.sleep(60 if os.environ.get("TIERBOARD_SOAK") else 4)
        os.kill(run.process.pid, signal.SIGCONT)
        run.await_words("nothing was watched for", "the run went on")
        wait_until(lambda: run.replies() > before + 200, 60, "what was counted meanwhile")
        run.goes_on()


OPENER = """\
#!/usr/bin/env python3
import resource, socket, sys, time
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
open_ones, failed = [], 0
for _ in range(20000):
    try:
        open_ones.append(socket.create_connection((sys.argv[1], 7000), 30))
    except OSError as why:
        failed += 1
        if failed > 200:
            break
print(f"opened {len(open_ones)}, failed {failed}", flush=True)
time.sleep(600)
"""
SINK = """\
#!/usr/bin/env python3
import resource, select, socket
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
listener, kept = socket.create_server(("", 7000), backlog=4096), []
print("up", flush=True)
while True:
    try:
        kept.append(listener.accept()[0])
    except OSError:
        select.select([], [], [], 0.1)
"""


def opener_and_sink(place):
    sink = command("sink", f"python3 {place.folder}/sink.py", '<ready kind="log" pattern="up"/>')
    sink = sink.replace("</command>", '</command><service name="in" protocol="tcp" port="7000"/>')
    return sink + command("opener", f"python3 {place.folder}/opener.py ${{link.many.host}}",
                          '<ready kind="log" pattern="opened" timeout="120s"/>') \
        + '  <link id="many" from="opener" to="sink"/>\n'


def test_twenty_thousand_connections_leave_some_to_the_others():
    """One that opens 20 000 connections: all are open, or it is said why not, and others still connect"""
    need("python3")
    with running(opener_and_sink, files=(("opener.py", OPENER), ("sink.py", SINK))) as run:
        run.await_state("opener/1", "ready")
        many = next(link for link in run.row["links"] if link["id"] == "many")
        assert many["tapped"], many
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        if limit < 60000:
            run.await_words("opener/1 has", "connections to sink/1 open; more fail")
        run.goes_on()
        return f"with {limit} descriptors"


# Asks over the link for ever, in 32 bits: socket(), connect(), send(), recv() by the old gate.
THIRTY_TWO = """\
.globl _start
_start:
  movl $5, %edi
next:
  movl $102, %eax ; movl $1, %ebx ; movl $args_socket, %ecx ; int $0x80
  movl %eax, fd_connect ; movl %eax, fd_send ; movl %eax, fd_recv
  movl $102, %eax ; movl $3, %ebx ; movl $args_connect, %ecx ; int $0x80
  movl $102, %eax ; movl $9, %ebx ; movl $args_send, %ecx ; int $0x80
  movl $102, %eax ; movl $10, %ebx ; movl $args_recv, %ecx ; int $0x80
  movl $6, %eax ; movl fd_connect, %ebx ; int $0x80
  decl %edi
  jnz next
  movl $29, %eax ; int $0x80
  jmp next
.data
args_socket: .long 2, 1, 0
args_connect:
fd_connect: .long 0
  .long address, 16
args_send:
fd_send: .long 0
  .long request, request_end - request, 0
args_recv:
fd_recv: .long 0
  .long buffer, 4096, 0
address: .byte 2, 0, 0x1f, 0x90, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0
request: .ascii "GET / HTTP/1.1\\r\\nHost: web\\r\\nConnection: close\\r\\n\\r\\n"
request_end:
.lcomm buffer, 4096
"""


def test_a_32_bit_program_is_tapped_as_any_other():
    """A 32-bit program's five requests are five requests"""
    need("as", "ld")
    if os.uname().machine != "x86_64":
        raise Skip("only x86-64 runs 32-bit programs of x86")

    def parts(place):
        source, made = place.folder / "t.s", place.folder / "thirty-two"
        source.write_text(THIRTY_TWO, encoding="ascii")
        subprocess.run(["as", "--32", "-o", f"{made}.o", str(source)], check=True)
        subprocess.run(["ld", "-m", "elf_i386", "-o", str(made), f"{made}.o"], check=True)
        return command("old", str(made)) + '  <link id="old-ask" from="old" to="web"/>\n'
    with running(parts) as run:
        def five():
            link = next((li for li in run.row["links"] if li["id"] == "old-ask"), {})
            return link.get("tapped") and link["requests"] == 5 and link["replies"] == 5
        wait_until(lambda: five() or run.instance("old/1")["state"] == "failed", 60, "five requests")
        if "exec format error" in run.instance("old/1").get("sentence", ""):
            raise Skip("this kernel runs no 32-bit programs")
        assert five(), (run.row, run.words)


FILLER = command("filler", "sh -c 'trap \"rm fill; echo freed\" USR1; cat /dev/zero >fill; echo full;"
                 " while :; do sleep 0.05; done'", '<ready kind="log" pattern="full"/>')
TALKER = command("talker", "sh -c 'while :; do echo talk talk talk talk; sleep 0.01; done'")
LATE = command("late", "sleep 600", '<file name="late.conf">what it needs</file><depends on="filler"/>')


def test_a_full_disk_takes_logs_and_recording_but_not_the_run():
    """Logs, recording and directories on a full disk: said, the run goes on, and logs once there is room"""
    need("unshare", "mount")
    if os.geteuid() != 0:
        raise Skip("only root can mount a small disk")
    if subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], check=False,
                      capture_output=True).returncode != 0:
        raise Skip("nothing can be mounted here")
    with running(lambda place: FILLER + TALKER + LATE, "unshare", "--mount", "sh", "-c",
                 'mount -t tmpfs -o size=12m,mode=1777 none "$TMPDIR" && exec "$0" "$@"',
                 TMPDIR="/mnt", arguments=("--record", "/mnt/run.tbrec")) as run:
        run.await_words("the run is not recorded", "no space left on device")
        run.await_words("talker/1: its output is not kept", "no space left on device")
        run.await_state("late/1", "failed", "no space left on device")
        run.goes_on()
        pid = run.instance("filler/1")["pid"]
        log = next(pathlib.Path(f"/proc/{pid}/root/mnt").glob("tierboard-run-*/talker-1.log"))
        os.kill(pid, signal.SIGUSR1)
        wait_until(lambda: "bytes are missing here: there was no room for them" in log.read_text(), 60,
                   "the log to go on")
        run.goes_on()


if __name__ == "__main__":
    run_tests([test_each_is_named_and_the_rest_goes_on, test_a_stopped_viewer_goes_on_with_a_gap_that_is_said,
               test_twenty_thousand_connections_leave_some_to_the_others,
               test_a_32_bit_program_is_tapped_as_any_other,
               test_a_full_disk_takes_logs_and_recording_but_not_the_run])
