"""The SQL nodes on SQLite, PostgreSQL and MariaDB: each scenario gives the same on all of them."""

import asyncio
import contextlib
import json
import os
import signal
import threading
import time
import urllib.parse

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kailash
from node_calls import call, failure

ENGINES = {
    "sqlite": None,
    "postgres": "KAILASH_TEST_POSTGRES_URL",
    "mariadb": "KAILASH_TEST_MARIADB_URL",
}
LONG = {
    "sqlite": "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c",
    "postgres": "SELECT pg_sleep(600)",
    "mariadb": "SELECT SLEEP(600)",
}
SERIES = {
    "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ?) SELECT n FROM c",
    "postgres": "SELECT n FROM generate_series(1, ?::int) AS g(n)",
    "mariadb": "SELECT seq AS n FROM seq_1_to_1000000 WHERE seq <= ?",
}


class Database:
    """A pool on one engine, and what differs between them in the text of SQL."""

    def __init__(self, engine, url, key):
        self.engine, self.url, self.key = engine, url, key
        self.connect()

    def connect(self, **config):
        return call("DatabaseConnectionNode", {"connection_string": self.url, "pool_key": self.key, **config},
                    {"action": "connect"})

    def query(self, text, params=None, **config):
        inputs = {"pool": self.key} if params is None else {"pool": self.key, "params": params}
        return call("SQLQueryNode", {"query": text, **config}, inputs)

    def rows(self, text, params=None, **config):
        return self.query(text, params, **config)["rows"]

    def refused(self, text, params=None, **config):
        inputs = {"pool": self.key} if params is None else {"pool": self.key, "params": params}
        return failure("SQLQueryNode", {"query": text, **config}, inputs)

    def table(self, name, columns):
        words = {
            "sqlite": {"BYTES": "BLOB", "STAMP": "TIMESTAMP"},
            "postgres": {"BYTES": "BYTEA", "STAMP": "TIMESTAMP(6)", "JSON": "JSONB"},
            "mariadb": {"BYTES": "LONGBLOB", "STAMP": "DATETIME(6)"},
        }[self.engine]
        self.query(f"DROP TABLE IF EXISTS {name}")
        self.query(f"CREATE TABLE {name}({' '.join(words.get(word, word) for word in columns.split(' '))})")

    def transaction(self, action, **inputs):
        return call("SQLTransactionNode", {}, {"action": action, **inputs})


def url_of(engine, folder):
    variable = ENGINES[engine]
    if variable is None:
        return f"sqlite://{folder}/{engine}.db"
    if not os.environ.get(variable):
        pytest.skip(f"{variable} is not set; run the tests under tests/services/run")
    return os.environ[variable]


@pytest.fixture(params=ENGINES)
def db(request, tmp_path):
    made = Database(request.param, url_of(request.param, tmp_path), request.node.name)
    yield made
    call("DatabaseConnectionNode", {"pool_key": made.key}, {"action": "disconnect"})


def servers_only(db):
    if db.engine == "sqlite":
        pytest.skip("SQLite has no server")


# ---- values -----------------------------------------------------------------------------------------

ROW = {"i": -(2**63), "f": 1.5e-300, "b": True, "s": "naïve 'quo\"te\\ \u2028 😀", "j": {"a": "é", "z": [1, None]},
       "d": "2024-02-29", "t": "2024-02-29T23:59:59.000001", "n": 0.1, "x": b"\x00\xff'\\"}


def test_a_row_is_the_same_everywhere(db):
    db.table("py_row", "i BIGINT , f DOUBLE PRECISION , b BOOLEAN , s VARCHAR(100) , j JSON , d DATE , t STAMP , "
                       "n NUMERIC(10,3) , x BYTES")
    marks = ", ".join(f":{name}" for name in ROW)
    inserted = db.query(f"INSERT INTO py_row({', '.join(ROW)}) VALUES({marks})", ROW)
    assert (inserted["rows"], inserted["columns"], inserted["rows_affected"]) == ([], [], 1)
    answer = db.query("SELECT * FROM py_row")
    assert answer["columns"] == list(ROW)
    assert answer["rows"] == [ROW]
    assert json.dumps({k: v for k, v in answer["rows"][0].items() if k != "x"}) == \
        json.dumps({k: v for k, v in ROW.items() if k != "x"})


def test_columns_are_told_when_there_is_no_row(db):
    db.table("py_none", "a INTEGER , b INTEGER")
    answer = db.query("SELECT b, a, a AS b FROM py_none")
    assert (answer["columns"], answer["rows"]) == (["b", "a", "b"], [])


@pytest.mark.parametrize("numeric, expected", [("exact", [12.5, 3.0, "12345678901234567890.1234"]),
                                               ("float", [12.5, 3.0, 12345678901234567890.1234]),
                                               ("string", ["12.5000", "3.0000", "12345678901234567890.1234"])])
def test_decimal_numbers(db, numeric, expected):
    servers_only(db)  # SQLite stores floats itself
    db.table("py_decimals", "k INTEGER , n NUMERIC(30,4)")
    db.query("INSERT INTO py_decimals VALUES(1, 12.5), (2, 3), (3, 12345678901234567890.1234)")
    rows = db.rows("SELECT n FROM py_decimals ORDER BY k", numeric=numeric)
    assert [row["n"] for row in rows] == expected
    assert [type(row["n"]) for row in rows] == [type(value) for value in expected]


VALUES = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1),
                   st.floats(allow_nan=False, allow_infinity=False),
                   st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), st.binary())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES)
def test_any_value_goes_in_and_out(db, value):
    column = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE PRECISION", str: "TEXT", bytes: "BYTES",
              type(None): "INTEGER"}[type(value)]
    db.table("py_any", f"v {column}")
    db.query("INSERT INTO py_any VALUES(?)", [value])
    (row,) = db.rows("SELECT v FROM py_any")
    assert row["v"] == value and type(row["v"]) is type(value)


def test_types_of_postgres(tmp_path):
    db = Database("postgres", url_of("postgres", tmp_path), "py_pg_types")
    cases = {
        "ARRAY[1,2,NULL]::int[]": [1, 2, None],
        "ARRAY[[1,2],[3,4]]::bigint[]": [[1, 2], [3, 4]],
        "'[0:1]={5,6}'::int[]": [5, 6],
        "'{}'::text[]": [],
        "ARRAY['a b', 'NULL', 'q\"\\', '', '{x}']": ["a b", "NULL", 'q"\\', "", "{x}"],
        "ARRAY[true,false]": [True, False],
        "ARRAY['{\"a\":1}'::jsonb]": [{"a": 1}],
        "ARRAY[1.5,12345678901234567890.5]::numeric[]": [1.5, "12345678901234567890.5"],
        "ARRAY['\\x00ff'::bytea]": [b"\x00\xff"],
        "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "'2024-05-01 10:00:00.5+02'::timestamptz": "2024-05-01T08:00:00.500000+00:00",
        "'2024-05-01 10:00'::timestamp": "2024-05-01T10:00:00",
        "'infinity'::timestamp": "infinity",
        "'04:05:06.7'::time": "04:05:06.700000",
        "'04:05+02'::timetz": "04:05:00+02:00",
        "'1 year 2 days 03:00'::interval": "P1Y2DT3H",
        "'192.168.0.1/24'::inet": "192.168.0.1/24",
        "'[1,5)'::int4range": "[1,5)",
        "1::oid": 1,
        "1.1::real": 1.1,
        "'-Infinity'::float8": float("-inf"),
        "'null'::jsonb": None,
        "'\"text\"'::json": "text",
        "'x'::char(3)": "x  ",
    }
    for text, expected in cases.items():
        assert db.rows(f"SELECT {text} AS v") == [{"v": expected}], text
    db.query("DROP TYPE IF EXISTS py_mood CASCADE")
    db.query("CREATE TYPE py_mood AS ENUM ('glad', 'sad')")
    assert db.rows("SELECT 'sad'::py_mood AS v") == [{"v": "sad"}]
    assert db.rows("SELECT ?::py_mood[] AS v", [["sad", "glad"]]) == [{"v": "{sad,glad}"}]
    both_ways = [("int[]", [1, None, 3]), ("text[]", ["a,b", 'q"', "", "NULL", "\\"]), ("float8[]", [1.5, -2.0]),
                 ("bool[]", [True, None]), ("int[]", [[1, 2], [3, 4]]), ("jsonb", [1, {"a": None}]),
                 ("jsonb", {"k": [True]}), ("bytea[]", [b"\x00'\\", b""]), ("uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
                 ("timestamptz", "2024-05-01T08:00:00.500000+00:00"), ("bytea", b"\\x41")]
    for kind, value in both_ways:
        assert db.rows(f"SELECT ?::{kind} AS v", [value]) == [{"v": value}], kind
    assert "holds a NUL, which PostgreSQL stores in bytea only" in db.refused("SELECT ?::text", ["a\0b"])


def test_types_of_mariadb(tmp_path):
    db = Database("mariadb", url_of("mariadb", tmp_path), "py_maria_types")
    db.query("DROP TABLE IF EXISTS py_maria")
    db.query("CREATE TABLE py_maria(u BIGINT UNSIGNED, t TINYINT, m MEDIUMINT, y YEAR, b1 BIT(1), b9 BIT(9), f FLOAT, "
             "e ENUM('a','b'), s SET('x','y'), c CHAR(5), vb VARBINARY(9), tx TEXT, ti TIME(3), d DATE, dt DATETIME, "
             "ts TIMESTAMP(3), id UUID, j JSON, dc DECIMAL(5,2))")
    db.query("INSERT INTO py_maria VALUES(18446744073709551615, -7, -8388608, 2024, b'1', b'100000001', 1.1, 'b', 'x,y', "
             "'é', x'00ff', 'text', '-12:34:56.789', '2024-02-29', '2024-02-29 01:02:03', '2024-02-29 01:02:03.456', "
             "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{\"a\": [1]}', -1.50)")
    assert db.rows("SELECT * FROM py_maria") == [{
        "u": "18446744073709551615", "t": -7, "m": -8388608, "y": 2024, "b1": True, "b9": 257, "f": 1.1, "e": "b",
        "s": "x,y", "c": "é", "vb": b"\x00\xff", "tx": "text", "ti": "-12:34:56.789000", "d": "2024-02-29",
        "dt": "2024-02-29T01:02:03", "ts": "2024-02-29T01:02:03.456000", "id": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "j": {"a": [1]}, "dc": -1.5}]
    zero = db.query("SET SESSION sql_mode=''; SELECT CAST('0000-00-00' AS DATE) AS d; "
                    "SET SESSION sql_mode='STRICT_TRANS_TABLES'", multi=True)
    assert zero["rows"] == [{"d": "0000-00-00"}]
    assert "NaN and infinity cannot be stored" in db.refused("SELECT ?", [float("nan")])


# ---- statements -------------------------------------------------------------------------------------


def test_placeholders(db):
    db.table("py_places", "a INTEGER , b VARCHAR(40)")
    db.query("INSERT INTO py_places(b, a) VALUES($2, $1)", [1, "?"])
    db.query("INSERT INTO py_places(a, b) VALUES(:a, :b)", {"b": ":a", "a": 2})
    assert db.rows("SELECT a FROM py_places WHERE a > ? AND b <> '? :a $1' ORDER BY a", [0]) == [{"a": 1}, {"a": 2}]
    for params in ([1, 2], {"a": 1}):
        assert "invalid input 'params'" in db.refused("SELECT a FROM py_places WHERE a = ?", params)
    assert "no value for the placeholder :b" in db.refused("SELECT a FROM py_places WHERE b = :b", {"a": 1})


@pytest.mark.parametrize("evil", ["'; DROP TABLE py_evil; --", "\\'; DROP TABLE py_evil; --", "\" OR 1=1 --", "$1", "?",
                                  "*/ OR 1=1 /*", "\u02bc OR 1=1", "%' OR '1'='1", "`; DROP TABLE py_evil", "\\"])
def test_what_comes_as_a_value_stays_one(db, evil):
    db.table("py_evil", "s VARCHAR(60)")
    db.query("INSERT INTO py_evil VALUES('good')")
    assert db.rows("SELECT s FROM py_evil WHERE s = ?", [evil]) == []
    assert db.rows("SELECT s FROM py_evil WHERE s = :v", {"v": evil}) == []
    db.query("INSERT INTO py_evil VALUES(?)", [evil])
    assert db.rows("SELECT s FROM py_evil WHERE s = ?", [evil]) == [{"s": evil}]
    assert db.rows("SELECT count(*) AS n FROM py_evil") == [{"n": 2}]


def test_stacked_statements(db):
    db.table("py_stacked", "a INTEGER")
    assert "expected one statement, got several" in db.refused("SELECT 1; DROP TABLE py_stacked")
    answer = db.query("INSERT INTO py_stacked VALUES(1); INSERT INTO py_stacked VALUES(2); SELECT a FROM py_stacked "
                      "ORDER BY a", multi=True)
    assert (answer["rows"], answer["rows_affected"]) == ([{"a": 1}, {"a": 2}], 2)


def test_select_cannot_write(db):
    db.table("py_guard", "a INTEGER")
    for text in ("INSERT INTO py_guard VALUES(1)", "DELETE FROM py_guard", "UPDATE py_guard SET a = 1"):
        assert "expected a statement that only reads" in db.refused(text, operation="select")
    assert db.rows("SELECT count(*) AS n FROM py_guard", operation="select") == [{"n": 0}]


def test_a_function_that_writes_is_refused_too(tmp_path):
    db = Database("postgres", url_of("postgres", tmp_path), "py_writer")
    db.table("py_writes", "a INTEGER")
    db.query("CREATE OR REPLACE FUNCTION py_write() RETURNS int AS $$ INSERT INTO py_writes VALUES(1) RETURNING a $$ "
             "LANGUAGE sql")
    assert "read-only transaction" in db.refused("SELECT py_write()", operation="select")
    assert db.rows("SELECT py_write() AS a") == [{"a": 1}]


def test_execute_many_is_all_or_none(db):
    db.table("py_many", "a INTEGER PRIMARY KEY")
    assert db.query("INSERT INTO py_many VALUES(?)", [[1], [2], [3]], operation="execute_many")["rows_affected"] == 3
    db.refused("INSERT INTO py_many VALUES(?)", [[4], [1]], operation="execute_many")
    assert db.rows("SELECT count(*) AS n FROM py_many") == [{"n": 3}]


def test_execute_many_gives_the_rows_of_all_in_order(db):
    db.table("py_all", "a INTEGER PRIMARY KEY, b TEXT")
    many = 2500
    rows = [[n, f"text {n}" if n % 3 else None] for n in range(many)]
    assert db.query("INSERT INTO py_all VALUES(?, ?)", rows, operation="execute_many")["rows_affected"] == many
    asked = [[n] for n in range(0, many, 2)]
    got = db.query("SELECT a, b FROM py_all WHERE a = ?", asked, operation="execute_many")
    assert got["rows"] == [{"a": n, "b": rows[n][1]} for n in range(0, many, 2)] and got["columns"] == ["a", "b"]
    cut = db.query("SELECT a FROM py_all WHERE a >= ? AND a < ? + 3", [[1, 1], [2000, 2000], [5, 5]],
                   operation="execute_many", max_rows=7) if db.engine == "sqlite" else None
    named = [{"n": n, "b": "x"} for n in range(10)]
    assert db.query("UPDATE py_all SET b = :b WHERE a = :n", named, operation="execute_many")["rows_affected"] == 10
    assert cut is None or (cut["truncated"] and [row["a"] for row in cut["rows"]] == [1, 2, 3, 2000, 2001, 2002, 5])
    assert db.query("DELETE FROM py_all WHERE a < 5", [[], []], operation="execute_many")["rows_affected"] == 5


def test_execute_many_ends_with_the_entry_that_fails(db):
    db.table("py_which", "a INTEGER PRIMARY KEY")
    insert = "INSERT INTO py_which VALUES(?)"
    unique = {"sqlite": "1555", "postgres": "23505", "mariadb": "1062"}[db.engine]
    for entries in ([[n] for n in range(2000)] + [[7]], [[1], [1], [1]],
                    [[n] for n in range(50)] + [[49]] + [[n] for n in range(50, 1500)]):
        assert f"(code: {unique})" in db.refused(insert, entries, operation="execute_many")
        assert db.rows("SELECT count(*) AS n FROM py_which") == [{"n": 0}]
    refused = db.refused(insert, [[1], [2, 3]], operation="execute_many")
    assert "entry 1" in refused
    for _ in range(20):  # the connection stays of use
        assert db.query(insert, [[1], [2]], operation="execute_many")["rows_affected"] == 2
        db.query("DELETE FROM py_which")


def test_execute_many_takes_values_of_all_kinds(db):
    """Also where they change from entry to entry, which MariaDB cannot be sent as one."""
    db.table("py_kinds", "a INTEGER PRIMARY KEY, b TEXT, c DOUBLE PRECISION, d BOOLEAN, e BYTES")
    insert = "INSERT INTO py_kinds VALUES(?, ?, ?, ?, ?)"
    rows = [[n, ["", None, "ü\0x"[: 1 if db.engine == "postgres" else 3], "x" * 300][n % 4], [None, 0.5, -1e300][n % 3],
             [True, None, False][n % 3], [b"\0\xff", None][n % 2]] for n in range(1500)]
    assert db.query(insert, rows, operation="execute_many")["rows_affected"] == 1500
    got = [list(row.values()) for row in db.rows("SELECT * FROM py_kinds ORDER BY a")]
    assert [[*row[:3], row[3] if row[3] is None else bool(row[3]), row[4]] for row in got] == rows
    mixed = [[2000, "a", 1, True, None], [2001, "b", 1.5, None, b""], [2002, None, None, None, None], [2003, {"k": [1]}, 2, True, b"x"]]
    assert db.query(insert, mixed, operation="execute_many")["rows_affected"] == 4
    assert [row["b"] for row in db.rows("SELECT b FROM py_kinds WHERE a >= 2000 ORDER BY a")] == ["a", "b", None, '{"k":[1]}']
    assert db.query("UPDATE py_kinds SET b = ? WHERE a >= ? AND a < ?", [["u", 0, 10], ["v", 5, 20], ["w", 9000, 9001]],
                    operation="execute_many")["rows_affected"] == 25
    assert db.query("DELETE FROM py_kinds WHERE a = ?", [[n] for n in range(100)] + [[9000]],
                    operation="execute_many")["rows_affected"] == 100
    copied = db.query("INSERT INTO py_kinds SELECT ?, b, c, d, e FROM py_kinds WHERE a = ?", [[3000, 200], [3001, 201]],
                      operation="execute_many")
    assert copied["rows_affected"] == 2


def test_execute_many_is_few_statements_on_mariadb(db):
    if db.engine != "mariadb":
        pytest.skip("it counts the statements of a connection")
    db.table("py_few", "a INTEGER PRIMARY KEY, b TEXT")

    def count():
        return int(db.rows("SHOW SESSION STATUS LIKE 'Questions'")[0]["Value"])
    before = count()
    db.query("INSERT INTO py_few VALUES(?, ?)", [[n, "x"] for n in range(5000)], operation="execute_many")
    assert count() - before < 30  # BEGIN, COMMIT, and of each 1024 rows one, with its savepoint
    mysql = Database("mariadb", db.url + "&server-version=8.0.36", "py_mysql")  # which has no such protocol
    entries = [[5000 + n, "x"] for n in range(200)]
    assert mysql.query("INSERT INTO py_few VALUES(?, ?)", entries, operation="execute_many")["rows_affected"] == 200
    assert int(mysql.rows("SHOW SESSION STATUS LIKE 'Questions'")[0]["Value"]) > 200


def test_execute_many_with_much_both_ways(db):
    """More than any buffer between client and server holds, sent and received at once."""
    db.table("py_much", "a INTEGER PRIMARY KEY, b LONGTEXT" if db.engine == "mariadb" else "a INTEGER PRIMARY KEY, b TEXT")
    rows = [[n, "x" * 20000] for n in range(1200)]
    returning = "" if db.engine == "mariadb" else " RETURNING a, b"
    got = db.query("INSERT INTO py_much VALUES(?, ?)" + returning, rows, operation="execute_many")
    assert got["rows_affected"] == 1200
    assert returning == "" or sum(len(row["b"]) for row in got["rows"]) == 24_000_000


def test_execute_many_takes_no_round_trip_for_each(service_url):
    """Over a line on which everything comes 20 ms later."""
    url = urllib.parse.urlsplit(service_url("KAILASH_TEST_POSTGRES_TCP_URL"))
    with slow_line((url.hostname, url.port), 0.02) as port:
        there = f"postgres://{url.netloc.rpartition('@')[0]}@127.0.0.1:{port}{url.path}"
        db = Database("postgres", there, "py_slow")
        db.table("py_slow", "a INTEGER PRIMARY KEY")
        begin = time.monotonic()
        db.query("INSERT INTO py_slow VALUES(?)", [0])
        once = time.monotonic() - begin
        assert once > 0.03
        begin = time.monotonic()
        db.query("INSERT INTO py_slow VALUES(?)", [[n] for n in range(1, 1000)], operation="execute_many")
        assert time.monotonic() - begin < 20 * once
        assert db.rows("SELECT count(*) AS n FROM py_slow") == [{"n": 1000}]
        long = "SELECT pg_sleep(?::float8 * 10)"
        assert "timed out" in db.refused(long, [[0], [1], [1]], operation="execute_many", timeout_ms=500)
        assert db.rows("SELECT 1 AS a") == [{"a": 1}]


@contextlib.contextmanager
def slow_line(target, delay):
    loop = asyncio.new_event_loop()

    async def pump(reader, writer):
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while data := await reader.read(65536):
                loop.call_later(delay, writer.write, data)
        loop.call_later(2 * delay, writer.close)

    async def carry(reader, writer):
        there = await asyncio.open_connection(*target)
        await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))

    async def listen():
        server = await asyncio.start_server(carry, "127.0.0.1", 0)
        return server.sockets[0].getsockname()[1]
    threading.Thread(target=loop.run_forever, daemon=True).start()
    yield asyncio.run_coroutine_threadsafe(listen(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)


def test_errors_say_what_the_database_said(db):
    db.table("py_errors", "a INTEGER PRIMARY KEY")
    db.query("INSERT INTO py_errors VALUES(1)")
    head = "node execution failed: query execution failed: error returned from database: (code: "
    codes = {"sqlite": ("1", "1555"), "postgres": ("42601", "23505"), "mariadb": ("1064", "1062")}[db.engine]
    assert db.refused("SELEC").startswith(f"{head}{codes[0]})")
    assert db.refused("INSERT INTO py_errors VALUES(?)", [1]).startswith(f"{head}{codes[1]})")


def test_a_schema_may_change(db):
    db.table("py_schema", "a INTEGER")
    db.query("INSERT INTO py_schema VALUES(1)")
    assert db.rows("SELECT * FROM py_schema") == [{"a": 1}]
    db.query("ALTER TABLE py_schema ADD COLUMN b VARCHAR(9)")
    assert db.rows("SELECT * FROM py_schema") == [{"a": 1, "b": None}]


# ---- batches ----------------------------------------------------------------------------------------


def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def in_batches(db, count, size, callback):
    registry = kailash.NodeRegistry()
    registry.register_callback("Take", callback, ["rows", "columns", "batch_index"], [])
    builder = kailash.WorkflowBuilder()
    builder.add_node("SQLQueryNode", "n", {"pool": db.key, "query": SERIES[db.engine], "params": [count],
                                           "batch_size": size, "on_batch": "Take"})
    return kailash.Runtime(registry).execute(builder.build(registry))["results"]["n"]


def test_batches_come_in_order(db):
    seen = []

    def take(inputs):
        seen.append((inputs["batch_index"], inputs["columns"], [row["n"] for row in inputs["rows"]]))
        return {}

    answer = in_batches(db, 7, 3, take)
    assert seen == [(0, ["n"], [1, 2, 3]), (1, ["n"], [4, 5, 6]), (2, ["n"], [7])]
    assert (answer["rows"], answer["row_count"], answer["batch_count"]) == ([], 7, 3)


def test_a_batch_that_fails_ends_the_query(db):
    def refuse(inputs):
        if inputs["batch_index"] == 1:
            raise ValueError("enough of it")
        return {}

    with pytest.raises(RuntimeError, match="enough of it"):
        in_batches(db, 1000000, 10, refuse)
    assert db.rows("SELECT 1 AS x") == [{"x": 1}]


def test_a_million_rows_take_little_memory(db):
    total = 0

    def take(inputs):
        nonlocal total
        total += len(inputs["rows"])
        return {}

    in_batches(db, 20000, 5000, take)
    before, total = resident(), 0
    assert in_batches(db, 1000000, 5000, take)["row_count"] == 1000000
    assert total == 1000000
    if "asan" not in os.environ.get("LD_PRELOAD", ""):
        assert resident() - before < 64 << 20


# ---- transactions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("end, left", [("commit", 1), ("rollback", 0)])
def test_a_transaction_is_one_connection(db, end, left):
    db.table("py_tx", "a INTEGER")
    begun = db.transaction("begin", pool=db.key)
    inside = {"transaction_id": begun["transaction_id"]}
    call("SQLQueryNode", {"query": "INSERT INTO py_tx VALUES(1)"}, inside)
    assert call("SQLQueryNode", {"query": "SELECT count(*) AS n FROM py_tx"}, inside)["rows"] == [{"n": 1}]
    assert db.rows("SELECT count(*) AS n FROM py_tx") == [{"n": 0}]
    ended = db.transaction(end, **inside)
    assert ended["status"] == {"commit": "committed", "rollback": "rolled_back"}[end]
    assert db.rows("SELECT count(*) AS n FROM py_tx") == [{"n": left}]


@pytest.mark.parametrize("level", ["read_uncommitted", "read_committed", "repeatable_read", "serializable"])
def test_isolation_levels(db, level):
    db.table("py_level", "a INTEGER")
    begun = call("SQLTransactionNode", {"isolation_level": level}, {"action": "begin", "pool": db.key})
    shown = {"postgres": "SELECT current_setting('transaction_isolation') AS v",
             "mariadb": "SELECT trx_isolation_level AS v FROM information_schema.innodb_trx "
                        "WHERE trx_mysql_thread_id = connection_id()"}.get(db.engine)
    inside = {"transaction_id": begun["transaction_id"]}
    call("SQLQueryNode", {"query": "INSERT INTO py_level VALUES(1)"}, inside)
    if shown:
        found = []
        for _ in range(50):  # MariaDB looks at its transactions from time to time only
            found = found or call("SQLQueryNode", {"query": shown}, inside)["rows"] or time.sleep(0.1)
        (row,) = found
        assert row["v"].lower().replace(" ", "_") == level
    db.transaction("commit", **inside)
    assert db.rows("SELECT count(*) AS n FROM py_level") == [{"n": 1}]


def test_savepoints(db):
    db.table("py_save", "a INTEGER")
    inside = {"transaction_id": db.transaction("begin", pool=db.key)["transaction_id"]}

    def insert(value):
        call("SQLQueryNode", {"query": "INSERT INTO py_save VALUES(?)", "params": [value]}, inside)

    insert(1)
    assert db.transaction("savepoint", savepoint_name="1st", **inside)["status"] == "savepoint_created"
    insert(2)
    assert db.transaction("rollback_to_savepoint", savepoint_name="1st",
                          **inside)["status"] == "rolled_back_to_savepoint"
    assert db.transaction("release_savepoint", savepoint_name="1st", **inside)["status"] == "savepoint_released"
    insert(3)
    db.transaction("commit", **inside)
    assert db.rows("SELECT a FROM py_save ORDER BY a") == [{"a": 1}, {"a": 3}]


def test_all_or_nothing(db):
    db.table("py_all", "a INTEGER PRIMARY KEY")
    good = db.transaction("begin_and_execute", pool=db.key, queries=[
        {"query": "INSERT INTO py_all VALUES(?)", "params": [1]}, {"query": "UPDATE py_all SET a = 2"}])
    assert good["results"] == [{"query_index": 0, "rows_affected": 1, "status": "ok"},
                               {"query_index": 1, "rows_affected": 1, "status": "ok"}]
    assert (good["status"], good["rows_affected"]) == ("committed", 2)
    bad = failure("SQLTransactionNode", {}, {"action": "begin_and_execute", "pool": db.key, "queries": [
        {"query": "INSERT INTO py_all VALUES(3)"}, {"query": "INSERT INTO py_all VALUES(2)"}]})
    assert "transaction query 1 failed (rolled back): error returned from database: (code: " in bad
    assert db.rows("SELECT a FROM py_all") == [{"a": 2}]


# ---- time and servers -------------------------------------------------------------------------------


def test_a_query_that_takes_too_long(db):
    begin = time.monotonic()
    assert db.refused(LONG[db.engine], timeout_ms=100) == "node execution timed out after 100ms"
    assert time.monotonic() - begin < 5
    assert db.rows("SELECT 1 AS x") == [{"x": 1}]


def test_a_run_that_is_cancelled(db):
    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder()
    builder.add_node("SQLQueryNode", "n", {"pool": db.key, "query": LONG[db.engine]})
    config = kailash.RuntimeConfig(workflow_timeout=0.3)
    begin = time.monotonic()
    with pytest.raises(RuntimeError):
        kailash.Runtime(registry, config).execute(builder.build(registry))
    assert time.monotonic() - begin < 5
    assert db.rows("SELECT 1 AS x") == [{"x": 1}]


def test_many_threads(db):
    db.table("py_threads", "a INTEGER")
    failures = []

    def work():
        try:
            for value in range(25):
                db.query("INSERT INTO py_threads VALUES(?)", [value])
        except RuntimeError as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert db.rows("SELECT count(*) AS n FROM py_threads") == [{"n": 200}]


@pytest.mark.parametrize("own_server", ["postgres", "mariadb"], indirect=True)
def test_the_server_restarts(own_server):
    engine, _, variables = own_server
    path = variables[f"KAILASH_TEST_{engine.upper()}_PID"]
    db = Database(engine, variables[ENGINES[engine]], "restarting")

    def pid():
        try:
            with open(path, encoding="ascii") as file:
                return int(file.readline())
        except (OSError, ValueError):
            return 0

    before = pid()
    assert db.rows("SELECT 1 AS x") == [{"x": 1}]
    os.kill(before, signal.SIGINT if engine == "postgres" else signal.SIGTERM)
    end = time.monotonic() + 30
    while True:
        try:
            if pid() not in (0, before):
                assert db.rows("SELECT 1 AS x") == [{"x": 1}]
                break
        except RuntimeError as error:
            assert "p@ss" not in str(error)
        assert time.monotonic() < end
        time.sleep(0.1)
    call("DatabaseConnectionNode", {"pool_key": db.key}, {"action": "disconnect"})


# ---- connecting -------------------------------------------------------------------------------------


def refused_url(url):
    return failure("DatabaseConnectionNode", {"connection_string": url, "pool_key": "py_refused"}, {"action": "connect"})


@pytest.mark.parametrize("variable, driver", [("KAILASH_TEST_POSTGRES_TCP_URL", "postgres"),
                                              ("KAILASH_TEST_MARIADB_TCP_URL", "mariadb")])
def test_passwords_are_never_told(service_url, variable, driver):
    url = service_url(variable)
    made = call("DatabaseConnectionNode", {"connection_string": url, "pool_key": driver}, {"action": "connect"})
    assert (made["connected"], made["driver"]) == (True, driver)
    call("DatabaseConnectionNode", {"pool_key": driver}, {"action": "disconnect"})
    text = refused_url(url.replace("p%40ss%3Aw%2Frd", "wr0ng"))
    assert "cannot connect to the database" in text and "wr0ng" not in text


@pytest.mark.parametrize("url, why", [
    ("postgres://u:s3cret@127.0.0.1:1/d", "cannot connect to the database"),
    ("mysql://u:s3cret@127.0.0.1:1/d", "cannot connect to the database"),
    ("postgres://u:s3cret@h:port:x/d", "the PostgreSQL URL cannot be read"),
    ("postgres://u:s3c@s3cret@h/d", "the PostgreSQL URL cannot be read"),
    ("postgres://u:s3cret%zz@h/d", "the PostgreSQL URL cannot be read"),
    ("postgres://u:s3cret@h/d?colour=s3cret", 'invalid URI query parameter: "colour"'),
    ("mysql://u:s3cret@h/d?colour=s3cret", "parameter 'colour' in the database URL is unknown"),
    ("mysql://u:s3cret@h:99999/d", "port in the database URL: expected 1 to 65535"),
    ("mysql://u:s3cret@h/d?ssl-mode=maybe", "ssl-mode 'maybe' in the database URL: expected one of"),
])
def test_urls_that_lead_nowhere(url, why):
    text = refused_url(url)
    assert why in text and "s3cret" not in text


def test_nobody_answers():
    """An address that swallows what is sent to it."""
    import socket
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)
        port = silent.getsockname()[1]
        for scheme in ("postgres", "mysql"):
            begin = time.monotonic()
            assert "cannot connect to the database" in refused_url(f"{scheme}://u@127.0.0.1:{port}/d?connect_timeout=1")
            assert time.monotonic() - begin < 5


TLS = {
    "postgres": ("sslmode", "disable", "require", "verify-full", "sslrootcert",
                 "SELECT cipher AS c FROM pg_stat_ssl WHERE pid = pg_backend_pid()"),
    "mariadb": ("ssl-mode", "disabled", "required", "verify-identity", "ssl-ca",
                "SELECT variable_value AS c FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'"),
}


@pytest.mark.parametrize("engine", TLS)
def test_tls(service_url, engine):
    mode, off, required, verified, root, shown = TLS[engine]
    url = service_url(f"KAILASH_TEST_{engine.upper()}_TCP_URL")
    certificate = service_url(f"KAILASH_TEST_{engine.upper()}_CERTIFICATE")

    def cipher(parameters):
        inputs = {"pool": url + parameters}
        (row,) = call("SQLQueryNode", {"query": shown, "scope": "registry"}, inputs)["rows"]
        return row["c"]

    assert not cipher(f"?{mode}={off}")
    assert cipher("")  # preferred
    assert cipher(f"?{mode}={required}")
    assert cipher(f"?{mode}={verified}&{root}={certificate}")
    assert "cannot connect to the database" in refused_url(f"{url}?{mode}={verified}")


def test_registries_may_keep_their_pools_apart():
    def run(registry, kind, config):
        builder = kailash.WorkflowBuilder()
        builder.add_node(kind, "n", {"scope": "registry", **config})
        return kailash.Runtime(registry).execute(builder.build(registry))["results"]["n"]

    one, two = kailash.NodeRegistry(), kailash.NodeRegistry()
    memory = {"action": "connect", "connection_string": "sqlite::memory:", "pool_key": "apart"}
    run(one, "DatabaseConnectionNode", memory)
    run(one, "SQLQueryNode", {"pool": "apart", "query": "CREATE TABLE t(a)"})
    with pytest.raises(RuntimeError, match="no pool registered under key 'apart'"):
        run(two, "SQLQueryNode", {"pool": "apart", "query": "SELECT * FROM t"})
    run(two, "DatabaseConnectionNode", memory)
    with pytest.raises(RuntimeError, match="no such table"):
        run(two, "SQLQueryNode", {"pool": "apart", "query": "SELECT * FROM t"})
    for registry in (one, two):
        run(registry, "SQLQueryNode", {"pool": "sqlite::memory:", "query": "CREATE TABLE by_url(a)"})
        assert run(registry, "SQLQueryNode", {"pool": "sqlite::memory:", "query": "SELECT * FROM by_url"})["rows"] == []
