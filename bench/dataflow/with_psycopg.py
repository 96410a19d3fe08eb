"""psycopg 3 on PostgreSQL: prepared statements, rows as dicts, COPY for many rows.

bulk() gives the same as ours, the rows with the keys that the database numbered: those are drawn first, and COPY is in
binary, which is quicker than its text. bulk_untold() is COPY as most write it; it gives nothing back."""

import sys

import psycopg
from psycopg.rows import dict_row
from work import compare

INSERT = "INSERT INTO person (name, age, score, active) VALUES (%s, %s, %s, %s)"
ALL = "id, name, age, score, active"


class Side:
    def __init__(self, url):
        self.db = psycopg.connect(url, autocommit=True, row_factory=dict_row, prepare_threshold=0)
        self.db.execute("DROP TABLE IF EXISTS person")
        self.db.execute("CREATE TABLE person (id BIGSERIAL PRIMARY KEY, name TEXT NOT NULL, "
                        "age BIGINT NOT NULL, score DOUBLE PRECISION NOT NULL, active BOOLEAN NOT NULL)")

    def empty(self):
        self.db.execute("TRUNCATE person RESTART IDENTITY")

    def create(self, row):
        return self.db.execute(f"{INSERT} RETURNING {ALL}", tuple(row.values())).fetchone()

    def many(self, rows):
        with self.db.transaction():
            for row in rows:
                self.db.execute(INSERT, tuple(row.values()))

    def read(self, key):
        return self.db.execute(f"SELECT {ALL} FROM person WHERE id = %s", (key,)).fetchone()

    def update(self, key, row):
        return self.db.execute(f"UPDATE person SET age = %s, score = %s WHERE id = %s RETURNING {ALL}",
                               (*row.values(), key)).fetchone()

    def page(self, limit):
        return self.db.execute(f"SELECT {ALL} FROM person LIMIT %s", (limit,)).fetchall()

    def everything(self):
        return self.db.execute(f"SELECT {ALL} FROM person").fetchall()

    def bulk(self, rows):
        numbers = "SELECT array_agg(nextval('person_id_seq')) AS keys FROM generate_series(1, %s)"
        keys = self.db.execute(numbers, (len(rows),)).fetchone()["keys"]
        with self.db.cursor().copy(f"COPY person ({ALL}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "text", "int8", "float8", "bool"])
            for key, row in zip(keys, rows):
                copy.write_row((key, *row.values()))
        return [{"id": key, **row} for key, row in zip(keys, rows)]

    def bulk_untold(self, rows):
        with self.db.cursor().copy("COPY person (name, age, score, active) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))

    def groups(self):
        return self.db.execute("SELECT age, SUM(score) FROM person GROUP BY age").fetchall()


compare(Side(sys.argv[1]))
