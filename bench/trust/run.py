#!/usr/bin/env python3
"""Trust and governance beside the original wheel, the open SDK and OpenSSL. Prints a table for docs/performance.md.

Claims: a decision costs at most 2 µs from Python; signing costs at most 1.15 times what OpenSSL itself takes, verifying
many under one key at most a third; a question to a chain costs the same whatever its length, and so does one more record of a project.

KAILASH_ORIGINAL and KAILASH_OPEN name the Python of environments with the original wheel and the open SDK.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def figures(python, script):
    """What a side measured, or nothing where it is not installed or fails."""
    if not python:
        return {}
    environment = dict(os.environ)
    if python != sys.executable:
        environment.pop("PYTHONPATH", None)
    done = subprocess.run([python, HERE / script], capture_output=True, text=True, env=environment)
    for line in done.stderr.splitlines():
        print(f"{script} on {python}: {line}", file=sys.stderr)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {}


def of_openssl():
    """Microseconds of one signature and one verification, by `openssl speed`."""
    done = subprocess.run(["openssl", "speed", "-seconds", "2", "ed25519"], capture_output=True, text=True)
    found = re.search(r"Ed25519\)\s+\S+\s+\S+\s+(\S+)\s+(\S+)", done.stdout)
    return {"sign, µs": 1e6 / float(found[1]), "verify, µs": 1e6 / float(found[2])} if found else {}


def shown(value):
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


SIDES = {
    "ours": figures(sys.executable, "with_trust.py"),
    "original": figures(os.environ.get("KAILASH_ORIGINAL"), "with_trust.py"),
    "open SDK": figures(os.environ.get("KAILASH_OPEN"), "with_sdk.py"),
    "openssl speed": of_openssl(),
}
print(f"| | {' | '.join(SIDES)} | original ÷ ours |")
print("|---" * (len(SIDES) + 2) + "|")
for name, ours in SIDES["ours"].items():
    original = SIDES["original"].get(name)
    times = f"{original / ours:.1f}" if original else ""
    print(f"| {name} | {' | '.join(shown(side.get(name)) for side in SIDES.values())} | {times} |")
