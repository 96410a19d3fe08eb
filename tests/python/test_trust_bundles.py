"""What is made of a whole trust project: bundles, conformance, reports, migration; and audit sessions."""

import base64
import hashlib
import json
import os
import re
import subprocess
from html.parser import HTMLParser

import kailash
import pytest
from kailash import DelegationManager, HoldManager, MirrorManager, TrustProject, VerificationBundle

HOSTILE = "<script>alert(1)</script> | *b* _i_ [x](javascript:y) `c` &amp; \x07\u202etxt"


@pytest.fixture
def project(tmp_path, monkeypatch):
    path = tmp_path / "project"
    envelope = kailash.ConstraintEnvelope()
    envelope.set_blocked_actions(["rm|x", "*y*"])
    envelope.set_max_cost_per_action(10.5)
    made = TrustProject.create(str(path), "demo", "alice", envelope)
    monkeypatch.setenv("TRUST_PLANE_TRUST_DIR", str(path))
    monkeypatch.setenv("TRUST_PLANE_AUTHORITY_PUBKEY", (path / "keys" / "authority.pub").read_text())
    made.record_decision("Use C", "Speed é", "design", 0.75, ["a"], ["b"], [], ["d"])
    made.record_decision("hidden", "r", "design", confidentiality="secret")
    (tmp_path / "f.txt").write_text("hello")
    made.record_milestone("v1", "first", str(tmp_path / "f.txt"))
    made.transition_posture("autonomous", "why")
    return made


def read(bundle):
    return json.loads(bundle.to_json())


def with_right_hash(data):
    """As an attacker does it: the documented hash, over the documented bytes."""
    items = [data["genesis"], *data["anchors"], *data["decisions"], *data["milestones"]]
    text = json.dumps(items, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    data["bundle_hash"] = hashlib.sha256(text.encode()).hexdigest()
    return data


def refusal(data):
    with pytest.raises(RuntimeError) as caught:
        VerificationBundle.from_json(json.dumps(data)).verify()
    assert type(caught.value) is RuntimeError and str(caught.value).startswith("bundle integrity error: ")
    assert caught.value.code == "bundle_integrity"
    return str(caught.value)


# ---- bundles ---------------------------------------------------------------------------------------


def test_a_bundle_is_complete_and_verifies(project):
    bundle = VerificationBundle.create(project)
    data = read(bundle)
    assert list(data)[:9] == ["manifest", "genesis", "anchors", "decisions", "milestones", "public_key",
                              "bundle_hash", "created_at", "confidentiality_level"]
    assert data == with_right_hash(read(bundle)) and data["confidentiality_level"] == "Public"
    assert [a["anchor_id"] for a in data["anchors"]] == sorted(a["anchor_id"] for a in data["anchors"])
    assert [d["decision"] for d in data["decisions"]] == ["Use C"] and len(data["redacted"]) == 1
    assert bundle.verify() is True and VerificationBundle.from_json(bundle.to_json()).verify() is True
    assert VerificationBundle.from_json(bundle.to_json()).to_json() == bundle.to_json()
    everything = read(VerificationBundle.create(project, "Secret"))
    assert len(everything["decisions"]) == 2 and everything["redacted"] == []
    with pytest.raises(ValueError):
        VerificationBundle.create(project, "bogus")
    with pytest.raises(TypeError):
        VerificationBundle()


def test_without_a_key_nothing_is_signed(project):
    loaded = TrustProject.load(project.trust_dir())
    data = read(VerificationBundle.create(loaded))
    assert "signature" not in data and "seal" not in data and VerificationBundle.from_json(json.dumps(data)).verify()
    with pytest.raises(RuntimeError, match="not signed as a whole"):
        VerificationBundle.from_json(json.dumps(data)).verify(require_signature=True)
    assert VerificationBundle.create(project).verify(require_signature=True)


def test_whose_project_it_is_tells_the_pin_alone(project, tmp_path):
    bundle = VerificationBundle.create(project)
    assert bundle.verify(authority_pubkey=os.environ["TRUST_PLANE_AUTHORITY_PUBKEY"])
    with pytest.raises(RuntimeError, match="genesis authority signature verification failed"):
        bundle.verify(authority_pubkey=read(bundle)["public_key"])
    for bad in ("", "zz", "00" * 31, "00" * 32):
        with pytest.raises(ValueError):
            bundle.verify(authority_pubkey=bad)


@pytest.mark.parametrize("change, words", [
    (lambda d: d["decisions"][0].update(decision="Use D"), "does not have the hash that its id states"),
    (lambda d: d["anchors"][0].update(created_at="2020-01-01T00:00:00Z"), "anchor"),
    (lambda d: d["anchors"][0].update(signature="00" * 64), "is not that of the operational key"),
    (lambda d: d["anchors"][0].pop("chain_signature"), "does not sign its place"),
    (lambda d: d["anchors"].pop(), "anchor"),
    (lambda d: d["anchors"].append(dict(d["anchors"][0])), "anchor"),
    (lambda d: d["decisions"].clear(), "decision 'dec-"),
    (lambda d: d["milestones"].clear(), "milestone 'ms-"),
    (lambda d: d["redacted"].clear(), "is missing, its anchor is there"),
    (lambda d: d["decisions"].append(dict(d["decisions"][0])), "stands twice"),
    (lambda d: d["genesis"].update(org_id="other"), "the genesis of 'other'"),
    (lambda d: d["genesis"].update(created_at="2020-01-01T00:00:00Z"), "genesis authority signature"),
    (lambda d: d["manifest"].update(project_name="other"), "the manifest is of project 'other'"),
    (lambda d: d["manifest"].update(author="mallory"), "another author"),
    (lambda d: d["manifest"].update(anchor_count=3), "the manifest counts 3 anchors"),
    (lambda d: d["manifest"].update(last_anchor_id="anc-0"), "ends the chain at"),
    (lambda d: d.update(public_key="11" * 32), "public_key is not the operational key"),
    (lambda d: d.update(genesis_signature="00" * 64), "genesis"),
])
def test_a_right_hash_does_not_make_a_bundle_right(project, change, words):
    data = read(VerificationBundle.create(project))
    del data["signature"], data["seal"]
    change(data)
    assert words in refusal(with_right_hash(data))


def test_the_seal_is_over_everything(project):
    """Also over what is not in the hash: times, counts, level, what is redacted, members that nobody knows."""
    data = read(VerificationBundle.create(project))
    changes = {
        "created_at": "2020-01-01T00:00:00Z", "confidentiality_level": "Secret", "redacted": [], "authority_key": "11" * 32,
        "manifest": {**data["manifest"], "updated_at": "2020-01-01T00:00:00Z"}, "more": 1,
    }
    for name, value in changes.items():
        refusal({**data, name: value})
    for lost in ("seal", "signature"):
        assert "one is missing" in refusal({name: data[name] for name in data if name != lost})
    assert "seal" in refusal({**data, "seal": "00" * 64})


def test_a_wrong_hash_or_signature(project):
    data = read(VerificationBundle.create(project))
    assert "bundle hash mismatch: expected 00" in refusal({**data, "bundle_hash": "00" * 32})
    assert "the seal of the bundle" in refusal({**data, "signature": "00" * 64})
    data["decisions"][0]["decision"] = "x"
    assert "bundle hash mismatch" in refusal(data)


@pytest.mark.parametrize("text", ["", "[", "{}", "null", "[]", '{"manifest": 1}', "\ud800".encode("utf-8", "surrogatepass").decode("latin1")])
def test_what_is_no_bundle(text):
    with pytest.raises(RuntimeError, match="^serialization error: ") as caught:
        VerificationBundle.from_json(text)
    assert type(caught.value) is RuntimeError


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


def test_the_page_shows_hostile_text_as_text(tmp_path):
    project = TrustProject.create(str(tmp_path / "p"), HOSTILE, "a" + HOSTILE)
    project.record_decision(HOSTILE, HOSTILE, HOSTILE)
    project.record_milestone(HOSTILE, HOSTILE)
    html = VerificationBundle.create(project).create_html()
    page = Page()
    page.feed(html)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "a", "img", "iframe", "link", "form", "object", "base"}
    assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on")]
    assert "\x07" not in html and "\u202e" not in html and "Verified when this page was made" in html
    text = re.search(r"<pre>(.*)</pre>", html, re.S)[1]
    import html as escapes
    assert VerificationBundle.from_json(escapes.unescape(text)).verify()


def test_the_page_of_a_forged_bundle_says_so(project):
    data = read(VerificationBundle.create(project))
    data["decisions"][0]["decision"] = "x"
    html = VerificationBundle.from_json(json.dumps(data)).create_html()
    assert "NOT verified" in html and "bundle hash mismatch" in html


# ---- conformance -----------------------------------------------------------------------------------


def tree(path):
    return {str(f.relative_to(path)): f.read_bytes() for f in sorted(path.rglob("*")) if f.is_file()}


def test_conformance_leaves_the_project_alone(project, tmp_path):
    before = tree(tmp_path / "project")
    report = kailash.run_conformance(project.trust_dir(), "complete", project)
    assert tree(tmp_path / "project") == before and project.manifest().trust_posture == "Autonomous"
    assert (report.level, report.passed, report.failed, report.total, report.undetermined) == (
        "Complete", 26, 0, 26, 0)
    assert {r["verdict"] for r in report.results()} == {"passed"}
    assert repr(report) == "ConformanceReport(level=Complete, passed=26/26, failed=0, undetermined=0)"


def test_conformance_without_a_key(project):
    report = kailash.run_conformance(project.trust_dir())
    undetermined = [r["name"] for r in report.results() if r["verdict"] == "no_basis"]
    assert undetermined == ["ATT-MUST-001", "ATT-MUST-002", "POST-MUST-001"]
    assert (report.level, report.total, report.failed, report.undetermined) == ("NotAchieved", 12, 0, 3)
    assert all(r["message"].startswith("UNDETERMINED - nothing to check: ") for r in report.results()
               if r["verdict"] == "no_basis")


def test_conformance_of_an_empty_project(tmp_path):
    project = TrustProject.create(str(tmp_path / "p"), "p", "a")
    report = kailash.run_conformance(str(tmp_path / "p"), "conformant", project)
    undetermined = {r["name"] for r in report.results() if r["verdict"] == "no_basis"}
    assert undetermined == {"CONST-MUST-001", "ANC-MUST-002", "CONST-SHOULD-001", "ANC-SHOULD-001", "VER-SHOULD-001"}
    assert report.failed == 0 and report.level == "NotAchieved" and report.total == 22


def test_conformance_finds_what_is_wrong(project, tmp_path):
    path = next((tmp_path / "project" / "decisions").glob("*.json"))
    path.write_text(path.read_text().replace("Use C", "Use D").replace("hidden", "seen"))
    report = kailash.run_conformance(project.trust_dir(), "compatible", project)
    assert [r["name"] for r in report.results() if r["verdict"] == "failed"] == ["VER-MUST-001"]
    assert report.level == "NotAchieved"


def test_conformance_of_what_is_none(tmp_path, project):
    with pytest.raises(ValueError):
        kailash.run_conformance(project.trust_dir(), "Compatible")
    with pytest.raises(RuntimeError):
        kailash.run_conformance(str(tmp_path / "nothing"))
    other = TrustProject.create(str(tmp_path / "other"), "p", "a")
    with pytest.raises(RuntimeError):
        kailash.run_conformance(str(tmp_path / "other"), "compatible", project)
    assert other


# ---- report ----------------------------------------------------------------------------------------


def test_the_report_has_its_sections(project):
    path = project.trust_dir()
    DelegationManager.load(path).add_delegate("del-a", "A|x", ["operational", "financial"])
    delegates = DelegationManager.load(path)
    delegates.add_delegate("del-b", "gone", [])
    delegates.revoke("del-b", "r")
    MirrorManager(path).record_execution("a", "o", "ethical_judgment")
    text = kailash.generate_audit_report(project)
    assert re.findall(r"^#+ .*", text, re.M) == [
        "# Trust Audit Report", "## Project Summary", "## Constraint Envelope", "## Decision Timeline",
        "## Milestones", "## Delegates", "## Competency Analysis", "### Competency Distribution", "## Verification"]
    assert re.search(r"^Generated: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$", text, re.M)
    for line in ("| Project | demo |", "| Decisions | 2 |", "| Posture | Autonomous |",
                 r"| Operational | Blocked: rm\|x, \*y\* |", "| Financial | Max/action: 10.5 |",
                 "| Temporal | No restrictions |", r"| del-a | A\|x | operational, financial | 0 |",
                 "| EthicalJudgment | 1 | 100.0% |", "**Status**: PASSED", "- Anchors checked: 4"):
        assert line in text.splitlines(), line
    assert "Use C (confidence: 75.0%)" in text and "hidden (confidence: N/A)" in text and "gone" not in text


def test_the_report_escapes_and_tells_failures(tmp_path):
    project = TrustProject.create(str(tmp_path / "p"), "a\nb" + HOSTILE, "x")
    project.record_decision(HOSTILE, "r", "t")
    text = kailash.generate_audit_report(project)
    assert "<script>" not in text and "\x07" not in text and "\\[x\\](javascript" in text
    assert "| Project | a b&lt;script" in text and r"\| \*b\* \_i\_" in text
    path = next((tmp_path / "p" / "decisions").glob("*.json"))
    path.write_text(path.read_text().replace('"rationale": "r"', '"rationale": "q"'))
    text = kailash.generate_audit_report(project)
    assert "**Status**: FAILED" in text and "content_hash_mismatch" in text


# ---- migration -------------------------------------------------------------------------------------

DECISION = {
    "decision_id": "dec-dc26ac21cf10", "decision_type": "design", "decision": "Use é", "rationale": "why",
    "alternatives": ["a"], "evidence": [{"kind": "test"}], "risks": [], "verification_grade": "full",
    "confidentiality": "top_secret", "confidence": 0.8, "timestamp": "2026-01-02T03:04:05.624143+00:00",
    "author": "human", "related_decisions": [], "cost": 0.0}
MILESTONE = {
    "milestone_id": "ms-aee277d8d082", "version": "v1", "description": "d", "file_path": "", "file_hash": "",
    "decision_count": 1, "timestamp": "2026-01-02T03:04:06+00:00", "author": "human"}


@pytest.fixture
def open_sdk(tmp_path):
    """A directory as the open Python SDK lays it out."""
    path = tmp_path / "old"
    for folder in ("decisions", "milestones", "anchors", "keys", "mirror"):
        (path / folder).mkdir(parents=True)
    manifest = {"project_id": "proj-1", "project_name": "demo", "author": "alice", "genesis_id": "gen-1",
                "constraints": [], "constraint_envelope": {
                    "operational": {"allowed_actions": [], "blocked_actions": ["rm"]},
                    "data_access": {"read_paths": ["/a"], "write_paths": [], "blocked_paths": [], "blocked_patterns": []},
                    "financial": {"max_cost_per_session": 5, "max_cost_per_action": None, "budget_tracking": True},
                    "temporal": {"max_session_hours": None, "allowed_hours": [9, 17], "cooldown_minutes": 0},
                    "communication": {"allowed_channels": [], "blocked_channels": [], "requires_review": ["email"]}}}
    (path / "manifest.json").write_text(json.dumps(manifest))
    (path / "decisions" / "0000-dec-dc26ac21cf10.json").write_text(json.dumps(DECISION))
    (path / "milestones" / "0000-ms-aee277d8d082.json").write_text(json.dumps(MILESTONE))
    (path / "mirror" / "x.json").write_text("{}")
    (path / "keys" / "private.key").write_text(base64.b64encode(bytes(32)).decode())
    return path


def test_a_project_that_is_right_needs_no_migration(project, tmp_path):
    before = tree(tmp_path / "project")
    told = json.loads(kailash.migrate_project(project.trust_dir()))
    assert told == {"was_needed": False, "was_successful": True, "anchors_migrated": 0,
                    "parent_chain_reconstructed": False, "errors": []}
    assert tree(tmp_path / "project") == before and not (tmp_path / "project-migrated").exists()


def test_a_directory_of_the_open_sdk_is_migrated(open_sdk, monkeypatch):
    with pytest.raises(RuntimeError, match="migrate_project"):
        TrustProject.load(str(open_sdk))
    before = tree(open_sdk)
    told = json.loads(kailash.migrate_project(str(open_sdk) + "/"))
    assert tree(open_sdk) == before
    new, key = str(open_sdk) + "-migrated", str(open_sdk) + "-migrated.key"
    assert told == {"was_needed": True, "was_successful": True, "anchors_migrated": 2,
                    "parent_chain_reconstructed": True, "errors": [], "migrated_to": new,
                    "operational_key_file": key, "authority_public_key": told["authority_public_key"],
                    "not_migrated": ["mirror"]}
    assert os.stat(key).st_mode & 0o777 == 0o600 and len(open(key).read()) == 64
    monkeypatch.setenv("TRUST_PLANE_AUTHORITY_PUBKEY", told["authority_public_key"])
    monkeypatch.setenv("TRUST_PLANE_TRUST_DIR", new)
    monkeypatch.setenv("TRUST_PLANE_OPERATIONAL_KEY_FILE", key)
    project = TrustProject.load(new)
    assert project.verify().is_valid and project.resolve_operational_key_from_env()
    one, origin = project.decisions()
    assert (one.decision, one.rationale, one.alternatives, one.evidence, one.confidence, one.confidentiality,
            one.review_requirement) == ("Use é", "why", ["a"], ['{"kind": "test"}'], 0.8, "TopSecret", "full")
    assert one.created_at.startswith("2026-01-02T03:04:05.624143")
    (milestone,) = project.milestones()
    assert (milestone.version, milestone.file_path, milestone.file_hash) == ("v1", None, None)
    hashed = {line.split(" sha256:")[0]: line.split(" sha256:")[1] for line in origin.evidence}
    for name, digest in hashed.items():
        assert hashlib.sha256((open_sdk / name).read_bytes()).hexdigest() == digest
    assert len(hashed) == 3 and origin.decision.startswith("Migrated from ")
    assert [project.check(action, "/a/x") for action in ("rm", "ls")][0] == "blocked"
    assert project.check("ls", "/b") == "blocked" and "9" in kailash.generate_audit_report(project)
    with pytest.raises(RuntimeError, match="exists"):
        kailash.migrate_project(str(open_sdk))
    os.remove(key)
    with pytest.raises(RuntimeError, match="already exists"):
        kailash.migrate_project(str(open_sdk))
    assert not os.path.exists(key)


def test_an_older_project_with_its_key_is_migrated(tmp_path, monkeypatch):
    old = TrustProject.create(str(tmp_path / "old"), "p", "a")
    old.record_decision("x", "y", "z")
    (tmp_path / "old" / "keys" / "private.key").write_text(old.export_operational_key_hex())
    told = json.loads(kailash.migrate_project(str(tmp_path / "old")))
    assert told["was_successful"] and told["anchors_migrated"] == 1
    new = TrustProject.load(told["migrated_to"])
    assert new.verify().is_valid and new.decisions()[0].id == old.decisions()[0].id
    assert not (tmp_path / "old-migrated" / "keys" / "private.key").exists()


@pytest.mark.parametrize("change, words", [
    ({"confidence": 2}, "confidence is no number from 0 to 1"), ({"timestamp": "yesterday"}, ""),
    ({"confidentiality": "cosmic"}, "confidentiality"), ({"verification_grade": "x"}, "verification_grade"),
    ({"decision": None}, "decision is no text"), ({"risks": "no"}, "risks is no list")])
def test_a_damaged_directory_is_not_migrated_in_parts(open_sdk, change, words):
    path = open_sdk / "decisions" / "0001-dec-bad.json"
    path.write_text(json.dumps({**DECISION, **change}))
    told = json.loads(kailash.migrate_project(str(open_sdk)))
    assert told["was_needed"] and not told["was_successful"] and told["anchors_migrated"] == 0
    assert len(told["errors"]) == 1 and told["errors"][0].startswith("decisions/0001-dec-bad.json: ")
    assert words in told["errors"][0] and not os.path.exists(str(open_sdk) + "-migrated")


def test_what_cannot_be_migrated(tmp_path):
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(RuntimeError):
            kailash.migrate_project(str(path))


# ---- audit sessions --------------------------------------------------------------------------------


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_session_tells_what_changed(tmp_path):
    place = tmp_path / "work"
    for name in ("a", "sub/b", ".hidden/c", ".git/d"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(name)
    (place / "link").symlink_to(place / "a")
    session = kailash.AuditSession.start(str(place))
    assert session.file_count == 3 and session.end_time is None and session.compute_diff() == []
    assert repr(session) == f"AuditSession(id='{session.session_id}', files=3, ended=false)"
    (place / "a").write_text("new")
    (place / "sub" / "b").unlink()
    (place / "z é").write_text("z")
    (place / ".git" / "d").write_text("other")
    changes = [(c.path, c.change_type, c.old_hash, c.new_hash) for c in session.compute_diff()]
    assert changes == [(str(place / "a"), "modified", sha("a"), sha("new")),
                       (str(place / "sub/b"), "deleted", sha("sub/b"), None),
                       (str(place / "z é"), "added", None, sha("z"))]
    assert repr(session.compute_diff()[0]) == f"FileChange(type='modified', path='{place}/a')"
    session.end()
    assert session.end_time and len(session.compute_diff()) == 3
    with pytest.raises(RuntimeError, match="^session error: session already ended$") as caught:
        session.end()
    assert type(caught.value) is RuntimeError


def test_what_cannot_be_watched(tmp_path):
    (tmp_path / "file").write_text("x")
    for root in (tmp_path / "nothing", tmp_path / "file"):
        with pytest.raises(RuntimeError) as caught:
            kailash.AuditSession.start(str(root))
        assert str(caught.value) == f"session error: scan root does not exist or is not a directory: {root}"
    with pytest.raises(RuntimeError):
        kailash.AuditSession.start("")
    with pytest.raises(TypeError):
        kailash.AuditSession()


def test_names_that_are_no_text_and_a_folder_that_goes(tmp_path):
    place = os.fsencode(tmp_path / "w")
    os.makedirs(place)
    with open(place + b"/\xff\xfe", "wb") as file:
        file.write(b"x")
    session = kailash.AuditSession.start(os.fsdecode(place))
    assert session.file_count == 1 and session.compute_diff() == []
    import shutil
    shutil.rmtree(place)
    (gone,) = session.compute_diff()
    assert gone.change_type == "deleted" and gone.path.endswith("\\xFF\\xFE")


def test_the_commit_around_a_folder(tmp_path):
    assert kailash.AuditSession.start(str(tmp_path)).git_head is None
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(tmp_path)]
    subprocess.run([*git[:1], "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "sub").mkdir()
    assert kailash.AuditSession.start(str(tmp_path / "sub")).git_head is None  # no commit yet
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    assert kailash.AuditSession.start(str(tmp_path / "sub")).git_head == head
    subprocess.run([*git, "pack-refs", "--all"], check=True)
    assert kailash.AuditSession.start(str(tmp_path / "sub")).git_head == head
    subprocess.run([*git, "checkout", "-q", "--detach"], check=True)
    assert kailash.AuditSession.start(str(tmp_path)).git_head == head
