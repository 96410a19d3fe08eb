"""GraphQLNode against servers that speak GraphQL, more or less."""

import email
import hashlib
import json

import pytest

from http_servers import serve
from node_calls import call, failure


def answers(value, status=200):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return lambda handler: handler.say(status, body, content_type="application/json")


def asked(server, index=-1):
    return json.loads(server.seen[index][3])


def test_a_query():
    with serve({"/g": answers({"data": {"a": 1}, "extensions": {"cost": 2}})}) as server:
        out = call("GraphQLNode", {"endpoint": f"{server.url}/g", "headers": {"X-A": "b"}},
                   {"query": "query Q($n: Int) { a(n: $n) }", "variables": {"n": 1}, "operation_name": "Q"})
        assert out == {"data": {"a": 1}, "errors": None, "extensions": {"cost": 2}}
        method, _, headers, body = server.seen[0]
        assert method == "POST" and headers["x-a"] == "b" and headers["content-type"] == "application/json"
        assert body == b'{"query":"query Q($n: Int) { a(n: $n) }","variables":{"n":1},"operationName":"Q"}'
        call("GraphQLNode", {"endpoint": f"{server.url}/g"}, {"query": "{a}"})
        assert server.seen[1][3] == b'{"query":"{a}","variables":null}'


@pytest.mark.parametrize(("data", "raises", "fails"), [
    (None, None, True), ({"a": 1}, None, False), ({"a": 1}, True, True), (None, False, False)])
def test_errors(data, raises, fails):
    errors = [{"message": "no such ä"}]
    with serve({"/": answers({"data": data, "errors": errors})}) as server:
        config = {"endpoint": server.url, "raise_on_errors": raises}
        if fails:
            assert failure("GraphQLNode", config, {"query": "{a}"}) == (
                'node execution failed: GraphQL errors: [{"message":"no such ä"}]')
        else:
            assert call("GraphQLNode", config, {"query": "{a}"})["errors"] == errors


@pytest.mark.parametrize(("answer", "expected"), [
    (answers(b"\xff"), "GraphQL response is not valid JSON (status 200): "),
    (answers(b"", 500), "GraphQL response is not valid JSON (status 500): "),
    (answers([1]), "GraphQL response has neither data nor errors (status 200)"),
    (answers({"message": "who are you?"}, 401), "GraphQL response has neither data nor errors (status 401)")])
def test_answers_that_are_none(answer, expected):
    with serve({"/": answer}) as server:
        text = failure("GraphQLNode", {"endpoint": server.url}, {"query": "{a}"})
    assert text.startswith(f"node execution failed: {expected}")


def test_a_status_does_not_hide_the_answer():
    with serve({"/": answers({"data": {"a": 1}}, 404)}) as server:
        assert call("GraphQLNode", {"endpoint": server.url}, {"query": "{a}"})["data"] == {"a": 1}


def test_no_errors_are_null():
    with serve({"/": answers({"data": None, "errors": []})}) as server:
        assert call("GraphQLNode", {"endpoint": server.url}, {"query": "{a}"})["errors"] is None


def test_long_errors_are_cut_between_characters():
    with serve({"/": answers({"errors": [{"message": "ä" * 5000}]})}) as server:
        text = failure("GraphQLNode", {"endpoint": server.url}, {"query": "{a}"})
    assert text.endswith("ä...") and len(text.encode()) < 600


def test_persisted_queries():
    known = set()

    def server_of(code):
        def answer(handler):
            request = json.loads(handler.body)
            digest = request["extensions"]["persistedQuery"]["sha256Hash"] if "extensions" in request else None
            if code == "NOT_SUPPORTED" and digest:
                answers({"errors": [{"message": "PersistedQueryNotSupported"}]})(handler)
            elif "query" in request or digest in known:
                if digest:
                    assert digest == hashlib.sha256(b"{a}").hexdigest()
                    known.add(digest)
                answers({"data": {"a": 1}})(handler)
            else:
                answers({"errors": [{"message": "?", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]})(handler)
        return answer

    for code, first, second in (("NOT_FOUND", 2, 1), ("NOT_SUPPORTED", 2, 2)):
        with serve({"/": server_of(code)}) as server:
            config = {"endpoint": server.url, "persisted_queries": True}
            assert call("GraphQLNode", config, {"query": "{a}"})["data"] == {"a": 1}
            assert len(server.seen) == first and "query" not in asked(server, 0)
            assert asked(server, 0)["extensions"]["persistedQuery"]["version"] == 1
            assert call("GraphQLNode", config, {"query": "{a}"})["data"] == {"a": 1}
            assert len(server.seen) == first + second


def parts_of(request):
    message = email.message_from_bytes(b"content-type: " + request[2]["content-type"].encode() + b"\r\n\r\n" + request[3])
    return [(part.get_param("name", header="content-disposition"), part.get_filename(),
             part.get_content_type(), part.get_payload(decode=True)) for part in message.get_payload()]


def test_uploads():
    files = {"variables.file": {"content": b"\x00\xff", "filename": "a.bin", "content_type": "application/x"},
             "variables.list.1": "text"}
    with serve({"/": answers({"data": {"ok": True}})}) as server:
        call("GraphQLNode", {"endpoint": server.url},
             {"query": "mutation", "variables": {"n": 1, "list": ["x", "y"]}, "files": files})
        parts = parts_of(server.seen[0])
    assert [part[0] for part in parts] == ["operations", "map", "0", "1"]
    assert json.loads(parts[0][3]) == {"query": "mutation", "variables": {"n": 1, "list": ["x", None], "file": None}}
    assert json.loads(parts[1][3]) == {"0": ["variables.file"], "1": ["variables.list.1"]}
    assert parts[2][1:] == ("a.bin", "application/x", b"\x00\xff")
    assert parts[3][1:] == ("1", "application/octet-stream", b"text")


@pytest.mark.parametrize(("config", "inputs", "expected"), [
    ({}, {"query": "{a}"}, "missing required input: endpoint"),
    ({"endpoint": "http://h/"}, {}, "missing required input: query"),
    ({"endpoint": "http://h/"}, {"query": 5}, "invalid input 'query': expected string, got 5"),
    ({"endpoint": "http://h/"}, {"query": "a", "variables": 5},
     "invalid input 'variables': expected object, got 5"),
    ({"endpoint": "zz"}, {"query": "a"}, "invalid input 'endpoint': expected an http or https URL, got a malformed "
     "URL (relative URL without a base)"),
    ({"endpoint": "http://h/"}, {"query": "a", "files": {"file": "x"}},
     "invalid input 'files': expected paths such as \"variables.file\" as keys, got 'file'"),
    ({"endpoint": "http://h/"}, {"query": "a", "variables": {"l": []}, "files": {"variables.l.0": "x"}},
     "invalid input 'files': there is no variable for '0'"),
    ({"endpoint": "http://h/"}, {"query": "a", "files": {"variables." + "a." * 40 + "b": "x"}},
     "invalid input 'files': expected paths such as \"variables.file\" as keys"),
    ({"endpoint": "http://u:hush@127.0.0.1:1/?key=hush"}, {"query": "a"},
     "node execution failed: GraphQL request to http://***@127.0.0.1:1/?key=*** failed: connection error: Failed to "
     "connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server")])
def test_what_is_wrong_is_named(config, inputs, expected):
    assert failure("GraphQLNode", config, inputs) == expected


def test_an_unknown_setting_fails_the_build():
    assert failure("GraphQLNode", {"endpoint": "http://h/", "zz": 1}, {"query": "a"}) == "unknown key 'zz'"
