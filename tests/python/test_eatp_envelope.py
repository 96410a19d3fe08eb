"""EatpConstraintEnvelope: documents of this and of other implementations, read and checked."""

import copy
import json

import pytest

import kailash

# As the original writes it, for a grant of level 2.
DOCUMENT = {
    "alg_id": "eatp-v1",
    "chain_ref": None,
    "context": "Migrated from legacy ConstraintDimensions + ResourceLimits",
    "dimensions": {
        "communication": None,
        "data_access": {
            "allowed_data_sources": [],
            "data_classifications": ["public"],
            "denied_data_sources": [],
            "max_data_retention_days": None,
            "pii_handling": "none",
        },
        "financial": {
            "allowed_currencies": [],
            "approval_threshold_cents": 0,
            "cumulative_period": None,
            "max_cumulative_cents": 0,
            "max_transaction_cents": 0,
            "spending_allowed": False,
        },
        "operational": {
            "allowed_operations": ["network", "state_mutation"],
            "denied_operations": [],
            "max_concurrent_operations": None,
            "require_approval_for": [],
            "resource_limits": {"context_tokens": 16384, "llm_calls": 50, "tool_calls": 20},
        },
        "temporal": {
            "blackout_periods": [],
            "max_duration_seconds": 300,
            "operating_hours": None,
            "rate_limits": [],
        },
    },
    "envelope_id": "5f9aa9d3-26a6-4c0a-a07d-14e567040776",
    "expires_at": None,
    "issued_at": "2026-11-27T19:20:26.327864284Z",
    "issuer": "eatp-sdk-migration",
    "subject": {"id": "legacy-migration", "name": None, "subject_type": "Agent"},
    "version": "1.0",
}


def read(**changes):
    return kailash.EatpConstraintEnvelope.from_dict({**DOCUMENT, **changes})


def test_a_document_comes_back_as_it_was():
    envelope = read()
    assert envelope.to_dict() == DOCUMENT
    assert list(envelope.to_dict()) == sorted(DOCUMENT)
    assert list(envelope.to_dict()["dimensions"]["financial"]) == sorted(DOCUMENT["dimensions"]["financial"])
    assert envelope.to_json() == json.dumps(DOCUMENT)
    assert kailash.EatpConstraintEnvelope.from_dict(envelope.to_dict()) == envelope
    assert (envelope.envelope_id, envelope.version) == (DOCUMENT["envelope_id"], "1.0")
    assert (envelope.issuer, envelope.subject_id) == ("eatp-sdk-migration", "legacy-migration")
    assert envelope.context == DOCUMENT["context"]
    assert repr(envelope) == (
        "EatpConstraintEnvelope(envelope_id='5f9aa9d3-26a6-4c0a-a07d-14e567040776', version='1.0', "
        "issuer='eatp-sdk-migration')"
    )


def test_it_is_a_value():
    assert hash(read()) == hash(read())
    assert read() != read(version="1.1")
    assert copy.copy(read()) == read()
    with pytest.raises(AttributeError):
        read().issuer = "x"
    with pytest.raises(TypeError):
        kailash.EatpConstraintEnvelope()


def test_limits_reach_to_64_bits():
    dimensions = json.loads(json.dumps(DOCUMENT["dimensions"]))
    dimensions["operational"]["resource_limits"]["llm_calls"] = 2**64 - 1
    envelope = read(dimensions=dimensions)
    assert envelope.to_dict()["dimensions"]["operational"]["resource_limits"]["llm_calls"] == 2**64 - 1
    dimensions["operational"]["resource_limits"]["llm_calls"] = 2**64
    with pytest.raises(OverflowError):
        read(dimensions=dimensions)


def without(name):
    return {key: value for key, value in DOCUMENT.items() if key != name}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "missing alg_id"),
        (without("alg_id"), "missing alg_id"),
        ({**DOCUMENT, "alg_id": 5}, "alg_id must be a string"),
        ({**DOCUMENT, "alg_id": "eatp-v2"}, "unsupported-algorithm"),
        ({**DOCUMENT, "zzz": 1}, "zzz: unknown member"),
        ({**DOCUMENT, "version": 5}, "version: expected string"),
        ({**DOCUMENT, "envelope_id": "x"}, "envelope_id: expected a UUID"),
        ({**DOCUMENT, "issued_at": "2026-01-01T00:00:00"}, "issued_at: expected an RFC 3339 time"),
        ({**DOCUMENT, "subject": {"subject_type": "agent", "id": "a"}}, "subject_type: unknown 'agent'"),
        ({**DOCUMENT, "dimensions": {"legal": None}}, "dimensions.legal: unknown member"),
        ({**DOCUMENT, "signature": "00" * 64}, "signer_public_key and signature belong together"),
        ({**DOCUMENT, "signer_public_key": "00" * 32}, "signer_public_key and signature belong together"),
        ({**DOCUMENT, "signer_public_key": "00" * 32, "signature": "00" * 64}, "small order|public key|point"),
        (without("dimensions"), "dimensions: missing"),
    ],
)
def test_what_is_no_envelope_is_refused(data, message):
    with pytest.raises(ValueError, match=message) as caught:
        kailash.EatpConstraintEnvelope.from_dict(data)
    assert type(caught.value) is ValueError


def test_the_argument_is_a_dict():
    for data in (5, "x", None, [1]):
        with pytest.raises(TypeError):
            kailash.EatpConstraintEnvelope.from_dict(data)
