"""Nodes of cryptography against the openssl command and Python's own hashes."""

import base64
import hashlib
import hmac
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node_calls import call, failure


def openssl(*args, data=None, folder=None, code=0):
    done = subprocess.run(["openssl", *args], input=data, capture_output=True, cwd=folder)
    assert done.returncode == code, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def chain():
    """Root, intermediate and leaf, all made by the node."""
    root = call("CertificateNode", {}, {"operation": "self_signed", "subject": {"O": "Acme", "CN": "root"},
                                        "is_ca": True, "key_type": "rsa-2048"})
    made = {"root": root}
    for name, above, ca in (("middle", "root", True), ("leaf", "middle", False)):
        asked = call("CertificateNode", {}, {
            "operation": "request", "subject": {"CN": name}, "names": [] if ca else ["DNS:*.x.example", "IP:10.0.0.1"],
            "key_type": "ec-p256"})
        issued = call("CertificateNode", {}, {
            "operation": "issue", "request": asked["request"], "issuer": made[above]["certificate"],
            "issuer_key": made[above]["private_key"], "is_ca": ca})
        made[name] = {**asked, **issued}
    return made


@pytest.fixture(scope="module")
def folder(chain, tmp_path_factory):
    path = tmp_path_factory.mktemp("chain")
    for name, parts in chain.items():
        (path / f"{name}.pem").write_text(parts["certificate"])
        (path / f"{name}.key").write_text(parts["private_key"])
    return path


def test_openssl_believes_the_chain(folder):
    verify = ("verify", "-CAfile", "root.pem", "-untrusted", "middle.pem", "-x509_strict", "-purpose", "sslserver")
    assert openssl(*verify, "-verify_hostname", "a.x.example", "leaf.pem", folder=folder) == b"leaf.pem: OK\n"
    assert openssl(*verify, "-verify_ip", "10.0.0.1", "leaf.pem", folder=folder) == b"leaf.pem: OK\n"
    openssl(*verify, "-verify_hostname", "y.example", "leaf.pem", folder=folder, code=2)


def test_the_node_tells_what_openssl_tells(folder, chain):
    for name in chain:
        got = call("CertificateNode", {}, {"operation": "parse", "certificate": chain[name]["certificate"]})
        facts = openssl("x509", "-in", f"{name}.pem", "-noout", "-serial", "-fingerprint", "-sha256", folder=folder)
        serial, fingerprint = (line.split("=")[1] for line in facts.decode().splitlines())
        assert got["serial"].upper() == serial
        assert got["fingerprint"].upper() == fingerprint.replace(":", "")


def test_certificates_of_openssl_are_read(folder, tmp_path):
    openssl("pkcs12", "-export", "-in", "leaf.pem", "-inkey", "leaf.key", "-certfile", "middle.pem", "-passout",
            "pass:hush", "-out", "leaf.p12", folder=folder)
    openssl("x509", "-in", "leaf.pem", "-outform", "DER", "-out", "leaf.der", folder=folder)
    p12, der = (folder / "leaf.p12").read_bytes(), (folder / "leaf.der").read_bytes()
    root = (folder / "root.pem").read_text()
    got = call("CertificateNode", {}, {"operation": "validate", "certificate": p12, "password": "hush", "ca": root,
                                       "hostname": "b.x.example", "purpose": "server"})
    assert got["valid"] and got["reason"] is None and got["subject"] == "CN=leaf"
    assert call("CertificateNode", {}, {"operation": "parse", "certificate": der})["subject"] == "CN=leaf"
    got = call("CertificateNode", {}, {"operation": "validate", "certificate": der, "ca": root})
    assert (got["valid"], got["reason"]) == (False, "unable to get local issuer certificate: CN=leaf")
    text = failure("CertificateNode", {}, {"operation": "parse", "certificate": p12, "password": "wrong"})
    assert text == "node execution failed: failed to parse certificate: PKCS#12: wrong password, or an old cipher"


def test_requests_go_both_ways(folder, chain, tmp_path):
    (tmp_path / "r.csr").write_text(chain["leaf"]["request"])
    openssl("req", "-in", "r.csr", "-noout", "-verify", folder=tmp_path)
    openssl("req", "-new", "-newkey", "ed25519", "-nodes", "-keyout", "o.key", "-out", "o.csr", "-subj", "/CN=o",
            "-addext", "subjectAltName=DNS:o.example", folder=tmp_path)
    got = call("CertificateNode", {}, {
        "operation": "issue", "request": (tmp_path / "o.csr").read_text(), "issuer": chain["root"]["certificate"],
        "issuer_key": chain["root"]["private_key"]})
    (tmp_path / "o.pem").write_text(got["certificate"])
    openssl("verify", "-CAfile", str(folder / "root.pem"), "-verify_hostname", "o.example", "o.pem", folder=tmp_path)


# -- signatures ----------------------------------------------------------------------------------------

PSS = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:-1")
MADE_BY_OPENSSL = {
    "rsa-pss": (("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"), ("-sha256", *PSS)),
    "ecdsa": (("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"), ("-sha384",)),
}


@pytest.mark.parametrize("algorithm", MADE_BY_OPENSSL)
def test_signatures_go_both_ways(algorithm, tmp_path):
    made, options = MADE_BY_OPENSSL[algorithm]
    openssl("genpkey", *made, "-out", "k.pem", folder=tmp_path)
    openssl("pkey", "-in", "k.pem", "-pubout", "-out", "p.pem", folder=tmp_path)
    (tmp_path / "m").write_bytes(b"message")
    ours = call("SignatureVerificationNode", {}, {
        "operation": "sign", "data": "message", "key": (tmp_path / "k.pem").read_text(), "algorithm": algorithm})
    (tmp_path / "s").write_bytes(ours["signature"])
    openssl("dgst", *options, "-verify", "p.pem", "-signature", "s", "m", folder=tmp_path)
    theirs = openssl("dgst", *options, "-sign", "k.pem", "m", folder=tmp_path)
    for data, valid in ((b"message", True), (b"massage", False)):
        assert call("SignatureVerificationNode", {}, {
            "operation": "verify", "data": data, "key": (tmp_path / "p.pem").read_text(), "signature": theirs,
            "algorithm": algorithm})["valid"] is valid


def test_keys_of_ed25519_are_those_of_openssl(tmp_path):
    openssl("genpkey", "-algorithm", "ed25519", "-out", "k.pem", folder=tmp_path)
    seed = openssl("pkey", "-in", "k.pem", "-outform", "DER", folder=tmp_path)[-32:]
    public = openssl("pkey", "-in", "k.pem", "-pubout", "-outform", "DER", folder=tmp_path)[-32:]
    (tmp_path / "m").write_bytes(b"message")
    ours = call("SignatureVerificationNode", {}, {"operation": "sign", "data": b"message", "key": seed})["signature"]
    theirs = openssl("pkeyutl", "-sign", "-inkey", "k.pem", "-rawin", "-in", "m", folder=tmp_path)
    assert ours == theirs
    assert call("SignatureVerificationNode", {}, {
        "operation": "verify", "data": b"message", "key": public, "signature": theirs})["valid"]


def test_tokens_verify_with_openssl(tmp_path):
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "k.pem", folder=tmp_path)
    openssl("pkey", "-in", "k.pem", "-pubout", "-out", "p.pem", folder=tmp_path)
    token = call("JWTAuthNode", {"allow_asymmetric_signing": True, "max_asymmetric_signs_per_minute": 9}, {
        "mode": "sign", "algorithm": "RS256", "payload": {"sub": "a"}, "secret": (tmp_path / "k.pem").read_text()})["token"]
    text, _, signature = token.rpartition(".")
    (tmp_path / "m").write_text(text)
    (tmp_path / "s").write_bytes(base64.urlsafe_b64decode(signature + "=="))
    openssl("dgst", "-sha256", "-verify", "p.pem", "-signature", "s", "m", folder=tmp_path)
    assert call("JWTAuthNode", {}, {"token": token, "algorithm": "RS256",
                                    "secret": (tmp_path / "p.pem").read_text()})["subject"] == "a"


def test_secrets_stay_out_of_messages():
    """A key or a password given where it does not fit is not shown."""
    hush = "hush-hush-hush"
    for type_name, inputs in (
        ("JWTAuthNode", {"secret": hush, "token": "x"}), ("JWTAuthNode", {"secret": [hush], "token": "x"}),
        ("EncryptionNode", {"operation": "encrypt", "data": "x", "key": hush}),
        ("EncryptionNode", {"operation": "encrypt", "data": {"a": hush}, "key": "k" * 32}),
        ("SignatureVerificationNode", {"operation": "sign", "data": "x", "key": hush}),
        ("CertificateNode", {"operation": "self_signed", "subject": {"CN": "x"}, "key": hush}),
        ("CredentialValidatorNode", {"password": [hush]}), ("APIKeyAuthNode", {"api_key": {"a": hush}}),
        ("MFANode", {"secret": [hush], "code": "1"}),
    ):
        assert hush not in failure(type_name, {}, inputs)


# -- properties ----------------------------------------------------------------------------------------


@given(st.binary(min_size=1, max_size=80), st.integers(0, 2**40), st.integers(6, 9), st.sampled_from([1, 30, 60]),
       st.sampled_from(["SHA1", "SHA256", "SHA512"]))
def test_codes_are_those_of_the_rfc(secret, timestamp, digits, period, algorithm):
    text = base64.b32encode(secret).decode()
    mac = hmac.digest(secret, (timestamp // period).to_bytes(8, "big"), algorithm.lower())
    number = int.from_bytes(mac[(mac[-1] & 15):(mac[-1] & 15) + 4], "big") & 0x7FFFFFFF
    asked = {"secret": text, "digits": digits, "period": period, "algorithm": algorithm, "timestamp": timestamp}
    code = call("MFANode", {}, {**asked, "mode": "totp_generate"})["code"]
    assert code == f"{number % 10**digits:0{digits}}"
    assert call("MFANode", {}, {**asked, "code": code})["valid"]


@given(st.binary(max_size=300), st.binary(min_size=1, max_size=200), st.sampled_from(
    ["sha256", "sha384", "sha512", "sha3_256", "sha3_512", "blake2b", "blake2s"]))
def test_hashes_are_those_of_python(data, key, algorithm):
    assert call("HashingNode", {}, {"data": data, "algorithm": algorithm})["hash"] == (
        hashlib.new(algorithm, data).hexdigest())
    assert call("HashingNode", {}, {"data": data, "algorithm": algorithm, "key": key})["hash"] == (
        hmac.new(key, data, algorithm).hexdigest())


@settings(deadline=None)
@given(st.binary(max_size=500), st.binary(min_size=32, max_size=32), st.binary(max_size=40),
       st.sampled_from(["aes-256-gcm", "chacha20-poly1305"]), st.integers(0, 10**9))
def test_what_is_encrypted_comes_back_or_is_refused(data, key, aad, algorithm, place):
    keys = {"key": key, "aad": aad, "algorithm": algorithm}
    sealed = call("EncryptionNode", {}, {**keys, "operation": "encrypt", "data": data})
    assert len(sealed["result"]) == len(data) + 16 and len(sealed["nonce"]) == 12
    back = {**keys, "operation": "decrypt", "nonce": sealed["nonce"]}
    assert call("EncryptionNode", {}, {**back, "data": sealed["result"]})["result"] == data
    bent = bytearray(sealed["result"])
    bent[place % len(bent)] ^= 1 + place % 255
    assert failure("EncryptionNode", {}, {**back, "data": bytes(bent)}) == (
        "node execution failed: decryption failed (authentication failed or wrong key)")


@given(st.text(max_size=60))
def test_scores_stay_in_their_bounds(password):
    got = call("CredentialValidatorNode", {}, {"password": password})
    assert 0 <= got["score"] <= 100 and got["valid"] is (got["issues"] == [])
    assert got["strength"] == ("weak" if got["score"] <= 25 else "fair" if got["score"] <= 50 else
                               "strong" if got["score"] <= 75 else "very_strong")
