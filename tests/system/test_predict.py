#!/usr/bin/env python3
"""Predictions from a terminal; and the one thing that shows whether they are worth anything: a real run at another load than
the one that was learnt from."""
import json
import subprocess

from quiet import processor_time
from system import DATA, Skip, need, run_json, run_tests, workplace

EXAMPLE = (DATA / "examples" / "three-tier.tierboard").read_text(encoding="utf-8")
PAUSE = "exponential 40ms"
# What the issue asks for, of throughput and mean response.
THROUGHPUT, RESPONSE = 0.10, 0.20
SECONDS = "2500ms"
# A neighbour that takes the machine's cores in one of the two runs spoils the comparison, not the prediction: the runs
# themselves take a quarter of two cores. Such tries do not count; where there are only such, nothing can be said.
BUSY, TRIES, SPOILT = 0.6, 5, 4

HEAD = '<architecture xmlns="urn:tierboard:1" name="Shop">\n'
ONE = HEAD + """  <component id="me" kind="client" name="Me">
    <builtin rate="{rate}"/>
  </component>
  <component id="shop" kind="server" name="Shop" threads="single">
    <builtin work="wait exponential 10ms"/>
  </component>
  <link id="ask" from="me" to="shop"/>
</architecture>
"""


APART = HEAD + """  <component id="writer" kind="client" threads="single"><builtin rate="2" keys="1"><call link="write" op="write"/></builtin></component>
  <component id="reader" kind="client" threads="pool 4"><builtin rate="1" keys="1"><call link="read" op="read"/></builtin></component>
  <component id="store" kind="store" replicas="3">
    {}
  </component>
  <link id="write" from="writer" to="store" protocol="resp" balance="sticky"/>
  <link id="read" from="reader" to="store" protocol="resp" balance="round-robin"/>
  <scenario id="apart">
    <wait until="ready and write carried 4"/>
    <phase id="far" lasts="4s">
      <do fault="latency" of="store.replicas" latency="200ms" stream="both"/>
      <do load="reader" rate="400"/>
    </phase>
  </scenario>
</architecture>
"""
QUORUM = APART.format('<builtin replication="quorum" n="3" r="1" w="1" read-repair="no"/>')
REDIS = APART.format('<template name="redis"><param name="replication" value="primary-backup"/></template>')


def ask(place, *words, status=0):
    done = subprocess.run([place.tierboard, "predict", *words], env=place.env, text=True, capture_output=True, timeout=120, check=False)
    assert done.returncode == status, (words, done)
    return done.stdout if status != 2 else done.stderr


def recorded(place, name, pause):
    path = place.file(name + ".tierboard", EXAMPLE.replace(PAUSE, pause))
    recording = str(place.folder / (name + ".rec"))
    status, _, err = run_json(place, path, "--duration", SECONDS, "--record", recording)
    assert status == 0, err
    return path, recording


def compare(place):
    """(relative error of throughput, of mean response), learnt at about 180 requests a second, tried at about 900."""
    _, slow = recorded(place, "slow", PAUSE)
    path, fast = recorded(place, "fast", "exponential 5ms")
    said = json.loads(ask(place, path, "--calibrate", slow, "--against", fast, "--json"))["predictions"][0]
    assert said["where"] == "on this machine"
    client = said["clients"][0]
    link = next(row for row in said["links"] if row["id"] == "browse")
    return (client["throughput_per_s"] / client["measured_per_s"] - 1, link["latency_ns"] / link["measured_latency_ns"] - 1)


def test_another_load():
    """learnt at one load, another is predicted to 10 % in throughput and 20 % in mean response"""
    seen, spoilt = [], 0
    with workplace() as place:
        while len(seen) < TRIES:
            before = processor_time()
            throughput, response = compare(place)
            after = processor_time()
            if abs(throughput) <= THROUGHPUT and abs(response) <= RESPONSE:
                return "throughput %+.1f %%, response %+.1f %%" % (100 * throughput, 100 * response)
            if 1 - (after[0] - before[0]) / (after[1] - before[1]) < BUSY:
                seen.append((throughput, response))
                continue
            spoilt += 1
            if spoilt == SPOILT:
                raise Skip(f"others took the machine's cores in {spoilt} tries")
    raise AssertionError(f"never near enough: {seen}")


def test_status():
    """ends with 0 where all can be answered, 1 where more is asked, 4 where nobody asks, 2 where it cannot be used"""
    with workplace() as place:
        path = place.file("one.tierboard", ONE.format(rate=50))
        assert "50.0 requests/s" in ask(place, path)
        assert "without end" in ask(place, path, "--set", "me.rate=150", status=1)
        assert "without end" not in ask(place, path, "--set", "me.rate=150", "--set", "shop.threads=2")
        assert "no “nobody”" in ask(place, path, "--set", "nobody.rate=1", status=2)
        assert "has no colour" in ask(place, path, "--set", "shop.colour=1", status=2)
        assert "is no number" in ask(place, path, "--set", "shop.threads=x", status=2)
        ask(place, place.file("none.tierboard", HEAD + "</architecture>\n"), status=4)
        ask(place, place.file("broken.tierboard", "<architecture"), status=2)


def test_simulation():
    """a simulation is the same with the same seed, and agrees with what is computed"""
    with workplace() as place:
        path = place.file("one.tierboard", ONE.format(rate=50))
        first = ask(place, path, "--simulate", "--seed", "7", "--json")
        assert first == ask(place, path, "--simulate", "--seed", "7", "--json")
        said = json.loads(first)["predictions"][0]
        assert said["how"] == "simulated" and said["seed"] == 7
        assert abs(said["clients"][0]["throughput_per_s"] / 50 - 1) < 0.02


CIRCLE = HEAD + """  <component id="me" kind="client" name="Me"/>
  <component id="left" kind="server" name="Left"/>
  <component id="right" kind="server" name="Right"/>
  <link id="ask" from="me" to="left"/>
  <link id="there" from="left" to="right"/>
  <link id="back" from="right" to="left"/>
</architecture>
"""


def test_words():
    """says what limits, what would help and what never ends, in lines of a terminal, and the same to programs"""
    with workplace() as place:
        path = place.file("one.tierboard", ONE.format(rate=150))
        text = ask(place, path, "--simulate", status=1)
        assert max(map(len, text.splitlines())) <= 80, text
        assert "What would help: Shop with 2 threads instead of 1" in text
        said = json.loads(ask(place, path, "--json", status=1))["predictions"][0]
        assert said["overloaded"] and said["clients"][0]["response_ns"] is None
        assert said["advice"][0]["words"].startswith("Shop with 2 threads")
        circle = place.file("circle.tierboard", CIRCLE)
        assert "Left and Right call each other in a circle" in ask(place, circle, status=1)


def compare_stale_reads(drawing):
    with workplace() as place:
        path, recording = place.file("apart.tierboard", drawing), str(place.folder / "apart.rec")
        status, _, err = run_json(place, path, "--scenario", "apart", "--record", recording)
        assert status == 0, err
        changed = ("--set", "store.way=200ms", "--set", "reader.rate=400", "--against", recording)
        said = json.loads(ask(place, path, *changed, "--json"))["staleness"][0]
        predicted, measured = said["stale_share"], said["measured_stale_share"]
        # Two writes a second, each under way for 200 ms, to the two replicas of three that were not asked.
        assert abs(predicted - 0.4 * 2 / 3) < 0.01, said
        assert 0.7 * predicted < measured < 1.3 * predicted, said
        assert said["stale_until_ns"] == 200e6
        assert "Stale reads: predicted" in ask(place, path, *changed)
        assert "“soon” is no time" in ask(place, path, "--set", "store.way=soon", status=2)
    return f"{100 * predicted:.1f} % predicted, {100 * measured:.1f} % measured"


def test_stale_reads():
    """predicts which share of a partial quorum's reads are stale, and says the measured one beside it"""
    return compare_stale_reads(QUORUM)


def test_stale_reads_of_redis():
    """predicts which share of reads of real Redis replicas are stale, and says the measured one beside it"""
    need("redis-server")
    return compare_stale_reads(REDIS)


if __name__ == "__main__":
    run_tests([test_another_load, test_status, test_simulation, test_words, test_stale_reads, test_stale_reads_of_redis])
