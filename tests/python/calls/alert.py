"""Alerts, to the server that the calls of the HTTP nodes have started."""

from calls.net import SETTINGS, URL

TRIES = {"max_retries": 0, "retry_delay_ms": 1, "timeout_ms": 2000, **SETTINGS}
HOOK = {"message": "m", "severity": "info", "webhook_url": URL}
CALLS = {
    "AlertNode": [{**HOOK, "metadata": {"a": 1}, **TRIES}],
    "DiscordAlertNode": [{**HOOK, "title": "t", "fields": [{"name": "a", "value": "b"}], **TRIES}],
    "EmailAlertNode": [
        {"smtp_host": "127.0.0.1", "smtp_port": 1, "from_address": "a@b.org", "to_address": "c@d.org",
         "cc": "e@f.org", "bcc": ["g@h.org"], "subject": "s", "body": "b", "html": "<p>b",
         "attachments": [{"filename": "f", "content": "c"}], "username": "u", "password": "p", "tls": word,
         "verify_tls": True, "timeout_ms": 1000, "max_retries": 0, "retry_delay_ms": 1}
        for word in ("none", "starttls", "tls")
    ],
    "PagerDutyAlertNode": [
        {"routing_key": "k", "summary": "s", "severity": word, "source": "s", "dedup_key": "d",
         "event_action": action, "custom_details": {"a": 1}, "api_url": URL, **TRIES}
        for word, action in [("info", "trigger"), ("warning", "acknowledge"), ("error", "resolve"),
                             ("critical", "trigger")]
    ],
    "SlackAlertNode": [{**HOOK, "channel": "#c", **TRIES}],
    "TeamsAlertNode": [{**HOOK, **TRIES}],
}
