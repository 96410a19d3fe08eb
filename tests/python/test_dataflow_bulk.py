"""Thousands of rows at once: by COPY on PostgreSQL, and with the same answers everywhere."""

import math
import threading

import pytest

from dataflow_models import BOOLEAN, JSON, REAL, TEXT, TIMESTAMP, UUID, WHOLE, model, refusal

import kailash
from kailash import WriteScope
from kailash.dataflow import DataClassification, with_caller_clearance

MANY = 2500


def wide(**more):
    return model("Wide", "wide", ("text", TEXT, {"nullable": True}), ("whole", WHOLE, {"nullable": True}),
                 ("real", REAL, {"nullable": True}), ("flag", BOOLEAN, {"nullable": True}),
                 ("data", JSON, {"nullable": True, "default_value": {"a": [1]}}), ("at", TIMESTAMP, {"nullable": True}),
                 ("uid", UUID, {"nullable": True}), **more).auto_timestamps()


def item(i):
    return {"text": ["", "a\tb\nc\rd\\e", "\\N", "\\.", "ü\U0001F600", None, "'\"`", "x" * 500][i % 8],
            "whole": [0, 2**63 - 1, -2**63, None, i][i % 5], "real": [0.1, -1e300, 5e-324, None, float(i), 3][i % 6],
            "flag": [True, False, None][i % 3], "at": [None, "2024-01-02T03:04:05+00:00"][i % 2],
            "uid": [None, f"00000000-0000-0000-0000-{i:012d}"][i % 2]}


def test_each_row_comes_back_as_it_is_stored(database):
    df = database.dataflow(wide())
    items = [item(i) for i in range(MANY)]
    rows = df.express.bulk_create("Wide", items)
    assert len(rows) == MANY and len({row["id"] for row in rows}) == MANY
    for given, row in zip(items, rows, strict=True):
        assert {**row, **given} == row and row["data"] == '{"a": [1]}'
        assert type(row["real"]) in (float, type(None)) and type(row["flag"]) in (bool, type(None))
    assert df.express.list("Wide", order_by="id") == rows
    assert len({row["created_at"] for row in rows}) == 1


def test_infinity(database):
    if database.engine == "mariadb":
        pytest.skip("MariaDB has none")
    df = database.dataflow(wide())
    rows = df.express.bulk_create("Wide", [{"real": math.inf}, {"real": -math.inf}] * 600)
    assert rows[0]["real"] == math.inf and df.express.read("Wide", rows[1]["id"])["real"] == -math.inf
    refusal(ValueError, df.express.bulk_create, "Wide", [{"real": math.nan}] * 1200)


def test_postgres_own_types(database):
    df = database.dataflow(wide().pg_type_mode("native"))
    rows = df.express.bulk_create("Wide", [item(i) for i in range(MANY)])
    assert df.express.list("Wide", order_by="id") == rows
    assert rows[1]["at"] == "2024-01-02T03:04:05+00:00" and rows[0]["data"] == '{"a": [1]}'


def test_keys_that_are_given_are_counted_on_from(database):
    df = database.dataflow(wide())
    rows = df.express.bulk_create("Wide", [{"id": i * 2, "whole": i} for i in range(1, MANY + 1)])
    assert [row["id"] for row in rows] == [i * 2 for i in range(1, MANY + 1)]
    assert df.express.create("Wide", {"whole": 1})["id"] == MANY * 2 + 1
    assert df.express.bulk_create("Wide", [{"whole": 1}] * MANY)[0]["id"] == MANY * 2 + 2


def test_one_bad_row_of_many_refuses_all(database):
    df = database.dataflow(model("Word", "words", ("text", TEXT, {"required": True, "unique": True})))
    good = [{"text": str(i)} for i in range(MANY)]
    refusal(kailash.UniqueViolationError, df.express.bulk_create, "Word", [*good, good[7]])
    refusal(kailash.NotNullViolationError, df.express.bulk_create, "Word", [*good, {"text": None}])
    refusal(TypeError, df.express.bulk_create, "Word", [*good, {"text": b"x"}])
    assert df.express.count("Word") == 0
    if database.engine == "postgres":
        refusal(kailash.DataFlowDatabaseError, df.express.bulk_create, "Word", [*good, {"text": "a\x00b"}])
        assert df.express.count("Word") == 0
    df.express.bulk_create("Word", good)  # the connection is as it was
    assert df.express.count("Word") == MANY


def test_more_than_one_copy_takes(database):
    df = database.dataflow(model("Word", "words", ("text", TEXT)))
    count = 45_000
    rows = df.express.bulk_create("Word", [{"text": str(i)} for i in range(count)])
    assert [row["text"] for row in rows] == [str(i) for i in range(count)]
    assert len({row["id"] for row in rows}) == count == df.express.count("Word")
    assert df.express.read("Word", rows[-1]["id"]) == rows[-1]


def test_tenants_and_masks(database):
    made = model("Doc", "docs", ("tenant_id", TEXT, {"required": True}),
                 ("text", TEXT, {"classification": DataClassification.pii()})).multi_tenant()
    df = database.dataflow(made)
    rows = df.express.bulk_create_scoped("Doc", [{"text": "s", "tenant_id": "b"}] * MANY, WriteScope("a"))
    assert {row["tenant_id"] for row in rows} == {"a"} and {row["text"] for row in rows} == {"[REDACTED]"}
    assert df.express.count_with_tenant("Doc", "a") == MANY and df.express.count_with_tenant("Doc", "b") == 0
    with with_caller_clearance(DataClassification.pii()):
        assert df.express.read_with_tenant("Doc", rows[5]["id"], "a")["text"] == "s"


def test_a_table_with_a_trigger_is_told_as_it_is(database):
    if database.engine != "postgres":
        pytest.skip("a trigger of PostgreSQL")
    df = database.dataflow(model("Word", "words", ("text", TEXT)))
    df.execute_raw("CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS "
                   "'BEGIN NEW.text := upper(NEW.text); RETURN NEW; END'")
    df.execute_raw("CREATE TRIGGER shout BEFORE INSERT ON words FOR EACH ROW EXECUTE FUNCTION shout()")
    rows = df.express.bulk_create("Word", [{"text": "a"}] * MANY)
    assert {row["text"] for row in rows} == {"A"} and df.express.list("Word", order_by="id") == rows


def test_a_table_with_a_default_is_told_as_it_is(database):
    made = model("Word", "words", ("text", TEXT, {"nullable": True}), ("rank", WHOLE, {"nullable": True}))
    df = database.dataflow(made, auto_migrate=False)
    kinds = {"sqlite": "INTEGER PRIMARY KEY", "postgres": "BIGSERIAL PRIMARY KEY", "mariadb": "BIGINT AUTO_INCREMENT PRIMARY KEY"}
    rank = database.quote("rank")
    df.execute_raw(f"CREATE TABLE words (id {kinds[database.engine]}, text TEXT, {rank} BIGINT DEFAULT 7)")
    rows = df.express.bulk_create("Word", [{"text": "a"}] * MANY)
    assert {row["rank"] for row in rows} == {7} and df.express.create("Word", {"text": "a"})["rank"] == 7


def test_several_at_once(database):
    df = database.dataflow(model("Word", "words", ("text", TEXT)))
    answers = []

    def work(number):
        answers.append(df.express.bulk_create("Word", [{"text": f"{number}-{i}"} for i in range(MANY)]))
    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = {row["id"]: row["text"] for row in df.express.list("Word")}
    assert len(stored) == 4 * MANY
    assert all(stored[row["id"]] == row["text"] for rows in answers for row in rows)
