"""kailash attest: trust projects on the command line."""

import json
import os
import re

import pytest
from conftest import kailash

VARIABLES = ("TRUST_PLANE_AUTHORITY_PUBKEY", "TRUST_PLANE_TRUST_DIR", "TRUST_PLANE_OPERATIONAL_KEY",
             "TRUST_PLANE_OPERATIONAL_KEY_FILE")
HOSTILE = "a\x1b[31mb\x07c\x7fd"


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def project(tmp_path):
    class Project:
        path, key = tmp_path / "trust", tmp_path / "op.key"

        def __call__(self, *args, sign=False, **options):
            extra = ["--key-file", self.key] if sign else []
            return kailash("attest", *args, "--dir", self.path, *extra, **options)

    made = Project()
    done = made("init", "--name", "demo", "--author", "alice", "--key-file", made.key)
    assert done.returncode == 0, done.stderr
    return made


def decide(project, *more, decision="Use C"):
    return project("decide", "--decision", decision, "--rationale", "Speed", *more, sign=True)


# ---- init ------------------------------------------------------------------------------------------


def test_init_shows_the_keys_once(tmp_path):
    done = kailash("attest", "init", "--dir", tmp_path / "t", "--name", "demo", "--author", "alice")
    assert done.returncode == 0 and done.stderr == ""
    pin, key = re.findall(r"\b[0-9a-f]{64}\b", done.stdout)
    assert (tmp_path / "t" / "keys" / "authority.pub").read_text() == pin
    assert not [f for f in (tmp_path / "t").rglob("*") if f.is_file() and key in f.read_text()]
    told = json.loads(kailash("attest", "init", "--dir", tmp_path / "u", "--name", "demo", "--author", "a", "--json").stdout)
    assert set(told) == {"trust_dir", "project_name", "authority_public_key", "operational_key"}
    again = kailash("attest", "init", "--dir", tmp_path / "t", "--name", "demo", "--author", "alice")
    assert again.returncode == 1 and "already exists" in again.stderr


def test_init_writes_a_key_file_for_its_owner_alone(project):
    assert os.stat(project.key).st_mode & 0o777 == 0o600 and len(project.key.read_text()) == 64
    done = kailash("attest", "init", "--dir", project.path.parent / "x", "--name", "n", "--author", "a",
                   "--key-file", project.key)
    assert done.returncode == 1 and "exists" in done.stderr and not (project.path.parent / "x").exists()


def test_a_template_is_enforced_and_a_pin_needed(tmp_path):
    kailash("attest", "init", "--dir", tmp_path / "t", "--name", "n", "--author", "a", "--template", "software")
    assert "deploy_production" in (tmp_path / "t" / "constraint-envelope.json").read_text()
    done = kailash("attest", "status", "--dir", tmp_path / "t")
    assert done.returncode == 1 and "TRUST_PLANE_AUTHORITY_PUBKEY" in done.stderr
    pin = (tmp_path / "t" / "keys" / "authority.pub").read_text()
    assert kailash("attest", "status", "--dir", tmp_path / "t", "--authority", pin).returncode == 0
    assert kailash("attest", "verify", "--dir", tmp_path / "t", "--authority", "00" * 32).returncode in (1, 3)
    done = kailash("attest", "diagnose", "--dir", tmp_path / "t", "--authority", pin)
    assert done.returncode == 0 and "Constraint Diagnostics" in done.stdout


# ---- records ---------------------------------------------------------------------------------------


def test_decisions_and_milestones(project, tmp_path):
    done = decide(project, "--type", "design", "--confidence", "0.8", "--risk", "a", "--risk", "b")
    assert done.returncode == 0 and re.fullmatch(r"anc-[0-9a-f]{12}\n", done.stdout)
    (tmp_path / "f").write_text("hello")
    done = project("milestone", "--version", "v1", "--description", "d", "--file", tmp_path / "f", "--json", sign=True)
    assert set(json.loads(done.stdout)) == {"anchor_id"}
    (one,) = json.loads(project("decisions", "--format", "json").stdout)
    assert (one["decision"], one["decision_type"], one["confidence"], one["risks"], one["review_requirement"]) == (
        "Use C", "design", 0.8, ["a", "b"], "standard")
    assert re.search(r"^dec-\S+ +\S+ +design +Public +Use C$", project("decisions").stdout, re.M)
    status = json.loads(project("status", "--json").stdout)
    assert (status["decision_count"], status["milestone_count"], status["anchor_count"]) == (1, 1, 2)


def test_keys_come_from_the_environment_too(project):
    env = {"TRUST_PLANE_OPERATIONAL_KEY_FILE": str(project.key)}
    assert project("decide", "--decision", "d", "--rationale", "r", env=env).returncode == 0
    done = project("decide", "--decision", "d", "--rationale", "r")
    assert done.returncode == 1 and done.stderr.startswith("kailash: no operational key to sign with: give --key-file")
    project.key.chmod(0o644)
    done = decide(project)
    assert done.returncode == 1 and project.key.read_text() not in done.stderr + done.stdout


@pytest.mark.parametrize("args, message", [
    (["decide"], "attest decide: --decision is missing; see: kailash help attest decide"),
    (["init", "--name", "x"], "attest init: --author is missing; see: kailash help attest init"),
    (["milestone", "--version", "v"], "attest milestone: --description is missing; see: kailash help attest milestone"),
    (["hold", "approve", "x"], "attest hold approve: --by is missing; see: kailash help attest hold approve"),
    (["hold", "approve"], "attest hold approve: ID is missing; see: kailash help attest hold approve"),
    (["hold", "aprove", "x"], "unknown command 'attest hold aprove'; did you mean attest hold approve?"),
    (["veryfi"], "unknown command 'attest veryfi'; did you mean attest verify?"),
    (["conformance", "--level", "total"], "--level: unknown word 'total'; give one of: compatible, conformant, complete"),
    (["delegate", "add", "del-a", "--dimension", "x"], "--dimension: unknown word 'x'; give one of: operational, data_access, financial, temporal, communication"),
    (["audit", "--json"], "unknown option --json; see: kailash help attest audit"),
])
def test_usage(args, message):
    done = kailash("attest", *args)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"kailash: {message}\n")


def test_groups_explain_themselves():
    for group in ([], ["delegate"], ["hold"], ["template"], ["shadow"], ["export"]):
        done = kailash("attest", *group)
        assert done.returncode == 2 and done.stdout == kailash("help", "attest", *group).stdout
    assert "\n  delegate " in kailash("attest").stdout and "\n  conformance  " in kailash("attest").stdout


# ---- checking --------------------------------------------------------------------------------------


def test_verify_says_three_when_something_is_wrong(project):
    decide(project)
    done = project("verify")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "The project is sound.")
    assert json.loads(project("verify", "--json").stdout)["is_valid"] is True
    path = next((project.path / "decisions").glob("*.json"))
    path.write_text(path.read_text().replace("Speed", "Spite"))
    done = project("verify")
    assert done.returncode == 3 and "NOT sound" in done.stdout and "content_hash_mismatch" in done.stdout
    told = json.loads(project("verify", "--json").stdout)
    assert told["is_valid"] is False and told["issues"][0]["severity"] == "high"
    genesis = project.path / "genesis.json"
    genesis.write_text(genesis.read_text().replace('"demo"', '"dem0"'))
    done = project("verify")
    assert done.returncode == 3 and "genesis authority signature verification failed" in done.stderr
    assert project("status").returncode == 1
    assert kailash("attest", "verify", "--dir", project.path / "nothing").returncode == 1


def test_repair(project):
    decide(project)
    path = project.path / "manifest.json"
    path.write_text(path.read_text().replace('"decision_count": 1', '"decision_count": 7'))
    done = project("repair", "--dry-run")
    assert done.returncode == 3 and "manifest says 7, actual files 1" in done.stdout
    assert project("repair").returncode == 0 and project("repair", "--json").stdout == (
        '{"issues_found":0,"issues_fixed":0,"details":[]}\n')


def test_conformance(project):
    decide(project)
    done = project("conformance")
    assert done.returncode == 3 and "NotAchieved" in done.stdout
    told = json.loads(project("conformance", "--level", "complete", "--json", sign=True).stdout)
    assert told["failed"] == 0 and told["total"] == 26 and len(told["results"]) == 26


def test_documents(project, tmp_path):
    decide(project)
    assert project("export", "json", "--out", tmp_path / "b.json", sign=True).returncode == 0
    assert "signature" in json.loads((tmp_path / "b.json").read_text())
    assert project("export", "html").stdout.startswith("<!DOCTYPE html>")
    assert project("audit").stdout.startswith("# Trust Audit Report\n")
    assert project("export", "json", "--out", "/nothing/x").returncode == 1


def test_migrate(project, tmp_path):
    done = project("migrate")
    assert done.returncode == 0 and "nothing to migrate" in done.stdout
    (project.path / "keys" / "private.key").write_text(project.key.read_text())
    told = json.loads(project("migrate", "--json").stdout)
    assert told["was_successful"] and os.path.exists(told["operational_key_file"])
    assert kailash("attest", "migrate", "--dir", tmp_path / "nothing").returncode == 1


# ---- people ----------------------------------------------------------------------------------------


def test_delegates(project):
    assert project("delegate", "add", "del-a", "--name", "Alice", "--dimension", "financial").stdout == "del-a\n"
    assert project("delegate", "add", "del-b", "--parent", "del-a", "--dimension", "financial", "--expires", "2").returncode == 0
    done = project("delegate", "add", "del-c", "--parent", "del-a", "--dimension", "temporal")
    assert done.returncode == 1 and "is not in parent's dimensions" in done.stderr
    assert re.search(r"^del-b +del-b +active +del-a +financial$", project("delegate", "list").stdout, re.M)
    assert project("delegate", "revoke", "del-a", "--reason", "left").stdout == "del-a\ndel-b\n"
    assert json.loads(project("delegate", "list", "--json").stdout) == []
    assert len(json.loads(project("delegate", "list", "--all", "--json").stdout)) == 2
    assert project("delegate", "revoke", "del-x").returncode == 1


def put_hold(project, action):
    one = "hold-11111111-2222-4333-8444-555555555555"
    (project.path / "holds").mkdir(exist_ok=True)
    (project.path / "holds" / f"{one}.json").write_text(json.dumps({
        "hold_id": one, "action": action, "resource": None, "reason": "why", "dimension": "financial",
        "status": "Pending", "created_at": "2026-01-01T00:00:00Z", "resolved_by": None, "resolved_at": None,
        "resolved_reason": None}))
    return one


def test_holds(project):
    one = put_hold(project, "pay")
    project("delegate", "add", "del-a", "--dimension", "financial")
    assert re.search(rf"^{one} +pending +financial +pay +why$", project("hold", "list").stdout, re.M)
    assert project("hold", "approve", one, "--by", "del-x").returncode == 1
    done = project("hold", "approve", one, "--by", "del-a", "--reason", "fine", sign=True)
    assert (done.returncode, done.stdout) == (0, "approved\n")
    assert project("hold", "deny", one, "--by", "del-a").returncode == 1
    assert json.loads(project("hold", "list", "--all", "--json").stdout)[0]["resolved_reason"] == "fine"
    assert json.loads(project("status", "--json").stdout)["anchor_count"] == 1
    assert project("verify").returncode == 0


def test_nothing_that_was_stored_steers_the_terminal(project):
    decide(project, "--type", HOSTILE, decision=HOSTILE)
    project("delegate", "add", "del-a", "--name", HOSTILE, "--dimension", "financial")
    put_hold(project, HOSTILE)
    for args in (["decisions"], ["delegate", "list"], ["hold", "list"], ["status"], ["verify"], ["audit"],
                 ["export", "html"]):
        shown = project(*args).stdout
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", shown), args
    assert "a[31mbcd" in project("decisions").stdout


def test_mirror(project):
    assert json.loads(project("mirror", "--json").stdout) == {"total_records": 0}
    assert "AI autonomy rate" in project("mirror").stdout


# ---- policy ----------------------------------------------------------------------------------------


def test_templates(project, tmp_path):
    assert kailash("attest", "template", "list").stdout.splitlines()[0] == "software (by Terrene Foundation)"
    shown = json.loads(kailash("attest", "template", "show", "governance").stdout)
    assert shown["name"] == "governance" and "envelope" in shown
    assert project("template", "apply", "research", "--out", tmp_path / "e.json").returncode == 0
    assert json.loads((tmp_path / "e.json").read_text())["financial"]["max_cost_per_session"] == 5000.0
    done = kailash("attest", "template", "show", "softwar")
    assert done.returncode == 2 and "did you mean software?" in done.stderr


def test_shadow_mode(tmp_path):
    (tmp_path / "stricter.json").write_text(kailash("attest", "template", "apply", "governance").stdout)
    envelope = json.loads((tmp_path / "stricter.json").read_text())
    wide = {**envelope, "operational": {"allowed_actions": None, "blocked_actions": []}}
    (tmp_path / "wide.json").write_text(json.dumps(wide))
    done = kailash("attest", "init", "--dir", tmp_path / "t", "--name", "n", "--author", "a", "--envelope",
                   tmp_path / "wide.json", "--candidate", tmp_path / "stricter.json", "--key-file", tmp_path / "k")
    assert done.returncode == 0, done.stderr
    pin = ["--dir", tmp_path / "t", "--authority", (tmp_path / "t" / "keys" / "authority.pub").read_text()]
    sign = [*pin, "--key-file", tmp_path / "k"]
    assert json.loads(kailash("attest", "status", *pin, "--json").stdout)["shadow_active"] is True
    for more in (["--envelope", tmp_path / "stricter.json", "--candidate", tmp_path / "wide.json"],
                 ["--candidate", tmp_path / "wide.json"]):
        done = kailash("attest", "init", "--dir", tmp_path / "u", "--name", "n", "--author", "a",
                       "--key-file", tmp_path / "uk", *more)
        assert done.returncode == 1 and "candidate" in done.stderr
        assert not (tmp_path / "u").exists() and not (tmp_path / "uk").exists()
    assert json.loads(kailash("attest", "shadow", "report", *pin, "--json").stdout)["recommendation"] == "keep"
    assert "lifetime_evaluations" in kailash("attest", "shadow", "report", *pin).stdout
    assert json.loads(kailash("attest", "shadow", "details", *pin, "--json").stdout) == []
    done = kailash("attest", "shadow", "enable", tmp_path / "stricter.json", *sign)
    assert done.returncode == 1 and "authority" in done.stderr
    assert kailash("attest", "shadow", "disable", *sign).stdout == "disabled\n"
    assert kailash("attest", "shadow", "report", *pin).stderr == "kailash: shadow mode is off\n"
    assert kailash("attest", "shadow", "promote", *sign).returncode == 1


def test_diagnose_reads_a_history(tmp_path):
    kailash("attest", "init", "--dir", tmp_path / "t", "--name", "n", "--author", "a", "--template", "research")
    pin = ["--dir", tmp_path / "t", "--authority", (tmp_path / "t" / "keys" / "authority.pub").read_text()]
    check = {"action": "a", "verdict": "blocked", "dimension_triggered": "operational"}
    (tmp_path / "h").write_text(json.dumps(check) + "\n" + json.dumps({"action": "b", "verdict": "auto_approved"}) + "\n")
    told = json.loads(kailash("attest", "diagnose", *pin, "--history", tmp_path / "h", "--json").stdout)
    assert told["utilization"]["operational"] == 0.5
    (tmp_path / "h").write_text(json.dumps([check]))
    told = json.loads(kailash("attest", "diagnose", *pin, "--history", tmp_path / "h", "--json").stdout)
    assert told["utilization"]["operational"] == 1.0
    (tmp_path / "h").write_text("{}\n")
    assert "line 1: " in kailash("attest", "diagnose", *pin, "--history", tmp_path / "h").stderr
