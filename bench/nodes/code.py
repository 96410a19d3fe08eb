#!/usr/bin/env python3
"""What a call of the code nodes costs, beside the original wheel (KAILASH_ORIGINAL names its interpreter).

Claims: an EmbeddedJSNode call takes a twentieth of the wheel's or less, and less than 0.2 ms; an EmbeddedPythonNode
call that follows another after a pause takes at most 2 ms.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("KAILASH_BUILD", ROOT / "build" / "release"))
# A peer must find its own package, and the standard library rather than what lies beside its script.
PEERS = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"PYTHONSAFEPATH": "1"}
CALL = {"code": "x = a + 1", "output_vars": ["x"], "inputs": {"a": 1}}
ECHO = {"command": "true", "args": [], "allowed_commands": ["true"]}
LIMITS = {"EmbeddedJSNode, ms": 0.2, "EmbeddedPythonNode after a pause, ms": 2.0}


def measure():
    """Medians of one call in this environment, as JSON."""
    import kailash

    registry = kailash.NodeRegistry()
    runtime = kailash.Runtime(registry)
    ours = "original" not in sys.argv

    def median(type_name, inputs, rounds, pause=0.0, config=None):
        builder = kailash.WorkflowBuilder()
        builder.add_node(type_name, "n", config or {})
        workflow = builder.build(registry)
        times = []
        for _ in range(rounds):
            time.sleep(pause)
            begin = time.perf_counter()
            runtime.execute(workflow, inputs)
            times.append((time.perf_counter() - begin) * 1e3)
        return statistics.median(times[1:])

    many = 400 if ours else 15
    figures = {
        "EmbeddedJSNode, ms": median("EmbeddedJSNode", CALL, many),
        "EmbeddedPythonNode after a pause, ms": median("EmbeddedPythonNode", CALL, many // 4 + 4, 0.02),
        "EmbeddedPythonNode back to back, ms": median("EmbeddedPythonNode", CALL, many),
        "SubprocessNode, ms": median("SubprocessNode", ECHO, many),
    }
    if ours:
        name = "EmbeddedPythonNode, not isolated, ms"
        figures[name] = median("EmbeddedPythonNode", CALL, many, config={"isolated": False})
    print(json.dumps(figures))


def measured(interpreter, *arguments, **environment):
    command = [interpreter, __file__, "measure", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=PEERS | environment)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    columns = {"ours": measured(sys.executable, PYTHONPATH=str(BUILD / "python"))}
    if os.environ.get("KAILASH_ORIGINAL"):
        columns["original wheel"] = measured(os.environ["KAILASH_ORIGINAL"], "original")
    print("| | must reach | " + " | ".join(columns) + " |")
    print("|---|---|" + "---|" * len(columns))
    for name in columns["ours"]:
        cells = [f"{column[name]:.3g}" if name in column else "" for column in columns.values()]
        print(f"| {name} | {LIMITS.get(name, '')} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    measure() if "measure" in sys.argv else main()
