"""GraphQLNode against servers that speak GraphQL, more or less."""

import email
import hashlib
import json
import threading
import time

import pytest

from http_servers import serve
from node_calls import call, failure
from websocket_server import CLOSE, TEXT, frame, say_yes
from websocket_server import serve as websockets


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


# ---- subscriptions -----------------------------------------------------------------------------------


SUBSCRIPTION = "subscription S($n: Int) { ticks(n: $n) }"


def speaks(*messages, protocol="graphql-transport-ws", hold=False, seen=None):
    """A server that acknowledges, checks what a client must say, and sends messages."""
    seen = [] if seen is None else seen

    def talk(peer):
        def say(message):
            peer.send(frame(TEXT, message if isinstance(message, bytes) else json.dumps(message).encode()))

        def hear():
            while message := peer.read():
                if message[0] == TEXT:
                    seen.append(json.loads(message[1]))
                    return seen[-1]
                if message[0] == CLOSE:
                    seen.append(("close", int.from_bytes(message[1][:2], "big")))
                    peer.send(frame(CLOSE, message[1]))
                    return None
            return None
        assert hear()["type"] == "connection_init"
        say({"type": "ping", "payload": {"a": 1}})
        assert hear() == {"type": "pong", "payload": {"a": 1}}
        say({"type": "connection_ack"})
        assert hear()["type"] == "subscribe"
        for message in messages:
            say(message)
        if not hold:
            while hear():
                pass
        else:
            hold.wait(10)
    return websockets(talk, answer=lambda head: say_yes(head, f"Sec-WebSocket-Protocol: {protocol}\r\n"
                                                        if protocol else ""))


def event(value, **more):
    return {"id": "1", "type": "next", "payload": {"data": {"ticks": value}, **more}}


COMPLETE = {"id": "1", "type": "complete"}


def listens(server, query=SUBSCRIPTION, inputs=None, **config):
    return call("GraphQLNode", {"endpoint": server.url, "timeout_ms": 3000, **config},
                {"query": query, **(inputs or {})})


def test_a_subscription():
    seen = []
    with speaks(event(1), event(2, extensions={"x": 1}), COMPLETE, seen=seen) as server:
        out = listens(server, max_events=10, connection_params={"token": "t"}, headers={"X-A": "b"},
                      auth={"type": "bearer", "token": "secret"},
                      inputs={"variables": {"n": 2}, "operation_name": "S"})
        head = server.heads[0]
    one = {"data": {"ticks": 1}, "errors": None, "extensions": None}
    two = {"data": {"ticks": 2}, "errors": None, "extensions": {"x": 1}}
    assert out == {**two, "events": [one, two], "completed": True}
    assert seen == [{"type": "connection_init", "payload": {"token": "t"}},
                    {"type": "pong", "payload": {"a": 1}},
                    {"id": "1", "type": "subscribe", "payload": {"query": SUBSCRIPTION, "variables": {"n": 2},
                                                                 "operationName": "S"}},
                    ("close", 1000)]
    assert head["sec-websocket-protocol"] == "graphql-transport-ws"
    assert head["x-a"] == "b" and head["authorization"] == "Bearer secret"


def test_a_subscription_ends_with_its_first_event():
    seen = []
    with speaks(event(1), event(2), seen=seen) as server:
        url = server.url.replace("ws:", "http:")
        out = call("GraphQLNode", {"endpoint": "http://127.0.0.1:1/nothing", "subscription_url": server.url,
                                   "auth": {"type": "basic", "username": "u", "password": "p"}},
                   {"query": SUBSCRIPTION})
        assert len(out["events"]) == 1 and out["data"] == {"ticks": 1} and not out["completed"]
        assert server.heads[0]["authorization"] == "Basic dTpw"
        assert len(call("GraphQLNode", {"endpoint": url, "max_events": 2},
                        {"query": SUBSCRIPTION})["events"]) == 2
    assert seen[3:5] == [{"id": "1", "type": "complete"}, ("close", 1000)]


def test_listening_ends_in_time():
    hold = threading.Event()
    with speaks(event(1), hold=hold) as server:
        begin = time.monotonic()
        out = listens(server, max_events=5, listen_ms=300)
        assert [e["data"]["ticks"] for e in out["events"]] == [1] and not out["completed"]
        hold.set()
        assert time.monotonic() - begin < 5
    hold.clear()
    with speaks(hold=hold) as server:
        assert listens(server, listen_ms=100) == {"data": None, "errors": None, "extensions": None,
                                                  "events": [], "completed": False}
        assert failure("GraphQLNode", {"endpoint": server.url, "timeout_ms": 200}, {"query": SUBSCRIPTION}) == (
            f"node execution failed: GraphQL request to {server.url.replace('ws:', 'http:')} failed: "
            "timed out after 200 ms")
        hold.set()


def test_errors_of_subscriptions():
    refused = {"id": "1", "type": "error", "payload": [{"message": "no such field"}]}
    partial = event(None, errors=[{"message": "late"}])
    with speaks(refused) as server:
        config = {"endpoint": server.url}
        assert failure("GraphQLNode", config, {"query": SUBSCRIPTION}) == (
            'node execution failed: GraphQL errors: [{"message":"no such field"}]')
        out = call("GraphQLNode", {**config, "raise_on_errors": False}, {"query": SUBSCRIPTION})
        assert out["errors"] == [{"message": "no such field"}] and out["completed"]
    with speaks(partial, COMPLETE) as server:
        assert listens(server)["errors"] == [{"message": "late"}]
        assert failure("GraphQLNode", {"endpoint": server.url, "raise_on_errors": True},
                       {"query": SUBSCRIPTION}) == (
            'node execution failed: GraphQL errors: [{"message":"late"}]')


@pytest.mark.parametrize(("message", "why"), [
    (b"{", "the server sent what is no JSON: "),
    ({"id": "2", "type": "next", "payload": {}}, "the server sent a message that graphql-transport-ws does not have here: next"),
    ({"type": "connection_ack"}, "the server sent a message that graphql-transport-ws does not have here: connection_ack"),
    ({"id": "1", "type": "next", "payload": 5}, "the server sent a message that graphql-transport-ws does not have here: next"),
    ({"id": "1", "type": "data"}, "the server sent a message that graphql-transport-ws does not have here: data"),
    ([], "the server sent a message that graphql-transport-ws does not have here: "),
    (event("x" * 5000), "resource limit exceeded: message (limit: 4000 bytes)"),
])
def test_servers_that_break_the_protocol(message, why):
    with speaks(message) as server:
        text = failure("GraphQLNode", {"endpoint": server.url, "max_response_bytes": 4000},
                       {"query": SUBSCRIPTION})
        head = f"node execution failed: GraphQL request to {server.url.replace('ws:', 'http:')} failed: "
        assert text.startswith(head + why)


def test_servers_that_refuse():
    with speaks(protocol=None) as server:
        assert failure("GraphQLNode", {"endpoint": server.url}, {"query": SUBSCRIPTION}).endswith(
            "the server does not speak graphql-transport-ws")

    def forbids(peer):
        peer.read()
        peer.send(frame(CLOSE, (4403).to_bytes(2, "big") + b"Forbidden"))
        peer.read()
    with websockets(forbids, answer=lambda head: say_yes(
            head, "Sec-WebSocket-Protocol: graphql-transport-ws\r\n")) as server:
        assert failure("GraphQLNode", {"endpoint": server.url}, {"query": SUBSCRIPTION}).endswith(
            "the server closed the connection (code 4403: Forbidden)")
    with speaks(*[event("x" * 900) for _ in range(10)]) as server:
        assert failure("GraphQLNode", {"endpoint": server.url, "max_events": 10, "max_response_bytes": 4000},
                       {"query": SUBSCRIPTION}).endswith("resource limit exceeded: events (limit: 4000 bytes)")


@pytest.mark.parametrize(("config", "inputs", "why"), [
    ({}, {"files": {"variables.a": "x"}}, "invalid input 'files': expected none with a subscription"),
    ({"persisted_queries": True}, {}, "invalid input 'persisted_queries': expected false with a subscription"),
    ({"proxy": "http://p"}, {}, "invalid input 'proxy': expected none with a subscription"),
    ({"client_key_password": "x"}, {}, "invalid input 'client_key_password': expected none with a subscription"),
    ({"auth": {"type": "digest", "username": "a", "password": "b"}}, {},
     "invalid input 'auth': digest authentication does not work with a subscription"),
    ({"subscription_url": "ftp://x"}, {},
     "invalid input 'subscription_url': expected an http or https URL, got scheme 'ftp'"),
    ({"allow_private": False}, {}, "node execution failed: GraphQL request to http://127.0.0.1:1 failed: SSRF blocked: "),
])
def test_what_subscriptions_do_not_take(config, inputs, why):
    assert failure("GraphQLNode", {"endpoint": "http://127.0.0.1:1", **config},
                   {"query": SUBSCRIPTION, **inputs}).startswith(why)


@pytest.mark.parametrize(("document", "name", "subscribes"), [
    ("subscription{a}", None, True), ("{a}", None, False), ("query subscription { a }", None, False),
    ("# subscription\n query Q { a }", None, False), ('query Q($a: S = "subscription {") {a}', None, False),
    ('query A { a } subscription B { b }', "B", True), ('query A { a } subscription B { b }', "A", False),
    ('fragment F on T { subscription } subscription B @d(x: {a: "}"}) { ...F }', None, True),
    ('subscription B($x: I = {a: [1, {b: 2}]}) { b } fragment F on T { c }', None, True),
    ('"""docs " \\""" } subscription X {a}""" query Q {a}', None, False), ("subscription", None, True),
    ('mutation M { subscription(a: "\\"}") { x } }', None, False), ("}}} {", None, False), ('"', None, False),
])
def test_which_documents_subscribe(document, name, subscribes):
    with serve({"/": answers({"data": {"http": True}})}) as server:
        config = {"endpoint": server.url, "subscription_url": "ws://127.0.0.1:1"}
        inputs = {"query": document} if name is None else {"query": document, "operation_name": name}
        if subscribes:
            assert "127.0.0.1:1" in failure("GraphQLNode", config, inputs)
        else:
            assert call("GraphQLNode", config, inputs)["data"] == {"http": True}
