#!/usr/bin/env python3
"""Scenarios on real processes: what holds, what is violated, what is not known, and what cannot be.

All run at the same time, since they mostly wait; bounds are wide enough for a machine under load."""
import json
import pathlib
import re
import shutil
import signal
import subprocess
import time
import xml.etree.ElementTree as ET

from system import DATA, TIERBOARD, besides_waits, need, run_tests, workplace

HERE = pathlib.Path(__file__).parent
PATIENCE = 120
DRAWING = """<?xml version="1.0"?>
<architecture xmlns="urn:tierboard:1" name="Small">
<component id="browser" kind="client" name="MARKER" threads="pool 2"><builtin think="5ms"/></component>
<component id="web" kind="server" threads="pool 4"><service name="web" protocol="http" port="8080"/><builtin work="wait 1ms"/></component>
<link id="ask" from="browser" to="web" timeout="1s"/>
%s
</architecture>
"""
SCENARIOS = {
    "held": """<scenario id="held"><phase id="before" lasts="800ms"/>
<phase id="down" lasts="500ms"><do kill="web"/></phase>
<phase id="back" lasts="1s"><do restart="web/1"/></phase><wait until="web is ready and ask carried 5"/>
<expect that="availability" of="ask" during="before" at-least="0.7"/>
<expect that="availability" of="web" during="down" at-most="0.5"/>
<expect that="errors" of="ask" at-least="1" at-most="100000"/><expect that="unchanged" of="browser"/>
<expect that="unchanged" of="web" at-least="1" at-most="1"/></scenario>""",
    "violated": """<scenario id="violated" seed="7"><phase id="down" lasts="800ms"><do kill="web/1"/></phase>
<expect that="availability" of="ask" during="down" at-least="0.9"/>
<expect that="ready" of="browser" during="down"/></scenario>""",
    "unknown": """<scenario id="unknown"><phase id="short" lasts="500ms"/>
<expect that="availability" of="ask" at-least="0.99999"/><expect that="linearizable" of="web"/></scenario>""",
    "late": """<scenario id="late"><wait until="ask failed 1" within="300ms"/><phase id="never" lasts="1s"/>
<expect that="errors" during="never"/></scenario>""",
    "not-run": """<scenario id="not-run"><phase id="one" lasts="500ms"><do kill="web/leader"/></phase></scenario>""",
    "loads": """<scenario id="loads"><phase id="slow" lasts="1500ms"><do load="browser" rate="20"/></phase>
<phase id="fast" lasts="1500ms"><do load="browser" rate="400"/></phase>
<phase id="none" lasts="1s"><do load="browser" rate="0"/></phase>
<expect that="throughput" of="ask" during="slow" at-most="60"/>
<expect that="throughput" of="ask" during="fast" at-least="65"/>
<expect that="throughput" of="ask" during="none" at-most="40"/></scenario>""",
    "past": """<scenario id="past"><phase id="asked" lasts="1s"/>
<phase id="none" lasts="300ms"><do load="browser" rate="0"/></phase><wait until="everything is quiet"/>
<expect that="messages" where="link:ask kind:reply payload:count" during="asked" at-least="5"/>
<expect that="messages" where="status:500" among="link:ask kind:reply" at-most="50%"/>
<expect that="messages" where="link:ask kind:request" at-most="2"/>
<expect that="repeated" of="ask"/><expect that="repeated" of="web" at-most="50%"/><expect that="as-drawn" of="visit" at-least="0.5"/>
<expect that="as-drawn" of="other" at-least="0.5"/>
<expect that="latency" of="ask" during="asked" against-during="asked" at-least="0.1"/></scenario>
<interaction id="visit" name="Visit"><step link="ask"/></interaction>
<interaction id="other" name="Other"><step link="ask" label="PUT /nowhere"/><step link="ask" label="PUT /nowhere"/></interaction>""",
    "count": """<scenario id="count"><phase id="one" lasts="2s"><do once="ask carried 20" pause="web" for="500ms"/></phase>
<wait until="web is up and not web is paused"/><expect that="available" of="ask" at-least="100ms"/></scenario>""",
}
WRONG = """<scenario id="wrong"><wait until="order has leader"/>
<phase id="one" lasts="2s"><do at="5s" kill="web/9"/></phase>
<expect that="availability" of="sav" at-least="0.9"/></scenario>"""
ALONE = """<?xml version="1.0"?>
<architecture xmlns="urn:tierboard:1" name="Exercise">
<scenario id="cut"><phase id="before" lasts="1s"/><phase id="cut" lasts="1500ms"><do partition="cut" of="load"/></phase>
<expect that="availability" of="load" during="before" at-least="0.8"/>
<expect that="availability" of="load" during="cut" at-most="0.6"/><expect that="memory" of="redis" at-most="2000"/></scenario>
</architecture>
"""
PLACE = {}
RUNNING = {}


def start(name, *arguments):
    place = PLACE["place"]
    keep = str(place.folder / "keep")
    RUNNING[name] = place.start("test", *arguments, "--trust", "--keep", keep, cwd=str(place.folder))


def start_all():
    place = PLACE["place"]
    for name, text in SCENARIOS.items():
        path = place.file(f"{name}.tierboard", DRAWING % text)
        start(name, path, "--json", "--junit", str(place.folder / f"{name}.xml"))
    start("threads", str(DATA / "examples" / "threads.tierboard"), "--json", "--scenario", "short")
    if all(shutil.which(program) for program in ("nginx", "redis-server")):
        alone = place.file("alone.tierboard", ALONE)
        start("real", str(DATA / "examples" / "nginx-redis.tierboard"), "--json", "--with", alone)
    run = place.file("run.tierboard", DRAWING % SCENARIOS["count"])
    RUNNING["run"] = place.start("run", run, "--scenario", "count", "--json")
    start_by_hand()


def start_by_hand():
    """What a person does; it is taken as a scenario, and that one is run, in test_by_hand()."""
    place = PLACE["place"]
    by_hand = DRAWING.replace('name="Small"', 'name="By hand"').replace("kind=\"server\"", "kind=\"server\" replicas=\"2\"")
    path = place.file("by-hand.tierboard", by_hand % "")
    RUNNING["by-hand"] = place.start("run", path, "--trust", "--json", "--record", str(place.folder / "by-hand.tbrec"))


def outcome(name):
    """Exit status, the scenario's object, standard error."""
    out, err = RUNNING[name].communicate(timeout=PATIENCE)
    lines = [json.loads(line) for line in out.splitlines()]
    return RUNNING[name].returncode, lines[-1] if lines else None, err


def expected(name, *statuses):
    """Bounds that a machine under load may make uncertain may be unknown, never violated."""
    code, result, err = outcome(name)
    assert code in statuses and not besides_waits(err), (code, result, err)
    return result


def test_a_killed_server():
    """a killed server: all fail until it is back, and that holds"""
    result = expected("held", 0)
    assert [e["outcome"] for e in result["expectations"]] == ["held"] * 5, result
    assert result["kept"] is None and any("kill web" in line for line in result["log"]), result


def test_a_violation_leaves_its_proof():
    """a violation: status 1, and recording, picture and a sentence are left"""
    result = expected("violated", 1)
    assert result["seed"] == 7 and result["outcome"] == "violated", result
    kept = PLACE["place"].folder / result["kept"]
    why = (kept / "why.txt").read_text(encoding="utf-8")
    assert "availability of ask during down" in why and why.count("\n") == 1, why
    assert ET.parse(kept / "picture.svg").getroot().tag.endswith("svg")
    done = subprocess.run([TIERBOARD, "replay", str(kept / "recording.tbrec"), "--json"], capture_output=True, text=True,
                          timeout=PATIENCE, check=False)
    assert done.returncode == 0 and done.stdout, done


def test_too_little_is_unknown():
    """too few observations, or no history: status 4"""
    result = expected("unknown", 4)
    assert [e["outcome"] for e in result["expectations"]] == ["unknown", "unknown"], result
    assert result["expectations"][1]["why"] == "no operation of a client on it was recorded", result


def test_a_wait_in_vain():
    """a wait in vain is a violation, and what came after it is not known"""
    result = expected("late", 1)
    assert "“ask failed 1” did not hold within 300ms" in result["sentence"], result
    assert result["expectations"][0]["outcome"] == "unknown", result


def test_an_action_that_cannot_be():
    """an action that cannot be done: status 3"""
    result = expected("not-run", 3)
    assert "“kill web/leader” could not be done" in result["sentence"], result


def test_loads_change():
    """a client's load changes while it runs"""
    result = expected("loads", 0, 4)
    slow, fast, none = (e["value"] for e in result["expectations"])
    assert none < slow < fast / 2, result
    return ", ".join(f"{e['value']:.0f}/s" for e in result["expectations"])


def test_what_was_recorded():
    """what only the recording knows: which messages there were, what they said, and in which order"""
    result = expected("past", 1)
    kinds = [e["outcome"] for e in result["expectations"]]
    assert kinds == ["held", "held", "violated", "held", "held", "held", "held", "held"], result
    said, _, asked, repeated, share, *_ = (e["value"] for e in result["expectations"])
    assert repeated == share == 0 and said <= asked, result


def test_an_action_after_a_count():
    """an action after a count of operations, and taken back"""
    result = expected("count", 0)
    assert any("pause web for 500ms is over" in line for line in result["log"]), result


def test_two_threads():
    """two threads answer what one never could"""
    result = expected("threads", 0, 4)
    two, one = (e["value"] for e in result["expectations"])
    assert two > one, result
    return ", ".join(f"{e['value']:.1f}/s" for e in result["expectations"])


def test_real_servers():
    """scenarios of another file, on nginx and redis"""
    need("nginx", "redis-server")
    result = expected("real", 0)
    return ", ".join(f"{e['value']:.3g}" for e in result["expectations"])


def ctl(*words):
    place = PLACE["place"]
    return subprocess.run([TIERBOARD, "ctl", *words, "--run", str(place.folder / "by-hand.tierboard")], env=place.env, text=True,
                          capture_output=True, timeout=PATIENCE, check=False)


def until(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def requests_of(link):
    for line in ctl("links").stdout.splitlines():
        if line.startswith(link + " "):
            return int(re.search(r"(\d+) requests", line).group(1))
    return 0


def carried(link, n):
    """So many more requests go over it: what is done next is done to a system under load."""
    before = requests_of(link)
    until(f"{n} requests over {link}", lambda: requests_of(link) >= before + n)


def test_by_hand():
    """what was done by hand becomes a scenario that does it again, and holds"""
    place = PLACE["place"]
    until("both servers", lambda: ctl("instances").stdout.count(" ready ") == 3)
    carried("ask", 150)
    for words in (("fault", "ask", "latency", "latency=10ms"), ("cut", "ask"), ("heal", "ask"), ("remove", "all"),
                  ("kill", "web/1"), ("restart", "web/1")):
        done = ctl(*words)
        assert done.returncode == 0, (words, done)
        if words[0] == "cut":
            time.sleep(0.5)  # so long it lasts: nothing is carried meanwhile
        else:
            carried("ask", 30)
    RUNNING["by-hand"].send_signal(signal.SIGINT)
    RUNNING["by-hand"].communicate(timeout=PATIENCE)
    path = str(place.folder / "by-hand.tierboard")
    made = subprocess.run([TIERBOARD, "scenario", str(place.folder / "by-hand.tbrec"), "--into", path, "--name", "By hand"],
                          env=place.env, text=True, capture_output=True, timeout=PATIENCE, check=False)
    assert made.returncode == 0 and not made.stdout and not made.stderr, made
    scenario = ET.parse(path).getroot().find("{urn:tierboard:1}scenario")
    done = [dict(e.attrib) for e in scenario.iter("{urn:tierboard:1}do")]
    assert scenario.get("id") == "by-hand" and len(done) == 4, done
    assert done[0] == {"fault": "latency", "of": "ask", "latency": "10ms"}, done
    assert done[1]["fault"] == "cut" and "for" in done[1] and done[2]["heal"] == "all", done
    assert done[3]["kill"] == "web/1" and "for" in done[3], done
    assert scenario.find("{urn:tierboard:1}wait").get("until") == "ready"
    expects = scenario.findall("{urn:tierboard:1}expect")
    assert any(e.get("during") == "before" and e.get("that") == "availability" for e in expects), expects
    start("again", path, "--json")
    result = expected("again", 0, 4)
    assert sum("waits until ready" in line or "heal all" in line for line in result["log"]) == 2, result
    return f"{len(expects)} expectations"


def test_in_a_run():
    """run --scenario carries it out and ends with it"""
    out, err = RUNNING["run"].communicate(timeout=PATIENCE)
    assert RUNNING["run"].returncode == 0, (out, err)
    assert "pause web" in err and "held: available of ask" in err, err


def test_what_is_wrong_is_said():
    """names and times that cannot be: status 2, a sentence with the line each, and nothing starts"""
    place = PLACE["place"]
    path = place.file("wrong.tierboard", DRAWING % WRONG)
    done = subprocess.run([TIERBOARD, "test", path], capture_output=True, text=True, timeout=PATIENCE, check=False,
                          env=place.env)
    assert done.returncode == 2 and not done.stdout, done
    for words in ("wrong.tierboard:6:", "scenario wrong, line 6: nothing is called “order”", "line 7: there is no “web/9”",
                  "5s after the phase one began, which lasts 2s", "line 8: nothing is called “sav”"):
        assert words in done.stderr, (words, done.stderr)
    for arguments, words in (([path, "--scenario", "no"], "has no scenario “no”; it has wrong"), ([], "which file?"),
                             ([path, "--repeat", "0"], "--repeat")):
        done = subprocess.run([TIERBOARD, "test", *arguments], capture_output=True, text=True, timeout=PATIENCE,
                              check=False, env=place.env)
        assert done.returncode == 2 and words in done.stderr, done


def test_junit():
    """JUnit's XML is valid, and counts what failed and what is not known"""
    need("xmllint")
    for name, failures, errors in (("held", 0, 0), ("violated", 1, 0), ("unknown", 0, 2), ("not-run", 0, 1)):
        path = PLACE["place"].folder / f"{name}.xml"
        done = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", str(HERE / "junit.xsd"), str(path)],
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert done.returncode == 0, done.stderr
        suite = ET.parse(path).getroot()[0]
        assert (suite.get("failures"), suite.get("errors")) == (str(failures), str(errors)), name
        assert len(suite.findall("testcase")) == int(suite.get("tests")), name


if __name__ == "__main__":
    with workplace() as PLACE["place"]:
        start_all()
        try:
            run_tests([test_by_hand, test_a_killed_server, test_a_violation_leaves_its_proof, test_too_little_is_unknown,
                       test_a_wait_in_vain, test_an_action_that_cannot_be, test_loads_change, test_what_was_recorded, test_an_action_after_a_count,
                       test_two_threads, test_real_servers, test_in_a_run, test_what_is_wrong_is_said, test_junit])
        finally:
            for process in RUNNING.values():
                if process.poll() is None:
                    process.terminate()
                process.wait(timeout=PATIENCE)
