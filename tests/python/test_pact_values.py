"""Addresses and the small values of PACT, as Python sees them."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kailash
import kailash.pact as pact

# ---- addresses: the grammar, written once more -----------------------------------------------------


@st.composite
def addresses(draw):
    """Segments (letter, number) of a well-formed address."""
    segments = []
    for letter in draw(st.lists(st.sampled_from("DTR"), min_size=1, max_size=12)):
        segments.append((letter, draw(st.integers(1, 4294967295))))
        if letter != "R":
            segments.append(("R", draw(st.integers(1, 9))))
    return segments


def text(segments):
    return "-".join(f"{letter}{number}" for letter, number in segments)


def prefixes(segments):
    return [segments[:n] for n in range(1, len(segments) + 1) if segments[n - 1][0] == "R"]


@given(addresses(), st.data())
def test_parts_of_an_address(segments, data):
    spelled = "-".join(
        (letter.lower() if data.draw(st.booleans()) else letter) + "0" * data.draw(st.integers(0, 2)) + str(number)
        for letter, number in segments
    )
    address = pact.Address.parse(spelled)
    assert str(address) == text(segments)
    assert repr(address) == f"PactAddress('{text(segments)}')"
    assert address.depth() == len(segments)
    assert [str(a) for a in address.ancestors()] == [text(p) for p in prefixes(segments)[:-1]]
    above = segments[:-1]
    assert address.parent() == (pact.Address.parse(text(above)) if above and above[-1][0] == "R" else None)
    assert address.supervisor() == (address.ancestors() or [None])[-1]
    for method, letters in [("containment_unit", "DT"), ("department_segment", "D"), ("team_segment", "T")]:
        places = [n for n, (letter, _) in enumerate(segments) if letter in letters]
        found = getattr(address, method)()
        assert (str(found) if found else None) == (text(segments[: places[-1] + 2]) if places else None)


@given(addresses(), addresses())
def test_two_addresses(a, b):
    x, y = pact.Address.parse(text(a)), pact.Address.parse(text(b))
    common = [p for p in prefixes(a) if p == b[: len(p)]]
    lca = pact.Address.lca(x, y)
    assert (str(lca) if lca else None) == (text(common[-1]) if common else None)
    assert x.is_prefix_of(y) == (a == b[: len(a)])
    assert (x == y) == (a == b)
    assert (x < y) == (a < b)
    if a == b:
        assert hash(x) == hash(y)


@given(st.text(alphabet="DTRdtrX019-_.: \0é", max_size=12) | st.text(max_size=8))
def test_what_is_read_is_well_formed(garbage):
    try:
        address = pact.Address.parse(garbage)
    except ValueError:
        return
    assert str(pact.Address.parse(str(address))) == str(address)
    assert address.depth() == garbage.count("-") + 1


# ---- all values --------------------------------------------------------------------------------------

K = kailash


def values():
    """Pairs of two equal ones and one that differs."""
    return [
        [K.PactAddress.parse(t) for t in ("D1-R1", "d01-r1", "D1-R2")],
        [K.PactClassificationLevel.from_str(t) for t in ("secret", "Secret", "public")],
        [K.PactGradientZone(t) for t in ("held", "HELD", "flagged")],
        [K.PactEnforcementMode(t) for t in ("audit", "AUDIT", "enforce")],
        [K.PactVettingStatus.from_str(t) for t in ("active", "ACTIVE", "revoked")],
        [K.PactDimensionName.financial(), K.PactDimensionName.from_str("financial"), K.PactDimensionName.temporal()],
        [K.PactFiniteF64(x) for x in (1, 1.0, 2)],
        [K.PactBridgeApprovalStatus.rejected(t) for t in ("a", "a", "b")],
        [K.PactKnowledgeItem("i", "D1-R1", "secret", c) for c in (["a", "b"], ["b", "a", "b"], ["a"])],
        [K.PactBridge("b", "D1-R1", a) for a in ("D2-R1", "d2-r1", "D3-R1")],
        [K.PactDelegationRecord("d", "D1-R1", "D1-R1-R2", s) for s in (None, None, ["financial"])],
        [K.PactDimensionVerdict("Financial", "held", t) for t in ("a", "a", "b")],
        [K.PactGovernanceError("v", t) for t in ("a", "a", "b")],
        [K.PactMonotonicTighteningError("v", t) for t in ("a", "a", "b")],
    ]


@pytest.mark.parametrize("same, alike, other", values())
def test_values_are_equal_by_what_they_say(same, alike, other):
    assert same == alike and hash(same) == hash(alike)
    assert same != other and same not in {other}
    assert copy.copy(same) == same and copy.deepcopy(same) == same
    with pytest.raises(AttributeError):
        same.name = "x"


def test_ladders_are_ordered():
    levels = [K.PactClassificationLevel.from_str(t) for t in ("public", "restricted", "confidential", "secret", "top_secret")]
    zones = [K.PactGradientZone(t) for t in ("auto_approved", "flagged", "held", "blocked")]
    assert sorted(reversed(levels)) == levels and [x.value for x in levels] == [0, 1, 2, 3, 4]
    assert sorted(reversed(zones)) == zones and [z.severity for z in zones] == [0, 1, 2, 3]
    assert [z.is_allowed for z in zones] == [True, True, False, False]
    with pytest.raises(TypeError):
        K.PactEnforcementMode("audit") < K.PactEnforcementMode("enforce")


def test_how_values_look():
    rows = [
        (K.PactClassificationLevel.from_str("topsecret"), "PactClassificationLevel(top_secret)", "top_secret"),
        (K.PactGradientZone("AutoApproved"), "PactGradientZone('auto_approved', severity=0)", "auto_approved"),
        (K.PactEnforcementMode("Audit"), "PactEnforcementMode('audit')", "audit"),
        (K.PactVettingStatus.active(), "PactVettingStatus('active')", "ACTIVE"),
        (K.PactDimensionName.data_access(), "PactDimensionName('data_access')", "data_access"),
        (K.PactFiniteF64(42), "PactFiniteF64(42)", "42"),
        (K.PactFiniteF64(1.5), "PactFiniteF64(1.5)", "1.5"),
        (K.PactBridgeApprovalStatus.rejected("why"), "PactBridgeApprovalStatus('rejected: why')", "rejected: why"),
        (K.PactDimensionVerdict("Financial", "auto_approved", "d"), None, "Financial: auto_approved (d)"),
        (K.PactGovernanceError("V", "m"), None, "m"),
        (K.PactMonotonicTighteningError("V", "m"), None, "m"),
        (K.PactDelegationRecord("i", "D1-R1", "D1-R1-R2"),
         "PactDelegationRecord(id='i', D1-R1 -> D1-R1-R2, active=true)", None),
        (K.PactKnowledgeItem("i", "D1-R1", "secret"), "PactKnowledgeItem(id='i', classification=3)", None),
        (K.PactVacancyDesignation("D1-R1", "a", "b", -1),
         "PactVacancyDesignation(role='D1-R1', acting='a', active=false)", None),
    ]
    for value, shown, told in rows:
        assert shown is None or repr(value) == shown
        assert told is None or str(value) == told
    assert float(K.PactFiniteF64(42)) == 42.0


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda: K.PactGradientZone("zz"), ValueError,
         "unknown gradient zone: 'zz' (expected: auto_approved, flagged, held, blocked)"),
        (lambda: K.PactEnforcementMode("x"), ValueError,
         "enforcement mode must be 'enforce', 'audit', or 'disabled', got 'x'"),
        (lambda: K.PactClassificationLevel.from_str("top-secret"), ValueError, "unknown classification level: 'top-secret'"),
        (lambda: K.PactClassificationLevel.from_str(""), ValueError, "unknown classification level: ''"),
        (lambda: K.PactVettingStatus.from_str("zz"), ValueError,
         "unknown vetting status: 'zz' (expected: pending, active, suspended, expired, revoked)"),
        (lambda: K.PactDimensionName.from_str("Financial"), ValueError, "unknown dimension name: 'Financial'"),
        (lambda: K.PactFiniteF64(float("nan")), ValueError, "NaN or Infinity in numeric field: non-finite value: NaN"),
        (lambda: K.PactFiniteF64(float("-inf")), ValueError, "NaN or Infinity in numeric field: non-finite value: -inf"),
        (lambda: K.PactFiniteF64("a"), TypeError, "value"),
        (lambda: K.PactKnowledgeItem("i", "zz", "secret"), ValueError, "unrecognized node type character: 'z'"),
        (lambda: K.PactKnowledgeItem("i", "D1-R1", "zz"), ValueError, "unknown classification level: 'zz'"),
        (lambda: K.PactBridge("b", "zz", "D1-R1"), ValueError, "unrecognized node type character: 'z'"),
        (lambda: K.PactBridge("b", "D1-R1", "D1-R1", "zz"), ValueError, "unknown bridge type: 'zz'"),
        (lambda: K.PactDelegationRecord("i", "a", "b"), ValueError, "segment must be"),
        (lambda: K.PactVacancyDesignation("D1-R1", "a", "b", 10**12), ValueError, "expiry_hours"),
        (lambda: K.PactVacancyDesignation("D1-R1", "a", "b", 10**30), OverflowError, "int too large"),
        (lambda: K.PactVacancyDesignation("D1-R1", "a", "b", 2.5), TypeError, "expiry_hours"),
        (lambda: K.PactAddress("D1-R1"), TypeError, "cannot create"),
        (lambda: K.PactClassificationLevel("secret"), TypeError, "cannot create"),
        (lambda: K.PactAddress.lca("a", "b"), TypeError, "a"),
    ],
)
def test_bad_values_are_refused(make, error, message):
    with pytest.raises(error) as caught:
        make()
    assert message in str(caught.value)


def test_vetting_changes_as_the_machine_says():
    machine = {
        "pending": ["active", "revoked"],
        "active": ["suspended", "expired", "revoked"],
        "suspended": ["active", "revoked"],
        "expired": ["pending", "revoked"],
        "revoked": [],
    }
    for name, following in machine.items():
        status = getattr(K.PactVettingStatus, name)()
        assert status.valid_transitions() == following
        assert status.grants_access == (name == "active")
        for other in machine:
            assert status.can_transition_to(getattr(K.PactVettingStatus, other)()) == (other in following)


@pytest.mark.parametrize(
    "scope, path, allowed",
    [
        (None, "a/b", True), (None, "", True), (None, "a/../b", False), (None, "..", False), (None, "a..b", True),
        ([], "a/b", False), ([], "", False),
        (["a/*"], "a/b", True), (["a/*"], "a/b/c", False), (["a/*"], "a", False), (["a/*"], "A/b", False),
        (["a/**"], "a/b/c", True), (["a/**"], "a/../c", False), (["x", "a/*"], "a/b", True),
    ],
)
def test_paths_of_a_bridge(scope, path, allowed):
    bridge = pact.Bridge.from_json(json.dumps({
        "id": "b", "role_a_address": "D1-R1", "role_b_address": "D2-R1", "bridge_type": "AdHoc", "bilateral": True,
        "max_classification": "secret", "is_active": True, "read_paths": scope, "write_paths": ["w/*"]}))
    assert bridge.path_allowed_for_read(path) is allowed
    assert bridge.path_allowed_for_write("w/x") and not bridge.path_allowed_for_write("a")
    assert bridge.bridge_type == "ad_hoc" and bridge.active
    assert pact.Bridge.from_json(bridge.to_json()) == bridge


def test_names_stand_with_and_without_prefix():
    short = """GovernanceEngine GovernanceContext GovernanceVerdict AccessDecision Address CompiledOrg OrgNode
        VacancyStatus ClassificationLevel RoleClearance RoleEnvelope TaskEnvelope EffectiveEnvelopeSnapshot Bridge
        KnowledgeItem KnowledgeSharePolicy GovernedAgent Recorder TieredAuditDispatcher""".split()
    for name in short:
        assert getattr(pact, name) is getattr(pact, "Pact" + name) is getattr(kailash, "Pact" + name)
        assert name in pact.__all__ and "Pact" + name in dir(pact)
    assert pact.EnvelopeIntersectionError is kailash.EnvelopeIntersectionError
    assert pact.intersect_envelopes is pact.pact_intersect_envelopes is kailash.pact_intersect_envelopes
    assert kailash._kailash.pact_intersect_envelopes is kailash.pact_intersect_envelopes
    assert {"RbacCell", "RbacMatrix", "intersect_envelopes"} <= set(pact.__all__)
    with pytest.raises(AttributeError, match="module 'kailash.pact' has no attribute 'Nothing'"):
        pact.Nothing
