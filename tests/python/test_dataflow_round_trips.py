"""How often DataFlow goes to the server, as the server itself writes it down: log_statement of PostgreSQL."""

import re
import time
import uuid

import pytest

from dataflow_models import TEXT, WHOLE, model

MANY = [{"name": f"n{i}", "age": i} for i in range(1000)]


class Log:
    """What the server has run for one connection."""

    def __init__(self, df, path):
        self.df, self.path = df, path

    def mark(self):
        """A text that stands in the log from now on, once the server has written it."""
        text = f"mark {uuid.uuid4()}"
        pid = self.df.execute_raw(f"SELECT pg_backend_pid() AS pid, '{text}' AS text")[0]["pid"]
        return f"[{pid}]", text

    def of(self, work):
        """The statements of work(), in their order."""
        pid, first = self.mark()
        work()
        again, last = self.mark()
        assert pid == again, "the pool has one connection"
        end = time.monotonic() + 30
        while True:
            with open(self.path, encoding="utf-8", errors="replace") as file:
                lines = [line for line in file if pid in line]
            texts = [match[1] for line in lines
                     if (match := re.search(r"LOG:  (?:execute [^:]*|statement): (.*)", line))]
            ends = [i for i, text in enumerate(texts) if first in text or last in text]
            if len(ends) == 2:
                return texts[ends[0] + 1:ends[1]]
            assert time.monotonic() < end, "the server has not written what it ran"
            time.sleep(0.02)

    def words(self, work):
        return [text.split()[0] for text in self.of(work)]


@pytest.fixture
def log(database, service_url):
    if database.engine != "postgres":
        pytest.skip("the log of PostgreSQL")
    path = service_url("KAILASH_TEST_POSTGRES_LOG")
    before = database.dataflow()
    name = before.execute_raw("SELECT current_database() AS name")[0]["name"]
    before.execute_raw(f"ALTER DATABASE {name} SET log_statement = 'all'")
    before.close()
    made = model("Person", "people", ("name", TEXT, {"required": True}), ("age", WHOLE, {"nullable": True}))
    return Log(database.dataflow(made, pool_size=1), path)


def test_one_row_is_one_statement(log):
    express = log.df.express
    assert log.words(lambda: express.create("Person", {"name": "a"})) == ["INSERT"]
    assert log.words(lambda: express.read("Person", 1)) == ["SELECT"]
    assert log.words(lambda: express.update("Person", 1, {"age": 3})) == ["UPDATE"]
    assert log.words(lambda: express.upsert("Person", {"id": 1, "name": "b"})) == ["WITH"]
    assert log.words(lambda: express.list("Person", limit=10)) == ["SELECT"]
    assert log.words(lambda: express.delete("Person", 1)) == ["DELETE"]


def test_many_rows_are_few_statements(log):
    express = log.df.express
    assert log.words(lambda: express.bulk_create("Person", MANY[:999])) == ["INSERT"]
    numbers, copy = log.of(lambda: express.bulk_create("Person", MANY))  # its table and numbers for the keys, then the rows
    assert "nextval" in numbers and copy.startswith("COPY")
    assert log.words(lambda: express.bulk_create("Person", [{**row, "id": 5000 + i} for i, row in enumerate(MANY)])) == \
        ["SELECT", "SELECT", "COPY"]  # the second moves the sequence on
    assert express.count("Person") == 2999


def test_upserts_of_many_rows_are_few_statements(log):
    express = log.df.express
    express.bulk_create("Person", MANY[:500])
    items = [{**row, "id": i + 1} for i, row in enumerate(MANY)]
    assert log.words(lambda: express.bulk_upsert("Person", items)) == ["BEGIN", "SAVEPOINT", "WITH", "RELEASE", "COMMIT"]
    assert express.count("Person") == 1000


def test_a_transaction_of_three_creates_is_five_statements(log):
    def work():
        with log.df.transaction() as transaction:
            for row in MANY[:3]:
                transaction.create("Person", row)
    assert log.words(work) == ["BEGIN", "INSERT", "INSERT", "INSERT", "COMMIT"]
