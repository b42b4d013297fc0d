#!/usr/bin/env python3
"""Adds up test results: tally.py FAILED-BUILDS LOG.json…, prints what failed and 'N passed, N failed'.

A TAP test counts each of its subtests; any other test counts as one. A program that dies counts as
one failure beside the subtests it finished. What a test says it could not judge counts as skipped.
"""
import json
import re
import sys


def subtests(stdout):
    passed = failed = skipped = 0
    names = []
    for line in stdout.splitlines():
        match = re.match(r"(not ok|ok) \d+(.*)", line)
        if not match:
            continue
        if re.search(r"#\s*skip", match.group(2), re.I):
            skipped += 1
            names.append("skipped: " + match.group(2).strip(" -"))
        elif match.group(1) == "not ok" and re.search(r"#\s*todo", match.group(2), re.I):
            skipped += 1  # as TAP has it: it ran, and says itself that it cannot judge
            names.append("not judged: " + match.group(2).strip(" -"))
        elif match.group(1) == "ok":
            passed += 1
        else:
            failed += 1
            names.append("failed: " + match.group(2).strip(" -"))
    return passed, failed, skipped, names


def main():
    passed, skipped, failed = 0, 0, int(sys.argv[1])
    for path in sys.argv[2:]:
        suite = re.sub(r".*/|\.json$", "", path)
        for line in open(path, encoding="utf-8"):
            test = json.loads(line)
            ok, bad, skip, names = subtests(test.get("stdout", ""))
            good = test["result"] in ("OK", "EXPECTEDFAIL", "SKIP")
            if ok + bad + skip == 0:
                ok, skip = int(test["result"] == "OK"), int(test["result"] == "SKIP")
            if not good and bad == 0:
                bad = 1
                names.append("failed: " + test["result"].lower())
            passed, failed, skipped = passed + ok, failed + bad, skipped + skip
            for name in names:
                print(f"{suite}: {test['name']}: {name}")
    if skipped:
        print(f"skipped: {skipped}, each with its reason above")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
