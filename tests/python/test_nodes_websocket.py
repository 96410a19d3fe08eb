"""WebSocketNode against servers that speak the protocol, more or less."""

import json
import os
import struct
import subprocess
import threading
import time

import pytest

import kailash
from node_calls import call, failure
from websocket_server import BINARY, CLOSE, PING, PONG, TEXT, accept_of, echo, frame, say_yes, serve

NODE = "WebSocketNode"


def ask(server, action, message=None, **config):
    inputs = {"action": action} if message is None else {"action": action, "message": message}
    return call(NODE, {"url": server.url, **config}, inputs)


def why(server, action="receive", **config):
    return failure(NODE, {"url": server.url, "timeout_ms": 3000, **config}, {"action": action})


def sends(*frames):
    """A server that says all that and waits for the end."""
    def talk(peer):
        peer.send(*frames)
        while peer.read():
            pass
    return talk


def test_each_action_alone():
    with serve(echo) as server:
        assert ask(server, "connect") == {"status": "connected"}
        assert ask(server, "send", "x") == {"status": "sent"}
        assert ask(server, "send_and_receive", "grüße") == {"message": "grüße"}
        assert ask(server, "send_and_receive", b"\xff\0") == {"message": b"\xff\0"}
        assert ask(server, "send_and_receive", "a", binary=True) == {"message": b"a"}
        assert ask(server, "send_and_receive", "") == {"message": ""}
        assert json.loads(ask(server, "send_and_receive", {"a": [1, None]})["message"]) == {"a": [1, None]}
        assert ask(server, "close") == {"status": "disconnected"}
        assert len(server.heads) == 7
    assert call(NODE, {"url": "ws://127.0.0.1:1"}, {"action": "close"}) == {"status": "disconnected"}


@pytest.mark.parametrize("size", [125, 126, 65535, 65536, 1_000_000])
def test_sizes(size):
    with serve(echo) as server:
        assert ask(server, "send_and_receive", "x" * size) == {"message": "x" * size}


def test_a_connection_is_kept_by_its_id():
    with serve(echo) as server:
        for action in ("connect", "connect"):
            assert ask(server, action, connection_id="kept") == {"status": "connected"}
        ask(server, "send", "1", connection_id="kept")
        ask(server, "send", "2", connection_id="kept")
        assert ask(server, "receive", connection_id="kept") == {"message": "1"}
        assert ask(server, "receive", connection_id="kept") == {"message": "2"}
        assert len(server.heads) == 1
        assert failure(NODE, {"url": server.url + "/other", "connection_id": "kept"}, {"action": "connect"}) == (
            "invalid input 'connection_id': expected the id of a connection to this url, got one to another")
        assert ask(server, "close", connection_id="kept") == {"status": "disconnected"}
        assert ask(server, "close", connection_id="kept") == {"status": "disconnected"}
        ask(server, "connect", connection_id="kept")
        assert len(server.heads) == 2
        ask(server, "close", connection_id="kept")


def test_registries_do_not_share_connections():
    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder()
    with serve(echo) as server:
        builder.add_node(NODE, "n", {"url": server.url, "connection_id": "own"})
        workflow, runtime = builder.build(registry), kailash.Runtime(registry)
        runtime.execute(workflow, {"action": "connect"})
        ask(server, "connect", connection_id="own")
        assert len(server.heads) == 2
        ask(server, "close", connection_id="own")
        del workflow, runtime, registry, builder


def test_threads_share_a_connection():
    """One waits for messages all the while; eight send."""
    got, count = [], 40

    def receive():
        for _ in range(8 * count):
            got.append(ask(server, "receive", connection_id="threads", timeout_ms=20000)["message"])

    def send(name):
        for i in range(count):
            ask(server, "send", f"{name} {i}", connection_id="threads", timeout_ms=20000)

    with serve(echo) as server:
        ask(server, "connect", connection_id="threads")
        threads = [threading.Thread(target=receive)] + [threading.Thread(target=send, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(server.heads) == 1
        ask(server, "close", connection_id="threads")
    assert sorted(got) == sorted(f"{n} {i}" for n in range(8) for i in range(count))
    for n in range(8):
        assert [m for m in got if m.startswith(f"{n} ")] == [f"{n} {i}" for i in range(count)]


def test_the_handshake():
    def answer(head):
        return say_yes(head, "Sec-WebSocket-Protocol: b\r\n")
    with serve(echo, answer=answer) as server:
        out = call(NODE, {"url": server.url.replace("ws://", "ws://us%20er:pw@") + "/p?q=1",
                          "headers": {"X-A": "1"}, "subprotocols": ["a", "b"]}, {"action": "connect"})
        assert out == {"status": "connected", "subprotocol": "b"}
        head = server.heads[0]
    assert head[""] == "GET /p?q=1 HTTP/1.1"
    assert head["host"] == server.url[5:]
    assert head["sec-websocket-version"] == "13" and head["x-a"] == "1"
    assert head["sec-websocket-protocol"] == "a, b"
    assert head["sec-websocket-extensions"] == "permessage-deflate"
    assert head["authorization"] == "Basic dXMgZXI6cHc="


def head_of(*lines):
    return lambda head: ("\r\n".join(lines) + "\r\n\r\n").replace("ACCEPT", accept_of(head)).encode()


UP = ("HTTP/1.1 101 x", "Upgrade: websocket", "Connection: Upgrade")


@pytest.mark.parametrize(("answer", "expected"), [
    (head_of("HTTP/1.1 302 Found", "Location: http://x/"),
     "the server answered with status 302 instead of 101; redirects are not followed"),
    (head_of("HTTP/1.1 403 No"), "the server answered with status 403 instead of 101"),
    (head_of("HTTP/2 101"), "the server does not speak HTTP/1.1"),
    (head_of("220 ftp.example.org FTP"), "the server does not speak HTTP/1.1"),
    (head_of(*UP), "the server sent no Sec-WebSocket-Accept"),
    (head_of(*UP, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
     "the server's Sec-WebSocket-Accept does not fit the key"),
    (head_of(*UP[:2], "Sec-WebSocket-Accept: ACCEPT"), "the server does not upgrade to websocket"),
    (head_of(UP[0], UP[2], "Sec-WebSocket-Accept: ACCEPT"), "the server does not upgrade to websocket"),
    (head_of(*UP, "Sec-WebSocket-Accept: ACCEPT", "Sec-WebSocket-Accept: ACCEPT"),
     "the server sent the header Sec-WebSocket-Accept twice"),
    (head_of(*UP, "Sec-WebSocket-Accept: ACCEPT", "Sec-WebSocket-Protocol: zz"),
     "the server chose a subprotocol that was not offered"),
    (head_of(*UP, "Sec-WebSocket-Accept: ACCEPT", "Sec-WebSocket-Extensions: x-mux"),
     "the server chose an extension that was not offered"),
    (head_of(*UP, "Sec-WebSocket-Accept: ACCEPT",
             "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10"),
     "the server chose an extension that was not offered"),
    (head_of(*UP, " folded"), "the server sent a malformed header"),
    (lambda head: b"", "the server ended the connection within the handshake"),
    (lambda head: b"x" * 70000, "resource limit exceeded: response head (limit: 65536 bytes)")])
def test_handshakes_that_are_refused(answer, expected):
    with serve(lambda peer: None, answer=answer) as server:
        assert why(server, "connect") == (
            f"node execution failed: WebSocket connection to {server.url}/ failed: {expected}".replace("/ failed", " failed"))


def test_settings_that_are_refused():
    config = {"url": "ws://127.0.0.1:1"}
    assert failure(NODE, config) == "missing required input: action"
    assert failure(NODE, config, {"action": "x"}) == (
        "invalid input 'action': expected one of: connect, send, receive, close, send_and_receive, got \"x\"")
    assert failure(NODE, config, {"action": "send"}) == "missing required input: message"
    assert failure(NODE, config, {"action": "connect"}) == (
        "node execution failed: WebSocket connection to ws://127.0.0.1:1 failed: "
        "cannot connect to 127.0.0.1:1: Connection refused")
    assert failure(NODE, {"url": "ftp://x"}, {"action": "connect"}) == (
        "invalid input 'url': expected a ws or wss URL, got scheme 'ftp'")
    assert failure(NODE, {"url": "nothing"}, {"action": "connect"}) == (
        "invalid input 'url': expected a ws or wss URL, got a malformed URL (no scheme)")
    assert failure(NODE, {**config, "allow_private": False}, {"action": "connect"}).startswith(
        "node execution failed: WebSocket connection to ws://127.0.0.1:1 failed: SSRF blocked: ")
    assert failure(NODE, {"url": "ws://localhost:1", "allow_private": False}, {"action": "connect"}).startswith(
        "node execution failed: WebSocket connection to ws://localhost:1 failed: SSRF blocked: ")
    with serve(echo) as server:
        for headers, expected in (({"Host": "x"}, "it is part of the handshake"), ({"a b": "x"}, "it is no name")):
            assert expected in failure(NODE, {"url": server.url, "headers": headers}, {"action": "connect"})
        assert failure(NODE, {"url": server.url, "headers": {"a": "x\r\ny: z"}}, {"action": "connect"}) == (
            "invalid input 'headers': expected a string without control characters")
        assert failure(NODE, {"url": server.url, "subprotocols": ["a,b"]}, {"action": "connect"}) == (
            "invalid input 'subprotocols': expected a name without blanks and separators")
        assert not server.heads
    assert "close_code" in failure(NODE, {**config, "close_code": 1001}, {"action": "close"})
    assert "close_reason" in failure(NODE, {**config, "close_reason": "x" * 124}, {"action": "close"})
    assert "password" not in failure(NODE, {"url": "ws://u:password@127.0.0.1:1"}, {"action": "connect"})


def test_parts_and_control_frames_between_them():
    pongs = []

    def talk(peer):
        peer.send(frame(TEXT, b"a\xc3", last=False), frame(PING, b"p"), frame(0, b"\xa4", last=False),
                  frame(PONG, b"unasked"), frame(0, b"", last=False), frame(0, b"b"))
        pongs.append(peer.read())
        echo(peer)
    with serve(talk) as server:
        assert ask(server, "receive") == {"message": "aäb"}
    assert pongs == [(PONG, b"p")]


def test_byte_by_byte():
    def talk(peer):
        for byte in frame(TEXT, b"slowly") + frame(BINARY, b"z" * 130):
            peer.send(bytes([byte]))
        echo(peer)
    with serve(talk) as server:
        assert ask(server, "receive", connection_id="slow") == {"message": "slowly"}
        assert ask(server, "receive", connection_id="slow") == {"message": b"z" * 130}
        ask(server, "close", connection_id="slow")


@pytest.mark.parametrize(("frames", "code", "expected"), [
    ([frame(3)], 1002, "an unknown opcode"),
    ([frame(11)], 1002, "an unknown opcode"),
    ([frame(TEXT, b"x", reserved=0x40)], 1002, "a reserved bit is set"),
    ([frame(TEXT, b"x", reserved=0x20)], 1002, "a reserved bit is set"),
    ([frame(0, b"x")], 1002, "a part of no message"),
    ([frame(TEXT, b"x", last=False), frame(TEXT)], 1002, "a message within the parts of another"),
    ([frame(PING, last=False)], 1002, "a control frame in parts"),
    ([frame(PING, b"x" * 126)], 1002, "a control frame of more than 125 bytes"),
    ([b"\x81\x81abcdx"], 1002, "a masked frame"),
    ([b"\x81\x7e\0\x01x"], 1002, "a length with needless zeros"),
    ([b"\x81\x7f\xff" + bytes(7)], 1002, "a frame longer than 2^63 bytes"),
    ([frame(CLOSE, b"x")], 1002, "a goodbye with half a code"),
    ([frame(CLOSE, struct.pack(">H", 1005))], 1002, "a goodbye with a code that must not be sent"),
    ([frame(CLOSE, b"\x03\xe8\xff")], 1007, "a goodbye whose reason is not UTF-8"),
    ([frame(TEXT, b"\xed\xa0\x80")], 1007, "a text that is not UTF-8")])
def test_frames_that_break_the_rules(frames, code, expected):
    goodbyes = []

    def talk(peer):
        peer.send(*frames)
        goodbyes.append(peer.read())
    with serve(talk) as server:
        assert why(server, compression=False) == (
            f"node execution failed: WebSocket receive failed: the peer breaks the WebSocket protocol: {expected}")
        time.sleep(0.05)
    assert goodbyes == [(CLOSE, struct.pack(">H", code))]


def test_messages_that_are_too_large():
    for frames in ([frame(BINARY, b"x" * 101)],
                   [frame(BINARY, b"x" * 60, last=False), frame(0, b"x" * 60)],
                   [b"\x82\x7f" + struct.pack(">Q", 2**62)]):
        with serve(sends(*frames)) as server:
            assert why(server, max_message_bytes=100) == (
                "node execution failed: WebSocket receive failed: resource limit exceeded: message (limit: 100 bytes)")


def test_the_server_says_goodbye():
    with serve(sends(frame(CLOSE, struct.pack(">H", 4001) + b"enough"))) as server:
        assert why(server) == ("node execution failed: WebSocket receive failed: "
                               "the server closed the connection (code 4001: enough)")
    with serve(sends(frame(CLOSE))) as server:
        assert why(server) == "node execution failed: WebSocket receive failed: the server closed the connection"
    with serve(lambda peer: None) as server:
        assert why(server) == ("node execution failed: WebSocket receive failed: "
                               "the server ended the connection without a goodbye")


def test_a_connection_that_ended_is_made_anew():
    def talk(peer):
        peer.send(frame(TEXT, b"only one"))
    with serve(talk) as server:
        for _ in range(2):
            assert ask(server, "receive", connection_id="again") == {"message": "only one"}
            assert "ended" in why(server, connection_id="again")
        assert len(server.heads) == 2


def test_goodbyes_of_ours():
    seen = []

    def talk(peer):
        seen.append(peer.read())
        peer.send(frame(CLOSE, seen[-1][1]))
    with serve(talk) as server:
        ask(server, "connect", connection_id="bye")
        ask(server, "close", connection_id="bye", close_code=4000, close_reason="späte")
    assert seen == [(CLOSE, struct.pack(">H", 4000) + "späte".encode())]


def test_waiting_ends():
    with serve(sends()) as server:
        start = time.monotonic()
        assert why(server, timeout_ms=100) == "node execution failed: WebSocket receive failed: timed out after 100 ms"
        assert time.monotonic() - start < 2
    with serve(lambda peer: time.sleep(1), answer=lambda head: time.sleep(1) or b"") as server:
        assert why(server, "connect", timeout_ms=100).endswith(" failed: timed out after 100 ms")


def test_a_server_that_does_not_read():
    """A message larger than all buffers: the send ends in time, and others do not wait for it longer."""
    with serve(lambda peer: time.sleep(3)) as server:
        start = time.monotonic()
        assert failure(NODE, {"url": server.url, "timeout_ms": 300, "compression": False},
                       {"action": "send", "message": "x" * 30_000_000}) == (
            "node execution failed: WebSocket send failed: timed out after 300 ms")
        assert time.monotonic() - start < 2.5


def test_a_server_that_floods():
    """Small messages without end: what nobody reads stays bounded, and sending still works."""
    def talk(peer):
        def flood():
            try:
                while True:
                    peer.send(frame(TEXT, b"flood") * 1000)
            except OSError:
                pass
        threading.Thread(target=flood, daemon=True).start()
        while peer.read():
            pass
    with serve(talk) as server:
        for _ in range(20):
            ask(server, "send", "x", connection_id="flood", max_message_bytes=10000)
        assert ask(server, "receive", connection_id="flood", max_message_bytes=10000) == {"message": "flood"}
        ask(server, "close", connection_id="flood", timeout_ms=200)


def test_a_run_is_cancelled():
    with serve(sends()) as server:
        builder = kailash.WorkflowBuilder()
        builder.add_node(NODE, "n", {"url": server.url})
        registry = kailash.NodeRegistry()
        runtime = kailash.Runtime(registry, kailash.RuntimeConfig(node_timeout=0.2))
        start = time.monotonic()
        with pytest.raises(RuntimeError, match="timed out"):
            runtime.execute(builder.build(registry), {"action": "receive"})
        assert time.monotonic() - start < 2


def test_nothing_stays_open():
    with serve(echo) as server:
        ask(server, "send_and_receive", "x")
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(20):
            ask(server, "connect", connection_id="fd")
            ask(server, "close", connection_id="fd")
            why(server, timeout_ms=1)
        time.sleep(0.1)
        assert len(os.listdir("/proc/self/fd")) <= before + 2


def test_a_forked_child_leaves_the_connection_alone():
    with serve(echo) as server:
        ask(server, "connect", connection_id="fork")
        child = os.fork()
        if child == 0:
            try:
                good = ask(server, "send_and_receive", "child", connection_id="fork") == {"message": "child"}
                os._exit(0 if good else 1)
            finally:
                os._exit(2)
        assert os.waitpid(child, 0)[1] == 0
        assert ask(server, "send_and_receive", "parent", connection_id="fork") == {"message": "parent"}
        ask(server, "close", connection_id="fork")
        assert len(server.heads) == 2


def test_tls(tmp_path):
    ssl = pytest.importorskip("ssl")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "key", "-out",
                    tmp_path / "cert", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                   check=True, capture_output=True)
    names = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    context.sni_callback = lambda socket, name, context: names.append(name)
    with serve(echo, context=context) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        config = {"url": url, "ca_file": str(tmp_path / "cert")}
        assert call(NODE, config, {"action": "send_and_receive", "message": "y" * 100000}) == {"message": "y" * 100000}
        assert names[0] == "localhost"
        assert "certificate" in failure(NODE, {"url": url}, {"action": "connect"})
        assert "certificate" in failure(NODE, {**config, "url": server.url}, {"action": "connect"})
        assert call(NODE, {"url": server.url, "verify_tls": False}, {"action": "connect"}) == {"status": "connected"}


# ---- another implementation as the peer ------------------------------------------------------------

@pytest.fixture
def peer():
    """Echo servers of the package websockets: peer(**options) gives the URL."""
    sync = pytest.importorskip("websockets.sync.server")
    servers = []

    def handler(connection):
        for message in connection:
            if isinstance(message, str) and message.startswith("parts "):
                connection.send(iter(message.split()))
            else:
                connection.send(message)

    def start(**options):
        server = sync.serve(handler, "127.0.0.1", 0, max_size=None, **options)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
    yield start
    for server in servers:
        server.shutdown()


@pytest.mark.parametrize("compression", [None, "deflate"])
@pytest.mark.parametrize("ours", [False, True])
def test_another_implementation(peer, compression, ours):
    config = {"url": peer(compression=compression), "compression": ours,
              "connection_id": f"other {compression} {ours}"}
    for message in ("", "x", "", "grüße " * 50000, "grüße " * 50000, os.urandom(100000), b""):
        assert call(NODE, config, {"action": "send_and_receive", "message": message}) == {"message": message}
    assert call(NODE, config, {"action": "send_and_receive", "message": "parts of a whole"}) == {
        "message": "partsofawhole"}
    assert call(NODE, config, {"action": "close"}) == {"status": "disconnected"}


def test_compression_without_memory(peer):
    deflate = pytest.importorskip("websockets.extensions.permessage_deflate")
    factory = deflate.ServerPerMessageDeflateFactory(
        server_no_context_takeover=True, client_no_context_takeover=True, server_max_window_bits=9)
    config = {"url": peer(extensions=[factory]), "connection_id": "no takeover"}
    for message in ("abc" * 10000, "abc" * 10000, "", "z"):
        assert call(NODE, config, {"action": "send_and_receive", "message": message}) == {"message": message}
    call(NODE, config, {"action": "close"})


def test_a_compressed_message_is_bounded_when_expanded(peer):
    config = {"url": peer(), "max_message_bytes": 100000}
    assert call(NODE, config, {"action": "send_and_receive", "message": "x" * 100000})
    assert failure(NODE, config, {"action": "send_and_receive", "message": "x" * 100001}) == (
        "node execution failed: WebSocket receive failed: resource limit exceeded: message (limit: 100000 bytes)")


def test_compressed_data_that_are_none():
    def answer(head):
        return say_yes(head, "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=15\r\n")
    with serve(sends(frame(TEXT, b"\xff\xff\xff", reserved=0x40)), answer=answer) as server:
        assert why(server).endswith("the peer breaks the WebSocket protocol: malformed compressed data")


