"""A small object store that speaks the S3 protocol, and refuses what is not signed for it.

Signatures are computed anew from the request as it came, by the rules of Signature Version 4.
"""

import contextlib
import datetime
import hashlib
import hmac
import re
import threading
import urllib.parse
from xml.sax.saxutils import escape

from http_servers import Handler, Server

ACCESS_KEY, SECRET_KEY, TOKEN, REGION = "AKIDEXAMPLE", "secret/of+the/store", "token/of+the/session", "eu-test-1"
KEYS = {"access_key_id": ACCESS_KEY, "secret_access_key": SECRET_KEY, "region": REGION}


def quote(text, safe=""):
    return urllib.parse.quote(text, safe=safe + "-._~")


def signature(method, target, headers, signed, payload, time, scope):
    """The signature in hexadecimal; `signed` are the names of the headers."""
    path, _, query = target.partition("?")
    pairs = sorted(pair.partition("=")[::2] for pair in query.split("&") if pair)
    lines = [method, quote(urllib.parse.unquote(path), "/"),
             "&".join(f"{quote(urllib.parse.unquote(a))}={quote(urllib.parse.unquote(b))}" for a, b in pairs
                      if a != "X-Amz-Signature")]
    lines += [f"{name}:{' '.join(headers[name].split())}" for name in signed]
    lines += ["", ";".join(signed), payload]
    text = "\n".join(["AWS4-HMAC-SHA256", time, "/".join(scope),
                      hashlib.sha256("\n".join(lines).encode()).hexdigest()])
    key = b"AWS4" + SECRET_KEY.encode()
    for part in scope:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class Refusal(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def check_time(text):
    """How many seconds ago that was."""
    time = datetime.datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    return (datetime.datetime.now(datetime.timezone.utc) - time).total_seconds()


class StoreHandler(Handler):
    def handle_any(self):
        self.body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.seen.append((self.command, self.path, dict(self.headers), self.body))
        try:
            self.lower = {name.lower(): value for name, value in self.headers.items()}
            self.target = re.sub("^http://[^/]*", "", self.path)  # a proxy is told the whole URL
            path, _, query = self.target.partition("?")
            self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
            self.check_signature()
            self.answer(urllib.parse.unquote(path))
        except Refusal as refusal:
            body = f"<?xml version='1.0'?>\n<Error><Code>{refusal.code}</Code><Message>{refusal.message}" \
                   f"</Message><StringToSign>secret</StringToSign></Error>"
            self.say(refusal.status, body.encode(), content_type="application/xml")

    do_GET = do_PUT = do_DELETE = do_HEAD = handle_any

    # ---- who asks

    def check_signature(self):
        if "X-Amz-Signature" in self.query:
            query = self.query
            key, *scope = query["X-Amz-Credential"].split("/")
            signed, given = query["X-Amz-SignedHeaders"].split(";"), query["X-Amz-Signature"]
            time, payload, token = query["X-Amz-Date"], "UNSIGNED-PAYLOAD", query.get("X-Amz-Security-Token")
            fresh = 0 <= check_time(time) + 1 <= int(query["X-Amz-Expires"]) + 1
        else:
            match = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^,]*),SignedHeaders=([^,]*),Signature=([0-9a-f]{64})",
                                 self.lower.get("authorization", ""))
            if not match:
                raise Refusal(403, "AccessDenied", "Access Denied")
            key, *scope = match[1].split("/")
            signed, given, time = match[2].split(";"), match[3], self.lower["x-amz-date"]
            payload, token = hashlib.sha256(self.body).hexdigest(), self.lower.get("x-amz-security-token")
            if self.lower["x-amz-content-sha256"] != payload:
                raise Refusal(400, "XAmzContentSHA256Mismatch", "The provided header does not match the body")
            must = {"host", "content-type", "range"} | {name for name in self.lower if name.startswith("x-amz-")}
            assert signed == sorted(must & set(self.lower))
            fresh = abs(check_time(time)) < 900
        if not fresh:
            raise Refusal(403, "RequestTimeTooSkewed", "The time is too far from that of the server")
        if key != ACCESS_KEY:
            raise Refusal(403, "InvalidAccessKeyId", "The access key does not exist")
        if token != self.server.token:
            raise Refusal(400, "InvalidToken", "The provided token is malformed")
        if scope != [time[:8], REGION, "s3", "aws4_request"]:
            raise Refusal(400, "AuthorizationHeaderMalformed", f"the region is wrong; expecting '{REGION}'")
        right = signature(self.command, self.target, self.lower, signed, payload, time, scope)
        if not hmac.compare_digest(given, right):
            raise Refusal(403, "SignatureDoesNotMatch", "The signature does not match")

    # ---- what is asked

    def answer(self, path):
        host = self.headers["host"].partition(":")[0]
        if host.endswith(".localhost"):
            path = f"/{host.removesuffix('.localhost')}{path}"
        bucket, _, key = path.removeprefix(self.server.base).removeprefix("/").partition("/")
        if bucket == "moved":
            self.say(307, b"<Error><Code>TemporaryRedirect</Code><Message>Please re-send</Message></Error>",
                     location=f"{self.server.url}/b/k")
            return
        if bucket in self.server.odd:
            self.say(*self.server.odd[bucket])
            return
        objects = self.server.buckets.get(bucket)
        if objects is None:
            raise Refusal(404, "NoSuchBucket", "The specified bucket does not exist")
        if not key:
            self.list(objects)
        elif self.command == "PUT":
            meta = {name: value for name, value in self.lower.items() if name.startswith("x-amz-meta-")}
            objects[key] = (self.body, self.lower["content-type"], meta)
            self.say(200, b"", etag='"%s"' % hashlib.md5(self.body).hexdigest(), x_amz_version_id="v1")
        elif self.command == "DELETE":
            objects.pop(key, None)
            self.say(204, b"", x_amz_delete_marker="true", x_amz_version_id="v2")
        elif key not in objects:
            raise Refusal(404, "NoSuchKey", "The specified key does not exist.")
        else:
            self.give(*objects[key])

    def give(self, body, content_type, meta):
        headers = {"content_type": content_type, "etag": '"%s"' % hashlib.md5(body).hexdigest(),
                   "last_modified": "Fri, 24 May 2013 00:00:00 GMT", **meta}
        match = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("range", ""))
        if not match:
            self.say(200, body, **headers)
            return
        size = len(body)
        first, last = match[1] and int(match[1]), min(int(match[2]) if match[1] and match[2] else size - 1, size - 1)
        if first == "":
            first = max(size - int(match[2]), 0)
        if first >= size:
            raise Refusal(416, "InvalidRange", "The requested range is not satisfiable")
        self.say(206, body[first:last + 1], content_range=f"bytes {first}-{last}/{size}", **headers)

    def list(self, objects):
        query = self.query
        assert query["list-type"] == "2" and query["encoding-type"] == "url"
        assert 1 <= int(query["max-keys"]) <= 1000
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter")
        entries = {}
        for key in sorted(objects):
            if key.startswith(prefix):
                head, found, _ = key[len(prefix):].partition(delimiter) if delimiter else (key, "", "")
                entries[prefix + head + found if found else key] = bool(found)
        names = [name for name in entries if name > query.get("continuation-token", "").removeprefix("at:")]
        count = min(int(query["max-keys"]), self.server.page)
        page, rest = names[:count], names[count:]
        text = "<?xml version='1.0'?><ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'>" \
               f"<EncodingType>url</EncodingType><IsTruncated>{'true' if rest else 'false'}</IsTruncated>"
        if rest:
            text += f"<NextContinuationToken>{escape('at:' + page[-1])}</NextContinuationToken>"
        for name in page:
            coded = urllib.parse.quote_plus(name, safe="/")
            if entries[name]:
                text += f"<CommonPrefixes><Prefix>{coded}</Prefix></CommonPrefixes>"
            else:
                text += f"<Contents><Key>{coded}</Key><Size>{len(objects[name][0])}</Size><ETag>&quot;e&quot;</ETag>" \
                        "<LastModified>2013-05-24T00:00:00.000Z</LastModified>" \
                        "<StorageClass>STANDARD</StorageClass></Contents>"
        self.say(200, (text + "</ListBucketResult>").encode(), content_type="application/xml")


def store(token=None, base="", page=1000):
    """A server with an empty bucket `b`. `odd` has whole answers by bucket."""
    server = Server({})
    server.RequestHandlerClass = StoreHandler
    server.buckets, server.odd, server.token, server.base, server.page = {"b": {}}, {}, token, base, page
    return server


@contextlib.contextmanager
def serve_store(**options):
    server = store(**options)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.socket.close()
