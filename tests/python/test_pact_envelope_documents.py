"""Documents of envelopes, of roles and tasks, and what two envelopes have in common."""

import copy
import json
import uuid

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import kailash
from kailash import pact


def dimensions():
    return {
        "financial": {
            "max_transaction_cents": 10000,
            "max_cumulative_cents": 50000,
            "cumulative_period": "daily",
            "approval_threshold_cents": 5000,
            "allowed_currencies": ["USD"],
            "spending_allowed": True,
        },
        "operational": {
            "allowed_operations": ["read", "write", "send"],
            "denied_operations": ["drop"],
            "resource_limits": {"llm_calls": 10},
            "max_concurrent_operations": 5,
            "require_approval_for": ["send"],
        },
        "temporal": {
            "operating_hours": None,
            "max_duration_seconds": 3600,
            "rate_limits": [],
            "blackout_periods": [],
        },
        "data_access": {
            "data_classifications": ["public"],
            "pii_handling": "none",
            "allowed_data_sources": ["db1", "docs/**"],
            "denied_data_sources": ["db2"],
            "max_data_retention_days": 7,
        },
        "communication": {
            "allowed_channels": ["email"],
            "denied_channels": [],
            "allowed_recipients": [],
            "denied_recipients": [],
            "require_approval_for_external": False,
            "max_message_length": None,
            "content_filters": [],
        },
    }


def envelope(changes=None, **head):
    made = dimensions()
    for dimension, members in (changes or {}).items():
        made[dimension] = members if members is None else {**made[dimension], **members}
    return {
        "envelope_id": str(uuid.uuid4()),
        "version": "1",
        "issued_at": "2026-01-01T00:00:00Z",
        "expires_at": None,
        "issuer": "x",
        "subject": {"subject_type": "Agent", "id": "s", "name": None},
        "dimensions": made,
        "chain_ref": None,
        "context": None,
        **head,
    }


def meet(a, b):
    return json.loads(kailash.pact_intersect_envelopes(json.dumps(a), json.dumps(b)))


def segments(text):
    names = {"D": "Department", "T": "Team", "R": "Role"}
    return {"segments": [{"node_type": names[s[0]], "sequence": int(s[1:])} for s in text.split("-")]}


def role(**changes):
    return {
        "role_address": segments("D1-R1"),
        "envelope": envelope(),
        "set_by": segments("D1-R1"),
        "version": 1,
        "created_at": "2026-01-01T00:00:00Z",
        "modified_at": "2026-01-01T00:00:00Z",
        **changes,
    }


def task(**changes):
    return {
        "task_id": "t1",
        "role_address": segments("D1-R1"),
        "envelope": envelope(),
        "expires_at": "2027-01-01T00:00:00Z",
        "created_by": segments("D1-R1"),
        **changes,
    }


# ---- pact_intersect_envelopes ------------------------------------------------------------------------


def test_an_envelope_meets_itself():
    own = envelope()
    both = meet(own, own)
    assert both["dimensions"] == own["dimensions"]
    assert list(both["dimensions"]["communication"]) == list(own["dimensions"]["communication"])
    assert both["issuer"] == "x∩x"
    assert both["envelope_id"] != own["envelope_id"]
    assert both["issued_at"].endswith("Z")
    assert (both["version"], both["subject"], both["expires_at"]) == ("1", own["subject"], None)


@pytest.mark.parametrize(
    ("dimension", "member"),
    [
        ("financial", "allowed_currencies"),
        ("operational", "allowed_operations"),
        ("data_access", "data_classifications"),
        ("data_access", "allowed_data_sources"),
        ("communication", "allowed_channels"),
        ("communication", "allowed_recipients"),
    ],
)
def test_what_has_nothing_in_common_is_refused_in_all_six_lists(dimension, member):
    one, other = ("public", "secret") if member == "data_classifications" else ("a", "b")
    a, b = envelope({dimension: {member: [one]}}), envelope({dimension: {member: [other]}})
    with pytest.raises(kailash.EnvelopeIntersectionError, match=member):
        meet(a, b)
    everything = envelope({dimension: {member: []}})
    for pair in ((a, everything), (everything, a)):
        assert meet(*pair)["dimensions"][dimension][member] == [one]


def test_the_module_has_the_names_without_their_prefix():
    assert issubclass(kailash.EnvelopeIntersectionError, ValueError)
    assert pact.EnvelopeIntersectionError is kailash.EnvelopeIntersectionError
    assert pact.RoleEnvelope is kailash.PactRoleEnvelope
    assert pact.TaskEnvelope is kailash.PactTaskEnvelope
    one = json.dumps(envelope())
    assert json.loads(pact.intersect_envelopes(one, one))["dimensions"] == dimensions()


def test_operating_hours_are_truly_met():
    def hours(zone, start, end):
        window = {"day_of_week": None, "start_time": start, "end_time": end}
        return {"temporal": {"operating_hours": {"timezone": zone, "windows": [window]}}}

    def met(a, b):
        return meet(envelope(a), envelope(b))["dimensions"]["temporal"]["operating_hours"]

    assert met(hours("UTC", "09:00", "17:00"), hours("UTC", "12:00", "20:00")) == hours("UTC", "12:00", "17:00")[
        "temporal"
    ]["operating_hours"]
    berlin = hours("Europe/Berlin", "09:00", "17:00")
    assert met(berlin, {}) == berlin["temporal"]["operating_hours"]
    with_utc = met(berlin, hours("UTC", "00:00", "24:00"))
    assert with_utc["timezone"] == "UTC"
    assert [(w["start_time"], w["end_time"]) for w in with_utc["windows"]] == [("08:00", "15:00")]
    with pytest.raises(kailash.EnvelopeIntersectionError, match="operating_hours"):
        met(hours("UTC", "09:00", "10:00"), hours("UTC", "10:00", "11:00"))


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ("{", "{}", "a_json"),
        ("[]", "{}", "a_json"),
        ("{}", "{}", "a_json"),
        (json.dumps(envelope()), "{}", "b_json"),
        (json.dumps(envelope(zzz=1)), "{}", "zzz: unknown member"),
        (json.dumps(envelope({"financial": {"z": 1}})), "{}", "financial.z: unknown member"),
        (json.dumps(envelope({"financial": {"max_transaction_cents": -1}})), "{}", "max_transaction_cents"),
        (json.dumps(envelope({"financial": {"max_transaction_cents": 2**64}})), "{}", "max_transaction_cents"),
        (json.dumps(envelope({"data_access": {"data_classifications": ["Public"]}})), "{}", "data_classifications"),
        (json.dumps(envelope(expires_at=float("nan"))), "{}", "a_json"),
        ("[" * 100000, "{}", "a_json"),
    ],
)
def test_what_is_no_envelope_is_a_value_error(a, b, message):
    with pytest.raises(ValueError, match=message) as caught:
        kailash.pact_intersect_envelopes(a, b)
    assert type(caught.value) is ValueError


def test_arguments_are_text():
    for bad in (5, None, {}, b"{}"):
        with pytest.raises(TypeError):
            kailash.pact_intersect_envelopes(bad, "{}")


# ---- properties --------------------------------------------------------------------------------------

WORDS = st.lists(st.sampled_from(["read", "Read", "write", "send", "drop"]), max_size=4)
CENTS = st.sampled_from([0, 1, 100, 5000, 2**63, 2**64 - 1])
COUNT = st.none() | CENTS


@st.composite
def envelopes(draw):
    made = {
        "financial": {
            "max_transaction_cents": draw(CENTS),
            "max_cumulative_cents": draw(CENTS),
            "cumulative_period": draw(st.sampled_from(["daily", "weekly", "monthly", "annual"])),
            "approval_threshold_cents": draw(CENTS),
            "allowed_currencies": draw(st.lists(st.sampled_from(["USD", "eur"]), max_size=2)),
            "spending_allowed": draw(st.booleans()),
        },
        "operational": {
            "allowed_operations": draw(WORDS),
            "denied_operations": draw(WORDS),
            "resource_limits": draw(st.dictionaries(st.sampled_from("abc"), CENTS, max_size=3)),
            "max_concurrent_operations": draw(COUNT),
            "require_approval_for": draw(WORDS),
        },
        "data_access": {
            "data_classifications": draw(
                st.lists(st.sampled_from(["public", "secret"]), max_size=2)
            ),
            "pii_handling": draw(st.sampled_from(["none", "encrypted", "full_access"])),
            "allowed_data_sources": draw(st.lists(st.sampled_from(["a/*", "a/**", "a/b", "c"]), max_size=3)),
            "denied_data_sources": draw(st.lists(st.sampled_from(["a/*", "a/**", "a/b", "c"]), max_size=3)),
            "max_data_retention_days": draw(COUNT),
        },
    }
    stated = draw(st.sets(st.sampled_from(list(made))))
    every = {name: made[name] if name in stated else None for name in dimensions()}
    return envelope() | {"dimensions": every}


def attempt(a, b):
    try:
        return meet(a, b)
    except kailash.EnvelopeIntersectionError:
        return None


def meaning(one):
    """An envelope without its head, words as sets in lower case, what lies below a pattern left out."""

    def fold(value, name):
        if isinstance(value, list):
            words = {word.lower() for word in value}
            if name.endswith("_data_sources"):
                if "a/**" in words:
                    words -= {"a/*", "a/b"}
                if "a/*" in words:
                    words -= {"a/b"}
            return words
        return value

    return one and {
        dimension: members and {name: fold(value, name) for name, value in members.items()}
        for dimension, members in one["dimensions"].items()
    }


@settings(max_examples=40)
@given(envelopes(), envelopes(), envelopes())
def test_the_intersection_is_a_meet(a, b, c):
    ab, ba, bc = attempt(a, b), attempt(b, a), attempt(b, c)
    assert meaning(ab) == meaning(ba)
    assert meaning(meet(a, a)) == meaning(a)
    assert meaning(ab and attempt(ab, c)) == meaning(bc and attempt(a, bc))


@settings(max_examples=60)
@given(envelopes(), envelopes())
def test_the_intersection_is_never_wider(a, b):
    both = attempt(a, b)
    assume(both is not None)
    for side in (a, b):
        for dimension in ("financial", "operational", "data_access"):
            own, met = side["dimensions"][dimension], both["dimensions"][dimension]
            for name, value in (own or {}).items():
                if name.startswith("denied") or name == "require_approval_for":
                    assert {one.lower() for one in value} <= expand(met[name])
                elif isinstance(value, list) and value:
                    assert met[name] and expand(met[name]) <= expand(value)
                elif name in ("max_cumulative_cents", "cumulative_period"):
                    assert met["max_cumulative_cents"] <= own["max_cumulative_cents"]
                elif isinstance(value, dict):
                    assert all(met[name][key] <= most for key, most in value.items())
                elif isinstance(value, bool):
                    assert met[name] <= value
                elif isinstance(value, int):
                    assert met[name] is not None and met[name] <= value


def expand(words):
    """All entries that the patterns among the words stand for."""
    found = {word.lower() for word in words}
    if "a/**" in found:
        found |= {"a/*", "a/b"}
    if "a/*" in found:
        found |= {"a/b"}
    return found


# ---- PactRoleEnvelope, PactTaskEnvelope --------------------------------------------------------------


def test_a_role_envelope_is_read_and_written():
    made = kailash.PactRoleEnvelope.from_json(json.dumps(role()))
    assert repr(made) == "PactRoleEnvelope(address='D1-R1', version=1, allow_bridge=false)"
    assert (made.role_address, made.set_by, made.version, made.allow_bridge) == ("D1-R1", "D1-R1", 1, False)
    assert made.created_at == made.modified_at == "2026-01-01T00:00:00+00:00"
    assert json.loads(made.envelope_json)["dimensions"] == dimensions()
    assert json.loads(made.to_json()) == {**role(envelope=json.loads(made.envelope_json)), "allow_bridge": False}
    assert list(json.loads(made.to_json())) == [
        "role_address",
        "envelope",
        "set_by",
        "version",
        "created_at",
        "modified_at",
        "allow_bridge",
    ]
    again = kailash.PactRoleEnvelope.from_json(made.to_json())
    assert again == made and hash(again) == hash(made)
    assert copy.deepcopy(made) == made
    assert made != kailash.PactRoleEnvelope.from_json(json.dumps(role(version=2, envelope=json.loads(made.envelope_json))))
    plain = kailash.PactRoleEnvelope.from_json(json.dumps(role(role_address="d1-r1", set_by="D01-R1")))
    assert (plain.role_address, plain.set_by) == ("D1-R1", "D1-R1")


def test_a_task_envelope_is_read_and_written():
    made = kailash.PactTaskEnvelope.from_json(json.dumps(task()))
    assert repr(made) == (
        "PactTaskEnvelope(task_id='t1', address='D1-R1', expires_at='2027-01-01T00:00:00+00:00')"
    )
    assert (made.task_id, made.role_address, made.created_by) == ("t1", "D1-R1", "D1-R1")
    assert json.loads(made.to_json())["expires_at"] == "2027-01-01T00:00:00Z"
    assert kailash.PactTaskEnvelope.from_json(made.to_json()) == made


def test_both_kinds_meet_their_own():
    a = kailash.PactRoleEnvelope.from_json(json.dumps(role()))
    small = envelope({"operational": {"allowed_operations": ["READ"]}})
    b = kailash.PactRoleEnvelope.from_json(json.dumps(role(envelope=small)))
    assert json.loads(a.intersect(b))["dimensions"]["operational"]["allowed_operations"] == ["read"]
    t = kailash.PactTaskEnvelope.from_json(json.dumps(task()))
    assert json.loads(t.intersect(t))["dimensions"] == dimensions()
    with pytest.raises(TypeError):
        a.intersect(t)
    other = envelope({"operational": {"allowed_operations": ["zz"]}})
    with pytest.raises(kailash.EnvelopeIntersectionError):
        a.intersect(kailash.PactRoleEnvelope.from_json(json.dumps(role(envelope=other))))


@pytest.mark.parametrize(
    ("made", "changes", "message"),
    [
        (role, {"version": -1}, "version"),
        (role, {"version": "1"}, "version"),
        (role, {"set_by": ""}, "set_by"),
        (role, {"set_by": 5}, "set_by"),
        (role, {"role_address": "D1"}, "role_address"),
        (role, {"created_at": "x"}, "created_at"),
        (role, {"created_at": None}, "created_at"),
        (role, {"envelope": {}}, "envelope_id"),
        (task, {"expires_at": None}, "expires_at"),
        (task, {"created_by": ""}, "created_by"),
        (task, {"task_id": 5}, "task_id"),
    ],
)
def test_what_is_no_such_document_is_refused(made, changes, message):
    kind = kailash.PactRoleEnvelope if made is role else kailash.PactTaskEnvelope
    with pytest.raises(ValueError, match=message) as caught:
        kind.from_json(json.dumps(made(**changes)))
    assert type(caught.value) is ValueError
    with pytest.raises(TypeError):
        kind()


def test_warnings_are_values():
    warning = kailash.PactDegenerateWarning("Financial", "m")
    assert (warning.dimension, warning.message, str(warning)) == ("Financial", "m", "Financial: m")
    assert repr(warning) == "PactDegenerateWarning(dimension='Financial', message='m')"
    assert warning == kailash.PactDegenerateWarning(dimension="Financial", message="m")
    other = kailash.PactEnvelopeWarning("ZeroFinancialLimit", "m")
    assert (other.variant, other.message, str(other)) == ("ZeroFinancialLimit", "m", "m")
    assert repr(other) == "PactEnvelopeWarning(variant='ZeroFinancialLimit', message='m')"
