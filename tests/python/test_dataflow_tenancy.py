"""Tenants, row classification, masked fields: what a caller may not see or touch, on every engine."""

import asyncio
import hashlib
import threading

import pytest

from dataflow_models import TEXT, WHOLE, fingerprint, model, person, refusal

import kailash
from kailash import AggregateOp, AggregateSpec, DataFlowConfig, WriteScope
from kailash.dataflow import (ClassificationMigrationWindow, DataClassification, F, MaskingStrategy,
                              RequiredFieldUnavailableError, RequiredFieldUnavailableReason, with_caller_clearance)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
WITHOUT_RETURNING = True
COUNT = AggregateSpec(AggregateOp.count(), "*")
PUBLIC, INTERNAL, SENSITIVE = (DataClassification.public(), DataClassification.internal(),
                               DataClassification.sensitive())
PII, GDPR, HIGHEST = (DataClassification.pii(), DataClassification.gdpr(), DataClassification.highly_confidential())


def doc(name="Doc", table="docs"):
    return model(name, table, ("tenant_id", TEXT, {"required": True, "index": True}), ("text", TEXT, {"required": True}),
                 ("rank", WHOLE, {"nullable": True})).multi_tenant().soft_delete()


def scope(tenant, level=None):
    return WriteScope(tenant, level)


@pytest.fixture
def express(database):
    express = database.dataflow(doc()).express
    express.bulk_create_scoped("Doc", [{"text": "a1", "rank": 1}, {"text": "a2", "rank": 2}], scope("a"))
    express.bulk_create_scoped("Doc", [{"text": "b1", "rank": 1}], scope("b"))
    return express


# ---- no tenant, no rows ---------------------------------------------------------------------------------------------

UNSCOPED = [
    ("create", ({"text": "x"},)), ("read", (1,)), ("list", ()), ("count", ()), ("update", (1, {"text": "x"})),
    ("delete", (1,)), ("upsert", ({"id": 1, "text": "x"},)), ("restore", (1,)), ("bulk_create", ([{"text": "x"}],)),
    ("bulk_update", ([], {"text": "x"})), ("bulk_delete", ([F("id") == 1],)), ("bulk_upsert", ([{"id": 1, "text": "x"}],)),
    ("count_by", ("rank",)), ("sum_by", ("rank", "text")), ("aggregate", ([COUNT], [])),
    ("read_required_fields", (1, ["text"])),
]


def test_a_call_without_a_tenant_is_refused_before_sql(express):
    for word, arguments in UNSCOPED:
        message = refusal(kailash.TenantRequiredError, getattr(express, word), "Doc", *arguments)
        assert message.startswith(f"{word} failed: tenant required: model Doc is multi-tenant"), message
        assert refusal.last.model == "Doc" and not isinstance(refusal.last, RuntimeError)
    for blank in ("", " ", "\t\n "):
        refusal(kailash.TenantRequiredError, express.list_with_tenant, "Doc", blank)
        refusal(kailash.TenantRequiredError, express.create_scoped, "Doc", {"text": "x"}, False, scope(blank))
        refusal(kailash.TenantRequiredError, express.read_required_fields, "Doc", 1, ["text"], tenant_id=blank)
    assert express.count_with_tenant("Doc", "a", include_deleted=True) == 2


def test_each_tenant_sees_its_own_rows(express):
    assert [row["text"] for row in express.list_with_tenant("Doc", "a", order_by="id")] == ["a1", "a2"]
    assert [row["text"] for row in express.list_with_tenant("Doc", "b")] == ["b1"]
    assert express.list_with_tenant("Doc", "nobody") == []
    assert (express.count_with_tenant("Doc", "a"), express.count_with_tenant("Doc", "b")) == (2, 1)
    assert express.read_with_tenant("Doc", 3, "a") is None and express.read_with_tenant("Doc", 3, "b")["text"] == "b1"
    assert express.count_by_with_tenant("Doc", "rank", "a") == [{"rank": 1, "count": 1}, {"rank": 2, "count": 1}]
    assert express.sum_by_with_tenant("Doc", "rank", "text", "b") == [{"text": "b1", "sum": 1}]
    assert express.aggregate_with_tenant("Doc", [COUNT], [], "a", [F("rank") > 1]) == [{"count_star": 1}]


def test_no_call_reaches_the_row_of_another_tenant(express):
    before = express.read_with_tenant("Doc", 3, "b")
    assert "not found" in refusal(RuntimeError, express.update_scoped, "Doc", 3, {"text": "x"}, scope("a"))
    assert express.delete_with_tenant("Doc", 3, "a") is False and express.restore_with_tenant("Doc", 3, "a") is False
    assert "may not change" in refusal(RuntimeError, express.upsert_scoped, "Doc", {"id": 3, "text": "x"}, scope("a"))
    refusal(RuntimeError, express.bulk_upsert_scoped, "Doc", [{"id": 90, "text": "n"}, {"id": 3, "text": "x"}],
            scope=scope("a"))
    assert express.read_with_tenant("Doc", 90, "a") is None  # the whole batch was rolled back
    assert express.bulk_update_with_tenant("Doc", "a", None, {"rank": 9})["attempted"] == 2
    assert express.bulk_delete_with_tenant("Doc", "a", [F("id") > 0])["attempted"] == 2
    assert express.read_with_tenant("Doc", 3, "b") == before
    assert express.count_with_tenant("Doc", "a", None, True) == 2


def test_the_tenant_of_a_row_is_that_of_the_call(express):
    row = express.create_scoped("Doc", {"text": "x", "tenant_id": "b"}, False, scope("a"))
    assert row["tenant_id"] == "a"
    assert express.update_scoped("Doc", row["id"], {"text": "y", "tenant_id": "b"}, scope("a"))["tenant_id"] == "a"
    assert "no fields provided to update" in \
        refusal(RuntimeError, express.update_scoped, "Doc", row["id"], {"tenant_id": "b"}, scope("a"))
    assert express.upsert_scoped("Doc", {"id": row["id"], "text": "z", "tenant_id": "b"}, scope("a"))["tenant_id"] == "a"
    refusal(RuntimeError, express.bulk_update_with_tenant, "Doc", "a", None, {"tenant_id": "b"})
    assert express.create_with_tenant("Doc", {"text": "x"}, "c")["tenant_id"] == "c"
    assert express.upsert_with_tenant("Doc", {"text": "x"}, "c")["tenant_id"] == "c"
    assert express.bulk_create_with_tenant("Doc", [{"text": "x"}], "c")[0]["tenant_id"] == "c"


def test_a_filter_on_the_tenant_only_narrows(express):
    assert express.list_with_tenant("Doc", "a", [F("tenant_id") == "b"]) == []
    assert len(express.list_with_tenant("Doc", "a", [F("tenant_id") == "a"])) == 2
    assert len(express.list_with_tenant("Doc", "a", [(F("tenant_id") == "b") | (F("rank") == 1)])) == 1
    text = "at least one condition that the tenant scope does not overwrite"
    for condition in (F("tenant_id") == "a", F("tenant_id").is_not_null(), ~(F("tenant_id") == "b")):
        assert text in refusal(RuntimeError, express.bulk_delete_with_tenant, "Doc", "a", [condition])
    assert express.count_with_tenant("Doc", "a") == 2


def test_tenants_with_names_that_look_like_sql(express):
    for tenant in ("' OR '1'='1", "a' --", "%", "A", "ä"):
        assert express.list_with_tenant("Doc", tenant) == []
        row = express.create_scoped("Doc", {"text": "x"}, False, scope(tenant))
        assert express.list_with_tenant("Doc", tenant) == [row]
    assert express.count_with_tenant("Doc", "a") == 2


def test_other_models_take_no_notice_of_tenants(database):
    express = database.dataflow(person()).express
    express.create_scoped("Person", {"name": "x"}, False, scope("a"))
    assert len(express.list_with_tenant("Person", "b")) == 1 and express.count("Person") == 1


def test_a_column_of_another_name(database):
    made = model("Item", "items", ("org", TEXT, {"required": True}), ("text", TEXT)).multi_tenant_on("org")
    express = database.dataflow(made).express
    assert express.create_scoped("Item", {"text": "x"}, False, scope("a"))["org"] == "a"
    assert express.list_with_tenant("Item", "b") == []


def test_transactions_are_bound_to_their_tenant(database):
    df = database.dataflow(doc())
    with df.transaction_with_tenant("a") as t:
        assert t.create("Doc", {"text": "x"})["tenant_id"] == "a"
        assert t.count("Doc") == 1 and t.count("Doc", tenant_id="a") == 1
        for call in (lambda: t.list("Doc", tenant_id="b"), lambda: t.create("Doc", {"text": "y"}, tenant_id="b"),
                     lambda: t.update("Doc", 1, {"text": "y"}, tenant_id="b")):
            assert "tenant mismatch" in refusal(kailash.TenantMismatchError, call)
            error = refusal.last
            assert (error.model, error.transaction_tenant, error.requested_tenant) == ("Doc", "a", "b")
        with t.savepoint() as point:
            assert point.tenant_id == "a" and point.create("Doc", {"text": "y"})["tenant_id"] == "a"
        assert "another tenant" in refusal(RuntimeError, t.list, "Doc", [F("tenant_id") == "b"])
        assert len(t.list("Doc", [F("tenant_id") == "a"])) == 2
    with df.transaction() as t:
        for call in (lambda: t.list("Doc"), lambda: t.create("Doc", {"text": "x"}), lambda: t.read_one("Doc", 1),
                     lambda: t.delete("Doc", 1), lambda: t.count("Doc", tenant_id=" "),
                     lambda: t.compare_and_set("Doc", 1, {}, "rank", 1)):
            refusal(kailash.TenantRequiredError, call)
        assert t.read_one("Doc", 1, tenant_id="b") is None and t.read_one("Doc", 1, tenant_id="a")["text"] == "x"
        assert t.update("Doc", 1, {"text": "q"}, tenant_id="b") == {"outcome": "no_match", "rows_affected": 0}
        assert t.delete("Doc", 1, tenant_id="b") == {"outcome": "no_match", "rows_affected": 0}


# ---- rows with levels ------------------------------------------------------------------------------------------------


def record():
    return model("Record", "records", ("classification_level", WHOLE, {"required": True}),
                 ("text", TEXT, {"required": True})).row_classified()


@pytest.fixture
def records(database):
    express = database.dataflow(record()).express
    for text, level in (("open", PUBLIC), ("inner", INTERNAL), ("person", PII)):
        with with_caller_clearance(HIGHEST):
            express.create_scoped("Record", {"text": text}, False, scope(None, level))
    return express


def test_rows_above_the_clearance_are_not_there(records):
    assert [row["text"] for row in records.list("Record")] == ["open"] and records.count("Record") == 1
    assert records.read("Record", 2) is None
    with with_caller_clearance(INTERNAL):
        assert records.count("Record") == 2 and records.read("Record", 2)["text"] == "inner"
        assert records.read("Record", 3) is None
    with with_caller_clearance(HIGHEST):
        assert records.count("Record") == 3


def test_nor_can_they_be_written(records):
    assert "not found" in refusal(RuntimeError, records.update, "Record", 3, {"text": "x"})
    assert records.delete("Record", 3) is False
    assert records.bulk_update("Record", None, {"text": "y"})["attempted"] == 1
    assert records.bulk_delete("Record", [F("id") > 1])["attempted"] == 0
    for call in (lambda: records.upsert_scoped("Record", {"id": 3, "text": "x"}, scope(None, PUBLIC)),
                 lambda: records.bulk_upsert_scoped("Record", [{"id": 3, "text": "x"}], scope=scope(None, PUBLIC))):
        assert "may not change" in refusal(RuntimeError, call)
    with with_caller_clearance(HIGHEST):
        assert records.read("Record", 3) == {"id": 3, "classification_level": 3, "text": "person"}
        assert records.upsert_scoped("Record", {"id": 3, "text": "x"}, scope(None, PUBLIC)) == \
            {"id": 3, "classification_level": 3, "text": "x"}  # a level is never assigned anew


def test_a_written_row_needs_a_level(records):
    for call in (lambda: records.create("Record", {"text": "x"}), lambda: records.upsert("Record", {"id": 9, "text": "x"}),
                 lambda: records.bulk_create("Record", [{"text": "x"}]),
                 lambda: records.bulk_upsert("Record", [{"text": "x"}]),
                 lambda: records.create_scoped("Record", {"text": "x"}, False, WriteScope("t"))):
        assert "row classification required: model Record" in \
            refusal(kailash.RowClassificationRequiredError, call)
        assert refusal.last.model == "Record"
    row = records.create_scoped("Record", {"text": "x", "classification_level": 5}, False, scope(None, PUBLIC))
    assert row["classification_level"] == 0
    assert "no fields provided to update" in refusal(RuntimeError, records.update, "Record", 1, {"classification_level": 4})
    assert records.update("Record", 1, {"text": "z", "classification_level": 4})["classification_level"] == 0
    assert records.update_scoped("Record", 1, {"text": "z"}, scope(None, PII))["classification_level"] == 0


def test_levels_within_a_transaction(database):
    df = database.dataflow(record())
    with df.transaction() as transaction:
        for call in (transaction.create, transaction.upsert):
            refusal(kailash.RowClassificationRequiredError, call, "Record", {"id": 9, "text": "x"})
        assert transaction.create_scoped("Record", {"text": "a"}, False, scope(None, PUBLIC)) == \
            {"id": 1, "classification_level": 0, "text": "a"}
        hidden = transaction.create_scoped("Record", {"text": "b"}, False, scope(None, PII))
        assert hidden == {"id": 2, "classification_level": "[REDACTED]", "text": "[REDACTED]"}
        assert transaction.upsert_scoped("Record", {"id": 1, "text": "c"}, scope(None, PII))["text"] == "[REDACTED]"
        assert "type mismatch" in refusal(RuntimeError, transaction.create_scoped, "Record", {"text": 5}, True, scope(None, PII))
        with transaction.savepoint() as inner:
            inner.create_scoped("Record", {"text": "d"}, False, scope(None, PUBLIC))

    async def later():
        async with df.transaction() as transaction:
            await transaction.create_scoped_async("Record", {"text": "e"}, False, scope(None, INTERNAL))
    asyncio.run(later())
    assert [row["text"] for row in df.express.list("Record", order_by="id")] == ["c", "d"]
    with with_caller_clearance(HIGHEST):
        rows = df.express.list("Record", order_by="id")
        assert [(row["text"], row["classification_level"]) for row in rows] == [("c", 0), ("b", 3), ("d", 0), ("e", 1)]


def test_a_scope_within_a_transaction_of_one_tenant(database):
    df = database.dataflow(doc())
    with df.transaction_with_tenant("a") as transaction:
        assert transaction.create_scoped("Doc", {"text": "x"}, False, scope("a"))["tenant_id"] == "a"
        assert transaction.create_scoped("Doc", {"text": "y"}, False, scope(None))["tenant_id"] == "a"
        refusal(kailash.TenantMismatchError, transaction.upsert_scoped, "Doc", {"id": 1, "text": "z"}, scope("b"))
    assert df.express.count_with_tenant("Doc", "a") == 2


def test_what_is_written_above_the_clearance_is_told_without_its_values(records):
    row = records.create_scoped("Record", {"text": "secret"}, False, scope(None, PII))
    assert row == {"id": 4, "classification_level": "[REDACTED]", "text": "[REDACTED]"}
    rows = records.bulk_create_scoped("Record", [{"text": "s"}] * 2, scope(None, GDPR))
    assert rows == [{"id": i, "classification_level": "[REDACTED]", "text": "[REDACTED]"} for i in (5, 6)]
    with with_caller_clearance(PII):
        assert records.read("Record", 4)["text"] == "secret"


def test_nothing_is_computed_over_rows_with_levels(records):
    for word, arguments in (("count_by", ("text",)), ("sum_by", ("id", "text")), ("aggregate", ([COUNT], []))):
        with with_caller_clearance(HIGHEST):
            refusal(kailash.RowClassifiedAggregateRefusedError, getattr(records, word), "Record", *arguments)
        assert (refusal.last.model, refusal.last.operation) == ("Record", word)


# ---- masked fields -----------------------------------------------------------------------------------------------------


def patient(**more):
    return model("Patient", "patients", ("name", TEXT, {"classification": PII, "masking": MaskingStrategy.last_four()}),
                 ("code", TEXT, {"nullable": True, "classification": GDPR, "masking": MaskingStrategy.hash()}),
                 ("age", WHOLE, {"nullable": True, "classification": INTERNAL}),
                 ("note", TEXT, {"nullable": True, "classification": SENSITIVE,
                                 "masking": MaskingStrategy.none_()}),
                 ("group", TEXT, {"nullable": True, "classification": PII, "allow_query_reference": True}),
                 ("city", TEXT, {"nullable": True, **more}))


FULL = {"name": "Grete Huber", "code": "c1", "age": 40, "note": "n", "group": "g", "city": "Graz"}


def masked(row):
    return {"id": 1, "name": "*******uber", "code": hashlib.sha256(row["code"].encode()).hexdigest(),
            "age": "[REDACTED]", "note": "[REDACTED]", "group": "[REDACTED]", "city": "Graz"}


@pytest.fixture
def patients(database):
    return database.dataflow(patient()).express


def test_fields_above_the_clearance_are_masked_wherever_they_are_read(patients):
    hidden = masked(FULL)
    assert patients.create("Patient", FULL) == hidden
    assert patients.read("Patient", 1) == hidden and patients.list("Patient") == [hidden]
    assert patients.update("Patient", 1, {"city": "Graz"}) == hidden
    assert patients.upsert("Patient", {"id": 1, **FULL}) == hidden
    assert patients.bulk_create("Patient", [FULL])[0] == {**hidden, "id": 2}
    with with_caller_clearance(INTERNAL):
        assert patients.read("Patient", 1) == {**hidden, "age": 40}
    with with_caller_clearance(PII):
        assert patients.read("Patient", 1) == {"id": 1, **FULL, "code": hidden["code"]}
    with with_caller_clearance(HIGHEST):
        assert patients.list("Patient", order_by="id")[0] == {"id": 1, **FULL}


def test_in_transactions_and_awaited_calls_too(database):
    df = database.dataflow(patient())
    with df.transaction() as t:
        assert t.create("Patient", FULL) == masked(FULL) == t.read_one("Patient", 1) == t.list("Patient")[0]

    async def work():
        async def elevated():
            with with_caller_clearance(HIGHEST):
                await asyncio.sleep(0.01)
                return await df.express.read_async("Patient", 1)

        async def plain():
            await asyncio.sleep(0.005)
            return await df.express.read_async("Patient", 1)
        one, two = await asyncio.gather(elevated(), plain())
        assert one == {"id": 1, **FULL} and two == masked(FULL)
    asyncio.run(work())


def test_a_clearance_is_not_that_of_other_threads(patients):
    patients.create("Patient", FULL)
    seen = []
    with with_caller_clearance(HIGHEST):
        thread = threading.Thread(target=lambda: seen.append(patients.read("Patient", 1)))
        thread.start()
        thread.join()
        assert patients.read("Patient", 1) == {"id": 1, **FULL}
    assert seen == [masked(FULL)]


def test_queries_may_not_refer_to_hidden_fields(patients):
    patients.create("Patient", FULL)
    calls = [lambda: patients.list("Patient", [F("name") == "Grete Huber"]), lambda: patients.count("Patient", [F("age") > 3]),
             lambda: patients.list("Patient", [F("code").is_null()]), lambda: patients.list("Patient", order_by="age"),
             lambda: patients.list("Patient", [(F("city") == "x") | ~(F("age") == 1)]),
             lambda: patients.count_by("Patient", "name"), lambda: patients.sum_by("Patient", "age", "city"),
             lambda: patients.aggregate("Patient", [AggregateSpec(AggregateOp.max(), "note")], []),
             lambda: patients.aggregate("Patient", [AggregateSpec(AggregateOp.count(), "code")], []),
             lambda: patients.bulk_update("Patient", [F("age") == 40], {"city": "x"}),
             lambda: patients.bulk_delete("Patient", [F("name").like("G%")])]
    for call in calls:
        assert "classified column refused: '" in refusal(RuntimeError, call)
    with with_caller_clearance(HIGHEST):
        for call in calls:
            call()


def test_a_field_may_be_exempted(patients):
    patients.create("Patient", FULL)
    assert patients.count_by("Patient", "group") == [{"group": "g", "count": 1}]
    assert patients.count("Patient", [F("group") == "g"]) == 1
    assert patients.list("Patient", order_by="group") == [masked(FULL)]
    assert patients.count_by("Patient", "city") == [{"city": "Graz", "count": 1}]


def test_a_hidden_key_can_be_asked_for_by_value(database):
    made = kailash.ModelDefinition("Card", "cards")
    made.field("number", TEXT, primary_key=True, classification=PII).field("text", TEXT)
    express = database.dataflow(made).express
    assert express.create("Card", {"number": "4111", "text": "x"}) == {"number": "[REDACTED]", "text": "x"}
    assert express.read("Card", "4111")["text"] == "x" and express.count("Card", [F("number") == "4111"]) == 1
    assert "classified column refused" in refusal(RuntimeError, express.count, "Card", [F("number") > "4"])
    with with_caller_clearance(PII):
        assert express.read("Card", "4111")["number"] == "4111"


def test_what_is_not_declared(database, monkeypatch):
    plain = database.dataflow(person()).express
    assert plain.create("Person", {"name": "x"})["name"] == "x"
    strict = database.dataflow(person(), undeclared_fields="redact").express
    assert strict.read("Person", 1)["name"] == "[REDACTED]" and strict.read("Person", 1)["id"] == 1
    with with_caller_clearance(HIGHEST):
        assert strict.read("Person", 1)["name"] == "x"
    with pytest.warns(DeprecationWarning):
        window = ClassificationMigrationWindow.closed().disclose_undeclared_fields_until_4_49_0("Person")
    config = DataFlowConfig(database.url, undeclared_fields="redact", classification_migration_window=window)
    assert database.dataflow(person(), config=config).express.read("Person", 1)["name"] == "x"


# ---- fields that must be there -------------------------------------------------------------------------------------------


def test_required_fields(patients):
    patients.create("Patient", {**FULL, "city": None})
    with with_caller_clearance(HIGHEST):
        assert patients.read_required_fields("Patient", 1, ["name", "age"])["name"] == "Grete Huber"
        assert patients.read_required_fields("Patient", 9, ["name"]) is None
        assert patients.read_required_fields("Patient", 1, []) is not None

    def reason(fields, clearance=None):
        def call():
            return patients.read_required_fields("Patient", 1, fields)
        if clearance is None:
            refusal(RequiredFieldUnavailableError, call)
        else:
            with with_caller_clearance(clearance):
                refusal(RequiredFieldUnavailableError, call)
        error = refusal.last
        assert error.model == "Patient" and error.field_fingerprint == fingerprint(fields[error.required_index])
        assert error.field_fingerprint in str(error) and str(error).startswith("read_required_fields failed: ")
        return error.required_index, error.reason
    R = RequiredFieldUnavailableReason
    assert reason(["city"]) == (0, R.NullValue)
    assert reason(["id", "zz"]) == (1, R.UnknownField)
    assert reason(["id", "name"]) == (1, R.ClearanceAbsent)
    assert reason(["name"], INTERNAL) == (0, R.InsufficientClearance)
    assert reason(["age", "name", "zz"], INTERNAL) == (1, R.InsufficientClearance)
