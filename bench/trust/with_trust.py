"""Trust and governance on this package or on the original: the same calls. Prints one JSON object."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kailash import _kailash as kailash

ORG = {
    "org_id": "o", "name": "Org",
    "departments": [{"id": "d", "name": "Dev", "head_role_id": "cto", "roles": [{"id": "cto", "name": "CTO"}],
                     "teams": [{"id": "t", "name": "Team", "lead_role_id": "lead",
                                "roles": [{"id": "lead", "name": "Lead"}, {"id": "dev", "name": "Developer"}]}]}],
}
ROLE = "D1-R1-T1-R1-R2"
CHAIN = 1000
EVENT = {"input": {"anchor_id": "a", "sequence": 0, "previous_hash": "0" * 64, "agent_id": "agent", "action": "read",
                   "verification_level": "AUTO_APPROVED", "envelope_id": "e", "result": "success",
                   "timestamp": "2026-01-15T13:00:00.123456+00:00", "metadata": {"role": "operator"}},
         "hash": "0" * 64}


def best(work, count=1, rounds=7):
    """Seconds of one piece of work: the least of some rounds."""
    smallest = float("inf")
    for _ in range(rounds):
        begin = time.perf_counter()
        for _ in range(count):
            work()
        smallest = min(smallest, (time.perf_counter() - begin) / count)
    return smallest


ROUNDS, SIGNATURES = 7, 200
SIGNER = """
from kailash import _kailash as kailash
pair = kailash.EatpKeyPair.from_seed(bytes(range(32)))
for number in range(%d):
    print(pair.sign(b"message %%d" %% number).as_hex())
"""


def first_verifications(key):
    """Seconds of a verification of a signature that another process made: nobody here has seen it."""
    made = subprocess.run([sys.executable, "-c", SIGNER % (ROUNDS * SIGNATURES)], capture_output=True, text=True,
                          check=True).stdout.split()
    given = [(kailash.EatpSignature.from_hex(text), b"message %d" % number) for number, text in enumerate(made)]
    smallest = float("inf")
    for at in range(0, len(given), SIGNATURES):
        begin = time.perf_counter()
        for signature, message in given[at:at + SIGNATURES]:
            assert signature.verify(key, message)
        smallest = min(smallest, (time.perf_counter() - begin) / SIGNATURES)
    return smallest


def keys():
    pair = kailash.EatpKeyPair.from_seed(bytes(range(32)))
    signature, key = pair.sign(b"hello"), pair.public_key_hex()
    return {"sign, µs": best(lambda: pair.sign(b"hello"), 300) * 1e6,
            "verify, µs": first_verifications(key) * 1e6,
            "verify again, µs": best(lambda: signature.verify(key, b"hello"), 200) * 1e6}


def chains():
    pair = kailash.EatpKeyPair.from_seed(bytes(range(32)))
    care = kailash.EatpCareChain(pair)
    care.set_genesis("org")
    care.sign_genesis()
    for number in range(CHAIN):
        care.issue_trust(f"agent-{number}", 2)
    chain = kailash.EatpDelegationChain(pair)
    scope = kailash.EatpDelegationScope("engineering", ["read"])
    for number in range(CHAIN):
        chain.delegate("alice", f"agent-{number}", ["llm_call"], 2, scope)
    return {f"verify a chain of {CHAIN} blocks, ms": best(care.verify) * 1e3,
            f"ask a chain of {CHAIN} blocks, µs": best(lambda: care.get_agent_trust_level("agent-7")) * 1e6,
            f"verify {CHAIN} delegations, ms": best(chain.verify) * 1e3}


def envelopes():
    envelope = kailash.ConstraintEnvelope()
    envelope.set_blocked_actions(["rm", "drop"])
    envelope.set_blocked_paths(["/etc", "/sys"])
    envelope.set_blocked_patterns(["*.env", "**/secret/**"])
    envelope.set_max_cost_per_action(10.0)
    enforcer = kailash.StrictEnforcer(envelope)
    return {"enforcer: check an action, µs": best(lambda: enforcer.check("read"), 3000) * 1e6,
            "enforcer: and a path, µs": best(lambda: enforcer.check("read", "/home/me/notes.txt"), 3000) * 1e6,
            "hash of an envelope, µs": best(envelope.envelope_hash, 300) * 1e6}


def projects():
    with tempfile.TemporaryDirectory() as folder:
        project = kailash.TrustProject.create(str(Path(folder) / "p"), "project", "author")
        figures = {}
        for anchors in (10, 200):
            while int(project.verify().anchors_checked) < anchors:
                for _ in range(10):
                    project.record_decision("Use C", "it is fast", "architecture")
            figures[f"record a decision at {anchors} anchors, ms"] = best(
                lambda: project.record_decision("Use C", "it is fast", "architecture"), 1, 5) * 1e3
        figures["verify 200 anchors, ms"] = best(project.verify, 1, 3) * 1e3
        return figures


def delegates():
    with tempfile.TemporaryDirectory() as folder:
        kailash.TrustProject.create(str(Path(folder) / "p"), "project", "author")
        manager, figures, names = kailash.DelegationManager.load(str(Path(folder) / "p")), {}, iter(range(10**6))
        for count in (10, 1000):
            for name in names:
                manager.add_delegate(f"del-{name}", "n", ["financial"])
                if name + 1 >= count:
                    break
            figures[f"add a delegate to {count}, ms"] = best(
                lambda: manager.add_delegate(f"del-{next(names)}", "n", ["financial"]), 10, 5) * 1e3
        return figures


def governance():
    engine = kailash.PactGovernanceEngine(json.dumps(ORG))
    for address in ("D1-R1", "D1-R1-T1-R1", ROLE):
        envelope = json.loads(engine.default_envelope_for_posture("delegated"))
        place = [{"node_type": {"D": "Department", "T": "Team", "R": "Role"}[part[0]], "sequence": int(part[1:])}
                 for part in address.split("-")]
        engine.set_role_envelope(json.dumps({
            "role_address": {"segments": place}, "envelope": envelope, "set_by": {"segments": place[:2]}, "version": 1,
            "created_at": "2026-01-01T00:00:00+00:00", "modified_at": "2026-01-01T00:00:00+00:00"}))
    engine.grant_clearance(ROLE, "secret")
    item = kailash.PactKnowledgeItem("i", "D1-R1-T1-R1", "restricted", [], ORG["org_id"])
    context = {"transaction_amount": 5.0}
    return {"verify_action at depth 3, µs": best(lambda: engine.verify_action(ROLE, "read"), 3000) * 1e6,
            "verify_action with an amount, µs": best(lambda: engine.verify_action(ROLE, "read", context), 3000) * 1e6,
            "check_access, µs": best(lambda: engine.check_access("dev", item, "delegated"), 3000) * 1e6}


def anchors():
    text = json.dumps(EVENT)
    anchor = kailash.AuditAnchor.from_json(text)

    def check():
        try:
            anchor.verify_hash()
        except ValueError:
            pass

    return {"read an audit anchor, µs": best(lambda: kailash.AuditAnchor.from_json(text), 1000) * 1e6,
            "check its hash, µs": best(check, 1000) * 1e6}


if __name__ == "__main__":
    made = {}
    for part in (keys, chains, envelopes, projects, delegates, governance, anchors):
        try:
            made.update(part())
        except Exception as error:  # a side that lacks a part still shows the others
            print(f"{part.__name__}: {error}", file=sys.stderr)
    print(json.dumps(made))
