#!/usr/bin/env python3
"""A service of one's own, with its PostgreSQL and its Redis as they are: run from the drawing unchanged, seen
and broken on every link, whether the servers are of the run or were there before."""
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.request

from system import DATA, Skip, link_of, need, run_tests, wait_until, workplace
from test_real import EXAMPLES, MODULES, all_seen, need_modules, ready, run_until, stop

SERVICE = """\
import http.server, os, psycopg2, redis
cache = redis.from_url(os.environ["REDIS_URL"])
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass
    def do_GET(self):
        try:
            with psycopg2.connect(os.environ["DATABASE_URL"]) as db, db.cursor() as cursor:
                cursor.execute("SELECT current_user")
                text = "%s %d" % (cursor.fetchone()[0], cache.incr("n"))
        except Exception as error:
            text = "error: %s" % error
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())
http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()
"""

# What each of the two programs keeps to itself as it comes from Debian: it listens on localhost, and lets
# callers in from there, with a password.
OWN = """\
<architecture xmlns="urn:tierboard:1" name="Own">
  <component id="terminal" kind="external" name="Terminal"/>
  <component id="app" kind="server" name="App">
    <service name="http" protocol="http" port="8000"/>
    <command dir="{folder}" env-file=".env">/usr/bin/python3 app.py</command>
  </component>
  <component id="db" kind="store" name="PostgreSQL">
    <service name="sql" protocol="postgresql" port="5432"/>
    <command>{bin}/postgres -D {folder}/data</command>
    <stop signal="INT"/>
  </component>
  <component id="cache" kind="cache" name="Redis">
    <service name="redis" protocol="resp" port="6379"/>
    <command>redis-server {folder}/redis.conf</command>
  </component>
  <link id="visit" from="terminal" to="app"/>
  <link id="rows" from="app" to="db"/>
  <link id="counts" from="app" to="cache"/>
</architecture>
"""
SETTINGS = """\
# as it was before there was a drawing
DATABASE_URL=postgres://shop:s3cret@localhost:5432/shop
REDIS_URL=redis://:s3cret@localhost:6379
"""

OUTSIDE = """\
<architecture xmlns="urn:tierboard:1" name="Outside">
  <component id="app" kind="client" name="App">
    <command shell="yes">while :; do redis-cli -u $REDIS_URL incr n; sleep 0.05; done</command>
  </component>
  <component id="lost" kind="client" name="Lost">
    <command shell="yes">while :; do redis-cli -p 6399 ping; sleep 0.2; done</command>
  </component>
  <component id="cache" kind="external" name="Redis" address="redis://default:s3cret@localhost:{port}"/>
  <link id="counts" from="app" to="cache"/>
</architecture>
"""


def in_folder(place, name, text):
    path = place.file(name, text)
    os.chmod(path, 0o644)
    return path


def postgres_bin():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise Skip("PostgreSQL's server is not installed")
    return found[-1].parent


def as_nobody(*command, **options):
    if os.geteuid() == 0:
        command = ("setpriv", "--reuid=nobody", "--clear-groups", "--") + command
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60, cwd="/", **options)


def own_database(place, programs):
    """A data directory as somebody has it: a role with a password, and pg_hba.conf for 127.0.0.1 alone."""
    data = place.folder / "data"
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(data, "nobody")
    as_nobody(str(programs / "initdb"), "-D", str(data), "-U", "postgres", "--auth-host=scram-sha-256", "-N",
              "--auth-local=trust")
    lines = "CREATE ROLE shop LOGIN PASSWORD 's3cret';\nCREATE DATABASE shop OWNER shop;\n"
    as_nobody(str(programs / "postgres"), "--single", "-D", str(data), "postgres", input=lines)
    with open(data / "postgresql.conf", "a", encoding="utf-8") as settings:
        settings.write(f"unix_socket_directories = '{data}'\nfsync = off\n")


def ctl(place, *words):
    done = subprocess.run([place.tierboard, "ctl", "--run", place.drawing, *words], env=place.env, check=False,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


def ctl_refused(place, *words):
    done = subprocess.run([place.tierboard, "ctl", "--run", place.drawing, *words], env=place.env, check=False,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode != 0, (words, done.stdout)
    return done.stderr


def get(address, timeout=30):
    with urllib.request.urlopen(f"http://{address}/", timeout=timeout) as answer:
        return answer.read().decode()


def test_own_servers_run_unchanged():
    """a service, a PostgreSQL and a Redis of one's own run as they are; a terminal calls, links break"""
    need("redis-server", "curl", "setpriv")
    need_modules("psycopg2", "redis")
    programs = postgres_bin()
    with workplace() as place:
        in_folder(place, "app.py", SERVICE)
        in_folder(place, ".env", SETTINGS)
        in_folder(place, "redis.conf", 'bind 127.0.0.1\nport 6379\nrequirepass s3cret\nsave ""\n')
        own_database(place, programs)
        place.drawing = place.file("own.tierboard", OWN.format(folder=place.folder, bin=programs))
        process, row = run_until(place, place.drawing, ready)
        address = link_of(row, "visit")["address"]
        assert get(address) == "shop 1", get(address)
        ctl(place, "fault", "rows", "latency", "latency=300ms")
        before = time.monotonic()
        assert get(address) == "shop 2"
        assert time.monotonic() - before >= 0.3
        ctl(place, "remove", "all")
        ctl(place, "fault", "rows", "refuse")
        assert "refused" in get(address)
        ctl(place, "remove", "all")
        assert get(address) == "shop 3"
        err = stop(process)
        assert "not tapped" not in err and "not read as" not in err, err


def test_example():
    """the example runs, PostgreSQL says who is primary and who standby, and partitions know"""
    programs, least = EXAMPLES["own-service"]
    need(*programs)
    need_modules(*MODULES["own-service"])

    def known(row):
        roles = {i.get("role") for i in row["instances"] if i["id"].startswith("db/")}
        return all_seen(row, least) and roles == {"primary", "standby"}
    with workplace() as place:
        place.drawing = str(DATA / "examples" / "real" / "own-service.tierboard")
        process, _ = run_until(place, place.drawing, known)
        assert "db/1 | everyone else" in ctl(place, "partition", "isolate", "db/primary")
        assert "db/2 | db/1" in ctl(place, "partition", "isolate", "db/standby", "from", "db/leader")
        ctl(place, "heal")
        stop(process)


@contextlib.contextmanager
def redis_outside():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--requirepass", "s3cret",
                               "--save", ""], stdout=subprocess.DEVNULL)
    try:
        yield port
    finally:
        server.terminate()
        server.wait(30)


def test_server_outside_is_tapped():
    """a server that was there before is seen, and cut off; a call that nobody drew is named"""
    need("redis-server", "redis-cli")
    with workplace() as place, redis_outside() as port:
        place.drawing = place.file("outside.tierboard", OUTSIDE.format(port=port))
        process, row = run_until(place, place.drawing, lambda row: all_seen(row, {"counts": {"replies": 5}}))
        assert link_of(row, "counts")["errors"] == 0, row
        ctl(place, "cut", "counts")
        assert "lies outside" in ctl_refused(place, "kill", "cache/1")
        err = stop(process)
        assert "lost/1: it calls localhost:6399, where nothing of the drawing listens for it" in err, err


if __name__ == "__main__":
    run_tests([test_own_servers_run_unchanged, test_example, test_server_outside_is_tapped])
