"""Makes and checks artefacts with the open Python SDK of this interpreter.

    python open_sdk.py make FOLDER        writes FOLDER/KIND.json, prints what was made as JSON
    python open_sdk.py check FOLDER       prints what it says of each artefact

The SDK has records of its own for genesis, attestation and anchor; it makes those, and verifies records of
the specification's wire form with verify_signature(), which makes the canonical bytes itself.
"""

import asyncio
import base64
import json
import os
import sys
from datetime import datetime, timezone

import common
from common import NoSuchForm, offset, payload_of, require, sha256

from nacl.signing import SigningKey

from kailash.diagnostics.protocols import TraceEvent, compute_trace_event_fingerprint
from kailash.trust import chain as records
from kailash.trust._json import canonical_json_dumps
from kailash.trust.pact.audit import AuditAnchor, AuditChain
from kailash.trust.pact.config import VerificationLevel
from kailash.trust.plane.bundle import VerificationBundle
from kailash.trust.plane.models import ConstraintEnvelope, DecisionRecord
from kailash.trust.plane.project import TrustProject
from kailash.trust.reasoning.traces import ConfidentialityLevel, ReasoningTrace
from kailash.trust.signing import crypto
from kailash.trust.signing import delegation_payload as engine


def base64_text(data):
    return base64.b64encode(data).decode()


PUBLIC = bytes(SigningKey(common.SEED).verify_key)
KEY = PUBLIC.hex()
# The SDK's private keys are those of PyNaCl: the seed alone.
PRIVATE_BASE64 = base64_text(common.SEED)
PUBLIC_BASE64 = base64_text(PUBLIC)
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


# ---- making -------------------------------------------------------------------------------------


def signed(payload):
    return {"payload": payload, "public_key": PUBLIC_BASE64, "signature": crypto.sign(payload, PRIVATE_BASE64)}


def make_message(path):
    return signed({"agent": "a1", "cost": 42, "name": "é🎉"})


def make_genesis(path):
    return signed(records.GenesisRecord(
        id="gen-1", agent_id=common.AGENT, authority_id=common.ORGANISATION,
        authority_type=records.AuthorityType.ORGANIZATION, created_at=NOW, signature="",
        metadata={"owner": "é"}).to_signing_payload())


def make_attestation(path):
    return signed(records.CapabilityAttestation(
        id="cap-1", capability="analyze", capability_type=records.CapabilityType.ACTION, constraints=["read_only"],
        attester_id=common.ORGANISATION, attested_at=NOW, signature="", scope={"tables": ["t"]}).to_signing_payload())


def make_anchor(path):
    return signed(records.AuditAnchor(
        id="aud-1", agent_id=common.AGENT, action="read", timestamp=NOW, trust_chain_hash="0" * 64,
        result=records.ActionResult.SUCCESS, signature="", resource="res/é", context={"ms": 1.5}).to_signing_payload())


def make_delegation_v0(path):
    return signed(records.DelegationRecord(
        id="del-1", delegator_id="alice", delegatee_id="bob", task_id="task-é", capabilities_delegated=["read"],
        constraint_subset=["read_only"], delegated_at=NOW, signature="").to_signing_payload())


def engine_input(record, created_at):
    policy = record.get("multi_sig_policy")
    expires_at = record["expires_at"] and datetime.fromisoformat(offset(record["expires_at"]))
    return engine.DelegationSigningInput(
        delegation_id=record["delegation_id"], delegator=record["delegator"], delegate=record["delegate"],
        capabilities=tuple(record["capabilities"]), created_at=created_at, expires_at=expires_at,
        constraints=engine.ConstraintDimensions.from_dict(record["constraints"]),
        resource_limits=engine.ResourceLimits.from_dict(record["resource_limits"]),
        scope=engine.DelegationScope.from_dict(record["scope"]),
        parent_delegation_id=record["parent_delegation_id"], multi_sig=policy is not None,
        multi_sig_policy=policy and engine.MultiSigSigningPolicy.from_dict(policy))


def make_delegation(version):
    def make(path):
        record = common.delegation_draft(version)
        message = engine.delegation_signing_payload(engine_input(record, NOW), engine.SigningPayloadVersion(version))
        record["delegator_public_key"] = list(PUBLIC)
        record["signature"] = base64.b64decode(crypto.sign(message, PRIVATE_BASE64)).hex()
        return record

    return make


def trace():
    return ReasoningTrace(
        decision="Approve", rationale="Because of é", confidentiality=ConfidentialityLevel.RESTRICTED, timestamp=NOW,
        alternatives_considered=["defer"], evidence=[{"cost": 500}], methodology="cost_benefit", confidence=0.75)


def make_reasoning(path):
    made = trace()
    signature = base64.b64decode(crypto.sign_reasoning_trace(made, PRIVATE_BASE64))
    return {"trace": made.to_signing_payload(), "public_key": KEY, "signature": signature.hex()}


def make_session_envelope(path):
    envelope = ConstraintEnvelope.from_dict({name: value for name, value in common.SESSION_ENVELOPE.items()
                                             if not name.startswith("signed_")})
    return {"envelope": common.SESSION_ENVELOPE, "hash": envelope.envelope_hash()}


def make_audit_chain(path):
    made = AuditChain("chain-1")
    for n in range(3):
        made.append(common.AGENT, "access_granted", VerificationLevel.AUTO_APPROVED, envelope_id="env-1",
                    result="success", metadata={"role": "café", "n": n})
    return [anchor_out(one) for one in made.anchors]


INPUT = ("anchor_id", "sequence", "agent_id", "action", "verification_level", "result", "timestamp")


def anchor_out(anchor):
    """An anchor in the form of the specification; its own differs in names only."""
    own = anchor.to_dict()
    given = {name: own[name] for name in INPUT}
    given.update(previous_hash=own["previous_hash"] or "0" * 64, envelope_id=own["envelope_id"] or "",
                 metadata=own["metadata"] or None)
    return {"input": given, "hash": own["content_hash"]}


def anchor_in(found):
    given = found["input"]
    previous = given["previous_hash"]
    return AuditAnchor.from_dict({
        **{name: given[name] for name in INPUT}, "previous_hash": None if previous == "0" * 64 else previous,
        "envelope_id": given["envelope_id"] or None, "metadata": given["metadata"] or {},
        "content_hash": found["hash"]})


def trace_event(event):
    return lambda path: {"event": event, "fingerprint": compute_trace_event_fingerprint(TraceEvent.from_dict(event))}


async def project_at(path):
    project = await TrustProject.create(path, "prøject", "authør")
    for text in ("first", "é🎉"):
        await project.record_decision(DecisionRecord(decision_type="design", decision=text, rationale=text))
    await project.record_milestone("v1", "first")
    return project


def make_project(path):
    asyncio.run(project_at(path))


def make_bundle(path):
    async def make():
        return await VerificationBundle.create(await project_at(path + ".project"))

    return json.loads(asyncio.run(make()).to_json())


MAKERS = {
    "message": make_message,
    "genesis": make_genesis,
    "attestation": make_attestation,
    "delegation_v2": make_delegation("v2-complete"),
    "delegation_v3": make_delegation("v3-complete"),
    "delegation_v0": make_delegation_v0,
    "anchor": make_anchor,
    "reasoning": make_reasoning,
    "session_envelope": make_session_envelope,
    "audit_chain": make_audit_chain,
    "trace_event": trace_event(common.EVENT),
    "trace_payload": trace_event(common.EVENT_WITH_PAYLOAD),
    "bundle": make_bundle,
    "project": make_project,
}


# ---- checking -----------------------------------------------------------------------------------


def verify(payload, signature_hex, public_key_hex):
    require(public_key_hex == KEY, "another key")
    signature = base64_text(bytes.fromhex(signature_hex))
    require(crypto.verify_signature(payload, signature, PUBLIC_BASE64), "signature does not verify")


def check_signed(found):
    if found["public_key"] == PUBLIC_BASE64:
        require(crypto.verify_signature(found["payload"], found["signature"], PUBLIC_BASE64), "does not verify")
    else:
        verify(found["payload"], found["signature"], found["public_key"])


def check_record(kind):
    def check(found):
        if "payload" in found:
            return check_signed(found)
        verify(payload_of(kind, found), found["signature"], found["signer_public_key"])

    return check


def check_delegation(found):
    """By the SDK's engine; which refuses fractions of seconds, so a fraction is put back into its text."""
    require(found["alg_id"] == "eatp-v1" and not found["revoked"], "another algorithm, or revoked")
    created_at = offset(found["created_at"])
    whole = created_at[:19] + "+00:00"
    version = engine.SigningPayloadVersion(found["signing_payload_version"])
    message = engine.delegation_signing_payload(engine_input(found, datetime.fromisoformat(whole)), version)
    message = message.replace(f'"created_at":"{whole}"'.encode(), f'"created_at":"{created_at}"'.encode())
    verify(message, found["signature"], bytes(found["delegator_public_key"]).hex())


def check_reasoning(found):
    given = found["trace"]
    if "confidence_bps" not in given:
        require(given == trace().to_signing_payload(), "another trace")
        signature = base64_text(bytes.fromhex(found["signature"]))
        require(crypto.verify_reasoning_signature(trace(), signature, PUBLIC_BASE64), "does not verify")
    else:  # its classes hash another object, but the signature is one over a hash of its canonical JSON
        digest = bytes.fromhex(crypto.hash_chain(given))
        verify(b"EATP-REASONING-v1:" + digest, found["signature"], found["public_key"])


def check_override(found):
    payload = {name: found[name] for name in ("authorized_at", "authorized_by", "capability", "justification",
                                              "override_id")}
    verify({**payload, "action": "override_block"}, found["signature"], KEY)


def check_lineage(found):
    """The SDK's lineage is another one; of this it verifies every signed record."""
    found = found["lineage"]
    check_record("genesis")(found["genesis"])
    for kind, name in (("attestation", "attestations"), ("anchor", "audit_anchors")):
        for record in found[name]:
            check_record(kind)(record)
    for record in found["delegations"]:
        check_delegation({**record, "alg_id": found["alg_id"]})
    if "envelope_signature" in found:
        of = found["envelope_signature"]
        verify({**found["envelope"], "signer_public_key": of["signer_public_key"]}, of["signature"],
               of["signer_public_key"])


def check_session_envelope(found):
    given = {name: value for name, value in found["envelope"].items() if not name.startswith("signed_")}
    require(ConstraintEnvelope.from_dict(given).envelope_hash() == found["hash"], "another hash")


def check_audit_chain(found):
    anchors = [anchor_in(one) for one in found]
    require([anchor_out(one)["input"] for one in anchors] == [one["input"] for one in found], "not the same again")
    of = AuditChain("chain-1")
    of.anchors.extend(anchors)
    sound, errors = of.verify_chain_integrity()
    require(sound and all(one.verify_integrity() for one in anchors), str(errors))


def check_trace_event(found):
    event = TraceEvent.from_dict(found["event"])
    require(compute_trace_event_fingerprint(event) == found["fingerprint"], "another fingerprint")


def check_bundle(found):
    """The SDK's bundles have neither hashes nor signatures; of this it verifies the hash and the signatures."""
    if "bundle_version" in found:
        ids = [anchor.get("anchor_id", "") for anchor in found["anchors"]]
        return require(sha256(json.dumps(ids).encode()) == found["chain_hash"], "another hash")
    found = found["bundle"]
    everything = [found["genesis"], *found["anchors"], *found["decisions"], *found["milestones"]]
    require(sha256(canonical_json_dumps(everything).encode()) == found["bundle_hash"], "another hash")
    key = base64_text(bytes.fromhex(found["public_key"]))
    for anchor in found["anchors"]:
        signature = base64_text(bytes.fromhex(anchor["signature"]))
        require(crypto.verify_signature(anchor["record_hash"], signature, key), "an anchor does not verify")
    for record in found["decisions"]:
        content = {name: value for name, value in record.items() if name != "id"}
        require(record["id"] == "dec-" + sha256(crypto.serialize_for_signing(content).encode())[:12], "another id")


def check_project(path):
    if not os.path.exists(os.path.join(path, "keys", "private.key")):
        raise NoSuchForm("its directories have another form")

    async def verify_project():
        return await (await TrustProject.load(path)).verify()

    report = asyncio.run(verify_project())
    require(report["chain_valid"] and not report["integrity_issues"], str(report))


CHECKS = {
    "message": check_signed,
    "genesis": check_record("genesis"),
    "attestation": check_record("attestation"),
    "delegation_v2": check_delegation,
    "delegation_v3": check_delegation,
    "delegation_v0": check_signed,
    "anchor": check_record("anchor"),
    "reasoning": check_reasoning,
    "override": check_override,
    "lineage": check_lineage,
    "session_envelope": check_session_envelope,
    "audit_chain": check_audit_chain,
    "trace_event": check_trace_event,
    "trace_payload": check_trace_event,
    "bundle": check_bundle,
}


def check(kind, artefact):
    if kind == "project":
        check_project(artefact)
    else:
        CHECKS[kind](json.loads(artefact))


if __name__ == "__main__":
    command = sys.argv[1]
    if command == "make":
        print(json.dumps(common.make_all(MAKERS, sys.argv[2])))
    else:
        print(json.dumps(common.check_all(check, sys.argv[2])))
