"""Shadow mode: a candidate envelope beside the one in force."""

import math
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, strategies as st

from kailash import ConstraintEnvelope, ShadowConfig, ShadowEnforcer, StrictEnforcer


def blocking(*actions):
    made = ConstraintEnvelope()
    made.set_blocked_actions(list(actions))
    return made


def test_production_decides_and_both_are_recorded():
    shadow = ShadowEnforcer(blocking("x"), blocking("y"))
    assert [shadow.evaluate(action) for action in "xyz"] == ["blocked", "auto_approved", "auto_approved"]
    assert [(r.action, r.production_verdict, r.candidate_verdict, r.divergent) for r in shadow.records()] == [
        ("x", "blocked", "auto_approved", True), ("y", "auto_approved", "blocked", True),
        ("z", "auto_approved", "auto_approved", False)]
    first = shadow.records()[0]
    assert first.timestamp.endswith("+00:00")
    assert repr(first) == ("ShadowRecord(action='x', production='blocked', candidate='auto_approved', "
                           "divergent=true)")
    assert repr(shadow) == "ShadowEnforcer(records=3, divergence_rate=0.6667)"


def test_the_report_counts_stricter_and_looser():
    shadow = ShadowEnforcer(blocking("x"), blocking("a", "b", "c"))
    for action in "xabcdefghi":
        shadow.evaluate(action)
    report = shadow.report()
    assert (report.total_evaluated, report.divergent_count, report.divergence_rate) == (10, 4, 0.4)
    assert (report.false_negative_decrease, report.false_positive_increase) == (0.75, 0.25)
    assert (report.lifetime_evaluations, report.lifetime_divergences) == (10, 4)
    assert repr(report) == ("ShadowReport(total=10, divergent=4, rate=0.4000, lifetime_evals=10, "
                            "recommendation='keep')")
    assert report.recommendation_note == "10 of at least 100 evaluations: too few to recommend anything else"
    shadow.clear_records()
    empty = shadow.report()
    assert (empty.total_evaluated, empty.divergence_rate, empty.false_negative_decrease) == (0, 0, 0)
    assert (empty.lifetime_evaluations, empty.lifetime_divergence_rate) == (10, 0.4)
    assert shadow.records() == []


@pytest.mark.parametrize("divergent, recommendation", [
    (0, "promote"), (4, "promote"), (5, "keep"), (20, "keep"), (21, "revert"), (100, "revert")])
def test_recommendations(divergent, recommendation):
    shadow = ShadowEnforcer(ConstraintEnvelope(), blocking("x"))
    for i in range(100):
        assert shadow.report().recommendation == "keep"
        shadow.evaluate("x" if i < divergent else "y")
    assert shadow.report().recommendation == recommendation
    assert shadow.report().recommendation_note is None


@given(st.integers(1, 20), st.lists(st.sampled_from("xyz"), max_size=60))
def test_the_log_keeps_the_last_and_counts_all(most, actions):
    shadow = ShadowEnforcer(ConstraintEnvelope(), blocking("x"), ShadowConfig(max_records=most))
    for action in actions:
        shadow.evaluate(action)
    assert [r.action for r in shadow.records()] == actions[-most:]
    report = shadow.report()
    assert report.total_evaluated == len(actions[-most:])
    assert report.divergent_count == actions[-most:].count("x")
    assert (report.lifetime_evaluations, report.lifetime_divergences) == (len(actions), actions.count("x"))


def test_each_envelope_counts_a_session_of_its_own():
    strict = ConstraintEnvelope()
    strict.set_max_cost_per_session(3)
    shadow = ShadowEnforcer(ConstraintEnvelope(), strict)
    assert [shadow.evaluate("a", estimated_cost=2) for _ in range(3)] == ["auto_approved"] * 3
    assert [r.candidate_verdict for r in shadow.records()] == ["auto_approved", "blocked", "blocked"]


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.none() | st.floats(0, 2)), max_size=30))
def test_production_judges_as_it_does_alone(actions):
    production = blocking("x")
    production.set_max_cost_per_session(5)
    shadow, alone = ShadowEnforcer(production, blocking("y")), StrictEnforcer(production)
    for action, cost in actions:
        assert shadow.evaluate(action, None, None, cost) == alone.check(action, None, None, cost)


def test_threads_share_one():
    shadow = ShadowEnforcer(ConstraintEnvelope(), blocking("x"), ShadowConfig(max_records=100))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: [shadow.evaluate("x") for _ in range(500)], range(4)))
    report = shadow.report()
    assert (report.total_evaluated, report.lifetime_evaluations, report.lifetime_divergences) == (100, 2000, 2000)


def test_configs():
    config = ShadowConfig()
    assert repr(config) == ("ShadowConfig(max_records=10000, persist_records=true, min_samples_for_recommend=100, "
                            "promote_threshold=0.05, revert_threshold=0.2)")
    assert config == ShadowConfig(10000, True, 100, 0.05, 0.2)
    assert ShadowConfig.from_json(config.to_json()) == pickle.loads(pickle.dumps(config)) == config
    equal = ShadowConfig(promote_threshold=0.5, revert_threshold=0.5)
    assert equal.promote_threshold == equal.revert_threshold == 0.5


@pytest.mark.parametrize("settings, kind", [
    ({"max_records": 0}, ValueError), ({"max_records": -1}, OverflowError), ({"max_records": 1.5}, TypeError),
    ({"min_samples_for_recommend": -1}, OverflowError), ({"persist_records": 1}, TypeError),
    ({"promote_threshold": math.nan}, ValueError), ({"promote_threshold": -0.1}, ValueError),
    ({"revert_threshold": 1.1}, ValueError), ({"revert_threshold": math.inf}, ValueError),
    ({"promote_threshold": 0.5}, ValueError)])
def test_configs_that_are_refused(settings, kind):
    with pytest.raises(kind):
        ShadowConfig(**settings)


@pytest.mark.parametrize("arguments", [(), (ConstraintEnvelope(),), (None, None), (ConstraintEnvelope(), 5),
                                       (ConstraintEnvelope(), ConstraintEnvelope(), 3)])
def test_arguments_that_are_refused(arguments):
    with pytest.raises(TypeError):
        ShadowEnforcer(*arguments)
