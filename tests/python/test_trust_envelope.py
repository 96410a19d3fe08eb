"""Session envelopes: what they say, how they combine, and how an enforcer judges by them."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, strategies as st

import kailash
from kailash import ConstraintEnvelope, StrictEnforcer, intersect_constraints

MEMBERS = {
    "operational": ["allowed_actions", "blocked_actions"],
    "data_access": ["read_paths", "write_paths", "blocked_paths", "blocked_patterns"],
    "financial": ["max_cost_per_session", "max_cost_per_action", "budget_tracking"],
    "temporal": ["max_session_hours", "allowed_hours", "cooldown_minutes"],
    "communication": ["allowed_channels", "blocked_channels", "requires_review"],
}


def envelope(**members):
    """envelope(financial__max_cost_per_action=1): the rest is as in an empty one."""
    document = {name: {} for name in MEMBERS}
    for name, value in members.items():
        dimension, member = name.split("__")
        document[dimension][member] = value
    return ConstraintEnvelope.from_json(json.dumps(document))


NAMES = st.lists(st.sampled_from(["a", "b", "c", "d e", "é"]), max_size=4)
PATHS = st.lists(st.sampled_from(["/", "/a", "/a/", "/a/b", "/ab", "a", "a/b", ".", "..", "../x", "\\a"]),
                 max_size=4)
LIMITS = st.none() | st.sampled_from([0, 0.5, 1, 2.25, 1e9])
HOURS = st.none() | st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), max_size=4)
ENVELOPES = st.builds(
    envelope,
    operational__allowed_actions=st.none() | NAMES, operational__blocked_actions=NAMES,
    data_access__read_paths=st.none() | PATHS, data_access__write_paths=st.none() | PATHS,
    data_access__blocked_paths=PATHS,
    data_access__blocked_patterns=st.lists(st.sampled_from(["*.env", "**/x", "[ab]"]), max_size=3),
    financial__max_cost_per_session=LIMITS, financial__max_cost_per_action=LIMITS,
    financial__budget_tracking=st.booleans(), temporal__max_session_hours=LIMITS,
    temporal__allowed_hours=HOURS, temporal__cooldown_minutes=st.none() | st.integers(0, 90),
    communication__allowed_channels=st.none() | NAMES, communication__blocked_channels=NAMES,
    communication__requires_review=st.booleans(),
)
ACTIONS = st.tuples(st.sampled_from(["a", "b", "write", "é"]),
                    st.none() | st.sampled_from(["/", "/a", "/a/b", "/abc", "a/x", "..", "../x", "/x", "b"]),
                    st.none() | st.sampled_from(["a", "b", "x"]),
                    st.none() | st.sampled_from([0, 0.5, 1.5, 3]))
SEVERITY = {"auto_approved": 0, "flagged": 1, "held": 2, "blocked": 3}


# ---- the document ----------------------------------------------------------------------------------


def test_an_empty_envelope_says_nothing():
    empty = ConstraintEnvelope()
    assert repr(empty) == "ConstraintEnvelope(blocked_actions=0, blocked_paths=0)"
    assert empty.envelope_hash() == "3d8a40bb256c601b4764a7b5f3998a47e7449fe2cdf8c9dd45326688c6ef21ce"
    document = json.loads(empty.to_json())
    assert list(document) == [*MEMBERS, "signed_by", "signed_at"]
    assert {name: list(document[name]) for name in MEMBERS} == MEMBERS
    assert empty.to_json() == json.dumps(document, indent=2)
    for dimension, members in MEMBERS.items():
        assert getattr(empty, f"get_{dimension}")() == document[dimension]
        for member in members:
            assert getattr(empty, f"get_{member}")() == document[dimension][member]


@pytest.mark.parametrize("member, value, read", [
    ("blocked_actions", ["b", "a", "b"], ["b", "a", "b"]),
    ("allowed_actions", None, None), ("allowed_actions", (), []), ("allowed_actions", ("x",), ["x"]),
    ("read_paths", ["/a"], ["/a"]), ("write_paths", [], []), ("blocked_paths", ["/é"], ["/é"]),
    ("blocked_patterns", ["["], ["["]),
    ("max_cost_per_session", 5, 5.0), ("max_cost_per_action", 0.25, 0.25), ("max_cost_per_action", None, None),
    ("budget_tracking", True, True), ("max_session_hours", 8, 8.0),
    ("allowed_hours", [(9, 17), (22, 6)], [(9, 17), (22, 6)]), ("allowed_hours", None, None),
    ("cooldown_minutes", 2**40, 2**40), ("allowed_channels", ["a"], ["a"]), ("blocked_channels", ["a"], ["a"]),
    ("requires_review", True, True), ("signed_by", "me", "me"),
    ("signed_at", "2026-01-01T10:00:00.12+02:00", "2026-01-01T08:00:00.120+00:00"),
])
def test_what_is_set_is_there(member, value, read):
    changed = ConstraintEnvelope()
    getattr(changed, f"set_{member}")(value)
    got = getattr(changed, f"get_{member}")()
    assert got == read and type(got) is type(read)
    again = ConstraintEnvelope.from_json(changed.to_json())
    assert getattr(again, f"get_{member}")() == read
    assert again.to_json() == changed.to_json()


@pytest.mark.parametrize("member, value, kind", [
    ("blocked_actions", None, TypeError), ("blocked_actions", "ab", TypeError), ("blocked_actions", [1], TypeError),
    ("max_cost_per_session", "5", TypeError), ("max_cost_per_session", float("nan"), ValueError),
    ("max_cost_per_session", float("inf"), ValueError), ("max_cost_per_action", -0.01, ValueError),
    ("max_session_hours", float("nan"), ValueError), ("allowed_hours", [(25, 3)], ValueError),
    ("allowed_hours", [(1, 2, 3)], ValueError), ("allowed_hours", [9, 17], TypeError),
    ("cooldown_minutes", -1, OverflowError), ("cooldown_minutes", 1.5, TypeError),
    ("budget_tracking", 1, TypeError), ("requires_review", None, TypeError), ("signed_at", "yesterday", ValueError),
])
def test_what_is_refused_changes_nothing(member, value, kind):
    kept = envelope(financial__max_cost_per_session=3, temporal__allowed_hours=[[1, 2]])
    before = kept.to_json()
    with pytest.raises(kind) as caught:
        getattr(kept, f"set_{member}")(value)
    assert type(caught.value) is kind
    assert kept.to_json() == before


def test_a_dimension_is_a_dict_with_hours_as_tuples():
    shown = envelope(temporal__allowed_hours=[[9, 17]], temporal__max_session_hours=8)
    assert shown.get_temporal() == {"max_session_hours": 8.0, "allowed_hours": [(9, 17)], "cooldown_minutes": None}
    shown.get_temporal()["allowed_hours"].append((0, 24))
    assert shown.get_allowed_hours() == [(9, 17)]


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "{", '{"operational":null}', "\ud800"])
def test_texts_that_are_no_envelope(text):
    with pytest.raises(ValueError):
        ConstraintEnvelope.from_json(text)


def test_the_signature_is_no_part_of_the_hash():
    signed = ConstraintEnvelope()
    signed.set_signed_by("me")
    assert signed.envelope_hash() == ConstraintEnvelope().envelope_hash()


def test_free_texts_find_their_place():
    made = ConstraintEnvelope.from_legacy(
        ["no rm", "path /etc", "FILE x", "email bob", "cost 5", "budget path", "channel x file", "directory"])
    assert made.get_blocked_actions() == ["no rm", "cost 5"]
    assert made.get_blocked_paths() == ["path /etc", "FILE x", "budget path", "channel x file", "directory"]
    assert made.get_blocked_channels() == ["email bob"]
    assert made.get_budget_tracking() is True
    assert ConstraintEnvelope.from_legacy([]).to_json() == ConstraintEnvelope().to_json()


@given(ENVELOPES)
def test_an_envelope_is_read_back_as_it_was(made):
    assert ConstraintEnvelope.from_json(made.to_json()).to_json() == made.to_json()


def test_threads_may_set_at_once():
    shared = ConstraintEnvelope()
    setters = [shared.set_blocked_actions, shared.set_blocked_paths, shared.set_blocked_channels,
               shared.set_blocked_patterns]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda set_one: [set_one([str(i)]) for i in range(200)], setters))
    assert [shared.get_blocked_actions(), shared.get_blocked_paths(), shared.get_blocked_channels(),
            shared.get_blocked_patterns()] == [["199"]] * 4


# ---- combining ---------------------------------------------------------------------------------------


@given(ENVELOPES, ENVELOPES)
def test_an_intersection_is_tighter_than_both(a, b):
    both = a.intersect(b)
    assert both.is_tighter_than(a) and both.is_tighter_than(b)
    assert both.to_json() == b.intersect(a).to_json()


@given(ENVELOPES, ENVELOPES, ENVELOPES)
def test_intersections_do_not_depend_on_the_order(a, b, c):
    assert a.intersect(b).intersect(c).to_json() == a.intersect(b.intersect(c)).to_json()


@given(ENVELOPES)
def test_an_intersection_with_itself_or_nothing_says_the_same(a):
    assert a.is_tighter_than(a)
    for other in (a, ConstraintEnvelope()):
        same = a.intersect(other)
        assert same.is_tighter_than(a) and a.is_tighter_than(same)


@given(ENVELOPES, ENVELOPES, ACTIONS)
def test_an_intersection_judges_as_the_stricter_of_both(a, b, action):
    both, *each = [SEVERITY[StrictEnforcer(one).check(*action)] for one in (a.intersect(b), a, b)]
    assert both == max(each)


@given(ENVELOPES, ENVELOPES, ACTIONS)
def test_a_tighter_envelope_is_never_milder(a, b, action):
    if a.is_tighter_than(b):
        assert SEVERITY[StrictEnforcer(a).check(*action)] >= SEVERITY[StrictEnforcer(b).check(*action)]


def test_nothing_to_intersect_is_no_permission():
    nothing = intersect_constraints([])
    assert (nothing.envelope, nothing.source_count, nothing.empty_dimensions) == (None, None, [])
    assert not nothing.has_basis() and not nothing.is_empty()
    assert repr(nothing) == "IntersectionResult(basis=no_basis, empty_dimensions=0, warnings=0)"


def test_one_envelope_stays_as_it_is():
    only = envelope(operational__allowed_actions=["b", "a", "b"])
    only.set_signed_by("me")
    result = intersect_constraints([only])
    assert result.envelope.to_json() == only.to_json()
    assert result.source_count == 1 and result.has_basis() and not result.is_empty()


def test_what_became_empty_is_named():
    result = intersect_constraints((
        envelope(temporal__allowed_hours=[[1, 2]]), envelope(temporal__allowed_hours=[[3, 4]]),
        envelope(communication__allowed_channels=["a"]), envelope(communication__allowed_channels=["b"]),
        envelope(data_access__write_paths=["/a"]), envelope(data_access__write_paths=["/b"])))
    assert result.source_count == 6 and result.is_empty()
    assert result.empty_dimensions == [
        "communication.allowed_channels", "data_access.write_paths", "temporal.allowed_hours"]
    assert result.warnings == []
    assert repr(result) == "IntersectionResult(basis=6 envelope(s), empty_dimensions=3, warnings=0)"


def test_members_that_contradict_each_other_are_told():
    result = intersect_constraints([
        envelope(operational__allowed_actions=["a"], communication__allowed_channels=["c"],
                 data_access__write_paths=["/w"]),
        envelope(operational__blocked_actions=["a", "b"], communication__blocked_channels=["c"],
                 data_access__read_paths=["/r"])])
    assert result.warnings == [
        "operational: every allowed action is blocked",
        "data_access: no path in write_paths may be read, so none can be written",
        "communication: every allowed channel is blocked"]
    assert not result.is_empty()


@pytest.mark.parametrize("bad", [None, [1], [None], ConstraintEnvelope()])
def test_only_envelopes_are_intersected(bad):
    with pytest.raises(TypeError):
        intersect_constraints(bad)


# ---- judging -------------------------------------------------------------------------------------------


def test_an_enforcer_counts_its_session():
    enforcer = StrictEnforcer(envelope(financial__max_cost_per_session=2, operational__blocked_actions=["rm"]))
    assert enforcer.check("rm") == "blocked" and enforcer.session_start is None
    assert enforcer.check("a", None, None, 1.5) == "auto_approved"
    assert enforcer.session_cost == 1.5 and enforcer.session_start.endswith("+00:00")
    assert repr(enforcer) == "StrictEnforcer(session_cost=1.50)"
    detail = enforcer.check_detailed("a", estimated_cost=1)
    assert (detail.verdict, detail.reason) == (
        "blocked", "Session cost budget exhausted (current: 1.50, action: 1.00, limit: 2.00)")
    assert repr(detail) == f"VerdictDetail(verdict='blocked', reason=Some(\"{detail.reason}\"))"
    enforcer.reset_session()
    assert (enforcer.session_cost, enforcer.session_start) == (0.0, None)
    approved = enforcer.check_detailed("a")
    assert (approved.verdict, approved.reason) == ("auto_approved", None)
    assert repr(approved) == "VerdictDetail(verdict='auto_approved', reason=None)"


@pytest.mark.parametrize("cost", [float("nan"), float("inf"), -float("inf"), -1, -0.001])
def test_a_cost_that_is_none_is_blocked(cost):
    assert StrictEnforcer(ConstraintEnvelope()).check("a", estimated_cost=cost) == "blocked"


@pytest.mark.parametrize("arguments, kind", [
    (("",), ValueError), ((1,), TypeError), ((None,), TypeError), (("a", 1), TypeError),
    (("a", None, None, "1"), TypeError), ((), TypeError), (("\ud800",), ValueError)])
def test_arguments_that_are_refused(arguments, kind):
    for judge in (StrictEnforcer(ConstraintEnvelope()).check,
                  StrictEnforcer(ConstraintEnvelope()).check_detailed,
                  kailash.ShadowEnforcer(ConstraintEnvelope(), ConstraintEnvelope()).evaluate):
        with pytest.raises(kind):
            judge(*arguments)


def test_what_is_changed_later_does_not_count():
    changed = ConstraintEnvelope()
    enforcer = StrictEnforcer(changed)
    changed.set_blocked_actions(["a"])
    assert enforcer.check("a") == "auto_approved"


def test_built_in_protection_of_system_paths_works():
    template = json.loads(kailash.TemplateRegistry().get_template("software", "Terrene Foundation"))
    enforcer = StrictEnforcer(ConstraintEnvelope.from_json(json.dumps(template["envelope"])))
    for path in ("/etc", "/etc/", "/etc/passwd", "/etc/../etc/ssh", "//sys/kernel", "\\etc\\passwd"):
        assert enforcer.check("read", path) == "blocked", path
    assert enforcer.check("read", "/etcetera") == "auto_approved"


def test_a_path_with_a_nul_is_blocked():
    detail = StrictEnforcer(ConstraintEnvelope()).check_detailed("read", "/a\0b")
    assert (detail.verdict, detail.reason) == ("blocked", "path '/a\\x00b' contains a NUL character")


def test_links_are_followed_when_asked_for(tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "door").symlink_to(tmp_path / "secret")
    strict = envelope(data_access__blocked_paths=[str(tmp_path / "secret")])
    behind = str(tmp_path / "open" / "door" / "key")
    assert StrictEnforcer(strict).check("read", behind) == "auto_approved"
    detail = StrictEnforcer(strict, resolve=True).check_detailed("read", behind)
    assert detail.verdict == "blocked"
    assert detail.reason.endswith("is blocked, where its symbolic links lead")


@pytest.mark.parametrize("pattern", ["[", "{a", "a}", "[b-a]", "\\"])
def test_a_pattern_that_is_none_is_refused_at_once(pattern):
    bad = envelope(data_access__blocked_patterns=["*.ok", pattern])
    for make in (StrictEnforcer, lambda e: kailash.ShadowEnforcer(ConstraintEnvelope(), e)):
        with pytest.raises(ValueError, match="invalid glob pattern"):
            make(bad)


def test_threads_spend_a_budget_once():
    enforcer = StrictEnforcer(envelope(financial__max_cost_per_session=1000))
    barrier = threading.Barrier(8)

    def spend():
        barrier.wait()
        return sum(enforcer.check("buy", "/shop", None, 1) == "auto_approved" for _ in range(300))

    with ThreadPoolExecutor(8) as pool:
        approved = sum(future.result() for future in [pool.submit(spend) for _ in range(8)])
    assert approved == 1000 and enforcer.session_cost == 1000


# ---- what stands beside ------------------------------------------------------------------------------------


def test_the_module_names_what_it_has_in_order():
    import kailash.trust_plane as module

    assert module.__all__[:2] == ["TrustProject", "ConstraintEnvelope"]
    assert module.__all__[-2:] == ["IntersectionResult", "intersect_constraints"]
    assert len(module.__all__) == len(set(module.__all__)) == 21
    assert module.ConstraintEnvelope is kailash.ConstraintEnvelope
    assert "ShadowEnforcer" in dir(module)
    with pytest.raises(AttributeError, match="module 'kailash.trust_plane' has no attribute 'Nothing'"):
        module.Nothing


def test_views_show_the_dimensions_of_an_envelope():
    shown = envelope(
        operational__allowed_actions=["a", "b"], data_access__blocked_paths=["/x"],
        financial__max_cost_per_session=10, temporal__allowed_hours=[[9, 17]],
        temporal__cooldown_minutes=5, communication__requires_review=True)
    rows = {
        "Operational": ("OperationalConstraints(blocked=0, allowed=Some(2))",
                        "OperationalConstraints(blocked=0, allowed=None)"),
        "DataAccess": ("DataAccessConstraints(blocked_paths=1, blocked_patterns=0)",
                       "DataAccessConstraints(blocked_paths=0, blocked_patterns=0)"),
        "Financial": ("FinancialConstraints(session=Some(10.0), action=None, tracking=false)",
                      "FinancialConstraints(session=None, action=None, tracking=false)"),
        "Temporal": ("TemporalConstraints(max_hours=None, cooldown=Some(5))",
                     "TemporalConstraints(max_hours=None, cooldown=None)"),
        "Communication": ("CommunicationConstraints(blocked=0, requires_review=true)",
                          "CommunicationConstraints(blocked=0, requires_review=false)"),
    }
    for (name, (full, bare)), (dimension, members) in zip(rows.items(), MEMBERS.items()):
        view = getattr(kailash, f"{name}Constraints")
        assert repr(view.of(shown)) == full and repr(view()) == bare
        assert view.of(shown) == view.of(shown) and view() == view.of(ConstraintEnvelope())
        assert hash(view()) == hash(view())
        expected = getattr(shown, f"get_{dimension}")()
        assert {member: getattr(view.of(shown), member) for member in members} == expected
        with pytest.raises(AttributeError):
            setattr(view(), members[0], None)
        with pytest.raises(TypeError):
            view([])


def test_templates():
    registry = kailash.TemplateRegistry()
    built_in = [f"{name} (by Terrene Foundation)" for name in ("software", "research", "governance")]
    assert registry.list_templates() == built_in
    for name in ("software", "research", "governance"):
        template = json.loads(registry.get_template(name, "Terrene Foundation"))
        assert list(template) == ["name", "author", "description", "envelope", "tags"]
        made = ConstraintEnvelope.from_json(json.dumps(template["envelope"]))
        assert json.loads(made.to_json()) == template["envelope"]
    assert registry.get_template("software", "me") is None
    mine = {"name": "mine", "author": "é", "description": "", "tags": [], "envelope": template["envelope"], "x": 1}
    registry.register(json.dumps(mine))
    assert registry.list_templates() == [*built_in, "mine (by é)"]
    with pytest.raises(RuntimeError, match="duplicate template: name=mine, author=é") as caught:
        registry.register(json.dumps(mine))
    assert type(caught.value) is RuntimeError and caught.value.code == "duplicate_template"
    registry.register(json.dumps({**mine, "description": "new"}), replace=True)
    assert json.loads(registry.get_template("mine", "é"))["description"] == "new"
    assert "x" not in json.loads(registry.get_template("mine", "é"))
    assert kailash.TemplateRegistry().list_templates() == built_in


@pytest.mark.parametrize("change", [
    {"name": None}, {"name": ""}, {"name": "a" * 300}, {"author": 5}, {"description": []}, {"tags": "a"},
    {"tags": [1]}, {"tags": ["a"] * 101}, {"envelope": None}, {"envelope": {}},
    {"envelope": {"operational": {}, "data_access": {}, "financial": {"max_cost_per_action": -1}, "temporal": {},
                  "communication": {}}}])
def test_templates_that_are_refused(change):
    good = {"name": "n", "author": "a", "description": "", "tags": [],
            "envelope": json.loads(ConstraintEnvelope().to_json())}
    registry = kailash.TemplateRegistry()
    with pytest.raises(ValueError):
        registry.register(json.dumps({**good, **change}))
    for missing in good:
        with pytest.raises(ValueError):
            registry.register(json.dumps({name: value for name, value in good.items() if name != missing}))
    registry.register(json.dumps(good))


# ---- diagnostics ---------------------------------------------------------------------------------------------

CHECKED = envelope(operational__blocked_actions=["x"], financial__max_cost_per_session=1,
                   communication__requires_review=True)


def records(**times):
    return [kailash.CheckRecord("a", "blocked", dimension) for dimension, n in times.items() for _ in range(n)]


@pytest.mark.parametrize("used, history, score, level, pressure, uncovered", [
    (ConstraintEnvelope(), [], 100, "well_tuned", [], []),
    (CHECKED, [], 70, "needs_attention", [], ["communication", "financial", "operational"]),
    (CHECKED, records(operational=9, financial=1), 75, "needs_attention", ["operational"], ["communication"]),
    (CHECKED, records(operational=8, financial=1, none=1), 90, "well_tuned", [], ["communication"]),
    (CHECKED, records(operational=1, financial=1, communication=1), 100, "well_tuned", [], []),
    (envelope(**{f"{d}__{m[0]}": v for (d, m), v in zip(MEMBERS.items(), [["a"], ["a"], 1, 1, []])}),
     records(operational=10), 45, "major_issues", ["operational"],
     ["communication", "data_access", "financial", "temporal"]),
])
def test_diagnostics(used, history, score, level, pressure, uncovered):
    found = kailash.analyze_constraints(used, history)
    assert (found.quality_score, found.quality_level) == (score, level)
    assert (found.boundary_pressure, found.uncovered_dimensions) == (pressure, uncovered)
    assert len(found.suggestions) == len(pressure) + len(uncovered)
    assert sorted(found.utilization()) == sorted(MEMBERS)
    assert repr(found) == (f"ConstraintDiagnostics(quality_score={score}, level='{level}', "
                           f"pressure={len(pressure)}, uncovered={len(uncovered)})")


def test_diagnostics_as_markdown():
    found = kailash.analyze_constraints(CHECKED, records(operational=5, other=1))
    assert found.utilization()["operational"] == 5 / 6
    assert found.to_markdown() == """### Constraint Diagnostics

**Quality Score**: 65/100 (NeedsAttention)

#### Dimension Utilization

| Dimension | Utilization |
|-----------|----------:|
| communication | 0.0% |
| data_access | 0.0% |
| financial | 0.0% |
| operational | 83.3% |
| temporal | 0.0% |

#### Boundary Pressure

- **operational**: utilization >80%

#### Uncovered Dimensions

- **communication**: configured but never triggered
- **financial**: configured but never triggered

#### Suggestions

- Consider expanding operational constraints: utilization is above 80%, which may indicate overly aggressive limits.
- The communication dimension is configured but has never been triggered. Verify the constraints are reachable or """ \
        """remove unused constraints.
- The financial dimension is configured but has never been triggered. Verify the constraints are reachable or """ \
        """remove unused constraints.

"""


def test_check_records_and_contexts():
    record = kailash.CheckRecord("deploy", "blocked", "operational")
    assert (record.action, record.verdict, record.dimension_triggered) == ("deploy", "blocked", "operational")
    assert record.timestamp.endswith("+00:00")
    assert repr(record) == "CheckRecord(action='deploy', verdict='blocked', dim=Some(\"operational\"))"
    assert repr(kailash.CheckRecord("", "held")) == "CheckRecord(action='', verdict='held', dim=None)"
    for verdict in ("Blocked", "zz", ""):
        with pytest.raises(ValueError, match="legal: auto_approved, flagged, held, blocked"):
            kailash.CheckRecord("a", verdict)
    with pytest.raises(TypeError):
        kailash.analyze_constraints(ConstraintEnvelope(), [1])
    context = kailash.EnforcementContext(channel="c", resource_path="p", estimated_cost=1.5)
    assert repr(context) == ('EnforcementContext(channel=Some("c"), resource_path=Some("p"), '
                             "estimated_cost=Some(1.5))")
    assert context == kailash.EnforcementContext("c", "p", 1.5) != kailash.EnforcementContext()
    for cost in (float("nan"), float("inf"), -1):
        with pytest.raises(ValueError):
            kailash.EnforcementContext(estimated_cost=cost)
