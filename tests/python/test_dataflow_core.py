"""DataFlow itself: settings, models, raw statements, streams, pools, errors; alike on all engines."""

import datetime
import decimal
import gc
import importlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from typing import Annotated, ClassVar, Optional

import pytest

import kailash
import kailash.dataflow
from kailash import DataFlow, DataFlowConfig, FieldType, ModelDefinition, PoolMonitorHandle, PoolSize
from kailash.dataflow import DataClassification, LazyDataFlow, MaskingStrategy, db


def users(table="users"):
    return (
        ModelDefinition("User", table)
        .field("id", FieldType.integer(), primary_key=True)
        .field("name", FieldType.text(), required=True, unique=True, index=True)
        .field("active", FieldType.boolean(), nullable=True)
    )


# ---- FieldType, FieldDef, ModelDefinition -----------------------------------------------------------------


def test_field_types_are_values():
    assert FieldType.real() == FieldType.float() != FieldType.integer()
    assert len({FieldType.text(), FieldType.text(), FieldType.vector()}) == 2
    assert str(FieldType.integer()) == repr(FieldType.integer()) == "FieldType.integer"
    with pytest.raises(TypeError):
        FieldType()


def test_a_model_shows_what_it_declares():
    model = users()
    model.field("team", FieldType.integer(), nullable=True, references=("teams", "id"), default_value=3)
    model.auto_timestamps()
    model.auto_timestamps().soft_delete().soft_delete(False)
    assert repr(model) == 'ModelDefinition(name="User", table="users", fields=7)'
    assert (model.name, model.table_name, model.primary_key) == ("User", "users", "id")
    assert (model.has_auto_timestamps, model.has_soft_delete) == (True, True)
    assert (model.is_multi_tenant, model.tenant_column) == (False, None)
    fields = {field.name: field for field in model.fields}
    assert list(fields) == ["id", "name", "active", "team", "created_at", "updated_at", "deleted_at"]
    assert repr(fields["id"]) == 'FieldDef(name="id", type="Integer", pk=true)'
    assert fields["id"].is_required and fields["id"].is_primary_key
    assert fields["team"].references == {"table": "teams", "column": "id"} and fields["name"].references is None
    assert fields["created_at"].is_auto_managed and not fields["created_at"].is_nullable
    assert fields["deleted_at"].is_soft_delete and fields["deleted_at"].is_nullable
    assert fields["name"].field_type == FieldType.text()
    with pytest.raises(AttributeError):
        fields["id"].name = "x"
    assert model != users()


@pytest.mark.parametrize("arguments, keywords, error", [
    (("", "t"), {}, ValueError), (("M", "a b"), {}, ValueError), (("M", ""), {}, ValueError),
    (("M", "t" * 64), {}, ValueError), ((5, "t"), {}, TypeError),
])
def test_bad_models_are_refused(arguments, keywords, error):
    with pytest.raises(error):
        ModelDefinition(*arguments, **keywords)


@pytest.mark.parametrize("arguments, keywords, error", [
    (("1a", FieldType.text()), {}, ValueError), (("id", FieldType.text()), {}, ValueError),
    (("a", "text"), {}, TypeError), (("a", FieldType.text()), {"references": ("t",)}, ValueError),
    (("a", FieldType.text()), {"references": "t"}, ValueError),
    (("a", FieldType.text()), {"references": ("t", "c;")}, ValueError),
    (("a", FieldType.text()), {"classification": "pii"}, TypeError),
])
def test_bad_fields_leave_the_model_alone(arguments, keywords, error):
    model = users()
    with pytest.raises(error):
        model.field(*arguments, **keywords)
    assert len(model.fields) == 3


def test_what_cannot_be_registered_is_told():
    for model in (ModelDefinition("A", "a"), users().multi_tenant(), users().row_classified_on("name")):
        with pytest.raises(RuntimeError):
            model.validate()
    users().multi_tenant_on("name").validate()
    with pytest.raises(ValueError):
        users().pg_type_mode("other")


# ---- @db.model --------------------------------------------------------------------------------------------


def test_annotations_declare_a_model():
    @db.model
    class HTTPServer:
        id: int
        name: Annotated[str, DataClassification.pii(), MaskingStrategy.redact()]
        age: Optional[int]
        ratio: float = 1.5
        ready: bool = False
        when: datetime.datetime
        day: datetime.date
        price: decimal.Decimal
        key: "uuid.UUID | None" = None
        tags: list[str] = []
        extra: dict = {}
        _private: set = set()
        shared: ClassVar[int] = 3

    model = HTTPServer._model_definition
    assert model.table_name == "http_servers"
    kinds = {field.name: repr(field.field_type).removeprefix("FieldType.") for field in model.fields}
    assert kinds == {
        "id": "integer", "name": "text", "age": "integer", "ratio": "float", "ready": "boolean", "when": "timestamp",
        "day": "text", "price": "text", "key": "uuid", "tags": "json", "extra": "json",
        "created_at": "timestamp", "updated_at": "timestamp",
    }
    required = {field.name for field in model.fields if field.is_required}
    assert required == {"id", "name", "when", "day", "price"}
    assert {field.name for field in model.fields if field.is_nullable} == {"age", "key"}


@pytest.mark.parametrize("name, table", [
    ("Order", "orders"), ("Box", "boxes"), ("City", "cities"), ("Day", "days"), ("UserProfile", "user_profiles"),
    ("Bus", "buses"), ("Match", "matches"), ("HTTPServer2", "http_server2s"),
])
def test_tables_are_named_after_classes(name, table):
    cls = type(name, (), {"__annotations__": {"id": int}})
    assert db.model(cls)._model_definition.table_name == table


def test_class_attributes_say_what_annotations_cannot():
    @db.model
    class Thing:
        __table__ = "things_table"
        __primary_key__ = "code"
        __auto_timestamps__ = False
        code: str

    @db.model
    class Stamped:
        id: int
        created_at: datetime.datetime

    assert Thing._model_definition.table_name == "things_table"
    assert Thing._model_definition.primary_key == "code"
    assert [field.name for field in Thing._model_definition.fields] == ["code"]
    assert not Stamped._model_definition.has_auto_timestamps


def test_annotations_that_cannot_be_a_field_are_refused():
    with pytest.raises(TypeError, match="unsupported Union type"):
        db.model(type("A", (), {"__annotations__": {"x": int | str}}))
    with pytest.raises(TypeError, match="A.x: unsupported type annotation"):
        db.model(type("A", (), {"__annotations__": {"x": set}}))
    with pytest.raises(TypeError):
        db.model(5)
    names = {"x": "Missing", "y": "int", "z": "AlsoMissing"}
    with pytest.raises(RuntimeError, match=r"cls=A.* x \(.*Missing.*\); z \(") as caught:
        db.model(type("A", (), {"__annotations__": names, "__module__": __name__}))
    assert isinstance(caught.value.__cause__, NameError)


def test_all_are_registered_once(database):
    @db.model
    class Registered:
        id: int
        name: str

    df = database.dataflow()
    for _ in range(2):
        for name in set(db._models) - {"Registered"}:
            del db._models[name]
        db.register_all(df)
    assert df.registered_models == ["Registered"]
    assert df.models[0] is Registered._model_definition


# ---- settings ---------------------------------------------------------------------------------------------


def test_settings_have_their_defaults():
    config = DataFlowConfig("sqlite::memory:")
    shown = {name: getattr(config, name) for name in (
        "min_connections", "connect_timeout_secs", "idle_timeout_secs", "max_lifetime_secs", "auto_migrate", "test_mode",
        "enable_pool_monitor", "leak_detection_threshold_secs", "enable_query_cache", "query_cache_ttl_secs",
        "query_cache_max_entries", "enable_lightweight_pool", "credential_refresh_interval_secs", "pg_type_mode",
        "json_mode", "undeclared_fields", "strict_types")}
    assert list(shown.values()) == [1, 30, None, 1800, False, False, True, 30, False, 60, 10000, True, 300, "any_compat",
                                    "text", "disclose", False]
    assert config.pool_size == PoolSize.Auto == PoolSize.auto_()
    test = DataFlowConfig.test()
    assert (test.database_url, test.auto_migrate, test.test_mode) == ("sqlite::memory:", True, True)


def test_settings_are_checked():
    for bad, error in (({"min_connections": -1}, OverflowError), ({"pg_type_mode": "x"}, ValueError),
                       ({"credential_provider": 5}, TypeError), ({"pool_size": 0}, ValueError),
                       ({"pool_size": -1}, OverflowError), ({"pool_size": "3"}, TypeError),
                       ({"json_mode": "x"}, ValueError), ({"undeclared_fields": "x"}, ValueError)):
        with pytest.raises(error):
            DataFlowConfig("sqlite::memory:", **bad)
    with pytest.raises(OverflowError):
        PoolSize.fixed(-1)


def test_old_settings_warn():
    with pytest.warns(DeprecationWarning):
        assert DataFlowConfig("sqlite::memory:", pool_timeout=7).connect_timeout_secs == 7
    with pytest.warns(DeprecationWarning):
        assert DataFlowConfig("sqlite::memory:", pool_recycle=8).max_lifetime_secs == 8
    with pytest.warns(DeprecationWarning):
        DataFlowConfig("sqlite::memory:", max_overflow=9)


def test_secrets_are_shown_nowhere():
    url = "postgresql://user:se@cret@host:5432/name?password=secret2"
    config = DataFlowConfig(url, pool_size=3, min_connections=5)
    assert repr(config) == "DataFlowConfig(url=[REDACTED], pool_size=PoolSize.fixed(3), min=5)"
    assert config.database_url_redacted() == "postgresql://***@host:5432/name"
    df = DataFlow("sqlite::memory:")
    assert repr(df) == 'DataFlow(url="[REDACTED]", models=0)'
    assert repr(PoolSize.per_worker(2)) == "PoolSize.per_worker(2)" and repr(PoolSize.Auto) == "PoolSize.Auto"


def test_the_environment_says_what_undeclared_fields_are(monkeypatch):
    monkeypatch.setenv("KAILASH_DATAFLOW_UNDECLARED", "redact")
    assert DataFlowConfig("sqlite::memory:").undeclared_fields == "redact"
    assert DataFlowConfig("sqlite::memory:", undeclared_fields="disclose").undeclared_fields == "disclose"
    monkeypatch.setenv("KAILASH_DATAFLOW_UNDECLARED", "hide")
    with pytest.raises(ValueError):
        DataFlowConfig("sqlite::memory:")


# ---- opening ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["sqlite::memory:", ":memory:", "sqlite://:memory:", "sqlite:///:memory:",
                                 "sqlite:x?mode=memory"])
def test_memory_has_many_names(url):
    assert DataFlow(url).health_check()


def test_files_are_made_unless_the_url_says_otherwise(tmp_path):
    for mode in ("ro", "rw"):
        with pytest.raises(kailash.DataFlowDatabaseError):
            DataFlow(f"sqlite:{tmp_path}/none.db?mode={mode}")
    path = tmp_path / "made.db"
    df = DataFlow(f"sqlite:///{path}")
    assert path.exists()
    pragma = lambda name: list(df.execute_raw(f"PRAGMA {name}")[0].values())[0]
    assert [pragma(name) for name in ("foreign_keys", "journal_mode", "synchronous", "cache_size")] == [1, "wal", 1, -2000]


def test_without_a_url_the_environment_counts(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert DataFlow().database_url_redacted() == "sqlite::memory:"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:{tmp_path}/e.db")
    DataFlow().close()
    assert (tmp_path / "e.db").exists()


def test_a_url_of_no_database_is_a_runtime_error():
    for url in ("foo://x", "", "sqlite:", "sqlite:x?what=1", "nonsense"):
        with pytest.raises(RuntimeError):
            DataFlow(url)


def test_settings_go_before_the_url(tmp_path):
    config = DataFlowConfig(f"sqlite:{tmp_path}/c.db")
    df = DataFlow("sqlite::memory:", config=config)
    assert (tmp_path / "c.db").exists() and df.config is config
    assert DataFlow("sqlite::memory:", config=config, auto_migrate=True).config.auto_migrate
    assert not config.auto_migrate


def test_credentials_come_from_their_provider(tmp_path):
    calls = []
    config = DataFlowConfig("sqlite::memory:", credential_refresh_interval_secs=0,
                            credential_provider=lambda: calls.append(1) or f"sqlite:{tmp_path}/p.db")
    df = DataFlow("ignored", config=config)
    assert (tmp_path / "p.db").exists() and len(calls) == 1
    df.execute_raw("SELECT 1")
    assert len(calls) == 2

    def fails():
        raise KeyError("secret")

    for provider in (fails, lambda: 5):
        with pytest.raises(RuntimeError, match="credential_provider") as caught:
            DataFlow("sqlite::memory:", config=DataFlowConfig("sqlite::memory:", credential_provider=provider))
        assert "secret" not in str(caught.value)


def test_a_provider_that_fails_later_is_no_fallback(tmp_path):
    good = [True]

    def provider():
        if not good[0]:
            raise ValueError("gone")
        return f"sqlite:{tmp_path}/p.db"

    config = DataFlowConfig("x", credential_provider=provider, credential_refresh_interval_secs=0)
    df = DataFlow("x", config=config)
    good[0] = False
    with pytest.raises(RuntimeError):
        df.execute_raw("SELECT 1")
    good[0] = True
    assert df.execute_raw("SELECT 1 AS a") == [{"a": 1}]


# ---- models on a database ---------------------------------------------------------------------------------


def test_tables_are_made_with_names_of_any_kind(database):
    model = (ModelDefinition("Order", "order").field("id", FieldType.integer(), primary_key=True)
             .field("select", FieldType.text(), unique=True, index=True).field("Group", FieldType.text(), nullable=True))
    df = database.dataflow(model)
    df.create_tables()
    q = database.quote
    df.execute_raw(f"INSERT INTO {q('order')} ({q('select')}, {q('Group')}) VALUES (?, ?)", ["a", "b"])
    assert df.execute_raw(f"SELECT * FROM {q('order')}") == [{"id": 1, "select": "a", "Group": "b"}]


def test_the_same_definition_may_come_again(database):
    df = database.dataflow(users())
    df.register_model(users())
    assert df.registered_models == df._registered_models == ["User"]
    with pytest.raises(ValueError, match="registered already"):
        df.register_model(users("others"))
    with pytest.raises(RuntimeError):
        df.register_model(ModelDefinition("Empty", "empty"))
    with pytest.raises(TypeError):
        df.register_model("User")


def test_a_model_may_grow_after_it_was_registered(database):
    model = users()
    df = database.dataflow(model)
    model.field("later", FieldType.text(), nullable=True)
    df.create_tables()
    with pytest.raises(ValueError):
        df.register_model(model)


def test_without_auto_migrate_there_is_no_table(database):
    df = database.dataflow(users(), auto_migrate=False)
    with pytest.raises(kailash.DataFlowDatabaseError):
        df.execute_raw("SELECT * FROM users")
    df.create_tables()
    assert df.execute_raw("SELECT * FROM users") == []


# ---- raw statements ---------------------------------------------------------------------------------------


def test_values_go_in_and_rows_come_out(database):
    df = database.dataflow(users())
    assert df.execute_raw("INSERT INTO users(name) VALUES (?)", ["it's ?"]) == []
    assert df.execute_raw("SELECT name FROM users WHERE name = ? AND name <> '?'", ["it's ?"]) == [{"name": "it's ?"}]
    assert df.execute_raw_blocking("SELECT name AS a, name AS b FROM users") == [{"a": "it's ?", "b": "it's ?"}]
    assert df.execute_raw_params_affected("UPDATE users SET name = ?", ["b"]) == 1
    assert df.execute_raw_params_affected("DELETE FROM users WHERE name = 'zz'") == 0
    with pytest.raises(TypeError):
        df.execute_raw("SELECT ?", (1,))
    with pytest.raises(TypeError):
        df.execute_raw("SELECT ?", {"a": 1})


def test_a_wrong_number_of_values_is_refused(database):
    df = database.dataflow()
    for text, params in (("SELECT ?", [1, 2]), ("SELECT ?, ?", [1]), ("SELECT 1", [1])):
        with pytest.raises(ValueError):
            df.execute_raw(text, params)


def test_lists_and_dicts_are_json_text(database):
    df = database.dataflow()
    df.execute_raw("CREATE TABLE raw (a TEXT)")
    df.execute_raw("INSERT INTO raw VALUES (?)", [{"b": [1, "ü", None], "a": True}])
    assert df.execute_raw("SELECT a FROM raw") == [{"a": '{"b": [1, "ü", null], "a": true}'}]


def test_times_and_uuids_are_text(database):
    df = database.dataflow()
    df.execute_raw("CREATE TABLE raw (a TEXT, b TEXT)")
    when, key = datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc), uuid.UUID(int=10)
    df.execute_raw("INSERT INTO raw VALUES (?, ?)", [when, key])
    assert df.execute_raw("SELECT a, b FROM raw") == [{"a": "2024-01-02T03:04:05+00:00", "b": str(key)}]


def test_bytes_are_stored_as_they_are(database):
    df = database.dataflow()
    kind = {"postgres": "BYTEA"}.get(database.engine, "BLOB")
    df.execute_raw(f"CREATE TABLE raw (a {kind})")
    df.execute_raw("INSERT INTO raw VALUES (?)", [b"\x00\xff"])
    assert df.execute_raw("SELECT a FROM raw") == [{"a": b"\x00\xff"}]


def test_several_statements_are_sqlites_alone(database):
    df = database.dataflow(users())
    text = "INSERT INTO users(name) VALUES ('a'); SELECT name FROM users"
    if database.engine == "sqlite":
        assert df.execute_raw(text) == [{"name": "a"}]
        assert df.execute_raw("SELECT 1 AS a; DELETE FROM users") == []
    else:
        with pytest.raises(kailash.DataFlowDatabaseError):
            df.execute_raw(text)
    with pytest.raises(RuntimeError):
        df.execute_raw("SELECT ?; SELECT 2", [1])


def test_the_second_pool_cannot_write(database):
    df = database.dataflow(users())
    df.execute_raw("INSERT INTO users(name) VALUES ('a')")
    assert df.execute_lightweight("SELECT name FROM users WHERE name = ?", ["a"]) == [{"name": "a"}]
    assert df.execute_lightweight_blocking("SELECT 1 AS a") == [{"a": 1}]
    for text in ("DELETE FROM users", "INSERT INTO users(name) VALUES ('b')", "CREATE TABLE x (a INTEGER)"):
        with pytest.raises(kailash.DataFlowDatabaseError):
            df.execute_lightweight(text)
    df.execute_raw("INSERT INTO users(name) VALUES ('c')")
    assert len(df.execute_lightweight("SELECT * FROM users")) == 2


# ---- errors -----------------------------------------------------------------------------------------------


def test_errors_have_their_classes():
    error = kailash.DataFlowDatabaseError
    assert issubclass(error, RuntimeError) and issubclass(kailash.ConstraintViolationError, error)
    for name in ("UniqueViolationError", "ForeignKeyViolationError", "NotNullViolationError", "CheckViolationError"):
        assert issubclass(getattr(kailash, name), kailash.ConstraintViolationError)
    for name in ("TenantRequiredError", "RowClassificationRequiredError"):
        assert getattr(kailash, name).__mro__[1] is Exception
    for name in ("TenantMismatchError", "RowLockUnsupportedError", "RowClassifiedAggregateRefusedError"):
        assert getattr(kailash, name).__mro__[1] is RuntimeError


def violations(database):
    df = database.dataflow(users())
    df.execute_raw("CREATE TABLE child (a INTEGER CHECK (a > 0), owner {} NOT NULL, FOREIGN KEY (owner) REFERENCES users(id))"
                   .format({"sqlite": "INTEGER"}.get(database.engine, "BIGINT")))
    df.execute_raw("INSERT INTO users(name) VALUES ('a')")
    return df


@pytest.mark.parametrize("text, name, kind, sqlstate", [
    ("INSERT INTO users(name) VALUES ('a')", "UniqueViolationError", "unique", "23505"),
    ("INSERT INTO users(name) VALUES (NULL)", "NotNullViolationError", "not_null", "23502"),
    ("INSERT INTO child(a, owner) VALUES (1, 77)", "ForeignKeyViolationError", "foreign_key", "23503"),
    ("INSERT INTO child(a, owner) VALUES (-1, 1)", "CheckViolationError", "check", "23514"),
])
def test_a_broken_rule_has_its_class(database, text, name, kind, sqlstate):
    df = violations(database)
    with pytest.raises(kailash.ConstraintViolationError) as caught:
        df.execute_raw(text)
    error = caught.value
    assert type(error) is getattr(kailash, name)
    assert (error.constraint_kind, error.sqlstate, error.sqlstate_status) == (kind, sqlstate, "reported")
    assert str(error).startswith("execute_raw failed: database error: error returned from database: ")
    if kind == "not_null":
        assert error.columns == ["name"]


def test_values_are_not_told(database):
    df = violations(database)
    df.execute_raw("INSERT INTO users(name) VALUES (?)", ["top secret"])
    with pytest.raises(kailash.UniqueViolationError) as caught:
        df.execute_raw("INSERT INTO users(name) VALUES (?)", ["top secret"])
    assert "secret" not in str(caught.value)
    if database.engine == "postgres":
        with pytest.raises(kailash.DataFlowDatabaseError, match="<redacted…>") as caught:
            df.execute_raw("SELECT CAST(? AS BIGINT) + 1", ["secret"])
        assert "secret" not in str(caught.value) and caught.value.sqlstate == "22P02"


def test_other_errors_are_plain(database):
    df = database.dataflow()
    with pytest.raises(kailash.DataFlowDatabaseError) as caught:
        df.execute_raw("SELECT * FROM nowhere")
    assert type(caught.value) is kailash.DataFlowDatabaseError
    expected = {"sqlite": ("not_reported", None), "postgres": ("reported", "42P01"), "mariadb": ("reported", "42S02")}
    assert (caught.value.sqlstate_status, caught.value.sqlstate) == expected[database.engine]


def test_after_close_all_is_refused(database):
    df = database.dataflow(users())
    assert df.is_connected() and df.health_check()
    df.close()
    df.close()
    assert not df.is_connected() and not df.health_check()
    for call in (lambda: df.execute_raw("SELECT 1"), df.create_tables, lambda: df.stream("SELECT 1"),
                 lambda: df.execute_lightweight("SELECT 1"),
                 lambda: df.register_model(ModelDefinition("N", "n").field("id", FieldType.integer(), primary_key=True))):
        with pytest.raises(kailash.DataFlowDatabaseError) as caught:
            call()
        assert (caught.value.sqlstate_status, caught.value.sqlstate) == ("undetermined", None)


# ---- streams ----------------------------------------------------------------------------------------------


def numbered(database, count=25):
    df = database.dataflow()
    df.execute_raw("CREATE TABLE numbers (n INTEGER PRIMARY KEY, t VARCHAR(20))")
    for n in range(count):
        df.execute_raw("INSERT INTO numbers VALUES (?, ?)", [count - n, f"t{count - n}"])
    return df


def test_rows_come_in_batches(database):
    df = numbered(database)
    stream = df.stream("SELECT n FROM numbers ORDER BY n", batch_size=10)
    batches = [stream.next_batch() for _ in range(4)]
    assert [len(batch) for batch in batches[:3]] == [10, 10, 5] and batches[3] is None
    assert [row["n"] for batch in batches[:3] for row in batch] == list(range(1, 26))
    assert stream.next_batch() is None
    assert [row["n"] for row in df.stream("SELECT n FROM numbers WHERE n > ? ORDER BY n", [20], batch_size=2)] == [21, 22, 23, 24, 25]
    assert len(df.stream("SELECT n FROM numbers", batch_size=0).next_batch()) == 25


def test_a_keyset_stream_is_ordered(database):
    df = numbered(database)
    for text in ("SELECT n, t FROM numbers", "SELECT n, t FROM numbers; ", "SELECT n, t FROM numbers -- all"):
        with df.stream_keyset(text, key_column="n", batch_size=10) as stream:
            assert [row["n"] for row in stream] == list(range(1, 26))
    with pytest.raises(RuntimeError, match="invalid SQL identifier"):
        df.stream_keyset("SELECT n FROM numbers", key_column="n; --")
    with pytest.raises(RuntimeError):
        df.stream_keyset("SELECT n FROM numbers", key_column="")
    with pytest.raises(kailash.DataFlowDatabaseError):
        df.stream_keyset("SELECT n FROM numbers", key_column="nope").next_batch()
    with pytest.raises(TypeError):
        df.stream_keyset("SELECT n FROM numbers")


def test_a_stream_gives_its_connection_back(database):
    df = numbered(database)
    before = df.pool_metrics().active
    stream = df.stream("SELECT n FROM numbers", batch_size=5)
    stream.next_batch()
    del stream  # neither read to its end nor closed
    gc.collect()
    for row in df.stream("SELECT n FROM numbers"):
        pass
    closed = df.stream("SELECT n FROM numbers", batch_size=5)
    closed.close()
    closed.close()
    assert closed.next_batch() is None and list(closed) == []
    assert df.pool_metrics().active == before
    with pytest.raises(kailash.DataFlowDatabaseError):
        df.stream("SELECT * FROM nowhere").next_batch()
    assert df.pool_metrics().active == before
    with pytest.raises(OverflowError):
        df.stream("SELECT 1", batch_size=-1)


def test_writing_beside_a_stream(database):
    df = numbered(database)
    with df.stream("SELECT n FROM numbers ORDER BY n", batch_size=5) as stream:
        stream.next_batch()
        df.execute_raw("INSERT INTO numbers VALUES (1000, 'x')")
        rest = list(stream)
    assert [row["n"] for row in rest][:20] == list(range(6, 26))
    assert df.execute_raw("SELECT count(*) AS n FROM numbers")[0]["n"] == 26


def test_writing_beside_a_stream_in_memory():
    df = DataFlow("sqlite::memory:")
    df.execute_raw("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
    df.execute_raw("INSERT INTO numbers VALUES (1), (2), (3)")
    begun = time.monotonic()
    with df.stream("SELECT n FROM numbers ORDER BY n", batch_size=1) as stream:
        for row in stream:
            df.execute_raw("INSERT INTO numbers VALUES (?)", [row["n"] + 10])
    assert time.monotonic() - begun < 2
    assert [row["n"] for row in df.execute_raw("SELECT n FROM numbers ORDER BY n")] == [1, 2, 3, 11, 12, 13]


def test_a_large_table_passes_through_little_memory(database):
    df = database.dataflow()
    df.execute_raw("CREATE TABLE big (n INTEGER, t VARCHAR(200))")
    for start in range(0, 20000, 1000):
        values = ", ".join(f"({n}, '{'x' * 100}')" for n in range(start, start + 1000))
        df.execute_raw(f"INSERT INTO big VALUES {values}")
    count = 0
    with df.stream("SELECT n, t FROM big", batch_size=500) as stream:
        while batch := stream.next_batch():
            assert len(batch) <= 500
            count += len(batch)
    assert count == 20000


# ---- pools ------------------------------------------------------------------------------------------------


def test_pools_are_sized_by_their_kind(database):
    df = database.dataflow()
    most = {"sqlite": 5, "postgres": 10, "mariadb": 10}[database.engine]
    assert df.pool_status() == {"pool_size": 1, "idle": 1}
    metrics = df.pool_metrics()
    assert (metrics.active, metrics.idle, metrics.max_connections, metrics.min_connections) == (0, 1, most, 1)
    assert repr(metrics) == f"PoolMetrics(active=0, idle=1, max={most}, utilization=0.0%)"
    assert df.resolve_pool_size() == {"sqlite": 3, "postgres": 70, "mariadb": 105}[database.engine]
    assert df.resolve_pool_size(PoolSize.fixed(7)) == 7
    with df.stream("SELECT 1"):
        assert df.pool_metrics().utilization_pct == pytest.approx(100 / most)


def test_workers_share_a_server(monkeypatch):
    df = DataFlow("sqlite::memory:")
    monkeypatch.setenv("KAILASH_WORKERS", "4")
    assert df.resolve_pool_size(PoolSize.per_worker(2)) == 8
    assert df.resolve_pool_size(PoolSize.fixed(3)) == 3
    assert df.pool_metrics().max_connections == 1


def test_metrics_may_be_switched_off():
    assert DataFlow("x", config=DataFlowConfig("sqlite::memory:", enable_pool_monitor=False)).pool_metrics() is None


def test_a_full_pool_is_an_error_in_time(database):
    df = database.dataflow(pool_size=1, connect_timeout_secs=1)
    begun = time.monotonic()
    with df.stream("SELECT 1 AS a"):
        with pytest.raises(kailash.DataFlowDatabaseError, match="no connection") as caught:
            df.execute_raw("SELECT 1")
    assert 0.5 < time.monotonic() - begun < 10 and caught.value.sqlstate_status == "undetermined"
    assert df.execute_raw("SELECT 1 AS a") == [{"a": 1}]


def test_connections_stay_and_go_as_settings_say(database):
    df = database.dataflow(min_connections=2, idle_timeout_secs=1)
    assert df.pool_status() == {"pool_size": 2, "idle": 2}
    streams = [df.stream("SELECT 1") for _ in range(4)]
    assert df.pool_status()["pool_size"] == 4
    del streams
    gc.collect()
    time.sleep(1.2)
    df.execute_raw("SELECT 1")
    assert df.pool_status()["pool_size"] == 2


def test_old_connections_are_replaced(database):
    if database.engine == "sqlite":
        pytest.skip("a connection to a file has no number of its own")
    df = database.dataflow(max_lifetime_secs=1)
    text = {"postgres": "SELECT pg_backend_pid() AS n", "mariadb": "SELECT CONNECTION_ID() AS n"}[database.engine]
    first = df.execute_raw(text)
    assert df.execute_raw(text) == first
    time.sleep(1.1)
    assert df.execute_raw(text) != first


def test_a_server_that_drops_a_connection_costs_one_error(database):
    if database.engine == "sqlite":
        pytest.skip("there is no server")
    df, other = database.dataflow(), database.dataflow()
    text = {"postgres": "SELECT pg_backend_pid() AS n", "mariadb": "SELECT CONNECTION_ID() AS n"}[database.engine]
    kill = {"postgres": "SELECT pg_terminate_backend({})", "mariadb": "KILL {}"}[database.engine]
    with df.stream("SELECT 1 AS a UNION ALL SELECT 2", batch_size=1) as stream:
        stream.next_batch()
    number = df.execute_raw(text)[0]["n"]
    other.execute_raw(kill.format(number))
    time.sleep(0.2)
    assert df.execute_raw("SELECT 1 AS a") == [{"a": 1}]  # an idle connection is looked at first
    assert df.execute_raw(text)[0]["n"] != number


def test_a_monitor_watches_until_it_is_dropped(caplog):
    df = DataFlow("sqlite::memory:")
    monitor = PoolMonitorHandle.spawn(df, 0.02)
    assert monitor.metrics().max_connections == 1
    monitor.shutdown()
    monitor.shutdown()
    with pytest.raises(RuntimeError, match="shut down"):
        monitor.metrics()
    for bad in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError):
            PoolMonitorHandle.spawn(df, bad)
    with caplog.at_level(logging.DEBUG, logger="kailash.dataflow"):
        dropped = PoolMonitorHandle.spawn(df, 0.02)
        with df.stream("SELECT 1") as stream:
            deadline = time.monotonic() + 5
            while "connections are in use" not in caplog.text and time.monotonic() < deadline:
                time.sleep(0.02)
        del dropped
    assert "connections are in use" in caplog.text


def test_lazy_means_later(tmp_path):
    lazy = LazyDataFlow(f"sqlite:{tmp_path}/l.db")
    assert not lazy.is_initialized and not (tmp_path / "l.db").exists()
    assert repr(lazy) == "LazyDataFlow(initialized=False)"
    assert lazy.get() is lazy.get() and lazy.is_initialized
    assert repr(lazy) == "LazyDataFlow(initialized=True)"
    bad = LazyDataFlow("sqlite:/no/such/folder/x.db")
    with pytest.raises(RuntimeError):
        bad.get()
    assert not bad.is_initialized


# ---- threads, processes, ends -------------------------------------------------------------------------------


def test_threads_share_a_database(database):
    df = database.dataflow(users())
    failures = []

    def insert(thread):
        try:
            for n in range(50):
                df.execute_raw("INSERT INTO users(name) VALUES (?)", [f"{thread}-{n}"])
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=insert, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert df.execute_raw("SELECT count(*) AS n FROM users") == [{"n": 200}]


def test_threads_share_a_database_in_memory():
    df = DataFlow("sqlite::memory:", auto_migrate=True)
    df.register_model(users())
    threads = [threading.Thread(target=lambda t=t: [df.execute_raw("INSERT INTO users(name) VALUES (?)", [f"{t}-{n}"])
                                                   for n in range(100)]) for t in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert df.execute_raw("SELECT count(*) AS n FROM users") == [{"n": 400}]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("url", ["sqlite::memory:", "file"])
def test_a_forked_child_has_its_own_connections(url, tmp_path):
    df = DataFlow(url if url != "file" else f"sqlite:{tmp_path}/f.db", auto_migrate=True)
    df.register_model(users())
    df.execute_raw("INSERT INTO users(name) VALUES ('a')")
    child = os.fork()
    if child == 0:
        try:
            df.execute_raw("INSERT INTO users(name) VALUES ('b')")
            os._exit(0 if df.execute_raw("SELECT count(*) AS n FROM users") == [{"n": 2}] else 1)
        except BaseException:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(df.execute_raw("SELECT * FROM users")) == (1 if url != "file" else 2)


def test_everything_may_be_left_open_at_the_end(tmp_path):
    script = f"""
import kailash
from kailash.dataflow import LazyDataFlow
df = kailash.DataFlow("sqlite:{tmp_path}/x.db")
memory = kailash.DataFlow("sqlite::memory:")
stream = df.stream("SELECT 1 UNION SELECT 2", batch_size=1)
stream.next_batch()
monitor = kailash.PoolMonitorHandle.spawn(df, 0.01)
lazy = LazyDataFlow("sqlite::memory:")
lazy.get()
closed = kailash.DataFlow("sqlite::memory:")
closed.close()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_module_has_its_names():
    for name in ("DataFlow", "DataFlowConfig", "ModelDefinition", "FieldType", "FieldDef", "PoolMonitorHandle", "db",
                 "LazyDataFlow"):
        assert name in kailash.dataflow.__all__ and getattr(kailash.dataflow, name)
    for name in ("PoolMetrics", "PoolSize", "RowStream", "DataFlowDatabaseError"):
        assert name in kailash.__all__ and getattr(kailash, name)
    assert kailash.DataFlow is kailash.dataflow.DataFlow
    assert importlib.import_module("kailash.dataflow.model").db is db


# ---- values out of raw statements ---------------------------------------------------------------------------


def test_decimals_are_floats_where_that_loses_nothing(database):
    df = database.dataflow()
    if database.engine == "sqlite":
        pytest.skip("SQLite keeps decimals as floats")
    digits = "12345678901234567890.12"
    row = df.execute_raw(f"SELECT CAST(12.50 AS DECIMAL(30,2)) AS a, CAST({digits} AS DECIMAL(30,2)) AS b")[0]
    assert row["a"] == 12.5 and type(row["a"]) is float
    assert row["b"] == decimal.Decimal(digits) and type(row["b"]) is decimal.Decimal
    with df.stream(f"SELECT CAST({digits} AS DECIMAL(30,2)) AS b") as stream:
        assert stream.next_batch() == [{"b": decimal.Decimal(digits)}]


def test_postgres_runs_a_statement_once(database):
    if database.engine != "postgres":
        pytest.skip("the types are those of PostgreSQL")
    df = database.dataflow()
    df.execute_raw("CREATE SEQUENCE s")
    row = df.execute_raw(
        "SELECT nextval('s') AS n, 1.5::numeric AS d, ARRAY[1, 2] AS l, '{\"a\": [1]}'::jsonb AS j, "
        "'00000000-0000-0000-0000-00000000000A'::uuid AS u, '2024-01-02 03:04:05+01'::timestamptz AS t, "
        "'2024-01-02'::date AS day, '\\x00ff'::bytea AS b")[0]
    assert row == {"n": 1, "d": 1.5, "l": [1, 2], "j": {"a": [1]}, "u": "00000000-0000-0000-0000-00000000000a",
                   "t": "2024-01-02T02:04:05+00:00", "day": "2024-01-02", "b": b"\x00\xff"}
    assert df.execute_raw("SELECT nextval('s') AS n") == [{"n": 2}]
    df.execute_raw("CREATE TABLE prices (id SERIAL, price NUMERIC)")
    assert df.execute_raw("INSERT INTO prices(price) VALUES (?) RETURNING id, price", [1.25]) == [{"id": 1, "price": 1.25}]
    assert df.execute_raw("SELECT count(*) AS n FROM prices") == [{"n": 1}]


# ---- servers that go away -----------------------------------------------------------------------------------


def test_a_connection_killed_in_a_transaction_is_told(database):
    if database.engine == "sqlite":
        pytest.skip("there is no server")
    df, other = database.dataflow(users()), database.dataflow()
    text = {"postgres": "SELECT pg_backend_pid() AS n", "mariadb": "SELECT CONNECTION_ID() AS n"}[database.engine]
    kill = {"postgres": "SELECT pg_terminate_backend({})", "mariadb": "KILL {}"}[database.engine]
    with pytest.raises(kailash.DataFlowDatabaseError) as caught:
        with df.transaction() as transaction:
            transaction.execute_raw("INSERT INTO users(name) VALUES (?)", ["lost"])
            number = transaction.execute_raw(text, [])[0]["n"]
            other.execute_raw(kill.format(number))
            time.sleep(0.2)
            transaction.execute_raw("INSERT INTO users(name) VALUES (?)", ["lost too"])
    assert caught.value.sqlstate_status == "reported"
    assert caught.value.sqlstate.startswith(("08", "57", "HY", "70"))
    assert df.execute_raw("SELECT count(*) AS n FROM users") == [{"n": 0}]
    assert df.health_check()


def test_a_locked_file_is_waited_for_and_then_an_error(tmp_path):
    import sqlite3

    df = DataFlow(f"sqlite:{tmp_path}/locked.db")
    df.execute_raw("CREATE TABLE t (a INTEGER)")
    holder = sqlite3.connect(f"{tmp_path}/locked.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert df.execute_raw("SELECT * FROM t") == []
    begun = time.monotonic()
    with pytest.raises(kailash.DataFlowDatabaseError) as caught:
        df.execute_raw("INSERT INTO t VALUES (1)")
    assert 4 < time.monotonic() - begun < 15
    assert (caught.value.native_code, caught.value.sqlstate_status) == (5, "not_reported")
    holder.execute("COMMIT")
    df.execute_raw("INSERT INTO t VALUES (1)")


def test_texts_take_decimals_as_their_digits(database):
    model = (ModelDefinition("Price", "prices").field("id", FieldType.integer(), primary_key=True)
             .field("amount", FieldType.text(), default_value=decimal.Decimal("0.10"))
             .field("ratio", FieldType.float(), nullable=True).field("data", FieldType.json(), nullable=True))
    df = database.dataflow(model)
    amount = decimal.Decimal("12345678901234567890.120")
    assert df.express.create("Price", {"amount": amount})["amount"] == str(amount)
    assert df.express.create("Price", {})["amount"] == "0.10"
    found = df.express.list("Price", [kailash.FilterCondition.eq("amount", amount)])
    assert [row["id"] for row in found] == [1]
    assert df.express.bulk_create("Price", [{"amount": decimal.Decimal(1)}])[0]["amount"] == "1"
    for data in ({"ratio": decimal.Decimal(1)}, {"data": decimal.Decimal(1)}, {"data": [decimal.Decimal(1)]},
                 {"data": {"a": {"b": decimal.Decimal(1)}}}):
        with pytest.raises(TypeError, match="Decimal|no JSON form"):
            df.express.create("Price", data)
    for data in ({"data": [float("nan")]}, {"data": {"a": b"x"}}):
        with pytest.raises(ValueError, match="no JSON form"):
            df.express.create("Price", data)
    with pytest.raises(TypeError):
        df.execute_raw("SELECT ?", [decimal.Decimal(1)])


# ---- Ctrl-C -------------------------------------------------------------------------------------------------

LONG = {
    "sqlite": "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c",
    "postgres": "SELECT pg_sleep(600)",
    "mariadb": "SELECT SLEEP(600)",
}


def test_ctrl_c_ends_a_statement(database):
    df = database.dataflow(users())
    for call in (lambda: df.execute_raw(LONG[database.engine]),
                 lambda: df.stream(LONG[database.engine]).next_batch()):
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        begun = time.monotonic()
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            call()
        assert time.monotonic() - begun < 10
        timer.join()
    assert df.execute_raw("SELECT count(*) AS n FROM users") == [{"n": 0}]


def test_ctrl_c_ends_a_wait_for_a_connection(database):
    df = database.dataflow(pool_size=1)
    with df.stream("SELECT 1 AS a"):
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            df.execute_raw("SELECT 1")
        timer.join()
    assert df.execute_raw("SELECT 1 AS a") == [{"a": 1}]
