"""HealthCheckNode against services that are well, ill and gone."""

import os
import socketserver
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta, timezone

import pytest

from http_servers import Authority, serve
from node_calls import call, failure


def said(status=200, body=b"", **headers):
    return lambda handler: handler.say(status, body, **headers)


def check(*targets, **config):
    return call("HealthCheckNode", config, {"targets": list(targets)})


def one(target, **config):
    row = check(target, **config)["results"][0]
    assert isinstance(row["latency_ms"], int) and row["latency_ms"] >= 0
    return row["status"], row["message"]


@pytest.fixture(scope="module")
def server():
    paths = {"/ok": said(200, b"all is well"), "/gone": said(404), "/ill": said(500), "/moved": said(302, location="/ok"),
             "/slow": lambda handler: (time.sleep(0.1), handler.say(200))}
    with serve(paths) as running:
        yield running


def test_http(server):
    targets = [{"url": f"{server.url}{path}"} for path in ("/ok", "/gone", "/ill", "/moved")]
    out = check(*targets, 5, None, {"url": "http://127.0.0.1:1/"})
    assert [row["status"] for row in out["results"]] == ["healthy", "degraded", "unhealthy", "healthy", "unhealthy"]
    assert [row["message"] for row in out["results"]][:4] == ["HTTP 200", "HTTP 404", "HTTP 500", "HTTP 200"]
    assert out["results"][4]["message"].startswith("connection error: Failed to connect")
    assert out["results"][0]["url"] == f"{server.url}/ok"
    assert (out["overall_status"], out["healthy_count"], out["unhealthy_count"]) == ("unhealthy", 2, 2)
    assert list(out) == ["results", "overall_status", "healthy_count", "unhealthy_count"]


def test_the_worst_counts(server):
    assert check() == {"results": [], "overall_status": "healthy", "healthy_count": 0, "unhealthy_count": 0}
    assert check({"url": f"{server.url}/ok"}, {"url": f"{server.url}/gone"})["overall_status"] == "degraded"


@pytest.mark.parametrize(("path", "expect", "expected"), [
    ("/ok", {"status": 200}, ("healthy", "HTTP 200")),
    ("/ok", {"status": [201, 204]}, ("unhealthy", "HTTP 200 is not the status expected")),
    ("/gone", {"status": 404}, ("healthy", "HTTP 404")),
    ("/ok", {"body_contains": "well"}, ("healthy", "HTTP 200")),
    ("/ok", {"body_contains": "sick"}, ("unhealthy", "HTTP 200, but the body does not contain 'sick'")),
    ("/ok", {"max_latency_ms": 60000}, ("healthy", "HTTP 200"))])
def test_what_is_expected(server, path, expect, expected):
    assert one({"url": f"{server.url}{path}", "expect": expect}) == expected


def test_slow_is_degraded(server):
    status, message = one({"url": f"{server.url}/slow", "expect": {"max_latency_ms": 50}})
    assert status == "degraded" and message.startswith("HTTP 200, but it took 1")


def test_time_is_limited(server):
    assert one({"url": f"{server.url}/slow", "timeout_ms": 30}) == ("unhealthy", "timed out after 30ms")
    assert one({"url": f"{server.url}/slow"}, timeout_ms=30) == ("unhealthy", "timed out after 30ms")


def test_methods_and_headers(server):
    one({"url": f"{server.url}/ok", "method": "head", "headers": {"X-Probe": "1"}})
    assert server.seen[-1][0] == "HEAD" and server.seen[-1][2]["x-probe"] == "1"


def test_checks_run_side_by_side(server):
    begin = time.monotonic()
    out = check(*[{"url": f"{server.url}/slow"}] * 20, concurrency=20)
    assert out["healthy_count"] == 20 and time.monotonic() - begin < 1


def test_ctrl_c_ends_the_checks():
    code = """
import os, signal, threading, kailash, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
registry = kailash.NodeRegistry()
builder = kailash.WorkflowBuilder()
builder.add_node("HealthCheckNode", "n", {"targets": [{"url": sys.argv[1]}] * int(sys.argv[2])})
try:
    kailash.Runtime(registry).execute(builder.build(registry), {})
except KeyboardInterrupt:
    print("stopped")
"""
    release = threading.Event()
    with serve({"/": lambda handler: (release.wait(20), handler.say(200))}) as server:
        for count in ("1", "8"):
            done = subprocess.run([sys.executable, "-c", code, f"{server.url}/", count], capture_output=True, text=True,
                                  timeout=15, check=False)
            assert done.stdout == "stopped\n", done.stderr
        release.set()


def test_tcp(server):
    assert one({"type": "tcp", "host": "127.0.0.1", "port": server.port}) == ("healthy", "connected")
    assert one({"type": "tcp", "host": "localhost", "port": server.port}) == ("healthy", "connected")
    status, message = one({"type": "tcp", "host": "127.0.0.1", "port": 1})
    assert status == "unhealthy" and message == "cannot connect to 127.0.0.1:1: Connection refused"
    assert one({"type": "tcp", "host": "127.0.0.1", "port": server.port}, allow_private=False) == (
        "unhealthy", "SSRF blocked: 127.0.0.1 is a loopback address")
    assert one({"type": "tcp", "host": "localhost", "port": server.port}, allow_private=False) == (
        "unhealthy", "SSRF blocked: 'localhost' is this machine")
    assert one({"type": "tcp", "host": "a b", "port": 1})[1].startswith("host 'a b' is not found: ")
    assert check({"type": "tcp", "host": "h", "port": 1})["results"][0]["url"] == "tcp://h:1"


def test_dns():
    row = check({"type": "dns", "host": "localhost"})["results"][0]
    assert row["status"] == "healthy" and "127.0.0.1" in row["details"]["addresses"] and row["url"] == "dns://localhost"
    assert one({"type": "dns", "host": "localhost", "expect": {"addresses": ["127.0.0.1"]}})[0] == "healthy"
    assert one({"type": "dns", "host": "localhost", "expect": {"addresses": ["10.0.0.1"]}}) == (
        "unhealthy", "10.0.0.1 is not among the addresses")
    status, message = one({"type": "dns", "host": "name.invalid"})
    assert status == "unhealthy" and message.startswith("host 'name.invalid' is not found: ")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def in_days(days):
    return (datetime.now(timezone.utc) + timedelta(days=days, hours=1)).strftime("%Y%m%d%H%M%SZ")


@pytest.mark.parametrize(("days", "expect", "status"), [
    (30, {}, "healthy"), (5, {}, "degraded"), (5, {"min_days": 3}, "healthy"), (30, {"min_days": 60}, "degraded")])
def test_certificates(authority, days, expect, status):
    with serve({}, authority.context("dated", end=in_days(days))) as server:
        target = {"type": "tls", "host": "127.0.0.1", "port": server.port, "expect": expect}
        row = check(target, ca_file=authority.file)["results"][0]
    assert row["status"] == status and row["message"] == f"the certificate ends in {days} days"
    assert row["details"]["days_left"] == days and row["details"]["expires_at"].endswith("Z")


def test_certificates_that_are_bad(authority):
    with serve({}, authority.context("ended", end="20200102000000Z")) as server:
        target = {"type": "tls", "host": "127.0.0.1", "port": server.port}
        status, message = one(target, ca_file=authority.file)
        assert status == "unhealthy" and "certificate has expired" in message
        status, message = one(target, verify_tls=False)
        assert status == "unhealthy" and message == "the certificate ended at 2020-01-02T00:00:00Z"
    with serve({}, authority.context("good")) as server:
        status, message = one({"type": "tls", "host": "127.0.0.1", "port": server.port})
        assert status == "unhealthy" and "unable to get local issuer certificate" in message


def test_sql(tmp_path):
    assert one({"type": "sql", "url": "sqlite::memory:"}) == ("healthy", "the database answers")
    row = check({"type": "sql", "url": f"sqlite://{tmp_path}/none.db?mode=ro"})["results"][0]
    assert row["status"] == "unhealthy" and "unable to open" in row["message"]
    row = check({"type": "sql", "url": "nosql://u:hush@h/"})["results"][0]
    assert row["status"] == "unhealthy" and "hush" not in str(row)


class Redis(socketserver.StreamRequestHandler):
    """A server of before RESP3: it does not know HELLO."""

    def handle(self):
        while line := self.rfile.readline():
            words = []
            for _ in range(int(line[1:])):
                size = int(self.rfile.readline()[1:])
                words.append(self.rfile.read(size + 2)[:-2])
            self.server.seen.append(words)
            self.wfile.write(self.server.answers.get(words[0], b"+OK\r\n"))


@pytest.fixture
def redis():
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Redis)
    server.daemon_threads, server.seen = True, []
    server.answers = {b"PING": b"+PONG\r\n", b"HELLO": b"-ERR unknown command 'HELLO'\r\n"}
    server.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_redis(redis):
    url = f"redis://127.0.0.1:{redis.port}"
    assert one({"type": "redis", "url": f"{url}/0"}) == ("healthy", "the server answers")
    assert redis.seen[-1] == [b"PING"]
    out = check({"type": "redis", "url": f"redis://me:h%40sh@127.0.0.1:{redis.port}"})
    assert out["overall_status"] == "healthy" and out["results"][0]["url"] == f"redis://***@127.0.0.1:{redis.port}"
    assert [b"AUTH", b"me", b"h@sh"] in redis.seen
    redis.answers[b"PING"] = b"-LOADING Redis is loading the dataset in memory\r\n"
    assert one({"type": "redis", "url": url}) == (
        "unhealthy", "the server answers: LOADING Redis is loading the dataset in memory")
    redis.answers[b"PING"] = b""
    assert one({"type": "redis", "url": url, "timeout_ms": 50}) == ("unhealthy", "timed out after 50ms")
    assert one({"type": "redis", "url": url}, allow_private=False) == (
        "unhealthy", "SSRF blocked: 127.0.0.1 is a loopback address")
    status, message = one({"type": "redis", "url": "http://u:hush@h"})
    assert status == "unhealthy" and "redis" in message and "hush" not in message


def test_a_real_redis():
    url = os.environ.get("KAILASH_TEST_REDIS_URL")
    if not url:
        pytest.skip("KAILASH_TEST_REDIS_URL is not set: run under tests/services/run redis")
    assert one({"type": "redis", "url": url}) == ("healthy", "the server answers")


def test_a_real_database():
    url = os.environ.get("KAILASH_TEST_POSTGRES_URL")
    if not url:
        pytest.skip("KAILASH_TEST_POSTGRES_URL is not set: run under tests/services/run postgres")
    assert one({"type": "sql", "url": url}) == ("healthy", "the database answers")


@pytest.mark.parametrize(("target", "expected"), [
    ({}, "missing required input: targets[0].url"),
    ({"url": 5}, "invalid input 'targets[0].url': expected string, got 5"),
    ({"url": "zz"}, "invalid input 'targets[0].url': expected an http or https URL, got a malformed URL "
     "(relative URL without a base)"),
    ({"type": "x"}, "invalid input 'targets[0].type': expected one of: http, tcp, dns, tls, sql, redis, got \"x\""),
    ({"url": "http://h/", "port": 1}, "invalid input 'targets[0]': unknown key 'port'"),
    ({"url": "http://h/", "method": "X"}, "invalid input 'targets[0].method': expected one of: GET, POST, PUT, PATCH, "
     "DELETE, HEAD, OPTIONS, got X"),
    ({"url": "http://h/", "headers": {"a b": ""}},
     "invalid input 'targets[0].headers': expected valid HTTP header name, got 'a b'"),
    ({"url": "http://h/", "expect": {"min_days": 1}}, "invalid input 'targets[0].expect': unknown key 'min_days'"),
    ({"url": "http://h/", "expect": {"status": "x"}},
     "invalid input 'targets[0].expect.status': expected integer or list of integers, got \"x\""),
    ({"url": "http://h/", "timeout_ms": 0},
     "invalid input 'targets[0].timeout_ms': expected non-negative integer from 1 to 86400000, got 0"),
    ({"type": "tcp", "host": "h"}, "missing required input: targets[0].port"),
    ({"type": "tcp", "host": "h", "port": 65536},
     "invalid input 'targets[0].port': expected integer from 1 to 65535, got 65536"),
    ({"type": "dns"}, "missing required input: targets[0].host"),
    ({"type": "dns", "host": ""}, "invalid input 'targets[0].host': expected name or address of a host, got \"\"")])
def test_what_is_wrong_is_named(target, expected):
    assert failure("HealthCheckNode", {}, {"targets": [target]}) == expected


def test_targets_must_be_a_list():
    assert failure("HealthCheckNode") == "missing required input: targets"
    assert failure("HealthCheckNode", {}, {"targets": 5}) == "invalid input 'targets': expected array, got 5"
