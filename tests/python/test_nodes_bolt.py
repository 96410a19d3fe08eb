"""GraphDatabaseNode on servers that speak Bolt: one of the tests' own, and a real one when it is named."""

import multiprocessing
import os
import time

import pytest

from bolt_server import Structure, serve
from node_calls import call, failure

GRAPH = "GraphDatabaseNode"
NOT_THERE = "no server: KAILASH_TEST_BOLT_URL is not set"


def ask(server, operation="query", config=None, **inputs):
    return call(GRAPH, {"url": server.url, **(config or {})}, {"operation": operation, **inputs})


def refused(server, operation="query", config=None, **inputs):
    return failure(GRAPH, {"url": server.url, **(config or {})}, {"operation": operation, **inputs})


def test_a_query():
    with serve(lambda query, params, extra: (["x", "y"], [[params["x"], b"b"], [1.5, None]])) as server:
        server.stats = {"nodes-created": 2, "labels-added": 1, "labels-removed": 3}
        out = ask(server, query="RETURN", params={"x": {"a": [-70000, "é" * 40000, {}]}}, config={"database": "d"})
        assert out == {"success": True, "result": [{"x": {"a": [-70000, "é" * 40000, {}]}, "y": b"b"}, {"x": 1.5, "y": None}],
                       "count": 2, "columns": ["x", "y"], "nodes_created": 2, "labels_changed": 4}
        run, pull = server.said()
        assert run[:2] == ("RUN", "RETURN") and run[3] == {"db": "d", "tx_timeout": 30000}
        assert pull == ("PULL", {"n": 1000})
        assert server.offers[0][:4] == b"\x60\x60\xb0\x17" and server.offers[0][4:12] == b"\0\x08\x08\5\0\1\4\4"


@pytest.mark.parametrize(("version", "apart", "agent"), [(b"\0\0\3\4", 0, 0), (b"\0\0\4\4", 0, 0), (b"\0\0\0\5", 0, 0),
                                                         (b"\0\0\1\5", 1, 0), (b"\0\0\3\5", 1, 1), (b"\0\0\x08\5", 1, 1)])
def test_greetings(version, apart, agent):
    login = {"scheme": "basic", "principal": "u", "credentials": "right"}
    with serve(lambda *_: ([], []), version) as server:
        ask(server, query="x", config={"user": "u", "password": "right"})
        name, hello = server.heard[0]
        assert name == "HELLO" and hello["user_agent"].startswith("kailash/") and ("bolt_agent" in hello) == bool(agent)
        if apart:
            assert "scheme" not in hello and server.heard[1] == ("LOGON", login)
        else:
            assert {key: hello[key] for key in login} == login


def test_without_a_user():
    with serve(lambda *_: ([], [])) as server:
        ask(server, query="x")
        assert ("LOGON", {"scheme": "none"}) in server.heard


def test_batches():
    with serve(lambda *_: (["i"], [[i] for i in range(2500)])) as server:
        assert [row["i"] for row in ask(server, query="x")["result"]] == list(range(2500))
        assert [message[0] for message in server.said()] == ["RUN", "PULL", "PULL", "PULL"]


def test_connections_are_kept_and_reset_after_a_failure():
    def answer(query, params, extra):
        return Exception({"code": "Neo.X", "message": "bad", "gql_status": "1"}) if query == "bad" else (["a"], [[1]])

    with serve(answer) as server:
        assert refused(server, query="bad") == "node execution failed: Neo.X: bad"
        assert [message[0] for message in server.said()] == ["RUN", "PULL", "RESET"]
        assert ask(server, query="good")["count"] == 1
        assert server.connections == 1


def test_failures_of_newer_versions():
    with serve(lambda *_: Exception({"neo4j_code": "Neo.Y", "message": "bad"}), b"\0\0\7\5") as server:
        assert refused(server, query="x") == "node execution failed: Neo.Y: bad"


def test_a_wrong_password_is_not_told():
    with serve(lambda *_: ([], [])) as server:
        text = refused(server, query="x", config={"user": "u", "password": "s3cret"})
        assert text == "node execution failed: Neo.ClientError.Security.Unauthorized: who are you?"


def test_operations():
    node = Structure(ord("N"), 3, ["A"], {"n": 1}, "4:3")

    def answer(query, params, extra):
        return (["n"], [[node]]) if "RETURN n" in query else (["id"], [["5:1"]]) if "AS id" in query else (["n"], [[1]])

    with serve(answer) as server:
        assert ask(server, "create_node", labels=["A", "b`c"], properties={"n": 1})["node_id"] == "5:1"
        assert server.said()[0][1:3] == ("CREATE (n:`A`:`b``c`) SET n = $properties RETURN toString(elementId(n)) AS id",
                                         {"properties": {"n": 1}})
        out = ask(server, "match", labels=["A"], properties={"n": 1, "m": None})
        assert out["result"] == [{"id": "4:3", "labels": ["A"], "properties": {"n": 1}}] and out["count"] == 1
        assert server.said()[0][1] == "MATCH (n:`A`) WHERE n.`n` = $properties.`n` AND n.`m` IS NULL RETURN n"
        out = ask(server, "create_relationship", from_id="a", to_id="b", relationship_type="T", properties={"p": 1})
        assert out["relationship_id"] == "5:1" and out["result"] is True
        said = server.said()
        assert [message[0] for message in said] == ["BEGIN", *["RUN", "PULL"] * 3, "COMMIT"]
        assert said[0][1] == {"tx_timeout": 30000} and said[5][3] == {}
        assert said[5][1] == ("MATCH (a) WHERE elementId(a) = $from MATCH (b) WHERE elementId(b) = $to "
                              "CREATE (a)-[r:`T`]->(b) SET r = $properties RETURN toString(elementId(r)) AS id")
        assert said[5][2] == {"from": "a", "to": "b", "properties": {"p": 1}}
        assert ask(server, "delete_node", node_id="a")["result"] is True
        assert server.said()[0][1:3] == ("MATCH (n) WHERE elementId(n) = $id DETACH DELETE n RETURN count(*) AS n", {"id": "a"})
        assert ask(server, "create_index", labels=["A", "B"], property="p")["count"] == 2
        assert server.said()[3][1] == "CREATE INDEX IF NOT EXISTS FOR (n:`B`) ON (n.`p`)"
        for wrong in ("", "a\0", "\\u0060"):
            assert refused(server, "match", labels=[wrong]) == (
                "invalid input 'labels': expected names that are not empty and without NUL and \\u")
        assert server.said() == []


def test_ids_of_version_4():
    with serve(lambda *_: (["n"], [[0]]), b"\0\0\4\4") as server:
        assert refused(server, "delete_node", node_id="17") == "node execution failed: node not found: 17"
        assert server.said()[0][1:3] == ("MATCH (n) WHERE id(n) = $id DETACH DELETE n RETURN count(*) AS n", {"id": 17})
        assert refused(server, "create_relationship", from_id="x", to_id="1", relationship_type="T") == (
            "node execution failed: source node not found: x")
        assert [message[0] for message in server.said()] == ["BEGIN", "RUN", "PULL", "ROLLBACK"]


def test_servers_that_misbehave():
    with serve(lambda *_: None) as server:
        assert refused(server, query="x") == "node execution failed: the server closed the connection"
    with serve(lambda *_: (["a"], [[1, 2]])) as server:
        assert refused(server, query="x") == "node execution failed: the server sent a row of 2 values for 1 columns"
    with serve(lambda *_: ([], []), b"HTTP") as server:
        assert refused(server, query="x").startswith("node execution failed: the server speaks HTTP")
    with serve(lambda *_: ([], []), b"\0\0\0\0") as server:
        assert "no version of Bolt that is known here" in refused(server, query="x")


def test_waiting_ends():
    with serve(lambda *_: (time.sleep(1), ([], []))[1]) as server:
        began = time.monotonic()
        assert refused(server, query="x", config={"timeout_ms": 100}) == "node execution failed: timed out"
        assert time.monotonic() - began < 0.9


def test_no_key_is_ignored():
    query = {"operation": "query", "query": "x"}
    assert failure(GRAPH, {"backend": "bolt"}, query) == "missing required input: url"
    url = {"url": "bolt://127.0.0.1:1"}
    assert failure(GRAPH, {**url, "password": "p"}, query) == "missing required input: user"
    assert failure(GRAPH, {**url, "graph": "g"}, query) == "invalid input 'graph': expected none with backend bolt"
    assert failure(GRAPH, {"backend": "memory", **url}, query) == "invalid input 'url': expected none without backend bolt"
    assert failure(GRAPH, {"timeout_ms": 5}, query) == "invalid input 'timeout_ms': expected none without backend bolt"
    assert failure(GRAPH, {"url": "http://u:s3cret@h"}, query).endswith("with host[:port], got another scheme")
    assert "refused" in failure(GRAPH, url, query)


def in_child(url):
    assert call(GRAPH, {"url": url}, {"operation": "query", "query": "x"})["count"] == 1


def test_a_fork_opens_connections_of_its_own():
    with serve(lambda *_: (["a"], [[1]])) as server:
        in_child(server.url)
        child = multiprocessing.get_context("fork").Process(target=in_child, args=(server.url,))
        child.start()
        child.join(20)
        assert child.exitcode == 0 and server.connections == 2
        in_child(server.url)
        assert server.connections == 2


@pytest.mark.skipif("KAILASH_TEST_BOLT_URL" not in os.environ, reason=NOT_THERE)
def test_a_real_server():
    config = {"url": os.environ["KAILASH_TEST_BOLT_URL"]}
    made = call(GRAPH, config, {"operation": "create_node", "labels": ["KailashTest"], "properties": {"n": 1}})["node_id"]
    match = {"operation": "match", "labels": ["KailashTest"], "properties": {"n": 1}}
    assert made in [node["id"] for node in call(GRAPH, config, match)["result"]]
    times = "RETURN datetime('2024-05-01T10:00:00+02:00') AS t, duration({seconds: -1, nanoseconds: -500000000}) AS d"
    assert call(GRAPH, config, {"operation": "query", "query": times})["result"] == [
        {"t": "2024-05-01T10:00:00+02:00", "d": "PT-1.500S"}]
    assert call(GRAPH, config, {"operation": "delete_node", "node_id": made})["result"] is True
    assert failure(GRAPH, config, {"operation": "delete_node", "node_id": made}).endswith(f"node not found: {made}")
