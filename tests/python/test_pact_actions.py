"""kailash.pact: verdicts, held actions, usage, the matrix, governed agents."""

import json
import math
import re
import threading

import pytest

import kailash
from kailash import PactGovernanceEngine
from pact_orgs import CTO, DEV, JUNIOR, LEAD, engine, org, role_envelope, task_envelope, verify

RUNS = {"auto_approved", "flagged"}


# ---- the order of the checks ----------------------------------------------------------------------

@pytest.mark.parametrize("address, message", [
    ("", "address"), ("zz", "address|character|segment|unrecognized"), ("D1", "followed by a Role|R"),
    ("D0-R1", "."), ("D1-R1-", "."), ("D1-R1\n", "."), ("\uff24" + "1-R1", "."), ("D1-R1" * 400, ".")])
def test_text_that_is_no_address_is_an_error(address, message):
    with pytest.raises(RuntimeError, match=message) as caught:
        engine().verify_action(address, "read")
    assert caught.type is RuntimeError


@pytest.mark.parametrize("action, message", [
    ("", "action refused: empty"),
    ("a\nb", "action refused: contains a line-breaking or control character"),
    ("a\x00b", "action refused: contains a line-breaking or control character"),
    ("a\u2028b", "action refused: contains a line-breaking or control character"),
    ("a\u200bb", "action refused: contains an invisible character"),
    ("a\u202eb", "action refused: contains an invisible character"),
    ("a\ufeff", "action refused: contains an invisible character"),
    ("x" * 641, "action refused: exceeds maximum length"),
    ("\u00e9" * 321, "action refused: exceeds maximum length")])
def test_actions_that_are_refused(action, message):
    made = engine()
    for method in (made.verify_action, made.verify_action_chain):
        with pytest.raises(RuntimeError, match=message) as caught:
            method(CTO, action)
        assert caught.type is RuntimeError
    assert made.audit_anchor_count() == 1  # that of the envelope


def test_the_longest_action_and_one_beyond_ascii():
    assert verify(engine(), "x" * 640).zone == "auto_approved"
    assert verify(engine(), "lire \u00e9\U0001f600").zone == "auto_approved"


def test_a_role_that_nobody_has():
    verdict = verify(engine(), role="D9-R1")
    assert (verdict.zone, verdict.allowed) == ("blocked", False)
    assert verdict.details == {"failure": "role_not_found"}
    assert verdict.reason == "action 'read' blocked \u2014 no role found at address 'D9-R1'"


def test_roles_that_are_vacant_or_below_a_vacant_one():
    made = engine({"cto": {"is_vacant": True, "auto_suspend_on_vacancy": True}})
    vacant, suspended = verify(made), verify(made, role=LEAD)
    assert vacant.details == {"failure": "vacant_role"}
    assert "is vacant with no acting designation" in vacant.reason
    assert suspended.details == {"failure": "suspended_role"}
    made.set_vacancy_designation(CTO, "coo", "board")
    assert verify(made).allowed and verify(made, role=LEAD).allowed


def test_without_an_envelope_everything_is_blocked():
    verdict = PactGovernanceEngine(org()).verify_action(DEV, "read")
    assert verdict.zone == "blocked"
    assert verdict.details == {"error": "failed to compute effective envelope"}
    assert verdict.reason == ("action 'read' blocked \u2014 failed to compute effective envelope for role "
                              "'D1-R1-R2'")


@pytest.mark.parametrize("action", [
    "bridge_create", "clearance_change", "emergency_bypass", "envelope_modify", "ksp_create",
    "posture_upgrade", "org_restructure", "Envelope_Modify", " envelope_modify "])
def test_what_is_never_delegated_is_held(action):
    verdict = verify(engine(), action)
    assert (verdict.zone, verdict.allowed) == ("held", False)
    assert verdict.details == {"check": "never_delegated", "action": action,
                               "held_action_id": "1"}
    assert verdict.reason == f"action '{action}' requires human review (never-delegated)"


def test_envelopes_that_have_expired_block():
    made = PactGovernanceEngine(org())
    made.set_role_envelope(role_envelope(made, CTO, expires_at="2020-01-01T00:00:00Z"))
    verdict = verify(made)
    assert verdict.zone == "blocked" and "envelope expired" in verdict.reason


# ---- contexts ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("key", ["cost", "anything"])
def test_numbers_that_are_none_block(key, value):
    verdict = verify(engine(), context={"a": 1.0, key: value})
    assert verdict.zone == "blocked"
    assert verdict.details == {"failure": "non_finite_context", "key": key}
    assert verdict.reason == f"action 'read' blocked \u2014 non-finite context value for key '{key}'"


@pytest.mark.parametrize("context", [{"a": "1"}, {"a": None}, {"a": [1]}, {1: 1}, [1], "x", 5, {"a": b"1"}])
def test_contexts_of_the_wrong_type(context):
    with pytest.raises(TypeError):
        verify(engine(), context=context)


def test_a_bool_counts_as_a_number_and_huge_integers_are_refused():
    made = engine()
    assert verify(made, context={"cost": True}).allowed
    with pytest.raises(OverflowError):
        verify(made, context={"cost": 10**30})
    assert verify(made, context={"cost": 1e308}).zone == "blocked"
    assert verify(made, context={"cost": -5e-324}).zone == "blocked"


@pytest.mark.parametrize("arguments", [{"role_address": 5}, {"action": None}, {"resource": 7},
                                       {"task_id": b"x"}, {"channel": 1.5}, {"recipient": []}])
def test_arguments_of_the_wrong_type(arguments):
    with pytest.raises(TypeError):
        engine().verify_action(**{"role_address": CTO, "action": "read", **arguments})


# ---- dimensions ----------------------------------------------------------------------------------------

OPERATIONAL = {"allowed_operations": ["read", "deploy"], "denied_operations": ["drop"],
               "require_approval_for": ["deploy"]}


@pytest.mark.parametrize("action, zone, detail", [
    ("read", "auto_approved", "within_limits"),
    ("READ", "auto_approved", "within_limits"),
    ("deploy", "held", "held (action 'deploy' requires approval)"),
    ("drop", "blocked", "blocked (action 'drop' in denied_operations)"),
    ("DROP", "blocked", "blocked (action 'DROP' in denied_operations)"),
    ("zap", "held", "held (action 'zap' not in allowed_operations \u2014 unknown action)"),
    ("re*", "held", "held (action 're*' not in allowed_operations \u2014 unknown action)")])
def test_operations(action, zone, detail):
    verdict = verify(engine(operational=OPERATIONAL), action)
    assert verdict.zone == zone
    assert verdict.details["operational"] == detail
    assert verdict.allowed == (zone in RUNS)


@pytest.mark.parametrize("key", ["transaction_amount", "cost", "cost_usd", "amount"])
@pytest.mark.parametrize("amount, zone", [
    (0, "auto_approved"), (79.99, "auto_approved"), (80, "flagged"), (100, "flagged"),
    (100.01, "blocked"), (-0.01, "blocked")])
def test_money(key, amount, zone):
    made = engine(financial={"max_transaction_cents": 10000, "approval_threshold_cents": 10000})
    assert verify(made, context={key: amount}).zone == zone


def test_above_the_approval_threshold_a_human_decides():
    made = engine(financial={"max_transaction_cents": 100000, "approval_threshold_cents": 5000})
    assert verify(made, context={"cost": 50}).zone == "auto_approved"
    verdict = verify(made, context={"cost": 50.01})
    assert verdict.zone == "held" and "held_action_id" in verdict.details


def test_reasons_name_the_dimension():
    made = engine(financial={"max_transaction_cents": 10000, "approval_threshold_cents": 10000})
    assert verify(made).reason == "action 'read' is within all limits"
    assert verify(made, resource="crm").reason == "action 'read' is within all limits (data source 'crm')"
    flagged = verify(made, context={"cost": 80})
    assert flagged.reason.startswith("action 'read' is near a boundary: financial: ")
    assert "transaction 80 is 80% of limit 100" in flagged.reason


def test_a_null_dimension_is_unconstrained():
    verdict = verify(engine(financial=None, temporal=None), context={"cost": 1e12})
    assert verdict.allowed
    assert verdict.details["financial"] == verdict.details["temporal"] == "unconstrained (null dimension)"


@pytest.mark.parametrize("arguments, zone", [
    ({}, "auto_approved"), ({"channel": "email"}, "auto_approved"), ({"channel": "fax"}, "blocked"),
    ({"channel": "sms"}, "blocked"), ({"recipient": "mallory"}, "blocked"),
    ({"context": {"external": 1}}, "held"), ({"context": {"external": 0}}, "auto_approved"),
    ({"context": {"message_length": 101}}, "blocked")])
def test_communication(arguments, zone):
    made = engine(communication={"allowed_channels": ["email"], "denied_channels": ["fax"],
                                 "denied_recipients": ["mallory"], "max_message_length": 100,
                                 "require_approval_for_external": True})
    assert verify(made, **arguments).zone == zone


@pytest.mark.parametrize("resource, zone", [
    (None, "blocked"), ("crm", "auto_approved"), ("CRM", "auto_approved"), ("hr", "blocked"),
    ("", "blocked"), ("a/../b", "blocked"), ("files/a/b", "auto_approved"), ("other", "blocked"),
    ("crm\x07", "blocked")])
def test_data_access(resource, zone):
    made = engine(data_access={"allowed_data_sources": ["crm", "hr", "files/**"],
                               "denied_data_sources": ["hr"]})
    assert verify(made, resource=resource).zone == zone


def test_concurrency_and_resource_limits():
    made = engine(operational={"max_concurrent_operations": 10, "resource_limits": {"rows": 100}})
    zones = [verify(made, context={"concurrent_operations": n}).zone for n in (1, 8, 10, 11)]
    assert zones == ["auto_approved", "flagged", "flagged", "blocked"]
    zones = [verify(made, context={"rows": n}).zone for n in (79, 80, 100, 101)]
    assert zones == ["auto_approved", "flagged", "flagged", "blocked"]


def test_rate_limits_count_what_was_allowed_per_role():
    made = engine(temporal={"rate_limits": [{"operation": "read", "max_count": 10, "window_seconds": 3600}]})
    zones = [verify(made).zone for _ in range(12)]
    assert zones == ["auto_approved"] * 8 + ["flagged"] * 2 + ["blocked"] * 2
    assert verify(made, "write").allowed
    assert verify(made, role=DEV).zone == "auto_approved"  # counts for itself
    assert verify(made, "READ").zone == "blocked"
    made.export_rbac_matrix()
    made.verify_action_chain(DEV, "read")  # counts for DEV alone
    assert [verify(made, role=DEV).zone for _ in range(8)] == ["auto_approved"] * 6 + ["flagged"] * 2


def test_money_that_was_spent_counts_toward_the_period():
    made = engine(financial={"max_transaction_cents": 100000, "approval_threshold_cents": 100000,
                             "max_cumulative_cents": 100000, "cumulative_period": "daily"})
    assert verify(made, context={"cost": 10}).zone == "auto_approved"
    made.record_spend("cto", 79000)
    assert made.spent_cents(CTO) == made.spent_cents("cto", "annual") == 79000
    assert verify(made, context={"cost": 500}).zone == "blocked"
    assert verify(made, role=DEV, context={"cost": 10}).zone == "auto_approved"
    made.record_spend(CTO, 30000)
    assert verify(made, context={"cost": 0.01}).zone == "blocked"
    with pytest.raises(RuntimeError, match="role not found: 'nobody'"):
        made.record_spend("nobody", 1)
    with pytest.raises(OverflowError):
        made.record_spend(CTO, -1)
    with pytest.raises(OverflowError):
        made.record_spend(CTO, 2**63)
    with pytest.raises(OverflowError, match="2\\^63"):
        made.record_spend(CTO, 2**63 - 1)
    assert made.spent_cents(CTO) == 109000
    with pytest.raises(ValueError):
        made.spent_cents(CTO, "hourly")


def test_a_task_narrows_its_role():
    made = engine()
    made.set_task_envelope(task_envelope(made, "t1", CTO, operational={"allowed_operations": ["read"]}))
    assert verify(made, "write").allowed
    assert verify(made, "write", task_id="t1").zone == "held"
    assert verify(made, "read", task_id="t1").allowed
    assert verify(made, "write", task_id="unknown").allowed
    held = made.get_held_action(1)
    assert held.task_id == "t1"


def test_parents_bound_those_below_and_tighten_at_once():
    made = engine(operational=OPERATIONAL)
    assert verify(made, "drop", role=JUNIOR).zone == "blocked"
    made.set_role_envelope(role_envelope(made, CTO, operational={**OPERATIONAL,
                                                                "denied_operations": ["drop", "read"]}))
    assert verify(made, role=JUNIOR).zone == "blocked"


# ---- chains of verdicts -----------------------------------------------------------------------------------

def test_a_verdict_at_every_level():
    made = engine()
    made.set_role_envelope(role_envelope(made, LEAD, operational={"denied_operations": ["ship"]}))
    chain = made.verify_action_chain(JUNIOR, "ship")
    assert [(v.role_address, v.zone) for v in chain] == [
        (CTO, "auto_approved"), (LEAD, "blocked"), (JUNIOR, "blocked")]
    (unknown,) = made.verify_action_chain("D9-R1", "ship")
    assert unknown.details == {"failure": "role_not_found"}
    held = made.verify_action_chain(JUNIOR, "envelope_modify")
    assert [v.zone for v in held] == ["held"] * 3
    assert len(made.list_held_actions()) == 1 and held[2].details["held_action_id"] == "1"


# ---- verdicts as values --------------------------------------------------------------------------------------

def test_verdicts_are_values():
    made = engine()
    one, two, other = verify(made), verify(made), verify(made, "write")
    assert one == two and hash(one) == hash(two) and one != other
    assert repr(one) == str(one) == "PactGovernanceVerdict(zone='auto_approved', allowed=true, action='read')"
    with pytest.raises(AttributeError):
        one.allowed = False
    with pytest.raises(TypeError):
        type(one)()
    with pytest.raises(TypeError):
        one.details["x"] = one  # a copy, into which only what it holds may go
        raise TypeError
    assert one.details == two.details
    told = one.to_dict()
    assert told["zone"] == "auto_approved" and told["role_address"] == CTO
    assert told["timestamp"].endswith("+00:00") and len(told["envelope_version"]) == 64


def test_canonical_forms():
    verdict = verify(engine(), "d\u00e9ploy")
    form = verdict.to_canonical_json()
    assert form == json.dumps(json.loads(form), sort_keys=True)
    assert sorted(json.loads(form)) == [
        "access_decision", "action", "allowed", "audit_details", "effective_envelope_snapshot",
        "envelope_version", "level", "reason", "role_address", "timestamp"]
    observed = verdict.to_observation("run-7")
    form = observed.to_canonical_json()
    assert form == json.dumps(json.loads(form), sort_keys=True)
    assert sorted(json.loads(form)) == ["correlation_id", "event_type", "level", "observation_id",
                                        "payload", "role_address", "timestamp"]
    assert (observed.correlation_id, observed.level, observed.event_type) == ("run-7", "info", "verdict")
    with pytest.raises(ValueError, match="timestamp"):
        kailash.PactObservation("x", CTO, timestamp="yesterday")
    assert kailash.PactObservation("x", CTO).observation_id != kailash.PactObservation("x", CTO).observation_id


# ---- enforcement modes --------------------------------------------------------------------------------------

def test_modes():
    made = engine(operational=OPERATIONAL)
    made.set_enforcement_mode("audit")
    for action in ("drop", "deploy"):
        verdict = verify(made, action)
        assert verdict.allowed and verdict.details["enforcement"] == "audit"
        assert verdict.zone == {"drop": "blocked", "deploy": "held"}[action]
    assert verify(made, role="D9-R1").allowed
    assert made.list_held_actions() == []
    made.set_enforcement_mode("disabled")
    verdict = verify(made, "drop")
    assert (verdict.zone, verdict.details) == ("auto_approved", {"enforcement": "disabled"})
    made.set_enforcement_mode("enforce")
    assert not verify(made, "drop").allowed


# ---- held actions ---------------------------------------------------------------------------------------------

@pytest.fixture
def held():
    """An engine with held action 1: deploy, for 5 dollars, with the resource crm."""
    made = engine(operational=OPERATIONAL)
    assert verify(made, "deploy", context={"cost": 5.0}, resource="crm").details["held_action_id"] == "1"
    return made


def test_held_actions_tell_what_was_asked(held):
    (action,) = held.list_held_actions()
    assert (action.action_id, action.action, action.role_address, action.context, action.data_source) == (
        1, "deploy", CTO, {"cost": 5.0}, "crm")
    assert str(action.state) == "pending" and action.state.is_pending
    assert action.original_verdict.zone == "held"
    assert action.original_verdict.details["held_action_id"] == "1"
    assert held.get_held_action(1) == action and held.get_held_action(2) is None
    store = held.held_action_store()
    assert store.list_all() == store.list_pending() == [action] and store.get(1) == action
    assert repr(store) == "PactMemoryHeldActionStore(actions=1)" and len(store) == 1
    assert action.to_dict()["state"]["name"] == "pending"
    with pytest.raises(OverflowError):
        store.get(-1)
    assert repr(kailash.PactMemoryHeldActionStore()) == "PactMemoryHeldActionStore(actions=0)"


def test_an_approval_releases_exactly_one_retry(held):
    held.approve_held_action(1, " boss ")
    state = held.get_held_action(1).state
    assert (state.name, state.by, state.is_approved) == ("approved", "boss", True)
    verdict = held.retry_held_action(1)
    assert (verdict.zone, verdict.allowed) == ("auto_approved", True)
    assert (verdict.details["approved_by"], verdict.details["held_action_id"]) == ("boss", "1")
    assert held.get_held_action(1).state.name == "consumed"
    with pytest.raises(RuntimeError, match="cannot retry held action 1: it is consumed, not approved"):
        held.retry_held_action(1)
    assert [a.state.name for a in held.list_held_actions()] == ["consumed"]


def test_what_is_blocked_meanwhile_stays_blocked(held):
    held.approve_held_action(1, "boss")
    held.set_role_envelope(role_envelope(held, CTO, operational={
        **OPERATIONAL, "denied_operations": ["drop", "deploy"]}))
    assert held.retry_held_action(1).zone == "blocked"


def test_what_nobody_has_approved_is_held_again(held):
    held.approve_held_action(1, "boss")
    held.set_role_envelope(role_envelope(held, CTO, operational=OPERATIONAL,
                                         financial={"approval_threshold_cents": 100}))
    verdict = held.retry_held_action(1)  # the sum was no question when it was approved
    assert verdict.zone == "held" and verdict.details["held_action_id"] == "2"
    held.approve_held_action(2, "boss")
    assert held.retry_held_action(2).allowed  # by now all of it was


def test_never_delegated_actions_are_released_the_same_way():
    made = engine(operational=OPERATIONAL)
    verify(made, "envelope_modify")
    made.approve_held_action(1, "board")
    assert made.retry_held_action(1).allowed


def test_a_rejection_ends_it(held):
    held.reject_held_action(1, "boss", "too risky")
    state = held.get_held_action(1).state
    assert (state.name, state.by, state.reason, state.is_rejected) == ("rejected", "boss", "too risky", True)
    for step in (lambda: held.approve_held_action(1, "boss"), lambda: held.reject_held_action(1, "b", "")):
        with pytest.raises(RuntimeError, match="held action 1: it is rejected, not pending"):
            step()
    with pytest.raises(RuntimeError, match="cannot retry held action 1: it is rejected, not approved"):
        held.retry_held_action(1)
    assert held.list_held_actions("rejected") and not held.list_held_actions("pending")
    with pytest.raises(ValueError):
        held.list_held_actions("gone")


@pytest.mark.parametrize("name, message", [
    ("", "letter or digit"), ("  ", "letter or digit"), ("--", "letter or digit"),
    ("a\u200b", "control or invisible"), ("a\nb", "control or invisible"), ("\u202eevil", "control or invisible"),
    ("\u3164", "control or invisible")])
def test_who_decides_must_have_a_name(held, name, message):
    with pytest.raises(RuntimeError, match=f"cannot approve held action 1: approver .*{message}") as caught:
        held.approve_held_action(1, name)
    assert caught.type is RuntimeError
    with pytest.raises(RuntimeError, match=f"cannot reject held action 1: rejector .*{message}"):
        held.reject_held_action(1, name, "why")
    assert held.get_held_action(1).state.is_pending


def test_wrong_numbers(held):
    for step in (held.retry_held_action, lambda n: held.approve_held_action(n, "a"),
                 lambda n: held.reject_held_action(n, "a", "b")):
        with pytest.raises(RuntimeError, match="not found: held action 99"):
            step(99)
        with pytest.raises(OverflowError):
            step(-1)
        with pytest.raises(OverflowError):
            step(2**64)
        with pytest.raises(TypeError):
            step("1")
    with pytest.raises(RuntimeError, match="cannot retry held action 1: it is pending, not approved"):
        held.retry_held_action(1)


def test_approvals_end(held):
    for hours in (0, -1, math.nan, math.inf, 876001):
        with pytest.raises(ValueError, match="valid_hours"):
            held.approve_held_action(1, "boss", hours)
    held.approve_held_action(1, "boss", valid_hours=1e-9)
    with pytest.raises(RuntimeError, match="cannot retry held action 1: its approval ended at"):
        held.retry_held_action(1)


def test_two_retries_at_once_release_one():
    made = engine(operational=OPERATIONAL)
    for number in range(1, 41):
        verify(made, "deploy")
        made.approve_held_action(number, "boss")
        results = []

        def retry():
            try:
                results.append(made.retry_held_action(number).allowed)
            except RuntimeError:
                results.append(False)

        threads = [threading.Thread(target=retry) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(results) == [False, False, False, True]


def test_states_as_values():
    State = kailash.PactApprovalState
    assert State.pending() == State.pending() and hash(State.pending()) == hash(State.pending())
    assert State.pending() != State.approved("a")
    assert (str(State.pending()), repr(State.pending())) == ("pending", "PactApprovalState('pending')")
    assert State.rejected("a", "why").reason == "why"
    with pytest.raises(ValueError, match="approver"):
        State.approved("")
    with pytest.raises(TypeError):
        State()


# ---- the matrix -------------------------------------------------------------------------------------------------

def test_the_matrix_has_no_side_effects():
    made = engine(operational=OPERATIONAL)
    before = made.audit_anchor_count()
    matrix = made.export_rbac_matrix()
    assert (made.audit_anchor_count(), made.list_held_actions()) == (before, [])
    assert matrix.actions == ["deploy", "drop", "read"]
    assert matrix.roles == sorted(matrix.roles) and len(matrix) == len(made.list_roles())
    assert matrix.org_id == "acme"
    assert matrix.to_csv().splitlines()[:2] == ["Role,deploy,drop,read",
                                                "D1-R1,denied,denied,allowed(auto_approved)"]
    cell = matrix.cells[0][1]
    assert (cell.allowed, cell.zone) == (False, "blocked") and "denied_operations" in cell.constraints["operational"]
    assert matrix.cells[-1][0].constraints == {"error": "failed to compute effective envelope"}
    told = json.loads(matrix.to_json())
    assert list(told) == ["roles", "actions", "cells", "org_id", "exported_at"]
    assert told["cells"][0][2]["zone"] == "AutoApproved"
    assert PactGovernanceEngine(org()).export_rbac_matrix().actions == []


def test_cells_and_matrices_by_hand():
    cell = kailash.RbacCell(True, "flagged", {"a": "b"})
    assert repr(cell) == str(cell) == "RbacCell(allowed=true, zone='flagged')"
    assert kailash.RbacCell(False, "Blocked").constraints == {}
    with pytest.raises(ValueError, match="unknown gradient zone: 'x'"):
        kailash.RbacCell(True, "x")
    for wrong in ((1, "held"), (True, "held", {"a": 1}), (True, None)):
        with pytest.raises(TypeError):
            kailash.RbacCell(*wrong)
    matrix = kailash.RbacMatrix(["D1-R1"], ["a|b"], [[cell]], "acme")
    assert matrix.to_markdown() == "| Role | a\\|b |\n|------|------|\n| D1-R1 | allowed (flagged) |\n"
    assert repr(matrix) == 'RbacMatrix(roles=1, actions=1, org_id="acme")'
    with pytest.raises(ValueError, match="cells"):
        kailash.RbacMatrix(["D1-R1"], ["a"], [], "acme")
    with pytest.raises(ValueError, match="cells"):
        kailash.RbacMatrix(["D1-R1"], ["a"], [[cell, cell]], "acme")
    with pytest.raises(TypeError):
        kailash.RbacMatrix(["D1-R1"], ["a"], [["cell"]], "acme")


# ---- governed agents --------------------------------------------------------------------------------------------

def agent(**changes):
    return kailash.PactGovernedAgent(engine(**changes), CTO, "Supervised")


@pytest.mark.parametrize("role, posture, message", [
    ("D9-R1", "supervised", "role not found: 'D9-R1'"), ("zz", "supervised", "."),
    (CTO, "x", "unknown posture level: 'x'")])
def test_agents_that_cannot_be(role, posture, message):
    made = engine()
    recorder = kailash.PactRecorder.in_memory(made)
    with pytest.raises(ValueError, match=message):
        kailash.PactGovernedAgent(made, role, posture)
    with pytest.raises(ValueError, match=message):
        kailash.PactGovernedAgent.with_recorder(recorder, role, posture)


def test_tools_must_be_registered():
    a = agent()
    verdict = a.check_tool("read")
    assert (verdict.zone, verdict.reason, verdict.details) == (
        "blocked", "action 'read' is not registered (default-deny)", {})
    a.register_tool("read", 5.0, "crm")
    assert a.check_tool("read").allowed and a.check_tool("read").details["data_access_resource"] == "crm"
    assert (a.posture, a.role_address, a.is_recording) == ("supervised", CTO, False)
    assert a.registered_tools() == ["read"] and a.is_tool_registered("read")
    assert repr(a) == "PactGovernedAgent(role='D1-R1', posture='supervised', tools=1)"
    assert a.unregister_tool("read") is True and a.unregister_tool("read") is False
    assert a.context().role_address == CTO
    a.refresh_context()


@pytest.mark.parametrize("first, second", [
    ((5.0, None), (4.0, None)), ((5.0, None), (None, None)), ((5.0, None), (6.0, "x")),
    ((None, "r"), (None, "q")), ((None, "r"), (None, None)), ((0.0, None), (None, None))])
def test_registering_again_may_not_widen(first, second):
    a = agent()
    a.register_tool("t", *first)
    with pytest.raises(ValueError, match="re-registration of tool 't'"):
        a.register_tool("t", *second)
    with pytest.raises(ValueError, match="re-registration of tool 't'"):
        a.register_tool_with_description("t", *second, "other")
    a.unregister_tool("t")
    a.register_tool("t", *second)


def test_registering_again_may_raise_the_cost():
    a = agent()
    for cost in (None, 1.0, 1.0, 2):
        a.register_tool_with_description("t", cost, "r", "what it does")


@pytest.mark.parametrize("name, cost", [("", None), ("a\nb", None), ("a\u200b", None), ("x" * 641, None),
                                        ("t", -1.0), ("t", math.nan), ("t", math.inf)])
def test_tools_that_are_refused(name, cost):
    with pytest.raises(ValueError):
        agent().register_tool(name, cost)


def test_tools_run_only_when_they_may():
    a = agent(operational={**OPERATIONAL, "max_concurrent_operations": 2})
    calls = []
    for tool in ("read", "drop", "deploy"):
        a.register_tool(tool)
    assert a.execute_tool("read", lambda x, y: calls.append((x, y)) or x + y, [1, 2]) == 3
    for tool, code in (("drop", "governance_blocked"), ("other", "governance_blocked"),
                       ("deploy", "governance_held")):
        with pytest.raises(RuntimeError) as caught:
            a.execute_tool(tool, lambda: calls.append(tool))
        assert caught.value.code == code
    assert caught.value.details["held_action_id"] == "1"
    assert calls == [(1, 2)]
    with pytest.raises(RuntimeError, match="division by zero") as caught:
        a.execute_tool("read", lambda: 1 / 0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    with pytest.raises(RuntimeError, match="blocked"):  # the third at once
        a.execute_tool("read", lambda: a.execute_tool("read", lambda: a.execute_tool("read", lambda: 1)))
    assert a.execute_tool("read", lambda: "again") == "again"


def test_an_approved_tool_runs_once():
    made = engine(operational=OPERATIONAL)
    a = kailash.PactGovernedAgent(made, CTO, "supervised")
    a.register_tool("deploy")
    a.register_tool("read")
    with pytest.raises(RuntimeError):
        a.execute_tool("deploy", lambda: 1)
    made.approve_held_action(1, "boss")
    with pytest.raises(RuntimeError, match="held action 1 is none of tool 'read'"):
        a.execute_tool("read", lambda: 1, held_action_id=1)
    assert a.execute_tool("deploy", lambda: "done", held_action_id=1) == "done"
    with pytest.raises(RuntimeError, match="consumed"):
        a.execute_tool("deploy", lambda: "done", held_action_id=1)


def test_an_engine_that_is_full_of_held_actions_says_so():
    text = kailash.PactMemoryHeldActionStore.__doc__
    assert re.search("100 000", text)
