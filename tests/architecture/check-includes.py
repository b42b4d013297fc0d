#!/usr/bin/env python3
"""Holds the table of allowed includes: which module may include which header.

The build already refuses a header of a module that is not among the dependencies; this test also
holds the dependencies themselves, private headers, and the libraries each module may use.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

# Module: the modules it may use (and what those use), and the libraries.
ALLOWED = {
    "base": ([], ""),
    "model": (["base"], "glib libxml"),
    "analysis": (["model", "runtime/plan"], "glib"),
    "diagram": (["model"], "glib cairo pango"),
    "export": (["analysis", "model", "diagram", "runtime/plan", "runtime/record", "runtime/session", "runtime/control", "runtime/history"],
               "glib json cairo pango"),
    "import": (["model", "diagram", "runtime/plan", "runtime/record"], "glib json cairo pango libxml yaml"),
    "edit": (["model", "analysis", "diagram"], "glib cairo pango"),
    "runtime/plan": (["model"], "glib"),
    "runtime/wire": (["base"], ""),
    "runtime/proto": (["base"], ""),
    "runtime/record": (["base", "runtime/wire"], "zstd"),
    "runtime/history": (["base"], ""),
    # The cores use base alone; the simulator beside them records histories.
    "runtime/replica": (["base", "runtime/history"], ""),
    "runtime/session": (["runtime/plan", "runtime/wire", "runtime/proto", "runtime/record", "runtime/history", "runtime/replica"],
                        "glib"),
    "runtime/scenario": (["runtime/session", "runtime/plan", "runtime/wire", "runtime/history"], "glib"),
    "runtime/virtual": (["runtime/scenario", "runtime/session", "runtime/plan", "runtime/replica", "runtime/history"], "glib"),
    "runtime/control": (["runtime/session", "runtime/plan", "runtime/wire", "runtime/proto"], "glib"),
    "runtime/agent": (["base", "runtime/wire", "runtime/proto", "runtime/record"], ""),
    "node": (["base", "runtime/proto", "runtime/replica"], ""),
    "place": (["base"], "graphviz"),
    "cli": (["*"], "glib cairo pango libxml"),
    "ui": (["*"], "glib cairo pango gtk"),
}
# cli and ui use everything but the two programs that watch nobody and are watched.
STAR = [m for m in ALLOWED if m not in ("runtime/agent", "node", "cli", "ui", "place")]
LIBRARIES = {
    "glib": r"^(glib|gio|gobject|gmodule)\b",
    "libxml": r"^libxml/",
    "cairo": r"^cairo",
    "pango": r"^pango/",
    "gtk": r"^(gtk|gdk|gsk|adwaita)\b",
    "graphviz": r"^(graphviz/)?(cgraph|gvc)\.h",
    "yaml": r"^yaml\.h",
    "zstd": r"^zstd",
    "json": r"^json-glib/",
}


def closure(module):
    direct = STAR if ALLOWED[module][0] == ["*"] else ALLOWED[module][0]
    seen = set(direct)
    todo = list(direct)
    while todo:
        for further in ALLOWED[todo.pop()][0]:
            if further not in seen:
                seen.add(further)
                todo.append(further)
    return seen


def module_of(path):
    parts = path.parts
    return "/".join(parts[:2]) if parts[0] == "runtime" else parts[0]


def wrong_includes(src):
    headers = {}
    for header in src.rglob("*.h"):
        headers.setdefault(header.name, set()).add(module_of(header.relative_to(src)))
    for source in sorted(list(src.rglob("*.c")) + list(src.rglob("*.h"))):
        relative = source.relative_to(src)
        module = module_of(relative)
        if module == "programs":
            continue
        if module not in ALLOWED:
            yield f"{relative}: module '{module}' is not in the table"
            continue
        for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if match:
                problem = judge(module, match.group(2), headers)
                if problem:
                    yield f"src/{relative}:{number}: {problem}"


def judge(module, included, headers):
    for library, pattern in LIBRARIES.items():
        if re.match(pattern, included) and included not in headers:
            return None if library in ALLOWED[module][1].split() else f"{module} must not use {library} ({included})"
    name = included.rsplit("/", 1)[-1]
    owners = headers.get(name, set())
    if not owners or module in owners:
        return None
    if not name.startswith("tb-") and name != "schema-props.h":
        return f"{included} is private to {', '.join(sorted(owners))}"
    if owners & closure(module):
        return None
    return f"{module} must not include {included} of {', '.join(sorted(owners))}"


def refused_by_the_compiler(root):
    """With base's own include path, GLib and the model's header do not compile."""
    for header in ("glib.h", "tb-model.h", "gtk/gtk.h"):
        with tempfile.NamedTemporaryFile("w", suffix=".c") as probe:
            probe.write(f"#include <{header}>\n")
            probe.flush()
            done = subprocess.run(["cc", "-fsyntax-only", f"-I{root}/src/base", probe.name],
                                  capture_output=True, check=False)
            if done.returncode == 0:
                yield f"{header} compiles in module base"


def report(number, name, problems):
    problems = list(problems)
    for problem in problems:
        print(f"# {problem}")
    print(f"{'not ok' if problems else 'ok'} {number} - {name}")
    return bool(problems)


def main():
    root = pathlib.Path(sys.argv[1])
    headers = {"tb-model.h": {"model"}, "supervise-private.h": {"runtime/agent"}}
    print("1..3")
    bad = report(1, "every include is allowed by the table", wrong_includes(root / "src"))
    bad |= report(2, "a wrong include does not compile", refused_by_the_compiler(root))
    caught = [judge("base", "glib.h", headers), judge("runtime/agent", "tb-model.h", headers),
              judge("node", "supervise-private.h", headers), judge("model", "cairo.h", headers)]
    bad |= report(3, "the check catches a wrong include", [] if all(caught) else ["a wrong include passed"])
    sys.exit(bad)


if __name__ == "__main__":
    main()
