"""DebugAgent: what operations would run, what errors mean, whether tables fit their models."""

import pytest
from dataflow_engines import database  # noqa: F401 (a fixture)
from dataflow_models import BOOLEAN, TEXT, WHOLE, model, refusal

import kailash
from kailash.dataflow import DataFlowEngine, DebugAgent, FieldType


def user():
    return model("U", "us", ("name", TEXT, {"required": True}), ("age", WHOLE, {"nullable": True}),
                 ("active", BOOLEAN, {"nullable": True}))


@pytest.fixture
def agent(database):
    made = DebugAgent(database.dataflow(user()))
    assert repr(made) == "DebugAgent()"
    return made


@pytest.fixture
def on_sqlite():
    df = kailash.DataFlow("sqlite::memory:", auto_migrate=True)
    df.register_model(user())
    return DebugAgent(df)


SELECT = 'SELECT "id", "name", "age", "active" FROM "us" WHERE "id" = ?'


@pytest.mark.parametrize("operation, data, sql, params", [
    ("insert", {"name": "a"}, 'INSERT INTO "us" ("name") VALUES (?)', ["'a'"]),
    ("create", {"name": "it's", "age": None}, 'INSERT INTO "us" ("name", "age") VALUES (?, ?)', ["'it''s'", "NULL"]),
    ("select", {"id": 1}, SELECT, ["1"]),
    ("read", {"id": "1"}, SELECT, ["1"]),
    ("select", {}, SELECT, ["NULL"]),
    ("update", {"id": 1, "name": "b"}, 'UPDATE "us" SET "name" = ? WHERE "id" = ?', ["'b'", "1"]),
    ("delete", {"id": 1}, 'DELETE FROM "us" WHERE "id" = ?', ["1"]),
])
def test_operations_are_explained(on_sqlite, operation, data, sql, params):
    given = dict(data)
    assert on_sqlite.explain_query("U", operation, data) == {"sql": sql, "params": params, "estimated_rows": 1}
    assert on_sqlite.dry_run("U", operation, data) | {"warnings": []} == {
        "valid": True, "sql": sql, "params": params, "warnings": []}
    assert data == given


def test_what_is_explained_is_what_runs(database):
    df = database.dataflow(user())
    agent = DebugAgent(df)
    df.express.create("U", {"id": 1, "name": "a", "age": 3})
    for operation, data in (("update", {"id": 1, "name": "b"}), ("read", {"id": 1}), ("delete", {"id": 1})):
        told = agent.explain_query("U", operation, data)
        values = [int(text) if text.isdigit() else text.strip("'") for text in told["params"]]
        rows = df.execute_raw(told["sql"], values)
        assert [row["name"] for row in rows] == (["b"] if operation == "read" else [])
    assert df.express.count("U") == 0


def test_nothing_runs(agent):
    agent.explain_query("U", "insert", {"name": "a"})
    agent.dry_run("U", "insert", {"name": "a"})
    assert agent.health_check()["tables"][0]["row_count"] == 0


@pytest.mark.parametrize("operation, data, words", [
    ("insert", {"zz": 1}, "unknown column in insert fields (len=2+h="),
    ("insert", {}, "missing required field: name"),
    ("update", {"name": "b"}, "missing required field: id"),
    ("update", {"id": 1}, "no fields provided to update"),
    ("update", {"id": 1, "zz": 1}, "unknown column in update fields (len=2+h="),
    ("list", {}, "configuration error: unknown operation 'list': valid operations are 'insert', 'select', 'update', 'delete'"),
])
def test_what_would_be_refused_is(agent, operation, data, words):
    assert words in refusal(RuntimeError, agent.explain_query, "U", operation, data)
    told = agent.dry_run("U", operation, data)
    assert (told["valid"], told["sql"], told["params"]) == (False, "", [])
    assert told["warnings"][-1].startswith("query build failed: ") and words in told["warnings"][-1]


def test_a_dry_run_says_what_is_wrong_in_words(agent):
    told = agent.dry_run("U", "insert", {"zz": 1})
    assert told["warnings"][:2] == ["unknown field 'zz' not in model 'U'", "required field 'name' is missing"]
    told = agent.dry_run("U", "read", {"zz": 1})
    assert not told["valid"] and told["sql"]
    assert told["warnings"] == ["unknown field 'zz' not in model 'U'", "no primary key is given: no row has it"]
    told = agent.dry_run("U", "delete", {"id": 1, "name": "a"})
    assert told["valid"] and told["warnings"] == [
        "field 'name' is not looked at: the row is found by its primary key alone"]


def test_an_unknown_model(agent):
    words = "failed: configuration error: model 'X' is not registered with this DataFlow instance"
    assert refusal(RuntimeError, agent.explain_query, "X", "insert", {}) == "explain_query " + words
    assert refusal(RuntimeError, agent.dry_run, "X", "insert", {}) == "dry_run " + words


def test_wrong_arguments(agent):
    with pytest.raises(TypeError):
        agent.explain_query("U", "insert", [1])
    with pytest.raises(TypeError):
        DebugAgent("sqlite::memory:")


def notes():
    made = model("Note", "notes", ("tenant_id", TEXT, {"required": True}), ("body", TEXT, {"nullable": True}))
    made.multi_tenant().soft_delete()
    return made


def test_tenants_are_part_of_it(database):
    agent = DebugAgent(database.dataflow(notes()))
    with pytest.raises(kailash.TenantRequiredError):
        agent.explain_query("Note", "read", {"id": 1})
    told = agent.dry_run("Note", "read", {"id": 1}, tenant_id=" ")
    assert not told["valid"] and "tenant required" in told["warnings"][-1]
    told = agent.explain_query("Note", "read", {"id": 1}, "t1")
    assert told["params"] == ["1", "'t1'"] and "IS NULL" in told["sql"]
    told = agent.explain_query("Note", "insert", {"body": "x", "tenant_id": "other"}, tenant_id="t1")
    assert "'t1'" in told["params"] and "'other'" not in told["params"]


def test_rules_of_an_engine_are_part_of_it():
    engine = DataFlowEngine.builder("sqlite::memory:").enable_validation().auto_migrate().build()
    engine.register_model(user())
    engine.validation.add_rule("U", "age", "range", [0, 10])
    agent = DebugAgent(engine.dataflow)
    told = agent.dry_run("U", "insert", {"name": "a", "age": 11})
    assert told["warnings"] == ["query build failed: validation failed: age: value 11 is outside range [0, 10]"]
    with pytest.raises(kailash.DataFlowValidationError):
        agent.explain_query("U", "insert", {"name": "a", "age": 11})


@pytest.mark.parametrize("message, cause", [
    ("UNIQUE constraint failed: us.name", "unique value is there already"),
    ("no such table: us", "table does not exist"),
    ("database is locked", "lock"),
    ("syntax error at or near", "malformed"),
    ("connection refused", "cannot be reached"),
])
def test_errors_are_diagnosed(agent, message, cause):
    told = agent.diagnose(message)
    assert sorted(told) == ["details", "root_cause", "suggested_fix"]
    assert cause in told["root_cause"] or cause in told["root_cause"].lower()
    assert told["details"] == message and told["suggested_fix"]


def test_a_healthy_database(agent):
    assert agent.health_check() == {
        "connected": True, "tables": [{"name": "us", "exists": True, "row_count": 0, "issues": []}], "issues": []}


def test_tables_that_do_not_fit(database):
    df = database.dataflow(auto_migrate=False)
    df.register_model(user())
    agent = DebugAgent(df)
    told = agent.health_check()
    assert told["tables"] == [{"name": "us", "exists": False, "row_count": 0, "issues": ["table 'us' does not exist"]}]
    older = model("Old", "us", ("name", TEXT, {"nullable": True}), ("age", TEXT, {"nullable": True}))
    database.dataflow(older).express.create("Old", {"name": "a"})
    [table] = agent.health_check()["tables"]
    assert table["exists"] and table["row_count"] == 1
    assert set(table["issues"]) == {
        "table 'us': column 'active' is missing",
        "table 'us': column 'age' has another type than the model's",
        "table 'us': column 'name' may be null, unlike the model's"}
    assert agent.health_check()["issues"] == table["issues"]


def test_a_database_that_is_gone(database):
    df = database.dataflow(user())
    df.close()
    told = DebugAgent(df).health_check()
    assert (told["connected"], told["tables"]) == (False, [])
    assert "closed" in told["issues"][0]


def test_vectors_are_shown_as_their_text():
    df = kailash.DataFlow("sqlite::memory:", auto_migrate=True)
    df.register_model(model("V", "vs", ("v", FieldType.vector(), {"nullable": True})))
    assert DebugAgent(df).explain_query("V", "insert", {"v": [1, 2.5]})["params"] == ["'[1, 2.5]'"]
