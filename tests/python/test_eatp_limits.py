"""Small types of EATP: levels, postures, limits, kinds of actions."""

import pytest

import kailash

MOST = 2**64 - 1


@pytest.mark.parametrize(
    ("level", "switches", "tokens", "limits"),
    [
        (0, "00000", 0, (0, 0, 0, 0)),
        (1, "00000", 4096, (5, 0, 8192, 30)),
        (2, "10010", 16384, (50, 20, 100000, 300)),
        (3, "11011", 65536, (500, 200, 1000000, 3600)),
        (4, "11111", 131072, (MOST, MOST, MOST, MOST)),
    ],
)
def test_a_level_tells_what_it_allows(level, switches, tokens, limits):
    made = kailash.EatpConstraintDimensions.for_level(level)
    found = (
        made.allow_network,
        made.allow_filesystem,
        made.allow_code_execution,
        made.allow_state_mutation,
        made.allow_delegation,
    )
    assert "".join(str(int(one)) for one in found) == switches
    assert made.max_context_tokens == tokens
    assert made.reasoning_required is False
    assert made == kailash.EatpConstraintDimensions.for_level(level)
    most = kailash.EatpResourceLimits.for_level(level)
    assert (
        most.max_llm_calls,
        most.max_tool_calls,
        most.max_total_tokens,
        most.max_execution_secs,
    ) == limits
    assert most == kailash.EatpResourceLimits(*limits)
    assert hash(most) == hash(kailash.EatpResourceLimits(*limits))


@pytest.mark.parametrize("made", [kailash.EatpConstraintDimensions, kailash.EatpResourceLimits])
def test_there_are_five_levels(made):
    with pytest.raises(ValueError, match="trust level must be 0-4, got 5"):
        made.for_level(5)
    for level in (-1, 256):
        with pytest.raises(OverflowError):
            made.for_level(level)
    with pytest.raises(TypeError):
        made.for_level("2")


def test_limits_reach_to_64_bits():
    limits = kailash.EatpResourceLimits(max_llm_calls=MOST)
    assert limits.max_llm_calls == MOST
    assert (limits.max_tool_calls, limits.max_total_tokens, limits.max_execution_secs) == (20, 100000, 300)
    assert repr(limits) == f"EatpResourceLimits(llm={MOST}, tool=20, tokens=100000, secs=300)"
    assert kailash.EatpResourceLimits.from_dict(limits.to_dict()) == limits
    assert kailash.EatpResourceLimits.from_json(limits.to_json()) == limits
    assert limits != kailash.EatpResourceLimits(max_llm_calls=MOST - 1)
    for value, error in ((-1, OverflowError), (MOST + 1, OverflowError), (1.5, TypeError), ("1", TypeError)):
        with pytest.raises(error):
            kailash.EatpResourceLimits(max_llm_calls=value)
    with pytest.raises(AttributeError):
        limits.max_llm_calls = 1
    assert repr(kailash.EatpConstraintDimensions.for_level(2)) == (
        "EatpConstraintDimensions(network=true, fs=false, code=false, state=true, delegation=false, tokens=16384)"
    )


def test_consumption():
    used = kailash.EatpResourceConsumption(1, 2, 3, MOST)
    assert (used.tokens_used, used.api_calls_made, used.duration_ms) == (1, 2, 3)
    assert used.estimated_cost_microdollars == MOST
    assert kailash.EatpResourceConsumption().estimated_cost_microdollars is None
    assert repr(used) == "EatpResourceConsumption(tokens=1, api_calls=2, ms=3)"
    assert used == kailash.EatpResourceConsumption(1, 2, 3, MOST)
    with pytest.raises(OverflowError):
        kailash.EatpResourceConsumption(tokens_used=-1)
    with pytest.raises(OverflowError):
        kailash.EatpResourceConsumption(estimated_cost_microdollars=MOST + 1)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("EatpConfidentialityLevel", "public restricted confidential secret top_secret"),
        ("EatpActionType", "llm_call tool_call data_access sub_agent_spawn user_interaction policy_decision"),
    ],
)
def test_enums_are_made_by_static_methods(name, words):
    enum = getattr(kailash, name)
    for word in words.split():
        item = getattr(enum, word)()
        assert str(item) == word
        assert repr(item) == f"{name}.{word}"
        assert item == getattr(enum, word)()
        assert hash(item) == hash(getattr(enum, word)())
    assert len({getattr(enum, word)() for word in words.split()}) == len(words.split())
    with pytest.raises(TypeError):
        enum()


def test_ladders_are_ordered_and_other_enums_are_not():
    levels = kailash.EatpConfidentialityLevel
    assert levels.public() < levels.restricted() < levels.confidential() < levels.secret() < levels.top_secret()
    assert kailash.EatpPosture.pseudo_agent() < kailash.EatpPosture.delegated()
    with pytest.raises(TypeError):
        _ = kailash.EatpActionType.llm_call() < kailash.EatpActionType.tool_call()


def test_postures():
    made = [
        kailash.EatpPosture.pseudo_agent(),
        kailash.EatpPosture.supervised(),
        kailash.EatpPosture.shared_planning(),
        kailash.EatpPosture.continuous_insight(),
        kailash.EatpPosture.delegated(),
    ]
    assert [repr(one) for one in made] == [
        "EatpPosture.pseudo",
        "EatpPosture.supervised",
        "EatpPosture.shared_planning",
        "EatpPosture.continuous_insight",
        "EatpPosture.delegated",
    ]
    with pytest.raises(TypeError):
        kailash.EatpPosture()


def test_the_outcome_of_an_action_has_a_text():
    outcome = kailash.EatpActionOutcome
    assert str(outcome.success()) == "success"
    assert str(outcome.failure("no disk")) == "failure: no disk"
    assert str(outcome.partial("half")) == "partial: half"
    assert repr(outcome.failure("no disk")) == "EatpActionOutcome(failure: no disk)"
    assert (outcome.failure("a").status, outcome.failure("a").detail) == ("failure", "a")
    assert outcome.success().detail is None
    assert outcome.failure("a") == outcome.failure("a")
    assert outcome.failure("a") != outcome.failure("b")
    assert outcome.failure("a") != outcome.partial("a")
    with pytest.raises(TypeError):
        outcome()
    with pytest.raises(TypeError):
        outcome.failure(1)


@pytest.mark.parametrize(
    ("posture", "level"),
    [
        ("pseudo_agent", "untrusted"),
        ("supervised", "restricted"),
        ("shared_planning", "supervised"),
        ("continuous_insight", "autonomous"),
        ("delegated", "full"),
    ],
)
def test_a_posture_has_the_trust_level_of_its_rung(posture, level):
    found = getattr(kailash.EatpPosture, posture)().to_trust_level()
    assert isinstance(found, kailash.TrustLevel)
    assert found == getattr(kailash.TrustLevel, level)()
