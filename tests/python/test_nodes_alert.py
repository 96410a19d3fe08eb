"""Alerts as the services get them, and what becomes of those that do not arrive."""

import json
import re
import socket

import pytest

from http_servers import serve
from node_calls import call, failure

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
CHATS = ["DiscordAlertNode", "SlackAlertNode", "TeamsAlertNode"]


@pytest.fixture
def hook():
    with serve({"/hook": lambda handler: handler.say(204)}) as server:
        server.hook = f"{server.url}/hook"
        server.posted = lambda: json.loads(server.seen[-1][3])
        yield server


def card(sign, severity, color):
    return {
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard", "version": "1.4",
                "body": [
                    {"type": "TextBlock", "text": f"{sign} Alert: {severity}", "size": "Large",
                     "weight": "Bolder", "color": color},
                    {"type": "TextBlock", "text": "$title", "wrap": True},
                ],
            },
        }],
    }


def blocks(color, title):
    return {"attachments": [{"color": color, "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": title}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "$title"}}]}]}


# A message that looks like a name of a template stays what it is.
@pytest.mark.parametrize(("severity", "discord", "slack", "teams"), [
    ("info", 3066993, blocks("#2ECC71", ":information_source: Alert: INFO"), card("ℹ️", "INFO", "good")),
    ("warning", 15844367, blocks("#F39C12", ":warning: Alert: WARNING"), card("⚠️", "WARNING", "warning")),
    ("error", 15158332, blocks("#E74C3C", ":x: Alert: ERROR"), card("❌", "ERROR", "attention")),
    ("critical", 10038562, blocks("#FF0000", ":rotating_light: Alert: CRITICAL"),
     card("🚨", "CRITICAL", "attention")),
    ("späth", 3066993, blocks("#2ECC71", ":information_source: Alert: SPÄTH"), card("ℹ️", "SPÄTH", "good")),
])
def test_what_the_chats_get(hook, severity, discord, slack, teams):
    given = {"message": "$title", "severity": severity, "webhook_url": hook.hook}
    assert call("SlackAlertNode", {}, given)["sent"]
    assert hook.posted() == slack
    assert call("TeamsAlertNode", {}, given)["sent"]
    assert hook.posted() == teams
    assert call("DiscordAlertNode", {}, given)["sent"]
    embed = hook.posted()["embeds"][0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", embed.pop("timestamp"))
    assert embed == {"title": f"Alert: {severity.upper()}", "description": "$title", "color": discord,
                     "fields": []}


def test_what_is_given_beside_the_message(hook):
    call("SlackAlertNode", {"channel": "#ops"}, {"message": "m", "webhook_url": hook.hook})
    assert hook.posted()["channel"] == "#ops"
    fields = [{"name": "host", "value": "a", "inline": True}]
    call("DiscordAlertNode", {"title": "T", "fields": fields}, {"message": "m", "webhook_url": hook.hook})
    assert hook.posted()["embeds"][0]["title"] == "T"
    assert hook.posted()["embeds"][0]["fields"] == fields


def test_an_alert_to_a_webhook(hook):
    out = call("AlertNode", {}, {"message": "m", "metadata": {"a": [1, None]}, "webhook_url": hook.hook})
    assert out["sent"] is True and out["response_status"] == 204
    assert UUID.fullmatch(out["alert_id"])
    assert out["payload"] == hook.posted() == {
        "alert_id": out["alert_id"], "message": "m", "metadata": {"a": [1, None]}, "severity": "info",
        "timestamp": out["timestamp"]}
    method, path, headers, _ = hook.seen[0]
    assert (method, path, headers["content-type"]) == ("POST", "/hook", "application/json")


def test_an_alert_that_is_only_made():
    out = call("AlertNode", {}, {"message": "m"})
    assert out["sent"] is False and out["response_status"] == 0 and out["payload"]["message"] == "m"


def test_incidents(hook):
    where = {"api_url": hook.hook}
    out = call("PagerDutyAlertNode", where, {"routing_key": "k", "summary": "s", "severity": "critical",
                                             "source": "host", "custom_details": {"a": 1}})
    event = hook.posted()
    assert out["sent"] and UUID.fullmatch(out["dedup_key"])
    assert event["payload"].pop("timestamp")
    assert event == {"routing_key": "k", "event_action": "trigger", "dedup_key": out["dedup_key"],
                     "payload": {"summary": "s", "severity": "critical", "source": "host",
                                 "custom_details": {"a": 1}}}
    for action in ("acknowledge", "resolve"):
        out = call("PagerDutyAlertNode", where, {"routing_key": "k", "event_action": action, "dedup_key": "d"})
        assert out["dedup_key"] == "d"
        assert hook.posted() == {"routing_key": "k", "event_action": action, "dedup_key": "d"}
        assert failure("PagerDutyAlertNode", where, {"routing_key": "k", "event_action": action}) == \
            "missing required input: dedup_key"


@pytest.mark.parametrize("type_name", ["AlertNode", *CHATS])
@pytest.mark.parametrize(("status", "tries"), [(400, 1), (404, 1), (429, 3), (500, 3), (503, 3)])
def test_what_is_refused_is_tried_again_where_that_may_help(type_name, status, tries):
    with serve({"/": lambda handler: handler.say(status)}) as server:
        out = call(type_name, {"max_retries": 2, "retry_delay_ms": 1}, {"message": "m", "webhook_url": server.url})
        assert out["sent"] is False and out["response_status"] == status
        assert len(server.seen) == tries


def test_who_cannot_be_reached_is_no_failure():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        out = call("SlackAlertNode", {"max_retries": 1, "retry_delay_ms": 1}, {"message": "m", "webhook_url": url})
        assert out["sent"] is False and out["response_status"] == 0


def test_a_server_that_hangs_or_resets_is_no_failure():
    with serve({"/": lambda handler: handler.reset()}) as server:
        out = call("TeamsAlertNode", {"max_retries": 0}, {"message": "m", "webhook_url": server.url})
        assert out["sent"] is False and out["response_status"] == 0
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        out = call("TeamsAlertNode", {"max_retries": 0, "timeout_ms": 50}, {"message": "m", "webhook_url": url})
        assert out["sent"] is False and out["response_status"] == 0


@pytest.mark.parametrize("type_name", ["AlertNode", *CHATS])
def test_bad_addresses(type_name):
    for url, why in [("", "a malformed URL (relative URL without a base)"), ("ftp://x", "scheme 'ftp'")]:
        assert failure(type_name, {}, {"message": "m", "webhook_url": url}) == \
            f"invalid input 'webhook_url': expected an http or https URL, got {why}"


def test_what_is_missing():
    assert failure("AlertNode") == "missing required input: message"
    assert failure("SlackAlertNode", {}, {"message": "m"}) == "missing required input: webhook_url"
    assert failure("PagerDutyAlertNode") == "missing required input: routing_key"
    assert failure("PagerDutyAlertNode", {}, {"routing_key": "k"}) == "missing required input: summary"
