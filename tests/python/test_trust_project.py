"""TrustProject as Python sees it: life cycle, keys, environment, records, posture, shadow mode."""

import json
import math
import os
import shutil
import stat

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import kailash
from kailash import ConstraintEnvelope, TrustProject

PIN = "TRUST_PLANE_AUTHORITY_PUBKEY"
ROOT = "TRUST_PLANE_TRUST_DIR"
KEY_FILE = "TRUST_PLANE_OPERATIONAL_KEY_FILE"
KEY = "TRUST_PLANE_OPERATIONAL_KEY"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in (PIN, ROOT, KEY_FILE, KEY):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def project(tmp_path):
    return TrustProject.create(str(tmp_path / "p"), "name", "author")


def envelope(*blocked):
    made = ConstraintEnvelope()
    made.set_blocked_actions(list(blocked))
    return made


def fails(kind, text, function, *args, **options):
    with pytest.raises(kind) as caught:
        function(*args, **options)
    assert type(caught.value) is kind
    assert text in str(caught.value)
    return caught.value


def read(project, name):
    with open(os.path.join(project.trust_dir(), name), encoding="utf-8") as file:
        return file.read()


# ---- life cycle ------------------------------------------------------------------------------


def test_names_are_where_they_are_looked_for():
    import kailash.trust_plane as module

    for name in ("TrustProject", "VerificationReport", "VerificationIssue", "RepairReport"):
        assert getattr(module, name) is getattr(kailash, name)
    for name in ("DecisionRecord", "MilestoneRecord", "ProjectManifest", "AnchorRecord"):
        fails(TypeError, "", getattr(kailash, name))
    fails(TypeError, "", TrustProject)


def test_create(tmp_path):
    path = str(tmp_path / "new" / "p")
    made = TrustProject.create(path, "nämé", "auth")
    assert (made.trust_dir(), made.project_name(), made.author()) == (path, "nämé", "auth")
    assert repr(made) == f"TrustProject(dir='{path}', name='nämé', author='auth')"
    tree = {os.path.relpath(os.path.join(at, name), path) for at, _, names in os.walk(path) for name in names}
    assert tree == {"manifest.json", "genesis.json", "genesis-authority.sig", "keys/public.key", "keys/authority.pub"}
    assert stat.S_IMODE(os.stat(path + "/keys").st_mode) == 0o700
    for name in tree:
        assert stat.S_IMODE(os.stat(os.path.join(path, name)).st_mode) == 0o600
    assert made.posture() is None
    secret = made.export_operational_key_hex()
    assert len(secret) == 64 and not any(secret in read(made, name) for name in tree)
    fails(RuntimeError, "I/O error: trust directory already exists: " + path, TrustProject.create, path, "n", "a")


def test_create_refuses(tmp_path):
    (tmp_path / "file").write_text("x")
    fails(RuntimeError, "must not be empty", TrustProject.create, str(tmp_path / "p"), "", "a")
    fails(RuntimeError, "must not be empty", TrustProject.create, str(tmp_path / "p"), "n", "")
    fails(RuntimeError, "Not a directory", TrustProject.create, str(tmp_path / "file" / "p"), "n", "a")
    fails(RuntimeError, "NUL", TrustProject.create, str(tmp_path / "p\0"), "n", "a")
    fails(RuntimeError, "I/O error", TrustProject.create, "", "n", "a")
    fails(TypeError, "envelope", TrustProject.create, str(tmp_path / "p"), "n", "a", "x")
    assert os.listdir(tmp_path) == ["file"]


def test_load_of_nothing(tmp_path):
    error = fails(RuntimeError, "No such file", TrustProject.load, str(tmp_path / "none"))
    assert error.code == "io_error"
    fails(RuntimeError, "manifest.json", TrustProject.load, str(tmp_path))


# ---- keys and environment ----------------------------------------------------------------------


def test_a_loaded_project_records_only_with_a_key(project, monkeypatch, tmp_path):
    key = project.export_operational_key_hex()
    loaded = TrustProject.load(project.trust_dir())
    assert loaded.export_operational_key_hex() is None
    assert loaded.resolve_operational_key_from_env() is False
    for call in (
        lambda: loaded.record_decision("a", "b", "c"),
        lambda: loaded.record_milestone("a", "b", "/nowhere"),
        lambda: loaded.transition_posture("full", "why"),
    ):
        assert fails(RuntimeError, "key not found: cannot record a", call).code == "key_not_available"
    fails(RuntimeError, "no trust root is configured", loaded.set_operational_key_hex, key)
    monkeypatch.setenv(ROOT, str(tmp_path))
    fails(RuntimeError, "is not the trust root", loaded.set_operational_key_hex, key)
    monkeypatch.setenv(ROOT, f"/nowhere:{project.trust_dir()}/")
    loaded.set_operational_key_hex(key.upper())
    assert loaded.record_decision("a", "b", "c").startswith("anc-")
    assert loaded.export_operational_key_hex() is None


@pytest.mark.parametrize(
    "key, text",
    [
        ("zz" * 32, "is not valid hex"),
        ("11" * 31, "wrong length"),
        ("", "wrong length"),
        ("1" * 63, "is not valid hex"),
        ("11" * 32, "does not match"),
        ("\0" * 64, "is not valid hex"),
    ],
)
def test_keys_that_are_refused_are_not_shown(project, monkeypatch, key, text):
    monkeypatch.setenv(ROOT, project.trust_dir())
    error = fails(RuntimeError, text, project.set_operational_key_hex, key)
    assert not key or key not in str(error)


def test_the_key_of_the_environment(project, monkeypatch, tmp_path):
    monkeypatch.setenv(ROOT, project.trust_dir())
    key, file = project.export_operational_key_hex(), tmp_path / "key"
    file.write_text(key + "\n")
    monkeypatch.setenv(KEY_FILE, str(file))
    for mode in (0o644, 0o640, 0o604):
        file.chmod(mode)
        fails(RuntimeError, "group/world-accessible", TrustProject.load(project.trust_dir()).resolve_operational_key_from_env)
    file.chmod(0o600)
    loaded = TrustProject.load(project.trust_dir())
    assert loaded.resolve_operational_key_from_env() is True
    loaded.record_decision("a", "b", "c")
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "none"))
    monkeypatch.setenv(KEY, key)  # the file goes first
    fails(RuntimeError, "cannot be opened", loaded.resolve_operational_key_from_env)
    monkeypatch.delenv(KEY_FILE)
    assert TrustProject.load(project.trust_dir()).resolve_operational_key_from_env() is True
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "pipe"))
    fails(RuntimeError, "is no regular file", loaded.resolve_operational_key_from_env)


def test_the_pin(project, monkeypatch, tmp_path):
    key = read(project, "keys/authority.pub")
    for text in (key, key.upper(), f" {key}\n"):
        monkeypatch.setenv(PIN, text)
        TrustProject.load(project.trust_dir())
    for text in ("zz", "0" * 63, key + "00"):
        monkeypatch.setenv(PIN, text)
        fails(RuntimeError, "authority public key is not valid hex", TrustProject.load, project.trust_dir())
    other = TrustProject.create(str(tmp_path / "other"), "n", "a")
    monkeypatch.setenv(PIN, read(other, "keys/authority.pub"))
    fails(RuntimeError, "genesis authority signature verification failed", TrustProject.load, project.trust_dir())


def test_an_envelope_needs_the_pin(monkeypatch, tmp_path):
    made = TrustProject.create(str(tmp_path / "p"), "n", "a", envelope("rm"))
    assert (made.check("rm"), made.check("ls")) == ("blocked", "auto_approved")
    fails(RuntimeError, "key not found: authority", TrustProject.load, made.trust_dir())
    monkeypatch.setenv(PIN, read(made, "keys/authority.pub"))
    assert TrustProject.load(made.trust_dir()).check("rm") == "blocked"
    os.remove(made.trust_dir() + "/constraint-envelope.json")
    os.remove(made.trust_dir() + "/constraint-envelope.sig")
    fails(RuntimeError, "", TrustProject.load, made.trust_dir())


def test_the_trust_root_restricts_load(project, monkeypatch, tmp_path):
    monkeypatch.setenv(ROOT, str(tmp_path))
    fails(RuntimeError, "is not the trust root", TrustProject.load, project.trust_dir())
    os.symlink(project.trust_dir(), tmp_path / "link")
    monkeypatch.setenv(ROOT, str(tmp_path / "link"))
    TrustProject.load(project.trust_dir())


def test_a_legacy_key_is_found(project):
    assert project.legacy_operational_key_path() is None
    path = project.trust_dir() + "/keys/private.key"
    with open(path, "w") as file:
        file.write("0" * 64)
    assert project.legacy_operational_key_path() == path


# ---- decisions, milestones ---------------------------------------------------------------------


def test_a_decision_is_stored_as_it_was_told(project):
    anchor = project.record_decision(
        "Use C", "Speed é", "architecture", confidence=0.75, alternatives=["a"], risks=("b",),
        related_decisions=["c"], evidence=["d"], review_requirement="full", confidentiality="top_secret",
    )
    (decision,) = project.decisions()
    stored = json.loads(read(project, f"decisions/{decision.id}.json"))
    assert decision.to_dict() == stored
    assert list(stored) == [
        "id", "decision", "rationale", "decision_type", "confidence", "alternatives", "risks",
        "related_decisions", "evidence", "created_at", "review_requirement", "confidentiality",
    ]
    assert stored["confidentiality"] == "TopSecret" and stored["created_at"].endswith("Z")
    assert decision.id == "dec-" + decision.content_hash()[:12]
    (link,) = project.anchors()
    assert (link.anchor_id, link.record_id, link.record_hash) == (anchor, decision.id, decision.content_hash())
    assert (link.anchor_type, link.parent_anchor_id) == ("decision", None)
    assert read(project, f"decisions/{decision.id}.json") == json.dumps(stored, indent=2, ensure_ascii=False)
    manifest = project.manifest()
    assert (manifest.decision_count, manifest.anchor_count, manifest.last_anchor_id) == (1, 1, anchor)


def test_a_known_decision_has_the_known_hash(project):
    """Written by another implementation."""
    record = {
        "id": "dec-124ffb9e8492", "decision": "Use C", "rationale": "Speed é", "decision_type": "architecture",
        "confidence": 0.75, "alternatives": ["a"], "risks": ["b"], "related_decisions": ["c"], "evidence": ["d"],
        "created_at": "2026-11-23T01:01:53.244661434Z", "review_requirement": "full", "confidentiality": "Public",
    }
    with open(project.trust_dir() + "/decisions/dec-124ffb9e8492.json", "w", encoding="utf-8") as file:
        json.dump(record, file, indent=2, ensure_ascii=False)
    (decision,) = project.decisions()
    assert decision.content_hash() == "124ffb9e8492b284c20a9630ea56b75bcd56399e4ac01395bc6970998b0ac562"
    assert [issue.issue_type for issue in project.verify().issues] == ["missing_anchor", "count_mismatch"]
    assert project.verify().is_valid


@pytest.mark.parametrize(
    "options, kind, text",
    [
        ({"decision": ""}, ValueError, "decision must not be empty"),
        ({"decision": "x" * 65537}, ValueError, "at most 65536"),
        ({"risks": ["x" * 65537]}, ValueError, "risks"),
        ({"confidence": 2.0}, ValueError, "confidence"),
        ({"confidence": -0.1}, ValueError, "confidence"),
        ({"confidence": math.nan}, ValueError, "confidence"),
        ({"confidence": math.inf}, ValueError, "confidence"),
        ({"confidence": "high"}, TypeError, "confidence"),
        ({"review_requirement": "x"}, ValueError, "quick, standard, full"),
        ({"confidentiality": "nope"}, ValueError, "public, restricted, confidential, secret, top_secret"),
        ({"alternatives": {"a": 1}}, TypeError, "alternatives"),
        ({"alternatives": "abc"}, TypeError, "alternatives"),
        ({"alternatives": [1]}, TypeError, "alternatives"),
        ({"decision": 1}, TypeError, "decision"),
    ],
)
def test_decisions_that_are_refused(project, options, kind, text):
    given_ = {"decision": "d", "rationale": "r", "decision_type": "t", **options}
    fails(kind, text, project.record_decision, **given_)
    assert project.manifest().anchor_count == 0 and os.listdir(project.trust_dir() + "/decisions") == []


@pytest.mark.parametrize("word", ["public", "Public", "SECRET", "TopSecret", "top_secret", "Confidential"])
def test_confidentiality_in_any_case(project, word):
    project.record_decision("d", "r", "t", confidentiality=word)
    assert project.decisions()[0].confidentiality.replace("_", "").lower() == word.replace("_", "").lower()


def test_a_milestone_has_the_hash_of_its_artifact(project, tmp_path):
    artifact = tmp_path / "artifact"
    artifact.write_text("hello")
    project.record_milestone("v1", "desc", str(artifact))
    project.record_milestone("v2", "desc")
    first, second = project.milestones()
    assert first.file_hash == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    assert (second.file_path, second.file_hash) == (None, None)
    assert project.verify().issues == []
    artifact.write_text("changed")
    report = project.verify()
    assert [(i.severity, i.issue_type) for i in report.issues] == [("low", "artifact_changed")] and report.is_valid
    artifact.unlink()
    assert project.verify().issues == []
    fails(RuntimeError, "I/O error: ", project.record_milestone, "v", "d", str(artifact))
    fails(RuntimeError, "I/O error: ", project.record_milestone, "v", "d", str(tmp_path))


TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=3), st.none() | st.floats(0, 1))
def test_any_text_verifies_and_comes_back(project, decision, rationale, risks, confidence):
    project.record_decision(decision, rationale, "any", confidence=confidence, risks=risks)
    last = project.decisions()[-1]
    assert (last.decision, last.rationale, last.risks, last.confidence) == (decision, rationale, risks, confidence)
    assert TrustProject.load(project.trust_dir()).verify().issues == []


def test_records_are_listed_in_the_order_of_the_chain(project):
    for i in range(20):
        project.record_decision(f"d{i}", "r", "t")
    assert [d.decision for d in project.decisions()] == [f"d{i}" for i in range(20)]
    links = project.anchors()
    assert [a.parent_anchor_id for a in links] == [None] + [a.anchor_id for a in links[:-1]]


# ---- verify, repair ----------------------------------------------------------------------------


def test_reports(project):
    project.record_decision("d", "r", "t")
    report = project.verify()
    assert repr(report) == "VerificationReport(valid=true, issues=0, decisions=1, milestones=0, anchors=1)"
    (decision,) = project.decisions()
    path = f"{project.trust_dir()}/decisions/{decision.id}.json"
    text = read(project, f"decisions/{decision.id}.json")
    with open(path, "w") as file:
        file.write(text.replace('"d"', '"e"'))
    (issue,) = project.verify(full=True).issues
    assert (issue.severity, issue.issue_type, issue.file) == ("high", "content_hash_mismatch", path)
    assert f"decision {decision.id} has ID that doesn't match content hash (expected dec-" in issue.description
    assert repr(issue) == (
        f"VerificationIssue(severity='high', type='content_hash_mismatch', desc='{issue.description}')"
    )
    assert not project.verify().is_valid


def test_a_stale_handle_tells_of_no_tampering(project, monkeypatch):
    loaded = TrustProject.load(project.trust_dir())
    project.record_decision("d", "r", "t")
    assert loaded.verify().issues == []
    assert loaded.manifest().anchor_count == 1


def test_repair(project):
    project.record_decision("d", "r", "t")
    manifest = json.loads(read(project, "manifest.json"))
    manifest["decision_count"] = 7
    with open(project.trust_dir() + "/manifest.json", "w") as file:
        json.dump(manifest, file, indent=2)
    dry = project.repair(dry_run=True)
    assert (dry.issues_found, dry.issues_fixed) == (1, 0)
    assert dry.details == ["decision_count mismatch: manifest says 7, actual files 1"]
    done = project.repair()
    assert (done.issues_found, done.issues_fixed) == (1, 1) and repr(done) == "RepairReport(found=1, fixed=1)"
    assert done.details == ["decision_count mismatch: manifest says 7, actual files 1 -- fixed"]
    assert project.verify().issues == [] and project.repair().details == []
    (decision,) = project.decisions()
    os.remove(f"{project.trust_dir()}/decisions/{decision.id}.json")
    (link,) = project.anchors()
    assert project.repair().details == [
        "decision_count mismatch: manifest says 1, actual files 0 -- fixed",
        f"orphaned anchor: {link.anchor_id} references missing decision record {decision.id}",
    ]
    assert "missing_record" in [issue.issue_type for issue in project.verify().issues]


def test_repair_signs_what_another_implementation_wrote(project, monkeypatch):
    project.record_decision("d", "r", "t")
    (link,) = project.anchors()
    path = f"{project.trust_dir()}/anchors/{link.anchor_id}.json"
    bare = link.to_dict()
    del bare["chain_signature"]
    with open(path, "w") as file:
        json.dump(bare, file, indent=2)
    loaded = TrustProject.load(project.trust_dir())
    assert not loaded.verify().is_valid
    text = f"unchained anchor: {link.anchor_id} has no chain_signature"
    assert loaded.repair().details == [text]  # it has no key
    monkeypatch.setenv(ROOT, project.trust_dir())
    loaded.set_operational_key_hex(project.export_operational_key_hex())
    assert loaded.repair(dry_run=True).details == [text]
    assert loaded.repair().details == [text + " -- fixed"]
    assert loaded.verify().issues == [] and json.load(open(path)) == link.to_dict()


# ---- posture -----------------------------------------------------------------------------------


def test_posture(project):
    project.transition_posture("supervised", "the same: nothing happens")
    assert project.posture() is None and project.manifest().anchor_count == 0
    fails(RuntimeError, "invalid posture transition from Supervised to Full", project.transition_posture, "full", "x")
    project.transition_posture("AUTONOMOUS", "why")
    assert project.posture() == project.manifest().trust_posture == "Autonomous"
    (link,) = project.anchors()
    assert link.anchor_id.startswith("anc-posture-")
    assert (link.anchor_type, link.record_id) == ("posture_transition", "posture-Supervised-to-Autonomous")
    assert link.record_hash == "a752fbfe59b1556dc810f105f52ea7855adc60fc12ebfb6c29142b7bf6cb20dc"
    project.transition_posture("full", "")
    project.transition_posture("untrusted", "any number of steps down")
    assert TrustProject.load(project.trust_dir()).posture() == "Untrusted"
    for word in ("", "nope", "Untrusted "):
        fails(ValueError, "untrusted, restricted, supervised, autonomous, full", project.transition_posture, word, "x")
    assert project.verify().issues == []


# ---- checks and shadow mode --------------------------------------------------------------------


def test_without_an_envelope_all_is_approved_that_makes_sense(project):
    assert project.check("anything", "/etc/passwd", "any", 1e9) == "auto_approved"
    assert project.check("pay", estimated_cost=math.nan) == "blocked"
    fails(ValueError, "action", project.check, "")
    assert project.shadow_check("x") == "auto_approved"
    assert project.shadow_report() is None and project.shadow_records() == []
    assert project.is_shadow_active() is False
    project.disable_shadow()
    fails(RuntimeError, "cannot promote: shadow mode is not active", project.shadow_promote)
    fails(RuntimeError, "no production constraint envelope", project.enable_shadow, envelope("rm"))


def test_shadow_mode(monkeypatch, tmp_path):
    made = TrustProject.create(str(tmp_path / "p"), "n", "a", envelope("rm"))
    monkeypatch.setenv(PIN, read(made, "keys/authority.pub"))
    other = TrustProject.load(made.trust_dir())
    fails(RuntimeError, "must be tighter", made.enable_shadow, envelope("ls"))
    assert os.path.exists(made.trust_dir() + "/shadow") is False
    made.enable_shadow(envelope("rm", "ls"))
    assert (made.shadow_check("ls"), made.check("ls"), made.shadow_check("rm")) == ("auto_approved", "auto_approved", "blocked")
    assert other.is_shadow_active() and other.shadow_check("cp") == "auto_approved"
    loaded = TrustProject.load(made.trust_dir())
    assert [(r.action, r.divergent) for r in loaded.shadow_records()] == [("ls", True), ("rm", False), ("cp", False)]
    assert loaded.shadow_report().total_evaluated == 3
    for call in (loaded.disable_shadow, loaded.shadow_promote):
        fails(RuntimeError, "key not found: cannot", call)
    monkeypatch.setenv(ROOT, made.trust_dir())
    loaded.set_operational_key_hex(made.export_operational_key_hex())
    fails(RuntimeError, "the authority's signing key is not available", loaded.enable_shadow, envelope("rm", "ls"))
    loaded.shadow_promote()
    assert loaded.check("ls") == "blocked" and not loaded.is_shadow_active()
    made.record_decision("d", "r", "t")  # sees what the other one did
    assert made.check("ls") == "blocked" and not made.is_shadow_active()
    assert os.path.exists(made.trust_dir() + "/shadow") is False
    assert [a.anchor_type for a in made.anchors()] == ["shadow_enabled", "shadow_promoted", "decision"]
    assert made.verify(full=True).issues == []
    made.enable_shadow(envelope("rm", "ls", "cp"))
    made.enable_shadow(envelope("rm", "ls", "mv"))
    assert made.shadow_records() == []
    made.disable_shadow()
    assert not TrustProject.load(made.trust_dir()).is_shadow_active() and made.verify().issues == []


@pytest.mark.parametrize("complete", [False, True])
def test_a_trial_that_was_not_begun_leaves_the_one_under_way(monkeypatch, tmp_path, complete):
    """A process was killed while it began one of the same candidate again."""
    made = TrustProject.create(str(tmp_path / "p"), "n", "a", envelope("rm"))
    monkeypatch.setenv(PIN, read(made, "keys/authority.pub"))
    made.enable_shadow(envelope("rm", "ls"))
    made.shadow_check("ls")
    new = made.trust_dir() + "/.shadow.tmp"
    shutil.copytree(made.trust_dir() + "/shadow", new)
    if not complete:
        os.remove(new + "/candidate_envelope.json")
    loaded = TrustProject.load(made.trust_dir())
    assert len(loaded.shadow_records()) == 1 and not os.path.exists(new)
    assert loaded.verify().issues == []
    made.enable_shadow(envelope("rm", "ls"))
    assert made.shadow_records() == []


def test_what_was_spent_stays_spent_after_promotion(tmp_path):
    loose, tight = ConstraintEnvelope(), ConstraintEnvelope()
    loose.set_max_cost_per_session(10.0)
    tight.set_max_cost_per_session(9.0)
    made = TrustProject.create(str(tmp_path / "p"), "n", "a", loose)
    assert made.check("pay", estimated_cost=8.0) == "auto_approved"
    made.enable_shadow(tight)
    made.shadow_promote()
    assert made.check("pay", estimated_cost=2.0) == "blocked"
    assert made.check("pay", estimated_cost=1.0) == "auto_approved"


def test_shadow_records_are_kept_in_files_of_bounded_size(monkeypatch, tmp_path):
    made = TrustProject.create(str(tmp_path / "p"), "n", "a", envelope("rm"))
    made.enable_shadow(envelope("rm", "ls"))
    for i in range(5001):
        made.shadow_check(f"act{i}")
    assert sorted(os.listdir(made.trust_dir() + "/shadow/records")) == ["1.jsonl", "2.jsonl", "3.jsonl"]
    assert made.verify().issues == []
    monkeypatch.setenv(PIN, read(made, "keys/authority.pub"))
    records = TrustProject.load(made.trust_dir()).shadow_records()
    assert [r.action for r in records] == [f"act{i}" for i in range(5001)]
