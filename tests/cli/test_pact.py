"""kailash pact: what roles may do, why, and the matrix of all of them."""

import csv
import json
import sqlite3

import pytest
from conftest import kailash

ORG = {"org_id": "acme", "name": "Acme", "departments": [
    {"id": "eng", "name": "Engineering", "head_role_id": "cto",
     "roles": [{"id": "cto", "name": "CTO"}, {"id": "dev", "name": "Dev"}]},
    {"id": "ops", "name": "Operations", "head_role_id": "coo"}]}
ENVELOPE = {
    "envelope_id": "00000000-0000-4000-8000-000000000001", "version": "1", "issued_at": "2026-01-01T00:00:00Z",
    "expires_at": None, "issuer": "test", "subject": {"subject_type": "Agent", "id": "a", "name": "a"},
    "dimensions": {
        "financial": {"max_transaction_cents": 10000, "max_cumulative_cents": 100000,
                      "cumulative_period": "daily", "approval_threshold_cents": 10000,
                      "allowed_currencies": ["USD"], "spending_allowed": True},
        "operational": {"allowed_operations": ["read", "deploy"], "denied_operations": ["drop"],
                        "resource_limits": {}, "require_approval_for": ["deploy"]},
        "temporal": None, "data_access": None, "communication": None},
    "chain_ref": None, "context": None}


@pytest.fixture
def acme(tmp_path):
    path = tmp_path / "acme.json"
    path.write_text(json.dumps({
        "org": ORG, "envelopes": [{
            "role_address": "D1-R1", "set_by": "D1-R1", "version": 1, "created_at": "2026-01-01T00:00:00Z",
            "modified_at": "2026-01-01T00:00:00Z", "envelope": ENVELOPE}],
        "clearances": [{"role_id": "dev", "max_clearance": "secret"}]}))
    return path


@pytest.mark.parametrize("action, context, code, zone", [
    ("read", [], 0, "auto_approved"), ("read", ["-c", "cost=90"], 0, "flagged"),
    ("deploy", [], 1, "held"), ("drop", [], 1, "blocked"), ("read", ["--context", "cost=101"], 1, "blocked")])
def test_check(acme, action, context, code, zone):
    done = kailash("pact", "check", acme, "--role", "dev", "--action", action, *context)
    assert (done.returncode, done.stderr) == (code, "")
    first, *found = done.stdout.splitlines()
    assert first.startswith(f"{zone}  D1-R1-R2: action '{action}' ")
    assert any(line.split()[0] == "operational" for line in found)
    done = kailash("pact", "check", acme, "-r", "D1-R1-R2", "-a", action, *context, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["zone"], told["allowed"]) == (code, zone, code == 0)
    assert "held_action_id" not in told["details"]  # nothing is held


def test_check_along_the_line(acme):
    done = kailash("pact", "check", acme, "-r", "dev", "-a", "deploy", "--chain", "--json")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [(v["role_address"], v["zone"]) for v in told] == [("D1-R1", "held"), ("D1-R1-R2", "held")]


def test_an_organisation_from_standard_input(acme):
    done = kailash("pact", "check", "-", "-r", "cto", "-a", "read", stdin=acme.read_text())
    assert done.returncode == 0


def test_explain_an_envelope(acme):
    done = kailash("pact", "explain", acme, "--role", "dev")
    assert done.returncode == 0
    assert "=== Envelope Explanation for D1-R1-R2 ===" in done.stdout and "D1-R1 (version 1)" in done.stdout


@pytest.mark.parametrize("options, code, words", [
    (["--owner", "D1-R1-R2", "--level", "secret", "--posture", "delegated"], 0, "3a|Same Unit|same unit|unit"),
    (["--owner", "D2-R1", "--level", "secret", "--posture", "delegated"], 1, "Default DENY|default deny"),
    (["--owner", "D1-R1-R2", "--level", "secret"], 1, "Clearance"),
    (["--owner", "D2-R1"], 0, "public|Public"),
    (["--owner", "D1-R1-R2", "--level", "restricted", "--compartment", "x"], 1, "compartment|Clearance")])
def test_explain_access(acme, options, code, words):
    done = kailash("pact", "explain", acme, "--role", "dev", *options)
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout.startswith("allowed: " if code == 0 else "denied: ")
    assert any(word in done.stdout for word in words.split("|"))
    assert "\n  0 Preconditions: pass\n    " in done.stdout
    told = json.loads(kailash("pact", "explain", acme, "--role", "dev", *options, "--json").stdout)
    assert told["allowed"] == (code == 0) and told["steps"][0]["name"]


def test_matrix(acme, tmp_path):
    table = kailash("pact", "matrix", acme).stdout.splitlines()
    assert table[0] == "| Role | deploy | drop | read |"
    assert table[2] == "| D1-R1 | denied | denied | allowed (auto_approved) |"
    out = tmp_path / "m.csv"
    assert kailash("pact", "matrix", acme, "--format", "csv", "-o", out).returncode == 0
    rows = list(csv.reader(out.read_text().splitlines()))
    assert rows[0] == ["Role", "deploy", "drop", "read"] and len(rows) == 4
    told = json.loads(kailash("pact", "matrix", acme, "--json").stdout)
    assert (told["org_id"], len(told["roles"])) == ("acme", 3)


def test_wrong_calls(acme, tmp_path):
    assert kailash("pact", "check", acme).returncode == 2
    assert kailash("pact", "explain", acme).returncode == 2
    assert kailash("pact", "matrix", acme, "--json", "-f", "csv").returncode == 2
    assert kailash("pact", "explain", acme, "-r", "dev", "--level", "x").returncode == 2
    for arguments, message in (
            (("check", acme, "-r", "nobody", "-a", "read"), "role not found: 'nobody'"),
            (("explain", acme, "-r", "nobody"), "role not found: 'nobody'"),
            (("check", acme, "-r", "dev", "-a", "a\nb"), "action refused: contains a line-breaking"),
            (("check", acme, "-r", "dev", "-a", "read", "-c", "cost=x"), "--context cost=x: the value is no number"),
            (("check", tmp_path / "absent", "-r", "dev", "-a", "read"), "cannot open"),
            (("explain", acme, "-r", "dev", "--owner", "zz"), "unrecognized node type character: 'z'")):
        done = kailash("pact", *arguments)
        assert done.returncode == 1 and message in done.stderr, done.stderr
    bad = tmp_path / "bad.json"
    bad.write_text('{"org_id": "x"}')
    done = kailash("pact", "matrix", bad)
    assert done.returncode == 1 and str(bad) in done.stderr


def test_the_file_of_an_engine_stays_as_it_is(acme, tmp_path):
    pytest.importorskip("kailash")
    import kailash as package

    path = tmp_path / "acme.db"
    made = package.PactGovernanceEngine.open(str(path), acme.read_text())
    made.verify_action("D1-R1", "read")
    assert kailash("pact", "check", path, "-r", "dev", "-a", "deploy").returncode == 1
    assert made.verify_action("D1-R1", "read").allowed  # nobody else has written
    del made
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM anchors").fetchone() == (2,)
        assert database.execute("SELECT count(*) FROM held_actions").fetchone() == (0,)
    database.close()
