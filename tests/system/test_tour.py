#!/usr/bin/env python3
"""The guided tour says what is so: its files are there, its commands run, and what it points at is expected there.

Scenarios that it names are run by test_experiments.py: here it is held that they are in its table."""
import configparser
import pathlib
import re
import shlex
import subprocess
import xml.etree.ElementTree as ET

from system import DATA, TIERBOARD, run_tests

SOURCE = DATA.parent
TOUR = (SOURCE / "docs" / "tour.md").read_text(encoding="utf-8")
XML = "{urn:tierboard:1}"
STEPS = re.split(r"^## ", TOUR, flags=re.M)[1:]


def files_of(step):
    return [SOURCE / "docs" / path for path in re.findall(r"^\[[^]]*\]\(([^)]*\.tierboard)\)$", step, flags=re.M)]


def commands_of(step):
    return [shlex.split(line) for line in re.findall(r"^    (tierboard .*)$", step, flags=re.M)]


def test_every_step_opens_a_drawing_that_is_there():
    """each step opens drawings that are there, and each of them has scenarios that are tested"""
    rows = configparser.ConfigParser(interpolation=None)
    rows.read(DATA / "examples" / "experiments.ini", encoding="utf-8")
    for number, step in enumerate(STEPS, 1):
        assert step.startswith(f"{number}. "), step.splitlines()[0]
        assert files_of(step) and commands_of(step), step
        for path in files_of(step):
            assert path.exists(), path
            name = str(path.resolve().relative_to((DATA / "examples").resolve()).with_suffix(""))
            assert rows.has_section(name), f"{name} is not in experiments.ini"
    return f"{len(STEPS)} steps"


def test_what_it_points_at_is_expected_there():
    """what a step points at, as in “errors of call”, is an expectation of its drawings"""
    for step in STEPS:
        expected = {f"{e.get('that')} of {e.get('of')}" for path in files_of(step)
                    for e in ET.parse(path).getroot().iter(XML + "expect")}
        pointed = [span for span in re.findall(r"`([^`]*)`", step) if " of " in span]
        assert all(span in expected for span in pointed), (step.splitlines()[0], pointed, expected)


def test_its_commands_can_be_given():
    """each command is one that there is, on files and scenarios that there are"""
    for step in STEPS:
        for _, command, *arguments in commands_of(step):
            paths = [SOURCE / a for a in arguments if a.endswith(".tierboard")]
            assert paths and all(p.exists() for p in paths), arguments
            if command == "test":
                scenarios = {s.get("id") for p in paths for s in ET.parse(p).getroot().iter(XML + "scenario")}
                named = [arguments[i + 1] for i, a in enumerate(arguments) if a == "--scenario"]
                assert scenarios and set(named) <= scenarios, (arguments, scenarios)
            else:
                done = subprocess.run([TIERBOARD, command, *arguments], cwd=SOURCE, capture_output=True, text=True,
                                      timeout=60, check=False)
                assert done.returncode in (0, 1) and done.stdout, done


def test_layers_differ_in_one_component():
    """the two files of layers differ in their names and in the store alone"""
    def others(name):
        root = ET.parse(DATA / "examples" / f"{name}.tierboard").getroot()
        return [ET.tostring(child).strip() for child in root if child.get("id") != "rows"]
    assert others("layering") == others("layering-redis")


if __name__ == "__main__":
    assert pathlib.Path(TIERBOARD).exists()
    run_tests([test_every_step_opens_a_drawing_that_is_there, test_what_it_points_at_is_expected_there,
               test_its_commands_can_be_given, test_layers_differ_in_one_component])
