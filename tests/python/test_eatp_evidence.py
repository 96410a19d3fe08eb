"""Evidence and enforcement of EATP as Python sees them."""
import copy
import hashlib
import json
import math
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kailash
from kailash import (AuditAnchor, EatpAuditAnchor, EatpConfidentialityLevel, EatpGovernedTaodConfig,
                     EatpHeldBehavior, EatpHoldQueue, EatpInMemoryLedger, EatpKeyPair,
                     EatpReasoningTrace, EatpReasoningVerificationLevel, EatpSignature,
                     EatpStrictEnforcer, EatpTracker, EatpVerdict, EatpVerifyOptions)

SEED = bytes(range(32))
PUBLIC = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
Action, Outcome = kailash.EatpActionType, kailash.EatpActionOutcome
Used, Limits = kailash.EatpResourceConsumption, kailash.EatpResourceLimits


def pair():
    return EatpKeyPair.from_seed(SEED)


def family_b(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


# ---- verdicts ----------------------------------------------------------------------------------------

def test_verdicts():
    rows = [(EatpVerdict.AutoApproved, "auto_approved", True, False, False),
            (EatpVerdict.Flagged, "flagged", True, False, False),
            (EatpVerdict.Held, "held", False, True, False),
            (EatpVerdict.Blocked, "blocked", False, False, True)]
    for number, (verdict, word, allowed, held, blocked) in enumerate(rows):
        assert (int(verdict), verdict.severity(), verdict) == (number, number, number)
        assert (str(verdict), verdict.as_str()) == (word, word)
        assert (verdict.is_allowed(), verdict.is_held(), verdict.is_blocked()) == (
            allowed, held, blocked)
        assert EatpVerdict.from_str(word) is verdict
        assert repr(verdict) == "EatpVerdict." + "".join(p.title() for p in word.split("_"))
        assert hash(verdict) == hash(number)
    assert EatpVerdict.Held != EatpVerdict.Blocked
    with pytest.raises(TypeError):
        EatpVerdict.Held < EatpVerdict.Blocked
    with pytest.raises(TypeError):
        EatpVerdict()


@pytest.mark.parametrize("word", ["", "HELD", "Held", "AutoApproved", "held ", "x\0", "2"])
def test_unknown_verdicts(word):
    with pytest.raises(kailash.EatpValidationError, match="unknown verdict name: ") as caught:
        EatpVerdict.from_str(word)
    assert caught.value.code == "unknown_word"
    assert caught.value.details == {}
    with pytest.raises(kailash.EatpValidationError, match="queue|notify|resumable"):
        EatpHeldBehavior.from_str(word)


def test_held_behaviors():
    for number, word in enumerate(("queue", "notify", "resumable")):
        behavior = EatpHeldBehavior.from_str(word)
        assert (int(behavior), str(behavior), behavior.as_str()) == (number, word, word)
        assert repr(behavior) == "EatpHeldBehavior." + word.title()


def test_reasoning_levels():
    level = EatpReasoningVerificationLevel
    assert [str(each()) for each in (level.quick, level.standard, level.full)] == [
        "EatpReasoningVerificationLevel." + word for word in ("quick", "standard", "full")]
    assert repr(level.full()) == str(level.full())
    assert level.quick() == level.quick() != level.full()
    assert level.quick() != 0


def test_options():
    assert repr(EatpVerifyOptions()) == "EatpVerifyOptions(dry_run=false, verbose=false)"
    assert EatpVerifyOptions.dry_run() == EatpVerifyOptions(dry_run=True)
    options = EatpVerifyOptions(False, True)
    assert (options.is_dry_run, options.is_verbose) == (False, True)
    config = EatpGovernedTaodConfig()
    assert (config.block_on_held, config.reasoning_required, config.max_verification_log) == (
        True, False, 10000)
    assert repr(config) == "EatpGovernedTaodConfig(block_on_held=true, reasoning_required=false)"
    with pytest.raises(OverflowError):
        EatpGovernedTaodConfig(max_verification_log=-1)
    with pytest.raises(TypeError):
        EatpGovernedTaodConfig(1)
    with pytest.raises(AttributeError):
        config.block_on_held = False


# ---- enforcer ----------------------------------------------------------------------------------------

def test_only_what_is_approved_passes():
    enforcer = EatpStrictEnforcer()
    assert repr(enforcer) == "EatpStrictEnforcer(on_held=queue)"
    assert enforcer.on_held is EatpHeldBehavior.Queue
    rows = [("auto_approved", "auto_approved", True, None, "allowed"),
            ("flagged", "blocked", False, None, "blocked"),
            ("held", "held", False, "queue", "held"),
            ("blocked", "blocked", False, None, "blocked")]
    for word, applied, allowed, behavior, zone in rows:
        verdict = EatpVerdict.from_str(word)
        assert enforcer.permits(verdict) is allowed
        assert enforcer.apply(verdict) == EatpVerdict.from_str(applied)
        assert enforcer.classify(verdict) == zone
        assert enforcer.enforce(verdict) == {"input": word, "verdict": applied, "allowed": allowed,
                                             "held_behavior": behavior}
    assert [record["input"] for record in enforcer.records()] == [row[0] for row in rows]
    assert [record["input"] for record in enforcer.review_queue()] == ["flagged", "held", "blocked"]
    for bad in ("held", 2, None):
        with pytest.raises(TypeError):
            enforcer.enforce(bad)
    assert EatpStrictEnforcer(None).on_held is EatpHeldBehavior.Queue


def test_clearance():
    levels = [EatpConfidentialityLevel.public(), EatpConfidentialityLevel.restricted(),
              EatpConfidentialityLevel.confidential(), EatpConfidentialityLevel.secret(),
              EatpConfidentialityLevel.top_secret()]
    enforcer = EatpStrictEnforcer(EatpHeldBehavior.Notify)
    for i, action in enumerate(levels):
        for j, clearance in enumerate(levels):
            record = enforcer.enforce_classification(action, clearance)
            word = "auto_approved" if i <= j else "blocked"
            assert record == {"input": word, "verdict": word, "allowed": i <= j,
                              "held_behavior": None}
    assert len(enforcer.records()) == 25


def test_held_actions_join_the_queue():
    queue = EatpHoldQueue()
    enforcer = EatpStrictEnforcer(EatpHeldBehavior.Queue, hold_queue=queue)
    record = enforcer.enforce(EatpVerdict.Held, "agent-1", "pay", "too much", {"cents": 5})
    hold = queue.get(record["hold_id"])
    assert (hold["agent_id"], hold["action"], hold["reason"], hold["context"]) == (
        "agent-1", "pay", "too much", {"cents": 5})
    enforcer.enforce(EatpVerdict.Blocked)
    other = EatpStrictEnforcer(EatpHeldBehavior.Notify, hold_queue=queue)
    assert "hold_id" not in other.enforce(EatpVerdict.Held)
    assert queue.pending_count() == 1


def test_the_hold_queue():
    queue = EatpHoldQueue()
    assert (queue.pending_count(), queue.pending_holds(), repr(queue)) == (
        0, [], "EatpHoldQueue(pending=0)")
    first, second = queue.enqueue("a", "x", "why"), queue.enqueue("b", "y", "", {"k": [1]})
    assert first != second and repr(queue) == "EatpHoldQueue(pending=2)"
    assert [hold["hold_id"] for hold in queue.pending_holds()] == [first, second]
    queue.approve(first, "ann", "fine")
    hold = queue.get(first)
    assert (hold["status"], hold["resolved_by"], hold["resolution"]) == ("approved", "ann", "fine")
    assert hold["resolved_at"] >= hold["created_at"]
    queue.reject(second, "bob")
    assert queue.get(second)["status"] == "rejected"
    assert queue.get("nothing") is None
    for call in (queue.approve, queue.reject):
        with pytest.raises(kailash.EatpError) as caught:
            call("nothing", "ann")
        assert caught.value.code == "hold_not_found"
        with pytest.raises(kailash.EatpError, match="approved already"):
            call(first, "ann")
        with pytest.raises(ValueError, match="approver"):
            call(first, "")
    third = queue.enqueue("c", "z", "")
    assert queue.expire(3600) == []
    assert queue.expire(1e18) == []
    assert queue.expire(0) == [third]
    assert queue.get(third)["status"] == "expired"
    assert queue.pending_count() == 0
    for bad in (-1, math.nan, math.inf):
        with pytest.raises((ValueError, TypeError, OverflowError)):
            queue.expire(bad)
    with pytest.raises(TypeError):
        queue.enqueue("a", "x", "why", [1])


# ---- ledger ------------------------------------------------------------------------------------------

# Python's json alone escapes U+007F.
texts = st.text(st.characters(exclude_characters="\x7f", exclude_categories=["Cs"]), max_size=9)


@given(st.lists(st.dictionaries(texts, st.one_of(
    st.integers(-2**63, 2**64 - 1), texts, st.booleans(), st.none()), max_size=4), max_size=5))
def test_a_ledger_is_its_export(records):
    ledger = EatpInMemoryLedger()
    previous = "0" * 64
    for record in records:
        previous = hashlib.sha256(previous.encode() + family_b(record)).hexdigest()
        assert ledger.append(record) == previous
    exported = ledger.export()
    assert [entry["record"] for entry in json.loads(exported)] == records
    verdict = EatpInMemoryLedger.load(exported).verify_integrity()
    assert bool(verdict) is verdict.is_verified is (not verdict.is_not_determined) is bool(records)
    assert verdict.entries_checked == (len(records) or None)
    assert len(ledger) == len(records)


def test_ledgers_refuse():
    ledger = EatpInMemoryLedger()
    assert repr(ledger.verify_integrity()) == "LedgerIntegrity(status=not_determined)"
    assert ledger.export() == b"[]"
    with pytest.raises(ValueError):
        ledger.append({"a": math.nan})
    with pytest.raises(TypeError):
        ledger.append([1])
    assert len(ledger) == 0
    for bad in (b"", b"{}", b"[1]", b"[{}]", b"\xff"):
        with pytest.raises(ValueError, match="invalid ledger"):
            EatpInMemoryLedger.load(bad)


# ---- tracker -----------------------------------------------------------------------------------------

def tracked():
    tracker = EatpTracker("agent-1", pair())
    tracker.record_action(Action.llm_call(), {"model": "m"}, Outcome.success(),
                          Used(tokens_used=5, duration_ms=1500))
    tracker.record_action(Action.tool_call(), {}, Outcome.failure("broken"), Used(duration_ms=1))
    tracker.record_action(Action.data_access(), {"é": [1.5, None]}, Outcome.partial("half"),
                          Used(1, 2, 3, 4))
    return tracker


def test_actions_are_recorded():
    tracker = EatpTracker("agent-1", pair())
    assert repr(tracker) == "EatpTracker(agent='agent-1')"
    record = tracker.record_action(Action.llm_call(), {"a": 1}, Outcome.failure("why"),
                                   Used(tokens_used=2**64 - 1))
    assert list(record) == ["record_id", "agent_id", "action_type", "outcome", "timestamp",
                            "tokens_used"]
    assert record["agent_id"] == "agent-1" and record["action_type"] == "llm_call"
    assert record["outcome"] == "failure: why" and record["tokens_used"] == 2**64 - 1
    assert record["timestamp"].endswith("+00:00")
    assert tracker.record_count() == 1


def test_records_are_signed_and_linked():
    tracker = tracked()
    assert tracker.verify() == 3
    previous = "0" * 64
    for number, record in enumerate(tracker.records()):
        assert record["sequence"] == number and record["previous_hash"] == previous
        assert record["signer_public_key"] == PUBLIC
        signed = {key: value for key, value in record.items() if key != "signature"}
        signature = EatpSignature.from_hex(record["signature"])
        assert signature.verify_protocol_message(PUBLIC, family_b(signed))
        previous = hashlib.sha256(family_b(record)).hexdigest()
    text = tracker.export_jsonl()
    assert [json.loads(line) for line in text.splitlines()] == tracker.records()
    assert EatpTracker.verify_jsonl(text, PUBLIC.upper()) == 3
    assert EatpTracker.verify_jsonl("", PUBLIC) == 0


def test_changed_records_are_found():
    lines = tracked().export_jsonl().splitlines()
    other = EatpKeyPair.from_seed(b"\7" * 32).public_key_hex()

    def refused(lines, key=PUBLIC):
        with pytest.raises(kailash.EatpAuthorityError, match="tampered with: record") as caught:
            EatpTracker.verify_jsonl("\n".join(lines), key)
        assert caught.value.code == "tamper_detected"
        return caught.value.details["record"]

    assert refused(lines, other) == 0
    assert refused(lines[1:]) == 0
    assert refused([lines[0], lines[2]]) == 1
    assert refused([lines[1], lines[0], lines[2]]) == 0
    assert refused([lines[0], lines[0]]) == 1
    assert refused([lines[0], lines[1].replace("broken", "brokem")]) == 1
    assert refused([lines[0], ""] + lines[1:]) == 1
    for bad in ("{", "[]", "{}", '{"alg_id":"eatp-v2"}'):
        assert refused([lines[0], bad]) == 1
    with pytest.raises(ValueError):
        EatpTracker.verify_jsonl("", "00" * 32)


@pytest.mark.parametrize("limits, message", [
    (Limits(0, 0, 0, 0), "resource limit exceeded: llm_calls (limit: 0, used: 1)"),
    (Limits(1, 0, 0, 0), "resource limit exceeded: tool_calls (limit: 0, used: 1)"),
    (Limits(1, 1, 5, 0), "resource limit exceeded: total_tokens (limit: 5, used: 6)"),
    (Limits(1, 1, 6, 3), "resource limit exceeded: execution_secs (limit: 3, used: 4)"),
])
def test_limits(limits, message):
    tracker = tracked()  # 1500, 1 and 3 ms: 2 + 1 + 1 seconds begun
    with pytest.raises(ValueError) as caught:
        tracker.check_resource_limits(limits)
    assert str(caught.value) == message
    assert type(caught.value) is ValueError
    assert caught.value.code == "resource_limit_exceeded"
    tracker.check_resource_limits(Limits(1, 1, 6, 4))
    tracker.check_resource_limits(Limits())


def test_sums_do_not_wrap():
    tracker = EatpTracker("a", pair())
    for _ in range(3):
        tracker.record_action(Action.llm_call(), {}, Outcome.success(),
                              Used(tokens_used=2**64 - 1, duration_ms=2**64 - 1))
    with pytest.raises(ValueError, match="used: 18446744073709551615"):
        tracker.check_resource_limits(Limits())
    tracker.check_resource_limits(Limits(2**64 - 1, 0, 2**64 - 1, 2**64 - 1))


def test_trackers_refuse():
    tracker = EatpTracker("a", pair())
    good = (Action.llm_call(), {}, Outcome.success(), Used())
    for at, bad in ((0, "llm_call"), (1, [1]), (1, None), (2, "success"), (3, {})):
        arguments = list(good)
        arguments[at] = bad
        with pytest.raises(TypeError):
            tracker.record_action(*arguments)
    for bad in (math.nan, math.inf):
        with pytest.raises(ValueError):
            tracker.record_action(Action.llm_call(), {"x": [bad]}, Outcome.success(), Used())
    assert tracker.record_count() == 0 and tracker.records() == []
    with pytest.raises(ValueError, match="agent ID must not be empty"):
        EatpTracker("", pair())
    with pytest.raises(TypeError):
        EatpTracker("a", SEED)


def test_threads_share_a_tracker():
    tracker = EatpTracker("a", pair())

    def work():
        for _ in range(50):
            tracker.record_action(Action.tool_call(), {}, Outcome.success(), Used(1))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tracker.verify() == 400
    assert len({record["record_id"] for record in tracker.records()}) == 400


# ---- reasoning ---------------------------------------------------------------------------------------

WORKED = {"confidence_bps": 5000, "confidentiality": "Restricted", "decision": "Approve",
          "rationale": "Because", "timestamp": "2026-01-15T10:30:00Z"}
WORKED_HASH = "9fb676b09c16bb057de72341d4f0f953357c39938b1b39112f03009d926a857a"
WORKED_SIGNATURE = ("9a8d59f62e4e9f472c11367d5a0b3bcb91c4fd16a2a21606e7fa43fd6d81df0e"
                    "a0f9794f5f6b1a5cc9a67909e1f73a28b10ccc2eb890547e0157049468c54200")


def test_the_worked_trace():
    trace = EatpReasoningTrace.from_dict(WORKED)
    assert trace.content_hash().hex() == WORKED_HASH
    signature = trace.sign(pair())
    assert signature.as_hex() == WORKED_SIGNATURE
    assert trace.verify(PUBLIC, signature)
    message = b"EATP-REASONING-v1:" + bytes.fromhex(WORKED_HASH)
    assert signature.verify_protocol_message(PUBLIC, message)
    assert not signature.verify(PUBLIC, message)
    assert trace.to_dict() == WORKED and trace.schema == "eatp"
    assert trace.timestamp == "2026-01-15T10:30:00+00:00"


def test_traces():
    trace = EatpReasoningTrace("Approve", "Because", 0.12345, "secret", ["a", "b"], "m",
                               [kailash.EatpEvidenceReference("log", "ref"),
                                {"evidence_type": "doc", "reference": "r", "summary": None}])
    assert (trace.decision, trace.rationale, trace.confidence, trace.confidence_bps) == (
        "Approve", "Because", 0.1235, 1235)
    assert (trace.alternatives_considered, trace.methodology, trace.confidentiality) == (
        ["a", "b"], "m", "secret")
    assert trace.evidence == [{"evidence_type": "log", "reference": "ref"},
                              {"evidence_type": "doc", "reference": "r"}]
    assert repr(trace) == "EatpReasoningTrace(decision='Approve', confidence=0.12)"
    assert trace.content_hash() == hashlib.sha256(family_b(trace.to_dict())).digest()
    assert EatpReasoningTrace.from_dict(trace.to_dict()) == trace
    assert EatpReasoningTrace.from_dict(json.loads(trace.to_json())).content_hash() == (
        trace.content_hash())
    plain = EatpReasoningTrace("a", "b")
    assert set(plain.to_dict()) == set(WORKED)
    assert (plain.alternatives_considered, plain.methodology, plain.evidence) == ([], None, [])


def test_redacting():
    trace = EatpReasoningTrace("Approve", "Because", 0.9, "secret", ["a"], "m")
    hidden = trace.redact()
    assert hidden.is_redacted() and not trace.is_redacted()
    assert "Because" not in hidden.to_json() and '"m"' not in hidden.to_json()
    assert (hidden.timestamp, hidden.confidentiality) == (trace.timestamp, "secret")
    assert hidden.content_hash() != trace.content_hash()
    assert EatpReasoningTrace("[REDACTED]", "x").is_redacted()


@given(st.floats(0, 1))
def test_confidence_is_rounded_half_away_from_zero(confidence):
    trace = EatpReasoningTrace("a", "b", confidence)
    assert trace.confidence_bps == math.floor(confidence * 10000 + 0.5)
    assert trace.confidence == trace.confidence_bps / 10000


def test_confidence_of_the_specification():
    assert EatpReasoningTrace("a", "b", 0.12345).confidence_bps == 1235
    assert EatpReasoningTrace("a", "b", 0.99999).confidence_bps == 10000
    assert EatpReasoningTrace("a", "b", 1).confidence_bps == 10000


@pytest.mark.parametrize("arguments, message", [
    (("", "b"), "invalid reasoning trace: decision must not be empty"),
    (("a", ""), "invalid reasoning trace: rationale must not be empty"),
    (("a", "b", 1.5), "invalid reasoning trace: confidence 1.5 out of range; must be in [0.0, 1.0]"),
    (("a", "b", -0.1), "invalid reasoning trace: confidence -0.1 out of range; must be in [0.0, 1.0]"),
    (("a", "b", math.nan), "invalid reasoning trace: confidence NaN out of range; "
                           "must be in [0.0, 1.0]"),
    (("a", "b", 0.5, "x"), "unknown confidentiality: 'x'"),
    (("a", "b", 0.5, "Secret"), "unknown confidentiality: 'Secret'"),
    (("a", "b", 0.5, None, None, None, [{}]), "invalid reasoning trace: evidence must be"),
    (("a", "b", 0.5, None, None, None, [1]), "invalid reasoning trace: evidence must be"),
])
def test_traces_that_are_none(arguments, message):
    with pytest.raises(ValueError) as caught:
        EatpReasoningTrace(*arguments)
    assert str(caught.value).startswith(message)
    with pytest.raises(TypeError):
        EatpReasoningTrace("a", "b", alternatives="xy")
    with pytest.raises(TypeError):
        EatpReasoningTrace("a", "b", 0.5, EatpConfidentialityLevel.secret())


def test_the_size_of_a_trace_is_bounded():
    room = 10240 - len(json.dumps(EatpReasoningTrace("a", "b").to_dict(), separators=(",", ":")))
    EatpReasoningTrace("a", "b" * (room - 30))
    for text in ("b" * 10240, "é" * 5120):
        with pytest.raises(ValueError, match=r"serialized size \d+ bytes exceeds 10KB limit"):
            EatpReasoningTrace("a", text)


@pytest.mark.parametrize("change", [
    {"confidence_bps": 10001}, {"confidence_bps": -1}, {"confidence_bps": 1.0},
    {"confidentiality": "restricted"}, {"confidentiality": "x"}, {"decision": ""},
    {"rationale": None}, {"timestamp": "soon"}, {"extra": 1}, {"evidence": [1]},
    {"alternatives_considered": "a"}, {"decision": "x" * 11000},
])
def test_dicts_that_are_no_traces(change):
    with pytest.raises(ValueError):
        EatpReasoningTrace.from_dict({**WORKED, **change})
    for key in WORKED:
        with pytest.raises(ValueError):
            EatpReasoningTrace.from_dict({k: v for k, v in WORKED.items() if k != key})


def test_what_is_empty_is_not_hashed():
    trace = EatpReasoningTrace.from_dict({**WORKED, "alternatives_considered": [], "evidence": None,
                                          "methodology": None})
    assert trace.content_hash().hex() == WORKED_HASH
    assert trace.to_dict() == WORKED


def test_traces_of_the_open_sdk():
    data = {"decision": "approve", "rationale": "válid", "confidentiality": "top_secret",
            "timestamp": "2026-01-01T00:00:00+00:00", "confidence": 0.8}
    whole = {**data, "alternatives_considered": [], "evidence": [], "methodology": None}
    for given_data in (data, whole):
        trace = EatpReasoningTrace.from_dict(given_data)
        assert trace.schema == "open-sdk"
        assert trace.content_hash() == hashlib.sha256(family_b(whole)).digest()
        assert (trace.confidence, trace.confidence_bps, trace.confidentiality) == (
            0.8, 8000, "top_secret")
    signature = trace.sign(pair())
    assert signature.verify_protocol_message(PUBLIC, family_b(whole))
    assert trace.verify(PUBLIC, signature)
    own = EatpReasoningTrace.from_dict(WORKED)
    assert not own.verify(PUBLIC, signature)
    unsure = EatpReasoningTrace.from_dict({k: v for k, v in data.items() if k != "confidence"})
    assert unsure.confidence is None and unsure.confidence_bps is None
    assert repr(unsure) == "EatpReasoningTrace(decision='approve', confidence=None)"
    with pytest.raises(ValueError):
        EatpReasoningTrace.from_dict({**data, "confidence": 2.0})


# ---- anchors -----------------------------------------------------------------------------------------

EVENT = {"event_id": "evt-1", "timestamp": "2026-01-02T03:04:05.123456789Z", "actor": "agent-1",
         "action": "read", "resource": "res/1", "outcome": "success", "metadata": {}}


def signed(**change):
    data = {"alg_id": "eatp-v1", "event": {**EVENT, **change}, "reasoning_trace_hash": None,
            "signer_public_key": PUBLIC}
    signature = pair().sign_protocol(family_b(data)).as_hex()
    return {**data, "signature": signature}


def test_the_worked_anchor():
    data = signed()
    assert data["signature"] == (
        "0660ad13ee6739168231a76d39cd1c64a053abd614dd1bd928d6d97a51250ef3"
        "951b53742f8bd5856aabe0d184dbc023f7d3b3b5175df33664c330acc7f12906")
    anchor = EatpAuditAnchor.from_dict(data)
    assert (anchor.event_id, anchor.actor, anchor.action, anchor.resource) == (
        "evt-1", "agent-1", "read", "res/1")
    assert (anchor.alg_id, anchor.prev_hash, anchor.reasoning_trace_hash) == ("eatp-v1", None, None)
    assert (anchor.signer_public_key, anchor.signature) == (PUBLIC, data["signature"])
    assert repr(anchor) == "EatpAuditAnchor(event_id='evt-1', action='read', alg_id='eatp-v1')"
    assert anchor.to_dict() == data and list(anchor.to_dict()) == list(data)
    assert anchor.to_json() == json.dumps(data)
    assert EatpAuditAnchor.from_dict(anchor.to_dict()) == anchor
    for moment, digest in (
            ("2026-01-02T03:04:05Z",
             "990788fe62553a3208a39b11422bd10fc0e2e838bd9f44d934dcebc0a89076f3"),
            ("2026-01-02T03:04:05.120Z",
             "fd5515c4a1bf9798c50fc387f894477d1d3ee05057d37daec6c4bef5fbb4cf73")):
        other = signed(timestamp=moment)
        EatpAuditAnchor.from_dict(other)
        del other["signature"]
        assert hashlib.sha256(family_b(other)).hexdigest() == digest


def test_what_is_null_or_missing_in_an_anchor():
    data = signed()
    for name in ("prev_hash", "parent_anchor_id", "duration_ms"):
        with_null = copy.deepcopy(data)
        with_null["event"][name] = None
        assert EatpAuditAnchor.from_dict(with_null).to_dict() == data
    lacking = copy.deepcopy(data)
    del lacking["event"]["metadata"], lacking["reasoning_trace_hash"]
    assert EatpAuditAnchor.from_dict(lacking).to_dict() == data
    assert EatpAuditAnchor.from_dict({**data, "more": 1}).to_dict() == data
    timed = signed(duration_ms=5.0)
    assert EatpAuditAnchor.from_dict(timed)
    timed["event"]["duration_ms"] = 5  # is signed as 5.0
    assert EatpAuditAnchor.from_dict(timed)
    assert EatpAuditAnchor.from_dict(signed(metadata=[1, {"x": None}], prev_hash="h")).prev_hash == "h"


def changed(**top):
    data = {**signed(), **top}
    return {key: value for key, value in data.items() if value is not ...}


def changed_event(**change):
    data = signed()
    data["event"] = {k: v for k, v in {**data["event"], **change}.items() if v is not ...}
    return data


@pytest.mark.parametrize("data, message", [
    (changed(alg_id=...), "missing alg_id"),
    (changed(alg_id=1), "alg_id must be a string"),
    (changed(alg_id="eatp-v2"), "unsupported-algorithm"),
    (changed(event=...), "event"),
    (changed(event=[]), "event"),
    (changed(signature=...), "signature"),
    (changed(signature="zz"), "signature"),
    (changed(signature="00" * 64), "signature re-verification failed"),
    (changed(signer_public_key="00" * 32), "signature re-verification failed"),
    (changed(reasoning_trace_hash="zz"), "reasoning_trace_hash"),
    (changed(reasoning_trace_hash="sha256:" + "0" * 64), "signature re-verification failed"),
    (changed_event(extra=1), "unknown member"),
    (changed_event(event_id=...), "event_id"),
    (changed_event(actor=None), "actor"),
    (changed_event(timestamp="x"), "timestamp"),
    (changed_event(timestamp="2026-01-02T03:04:05.12345678Z"), "signature re-verification failed"),
    (changed_event(outcome="zz"), "unknown audit outcome 'zz'"),
    (changed_event(duration_ms=math.nan), "duration_ms"),
    (changed_event(duration_ms=-1), "duration_ms"),
    (changed_event(action="write"), "signature re-verification failed"),
    (changed_event(metadata={"a": 1}), "signature re-verification failed"),
    (changed_event(prev_hash="x"), "signature re-verification failed"),
])
def test_anchors_that_are_refused(data, message):
    with pytest.raises(ValueError, match=message):
        EatpAuditAnchor.from_dict(data)


def test_an_anchor_is_no_list():
    with pytest.raises(TypeError):
        EatpAuditAnchor.from_dict([])
    with pytest.raises(TypeError):
        EatpAuditAnchor()


@settings(max_examples=60)
@given(st.integers(0, 511), st.integers(0, 255))
def test_no_bit_of_a_signature_or_key_may_change(bit, key_bit):
    data = signed()
    flipped = int(data["signature"], 16) ^ (1 << bit)
    with pytest.raises(ValueError):
        EatpAuditAnchor.from_dict({**data, "signature": f"{flipped:0128x}"})
    flipped = int(PUBLIC, 16) ^ (1 << key_bit)
    with pytest.raises(ValueError):
        EatpAuditAnchor.from_dict({**data, "signer_public_key": f"{flipped:064x}"})


def test_links_of_an_audit_chain():
    anchor = AuditAnchor.create("anc-u3-001", 0, "agent-u3", "access_granted", "AUTO_APPROVED",
                                "success", "env-u3", timestamp="2026-01-15T13:00:00.123456Z",
                                metadata={"role": "operator"})
    assert anchor.hash == "0d0f0fa443a47a30f4571c1c90bd91103451d6ed386d517adb8dc401c73388ab"
    assert repr(anchor) == "AuditAnchor(seq=0, action='access_granted', hash='0d0f0fa4…')"
    assert anchor.metadata_json() == '{"role":"operator"}' and anchor.verify_hash() is True
    text = anchor.to_json()
    assert list(json.loads(text)["input"]) == [
        "anchor_id", "sequence", "previous_hash", "agent_id", "action", "verification_level",
        "envelope_id", "result", "timestamp", "metadata"]
    assert AuditAnchor.from_json(text) == anchor
    after = AuditAnchor.create("x", 2**64 - 1, "a", "b", "HELD", "r", previous_hash=anchor.hash,
                               subject={"péché": 1})
    assert after.previous_hash == anchor.hash and after.sequence == 2**64 - 1
    assert after.subject_hash == "sha256:" + hashlib.sha256('{"péché":1}'.encode()).hexdigest()
    assert AuditAnchor.from_json(after.to_json()).verify_hash()
    for name, value in (("action", "b2"), ("sequence", 1), ("envelope_id", "e"), ("timestamp", "t"),
                        ("subject_hash", None), ("metadata", {"x": 1})):
        data = json.loads(after.to_json())
        data["input"][name] = value
        with pytest.raises(ValueError, match="hash mismatch") as caught:
            AuditAnchor.from_json(json.dumps(data)).verify_hash()
        assert caught.value.code == "tamper_detected"
    for bad in ("x", "[]", "{}", '{"input":{},"hash":""}', text.replace('"hash"', '"more":1,"hash"'),
                text.replace('"sequence":0', '"sequence":0,"sequence":0')):
        with pytest.raises(ValueError, match="invalid AuditAnchor JSON"):
            AuditAnchor.from_json(bad)
    with pytest.raises(TypeError):
        AuditAnchor.from_json(1)
    with pytest.raises(ValueError, match="previous_hash"):
        AuditAnchor.create("x", 0, "a", "b", "HELD", "r", previous_hash="0")
    with pytest.raises(OverflowError):
        AuditAnchor.create("x", -1, "a", "b", "HELD", "r")


# ---- multi-signature ---------------------------------------------------------------------------------

def test_multi_signatures():
    pairs = [EatpKeyPair.from_seed(bytes([n]) * 32) for n in (1, 2, 3)]
    keys = [each.public_key_hex() for each in pairs]
    policy = kailash.MultiSigPolicy(2, [keys[0].upper(), keys[1], keys[2]])
    assert (policy.threshold, policy.authorized_signers) == (2, keys)
    assert repr(policy) == "MultiSigPolicy(threshold=2, signers=3)"
    bundle = kailash.MultiSigBundle(b"hello")
    assert repr(bundle) == ("MultiSigBundle(signatures=0, payload_hash="
                            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824)")
    assert bundle.signing_bytes() == b"EATP-MULTISIG-v1\0" + hashlib.sha256(b"hello").digest()
    bundle.add_signature("03" * 32, b"hello")
    signature = pairs[0].sign_protocol(bundle.signing_bytes())
    with pytest.raises(ValueError, match="not one of this payload"):
        bundle.add_signature_bytes(keys[1], signature.as_bytes())
    with pytest.raises(ValueError, match="64 bytes"):
        bundle.add_signature_bytes(keys[0], b"short")
    bundle.add_signature_bytes(keys[0], signature.as_bytes())
    assert bundle.signature_count == 2
    result = policy.validate(bundle, b"hello")
    assert repr(result) == "MultiSigResult(valid=2, threshold_met=true, missing=1)"
    assert (result.threshold_met, result.valid_signatures, result.missing_count,
            result.missing_signers) == (True, 2, 1, [keys[1]])
    assert policy.validate(kailash.MultiSigBundle.from_json(bundle.to_json()), b"hello") == result
    with pytest.raises(ValueError, match="payload hash does not match"):
        policy.validate(bundle, b"other")
    with pytest.raises(TypeError):
        kailash.MultiSigBundle("text")
    for bad in ("", "{}", '{"payload_hash":"00","signatures":{}}', "[]"):
        with pytest.raises(ValueError):
            kailash.MultiSigBundle.from_json(bad)


@pytest.mark.parametrize("threshold, signers, error, message", [
    (0, [PUBLIC], ValueError, "multi-sig error: threshold must be at least 1"),
    (2, [PUBLIC], ValueError, "multi-sig error: threshold 2 exceeds number of signers 1"),
    (1, [], ValueError, "multi-sig error: threshold 1 exceeds number of signers 0"),
    (1, [PUBLIC, PUBLIC.upper()], ValueError, "multi-sig error: duplicate signer in policy"),
    (1, ["zz"], ValueError, ""), (1, ["00"], ValueError, ""), (1, ["zz" * 32], ValueError, ""),
    (1, ["00" * 32], ValueError, ""), (-1, [PUBLIC], OverflowError, ""), (1, [1], TypeError, ""),
    (1, PUBLIC, TypeError, ""),
])
def test_policies_that_are_none(threshold, signers, error, message):
    with pytest.raises(error) as caught:
        kailash.MultiSigPolicy(threshold, signers)
    assert str(caught.value).startswith(message)


# ---- stores ------------------------------------------------------------------------------------------

@pytest.fixture(params=["memory", "files", "sql"])
def store(request, tmp_path):
    if request.param == "memory":
        return kailash.EatpMemoryStore()
    if request.param == "files":
        return kailash.EatpFilesystemStore(str(tmp_path / "store"), "pass", work_factor=10)
    return kailash.EatpSqlxStore(f"sqlite://{tmp_path}/store.db?mode=rwc")


def test_stores_keep_what_they_get(store):
    block = {"block_id": "b1", "agent_id": "x", "limits": [2**64 - 1, 1.5, None], "é": "\0"}
    assert store.append_block(block) == 0 == store.append_block(block)
    assert store.block_count() == 1
    assert store.get_blocks() == store.get_blocks("x") == [block] and store.get_blocks("y") == []
    with pytest.raises(kailash.EatpAuthorityError, match="other content") as caught:
        store.append_block({**block, "é": ""})
    assert caught.value.code == "conflict" and caught.value.details == {"id": "b1"}
    record = {"delegation_id": "d1", "delegator": "a", "delegate": "b"}
    store.put_delegation(record)
    assert store.get_delegation("d1") == {**record, "revoked": False}
    assert store.set_revoked("d1") is True and store.set_revoked("d1") is False
    assert store.list_delegations() == [{**record, "revoked": True}]
    assert store.list_delegations("x") == store.list_delegations(limit=0) == []
    chain = kailash.EatpDelegationChain(pair())
    granted = chain.delegate_record("a", "c", ["llm_call"], 1, kailash.EatpDelegationScope("d"))
    store.put_delegation(granted)
    assert store.list_delegations("c") == [granted.to_dict()]
    assert store.get_delegation("d2") is None
    with pytest.raises(kailash.EatpAuthorityError) as caught:
        store.set_revoked("d2")
    assert caught.value.code == "delegation_not_found"
    for bad in ({}, {"block_id": "", "agent_id": "x"}, {"block_id": "c", "agent_id": "x", "n": math.nan}):
        with pytest.raises(ValueError):
            store.append_block(bad)
    with pytest.raises(ValueError):
        store.put_delegation(7)
    with pytest.raises(TypeError):
        store.append_block([])
    with pytest.raises(OverflowError):
        store.list_delegations(limit=-1)
    assert store.block_count() == 1


def test_what_stores_look_like(tmp_path):
    memory = kailash.EatpMemoryStore()
    assert repr(memory) == str(memory) == "EatpMemoryStore(blocks=0)"
    files = kailash.EatpFilesystemStore(str(tmp_path), "secret words", work_factor=10)
    assert repr(files) == "EatpFilesystemStore()"
    assert repr(kailash.EatpSqlxStore("sqlite::memory:")) == "EatpSqlxStore()"
    assert kailash.EatpSqlxStore("sqlite::memory:", 3).block_count() == 0


def test_keys_are_kept(tmp_path):
    folder = str(tmp_path / "store")
    store = kailash.EatpFilesystemStore(folder, "pass", work_factor=10)
    for key in (b"", b"\0\xff", bytes(range(256)) * 300, bytearray(b"x"), [1, 2, 255]):
        store.store_key("k", key)  # replaces the one before
        assert store.load_key("k") == bytes(key)
    again = kailash.EatpFilesystemStore(folder, "pass", work_factor=10)
    assert again.load_key("k") == b"\1\2\xff"
    with pytest.raises(kailash.EatpAuthorityError, match="cannot be opened") as caught:
        kailash.EatpFilesystemStore(folder, "other").load_key("k")
    assert caught.value.code == "key_not_available"
    with pytest.raises(kailash.EatpAuthorityError, match="no key 'nope'"):
        store.load_key("nope")
    for bad in ("", ".", "..", "../x", "a/b", "a.b", "é", "a b", "a\0", "x" * 129):
        for call in (lambda: store.store_key(bad, b"x"), lambda: store.load_key(bad)):
            with pytest.raises(kailash.EatpAuthorityError) as caught:
                call()
            assert caught.value.code == "invalid_identifier"
    for bad in ("text", 1, [256], [-1]):
        with pytest.raises((TypeError, ValueError, OverflowError)):
            store.store_key("k", bad)
    with pytest.raises(ValueError, match="passphrase"):
        kailash.EatpFilesystemStore(folder, "")
    with pytest.raises(ValueError, match="work_factor"):
        kailash.EatpFilesystemStore(folder, "pass", work_factor=23)
    with pytest.raises(kailash.EatpAuthorityError):
        kailash.EatpFilesystemStore("/proc/nowhere", "pass")
    (tmp_path / "file").write_text("")
    with pytest.raises(kailash.EatpAuthorityError):
        kailash.EatpFilesystemStore(str(tmp_path / "file"), "pass")


def test_databases_that_cannot_be_used():
    for url in ("sqlite:/nowhere/x.db", "postgres://user:hunter2@127.0.0.1:1/x", "xx", ""):
        with pytest.raises(RuntimeError) as caught:
            kailash.EatpSqlxStore(url)
        assert type(caught.value) is RuntimeError
        assert "hunter2" not in str(caught.value) and caught.value.code == "store_failed"
    with pytest.raises(ValueError):
        kailash.EatpSqlxStore("sqlite::memory:", 0)
    with pytest.raises(OverflowError):
        kailash.EatpSqlxStore("sqlite::memory:", -1)
