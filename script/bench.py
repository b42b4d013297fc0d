#!/usr/bin/env python3
"""Runs benchmark programs one at a time and prints their figures as a table.

A benchmark prints a line a figure, fields separated by tabs: name, value, unit, target and, where
there is one, the peer's figure. A target reads '<= 10' or '>= 0.9'.
"""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys


def verdict(value, target):
    match = re.match(r"\s*(<=|>=|≤|≥|<|>)\s*([\d.]+)", target)
    if not match:
        return ""
    bound = float(match.group(2))
    reached = value <= bound if match.group(1) in ("<=", "≤", "<") else value >= bound
    return "reached" if reached else "NOT reached"


def programs(folder, names):
    found = {p.name[len("bench-"):]: p for p in sorted(folder.rglob("bench-*"))
             if p.is_file() and os.access(p, os.X_OK)}
    for name in names:
        if name not in found:
            sys.exit(f"bench: no benchmark '{name}'; there are: {', '.join(found)}")
    return [(name, found[name]) for name in (names or found)]


# An ordinary user's run directory lies in memory ($XDG_RUNTIME_DIR), root's below /tmp: both count.
VARIANTS = {"start": [(" (run directory on disk)", {}), (" (in memory)", {"TMPDIR": "/dev/shm"})]}


def run(name, program):
    return [row for label, extra in VARIANTS.get(name, [("", {})])
            for row in run_once(name, program, label, extra)]


def run_once(name, program, label, extra):
    command = [str(program)]
    if name in ("canvas", "window", "file", "live", "problems", "source"):
        command = ["dbus-run-session", "--", "xvfb-run", "-a", "-s",
                   "-screen 0 1400x1000x24 -nolisten tcp"] + command
    env = dict(os.environ, GSK_RENDERER="cairo", GSETTINGS_BACKEND="memory", **extra)
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    rows = [line.split("\t") for line in done.stdout.splitlines() if line.count("\t") >= 2]
    if done.returncode != 0:
        print(f"{name}: ended with status {done.returncode}: {done.stderr.strip()[-300:]}")
    return [{"benchmark": name, "name": r[0] + label, "value": float(r[1]), "unit": r[2],
             "target": r[3] if len(r) > 3 else "", "peer": r[4] if len(r) > 4 else ""} for r in rows]


PAGE = """# Benchmarks

Made by `script/bench --page docs/benchmarks.md`; one run, each benchmark alone on the machine. Absolute figures are
this machine's; targets and the peer's figures, where there is a peer, were measured beside them in the same run.

Machine: {machine}, {date}.
"""


def page(figures):
    """The figures as Markdown, a table a benchmark."""
    cores = os.cpu_count()
    text = PAGE.format(machine=f"{cores} cores, Linux {os.uname().release.split('-')[0]}",
                       date=datetime.date.today().isoformat())
    for name in dict.fromkeys(row["benchmark"] for row in figures):
        text += f"\n## {name}\n\n| figure | value | target | peer | |\n|---|---|---|---|---|\n"
        for row in figures:
            if row["benchmark"] == name:
                text += (f"| {row['name']} | {row['value']:.4g} {row['unit']} | {row['target']} "
                         f"| {row['peer']} | {row['verdict']} |\n")
    return text


def option(arguments, name):
    """Takes NAME VALUE out of the arguments."""
    if name not in arguments:
        return None
    at = arguments.index(name)
    if at + 1 == len(arguments):
        sys.exit(f"bench: {name} needs a file")
    value = arguments[at + 1]
    del arguments[at:at + 2]
    return value


def main():
    arguments = sys.argv[2:]
    out, page_out = option(arguments, "--json"), option(arguments, "--page")
    figures = []
    print(f"{'figure':56} {'value':>12} {'unit':8} {'target':12} {'peer':24}")
    for name, program in programs(pathlib.Path(sys.argv[1]), arguments):
        for row in run(name, program):
            row["verdict"] = verdict(row["value"], row["target"])
            figures.append(row)
            print(f"{name + ': ' + row['name']:56} {row['value']:12.6g} {row['unit']:8} "
                  f"{row['target']:12} {row['peer']:24} {row['verdict']}", flush=True)
    if out:
        pathlib.Path(out).write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n",
                                     encoding="utf-8")
    if page_out:
        pathlib.Path(page_out).write_text(page(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
