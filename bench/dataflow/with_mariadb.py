"""The mariadb client on MariaDB: prepared statements, rows as dicts."""

import sys
from urllib.parse import parse_qs, unquote, urlsplit

import mariadb
from work import compare

INSERT = "INSERT INTO person (name, age, score, active) VALUES (?, ?, ?, ?)"
ALL = "id, name, age, score, active"


def connect(url):
    parts = urlsplit(url)
    socket = parse_qs(parts.query).get("socket", [None])[0]
    place = {"unix_socket": socket} if socket else {"host": parts.hostname, "port": parts.port or 3306}
    return mariadb.connect(user=unquote(parts.username or "root"), password=unquote(parts.password or ""),
                           database=parts.path.lstrip("/"), autocommit=True, **place)


class Side:
    def __init__(self, url):
        self.db = connect(url)
        self.cursors = {}
        self.run("DROP TABLE IF EXISTS person")
        self.run("CREATE TABLE person (id BIGINT AUTO_INCREMENT PRIMARY KEY, name TEXT NOT NULL, "
                 "age BIGINT NOT NULL, score DOUBLE NOT NULL, active TINYINT(1) NOT NULL)")

    def run(self, text, values=None):
        """A cursor of its own for every text: then the statement stays prepared."""
        if text not in self.cursors:
            self.cursors[text] = self.db.cursor(dictionary=True, prepared=values is not None)
        cursor = self.cursors[text]
        cursor.execute(text, values)
        return cursor

    def empty(self):
        self.run("TRUNCATE person")

    def create(self, row):
        return self.run(f"{INSERT} RETURNING {ALL}", tuple(row.values())).fetchone()

    def many(self, rows):
        self.db.autocommit = False
        for row in rows:
            self.run(INSERT, tuple(row.values()))
        self.db.commit()
        self.db.autocommit = True

    def read(self, key):
        return self.run(f"SELECT {ALL} FROM person WHERE id = ?", (key,)).fetchone()

    def update(self, key, row):
        self.run("UPDATE person SET age = ?, score = ? WHERE id = ?", (*row.values(), key))
        return self.read(key)

    def page(self, limit):
        return self.run(f"SELECT {ALL} FROM person LIMIT ?", (limit,)).fetchall()

    def everything(self):
        return self.run(f"SELECT {ALL} FROM person").fetchall()

    def bulk(self, rows):
        self.db.autocommit = False
        cursor = self.db.cursor()
        cursor.executemany(INSERT, [tuple(row.values()) for row in rows])
        self.db.commit()
        self.db.autocommit = True

    def groups(self):
        return self.run("SELECT age, SUM(score) FROM person GROUP BY age").fetchall()


compare(Side(sys.argv[1]))
