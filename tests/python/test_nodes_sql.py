"""SQL nodes on real SQLite databases: files, memory, values, injection, threads, transactions."""

import datetime
import sqlite3
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node_calls import REGISTRY, RUNTIME, call, failure

import kailash


@pytest.fixture
def pool(request):
    """A pool on a database in memory, named after the test."""
    key = request.node.name
    call("DatabaseConnectionNode", {"connection_string": "sqlite::memory:", "pool_key": key},
         {"action": "connect"})
    yield key
    call("DatabaseConnectionNode", {"pool_key": key}, {"action": "disconnect"})


@pytest.fixture
def database(tmp_path):
    """The URL and path of a database in a file."""
    path = tmp_path / "data.db"
    return f"sqlite://{path}?mode=rwc", path


def query(pool, text, params=None, **config):
    inputs = {"pool": pool} if params is None else {"pool": pool, "params": params}
    return call("SQLQueryNode", {"query": text, **config}, inputs)


def rows(pool, text, params=None):
    return query(pool, text, params)["rows"]


def refused(pool, text, params=None, **config):
    inputs = {"pool": pool} if params is None else {"pool": pool, "params": params}
    return failure("SQLQueryNode", {"query": text, **config}, inputs)


# ---- pools ------------------------------------------------------------------------------------------


def connection(action, **config):
    return call("DatabaseConnectionNode", config, {"action": action})


def test_the_life_of_a_pool():
    made = connection("connect", connection_string="sqlite::memory:", pool_key="life", max_connections=3)
    assert made.keys() == {"connected", "driver", "pool_key", "pool_size", "idle_connections", "latency_ms"}
    assert (made["connected"], made["driver"], made["pool_key"]) == (True, "sqlite", "life")
    assert connection("ping", pool_key="life")["driver"] == "sqlite"
    assert connection("pool_status", pool_key="life")["connected"] is True
    gone = connection("disconnect", pool_key="life")
    assert (gone["connected"], gone["driver"], gone["pool_size"]) == (False, "none", 0)
    assert connection("disconnect", pool_key="life") == {**gone, "latency_ms": pytest.approx(0, abs=100)}
    for action in ("ping", "pool_status"):
        assert "no pool registered under key 'life'" in failure(
            "DatabaseConnectionNode", {"pool_key": "life"}, {"action": action})


def test_connecting_again_replaces_the_pool(pool):
    query(pool, "CREATE TABLE t(a)")
    connection("connect", connection_string="sqlite::memory:", pool_key=pool)
    assert "no such table: t" in refused(pool, "SELECT * FROM t")


def test_the_url_may_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", f"sqlite://{tmp_path}/env.db?mode=rwc")
    connection("connect", pool_key="environment")
    query("environment", "CREATE TABLE t(a)")
    connection("disconnect", pool_key="environment")
    assert (tmp_path / "env.db").exists()
    monkeypatch.delenv("DATABASE_URL")
    assert "DATABASE_URL" in failure("DatabaseConnectionNode", {}, {"action": "connect"})


@pytest.mark.parametrize("url",
                         ["oracle://user:hunter2@host/db", "nonsense", "", "sqlite:///no/such/folder/x.db"])
def test_urls_that_lead_nowhere(url):
    text = failure("DatabaseConnectionNode", {"connection_string": url}, {"action": "connect"})
    assert "hunter2" not in text


@pytest.mark.parametrize("mode", ["ro", "rw"])
def test_a_database_need_not_be_made(tmp_path, mode):
    config = {"connection_string": f"sqlite://{tmp_path}/x.db?mode={mode}"}
    assert "unable to open" in failure("DatabaseConnectionNode", config, {"action": "connect"})
    assert not (tmp_path / "x.db").exists()


def test_pools_are_shared_by_all_registries(pool):
    query(pool, "CREATE TABLE t(a)")
    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder()
    builder.add_node("SQLQueryNode", "q", {"query": "INSERT INTO t VALUES (1)"})
    kailash.Runtime(registry).execute(builder.build(registry), {"pool": pool})
    assert rows(pool, "SELECT a FROM t") == [{"a": 1}]


# ---- queries ----------------------------------------------------------------------------------------


def test_the_shape_of_an_answer(pool):
    answer = query(pool, "SELECT 1 AS b, 'x' AS a UNION ALL SELECT 2, NULL")
    assert answer["columns"] == ["b", "a"]
    assert answer["rows"] == [{"b": 1, "a": "x"}, {"b": 2, "a": None}]
    assert [*answer["rows"][0]] == ["b", "a"]
    assert (answer["row_count"], answer["truncated"]) == (2, False)
    assert answer["elapsed_ms"] >= 0
    empty = query(pool, "SELECT 1 AS a WHERE 0")
    assert (empty["columns"], empty["rows"], empty["row_count"]) == (["a"], [], 0)


def test_changes_are_counted(pool):
    assert query(pool, "CREATE TABLE t(id INTEGER PRIMARY KEY, a)")["rows_affected"] == 0
    made = query(pool, "INSERT INTO t(a) VALUES (1), (2), (3)")
    assert (made["row_count"], made["rows_affected"], made["last_insert_id"]) == (0, 3, 3)
    assert query(pool, "UPDATE t SET a = 0 WHERE id > ?", [1])["rows_affected"] == 2
    assert query(pool, "DELETE FROM t")["rows_affected"] == 3
    many = query(pool, "INSERT INTO t(a) VALUES (?)", [[1], [2]], operation="execute_many")
    assert many["rows_affected"] == 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None), (True, 1), (False, 0), (0, 0), (2**63 - 1, 2**63 - 1), (-(2**63), -(2**63)),
        (1.5, 1.5), (-0.0, 0.0), (1e300, 1e300), ("", ""), ("it's; DROP TABLE t; --", "it's; DROP TABLE t; --"),
        ("héllo 😀", "héllo 😀"), ("a\0b", "a\0b"), (b"", b""), (b"\x00\xff", b"\x00\xff"),
        ([1, "x", None], '[1,"x",null]'), ({"b": 1, "a": 2.0}, '{"b":1,"a":2.0}'),
    ],
    ids=repr,
)
def test_values_go_in_and_out(pool, value, expected):
    back = rows(pool, "SELECT ? AS a", [value])[0]["a"]
    assert back == expected and type(back) is type(expected)
    query(pool, "CREATE TABLE t(a)")
    query(pool, "INSERT INTO t VALUES ($1)", [value])
    assert rows(pool, "SELECT a FROM t") == [{"a": expected}]


def test_placeholders(pool):
    assert rows(pool, "SELECT ? AS a, ? AS b", [1, "x"]) == [{"a": 1, "b": "x"}]
    assert rows(pool, "SELECT $2 AS a, $1 AS b, $2 AS c", [1, 2]) == [{"a": 2, "b": 1, "c": 2}]
    assert rows(pool, "SELECT :x AS a, :y AS b", {"x": 1, "y": [2]}) == [{"a": 1, "b": "[2]"}]
    assert rows(pool, "SELECT '?' AS a, \"b\" FROM (SELECT ? AS b)", [1]) == [{"a": "?", "b": 1}]


@pytest.mark.parametrize(
    ("text", "params"),
    [("SELECT ?", []), ("SELECT ?", None), ("SELECT ?, ?", [1]), ("SELECT :x", {"y": 1}),
     ("SELECT ?", {"x": 1}),
     ("SELECT ?", "x"), ("SELECT $3", [1, 2])],
)
def test_missing_parameters_are_refused(pool, text, params):
    assert refused(pool, text, params).startswith("invalid input 'params")


@pytest.mark.parametrize(
    "evil",
    ["1; DROP TABLE users", "' OR '1'='1", "\\'; DELETE FROM users; --", "x' UNION SELECT name FROM users --",
     "1)--", "$1", "?", ":x", "\0'; DROP TABLE users; --", "ʼ OR 1=1"],
)
def test_parameters_are_never_part_of_the_text(pool, evil):
    query(pool, "CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT)")
    query(pool, "INSERT INTO users(name) VALUES (?)", [evil])
    assert rows(pool, "SELECT name FROM users WHERE name = ?", [evil]) == [{"name": evil}]
    assert rows(pool, "SELECT name FROM users WHERE name = :n", {"n": evil}) == [{"name": evil}]
    assert rows(pool, "SELECT id FROM users WHERE id = ?", [evil]) == []
    assert rows(pool, "SELECT count(*) AS n FROM users") == [{"n": 1}]


def test_one_statement_unless_more_are_allowed(pool):
    query(pool, "CREATE TABLE t(a)")
    assert refused(pool, "INSERT INTO t VALUES (1); DROP TABLE t").startswith("invalid input 'query'")
    assert rows(pool, "SELECT count(*) AS n FROM t") == [{"n": 0}]
    answer = query(pool, "SELECT 1 AS a; SELECT 2 AS a", multi=True)
    assert answer["rows"] == [{"a": 1}, {"a": 2}]
    assert rows(pool, "SELECT 1 AS a; -- and a word\n") == [{"a": 1}]


def test_errors_of_the_database(pool):
    head = "node execution failed: query execution failed: error returned from database: "
    assert refused(pool, "SELEC 1") == head + '(code: 1) near "SELEC": syntax error'
    query(pool, "CREATE TABLE t(a INTEGER PRIMARY KEY)")
    query(pool, "INSERT INTO t VALUES (1)")
    assert refused(pool, "INSERT INTO t VALUES (1)") == head + "(code: 1555) UNIQUE constraint failed: t.a"
    assert refused(pool, "SELECT nope FROM t") == head + "(code: 1) no such column: nope"
    assert "no pool registered under key 'zz'" in refused("zz", "SELECT 1")


def test_rows_can_be_bounded(pool):
    answer = query(pool, "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r LIMIT 1000) "
                         "SELECT n FROM r", max_rows=3)
    assert (answer["row_count"], answer["truncated"]) == (3, True)


ENDLESS = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"


def test_queries_can_be_bounded(pool, engine):
    assert "50ms" in refused(pool, ENDLESS, timeout_ms=50)
    with pytest.raises(RuntimeError, match="timed out after 50ms"):
        engine(node_timeout=0.05).run({"q": ("SQLQueryNode", {"query": ENDLESS})}, inputs={"pool": pool})
    assert rows(pool, "SELECT 1 AS a") == [{"a": 1}]


def test_a_strict_node(pool):
    assert refused(pool, "SELECT 1", nope=1) == "unknown key 'nope'"


# ---- files ------------------------------------------------------------------------------------------


def test_files_are_read_by_everybody(database):
    url, path = database
    connection("connect", connection_string=url, pool_key="file")
    query("file", "CREATE TABLE t(i INTEGER, f REAL, s TEXT, b BLOB, n)")
    values = [2**63 - 1, 0.1, "é\0😀", b"\x00\x01", None]
    query("file", "INSERT INTO t VALUES (?, ?, ?, ?, ?)", values)
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT * FROM t").fetchall() == [tuple(values)]
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        other.execute("INSERT INTO t VALUES (1, 2, 'three', x'04', 5)")
    other.close()
    assert rows("file", "SELECT i, f, s, b, n FROM t WHERE i = 1") == [
        {"i": 1, "f": 2.0, "s": "three", "b": b"\x04", "n": 5}]
    connection("disconnect", pool_key="file")


def test_declared_types_are_decoded(database):
    url, path = database
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE t(d DATE, t TIMESTAMP, b BOOLEAN, j JSON, n NUMERIC)")
        other.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?)",
                      (datetime.date(2026, 1, 2).isoformat(), "2026-01-02 03:04:05", 1, '{"a":1}', "1.5"))
    other.close()
    answer = call("SQLQueryNode", {"connection_string": url, "query": "SELECT * FROM t"})
    assert answer["rows"][0]["d"] == "2026-01-02"
    assert answer["rows"][0]["t"] == "2026-01-02T03:04:05"
    assert answer["rows"][0]["n"] == 1.5
    assert answer["rows"][0]["b"] in (1, True)


def test_memory_is_shared_by_url():
    connection("connect", connection_string="sqlite::memory:", pool_key="one")
    query("one", "CREATE TABLE only_here(a)")
    connection("connect", connection_string="sqlite::memory:", pool_key="two")
    assert "no such table" in refused("two", "SELECT * FROM only_here")
    for key in ("one", "two"):
        connection("disconnect", pool_key=key)


def in_threads(count, work):
    failures = []

    def guarded(index):
        try:
            work(index)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize("memory", [True, False])
def test_many_threads_write(database, memory):
    url = "sqlite::memory:" if memory else database[0]
    connection("connect", connection_string=url, pool_key="threads", max_connections=4)
    query("threads", "CREATE TABLE t(thread INTEGER, n INTEGER)")

    def work(index):
        for n in range(25):
            query("threads", "INSERT INTO t VALUES (?, ?)", [index, n])
            assert rows("threads", "SELECT count(*) AS c FROM t WHERE thread = ?", [index]) == [{"c": n + 1}]

    in_threads(8, work)
    assert rows("threads", "SELECT count(*) AS c, count(DISTINCT thread) AS t FROM t") == [{"c": 200, "t": 8}]
    connection("disconnect", pool_key="threads")


def test_queries_of_one_run_overlap_safely(pool, engine):
    query(pool, "CREATE TABLE t(a)")
    nodes = {f"n{i}": ("SQLQueryNode", {"query": "INSERT INTO t VALUES (?)", "params": [i]}) for i in range(20)}
    engine(max_concurrent_nodes=8).run(nodes, inputs={"pool": pool})
    assert rows(pool, "SELECT count(*) AS n, sum(a) AS s FROM t") == [{"n": 20, "s": 190}]


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
cells = (st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | names
         | st.binary(max_size=20))


@given(st.lists(cells, min_size=1, max_size=6))
def test_any_values_go_in_and_out(values):
    marks = ", ".join(f"? AS c{i}" for i in range(len(values)))
    answer = call("SQLQueryNode", {"connection_string": "sqlite::memory:", "query": f"SELECT {marks}"},
                  {"params": values})
    assert [*answer["rows"][0].values()] == values


# ---- transactions ------------------------------------------------------------------------------------


def transaction(pool, action, **inputs):
    return call("SQLTransactionNode", {}, {"pool": pool, "action": action, **inputs})


@pytest.mark.parametrize(("end", "status", "left"),
                         [("commit", "committed", 1), ("rollback", "rolled_back", 0)])
def test_a_transaction_is_one_connection(database, end, status, left):
    connection("connect", connection_string=database[0], pool_key="tx", max_connections=3)
    query("tx", "CREATE TABLE t(a)")
    begun = transaction("tx", "begin")
    assert begun["status"] == "begun" and begun["transaction_id"].startswith("txn_")
    call("SQLQueryNode", {"query": "INSERT INTO t VALUES (1)"}, {"transaction_id": begun["transaction_id"]})
    assert rows("tx", "SELECT count(*) AS n FROM t") == [{"n": 0}]
    assert transaction("tx", end, transaction_id=begun["transaction_id"])["status"] == status
    assert rows("tx", "SELECT count(*) AS n FROM t") == [{"n": left}]
    assert begun["transaction_id"] in failure("SQLTransactionNode", {}, {
        "pool": "tx", "action": end, "transaction_id": begun["transaction_id"]})
    connection("disconnect", pool_key="tx")


def test_savepoints(pool):
    query(pool, "CREATE TABLE t(a)")
    key = transaction(pool, "begin")["transaction_id"]
    statuses = []
    for action, insert in (("savepoint", 1), ("rollback_to_savepoint", None), ("release_savepoint", 2)):
        statuses.append(transaction(pool, action, transaction_id=key, savepoint_name="s_1")["status"])
        if insert:
            call("SQLQueryNode", {"query": "INSERT INTO t VALUES (?)"},
                 {"transaction_id": key, "params": [insert]})
    assert statuses == ["savepoint_created", "rolled_back_to_savepoint", "savepoint_released"]
    assert "savepoint_name" in failure("SQLTransactionNode", {}, {
        "pool": pool, "action": "savepoint", "transaction_id": key, "savepoint_name": "a b; DROP TABLE t"})
    transaction(pool, "commit", transaction_id=key)
    assert rows(pool, "SELECT a FROM t") == [{"a": 2}]


def test_all_or_nothing(pool):
    query(pool, "CREATE TABLE t(a)")
    done = transaction(pool, "begin_and_execute", queries=[
        {"query": "INSERT INTO t VALUES (?)", "params": [1]}, {"query": "UPDATE t SET a = 2"}])
    assert done["status"] == "committed"
    assert done["results"] == [
        {"query_index": 0, "rows_affected": 1, "status": "ok"},
        {"query_index": 1, "rows_affected": 1, "status": "ok"},
    ]
    text = failure("SQLTransactionNode", {}, {"pool": pool, "action": "begin_and_execute", "queries": [
        {"query": "INSERT INTO t VALUES (3)"}, {"query": "SELEC"}]})
    assert text.startswith("node execution failed: transaction query 1 failed (rolled back): ")
    assert rows(pool, "SELECT a FROM t") == [{"a": 2}]


def test_transactions_need_their_keys(pool):
    for action in ("commit", "rollback"):
        assert failure("SQLTransactionNode", {}, {"pool": pool, "action": action}) == (
            "missing required input: transaction_id")
        assert "'txn_zz'" in failure("SQLTransactionNode", {}, {
            "pool": pool, "action": action, "transaction_id": "txn_zz"})
    assert REGISTRY.has_type("SQLTransactionNode") and RUNTIME.registry is REGISTRY


def test_declared_types_are_decoded(tmp_path):
    """SQLite stores booleans as integers and JSON as text; the declaration of the column tells."""
    url = f"sqlite://{tmp_path / 'declared.db'}?mode=rwc"

    def query(text, params=None):
        builder = kailash.WorkflowBuilder()
        config = {"connection_string": url, "query": text}
        builder.add_node("SQLQueryNode", "q", config if params is None else {**config, "params": params})
        registry = kailash.NodeRegistry()
        return kailash.Runtime(registry).execute(builder.build(registry))["results"]["q"]["rows"]

    query("CREATE TABLE t (b BOOLEAN, j JSON, n NUMERIC, d DATE, plain TEXT)")
    query("INSERT INTO t VALUES (1, ?, 12.5, '2026-01-02', '[1]')", ['{"a": [1, 2.5, null]}'])
    query("INSERT INTO t VALUES (0, 'no JSON', 7, NULL, NULL)")
    query("INSERT INTO t VALUES (2, NULL, 'text', NULL, NULL)")
    rows = query("SELECT * FROM t ORDER BY rowid")
    assert rows[0] == {"b": True, "j": {"a": [1, 2.5, None]}, "n": 12.5, "d": "2026-01-02", "plain": "[1]"}
    assert rows[1] == {"b": False, "j": "no JSON", "n": 7, "d": None, "plain": None}
    assert rows[2]["b"] == 2 and rows[2]["n"] == "text"
    assert query("SELECT b + 0 AS b FROM t LIMIT 1") == [{"b": 1}]
