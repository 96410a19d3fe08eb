"""Makes and checks artefacts with the kailash of this interpreter: the built package, or the original wheel.

    python enterprise.py make FOLDER          writes FOLDER/KIND.json, prints what was made as JSON
    python enterprise.py check FOLDER         prints what it says of each artefact
    python enterprise.py tampered FOLDER      changes every byte of each artefact: all changes must be refused
    python enterprise.py public-key           prints the public key of the common seed

Both have the same names, so one script serves for both; where only the built package can do a thing, the
script asks for it, never for who it is.
"""

import base64
import json
import os
import shutil
import sys
import tempfile

import common
from common import NoSuchForm, Refused, family_b, require, same, sha256

from kailash import EatpAuditAnchor, EatpCapabilityAttestation, EatpCareChain, EatpDelegationChain
from kailash import EatpDelegationRecord, EatpDelegationScope, EatpGenesisRecord, EatpHumanOrigin, EatpKeyPair
from kailash import EatpPseudoAgent, EatpReasoningTrace, EatpSignature, EatpTrustLineageChain, EatpTrustOperations


def find(name):
    """A class, at the root or in the module where the wheel has it."""
    for module in ("", ".trust_plane", ".enterprise", ".kaizen"):
        try:
            return getattr(__import__("kailash" + module, fromlist=["_"]), name)
        except (ImportError, AttributeError):
            pass
    raise NoSuchForm(f"no {name}")


PAIR = EatpKeyPair.from_seed(common.SEED)
KEY = PAIR.public_key_hex()
# Only the built package signs as a whole what is made of many records, and verifies that against a key
# which comes by another way: artefacts tell whether they were made so ("whole").
BUILT = hasattr(PAIR, "sign_protocol")


# ---- making -------------------------------------------------------------------------------------


def protocol(message):
    if not BUILT:
        raise NoSuchForm("it signs no protocol messages of others")
    return PAIR.sign_protocol(message)


def care_chain():
    chain = EatpCareChain(PAIR)
    chain.set_genesis(common.ORGANISATION)
    chain.sign_genesis()
    chain.issue_trust(common.AGENT, 2)
    return chain


def make_message(path):
    payload = {"agent": "a1", "cost": 42, "name": "é🎉"}
    return {"payload": payload, "public_key": KEY, "signature": protocol(family_b(payload)).as_hex()}


def grant():
    return EatpDelegationChain(PAIR).delegate_record(
        "human:1", common.AGENT, ["llm_call"], 2, EatpDelegationScope("engineering", ["read"], 500))


def make_v3(path):
    record = common.delegation_draft("v3-complete")
    record["delegator_public_key"] = list(bytes.fromhex(KEY))
    record["signature"] = protocol(family_b(common.delegation_payload(record))).as_hex()
    return record


def anchor():
    return EatpTrustOperations().audit_record(PAIR, common.AGENT, "read", "res/é", "success")


def make_lineage(path):
    lineage = care_chain().lineage(common.AGENT, [grant()], [anchor()]).to_dict()
    return {"lineage": lineage, "whole": "envelope_signature" in lineage}


def make_reasoning(path):
    trace = EatpReasoningTrace("Approve", "Because of é", confidence=0.75, alternatives=["defer"])
    if not hasattr(trace, "to_dict"):
        raise NoSuchForm("its traces have no wire form")
    return {"trace": trace.to_dict(), "public_key": KEY, "signature": trace.sign(PAIR).as_hex()}


def make_override(path):
    return EatpPseudoAgent(EatpHumanOrigin("bob", "admin"), PAIR).override_block("llm_call", "só")


def make_session_envelope(path):
    envelope = find("ConstraintEnvelope").from_json(json.dumps(common.SESSION_ENVELOPE))
    return {"envelope": json.loads(envelope.to_json()), "hash": envelope.envelope_hash()}


def make_audit_chain(path):
    anchor_of = find("AuditAnchor")
    if not hasattr(anchor_of, "create"):
        raise NoSuchForm("it only reads anchors")
    chain, previous = [], "0" * 64
    for sequence in range(3):
        made = anchor_of.create(f"anc-{sequence}", sequence, common.AGENT, "access_granted", "AUTO_APPROVED", "success",
                                envelope_id="env-1", previous_hash=previous, metadata={"role": "café", "n": sequence})
        chain.append(json.loads(made.to_json()))
        previous = made.hash
    return chain


def trace_event_hash(event):
    try:
        compute = find("compute_trace_event_fingerprint")
    except NoSuchForm:
        return trace_event_hash_of_class(dict(event))
    return compute(event)


def trace_event_hash_of_class(given):
    if isinstance(given.get("payload"), dict):
        raise NoSuchForm("it keeps payloads as Python prints them, not as JSON")
    event = find("TraceEvent")(given.pop("event_type"), given.pop("run_id"), given.pop("agent_id"), **given)
    return sha256(event.serialize_canonical_json().encode())


def trace_event(event):
    return lambda path: {"event": event, "fingerprint": trace_event_hash(event)}


def authority_file(path):
    return path + ".authority"


def make_project(path):
    made = find("TrustProject").create(path, "prøject", "authør", None)
    for text in ('Use "C"\n', "é🎉"):
        made.record_decision(text, text, "design", confidence=0.5, alternatives=[text])
    made.record_milestone("v1", "first")
    made.transition_posture("autonomous", "because")
    shutil.copy(os.path.join(path, "keys", "authority.pub"), authority_file(path))
    return made


def make_project_only(path):
    make_project(path)


def make_bundle(path):
    folder = path + ".project"
    bundle = json.loads(find("VerificationBundle").create(make_project(folder), "public").to_json())
    if "signature" not in bundle:
        return {"bundle": bundle, "whole": False}
    with open(authority_file(folder)) as file:
        return {"bundle": bundle, "whole": True, "authority": file.read()}


MAKERS = {
    "message": make_message,
    "genesis": lambda path: care_chain().genesis_record().to_dict(),
    "attestation": lambda path: care_chain().capability_attestation(common.AGENT).to_dict(),
    "delegation_v2": lambda path: grant().to_dict(),
    "delegation_v3": make_v3,
    "anchor": lambda path: anchor().to_dict(),
    "reasoning": make_reasoning,
    "override": make_override,
    "lineage": make_lineage,
    "session_envelope": make_session_envelope,
    "audit_chain": make_audit_chain,
    "trace_event": trace_event(common.EVENT),
    "trace_payload": trace_event(common.EVENT_WITH_PAYLOAD),
    "bundle": make_bundle,
    "project": make_project_only,
}


# ---- checking -----------------------------------------------------------------------------------


def verify(message, signature, public_key):
    require(signature.verify_protocol_message(public_key, message), "signature does not verify")


def of_base64(text, size):
    data = base64.b64decode(text, validate=True)
    require(base64.b64encode(data).decode() == text and len(data) == size, "not base64 as it is written")
    return data


def check_signed(found, payload):
    """An object that the open SDK, or sign_protocol(), signed."""
    require(set(found) == {"payload", "public_key", "signature"}, "members")
    if len(found["public_key"]) == 64:
        key, signature = found["public_key"], EatpSignature.from_hex(found["signature"])
    else:
        key = of_base64(found["public_key"], 32).hex()
        signature = EatpSignature.from_bytes(of_base64(found["signature"], 64))
    require(key == KEY, "another key")
    verify(family_b(payload), signature, key)


def check_record(of):
    def check(found):
        if "payload" in found:  # a record in the open SDK's own form: all its members are signed
            return check_signed(found, found["payload"])
        record = of.from_dict(found)
        key = found.get("signer_public_key") or bytes(found["delegator_public_key"]).hex()
        require(key == KEY, "another key")
        # What stands outside of the signature may not be lost or changed on the way either.
        require(not found.get("revoked"), "revoked")
        same(record.to_dict(), found)

    return check


def check_reasoning(found):
    if not hasattr(EatpReasoningTrace, "from_dict"):
        raise NoSuchForm("its traces have no wire form")
    require(set(found) == {"trace", "public_key", "signature"} and found["public_key"] == KEY, "members or key")
    trace = EatpReasoningTrace.from_dict(found["trace"])
    require(trace.verify(KEY, EatpSignature.from_hex(found["signature"])), "signature does not verify")


def check_override(found):
    signed = {name: found[name] for name in ("authorized_at", "authorized_by", "capability", "justification",
                                             "override_id")}
    require(set(found) - set(signed) == {"expires_at", "signature"} and found["expires_at"] is None, "members")
    verify(family_b({**signed, "action": "override_block"}), EatpSignature.from_hex(found["signature"]), KEY)


def check_lineage(found):
    document = found["lineage"]
    lineage = EatpTrustLineageChain.from_dict(document)
    if BUILT and found["whole"]:
        require(lineage.verify_all(KEY) == 3, "not all records verify")
    else:
        require(lineage.verify_all() == 3, "not all records verify")
    require(document["genesis"]["public_key_hex"] == KEY, "another key")
    require(len(lineage.delegations) == 1 and len(lineage.attestations) == 1, "records are missing")
    read = lineage.to_dict()
    if not BUILT:  # the wheel knows nothing of a signature of the envelope, and drops it
        document = {name: value for name, value in document.items() if name != "envelope_signature"}
    same({"lineage": read, "whole": found["whole"]}, {**found, "lineage": document})


def check_session_envelope(found):
    require(set(found) == {"envelope", "hash"}, "members")
    envelope = find("ConstraintEnvelope").from_json(json.dumps(found["envelope"]))
    require(envelope.envelope_hash() == found["hash"], "another hash")
    same({"envelope": json.loads(envelope.to_json()), "hash": found["hash"]}, found)


def check_audit_chain(found):
    previous, all_read = "0" * 64, []
    for sequence, anchor in enumerate(found):
        read = find("AuditAnchor").from_json(json.dumps(anchor))
        require(read.verify_hash() and read.previous_hash == previous and read.sequence == sequence, "no chain")
        all_read.append(json.loads(read.to_json()))
        previous = read.hash
    require(len(found) == 3, "anchors are missing")
    same(all_read, found)


def check_trace_event(found):
    require(set(found) == {"event", "fingerprint"}, "members")
    require(trace_event_hash(found["event"]) == found["fingerprint"], "another fingerprint")


def check_bundle(found):
    if "bundle_version" in found:
        raise NoSuchForm("the SDK's bundles have neither hashes nor signatures of their records")
    bundle = found["bundle"]
    require(len(bundle["decisions"]) == 2, "decisions are missing")
    require(bundle["public_key"] == bundle["genesis"]["public_key_hex"], "another key")
    read = find("VerificationBundle").from_json(json.dumps(bundle))
    if BUILT and found["whole"]:
        read.verify(found["authority"], require_signature=True)
    else:
        require(read.verify(), "bundle does not verify")


def check_project(path):
    with open(os.path.join(path, "manifest.json"), encoding="utf-8") as file:
        if "genesis_id" in json.load(file):
            return check_migrated(path)
    with open(authority_file(path)) as file:
        os.environ.update(TRUST_PLANE_AUTHORITY_PUBKEY=file.read(), TRUST_PLANE_TRUST_DIR=path)
    project = find("TrustProject").load(path)
    require(project.project_name() == "prøject" and project.posture().lower() == "autonomous", "another project")
    found = [f"{issue.severity} {issue.issue_type}" for issue in project.verify().issues]
    require(found == [], str(found))


def check_migrated(path):
    """A project of the open SDK: refused by name, then converted, then verified."""
    of = find("TrustProject")
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "project")
        shutil.copytree(path, copy)
        try:
            of.load(copy)
            raise Refused("loaded as it is")
        except RuntimeError as error:
            if "migrate_project" not in str(error):
                raise NoSuchForm("it does not convert the SDK's directory") from None
        answer = json.loads(find("migrate_project")(copy))
        require(answer["was_successful"] and not answer["errors"], str(answer))
        os.environ.update(TRUST_PLANE_AUTHORITY_PUBKEY=answer["authority_public_key"],
                          TRUST_PLANE_TRUST_DIR=answer["migrated_to"])
        project = of.load(answer["migrated_to"])
        require(not project.verify().issues, "the converted project does not verify")
        require({one.decision for one in project.decisions()} >= {"first", "é🎉"}, "decisions are missing")


CHECKS = {
    "message": lambda found: check_signed(found, found["payload"]),
    "genesis": check_record(EatpGenesisRecord),
    "attestation": check_record(EatpCapabilityAttestation),
    "delegation_v2": check_record(EatpDelegationRecord),
    "delegation_v3": check_record(EatpDelegationRecord),
    "delegation_v0": lambda found: check_signed(found, found["payload"]),
    "anchor": check_record(EatpAuditAnchor),
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
    if command == "public-key":
        print(KEY)
    elif command == "make":
        print(json.dumps(common.make_all(MAKERS, sys.argv[2])))
    elif command == "check":
        print(json.dumps(common.check_all(check, sys.argv[2])))
    else:
        import tamper

        print(json.dumps(tamper.tamper_all(check, sys.argv[2])))
