"""Who may read what, against a model of the access algorithm written from its description alone."""

import datetime
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kailash.pact as pact

LEVELS = ["public", "restricted", "confidential", "secret", "top_secret"]
POSTURES = ["pseudo_agent", "supervised", "shared_planning", "continuous_insight", "delegated"]
PAST, FUTURE = "2020-01-01T00:00:00Z", "2200-01-01T00:00:00Z"

# ---- organisations -----------------------------------------------------------------------------------


@st.composite
def organisations(draw):
    ids = iter(range(10_000))

    def role(id_=None):
        return {
            "id": id_ or f"r{next(ids)}", "name": "N",
            "is_vacant": draw(st.sampled_from([False, False, False, True])),
            "auto_suspend_on_vacancy": draw(st.sampled_from([False, False, True])),
        }

    def team():
        lead = f"l{next(ids)}"
        listed = [role(lead)] if draw(st.booleans()) else []
        return {"id": "t", "name": "T", "lead_role_id": lead,
                "roles": listed + [role() for _ in range(draw(st.integers(0, 2)))]}

    def department(depth):
        head = f"h{next(ids)}"
        listed = [role(head)] if draw(st.booleans()) else []
        return {
            "id": "d", "name": "D", "head_role_id": head,
            "roles": [role() for _ in range(draw(st.integers(0, 2)))] + listed,
            "teams": [team() for _ in range(draw(st.integers(0, 2)))],
            "departments": [department(depth + 1) for _ in range(draw(st.integers(0, 2 if depth < 2 else 0)))],
        }

    return {"org_id": "o", "name": "O", "departments": [department(0) for _ in range(draw(st.integers(1, 2)))]}


def compile_model(org):
    """Address -> role entry, in the words of the description."""
    roles = {}

    def unit(prefix, letter, number, entry, head_key):
        head = f"{prefix}{letter}{number}-R1"
        listed = {r["id"]: r for r in entry.get("roles", [])}
        roles[head] = listed.get(entry[head_key], {"id": entry[head_key], "name": entry[head_key]})
        others = [r for r in entry.get("roles", []) if r["id"] != entry[head_key]]
        for n, r in enumerate(others, 2):
            roles[f"{head}-R{n}"] = r
        for n, t in enumerate(entry.get("teams", []), 1):
            unit(head + "-", "T", n, t, "lead_role_id")
        for n, d in enumerate(entry.get("departments", []), 1):
            unit(head + "-", "D", n, d, "head_role_id")

    for n, d in enumerate(org["departments"], 1):
        unit("", "D", n, d, "head_role_id")
    return roles


def segments(address):
    return address.split("-")


def covers(above, below):
    return segments(below)[: len(segments(above))] == segments(above)


def ancestors(address):
    parts = segments(address)
    return ["-".join(parts[:n]) for n in range(1, len(parts)) if parts[n - 1][0] == "R"]


def unit_of(address):
    parts = segments(address)
    places = [n for n, p in enumerate(parts) if p[0] in "DT"]
    return "-".join(parts[: places[-1] + 2]) if places else None


# ---- the model -----------------------------------------------------------------------------------------


class Model:
    def __init__(self, org):
        self.roles = compile_model(org)
        self.clearances, self.acting, self.ksps, self.bridges = {}, set(), {}, {}

    def vacant(self, address):
        return self.roles[address].get("is_vacant", False) and address not in self.acting

    def decide(self, address, item, posture):
        """(allowed, step, path)"""
        role = self.roles[address]
        suspended = any(
            self.vacant(a) and self.roles[a].get("auto_suspend_on_vacancy", False) for a in ancestors(address))
        if self.vacant(address) or suspended:
            return False, 0, None
        level = LEVELS.index(item["classification"])
        if level == 0:
            return True, 1, "1: public"
        clearance = self.clearances.get(address)
        if not clearance or not clearance[2]:
            return False, 2, None
        own = min(LEVELS.index(clearance[0]), POSTURES.index(posture))
        if own < level or not set(item["compartments"]) <= set(clearance[1]):
            return False, 2, None
        owner = item["owner"]
        if unit_of(owner) == unit_of(address):
            return True, 3, "3a: same_unit"
        if covers(address, owner):
            return True, 3, "3b: downward"
        in_team = any(p[0] == "T" for p in segments(address))
        if in_team and not any(p[0] == "T" for p in segments(owner)) and unit_of(owner) and covers(unit_of(owner), address):
            return True, 3, "3c: t_inherits_d"
        refused = False
        for ksp in self.ksps.values():
            if (not ksp["is_active"] or ksp.get("expires_at") == PAST or level > LEVELS.index(ksp["max_classification"])
                    or not covers(ksp["source_unit_address"], owner) or not covers(ksp["target_unit_address"], address)):
                continue
            window = ksp.get("conditions", {}).get("time_window", {})
            if window.get("not_before") == FUTURE or window.get("not_after") == PAST:
                continue
            if self.in_scope(ksp, item, own, posture):
                return True, 3, "3d: ksp"
            refused = True
        for bridge in self.bridges.values():
            ends = (bridge["role_a_address"], bridge["role_b_address"])
            if (not bridge["active"] or bridge.get("expires_at") == PAST or level > LEVELS.index(bridge["max_classification"])
                    or {address, owner} != set(ends) or (not bridge["bilateral"] and address != ends[0])):
                continue
            scope = bridge.get("read_paths")
            if scope is not None and (item["path"] is None or not any(self.glob(g, item["path"]) for g in scope)):
                continue
            return True, 3, "3e: bridge"
        return (False, 3, None) if refused else (False, 4, None)

    @staticmethod
    def glob(pattern, path):
        return {"a/*": path.startswith("a/") and "/" not in path[2:], "**": True}[pattern]

    @staticmethod
    def in_scope(ksp, item, own, posture):
        paths, types = ksp.get("shared_paths"), ksp.get("shared_types")
        levels = ksp.get("shared_classifications")
        if paths and not (item["path"] and any(item["path"].startswith(p) for p in paths)):
            return False
        if types and item["type"] not in types:
            return False
        if levels and item["classification"] not in levels:
            return False
        if "min_clearance" in ksp and own < LEVELS.index(ksp["min_clearance"]):
            return False
        return "min_authority_level" not in ksp or POSTURES.index(posture) >= POSTURES.index(ksp["min_authority_level"])


# ---- the two side by side ----------------------------------------------------------------------------------


def maybe(draw, target, **choices):
    for key, strategy in choices.items():
        if draw(st.integers(0, 3)) == 0:
            target[key] = draw(strategy)
    return target


@st.composite
def worlds(draw):
    org = draw(organisations())
    model = Model(org)
    engine = pact.GovernanceEngine(json.dumps(org))
    address = st.sampled_from(sorted(model.roles))
    level = st.sampled_from(LEVELS)
    for a in model.roles:
        if draw(st.integers(0, 3)):
            compartments = draw(st.lists(st.sampled_from("ab"), unique=True))
            model.clearances[a] = [draw(st.sampled_from(LEVELS[2:])), compartments, True]
            engine.grant_clearance(draw(st.sampled_from([a, model.roles[a]["id"]])), model.clearances[a][0], compartments)
            if draw(st.integers(0, 9)) == 0:
                engine.revoke_clearance(a)
                model.clearances[a][2] = False
        if model.roles[a].get("is_vacant") and draw(st.booleans()):
            engine.set_vacancy_designation(a, model.roles[a]["id"], "board")
            model.acting.add(a)
    for n in range(draw(st.integers(0, 4))):
        ksp = maybe(
            draw,
            {"id": f"k{n % 3}", "source_unit_address": draw(address), "target_unit_address": draw(address),
             "max_classification": draw(level), "is_active": draw(st.sampled_from([True, True, False]))},
            expires_at=st.sampled_from([PAST, FUTURE]), shared_paths=st.lists(st.sampled_from(["a/", "b"]), max_size=2),
            shared_types=st.lists(st.sampled_from("xy"), max_size=2),
            shared_classifications=st.lists(level, unique=True), min_clearance=level,
            min_authority_level=st.sampled_from(POSTURES),
            conditions=st.sampled_from([{}, {"time_window": {"not_before": FUTURE}}, {"time_window": {"not_after": PAST}},
                                        {"time_window": {"not_before": PAST, "not_after": FUTURE}}]))
        engine.create_ksp(json.dumps(ksp))
        model.ksps[ksp["id"]] = ksp
    for n in range(draw(st.integers(0, 4))):
        bridge = maybe(
            draw,
            {"id": f"b{n % 3}", "role_a_address": draw(address), "role_b_address": draw(address), "bridge_type": "Scoped",
             "max_classification": draw(level), "bilateral": draw(st.booleans()),
             "active": draw(st.sampled_from([True, True, False]))},
            expires_at=st.sampled_from([PAST, FUTURE]),
            read_paths=st.lists(st.sampled_from(["a/*", "**"]), max_size=2))
        engine.create_bridge(json.dumps(bridge))
        model.bridges[bridge["id"]] = bridge
    return model, engine


@given(worlds(), st.data())
@settings(max_examples=30)
def test_the_engine_decides_as_the_model(world, data):
    model, engine = world
    assert [(r.address, r.role_id) for r in engine.list_roles()] == sorted(
        (a, r["id"]) for a, r in model.roles.items())
    addresses = sorted(model.roles)
    # Items may be owned by roles that are not there.
    owners = st.sampled_from(addresses + [addresses[-1] + "-R77", "D9-R1", "R1"])
    for _ in range(12):
        item = {
            "owner": data.draw(owners), "classification": data.draw(st.sampled_from(LEVELS)),
            "compartments": data.draw(st.lists(st.sampled_from("ab"), unique=True, max_size=1)),
            "path": data.draw(st.sampled_from([None, "a/1", "a/1/2", "b"])),
            "type": data.draw(st.sampled_from([None, "x", "z"])),
        }
        posture, asker = data.draw(st.sampled_from(POSTURES)), data.draw(st.sampled_from(addresses))
        native = pact.KnowledgeItem("i", item["owner"], item["classification"], item["compartments"], "o", path=item["path"],
                                    knowledge_type=item["type"])
        decision = engine.check_access(data.draw(st.sampled_from([asker, model.roles[asker]["id"]])), native, posture)
        assert (decision.allowed, decision.step_reached, decision.access_path) == model.decide(asker, item, posture)
        explained = engine.explain_access(asker, native, posture)
        assert explained.decision == decision and explained.allowed == decision.allowed
        assert [s.step for s in explained.steps] == list(range(len(explained.steps)))
        assert explained.steps[-1].result == ("allow" if decision.allowed else "deny")
        assert explained.steps[-1].step == decision.step_reached


# ---- what is told ------------------------------------------------------------------------------------------

ORG = {
    "org_id": "o", "name": "O", "departments": [
        {"id": "d", "name": "Dept", "head_role_id": "h", "roles": [
            {"id": "h", "name": "Head"}, {"id": "x", "name": "X", "is_vacant": True}, {"id": "y", "name": "Y"}],
         "teams": [{"id": "t", "name": "Team", "lead_role_id": "l", "roles": [{"id": "m", "name": "M"}, {"id": "l", "name": "Lead"}]}],
         "departments": [{"id": "s", "name": "Sub", "head_role_id": "sh", "roles": [
             {"id": "sh", "name": "SH", "is_vacant": True, "auto_suspend_on_vacancy": True}, {"id": "s2", "name": "S2"}]}]},
        {"id": "e", "name": "E", "head_role_id": "eh"}]}


@pytest.fixture
def engine():
    made = pact.GovernanceEngine(json.dumps(ORG))
    for role in ("h", "m", "l", "y", "eh"):
        made.grant_clearance(role, "secret")
    return made


def item(owner="D1-R1-T1-R1", level="confidential", compartments=None, **more):
    return pact.KnowledgeItem("i", owner, level, compartments, org_id="o", **more)


def steps(explained):
    return [(s.step, s.name, s.result) for s in explained.steps]


def test_an_explanation_tells_each_step(engine):
    explained = engine.explain_access("m", item("D1-R1-D1-R1"), "delegated")
    assert steps(explained) == [
        (0, "Preconditions", "pass"), (1, "Public Shortcut", "skip"), (2, "Classification + Clearance Gate", "pass"),
        (3, "Containment Gate", "pass"), (4, "Default DENY", "deny")]
    assert explained.steps[0].reason == "  Role found: M at D1-R1-T1-R1-R2\n  Org match: o\n  Vacancy: not vacant\n  PASS\n"
    assert explained.steps[2].reason == (
        "  Posture ceiling: Delegated -> Top Secret\n  Role clearance: Secret (vetting: Active)\n"
        "  Effective clearance: min(Secret, Top Secret) = Secret\n  Clearance sufficient: Secret >= Confidential\n  PASS\n")
    assert explained.steps[3].reason == (
        "  Checking 5 sub-paths:\n\n  3a: Same Unit Check\n    Role containment unit: D1-R1-T1-R1\n"
        "    Item containment unit: D1-R1-D1-R1\n    No match\n\n  3b: Downward Visibility Check\n"
        "    Role address: D1-R1-T1-R1-R2\n    Item owner: D1-R1-D1-R1\n    No match: role is not an ancestor of item owner\n\n"
        "  3c: Team-Inherits-Department Check\n    No match\n\n  3d: Knowledge Share Policy (KSP) Check\n"
        "    Evaluating 0 KSP(s)\n    No KSPs defined\n\n  3e: Bridge Check\n    Evaluating 0 bridge(s)\n"
        "    No bridges defined\n\n  All 5 sub-paths exhausted\n")
    assert explained.reason == "no access path found — default deny"
    assert repr(explained) == "PactExplainedAccessDecision(allowed=false, steps=5)"
    assert steps(engine.explain_access("zz", item(), "delegated")) == [(0, "preconditions", "deny")]
    assert steps(engine.explain_access("s2", item(), "delegated")) == [(0, "Preconditions", "deny")]
    assert engine.explain_access("s2", item(), "delegated").steps[0].reason.endswith("  FAIL: Role 's2' is suspended\n")
    assert steps(engine.explain_access("h", item(level="public"), "delegated"))[-1] == (1, "Public Shortcut", "allow")


def test_an_explanation_goes_through_policies_and_bridges(engine):
    base = {"source_unit_address": "D1-R1", "target_unit_address": "D2-R1", "max_classification": "secret", "is_active": True}
    engine.create_ksp(json.dumps({**base, "id": "k0", "shared_types": ["t"]}))
    engine.create_ksp(json.dumps({**base, "id": "k1", "is_active": False}))
    engine.create_ksp(json.dumps({**base, "id": "k2", "max_classification": "public"}))
    engine.create_ksp(json.dumps({**base, "id": "k3", "target_unit_address": "D1-R1-R2"}))
    engine.create_bridge(json.dumps({
        "id": "b", "role_a_address": "D1-R1", "role_b_address": "D2-R1", "bridge_type": "Standing", "bilateral": False,
        "max_classification": "secret", "active": True}))
    told = engine.explain_access("eh", item("D1-R1"), "delegated").steps[3]
    assert told.result == "deny"
    assert told.reason.partition("  3d: ")[2] == (
        "Knowledge Share Policy (KSP) Check\n    Evaluating 4 KSP(s)\n"
        "    KSP 'k0': source=D1-R1, target=D2-R1, pair_matches=true\n"
        "    KSP 'k0': scope check failed (ksp_type_scope), not shared\n"
        "    KSP 'k1': inactive, skipped\n"
        "    KSP 'k2': item classification Confidential exceeds KSP ceiling Public, skipped\n"
        "    KSP 'k3': source=D1-R1, target=D1-R1-R2, pair_matches=false\n"
        "    No matching KSP found\n\n  3e: Bridge Check\n    Evaluating 1 bridge(s)\n"
        "    Bridge 'b': unilateral (A->B), role_a=D1-R1, role_b=D2-R1\n"
        "    FAIL: Unilateral bridge 'b' does not grant B->A access (wrong direction)\n"
        "    No matching bridge found\n\n  All 5 sub-paths exhausted\n")


def test_time_is_the_callers_or_the_engines(engine):
    engine.create_ksp(json.dumps({
        "id": "k", "source_unit_address": "D1-R1", "target_unit_address": "D2-R1", "max_classification": "secret",
        "is_active": True, "expires_at": "2030-01-01T00:00:00Z",
        "conditions": {"time_window": {"not_before": "2029-01-01T00:00:00Z", "not_after": None}}}))

    def allowed(now):
        return engine.check_access_with_env("eh", item(), "delegated", now=now).allowed

    assert [allowed(f"{year}-06-01T00:00:00+02:00") for year in (2028, 2029, 2030)] == [False, True, False]
    assert allowed("2029-12-31T23:59:59Z") and not allowed("2030-01-01T00:00:00Z")
    for told in (datetime.datetime(2029, 6, 1, tzinfo=datetime.timezone.utc).timestamp(), "2029-06-01T00:00:00Z"):
        engine.set_clock(lambda: told)
        assert engine.check_access("eh", item(), "delegated").allowed
    engine.set_clock(lambda: None)
    with pytest.raises(ValueError, match="clock of the engine"):
        engine.check_access("eh", item(), "delegated")
    engine.set_clock(None)
    for bad in ("zz", "2020-01-01", "2020-01-01T00:00:00"):
        with pytest.raises(ValueError, match="invalid RFC3339 `now` request time: "):
            allowed(bad)


def test_bad_questions_are_refused(engine):
    with pytest.raises(ValueError, match="unknown posture level: 'zz'"):
        engine.check_access("h", item(), "zz")
    with pytest.raises(ValueError, match="unknown posture level: 'delegating'"):
        engine.explain_access("h", item(), "delegating")
    with pytest.raises(TypeError):
        engine.check_access("h", "x", "delegated")
    with pytest.raises(ValueError, match="unknown classification level: 'zz'"):
        engine.grant_clearance("h", "zz")


def test_decisions_have_a_canonical_form(engine):
    decision = engine.check_access("h", item(), "delegated")
    assert decision.to_canonical_json() == (
        '{"allowed": true, "audit_details": {"access_path": "3b: downward", "step_reached": 3}, '
        '"reason": "downward visibility (supervisor)", "step_failed": null, "valid_until": null}')
    denied = engine.check_access("h", item(level="top_secret"), "delegated")
    assert json.loads(denied.to_canonical_json())["step_failed"] == 2
    assert denied.to_dict() == {"allowed": False, "step_reached": 2, "access_path": None, "reason": "access denied"}
    assert repr(denied) == "PactAccessDecision(allowed=false, step=2, reason='access denied')"


# ---- the filter before ------------------------------------------------------------------------------------


def test_a_filter_is_asked_first(engine):
    asked = []
    Decision = pact.FilterDecision

    def only(answer):
        def ask(role, query):
            asked.append((role, query))
            if isinstance(answer, BaseException):
                raise answer
            return answer.to_dict() if isinstance(answer, Decision) else answer
        engine.filter_knowledge(ask)
        return engine.check_access("h", item(name="n"), "delegated")

    assert only(True).allowed
    assert asked == [("h", {"item_ids": ["i"], "classifications": ["confidential"], "owning_units": ["D1-R1-T1-R1"],
                            "description": "n"})]
    assert only(False).reason == "knowledge filter: denied"
    assert only(Decision(False, "not today")).reason == "knowledge filter: denied: not today"
    assert only(Decision(True)).allowed
    assert only(Decision(True, filtered_scope={"owning_units": ["D1-R1"], "item_ids": ["i", "j"]})).allowed
    for scope in ({"owning_units": ["D2-R1"]}, {"item_ids": []}, {"classifications": ["public"]}):
        outside = only(Decision(True, "r", filtered_scope=scope))
        assert (outside.allowed, outside.step_reached) == (False, 0)
        assert outside.reason == "knowledge filter: the item is outside of the filtered scope: r"
    assert only(ZeroDivisionError("boom")).reason.startswith("knowledge filter: failed — denied")
    assert "neither a bool" in only(1).reason
    assert only({"allowed": True, "zz": 1}).reason.startswith("knowledge filter: gave a dict that is no PactFilterDecision")
    with pytest.raises(KeyboardInterrupt):
        only(KeyboardInterrupt())
    engine.filter_knowledge(None)
    assert engine.check_access("h", item(), "delegated").allowed
    with pytest.raises(ValueError, match="filtered_scope"):
        Decision(True, filtered_scope={"zz": 1})
    assert Decision(True, "r", {"item_ids": ["b", "a"]}, "anc").to_canonical_json() == (
        '{"allowed": true, "audit_anchor_id": "anc", "filtered_scope": {"classifications": null, "description": "", '
        '"item_ids": ["a", "b"], "owning_units": null}, "reason": "r"}')
    assert '"filtered_scope": null' in Decision(False).to_canonical_json()


# ---- organisations ------------------------------------------------------------------------------------------


def test_nodes_and_names(engine):
    assert [(r.address, r.role_id, r.name, r.department) for r in engine.list_roles()] == [
        ("D1-R1", "h", "Head", "Dept"), ("D1-R1-D1-R1", "sh", "SH", "Dept"), ("D1-R1-D1-R1-R2", "s2", "S2", "Dept"),
        ("D1-R1-R2", "x", "X", "Dept"), ("D1-R1-R3", "y", "Y", "Dept"), ("D1-R1-T1-R1", "l", "Lead", "Dept"),
        ("D1-R1-T1-R1-R2", "m", "M", "Dept"), ("D2-R1", "eh", "eh", "E")]
    head = engine.get_node("d01-r1")
    assert (head.address, head.name, head.node_id, head.parent_address, head.is_vacant) == ("D1-R1", "Head", "h", None, False)
    assert head.children == ["D1-R1-R2", "D1-R1-R3", "D1-R1-T1-R1", "D1-R1-D1-R1"]
    assert engine.get_node_by_role_id("m").parent_address == "D1-R1-T1-R1"
    assert engine.get_node("zz") is engine.get_node("D9-R1") is engine.get_node_by_role_id("D1-R1") is None
    assert [engine.resolve_role_id(r) for r in ("D1-R1", "h", "zz")] == ["h", "h", None]
    assert engine.describe_address("D1-R1-T1-R1-R2") == "[R] M ([R] Lead > [R] Head) (D1-R1-T1-R1-R2)"
    assert engine.describe_address("D9-R1") == "D9-R1 (not found in org)"
    for method in ("describe_address", "explain_envelope", "get_role_envelope", "compute_envelope"):
        with pytest.raises(RuntimeError, match="unrecognized node type character: 'z'|segment must be") as caught:
            getattr(engine, method)("zz")
        assert type(caught.value) is RuntimeError
    org = engine.compiled_org()
    assert (org.org_id, org.name, org.node_count(), org.role_count()) == ("o", "O", 8, 8)
    assert org.get_node("D2-R1") == engine.get_node("D2-R1") and org.get_node_by_role_id("zz") is None
    assert engine.compile_warnings() == ["department 'e': its head is not among its roles: 'eh'"]
    assert repr(engine) == "PactGovernanceEngine(org_id='o', roles=8)"


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "the text is empty"), ("{", "invalid JSON"), ("{}", "missing field `org_id`"), ("[]", "expected an object"),
        ("org: [", "invalid YAML"), ('{"org_id":"o","name":"n","departments":[{"id":1}]}', "departments[0]: id: expected a string"),
        ("\0", "YAML"), ("7", "expected an object"),
    ],
)
def test_a_bad_organisation_is_refused(text, message):
    with pytest.raises(ValueError) as caught:
        pact.GovernanceEngine(text)
    assert message in str(caught.value)
    with pytest.raises(TypeError):
        pact.GovernanceEngine(ORG)


def test_yaml_and_json_say_the_same():
    yaml = """
org:
  org_id: o
  name: O
  departments:
    - id: d
      name: D
      head_role_id: h
      teams: [{id: t, name: T, lead_role_id: l}]
clearances: [{role_id: l, max_clearance: secret}]
"""
    engine = pact.GovernanceEngine(yaml)
    assert [r.address for r in engine.list_roles()] == ["D1-R1", "D1-R1-T1-R1"]
    assert engine.check_access("l", item("D1-R1"), "delegated").access_path == "3c: t_inherits_d"


def test_vacancies(engine):
    status = engine.get_vacancy_status()
    assert (status.total_roles, status.vacant_roles, status.vacancy_rate, status.vacant_role_ids) == (8, 2, 0.25, ["sh", "x"])
    assert repr(status) == "PactVacancyStatus(total=8, vacant=2, rate=25.0%)"
    engine.set_vacancy_designation("D1-R1-R2", "h", "board")
    acting = engine.get_vacancy_designation("D1-R1-R2")
    assert (acting.acting_occupant, acting.designated_by, acting.is_active()) == ("h", "board", True)
    assert acting.designated_at.endswith("+00:00") and acting.designated_at < acting.expires_at
    assert engine.get_vacancy_status() == status
    with pytest.raises(ValueError, match="unrecognized node type|segment must be"):
        engine.set_vacancy_designation("zz", "h", "board")
    with pytest.raises(ValueError, match="expiry_hours"):
        engine.set_vacancy_designation("D1-R1-R2", "h", "board", 2**62)


def test_clearances_follow_the_machine(engine):
    engine.grant_clearance("D1-R1", "top_secret", ["b", "a", "b"])
    own = engine.list_clearances()[0]
    assert (own.role_id, own.max_clearance.name, own.compartments, own.vetting_status.name, own.nda_signed) == (
        "h", "top_secret", ["a", "b"], "active", True)
    assert own.to_canonical_json() == (
        '{"compartments": ["a", "b"], "granted_by_role_address": null, "max_clearance": "top_secret", "nda_signed": true, '
        '"review_at": null, "role_address": "D1-R1", "vetting_status": "active"}')
    engine.transition_clearance("h", "suspended")
    assert not engine.check_access("h", item("D1-R1"), "delegated").allowed
    with pytest.raises(RuntimeError, match="a clearance that is suspended cannot become expired"):
        engine.transition_clearance("h", "expired")
    engine.transition_clearance("h", pact.VettingStatus.active())
    assert engine.check_access("h", item("D1-R1"), "delegated").allowed
    engine.revoke_clearance("h")
    with pytest.raises(RuntimeError, match="revoked cannot become active"):
        engine.transition_clearance("h", "active")
    with pytest.raises(RuntimeError, match="role 's2' has no clearance"):
        engine.transition_clearance("s2", "active")
    with pytest.raises(ValueError):
        engine.transition_clearance("h", "zz")
    context = engine.get_context("D1-R1-T1-R1", "supervised")
    assert (context.org_id, context.role_address, context.posture) == ("o", "D1-R1-T1-R1", "supervised")
    assert context.has_clearance_for("restricted") and not context.has_clearance_for("secret")
    assert not context.has_compartment("a") and not context.is_action_allowed("read")
    assert repr(context) == "PactGovernanceContext(role='D1-R1-T1-R1', org='o', posture='supervised')"
    with pytest.raises(RuntimeError, match="role not found: 'D9-R1'"):
        engine.get_context("D9-R1", "delegated")
    with pytest.raises(ValueError, match="unknown posture level"):
        engine.get_context("D1-R1", "zz")


# ---- bridges -------------------------------------------------------------------------------------------------


def bridge_of(engine, id_):
    return next(b for b in engine.list_bridges() if b.id == id_)


def test_a_bridge_is_asked_for_and_decided(engine):
    ask = pact.Bridge("r", "D1-R1-R3", "D1-R1-T1-R1")
    assert engine.request_bridge(ask) == "r"
    pending = bridge_of(engine, "r")
    assert (pending.approval_status.name, pending.lca_address, pending.is_usable()) == ("pending", "D1-R1", False)
    rows = [
        (("zz", "D1-R1"), "governance: bridge 'zz' not found"),
        (("r", "D9-R1"), "role not found: 'D9-R1'"),
        (("r", "D1-R1-R3"), "governance: approver 'D1-R1-R3' is not at or above the LCA 'D1-R1' — insufficient authority to approve bridge 'r'"),
    ]
    for args, message in rows:
        with pytest.raises(RuntimeError) as caught:
            engine.approve_bridge(*args)
        assert str(caught.value) == message and type(caught.value) is RuntimeError
    engine.approve_bridge("r", "D1-R1")
    approved = bridge_of(engine, "r")
    assert (approved.approved_by, approved.is_usable(), approved.approved_at.endswith("+00:00")) == ("D1-R1", True, True)
    with pytest.raises(RuntimeError, match=r"bridge 'r' is not pending approval \(status: approved\)"):
        engine.reject_bridge("r", "D1-R1", "x")
    engine.request_bridge(ask)
    engine.reject_bridge("r", "D1-R1", "why")
    assert str(bridge_of(engine, "r").approval_status) == "rejected: why"
    engine.remove_bridge("r")
    engine.remove_bridge("r")
    assert engine.list_bridges() == []


def test_bridges_across_departments(engine):
    ask = pact.Bridge("x", "D1-R1", "D2-R1", "AdHoc")
    with pytest.raises(RuntimeError, match="no common ancestor between 'D1-R1' and 'D2-R1' — cross-department bridges require root admin authorization"):
        engine.request_bridge(ask)
    with pytest.raises(RuntimeError, match="no common ancestor"):
        engine.compute_bridge_lca("D1-R1", "D2-R1")
    assert engine.compute_bridge_lca("D1-R1-R2", "D1-R1-R3") == pact.Address.parse("D1-R1")
    assert engine.request_bridge(ask, admin=True) == "x"
    with pytest.raises(RuntimeError, match="is not at the top of a department"):
        engine.approve_bridge("x", "D1-R1-R3")
    before = engine.verify_bridge_access("D1-R1", "D2-R1", "act")
    assert (before.zone, before.allowed, before.details) == ("blocked", False, {"bridge_check": "blocked", "failure": "no_common_ancestor"})
    engine.approve_bridge("x", "D2-R1")
    after = engine.verify_bridge_access("D1-R1", "D2-R1", "act")
    assert (after.zone, after.details) == ("auto_approved", {"bridge_check": "allowed", "bridge_id": "x"})
    assert engine.verify_bridge_access("D2-R1", "D1-R1", "act").allowed
    # Those below are not joined, and what is never delegated waits.
    assert engine.verify_bridge_access("D1-R1-R3", "D2-R1", "act").zone == "blocked"
    held = engine.verify_bridge_access("D1-R1", "D2-R1", " Bridge_Create ")
    assert (held.zone, held.details["check"]) == ("held", "never_delegated")
    same = engine.verify_bridge_access("D1-R1", "D1-R1-R3", "act")
    assert (same.zone, same.details) == ("auto_approved", {"bridge_check": "skipped_same_department"})
    assert engine.verify_bridge_access("D9-R1", "D2-R1", "act").details["failure"] == "role_not_found"
    with pytest.raises(RuntimeError):
        engine.verify_bridge_access("zz", "D2-R1", "act")


def test_reviews_and_single_uses(engine):
    base = {"role_a_address": "D1-R1", "role_b_address": "D2-R1", "bridge_type": "Standing", "max_classification": "secret",
            "bilateral": True, "active": True}
    engine.create_bridge(json.dumps({**base, "id": "due", "next_review_at": PAST, "suspend_on_overdue": True,
                                     "review_interval_days": 30}))
    assert [b.id for b in engine.overdue_bridges()] == ["due"]
    assert not engine.check_access("eh", item("D1-R1"), "delegated").allowed
    engine.mark_bridge_reviewed("due", "D1-R1")
    assert engine.overdue_bridges() == [] and bridge_of(engine, "due").last_reviewed_at
    assert engine.check_access("eh", item("D1-R1"), "delegated").allowed
    engine.remove_bridge("due")
    engine.create_bridge(json.dumps({**base, "id": "once", "one_time_use": True}))
    assert engine.explain_access("eh", item("D1-R1"), "delegated").allowed
    assert engine.check_access("eh", item("D1-R1"), "delegated").allowed
    assert bridge_of(engine, "once").is_one_time_expired() and not bridge_of(engine, "once").is_usable()
    assert not engine.check_access("eh", item("D1-R1"), "delegated").allowed


# ---- plans, settings ------------------------------------------------------------------------------------------


def test_a_plan_waits_until_its_conditions_are_met(engine):
    waiting = engine.suspend_plan("D1-R1", "p", "budget", {"left": 3})
    assert (waiting.plan_id, waiting.trigger, waiting.role_address, waiting.snapshot) == ("p", "budget", "D1-R1", {"left": 3})
    assert [(c.condition_type, c.satisfied) for c in waiting.resume_conditions] == [("budget_replenished", False)]
    assert engine.get_suspension("p") == waiting and engine.get_suspension("q") is None
    blocked = engine.resume_plan("p")
    assert (blocked.zone, blocked.reason) == ("blocked", "plan 'p' waits for: budget_replenished")
    met = engine.update_resume_condition("p", "budget_replenished", True, "topped up")
    assert met.all_conditions_met() and met.resume_conditions[0].details == "topped up"
    assert list(json.loads(met.to_canonical_json())) == [
        "plan_id", "resume_conditions", "role_address", "snapshot", "suspended_at", "suspension_id", "trigger"]
    assert engine.resume_plan("p").zone == "auto_approved" and engine.get_suspension("p") is None
    for call in (lambda: engine.resume_plan("p"), lambda: engine.update_resume_condition("p", "x", True)):
        with pytest.raises(RuntimeError, match="plan 'p' is not suspended"):
            call()
    with pytest.raises(ValueError, match="unknown trigger: 'zz'"):
        engine.suspend_plan("D1-R1", "p", "zz")
    with pytest.raises(RuntimeError, match="role not found"):
        engine.suspend_plan("D9-R1", "p", "budget")
    engine.suspend_plan("D1-R1", "p", "posture")
    with pytest.raises(RuntimeError, match="has no resume condition 'budget_replenished'"):
        engine.update_resume_condition("p", "budget_replenished", True)


def test_modes_and_what_is_never_delegated(engine):
    assert engine.enforcement_mode == "enforce"
    engine.set_enforcement_mode(pact.EnforcementMode("AUDIT"))
    assert engine.enforcement_mode == "audit"
    engine.set_enforcement_mode("disabled")
    with pytest.raises(ValueError):
        engine.set_enforcement_mode("zz")
    first = engine.never_delegated_actions()
    assert first == ["bridge_create", "clearance_change", "emergency_bypass", "envelope_modify", "ksp_create",
                     "org_restructure", "posture_upgrade"]
    engine.add_never_delegated([" Fire_People ", "bridge_create"])
    assert engine.never_delegated_actions() == sorted([*first, "fire_people"])
    with pytest.raises(ValueError, match="an action is empty"):
        engine.add_never_delegated([" "])
