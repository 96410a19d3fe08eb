"""What a live database holds, and models as JSON."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kailash
from kailash import DataFlowInspector, FieldType, ModelDefinition
from kailash.dataflow import DataClassification, MaskingStrategy, SchemaCache, models_from_json, with_caller_clearance


def team():
    return ModelDefinition("Team", "teams").field("id", FieldType.integer(), primary_key=True)


def user():
    return (ModelDefinition("User", "users").field("id", FieldType.integer(), primary_key=True)
            .field("email", FieldType.text(), unique=True).field("age", FieldType.integer(), nullable=True, index=True)
            .field("team", FieldType.integer(), nullable=True, references=("teams", "id"))
            .field("on", FieldType.boolean(), nullable=True).field("at", FieldType.timestamp(), nullable=True)
            .field("data", FieldType.json(), nullable=True))


TYPES = {
    "sqlite": ["INTEGER", "TEXT", "INTEGER", "INTEGER", "INTEGER", "TEXT", "TEXT"],
    "postgres": ["bigint", "text", "bigint", "bigint", "boolean", "text", "text"],
    "mariadb": ["bigint", "varchar", "bigint", "bigint", "tinyint", "datetime", "json"],
}


# ---- the inspector -----------------------------------------------------------------------------------


def test_the_inspector_tells_what_is_there(database):
    df = database.dataflow(team(), user())
    assert DataFlowInspector.tables(df) == ["teams", "users"]
    df.express.create("User", {"email": "a@b.c"})
    told = DataFlowInspector.table_info(df, "users")
    assert list(told) == ["name", "columns", "row_count"] and (told["name"], told["row_count"]) == ("users", 1)
    assert [c["name"] for c in told["columns"]] == ["id", "email", "age", "team", "on", "at", "data"]
    assert [c["data_type"] for c in told["columns"]] == TYPES[database.engine]
    # SQLite tells a key that is an INTEGER as one that may be null
    assert [c["is_nullable"] for c in told["columns"]] == [database.engine == "sqlite", False] + 5 * [True]
    assert [c["is_primary_key"] for c in told["columns"]] == [True] + 6 * [False]
    assert all(c["default_value"] is None for c in told["columns"][1:])
    indexes = DataFlowInspector.indexes(df, "users")
    by_hand = [i for i in indexes if i["columns"] == ["age"]]
    assert by_hand == [{"name": "idx_users_age", "table": "users", "columns": ["age"], "is_unique": False}]
    assert [i["is_unique"] for i in indexes if i["columns"] == ["email"]] == [True]
    assert all(i["columns"] != ["id"] for i in indexes)
    assert DataFlowInspector.foreign_keys(df, "users") == [{"columns": ["team"], "table": "teams",
                                                            "references": ["id"]}]
    assert DataFlowInspector.row_count(df, "users") == 1
    assert DataFlowInspector.sample(df, "users")[0]["email"] == "a@b.c"
    assert DataFlowInspector.sample(df, "users", limit=0) == []


def test_indexes_of_several_columns_and_of_expressions(database):
    df = database.dataflow(user(), team()) if database.engine == "sqlite" else database.dataflow(team(), user())
    df.execute_raw(f"CREATE UNIQUE INDEX both_of_them ON users (age, {database.quote('team')})")
    index, = [i for i in DataFlowInspector.indexes(df, "users") if i["name"] == "both_of_them"]
    assert index == {"name": "both_of_them", "table": "users", "columns": ["age", "team"], "is_unique": True}
    if database.engine != "mariadb":
        df.execute_raw("CREATE INDEX lowered ON users (lower(email), age)")
        index, = [i for i in DataFlowInspector.indexes(df, "users") if i["name"] == "lowered"]
        assert index["columns"] == [None, "age"]


def test_defaults_are_told_as_the_database_has_them(database):
    df = database.dataflow()
    df.execute_raw("CREATE TABLE d (a INTEGER DEFAULT 5, b VARCHAR(9) DEFAULT 'x', c INTEGER)")
    a, b, c = (column["default_value"] for column in DataFlowInspector.table_info(df, "d")["columns"])
    assert a == "5" and b in ("'x'", "'x'::character varying") and c is None


def test_errors_are_those_of_the_contract(database):
    df = database.dataflow()
    with pytest.raises(RuntimeError, match='inspector table_info failed: not found: table "nope" does not exist or '
                                           'has no columns'):
        DataFlowInspector.table_info(df, "nope")
    assert DataFlowInspector.indexes(df, "nope") == [] and DataFlowInspector.foreign_keys(df, "nope") == []
    for call in (DataFlowInspector.row_count, DataFlowInspector.sample):
        with pytest.raises(kailash.DataFlowDatabaseError, match=f"inspector {call.__name__} failed: database error"):
            call(df, "nope")
    for call in (DataFlowInspector.table_info, DataFlowInspector.indexes, DataFlowInspector.row_count,
                 DataFlowInspector.sample, DataFlowInspector.foreign_keys):
        for name in ("a b", "", 'x"; DROP TABLE y', "1a", "x" * 64):
            with pytest.raises(RuntimeError, match=rf"inspector {call.__name__} failed: configuration error: invalid "
                                                   r"table name for inspection \(len=\d+\+h=[0-9a-f]{8}\)"):
                call(df, name)
    with pytest.raises(OverflowError):
        DataFlowInspector.sample(df, "x", limit=-1)
    with pytest.raises(TypeError):
        DataFlowInspector.tables(1)
    with pytest.raises(TypeError):
        DataFlowInspector()


def test_samples_hide_what_the_caller_may_not_see(database):
    model = (ModelDefinition("Patient", "patients").field("id", FieldType.integer(), primary_key=True)
             .field("name", FieldType.text(), classification=DataClassification.pii())
             .field("phone", FieldType.text(), classification=DataClassification.pii(),
                    masking=MaskingStrategy.last_four())
             .field("town", FieldType.text(), classification=DataClassification.public()))
    df = database.dataflow(model)
    df.express.create("Patient", {"id": 1, "name": "Ann", "phone": "0123456", "town": "Bern"})
    assert DataFlowInspector.sample(df, "patients") == [
        {"id": 1, "name": "[REDACTED]", "phone": "***3456", "town": "Bern"}]
    with with_caller_clearance(DataClassification.pii()):
        assert DataFlowInspector.sample(df, "patients")[0]["name"] == "Ann"


def test_samples_leave_out_rows_above_the_clearance(database):
    model = (ModelDefinition("Note", "notes").field("id", FieldType.integer(), primary_key=True)
             .field("classification_level", FieldType.integer()).row_classified())
    df = database.dataflow(model)
    df.execute_raw("INSERT INTO notes (id, classification_level) VALUES (1, 0), (2, 3)")
    assert [row["id"] for row in DataFlowInspector.sample(df, "notes")] == [1]
    with with_caller_clearance(DataClassification.pii()):
        assert len(DataFlowInspector.sample(df, "notes")) == 2


# ---- the cache ---------------------------------------------------------------------------------------


def test_the_cache_keeps_answers_until_they_are_invalidated(database):
    df, cache = database.dataflow(team()), SchemaCache()
    assert cache.get_tables(df) == ["teams"] and cache.get_indexes(df, "teams") == []
    columns = cache.get_columns(df, "teams")
    assert columns == DataFlowInspector.table_info(df, "teams")["columns"]
    df.execute_raw("ALTER TABLE teams ADD COLUMN extra INTEGER")
    df.execute_raw("CREATE TABLE more (a INTEGER)")
    assert cache.get_columns(df, "teams") == columns and cache.get_tables(df) == ["teams"]
    assert len(cache.get_columns(df, "more")) == 1
    cache.invalidate_table("teams")
    assert len(cache.get_columns(df, "teams")) == 2 and cache.get_tables(df) == ["more", "teams"]
    df.execute_raw("DROP TABLE more")
    assert len(cache.get_columns(df, "more")) == 1
    cache.invalidate()
    with pytest.raises(RuntimeError, match='schema cache get_columns failed: not found: table "more"'):
        cache.get_columns(df, "more")


def test_the_cache_forgets_after_its_time(tmp_path):
    df = kailash.DataFlow(f"sqlite:{tmp_path}/x.db")
    never, soon = SchemaCache(ttl_secs=0), SchemaCache(ttl_secs=0.05)
    assert never.get_tables(df) == soon.get_tables(df) == []
    df.execute_raw("CREATE TABLE t (a)")
    assert never.get_tables(df) == ["t"]
    time.sleep(0.06)
    assert soon.get_tables(df) == ["t"]


def test_the_cache_keeps_databases_apart():
    a, b, cache = kailash.DataFlow("sqlite::memory:"), kailash.DataFlow("sqlite::memory:"), SchemaCache()
    a.execute_raw("CREATE TABLE t (x INTEGER)")
    b.execute_raw("CREATE TABLE t (y TEXT)")
    assert [c["name"] for c in cache.get_columns(a, "t") + cache.get_columns(b, "t")] == ["x", "y"]


def test_times_of_caches_are_checked():
    assert [repr(SchemaCache(*args)) for args in ((), (5,), (2.5,), (None,))] == [
        "SchemaCache(ttl=None)", "SchemaCache(ttl=Some(5.0))", "SchemaCache(ttl=Some(2.5))", "SchemaCache(ttl=None)"]
    for bad in (-1, -0.5, float("nan"), float("inf")):
        with pytest.raises(ValueError):
            SchemaCache(bad)
    with pytest.raises(TypeError):
        SchemaCache("x")


# ---- models as JSON ------------------------------------------------------------------------------------


@st.composite
def any_models(draw):
    model = ModelDefinition(draw(st.text(st.characters(codec="utf-8"), min_size=1, max_size=9)), "t")
    model.field("id", FieldType.integer(), primary_key=True)
    stamps = draw(st.integers(0, 5))
    names = draw(st.lists(st.sampled_from("abcdefgh"), unique=True))
    for place, name in enumerate(names):
        if place == stamps:
            model.auto_timestamps()
        model.field(
            name, getattr(FieldType, draw(st.sampled_from(["integer", "text", "json", "vector", "boolean"])))(),
            nullable=draw(st.booleans()), required=draw(st.booleans()), unique=draw(st.booleans()),
            index=draw(st.booleans()), default_value=draw(st.sampled_from([None, 0, False, "", "x", [1], {"a": None}])),
            references=draw(st.sampled_from([None, ("other", "id")])),
            classification=draw(st.sampled_from([None, DataClassification.pii(), DataClassification.public()])),
            masking=draw(st.sampled_from([None, MaskingStrategy.last_four(), MaskingStrategy.none_()])),
            allow_query_reference=draw(st.booleans()))
    if draw(st.booleans()):
        model.soft_delete()
    if names and draw(st.booleans()):
        model.multi_tenant_on(names[0])
    if draw(st.booleans()):
        model.pg_type_mode(draw(st.sampled_from(["native", "any_compat"])))
    return model


@given(any_models())
def test_a_model_comes_back_from_its_json(model):
    again = ModelDefinition.from_json(model.to_json())
    assert again.to_dict() == model.to_dict() == json.loads(model.to_json())
    df = kailash.DataFlow("sqlite::memory:")
    df.register_model(model)
    df.register_model(again)  # the same definition: nothing to say against it


def test_models_of_a_file_have_short_forms():
    model, = models_from_json('{"models": [{"name": "A", "table": "as", "auto_timestamps": true, "soft_delete": true, '
                              '"fields": [{"name": "id", "type": "uuid", "primary_key": true, "nullable": null}]}]}')
    assert [f.name for f in model.fields] == ["id", "created_at", "updated_at", "deleted_at"]
    assert model.has_auto_timestamps and model.has_soft_delete
    one = '{"name": "A", "table": "as", "fields": []}'
    assert len(models_from_json(one)) == 1 and len(models_from_json(f"[{one}, {one}]")) == 2


@pytest.mark.parametrize("text, message", [
    ("[", "the text ends too early"),
    ("null", "model '': expected an object, got null"),
    ('{"name": "A"}', "model 'A': table is missing"),
    ('{"name": "A", "table": "as", "fields": {}}', "model 'A': fields: expected array, got object"),
    ('{"name": "A", "table": "a s", "fields": []}', "model 'A': table 'a s': expected letters"),
    ('{"name": "A", "table": "as", "fields": [1]}', r"fields\[0\] \(\): expected an object, got integer"),
    ('{"name": "A", "table": "as", "fields": [{"name": "x"}]}', r"fields\[0\] \(x\): type is missing"),
    ('{"name": "A", "table": "as", "fields": [{"name": "x", "type": "text", "references": {"table": "t"}}]}',
     r"fields\[0\] \(x\): references: column is missing"),
    ('{"name": "A", "table": "as", "fields": [{"name": "x", "type": "text", "classification": "Secret"}]}',
     r"fields\[0\] \(x\): classification: "),
    ('{"name": "A", "table": "as", "fields": [{"name": "x", "type": "timestamp", "auto_managed": true}]}',
     "only created_at and updated_at can be that"),
    ('{"name": "A", "table": "as", "fields": [], "pg_type_mode": "other"}', "pg_type_mode: expected one of"),
    ('{"name": "A", "table": "as", "fields": [], "tabel": 1}', "unknown key 'tabel'; expected one of: name, table"),
])
def test_faults_say_where(text, message):
    with pytest.raises(ValueError, match=message):
        models_from_json(text)
