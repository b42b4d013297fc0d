#!/usr/bin/env python3
"""The experiments of data/examples on real processes: each scenario of experiments.ini has to hold.

    test_experiments.py            the short scenarios, some beside each other since they mostly wait
    test_experiments.py --soak     the exact ones, ten times each, four at a time, so that each is run on a busy machine
    test_experiments.py NAME…      only those
"""
import concurrent.futures
import configparser
import json
import pathlib
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

from system import DATA, TIERBOARD

EXAMPLES = DATA / "examples"
BESIDE = 5
BESIDE_IN_SOAK = 4
ROUNDS_IN_SOAK = 10
XML = "{urn:tierboard:1}"


def table():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(EXAMPLES / "experiments.ini", encoding="utf-8")
    return {name: dict(parser[name]) for name in parser.sections()}


def scenarios_in(path):
    return {s.get("id") for s in ET.parse(path).getroot().iter(XML + "scenario")}


def wrong_rows(rows):
    """What the table and the folder say differently, in words."""
    wrong = []
    for name, row in rows.items():
        path = EXAMPLES / f"{name}.tierboard"
        if not path.exists():
            wrong.append(f"[{name}]: there is no {path.name}")
            continue
        said = set(row.get("short", "").split()) | set(row.get("exact", "").split())
        wrong += [f"[{name}]: the file has no scenario “{s}”" for s in said - scenarios_in(path)]
        wrong += [f"[{name}]: nothing runs its scenario “{s}”" for s in scenarios_in(path) - said]
        wrong += [f"[{name}]: says no {key}" for key in ("topic", "short") if not row.get(key)]
    for path in EXAMPLES.rglob("*.tierboard"):
        name = str(path.relative_to(EXAMPLES).with_suffix(""))
        if name not in rows and scenarios_in(path):
            wrong.append(f"{name}.tierboard is no section of experiments.ini")
    return wrong


def missing(row):
    return [p for p in row.get("needs", "").split() if shutil.which(p) is None]


def figures(result):
    parts = []
    for e in result["expectations"]:
        value = e["value"]
        parts.append("?" if value is None else f"{value:.4g}")
    return f"{result['scenario']} {' '.join(parts)}"


def run(name, row, soak):
    """(whether all held, words, lines that explain)"""
    lacks = missing(row)
    if lacks:
        return True, f"{name} # SKIP {' '.join(lacks)} not installed", []
    chosen = (row.get("exact") if soak else None) or row["short"]
    command = [TIERBOARD, "test", str(EXAMPLES / f"{name}.tierboard"), "--json", "--trust",
               "--keep", f"tierboard-failures-{name.replace('/', '-')}"]
    for scenario in chosen.split():
        command += ["--scenario", scenario]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    words = f"{name}: {'; '.join(figures(r) for r in results[:8])} ({time.monotonic() - began:.0f} s)"
    bad = [r for r in results if r["outcome"] != "held"]
    explained = [f"status {done.returncode}", *done.stderr.splitlines()] if done.returncode else []
    explained += [json.dumps(r, ensure_ascii=False) for r in bad]
    return done.returncode == 0 and bool(results), words, explained


def main():
    arguments = sys.argv[1:]
    soak = "--soak" in arguments
    names = [a for a in arguments if not a.startswith("--")]
    rows = table()
    wrong = wrong_rows(rows)
    chosen = {n: r for n, r in rows.items() if not names or n in names}
    jobs = list(chosen.items()) * (ROUNDS_IN_SOAK if soak else 1)
    print(f"1..{len(jobs) + 1}", flush=True)
    for line in wrong:
        print("# " + line)
    print(f"{'not ok' if wrong else 'ok'} 1 - the table names every file and every scenario of it", flush=True)
    bad = bool(wrong)
    with concurrent.futures.ThreadPoolExecutor(BESIDE_IN_SOAK if soak else BESIDE) as pool:
        waiting = [pool.submit(run, name, row, soak) for name, row in jobs]
        for number, future in enumerate(concurrent.futures.as_completed(waiting), 2):
            held, words, explained = future.result()
            for line in explained:
                print("# " + line)
                print(line, file=sys.stderr)
            print(f"{'ok' if held else 'not ok'} {number} - {words}", flush=True)
            bad = bad or not held
    sys.exit(bad)


if __name__ == "__main__":
    main()
