"""An organisation whose envelope lets a role deploy once a human has approved it."""

import json

import kailash

engine = kailash.PactGovernanceEngine(json.dumps({
    "org_id": "acme", "name": "Acme", "departments": [{
        "id": "eng", "name": "Engineering", "head_role_id": "cto",
        "roles": [{"id": "cto", "name": "CTO"}, {"id": "dev", "name": "Developer"}]}]}))

envelope = json.loads(engine.default_envelope_for_posture("delegated"))
envelope["dimensions"]["operational"].update(denied_operations=["drop"], require_approval_for=["deploy"])
engine.set_role_envelope(json.dumps({
    "role_address": "D1-R1", "set_by": "D1-R1", "version": 1, "envelope": envelope,
    "created_at": "2026-01-01T00:00:00Z", "modified_at": "2026-01-01T00:00:00Z"}))

dev = "D1-R1-R2"
print([engine.verify_action(dev, action).zone for action in ("read", "deploy", "drop")])  # ['auto_approved', 'held', 'blocked']

[held] = engine.list_held_actions("pending")
engine.approve_held_action(held.action_id, "ada")
print(engine.retry_held_action(held.action_id).allowed)  # True
print(engine.verify_audit_chain().status)  # verified
