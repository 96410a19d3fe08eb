"""CloudNode and the objects of a store that checks every signature."""

import hashlib
import urllib.error
import urllib.request

import pytest

from http_servers import proxy
from node_calls import call, failure
from s3_server import ACCESS_KEY, KEYS, REGION, SECRET_KEY, TOKEN, serve_store

ODD_KEYS = ["a", "a b/c+d", "ä/€", "%2F", "a//b", "/lead", "trail/", "*'()!$&,;=:@~", "q?x=1#f", "\x01\x7f", "...",
            " x "]


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def ask(server, operation, config=None, **given):
    return call("CloudNode", {"base_url": server.url, "provider": "s3", **KEYS, **(config or {})},
                {"operation": operation, "bucket": "b", **given})


def refused(server, operation, config=None, **given):
    return failure("CloudNode", {"base_url": server.url, "provider": "s3", **KEYS, **(config or {})},
                   {"operation": operation, "bucket": "b", **given})


@pytest.fixture
def server():
    with serve_store() as server:
        yield server


# ---- one object -----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ODD_KEYS)
def test_an_object_from_put_to_delete(server, key):
    put = ask(server, "put_object", key=key, content="wörld", metadata={"Colour": "dark  red", "a_b.c": ""})
    etag = hashlib.md5("wörld".encode()).hexdigest()
    assert put == {"result": {"etag": etag, "version_id": "v1", "content_length": 6}, "status": "200",
                   "message": f"stored object {key} in b", "provider": "s3"}
    assert list(server.buckets["b"]) == [key]
    facts = {"content_type": "text/plain; charset=utf-8", "content_encoding": None, "content_range": None,
             "etag": etag, "last_modified": "Fri, 24 May 2013 00:00:00 GMT", "storage_class": None,
             "version_id": None, "content_length": 6}
    got = ask(server, "get_object", key=key)["result"]
    metadata = got.pop("metadata")
    assert got == {"content": "wörld".encode(), **facts}
    assert {name.replace("-", "_"): value for name, value in metadata.items()} == {"colour": "dark  red", "a_b.c": ""}
    head = ask(server, "head_object", key=key)
    assert head["message"] == f"inspected object {key} of b"
    assert head["result"] == {"metadata": metadata, **facts}
    assert ask(server, "list_objects")["result"]["objects"][0]["key"] == key
    gone = ask(server, "delete_object", key=key)
    assert gone == {"result": {"delete_marker": True, "version_id": "v2"}, "status": "204",
                    "message": f"deleted object {key} of b", "provider": "s3"}
    assert server.buckets["b"] == {}


@pytest.mark.parametrize(("content", "content_type", "stored"), [
    ("", None, (b"", "text/plain; charset=utf-8")),
    (b"", None, (b"", "application/octet-stream")),
    (b"\0\xff" * 100_000, None, (b"\0\xff" * 100_000, "application/octet-stream")),
    ("{}", "application/json", (b"{}", "application/json")),
])
def test_what_is_stored(server, content, content_type, stored):
    given = {"content_type": content_type} if content_type else {}
    assert ask(server, "put_object", key="k", content=content, **given)["result"]["content_length"] == len(stored[0])
    assert server.buckets["b"]["k"][:2] == stored


@pytest.mark.parametrize(("stored", "content_type", "wanted", "content"), [
    (b'{"a": 1}', "application/json", "bytes", b'{"a": 1}'),
    (b'{"a": 1}', "application/json", "auto", {"a": 1}),
    (b'{"a": 1}', "x/y", "json", {"a": 1}),
    (b"\xe4", "text/plain; charset=iso-8859-1", "text", "ä"),
    (b"", "x/y", "text", ""),
])
def test_what_content_becomes(server, stored, content_type, wanted, content):
    server.buckets["b"]["k"] = (stored, content_type, {})
    assert ask(server, "get_object", {"response_format": wanted}, key="k")["result"]["content"] == content


def test_content_that_is_no_json(server):
    server.buckets["b"]["k"] = (b"{", "x/y", {})
    assert refused(server, "get_object", {"response_format": "json"}, key="k").startswith(
        "node execution failed: get_object failed: the response is no JSON: ")


def test_compressed_objects_come_as_they_are(server):
    server.buckets["b"]["k"] = (b"\x1f\x8bno gzip", "x/y", {"content_encoding": "gzip"})
    out = ask(server, "get_object", key="k")["result"]
    assert (out["content"], out["content_encoding"]) == (b"\x1f\x8bno gzip", "gzip")


@pytest.mark.parametrize(("byte_range", "content", "content_range"), [
    ("0-0", b"0", "bytes 0-0/10"), ("2-4", b"234", "bytes 2-4/10"), ("7-", b"789", "bytes 7-9/10"),
    ("-2", b"89", "bytes 8-9/10"), ("5-999999999999999999", b"56789", "bytes 5-9/10"),
])
def test_parts_of_an_object(server, byte_range, content, content_range):
    server.buckets["b"]["k"] = (b"0123456789", "x/y", {})
    out = ask(server, "get_object", key="k", byte_range=byte_range)
    assert (out["result"]["content"], out["result"]["content_range"], out["status"]) == (content, content_range, "206")


@pytest.mark.parametrize("byte_range", ["", "-", "1", "4-2", "a-b", "1-2-3", "1-2,4-5", " 1-2", "-0", "+1-2",
                                        "9" * 19 + "-"])
def test_what_is_no_range(server, byte_range):
    assert refused(server, "get_object", key="k", byte_range=byte_range).startswith(
        "invalid input 'byte_range': expected 'first-last', 'first-' or '-count' in bytes, got ")
    assert server.seen == []


def test_ranges_that_the_server_does_not_keep(server):
    server.odd["odd"] = (200, b"all of it")
    assert refused(server, "get_object", bucket="odd", key="k", byte_range="0-1") == \
        "node execution failed: get_object failed: HTTP 200: the server does not send byte ranges"


def test_bodies_are_bounded(server):
    server.buckets["b"]["k"] = (b"x" * 5000, "x/y", {})
    assert "resource limit exceeded" in refused(server, "get_object", {"max_response_bytes": 4999}, key="k")
    assert len(ask(server, "get_object", {"max_response_bytes": 5000}, key="k")["result"]["content"]) == 5000


# ---- lists ----------------------------------------------------------------------------------------


def keys_of(out):
    return [each["key"] for each in out["result"]["objects"]]


def test_lists():
    with serve_store() as server:
        assert ask(server, "list_objects")["result"] == {
            "objects": [], "prefixes": [], "count": 0, "is_truncated": False, "continuation_token": None}
        server.buckets["b"] = dict.fromkeys(["a/1", "a/2", "a+ä/3", "top & <x>"], (b"12", "x/y", {}))
        out = ask(server, "list_objects", delimiter="/")
        assert out["message"] == "listed objects of b"
        assert out["result"] == {
            "objects": [{"key": "top & <x>", "size": 2, "etag": "e", "last_modified": "2013-05-24T00:00:00.000Z",
                         "storage_class": "STANDARD"}],
            "prefixes": ["a+ä/", "a/"], "count": 3, "is_truncated": False, "continuation_token": None}
        assert keys_of(ask(server, "list_objects", prefix="a/")) == ["a/1", "a/2"]
        assert keys_of(ask(server, "list_objects", prefix="a+ä/")) == ["a+ä/3"]


@pytest.mark.parametrize(("page", "max_keys", "asked"), [
    (1000, 25, [25]), (10, 25, [25, 15, 5]), (10, 1000, [1000, 990, 980]), (1000, 5000, [1000])])
def test_pages(page, max_keys, asked):
    with serve_store(page=page) as server:
        names = [f"k{number:04}" for number in range(30)]
        server.buckets["b"] = dict.fromkeys(names, (b"", "x/y", {}))
        out = ask(server, "list_objects", max_keys=max_keys)
        first = min(max_keys, 30)
        assert keys_of(out) == names[:first]
        assert [int(path.partition("max-keys=")[2].partition("&")[0]) for _, path, _, _ in server.seen] == asked
        assert out["result"]["is_truncated"] == (first < 30)
        if first < 30:
            token = out["result"]["continuation_token"]
            assert keys_of(ask(server, "list_objects", continuation_token=token)) == names[first:]


LISTED = "<ListBucketResult>{}</ListBucketResult>"


@pytest.mark.parametrize(("body", "why"), [
    (LISTED.format("<IsTruncated>true</IsTruncated>"), "the server says there is more, but not where"),
    (LISTED.format("<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>"),
     "the server says there is more, but not where"),
    ("<html/>", "the answer is no list of objects"),
    ("{}", "the answer is no XML: "),
    ("", "the answer is no XML: "),
])
def test_lists_that_are_none(server, body, why):
    server.odd["odd"] = (200, body.encode())
    assert refused(server, "list_objects", bucket="odd").startswith(
        f"node execution failed: list_objects failed: {why}")


def test_names_that_are_not_encoded(server):
    server.odd["odd"] = (200, LISTED.format("<Contents><Key>a+b%20</Key></Contents><Contents/>").encode())
    assert [(each["key"], each["size"]) for each in ask(server, "list_objects", bucket="odd")["result"]["objects"]] == \
        [("a+b%20", None), ("", None)]


# ---- where and who --------------------------------------------------------------------------------


def test_endpoints_below_a_path():
    with serve_store(base="/store/v1") as server:
        server.buckets["b"]["k"] = (b"x", "x/y", {})
        for base in ("/store/v1", "/store/v1//"):
            config = {"base_url": server.url + base}
            assert ask(server, "get_object", config, key="k")["result"]["content"] == b"x"
            assert keys_of(ask(server, "list_objects", config)) == ["k"]


def test_buckets_before_the_host(server):
    server.buckets["b"]["x y"] = (b"x", "x/y", {})
    with proxy(server.port) as way:
        config = {"base_url": f"http://localhost:{server.port}", "path_style": False, "proxy": way.url}
        assert ask(server, "get_object", config, key="x y")["result"]["content"] == b"x"
        assert server.seen[-1][1] == f"http://b.localhost:{server.port}/x%20y"
        assert server.seen[-1][2]["Host"] == f"b.localhost:{server.port}"
        assert keys_of(ask(server, "list_objects", config)) == ["x y"]


def test_the_store_of_amazon():
    url = call("CloudNode", {"provider": "s3", **KEYS, "path_style": False},
               {"operation": "presign_url", "bucket": "b", "key": "k"})["result"]["url"]
    assert url.startswith(f"https://b.s3.{REGION}.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&")
    url = call("CloudNode", {"provider": "other", **KEYS}, {"operation": "presign_url", "bucket": "b", "key": "k"})
    assert url["result"]["url"].startswith("http://localhost:8080/b/k?")


def test_session_tokens():
    with serve_store(token=TOKEN) as server:
        ask(server, "put_object", {"session_token": TOKEN}, key="k", content="x")
        assert refused(server, "get_object", key="k") == \
            "node execution failed: get_object failed: HTTP 400: InvalidToken: The provided token is malformed"


def test_credentials_of_the_environment(monkeypatch):
    with serve_store(token=TOKEN) as server:
        none = {"access_key_id": None, "secret_access_key": None}
        missing = "node execution failed: no credentials: give access_key_id and secret_access_key or set the " \
                  "environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        assert refused(server, "list_objects", none) == missing
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        assert refused(server, "list_objects", none) == missing
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
        assert ask(server, "list_objects", none)["result"]["count"] == 0
        # Those given are not mixed with those of the environment.
        assert "InvalidToken" in refused(server, "list_objects")
        assert refused(server, "list_objects", {**none, "session_token": TOKEN}) == \
            "missing required input: access_key_id"
        assert refused(server, "list_objects", {"secret_access_key": None}) == \
            "missing required input: secret_access_key"
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a\nb")
        assert refused(server, "list_objects", none) == \
            "invalid input 'AWS_SECRET_ACCESS_KEY': expected visible ASCII characters only"


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PUT", b"new"), ("HEAD", None), ("DELETE", None)])
@pytest.mark.parametrize("token", [None, TOKEN])
def test_signed_urls(method, body, token):
    with serve_store(token=token) as server:
        server.buckets["b"]["a b+c"] = (b"x", "x/y", {})
        out = ask(server, "presign_url", {"session_token": token}, key="a b+c", method=method, expires_seconds=60)
        assert (out["status"], out["message"]) == ("0", "signed a URL of object a b+c of b")
        assert {**out["result"], "url": ""} == {"url": "", "method": method, "expires_seconds": 60}
        assert server.seen == []
        headers = {"content-type": "x/y"} if body else {}
        request = urllib.request.Request(out["result"]["url"], body, headers, method=method)
        with urllib.request.urlopen(request) as response:
            assert response.read() == (b"x" if method == "GET" else b"")
        other = urllib.request.Request(out["result"]["url"].replace("X-Amz-Expires=60", "X-Amz-Expires=61"),
                                       method=method)
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(other)


# ---- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("config", "given", "why"), [
    ({"secret_access_key": "wrong"}, {}, "HTTP 403: SignatureDoesNotMatch: The signature does not match"),
    ({"access_key_id": "wrong"}, {}, "HTTP 403: InvalidAccessKeyId: The access key does not exist"),
    ({"region": "us-east-1"}, {}, f"HTTP 400: AuthorizationHeaderMalformed: the region is wrong; expecting '{REGION}'"),
    ({}, {"bucket": "none"}, "HTTP 404: NoSuchBucket: The specified bucket does not exist"),
    ({}, {"key": "none"}, "HTTP 404: NoSuchKey: The specified key does not exist."),
    ({}, {"byte_range": "5-"}, "HTTP 416: InvalidRange: The requested range is not satisfiable"),
    ({}, {"bucket": "moved"}, "HTTP 307: TemporaryRedirect: Please re-send"),
    ({}, {"bucket": "html"}, "HTTP 502"),
    ({}, {"bucket": "long"}, "HTTP 500: c: " + "ä" * 100),
])
def test_what_the_server_refuses(server, config, given, why):
    server.buckets["b"]["k"] = (b"x", "x/y", {})
    server.odd["html"] = (502, b"<html><body>Bad gateway")
    server.odd["long"] = (500, f"<Error><Code>c</Code><Message>{'ä' * 1000}</Message></Error>".encode())
    assert refused(server, "get_object", config, **{"key": "k", **given}) == \
        f"node execution failed: get_object failed: {why}"
    assert len(server.seen) == 1


def test_refusals_of_head_have_no_body(server):
    assert refused(server, "head_object", key="none") == "node execution failed: head_object failed: HTTP 404"


STEPS = "invalid input 'key': expected a key without the segments '.' and '..', got "
LETTERS = "expected a name of at most 255 letters, digits, dots, hyphens and underscores, got "
HOSTS = "expected a name of at most 63 small letters, digits, dots and hyphens, as it is part of the host, got "


@pytest.mark.parametrize(("operation", "config", "given", "why"), [
    ("list_objects", {}, {"bucket": ""}, "missing required input: bucket"),
    ("list_objects", {}, {"bucket": "a/b"}, f"invalid input 'bucket': {LETTERS}"),
    ("list_objects", {}, {"bucket": ".."}, f"invalid input 'bucket': {LETTERS}"),
    ("list_objects", {}, {"bucket": "a" * 256}, f"invalid input 'bucket': {LETTERS}"),
    ("list_objects", {"path_style": False}, {"bucket": "A"}, f"invalid input 'bucket': {HOSTS}"),
    ("list_objects", {"path_style": False}, {"bucket": "a@b"}, f"invalid input 'bucket': {HOSTS}"),
    ("get_object", {}, {}, "missing required input: key"),
    ("get_object", {}, {"key": "a/../b"}, STEPS),
    ("get_object", {}, {"key": "."}, STEPS),
    ("get_object", {}, {"key": "ä" * 513}, "invalid input 'key': expected at most 1024 bytes, got 1026"),
    ("put_object", {}, {"key": "k"}, "missing required input: content"),
    ("put_object", {}, {"key": "k", "content": 5}, "invalid input 'content': expected string or bytes, got integer"),
    ("put_object", {}, {"key": "k", "content": "", "content_type": "a\nb"},
     "invalid input 'content_type': expected a media type, got "),
    ("put_object", {}, {"key": "k", "content": "", "metadata": {"a b": ""}},
     "invalid input 'metadata': expected names of letters, digits, hyphens, dots and underscores, got 'a b'"),
    ("put_object", {}, {"key": "k", "content": "", "metadata": {"": ""}},
     "invalid input 'metadata': expected names of "),
    ("put_object", {}, {"key": "k", "content": "", "metadata": {"a": "1", "A": "2"}},
     "invalid input 'metadata': 'A': expected names that differ in more than case"),
    ("put_object", {}, {"key": "k", "content": "", "metadata": {"a": "ä"}},
     "invalid input 'metadata': 'a': expected printable ASCII characters only"),
    ("list_objects", {"region": "a.b/c"}, {}, "invalid input 'region': expected a name such as us-east-1, got "),
    ("list_objects", {"access_key_id": "a b"}, {},
     "invalid input 'access_key_id': expected visible ASCII characters only"),
    ("list_objects", {"session_token": "a\r\nb"}, {},
     "invalid input 'session_token': expected visible ASCII characters only"),
    ("list_objects", {"auth": {"type": "bearer", "token": "t"}}, {},
     "invalid input 'auth': expected none for list_objects, which is signed with access_key_id and secret_access_key"),
    ("list_objects", {"base_url": "ftp://x"}, {},
     "invalid input 'base_url': expected an http or https URL, got scheme 'ftp'"),
    *(("list_objects", {"base_url": url}, {},
       "invalid input 'base_url': expected a URL with an ASCII host and without user and query")
      for url in ("http://u:p@h/", "http://h/?a", "http://ä/")),
])
def test_what_is_not_sent(server, operation, config, given, why):
    assert refused(server, operation, config, **given).startswith(why)
    assert server.seen == []


def test_secrets_are_not_told(server):
    secrets = {"secret_access_key": "s3cr3tkey", "session_token": "s3cr3ttoken"}
    for config in (secrets, {**secrets, "base_url": "http://127.0.0.1:1"},
                   {**secrets, "secret_access_key": "s3cr3t key"}, {**secrets, "session_token": "s3cr3t\n"}):
        assert "s3cr3t" not in refused(server, "get_object", config, key="k")


def test_instances_have_their_own_default():
    assert "http://localhost:8080/instances?" in failure(
        "CloudNode", {"provider": "s3", "proxy": "http://127.0.0.1:1"}, {"operation": "list_instances"})
