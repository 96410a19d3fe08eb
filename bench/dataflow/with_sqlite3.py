"""Python's sqlite3, written as well as one can: its own statements, rows as dicts."""

import sqlite3
import sys

from work import COLUMNS, compare

INSERT = "INSERT INTO person (name, age, score, active) VALUES (?, ?, ?, ?)"


class Side:
    def __init__(self, path):
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.execute("CREATE TABLE IF NOT EXISTS person (id INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                        "age INTEGER NOT NULL, score REAL NOT NULL, active INTEGER NOT NULL)")

    def empty(self):
        self.db.execute("DELETE FROM person")

    def one(self, text, values):
        row = self.db.execute(text, values).fetchone()
        return dict(zip(COLUMNS, row))

    def create(self, row):
        return self.one(INSERT + " RETURNING id, name, age, score, active", tuple(row.values()))

    def many(self, rows):
        self.db.execute("BEGIN")
        for row in rows:
            self.db.execute(INSERT, tuple(row.values()))
        self.db.execute("COMMIT")

    def read(self, key):
        return self.one("SELECT id, name, age, score, active FROM person WHERE id = ?", (key,))

    def update(self, key, row):
        return self.one("UPDATE person SET age = ?, score = ? WHERE id = ? RETURNING id, name, age, score, active",
                        (*row.values(), key))

    def page(self, limit):
        rows = self.db.execute("SELECT id, name, age, score, active FROM person LIMIT ?", (limit,))
        return [dict(zip(COLUMNS, row)) for row in rows]

    def everything(self):
        rows = self.db.execute("SELECT id, name, age, score, active FROM person")
        return [dict(zip(COLUMNS, row)) for row in rows]

    def bulk(self, rows):
        self.db.execute("BEGIN")
        self.db.executemany(INSERT, [tuple(row.values()) for row in rows])
        self.db.execute("COMMIT")

    def groups(self):
        return [{"age": age, "sum": total}
                for age, total in self.db.execute("SELECT age, SUM(score) FROM person GROUP BY age")]


compare(Side(sys.argv[1]))
