"""Thousands of rows at once: by COPY on PostgreSQL, and with the same answers everywhere."""

import math
import threading

import pytest

from dataflow_models import BOOLEAN, JSON, REAL, TEXT, TIMESTAMP, UUID, WHOLE, model, refusal

import kailash
from kailash import WriteScope
from kailash.dataflow import DataClassification, with_caller_clearance

WITHOUT_RETURNING = True
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


def test_no_key_is_left_out(database):
    df = database.dataflow(wide())
    for _ in range(2):
        df.express.bulk_create("Wide", [{"whole": 1}] * MANY)
    assert df.express.create("Wide", {"whole": 1})["id"] == df.express.count("Wide") == 2 * MANY + 1


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


# ---- inserting or updating ---------------------------------------------------------------------------------------------


def user():
    return model("User", "users", ("mail", TEXT, {"required": True, "unique": True}), ("name", TEXT, {"nullable": True}),
                 ("rank", WHOLE, {"nullable": True, "default_value": 5}))


def upsert_node(df):
    registry = kailash.NodeRegistry()
    df.register_nodes(registry)
    runtime = kailash.Runtime(registry)

    def run(items, conflict=None, kind="BulkUpsertUser", inputs=None):
        builder = kailash.WorkflowBuilder()
        builder.add_node(kind, "n", {"items": items, **({"conflict_columns": conflict} if conflict else {})})
        return runtime.execute(builder.build(registry), inputs or {})["results"]["n"]
    return run


@pytest.mark.parametrize("by", ["id", "mail"])
def test_bulk_upsert_tells_what_was_new_and_gives_the_rows_in_their_order(database, by):
    df = database.dataflow(user())
    run = upsert_node(df)
    df.express.bulk_create("User", [{"mail": f"m{i}", "name": "old", "rank": i} for i in range(700)])
    order = [(7 * i) % 1400 for i in range(1400)]  # every other half is there, in no order
    items = [{by: i + 1 if by == "id" else f"m{i}", "name": f"n{i}", **({"mail": f"m{i}"} if by == "id" else {})}
             for i in order]
    done = run(items, ["mail"] if by == "mail" else None)
    seen, new = set(), 0
    for i in order:
        new += i >= 700 and i not in seen
        seen.add(i)
    assert (done["created_count"], done["updated_count"]) == (new, len(order) - new)
    assert [(row["mail"], row["name"], row["rank"]) for row in done["records"]] == \
        [(f"m{i}", f"n{i}", i if i < 700 else 5) for i in order]
    assert df.express.count("User") == 700 + new
    assert df.express.create("User", {"mail": "next"})["id"] == max(row["id"] for row in df.express.list("User"))


def test_bulk_upsert_of_all_new_or_all_old(database):
    df = database.dataflow(user())
    run = upsert_node(df)
    items = [{"id": i, "mail": f"m{i}", "name": "a"} for i in range(1, 301)]
    first = run(items)
    assert (first["created_count"], first["updated_count"]) == (300, 0)
    second = run([{**item, "name": "b"} for item in items])
    assert (second["created_count"], second["updated_count"]) == (0, 300)
    assert second["records"] == [{**row, "name": "b"} for row in first["records"]]
    keyless = run([{"mail": f"k{i}"} for i in range(100)] + [{"mail": "m1", "id": 1}])
    assert (keyless["created_count"], keyless["updated_count"]) == (100, 1)
    assert [row["mail"] for row in keyless["records"]] == [*(f"k{i}" for i in range(100)), "m1"]
    same = run([{"id": 1, "mail": "m1", "name": str(i)} for i in range(100)])
    assert (same["created_count"], same["updated_count"]) == (0, 100)
    assert [row["name"] for row in same["records"]] == [str(i) for i in range(100)]


def test_one_bad_row_of_a_bulk_upsert_is_told_as_it_is_alone(database):
    df = database.dataflow(user())
    express = df.express
    express.bulk_create("User", [{"mail": f"m{i}"} for i in range(10)])
    before = express.list("User", order_by="id")
    good = [{"id": i, "mail": f"g{i}"} for i in range(1, 201)]
    taken = [*good[:150], {"id": 500, "mail": "g7"}, *good[150:]]  # another row has that mail
    for items, error in ((taken, kailash.UniqueViolationError), ([*good, {"id": 1, "mail": "g9"}], kailash.UniqueViolationError),
                         ([*good, {"id": 300, "mail": None}], kailash.NotNullViolationError)):
        bulk = str(refusal(error, express.bulk_upsert, "User", items))
        assert express.list("User", order_by="id") == before
        assert "bulk_upsert failed" in bulk
    with df.transaction() as transaction:
        transaction.create("User", {"id": 900, "mail": "kept"})
    express.bulk_upsert("User", good)
    assert express.count("User") == 201  # 200 and the one that was kept


def test_bulk_upsert_by_two_columns(database):
    made = model("Seat", "seats", ("hall", WHOLE, {"required": True}), ("seat", TEXT, {"required": True}),
                 ("who", TEXT, {"nullable": True}))
    df = database.dataflow(made)
    text = "VARCHAR(20)" if database.engine == "mariadb" else "TEXT"
    if database.engine == "mariadb":
        df.execute_raw(f"ALTER TABLE seats MODIFY seat {text} COLLATE utf8mb4_bin NOT NULL")
    df.execute_raw("CREATE UNIQUE INDEX seat_once ON seats (hall, seat)")
    both = ["hall", "seat"]
    items = [{"hall": i % 3, "seat": f"s{i}", "who": "a"} for i in range(200)]
    df.express.bulk_upsert("Seat", items, both)
    df.express.bulk_upsert("Seat", [{**item, "who": "b"} for item in items] + [{"hall": 0, "seat": "x", "who": "c"}], both)
    rows = df.express.list("Seat", order_by="id")
    assert [(row["hall"], row["seat"], row["who"]) for row in rows] == \
        [*((item["hall"], item["seat"], "b") for item in items), (0, "x", "c")]
    run = upsert_node(df)
    done = run([{**item, "who": "d"} for item in reversed(items)] + [{"hall": 9, "seat": "y"}], both, "BulkUpsertSeat")
    assert (done["created_count"], done["updated_count"]) == (1, 200)
    assert [row["seat"] for row in done["records"]] == [*(item["seat"] for item in reversed(items)), "y"]


def test_bulk_upsert_leaves_rows_of_others_alone(database):
    made = model("Doc", "docs", ("tenant_id", TEXT, {"required": True}), ("text", TEXT, {"required": True})) \
        .multi_tenant().soft_delete()
    df = database.dataflow(made)
    express = df.express
    express.bulk_create_scoped("Doc", [{"text": "a"}] * 100, WriteScope("a"))
    express.bulk_create_scoped("Doc", [{"text": "b"}] * 100, WriteScope("b"))
    items = [{"id": i, "text": "x"} for i in range(1, 151)]
    assert "may not change" in refusal(RuntimeError, express.bulk_upsert_scoped, "Doc", items, scope=WriteScope("a"))
    assert {row["text"] for row in express.list_with_tenant("Doc", "a")} == {"a"}
    express.bulk_upsert_scoped("Doc", items[:100], scope=WriteScope("a"))
    assert {row["text"] for row in express.list_with_tenant("Doc", "a")} == {"x"}
    express.delete_with_tenant("Doc", 40, "a")
    assert "soft-deleted" in refusal(RuntimeError, express.bulk_upsert_scoped, "Doc", items[:100], scope=WriteScope("a"))
    done = upsert_node(df)([{"id": i, "text": "y", "tenant_id": "b"} for i in range(300, 400)], kind="BulkUpsertDoc",
                           inputs={"__tenant_id__": "a"})
    assert done["created_count"] == 100 and {row["tenant_id"] for row in done["records"]} == {"a"}


def test_bulk_upsert_of_rows_with_levels(database):
    made = model("Record", "records", ("classification_level", WHOLE, {"required": True}),
                 ("text", TEXT, {"required": True})).row_classified()
    df = database.dataflow(made)
    run = upsert_node(df)
    items = [{"id": i, "text": "a"} for i in range(1, 151)]
    internal = {"__classification__": "internal"}
    done = run(items, kind="BulkUpsertRecord", inputs=internal)
    assert done["created_count"] == 150 and {row["text"] for row in done["records"]} == {"[REDACTED]"}
    assert "may not change" in refusal(RuntimeError, run, items, None, "BulkUpsertRecord", internal)
    with with_caller_clearance(DataClassification.internal()):
        done = run([{**item, "text": "b"} for item in items], kind="BulkUpsertRecord", inputs={"__classification__": "public"})
        assert done["updated_count"] == 150 and {row["classification_level"] for row in done["records"]} == {1}
        assert {row["text"] for row in done["records"]} == {"b"}
