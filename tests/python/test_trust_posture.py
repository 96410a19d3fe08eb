"""Levels, postures, and the small records of trust around them."""

import copy
import json
import math
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, strategies as st

import kailash
from kailash import (ActionResult, AgentPosture, Capability, CompetencyRequirement, DxTrustManager, HeldBehavior,
                     HumanCompetency, PostureSystem, PostureTransitionRequest, TrustLevel, TrustPosture,
                     TrustPostureLevel, VerificationConfig, VerificationResult)

LEVELS = ["untrusted", "restricted", "supervised", "autonomous", "full"]
POSTURES = ["pseudo_agent", "supervised", "shared_planning", "continuous_insight", "delegated"]
GRANTED = {
    "untrusted": [],
    "restricted": ["llm_call"],
    "supervised": ["llm_call", "tool_call", "external_api_call", "database_read", "database_write"],
    "autonomous": ["llm_call", "tool_call", "external_api_call", "file_read", "file_write", "database_read",
                   "database_write", "delegation"],
    "full": ["llm_call", "tool_call", "external_api_call", "file_read", "file_write", "database_read",
             "database_write", "delegation", "code_execution", "trust_management"],
}


def level(name):
    return getattr(TrustLevel, name)()


# ---- levels and capabilities -----------------------------------------------------------------------


@pytest.mark.parametrize("number, name", list(enumerate(LEVELS)))
def test_levels(number, name):
    one = level(name)
    assert one.as_u8() == number
    assert repr(one) == str(one) == f"TrustLevel.{name}"
    assert one == level(name) and hash(one) == hash(level(name))
    assert [one == other for other in map(level, LEVELS)].count(True) == 1
    assert [other for other in map(level, LEVELS) if other < one] == [level(n) for n in LEVELS[:number]]
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one
    with pytest.raises(TypeError):
        one < name


def test_a_level_is_not_made():
    with pytest.raises(TypeError):
        TrustLevel()
    with pytest.raises(ValueError):
        TrustLevel("godlike")


@pytest.mark.parametrize("name", LEVELS)
def test_levels_bring_capabilities(name):
    assert [str(c) for c in Capability.for_level(level(name))] == [f"Capability.{c}" for c in GRANTED[name]]
    for word in GRANTED["full"]:
        capability = getattr(Capability, word)()
        assert (capability in Capability.for_level(level(name))) == (word in GRANTED[name])
        assert (capability.minimum_level() <= level(name)) == (word in GRANTED[name])
    with pytest.raises(TypeError):
        Capability.for_level(name)


def test_capabilities_are_values():
    assert Capability.file_read() == Capability.file_read() != Capability.file_write()
    assert len({Capability.file_read(), Capability.file_read(), Capability.llm_call()}) == 2
    assert repr(Capability.file_read()) == "Capability.file_read"
    with pytest.raises(TypeError):
        Capability.file_read() < Capability.file_write()


@pytest.mark.parametrize("name, llm, tools, network, files, code, delegation", [
    ("untrusted", 0, 0, False, False, False, False), ("restricted", 5, 0, False, False, False, False),
    ("supervised", 50, 20, True, False, False, False), ("autonomous", 500, 200, True, True, False, True),
    ("full", 2**64 - 1, 2**64 - 1, True, True, True, True)])
def test_a_posture_tells_what_its_level_brings(name, llm, tools, network, files, code, delegation):
    posture = TrustPosture(level(name))
    assert posture.level == level(name) and posture.capabilities == GRANTED[name]
    assert (posture.max_llm_calls, posture.max_tool_calls) == (llm, tools)
    assert (posture.allow_network, posture.allow_filesystem) == (network, files)
    assert (posture.allow_code_execution, posture.allow_delegation) == (code, delegation)
    assert repr(posture) == f"TrustPosture(level={name}, capabilities={len(GRANTED[name])})"
    assert all(posture.has_capability(word) == (word in GRANTED[name]) for word in GRANTED["full"])
    assert not posture.has_capability("fly") and not posture.has_capability("")
    assert posture == TrustPosture(level(name))


def test_what_is_wanted_is_compared_with_what_is_granted():
    posture = TrustPosture(TrustLevel.supervised(), ["llm_call", "file_read", "code_execution"])
    assert posture.missing_capabilities == ["file_read", "code_execution"]
    assert posture.capabilities == GRANTED["supervised"]
    assert TrustPosture(TrustLevel.full(), ("file_read",)).missing_capabilities == []
    with pytest.raises(ValueError, match="unknown capability: 'fly'; legal: llm_call"):
        TrustPosture(TrustLevel.full(), ["fly"])
    with pytest.raises(TypeError):
        TrustPosture("full")


# ---- postures by name ---------------------------------------------------------------------------------


@pytest.mark.parametrize("number, name", list(enumerate(POSTURES, 1)))
def test_postures(number, name):
    strict, agent = TrustPostureLevel(name), AgentPosture(name)
    assert (strict.value, str(strict), strict.numeric_level) == (name, name, number)
    assert (agent.value, str(agent), agent.level) == (name, name, number)
    assert repr(strict) == f"TrustPostureLevel('{name}')" and repr(agent) == f"AgentPosture('{name}')"
    assert AgentPosture(name.upper()) == agent and hash(AgentPosture(name.title())) == hash(agent)
    with pytest.raises(ValueError):
        TrustPostureLevel(name.upper())
    for other_number, other in enumerate(POSTURES, 1):
        assert (AgentPosture(other) < agent) == (TrustPostureLevel(other) < strict) == (other_number < number)
        assert AgentPosture(other).is_at_most(agent) == (other_number <= number)
        assert (strict == TrustPostureLevel(other)) == (other == name)
    for one in (strict, agent):
        assert pickle.loads(pickle.dumps(one)) == copy.copy(one) == one


@pytest.mark.parametrize("alias, name", [("pseudo", "pseudo_agent"), ("tool", "supervised"), ("Tool", "supervised"),
                                         ("autonomous", "continuous_insight"), ("DELEGATING", "delegated")])
def test_aliases(alias, name):
    assert AgentPosture(alias) == AgentPosture(name) and AgentPosture(alias).value == name
    with pytest.raises(ValueError, match="unknown posture level: .*; expected pseudo_agent/supervised/"):
        TrustPostureLevel(alias)


@pytest.mark.parametrize("name", ["", "x", "SharedPlanning", "supervised ", "a" * 1000, "é", "super\0vised"])
def test_unknown_postures(name):
    with pytest.raises(ValueError, match="unknown posture: '.*'. Expected: pseudo_agent, supervised, "):
        AgentPosture(name)
    with pytest.raises(ValueError, match="unknown posture level"):
        TrustPostureLevel(name)
    for make in (AgentPosture, TrustPostureLevel):
        with pytest.raises(TypeError):
            make(1)
    with pytest.raises(TypeError):
        AgentPosture("tool").is_at_most("delegated")


# ---- the system -------------------------------------------------------------------------------------------


@given(st.sampled_from(LEVELS), st.lists(st.sampled_from([*LEVELS, "revoke"]), max_size=12))
def test_up_by_one_down_by_any(start, targets):
    system, now, changes = PostureSystem(level(start)), LEVELS.index(start), []
    for target in targets:
        to = 0 if target == "revoke" else LEVELS.index(target)
        if target == "revoke":
            system.emergency_revoke()
        elif to > now + 1:
            with pytest.raises(RuntimeError, match="posture transition denied from ") as caught:
                system.transition_to(level(target))
            assert type(caught.value) is RuntimeError
            assert caught.value.code == "posture_transition_denied"
            to = now
        else:
            system.transition_to(level(target), reason="test")
        if to != now:
            changes.append((LEVELS[now], LEVELS[to]))
        now = to
        assert system.current_level() == level(LEVELS[now])
        assert system.granted_capabilities() == Capability.for_level(level(LEVELS[now]))
    assert [(c["from"], c["to"]) for c in system.history()] == changes


def test_the_system_tells_what_it_allows():
    system = PostureSystem(TrustLevel.supervised())
    assert repr(system) == "PostureSystem(level=Supervised)"
    assert system.check_capability(Capability.tool_call())
    assert not system.check_capability(Capability.file_read())
    with pytest.raises(RuntimeError, match="from Supervised to Full: transition from Supervised to Full is not in "):
        system.transition_to(TrustLevel.full())
    system.transition_to(TrustLevel.autonomous(), "earned")
    system.transition_to(TrustLevel.autonomous(), "again")
    system.emergency_revoke("leak")
    system.emergency_revoke()
    assert [c["reason"] for c in system.history()] == ["earned", "leak"]
    assert system.history()[0]["at"].endswith("+00:00")
    for call in (lambda: system.transition_to("full"), lambda: system.check_capability("file_read"), PostureSystem,
                 lambda: PostureSystem("full")):
        with pytest.raises(TypeError):
            call()


def test_the_history_is_bounded_and_shared():
    system = PostureSystem(TrustLevel.untrusted())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: [(system.transition_to(TrustLevel.restricted()), system.emergency_revoke())
                                 for _ in range(300)], range(4)))
    assert 500 <= len(system.history()) <= 1000


def test_requests():
    request = PostureTransitionRequest("full", "because")
    assert (request.target_posture, request.reason) == ("full", "because")
    assert repr(request) == "PostureTransitionRequest(target='full', reason='because')"
    assert request == PostureTransitionRequest("full", "because") != PostureTransitionRequest("full", "")
    with pytest.raises(TypeError):
        PostureTransitionRequest(TrustLevel.full(), "r")


# ---- verification ---------------------------------------------------------------------------------------------


def test_verification_configs():
    config = VerificationConfig()
    assert (config.flag_threshold, config.hold_threshold, config.fail_open_on_hold) == (0.8, 0.95, False)
    assert repr(config) == "VerificationConfig(flag=0.80, hold=0.95)"
    assert VerificationConfig(0, 1, True).fail_open_on_hold is True


@pytest.mark.parametrize("flag, hold, message", [
    (0.5, 0.5, r"flag_threshold (0.5) must be strictly less than hold_threshold (0.5)"),
    (0.9, 0.5, r"flag_threshold (0.9) must be strictly less than hold_threshold (0.5)"),
    (-0.1, 0.5, r"flag_threshold (-0.1) must be between 0.0 and 1.0"),
    (0.5, 1.1, r"hold_threshold (1.1) must be between 0.0 and 1.0"),
    (math.nan, 0.5, r"flag_threshold (NaN) must be between 0.0 and 1.0"),
    (0.5, math.inf, r"must be between 0.0 and 1.0"), (0.5, math.nan, r"must be between 0.0 and 1.0")])
def test_verification_configs_that_are_refused(flag, hold, message):
    with pytest.raises(ValueError) as caught:
        VerificationConfig(flag, hold)
    assert message in str(caught.value)


@pytest.mark.parametrize("variant, allowed", [("auto_approved", True), ("flagged", True), ("held", False),
                                              ("blocked", False)])
def test_verification_results(variant, allowed):
    result = getattr(VerificationResult, variant)("file_read", "why")
    assert (result.variant, result.capability, result.reason) == (variant, "file_read", "why")
    assert result.is_allowed() is allowed and repr(result) == f"VerificationResult.{variant}"
    with pytest.raises(ValueError, match='unknown capability: "FileRead". Valid values: llm_call, tool_call'):
        getattr(VerificationResult, variant)("FileRead", "why")
    with pytest.raises(TypeError):
        getattr(VerificationResult, variant)(Capability.file_read(), "why")
    with pytest.raises(TypeError):
        VerificationResult()


# ---- competencies ---------------------------------------------------------------------------------------------

COMPETENCIES = ["ethical_judgment", "relationship_capital", "contextual_wisdom", "creative_synthesis",
                "emotional_intelligence", "cultural_navigation"]


def test_competencies():
    assert [str(c) for c in HumanCompetency.all()] == [f"HumanCompetency.{name}" for name in COMPETENCIES]
    for one, name in zip(HumanCompetency.all(), COMPETENCIES):
        assert one == getattr(HumanCompetency, name)() and repr(one) == str(one)
    assert len(set(HumanCompetency.all())) == 6
    with pytest.raises(TypeError):
        HumanCompetency()


def test_requirements():
    requirement = CompetencyRequirement(HumanCompetency.ethical_judgment(), 3, "money")
    assert requirement.competency == HumanCompetency.ethical_judgment()
    assert (requirement.min_level, requirement.justification) == (3, "money")
    assert repr(requirement) == "CompetencyRequirement(ethical_judgment, level=3)"
    assert CompetencyRequirement("ethical_judgment", 3, "money") == requirement
    assert CompetencyRequirement.from_json(requirement.to_json()) == requirement
    for bad, kind in ((0, ValueError), (6, ValueError), (255, ValueError), (256, OverflowError), (-1, OverflowError),
                      (1.5, TypeError)):
        with pytest.raises(kind):
            CompetencyRequirement(HumanCompetency.ethical_judgment(), bad, "")
    with pytest.raises(ValueError):
        CompetencyRequirement("telepathy", 3, "")


# ---- the dial -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("posture, scores", [("cautious", [0.3, 0.35, 0.4, 0.4]), ("balanced", [0.6, 0.65, 0.7, 0.7]),
                                             ("Trusting", [0.9, 0.95, 1.0, 1.0])])
def test_the_dial_advises(posture, scores):
    trust = DxTrustManager()
    trust.set_posture(posture)
    assert trust.posture == posture.lower() and repr(trust) == f"DxTrustManager(posture={posture.lower()})"
    for grants, score in enumerate(scores):
        assert trust.evaluate_trust("a") == {"score": score, "posture": posture.lower()}
        trust.grant_capability("a", f"c{grants}")
    assert trust.evaluate_trust("nobody")["score"] == scores[0]


def test_grants_are_noted_by_agent():
    trust = DxTrustManager()
    for capability in ("x", "b", "x"):
        trust.grant_capability("a", capability)
    assert trust.agent_capabilities("a") == ["b", "x"] and trust.agent_capabilities("other") == []
    assert trust.check_capability("a", "x") and not trust.check_capability("other", "x")
    trust.revoke_capability("a", "x")
    trust.revoke_capability("a", "x")
    trust.revoke_capability("nobody", "x")
    assert trust.agent_capabilities("a") == ["b"] and not trust.check_capability("a", "x")
    with pytest.raises(ValueError, match='unknown trust posture: "x"; expected "cautious", "balanced", or "trusting"'):
        trust.set_posture("x")
    assert trust.posture == "cautious"


def test_threads_turn_one_dial():
    trust = DxTrustManager()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: [trust.grant_capability("a", f"{n}.{i}") for i in range(200)], range(4)))
    assert len(trust.agent_capabilities("a")) == 800


# ---- results and waiting --------------------------------------------------------------------------------------


@pytest.mark.parametrize("details, kept", [(None, None), ('{ "b" : 1, "a": "é"}', '{"b":1,"a":"é"}'),
                                           ({"b": 1, "a": [None]}, '{"b":1,"a":[null]}'), ("5", "5"), ({}, "{}")])
def test_action_results(details, kept):
    result = ActionResult(True, "m", "held", details)
    assert (result.success, result.message, result.verdict, result.details) == (True, "m", "held", kept)
    assert repr(result) == "ActionResult(success=true, verdict='held', message='m')"
    assert copy.copy(result) == result == ActionResult.from_json(result.to_json())
    assert kept is None or json.loads(result.details) is not None


@pytest.mark.parametrize("arguments, kind", [
    ((True, "m", "x"), ValueError), ((True, "m", "Held"), ValueError), ((True, "m", "held", "{"), ValueError),
    ((True, "m", "held", 5), TypeError), ((True, "m", "held", ["a"]), TypeError), ((1, "m", "held"), TypeError),
    ((True, None, "held"), TypeError)])
def test_action_results_that_are_refused(arguments, kind):
    with pytest.raises(kind):
        ActionResult(*arguments)


def test_held_behaviors():
    assert repr(HeldBehavior()) == "HeldBehavior(wait=true, timeout=None, notify=true)"
    behavior = HeldBehavior(False, 5, False)
    assert repr(behavior) == "HeldBehavior(wait=false, timeout=Some(5), notify=false)"
    assert (behavior.wait_for_approval, behavior.timeout_seconds, behavior.notify_delegates) == (False, 5, False)
    for arguments, kind in (((1,), TypeError), ((True, -1), OverflowError), ((True, 1.5), TypeError),
                            ((True, None, 0), TypeError)):
        with pytest.raises(kind):
            HeldBehavior(*arguments)


def test_records_do_not_change():
    for record, name in ((HeldBehavior(), "timeout_seconds"), (VerificationConfig(), "flag_threshold"),
                         (PostureTransitionRequest("a", "b"), "reason"), (AgentPosture("tool"), "value"),
                         (TrustPosture(TrustLevel.full()), "level"), (ActionResult(True, "", "held"), "success")):
        with pytest.raises(AttributeError):
            setattr(record, name, None)
        assert hash(record) == hash(copy.deepcopy(record))


@pytest.mark.parametrize("shown", [
    lambda text: PostureTransitionRequest(text, text), lambda text: ActionResult(True, text, "held"),
    lambda text: kailash.CheckRecord(text, "held", text), lambda text: kailash.EnforcementContext(text, text)])
def test_reprs_are_one_line_and_cut_by_characters(shown):
    assert "\n" not in repr(shown("a\nb\x7f")) and "\\x0a" in repr(shown("a\nb"))
    long = repr(shown("x" + "é" * 1000))
    assert "é..." in long and len(long) < 300


def test_all_of_it_is_at_the_root():
    for name in ("StrictEnforcer", "VerdictDetail", "ConstraintDiagnostics", "OperationalConstraints", "TrustLevel",
                 "HeldBehavior", "ActionResult", "IntersectionResult", "ShadowReport", "TemplateRegistry"):
        assert getattr(kailash, name).__name__ == name
