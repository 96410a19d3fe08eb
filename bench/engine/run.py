#!/usr/bin/env python3
"""Measure the engine beside its peers, in one run, and print a Markdown table."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = pathlib.Path(os.environ.get("KAILASH_BUILD", ROOT / "build" / "release"))
# A peer must find its own package, and the standard library rather than what lies beside its script.
PEERS = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"PYTHONSAFEPATH": "1"}

LIMITS = {
    "chain of 1,000 NoOp nodes, µs a node": 0.35, "fan of 1,000 into a Merge, µs a node": 0.5,
    "one NoOp node, µs": 1.8, "chain of 100 callbacks, µs a node": 1.0,
    "10,000 rows through one node, ms": 8.0, "build 1,000 nodes, ms": 0.6,
    "read 1,000 nodes from JSON, ms": 0.35, "import kailash, ms": 8.0, "import kailash, MB": 4.0,
    "peak memory of this benchmark, MB": 70.0,
}


def measured(*command, **environment):
    done = subprocess.run(command, capture_output=True, text=True, env=PEERS | environment)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return {}
    return json.loads(done.stdout.strip().splitlines()[-1])


def compiled(compiler, source, *options):
    program = pathlib.Path(tempfile.mkdtemp()) / source.stem
    subprocess.run([compiler, "-O2", str(source), "-o", str(program), *options], check=True)
    return str(program)


def engine_in_c():
    library = ["-I", str(ROOT / "include"), "-L", str(BUILD), "-lkailash", f"-Wl,-rpath,{BUILD}"]
    return measured(compiled("cc", HERE / "graph.c", "-D_GNU_SOURCE", *library))


def taskflow(include):
    return measured(compiled("c++", HERE / "taskflow.cpp", "-std=c++20", "-pthread", "-I", include))


def main():
    columns = {"ours": measured(sys.executable, str(HERE / "measure.py"), PYTHONPATH=str(BUILD / "python"))}
    columns["ours from C"] = engine_in_c()
    if os.environ.get("KAILASH_ORIGINAL"):
        columns["original wheel"] = measured(os.environ["KAILASH_ORIGINAL"], str(HERE / "measure.py"))
    if os.environ.get("KAILASH_OPEN"):
        columns["open SDK"] = measured(os.environ["KAILASH_OPEN"], str(HERE / "measure_open.py"))
    if os.environ.get("TASKFLOW_INCLUDE"):
        columns["Taskflow"] = taskflow(os.environ["TASKFLOW_INCLUDE"])
    print("| | must reach | " + " | ".join(columns) + " |")
    print("|---|---|" + "---|" * len(columns))
    for name in columns["ours"]:
        limit = LIMITS.get(name)
        cells = [f"{column[name]:.3g}" if name in column else "" for column in columns.values()]
        print(f"| {name} | {limit if limit is not None else ''} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
