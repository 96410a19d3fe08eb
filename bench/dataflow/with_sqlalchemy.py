"""SQLAlchemy Core on SQLite."""

import sys

import sqlalchemy as sa
from work import compare


class Side:
    def __init__(self, path):
        self.engine = sa.create_engine(f"sqlite:///{path}")

        @sa.event.listens_for(self.engine, "connect")
        def settings(connection, record):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")

        self.person = sa.Table(
            "person", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.Text, nullable=False), sa.Column("age", sa.Integer, nullable=False),
            sa.Column("score", sa.Float, nullable=False), sa.Column("active", sa.Boolean, nullable=False))
        self.person.metadata.create_all(self.engine)
        self.by_key = sa.select(self.person).where(self.person.c.id == sa.bindparam("key"))
        self.insert = sa.insert(self.person).returning(*self.person.c)
        self.change = sa.update(self.person).where(self.person.c.id == sa.bindparam("key"))
        self.change = self.change.values(age=sa.bindparam("new_age"), score=sa.bindparam("new_score"))
        self.change = self.change.returning(*self.person.c)

    def empty(self):
        with self.engine.begin() as connection:
            connection.execute(sa.delete(self.person))

    def one(self, statement, values):
        with self.engine.begin() as connection:
            return dict(connection.execute(statement, values).mappings().one())

    def create(self, row):
        return self.one(self.insert, row)

    def many(self, rows):
        with self.engine.begin() as connection:
            for row in rows:
                connection.execute(sa.insert(self.person), row)

    def read(self, key):
        return self.one(self.by_key, {"key": key})

    def update(self, key, row):
        return self.one(self.change, {"key": key, "new_age": row["age"], "new_score": row["score"]})

    def listed(self, statement):
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def page(self, limit):
        return self.listed(sa.select(self.person).limit(limit))

    def everything(self):
        return self.listed(sa.select(self.person))

    def bulk(self, rows):
        with self.engine.begin() as connection:
            connection.execute(sa.insert(self.person), rows)

    def groups(self):
        person = self.person
        return self.listed(sa.select(person.c.age, sa.func.sum(person.c.score)).group_by(person.c.age))


compare(Side(sys.argv[1]))
