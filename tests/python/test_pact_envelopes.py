"""Envelopes of an engine: set, kept from widening, computed, remembered, expired."""

import datetime
import hashlib
import json
import struct
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kailash.pact as pact

ORG = {
    "org_id": "o", "name": "O", "departments": [
        {"id": "d", "name": "Dept", "head_role_id": "h", "roles": [{"id": "h", "name": "Head"}],
         "teams": [{"id": "t", "name": "Team", "lead_role_id": "l", "roles": [{"id": "l", "name": "Lead"}, {"id": "m", "name": "M"}]}]},
        {"id": "e", "name": "E", "head_role_id": "eh", "roles": [{"id": "eh", "name": "EH"}]}]}
HEAD, LEAD, MEMBER, OTHER = "D1-R1", "D1-R1-T1-R1", "D1-R1-T1-R1-R2", "D2-R1"


@pytest.fixture
def engine():
    return pact.GovernanceEngine(json.dumps(ORG))


def dimensions(**changes):
    base = {
        "financial": {"max_transaction_cents": 10000, "max_cumulative_cents": 50000, "approval_threshold_cents": 5000,
                      "allowed_currencies": [], "spending_allowed": True},
        "operational": {"allowed_operations": [], "denied_operations": [], "resource_limits": {}, "require_approval_for": []},
        "temporal": None, "data_access": None, "communication": None}
    for name, change in changes.items():
        base[name] = None if change is None else {**(base[name] or {}), **change}
    return base


def envelope(dims=None, **more):
    return {"envelope_id": str(uuid.uuid4()), "version": "1", "issued_at": "2026-01-01T00:00:00Z", "expires_at": None,
            "issuer": "i", "subject": {"subject_type": "Agent", "id": "a", "name": "A"},
            "dimensions": dims or dimensions(), **more}


def role(address, dims=None, version=1, **more):
    return json.dumps({"role_address": address, "envelope": envelope(dims, **more), "set_by": HEAD, "version": version,
                       "created_at": "2026-01-01T00:00:00Z", "modified_at": "2026-01-01T00:00:00Z"})


def task(id_, address, dims=None, expires="2100-01-01T00:00:00Z", **more):
    return json.dumps({"task_id": id_, "role_address": address, "envelope": envelope(dims, **more), "expires_at": expires,
                       "created_by": HEAD})


def cents(engine, address, task_id=None):
    made = json.loads(engine.compute_envelope(address, task_id).to_json())
    return made["envelope"]["dimensions"]["financial"]["max_transaction_cents"]


def limit(amount):
    return dimensions(financial={"max_transaction_cents": amount})


def test_what_is_set_is_found(engine):
    with pytest.raises(RuntimeError, match="missing ancestor envelope: empty envelope chain — cannot compute effective envelope"):
        engine.compute_envelope(MEMBER)
    engine.set_role_envelope(role(HEAD))
    made = engine.compute_envelope(MEMBER)
    assert made.chain == [HEAD] and not made.is_expired
    assert made.version_hash == "7c9fa136d4413fa6173637e883b6998d32e1d675f88cddff9dcbcf331820f4b8"
    assert repr(made) == "PactEffectiveEnvelopeSnapshot(chain_len=1, hash='7c9fa136')"
    document = json.loads(made.to_json())
    assert document["chain"] == [{"segments": [{"node_type": "Department", "sequence": 1}, {"node_type": "Role", "sequence": 1}]}]
    assert bytes(document["version_hash"]).hex() == made.version_hash
    own = document["envelope"]
    assert (own["issuer"], own["version"], own["context"]) == ("pact-governance", "effective-1", "computed effective envelope")
    assert made.content_hash == document["content_hash"] == hashlib.sha256(
        json.dumps(own["dimensions"], sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    assert engine.get_role_envelope(HEAD).version == 1
    assert engine.get_role_envelope(LEAD) is engine.get_role_envelope("D9-R1") is None
    with pytest.raises(RuntimeError, match="role not found: 'D9-R1'"):
        engine.set_role_envelope(role("D9-R1"))
    with pytest.raises(RuntimeError, match="role not found: 'D9-R1'"):
        engine.compute_envelope("D9-R1")
    for call in (engine.set_role_envelope, engine.set_task_envelope):
        with pytest.raises(ValueError, match="envelope JSON: "):
            call("{")


def test_hashes_of_versions(engine):
    def hash_of(*versions):
        return hashlib.sha256(b"".join(struct.pack("<Q", v) for v in versions)).hexdigest()

    engine.set_role_envelope(role(HEAD, version=3))
    engine.set_role_envelope(role(LEAD, limit(100)))
    engine.set_task_envelope(task("t", LEAD, limit(50)))
    plain = engine.compute_envelope(MEMBER)
    assert plain.version_hash == engine.compute_envelope(MEMBER, "t").version_hash == hash_of(3, 1)
    assert plain.content_hash != engine.compute_envelope(MEMBER, "t").content_hash
    # From the first replacement on what was set when counts, too, even under the same version.
    seen = {plain.version_hash}
    for _ in range(3):
        engine.set_role_envelope(role(LEAD, limit(100)))
        for asked in (None, "t"):
            seen.add(engine.compute_envelope(MEMBER, asked).version_hash)
    assert len(seen) == 7


def test_a_child_may_not_be_wider(engine):
    engine.set_role_envelope(role(HEAD, limit(1000)))
    engine.set_role_envelope(role(LEAD, limit(100)))
    with pytest.raises(RuntimeError) as caught:
        engine.set_role_envelope(role(MEMBER, limit(101)))
    assert type(caught.value) is RuntimeError
    assert str(caught.value) == (
        f"monotonic tightening violation: role {MEMBER} widens ancestor {LEAD}: financial widening: "
        "max_transaction_cents: child 101 > parent 100")
    assert engine.get_role_envelope(MEMBER) is None
    engine.set_role_envelope(role(MEMBER, dimensions(financial=None)))
    assert cents(engine, MEMBER) == 100
    # A parent may be tightened later: the intersection governs.
    engine.set_role_envelope(role(HEAD, limit(10)))
    assert cents(engine, MEMBER) == cents(engine, LEAD) == 10


def test_a_task_narrows_until_it_ends(engine):
    engine.set_role_envelope(role(HEAD))
    engine.set_task_envelope(task("t", LEAD, limit(5)))
    assert [cents(engine, a, "t") for a in (HEAD, LEAD, MEMBER)] == [10000, 5, 5]
    assert cents(engine, MEMBER) == cents(engine, MEMBER, "unknown") == 10000
    engine.set_task_envelope(task("t", MEMBER, limit(7)))
    assert [cents(engine, a, "t") for a in (LEAD, MEMBER)] == [10000, 7]
    engine.delete_task_envelope("t")
    engine.delete_task_envelope("t")
    assert cents(engine, MEMBER, "t") == 10000
    engine.set_task_envelope(task("t", LEAD, limit(5), expires="2020-01-01T00:00:00Z"))
    assert cents(engine, MEMBER, "t") == 10000
    with pytest.raises(RuntimeError, match="role not found: 'D9-R1'"):
        engine.set_task_envelope(task("t", "D9-R1"))


def test_time_passes(engine):
    """What was remembered is computed anew when an envelope's or a task's time is over."""
    now = datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)
    engine.set_clock(lambda: now.timestamp())
    engine.set_role_envelope(role(HEAD, expires_at="2030-01-03T00:00:00Z"))
    engine.set_task_envelope(task("t", LEAD, limit(5), expires="2030-01-02T00:00:00Z"))
    told = []
    for day in (1, 2, 3):
        now = datetime.datetime(2030, 1, day, tzinfo=datetime.timezone.utc)
        told.append((cents(engine, LEAD, "t"), engine.compute_envelope(LEAD).is_expired))
    assert told == [(5, False), (10000, False), (10000, True)]
    assert "BLOCKED: envelope expired" in engine.explain_envelope(LEAD)


def test_what_leaves_nothing_is_refused(engine):
    engine.set_role_envelope(role(HEAD, dimensions(operational={"allowed_operations": ["read", "Write"]})))
    engine.set_role_envelope(role(LEAD, dimensions(operational={"allowed_operations": ["write"]})))
    engine.set_role_envelope(role(HEAD, dimensions(operational={"allowed_operations": ["read"]})))
    with pytest.raises(pact.EnvelopeIntersectionError):
        engine.compute_envelope(LEAD)
    with pytest.raises(ValueError):
        engine.compute_envelope(MEMBER)
    assert "Effective Envelope: BLOCKED (" in engine.explain_envelope(LEAD)
    assert engine.compute_envelope(HEAD).chain == [HEAD]


def test_an_envelope_is_explained(engine):
    engine.set_role_envelope(role(HEAD, version=3))
    text = engine.explain_envelope(MEMBER)
    assert text.startswith(
        f"=== Envelope Explanation for {MEMBER} ===\n\nAncestor Chain (root to target):\n\n"
        f"[R] Head {HEAD} (version 3)\n"
        "  Constraints: financial: max_tx=$100.00, spending=yes; operational: 0 allowed, 0 denied; temporal: unconstrained; "
        "data_access: unconstrained; communication: unconstrained\n"
        f"  [R] Lead {LEAD} (no envelope)\n    [R] M {MEMBER} (no envelope)\n\nEffective Envelope:\n  Constraints: financial: ")
    assert f"  Version Hash: {engine.compute_envelope(MEMBER).version_hash}\n  Computed At: " in text and text.endswith(" UTC\n")
    assert engine.explain_envelope(OTHER).endswith("Effective Envelope: NONE (no envelopes in chain)")


@given(st.lists(st.tuples(st.sampled_from([HEAD, LEAD, MEMBER, OTHER]), st.integers(1, 5), st.booleans()), max_size=25))
@settings(max_examples=40)
def test_what_is_remembered_is_what_would_be_computed(changes):
    """After any changes, each role's limit is the smallest of those set above it and for its task."""
    engine = pact.GovernanceEngine(json.dumps(ORG))
    above = {HEAD: [HEAD], LEAD: [HEAD, LEAD], MEMBER: [HEAD, LEAD, MEMBER], OTHER: [OTHER]}
    limits, tasks = {}, {}
    for address, amount, for_task in changes:
        if for_task:
            engine.set_task_envelope(task("t", address, limit(amount)))
            tasks = {address: amount}
        elif all(amount <= limits.get(a, amount) for a in above[address][:-1]):
            engine.set_role_envelope(role(address, limit(amount)))
            limits[address] = amount
        else:
            with pytest.raises(RuntimeError, match="monotonic tightening violation"):
                engine.set_role_envelope(role(address, limit(amount)))
        for asked in above:
            own = [limits[a] for a in above[asked] if a in limits]
            if not own:
                with pytest.raises(RuntimeError):
                    engine.compute_envelope(asked)
                continue
            assert cents(engine, asked) == min(own)
            assert cents(engine, asked, "t") == min(own + [tasks[a] for a in above[asked] if a in tasks])


def test_more_tasks_than_are_remembered(engine):
    engine.set_role_envelope(role(HEAD))
    engine.set_task_envelope(task("t0", LEAD, limit(5)))
    for n in range(10_050):
        engine.compute_envelope(LEAD, f"t{n}")
    assert cents(engine, LEAD, "t0") == 5 and cents(engine, LEAD, "t10049") == 10000


def test_a_context_keeps_what_it_saw(engine):
    engine.set_role_envelope(role(HEAD, dimensions(operational={"allowed_operations": ["read"], "denied_operations": ["drop"]})))
    context = engine.get_context(LEAD, "delegated")
    assert context.is_action_allowed("Read") and not context.is_action_allowed("write")
    assert not context.is_action_allowed("drop") and not context.is_action_allowed("")
    engine.grant_clearance(LEAD, "secret", ["q"])
    assert not context.has_clearance_for("restricted") and not context.has_compartment("q")
    later = engine.get_context(LEAD, "supervised")
    assert later.has_clearance_for("restricted") and not later.has_clearance_for("secret") and later.has_compartment("q")
    with pytest.raises(ValueError, match="unknown classification level"):
        later.has_clearance_for("zz")
    with pytest.raises(TypeError):
        pact.GovernanceContext()


def test_documents_bring_envelopes(engine):
    document = {"org": ORG, "envelopes": [json.loads(role(HEAD, limit(9))), json.loads(role(LEAD, limit(8)))]}
    assert cents(pact.GovernanceEngine(json.dumps(document)), MEMBER) == 8
    document["envelopes"].append(json.loads(role(MEMBER, limit(10))))
    with pytest.raises(ValueError, match=r"envelopes\[2\]: monotonic tightening violation"):
        pact.GovernanceEngine(json.dumps(document))


def test_advice(engine):
    default = json.loads(engine.default_envelope_for_posture("pseudo_agent"))
    assert default["issuer"] == "pact-governance-bootstrap"
    with pytest.raises(ValueError, match="unknown posture level: 'zz'"):
        engine.default_envelope_for_posture("zz")
    assert [w.dimension for w in engine.check_degenerate_envelope(json.dumps(default))][0] == "Financial"
    empty = envelope({name: None for name in dimensions()})
    assert [w.dimension for w in engine.check_passthrough_envelope(json.dumps(empty))] == ["Passthrough"]
    assert [w.variant for w in engine.validate_envelope_health(json.dumps(empty))] == ["FullyUnconstrained"]
    assert [w.dimension for w in engine.check_gradient_dereliction([("a", "held"), ("b", "blocked")], ["a", "b"])] == ["Gradient"]
    with pytest.raises(ValueError):
        engine.check_gradient_dereliction([("a", "zz")], [])
