"""kailash db: migrate, diff, inspect, shell."""

import json
import os
import re
import sqlite3

import pytest
from conftest import kailash, on_terminal

MODELS = {"models": [
    {"name": "Team", "table": "teams", "fields": [{"name": "id", "type": "integer", "primary_key": True},
                                                  {"name": "name", "type": "text", "index": True}]},
    {"name": "User", "table": "users", "auto_timestamps": True, "fields": [
        {"name": "id", "type": "integer", "primary_key": True},
        {"name": "email", "type": "text", "unique": True},
        {"name": "team", "type": "integer", "nullable": True, "references": {"table": "teams", "column": "id"}}]}]}


@pytest.fixture
def db(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:{tmp_path}/shop.db")
    (tmp_path / "models.json").write_text(json.dumps(MODELS))

    class Place:
        path = tmp_path
        file = tmp_path / "shop.db"
        models = tmp_path / "models.json"

        def write_models(self, change):
            models = json.loads(json.dumps(MODELS))
            change(models["models"])
            self.models.write_text(json.dumps(models))

        def query(self, text):
            with sqlite3.connect(self.file) as connection:
                return connection.execute(text).fetchall()

    return Place()


def add_field(models):
    models[0]["fields"].append({"name": "size", "type": "integer", "default_value": 3})


# ---- migrate and diff ------------------------------------------------------------------------------


def test_from_nothing_to_the_models_and_back(db):
    done = kailash("db", "diff", db.models)
    assert done.returncode == 1 and re.search(r"^teams +new table", done.stdout, re.M)
    done = kailash("db", "migrate", db.models)
    assert done.returncode == 0
    version = re.fullmatch(r"applied (\d{8}_\d{6}_create_teams_and_create_users): 2 new table\(s\)\n", done.stdout)[1]
    done = kailash("db", "diff", db.models)
    assert (done.returncode, done.stdout) == (0, "The database is what the models say.\n")
    assert kailash("db", "migrate", db.models).stdout == "Nothing to migrate.\n"
    status = kailash("db", "migrate", "--status").stdout
    assert re.search(rf"^{version}  \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d  2 new table", status, re.M)
    db.write_models(add_field)
    done = kailash("db", "diff", db.models, "--json")
    assert done.returncode == 1 and json.loads(done.stdout) == {
        "changes": [{"change": "new column", "table": "teams", "column": "size", "detail": "INTEGER NOT NULL"}],
        "kept": []}
    assert kailash("db", "migrate", db.models).returncode == 0
    assert kailash("db", "migrate", "--rollback", "last").stdout.startswith("rolled back ")
    assert json.loads(kailash("db", "migrate", "--rollback", version, "--json").stdout) == {
        "rolled_back": version, "dry_run": False}
    assert [row["name"] for row in json.loads(kailash("db", "inspect", "--json").stdout)] == ["_kailash_migrations"]


def test_a_dry_run_shows_and_does_nothing(db):
    done = kailash("db", "migrate", db.models, "--dry-run")
    assert done.returncode == 0 and done.stdout.startswith("would apply ")
    assert 'CREATE INDEX IF NOT EXISTS "idx_teams_name" ON "teams" ("name");\n' in done.stdout
    assert json.loads(kailash("db", "inspect", "--json").stdout) == []


def test_files_are_written_and_applied_in_order(db):
    folder = db.path / "migrations"
    first = kailash("db", "migrate", db.models, "--write", folder).stdout.strip()
    written = json.loads(open(first).read())
    assert list(written) == ["version", "description", "up_sql", "down_sql"]
    assert first == f"{folder}/{written['version']}.json"
    done = kailash("db", "migrate", db.models, "--write", folder)
    assert done.returncode == 1 and "holds 1 that were not applied; apply them first, or remove them" in done.stderr
    assert kailash("db", "migrate", "--from", folder).stdout.startswith(f"applied {written['version']}: ")
    db.write_models(add_field)
    second = json.loads(kailash("db", "migrate", db.models, "-w", folder, "--json").stdout)
    assert second["written"][0]["version"] > written["version"]
    status = kailash("db", "migrate", "--status", "--from", folder).stdout.splitlines()
    assert len(status) == 3 and re.search(r" no  +1 new column", status[2])
    # another database gets both, in their order
    other = ["--database", f"sqlite:{db.path}/other.db"]
    told = json.loads(kailash("db", "migrate", "--from", folder, "--json", *other).stdout)
    assert [m["version"] for m in told["applied"]] == [written["version"], second["written"][0]["version"]]
    assert kailash("db", "diff", db.models, *other).returncode == 0
    assert kailash("db", "migrate", "--from", folder, *other).stdout == "Nothing to migrate.\n"


def test_files_that_were_changed_or_come_too_late_are_refused(db):
    folder = db.path / "m"
    path = kailash("db", "migrate", db.models, "--write", folder).stdout.strip()
    kailash("db", "migrate", "--from", folder)
    late = folder / "early.json"
    late.write_text(json.dumps({"version": "0_early", "description": "x", "up_sql": ["SELECT 1"]}))
    done = kailash("db", "migrate", "--from", folder)
    assert done.returncode == 1 and "early.json comes before 2" in done.stderr
    late.unlink()
    text = open(path).read()
    open(path, "w").write(text.replace("idx_teams_name", "idx_other"))
    done = kailash("db", "migrate", "--from", folder)
    assert done.returncode == 1 and f"{path} was changed after it was applied" in done.stderr


def test_several_before_a_failure_stay(db):
    folder = db.path / "m"
    folder.mkdir()
    for number, statement in enumerate(["CREATE TABLE a (x)", "nonsense", "CREATE TABLE b (x)"]):
        (folder / f"{number}.json").write_text(
            json.dumps({"version": f"v{number}", "description": "d", "up_sql": [statement]}))
    done = kailash("db", "migrate", "--from", folder)
    assert done.returncode == 1 and done.stdout == "applied v0: d\n"
    assert "apply migration v1, statement 1 of 1, failed: database error" in done.stderr
    done = kailash("db", "migrate", "--from", folder, "--json")
    assert done.returncode == 1 and json.loads(done.stdout)["error"]["code"] == "failed"


def test_what_no_model_declares_stays_unless_dropped(db):
    kailash("db", "migrate", db.models)
    db.write_models(lambda models: models[0]["fields"].pop())
    done = kailash("db", "diff", db.models)
    assert done.returncode == 0 and "No model declares, and --drop would remove: column teams.name" in done.stdout
    assert kailash("db", "diff", db.models, "--drop").returncode == 1
    assert kailash("db", "migrate", db.models, "--drop").returncode == 0
    assert db.query("SELECT name FROM pragma_table_info('teams')") == [("id",)]


@pytest.mark.parametrize("args, message", [
    ([], "db migrate: give MODELS, or --from DIR, --rollback VERSION, --status; see: kailash help db migrate"),
    (["--from", "x", "--write", "y"],
     "db migrate: --write, --from, --rollback and --status are different things; give one of them"),
    (["m", "--from", "x"], "db migrate: --from takes what stands in the files; leave out MODELS"),
    (["m", "--write", "x", "-n"], "db migrate: --write applies nothing anyway; leave out one of them"),
])
def test_what_does_not_go_together(db, args, message):
    done = kailash("db", "migrate", *args)
    assert (done.returncode, done.stderr) == (2, f"kailash: {message}\n")


@pytest.mark.parametrize("text, message", [
    ('{"models": [', r"models.json:1:\d+: .+"),
    ('[{"name": "U"}]', "models.json: model 'U': table is missing"),
    ('[{"name": "U", "table": "us", "fields": [{"name": "a", "type": "number"}]}]',
     r"models.json: model 'U': fields\[0\] \(a\): type: unknown word 'number'; expected one of: integer, .+"),
    ('[{"name": "U", "table": "us", "fields": [{"name": "a", "type": "text", "nulable": true}]}]',
     r"models.json: model 'U': fields\[0\] \(a\): unknown key 'nulable'; expected one of: name, .+"),
    ('[{"name": "U", "table": "us", "fields": [{"name": "a b", "type": "text"}]}]',
     r"models.json: model 'U': fields\[0\] \(a b\): field 'a b': expected letters.+"),
    ('[{"name": "U", "table": "us", "fields": [{"name": "a", "type": "text", "unique": 1}]}]',
     r"models.json: model 'U': fields\[0\] \(a\): unique: expected bool, got integer"),
    ('7', "models.json: model '': expected an object, got integer"),
])
def test_faults_of_models_say_where(db, text, message):
    db.models.write_text(text)
    done = kailash("db", "diff", db.models)
    assert done.returncode == 1 and re.fullmatch(f"kailash: .*{message}\n", done.stderr), done.stderr


def test_no_database_and_a_bad_one(db, monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    done = kailash("db", "inspect")
    assert (done.returncode, done.stderr) == (
        2, "kailash: no database is named; give --database URL, or set DATABASE_URL\n")
    done = kailash("db", "inspect", "-d", "oracle://scott:tiger@h")
    assert done.returncode == 1 and "tiger" not in done.stderr and done.stderr.count("\n") == 1


# ---- inspect ---------------------------------------------------------------------------------------


def test_inspect_tells_tables_and_one_of_them(db):
    kailash("db", "migrate", db.models)
    shown = kailash("db", "inspect").stdout
    assert re.search(r"^users +5 +1 +0$", shown, re.M)
    shown = kailash("db", "inspect", "users").stdout
    assert re.search(r"^  team +INTEGER  may be null", shown, re.M) and "teams (id)" in shown
    told = json.loads(kailash("db", "inspect", "users", "--json").stdout)
    assert told["foreign_keys"] == [{"columns": ["team"], "table": "teams", "references": ["id"]}]
    assert told["columns"][1] == {"name": "email", "data_type": "TEXT", "is_nullable": False,
                                  "is_primary_key": False, "default_value": None}
    done = kailash("db", "inspect", "nope")
    assert done.returncode == 1 and done.stderr.endswith(
        'table "nope" does not exist or has no columns; kailash db inspect lists the tables\n')


# ---- shell -----------------------------------------------------------------------------------------


def test_rows_are_drawn(db):
    done = kailash("db", "shell", "CREATE TABLE t (id INTEGER, name TEXT); INSERT INTO t VALUES (1, 'Ann'), "
                                  "(20, NULL); SELECT * FROM t")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == ("ok, 0 rows changed\nok, 2 rows changed\n"
                           "id  name\n 1  Ann\n20  NULL\n2 rows\n")


def test_statements_may_have_several_lines(db):
    script = """-- a remark; with a semicolon
SELECT 'a;b' AS x,
  2 AS y;
CREATE TABLE t (a);
CREATE TRIGGER g AFTER INSERT ON t BEGIN
  UPDATE t SET a = a + 1;
END;
INSERT INTO t VALUES (1); SELECT a
FROM t"""
    done = kailash("db", "shell", "--json", stdin=script)
    assert done.returncode == 0, done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert results[0] == {"columns": ["x", "y"], "rows": [{"x": "a;b", "y": 2}], "affected": 0, "truncated": False}
    assert results[-1]["rows"] == [{"a": 2}] and len(results) == 5


def test_a_script_ends_with_its_first_failure(db):
    done = kailash("db", "shell", stdin="CREATE TABLE t (a);\nnonsense;\nCREATE TABLE u (a);\n")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "nonsense" in done.stderr
    assert db.query("SELECT name FROM sqlite_master") == [("t",)]


def test_transactions_last_and_are_not_lost_silently(db):
    done = kailash("db", "shell", "CREATE TABLE t (a); BEGIN; INSERT INTO t VALUES (1); COMMIT; BEGIN; "
                                  "INSERT INTO t VALUES (2)")
    assert "the transaction was not committed, so it is rolled back; end it with COMMIT" in done.stderr
    assert db.query("SELECT a FROM t") == [(1,)]


def test_many_rows_and_many_columns(db):
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i FROM n"
    assert kailash("db", "shell", numbers).stdout.endswith("1000 rows, and more: --rows N shows them\n")
    assert kailash("db", "shell", numbers, "--rows", 0).stdout.endswith("2000 rows\n")
    wide = "SELECT " + ", ".join(f"{i} AS c{i}" for i in range(20))
    shown = kailash("db", "shell", wide).stdout
    assert shown.startswith("row 1\nCOLUMN  VALUE\nc0      0\n") and shown.endswith("c19     19\n1 row\n")


def test_the_screen_is_safe_from_what_is_stored(db):
    shown = kailash("db", "shell", "SELECT char(27) || '[2J' AS x, x'00ff' AS y").stdout
    assert "\x1b" not in shown and "<2 bytes>" in shown


def test_on_a_terminal_it_prompts(db):
    typed = b"\\tables\nSELECT 1\nAS x;\nnonsense;\nBEGIN;\nROLLBACK;\n\\help\n\\quit\n"
    code, shown = on_terminal("db", "shell", send=typed, env={"NO_COLOR": "1"})
    assert code == 0 and "kailash> " in shown and "   -> " in shown and "kailash*> " in shown
    assert "no such column" in shown or "syntax error" in shown
    assert re.search(r"x\r\n1\r\n1 row", shown) and "\\describe TABLE" in shown


@pytest.mark.parametrize("engine", ["POSTGRES", "MARIADB"])
def test_servers(engine, tmp_path):
    url, table, models = os.environ.get(f"KAILASH_TEST_{engine}_URL"), f"cli_{os.getpid()}", tmp_path / "models.json"
    if not url:
        pytest.skip(f"KAILASH_TEST_{engine}_URL is not set; run the tests under tests/services/run")
    key, env = {"name": "id", "type": "integer", "primary_key": True}, {"DATABASE_URL": url}
    stages = [
        [key, {"name": "name", "type": "text", "index": True}],
        [key, {"name": "name", "type": "text", "nullable": True, "unique": True},
         {"name": "parent", "type": "integer", "nullable": True, "references": {"table": table, "column": "id"}}],
        [key, {"name": "name", "type": "integer", "nullable": True}, {"name": "at", "type": "timestamp"}],
    ]
    done = 0
    try:
        for fields in stages:
            models.write_text(json.dumps({"name": "CliThing", "table": table, "fields": fields}))
            migrated = kailash("db", "migrate", models, "--drop", env=env)
            assert migrated.returncode == 0, migrated.stderr
            done += 1
            assert kailash("db", "diff", models, "--drop", env=env).stdout == "The database is what the models say.\n"
        shown = kailash("db", "shell", f"INSERT INTO {table} (name) VALUES (7); SELECT name FROM {table}", env=env)
        assert shown.stdout == "ok, 1 row changed\nname\n   7\n1 row\n"
        assert kailash("db", "inspect", table, "--json", env=env).returncode == 0
    finally:
        for _ in range(done):
            rolled = kailash("db", "migrate", "--rollback", "last", env=env)
            assert rolled.returncode == 0, rolled.stderr
