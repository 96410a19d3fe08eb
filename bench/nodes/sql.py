#!/usr/bin/env python3
"""Rows per second through SQLQueryNode, beside psycopg 3 and Python's sqlite3 doing the same work.

    tests/services/run postgres -- env PYTHONPATH=build/release/python python bench/nodes/sql.py

Needs psycopg[binary], which is no part of the pinned tools; without it, or without a server, that part
is left out and the output says so. Every row becomes a dict, on both sides.
"""

import os
import pathlib
import sqlite3
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(pathlib.Path(os.environ.get("KAILASH_BUILD", HERE.parents[1] / "build" / "release")) / "python"))

import kailash  # noqa: E402

ROWS, BATCH, POINTS, REPEAT = 200_000, 2000, 2000, 5
CREATE = "CREATE TABLE bench(id {key} PRIMARY KEY, name {text}, price {real}, sold {integer}, made {text})"
QUERY = "SELECT id, name, price, sold, made FROM bench"
POINT = "SELECT id, name, price, sold, made FROM bench WHERE id = "
WORDS = {"key": "BIGINT", "text": "VARCHAR(40)", "real": "DOUBLE PRECISION", "integer": "BIGINT"}


def record(k):
    return (k, f"article number {k}", k * 1.25, k * 7919 % 100_003, "2026-01-02T03:04:05")


class Ours:
    """SQLQueryNode with the query in its config, its workflow built once."""

    def __init__(self, url):
        self.url, self.taken = url, 0
        self.registry = kailash.NodeRegistry()
        self.registry.register_callback("Take", self.take, ["rows"], [])
        self.runtime = kailash.Runtime(self.registry)

    def take(self, inputs):
        self.taken += len(inputs["rows"])
        return {}

    def build(self, query, **config):
        builder = kailash.WorkflowBuilder()
        builder.add_node("SQLQueryNode", "q", {"connection_string": self.url, "query": query, **config})
        return builder.build(self.registry)

    def run(self, workflow, inputs=None):
        return self.runtime.execute(workflow, inputs)["results"]["q"]

    def fill(self):
        self.run(self.build("DROP TABLE IF EXISTS bench"))
        self.run(self.build(CREATE.format(**WORDS)))
        insert = self.build("INSERT INTO bench VALUES(?, ?, ?, ?, ?)", operation="execute_many")
        entries = [list(record(k)) for k in range(1, ROWS + 1)]
        begin = time.perf_counter()
        self.run(insert, {"params": entries})
        return ROWS / (time.perf_counter() - begin)

    def prepared(self):
        whole, parts = self.build(QUERY), self.build(QUERY, batch_size=BATCH, on_batch="Take")
        point = self.build(POINT + "?")

        def all_rows():
            assert len(self.run(whole)["rows"]) == ROWS

        def batches():
            self.taken = 0
            self.run(parts)
            assert self.taken == ROWS

        def points():
            for k in range(1, POINTS + 1):
                assert self.run(point, {"params": [k]})["row_count"] == 1

        return {"all rows": (all_rows, ROWS), "in batches": (batches, ROWS), "one by key": (points, POINTS)}


class Theirs:
    """A DB-API connection whose rows are dicts."""

    def __init__(self, connection, mark, stream):
        self.connection, self.mark, self.stream = connection, mark, stream

    def prepared(self):
        def all_rows():
            assert len(self.dicts(self.connection.cursor().execute(QUERY).fetchall())) == ROWS

        def batches():
            with self.stream(self.connection) as cursor:
                cursor.execute(QUERY)
                taken = 0
                while rows := self.dicts(cursor.fetchmany(BATCH)):
                    taken += len(rows)
                assert taken == ROWS

        def points():
            for k in range(1, POINTS + 1):
                assert len(self.dicts(self.connection.cursor().execute(POINT + self.mark, (k,)).fetchall())) == 1

        return {"all rows": (all_rows, ROWS), "in batches": (batches, ROWS), "one by key": (points, POINTS)}

    @staticmethod
    def dicts(rows):
        return rows


class Plain(Theirs):
    """sqlite3, whose Row is no dict."""

    @staticmethod
    def dicts(rows):
        return [dict(row) for row in rows]


class Closing:
    """A cursor of sqlite3 within `with`."""

    def __init__(self, connection):
        self.cursor = connection.cursor()

    def __enter__(self):
        return self.cursor

    def __exit__(self, *_):
        self.cursor.close()


def rate(work, count):
    best = float("inf")
    for _ in range(REPEAT):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return count / best


def compare(engine, ours, peer_name, theirs):
    print(f"{engine}: {ROWS} rows of 5 columns, batches of {BATCH}, {POINTS} queries by key; best of {REPEAT}")
    mine, others = ours.prepared(), theirs.prepared() if theirs else {}
    for name, (work, count) in mine.items():
        own = rate(work, count)
        line = f"  {name:12} {own:12,.0f} /s"
        if others:
            peer = rate(*others[name])
            line += f"   {peer_name} {peer:12,.0f} /s   ratio {own / peer:5.2f}"
        print(line)


def on_sqlite():
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(f"sqlite://{folder}/bench.db")
        print(f"sqlite: execute_many {ours.fill():,.0f} rows/s")
        connection = sqlite3.connect(f"{folder}/bench.db")
        connection.row_factory = sqlite3.Row
        compare("sqlite", ours, "sqlite3", Plain(connection, "?", Closing))


def on_postgres():
    url = os.environ.get("KAILASH_TEST_POSTGRES_URL")
    if not url:
        print("postgres: left out, KAILASH_TEST_POSTGRES_URL is not set (tests/services/run postgres -- ...)")
        return
    ours, theirs = Ours(url), None
    print(f"postgres: execute_many {ours.fill():,.0f} rows/s")
    try:
        import psycopg
    except ImportError:
        print("postgres: psycopg is not installed (pip install 'psycopg[binary]'); ours alone")
    else:
        connection = psycopg.connect(url, autocommit=False, row_factory=psycopg.rows.dict_row)
        theirs = Theirs(connection, "%s", lambda it: it.cursor(name="bench"))
    compare("postgres", ours, "psycopg", theirs)


def on_mariadb():
    url = os.environ.get("KAILASH_TEST_MARIADB_URL")
    if not url:
        print("mariadb: left out, KAILASH_TEST_MARIADB_URL is not set (tests/services/run mariadb -- ...)")
        return
    ours = Ours(url)
    print(f"mariadb: execute_many {ours.fill():,.0f} rows/s")
    compare("mariadb", ours, "", None)


if __name__ == "__main__":
    on_sqlite()
    on_postgres()
    on_mariadb()
