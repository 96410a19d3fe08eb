"""DataFabricEngine: rows, retention of fields, and other sources: REST, files, databases."""

import asyncio
import ipaddress
import json
import os
import socket
import threading
import time

import pytest
from dataflow_engines import database  # noqa: F401 (a fixture)
from dataflow_models import TEXT, model, person, refusal, without_times
from http_servers import serve

import kailash
from kailash import DataFabricEngine
from kailash.dataflow import DataClassification, RetentionPolicy


@pytest.fixture
def fabric(database):
    made = DataFabricEngine(database.url)
    database.opened.append(made)
    made.register_model(person())
    return made


@pytest.fixture
def sources():
    """An engine for what needs no database; a breaker is tried again soon."""
    made = DataFabricEngine("sqlite::memory:", source_reset_secs=0.3)
    yield made
    made.close()


# ---- rows ------------------------------------------------------------------------------------------------


def test_rows(fabric):
    row = fabric.create("Person", {"id": 1, "name": "Ann", "age": 30})
    assert without_times(row) == {"id": 1, "name": "Ann", "age": 30, "score": None, "active": None, "extra": None}
    fabric.create("Person", {"id": 2, "name": "Bob", "age": 20})
    assert fabric.read("Person", 1) == row and fabric.read("Person", 9) is None
    assert fabric.count("Person") == 2
    assert [r["name"] for r in fabric.list("Person", order_by="age")] == ["Bob", "Ann"]
    assert [r["name"] for r in fabric.list("Person", 1, 1, "age", "desc")] == ["Bob"]
    assert [r["name"] for r in fabric.list("Person", filters=[kailash.FilterCondition.eq("age", 30)])] == ["Ann"]
    assert fabric.count("Person", filters=[kailash.FilterCondition.gt("age", 50)]) == 0
    assert fabric.update("Person", 2, {"age": 21})["age"] == 21
    assert (fabric.delete("Person", 2), fabric.delete("Person", 2), fabric.count("Person")) == (True, False, 1)
    assert fabric.express.read("Person", 1) == row == fabric.dataflow.express.read("Person", 1)
    assert fabric.query_engine.query_count() > 3


def test_refusals_are_those_of_express(fabric):
    assert "model not registered" in refusal(RuntimeError, fabric.list, "Nobody")
    assert "missing required field: name" in refusal(RuntimeError, fabric.create, "Person", {})
    assert "not found" in refusal(RuntimeError, fabric.update, "Person", 9, {"age": 1})
    assert "order_dir" in refusal(ValueError, fabric.list, "Person", order_by="age", order_dir="up")
    assert "LIMIT must be non-negative" in refusal(RuntimeError, fabric.list, "Person", -1)
    fabric.close()
    fabric.close()
    with pytest.raises(kailash.DataFlowDatabaseError):
        fabric.count("Person")


def test_tenants(database):
    fabric = DataFabricEngine(database.url)
    database.opened.append(fabric)
    owned = model("Note", "notes", ("tenant_id", TEXT, {"required": True}), ("body", TEXT, {"nullable": True}))
    fabric.register_model(owned.multi_tenant())
    with pytest.raises(kailash.TenantRequiredError):
        fabric.create("Note", {"body": "x"})
    row = fabric.create("Note", {"body": "x"}, tenant_id="a")
    assert fabric.read("Note", row["id"], tenant_id="b") is None
    assert fabric.count("Note", tenant_id="a") == 1 and fabric.list("Note", tenant_id="b") == []
    assert fabric.update("Note", row["id"], {"body": "y"}, tenant_id="a")["body"] == "y"
    assert fabric.delete("Note", row["id"], tenant_id="b") is False


def test_tables_are_made_unless_told_otherwise(database):
    fabric = DataFabricEngine(database.url, auto_migrate=False)
    database.opened.append(fabric)
    fabric.register_model(person())
    with pytest.raises(kailash.DataFlowDatabaseError):
        fabric.count("Person")


def test_fields_are_classified(sources):
    assert repr(sources) == "DataFabricEngine(classification=false, retention=false)"
    made = model("Patient", "patients", ("ward", TEXT))
    made.field("name", TEXT, nullable=True, classification=DataClassification.pii())
    sources.register_model(made)
    assert sources.classify_field("Patient", "name") == "PII"
    assert sources.classify_field("Patient", "ward") is None
    assert sources.classify_field("Patient", "zz") is None and sources.classify_field("Nobody", "name") is None
    sources.create("Patient", {"id": 1, "ward": "w", "name": "Ann"})
    assert sources.read("Patient", 1)["name"] == "[REDACTED]"
    assert repr(sources) == "DataFabricEngine(classification=true, retention=false)"


def test_retention_of_fields(sources):
    assert sources.check_retention("name", 3) is None
    sources.add_retention_policy("name", RetentionPolicy.days(30))
    sources.add_retention_policy("mail", RetentionPolicy.until_consent_revoked())
    assert [sources.check_retention("name", days) for days in (30, 31)] == ["Retain", "Delete"]
    assert sources.check_retention("mail", 0) == "RequiresConsent"
    assert sources.check_retention("other", 99) is None
    assert repr(sources) == "DataFabricEngine(classification=false, retention=true)"
    with pytest.raises(OverflowError):
        sources.check_retention("name", -1)


# ---- names -----------------------------------------------------------------------------------------------


def test_names_of_sources(sources, tmp_path):
    assert sources.source_names() == []
    sources.register_rest_source("b", "https://example.org/")
    sources.register_file_source("c", "x.json", str(tmp_path))
    sources.register_database_source("a", f"sqlite:{tmp_path}/x.db")
    assert sources.source_names() == ["a", "b", "c"]
    assert [sources.source_status(name)["kind"] for name in "abc"] == ["database", "rest", "file"]
    for register, *arguments in ((sources.register_rest_source, "https://example.org/"),
                                 (sources.register_file_source, "x.json", "/"),
                                 (sources.register_database_source, "sqlite::memory:")):
        assert refusal(RuntimeError, register, "a", *arguments) == (
            f"{register.__name__} failed: configuration error: source adapter already registered: a")
        with pytest.raises(ValueError):
            register("", *arguments)
    assert "not found: source adapter not registered: nope" in refusal(RuntimeError, sources.fetch_source, "nope")
    assert "not registered" in refusal(RuntimeError, sources.source_status, "nope")


# ---- REST ------------------------------------------------------------------------------------------------


def answers(body, content_type="application/json", status=200):
    return lambda handler: handler.say(status, body, content_type=content_type)


@pytest.fixture
def server():
    with serve({
        "/api": answers(b'{"a": [1, 2.5, null, "\xc3\xa9"]}'),
        "/api/users": answers(b'[{"id": 1}]', "application/vnd.api+json; charset=utf-8"),
        "/text": answers("héllo".encode("latin1"), "text/plain; charset=iso-8859-1"),
        "/plain": answers(b"{}", "text/plain"),
        "/empty": answers(b"", "application/json"),
        "/bad": answers(b"{", "application/json"),
        "/missing": answers(b"secret details", "text/plain", 404),
    }) as made:
        yield made


def rest(fabric, server, name="s", path="/api", auth=None, timeout_secs=5, private=True):
    fabric.register_rest_source(name, server.url + path, auth, timeout_secs, private)
    return lambda *query: fabric.fetch_source(name, *query)


def test_answers_are_decoded(sources, server):
    assert rest(sources, server)() == {"a": [1, 2.5, None, "é"]}
    assert rest(sources, server, "text", "/text")() == "héllo"
    assert rest(sources, server, "plain", "/plain")() == "{}"
    assert rest(sources, server, "empty", "/empty")() == ""
    assert "gave none" in refusal(RuntimeError, rest(sources, server, "bad", "/bad"))
    assert [request[0] for request in server.seen] == ["GET"] * 5


def test_failures_tell_the_status_alone(sources, server):
    assert refusal(RuntimeError, rest(sources, server, path="/missing")) == "fetch_source failed: the source answered 404"


@pytest.mark.parametrize("path, query, asked", [
    ("/api", None, "/api"),
    ("/api", "users", "/api/users"),
    ("/api", "/users", "/api/users"),
    ("/api/", "/users", "/api/users"),
    ("/api", "?q=1&b=%20", "/api?q=1&b=%20"),
    ("/api?k=v", "?q=1", "/api?k=v&q=1"),
    ("/api?k=v", "users", "/api/users?k=v"),
    ("/api", "users?x=1", "/api/users?x=1"),
    ("/api", {"q": "a b&c", "n": 1, "f": 1.5, "t": True}, "/api?q=a%20b%26c&n=1&f=1.5&t=true"),
    ("/api?k=v", {"é": "/"}, "/api?k=v&%C3%A9=%2F"),
    ("/api", {}, "/api"),
    ("", "api", "/api"),
])
def test_queries(sources, path, query, asked):
    seen = []
    with serve({p: lambda handler: (seen.append(handler.path), handler.say(200, b"ok")) for p in ("/api", "/api/", "/api/users")}) as server:
        assert rest(sources, server, path=path)(query) == "ok"
    assert seen == [asked]


@pytest.mark.parametrize("query", ["../secret", "a/../b", "a/%2e%2E/b", ".", "a#b", "a\\b", "a b", "a\nb", "..", "./a", "%2e./x"])
def test_a_query_cannot_leave_its_source(sources, server, query):
    assert refusal(ValueError, rest(sources, server), query).startswith("query: ")
    assert server.seen == []


def test_queries_cannot_name_another_server(sources, server):
    fetch = rest(sources, server, path="")
    for query in ("@example.org/", "//example.org/", "http://example.org/"):
        assert "answered 404" in refusal(RuntimeError, fetch, query)
    assert len(server.seen) == 3


def test_queries_of_other_kinds(sources, server):
    for query in (5, [1], b"x"):
        with pytest.raises(TypeError):
            rest(sources, server, f"s{query}")(query)
    with pytest.raises(ValueError):
        sources.fetch_source("s5", {"a": [1]})


@pytest.mark.parametrize("auth, header, value", [
    ({"type": "bearer", "token": "t0k"}, "authorization", "Bearer t0k"),
    ({"type": "api_key", "header": "X-Key", "key": "k3y"}, "x-key", "k3y"),
    ({"type": "basic", "username": "u", "password": "p"}, "authorization", "Basic dTpw"),
    ({"type": "none"}, "authorization", None),
    ({}, "authorization", None),
    (None, "authorization", None),
])
def test_authentication(sources, server, auth, header, value):
    rest(sources, server, auth=auth)()
    headers = {key.lower(): text for key, text in server.seen[0][2].items()}
    assert headers.get(header) == value


@pytest.mark.parametrize("auth, message", [
    ({"type": "zz"}, 'unknown REST source auth type "zz": expected none/bearer/api_key/basic'),
    ({"type": "bearer"}, "REST source auth type 'bearer' requires 'token'"),
    ({"type": "basic", "username": "u"}, "REST source auth type 'basic' requires 'password'"),
    ({"type": "api_key", "key": "k"}, "REST source auth type 'api_key' requires 'header'"),
    ({"type": "bearer", "token": 5}, "REST source auth: token: expected string, got integer"),
    ({"type": "bearer", "token": "a\r\nx: y"}, "REST source auth: token: control characters"),
    ({"type": "api_key", "header": "Host", "key": "k"}, "REST source auth: header: 'Host' is no header for a key"),
    ({"type": "api_key", "header": "a b", "key": "k"}, "REST source auth: header: 'a b' is no header for a key"),
    ({"type": "bearer", "token": "t", "extra": 1}, "REST source auth type 'bearer' has no 'extra'"),
    ({"type": 5}, "REST source auth: type: expected string, got integer"),
])
def test_bad_descriptors(sources, auth, message):
    assert refusal(ValueError, sources.register_rest_source, "s", "https://example.org/", auth) == message
    assert sources.source_names() == []


def test_wrong_arguments_of_rest_sources(sources):
    with pytest.raises(TypeError):
        sources.register_rest_source("s", "https://example.org/", "x")
    for url in ("ftp://example.org/", "example.org", "", "http://", "http://a b/"):
        assert refusal(RuntimeError, sources.register_rest_source, "s", url).startswith("register_rest_source failed: ")
    for seconds in (-1, float("nan")):
        with pytest.raises((ValueError, OverflowError)):
            sources.register_rest_source("s", "https://example.org/", timeout_secs=seconds)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "192.168.1.1", "0.0.0.0"])
def test_private_addresses_are_refused_at_once(sources, host):
    assert "SSRF blocked" in refusal(RuntimeError, sources.register_rest_source, "s", f"http://{host}/")


def test_link_local_addresses_are_never_asked(sources):
    assert "SSRF blocked" in refusal(
        RuntimeError, sources.register_rest_source, "s", "http://169.254.169.254/", allow_private_networks=True)


def test_names_that_lead_to_private_addresses_are_refused_when_asked(sources, server):
    name = socket.gethostname()
    try:
        address = ipaddress.ip_address(socket.gethostbyname(name))
    except OSError:
        pytest.skip("this machine does not know its own name")
    if not address.is_private:
        pytest.skip("this machine has a public address")
    sources.register_rest_source("s", f"http://{name}:{server.port}/api")
    assert "SSRF blocked" in refusal(RuntimeError, sources.fetch_source, "s")
    assert server.seen == [] and sources.source_status("s")["failures"] == 0


def test_a_slow_source_ends(sources):
    ended = threading.Event()
    with serve({"/": lambda handler: (ended.wait(5), handler.say(200, b""))}) as server:
        begin = time.monotonic()
        assert "timed out" in refusal(RuntimeError, rest(sources, server, path="/", timeout_secs=0.2))
        assert time.monotonic() - begin < 3
        ended.set()


def test_fetching_on_another_thread(sources, server):
    rest(sources, server)

    async def both():
        return await asyncio.gather(*(sources.fetch_source_async("s", query) for query in (None, "users")))

    assert asyncio.run(both()) == [{"a": [1, 2.5, None, "é"]}, [{"id": 1}]]
    with pytest.raises(RuntimeError):
        asyncio.run(awaited(sources.fetch_source_async("nope")))


async def awaited(future):
    return await future


async def cancelled_when(ready, future):
    """Cancel the await once `ready` is true, which may be before the loop has begun."""
    task = asyncio.ensure_future(awaited(future))
    await asyncio.sleep(0)  # a task that has not begun awaits nothing that could be cancelled
    for _ in range(3000):
        if ready():
            break
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_cancelled_await_ends_the_request(sources):
    asked, left = threading.Event(), threading.Event()

    def wait(handler):
        asked.set()
        if handler.connection.recv(1) == b"":  # the other side has hung up
            left.set()

    with serve({"/": wait}) as server:
        rest(sources, server, path="/", timeout_secs=60)
        asyncio.run(cancelled_when(asked.is_set, sources.fetch_source_async("s")))
        assert asked.is_set()
        assert left.wait(30)
        assert sources.source_status("s")["failures"] == 0


def test_a_cancelled_await_ends_the_statement(sources, service_url):
    url = service_url("KAILASH_TEST_POSTGRES_URL")
    mark = f"cancelled {os.getpid()}"
    sources.register_database_source("s", url, query=f"SELECT pg_sleep(60) -- {mark}", timeout_secs=100)
    df = kailash.DataFlow(url)

    def runs():
        return df.execute_raw("SELECT count(*) AS n FROM pg_stat_activity WHERE state = 'active' AND query LIKE ?",
                              [f"%pg_sleep% -- {mark}"])[0]["n"] > 0

    asyncio.run(cancelled_when(runs, sources.fetch_source_async("s")))
    end = time.monotonic() + 30
    while runs() and time.monotonic() < end:
        time.sleep(0.01)
    assert not runs() and sources.source_status("s")["failures"] == 0
    df.close()


# ---- the breaker -----------------------------------------------------------------------------------------


class Switch:
    """A path that works, or fails."""

    def __init__(self):
        self.status, self.asked = 500, 0

    def __call__(self, handler):
        self.asked += 1
        handler.say(self.status, b"ok")


@pytest.fixture
def switch(sources):
    switch = Switch()
    with serve({"/": switch}) as server:
        switch.fetch = rest(sources, server, path="/")
        yield switch


def test_three_failures_open_the_breaker(sources, switch):
    for failures in range(3):
        assert sources.source_status("s") == {"kind": "rest", "breaker": "closed", "failures": failures, "retry_after_secs": 0.0}
        assert "answered 500" in refusal(RuntimeError, switch.fetch)
    assert sources.source_status("s")["breaker"] == "open"
    assert 0 < sources.source_status("s")["retry_after_secs"] <= 0.3
    switch.status = 200
    assert "the circuit breaker of source 's' is open after 3 failures in a row" in refusal(RuntimeError, switch.fetch)
    assert switch.asked == 3


def test_after_a_while_one_call_tries_it(sources, switch):
    for _ in range(3):
        refusal(RuntimeError, switch.fetch)
    time.sleep(0.35)
    assert sources.source_status("s")["breaker"] == "half_open"
    assert "answered 500" in refusal(RuntimeError, switch.fetch)
    assert "is open after 4 failures" in refusal(RuntimeError, switch.fetch)
    time.sleep(0.35)
    switch.status = 200
    assert switch.fetch() == switch.fetch() == "ok"
    assert sources.source_status("s") == {"kind": "rest", "breaker": "closed", "failures": 0, "retry_after_secs": 0.0}


def test_only_one_call_tries_it(sources):
    entered, leave, status = threading.Event(), threading.Event(), [500]

    def answer(handler):
        if status[0] == 200:
            entered.set()
            leave.wait(5)
        handler.say(status[0], b"ok")

    with serve({"/": answer}) as server:
        fetch = rest(sources, server, path="/")
        for _ in range(3):
            refusal(RuntimeError, fetch)
        time.sleep(0.35)
        status[0] = 200
        results = []
        thread = threading.Thread(target=lambda: results.append(fetch()))
        thread.start()
        assert entered.wait(5)
        assert "circuit breaker" in refusal(RuntimeError, fetch)
        leave.set()
        thread.join()
        assert results == ["ok"] == [fetch()]


def test_refusals_of_the_source_are_no_failures(sources, switch):
    switch.status = 404
    for _ in range(5):
        assert "answered 404" in refusal(RuntimeError, switch.fetch)
    assert sources.source_status("s")["failures"] == 0


def test_successes_in_between_count(sources, switch):
    for status in (500, 500, 200, 500, 500):
        switch.status = status
        try:
            switch.fetch()
        except RuntimeError:
            pass
    assert sources.source_status("s")["failures"] == 2


def test_bad_questions_are_no_failures(sources, switch):
    for _ in range(5):
        refusal(ValueError, switch.fetch, "..")
    assert sources.source_status("s")["failures"] == 0 and switch.asked == 0


def test_a_server_that_is_gone(sources):
    with serve({}) as server:
        pass
    fetch = rest(sources, server)
    for _ in range(3):
        assert "connection error" in refusal(RuntimeError, fetch)
    assert "circuit breaker" in refusal(RuntimeError, fetch)


# ---- files -----------------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path):
    home = tmp_path / "root"
    home.mkdir()
    (home / "rows.csv").write_text("id,name\n1,Ann\n2,é\n")
    (home / "semi.csv").write_text("a;b\n1;x\n")
    (home / "data.json").write_text(json.dumps({"users": [{"id": 1, "age": 30}, {"id": 2, "age": 40}]}))
    (home / "lines.jsonl").write_text('{"a": 1}\n{"a": 2}\n')
    (home / "conf.yaml").write_text("a: 1\nb: [x, y]\n")
    (home / "conf.toml").write_text('a = 1\n')
    (home / "note.txt").write_text("hé")
    (home / "noext").write_text("[1]")
    (tmp_path / "outside.json").write_text('"secret"')
    return home


@pytest.mark.parametrize("path, more, data", [
    ("rows.csv", {}, [{"id": "1", "name": "Ann"}, {"id": "2", "name": "é"}]),
    ("rows.csv", {"options": {"infer_types": True, "limit": 1}}, [{"id": 1, "name": "Ann"}]),
    ("semi.csv", {"options": {"delimiter": ";"}}, [{"a": "1", "b": "x"}]),
    ("data.json", {}, {"users": [{"id": 1, "age": 30}, {"id": 2, "age": 40}]}),
    ("lines.jsonl", {}, [{"a": 1}, {"a": 2}]),
    ("conf.yaml", {}, {"a": 1, "b": ["x", "y"]}),
    ("conf.toml", {}, {"a": 1}),
    ("note.txt", {}, "hé"),
    ("noext", {"format": "json"}, [1]),
])
def test_files_are_read(sources, root, path, more, data):
    sources.register_file_source("f", path, str(root), **more)
    assert sources.fetch_source("f") == data
    sources.register_file_source("absolute", str(root / path), str(root), **more)
    assert sources.fetch_source("absolute") == data


def test_spreadsheets_are_read(sources, root):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["id", "name"])
    book.active.append([1, "Ann"])
    book.create_sheet("Other").append(["x"])
    book.save(root / "book.xlsx")
    sources.register_file_source("x", "book.xlsx", str(root))
    assert sources.fetch_source("x") == [{"id": 1.0, "name": "Ann"}]
    sources.register_file_source("y", "book.xlsx", str(root), options={"sheet_name": "Other", "has_headers": False})
    assert sources.fetch_source("y") == [{"column_0": "x"}]


def test_files_are_read_anew_and_searched(sources, root):
    sources.register_file_source("f", "data.json", str(root))
    assert sources.fetch_source("f", "users[?age > `35`].id") == [2]
    assert sources.fetch_source("f", "nothing") is None
    (root / "data.json").write_text('{"users": []}')
    assert sources.fetch_source("f", "users") == []
    with pytest.raises(ValueError, match="query: "):
        sources.fetch_source("f", "users[")
    with pytest.raises(TypeError):
        sources.fetch_source("f", {"a": 1})


def test_files_stay_within_their_root(sources, root, tmp_path):
    (root / "link.json").symlink_to(tmp_path / "outside.json")
    for name, path in (("a", "../outside.json"), ("b", str(tmp_path / "outside.json")), ("c", "link.json")):
        sources.register_file_source(name, path, str(root))
        assert "secret" not in refusal(RuntimeError, sources.fetch_source, name)
    for options in ({"base_dir": "/"}, {"path": "x"}, {"format": "text"}, {"nonsense": 1}):
        assert "is no option of" in refusal(
            ValueError, sources.register_file_source, "d", "data.json", str(root), options=options)


def test_files_that_cannot_be_read(sources, root):
    assert "expected one of csv" in refusal(ValueError, sources.register_file_source, "f", "noext", str(root))
    with pytest.raises(ValueError):
        sources.register_file_source("f", "noext", str(root), format="pdf")
    with pytest.raises(TypeError):
        sources.register_file_source("f", "data.json")
    sources.register_file_source("gone", "gone.json", str(root))
    for _ in range(3):
        assert refusal(RuntimeError, sources.fetch_source, "gone").startswith("fetch_source failed: ")
    assert "circuit breaker" in refusal(RuntimeError, sources.fetch_source, "gone")
    (root / "gone.json").write_text("[]")
    time.sleep(0.35)
    assert sources.fetch_source("gone") == []


# ---- databases -------------------------------------------------------------------------------------------


def test_other_databases_are_read(fabric, database, sources):
    for n, name in ((1, "Ann"), (2, "é")):
        fabric.create("Person", {"id": n, "name": name, "extra": {"a": n}})
    sources.register_database_source("d", database.url, "SELECT id, name FROM people ORDER BY id")
    assert sources.fetch_source("d") == [{"id": 1, "name": "Ann"}, {"id": 2, "name": "é"}]
    assert sources.fetch_source("d", "SELECT COUNT(*) AS n FROM people") == [{"n": 2}]
    assert sources.fetch_source("d", {"sql": "SELECT name FROM people WHERE id = ?", "params": [2]}) == [{"name": "é"}]
    assert sources.fetch_source("d", {"sql": "SELECT 1 AS a"}) == [{"a": 1}]


@pytest.mark.parametrize("text", [
    "DELETE FROM people", "UPDATE people SET name = 'x'", "INSERT INTO people (name) VALUES ('x')",
    "DROP TABLE people", "CREATE TABLE t (a INTEGER)", "SELECT 1; DELETE FROM people",
])
def test_they_are_not_written_to(fabric, database, sources, text):
    fabric.create("Person", {"id": 1, "name": "Ann"})
    sources.register_database_source("d", database.url)
    with pytest.raises((RuntimeError, ValueError)):
        sources.fetch_source("d", text)
    assert fabric.read("Person", 1)["name"] == "Ann"
    assert sources.source_status("d")["failures"] == 0


def test_a_session_cannot_be_made_to_write(fabric, database, sources):
    texts = {"sqlite": "PRAGMA query_only=OFF", "postgres": "SET default_transaction_read_only TO off",
             "mariadb": "SET SESSION TRANSACTION READ WRITE"}
    sources.register_database_source("d", database.url)
    try:
        sources.fetch_source("d", texts[database.engine])
    except (RuntimeError, ValueError):
        pass
    with pytest.raises((RuntimeError, ValueError)):
        sources.fetch_source("d", "DELETE FROM people")


def test_faults_of_statements_are_no_failures(fabric, database, sources):
    sources.register_database_source("d", database.url)
    for _ in range(4):
        with pytest.raises(kailash.DataFlowDatabaseError):
            sources.fetch_source("d", "SELECT * FROM nowhere")
    assert sources.source_status("d")["failures"] == 0


def test_long_results_are_refused(fabric, database, sources):
    fabric.express.bulk_create("Person", [{"name": "x"} for _ in range(5)])
    sources.register_database_source("few", database.url, max_rows=4)
    sources.register_database_source("enough", database.url, max_rows=5)
    assert "more than 4 rows" in refusal(RuntimeError, sources.fetch_source, "few", "SELECT name FROM people")
    assert len(sources.fetch_source("enough", "SELECT name FROM people")) == 5


def test_wrong_queries_of_databases(sources):
    sources.register_database_source("d", "sqlite::memory:")
    assert "has no query of its own" in refusal(ValueError, sources.fetch_source, "d")
    for query in (5, ["x"], {"sql": 5}, {"sql": "SELECT 1", "params": "x"}):
        with pytest.raises(TypeError):
            sources.fetch_source("d", query)
    for query in ({"sql": "SELECT 1", "other": 1}, {"sql": "SELECT ?", "params": []}):
        with pytest.raises(ValueError):
            sources.fetch_source("d", query)
    with pytest.raises(RuntimeError, match="register_database_source failed"):
        sources.register_database_source("e", "oracle://x")


def test_a_missing_file_is_not_made(sources, tmp_path):
    sources.register_database_source("d", f"sqlite:{tmp_path}/none.db", "SELECT 1 AS a")
    for _ in range(3):
        with pytest.raises(kailash.DataFlowDatabaseError):
            sources.fetch_source("d")
    assert not (tmp_path / "none.db").exists()
    assert "circuit breaker" in refusal(RuntimeError, sources.fetch_source, "d")


def test_an_unreachable_server_opens_the_breaker(sources):
    sources.register_database_source("d", "postgresql://u:hunter2@127.0.0.1:1/x", "SELECT 1", timeout_secs=2)
    for _ in range(3):
        with pytest.raises(kailash.DataFlowDatabaseError) as raised:
            sources.fetch_source("d")
        assert "hunter2" not in str(raised.value)
    assert "circuit breaker" in refusal(RuntimeError, sources.fetch_source, "d")
