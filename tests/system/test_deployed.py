#!/usr/bin/env python3
"""What goes out to be started elsewhere, tried by who starts it there: docker-compose, kubectl's own types, a shell."""
import json
import os
import subprocess
import tempfile
import urllib.request

from system import DATA, PROGRAMS, TIERBOARD, Skip, need, run_tests, wait_until


def export(name, fmt, out):
    done = subprocess.run([TIERBOARD, "export", DATA / "examples" / (name + ".tierboard"), "-f", fmt, "-o", out],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_compose():
    """docker-compose takes real servers, replicas and built-in parts"""
    need("docker-compose")
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name in ("three-tier", "real/cap-etcd"):
            path = f"{folder}/{name.replace('/', '-')}.yml"
            export(name, "compose", path)
            done = subprocess.run(["docker-compose", "-f", path, "config", "--quiet"], capture_output=True, text=True,
                                  timeout=60, check=False)
            assert done.returncode == 0, done.stderr
            files.append(path)
    return f"{len(files)} files"


def held(small, large, path=""):
    """Every field of one is in the other, with the same value: none was unknown, of another type or thrown away."""
    if isinstance(small, dict):
        for key, value in small.items():
            assert key in large, f"{path}/{key} is no field there"
            held(value, large[key], f"{path}/{key}")
    elif isinstance(small, list):
        assert len(small) <= len(large), path
        for n, value in enumerate(small):
            held(value, large[n], f"{path}/{n}")
    else:
        assert small == large, f"{path}: {small!r} became {large!r}"


def typed(document):
    """The manifest as kubectl understands it, by the published types that it is built with."""
    change = (["set", "selector", "tb=tb"] if document["kind"] == "Service" else ["set", "env", "TB=tb"])
    done = subprocess.run(["kubectl", *change, "--local", "-f", "-", "-o", "json"], input=json.dumps(document),
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_kubernetes():
    """Kubernetes' types have every field of a manifest"""
    need("kubectl")
    try:
        import yaml
    except ImportError as error:
        raise Skip("python3-yaml is not installed") from error
    kinds = set()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("three-tier", "real/postgresql"):
            export(name, "kubernetes", f"{folder}/k.yaml")
            for document in yaml.safe_load_all(open(f"{folder}/k.yaml", encoding="utf-8")):
                if document["kind"] in kinds:
                    continue
                kinds.add(document["kind"])
                back = typed(document)
                if document["kind"] == "Service":
                    del document["spec"]["selector"]
                held(document, back)
    assert kinds == {"Deployment", "StatefulSet", "Service"}, kinds
    return ", ".join(sorted(kinds))


def answers(address):
    try:
        return urllib.request.urlopen(f"http://{address}:8080/item", timeout=2).status == 200
    except OSError:
        return False


def test_procfile():
    """Each line of a Procfile, given to a shell, starts its process, and together they answer"""
    need("nginx", "redis-server")
    with tempfile.TemporaryDirectory() as folder:
        export("nginx-redis", "procfile", f"{folder}/Procfile")
        env = dict(os.environ, XDG_RUNTIME_DIR=folder, PATH=f"{PROGRAMS}:{os.environ['PATH']}:/usr/sbin")
        lines = [line.split(": ", 1) for line in open(f"{folder}/Procfile", encoding="utf-8").read().splitlines()]
        front = next(line for name, line in lines if name == "front")
        address = front.split("listen ")[1].split(":")[0]
        running = []
        try:
            for name, line in lines:
                if not name.startswith("browser"):
                    running.append(subprocess.Popen(["sh", "-c", line], env=env, stdout=subprocess.DEVNULL,
                                                    stderr=subprocess.DEVNULL, start_new_session=True))
            wait_until(lambda: answers(address), 30, "nginx did not pass the request on to the servers")
        finally:
            for process in running:
                process.terminate()
                process.wait(30)
    return f"{len(running)} processes"


run_tests([test_compose, test_kubernetes, test_procfile])
