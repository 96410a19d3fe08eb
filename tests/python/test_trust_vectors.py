"""The public vectors of the open SDK (tests/data/eatp/README.md), by what Python sees of the product."""

import base64
import datetime
import decimal
import enum
import hashlib
import json
import pathlib
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kailash import (
    AlgorithmId,
    AuditAnchor,
    EatpDelegationRecord,
    EatpGenesisRecord,
    EatpCareChain,
    EatpKeyPair,
    EatpReasoningTrace,
    EatpRevocationLedger,
    EatpSignature,
    PactClassificationLevel,
    PactFilterDecision,
    PactGovernanceEngine,
    PactKnowledgeItem,
    PactObservation,
    PactVettingStatus,
    compute_trace_event_fingerprint,
)

VECTORS = pathlib.Path(__file__).parents[1] / "data" / "eatp" / "vectors"
ZEROS = "0" * 64
RUN = set()  # files that a test here reads


def read(name):
    RUN.add(name)
    return json.loads((VECTORS / (name + ".json")).read_text("utf-8"))


def cases(name, member="vectors"):
    listed = read(name)[member]
    return [pytest.param(one, id=f"{name}-{one.get('name') or one.get('id') or one.get('token')}") for one in listed]


def files(*names):
    return [pytest.param(read(name), id=name) for name in names]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def typed(value):
    """Values as Python has them, of the tags by which vectors tell their types."""
    if isinstance(value, list):
        return [typed(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("__pytype__") or value.get("$type")
    text = value.get("repr") or value.get("$value")
    if kind is None:
        return {name: typed(item) for name, item in value.items()}
    return {"decimal": lambda: decimal.Decimal(text), "uuid": lambda: uuid.UUID(text),
            "datetime": lambda: datetime.datetime.fromisoformat(text),
            "date": lambda: datetime.date.fromisoformat(text), "time": lambda: datetime.time.fromisoformat(text),
            "set": lambda: {typed(item) for item in value["items"]},
            "bytes": lambda: base64.b64decode(value["b64"])}[kind.lower()]()


def canonical(value, text=None):
    """The text of canonical JSON, once the product was seen to hash the same: as the metadata of an anchor."""
    if text is None:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    anchor = AuditAnchor.create("a", 0, "b", "c", "d", "e", timestamp="2026-01-01T00:00:00Z", metadata=value)
    before = f"a:0:{ZEROS}:b:c:d::e:2026-01-01T00:00:00.000000+00:00"
    assert anchor.hash == sha256((f"{before}:{text}" if value else before).encode())
    return text


def jcs_hash(value):
    return AuditAnchor.create("a", 0, "b", "c", "d", "e", subject=value).subject_hash


# ---- canonical JSON -----------------------------------------------------------------------------


@pytest.mark.parametrize("vector", cases("trust-plane-canonical"))
def test_what_is_signed_is_escaped_and_sorted(vector):
    text = canonical(typed(vector["input_repr"]), vector["expected_canonical_json"])
    assert sha256(text.encode()) == vector["expected_sha256"]


@pytest.mark.parametrize("vector", cases("delegate-canonical"))
def test_raw_utf8_where_it_is_not_escaped(vector):
    """The order of RFC 8785 is that of code points here: no key stands beside one above U+FFFF."""
    assert jcs_hash(vector["input_repr"]) == "sha256:" + vector["expected_sha256"]


@pytest.mark.parametrize("vector", [*cases("eatp12-vault-canonical"),
                                    *cases("eatp12-vault-canonical", "anchor_vectors")])
def test_preimages_of_vaults_are_canonical(vector):
    """Vaults are the SDK's own; what they sign is canonical JSON as here."""
    texts = [vector["pre_image"]] if "pre_image" in vector else [
        vector["event_payload"], bytes.fromhex(vector["signed_preimage_hex"]).decode()]
    for text in texts:
        canonical(json.loads(text), text)
    if "kek_identity_commitment" in vector:
        assert sha256(texts[0].encode()) == vector["kek_identity_commitment"]
    if "kcv" in vector:
        assert sha256(texts[0].encode())[:16] == vector["kcv"]


# ---- audit anchors, trace events ----------------------------------------------------------------


def anchor_of(given, **more):
    return AuditAnchor.create(
        given["anchor_id"], given["sequence"], given["agent_id"], given["action"], given["verification_level"],
        given["result"], given["envelope_id"], given["previous_hash"] or ZEROS, given["timestamp"],
        typed(given["metadata"]), **more)


@pytest.mark.parametrize("vector", cases("audit-chain-canonical"))
def test_audit_anchors(vector):
    anchor = anchor_of(vector["input_repr"])
    assert anchor.hash == vector["expected_sha256"] == sha256(vector["expected_canonical_input"].encode())
    again = AuditAnchor.from_json(anchor.to_json())
    assert again.verify_hash() and again.hash == anchor.hash


@pytest.mark.parametrize("vector", files(
    "pact/audit_anchor", "pact/audit_anchor_v3_no_subject", "pact/audit_anchor_v3_float_subject",
    "pact/audit_anchor_v3_unicode_subject"))
def test_audit_anchors_of_pact(vector):
    given = vector["input"]
    anchor = anchor_of(given, subject=given.get("subject"))
    assert anchor.hash == vector["expected_content_hash"]
    assert anchor.subject_hash == vector.get("expected_subject_hash")
    read_back = AuditAnchor.from_json(anchor.to_json())
    assert read_back.verify_hash()
    told, expected = json.loads(anchor.to_json()), json.loads(vector["expected_canonical_json"])
    assert told["hash"] == expected.pop("content_hash")
    for name in ("previous_hash", "subject", "subject_hash", "schema_version"):
        expected.pop(name, None)
    assert {name: told["input"][name] for name in expected} == expected


@pytest.mark.parametrize("vector", cases("trace-event-canonical"))
def test_trace_events(vector):
    event = typed(vector["input_repr"])
    assert compute_trace_event_fingerprint(event) == vector["expected_fingerprint"]
    assert sha256(vector["expected_canonical_json"].encode()) == vector["expected_fingerprint"]
    whole = json.loads(vector["expected_canonical_json"])
    assert compute_trace_event_fingerprint(whole) == vector["expected_fingerprint"]
    for name in whole:
        changed = {**whole, name: "2001-01-01T00:00:00Z"}
        assert compute_trace_event_fingerprint(changed) != vector["expected_fingerprint"]


def test_trace_events_have_no_other_members():
    with pytest.raises(ValueError, match="unknown member 'evnt_id'"):
        compute_trace_event_fingerprint({"evnt_id": "x"})
    with pytest.raises(TypeError):
        compute_trace_event_fingerprint("x")


def test_typed_scalars_where_they_may_stand():
    class Level(str, enum.Enum):
        HIGH = "high"

    class Number(enum.Enum):
        ONE = 1

    canonical({"a": decimal.Decimal("1.50"), "b": [frozenset({"y", "x"}), Level.HIGH, Number.ONE], "c": b"ab"},
              '{"a":"1.50","b":[["x","y"],"high",1],"c":"YWI="}')
    canonical({"a": {decimal.Decimal("2"), decimal.Decimal("1")}}, '{"a":["1","2"]}')
    canonical({"a": set()}, '{"a":[]}')
    for wrong in ({"a": {1, "x"}}, {"a": {frozenset()}}, {"a": object()}, {"a": (1, 2)}, {"a": {(1, 2)}}):
        with pytest.raises(TypeError):
            canonical(wrong)


# ---- subjects: RFC 8785 -------------------------------------------------------------------------


@pytest.mark.parametrize("vector", files(
    *(f"pact/weft_{name}" for name in (
        "decline", "distribute", "distribute_chained", "human_gate", "mint", "nested_payload", "obsolete",
        "scalar_payload", "unicode_payload")),
    *(f"pact/eatp3_bilateral_{name}" for name in (
        "dispatcher_provenance", "missing_anchor", "valid", "witnessed")),
    "pact/eatp3_clearance_posture_gate"))
def test_subjects_of_eatp_3(vector):
    """Events and delegations of EATP v3 are subjects of anchors here: their hash is that of RFC 8785."""
    assert jcs_hash(json.loads(vector["expected_canonical_json"])) == vector["expected_content_hash"]
    assert "sha256:" + sha256(vector["expected_canonical_json"].encode()) == vector["expected_content_hash"]


@pytest.mark.parametrize("vector", files("pact/jcs_bigint_subject", "pact/weft_bigint_payload"))
def test_integers_of_subjects_are_exact(vector):
    expected = vector.get("expected_subject_hash") or vector["expected_content_hash"]
    assert jcs_hash(vector["input"].get("subject") or vector["input"]) == expected


@given(st.integers(-10**40, 10**40))
def test_any_integer_is_hashed_by_its_digits(number):
    text = '{"n":%d}' % number
    assert jcs_hash({"n": number}) == "sha256:" + sha256(text.encode())
    canonical({"n": number}, text)


# ---- signed records -----------------------------------------------------------------------------

SEED = bytes(range(32))
PAIR = EatpKeyPair.from_seed(SEED)
FIXED = {
    "alg_id": "eatp-v1", "capabilities": ["LlmCall"], "created_at": "2026-01-02T03:04:05Z", "delegate": "bob",
    "constraints": {
        "allow_code_execution": False, "allow_delegation": False, "allow_filesystem": False, "allow_network": True,
        "allow_state_mutation": True, "allowed_tools": None, "max_context_tokens": 16384, "reasoning_required": False},
    "delegation_id": "00000000-0000-4000-8000-000000000001", "delegator": "alice", "expires_at": None,
    "parent_delegation_id": None, "revoked": False,
    "resource_limits": {
        "max_execution_secs": 300, "max_llm_calls": 50, "max_tool_calls": 20, "max_total_tokens": 100000},
    "scope": {"domain": "engineering", "max_financial_cents": None, "operations": ["read"]},
}


@pytest.mark.parametrize("vector", cases("delegation-signing-payload"))
def test_delegations(vector):
    message = bytes.fromhex(vector["preimage_hex"])
    record = {**FIXED, "signing_payload_version": json.loads(message)["signing_payload_version"],
              "delegator_public_key": list(PAIR.public_key_bytes()), "signature": PAIR.sign_protocol(message).as_hex()}
    if vector["signers"]:
        record["multi_sig_policy"] = {"threshold": vector["threshold"], "authorized_signers": vector["signers"]}
    made = EatpDelegationRecord.from_dict(record)
    assert made.signing_payload() == message
    with pytest.raises(ValueError, match="signature verification failed"):
        EatpDelegationRecord.from_dict({**record, "delegate": "eve"})
    if vector["signers"] and len(vector["signers"]) > 1:
        record["multi_sig_policy"] = {"threshold": 1 if vector["threshold"] > 1 else 2,
                                      "authorized_signers": vector["signers"]}
        with pytest.raises(ValueError, match="signature verification failed"):
            EatpDelegationRecord.from_dict(record)


def payload_of(name, record):
    """What the SDK signs of its own records: without what stands beside the signature."""
    beside = {"signature", "signature_algorithm", "delegation_chain", "delegation_depth"}
    payload = {key: value for key, value in record.items() if key not in beside}
    for key in ("constraints", "capabilities_delegated", "constraint_subset"):
        if key in payload:
            payload[key] = sorted(payload[key])
    return payload


@pytest.mark.parametrize("name", ["genesis-record", "capability-attestation", "delegation-record", "audit-anchor"])
def test_records_in_the_form_of_the_sdk(name):
    """They were signed before pre-images had dimension_scope and reasoning_trace_hash."""
    key = base64.b64decode(read("wire/keypair")["public_key"]).hex()
    record = read(f"wire/{name}.fixture")
    signature = EatpSignature.from_bytes(base64.b64decode(record["signature"]))
    payload = payload_of(name, record)
    assert signature.verify_protocol_message(key, canonical(payload).encode())
    assert not signature.verify_protocol_message(key, canonical({**payload, "id": "x"}).encode())


def test_the_key_pair_of_the_sdk():
    found = read("wire/keypair")
    pair = EatpKeyPair.from_seed(base64.b64decode(found["private_key"]))
    assert base64.b64encode(pair.public_key_bytes()).decode() == found["public_key"]


@pytest.mark.parametrize("vector", cases("eatp08-alg-id-canonical", "registry"))
def test_tokens_of_algorithms(vector):
    assert canonical({"alg_id": vector["token"]}) == vector["canonical_member"]
    assert sha256(vector["canonical_member"].encode()) == vector["expected_sha256"]
    if vector["dispatchable"]:
        assert AlgorithmId(vector["token"]).canonical_bytes() == vector["canonical_member"].encode()
    else:
        with pytest.raises(ValueError, match="unsupported-algorithm"):
            AlgorithmId(vector["token"])


@pytest.mark.parametrize("vector", cases("eatp08-alg-id-canonical", "non_conformant"))
def test_algorithms_that_are_none(vector):
    """No witness of a time before the registry is known here, so all of them are refused."""
    chain = EatpCareChain(PAIR)
    chain.set_genesis("acme")
    chain.sign_genesis()
    record = chain.genesis_record().to_dict()
    assert EatpGenesisRecord.from_dict(record)
    shape = vector["shape"]
    if vector["value_repr"] == "(absent)":
        del record["alg_id"]
        message = "missing alg_id"
    elif shape.startswith("nested"):
        record["alg_id"] = json.loads(vector["value_repr"])
        message = "alg_id must be a string"
    else:
        record["alg_id"] = vector["value_repr"]
        message = "unsupported-algorithm"
    with pytest.raises(ValueError, match=message):
        EatpGenesisRecord.from_dict(record)


# ---- revocation ---------------------------------------------------------------------------------


def pair_of(name):
    found = read(name)["keypair"]
    pair = EatpKeyPair.from_seed(bytes.fromhex(found["secret_key_hex"]))
    assert pair.public_key_hex() == found["public_key_hex"]
    return pair


def signed(pair, payload, text):
    """An event or a head on the wire, of the canonical text that is signed."""
    signature = pair.sign_protocol(text.encode()).as_hex()
    return {**payload, "signer_public_key": pair.public_key_hex(), "signature": signature}


def event_of(pair, given):
    payload = {"delegation_id": given["delegation_id"], "domain_sep": "EATP-12/revocation-event/v1",
               "epoch": given["epoch"], "revoked_at": given["revoked_at"]}
    return signed(pair, payload, canonical(payload))


def ledger_of(pair, events, epoch, tip, blocks=0, tip_hash=ZEROS, signed_at="2026-07-17T00:00:00.000000000Z"):
    head = {"block_count": blocks, "domain_sep": "EATP-12/head-commitment/v1", "epoch": epoch,
            "revocation_ledger_tip": tip, "signed_at": signed_at, "tip_hash": tip_hash}
    document = {"alg_id": "eatp-v1", "events": events, "head": signed(pair, head, canonical(head))}
    return EatpRevocationLedger.from_dict(document, pair.public_key_hex()), document


def tip_of(events):
    tip = bytes(32)
    for event in events:
        text = canonical({name: event[name] for name in ("delegation_id", "domain_sep", "epoch", "revoked_at")})
        tip = hashlib.sha256(b"EATP-12/revocation-ledger/v1:" + tip + text.encode()).digest()
    return tip.hex()


@pytest.mark.parametrize("vector", cases("revocation-event-vectors"))
def test_revocation_events(vector):
    pair = pair_of("revocation-event-vectors")
    event = event_of(pair, vector["input"])
    text = canonical({name: event[name] for name in ("delegation_id", "domain_sep", "epoch", "revoked_at")})
    assert text == vector["expected_canonical_preimage"]
    assert event["signature"] == vector["expected_signature_hex"]
    if vector["input"]["epoch"]:
        ledger, _ = ledger_of(pair, [event], vector["input"]["epoch"], tip_of([event]), 1)
        assert ledger.is_revoked(vector["input"]["delegation_id"])
        assert not ledger.is_revoked("00000000-0000-4000-8000-000000000001")
        with pytest.raises(ValueError, match="UUID"):
            ledger.is_revoked("del-9999")


@pytest.mark.parametrize("vector", cases("revocation-ledger-tip-vectors"))
def test_tips_of_ledgers(vector):
    pair = pair_of("revocation-ledger-tip-vectors")
    events = [event_of(pair, given) for given in vector["events"]]
    epochs = [given["epoch"] for given in vector["events"]]
    assert tip_of(events) == vector["expected_tip_hex"]
    if epochs != sorted(epochs):  # the fold tells the order; a ledger has one order only
        with pytest.raises(ValueError, match="epoch"):
            ledger_of(pair, events, max(epochs), vector["expected_tip_hex"], len(events))
        return
    ledger, document = ledger_of(pair, events, max(epochs, default=0), vector["expected_tip_hex"], len(events))
    assert ledger.tip == vector["expected_tip_hex"] and ledger.to_dict() == document
    with pytest.raises(ValueError, match="its head commits to other events"):
        ledger_of(pair, events, max(epochs, default=0), "ab" * 32, len(events))


@pytest.mark.parametrize("vector", cases("head-commitment-vectors"))
def test_heads_of_ledgers(vector):
    pair = pair_of("head-commitment-vectors")
    given = vector["input"]
    payload = {**given, "domain_sep": "EATP-12/head-commitment/v1"}
    assert canonical(payload) == vector["expected_canonical_preimage"]
    assert signed(pair, payload, canonical(payload))["signature"] == vector["expected_signature_hex"]
    if given["epoch"] == 0:  # later ones commit to blocks and events which the vectors do not tell
        _, document = ledger_of(pair, [], given["epoch"], ZEROS, given["block_count"], given["tip_hash"],
                                given["signed_at"])
        assert document["head"]["signature"] == vector["expected_signature_hex"]


# ---- reasoning ----------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", files("pact/bh3_origin_unbound", "pact/bh3_origin_bound"))
def test_traces_of_the_sdk(vector):
    given = vector["input"]["trace"]
    trace = EatpReasoningTrace.from_dict(given)
    if not vector["origin_bound"]:
        assert trace.content_hash().hex() == vector["expected_preimage_sha256"]
        signature = PAIR.sign_protocol(vector["expected_signing_preimage"].encode())
        assert trace.verify(PAIR.public_key_hex(), signature)
        return
    origin = jcs_hash(vector["input"]["originating_instruction"])
    assert origin == vector["expected_origin_digest"]
    text = canonical({**given, "origin": origin})
    assert text == vector["expected_signing_preimage"]
    assert sha256(text.encode()) == vector["expected_preimage_sha256"]


# ---- PACT ---------------------------------------------------------------------------------------

ORG = json.dumps({"org_id": "o", "name": "O", "departments": [
    {"id": "d", "name": "D", "head_role_id": "h", "roles": [{"id": "h", "name": "Head"}], "departments": [],
     "teams": []}]})


@pytest.fixture
def engine():
    return PactGovernanceEngine(ORG)


def same_members(form, expected):
    """The form is canonical and has the members of the vector."""
    assert form == json.dumps(json.loads(form), sort_keys=True)
    assert list(json.loads(form)) == list(json.loads(expected))


@pytest.mark.parametrize("vector", cases("pact/filter_decision"))
def test_decisions_of_filters(vector):
    given = vector["input"]
    made = PactFilterDecision(given["allowed"], given["reason"], given["filtered_scope"], given["audit_anchor_id"])
    assert made.to_canonical_json() == vector["expected_canonical_json"]


@pytest.mark.parametrize("vector", files("pact/observation"))
def test_observations(vector):
    given = vector["input"]
    made = PactObservation(given["event_type"], given["role_address"], given["level"], given["payload"],
                           given["correlation_id"], given["observation_id"], given["timestamp"])
    assert made.to_canonical_json() == vector["expected_canonical_json"]


@pytest.mark.parametrize("vector", files("pact/plan_suspension"))
def test_suspensions(engine, vector):
    given = vector["input"]
    condition = given["resume_conditions"][0]
    engine.suspend_plan("D1-R1", given["plan_id"], given["trigger"], given["snapshot"])
    made = engine.update_resume_condition(given["plan_id"], condition["condition_type"], condition["satisfied"],
                                          condition["details"])
    expected = json.loads(vector["expected_canonical_json"])
    expected.update(role_address="D1-R1", suspended_at=made.suspended_at, suspension_id=made.suspension_id)
    assert made.to_canonical_json() == json.dumps(expected, sort_keys=True)


@pytest.mark.parametrize("vector", files("pact/role_clearance"))
def test_clearances(engine, vector):
    given = vector["input"]
    engine.grant_clearance("D1-R1", given["max_clearance"], given["compartments"])
    made = engine.list_clearances()[0]
    expected = json.loads(vector["expected_canonical_json"])
    told = json.loads(made.to_canonical_json())
    same_members(made.to_canonical_json(), vector["expected_canonical_json"])
    for name in ("max_clearance", "compartments", "nda_signed", "vetting_status"):
        assert told[name] == expected[name]
    assert made.vetting_status == PactVettingStatus.from_str(given["vetting_status"])


@pytest.mark.parametrize("vector", cases("pact/access_decision"))
def test_decisions_of_access(engine, vector):
    """What a decision details is an implementation's own; who may be made to say so is the engine alone."""
    engine.grant_clearance("D1-R1", "secret")
    level = "public" if vector["input"]["allowed"] else "top_secret"
    decision = engine.check_access("D1-R1", PactKnowledgeItem("i", "D1-R1", level, org_id="o"), "delegated")
    assert decision.allowed == vector["input"]["allowed"]
    same_members(decision.to_canonical_json(), vector["expected_canonical_json"])


@pytest.mark.parametrize("vector", files("pact/governance_verdict"))
def test_verdicts(engine, vector):
    verdict = engine.verify_action("D1-R1", vector["input"]["action"])
    same_members(verdict.to_canonical_json(), vector["expected_canonical_json"])
    assert json.loads(verdict.to_canonical_json())["action"] == vector["input"]["action"]


@pytest.mark.parametrize("vector", files("pact/eatp3_clearance_ordinal_inverted_pair"))
def test_levels_have_their_order(vector):
    levels = [PactClassificationLevel.from_str(token) for token in vector["expected_wire_tokens_ordered"]]
    assert levels == sorted(levels) and len(set(levels)) == 5
    assert [levels.index(PactClassificationLevel.from_str(token)) for token in sorted(vector["expected_ordinal"])] == \
        [vector["expected_ordinal"][token] for token in sorted(vector["expected_ordinal"])]


def test_every_file_is_run():
    there = {path.relative_to(VECTORS).with_suffix("").as_posix() for path in VECTORS.rglob("*.json")}
    wire = {f"wire/{name}.fixture" for name in (
        "genesis-record", "capability-attestation", "delegation-record", "audit-anchor")} | {"wire/keypair"}
    events = {"revocation-event-vectors", "revocation-ledger-tip-vectors", "head-commitment-vectors"}
    assert there == RUN | wire | events
