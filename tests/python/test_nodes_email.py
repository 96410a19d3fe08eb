"""EmailAlertNode against a mail server; its messages are read back by Python's email package."""

import email
import email.policy
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from http_servers import Authority
from node_calls import call, failure
from smtp_server import serve_mail

LETTER = {"smtp_host": "127.0.0.1", "from_address": "ann@example.org", "to_address": "bob@example.org",
          "subject": "Hello", "body": "A line.\n.\n..dots\r\nend"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def send(server, tls="none", config=None, **changes):
    return call("EmailAlertNode", {"tls": tls, "smtp_port": server.port, "retry_delay_ms": 1, **(config or {})},
                {**LETTER, **changes})


def read(mail):
    return email.message_from_bytes(mail[-1], policy=email.policy.default)


def test_a_letter():
    with serve_mail() as server:
        out = send(server)
        assert out["sent"] is True and out["error"] is None and out["response_status"] == 250
        user, secure, sender, recipients, raw = server.mails[0]
        assert (user, secure, sender, recipients) == (None, False, "ann@example.org", ["bob@example.org"])
        letter = read(server.mails[0])
        assert not letter.defects
        assert letter["from"] == "ann@example.org" and letter["to"] == "bob@example.org"
        assert letter["subject"] == "Hello" and letter["message-id"] == out["message_id"]
        assert letter["date"].datetime.timestamp() == pytest.approx(out["timestamp"], abs=5)
        assert letter.get_content().replace("\r\n", "\n") == "A line.\n.\n..dots\nend\n"
        assert b"\n" not in raw.replace(b"\r\n", b"")


def test_all_that_a_letter_may_hold():
    with serve_mail() as server:
        send(server, to_address=["b@x.org", "c@x.org"], cc="d@x.org", bcc=["e@x.org"], body="Zeile ä",
             html="<p>Zeile ä</p>", attachments=[
                 {"filename": "bücher \"1\".csv", "content": "a,b\n", "content_type": "text/csv"},
                 {"filename": "raw", "content": bytes(range(256))}])
        assert server.mails[0][3] == ["b@x.org", "c@x.org", "d@x.org", "e@x.org"]
        letter = read(server.mails[0])
        assert letter["to"] == "b@x.org, c@x.org" and letter["cc"] == "d@x.org"
        assert b"e@x.org" not in server.mails[0][-1]
        assert letter.get_body(("plain",)).get_content() == "Zeile ä"
        assert letter.get_body(("html",)).get_content() == "<p>Zeile ä</p>"
        table, raw = letter.iter_attachments()
        assert table.get_filename() == "bücher \"1\".csv" and table.get_content_type() == "text/csv"
        assert raw.get_content() == bytes(range(256))


@settings(max_examples=40)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200),
       st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_text_arrives(subject, body):
    with serve_mail() as server:
        assert send(server, subject=subject, body=body)["sent"]
        raw = server.mails[0][-1]
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        letter = email.message_from_bytes(raw)
        parts = email.header.decode_header(letter["subject"] or "")
        told = b"".join(text if isinstance(text, bytes) else text.encode() for text, _ in parts).decode()
        assert told.strip() == subject.strip()
        got = letter.get_payload(decode=True).decode()
        if letter["content-transfer-encoding"] == "base64":
            assert got == body
        else:
            assert got.splitlines() == body.replace("\r\n", "\n").replace("\r", "\n").splitlines()


def test_tls(authority):
    context = authority.context("mail")
    trusted = {"ca_file": authority.file}
    with serve_mail(context) as server:
        assert send(server, "starttls", trusted)["error"] is None and server.mails[0][1] is True
        assert send(server, "starttls", {"verify_tls": False})["sent"]
        refused = send(server, "starttls")
        assert not refused["sent"] and refused["message_id"] == "" and "certificate" in refused["error"].lower()
        assert send(server, "none")["sent"] and server.mails[-1][1] is False
    with serve_mail(context, implicit=True) as server:
        assert send(server, "tls", trusted)["sent"] and server.mails[0][1] is True
    with serve_mail() as server:  # offers no TLS: nothing is said in the clear
        assert not send(server, "starttls", {"username": "ann", "password": "pä ss"})["sent"]
        assert "AUTH" not in server.verbs and "MAIL" not in server.verbs


def test_logging_in():
    with serve_mail() as server:
        assert send(server, config={"username": "ann", "password": "pä ss"})["sent"]
        assert server.mails[0][0] == "ann"
        out = send(server, config={"username": "ann", "password": "not this"})
        assert not out["sent"] and out["response_status"] == 535 and "not this" not in str(out)


def test_what_the_server_refuses():
    with serve_mail(RCPT="550 unknown") as server:
        out = send(server)
        assert not out["sent"] and out["response_status"] == 550 and server.verbs.count("EHLO") == 1
    answers = iter(["451 later", "451 later", None])
    with serve_mail(MAIL=lambda rest: next(answers)) as server:
        assert send(server)["sent"] and server.verbs.count("EHLO") == 3
    with serve_mail(MAIL="451 later") as server:
        out = send(server, config={"max_retries": 1})
        assert not out["sent"] and out["response_status"] == 451 and server.verbs.count("EHLO") == 2


def test_nobody_there():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and does not listen
        out = call("EmailAlertNode", {"max_retries": 1, "retry_delay_ms": 1},
                   {**LETTER, "smtp_port": unused.getsockname()[1]})
        assert not out["sent"] and out["response_status"] == 0 and out["error"]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        out = call("EmailAlertNode", {"max_retries": 0, "timeout_ms": 100},
                   {**LETTER, "smtp_port": silent.getsockname()[1]})
        assert not out["sent"] and "timed out" in out["error"].lower()


@pytest.mark.parametrize("address", ["", "bad", "a@", "@b.org", "a b@c.org", "a@b.org\r\nBcc: x@y.org",
                                     "a@b.org>", "<a@b.org>", "a@b.org, c@d.org", "ä@b.org", 5, None, [], ["x"]])
def test_bad_addresses(address):
    for key in ("from_address", "to_address", "cc"):
        if key == "cc" and address in (None, []):
            continue
        why = failure("EmailAlertNode", {}, {**LETTER, key: address})
        assert why.startswith(f"invalid input '{key}': expected") or why == f"missing required input: {key}"


def test_bad_values():
    for changes, why in [
        ({"subject": "a\r\nBcc: x@y.org"}, "invalid input 'subject': expected one line of text"),
        ({"smtp_host": "a b"}, "invalid input 'smtp_host': expected name or address of a host"),
        ({"smtp_host": "h/x?@"}, "invalid input 'smtp_host'"),
        ({"password": "x"}, "invalid input 'username'"),
        ({"attachments": [{"filename": "a\nb", "content": ""}]}, "invalid input 'attachments.filename'"),
        ({"attachments": [{"filename": "a", "content": 5}]}, "invalid input 'attachments.content'"),
        ({"attachments": [{"filename": "a", "content": "", "content_type": "x"}]},
         "invalid input 'attachments.content_type'"),
    ]:
        assert failure("EmailAlertNode", {}, {**LETTER, **changes}).startswith(why)
    assert failure("EmailAlertNode") == "missing required input: smtp_host"
