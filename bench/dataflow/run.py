#!/usr/bin/env python3
"""DataFlow beside what people use to talk to the same database. Prints tables for docs/performance.md.

Claim: a typed, checked operation costs no more than the hand-written statement in the database's own client.

KAILASH_ORIGINAL names the Python of an environment with the original wheel, KAILASH_PEERS that of one with
SQLAlchemy, psycopg and mariadb. Servers are those of tests/services:
    tests/services/run postgres mariadb -- bench/dataflow/run.py
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ORIGINAL = os.environ.get("KAILASH_ORIGINAL")
PEERS = os.environ.get("KAILASH_PEERS")


def figures(python, script, address):
    """What a side measured, or nothing where it is not installed or fails."""
    if not python:
        return {}
    environment = dict(os.environ)
    if python == ORIGINAL:
        environment.pop("PYTHONPATH", None)
    done = subprocess.run([python, HERE / script, address], capture_output=True, text=True, env=environment)
    if done.returncode:
        print(f"{script}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return {}
    return json.loads(done.stdout.splitlines()[-1])


def shown(value):
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def table(title, columns):
    """columns: {name: figures}; ours first, the one it is held against second."""
    ours, peer = list(columns.values())[:2]
    print(f"\n{title}\n\n| | {' | '.join(columns)} | ours ÷ {list(columns)[1]} |")
    print("|---" * (len(columns) + 2) + "|")
    for name in ours:
        ratio = f"{ours[name] / peer[name]:.2f}" if name in peer else ""
        print(f"| {name} | {' | '.join(shown(side.get(name)) for side in columns.values())} | {ratio} |")


def on_sqlite(folder):
    def path(name):
        return f"{folder}/{name}.db"

    table("SQLite, a file in WAL mode", {
        "ours": figures(sys.executable, "with_dataflow.py", f"sqlite://{path('ours')}?mode=rwc"),
        "sqlite3": figures(sys.executable, "with_sqlite3.py", path("sqlite3")),
        "SQLAlchemy Core": figures(PEERS, "with_sqlalchemy.py", path("sqlalchemy")),
        "original": figures(ORIGINAL, "with_dataflow.py", f"sqlite://{path('original')}?mode=rwc"),
    })


def on_server(title, url, peer, script):
    table(title, {
        "ours": figures(sys.executable, "with_dataflow.py", url),
        peer: figures(PEERS, script, url),
        "original": figures(ORIGINAL, "with_dataflow.py", url),
    })


with tempfile.TemporaryDirectory() as folder:
    on_sqlite(folder)
for title, variable, peer, script in (
        ("PostgreSQL", "KAILASH_TEST_POSTGRES_URL", "psycopg", "with_psycopg.py"),
        ("MariaDB", "KAILASH_TEST_MARIADB_URL", "mariadb", "with_mariadb.py")):
    if os.environ.get(variable):
        on_server(title, os.environ[variable], peer, script)
