"""kailash.pact: the audit chain, recorders, tiers of audit, engines in files."""

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

import kailash
from kailash import PactGovernanceEngine, PactRecorder
from pact_orgs import COO, CTO, DEV, JUNIOR, engine, org, role_envelope, task_envelope, verify

GENESIS = "0" * 64


# ---- another implementation of the chain, from the specification ------------------------------------

def link_hash(record):
    text = ":".join(str(record[name]) for name in (
        "anchor_id", "sequence", "previous_hash", "agent_id", "action", "verification_level",
        "envelope_id", "result", "timestamp"))
    if record["metadata"] is not None:
        text += ":" + json.dumps(record["metadata"], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def check_chain(anchors):
    before = GENESIS
    for position, anchor in enumerate(anchors):
        record = anchor["input"]
        assert record["sequence"] == position and record["previous_hash"] == before
        assert link_hash(record) == anchor["hash"]
        before = anchor["hash"]
    return before


def anchors_of(made):
    return [json.loads(anchor.to_json()) for anchor in made.iter_audit_anchors()]


def anchor(sequence, previous, metadata=None, **changes):
    record = {"anchor_id": f"a{sequence}", "sequence": sequence, "previous_hash": previous,
              "agent_id": "D1-R1", "action": "x", "verification_level": "AUTO_APPROVED",
              "envelope_id": "env-1", "result": "success",
              "timestamp": "2026-01-01T00:00:00.000000+00:00", "metadata": metadata, **changes}
    return kailash.AuditAnchor.from_json(json.dumps({"input": record, "hash": link_hash(record)}))


# ---- the engine's chain -------------------------------------------------------------------------------

def test_a_fresh_engine_has_no_anchors_and_proves_nothing():
    made = PactGovernanceEngine(org())
    result = made.verify_audit_chain()
    assert (made.audit_anchor_count(), made.last_audit_anchor_hash(), made.iter_audit_anchors()) == (0, None, [])
    assert (result.status, bool(result), result.is_not_determined, result.is_verified) == (
        "not_determined", False, True, False)
    assert (result.verified_count, result.broken_at_seq, result.first_break_reason) == (None, None, None)
    with pytest.warns(DeprecationWarning, match="valid is deprecated; use is_verified"):
        assert result.valid is False


def test_every_decision_and_change_is_anchored():
    made = PactGovernanceEngine(org(dev={"is_vacant": True}))
    item = kailash.PactKnowledgeItem("i", DEV, "secret")
    made.set_role_envelope(role_envelope(made, CTO))
    made.set_role_envelope(role_envelope(made, CTO))
    made.grant_clearance("cto", "secret")
    made.transition_clearance("cto", "suspended")
    made.revoke_clearance("cto")
    made.check_access("cto", item, "delegated")
    made.set_vacancy_designation(DEV, "cto", "board")
    verify(made, "envelope_modify")
    made.approve_held_action(1, "boss")
    verify(made, "envelope_modify")
    made.reject_held_action(2, "boss", "no")
    made.record_spend("cto", 5)
    actions = [a["input"]["action"] for a in anchors_of(made)]
    assert actions == ["envelope_created", "envelope_modified", "clearance_granted", "clearance_transitioned",
                       "clearance_revoked", "access_checked", "vacancy_designated", "verify_action",
                       "held_action_approved", "verify_action", "held_action_rejected", "spend_recorded"]
    assert made.last_audit_anchor_hash() == check_chain(anchors_of(made))
    result = made.verify_audit_chain()
    assert result and (result.status, result.verified_count) == ("verified", 12)
    assert repr(result) == "PactChainVerificationResult(status=verified, verified_count=12)"


def test_what_an_anchor_says():
    made = engine(operational={"denied_operations": ["d\u00e9\"\\\u0001".replace("\u0001", "")]})
    verify(made)
    verify(made, "d\u00e9\"\\")
    verify(made, "envelope_modify")
    allowed, denied, held = (a["input"] for a in anchors_of(made)[1:])
    assert (allowed["agent_id"], allowed["verification_level"], allowed["result"]) == (
        CTO, "AUTO_APPROVED", "success")
    assert allowed["metadata"] == {"pact_action": "verify_action", "role_address": CTO, "subject": "read"}
    assert (denied["verification_level"], denied["result"]) == ("BLOCKED", "denied")
    assert denied["metadata"]["subject"] == "d\u00e9\"\\" and "denied_operations" in denied["metadata"]["reason"]
    assert (held["verification_level"], held["result"]) == ("HELD", "pending")
    check_chain(anchors_of(made))


def test_auditing_can_be_switched_off():
    made = engine()
    made.set_audit_enabled(False)
    verify(made)
    made.grant_clearance("cto", "secret")
    assert made.audit_anchor_count() == 1
    made.set_audit_enabled(True)
    verify(made)
    assert made.audit_anchor_count() == 2
    check_chain(anchors_of(made))


def test_anchors_that_were_made_elsewhere():
    made = PactGovernanceEngine(org())
    first = anchor(0, GENESIS)
    assert made.record_audit_anchor(first).hash == first.hash == made.last_audit_anchor_hash()
    made.record_audit_anchor(anchor(41, first.hash, {"b": 1, "a": "\u00e9"}))
    made.record_audit_anchor(anchor(2**64 - 1, made.last_audit_anchor_hash(), {}))
    assert made.verify_audit_chain().verified_count == 3
    assert [a.sequence for a in made.iter_audit_anchors()] == [0, 41, 2**64 - 1]
    assert made.envelope_snapshot("env-1").anchor_count() == 3
    assert made.envelope_snapshot("").anchors() == made.envelope_snapshot("other").anchors() == []
    snapshot = made.envelope_snapshot("env-1")
    bad = made.record_audit_anchor(anchor(7, "f" * 64))
    assert made.last_audit_anchor_hash() == bad.hash
    result = made.verify_audit_chain()
    assert (result.status, result.verified_count, result.broken_at_seq) == ("failed", 3, 3)
    assert result.first_break_reason == "Anchor 3: previous_hash mismatch"
    assert snapshot.anchor_count() == 3 and snapshot.envelope_id == "env-1"
    assert repr(snapshot) == 'PactEnvelopeSnapshot(envelope_id="env-1", anchor_count=3)'
    with pytest.raises(TypeError):
        made.record_audit_anchor(5)


def test_a_wrong_hash_is_computed_anew():
    made = PactGovernanceEngine(org())
    told = json.loads(anchor(0, GENESIS).to_json())
    right, told["hash"] = told["hash"], "1" * 64
    assert made.record_audit_anchor(kailash.AuditAnchor.from_json(json.dumps(told))).hash == right
    assert made.verify_audit_chain()


# ---- recorders ------------------------------------------------------------------------------------------

FILES = {"pseudo_agent": "zone1-pseudo.jsonl", "supervised": "zone2-guardian.jsonl",
         "shared_planning": "zone3-cognate.jsonl", "continuous_insight": "zone3-cognate.jsonl"}


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def recorded_agent(recorder, posture="supervised"):
    made = kailash.PactGovernedAgent.with_recorder(recorder, CTO, posture)
    made.register_tool("read", 5.0, "crm")
    return made


def test_the_bytes_of_an_audit_line():
    assert PactRecorder.audit_line(
        "00000000-0000-4000-8000-000000000001", "2026-01-01T00:00:00+00:00", "D1-R1", "supervised", "ping",
        "AutoApproved", "ok") == (
        '{"event_id":"00000000-0000-4000-8000-000000000001","timestamp":"2026-01-01T00:00:00+00:00",'
        '"role_address":"D1-R1","posture":"supervised","action":"ping","zone":"AutoApproved","reason":"ok",'
        '"tier":"zone2_guardian","tenant_id":null,"signature":null}')
    with pytest.raises(ValueError, match="unknown posture level: 'x'"):
        PactRecorder.audit_line("e", "t", "D1-R1", "x", "a", "held", "r")


@pytest.mark.parametrize("posture", FILES)
def test_lines_are_written_before_a_verdict_is_given(tmp_path, posture):
    recorder = PactRecorder.file_backed(engine(), str(tmp_path / "a" / "b"))
    folder = tmp_path / "a" / "b"
    assert sorted(p.name for p in folder.iterdir()) == [
        "evidence.jsonl", "zone1-pseudo.jsonl", "zone2-guardian.jsonl", "zone3-cognate.jsonl"]
    assert all(stat.S_IMODE(p.stat().st_mode) == 0o600 for p in folder.iterdir())
    agent = recorded_agent(recorder, posture)
    assert agent.is_recording and agent.check_tool("read").allowed and not agent.check_tool("nope").allowed
    audit, evidence = lines(folder / FILES[posture]), lines(folder / "evidence.jsonl")
    assert [a["zone"] for a in audit] == [e["gradient"] for e in evidence] == ["AutoApproved", "Blocked"]
    assert audit[0]["posture"] == posture and audit[0]["signature"] is None
    assert list(evidence[0]) == ["schema", "source", "timestamp", "gradient", "action", "payload"]
    assert evidence[0]["schema"] == "pact.governance.verdict.v1"
    assert list(evidence[0]["payload"]["details"]) == sorted(evidence[0]["payload"]["details"])
    assert (recorder.evidence_count(), recorder.dropped_count()) == (2, 0)


def test_delegated_agents_need_a_key(tmp_path):
    recorder = PactRecorder.file_backed(engine(), str(tmp_path))
    agent = recorded_agent(recorder, "delegated")
    for tool, verdict in (("read", "auto_approved"), ("nope", "blocked")):
        with pytest.raises(RuntimeError, match="could not be recorded at the audit stage: no store configured "
                           f"for tier zone4_delegated.*engine verdict was {verdict}"):
            agent.check_tool(tool)
    assert (recorder.evidence_count(), recorder.dropped_count()) == (0, 2)
    assert (tmp_path / "evidence.jsonl").read_bytes() == b""


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl")
def test_lines_of_delegated_agents_are_signed(tmp_path):
    key = kailash.EatpKeyPair.generate()
    recorder = PactRecorder.file_backed(engine(), str(tmp_path), signing_key=key)
    assert recorded_agent(recorder, "delegated").check_tool("read").allowed
    line = (tmp_path / "zone4-delegated.jsonl").read_text().rstrip("\n")
    signature = json.loads(line)["signature"]
    assert len(bytes.fromhex(signature)) == 64
    unsigned = line.replace(f'"signature":"{signature}"', '"signature":null')
    public = key.public_key_hex()
    for name, content in (("key.der", "302a300506032b6570032100" + public), ("line", unsigned.encode().hex()),
                          ("signature", signature)):
        (tmp_path / name).write_bytes(bytes.fromhex(content))
    done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin", "-inkey",
                           tmp_path / "key.der", "-in", tmp_path / "line", "-sigfile", tmp_path / "signature"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr + done.stdout


def test_a_line_that_was_torn_is_ended(tmp_path):
    (tmp_path / "zone2-guardian.jsonl").write_bytes(b'{"torn":')
    recorder = PactRecorder.file_backed(engine(), str(tmp_path))
    recorded_agent(recorder).check_tool("read")
    torn, whole = (tmp_path / "zone2-guardian.jsonl").read_text().splitlines()
    assert torn == '{"torn":' and json.loads(whole)["action"] == "read"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_what_cannot_be_written_is_refused(tmp_path):
    """A disk that is full: the file is one of /dev, which a recorder would not open by itself."""
    code = textwrap.dedent("""
        import os, sys
        sys.path.insert(0, sys.argv[1])
        import kailash
        from pact_orgs import CTO, engine
        recorder = kailash.PactRecorder.file_backed(engine(), sys.argv[2])
        full = os.open("/dev/full", os.O_WRONLY)
        for name in os.listdir("/proc/self/fd"):
            try:
                path = os.readlink(f"/proc/self/fd/{name}")
            except OSError:
                continue
            if path.endswith(sys.argv[3]):
                os.dup2(full, int(name))
        agent = kailash.PactGovernedAgent.with_recorder(recorder, CTO, "supervised")
        agent.register_tool("read")
        try:
            agent.check_tool("read")
        except RuntimeError as refusal:
            print(refusal)
        print(recorder.evidence_count())
    """)
    for file, stage in (("zone2-guardian.jsonl", "audit"), ("evidence.jsonl", "evidence")):
        done = subprocess.run([sys.executable, "-c", code, str(Path(__file__).parent), str(tmp_path), file],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        refusal, count = done.stdout.splitlines()
        assert f"could not be recorded at the {stage} stage: No space left on device" in refusal
        assert count == "0"


def test_folders_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "x"):
        with pytest.raises(OSError, match="failed to create audit directory"):
            PactRecorder.file_backed(engine(), str(path))
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "evidence.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="failed to open audit file"):
        PactRecorder.file_backed(engine(), str(tmp_path / "links"))
    assert not (tmp_path / "elsewhere").exists()
    with pytest.raises(OSError):
        PactRecorder.file_backed(engine(), "a\0b")


def test_recorders_in_memory():
    recorder = PactRecorder.in_memory(engine())
    agent = recorded_agent(recorder, "delegated")
    agent.check_tool("read")
    assert [json.loads(line)["tier"] for line in recorder.audit_lines()] == ["zone4_delegated"]
    assert len(recorder.evidence_lines()) == recorder.evidence_count() == 1
    assert repr(recorder) == "PactRecorder()"
    with pytest.raises(TypeError):
        PactRecorder()
    for _ in range(10001):
        agent.check_tool("nope")
    assert len(recorder.audit_lines()) <= 10000 and recorder.evidence_count() == 10002


# ---- tiers ------------------------------------------------------------------------------------------------

def dispatch(dispatcher, zone="flagged", envelope="env-1", **changes):
    arguments = {"event_id": "e", "timestamp": "2026-01-01T00:00:00+00:00", "role_address": CTO,
                 "posture": "supervised", "action": "act", "zone": zone, "reason": "r",
                 "envelope_id": envelope, **changes}
    return dispatcher.dispatch_verdict_zone(**arguments)


def test_the_tier_of_a_zone():
    d = kailash.PactTieredAuditDispatcher.in_memory()
    assert [dispatch(d, zone) for zone in ("auto_approved", "flagged", "held", "blocked", "Held", "BLOCKED")] == [
        "tier1_ephemeral", "tier2_session_buffered"] + ["tier3_synchronous_durable"] * 4
    assert d.verify_envelope_chain("env-1") == 6
    assert d.verify_envelope_chain("") is None and d.verify_envelope_chain("other") is None
    assert (d.session_buffer_size(), d.session_events()[0]["event_id"]) == (1, "e")
    assert (d.flush_session(), d.flush_session(), d.session_buffer_size(), d.evicted_count()) == (1, 0, 0, 0)
    dispatch(d, "held", "env-2", tenant_id="t")
    assert d.verify_envelope_chain("env-2") == 1 and d.verify_envelope_chain("env-1") == 6


@pytest.mark.parametrize("changes", [{"zone": "x"}, {"posture": "x"}, {"timestamp": "yesterday"},
                                     {"timestamp": "2026-01-01T00:00:00"}, {"role_address": "zz"},
                                     {"event_id": ""}])
def test_events_that_are_refused(changes):
    d = kailash.PactTieredAuditDispatcher.in_memory()
    with pytest.raises(ValueError):
        dispatch(d, **changes)
    assert (d.session_buffer_size(), d.verify_envelope_chain("env-1")) == (0, None)


def test_a_full_buffer_drops_its_oldest_tenth():
    d = kailash.PactTieredAuditDispatcher.in_memory()
    for number in range(10001):
        dispatch(d, event_id=f"e{number}")
    assert (d.session_buffer_size(), d.evicted_count()) == (9001, 1000)
    assert d.session_events()[0]["event_id"] == "e1000"
    assert repr(d) == "PactTieredAuditDispatcher(buffer_size=9001, evicted=1000)"


# ---- engines in files -----------------------------------------------------------------------------------------

@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "acme 100%?#.db")


def state_of(made):
    return (made.get_role_envelope(CTO).to_json(), made.get_ksps(),
            [c.max_clearance.name for c in made.list_clearances()], [b.id for b in made.list_bridges()],
            made.list_held_actions(), made.enforcement_mode, made.never_delegated_actions(),
            made.spent_cents(CTO), made.get_vacancy_designation(DEV).acting_occupant,
            made.compute_envelope(CTO).version_hash)


def fill(made):
    made.set_role_envelope(role_envelope(made, CTO, operational={"require_approval_for": ["deploy"]}))
    made.set_role_envelope(role_envelope(made, CTO, operational={"require_approval_for": ["deploy", "ship"]}))
    made.set_task_envelope(task_envelope(made, "t1", CTO, operational={"allowed_operations": ["read"]}))
    made.grant_clearance("cto", "secret", ["x"])
    made.create_bridge(json.dumps({
        "id": "b1", "role_a_address": CTO, "role_b_address": COO, "bridge_type": "Standing",
        "max_classification": "confidential", "bilateral": True, "active": True, "expires_at": None,
        "created_by": CTO}))
    made.create_ksp(json.dumps({
        "id": "k1", "source_unit_address": CTO, "target_unit_address": COO, "max_classification": "secret",
        "is_active": True, "expires_at": "2200-01-01T00:00:00Z", "created_by": CTO}))
    made.add_never_delegated(["launch"])
    made.set_vacancy_designation(DEV, "cto", "board")
    made.record_spend("cto", 123)
    for _ in range(3):
        verify(made, "deploy", context={"cost": 5.0})
    made.approve_held_action(1, "boss")
    made.reject_held_action(2, "boss", "no")
    assert verify(made, "write", task_id="t1").zone == "held"


def test_an_engine_is_found_as_it_was_left(path):
    document = org(dev={"is_vacant": True})
    made = PactGovernanceEngine.open(path, document)
    assert made.audit_anchor_count() == 0 and made.verify_audit_chain().is_not_determined
    fill(made)
    state, count, last = state_of(made), made.audit_anchor_count(), made.last_audit_anchor_hash()
    check_chain(anchors_of(made))
    del made
    again = PactGovernanceEngine.open(path)
    assert state_of(again) == state
    assert (again.audit_anchor_count(), again.last_audit_anchor_hash()) == (count, last)
    assert again.verify_audit_chain().verified_count == count
    assert again.retry_held_action(1).allowed
    assert verify(again, "write", task_id="t1").details["held_action_id"] == "5"
    assert check_chain(anchors_of(again)) == again.last_audit_anchor_hash()
    assert again.envelope_snapshot(CTO).anchor_count() > 5
    del again
    third = PactGovernanceEngine.open(path, document)
    with pytest.raises(RuntimeError, match="consumed"):
        third.retry_held_action(1)
    with pytest.raises(ValueError, match="another organisation"):
        PactGovernanceEngine.open(path, org(cto={"name": "Chief"}))


def test_the_file_can_be_checked_without_us(path):
    made = PactGovernanceEngine.open(path, org(dev={"is_vacant": True}))
    fill(made)
    count = made.audit_anchor_count()
    script = textwrap.dedent("""
        import hashlib, sqlite3, sys
        before, count = "0" * 64, 0
        for (seq, hash, prev, anchor_id, sequence, agent, action, level, envelope, result, at,
             metadata) in sqlite3.connect(sys.argv[1]).execute("SELECT * FROM anchors ORDER BY seq"):
            text = ":".join([anchor_id, sequence, prev, agent, action, level, envelope, result, at])
            if metadata is not None:
                text += ":" + metadata
            assert seq == count and prev == before, seq
            assert hashlib.sha256(text.encode()).hexdigest() == hash, seq
            before, count = hash, count + 1
        print(count)
    """)
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == (str(count), "")


@pytest.mark.parametrize("change, message", [
    ("UPDATE anchors SET action = 'other' WHERE seq = 3", "Anchor 3: hash mismatch"),
    ("UPDATE anchors SET hash = upper(hash) WHERE seq = 4", "Anchor 4: hash mismatch"),
    ("DELETE FROM anchors WHERE seq = 2", "Anchor 2: missing"),
    ("DELETE FROM anchors WHERE seq = 0", "Anchor 0: missing"),
    ("UPDATE anchors SET metadata = NULL WHERE seq = 1", "Anchor 1: hash mismatch"),
    ("UPDATE anchors SET sequence = 'x' WHERE seq = 1", "Anchor 1: hash mismatch"),
    ("UPDATE anchors SET hash = '' WHERE seq = 5", "Anchor 5: hash mismatch")])
def test_a_chain_that_was_changed_is_refused(path, change, message):
    made = PactGovernanceEngine.open(path, org(dev={"is_vacant": True}))
    fill(made)
    del made
    with sqlite3.connect(path) as database:
        database.execute(change)
    database.close()
    with pytest.raises(RuntimeError, match=message):
        PactGovernanceEngine.open(path)
    made = PactGovernanceEngine.open(path, verify=False)
    result = made.verify_audit_chain()
    assert (result.status, result.first_break_reason) == ("failed", message)
    assert verify(made).allowed and not made.verify_audit_chain()


def test_an_end_that_was_cut_off_is_missed_while_open(path):
    made = PactGovernanceEngine.open(path, org())
    made.set_role_envelope(role_envelope(made, CTO))
    verify(made)
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM anchors WHERE seq = 1")
    database.close()
    assert made.verify_audit_chain().first_break_reason == "Anchor 1: missing"


def test_files_that_cannot_be_opened(tmp_path, path):
    with pytest.raises(ValueError, match="it has no organisation yet"):
        PactGovernanceEngine.open(path)
    with pytest.raises(ValueError):
        PactGovernanceEngine.open(path, "{}")
    assert PactGovernanceEngine.open(path, org()).audit_anchor_count() == 0  # the failed ones left nothing
    for name in ("", ":memory:", "a\0b"):
        with pytest.raises(ValueError, match="no name of a file"):
            PactGovernanceEngine.open(name, org())
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE t (x)")
    database.close()
    with pytest.raises(ValueError, match="none of a governance engine"):
        PactGovernanceEngine.open(str(other), org())
    (tmp_path / "text.db").write_text("hello " * 1000)
    with pytest.raises(RuntimeError):
        PactGovernanceEngine.open(str(tmp_path / "text.db"), org())
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version=9")
    database.close()
    with pytest.raises(ValueError, match="its format is 9, later than 1"):
        PactGovernanceEngine.open(path)
    with pytest.raises(RuntimeError):
        PactGovernanceEngine.open(str(tmp_path / "absent.db"), read_only=True)
    assert not (tmp_path / "absent.db").exists()


@pytest.mark.parametrize("table, row", [
    ("role_envelopes", "{}"), ("role_envelopes", "not json"), ("held_actions", "{}"), ("clearances", "[]"),
    ("spending", '{"days": [[1, -5]]}'), ("org", "{}")])
def test_rows_that_were_spoiled_are_refused(path, table, row):
    made = PactGovernanceEngine.open(path, org(dev={"is_vacant": True}))
    fill(made)
    del made
    with sqlite3.connect(path) as database:
        assert database.execute(f"UPDATE {table} SET row = ?", [row]).rowcount
    database.close()
    with pytest.raises((ValueError, RuntimeError)):
        PactGovernanceEngine.open(path)


def test_two_engines_on_one_file_do_not_mix(path):
    one = PactGovernanceEngine.open(path, org())
    one.set_role_envelope(role_envelope(one, CTO))
    two = PactGovernanceEngine.open(path)
    assert verify(two).allowed
    with pytest.raises(RuntimeError, match="could not be recorded.*another engine has written"):
        verify(one)
    with pytest.raises(RuntimeError, match="another engine has written"):
        one.grant_clearance("cto", "secret")
    assert one.list_clearances() == [] and two.verify_audit_chain()
    assert verify(PactGovernanceEngine.open(path)).allowed


def test_reading_leaves_the_file_as_it_is(path):
    made = PactGovernanceEngine.open(path, org())
    made.set_role_envelope(role_envelope(made, CTO))
    reader = PactGovernanceEngine.open(path, read_only=True)
    assert verify(reader, "envelope_modify").zone == "held"
    reader.grant_clearance("cto", "secret")
    assert verify(made).allowed  # nobody else has written
    assert made.list_held_actions() == [] and made.audit_anchor_count() == 2
    assert reader.verify_audit_chain()


KILLED = textwrap.dedent("""
    import sys
    sys.path.insert(0, sys.argv[1])
    import kailash
    from pact_orgs import CTO, org, role_envelope
    made = kailash.PactGovernanceEngine.open(sys.argv[2], org())
    made.set_role_envelope(role_envelope(made, CTO, operational={"require_approval_for": ["deploy"]}))
    print("ready", flush=True)
    number = len(made.list_held_actions())
    while True:
        number += 1
        assert made.verify_action(CTO, "deploy").details["held_action_id"] == str(number)
        made.approve_held_action(number, "boss")
        made.record_spend("cto", 1)
        assert made.retry_held_action(number).allowed
        print(number, flush=True)
""")


def test_a_process_that_is_killed_loses_nothing_it_was_told(path):
    told = 0  # rounds that a process has reported
    for rounds in (1, 7, 3):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(Path(__file__).parent), path],
                                   stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        for _ in range(rounds):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        told += rounds + len(process.stdout.read().splitlines())
        process.wait()
        made = PactGovernanceEngine.open(path)
        assert made.verify_audit_chain()
        states = [a.state.name for a in made.list_held_actions()]
        assert states.count("consumed") >= told and set(states[:-1]) <= {"consumed", "pending", "approved"}
        assert told <= made.spent_cents(CTO) <= len(states)
        verify(made)
        check_chain(anchors_of(made))
        del made


def test_many_threads_on_one_file(path):
    made = PactGovernanceEngine.open(path, org())
    made.set_role_envelope(role_envelope(made, CTO))
    failed = []

    def work(number):
        try:
            for i in range(50):
                assert verify(made, role=JUNIOR).allowed
                if i % 10 == 0:
                    made.grant_clearance("cto", "secret", [f"c{number}"])
                    verify(made, "envelope_modify")
                    made.verify_audit_chain()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert made.verify_audit_chain().verified_count == 1 + 8 * (50 + 5 + 5)
    assert [a.action_id for a in made.list_held_actions()] == list(range(1, 41))
