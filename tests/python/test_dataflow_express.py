"""Express: rows by one call each, with the same answers on every engine."""

import asyncio
import json
import threading
import uuid

import pytest

from dataflow_models import JSON, TEXT, TIMESTAMP, UUID, WHOLE, fingerprint, model, person, refusal, without_times

import kailash
from kailash import AggregateOp, AggregateSpec, DataFlowExpress, DataFlowExpressSync, FilterCondition, WriteScope
from kailash.dataflow import F

WITHOUT_RETURNING = True
ANN = {"name": "Ann", "age": 30, "score": 1.5, "active": True, "extra": {"b": [1, "ü"], "a": None}}


@pytest.fixture
def express(database):
    return database.dataflow(person()).express


def soft(name="Note", table="notes"):
    return model(name, table, ("text", TEXT, {"required": True})).soft_delete()


# ---- one row ------------------------------------------------------------------------------------------------


def test_a_row_is_given_back_as_it_is_stored(express):
    row = express.create("Person", ANN)
    assert row == {"id": 1, **ANN, "extra": '{"b": [1, "ü"], "a": null}'}
    assert list(row) == ["id", "name", "age", "score", "active", "extra"]
    assert express.read("Person", 1) == row
    assert express.list("Person") == [row]


def test_what_is_not_given_is_none(express):
    assert express.create("Person", {"name": "x"}) == \
        {"id": 1, "name": "x", "age": None, "score": None, "active": None, "extra": None}
    assert express.create("Person", {"name": "x", "age": None, "id": None})["id"] == 2


def test_a_key_may_be_given(express):
    assert express.create("Person", {"id": 41, "name": "x"})["id"] == 41
    assert express.read("Person", "41")["name"] == "x"
    assert express.create("Person", {"name": "y"})["id"] == 42  # counted on from there
    express.bulk_create("Person", [{"id": 50, "name": "x"}, {"id": 45, "name": "x"}])
    assert express.create("Person", {"name": "y"})["id"] == 51
    assert express.upsert("Person", {"id": 60, "name": "x"})["id"] == 60
    assert express.create("Person", {"name": "y"})["id"] == 61


def test_checks_before_sql(express):
    prefix = "create failed: query build error: "
    assert refusal(RuntimeError, express.create, "Nobody", {}) == \
        f"{prefix}model not registered ({fingerprint('Nobody')})"
    assert refusal(RuntimeError, express.create, "Person", {}) == prefix + "missing required field: name"
    assert refusal(RuntimeError, express.create, "Person", {"zz": 1}) == \
        f"{prefix}unknown column in insert fields ({fingerprint('zz')})"
    prefix = "update failed: query build error: "
    assert refusal(RuntimeError, express.update, "Person", 1, {}) == prefix + "no fields provided to update"
    assert refusal(RuntimeError, express.update, "Person", 1, {"zz": 3}) == \
        f"{prefix}unknown column in update fields ({fingerprint('zz')})"
    assert refusal(RuntimeError, express.update, "Person", 1, {"id": 3}) == \
        prefix + "column 'id' is not writable (primary key, auto-managed, or soft-delete)"
    assert refusal(RuntimeError, express.update, "Person", 7, {"age": 3}) == \
        "update failed: not found: record not found after update in model Person"
    assert express.count("Person") == 0


def test_what_dataflow_writes_itself_cannot_be_given(database):
    made = soft().auto_timestamps()
    express = database.dataflow(made).express
    for name in ("created_at", "updated_at", "deleted_at"):
        assert refusal(RuntimeError, express.create, "Note", {"text": "x", name: None}) == \
            f"create failed: query build error: column '{name}' is not writable (auto-managed or soft-delete)"
        express.upsert("Note", {"id": 1, "text": "x"})
        assert "is not writable" in refusal(RuntimeError, express.update, "Note", 1, {name: None})
        assert "is not writable" in refusal(RuntimeError, express.bulk_update, "Note", None, {name: None})
        assert "is not writable" in refusal(RuntimeError, express.bulk_create, "Note", [{"text": "x", name: None}])


def test_what_the_database_refuses(express):
    express.create("Person", {"id": 1, "name": "x"})
    message = refusal(kailash.UniqueViolationError, express.create, "Person", {"id": 1, "name": "y"})
    assert message.startswith("create failed: database error: error returned from database: ")
    assert refusal.last.constraint_kind == "unique" and refusal.last.sqlstate == "23505"
    refusal(kailash.NotNullViolationError, express.create, "Person", {"name": None})
    refusal(kailash.NotNullViolationError, express.update, "Person", 1, {"name": None})
    assert express.list("Person") == [{**without_times(express.read("Person", 1))}]


def test_values_that_no_column_takes(express):
    refusal(TypeError, express.create, "Person", {"name": b"ab"})
    refusal(ValueError, express.create, "Person", {"name": "x", "score": float("nan")})
    refusal(OverflowError, express.create, "Person", {"name": "x", "age": 2**63})
    assert "cannot convert Python type 'object'" in refusal(TypeError, express.create, "Person", {"name": object()})
    assert express.count("Person") == 0


def test_texts_of_all_kinds(express):
    texts = ["", "a'b\"c`d\\e%_?$1:x", "\U0001F600\u0301", "\n\t\r", "x" * 70_000 if "mariadb" not in repr(express)
             else "x" * 60_000]
    for text in texts:
        row = express.create("Person", {"name": text})
        assert row["name"] == text and express.read("Person", row["id"])["name"] == text
        assert express.count("Person", [F("name") == text]) == 1


def test_numbers_of_all_sizes(express):
    for whole in (0, -1, 2**63 - 1, -2**63):
        row = express.create("Person", {"name": "x", "age": whole})
        assert row["age"] == whole and express.read("Person", row["id"])["age"] == whole
    for real in (0.1, -1e300, 5e-324, 1.0, 12345678.125):
        row = express.create("Person", {"name": "x", "score": real})
        assert row["score"] == real and type(row["score"]) is float
    row = express.create("Person", {"name": "x", "score": 3})
    assert row["score"] == 3.0 and type(row["score"]) is float and type(express.read("Person", row["id"])["score"]) is float


def test_reading_by_keys_that_cannot_be(express):
    express.create("Person", ANN)
    for key in (None, "x", "", "1x", " 1", 99, -1, "99999999999999999999", 2**63 - 1):
        assert express.read("Person", key) is None, key
        assert express.delete("Person", key) is False, key
        if key is not None:
            assert "not found" in refusal(RuntimeError, express.update, "Person", key, {"age": 1})
    assert express.read("Person", "1")["name"] == "Ann"


def test_update_gives_the_whole_row(express):
    express.create("Person", ANN)
    assert express.update("Person", 1, {"age": 31, "extra": [1, 2]}) == \
        {"id": 1, **ANN, "age": 31, "extra": "[1, 2]"}
    assert express.update("Person", "1", {"age": 31})["age"] == 31  # the same again
    assert express.update("Person", 1, {"age": None})["age"] is None


def test_delete(express):
    express.create("Person", ANN)
    assert express.delete("Person", 1) is True
    assert express.delete("Person", 1) is False
    assert express.read("Person", 1) is None
    assert refusal(RuntimeError, express.restore, "Person", 1) == \
        "restore failed: query build error: restore requires a soft-delete column; model has none"


def test_times(database):
    express = database.dataflow(model("Event", "events", ("text", TEXT), ("at", TIMESTAMP, {"nullable": True}))
                                .auto_timestamps()).express
    row = express.create("Event", {"text": "x", "at": "2024-01-02T03:04:05+00:00"})
    assert row["at"] == "2024-01-02T03:04:05+00:00"
    assert row["created_at"] == row["updated_at"]
    assert len(row["created_at"]) == 35 and row["created_at"].endswith("+00:00") and row["created_at"][10] == "T"
    assert express.read("Event", 1) == row
    changed = express.update("Event", 1, {"text": "y"})
    assert changed["created_at"] == row["created_at"] and changed["updated_at"] > row["updated_at"]
    again = express.upsert("Event", {"id": 1, "text": "z"})
    assert again["created_at"] == row["created_at"] and again["updated_at"] > changed["updated_at"]
    express.bulk_update("Event", None, {"text": "q"})
    assert express.read("Event", 1)["updated_at"] > again["updated_at"]


# ---- keys and defaults ------------------------------------------------------------------------------------------


def test_keys_that_are_made(database):
    df = database.dataflow(model("Token", "tokens", ("text", TEXT), key=("id", UUID)),
                           model("Word", "words", ("text", TEXT), key=("id", TEXT)))
    row = df.express.create("Token", {"text": "x"})
    assert uuid.UUID(row["id"]).version == 4 and df.express.read("Token", row["id"]) == row
    given = df.express.create("Token", {"id": uuid.UUID(int=5), "text": "y"})
    assert given["id"] == "00000000-0000-0000-0000-000000000005"
    assert len({r["id"] for r in df.express.bulk_create("Token", [{"text": "x"}] * 3)}) == 3
    assert refusal(RuntimeError, df.express.create, "Word", {"text": "x"}) == \
        "create failed: query build error: missing required field: id"
    assert refusal(RuntimeError, df.express.create, "Word", {"id": None, "text": "x"}) == \
        "create failed: query build error: missing required field: id"
    df.express.create("Word", {"id": "7", "text": "x"})
    assert df.express.read("Word", 7)["text"] == "x" and df.express.read("Token", "no uuid") is None


def test_defaults_are_for_what_is_absent(database):
    made = model("Task", "tasks", ("title", TEXT, {"required": True, "default_value": "untitled"}),
                 ("rank", WHOLE, {"default_value": 3, "nullable": True}),
                 ("tags", JSON, {"default_value": ["a"], "nullable": True}))
    express = database.dataflow(made).express
    defaults = {"title": "untitled", "rank": 3, "tags": '["a"]'}
    assert without_times(express.create("Task", {})) == {"id": 1, **defaults}
    assert express.create("Task", {"rank": None})["rank"] is None
    assert express.bulk_create("Task", [{}, {"rank": 1}, {}]) == \
        [{"id": 3, **defaults}, {"id": 4, **defaults, "rank": 1}, {"id": 5, **defaults}]
    assert express.upsert("Task", {"id": 9}) == {"id": 9, **defaults}
    express.update("Task", 9, {"rank": 5})
    assert express.upsert("Task", {"id": 9, "title": "x"}) == {"id": 9, **defaults, "title": "x", "rank": 5}


def test_names_that_are_words_of_sql(database):
    made = model("Select", "order", ("group", TEXT), ("where", WHOLE, {"nullable": True}), ("Mixed", TEXT))
    express = database.dataflow(made).express
    row = express.create("Select", {"group": "g", "where": 1, "Mixed": "m"})
    assert row == {"id": 1, "group": "g", "where": 1, "Mixed": "m"}
    assert express.list("Select", [F("group") == "g"], order_by="where") == [row]
    assert express.count_by("Select", "group") == [{"group": "g", "count": 1}]
    assert express.update("Select", 1, {"Mixed": "n"})["Mixed"] == "n"
    assert express.upsert("Select", {"id": 1, "group": "h", "Mixed": "n"})["group"] == "h"


# ---- list and count ----------------------------------------------------------------------------------------------


@pytest.fixture
def ten(express):
    express.bulk_create("Person", [{"name": f"n{i}", "age": None if i == 4 else i % 3} for i in range(10)])
    return express


def ids(rows):
    return [row["id"] for row in rows]


def test_order_and_limits(ten):
    assert ids(ten.list("Person", order_by="id", order_dir="DESC")) == list(range(10, 0, -1))
    assert ids(ten.list("Person", None, "-id")) == list(range(10, 0, -1))
    assert ids(ten.list("Person", order_by="id", limit=3, offset=2)) == [3, 4, 5]
    assert ids(ten.list("Person", order_by="id", offset=8)) == [9, 10]
    assert ten.list("Person", limit=0) == [] and ids(ten.list("Person", order_by="id", offset=99)) == []
    assert ten.list("Person", order_by="age", limit=1)[0]["age"] is None  # as in SQLite, everywhere
    assert ten.list("Person", order_by="age", order_dir="desc")[-1]["age"] is None
    assert len(ten.list("Person", limit=2**63 - 1)) == 10


def test_order_and_limits_that_cannot_be(ten):
    prefix = "list failed: query build error: "
    assert refusal(RuntimeError, ten.list, "Person", limit=-1) == prefix + "LIMIT must be non-negative, got -1"
    assert refusal(RuntimeError, ten.list, "Person", offset=-2) == prefix + "OFFSET must be non-negative, got -2"
    assert refusal(RuntimeError, ten.list, "Person", order_by="zz") == \
        f"{prefix}unknown column in ORDER BY ({fingerprint('zz')})"
    assert "order_dir must be 'asc' or 'desc', got 'sideways'" in \
        refusal(ValueError, ten.list, "Person", order_by="id", order_dir="sideways")
    refusal(OverflowError, ten.list, "Person", limit=2**63)
    refusal(TypeError, ten.list, "Person", limit="3")


# ---- upsert ------------------------------------------------------------------------------------------------------


def test_upsert(express):
    assert express.upsert("Person", {"name": "x"})["id"] == 1  # no key: an insert
    assert express.upsert("Person", {"id": 5, **ANN})["age"] == 30
    row = express.upsert("Person", {"id": 5, "name": "Ann B."})
    assert (row["name"], row["age"], row["active"]) == ("Ann B.", 30, True)
    assert express.upsert("Person", {"id": 5, "name": "Ann B."}) == row  # nothing new
    assert express.count("Person") == 2
    assert refusal(RuntimeError, express.upsert, "Person", {"id": 5}) == \
        "upsert failed: query build error: missing required field: name"


def test_upsert_takes_no_other_row_than_that_of_the_key(database):
    express = database.dataflow(model("User", "users", ("mail", TEXT, {"unique": True}),
                                      ("name", TEXT, {"nullable": True}))).express
    express.create("User", {"id": 1, "mail": "a"})
    express.create("User", {"id": 2, "mail": "b"})
    refusal(kailash.UniqueViolationError, express.upsert, "User", {"id": 2, "mail": "a"})
    refusal(kailash.UniqueViolationError, express.upsert, "User", {"id": 3, "mail": "a"})
    assert express.bulk_upsert("User", [{"mail": "a", "name": "x"}, {"mail": "c", "name": "y"}], ["mail"]) == \
        {"operation": "bulk_upsert", "model": "User", "attempted": 2, "succeeded": 2, "failed": 0, "first_error": None}
    rows = express.list("User", order_by="mail")
    assert [(row["mail"], row["name"]) for row in rows] == [("a", "x"), ("b", None), ("c", "y")]
    assert f"unknown column in conflict_columns ({fingerprint('zz')})" in \
        refusal(RuntimeError, express.bulk_upsert, "User", [{"mail": "a"}], ["zz"])
    assert "missing required field: name (a conflict column)" in \
        refusal(RuntimeError, express.bulk_upsert, "User", [{"mail": "q"}], ["name"])
    if database.engine != "mariadb":  # there the insert alone is tried first
        refusal(kailash.DataFlowDatabaseError, express.bulk_upsert, "User", [{"mail": "z", "name": "x"}], ["name"])
    assert express.count("User") == 3


# ---- many rows ---------------------------------------------------------------------------------------------------


def bulk(operation, count, model_name="Person"):
    return {"operation": operation, "model": model_name, "attempted": count, "succeeded": count, "failed": 0,
            "first_error": None}


def test_bulk_create_gives_the_rows_in_their_order(express):
    express.create("Person", {"name": "before"})
    items = [{"name": f"n{i}", "age": i} for i in range(200)]
    rows = express.bulk_create("Person", items)
    assert [(row["name"], row["age"]) for row in rows] == [(item["name"], item["age"]) for item in items]
    assert ids(rows) == list(range(2, 202)) and express.count("Person") == 201
    assert rows[7] == express.read("Person", rows[7]["id"])


def test_bulk_create_of_rows_with_different_fields(express):
    rows = express.bulk_create("Person", [{"name": "a"}, {"age": 1, "name": "b"}, {"name": "c", "age": 2},
                                          {"id": 50, "name": "d"}, {"id": None, "name": "e"}, {"name": "f"}])
    assert [(row["name"], row["age"]) for row in rows] == \
        [("a", None), ("b", 1), ("c", 2), ("d", None), ("e", None), ("f", None)]
    assert rows[3]["id"] == 50 and len(set(ids(rows))) == 6


def test_bulk_create_is_all_or_nothing(express):
    assert refusal(RuntimeError, express.bulk_create, "Person", []) == \
        "bulk_create failed: query build error: bulk insert requires at least one item"
    good = [{"name": f"n{i}"} for i in range(100)]
    assert "missing required field: name" in refusal(RuntimeError, express.bulk_create, "Person", [*good, {"age": 1}])
    assert "unknown column in insert fields" in \
        refusal(RuntimeError, express.bulk_create, "Person", [*good, {"name": "x", "zz": 1}])
    refusal(TypeError, express.bulk_create, "Person", [*good, 5])
    refusal(TypeError, express.bulk_create, "Person", [*good, {"name": b"x"}])
    refusal(kailash.NotNullViolationError, express.bulk_create, "Person", [*good, {"name": None}])
    refusal(kailash.UniqueViolationError, express.bulk_create, "Person",
            [{"id": i, "name": "x"} for i in [*range(1, 100), 1]])
    assert express.count("Person") == 0


def test_bulk_create_of_more_values_than_a_statement_takes(express):
    items = [{"name": "x", "age": i, "score": i / 2, "active": True, "extra": None} for i in range(9000)]
    rows = express.bulk_create("Person", items)
    assert len(rows) == 9000 and [row["age"] for row in rows] == list(range(9000))
    assert express.count("Person") == 9000 and len(set(ids(rows))) == 9000
    assert rows[8999] == express.read("Person", rows[8999]["id"])


def test_bulk_update(ten):
    assert ten.bulk_update("Person", [F("age") == 1], {"score": 9.5}) == bulk("bulk_update", 2)
    assert ten.count("Person", [F("score") == 9.5]) == 2
    assert ten.bulk_update("Person", [F("age") == 99], {"score": 1.0}) == bulk("bulk_update", 0)
    assert ten.bulk_update("Person", updates={"active": True}) == bulk("bulk_update", 10)
    assert ten.bulk_update("Person", [], {"active": True}) == bulk("bulk_update", 10)  # the same again
    assert refusal(TypeError, ten.bulk_update, "Person") == "bulk_update requires an updates dict"
    assert refusal(RuntimeError, ten.bulk_update, "Person", None, {}) == \
        "bulk_update failed: query build error: no fields provided to update"


def test_bulk_delete(ten):
    text = ("bulk_delete failed: query build error: filter-based delete requires at least one condition that the "
            "tenant scope does not overwrite")
    assert refusal(RuntimeError, ten.bulk_delete, "Person", []) == text
    refusal(TypeError, ten.bulk_delete, "Person", None)
    assert ten.bulk_delete("Person", [F("age").in_list([0, 1])]) == bulk("bulk_delete", 6)
    assert ten.count("Person") == 4


def test_bulk_upsert(ten):
    assert refusal(RuntimeError, ten.bulk_upsert, "Person", []) == \
        "bulk_upsert failed: query build error: bulk_upsert requires at least one record"
    assert ten.bulk_upsert("Person", [{"id": 1, "name": "one"}, {"id": 99, "name": "new"}, {"name": "keyless"}]) == \
        bulk("bulk_upsert", 3)
    assert ten.read("Person", 1)["name"] == "one" and ten.read("Person", 1)["age"] == 0
    assert ten.count("Person") == 12
    assert ten.bulk_upsert("Person", [{"id": 7, "name": "a"}, {"id": 7, "name": "b"}]) == bulk("bulk_upsert", 2)
    assert ten.read("Person", 7)["name"] == "b"
    refusal(kailash.NotNullViolationError, ten.bulk_upsert, "Person", [{"id": 200, "name": "x"}, {"id": 1, "name": None}])
    assert ten.read("Person", 200) is None


# ---- aggregates --------------------------------------------------------------------------------------------------


def spec(word, field, alias=None):
    return AggregateSpec(getattr(AggregateOp, word)(), field, alias)


def test_groups(ten):
    assert ten.count_by("Person", "age") == [{"age": None, "count": 1}, {"age": 0, "count": 4}, {"age": 1, "count": 2},
                                             {"age": 2, "count": 3}]
    assert ten.count_by("Person", "age", [F("age") > 0]) == [{"age": 1, "count": 2}, {"age": 2, "count": 3}]
    assert ten.sum_by("Person", "id", "age") == [{"age": None, "sum": 5}, {"age": 0, "sum": 22}, {"age": 1, "sum": 10},
                                                 {"age": 2, "sum": 18}]


def test_aggregates_have_the_same_types_everywhere(ten):
    ten.update("Person", 1, {"score": 1.5, "active": True})
    ten.update("Person", 2, {"score": 2.5, "active": False})
    specs = [spec("count", "*"), spec("count", "score", "scored"), spec("sum", "age"), spec("avg", "age", "mean"),
             spec("sum", "score"), spec("avg", "score"), spec("min", "name"), spec("max", "active"),
             spec("min", "active"), spec("max", "id")]
    row = {"count_star": 10, "scored": 2, "sum_age": 8, "mean": 8 / 9, "sum_score": 4.0, "avg_score": 2.0,
           "min_name": "n0", "max_active": True, "min_active": False, "max_id": 10}
    answer = ten.aggregate("Person", specs, [])
    assert json.dumps(answer) == json.dumps([row]) and list(answer[0]) == list(row)


def test_aggregates_of_nothing(express):
    specs = [spec("count", "*"), spec("count", "age"), spec("sum", "age"), spec("avg", "age"), spec("min", "age"),
             spec("max", "score"), spec("sum", "score")]
    assert express.aggregate("Person", specs, []) == \
        [{"count_star": 0, "count_age": 0, "sum_age": None, "avg_age": None, "min_age": None, "max_score": None,
          "sum_score": None}]
    assert express.aggregate("Person", specs, ["age"]) == [] and express.count_by("Person", "age") == []


def test_groups_of_several_fields(ten):
    rows = ten.aggregate("Person", [spec("count", "*", "n")], ["active", "age"], [F("age").is_not_null()])
    assert rows == [{"active": None, "age": age, "n": n} for age, n in ((0, 4), (1, 2), (2, 3))]


def test_aggregates_that_cannot_be(ten):
    prefix = "aggregate failed: query build error: "
    assert refusal(ValueError, ten.aggregate, "Person", [], []) == "aggregate requires at least one AggregateSpec"
    refusal(TypeError, ten.aggregate, "Person", [spec("count", "*")], None)
    assert refusal(RuntimeError, ten.aggregate, "Person", [spec("sum", "age")], ["zz"]) == \
        f"{prefix}unknown column in GROUP BY ({fingerprint('zz')})"
    assert refusal(RuntimeError, ten.aggregate, "Person", [spec("sum", "zz")], []) == \
        f"{prefix}unknown column in SUM ({fingerprint('zz')})"
    assert "SUM needs a column of numbers" in refusal(RuntimeError, ten.aggregate, "Person", [spec("sum", "name")], [])
    assert "unknown column in SUM" in refusal(RuntimeError, ten.aggregate, "Person", [spec("sum", "*")], [])
    assert "same name" in refusal(RuntimeError, ten.aggregate, "Person", [spec("count", "*"), spec("count", "*")], [])
    assert "alias" in refusal(ValueError, ten.aggregate, "Person", [spec("count", "*", 'a" b')], [])


def test_aggregate_specs():
    assert repr(AggregateOp.sum()) == str(AggregateOp.sum()) == "AggregateOp.sum"
    assert repr(spec("sum", "a")) == 'AggregateSpec(op=SUM, field="a")'
    assert repr(spec("sum", "a", "b")) == str(spec("sum", "a", "b")) == 'AggregateSpec(op=SUM, field="a", alias="b")'
    made = AggregateSpec.from_dict({"op": "avg", "field": "x", "alias": None, "more": 1})
    assert (made.op, made.field, made.alias) == (AggregateOp.avg(), "x", None)
    assert refusal(ValueError, AggregateSpec.from_dict, {"op": "SUM", "field": "a"}) == \
        'unknown aggregate op: "SUM" (expected count/sum/avg/min/max)'
    assert refusal(ValueError, AggregateSpec.from_dict, {"field": "a"}) == \
        "AggregateSpec dict missing required key 'op'"
    assert refusal(ValueError, AggregateSpec.from_dict, {"op": "sum"}) == \
        "AggregateSpec dict missing required key 'field'"
    refusal(TypeError, AggregateSpec.from_dict, {"op": "sum", "field": "a", "alias": 1})


# ---- soft deletion -----------------------------------------------------------------------------------------------


def test_soft_deletion(database):
    express = database.dataflow(soft()).express
    express.bulk_create("Note", [{"text": "a"}, {"text": "b"}, {"text": "c"}])
    assert express.delete("Note", 1) is True and express.delete("Note", 1) is False
    assert express.read("Note", 1) is None and express.read("Note", 1, True)["deleted_at"].endswith("+00:00")
    assert ids(express.list("Note", order_by="id")) == [2, 3]
    assert ids(express.list("Note", order_by="id", include_deleted=True)) == [1, 2, 3]
    assert (express.count("Note"), express.count("Note", include_deleted=True)) == (2, 3)
    assert express.count_by("Note", "text") == [{"text": "b", "count": 1}, {"text": "c", "count": 1}]
    assert express.aggregate("Note", [spec("max", "text")], []) == [{"max_text": "c"}]
    assert "not found" in refusal(RuntimeError, express.update, "Note", 1, {"text": "x"})
    assert express.bulk_update("Note", None, {"text": "z"}) == bulk("bulk_update", 2, "Note")
    assert express.read("Note", 1, include_deleted=True)["text"] == "a"
    assert express.bulk_delete("Note", [F("id") > 0]) == bulk("bulk_delete", 2, "Note")
    assert express.count("Note") == 0 and express.count("Note", include_deleted=True) == 3


def test_restoring(database):
    express = database.dataflow(soft()).express
    express.create("Note", {"text": "a"})
    assert express.restore("Note", 1) is False and express.restore("Note", 9) is False
    express.delete("Note", 1)
    assert refusal(RuntimeError, express.upsert, "Note", {"id": 1, "text": "x"}) == \
        "upsert failed: query build error: record is soft-deleted; restore it first"
    refusal(RuntimeError, express.bulk_upsert, "Note", [{"id": 5, "text": "x"}, {"id": 1, "text": "x"}])
    assert express.read("Note", 5) is None
    assert express.restore("Note", 1) is True and express.restore("Note", 1) is False
    assert express.read("Note", 1) == {"id": 1, "text": "a", "deleted_at": None}
    assert express.upsert("Note", {"id": 1, "text": "x"})["text"] == "x"


# ---- Express itself ----------------------------------------------------------------------------------------------


def test_an_express_of_its_own(database):
    for cls in (DataFlowExpress, DataFlowExpressSync):
        express = cls(database.url)
        express.register_model(person())
        before = express.count("Person")
        express.create("Person", {"name": "x"})
        assert express.execute_raw_blocking("SELECT COUNT(*) AS n FROM people") == [{"n": before + 1}]
        with express.transaction() as transaction:
            transaction.create("Person", {"name": "y"})
        assert type(transaction).__name__ == ("DataFlowTransaction" if cls is DataFlowExpress
                                              else "DataFlowTransactionSync")
        express.create_tables()
        assert express.count("Person") == before + 2
        express.close()
        express.close()
        refusal(kailash.DataFlowDatabaseError, express.count, "Person")
        made = cls.from_config(kailash.DataFlowConfig(database.url, auto_migrate=True))
        made.register_model(person())
        assert made.count("Person") == before + 2
        made.close()


def test_how_it_is_shown():
    express = DataFlowExpress("sqlite::memory:")
    assert repr(express) == 'DataFlowExpress(url="sqlite::memory:")'
    assert repr(DataFlowExpressSync("sqlite::memory:")) == 'DataFlowExpressSync(url="sqlite::memory:")'
    df = kailash.DataFlow("sqlite::memory:")
    assert df.express is not df.express


def test_the_sync_express_has_all_that_express_has():
    def methods(cls):
        return {name for name in dir(cls) if not name.startswith("_")}
    assert methods(DataFlowExpress) == methods(DataFlowExpressSync)
    for word in ("create", "read", "list", "count", "update", "delete", "upsert", "restore", "bulk_create", "bulk_update",
                 "bulk_delete", "bulk_upsert", "count_by", "sum_by", "aggregate"):
        assert {word, word + "_async", word + "_with_tenant", word + "_with_tenant_async"} <= methods(DataFlowExpress)
    for word in ("create", "update", "upsert", "bulk_create", "bulk_upsert"):
        assert {word + "_scoped", word + "_scoped_async"} <= methods(DataFlowExpress)


@pytest.mark.parametrize("word, arguments", [
    ("create", ({"name": "x"},)), ("update", (1, {"name": "x"})), ("upsert", ({"id": 1, "name": "x"},)),
    ("bulk_create", ([{"name": "x"}],)), ("bulk_upsert", ([{"id": 1, "name": "x"}],)),
])
def test_writing_for_a_tenant_belongs_into_a_scope(word, arguments):
    df = kailash.DataFlow("sqlite::memory:", auto_migrate=True)
    df.register_model(person())
    df.express.create("Person", {"id": 1, "name": "x"})
    with pytest.warns(DeprecationWarning, match=f"{word}_scoped"):
        getattr(df.express, word + "_with_tenant")("Person", *arguments, "t")


def test_scopes():
    assert repr(WriteScope()) == "WriteScope(tenant_id=None, classification=None)"
    made = WriteScope("t", kailash.dataflow.DataClassification.pii())
    assert repr(made) == 'WriteScope(tenant_id=Some("t"), classification=Some("PII"))'
    assert (made.tenant_id, made.classification) == ("t", kailash.dataflow.DataClassification.pii())
    refusal(TypeError, WriteScope, 5)
    refusal(TypeError, WriteScope, "t", "pii")


def test_validation_of_types_for_one_call(database):
    express = database.dataflow(person()).express
    scope = WriteScope()
    assert express.create_scoped("Person", {"name": "x", "score": 1}, True, scope)["score"] == 1.0
    assert "type mismatch: column 'name' got int" in \
        refusal(RuntimeError, express.create_scoped, "Person", {"name": 5}, True, scope)
    if database.engine == "sqlite":
        assert express.create_scoped("Person", {"name": "x", "age": "xx"}, False, scope)["age"] == "xx"


# ---- async and threads ---------------------------------------------------------------------------------------------


def test_async_twins(express):
    async def work():
        row = await express.create_async("Person", ANN)
        assert row == await express.read_async("Person", 1) and row["name"] == "Ann"
        assert await express.list_async("Person", [F("age") == 30], order_by="id", limit=1) == [row]
        assert await express.count_async("Person") == 1
        assert (await express.update_async("Person", 1, {"age": 31}))["age"] == 31
        assert (await express.upsert_async("Person", {"id": 1, "name": "B"}))["name"] == "B"
        assert len(await express.bulk_create_async("Person", [{"name": "x"}] * 3)) == 3
        assert (await express.bulk_update_async("Person", None, {"age": 1}))["attempted"] == 4
        assert await express.count_by_async("Person", "age") == [{"age": 1, "count": 4}]
        assert await express.delete_async("Person", 1) is True
        with pytest.raises(RuntimeError, match="missing required field: name"):
            await express.create_async("Person", {})
        with pytest.raises(kailash.NotNullViolationError):
            await express.create_async("Person", {"name": None})
        with pytest.raises(TypeError):
            express.create_async("Person")
    asyncio.run(work())


def test_a_future_can_be_waited_for_without_asyncio(express):
    future = express.create_async("Person", ANN)
    assert future.result(10)["id"] == 1 and future.is_done() and repr(future) == "DataFlowFuture(done)"
    failed = express.create_async("Person", {})
    refusal(RuntimeError, failed.result, 10)


def test_two_hundred_at_once(express):
    async def work():
        return await asyncio.gather(*(express.create_async("Person", {"name": f"n{i}"}) for i in range(200)))
    rows = asyncio.run(work())
    assert [row["name"] for row in rows] == [f"n{i}" for i in range(200)]
    assert len(set(ids(rows))) == 200 and express.count("Person") == 200


def test_eight_threads(express):
    failures = []

    def work(number):
        try:
            for i in range(1000):
                express.create("Person", {"name": f"{number}-{i}", "age": number})
        except Exception as error:  # told below
            failures.append(error)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert express.count_by("Person", "age") == [{"age": number, "count": 1000} for number in range(8)]


# ---- two databases, one model ---------------------------------------------------------------------------------------


def test_tables_that_are_not_as_dataflow_makes_them():
    df = kailash.DataFlow("sqlite::memory:")
    df.execute_raw("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INTEGER DEFAULT 18, "
                   "score NUMERIC, active BOOL, extra TEXT)")
    df.register_model(person())
    assert df.express.create("Person", {"name": "x", "score": 1.0, "active": True}) == \
        {"id": 1, "name": "x", "age": 18, "score": 1.0, "active": True, "extra": None}
    assert df.express.bulk_create("Person", [{"name": "y"}, {"name": "z"}])[1] == df.express.read("Person", 3)


def test_values_that_sqlite_stores_as_others():
    df = kailash.DataFlow("sqlite::memory:", auto_migrate=True)
    df.register_model(person())
    for value, stored in (("12", 12), (" 12", 12), ("xx", "xx"), (1.0, 1), (1.5, 1.5)):
        row = df.express.create("Person", {"name": "x", "age": value})
        assert row["age"] == stored and type(row["age"]) is type(stored)
        assert df.express.read("Person", row["id"]) == row
    row = df.express.bulk_create("Person", [{"name": 5, "age": "7"}])[0]
    assert (row["name"], row["age"]) == ("5", 7)


def test_conditions_keep_their_meaning_when_fields_are_many(database):
    fields = [(f"f{i}", TEXT, {"nullable": True}) for i in range(60)]
    express = database.dataflow(model("Wide", "wide", *fields)).express
    data = {f"f{i}": str(i) for i in range(60)}
    assert express.create("Wide", data) == {"id": 1, **data}
    assert express.update("Wide", 1, {**data, "f3": "x"})["f3"] == "x"
    assert express.upsert("Wide", {"id": 1, **data})["f3"] == "3"
    assert len(express.bulk_create("Wide", [data] * 100)) == 100
    assert FilterCondition.eq("f9", "9") and express.count("Wide", [F("f9") == "9"]) == 101


def test_the_columns_of_a_model_may_be_a_part_of_those_of_the_table(database):
    df = database.dataflow(person())
    narrow = model("Name", "people", ("name", TEXT, {"required": True}))
    df.register_model(narrow)
    assert df.express.create("Name", {"name": "x"}) == {"id": 1, "name": "x"}
    assert df.express.read("Person", 1)["name"] == "x"
