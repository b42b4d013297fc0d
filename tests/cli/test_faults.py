#!/usr/bin/env python3
"""Each fault on a real server, unchanged, asked by its own client through a tap alone: what is measured
is what the client sees and what the server has in the end, not what was set."""
import atexit
import contextlib
import csv
import functools
import io
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
from system import need, run_tests  # noqa: E402
from test_tap import Tap, until  # noqa: E402

FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="tb-faults-"))
FOLDER.chmod(0o755)
BODY = bytes(i * 7 % 251 for i in range(100_000))
servers = []


def end_servers():
    for server in reversed(servers):
        server.send_signal(signal.SIGINT)  # PostgreSQL: without waiting for its clients
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    shutil.rmtree(FOLDER, ignore_errors=True)


atexit.register(end_servers)


def free_port():
    """None that the kernel gives to who connects: it could be gone before the server has it."""
    while True:
        port = random.randrange(20000, 32000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def serve(command, port):
    """Starts a server and returns its address once somebody accepts there."""
    log = open(FOLDER / f"{pathlib.Path(command[0]).name}.log", "ab")
    servers.append(subprocess.Popen(command, cwd=FOLDER, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def accepts():
        assert servers[-1].poll() is None, (command, (FOLDER / log.name).read_text()[-2000:])
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", port)) == 0
    until(accepts, f"{command[0]} does not accept")
    return f"127.0.0.1:{port}"


@functools.cache
def redis():
    need("redis-server", "redis-cli", "redis-benchmark")
    port = free_port()
    return serve(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
                  "--appendonly", "no"], port)


@functools.cache
def nginx():
    """HTTP/1 and, on the port behind it, HTTP/2: two addresses."""
    need("nginx", "curl")
    one, two = free_port(), free_port()
    for name in ("a", "b"):
        (FOLDER / name).write_bytes(BODY)
    (FOLDER / "small").write_bytes(BODY[:2000])
    (FOLDER / "nginx.conf").write_text(f"""
daemon off; master_process off; pid {FOLDER}/nginx.pid; error_log stderr crit;
events {{ }}
http {{
  keepalive_requests 100000000;
  access_log {FOLDER}/access.log; root {FOLDER}; client_body_temp_path {FOLDER}/t1;
  proxy_temp_path {FOLDER}/t2; fastcgi_temp_path {FOLDER}/t3; uwsgi_temp_path {FOLDER}/t4;
  scgi_temp_path {FOLDER}/t5;
  server {{ listen 127.0.0.1:{one}; }}
  server {{ listen 127.0.0.1:{two} http2; }}
}}
""")
    address = serve(["nginx", "-p", str(FOLDER), "-c", str(FOLDER / "nginx.conf")], one)
    return address, f"127.0.0.1:{two}"


@functools.cache
def postgres():
    need("psql")
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    programs = found[-1].parent if found else pathlib.Path(shutil.which("initdb") or need("initdb")).parent
    data, port = FOLDER / "postgres", free_port()
    data.mkdir()
    prefix = []
    if os.getuid() == 0:  # it does not run as root
        os.chown(data, 65534, 65534)
        prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    subprocess.run([*prefix, programs / "initdb", "-D", data, "-U", "me", "-A", "trust", "-N"],
                   check=True, capture_output=True, cwd=data)
    return serve([*prefix, str(programs / "postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1",
                  "-k", "", "-F"], port)


@functools.cache
def etcd():
    need("etcd", "etcdctl")
    port, peer = free_port(), free_port()
    return serve(["etcd", "--data-dir", str(FOLDER / "etcd"), "--log-level", "error",
                  "--listen-client-urls", f"http://127.0.0.1:{port}",
                  "--advertise-client-urls", f"http://127.0.0.1:{port}",
                  "--listen-peer-urls", f"http://127.0.0.1:{peer}",
                  "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
                  "--initial-cluster", f"default=http://127.0.0.1:{peer}"], port)


class Behind(Tap):
    """A tap in front of a server with one fault, ended with its block."""

    def __init__(self, target, fault, *options):
        self.begin = time.monotonic()
        super().__init__(target, "--json", "--fault", fault, *options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        status, _ = self.end()
        assert status == 0, self.said

    def ms(self):
        return (time.monotonic() - self.begin) * 1000


def cli(port, *words, timeout=30):
    """redis-cli: its status (124: it had no answer within the time) and what it printed."""
    try:
        done = subprocess.run(["redis-cli", "-p", str(port), *words], capture_output=True, timeout=timeout,
                              stdin=subprocess.DEVNULL)
        return done.returncode, (done.stdout + done.stderr).decode(errors="replace").strip()
    except subprocess.TimeoutExpired:
        return 124, ""


def direct(*words):
    return cli(redis().rpartition(":")[2], *words)[1]


def bench(port, n):
    """redis-benchmark's shortest, median and longest time of a PING, in ms."""
    out = subprocess.run(["redis-benchmark", "-p", str(port), "-c", "1", "-n", str(n), "-t", "ping_mbulk",
                          "--csv"], capture_output=True, text=True, timeout=60, check=True).stdout
    row = list(csv.DictReader(io.StringIO(out)))[-1]
    return tuple(float(row[f"{what}_latency_ms"]) for what in ("min", "p50", "max"))


FORMAT = "%{http_code} %{http_version} %{size_header} %{size_download} %{time_starttransfer} %{time_total}"


class Got:
    """curl's own figures, and the body."""

    def __init__(self, tap, path, *options):
        out = FOLDER / "got"
        out.unlink(missing_ok=True)
        done = subprocess.run(["curl", "-s", "-o", str(out), "-w", FORMAT, "--max-time", "30", *options,
                               f"http://127.0.0.1:{tap.port}{path}"], capture_output=True, text=True,
                              timeout=60)
        said = done.stdout.split()
        self.status, self.code, self.version = done.returncode, int(said[0]), said[1]
        self.head, self.size = int(said[2]), int(said[3])
        self.first_ms, self.ms = float(said[4]) * 1000, float(said[5]) * 1000
        self.body = out.read_bytes() if out.exists() else b""


def differing_bits(a, b):
    return sum(bin(x ^ y).count("1") for x, y in zip(a, b)) if len(a) == len(b) else -1


def psql(tap, sql, timeout=30):
    done = subprocess.run(["psql", "-h", "127.0.0.1", "-p", str(tap.port), "-U", "me", "-d", "postgres",
                           "-Atqc", sql], capture_output=True, text=True, timeout=timeout,
                          stdin=subprocess.DEVNULL)
    return done.returncode, (done.stdout + done.stderr).strip()


# ---- Pace and ends ---------------------------------------------------------------------------------

def latency_on_redis():
    """latency: redis-benchmark's shortest PING takes both ways' delay"""
    with Behind(redis(), "latency,latency=30ms") as tap:
        shortest, middle, _ = bench(tap.port, 5)
    assert shortest >= 60, shortest
    return f"set 60 ms, p50 {middle:.1f} ms"


def jitter_on_postgresql():
    """latency with jitter: psql waits at least the least of it for each answer"""
    with Behind(postgres(), "latency,latency=60ms,jitter=20ms,stream=downstream") as tap:
        assert psql(tap, "SELECT 6*7") == (0, "42")
        assert tap.ms() >= 80, tap.ms()  # at least the greeting and the rows: 40 ms each


def bandwidth_on_nginx():
    """bandwidth: curl's download takes as long as the rate says, and is whole"""
    with Behind(nginx()[0], "bandwidth,rate=400,stream=downstream") as tap:
        got = Got(tap, "/a")
    assert got.body == BODY and got.ms >= 225, (got.size, got.ms)
    return f"100 KB at 400 KB/s: {got.ms:.0f} ms"


def slow_close_on_nginx():
    """slow_close: curl, told to read to the end of the connection, is done that much later"""
    with Behind(nginx()[0], "slow_close,delay=300ms") as tap:
        got = Got(tap, "/small", "--http1.0", "--ignore-content-length")
    assert got.status == 0 and got.body == BODY[:2000] and got.ms >= 300, (got.status, got.ms)


def timeout_on_nginx():
    """timeout: curl gets nothing, and is let go after that time"""
    with Behind(nginx()[0], "timeout,timeout=300ms") as tap:
        got = Got(tap, "/a")
    assert got.status in (52, 56) and got.size == 0 and got.ms >= 290, (got.status, got.ms)


def reset_peer_on_redis():
    """reset_peer: redis-cli, which waits, hears that its connection was reset"""
    with Behind(redis(), "reset_peer,timeout=100ms") as tap:
        _, said = cli(tap.port, "BLPOP", "nothing", "20")
    assert re.search(r"reset by peer|closed the connection", said), said


def slicer_on_nginx():
    """slicer: curl's download comes in pieces with pauses, and is whole"""
    with Behind(nginx()[0], "slicer,average_size=100,delay=10ms,stream=downstream") as tap:
        got = Got(tap, "/small")
    assert got.body == BODY[:2000] and got.ms >= 190, (got.size, got.ms)


def limit_data_on_nginx():
    """limit_data: head and body of what curl gets are exactly that many bytes"""
    with Behind(nginx()[0], "limit_data,bytes=5000,stream=downstream") as tap:
        got = Got(tap, "/a")
    assert got.status == 18 and got.head + got.size == 5000, (got.status, got.head, got.size)


def packet_loss_on_redis():
    """packet_loss: some PINGs wait for TCP's timer of 200 ms, the others do not"""
    with Behind(redis(), "packet_loss,loss_rate=0.2,stream=upstream,seed=3") as tap:
        shortest, middle, longest = bench(tap.port, 15)
    assert shortest < 200 <= longest, (shortest, middle, longest)
    return f"shortest {shortest:.1f} ms, longest {longest:.0f} ms"


# ---- Connects and cuts -----------------------------------------------------------------------------

def refuse_on_redis():
    """refuse: redis-cli could not connect"""
    with Behind(redis(), "refuse") as tap:
        _, said = cli(tap.port, "PING")
    assert "Connection refused" in said, said


def blackhole_on_nginx():
    """blackhole: curl hears nothing until its own patience ends; later callers get through"""
    with Behind(nginx()[0], "blackhole,first=1") as tap:
        assert Got(tap, "/a", "--max-time", "0.5").status == 28
        assert Got(tap, "/a").body == BODY


def cut_on_redis():
    """cut: what redis-cli sends while it holds arrives after it, all of it, once"""
    direct("DEL", "cut")
    with Behind(redis(), "cut,after=200ms,until=1s") as tap:
        status, said = cli(tap.port, "-r", "12", "-i", "0.05", "INCR", "cut")
        ms = tap.ms()
    assert status == 0 and said.split()[-1] == "12" and direct("GET", "cut") == "12", (status, said)
    assert ms >= 1000, ms


# ---- Messages --------------------------------------------------------------------------------------

def drop_on_redis():
    """drop: a SET is neither answered nor done, and a GET beside it is"""
    direct("SET", "dropped", "before")
    with Behind(redis(), "drop,match=SET *", "--protocol", "resp") as tap:
        assert cli(tap.port, "SET", "dropped", "after", timeout=1)[0] == 124
        assert cli(tap.port, "GET", "dropped") == (0, "before")


def dropped_answer_on_redis():
    """drop of answers: the SET is done, and its caller does not hear of it"""
    with Behind(redis(), "drop,stream=downstream,match=+OK*", "--protocol", "resp") as tap:
        assert cli(tap.port, "SET", "unheard", "yes", timeout=1)[0] == 124
    assert direct("GET", "unheard") == "yes"


def duplicate_on_redis():
    """duplicate: one INCR counts three times"""
    direct("DEL", "twice")
    with Behind(redis(), "duplicate,copies=2,match=INCR *", "--protocol", "resp") as tap:
        cli(tap.port, "INCR", "twice")
        until(lambda: direct("GET", "twice") == "3", "it was not doubled")


def reorder_on_redis():
    """reorder: of two SETs sent at once the first comes last"""
    with Behind(redis(), "reorder,first=1,delay=20s,match=SET *", "--protocol", "resp") as tap:
        with tap.connect() as connection:
            connection.sendall(b"SET order first\r\nSET order second\r\n")
            until(lambda: direct("GET", "order") == "first", "it was not overtaken")


def corrupt_on_redis():
    """corrupt: what Redis stores differs from what was sent in one bit"""
    sent = b"a" * 20000
    with Behind(redis(), "corrupt,bits=1,seed=5,match=SET *", "--protocol", "resp") as tap:
        with tap.connect() as connection:
            connection.sendall(b"*3\r\n$3\r\nSET\r\n$4\r\nhurt\r\n$20000\r\n" + sent + b"\r\n")
            assert connection.recv(100) == b"+OK\r\n"
    stored = subprocess.run(["redis-cli", "-p", redis().rpartition(":")[2], "--raw", "GET", "hurt"],
                            capture_output=True, timeout=30, check=True).stdout.rstrip(b"\n")
    assert differing_bits(stored, sent) == 1, stored[:80]


def hold_on_postgresql():
    """hold: a query waits until it is let go, then psql has its rows"""
    with Behind(postgres(), "hold,match=*6?7*,until=900ms", "--protocol", "postgresql") as tap:
        assert psql(tap, "SELECT 6*7") == (0, "42")
        assert tap.ms() >= 900, tap.ms()


def drop_on_postgresql():
    """drop on PostgreSQL: an INSERT that does not arrive is not there"""
    with Behind(postgres(), "drop,match=*INSERT*", "--protocol", "postgresql") as tap:
        assert psql(tap, "CREATE TABLE IF NOT EXISTS t (i int)")[0] == 0
        try:
            psql(tap, "INSERT INTO t VALUES (1)", timeout=1)
            raise AssertionError("it was answered")
        except subprocess.TimeoutExpired:
            pass
        assert psql(tap, "SELECT count(*) FROM t") == (0, "0")


def http_abort_on_nginx():
    """http_abort: curl gets the status, and nginx never saw the request"""
    with Behind(nginx()[0], "http_abort,http_status=418,match=GET /a*") as tap:
        assert Got(tap, "/a?aborted").code == 418
        assert Got(tap, "/b").body == BODY
    assert "aborted" not in log_of_nginx()


def http_delay_on_nginx():
    """http_delay: curl's first byte comes that much later"""
    with Behind(nginx()[0], "http_delay,delay=200ms") as tap:
        got = Got(tap, "/a")
    assert got.body == BODY and got.first_ms >= 200, got.first_ms


# ---- HTTP/2 and gRPC, by stream --------------------------------------------------------------------

def http_abort_on_http2():
    """HTTP/2: http_abort answers one stream; the others of the connection go on"""
    need("nghttp")
    with Behind(nginx()[1], "http_abort,http_status=503,match=GET /a*") as tap:
        url = f"http://127.0.0.1:{tap.port}"
        said = subprocess.run(["nghttp", "-ns", f"{url}/b", f"{url}/a?h2-aborted", f"{url}/small"],
                              capture_output=True, text=True, timeout=60).stdout
    for path, code in (("/b", 200), (r"/a\?h2-aborted", 503), ("/small", 200)):
        assert re.search(rf" {code} +\S+ {path}$", said, re.M), said
    assert "h2-aborted" not in log_of_nginx()


def http_abort_of_uploads_on_http2():
    """HTTP/2: who is answered while it uploads is told that it need not go on, and its connection does"""
    need("nghttp")
    with Behind(nginx()[1], "http_abort,http_status=429,match=POST *") as tap:
        said = subprocess.run(["nghttp", "-ns", "-d", str(FOLDER / "a"), f"http://127.0.0.1:{tap.port}/a"],
                              capture_output=True, text=True, timeout=60).stdout
        assert re.search(r" 429 +\S+ /a$", said, re.M), said
        assert Got(tap, "/b", "--http2-prior-knowledge").body == BODY


def many_streams_on_http2():
    """HTTP/2: of a thousand requests over four connections some are answered, all others are served"""
    need("h2load")
    with Behind(nginx()[1], "http_abort,probability=0.25,match=GET /small*") as tap:
        said = subprocess.run(["h2load", "-n", "1000", "-c", "4", "-m", "20",
                               f"http://127.0.0.1:{tap.port}/small"], capture_output=True, text=True,
                              timeout=60).stdout
    good, bad = (int(re.search(rf"(\d+) {code}", said).group(1)) for code in ("2xx", "5xx"))
    assert good + bad == 1000 and 150 < bad < 350 and "1000 done" in said, said
    return f"{bad} of 1000 answered with 503"


def a_fault_comes_and_goes_on_http2():
    """HTTP/2: a fault that begins and ends on a connection in use strikes for its time and breaks nothing"""
    need("h2load")
    for _ in range(5):  # on a busy machine it may be over before h2load has begun
        with Behind(nginx()[1], "http_abort,every=3,after=400ms,until=1s") as tap:
            said = subprocess.run(["h2load", "-D", "2", "-c", "1", "-m", "10",
                                   f"http://127.0.0.1:{tap.port}/small"], capture_output=True, text=True,
                                  timeout=60).stdout
        good, bad = (int(re.search(rf"(\d+) {code}", said).group(1)) for code in ("2xx", "5xx"))
        assert good > 0 and f" {bad} failed, 0 errored, 0 timeout" in said, said
        if bad > 0:
            return f"{good} served, {bad} answered with 503"
    raise AssertionError("it never struck")


def log_of_nginx():
    return (FOLDER / "access.log").read_text()


def ask_all(tap, paths, lines):
    """nghttp asks for all of them on one connection, until nginx has said these lines of some."""
    need("nghttp")
    asking = subprocess.Popen(["nghttp", "-n"] + [f"http://127.0.0.1:{tap.port}{path}" for path in paths],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: all(line in log_of_nginx() for line in lines), f"nginx did not say {lines}")
        assert asking.poll() is None, "none of them hangs"
    finally:
        asking.kill()
        asking.wait()


def drop_on_http2():
    """HTTP/2: of many streams those that are dropped hang, and all others are answered"""
    with Behind(nginx()[1], "drop,match=GET /a*") as tap:
        ask_all(tap, ["/b?1", "/a?h2-dropped", "/b?2", "/a?h2-dropped", "/b?3"],
                [f"GET /b?{i} HTTP/2.0\" 200 100000" for i in (1, 2, 3)])
    assert "h2-dropped" not in log_of_nginx()


def dropped_answers_give_back_what_they_used():
    """HTTP/2: a connection goes on after more was dropped of it than its window is large"""
    with Behind(nginx()[1], "drop,stream=downstream,match=*/a*") as tap:
        ask_all(tap, [f"/a?{i}" for i in range(5)] + ["/b?last"], ["GET /b?last HTTP/2.0\" 200 100000"])


def corrupt_on_http2():
    """HTTP/2: corrupt turns one bit of the content over, and the connection lives"""
    with Behind(nginx()[1], "corrupt,stream=downstream,first=1") as tap:
        got = Got(tap, "/a", "--http2-prior-knowledge")
        again = Got(tap, "/a", "--http2-prior-knowledge")
    assert got.status == 0 and differing_bits(got.body, BODY) == 1, (got.status, got.size)
    assert again.body == BODY


def http_delay_on_http2():
    """HTTP/2: http_delay delays a request, and what comes back is whole"""
    with Behind(nginx()[1], "http_delay,delay=200ms") as tap:
        got = Got(tap, "/a", "--http2-prior-knowledge")
    assert got.body == BODY and got.version == "2" and got.first_ms >= 200, got.first_ms


def hold_on_http2():
    """HTTP/2: hold keeps a request, and what was asked behind it, until it is let go"""
    with Behind(nginx()[1], "hold,match=GET /a*,until=900ms") as tap:
        got = Got(tap, "/a", "--http2-prior-knowledge")
        assert got.body == BODY and tap.ms() >= 900, (got.status, tap.ms())


def etcdctl(address, *words, patience="20s"):
    done = subprocess.run(["etcdctl", "--endpoints", f"http://{address}", f"--command-timeout={patience}",
                           *words], capture_output=True, text=True, timeout=60,
                          env=dict(os.environ, ETCDCTL_API="3"))
    return done.returncode, done.stdout.split()


def drop_on_grpc():
    """gRPC: a put whose answer is dropped is done; one that is dropped itself is not"""
    address = etcd()
    until(lambda: etcdctl(address, "put", "ready", "1", patience="1s")[0] == 0, "etcd is not ready")
    for fault, key, there in (("drop,stream=downstream,match=*KV/Put", "unheard", True),
                              ("drop,match=KV/Put", "dropped", False)):
        with Behind(address, fault) as tap:
            status, _ = etcdctl(f"127.0.0.1:{tap.port}", "put", key, "yes", patience="1s")
            assert status != 0, fault
            assert etcdctl(f"127.0.0.1:{tap.port}", "get", "ready") == (0, ["ready", "1"]), fault
        assert etcdctl(address, "get", key)[1] == ([key, "yes"] if there else []), fault


if __name__ == "__main__":
    run_tests([latency_on_redis, jitter_on_postgresql, bandwidth_on_nginx, slow_close_on_nginx,
               timeout_on_nginx, reset_peer_on_redis, slicer_on_nginx, limit_data_on_nginx,
               packet_loss_on_redis, refuse_on_redis, blackhole_on_nginx, cut_on_redis, drop_on_redis,
               dropped_answer_on_redis, duplicate_on_redis, reorder_on_redis, corrupt_on_redis,
               hold_on_postgresql, drop_on_postgresql, http_abort_on_nginx, http_delay_on_nginx,
               http_abort_on_http2, http_abort_of_uploads_on_http2, many_streams_on_http2,
               a_fault_comes_and_goes_on_http2, drop_on_http2, dropped_answers_give_back_what_they_used,
               corrupt_on_http2, hold_on_http2, http_delay_on_http2, drop_on_grpc])
