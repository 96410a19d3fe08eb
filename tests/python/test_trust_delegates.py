"""Delegates, holds and mirror records of trust projects."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

import kailash
import pytest
from kailash import DelegationManager, HoldManager, MirrorManager

DIMENSIONS = "operational, data_access, financial, temporal, communication"


@pytest.fixture
def place(tmp_path):
    path = tmp_path / "trust"
    path.mkdir()
    return path


@pytest.fixture
def delegates(place):
    manager = DelegationManager.load(str(place))
    manager.add_delegate("del-a", "Alice", ["operational", "financial"], 12.5)
    manager.sub_delegate("del-a", "del-b", "Bob", ["operational"])
    manager.sub_delegate("del-b", "del-c", "Carol", [])
    return manager


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with its key in the environment."""
    path = tmp_path / "project"
    made = kailash.TrustProject.create(str(path), "demo", "alice")
    monkeypatch.setenv("TRUST_PLANE_TRUST_DIR", str(path))
    monkeypatch.setenv("TRUST_PLANE_AUTHORITY_PUBKEY", (path / "keys" / "authority.pub").read_text())
    return made


def refused(call, *args, **named):
    with pytest.raises(RuntimeError) as caught:
        call(*args, **named)
    assert type(caught.value) is RuntimeError
    return str(caught.value)


# ---- delegates -------------------------------------------------------------------------------------


def test_delegates_are_what_the_disk_says(delegates, place):
    a, b, c = delegates.list_all()
    assert (a.delegate_id, a.name, a.dimensions, a.depth, a.parent_id, a.status) == (
        "del-a", "Alice", ["operational", "financial"], 0, None, "active")
    assert (b.parent_id, b.depth, c.parent_id, c.depth) == ("del-a", 1, "del-b", 2)
    assert repr(a) == "Delegate(id='del-a', name='Alice', status='active', depth=0)"
    stored = json.loads((place / "delegates" / "del-b.json").read_text())
    assert list(stored) == ["delegate_id", "name", "dimensions", "depth", "status", "expiry", "parent_id",
                            "constraint_subset", "created_at", "seal"]
    assert stored["status"] == "Active" and stored["expiry"] == json.loads(
        (place / "delegates" / "del-a.json").read_text())["expiry"]
    assert delegates.get("del-a") == a and delegates.get("nobody") is None and delegates.get("../x") is None


@pytest.mark.parametrize("name", ["", "x", "del-", "del-a/b", "del-..", "del-ä", "del-" + "a" * 125, "del-a\0b"])
def test_ids_are_checked(delegates, name):
    assert refused(delegates.add_delegate, name, "n", []).startswith("invalid identifier: ")


def test_operations_that_are_refused(delegates):
    assert refused(delegates.add_delegate, "del-a", "n", []) == "delegation error: delegate 'del-a' already exists"
    assert refused(delegates.add_delegate, "del-x", "n", ["Operational"]) == (
        f"delegation error: invalid dimension 'Operational'; valid dimensions are: {DIMENSIONS}")
    assert refused(delegates.sub_delegate, "del-q", "del-x", "n", []) == "parent delegate 'del-q' not found"
    assert refused(delegates.sub_delegate, "del-b", "del-x", "n", ["financial"]) == (
        "delegation error: child dimension 'financial' is not in parent's dimensions [\"operational\"]")
    assert refused(delegates.revoke, "del-q", "r") == "delegation error: delegate 'del-q' not found for revocation"
    for hours in (0, -1, float("nan"), float("inf"), 1e300):
        with pytest.raises(ValueError, match="expiry_hours"):
            delegates.add_delegate("del-x", "n", [], hours)
    assert "would outlive its parent" in refused(delegates.sub_delegate, "del-a", "del-x", "n", [], 13)
    with pytest.raises(TypeError):
        delegates.add_delegate("del-x", "n", {})
    with pytest.raises(TypeError):
        DelegationManager()
    assert [d.delegate_id for d in delegates.list_all()] == ["del-a", "del-b", "del-c"]


def test_errors_carry_a_code(delegates):
    for call, code, blamed in (
            (lambda: delegates.revoke("del-q", "r"), "not_found", "del-q"),
            (lambda: delegates.add_delegate("x", "n", []), "invalid_identifier", "x"),
            (lambda: delegates.add_delegate("del-a", "n", []), "delegation_error", "del-a")):
        with pytest.raises(RuntimeError) as caught:
            call()
        assert caught.value.code == code and caught.value.details == {"delegate_id": blamed}


def test_ten_levels_and_no_more(delegates):
    for depth in range(3, 11):
        delegates.sub_delegate("del-c" if depth == 3 else f"del-{depth - 1}", f"del-{depth}", "n", [])
    assert refused(delegates.sub_delegate, "del-10", "del-11", "n", []) == (
        "delegation error: child depth 11 exceeds max_depth 10")


def test_revoking_reaches_all_below(delegates, place):
    delegates.sub_delegate("del-a", "del-d", "Dan", ["financial"])
    assert delegates.revoke("del-a", "left") == ["del-a", "del-b", "del-d", "del-c"]
    assert delegates.revoke("del-a", "left") == [] and delegates.list_active() == []
    assert {d.status for d in delegates.list_all()} == {"revoked"}
    assert json.loads((place / "delegates" / "del-c.json").read_text())["status"] == "Revoked"
    assert refused(delegates.sub_delegate, "del-a", "del-x", "n", []) == (
        "delegation error: parent delegate 'del-a' is not active (status: Revoked)")


def test_who_has_expired_may_nothing(delegates, place):
    hold = HoldManager.load(str(place)).create("deploy", "operational", "why")
    path = place / "delegates" / "del-a.json"
    stored = json.loads(path.read_text())
    path.write_text(json.dumps({**stored, "expiry": "2020-01-01T00:00:00Z"}))
    assert "del-a.json is not what its seal says" in refused(delegates.list_all)
    del stored["seal"]  # as other implementations write
    path.write_text(json.dumps({**stored, "expiry": "2020-01-01T00:00:00Z"}))
    assert [d.status for d in delegates.list_all()] == ["expired"] * 3 and delegates.list_active() == []
    assert refused(HoldManager.load(str(place)).resolve, hold, "del-b", True, None, delegates) == (
        "hold error: delegate 'del-b' is not active (status: Expired)")


def test_an_envelope_must_be_tighter_than_what_is_above(delegates):
    def envelope(cost):
        made = kailash.ConstraintEnvelope()
        made.set_max_cost_per_action(cost)
        return made.to_json()

    delegates.add_delegate("del-e", "Eve", ["financial"], constraint_envelope_json=envelope(10))
    assert "not tighter" in refused(delegates.sub_delegate, "del-e", "del-f", "Fay", [],
                                    constraint_envelope_json=envelope(11))
    delegates.sub_delegate("del-e", "del-f", "Fay", [], constraint_envelope_json=envelope(9))
    delegates.sub_delegate("del-f", "del-g", "Gil", [])
    assert "not tighter" in refused(delegates.sub_delegate, "del-g", "del-h", "Hal", [],
                                    constraint_envelope_json=envelope(10))
    for text in ("", "{", "{}", "[]"):
        with pytest.raises(ValueError):
            delegates.add_delegate("del-z", "n", [], constraint_envelope_json=text)


def test_a_project_bounds_the_envelopes_of_its_delegates(tmp_path):
    envelope = kailash.ConstraintEnvelope()
    envelope.set_max_cost_per_action(5)
    kailash.TrustProject.create(str(tmp_path / "p"), "p", "a", envelope)
    delegates = DelegationManager.load(str(tmp_path / "p"))
    assert "not tighter" in refused(delegates.add_delegate, "del-a", "n", [],
                                    constraint_envelope_json=kailash.ConstraintEnvelope().to_json())
    delegates.add_delegate("del-a", "n", [], constraint_envelope_json=envelope.to_json())


def test_nothing_there_is_no_empty_project(tmp_path):
    for load in (DelegationManager.load, HoldManager.load, MirrorManager):
        assert refused(load, str(tmp_path / "nothing")).startswith("I/O error: ")


CHAIN = 24
REVOKE = """
import sys, kailash
manager = kailash.DelegationManager.load(sys.argv[1])
print("ready", flush=True)
manager.revoke("del-root", "killed")
"""


def test_a_kill_at_any_time_leaves_all_revoked_or_none(tmp_path):
    """Children of one root, so that a revocation takes long; SIGKILL wherever it hits."""
    taken, ended = None, {"whole": 0, "none": 0}
    for turn in range(9):
        place = tmp_path / str(turn)
        place.mkdir()
        manager = DelegationManager.load(str(place))
        manager.add_delegate("del-root", "r", [])
        for i in range(CHAIN):
            manager.sub_delegate("del-root", f"del-{i}", "n", [])
        worker = subprocess.Popen([sys.executable, "-c", REVOKE, str(place)], stdout=subprocess.PIPE)
        worker.stdout.readline()
        begun = time.monotonic()
        if taken is None:
            worker.wait()
            taken = time.monotonic() - begun
            continue
        time.sleep(random.random() * taken * 0.8)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        seen = {d.status for d in manager.list_all()}  # without the lock, before anybody repairs
        again = DelegationManager.load(str(place))
        assert {d.status for d in again.list_all()} == seen and len(seen) == 1
        assert not (place / "delegates" / ".wal.json").exists()
        stored = {json.loads(f.read_text())["status"] for f in (place / "delegates").glob("del-*.json")}
        assert stored == {"Revoked" if seen == {"revoked"} else "Active"}
        ended["whole" if seen == {"revoked"} else "none"] += 1
    assert sum(ended.values()) == 8


# ---- holds -----------------------------------------------------------------------------------------


def test_a_hold_from_its_beginning_to_its_end(delegates, place):
    holds = HoldManager.load(str(place))
    one = holds.create("deploy", "operational", "it is Friday", "prod")
    hold = holds.get(one)
    assert one.startswith("hold-") and len(one) == 41 and holds.list_pending() == [hold]
    assert (hold.action, hold.dimension, hold.reason, hold.resource, hold.status, hold.resolved_by) == (
        "deploy", "operational", "it is Friday", "prod", "pending", None)
    with pytest.raises(ValueError, match="^delegation_manager is required to resolve holds$"):
        holds.resolve(one, "del-a", True)
    holds.resolve(one, "del-b", True, "fine", delegates)
    hold = holds.get(one)
    assert (hold.status, hold.resolved_by, hold.resolved_reason) == ("approved", "del-b", "fine")
    assert repr(hold) == f"HoldRecord(id='{one}', action='deploy', status='approved')"
    assert refused(holds.resolve, one, "del-b", False, None, delegates) == (
        f"hold error: hold '{one}' is not pending (status: Approved)")
    assert holds.list_pending() == [] and len(holds.list_all()) == 1
    stored = json.loads((place / "holds" / f"{one}.json").read_text())
    assert list(stored) == ["hold_id", "action", "resource", "reason", "dimension", "status", "created_at",
                            "resolved_by", "resolved_at", "resolved_reason", "seal"] and stored["status"] == "Approved"


def test_who_may_not_resolve(delegates, place):
    holds = HoldManager.load(str(place))
    one = holds.create("pay", "financial", "much")
    assert refused(holds.resolve, one, "del-nobody", True, None, delegates) == (
        "hold error: delegate 'del-nobody' not found for hold resolution")
    assert refused(holds.resolve, one, "del-b", True, None, delegates) == (
        "hold error: delegate 'del-b' does not have authority over dimension 'financial'")
    delegates.revoke("del-a", "left")
    assert refused(holds.resolve, one, "del-a", True, None, delegates) == (
        "hold error: delegate 'del-a' is not active (status: Revoked)")
    assert refused(holds.resolve, "hold-zz", "del-a", True, None, delegates) == "hold error: hold 'hold-zz' not found"
    assert holds.get(one).status == "pending" and holds.get("../x") is None


def test_delegates_of_another_project_decide_nothing(delegates, place, tmp_path):
    (tmp_path / "other").mkdir()
    other = DelegationManager.load(str(tmp_path / "other"))
    other.add_delegate("del-a", "n", ["operational"])
    holds = HoldManager.load(str(place))
    one = holds.create("deploy", "operational", "r")
    assert "belongs to" in refused(holds.resolve, one, "del-a", True, None, other)


def test_what_can_be_no_hold(place):
    holds = HoldManager.load(str(place))
    assert f"valid dimensions are: {DIMENSIONS}" in refused(holds.create, "a", "bogus", "r")
    with pytest.raises(ValueError, match="action"):
        holds.create("", "operational", "r")
    with pytest.raises(ValueError, match="reason"):
        holds.create("a", "operational", "r" * 70000)


def test_a_resolved_hold_is_anchored(project, monkeypatch):
    path = project.trust_dir()
    delegates, holds = DelegationManager.load(path), HoldManager.load(path)
    delegates.add_delegate("del-a", "n", ["operational"])
    for given in ({"project": project}, {}):
        one = holds.create("deploy", "operational", "r")
        if not given:
            monkeypatch.setenv("TRUST_PLANE_OPERATIONAL_KEY", project.export_operational_key_hex())
        holds.resolve(one, "del-a", True, None, delegates, **given)
        anchor = project.anchors()[-1]
        assert (anchor.anchor_type, anchor.record_id) == ("hold_resolved", one)
    assert project.verify().is_valid
    assert kailash.VerificationBundle.create(project).verify()
    monkeypatch.setenv("TRUST_PLANE_OPERATIONAL_KEY", "00" * 32)
    one = holds.create("deploy", "operational", "r")
    assert "foreign key" in refused(HoldManager.load(path).resolve, one, "del-a", True, None, delegates)
    assert holds.get(one).status == "pending"


def test_waiting_for_somebody(delegates, place):
    holds = HoldManager.load(str(place))
    one = holds.create("deploy", "operational", "r")
    assert holds.resolve_wait(one, kailash.HeldBehavior(False)) is False
    begun = time.monotonic()
    assert holds.resolve_wait(one, kailash.HeldBehavior(True, 1)) is False
    assert 0.9 < time.monotonic() - begun < 5 and holds.get(one).status == "pending"
    timer = threading.Timer(0.2, lambda: HoldManager.load(str(place)).resolve(one, "del-a", False, None, delegates))
    timer.start()
    assert holds.resolve_wait(one, kailash.HeldBehavior(True, 30)) is True
    timer.join()
    assert holds.get(one).status == "denied"
    assert holds.resolve_wait(one, kailash.HeldBehavior()) is True
    refused(holds.resolve_wait, "hold-zz", kailash.HeldBehavior())


# ---- mirror ----------------------------------------------------------------------------------------


def test_mirror_records(place):
    mirror = MirrorManager(str(place))
    assert mirror.competency_map() == {"total_records": 0} and mirror.records().total == 0
    assert mirror.competency().dominant_category is None and mirror.competency().ai_autonomy_rate == 0.0
    one = mirror.record_execution("act", "done", "ethical_judgment", notes="n")
    two = mirror.record_escalation("why", "boss")
    three = mirror.record_intervention("stop", "danger", "creative_synthesis", outcome="calm")
    assert [i.split("-")[0] for i in (one, two, three)] == ["exec", "esc", "int"] and len(one) == 17
    assert mirror.competency_map() == {"ethical_judgment": 1, "creative_synthesis": 1, "total_records": 3}
    records = mirror.records()
    (execution,), (escalation,), (intervention,) = records.executions, records.escalations, records.interventions
    assert (execution.id, execution.action, execution.outcome, execution.competency_category, execution.notes) == (
        one, "act", "done", "ethical_judgment", "n")
    assert (escalation.reason, escalation.escalated_to, escalation.resolution) == ("why", "boss", None)
    assert (intervention.action_taken, intervention.context, intervention.outcome) == ("stop", "danger", "calm")
    stored = json.loads((place / "mirror" / "escalation" / f"{two}.json").read_text())
    assert list(stored) == ["id", "reason", "resolution", "escalated_to", "created_at", "seal"]
    del stored["seal"]
    canonical = json.dumps(stored, sort_keys=True, separators=(",", ":"))
    assert escalation.content_hash() == hashlib.sha256(canonical.encode()).hexdigest()
    shares = mirror.competency()
    assert shares.total_records == 3 and abs(shares.ai_autonomy_rate - 1 / 3) < 1e-9
    assert shares.dominant_category == "ethical_judgment"
    assert shares.distribution() == {"ethical_judgment": 1, "creative_synthesis": 1}
    assert "| EthicalJudgment | 1 | 50.0% |" in shares.to_markdown()
    with pytest.raises(ValueError):
        mirror.record_execution("a", "o", "telepathy")
    with pytest.raises(ValueError):
        mirror.record_escalation("x" * 70000, "boss")
    assert mirror.records().total == 3


def test_many_threads_lose_nothing(place):
    manager, mirror = DelegationManager.load(str(place)), MirrorManager(str(place))

    def work(k):
        for i in range(6):
            manager.add_delegate(f"del-{k}-{i}", "n", [])
            mirror.record_execution("a", "o", "contextual_wisdom")

    threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(manager.list_active()) == 36 and mirror.competency_map()["total_records"] == 36


# ---- seals -----------------------------------------------------------------------------------------


def write_each(place, project=None):
    """One file of each kind; their seals."""
    named = {"project": project} if project else {}
    people = DelegationManager.load(str(place), **named)
    people.add_delegate("del-s", "Sam", ["operational"])
    holds = HoldManager.load(str(place), **named)
    waiting, settled = holds.create("a", "operational", "r"), holds.create("b", "operational", "r")
    holds.resolve(settled, "del-s", True, None, people)
    mirror = MirrorManager(str(place), **named)
    mirror.record_execution("act", "done", "ethical_judgment")
    mirror.record_escalation("why", "boss")
    mirror.record_intervention("stop", "danger", "creative_synthesis")
    assert (holds.get(waiting).status, holds.get(settled).status) == ("pending", "approved")
    files = [f for sub in ("delegates", "holds", "mirror") for f in (place / sub).rglob("*.json")]
    assert len(files) == 6
    return [json.loads(f.read_text())["seal"] for f in files]


def test_seals_are_signed_by_whoever_has_the_key(project, tmp_path, monkeypatch):
    place = tmp_path / "project"
    assert {tuple(seal) for seal in write_each(place, project)} == {("sha256", "signature")}
    assert project.verify().issues == []
    other = kailash.TrustProject.create(str(tmp_path / "other"), "demo", "alice")
    with pytest.raises(RuntimeError, match="the project belongs to '.*other'"):
        MirrorManager(str(place), other)
    monkeypatch.setenv("TRUST_PLANE_AUTHORITY_PUBKEY", (tmp_path / "other/keys/authority.pub").read_text())
    monkeypatch.setenv("TRUST_PLANE_OPERATIONAL_KEY", other.export_operational_key_hex())
    monkeypatch.setenv("TRUST_PLANE_TRUST_DIR", f"{place}:{tmp_path / 'other'}")
    assert {tuple(seal) for seal in write_each(tmp_path / "other")} == {("sha256", "signature")}
    assert other.verify().issues == []
    foreign = MirrorManager(str(place)).record_escalation("why", "boss")  # a key, but not of this project
    assert "signature" not in json.loads((place / "mirror/escalation" / f"{foreign}.json").read_text())["seal"]
    monkeypatch.setenv("TRUST_PLANE_OPERATIONAL_KEY", "no key")
    with pytest.raises(RuntimeError, match="is not valid hex"):
        MirrorManager(str(place)).record_escalation("why", "boss")


def test_without_a_key_seals_are_hashes(tmp_path):
    project = kailash.TrustProject.create(str(tmp_path / "p"), "demo", "alice")
    assert {tuple(seal) for seal in write_each(tmp_path / "p")} == {("sha256",)}
    assert project.verify().issues == [] and project.repair().details == []


def test_what_has_no_seal_is_told_and_sealed(tmp_path):
    project = kailash.TrustProject.create(str(tmp_path / "p"), "demo", "alice")
    write_each(tmp_path / "p")
    for file in (tmp_path / "p").rglob("del-s.json"):
        stored = json.loads(file.read_text())
        del stored["seal"]
        file.write_text(json.dumps(stored, indent=2))
    report = project.verify()
    assert report.is_valid and [i.issue_type for i in report.issues] == ["unsealed"]
    assert project.repair(dry_run=True).details == ["unsealed delegate: delegates/del-s.json"]
    assert project.repair().details == ["unsealed delegate: delegates/del-s.json -- fixed"]
    assert project.verify().issues == []
    file.write_text(file.read_text().replace("Sam", "Eve"))
    assert project.repair().details == ["broken seal of delegate: delegates/del-s.json"]
    assert [(i.severity, i.issue_type) for i in project.verify().issues] == [("critical", "seal_invalid")]


def test_adding_reads_only_those_above(delegates, place):
    """A file that nobody can read is no matter of other delegates."""
    (place / "delegates" / "del-x.json").write_text("{")
    delegates.sub_delegate("del-c", "del-d", "Dora", [])
    assert delegates.get("del-d").depth == 3
    assert refused(delegates.list_all).startswith("serialization error: delegates/del-x.json: ")
    assert refused(delegates.add_delegate, "del-x", "n", []).startswith("serialization error: delegates/del-x.json: ")


def hash_of(record):
    """Family B: ASCII, DEL as \\u007f."""
    return hashlib.sha256(json.dumps(record, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def test_hashes_are_those_of_canonical_json(project, tmp_path):
    place, odd = tmp_path / "project", "d\x7fl \u00e9 \U0001f600 \\ \n"
    DelegationManager.load(str(place), project).add_delegate("del-a", odd, ["operational"])
    holds = HoldManager.load(str(place), project)
    one = holds.create(odd, "operational", odd)
    holds.resolve(one, "del-a", True, odd, DelegationManager.load(str(place)))
    MirrorManager(str(place)).record_escalation(odd, odd)
    for file in (*place.glob("delegates/*.json"), *place.glob("holds/*.json"), *place.glob("mirror/*/*.json")):
        stored = json.loads(file.read_text())
        whole, seal = dict(stored), stored.pop("seal")
        assert seal["sha256"] == hash_of(stored)
        if file.parent.name == "holds":
            assert project.anchors()[-1].record_hash == hash_of(whole)
        if file.parent.name == "escalation":
            assert MirrorManager(str(place)).records().escalations[0].content_hash() == hash_of(stored)
    assert project.verify().issues == []
