"""What the scripts of all sides share: the kinds of artefacts, their files, canonical JSON, the answers.

Runs under every interpreter that takes part, so it imports nothing but the standard library.
"""

import hashlib
import json
import os
import traceback

SEED = bytes(range(32))
AGENT = "agent-1"
ORGANISATION = "Acme"
WHEN = "2026-01-02T03:04:05"  # whole seconds: what the open SDK's engine signs

CONSTRAINTS = {
    "allow_code_execution": False, "allow_delegation": False, "allow_filesystem": False, "allow_network": True,
    "allow_state_mutation": True, "allowed_tools": None, "max_context_tokens": 16384, "reasoning_required": False,
}
LIMITS = {"max_execution_secs": 300, "max_llm_calls": 50, "max_tool_calls": 20, "max_total_tokens": 100000}
SIGNERS = [bytes([n] * 32).hex() for n in (1, 2, 3)]

# An envelope with every field given, so that no default of either side comes in.
SESSION_ENVELOPE = {
    "operational": {"allowed_actions": ["read", "write"], "blocked_actions": ["rm"]},
    "data_access": {"read_paths": ["/a"], "write_paths": ["/a/b"], "blocked_paths": ["/a/c"],
                    "blocked_patterns": ["*.env"]},
    "financial": {"max_cost_per_session": 10.0, "max_cost_per_action": 1.5, "budget_tracking": True},
    "temporal": {"max_session_hours": 8.0, "allowed_hours": None, "cooldown_minutes": 5},
    "communication": {"allowed_channels": ["email"], "blocked_channels": ["sms"], "requires_review": False},
    "signed_by": None, "signed_at": None,
}
EVENT = {
    "event_id": "evt-1", "run_id": "run-1", "agent_id": "agent-café-中文", "cost_microdollars": 150,
    "event_type": "tool.call.start", "timestamp": "2026-04-20T12:00:00.123456+00:00", "tool_name": "search",
    "duration_ms": 42.5,
}
EVENT_WITH_PAYLOAD = {**EVENT, "payload": {"q": "🎉", "n": [1, 2.5, None]}}

KINDS = {
    "message": "message signed (protocol)",
    "genesis": "genesis",
    "attestation": "attestation",
    "delegation_v2": "delegation v2",
    "delegation_v3": "delegation v3",
    "delegation_v0": "delegation v0 (SDK)",
    "anchor": "audit anchor, signed",
    "reasoning": "reasoning trace",
    "override": "human override",
    "lineage": "lineage with envelope",
    "session_envelope": "session envelope hash",
    "audit_chain": "audit chain",
    "trace_event": "trace event",
    "trace_payload": "trace event, payload",
    "bundle": "bundle",
    "project": "project directory",
}


class NoSuchForm(Exception):
    """The side makes or knows nothing of the kind."""


class Refused(Exception):
    """The artefact is not what it says it is."""


class Unread(Refused):
    """Something of the artefact was not read: what was read is `read`."""

    def __init__(self, read):
        super().__init__("what was read is not the same again")
        self.read = read


def same(read, found):
    if read != found:
        raise Unread(read)


def require(condition, why):
    if not condition:
        raise Refused(why)


def family_b(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def offset(time):
    """The time as pre-images have it: +00:00 where the wire has Z."""
    require(time is None or time.endswith("Z"), "a time on the wire ends with Z")
    return time and time[:-1] + "+00:00"


def payload_of(kind, record):
    """What the signature of a record on the wire is over, as an object (eatp 4.3 and 4.4)."""
    if kind == "genesis":
        signed = {**record, "created_at": offset(record["created_at"])}
    elif kind == "attestation":
        signed = {**record, "valid_from": offset(record["valid_from"]), "valid_until": offset(record["valid_until"])}
    elif kind == "anchor":
        signed = {**record, "event": {name: value for name, value in record["event"].items()
                                      if value is not None or name == "metadata"}}
    else:
        return delegation_payload(record)
    del signed["signature"]
    return signed


def delegation_payload(record):
    names = ("capabilities", "constraints", "delegate", "delegation_id", "delegator", "expires_at",
             "parent_delegation_id", "resource_limits", "scope", "signing_payload_version")
    signed = {name: record[name] for name in names}
    signed.update(created_at=offset(record["created_at"]), expires_at=offset(record["expires_at"]),
                  reasoning_trace_hash=None)
    if signed["signing_payload_version"] == "v3-complete":
        policy = record["multi_sig_policy"]
        signed.update(multi_sig=True, multi_sig_threshold=policy["threshold"],
                      multi_sig_authorized_signers=sorted(policy["authorized_signers"]))
    return signed


def delegation_draft(version):
    """A grant of whole seconds without its signature, as it stands on the wire."""
    record = {
        "alg_id": "eatp-v1", "capabilities": ["LlmCall"], "constraints": CONSTRAINTS, "created_at": WHEN + "Z",
        "delegate": "bob", "delegation_id": "00000000-0000-4000-8000-000000000001", "delegator": "alice",
        "expires_at": None, "parent_delegation_id": None, "resource_limits": LIMITS, "revoked": False,
        "scope": {"domain": "engineering", "max_financial_cents": None, "operations": ["read"]},
        "signing_payload_version": version,
    }
    if version == "v3-complete":
        record["multi_sig_policy"] = {"threshold": 2, "authorized_signers": SIGNERS}
    return record


def path_of(folder, kind):
    return os.path.join(folder, kind if kind == "project" else kind + ".json")


def write(folder, kind, value):
    with open(path_of(folder, kind), "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, separators=(",", ":"))


def read(folder, kind):
    with open(path_of(folder, kind), encoding="utf-8") as file:
        return file.read()


def said(error):
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({os.path.basename(last.filename)}:{last.lineno})"


def make_all(makers, folder):
    """Writes what `makers` make, by kind; answers what was not made, and why."""
    os.makedirs(folder)
    answer = {}
    for kind in KINDS:
        try:
            if kind not in makers:
                raise NoSuchForm()
            made = makers[kind](path_of(folder, kind))
            if made is not None:
                write(folder, kind, made)
            answer[kind] = ["ok", ""]
        except NoSuchForm as error:
            answer[kind] = ["no form", str(error)]
        except Exception as error:
            answer[kind] = ["not ok", said(error)]
    return answer


def check_all(check, folder):
    """What `check(kind, text or path)` says of each artefact in `folder`; it raises when one is not sound."""
    answer = {}
    for kind in KINDS:
        if not os.path.exists(path_of(folder, kind)):
            continue
        try:
            check(kind, path_of(folder, kind) if kind == "project" else read(folder, kind))
            answer[kind] = ["ok", ""]
        except NoSuchForm as error:
            answer[kind] = ["no form", str(error)]
        except Exception as error:
            answer[kind] = ["not ok", said(error)]
    return answer
