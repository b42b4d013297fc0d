#!/usr/bin/env python3
"""A recording in other programs' formats, each read by what it is for, or by a strict reader of ours where no such
program can be had. What they say is held against nginx's and Redis' own accounts."""
import base64
import contextlib
import functools
import html.parser
import http.server
import json
import re
import shutil
import subprocess
import tempfile
import threading

from system import Skip, TIERBOARD, need, run_tests, wait_until, workplace

DRAWING = """\
<architecture xmlns="urn:tierboard:1" name="Exported">
  <component id="front" kind="server" name="Front"><template name="nginx"/></component>
  <component id="cache" kind="cache" name="Cache"><template name="redis"/></component>
  <component id="web" kind="client" name="Web">
    <command>sh -c 'echo MARKER; while :; do curl -s -o /dev/null -H "X-Word: %s" "$FRONT_URL/page?q=%s"; sleep 0.03; done'</command>
  </component>
  <component id="teller" kind="client" name="Teller">
    <command>python3 -u -c '
import os, redis, time
r = redis.Redis(host=os.environ["CACHE_HOST"], port=int(os.environ["CACHE_PORT"]), socket_timeout=1)
n = 0
while True:
    n += 1
    try:
        r.set("account", n)
        assert int(r.get("account")) == n
    except redis.RedisError:
        pass
    time.sleep(0.03)
'</command>
  </component>
  <link id="browse" from="web" to="front"/>
  <link id="tell" from="teller" to="cache"/>
</architecture>
""" % ("needle", "a%20b")


def ctl(place, path, *words):
    done = subprocess.run([TIERBOARD, "ctl", "--run", path, *words], env=place.env, text=True, capture_output=True,
                          timeout=60, check=False)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


def link_of(place, path, link):
    return next(row for row in json.loads(ctl(place, path, "links", "--json")) if row["id"] == link)


class Recorded:
    """One run of real servers for all tests: what it recorded, and what the servers themselves say."""

    def __init__(self):
        need("nginx", "redis-server", "curl", "tshark")
        self.folder = tempfile.mkdtemp(prefix="tb-exports-")
        self.path = f"{self.folder}/run.tbrec"
        with workplace() as place:
            drawing = place.file("x.tierboard", DRAWING)
            process = place.start("run", drawing, "--json", "--trust", "--record", self.path)
            wait_until(lambda: subprocess.run([TIERBOARD, "ctl", "--run", drawing, "links"], env=place.env,
                                              capture_output=True, check=False).returncode == 0, 30, "the run")
            self.wait_for_more(place, drawing, "browse")
            ctl(place, drawing, "fault", "browse", "latency", "latency=20ms")
            self.wait_for_more(place, drawing, "browse")
            ctl(place, drawing, "remove", "all")
            ctl(place, drawing, "fault", "tell", "drop", "first=1", "stream=upstream")
            wait_until(lambda: link_of(place, drawing, "tell")["errors"] > 0, 30, "a dropped message")
            self.wait_for_more(place, drawing, "tell")
            ctl(place, drawing, "stop")
            out, err = process.communicate(timeout=60)
            assert process.returncode == 0, err
            self.totals = json.loads(out.splitlines()[-1])

    @staticmethod
    def wait_for_more(place, drawing, link, by=20):
        before = link_of(place, drawing, link)["replies"]
        wait_until(lambda: link_of(place, drawing, link)["replies"] >= before + by, 60, "replies")

    def link(self, name):
        return next(row for row in self.totals["links"] if row["id"] == name)

    def export(self, name, *more):
        out = f"{self.folder}/{name}"
        done = subprocess.run([TIERBOARD, "export", self.path, "-o", out, *more], text=True, capture_output=True,
                              timeout=120, check=False)
        assert done.returncode == 0 and not done.stdout, done
        return out


@functools.cache
def recorded():
    return Recorded()


# ---- Wireshark -----------------------------------------------------------------------------------------


def tshark(path, *arguments):
    done = subprocess.run(["tshark", "-r", path, *arguments], text=True, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def fields(path, *names, matching):
    text = tshark(path, "-Y", matching, "-T", "fields", *[word for name in names for word in ("-e", name)])
    return [tuple(line.split("\t")) for line in text.splitlines()]


def test_packets_open_clean():
    """pcapng: tshark finds every request and reply by its protocol, and nothing malformed or sent again"""
    run = recorded()
    path = run.export("run.pcapng")
    browse, tell = run.link("browse"), run.link("tell")
    assert len(fields(path, "http.request.method", matching="http.request")) == browse["requests"]
    assert len(fields(path, "http.response.code", matching="http.response")) == browse["replies"]
    assert len(fields(path, "frame.number", matching="resp && tcp.dstport == 6379")) == tell["requests"]
    assert not fields(path, "frame.number", matching="_ws.malformed || tcp.analysis.retransmission || "
                      "tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment || tcp.analysis.out_of_order || "
                      "_ws.expert.severity == \"Error\"")
    checked = tshark(path, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-Y",
                     "tcp.checksum.status == \"Bad\" || ip.checksum.status == \"Bad\"")
    assert checked == "", checked


def test_packets_have_names_streams_and_faults():
    """pcapng: instances have their names, links are interfaces, streams can be followed, faults are comments"""
    run = recorded()
    path = run.export("run.pcapng")
    talk = tshark(path, "-q", "-z", "conv,tcp", "-N", "n")
    assert re.search(r"web/1:\d+ +<-> front/1:\d+", talk) and re.search(r"teller/1:\d+ +<-> cache/1:6379", talk), talk
    names = {name for (name,) in fields(path, "frame.interface_name", matching="tcp")}
    assert names == {"browse", "tell"}, names
    stream = fields(path, "tcp.stream", matching="http.request")[0][0]
    said = tshark(path, "-q", "-z", f"follow,tcp,ascii,{stream}")
    assert "X-Word: needle" in said and "HTTP/1.1 " in said, said
    comments = [text for (text,) in fields(path, "frame.comment", matching="frame.comment")]
    assert any("fault begins on browse: latency" in text for text in comments), comments
    assert any("fault ends on browse: latency" in text for text in comments), comments
    waits = [float(t) for text in comments for t in re.findall(r"waited ([\d.]+) ms in the tap", text)]
    assert waits and max(waits) >= 19, comments
    assert sum("dropped by the tap" in text for text in comments) == 1, comments


def test_a_filter_and_times_choose():
    """--filter and --from, --to choose what is written; --no-payload leaves out what was said"""
    run = recorded()
    path = run.export("part.pcapng", "--filter", "link:tell")
    assert {name for (name,) in fields(path, "frame.interface_name", matching="tcp")} == {"tell"}
    path = run.export("late.ndjson", "--from", "1s", "--to", "1500ms")
    times = [row["time_ns"] for row in lines(path)[1:]]
    assert times and min(times) >= 10**9 and max(times) <= 1.5 * 10**9, (min(times), max(times))
    assert "payload" not in open(run.export("bare.ndjson", "--no-payload"), encoding="utf-8").read()


# ---- Lines of JSON -------------------------------------------------------------------------------------


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_events_as_lines():
    """NDJSON: a line an event in the order of time, as many as the run counted, with what was said"""
    run = recorded()
    rows = lines(run.export("run.ndjson"))
    assert rows[0]["type"] == "run" and {"web/1", "front/1"} <= {i["id"] for i in rows[0]["instances"]}
    for name in ("browse", "tell"):
        of_link = [row for row in rows if row.get("link") == name]
        assert sum(row["type"] == "request" for row in of_link) == run.link(name)["requests"]
        assert sum(row["type"] == "reply" for row in of_link) == run.link(name)["replies"]
    said = next(row for row in rows if row["type"] == "request" and row["link"] == "browse")
    assert b"X-Word: needle\r\n" in base64.b64decode(said["payload_base64"])
    assert [row["type"] for row in rows if row["type"].startswith("fault-")][:2] == ["fault-begins", "fault-ends"]
    positions = [row["position"] for row in rows if "position" in row]
    assert positions == sorted(positions) and len(set(positions)) == len(positions)
    assert {"state", "dropped", "delivered"} <= {row["type"] for row in rows}


# ---- HAR -----------------------------------------------------------------------------------------------

HAR_ENTRY = {"startedDateTime": str, "time": (int, float), "request": dict, "response": dict, "cache": dict,
             "timings": dict}
HAR_REQUEST = {"method": str, "url": str, "httpVersion": str, "cookies": list, "headers": list, "queryString": list,
               "headersSize": int, "bodySize": int}
HAR_RESPONSE = {"status": int, "statusText": str, "httpVersion": str, "cookies": list, "headers": list,
                "content": dict, "redirectURL": str, "headersSize": int, "bodySize": int}


def has_all(value, wanted):
    for name, kind in wanted.items():
        assert isinstance(value.get(name), kind), (name, value)


def test_exchanges_as_har():
    """HAR 1.2: an entry an exchange, with every field that the format asks for, whole heads and true times"""
    run = recorded()
    with open(run.export("run.har"), encoding="utf-8") as file:
        log = json.load(file)["log"]
    assert log["version"] == "1.2" and log["creator"]["name"] and len(log["entries"]) == run.link("browse")["replies"]
    for entry in log["entries"]:
        has_all(entry, HAR_ENTRY)
        has_all(entry["request"], HAR_REQUEST)
        has_all(entry["response"], HAR_RESPONSE)
        timings = entry["timings"]
        assert abs(timings["send"] + timings["wait"] + timings["receive"] - entry["time"]) < 0.01, entry
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", entry["startedDateTime"])
        assert entry["request"]["url"].startswith("http://") and entry["request"]["url"].endswith("/page?q=a%20b")
        assert {"name": "X-Word", "value": "needle"} in entry["request"]["headers"]
        assert entry["request"]["queryString"] == [{"name": "q", "value": "a%20b"}]
        assert any(h["name"] == "Server" and "nginx" in h["value"] for h in entry["response"]["headers"])
        assert entry["response"]["status"] in (200, 404)


# ---- ShiViz --------------------------------------------------------------------------------------------


def test_log_with_vector_clocks():
    """ShiViz: its own expression reads every pair of lines; clocks count by one and know what was received"""
    run = recorded()
    text = open(run.export("run.shiviz"), encoding="utf-8").read()
    events = re.findall(r"(?P<host>\S+) (?P<clock>\{.*\})\n(?P<event>.*)\n", text)
    assert len(events) * 2 == text.count("\n")
    last, sent = {}, 0
    for host, clock, event in events:
        clock = json.loads(clock)
        before = last.get(host, {})
        assert clock[host] == before.get(host, 0) + 1, (host, clock, before)
        assert all(clock.get(other, 0) >= n for other, n in before.items())
        grown = {o for o, n in clock.items() if o != host and n > before.get(o, 0)}
        assert grown == set() if event.startswith("sends") else len(grown) >= 1, event
        last[host] = clock
        sent += event.startswith("sends")
    messages = sum(run.link(name)[what] for name in ("browse", "tell") for what in ("requests", "replies"))
    assert sent == messages and len(events) == 2 * messages - 1, (sent, messages, len(events))  # one was dropped


# ---- Jepsen --------------------------------------------------------------------------------------------

EDN = re.compile(r"\{:index (\d+), :time (\d+), :type :(invoke|ok|fail|info), :process (\d+|:nemesis), "
                 r":f :([a-z][a-z0-9-]*), :value (.*)\}")


def edn_value(text):
    return json.loads(text.replace("nil", "null").replace('" "', '", "').replace('" null', '", null')
                      .replace('null "', 'null, "').replace("null null", "null, null"))


def test_history_as_jepsen_has_it():
    """Jepsen: operations invoked and completed by processes that do one thing at a time; a register that is right"""
    run = recorded()
    register, busy, crashed, kinds = set(), {}, set(), []
    with open(run.export("run.edn", "--filter", "link:tell"), encoding="utf-8") as file:
        for number, line in enumerate(file):
            index, _, kind, process, f, value = EDN.fullmatch(line.strip()).groups()
            assert int(index) == number
            kinds.append((f, kind))
            if process == ":nemesis":
                continue
            assert process not in crashed, line
            if kind == "invoke":
                assert process not in busy, line
                busy[process] = (f, edn_value(value))
                register |= {edn_value(value)[1]} if f == "write" else set()
                continue
            invoked, asked = busy.pop(process)
            assert invoked == f
            crashed |= {process} if kind == "info" else set()
            if f == "read" and kind == "ok":
                assert asked == ["account", None] and edn_value(value)[1] in register, line
    assert not busy and ("write", "info") in kinds or ("read", "info") in kinds, "the dropped one is not known to be done"
    assert ("start-packet", "info") in kinds, "the nemesis"
    done = sum(kind == "ok" for f, kind in kinds if f in ("read", "write"))
    assert done >= 30, done


def test_history_is_read_by_the_judge():
    """tierboard history reads what was exported: a store that is one Redis was linearizable; other calls are left out"""
    run = recorded()
    path = run.export("judged.edn", "--filter", "link:tell")
    judged = subprocess.run([TIERBOARD, "history", "--json", path], capture_output=True, text=True, timeout=60, check=False)
    assert judged.returncode == 0, (judged.returncode, judged.stdout, judged.stderr)
    said = json.loads(judged.stdout)
    assert said["verdict"] == "linearizable" and said["ok"] >= 30 and said["reads"] > 0 and said["unknown"] >= 1, said
    everything = subprocess.run([TIERBOARD, "history", "--json", run.export("all.edn")], capture_output=True, text=True,
                                timeout=60, check=False)
    assert everything.returncode == 0 and json.loads(everything.stdout)["left_out"] > 0, everything


# ---- OpenTelemetry -------------------------------------------------------------------------------------


class Collector(http.server.BaseHTTPRequestHandler):
    """What a collector takes: JSON at its two paths."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((self.path, self.headers["Content-Type"], body))
        self.send_response(200 if self.path in ("/v1/traces", "/v1/metrics") else 404)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def collector():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    server.got = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def check_spans(rows):
    spans = [(span, scope["resource"]) for row in rows for scope in row.get("resourceSpans", [])
             for part in scope["scopeSpans"] for span in part["spans"]]
    for span, resource in spans:
        assert re.fullmatch(r"[0-9a-f]{32}", span["traceId"]) and span["traceId"].strip("0")
        assert re.fullmatch(r"[0-9a-f]{16}", span["spanId"]) and span["spanId"].strip("0")
        assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
        assert "service.name" in [a["key"] for a in resource["attributes"]]
    assert len({span["spanId"] for span, _ in spans}) == len(spans)
    return [span for span, _ in spans]


def check_metrics(rows):
    found = {}
    for row in rows:
        for metric in [m for r in row.get("resourceMetrics", []) for s in r["scopeMetrics"] for m in s["metrics"]]:
            (kind,) = metric.keys() & {"sum", "gauge", "histogram"}
            assert metric["name"] and "unit" in metric
            for point in metric[kind]["dataPoints"]:
                assert int(point["timeUnixNano"]) >= int(point["startTimeUnixNano"])
                link = [a["value"]["stringValue"] for a in point["attributes"] if a["key"] == "tierboard.link"]
                found[metric["name"], link[0] if link else ""] = point
                if kind == "histogram":
                    assert len(point["bucketCounts"]) == len(point["explicitBounds"]) + 1
                    assert sum(map(int, point["bucketCounts"])) == int(point["count"])
    return found


def check_telemetry(run, rows):
    requests = sum(run.link(name)["requests"] for name in ("browse", "tell"))
    assert len(check_spans(rows)) == requests
    found = check_metrics(rows)
    for name in ("browse", "tell"):
        assert int(found["tierboard.link.requests", name]["asInt"]) == run.link(name)["requests"]
        assert int(found["tierboard.link.request.duration", name]["count"]) == run.link(name)["replies"]
    assert found["tierboard.instance.memory", ""]


def test_telemetry_in_a_file_and_sent():
    """OTLP/JSON: a span a request and exact counts, in a file and as a collector gets them over HTTP"""
    run = recorded()
    check_telemetry(run, lines(run.export("run.otlp.jsonl")))
    with collector() as server:
        url = f"http://127.0.0.1:{server.server_port}"
        done = subprocess.run([TIERBOARD, "export", run.path, "--otlp", url], capture_output=True, text=True,
                              timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        assert {kind for _, kind, _ in server.got} == {"application/json"}
        assert {path for path, _, _ in server.got} == {"/v1/traces", "/v1/metrics"}
        check_telemetry(run, [body for _, _, body in server.got])
    done = subprocess.run([TIERBOARD, "export", run.path, "--otlp", url], capture_output=True, text=True, timeout=120,
                          check=False)
    assert done.returncode == 3 and "refused" in done.stderr, done


# ---- Pictures and pages --------------------------------------------------------------------------------


def test_pictures_of_a_moment():
    """SVG, PNG and PDF of the drawing at a moment: states, figures, the fault that was on, and which moment"""
    run = recorded()
    begins = next(row for row in lines(run.export("when.ndjson")) if row["type"] == "fault-begins")
    at = f"{begins['time_ns'] / 1e9 + 0.3:.3f}s"
    svg = open(run.export("at.svg", "--at", at), encoding="utf-8").read()
    subprocess.run(["xmllint", "--noout", f"{run.folder}/at.svg"], check=True, timeout=60)
    assert "latency 20ms" in svg and "after its start: running" in svg and re.search(r"\d/s · p99 ", svg), svg[-3000:]
    before = open(run.export("before.svg", "--at", "0s"), encoding="utf-8").read()
    assert "latency 20ms" not in before and "p99" not in before
    with open(run.export("at.png", "--at", at, "--theme", "dark"), "rb") as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"
    run.export("at.pdf", "--at", at)
    text = subprocess.run(["pdftotext", f"{run.folder}/at.pdf", "-"], check=True, text=True, capture_output=True,
                          timeout=60).stdout
    assert "latency 20ms" in text and "Front" in text, text


def test_the_space_time_diagram():
    """SVG and PDF of the space-time diagram, with a line for each instance"""
    run = recorded()
    svg = open(run.export("run.spacetime.svg"), encoding="utf-8").read()
    subprocess.run(["xmllint", "--noout", f"{run.folder}/run.spacetime.svg"], check=True, timeout=60)
    assert all(f">{name}-1<" in svg or f">{name}/1<" in svg or f">{name}<" in svg
               for name in ("front", "cache", "web", "teller")), svg[:3000]
    with open(run.export("run.spacetime.pdf"), "rb") as file:
        assert file.read(5) == b"%PDF-"


class Page(html.parser.HTMLParser):
    """Every tag closed in order, and nothing that would be fetched or run."""

    VOID = {"meta", "link", "br", "img", "input"}

    def __init__(self):
        super().__init__()
        self.open, self.words = [], []

    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "link", "iframe", "object", "embed", "img"), tag
        for name, value in attrs:
            assert not name.startswith("on") and name not in ("src", "srcset"), (tag, name)
            assert name not in ("href", "xlink:href") or value.startswith("#"), (tag, value)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.words.append(data)


def test_a_page_without_a_network():
    """The report: links with their figures, faults, charts, the slowest; no script, and nothing to be fetched"""
    run = recorded()
    text = open(run.export("run.html"), encoding="utf-8").read()
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == [], page.open
    assert "Content-Security-Policy" in text and "default-src 'none'" in text
    assert not re.search(r"url\((?!#)|@import", text) and set(re.findall(r"https?://[^\"'<> ]+", text)) <= {
        "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    row = re.search(r"<tr><td>browse</td>.*", text).group()
    assert f'<td class="n">{run.link("browse")["requests"]}</td>' in row, row
    words = " ".join(page.words)
    assert "fault begins" in words and "latency 20ms" in words and "The slowest replies" in words
    assert text.count("<svg") >= 6


# ---- Prometheus, and what cannot be ---------------------------------------------------------------------


def test_figures_at_a_moment():
    """Prometheus: the figures as they were, in what promtool finds nothing"""
    run = recorded()
    text = open(run.export("run.prom"), encoding="utf-8").read()
    requests = re.findall(r'tierboard_link_requests_total\{link="browse".*\} (\d+)', text)
    assert sum(map(int, requests)) == run.link("browse")["requests"], requests
    early = open(run.export("early.prom", "--at", "1s"), encoding="utf-8").read()
    assert len(early.splitlines()) > 10
    if shutil.which("promtool") is None:
        return "promtool is not installed"
    for path in ("run.prom", "early.prom"):
        with open(f"{run.folder}/{path}", encoding="utf-8") as file:
            done = subprocess.run(["promtool", "check", "metrics"], stdin=file, capture_output=True, text=True,
                                  timeout=60, check=False)
        assert done.returncode == 0 and not done.stderr, done
    return None


def test_what_cannot_be_is_said():
    """An unknown format, a drawing with a recording's options, a folder, a moment that is none: said, and no file"""
    run = recorded()
    for arguments, status, words in (
            (["-o", f"{run.folder}/x.doc"], 2, "add -f with one of"),
            (["-o", f"{run.folder}/x", "-f", "word"], 2, "no format “word”"),
            (["-o", f"{run.folder}/x.har", "--at", "1s"], 2, "--at is for"),
            (["-o", f"{run.folder}/x.har", "--from", "soon"], 2, "no time since the start"),
            (["-o", f"{run.folder}/x.har", "--filter", "latency>"], 2, "column"),
            (["-o", run.folder, "-f", "har"], 3, "directory"),
            (["-o", "/dev/full", "-f", "har"], 3, "space"),
            (["--otlp", "https://127.0.0.1:1"], 2, "only http://"),
            (["-o", f"{run.folder}/x.png", "-s", "1000"], 2, "scale"),
            (["-o", f"{run.folder}/x.svg", "--view", "none"], 2, "no view"),
            (["-o", "/nowhere/x.har"], 3, "o such file")):
        done = subprocess.run([TIERBOARD, "export", run.path, *arguments], capture_output=True, text=True, timeout=120,
                              check=False)
        assert done.returncode == status and words in done.stderr and done.stderr.count("\n") == 1, (arguments, done)
    # A recording that was cut short gives what is whole.
    with open(run.path, "rb") as whole, open(f"{run.folder}/short.tbrec", "wb") as short:
        text = whole.read()
        short.write(text[:len(text) * 6 // 10])
    done = subprocess.run([TIERBOARD, "export", f"{run.folder}/short.tbrec", "-o", f"{run.folder}/s.pcapng"],
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done
    tshark(f"{run.folder}/s.pcapng")


def test_nothing_is_left():
    """(the folder of these tests is taken away)"""
    shutil.rmtree(recorded().folder)


if __name__ == "__main__":
    try:
        recorded()
    except Skip as reason:
        print(f"1..0 # SKIP {reason}")
        raise SystemExit(0) from None
    run_tests([test_packets_open_clean, test_packets_have_names_streams_and_faults, test_a_filter_and_times_choose,
               test_events_as_lines, test_exchanges_as_har, test_log_with_vector_clocks,
               test_history_as_jepsen_has_it, test_history_is_read_by_the_judge, test_telemetry_in_a_file_and_sent, test_pictures_of_a_moment,
               test_the_space_time_diagram, test_a_page_without_a_network, test_figures_at_a_moment,
               test_what_cannot_be_is_said, test_nothing_is_left])
