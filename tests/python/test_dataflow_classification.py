"""Who may see what: clearances of callers, and masking without a database."""

import asyncio
import concurrent.futures
import contextvars
import copy
import hashlib
import hmac
import itertools
import os
import pickle
import subprocess
import sys
import threading
import warnings

import pytest

import kailash
from kailash import dataflow
from kailash.dataflow import (
    ClassificationMigrationWindow,
    ClearanceVerdict,
    ComplianceTag,
    DataClassification,
    DataClassificationPolicy,
    MaskingStrategy,
    RequiredFieldUnavailableError,
    RequiredFieldUnavailableReason,
    apply_classification_to_record,
    current_caller_clearance,
    current_caller_clearance_opt,
    current_clearance_verdict,
    mask_value,
    reset_caller_clearance,
    set_caller_clearance,
    with_caller_clearance,
)

LEVELS = [DataClassification.public(), DataClassification.internal(), DataClassification.sensitive(),
          DataClassification.pii(), DataClassification.gdpr(),
          DataClassification.highly_confidential()]
PUBLIC, INTERNAL, SENSITIVE, PII, GDPR, HIGHEST = LEVELS


@pytest.fixture(autouse=True)
def nobody():
    reset_caller_clearance()
    yield
    reset_caller_clearance()


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


# ---- the words -----------------------------------------------------------------------------------


def test_classifications_have_levels():
    assert [level.sensitivity_level for level in LEVELS] == [0, 1, 2, 3, 4, 5]
    assert [str(level) for level in LEVELS] == [
        "Public", "Internal", "Sensitive", "PII", "GDPR", "HighlyConfidential"]
    assert repr(PII) == "DataClassification.PII"
    assert PII == DataClassification.pii() and PII != GDPR and PII != 3 and PII is not None
    assert len({*LEVELS, *LEVELS}) == 6
    assert sorted(reversed(LEVELS)) == LEVELS and PII < GDPR <= GDPR and not GDPR < PII
    assert pickle.loads(pickle.dumps(LEVELS)) == LEVELS
    with pytest.raises(TypeError):
        DataClassification()


def test_strategies_have_their_words():
    strategies = [MaskingStrategy.none_(), MaskingStrategy.hash(), MaskingStrategy.redact(),
                  MaskingStrategy.last_four(), MaskingStrategy.encrypt()]
    assert [str(s) for s in strategies] == ["None", "Hash", "Redact", "LastFour", "Encrypt"]
    assert [repr(s) for s in strategies] == [
        f"MaskingStrategy.{name}" for name in ("none_", "hash", "redact", "last_four", "encrypt")]
    assert strategies[1] == MaskingStrategy.hash() and hash(strategies[1]) == hash(MaskingStrategy.hash())


def test_tags_are_upper_case():
    tags = [ComplianceTag.gdpr(), ComplianceTag.ccpa(), ComplianceTag.hipaa(), ComplianceTag.soc2()]
    assert [str(tag) for tag in tags] == ["GDPR", "CCPA", "HIPAA", "SOC2"]
    assert repr(tags[3]) == "ComplianceTag.SOC2"


def test_a_policy_has_a_threshold():
    policy = DataClassificationPolicy(SENSITIVE)
    assert policy.mask_threshold is SENSITIVE and policy.audit_access is False
    assert [policy.sensitivity_requires_masking(level) for level in LEVELS] == [
        False, False, True, True, True, True]
    assert DataClassificationPolicy(SENSITIVE, audit_access=True).audit_access is True
    for wrong in (3, "PII", None):
        with pytest.raises(TypeError, match="mask_threshold: expected DataClassification"):
            DataClassificationPolicy(wrong)


def test_verdicts():
    absent, unverified = ClearanceVerdict.absent(), ClearanceVerdict.unverified()
    assert (absent.state, absent.rank, absent.resolved_rank(), absent.is_determined()) == (
        "absent", None, 0, False)
    assert (unverified.state, unverified.rank, unverified.resolved_rank()) == ("unverified", None, 0)
    zero, three = ClearanceVerdict.verified(0), ClearanceVerdict.verified(3)
    assert (zero.state, zero.rank, zero.resolved_rank(), zero.is_determined()) == (
        "verified", 0, 0, True)
    assert three == ClearanceVerdict.verified(3) != zero and hash(three) != hash(zero)
    assert [repr(v) for v in (absent, unverified, three)] == [
        "ClearanceVerdict.absent()", "ClearanceVerdict.unverified()", "ClearanceVerdict.verified(3)"]
    with pytest.raises(OverflowError):
        ClearanceVerdict.verified(-1)
    with pytest.raises(ValueError, match="rank: .*from 0 to 5, got 6"):
        ClearanceVerdict.verified(6)
    with pytest.raises(TypeError):
        ClearanceVerdict.verified("3")
    assert copy.copy(three) == copy.deepcopy(three) == three


def test_names_are_where_they_belong():
    assert kailash.RequiredFieldUnavailableError is RequiredFieldUnavailableError
    assert kailash.ClassificationMigrationWindow is ClassificationMigrationWindow
    assert "LeakDetector" not in dir(dataflow) or kailash.LeakDetector is dataflow.LeakDetector
    for name in ("DataClassification", "mask_value", "ClearanceVerdict", "with_caller_clearance"):
        assert not hasattr(kailash, name) and name in dataflow.__all__
    assert "_CallerClearanceGuard" not in dataflow.__all__
    assert isinstance(with_caller_clearance(PII), dataflow._CallerClearanceGuard)


# ---- the clearance of a caller -------------------------------------------------------------------


def test_nobody_is_public():
    assert current_caller_clearance() is PUBLIC
    assert current_caller_clearance_opt() is None
    assert current_clearance_verdict() == ClearanceVerdict.absent()


def test_a_clearance_is_set_and_reset():
    for level in LEVELS:
        set_caller_clearance(level)
        assert current_caller_clearance() is current_caller_clearance_opt() is level
        assert current_clearance_verdict() == ClearanceVerdict.verified(level.sensitivity_level)
    reset_caller_clearance()
    reset_caller_clearance()
    assert current_caller_clearance_opt() is None
    for wrong in (3, "PII", None):
        with pytest.raises(TypeError, match="clearance: expected DataClassification"):
            set_caller_clearance(wrong)
        with pytest.raises(TypeError, match="clearance: expected DataClassification"):
            with_caller_clearance(wrong)


def test_blocks_nest_and_end_by_exceptions_too():
    with with_caller_clearance(PII) as guard:
        assert isinstance(guard, dataflow._CallerClearanceGuard)
        assert current_caller_clearance() is PII
        with with_caller_clearance(INTERNAL):
            assert current_caller_clearance() is INTERNAL
        assert current_caller_clearance() is PII
        with pytest.raises(ZeroDivisionError):
            with with_caller_clearance(HIGHEST):
                1 / 0
        assert current_caller_clearance() is PII
        set_caller_clearance(GDPR)
    assert current_caller_clearance_opt() is None


def test_a_block_has_a_guard_of_its_own():
    guard = with_caller_clearance(PII)
    with guard:
        with pytest.raises(RuntimeError, match="in force already"):
            guard.__enter__()
        assert current_caller_clearance() is PII
    assert current_caller_clearance_opt() is None
    with guard:  # one after the other
        assert current_caller_clearance() is PII
    assert guard.__exit__(None, None, None) is None  # not in force: nothing happens
    assert current_caller_clearance_opt() is None


def test_a_guard_that_is_let_go_ends():
    guard = with_caller_clearance(HIGHEST)
    guard.__enter__()
    assert current_caller_clearance() is HIGHEST
    try:
        del guard
        raise KeyError("kept")
    except KeyError:
        pass
    assert current_caller_clearance_opt() is None


def test_a_guard_ends_where_it_began_only():
    guard = with_caller_clearance(HIGHEST)
    other = contextvars.copy_context()
    other.run(guard.__enter__)
    assert current_caller_clearance_opt() is None
    set_caller_clearance(INTERNAL)
    with pytest.raises(ValueError, match="different Context"):
        guard.__exit__(None, None, None)
    assert current_caller_clearance() is INTERNAL
    assert other.run(current_caller_clearance) is HIGHEST


def test_a_thread_starts_with_none():
    with with_caller_clearance(HIGHEST):
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            assert pool.submit(current_caller_clearance_opt).result() is None
            pool.submit(set_caller_clearance, PII).result()
            assert pool.submit(current_caller_clearance).result() is PII  # its own
        assert current_caller_clearance() is HIGHEST


def test_threads_do_not_see_each_other():
    barrier, wrong = threading.Barrier(6), []

    def work(level):
        barrier.wait()
        for _ in range(300):
            with with_caller_clearance(level):
                seen = current_caller_clearance()
                masked = mask_value("secret", GDPR)
                if seen is not level or (masked == "secret") != (level >= GDPR):
                    wrong.append((level, seen))
            if current_caller_clearance_opt() is not None:
                wrong.append("left behind")

    threads = [threading.Thread(target=work, args=(level,)) for level in LEVELS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_tasks_on_one_loop_do_not_see_each_other():
    async def work(level):
        for _ in range(20):
            with with_caller_clearance(level):
                await asyncio.sleep(0)
                assert current_caller_clearance() is level
                assert (mask_value("secret", PII) == "secret") == (level >= PII)
                with with_caller_clearance(HIGHEST):
                    await asyncio.sleep(0)
                    assert current_caller_clearance() is HIGHEST
            await asyncio.sleep(0)
            assert current_caller_clearance_opt() is None

    async def everybody():
        await asyncio.gather(*(work(level) for level in LEVELS * 5))
        assert current_caller_clearance_opt() is None

    asyncio.run(everybody())


def test_tasks_and_to_thread_inherit():
    async def child():
        before = current_caller_clearance()
        set_caller_clearance(HIGHEST)  # its own context
        return before

    async def main():
        set_caller_clearance(PII)
        assert await asyncio.create_task(child()) is PII
        assert current_caller_clearance() is PII
        assert await asyncio.to_thread(current_caller_clearance) is PII

    asyncio.run(main())
    assert current_caller_clearance_opt() is None


def test_the_library_sees_it_without_the_interpreter_lock(types):
    tools = types.Tools
    assert tools.clearance() is tools.clearance_without_lock() is None
    with with_caller_clearance(GDPR):
        assert tools.clearance() == tools.clearance_without_lock() == 4
        with with_caller_clearance(INTERNAL):
            assert tools.clearance_without_lock() == 1
    assert tools.clearance_without_lock() is None


def test_what_a_callback_leaves_is_seen(types):
    after = types.Tools.clearance_after

    def elevate():
        assert current_caller_clearance_opt() in (None, INTERNAL)
        set_caller_clearance(PII)

    def elsewhere():
        contextvars.copy_context().run(set_caller_clearance, HIGHEST)

    def blocking_inside():
        with with_caller_clearance(HIGHEST):
            return types.Tools.clearance_without_lock()

    assert after(elsewhere) == [None, None]
    with with_caller_clearance(INTERNAL):
        assert after(elsewhere) == [None, 1]
        assert after(blocking_inside) == [5, 1]
        assert after(elevate) == [None, 3]
        assert current_caller_clearance() is PII  # it ran in this context
    assert current_caller_clearance_opt() is None


def test_runs_carry_it_to_other_threads(engine):
    seen = []

    def look(inputs):
        seen.append((threading.get_ident(), current_caller_clearance_opt()))
        return {}

    async def alook(inputs):
        await asyncio.sleep(0)
        seen.append((threading.get_ident(), current_caller_clearance_opt()))
        return {}

    e = engine({"Look": look, "AsyncLook": alook}, max_concurrent_nodes=4)
    workflow = e.build({**{f"n{i}": "Look" for i in range(6)}, "a": "AsyncLook"})
    with with_caller_clearance(GDPR):
        e.runtime.execute(workflow)
        handle = e.runtime.execute_async(workflow)
    handle.result()
    assert {level for _, level in seen} == {GDPR} and len(seen) == 14
    assert current_caller_clearance_opt() is None
    seen.clear()
    e.runtime.execute(workflow)
    assert {level for _, level in seen} == {None}


def test_an_awaited_run_carries_it(engine):
    def look(inputs):
        return {"level": str(current_caller_clearance_opt())}

    e = engine({"Look": look}, max_concurrent_nodes=4)
    workflow = e.build({f"n{i}": "Look" for i in range(4)})

    async def one(level):
        with with_caller_clearance(level):
            answer = await e.runtime.execute_async(workflow)
        return {result["level"] for result in answer["results"].values()}

    async def all_levels():
        return await asyncio.gather(*(one(level) for level in LEVELS))

    assert asyncio.run(all_levels()) == [{str(level)} for level in LEVELS]


# ---- masking -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "clearance"), list(itertools.product(LEVELS, [None, *LEVELS])))
def test_a_value_is_masked_above_the_clearance(level, clearance):
    if clearance is not None:
        set_caller_clearance(clearance)
    rank = 0 if clearance is None else clearance.sensitivity_level
    hidden = level.sensitivity_level > rank
    assert mask_value("x", level) == ("[REDACTED]" if hidden else "x")
    value = [1, {"a": None}]
    assert mask_value(value, level, MaskingStrategy.encrypt()) == ("[ENCRYPTED]" if hidden else value)


@pytest.mark.parametrize(("value", "text"), [
    ("alice@example.com", "alice@example.com"), ("", ""), (12, "12"), (-(2**63), str(-(2**63))),
    (1.5, "1.5"), (100000.0, "100000.0"), (-0.0, "-0.0"), (float("nan"), "NaN"),
    (float("inf"), "Infinity"), (float("-inf"), "-Infinity"), (True, "true"), (False, "false"),
    (None, "null"), ([1, "a"], '[1, "a"]'), ({"b": 1, "a": [None, True]}, '{"a": [null, true], "b": 1}'),
    ([], "[]"), ({}, "{}"), (["é", 'q"'], '["é", "q\\""]'), (b"ab", "YWI="), ("a\0b", "a\0b"),
])
def test_the_text_of_a_value(value, text):
    assert mask_value(value, PII, MaskingStrategy.hash()) == sha256(text)
    if value is not None:
        count = max(len(text) - 4, 0)
        assert mask_value(value, PII, MaskingStrategy.last_four()) == "*" * count + text[count:]
    assert mask_value(value, PII) == "[REDACTED]"
    assert mask_value(value, PII, MaskingStrategy.encrypt()) == "[ENCRYPTED]"


def test_special_cases_of_strategies():
    assert mask_value(None, PII, MaskingStrategy.last_four()) is None
    assert mask_value("x", PII, MaskingStrategy.none_()) == "x"
    assert mask_value("x", PII, None) == "[REDACTED]"
    assert mask_value("ääéé€€", PII, MaskingStrategy.last_four()) == "**éé€€"
    assert mask_value("abcd", PII, MaskingStrategy.last_four()) == "abcd"


def test_strategies_apply_to_texts():
    assert MaskingStrategy.hash().apply("abc") == sha256("abc")
    for salt in ("salt", "", "k" * 200, "ä"):
        expected = hmac.new(salt.encode(), b"abc", "sha256").hexdigest()
        assert MaskingStrategy.hash().apply("abc", salt) == expected
        assert MaskingStrategy.hash().apply("abc", salt=salt) == expected
    assert MaskingStrategy.none_().apply("abc") == "abc"
    assert MaskingStrategy.redact().apply("abc", "s") == "[REDACTED]"
    assert MaskingStrategy.encrypt().apply("") == "[ENCRYPTED]"
    assert MaskingStrategy.last_four().apply("abcdef") == "**cdef"
    assert MaskingStrategy.last_four().apply("") == ""
    for wrong in (5, None, b"abc"):
        with pytest.raises(TypeError, match="value: expected string"):
            MaskingStrategy.hash().apply(wrong)
    with pytest.raises(TypeError, match="salt: expected string"):
        MaskingStrategy.hash().apply("abc", 5)


def test_what_is_no_classification_is_refused():
    for wrong in (3, "PII", None):
        with pytest.raises(TypeError, match="classification: expected DataClassification"):
            mask_value("x", wrong)
    with pytest.raises(TypeError, match="strategy: expected MaskingStrategy"):
        mask_value("x", PII, "redact")
    with pytest.raises(TypeError, match="cannot convert Python type 'object' to Kailash Value"):
        mask_value(object(), PII)


def test_records():
    record = {"a": 1, "b": "x", "c": None, "d": "1234567"}
    rules = {"a": (PII, None), "b": (PUBLIC, MaskingStrategy.hash()), "z": (PII, None),
             "d": (INTERNAL, MaskingStrategy.last_four())}
    assert apply_classification_to_record(record, rules) == {
        "a": "[REDACTED]", "b": "x", "c": None, "d": "***4567"}
    assert record == {"a": 1, "b": "x", "c": None, "d": "1234567"}
    assert list(apply_classification_to_record(record, rules)) == ["a", "b", "c", "d"]
    with with_caller_clearance(HIGHEST):
        assert apply_classification_to_record(record, rules) == record
    assert apply_classification_to_record({}, rules) == {}


@pytest.mark.parametrize(("rules", "message"), [
    ({"a": PII}, "field_classifications['a']: expected tuple, got DataClassification"),
    ({"a": [PII, None]}, "field_classifications['a']: expected tuple, got list"),
    ({"zz": 5}, "field_classifications['zz']: expected tuple, got int"),
    ({"a": (PII, None, 1)}, "field_classifications['a'] must be a 2-tuple of (DataClassification, "
                            "MaskingStrategy); got a 3-tuple"),
    ({"a": ()}, "got a 0-tuple"),
    ({"a": (3, None)}, "expected DataClassification first, got integer"),
    ({"a": (PII, "redact")}, "expected MaskingStrategy or None second, got string"),
    ({"zz": (MaskingStrategy.hash(), PII)}, "field_classifications['zz']"),
    ({1: (PII, None)}, "dict keys must be strings, got int"),
    ([], "field_classifications: expected object of tuple, got list"),
])
def test_wrong_rules_are_refused(rules, message):
    with pytest.raises(TypeError) as caught:
        apply_classification_to_record({"a": 1}, rules)
    assert message in str(caught.value)


def test_strict_mode_hides_short_texts():
    program = ("from kailash.dataflow import *\n"
               "print(mask_value('1234', DataClassification.pii(), MaskingStrategy.last_four()),"
               " mask_value('123456', DataClassification.pii(), MaskingStrategy.last_four()))")
    for setting, shown in (("redact", "**** **3456"), ("disclose", "1234 **3456")):
        answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                                env={**os.environ, "KAILASH_DATAFLOW_UNDECLARED": setting})
        assert answer.stdout.strip() == shown, answer.stderr


# ---- required fields, the migration window -------------------------------------------------------


def test_reasons_are_numbers():
    names = ["UnknownField", "MissingValue", "NullValue", "ClearanceAbsent", "ClearanceUnverified",
             "InsufficientClearance"]
    reasons = [getattr(RequiredFieldUnavailableReason, name) for name in names]
    assert [int(reason) for reason in reasons] == reasons == [0, 1, 2, 3, 4, 5]
    assert repr(reasons[2]) == "RequiredFieldUnavailableReason.NullValue"


def test_the_error_has_its_attributes():
    error = RequiredFieldUnavailableError("text")
    assert isinstance(error, RuntimeError) and str(error) == "text"
    assert (error.model, error.required_index, error.field_fingerprint, error.reason) == (None,) * 4


def test_a_window_discloses_and_warns():
    closed = ClassificationMigrationWindow.closed()
    assert closed.is_closed() and closed.models() == [] and not closed.covers("User")
    with pytest.warns(DeprecationWarning, match="undeclared fields") as caught:
        window = closed.disclose_undeclared_fields_until_4_49_0("User")
    assert caught[0].filename == __file__
    assert closed.is_closed() and not window.is_closed()
    assert window.covers("User") and not window.covers("user") and not window.covers("")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        twice = window.disclose_undeclared_fields_until_4_49_0("Account")
        assert twice.models() == ["Account", "User"] and window.models() == ["User"]
        again = twice.disclose_undeclared_fields_until_4_49_0("User")
        assert again.models() == ["Account", "User"]
        for wrong in ("", "a\0b"):
            with pytest.raises(ValueError, match="model must be nonempty and contain no NUL"):
                closed.disclose_undeclared_fields_until_4_49_0(wrong)
        with pytest.raises(TypeError):
            closed.disclose_undeclared_fields_until_4_49_0(3)
    with pytest.raises(TypeError):
        closed.covers(3)


# ---- records of models ---------------------------------------------------------------------------


def user_model(key=None):
    types = kailash.FieldType
    model = kailash.ModelDefinition("User", "users")
    model.field("id", types.text(), primary_key=True, classification=key)
    model.field("name", types.text())
    model.field("age", types.integer(), nullable=True)
    model.field("email", types.text(), classification=PII, masking=MaskingStrategy.last_four())
    model.field("ssn", types.text(), classification=GDPR, masking=MaskingStrategy.none_())
    model.field("city", types.text(), classification=PUBLIC)
    model.auto_timestamps()
    model.soft_delete()
    return model


ROW = {"id": "u1", "name": "Ann", "age": 5, "email": "ann@example.com", "ssn": "123", "city": "Ulm",
       "zz": [1], "created_at": "c", "deleted_at": None}


def test_rows_are_masked_as_reading_does():
    model, masked = user_model(), {"email": "***********.com", "ssn": "[REDACTED]"}
    assert dataflow.apply_read_classification(model, ROW) == {**ROW, **masked}
    assert list(dataflow.apply_read_classification(model, ROW)) == list(ROW)
    assert ROW["email"] == "ann@example.com"
    with with_caller_clearance(PII):
        assert dataflow.apply_read_classification(model, ROW) == {**ROW, "ssn": "[REDACTED]"}
    with with_caller_clearance(GDPR):
        assert dataflow.apply_read_classification(model, ROW) == ROW
    assert dataflow.apply_read_classification(model, {}) == {}
    assert dataflow.apply_read_classification(kailash.ModelDefinition("E", "e"), ROW) == ROW
    with pytest.raises(TypeError, match="model: expected ModelDefinition"):
        dataflow.apply_read_classification(5, ROW)
    with pytest.raises(TypeError, match="record: expected object"):
        dataflow.apply_read_classification(model, [])


def test_undeclared_fields_are_redacted_in_strict_mode(monkeypatch):
    monkeypatch.setenv("KAILASH_DATAFLOW_UNDECLARED", "redact")
    hidden = {"name": "[REDACTED]", "age": "[REDACTED]", "ssn": "[REDACTED]"}
    model = user_model()
    assert dataflow.apply_read_classification(model, ROW) == {
        **ROW, **hidden, "email": "***********.com"}
    with with_caller_clearance(GDPR):
        assert dataflow.apply_read_classification(model, ROW)["name"] == "[REDACTED]"
    with with_caller_clearance(HIGHEST):
        assert dataflow.apply_read_classification(model, ROW) == ROW


@pytest.mark.parametrize(("key", "record_id", "name"), [
    (None, None, "<missing>"), (None, 5, "5"), (None, "abc", "abc"), (None, "", ""), (None, 1.5, "1.5"),
    (None, True, "true"), (None, [1, "a"], '[1, "a"]'), (PUBLIC, "abc", "abc"),
    (INTERNAL, "abc", "sha256:ba7816bf"), (PII, "", "sha256:e3b0c442"), (PII, 5, "5"),
    (PII, None, "<missing>"), (PII, 1.5, "sha256:" + sha256("1.5")[:8]),
])
def test_names_of_records(key, record_id, name):
    model = user_model(key)
    assert dataflow.format_record_id_for_event(model, record_id) == name
    with with_caller_clearance(HIGHEST):  # events are read by others
        assert dataflow.format_record_id_for_event(model, record_id) == name
    if record_id is None:
        assert dataflow.format_record_id_for_event(model) == name
    assert dataflow.format_record_id_for_event(kailash.ModelDefinition("E", "e"), "x") == "x"
