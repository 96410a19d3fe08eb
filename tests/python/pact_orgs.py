"""Organisations and envelopes for the tests of kailash.pact."""

import json

import kailash

ORG = {"org_id": "acme", "name": "Acme", "departments": [
    {"id": "eng", "name": "Engineering", "head_role_id": "cto",
     "roles": [{"id": "cto", "name": "CTO"}, {"id": "dev", "name": "Dev"}],
     "teams": [{"id": "core", "name": "Core", "lead_role_id": "lead",
                "roles": [{"id": "lead", "name": "Lead"}, {"id": "junior", "name": "Junior"}]}]},
    {"id": "ops", "name": "Operations", "head_role_id": "coo",
     "roles": [{"id": "coo", "name": "COO"}, {"id": "admin", "name": "Admin"}]},
]}
CTO, DEV, LEAD, JUNIOR = "D1-R1", "D1-R1-R2", "D1-R1-T1-R1", "D1-R1-T1-R1-R2"
COO, ADMIN = "D2-R1", "D2-R1-R2"


def org(**flags):
    """ORG as JSON; flags set members of roles: org(dev={"is_vacant": True})."""
    copy = json.loads(json.dumps(ORG))

    def walk(unit):
        for role in unit.get("roles", []):
            role.update(flags.get(role["id"], {}))
        for part in unit.get("teams", []) + unit.get("departments", []):
            walk(part)

    for department in copy["departments"]:
        walk(department)
    return json.dumps(copy)


def dimensions(engine, posture="delegated", **changes):
    """The default envelope of a posture with members of its dimensions changed; None = null."""
    envelope = json.loads(engine.default_envelope_for_posture(posture))
    for name, members in changes.items():
        if members is None:
            envelope["dimensions"][name] = None
        else:
            envelope["dimensions"][name].update(members)
    return envelope


def role_envelope(engine, address, posture="delegated", allow_bridge=False, expires_at=None, **changes):
    envelope = dimensions(engine, posture, **changes)
    envelope["expires_at"] = expires_at
    return json.dumps({"role_address": address, "set_by": "D1-R1", "version": 1,
                       "created_at": "2026-01-01T00:00:00Z", "modified_at": "2026-01-01T00:00:00Z",
                       "allow_bridge": allow_bridge, "envelope": envelope})


def task_envelope(engine, task_id, address, expires_at="2200-01-01T00:00:00Z", **changes):
    return json.dumps({"task_id": task_id, "role_address": address, "expires_at": expires_at,
                       "created_by": "D1-R1", "envelope": dimensions(engine, **changes)})


def engine(flags=None, at=CTO, **changes):
    """An engine whose role `at` has an envelope."""
    made = kailash.PactGovernanceEngine(org(**(flags or {})))
    made.set_role_envelope(role_envelope(made, at, **changes))
    return made


def verify(made, action="read", role=CTO, **arguments):
    return made.verify_action(role, action, **arguments)
