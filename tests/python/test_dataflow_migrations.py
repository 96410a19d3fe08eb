"""Migrations: from any models to any others and back, on each engine."""

import hashlib
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import kailash
from kailash import DataFlowInspector, FieldType, Migration, MigrationManager, ModelDefinition

MANAGER = MigrationManager()
TYPES = ("integer", "float", "text", "boolean", "timestamp", "json", "uuid", "vector")


def model(*fields, name="Thing", table="things", key="integer", native=False):
    """fields: (name, type, {settings})."""
    made = ModelDefinition(name, table).field("id", getattr(FieldType, key)(), primary_key=True)
    for field, kind, *more in fields:
        made.field(field, getattr(FieldType, kind)(), **(more[0] if more else {}))
    return made.pg_type_mode("native") if native else made


def schema(df, *tables):
    """What is there, without what no model can say: order, names of indexes, defaults."""
    found = {}
    for table in tables:
        if table not in DataFlowInspector.tables(df):
            found[table] = None
            continue
        columns = DataFlowInspector.table_info(df, table)["columns"]
        indexes = DataFlowInspector.indexes(df, table)
        keys = DataFlowInspector.foreign_keys(df, table)
        found[table] = {
            "columns": {c["name"]: (c["data_type"], c["is_nullable"], c["is_primary_key"]) for c in columns},
            "unique": {tuple(i["columns"]) for i in indexes if i["is_unique"]},
            "indexes": {tuple(i["columns"]) for i in indexes if not i["is_unique"]},
            "keys": {(tuple(k["columns"]), k["table"], tuple(k["references"])) for k in keys},
        }
    return found


def migrate(df, **options):
    migration = MANAGER.generate_migration(df, **options)
    MANAGER.apply(migration, df)
    return migration


# ---- the property --------------------------------------------------------------------------------


@st.composite
def models(draw):
    native = draw(st.booleans())
    fields = []
    for name in draw(st.lists(st.sampled_from(["a", "b", "order", "Mixed", "e"]), unique=True)):
        kind = draw(st.sampled_from(TYPES))
        indexable = kind not in ("json", "vector")  # MySQL has no index over a text without bounds
        more = {"nullable": draw(st.booleans())}
        if indexable:
            more |= {"unique": draw(st.booleans()), "index": draw(st.booleans())}
        if kind == "integer" and draw(st.booleans()):
            more["references"] = ("parents", "id")
        fields.append((name, kind, more))
    return fields, native


PARENTS = model(("label", "text"), name="Parent", table="parents")
TABLES = ("parents", "things")


def drop_all(df):
    for table in ("things", "parents", "_kailash_migrations"):
        df.execute_raw(f"DROP TABLE IF EXISTS {table}")


def to_others_and_back(database, before, after):
    drop_all(database.dataflow(auto_migrate=False))
    wanted = database.dataflow(PARENTS, model(*after[0], native=after[1]))
    expected = schema(wanted, *TABLES)
    assert MANAGER.status(wanted)["pending_count"] == 0
    drop_all(wanted)

    old = database.dataflow(PARENTS, model(*before[0], native=before[1]))
    original = schema(old, *TABLES)
    new = database.dataflow(PARENTS, model(*after[0], native=after[1]), auto_migrate=False)
    changes = MANAGER.diff(new, allow_drops=True)["changes"]
    assert bool(changes) == (original != expected)
    if changes:
        migration = migrate(new, allow_drops=True)
        assert schema(new, *TABLES) == expected, migration.up_sql
        assert MANAGER.diff(new, allow_drops=True) == {"changes": [], "kept": []}
        MANAGER.rollback(migration.version, new)
        assert schema(new, *TABLES) == original, migration.down_sql
        assert MANAGER.list_applied(new) == []


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(models(), models())
@example(([("b", "integer", {"unique": True, "references": ("parents", "id")})], False),
         ([("b", "float", {"index": True})], False))
def test_any_models_become_any_others_and_back(database, before, after):
    try:
        to_others_and_back(database, before, after)
    finally:
        database.close()
        database.opened.clear()


# ---- rows ------------------------------------------------------------------------------------------


def rows_of(df):
    return df.execute_raw("SELECT * FROM things ORDER BY id")


@pytest.mark.parametrize("before, value, after, expected", [
    ("integer", 7, "text", "7"),
    ("text", "12", "integer", 12),
    ("boolean", True, "integer", 1),
    ("boolean", True, "text", "1"),
    ("integer", 1, "boolean", True),
    ("integer", 0, "boolean", False),
    ("integer", 3, "float", 3.0),
    ("timestamp", "2024-01-02T03:04:05.678000+00:00", "text", "2024-01-02T03:04:05.678000+00:00"),
    ("text", "2024-01-02T03:04:05.678000+00:00", "timestamp", "2024-01-02T03:04:05.678000+00:00"),
    ("text", "2024-01-02T03:04:05+02:00", "timestamp",
     {"sqlite": "2024-01-02T03:04:05+02:00", "postgres": "2024-01-02T01:04:05+00:00",
      "mariadb": "2024-01-02T01:04:05+00:00"}),
    ("uuid", "6c1b1d3e-9c1f-4b0a-8d53-0f3f1f3f9a11", "text", "6c1b1d3e-9c1f-4b0a-8d53-0f3f1f3f9a11"),
    ("text", '{"a": 1}', "json", '{"a": 1}'),
])
def test_values_survive_another_type(database, before, value, after, expected):
    native = {"native": True}
    old = database.dataflow(model(("v", before, {"nullable": True}), **native))
    old.express.create("Thing", {"id": 1, "v": value})
    old.express.create("Thing", {"id": 2, "v": None})
    new = database.dataflow(model(("v", after, {"nullable": True}), **native), auto_migrate=False)
    migration = MANAGER.generate_migration(new) if MANAGER.diff(new)["changes"] else None
    if migration:
        MANAGER.apply(migration, new)
    if isinstance(expected, dict):
        expected = expected[database.engine]
    assert [row["v"] for row in new.express.list("Thing", order_by="id")] == [expected, None]
    if migration:
        MANAGER.rollback(migration.version, new)
    assert schema(new, "things") == schema(old, "things")


def test_what_cannot_become_the_type_is_refused_and_nothing_is_done(database):
    old = database.dataflow(model(("v", "text"), ("w", "integer", {"nullable": True})))
    old.express.create("Thing", {"id": 1, "v": "twelve", "w": None})
    new = database.dataflow(model(("v", "integer"), ("w", "integer")), auto_migrate=False)
    migration = MANAGER.generate_migration(new)
    with pytest.raises(kailash.DataFlowDatabaseError):
        MANAGER.apply(migration, new)
    assert rows_of(new) == [{"id": 1, "v": "twelve", "w": None}]
    assert schema(new, "things") == schema(old, "things")
    assert MANAGER.list_applied(new) == []
    # a connection is as it was: SQLite looks at foreign keys again
    if database.engine == "sqlite":
        assert new.execute_raw("PRAGMA foreign_keys") == [{"foreign_keys": 1}]
        assert new.execute_raw("PRAGMA legacy_alter_table") == [{"legacy_alter_table": 0}]


def test_new_columns_get_the_defaults_of_the_model(database):
    old = database.dataflow(model())
    old.express.create("Thing", {"id": 1})
    new = database.dataflow(model(
        ("t", "text", {"default_value": "it's \\ here"}), ("i", "integer", {"default_value": -5}),
        ("f", "float", {"default_value": 2.5}), ("b", "boolean", {"default_value": True}),
        ("j", "json", {"default_value": {"a": [1]}}), ("n", "text", {"nullable": True}),
        ("t0", "text"), ("i0", "integer"), ("f0", "float"), ("b0", "boolean"), ("j0", "json"),
        ("u0", "uuid"), ("s0", "timestamp"), ("v0", "vector")).auto_timestamps(), auto_migrate=False)
    migrate(new)
    row = new.express.read("Thing", 1)
    assert row == {
        "id": 1, "t": "it's \\ here", "i": -5, "f": 2.5, "b": True, "j": '{"a": [1]}', "n": None,
        "t0": "", "i0": 0, "f0": 0.0, "b0": False, "j0": "{}", "v0": "[]",
        "u0": "00000000-0000-0000-0000-000000000000", "s0": row["s0"],
        "created_at": "1970-01-01T00:00:00.000000000+00:00", "updated_at": row["created_at"]}
    assert row["s0"].startswith("1970-01-01T00:00:00")


def test_rows_without_a_value_get_the_default_of_a_column_that_needs_one(database):
    old = database.dataflow(model(("v", "text", {"nullable": True})))
    old.express.create("Thing", {"id": 1, "v": None})
    old.express.create("Thing", {"id": 2, "v": "x"})
    new = database.dataflow(model(("v", "text", {"default_value": "none"})), auto_migrate=False)
    migrate(new)
    assert [row["v"] for row in rows_of(new)] == ["none", "x"]


def test_rows_and_what_refers_to_them_survive_a_table_made_anew(database):
    child = model(("parent", "integer", {"references": ("things", "id")}), name="Child", table="children")
    old = database.dataflow(model(("v", "integer"), ("u", "text", {"unique": True})), child)
    old.express.create("Thing", {"id": 1, "v": 5, "u": "a"})
    old.express.create("Child", {"id": 1, "parent": 1})
    old.execute_raw("CREATE INDEX by_hand ON things (v, id)")
    new = database.dataflow(model(("v", "integer", {"nullable": True}), ("u", "text", {"unique": True})), child,
                            auto_migrate=False)
    migration = migrate(new)
    assert rows_of(new) == [{"id": 1, "v": 5, "u": "a"}]
    assert "by_hand" in [index["name"] for index in DataFlowInspector.indexes(new, "things")]
    assert MANAGER.diff(new)["changes"] == []
    with pytest.raises(kailash.UniqueViolationError):
        new.express.create("Thing", {"id": 2, "v": None, "u": "a"})
    with pytest.raises(kailash.ForeignKeyViolationError):
        new.execute_raw("DELETE FROM things")
    MANAGER.rollback(migration.version, new)
    assert "by_hand" in [index["name"] for index in DataFlowInspector.indexes(new, "things")]
    with pytest.raises(kailash.ForeignKeyViolationError):
        new.execute_raw("DELETE FROM things")


# ---- what is left alone ------------------------------------------------------------------------------


def test_what_no_model_declares_stays_unless_asked(database):
    old = database.dataflow(model(("a", "integer", {"unique": True}), ("b", "text", {"nullable": True}),
                                  ("c", "integer", {"index": True})))
    old.express.create("Thing", {"id": 1, "a": 1, "b": "kept", "c": 1})
    new = database.dataflow(model(("a", "float", {"nullable": True}), ("c", "integer")), auto_migrate=False)
    assert sorted(MANAGER.diff(new)["kept"]) == ["column things.b", "index of things.c", "unique index of things.a"]
    migrate(new)
    assert rows_of(new)[0]["b"] == "kept"
    assert schema(new, "things")["things"]["unique"] == {("a",)}
    assert MANAGER.status(new)["has_pending"] is False
    migration = migrate(new, allow_drops=True)
    assert set(schema(new, "things")["things"]["columns"]) == {"id", "a", "c"}
    assert schema(new, "things")["things"]["unique"] == set()
    MANAGER.rollback(migration.version, new)
    assert schema(new, "things")["things"]["unique"] == {("a",)}


def test_tables_of_no_model_are_never_dropped(database):
    database.dataflow(model())
    other = database.dataflow(model(name="Other", table="others"), auto_migrate=False)
    migrate(other, allow_drops=True)
    assert "things" in DataFlowInspector.tables(other)


@pytest.mark.parametrize("before, after", [
    (dict(key="integer"), dict(key="text")), (dict(key="uuid"), dict(key="integer"))])
def test_another_primary_key_is_refused(database, before, after):
    database.dataflow(model(**before))
    new = database.dataflow(model(**after), auto_migrate=False)
    with pytest.raises(RuntimeError, match="generate_migration failed: migration failed: table \"things\": "
                                           "the primary key has another type than in the model"):
        MANAGER.generate_migration(new)


def test_a_table_that_models_cannot_say_is_not_spoilt(tmp_path):
    df = kailash.DataFlow(f"sqlite:{tmp_path}/x.db")
    df.execute_raw("CREATE TABLE things (id INTEGER PRIMARY KEY, v INTEGER CHECK (v > 0))")
    df.register_model(model(("v", "text")))
    with pytest.raises(RuntimeError, match='must be made anew, but it has "check"'):
        MANAGER.generate_migration(df)
    df.execute_raw("DROP TABLE things")
    df.execute_raw("""CREATE TABLE [things] (id INTEGER PRIMARY KEY, "check" TEXT DEFAULT 'as', -- on
        v INTEGER /* collate */)""")
    migration = migrate(df)
    assert schema(df, "things")["things"]["columns"]["check"] == ("TEXT", True, False)
    MANAGER.rollback(migration.version, df)
    assert "-- on" in df.execute_raw("SELECT sql FROM sqlite_master WHERE name = 'things'")[0]["sql"]


def test_triggers_and_views_survive(tmp_path):
    df = kailash.DataFlow(f"sqlite:{tmp_path}/x.db")
    df.execute_raw("CREATE TABLE things (id INTEGER PRIMARY KEY, v INTEGER)")
    df.execute_raw("CREATE VIEW seen AS SELECT v FROM things")
    df.execute_raw("CREATE TRIGGER t AFTER INSERT ON things BEGIN UPDATE things SET v = 9 WHERE id = new.id; END")
    df.register_model(model(("v", "text", {"nullable": True})))
    migrate(df)
    df.execute_raw("INSERT INTO things (id, v) VALUES (1, 1)")
    assert df.execute_raw("SELECT v FROM seen") == [{"v": "9"}]


# ---- names, files, checks ----------------------------------------------------------------------------


def test_a_migration_says_what_it_does(database):
    df = database.dataflow(model(("a", "integer")), auto_migrate=False)
    created = migrate(df)
    assert re.fullmatch(r"\d{8}_\d{6}_create_things", created.version)
    assert (created.description, created.applied_at) == ("1 new table(s)", None)
    assert created.checksum == hashlib.sha256("".join(s + "\n" for s in created.up_sql).encode()).hexdigest()
    assert created.up_sql[0].startswith("CREATE TABLE IF NOT EXISTS ")
    assert created.down_sql == [f"DROP TABLE IF EXISTS {database.quote('things')}"]
    again = database.dataflow(model(("a", "text"), ("extra", "text"), ("more", "integer", {"nullable": True})),
                              auto_migrate=False)
    altered = migrate(again)
    assert altered.version.endswith("_add_extra_things_and_add_more_things") or \
        altered.version.endswith("_alter_a_things_and_add_extra_things_and_add_more_things")
    assert altered.description == "2 new column(s), 1 modified column(s)"
    listed = MANAGER.list_applied(again)
    assert [m.version for m in listed] == [created.version, altered.version]
    assert [m.up_sql for m in listed] == [created.up_sql, altered.up_sql]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}\+00:00", m.applied_at) for m in listed)
    assert MANAGER.status(again) == {"applied_count": 2, "last_applied_version": altered.version,
                                     "has_pending": False, "pending_count": 0}


def test_versions_never_meet_and_keep_their_order(tmp_path):
    df = kailash.DataFlow(f"sqlite:{tmp_path}/x.db")
    df.register_model(model(*[(f"a_rather_long_name_{i}", "text") for i in range(9)]))
    versions = [MANAGER.generate_migration(df).version for _ in range(5)]
    assert versions == sorted(set(versions))
    migrate(df)
    old = kailash.DataFlow(f"sqlite:{tmp_path}/x.db")
    old.register_model(model(*[(f"a_rather_long_name_{i}", "text") for i in range(9)],
                             *[(f"and_another_one_{i}", "text") for i in range(9)]))
    version = MANAGER.generate_migration(old).version
    assert len(version) <= 16 + 60 and version > versions[-1]
    assert version[16:] == "add_and_another_one_0_things_and_add_and_another_one_1_things"[:60] or \
        version.endswith("add_and_another_one_0_things")


def test_a_version_is_later_than_those_that_were_applied(tmp_path):
    df = kailash.DataFlow(f"sqlite:{tmp_path}/x.db")
    MANAGER.apply(Migration("29990101_000000_far_away", "x", ["CREATE TABLE far (a)"]), df)
    df.register_model(model())
    with pytest.raises(RuntimeError):
        MANAGER.rollback("20000101_000000_x", df)
    df.register_model(model(name="B", table="bs"))
    assert MANAGER.list_applied(df)[0].version == "29990101_000000_far_away"


def test_migrations_as_records():
    made = Migration("v1", "d", ["SELECT 1"], ["SELECT 2"])
    assert repr(made) == 'Migration(version="v1", description="d", applied=false)'
    assert Migration.from_json(made.to_json()) == made
    assert made.checksum == hashlib.sha256(b"SELECT 1\n").hexdigest()
    with pytest.raises(ValueError, match="checksum"):
        Migration("v1", "d", ["SELECT 1"], [], checksum="0" * 64)
    for version in ("", "a/b", "a\nb", "x" * 256):
        with pytest.raises(ValueError, match="version"):
            Migration(version, "d", ["SELECT 1"])
    with pytest.raises(ValueError, match="up_sql"):
        Migration("v", "d", [])


def test_errors_are_those_of_the_contract(database):
    df = database.dataflow(model(), auto_migrate=False)
    created = migrate(df)
    with pytest.raises(RuntimeError, match=f'apply migration failed: migration failed: migration version '
                                           f'"{created.version}" has already been applied'):
        MANAGER.apply(created, df)
    with pytest.raises(RuntimeError, match="generate_migration failed: migration failed: no schema differences found"):
        MANAGER.generate_migration(df)
    with pytest.raises(RuntimeError, match='rollback migration failed: migration failed: migration version "nope" '
                                           'not found in tracking table'):
        MANAGER.rollback("nope", df)


def test_what_was_changed_since_is_told(database):
    df = database.dataflow(model(), auto_migrate=False)
    created = migrate(df)
    df.execute_raw("UPDATE _kailash_migrations SET up_sql = 'DROP TABLE things'")
    for call in (lambda: MANAGER.list_applied(df), lambda: MANAGER.rollback(created.version, df)):
        with pytest.raises(RuntimeError, match="was changed after it was applied"):
            call()
    assert "things" in DataFlowInspector.tables(df)


def test_rows_of_the_original_package_are_read(tmp_path):
    """As its version 4.47.1 writes them: statements with "---" between."""
    df = kailash.DataFlow(f"sqlite:{tmp_path}/x.db")
    df.execute_raw("CREATE TABLE _kailash_migrations (version TEXT PRIMARY KEY, description TEXT NOT NULL, checksum "
                   "TEXT NOT NULL, up_sql TEXT NOT NULL, down_sql TEXT NOT NULL, applied_at TEXT NOT NULL)")
    up = ['CREATE TABLE IF NOT EXISTS "us" ("id" INTEGER PRIMARY KEY, "a" TEXT NOT NULL)',
          'CREATE INDEX IF NOT EXISTS "idx_us_a" ON "us" ("a")']
    for statement in up:
        df.execute_raw(statement)
    checksum = hashlib.sha256("".join(s + "\n" for s in up).encode()).hexdigest()
    df.execute_raw("INSERT INTO _kailash_migrations VALUES (?, ?, ?, ?, ?, ?)", [
        "20261127_153554_create_us", "1 new table(s)", checksum, "\n---\n".join(up), 'DROP TABLE IF EXISTS "us"',
        "2026-11-27T15:35:54.338647897+00:00"])
    assert [m.up_sql for m in MANAGER.list_applied(df)] == [up]
    MANAGER.rollback("20261127_153554_create_us", df)
    assert DataFlowInspector.tables(df) == ["_kailash_migrations"]


def test_a_dry_run_leaves_nothing(database):
    df = database.dataflow(model(("a", "integer")), auto_migrate=False)
    migration = MANAGER.generate_migration(df)
    MANAGER.apply(migration, df, dry_run=True)
    assert "things" not in DataFlowInspector.tables(df) and MANAGER.list_applied(df) == []
    MANAGER.apply(migration, df)
    MANAGER.rollback(migration.version, df, dry_run=True)
    assert "things" in DataFlowInspector.tables(df)
    if database.engine != "mariadb":
        with pytest.raises(kailash.DataFlowDatabaseError):
            MANAGER.apply(Migration("v2", "x", ["DROP TABLE no_such_table"]), df, dry_run=True)


def test_an_error_names_the_statement(database):
    df = database.dataflow(auto_migrate=False)
    with pytest.raises(kailash.DataFlowDatabaseError, match=r"apply migration v1, statement 2 of 2,.* failed: database"):
        MANAGER.apply(Migration("v1", "x", ["CREATE TABLE x (a INTEGER)", "DROP TABLE no_such_table"]), df)


def test_a_statement_cannot_end_the_transaction(database):
    if database.engine == "mariadb":
        pytest.skip("MariaDB has no transaction around DDL")
    df = database.dataflow(auto_migrate=False)
    with pytest.raises(RuntimeError, match="ended the transaction"):
        MANAGER.apply(Migration("v1", "x", ["CREATE TABLE x (a INTEGER)", "COMMIT"]), df)


def test_new_tables_come_in_the_order_their_keys_need(database):
    child = model(("parent", "integer", {"references": ("things", "id")}), name="Child", table="children")
    df = database.dataflow(child, model(), auto_migrate=False)
    migration = migrate(df)
    assert {"things", "children"} <= set(DataFlowInspector.tables(df))
    MANAGER.rollback(migration.version, df)
    assert DataFlowInspector.tables(df) in (["_kailash_migrations"],
                                            ["_kailash_migration_progress", "_kailash_migrations"])


# ---- processes -----------------------------------------------------------------------------------------

PREAMBLE = """
import sys, kailash
df = kailash.DataFlow(sys.argv[1])
manager = kailash.MigrationManager()
"""


def start(database, code):
    return subprocess.Popen([sys.executable, "-c", PREAMBLE + textwrap.dedent(code), database.url],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def sleeping(database, table="slow"):
    """A statement that takes a while."""
    return {"sqlite": f"INSERT INTO {table} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                      "WHERE i < 3000000) SELECT max(i) FROM n",
            "postgres": "SELECT pg_sleep(1)", "mariadb": "DO SLEEP(1)"}[database.engine]


def test_of_two_who_apply_at_once_one_does(database):
    code = f"""
    statements = ["CREATE TABLE slow (a BIGINT)", {sleeping(database)!r}, "CREATE TABLE last (a BIGINT)"]
    try:
        manager.apply(kailash.Migration("v1", "x", statements, ["DROP TABLE last", "DROP TABLE slow"]), df)
        print("applied")
    except RuntimeError as error:
        print(error)
    """
    processes = [start(database, code) for _ in range(3)]
    told = sorted(process.communicate(timeout=60)[0].strip() for process in processes)
    refused = 'apply migration failed: migration failed: migration version "v1" has already been applied'
    assert told == [refused, refused, "applied"] or told == ["applied", refused, refused]
    df = database.dataflow(auto_migrate=False)
    assert {"slow", "last"} <= set(DataFlowInspector.tables(df))
    assert [m.version for m in MANAGER.list_applied(df)] == ["v1"]


def wait_for(condition, patience=20):
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_process_killed_in_the_middle_leaves_nothing_half_done(database):
    slow = {"sqlite": sleeping(database).replace("3000000", "3000000000"), "postgres": "SELECT pg_sleep(60)",
            "mariadb": "DO SLEEP(60)"}[database.engine]
    code = f"""
    print("begun", flush=True)
    manager.apply(kailash.Migration("v1", "x", ["CREATE TABLE slow (a BIGINT)", {slow!r}]), df)
    """
    process = start(database, code)
    assert process.stdout.readline() == "begun\n"
    time.sleep(1)
    assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    df = database.dataflow(auto_migrate=False)
    if database.engine != "mariadb":
        wait_for(lambda: MANAGER.status(df)["applied_count"] == 0)
        assert "slow" not in DataFlowInspector.tables(df) and MANAGER.interrupted(df) is None
        return
    # what is done stays, and is known: whoever applies it again goes on
    assert MANAGER.interrupted(df) == "v1" and MANAGER.list_applied(df) == []
    for thread in df.execute_raw("SELECT id FROM information_schema.processlist WHERE info LIKE 'DO SLEEP%'"):
        df.execute_raw(f"KILL {thread['id']}")


def test_mariadb_goes_on_where_it_ended(database):
    if database.engine != "mariadb":
        pytest.skip("all of a migration is one transaction there")
    df = database.dataflow(auto_migrate=False)
    migration = Migration("v1", "x", ["CREATE TABLE one (a BIGINT)", "CREATE TABLE two (a BIGINT)",
                                      "INSERT INTO two VALUES (1)", "ALTER TABLE missing ADD COLUMN b BIGINT",
                                      "ALTER TABLE one ADD COLUMN b BIGINT"],
                          ["ALTER TABLE one DROP COLUMN b", "DROP TABLE two", "DROP TABLE one"])
    with pytest.raises(kailash.DataFlowDatabaseError,
                       match=r"statement 4 of 5, \(MySQL keeps the 3 before it: run it again to go on, or roll it "
                             r"back\) failed: database error"):
        MANAGER.apply(migration, df)
    assert MANAGER.interrupted(df) == "v1"
    other = Migration("v2", "x", ["CREATE TABLE three (a BIGINT)"])
    with pytest.raises(RuntimeError, match='migration version "v1" ended halfway; apply it again first'):
        MANAGER.apply(other, df)
    df.execute_raw("CREATE TABLE missing (a BIGINT)")
    # the process ended before it wrote down that the statement was done
    df.execute_raw("UPDATE _kailash_migration_progress SET done = 1")
    df.execute_raw("DELETE FROM two")
    MANAGER.apply(migration, df)
    assert MANAGER.interrupted(df) is None and df.execute_raw("SELECT a FROM two") == [{"a": 1}]
    assert [m.version for m in MANAGER.list_applied(df)] == ["v1"]
    MANAGER.apply(other, df)


def test_mariadb_rolls_back_what_ended_halfway(database):
    if database.engine != "mariadb":
        pytest.skip("all of a migration is one transaction there")
    df = database.dataflow(auto_migrate=False)
    migration = Migration("v1", "x", ["CREATE TABLE one (a BIGINT)", "DROP TABLE missing", "CREATE TABLE two (a INT)"],
                          ["DROP TABLE two", "DROP TABLE one"])
    with pytest.raises(kailash.DataFlowDatabaseError):
        MANAGER.apply(migration, df)
    MANAGER.rollback("v1", df)
    assert "one" not in DataFlowInspector.tables(df) and MANAGER.interrupted(df) is None
    assert MANAGER.list_applied(df) == []


def test_a_transaction_of_ones_own_is_not_waited_for():
    df = kailash.DataFlow("sqlite::memory:")
    df.execute_raw("CREATE TABLE t (a INTEGER)")
    with df.transaction() as transaction:
        transaction.execute_raw("INSERT INTO t VALUES (1)")
        begun = time.monotonic()
        with pytest.raises(RuntimeError, match="somebody else is migrating or writing to this database"):
            MANAGER.apply(Migration("v1", "x", ["CREATE TABLE u (a INTEGER)"]), df)
        assert time.monotonic() - begun < 10
    MANAGER.apply(Migration("v1", "x", ["CREATE TABLE u (a INTEGER)"]), df)


def test_waiting_for_another_writer_ends(tmp_path):
    """A writer that is done within the time is waited for."""
    url = f"sqlite:{tmp_path}/x.db"
    df, other = kailash.DataFlow(url), kailash.DataFlow(url)
    transaction = other.transaction()
    transaction.execute_raw("CREATE TABLE t (a INTEGER)")
    threading.Timer(0.5, transaction.commit).start()
    MANAGER.apply(Migration("v1", "x", ["CREATE TABLE u (a INTEGER)"]), df)
    assert {"t", "u"} <= set(DataFlowInspector.tables(df))
