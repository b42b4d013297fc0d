#!/usr/bin/env python3
"""The command as a person or a script meets it: what it prints, and what it ends with."""
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
from system import (DATA, TIERBOARD, await_running, besides_waits, run_json, run_tests, wait_until,
                    workplace)  # noqa: E402

EXAMPLE = str(DATA / "examples" / "client-server.tierboard")


def drawing(*body):
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<architecture xmlns="urn:tierboard:1" name="Test">\n'
            + "\n".join(body) + "\n</architecture>\n")


GOOD = '<component id="good" kind="server"/>'
SLEEP = '<component id="app" kind="server" name="App"><command>sleep 60</command></component>'


def command(*arguments, place=None, stdin=subprocess.DEVNULL, **env):
    process = subprocess.run([TIERBOARD, *arguments], stdin=stdin, capture_output=True, text=True,
                             timeout=60, env=dict(place.env if place else os.environ, **env))
    return process.returncode, process.stdout, process.stderr


def on_terminal(place, *arguments, columns=80, rows=24, keys="", env=None):
    """Runs it on a terminal of its own; returns (status, everything it wrote)."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(place.env, TERM="xterm", **(env or {}))
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.execv(TIERBOARD, [TIERBOARD, *arguments])
    out = b""
    os.write(fd, keys.encode())
    while True:
        ready, _, _ = select.select([fd], [], [], 60)
        assert ready, "nothing for a minute"
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        out += data
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), out.decode()


def plain(text):
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)


def one_sentence(err):
    lines = [line for line in err.splitlines() if line and not line.startswith("tierboard: ") ]
    assert not lines, f"more than sentences: {err}"
    return err


HISTORY = """{:process 0, :type :invoke, :f :write, :value 5, :time 0}
{:process 0, :type :ok, :f :write, :value 5, :time 10000000}
{:process 0, :type :invoke, :f :write, :value 7, :time 15000000}
{:process 0, :type :ok, :f :write, :value 7, :time 30000000}
{:process 2, :type :invoke, :f :read, :value nil, :time 71000000}
{:process 2, :type :ok, :f :read, :value %s, :time 90000000}
"""


def test_a_history_ends_with_its_verdict():
    """history ends with 0, 1, 2 or 4, says why in a sentence, and draws the counter-example"""
    with workplace() as place:
        file = place.file("calls.edn", HISTORY % 7)
        picture = str(place.folder / "why.svg")
        status, out, _ = command("history", file)
        assert status == 0 and out.startswith("linearizable: 3 operations, and one order explains them all"), out
        status, out, _ = command("history", place.file("stale.edn", HISTORY % 5), "--picture", picture)
        assert status == 1 and "client 2 read 5 although client 0 had finished writing 7 41 ms before that read began" in out, out
        drawn = pathlib.Path(picture).read_text(encoding="utf-8")
        assert drawn.count('class="operation"') == 3 and drawn.count('class="contradiction"') == 1, drawn
        said = json.loads(command("history", "--json", str(place.folder / "stale.edn"))[1])
        assert said["verdict"] == "not linearizable" and len(said["counterexample"]) == 3, said
        status, out, err = command("history", place.file("cut.edn", (HISTORY % 5)[:200]))
        assert status == 2 and "line 4: it is cut" in err and not out, (status, out, err)
        strange = '{:process 9, :type :invoke, :f :incr, :value nil, :time 0}\n' + HISTORY % 7
        assert command("history", place.file("strange.edn", strange))[0] == 4
        assert command("history", str(place.folder / "nowhere"))[0] == 2


def test_help_and_version():
    """--help lists every command, --version says the version, each command has --help"""
    status, out, _ = command("--help")
    assert status == 0
    names = re.findall(r"^  ([a-z]+) {2,}", out, re.M)
    assert {"run", "doctor", "check", "edit"} <= set(names), names
    for name in names:
        status, out, err = command(name, "--help")
        assert status == 0 and "Usage:" in out, (name, err)
    status, out, _ = command("--version")
    assert status == 0 and re.fullmatch(r"tierboard \d+\.\d+\.\d+\n", out)


def test_unknown_command():
    """An unknown command is refused, and the nearest is named"""
    status, _, err = command("rum")
    assert status == 2 and "did you mean “run”" in err, err
    status, _, err = command("xyzzy")
    assert status == 2 and "there is no command “xyzzy”" in err, err


def test_editor_without_display():
    """Without a display the editor is refused in a sentence"""
    status, _, err = command("edit", DISPLAY="", WAYLAND_DISPLAY="")
    assert status == 3 and err.count("\n") == 1, err


def test_json_of_a_run():
    """JSON lines: one object a second and a last one with totals, all fields there"""
    with workplace() as place:
        status, rows, err = run_json(place, EXAMPLE, "--duration", "2500ms")
        assert status == 0 and besides_waits(err) == "", err
        assert 3 <= len(rows) <= rows[-1]["time_ns"] / 1e9 + 2, (len(rows), rows[-1])
        for row in rows:
            assert isinstance(row["time_ns"], int)
            for instance in row["instances"]:
                assert {"id", "state", "pid", "address", "port"} <= set(instance)
            for link in row["links"]:
                assert {"id", "from", "to", "tapped", "requests", "replies", "errors", "bytes_up",
                        "bytes_down", "p50_ns", "p99_ns"} <= set(link)
        assert [("totals" in row) for row in rows] == [False] * (len(rows) - 1) + [True]
        totals = rows[-1]["totals"]
        link = rows[-1]["links"][0]
        assert totals["all_ready"] is True and totals["requests"] == link["requests"] > 20
        assert link["tapped"] is True and 0 < link["p50_ns"] <= link["p99_ns"]
        times = [row["time_ns"] for row in rows]
        assert times == sorted(times)
        return f"{totals['requests']} requests"


def test_unframed_links_say_null():
    """A link that is not framed has null for its messages, and its bytes"""
    with workplace() as place:
        path = place.file("x.tierboard", drawing(
            '<component id="caller" kind="client"><command>python3 ${dir}/call.py</command>'
            '<file name="call.py">import socket, os, time\nwhile True:\n'
            '    c = socket.create_connection((os.environ["ECHO_HOST"], 9000))\n'
            '    c.sendall(b"\\0" * 9)\n    c.recv(9)\n    c.close()\n    time.sleep(0.05)\n</file></component>',
            '<component id="echo" kind="server"><service name="echo" protocol="tcp" port="9000"/>'
            '<command>python3 ${dir}/echo.py</command><file name="echo.py">import socket, os\n'
            's = socket.create_server((os.environ["HOST"], 9000))\nwhile True:\n'
            '    c, _ = s.accept()\n    c.sendall(c.recv(9))\n    c.close()\n</file></component>',
            '<link id="call" from="caller" to="echo"/>'))
        status, rows, err = run_json(place, path, "--duration", "2s")
        link = rows[-1]["links"][0]
        assert status == 0, err
        assert link["tapped"] and link["bytes_up"] >= 9 * 10 and link["bytes_up"] % 9 == 0, link
        for name in ("requests", "replies", "errors", "p50_ns", "p99_ns"):
            assert link[name] is None, link


def test_trust_is_refused_without_a_terminal():
    """Without a terminal and --trust commands are shown and refused with status 2"""
    with workplace() as place:
        status, out, err = command("run", place.file("x.tierboard", drawing(SLEEP)), place=place)
        assert status == 2 and out == "" and "app: sleep 60" in err and "--trust" in err, err


def test_trust_is_asked_and_remembered_by_content():
    """A terminal is asked once for the same commands, wherever the file lies"""
    with workplace() as place:
        one, two = (place.file(name, drawing(SLEEP)) for name in ("one.tierboard", "two.tierboard"))
        other = place.file("other.tierboard", drawing(SLEEP.replace("60", "61")))
        status, out = on_terminal(place, "run", one, "--duration", "300ms", keys="n\n")
        assert status == 2 and "sleep 60" in out and "nothing was run" in out, out
        status, out = on_terminal(place, "run", one, "--duration", "300ms", keys="y\n")
        assert status == 0, out
        status, _, err = command("run", two, "--duration", "300ms", place=place)
        assert status == 0, err
        status, _, err = command("run", other, "--duration", "300ms", place=place)
        assert status == 2, err


def test_templates():
    """every template starts a file that is good, and runs where the built-in parts can do it"""
    wanted = {"client-server", "two-tier", "three-tier", "replicated-store-cp", "replicated-store-ap",
              "broker", "mediator", "proxy", "cache", "balancer"}
    names = [line.split()[0] for line in command("templates")[1].splitlines()]
    assert wanted <= set(names), wanted - set(names)
    with workplace() as place:
        for name in wanted:
            path = place.file(name + ".tierboard", "")
            assert command("new", "--template", name, "-o", path, "--force")[0] == 0
            status, out, err = command("check", path, place=place)
            if "cannot be run: " in out + err:
                continue
            assert status == 0 and " warning: " not in out and " error: " not in out and not err, (name, out, err)
            status, _, err = command("run", path, "--duration", "300ms", "--trust", place=place)
            assert status == 0, (name, err)


def test_bad_files():
    """What is no drawing is refused with file, line and column, and status 2"""
    with workplace() as place:
        cases = {
            "nowhere": (place.folder / "none.tierboard", "none.tierboard"),
            "malformed": (place.file("m.tierboard", "<architecture>\n<oops"), "m.tierboard:"),
            "no xml": (place.file("n.tierboard", "\0\1\2"), "n.tierboard"),
            "reference": (place.file("r.tierboard", drawing(GOOD, '<link id="l" from="good" to="b"/>')),
                          "r.tierboard:4:"),
            "template": (place.file("t.tierboard", drawing(
                '<component id="a" kind="store" name="A"><template name="redsi"/></component>')),
                "there is no template “redsi”"),
            "name": (place.file("e.tierboard", drawing(
                '<component id="a" kind="server"><command>x ${hots}</command></component>')),
                "e.tierboard:3: a: “${hots}” stands for nothing"),
            "empty": (place.file("z.tierboard", drawing()), "there is nothing to run"),
        }
        for name, (path, wanted) in cases.items():
            status, out, err = command("run", str(path), "--trust", place=place)
            assert status == 2 and out == "" and wanted in err, (name, status, err)
            one_sentence(err)


def test_bad_options():
    """Options that make no sense are refused with status 2"""
    for arguments in (["run"], ["run", "a", "b"], ["run", "--duration", "5", EXAMPLE],
                      ["run", "--colour", EXAMPLE], ["doctor", "x"]):
        status, out, err = command(*arguments)
        assert status == 2 and out == "" and err.count("\n") == 1, (arguments, err)


def test_answers_that_cannot_be_written():
    """An answer that cannot be written is never status 0, and a device stays a device"""
    for arguments in (("templates",), ("new", "-o", "-"), ("check", "--format", "json", EXAMPLE)):
        with open("/dev/full", "w", encoding="utf-8") as full:
            process = subprocess.run([TIERBOARD, *arguments], stdout=full, stderr=subprocess.PIPE,
                                     text=True, timeout=60, check=False)
        assert process.returncode == 3 and one_sentence(process.stderr), (arguments, process)
    with workplace() as place:
        os.mkfifo(place.folder / "pipe")
        for out in (place.folder / "pipe", place.folder, place.folder / "none" / "x.svg"):
            status, _, err = command("export", EXAMPLE, "-f", "svg", "-o", str(out))
            assert status == 3 and err.startswith(f"tierboard: {out}: cannot be written"), (status, err)
        assert (place.folder / "pipe").is_fifo()
    assert command("export", EXAMPLE, "-o", "x.svg", "-s", "0")[0] == 2


def failing(place, component, sentence, *arguments):
    status, rows, err = run_json(place, place.file("f.tierboard", drawing(component, GOOD)),
                                 "--duration", "500ms", *arguments)
    states = {i["id"]: i["state"] for i in rows[-1]["instances"]}
    assert status == 2 and sentence in err, (status, err)
    assert states == {"bad/1": "failed", "good/1": "stopped"}, states
    assert rows[-1]["totals"]["all_ready"] is False
    one_sentence(err)


def test_failing_programs():
    """A program that is not there, dies at once or is never ready: one sentence, status 2, others unharmed"""
    def bad(text, more=""):
        return f'<component id="bad" kind="server"><command>{text}</command>{more}</component>'
    with workplace() as place:
        failing(place, bad("no-such-program-at-all"),
                "bad/1 cannot run «no-such-program-at-all»: no such file or directory")
        failing(place, bad("sh -c 'echo oops; exit 3'"), "bad/1 exited with status 3")
        failing(place, bad("sleep 60", '<service name="w" port="9000"/><ready kind="tcp" timeout="300ms"/>'),
                "bad/1 not ready after 300 ms (tcp 9000: connection refused)")


def test_port_that_is_taken():
    """A port that is taken fails the instance that wants it, in one sentence"""
    with workplace() as place:
        path = place.file("p.tierboard", drawing('<component id="bad" kind="server"/>', GOOD))
        _, rows, _ = run_json(place, path, "--duration", "100ms")
        address = next(i["address"] for i in rows[-1]["instances"] if i["id"] == "bad/1")
        with socket.create_server((address, 8080)):
            status, rows, err = run_json(place, path, "--duration", "300ms")
        states = {i["id"]: i["state"] for i in rows[-1]["instances"]}
        assert status == 2 and "bad/1" in err and f"{address}:8080" in err, err
        assert states == {"bad/1": "failed", "good/1": "stopped"}, states


def test_progress_names_what_it_waits_for():
    """Whoever waits is told for what"""
    with workplace() as place:
        path = place.file("w.tierboard", drawing(
            '<component id="app" kind="client"/>',
            '<component id="slow" kind="server" name="Slow"><service name="w" protocol="http" port="9000"/>'
            '<command>sleep 60</command><ready timeout="2500ms"/></component>',
            '<link id="l" from="app" to="slow"/>'))
        status, rows, err = run_json(place, path, "--duration", "100ms")
        assert status == 2 and "app/1 waits for slow/1 to be ready (tcp 9000" in err, err
        assert any("slow/1 to be ready" in i.get("waiting", "") for row in rows for i in row["instances"])


def test_interrupt_stops_in_order():
    """SIGINT and SIGTERM stop in order; a second SIGINT does so at once"""
    with workplace() as place:
        for number in (signal.SIGINT, signal.SIGTERM):
            process = place.start("run", EXAMPLE, "--json")
            await_running(process)
            process.send_signal(number)
            out, _ = process.communicate(timeout=60)
            last = json.loads(out.splitlines()[-1])
            assert process.returncode == 0 and last["state"] == "stopped" and "totals" in last
        stubborn = place.file("s.tierboard", drawing(
            '<component id="a" kind="server"><command>sh -c "trap \'\' TERM; echo deaf; while :; do sleep 0.1; done"'
            '</command><ready kind="log" pattern="deaf"/><stop grace="60s"/></component>'))
        process = place.start("run", stubborn, "--json", "--trust")
        await_running(process)
        process.send_signal(signal.SIGINT)
        wait_until(lambda: '"stopping"' in process.stdout.readline(), 60, "stopping")
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert time.monotonic() - begin < 2, "the second SIGINT was not obeyed at once"
        return f"second SIGINT: {(time.monotonic() - begin) * 1000:.0f} ms"


def test_reader_that_goes_away():
    """When nobody reads the JSON any more, the run ends"""
    with workplace() as place:
        process = place.start("run", EXAMPLE, "--json")
        process.stdout.readline()
        process.stdout.close()
        process.wait(60)


def test_run_ends_with_its_programs():
    """When every instance has ended by itself, so has the run"""
    with workplace() as place:
        path = place.file("x.tierboard", drawing(
            '<component id="a" kind="client"><command>true</command></component>'))
        status, rows, _ = run_json(place, path)
        assert status == 0 and rows[-1]["instances"][0]["state"] == "stopped", rows[-1]


def test_table_on_a_terminal():
    """On a terminal: a table of 80 columns with states, links and a summary"""
    with workplace() as place:
        status, out = on_terminal(place, "run", EXAMPLE, "--duration", "1s")
        text = plain(out)
        assert status == 0, text
        assert "Client and server · running" in text and "● web/1" in text, text
        assert "browser → web" in text and "2 of 2 instances became ready" in text, text
        assert "\x1b[32m" in out and out.endswith("\x1b[?25h"), "colours, and the cursor given back"
        assert max(len(line) for line in text.replace("\r", "").split("\n")) <= 80


def test_no_colour():
    """NO_COLOR is respected"""
    with workplace() as place:
        _, out = on_terminal(place, "run", EXAMPLE, "--duration", "300ms", env={"NO_COLOR": "1"})
        assert not re.search(r"\x1b\[[0-9;]*m", out), out


def test_recording_is_kept():
    """--record keeps the recording"""
    with workplace() as place:
        path = place.folder / "run.tbrec"
        status, _, err = run_json(place, EXAMPLE, "--duration", "500ms", "--record", str(path))
        assert status == 0 and path.read_bytes()[:6] == b"TBREC1", err


def test_what_a_recording_keeps_is_said():
    """--record-limit, --record-for, --payload and --mask are read before anything runs"""
    with workplace() as place:
        path = place.folder / "run.tbrec"
        status, _, err = run_json(place, EXAMPLE, "--duration", "500ms", "--record", str(path),
                                  "--record-limit", "2MiB", "--record-for", "10m", "--payload", "100",
                                  "--mask", "item/[0-9]+")
        assert status == 0 and b"TBREC1" == path.read_bytes()[:6], err
        for option, value, why in (("--record-limit", "3 apples", "no size"), ("--record-limit", "1kB", "1MiB"),
                                   ("--record-for", "soon", "no duration"), ("--payload", "1GB", "at most 4096"),
                                   ("--mask", "(", "no extended regular expression")):
            status, out, err = command("run", EXAMPLE, "--record", str(path), option, value, place=place)
            assert status == 2 and out == "" and why in err, err
        status, _, err = command("run", EXAMPLE, "--payload", "off", place=place)
        assert status == 2 and "--record" in err, err


def test_recording_that_cannot_be_kept():
    """--record where nothing can be written is refused before anything runs"""
    with workplace() as place:
        status, out, err = command("run", EXAMPLE, "--record", str(place.folder), place=place)
        assert status == 3 and out == "" and f"{place.folder}: the recording cannot be written" in err, err


def test_trust_shows_what_would_hide():
    """What would steer the terminal, turn the writing round or fake a line is spelled out when asking"""
    with workplace() as place:
        text = drawing('<component id="app" kind="server"><command>echo \u202e&#x9b;31m</command>'
                       '<env name="A" value="b&#10;bad: sh"/></component>')
        status, _, err = command("run", place.file("x.tierboard", text), place=place)
        assert status == 2 and "echo \\u{202E}\\u{009B}31m" in err, err
        assert "  with A=b\n    bad: sh" in err, err


def test_doctor():
    """doctor answers in lines and in JSON, with the same verdicts"""
    status, out, _ = command("doctor", "--json")
    checks = json.loads(out)["checks"]
    assert {"interception", "addresses", "descriptors", "namespaces", "programs"} <= {c["id"] for c in checks}
    assert status == (1 if any(c["state"] == "bad" for c in checks) else 0)
    marks = {"good": "✓", "partly": "!", "bad": "✗"}
    lines = [line for line in command("doctor")[1].splitlines() if line and line[0] in "✓!✗"]
    assert [line[0] for line in lines] == [marks[c["state"]] for c in checks]


if __name__ == "__main__":
    run_tests([value for name, value in list(globals().items()) if name.startswith("test_")])
