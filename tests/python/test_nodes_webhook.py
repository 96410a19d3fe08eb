"""WebhookNode, asked by clients of every kind."""

import contextlib
import hashlib
import hmac
import http.client
import json
import os
import signal
import socket
import threading
import time

import pytest

import kailash

NODE = "WebhookNode"


class Hook:
    """A node that waits on a thread of its own; `url`, `port` as its on_listen told."""

    def __init__(self, **config):
        self.registry = kailash.NodeRegistry()
        self.told, self.ready = [], threading.Event()
        self.registry.register_callback("told", self.tell, [], [])
        builder = kailash.WorkflowBuilder()
        builder.add_node(NODE, "n", {"timeout_ms": 10000, "on_listen": "told", **config})
        self.workflow = builder.build(self.registry)
        self.output = self.error = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        assert self.ready.wait(5), self.error
        self.port = self.told[0]["port"]

    def tell(self, inputs):
        self.told.append(dict(inputs))
        self.ready.set()
        return {}

    def run(self):
        try:
            runtime = kailash.Runtime(self.registry)
            self.output = runtime.execute(self.workflow)["results"]["n"]
        except RuntimeError as error:
            self.error = str(error)
            self.ready.set()

    def result(self):
        self.thread.join(10)
        assert self.output is not None, self.error
        return self.output

    def raw(self, data, more=()):
        """The whole answer to some bytes."""
        with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
            connection.sendall(data)
            for piece in more:
                time.sleep(0.02)
                connection.sendall(piece)
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                while piece := connection.recv(65536):
                    answer += piece
        return answer

    def status(self, data, more=()):
        return int(self.raw(data, more).split(b" ")[1])

    def ask(self, method="POST", path="/", body=b"", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), text

    def finish(self, path="/"):
        """Still waiting: it takes a request that fits."""
        assert self.ask(path=path)[0] == 200
        return self.result()


def test_a_request():
    hook = Hook(path="/in", response={"status": 202, "body": {"ok": True}})
    assert hook.told == [{"address": f"127.0.0.1:{hook.port}", "host": "127.0.0.1", "port": hook.port,
                          "url": f"http://127.0.0.1:{hook.port}/in"}]
    status, headers, body = hook.ask("POST", "/in?a=1&b=x%20y&a=2", json.dumps({"n": 1.5}),
                                     content_type="application/json; charset=utf-8", x_twice="1")
    assert (status, body, headers["Content-Type"]) == (202, b'{"ok":true}', "application/json")
    out = hook.result()
    assert list(out) == ["method", "path", "query", "headers", "body", "remote_addr", "received_at"]
    assert (out["method"], out["path"], out["body"], out["remote_addr"]) == ("POST", "/in", {"n": 1.5}, "127.0.0.1")
    assert out["query"] == {"a": ["1", "2"], "b": "x y"}
    assert out["headers"]["x-twice"] == "1" and out["headers"]["content-length"] == "10"
    assert out["received_at"].startswith("20") and out["received_at"].endswith("+00:00")
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", hook.port), 1).close()


@pytest.mark.parametrize(("config", "body", "kind", "expected"), [
    ({}, b"plain \xc3\xa4", "text/plain", "plain ä"),
    ({}, b"\xff\0", "application/octet-stream", b"\xff\0"),
    ({}, b"", "application/json", ""),
    ({}, b'{"a":1}', "text/plain", '{"a":1}'),
    ({}, b"[1]", "application/vnd.x+json", [1]),
    ({"body_format": "json"}, b"[1]", "text/plain", [1]),
    ({"body_format": "text"}, b"\xff", "application/json", "\ufffd"),
    ({"body_format": "bytes"}, b"{}", "application/json", b"{}")])
def test_bodies(config, body, kind, expected):
    hook = Hook(**config)
    assert hook.ask(body=body, content_type=kind)[::2] == (200, b"")
    assert hook.result()["body"] == expected


@pytest.mark.parametrize(("response", "status", "kind", "body"), [
    ({}, 200, None, b""), ({"status": 204, "body": "no"}, 204, None, b""),
    ({"body": "ä"}, 200, "text/plain; charset=utf-8", "ä".encode()),
    ({"body": b"\0"}, 200, "application/octet-stream", b"\0"), ({"body": [1]}, 200, "application/json", b"[1]"),
    ({"status": 503, "body": "later"}, 503, "text/plain; charset=utf-8", b"later")])
def test_responses(response, status, kind, body):
    hook = Hook(response=response)
    got, headers, text = hook.ask()
    assert (got, headers.get("Content-Type"), text) == (status, kind, body)
    hook.result()


def test_what_does_not_fit_is_waited_past():
    hook = Hook(path="/in", methods=["put", "POST"], max_body_bytes=100)
    assert hook.ask(path="/")[0] == 404
    assert hook.ask(path="/in/")[0] == 404
    status, headers, _ = hook.ask("DELETE", "/in")
    assert status == 405 and headers["Allow"] == "PUT, POST"
    assert hook.ask(path="/in", body=b"x" * 101)[0] == 413
    assert hook.ask(path="/in", body=b"{", content_type="application/json")[0] == 400
    assert hook.ask("PUT", "/in", b"x" * 100)[0] == 200
    assert hook.result()["body"] == "x" * 100


@pytest.mark.parametrize("header", ["X-Signature", "X-Hub-Signature-256"])
@pytest.mark.parametrize("form", ["{}", "sha256={}"])
def test_signatures(header, form):
    hook = Hook(secret="geheim", signature_header=header)
    body = b'{"a":1}'
    good = hmac.new(b"geheim", body, hashlib.sha256).hexdigest()
    for wrong in ("", "x", good[:-1], good[:-1] + ("0" if good[-1] != "0" else "1"), "sha1=" + good,
                  hmac.new(b"other", body, hashlib.sha256).hexdigest(), good + "0"):
        assert hook.ask(body=body, **{header: form.format(wrong)})[0] == 401
    assert hook.ask(body=body)[0] == 401
    assert hook.ask(body=body + b" ", **{header: form.format(good)})[0] == 401
    assert hook.ask(body=body, **{header: form.format(good.upper())})[0] == 200
    assert hook.result()["body"] == '{"a":1}'


START = b"POST / HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(("data", "status"), [
    (b"\0\r\n\r\n", 400), (b"POST\r\n\r\n", 400), (b"POST / HTTP/1.1\nHost: x\n\n", 400),
    (b"POST  / HTTP/1.1\r\nHost: x\r\n\r\n", 400), (b"POST / HTTP/1.1 \r\nHost: x\r\n\r\n", 400),
    (b"P@ST / HTTP/1.1\r\nHost: x\r\n\r\n", 400), (b"POST x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    (b"POST /\xc3\xa4 HTTP/1.1\r\nHost: x\r\n\r\n", 400), (b"POST / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
    (b"POST / HTTP/1.1\r\n\r\n", 400), (START + b"Host: y\r\n\r\n", 400), (START + b" folded\r\n\r\n", 400),
    (START + b"a b: c\r\n\r\n", 400), (START + b"a : c\r\n\r\n", 400), (START + b"nothing\r\n\r\n", 400),
    (START + b"a: b\0\r\n\r\n", 400), (START + b"a: b\rc\r\n\r\n", 400),
    (START + b"Content-Length: -1\r\n\r\n", 400), (START + b"Content-Length: 1, 1\r\n\r\n", 400),
    (START + b"Content-Length: +1\r\n\r\n", 400), (START + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400),
    (START + b"Content-Length: 99999999999999999999\r\n\r\n", 400), (START + b"Content-Length: 9999999\r\n\r\n", 413),
    (START + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    (START + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
    (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    (START + b"Expect: magic\r\n\r\n", 417), (START + b"a: " + b"b" * 33000 + b"\r\n\r\n", 431),
    (b"POST /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", 414), (START + b"a: b\r\n" * 101 + b"\r\n", 431),
    (START + b"Transfer-Encoding: chunked\r\n\r\nx\r\n", 400), (START + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
    (START + b"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", 400),
    (START + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n", 413),
    (START + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 17 + b"\r\n", 400),
    (START + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 40000, 431)])
def test_requests_that_are_malformed(data, status):
    hook = Hook()
    assert hook.status(data) == status
    hook.finish()


@pytest.mark.parametrize("cut", [1, 7, 1000])
def test_chunks(cut):
    hook = Hook()
    data = (b"\r\n" + START + b"Transfer-Encoding: Chunked\r\nA: 1\r\na: 2\r\n\r\n"
            b"3\r\nabc\r\n0A;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n")
    pieces = [data[i:i + cut] for i in range(0, len(data), cut)]
    with socket.create_connection(("127.0.0.1", hook.port), 5) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n")
    out = hook.result()
    assert out["body"] == "abc0123456789" and out["headers"]["a"] == "1, 2"


def test_old_clients_and_absolute_targets():
    hook = Hook(path="/p")
    assert hook.status(b"POST http://any.example:80/p?x=1 HTTP/1.0\r\n\r\n") == 200
    assert hook.result()["query"] == {"x": "1"}


def test_a_client_that_asks_before_it_sends():
    hook = Hook(path="/p", max_body_bytes=5)
    refused = hook.raw(b"POST /q HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
    assert refused.startswith(b"HTTP/1.1 404 ") and b"100" not in refused
    assert hook.status(b"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n") == 413
    with socket.create_connection(("127.0.0.1", hook.port), 5) as connection:
        connection.sendall(b"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"abc")
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")
    assert hook.result()["body"] == "abc"


def test_slow_clients_keep_nobody_waiting():
    hook = Hook(request_timeout_ms=300)
    slow = [socket.create_connection(("127.0.0.1", hook.port), 5) for _ in range(20)]
    for connection in slow:
        connection.sendall(b"POST / HT")
    assert hook.ask(path="/other")[0] == 404
    start = time.monotonic()
    for connection in slow:
        assert connection.recv(100).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        connection.close()
    assert time.monotonic() - start < 3
    hook.finish()


def test_more_clients_than_are_served_at_once():
    hook = Hook(request_timeout_ms=300)
    slow = [socket.create_connection(("127.0.0.1", hook.port), 5) for _ in range(100)]
    hook.finish()
    for connection in slow:
        connection.close()


def test_clients_that_go_away():
    hook = Hook()
    for data in (b"", b"POST", START + b"Content-Length: 10\r\n\r\nabc"):
        with socket.create_connection(("127.0.0.1", hook.port), 5) as connection:
            connection.sendall(data)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    hook.finish()


def failure(config):
    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder()
    builder.add_node(NODE, "n", config)
    with pytest.raises(RuntimeError) as raised:
        kailash.Runtime(registry).execute(builder.build(registry))
    return str(raised.value).partition("node 'n' failed -> ")[2] or str(raised.value)


def test_it_waits_no_longer_than_it_may():
    start = time.monotonic()
    assert failure({"timeout_ms": 100}) == "node execution timed out after 100ms"
    assert failure({"timeout_ms": 1000}) == "node execution timed out after 1s"
    assert time.monotonic() - start < 3


def test_settings_that_are_refused():
    assert failure({"path": "x"}) == (
        'invalid input \'path\': expected a path that begins with / and is percent-encoded, without a query, got "x"')
    assert "port" in failure({"port": 65536})
    assert failure({"methods": []}) == "invalid input 'methods': expected at least one method, got an empty list"
    assert failure({"methods": ["G T"]}) == "invalid input 'methods': expected names of methods, got 'G T'"
    assert failure({"secret": ""}) == "invalid input 'secret': expected a text that is not empty"
    assert "response.status" in failure({"response": {"status": 100}})
    assert "response.status" in failure({"response": {"status": "x"}})
    assert failure({"response": {"code": 1}}) == (
        "invalid input 'response': expected status and body, got the key 'code'")
    assert "on_listen: " in failure({"on_listen": "NoSuchNode"})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert failure({"port": port}) == (
            f"node execution failed: cannot listen on 127.0.0.1:{port}: Address already in use")


def test_cancelling_stops_it_at_once():
    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder()
    builder.add_node(NODE, "n", {})
    runtime = kailash.Runtime(registry, kailash.RuntimeConfig(node_timeout=0.2))
    before = len(os.listdir("/proc/self/fd"))
    start = time.monotonic()
    with pytest.raises(RuntimeError, match="timed out"):
        runtime.execute(builder.build(registry))
    assert time.monotonic() - start < 2
    end = time.monotonic() + 10
    while len(os.listdir("/proc/self/fd")) > before and time.monotonic() < end:
        time.sleep(0.05)
    assert len(os.listdir("/proc/self/fd")) <= before


def test_a_forked_child_lets_the_port_go():
    hook = Hook()
    child = os.fork()
    if child == 0:
        time.sleep(2)
        os._exit(0)
    hook.finish()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", hook.port), 1).close()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_ipv6():
    try:
        hook = Hook(host="::1")
    except AssertionError:
        pytest.skip("no IPv6 here")
    assert hook.told[0]["url"] == f"http://[::1]:{hook.port}/"
    with socket.create_connection(("::1", hook.port), 5) as connection:
        connection.sendall(START + b"\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert hook.result()["remote_addr"] == "::1"
