"""SSONode with SAML: responses signed by the openssl command, and the ways to forge one.

The XML is written in its exclusive canonical form from the start, so that the texts here are the very bytes
that are hashed and signed.
"""

import base64
import hashlib
import shutil
import subprocess
import time
import urllib.parse
import xml.etree.ElementTree as ET
import zlib

import pytest

from node_calls import call, failure

SAML, PROTOCOL = "urn:oasis:names:tc:SAML:2.0:assertion", "urn:oasis:names:tc:SAML:2.0:protocol"
DSIG, MORE = "http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2001/04/xmldsig-more#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = DSIG + "enveloped-signature"
IDP, SP, ACS = "https://idp.example/meta", "https://sp.example/meta", "https://sp.example/acs"


def at(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


@pytest.fixture(scope="module")
def idp(tmp_path_factory):
    """(certificate, key file) of the provider and of somebody else."""
    folder = tmp_path_factory.mktemp("saml")
    pairs = []
    for name in ("idp", "other"):
        made = call("CertificateNode", {}, {"operation": "self_signed", "subject": {"CN": name}, "key_type": "rsa-2048"})
        (folder / f"{name}.pem").write_text(made["private_key"])
        pairs.append((made["certificate"], folder / f"{name}.pem"))
    return pairs


def signature(text, key, ref, uri=None, transforms=(ENVELOPED, EXC), method=MORE + "rsa-sha256",
              digest="http://www.w3.org/2001/04/xmlenc#sha256", more="", hash_name="sha256", inner=""):
    value = base64.b64encode(hashlib.new(hash_name, text.encode()).digest()).decode()
    listed = "".join(f'<ds:Transform Algorithm="{each}"></ds:Transform>' for each in transforms)
    uri = f"#{ref}" if uri is None else uri
    info = (f'<ds:SignedInfo xmlns:ds="{DSIG}"><ds:CanonicalizationMethod Algorithm="{EXC}"></ds:CanonicalizationMethod>'
            f'<ds:SignatureMethod Algorithm="{method}"></ds:SignatureMethod><ds:Reference URI="{uri}">'
            f'<ds:Transforms>{listed}</ds:Transforms><ds:DigestMethod Algorithm="{digest}"></ds:DigestMethod>'
            f"<ds:DigestValue>{value}</ds:DigestValue></ds:Reference>{inner}</ds:SignedInfo>")
    done = subprocess.run(["openssl", "dgst", f"-{hash_name}", "-sign", key], input=info.encode(), check=True,
                          capture_output=True).stdout
    info = info.replace(f' xmlns:ds="{DSIG}"', "", 1)  # in its place it stands above already
    return (f'<ds:Signature xmlns:ds="{DSIG}">{info}<ds:SignatureValue>{base64.b64encode(done).decode()}'
            f"</ds:SignatureValue>{more}</ds:Signature>")


def assertion(sign=None, issuer=IDP, name="alice@example.org", audience=SP, begin=-10, end=300, recipient=ACS,
              answer="_req", bearer_end=300, ident="_a1", confirm="bearer", **options):
    audiences = f"<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction>"
    ends = f' NotOnOrAfter="{at(bearer_end)}"' if bearer_end is not None else ""
    head = f'<saml:Assertion xmlns:saml="{SAML}" ID="{ident}" IssueInstant="{at(0)}" Version="2.0"><saml:Issuer>{issuer}</saml:Issuer>'
    rest = (f'<saml:Subject><saml:NameID Format="f">{name}</saml:NameID>'
            f'<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:{confirm}"><saml:SubjectConfirmationData '
            f'InResponseTo="{answer}"{ends} Recipient="{recipient}"></saml:SubjectConfirmationData>'
            f"</saml:SubjectConfirmation></saml:Subject>"
            f'<saml:Conditions NotBefore="{at(begin)}" NotOnOrAfter="{at(end)}">{audiences if audience else ""}'
            f'</saml:Conditions><saml:AuthnStatement AuthnInstant="{at(0)}" SessionIndex="s1"></saml:AuthnStatement>'
            f'<saml:AttributeStatement><saml:Attribute Name="mail"><saml:AttributeValue>a@b</saml:AttributeValue>'
            f"<saml:AttributeValue>c@d</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>")
    return head + (signature(head + rest, sign, ident, **options) if sign else "") + rest


def response(body, sign=None, status="Success", destination=ACS, answer="_req", **options):
    head = (f'<samlp:Response xmlns:samlp="{PROTOCOL}" Destination="{destination}" ID="_r1" InResponseTo="{answer}" '
            f'IssueInstant="{at(0)}" Version="2.0"><saml:Issuer xmlns:saml="{SAML}">{IDP}</saml:Issuer>')
    rest = (f'<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{status}"></samlp:StatusCode>'
            f"</samlp:Status>{body}</samlp:Response>")
    return head + (signature(head + rest, sign, "_r1", **options) if sign else "") + rest


def check(xml, certificates, **more):
    data = xml if isinstance(xml, bytes) else xml.encode()
    return call("SSONode", {}, {
        "provider": "saml", "mode": "validate", "client_id": SP, "redirect_uri": ACS, "idp_entity_id": IDP,
        "idp_certificates": certificates, "saml_response": base64.encodebytes(data).decode(), "request_id": "_req",
        **more})


def reason(xml, idp, **more):
    got = check(xml, idp[0][0], **more)
    assert got["valid"] is False and got["claims"] == {}
    return got["reason"]


# -- responses that are good ---------------------------------------------------------------------------


def test_a_signed_assertion_signs_in(idp):
    (certificate, key), (other, _) = idp
    for certificates in (certificate, [other, certificate]):
        got = check(response(assertion(key)), certificates)
        assert got["valid"] and got["subject"] == "alice@example.org"
        assert got["claims"]["attributes"] == {"mail": ["a@b", "c@d"]}
        assert got["claims"]["signed"] == "assertion" and got["claims"]["session_index"] == "s1"
        assert got["claims"]["audiences"] == [[SP]]


def test_a_signed_response_signs_in(idp):
    (certificate, key), _ = idp
    assert check(response(assertion(), key), certificate)["claims"]["signed"] == "response"
    assert check(response(assertion(key), key), certificate)["valid"]


def test_any_request_may_be_answered_when_none_is_named(idp):
    (certificate, key), _ = idp
    assert check(response(assertion(key, answer="_x"), answer="_x"), certificate, request_id="")["valid"]


# -- what a good signature does not make good ----------------------------------------------------------


@pytest.mark.parametrize(("changes", "outer", "why"), [
    ({"issuer": "https://evil.example"}, {}, "issuer"),
    ({"audience": "https://other.example"}, {}, "audience"),
    ({"audience": None}, {}, "audience"),
    ({"begin": 200}, {}, "not_yet_valid"),
    ({"end": -100}, {}, "expired"),
    ({"bearer_end": -100}, {}, "expired"),
    ({"bearer_end": None}, {}, "malformed"),
    ({"recipient": "https://other.example/acs"}, {}, "recipient"),
    ({"answer": "_other"}, {}, "in_response_to"),
    ({"confirm": "holder-of-key"}, {}, "confirmation"),
    ({"name": ""}, {}, "malformed"),
    ({}, {"status": "Requester"}, "status"),
    ({}, {"destination": "https://other.example/acs"}, "recipient"),
    ({}, {"answer": "_other"}, "in_response_to"),
])
def test_conditions_are_checked(idp, changes, outer, why):
    (_, key), _ = idp
    assert reason(response(assertion(key, **changes), **outer), idp) == why


def test_clocks_may_differ_a_little(idp):
    (certificate, key), _ = idp
    late = response(assertion(key, end=-30, bearer_end=-30))
    assert check(late, certificate)["valid"]
    assert check(late, certificate, leeway_seconds=5)["reason"] == "expired"


# -- forgeries -----------------------------------------------------------------------------------------


def test_what_is_not_signed_does_not_count(idp):
    (_, key), (_, stranger) = idp
    good = response(assertion(key))
    assert reason(response(assertion()), idp) == "signature"
    assert reason(good.replace("alice@", "admin@"), idp) == "signature"
    assert reason(good.replace("a@b", "x@b"), idp) == "signature"
    assert reason(response(assertion(stranger)), idp) == "signature"
    assert reason(response(assertion(key), stranger), idp) == "signature"  # a bad one beside a good one


def test_a_key_in_the_document_does_not_count(idp):
    _, (other, stranger) = idp
    body = "".join(other.splitlines()[1:-1])
    info = f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    assert reason(response(assertion(stranger, more=info)), idp) == "signature"


def wrapped(idp):
    """Ways to bring a false assertion beside the one that was signed."""
    (_, key), _ = idp
    good = assertion(key)
    evil = assertion(name="admin@example.org", ident="_evil")
    same = assertion(name="admin@example.org", ident="_a1")
    sign = good[good.index("<ds:Signature"):good.index("</ds:Signature>") + len("</ds:Signature>")]
    bare = good.replace(sign, "")
    hide = f'<samlp:Extensions xmlns:samlp="{PROTOCOL}">{{}}</samlp:Extensions>'
    yield "before", response(evil + good)
    yield "behind", response(good + evil)
    yield "around", response(evil.replace("</saml:Assertion>", good + "</saml:Assertion>"))
    yield "in extensions", response(hide.format(good) + evil)
    yield "same id", response(same + good)
    yield "signature moved to the false one", response(
        evil.replace("<saml:Subject>", sign + "<saml:Subject>", 1) + hide.format(bare))
    yield "true one in an object", response(evil.replace(
        "<saml:Subject>",
        sign.replace("</ds:Signature>", f"<ds:Object>{bare}</ds:Object></ds:Signature>") + "<saml:Subject>", 1))
    other = good.replace("<saml:Assertion ", "<saml:Thing ").replace("</saml:Assertion>", "</saml:Thing>")
    yield "true one under another name", response(evil.replace("<saml:Subject>", sign + "<saml:Subject>", 1) + other)
    yield "as a child of something else", response(f'<samlp:Status xmlns:samlp="{PROTOCOL}">{good}</samlp:Status>')
    yield "id only of the false one", response(
        same.replace("<saml:Subject>", sign + "<saml:Subject>", 1) + other.replace('ID="_a1"', 'id="_a1"'))


def test_wrapped_signatures_are_refused(idp):
    seen = 0
    for what, xml in wrapped(idp):
        assert reason(xml, idp) in ("malformed", "signature"), what
        seen += 1
    assert seen == 10


@pytest.mark.parametrize("options", [
    {"uri": ""}, {"uri": "#_r1"}, {"uri": "#xpointer(id('_a1'))"}, {"uri": "file:///etc/passwd"},
    {"transforms": (ENVELOPED, "http://www.w3.org/TR/1999/REC-xpath-19991116")},
    {"transforms": (ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116")},
    {"transforms": (ENVELOPED, EXC + "WithComments")}, {"transforms": (ENVELOPED, EXC, EXC)}, {"transforms": ()},
    {"method": DSIG + "rsa-sha1", "digest": DSIG + "sha1", "hash_name": "sha1"},
    {"method": DSIG + "hmac-sha1"}, {"method": MORE + "hmac-sha256"}, {"digest": DSIG + "sha1"},
    {"more": "<ds:Object></ds:Object>"},
    {"inner": '<ds:Reference URI="#_r1"></ds:Reference>'},
], ids=str)
def test_signatures_have_one_form(idp, options):
    (_, key), _ = idp
    assert reason(response(assertion(key, **options)), idp) == "signature"


def test_a_comment_does_not_cut_a_name(idp):
    """Canonical XML leaves comments out, so the signature stays good; the whole name must be read."""
    (certificate, key), _ = idp
    xml = response(assertion(key, name="admin@example.org.evil.example"))
    got = check(xml.replace("admin@example.org.evil", "admin@example.org<!-- -->.evil"), certificate)
    assert got["subject"] == "admin@example.org.evil.example"


@pytest.mark.parametrize("xml", [
    b"", b"<", b"<a/>", b"\xff\xfe", b"<x>" * 100000,
    b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    b'<!DOCTYPE a [<!ENTITY a "' + b"x" * 1000 + b'"><!ENTITY b "' + b"&a;" * 1000 + b'">]><a>&b;</a>',
    b"<a>" + b"x" * (1 << 20) + b"</a>",
])
def test_what_is_no_response(idp, xml):
    assert reason(xml, idp) == "malformed"


def test_a_document_type_is_refused(idp):
    (_, key), _ = idp
    assert reason("<!DOCTYPE a>" + response(assertion(key)), idp) == "malformed"
    deep = response(assertion(key)).replace("<samlp:Status>", "<samlp:Status>" + "<x>" * 70 + "</x>" * 70)
    assert reason(deep, idp) == "malformed"


def test_bad_certificates_and_base64(idp):
    (_, key), _ = idp
    xml = response(assertion(key))
    with pytest.raises(RuntimeError, match="invalid input 'idp_certificates': expected certificates in PEM"):
        check(xml, "zz")
    with pytest.raises(RuntimeError, match="invalid input 'idp_certificates': expected string or array of strings"):
        check(xml, 5)
    assert check(xml, [])["reason"] == "signature"
    assert check(xml, idp[0][0], saml_response="!!!")["reason"] == "malformed"


# -- requests ------------------------------------------------------------------------------------------


def test_the_request_is_deflated_xml():
    got = call("SSONode", {}, {"provider": "saml", "client_id": 'https://sp.example/"<&>', "redirect_uri": ACS,
                               "sso_url": "https://idp.example/sso?a=1"})
    assert set(got) == {"provider", "auth_url", "request_id", "state"}
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(got["auth_url"]).query, strict_parsing=True))
    assert query["a"] == "1" and query["RelayState"] == got["state"]
    root = ET.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"]), -15))
    assert root.tag == f"{{{PROTOCOL}}}AuthnRequest" and root.get("ID") == got["request_id"]
    assert root.get("AssertionConsumerServiceURL") == ACS
    assert root.find(f"{{{SAML}}}Issuer").text == 'https://sp.example/"<&>'


def test_saml_refuses_what_is_wrong():
    given = {"provider": "saml", "client_id": "c", "redirect_uri": "r"}
    assert failure("SSONode", {}, given) == "missing required input: sso_url"
    assert failure("SSONode", {}, {**given, "mode": "validate"}) == "missing required input: saml_response"
    assert failure("SSONode", {}, {**given, "mode": "exchange"}) == (
        "invalid input 'mode': expected authorize or validate for saml, got exchange")


# -- encrypted assertions ------------------------------------------------------------------------------

XENC, XENC11 = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#"
GCM, CBC, OAEP = XENC11 + "aes256-gcm", XENC + "aes256-cbc", XENC + "rsa-oaep-mgf1p"
needs_xmlsec = pytest.mark.skipif(not shutil.which("xmlsec1"), reason="the command xmlsec1 is missing")


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """(certificate file, private key text) of us, and of somebody else."""
    folder = tmp_path_factory.mktemp("sp")
    pairs = []
    for name in ("sp", "stranger"):
        made = call("CertificateNode", {}, {"operation": "self_signed", "subject": {"CN": name}, "key_type": "rsa-2048"})
        (folder / f"{name}.pem").write_text(made["certificate"])
        pairs.append((folder / f"{name}.pem", made["private_key"]))
    return pairs


def holder(body):
    return f'<saml:EncryptedAssertion xmlns:saml="{SAML}">{body}</saml:EncryptedAssertion>'


def encrypt(xml, certificate, tmp_path, data=GCM, key=OAEP, session="aes-256", kind="Element",
            node=f"{SAML}:Assertion", oaep=""):
    """What the command xmlsec1 makes of a response whose assertion stands in an EncryptedAssertion."""
    template = (f'<xenc:EncryptedData xmlns:xenc="{XENC}" Type="{XENC}{kind}"><xenc:EncryptionMethod Algorithm="{data}"/>'
                f'<ds:KeyInfo xmlns:ds="{DSIG}"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="{key}">{oaep}'
                f"</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedKey>"
                f"</ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>")
    (tmp_path / "template.xml").write_text(template)
    (tmp_path / "plain.xml").write_text(xml)
    subprocess.run(["xmlsec1", "--encrypt", "--pubkey-cert-pem", certificate, "--session-key", session, "--xml-data",
                    tmp_path / "plain.xml", "--node-name", node, "--output", tmp_path / "out.xml",
                    tmp_path / "template.xml"], check=True, capture_output=True)
    return (tmp_path / "out.xml").read_text()


def sign_response(xml, key, tmp_path):
    """The same response, signed as a whole by the command xmlsec1."""
    template = (f'<ds:Signature xmlns:ds="{DSIG}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EXC}"/>'
                f'<ds:SignatureMethod Algorithm="{MORE}rsa-sha256"/><ds:Reference URI="#_r1"><ds:Transforms>'
                f'<ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform Algorithm="{EXC}"/></ds:Transforms>'
                f'<ds:DigestMethod Algorithm="{XENC}sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>'
                "<ds:SignatureValue/></ds:Signature>")
    (tmp_path / "unsigned.xml").write_text(xml.replace("<samlp:Status>", template + "<samlp:Status>", 1))
    subprocess.run(["xmlsec1", "--sign", "--privkey-pem", key, "--id-attr:ID", f"{PROTOCOL}:Response",
                    "--output", tmp_path / "signed.xml", tmp_path / "unsigned.xml"], check=True, capture_output=True)
    return (tmp_path / "signed.xml").read_text()


@needs_xmlsec
@pytest.mark.parametrize(("data", "session"), [
    (GCM, "aes-256"), (XENC11 + "aes192-gcm", "aes-192"), (XENC11 + "aes128-gcm", "aes-128")])
def test_an_encrypted_assertion_signs_in(idp, ours, tmp_path, data, session):
    (certificate, key), _ = idp
    (ours_file, ours_key), (_, stranger) = ours
    xml = encrypt(response(holder(assertion(key))), ours_file, tmp_path, data, session=session)
    assert "alice" not in xml
    for keys in (ours_key, [stranger, ours_key]):
        got = check(xml, certificate, decryption_key=keys)
        assert got["valid"] and got["subject"] == "alice@example.org"
        assert got["claims"]["encrypted"] and got["claims"]["signed"] == "assertion"
        assert got["claims"]["attributes"] == {"mail": ["a@b", "c@d"]}
    assert check(response(assertion(key)), certificate, decryption_key=ours_key)["claims"]["encrypted"] is False


@needs_xmlsec
def test_who_lacks_the_key_learns_nothing(idp, ours, tmp_path):
    (_, key), _ = idp
    (ours_file, ours_key), (_, stranger) = ours
    xml = encrypt(response(holder(assertion(key))), ours_file, tmp_path)
    assert reason(xml, idp) == "encrypted"
    assert reason(xml, idp, decryption_key=[]) == "encrypted"
    assert reason(xml, idp, decryption_key=stranger) == "decryption"


@needs_xmlsec
def test_what_is_encrypted_is_checked_as_ever(idp, ours, tmp_path):
    (_, key), (_, stranger) = idp
    (ours_file, ours_key), _ = ours

    def why(body, **more):
        return reason(encrypt(response(holder(body)), ours_file, tmp_path, **more), idp, decryption_key=ours_key)
    assert why(assertion()) == "signature"
    assert why(assertion(stranger)) == "signature"
    assert why(assertion(key).replace("alice@", "admin@")) == "signature"
    assert why(assertion(key, end=-100)) == "expired"
    assert why(assertion(key, audience="https://other.example")) == "audience"
    assert why(assertion(key).replace("<saml:Subject>", assertion(ident="_inner") + "<saml:Subject>", 1)) == "decryption"
    assert why(assertion(key, ident="_r1")) == "signature"  # its id is that of the response
    assert why("<saml:Thing>x</saml:Thing>", node=f"{SAML}:Thing") == "decryption"
    assert why(assertion(key), kind="Content") == "malformed"  # the assertion stands there in the open


@needs_xmlsec
@pytest.mark.parametrize("options", [
    {"data": XENC + "tripledes-cbc", "session": "des-192"}, {"key": XENC + "rsa-1_5"}, {"data": CBC}], ids=str)
def test_weak_encryption_is_refused(idp, ours, tmp_path, options):
    (_, key), _ = idp
    (ours_file, ours_key), _ = ours
    xml = encrypt(response(holder(assertion(key))), ours_file, tmp_path, **options)
    assert reason(xml, idp, decryption_key=ours_key) == "decryption"


@needs_xmlsec
def test_cbc_counts_where_the_response_is_signed_or_it_is_allowed(idp, ours, tmp_path):
    (certificate, key), (_, stranger) = idp
    (ours_file, ours_key), _ = ours
    xml = encrypt(response(holder(assertion(key))), ours_file, tmp_path, CBC)
    assert check(xml, certificate, decryption_key=ours_key, allow_cbc=True)["valid"]
    signed = sign_response(xml, key, tmp_path)
    got = check(signed, certificate, decryption_key=ours_key)
    assert got["valid"] and got["claims"]["signed"] == "response" and got["claims"]["encrypted"]
    assert reason(sign_response(xml, stranger, tmp_path), idp, decryption_key=ours_key) == "signature"
    place = signed.rindex("<xenc:CipherValue>") + 100
    bent = signed[:place] + ("A" if signed[place] != "A" else "B") + signed[place + 1:]
    assert reason(bent, idp, decryption_key=ours_key) == "signature"  # not even tried


@needs_xmlsec
def test_a_signed_response_needs_no_signature_within(idp, ours, tmp_path):
    (certificate, key), _ = idp
    (ours_file, ours_key), _ = ours
    xml = sign_response(encrypt(response(holder(assertion())), ours_file, tmp_path), key, tmp_path)
    assert check(xml, certificate, decryption_key=ours_key)["claims"]["signed"] == "response"


@needs_xmlsec
def test_keys_may_stand_beside_what_they_open(idp, ours, tmp_path):
    (certificate, key), _ = idp
    (ours_file, ours_key), (stranger_file, _) = ours
    xml = encrypt(response(holder(assertion(key))), ours_file, tmp_path)
    start, end = xml.index("<xenc:EncryptedKey>"), xml.index("</xenc:EncryptedKey>") + len("</xenc:EncryptedKey>")
    one = xml[start:end].replace("<xenc:EncryptedKey>", f'<xenc:EncryptedKey xmlns:xenc="{XENC}">')
    moved = (xml[:start] + xml[end:]).replace("</saml:EncryptedAssertion>", one + "</saml:EncryptedAssertion>")
    assert check(moved, certificate, decryption_key=ours_key)["valid"]
    other = encrypt(response(holder(assertion(key))), stranger_file, tmp_path)
    theirs = other[other.index("<xenc:EncryptedKey>"):other.index("</xenc:EncryptedKey>") + len("</xenc:EncryptedKey>")]
    assert check(xml[:start] + theirs + xml[start:], certificate, decryption_key=ours_key)["valid"]
    assert reason(xml[:start] + theirs * 9 + xml[start:], idp, decryption_key=ours_key) == "decryption"
    assert reason(xml[:start] + xml[end:], idp, decryption_key=ours_key) == "decryption"


@needs_xmlsec
def test_there_is_one_assertion(idp, ours, tmp_path):
    (_, key), _ = idp
    (ours_file, ours_key), _ = ours
    good = encrypt(response(holder(assertion(key))), ours_file, tmp_path)
    hidden = good[good.index("<saml:EncryptedAssertion"):good.index("</saml:EncryptedAssertion>")
                  + len("</saml:EncryptedAssertion>")]
    for xml in (good.replace(hidden, hidden * 2), good.replace(hidden, hidden + assertion(key)),
                good.replace(hidden, assertion() + hidden), good.replace(hidden, f"<x>{hidden}</x>")):
        assert reason(xml, idp, decryption_key=ours_key) == "malformed"
    for xml in (good.replace("CipherValue>", "CipherReference>"),
                good.replace(XENC + "Element", XENC + "Content"), good.replace(f' Type="{XENC}Element"', ""),
                good.replace(hidden, hidden.replace("<xenc:EncryptedData", "<saml:Other/><xenc:EncryptedData"))):
        assert reason(xml, idp, decryption_key=ours_key) == "decryption"


@needs_xmlsec
def test_keys_with_a_password(idp, ours, tmp_path):
    (certificate, key), _ = idp
    (ours_file, ours_key), _ = ours
    xml = encrypt(response(holder(assertion(key))), ours_file, tmp_path)
    locked = subprocess.run(["openssl", "pkcs8", "-topk8", "-passout", "pass:geheim"], input=ours_key.encode(),
                            check=True, capture_output=True).stdout.decode()
    assert check(xml, certificate, decryption_key=locked, decryption_key_password="geheim")["valid"]
    message = r"invalid input 'decryption_key': expected private keys \(with their password, if they have one\) in PEM"
    for more in ({"decryption_key": locked}, {"decryption_key": locked, "decryption_key_password": "x"},
                 {"decryption_key": "zz"}, {"decryption_key": certificate}):
        with pytest.raises(RuntimeError, match=message) as error:
            check(xml, certificate, **more)
        assert "PRIVATE" not in str(error.value)
    with pytest.raises(RuntimeError, match="invalid input 'decryption_key': expected string or array of strings"):
        check(xml, certificate, decryption_key=5)
