"""EatpTsaConfig against an authority of our own: `openssl ts` behind a small HTTP server."""
import datetime
import hashlib
import http.server
import shutil
import subprocess
import threading

import pytest

import kailash

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs the openssl command")

CONFIG = """
[tsa]
default_tsa = one
[one]
dir = {dir}
serial = {dir}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[stamping]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[serving]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = critical, serverAuth
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
"""
DIGEST = hashlib.sha256(b"evidence").digest()


def run(*command, **options):
    done = subprocess.run(["openssl", *command], capture_output=True, **options)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


class Authority:
    """Certificates and keys in a folder; stamps requests with any of them."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "serial").write_text("01\n")
        (folder / "conf").write_text(CONFIG.format(dir=folder))
        self.make_root("root")
        self.make_root("stranger")
        self.issue("tsa", "stamping")
        self.issue("server", "serving")
        self.issue("expired", "stamping", start="20200101000000Z", end="20200201000000Z")

    def path(self, name):
        return str(self.folder / name)

    def new_key(self, name):
        run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
            self.path(name + ".key"))

    def make_root(self, name):
        self.new_key(name)
        run("req", "-x509", "-new", "-key", self.path(name + ".key"), "-subj", f"/CN={name}",
            "-days", "30", "-extensions", "authority", "-config", self.with_request(), "-out",
            self.path(name + ".pem"))

    def with_request(self):
        path = self.folder / "req.conf"
        path.write_text(CONFIG.format(dir=self.folder) +
                        "[req]\ndistinguished_name = dn\n[dn]\n"
                        "[ca]\ndefault_ca = root\n[root]\ndatabase = {0}/index\nnew_certs_dir = {0}\n"
                        "default_md = sha256\npolicy = any\nrand_serial = yes\nunique_subject = no\n"
                        "[any]\ncommonName = supplied\n".format(self.folder))
        return str(path)

    def issue(self, name, extensions, start=None, end=None):
        (self.folder / "index").touch()
        self.new_key(name)
        run("req", "-new", "-key", self.path(name + ".key"), "-subj", f"/CN={name}", "-config",
            self.with_request(), "-out", self.path(name + ".csr"))
        times = ["-startdate", start, "-enddate", end] if start else ["-days", "30"]
        run("ca", "-batch", "-notext", "-config", self.with_request(), "-cert", self.path("root.pem"),
            "-keyfile", self.path("root.key"), "-in", self.path(name + ".csr"), "-extensions",
            extensions, *times, "-out", self.path(name + ".pem"))

    def stamp(self, request, signer="tsa"):
        query = self.folder / "query"
        query.write_bytes(request)
        return run("ts", "-reply", "-config", self.path("conf"), "-queryfile", str(query), "-signer",
                   self.path(signer + ".pem"), "-inkey", self.path(signer + ".key"))

    def certificate(self, name):
        return (self.folder / (name + ".pem")).read_bytes()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture
def server(authority):
    """Answers with what its `answer` makes of a request; tells its requests."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            httpd.requests.append((self.headers["content-type"], body))
            status, reply = httpd.answer(body)
            self.send_response(status)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *ignored):
            pass

    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.requests, httpd.answer = [], lambda body: (200, authority.stamp(body))
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield httpd
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def now(seconds=0):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.isoformat()


def config_of(server, **options):
    return kailash.EatpTsaConfig(f"http://127.0.0.1:{server.server_port}/tsr",
                                 address_policy="allow_loopback", **options)


def offline(**options):
    return kailash.EatpTsaConfig("https://tsa.example/", **options)


def test_a_stamp_is_asked_for_and_verified(authority, server):
    config = config_of(server)
    stamp = config.request_timestamp(DIGEST, now())
    assert set(stamp) == {"tsa_response", "tsa_url", "verified"}
    assert stamp["verified"] is True
    assert stamp["tsa_url"].endswith("/tsr")
    kind, request = server.requests[0]
    assert kind == "application/timestamp-query"
    assert DIGEST in request
    assert config.verify_timestamp_token(stamp["tsa_response"], DIGEST, now()) is True


def test_the_request_is_exact():
    request, nonce = offline().build_timestamp_request(DIGEST)
    number = nonce.to_bytes(9, "big").lstrip(b"\0") or b"\0"
    number = b"\0" + number if number[0] & 0x80 else number
    inner = (bytes.fromhex("0201013031300d060960864801650304020105000420") + DIGEST + b"\x02" +
             bytes([len(number)]) + number + b"\x01\x01\xff")
    assert request == b"\x30" + bytes([len(inner)]) + inner
    shown = run("ts", "-query", "-in", "/dev/stdin", "-text", input=request).decode()
    assert "Hash Algorithm: sha256" in shown and "Certificate required: yes" in shown
    assert f"{nonce:X}" in shown.upper().replace("0X", "").replace(":", "")


def test_no_two_requests_have_a_nonce():
    assert len({offline().build_timestamp_request(list(DIGEST))[1] for _ in range(100)}) == 100


@pytest.fixture(scope="module")
def stamped(authority):
    """A response, the token in it, and the nonce of its request."""
    request, nonce = offline().build_timestamp_request(DIGEST)
    response = authority.stamp(request)
    path = authority.folder / "response"
    path.write_bytes(response)
    token = run("ts", "-reply", "-in", str(path), "-token_out")
    return response, token, nonce


def test_a_response_verifies_and_so_does_its_token(authority, stamped):
    response, token, nonce = stamped
    for der in (response, token, list(token)):
        assert offline().verify_timestamp_token(der, DIGEST, now()) is True
        assert offline().verify_timestamp_token(der, DIGEST, now(), nonce) is True


def test_what_does_not_fit_is_refused(stamped):
    response, token, nonce = stamped
    other = hashlib.sha256(b"other").digest()
    assert offline().verify_timestamp_token(token, other, now(), nonce) is False
    assert offline().verify_timestamp_token(token, DIGEST, now(), nonce ^ 1) is False
    assert offline().verify_timestamp_token(token, DIGEST, now(-400), nonce) is False
    assert offline().verify_timestamp_token(token, DIGEST, now(600), nonce) is False
    wide = offline(gen_time_tolerance_secs=3600)
    assert wide.verify_timestamp_token(token, DIGEST, now(600), nonce) is True
    narrow = offline(gen_time_tolerance_secs=0)
    assert narrow.verify_timestamp_token(token, DIGEST, now(-100), nonce) is False
    endless = offline(gen_time_tolerance_secs=2**64 - 1)
    assert endless.verify_timestamp_token(token, DIGEST, "1980-01-01T00:00:00Z", nonce) is True


def test_a_changed_token_is_refused(authority, stamped):
    response, token, nonce = stamped
    (authority.folder / "token").write_bytes(token)
    said = run("cms", "-verify", "-inform", "DER", "-in", authority.path("token"), "-noverify")
    for der in (response, token):
        begin = der.index(said)  # what is signed; the signature itself stands at the end
        signed = [*range(begin, begin + len(said)), *range(len(der) - 60, len(der))]
        for at in range(len(der)):
            changed = bytearray(der)
            changed[at] ^= 0x01
            valid = offline().verify_timestamp_token(changed, DIGEST, now(), nonce)
            assert valid is False or at not in signed, at
        assert offline().verify_timestamp_token(der[:-1], DIGEST, now(), nonce) is False
        assert offline().verify_timestamp_token(der + b"\0", DIGEST, now(), nonce) is False


@pytest.mark.parametrize("garbage", [b"", b"\0", b"\x30", b"\x30\x00", b"\x30\x84\xff\xff\xff\xff",
                                     b"-----BEGIN CERTIFICATE-----", b"\x30\x80" * 2000, b"\xff" * 100])
def test_garbage_is_no_token(garbage):
    assert offline().verify_timestamp_token(garbage, DIGEST, now()) is False


def test_a_pinned_certificate_must_be_the_signers_or_lead_to_it(authority, stamped):
    _, token, nonce = stamped
    for name, valid in (("tsa", True), ("root", True), ("stranger", False), ("server", False)):
        pinned = offline(pinned_cert=authority.certificate(name))
        assert pinned.verify_timestamp_token(token, DIGEST, now(), nonce) is valid, name
    der = run("x509", "-in", authority.path("root.pem"), "-outform", "DER")
    assert offline(pinned_cert=der).verify_timestamp_token(token, DIGEST, now(), nonce) is True


def test_a_certificate_for_something_else_stamps_nothing(authority):
    # openssl ts itself refuses to sign with it, so the signer is changed behind its back
    request, nonce = offline().build_timestamp_request(DIGEST)
    path = authority.folder / "cms"
    info = authority.folder / "info"
    response = authority.stamp(request)
    (authority.folder / "response2").write_bytes(response)
    token = run("ts", "-reply", "-in", authority.path("response2"), "-token_out")
    (authority.folder / "token2").write_bytes(token)
    run("cms", "-verify", "-inform", "DER", "-in", authority.path("token2"), "-noverify", "-out",
        str(info))
    run("cms", "-sign", "-binary", "-nodetach", "-in", str(info), "-signer",
        authority.path("server.pem"), "-inkey", authority.path("server.key"), "-outform", "DER",
        "-econtent_type", "1.2.840.113549.1.9.16.1.4", "-cades", "-out", str(path))
    assert offline().verify_timestamp_token(path.read_bytes(), DIGEST, now(), nonce) is False
    run("cms", "-sign", "-binary", "-nodetach", "-in", str(info), "-signer",
        authority.path("tsa.pem"), "-inkey", authority.path("tsa.key"), "-outform", "DER",
        "-econtent_type", "1.2.840.113549.1.9.16.1.4", "-cades", "-out", str(path))
    assert offline().verify_timestamp_token(path.read_bytes(), DIGEST, now(), nonce) is True


def test_an_expired_certificate_stamps_nothing(authority):
    request, nonce = offline().build_timestamp_request(DIGEST)
    response = authority.stamp(request, "expired")
    assert offline().verify_timestamp_token(response, DIGEST, now(), nonce) is False
    pinned = offline(pinned_cert=authority.certificate("root"))
    assert pinned.verify_timestamp_token(response, DIGEST, now(), nonce) is False


def test_a_refusal_is_no_stamp(authority, server):
    refused = bytes.fromhex("30053003020102")  # status 2, rejection
    assert offline().verify_timestamp_token(refused, DIGEST, now()) is False
    server.answer = lambda body: (200, refused)
    with pytest.raises(kailash.EatpError, match="refused") as caught:
        config_of(server).request_timestamp(DIGEST, now())
    assert type(caught.value) is kailash.EatpError
    assert caught.value.code == "verification_failed"


def test_the_answer_to_another_request_is_refused(authority, server, stamped):
    server.answer = lambda body: (200, stamped[0])
    with pytest.raises(kailash.EatpError, match="nonce"):
        config_of(server).request_timestamp(DIGEST, now())


@pytest.mark.parametrize("status, reply", [(500, b"no"), (302, b""), (404, b"")])
def test_answers_that_are_none(server, status, reply):
    server.answer = lambda body: (status, reply)
    with pytest.raises(kailash.EatpError, match=f"HTTP status {status}") as caught:
        config_of(server).request_timestamp(DIGEST, now())
    assert caught.value.code == "exchange_failed"


def test_too_long_an_answer_is_refused(server):
    server.answer = lambda body: (200, b"\x30" * (1 << 21))
    with pytest.raises(kailash.EatpError, match="timestamp authority"):
        config_of(server).request_timestamp(DIGEST, now())


def test_networks_of_our_own_are_out_of_reach(server):
    config = kailash.EatpTsaConfig(f"http://127.0.0.1:{server.server_port}/")
    with pytest.raises(kailash.EatpError, match="SSRF blocked"):
        config.request_timestamp(DIGEST, now())
    assert server.requests == []


def test_nobody_there():
    config = kailash.EatpTsaConfig("http://127.0.0.1:9/", address_policy="allow_loopback")
    with pytest.raises(kailash.EatpError):
        config.request_timestamp(DIGEST, now())


@pytest.mark.parametrize("url", ["", "ftp://x", "http://", "https://", "tsa.example", "http\0://x"])
def test_addresses_are_checked_when_it_is_made(url):
    with pytest.raises(ValueError, match="url"):
        kailash.EatpTsaConfig(url)


def test_bad_arguments(stamped):
    config = offline()
    for digest in (b"", DIGEST[:-1], DIGEST + b"x"):
        for call in (lambda: config.build_timestamp_request(digest),
                     lambda: config.request_timestamp(digest, now()),
                     lambda: config.verify_timestamp_token(b"x", digest, now())):
            with pytest.raises(ValueError, match="payload_hash must be exactly 32 bytes"):
                call()
    for moment in ("", "2026-01-15", "2026-01-15T10:30:00", "yesterday"):
        for call in (lambda: config.request_timestamp(DIGEST, moment),
                     lambda: config.verify_timestamp_token(b"x", DIGEST, moment)):
            with pytest.raises(ValueError, match="issued_at is not RFC 3339"):
                call()
    with pytest.raises(OverflowError):
        config.verify_timestamp_token(b"x", DIGEST, now(), -1)
    with pytest.raises(OverflowError):
        offline(gen_time_tolerance_secs=-1)
    with pytest.raises(ValueError, match="pinned_cert"):
        offline(pinned_cert=b"no certificate")
    with pytest.raises(TypeError):
        config.verify_timestamp_token("text", DIGEST, now())
    with pytest.raises(ValueError, match="address_policy"):
        offline(address_policy="anything")
    assert repr(config) == "EatpTsaConfig()"
