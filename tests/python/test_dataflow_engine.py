"""DataFlowEngine: what is written passes rules, what runs is counted, and who reads secrets is told."""

import asyncio
import gc
import logging
import weakref

import pytest
from dataflow_engines import database  # noqa: F401 (a fixture)
from dataflow_models import TEXT, WHOLE, model, person

import kailash
from kailash.dataflow import (
    CrossFieldRule,
    DataClassification,
    DataFlowEngine,
    DataFlowEngineBuilder,
    MaskingStrategy,
    with_caller_clearance,
)

PII = DataClassification.pii()


@pytest.fixture
def engine(database):
    made = DataFlowEngine.builder(database.url).enable_validation().auto_migrate().build()
    database.opened.append(made)
    made.register_model(person())
    return made


@pytest.fixture
def adults(engine):
    """Only grown-ups with a lower-case name are let in."""
    engine.validation.add_rule("Person", "age", "range", [18, 120])
    engine.validation.add_rule("Person", "name", "pattern", "^[a-z]+$")
    return engine


def violation(call, *args, **named):
    with pytest.raises(kailash.DataFlowValidationError) as raised:
        call(*args, **named)
    assert isinstance(raised.value, RuntimeError)
    return raised.value


# ---- making --------------------------------------------------------------------------------------------


def test_a_builder_says_what_it_was_told():
    builder = DataFlowEngine.builder("sqlite::memory:")
    assert repr(builder) == ("DataFlowEngineBuilder(url='sqlite::memory:', validation=false, "
                             "classification=false, slow_ms=1000)")
    assert isinstance(builder, DataFlowEngineBuilder)
    assert builder.enable_validation() is builder
    assert builder.enable_classification() is builder
    assert builder.slow_query_threshold_ms(5) is builder
    assert builder.auto_migrate() is builder
    assert builder.classification_migration_window(kailash.ClassificationMigrationWindow.closed()) is builder
    assert "validation=true, classification=true, slow_ms=5" in repr(builder)
    assert repr(builder.build()) == "DataFlowEngine(validation=true, classification=true)"


def test_the_password_of_a_builder_is_not_shown():
    assert "secret" not in repr(DataFlowEngineBuilder("postgresql://ann:secret@localhost/db"))


def test_wrong_arguments_are_refused():
    builder = DataFlowEngine.builder("sqlite::memory:")
    with pytest.raises(OverflowError):
        builder.slow_query_threshold_ms(-1)
    with pytest.raises(TypeError):
        builder.enable_classification("PII")
    with pytest.raises(TypeError):
        builder.classification_migration_window(3)
    with pytest.raises(RuntimeError):
        DataFlowEngine.builder("oracle://x/y").build()


def test_a_plain_engine_counts_and_makes_no_tables(database):
    engine = DataFlowEngine(database.url)
    database.opened.append(engine)
    assert (engine.has_validation, engine.has_classification, engine.validation) == (False, False, None)
    engine.register_model(person())
    with pytest.raises(kailash.DataFlowDatabaseError):
        engine.express.list("Person")
    engine.create_tables()
    assert engine.express.list("Person") == []
    assert engine.query_engine.query_count() > 0


def test_closing_ends_it(engine):
    assert engine.health_check() is True
    assert engine.dataflow.is_connected()
    engine.close()
    engine.close()
    assert engine.health_check() is False
    with pytest.raises(kailash.DataFlowDatabaseError):
        engine.express.count("Person")


def test_a_window_discloses_a_model(monkeypatch):
    monkeypatch.setenv("KAILASH_DATAFLOW_UNDECLARED", "redact")
    with pytest.warns(DeprecationWarning):
        window = kailash.ClassificationMigrationWindow.closed().disclose_undeclared_fields_until_4_49_0("Person")
    for wanted, builder in ((["Ann"], DataFlowEngine.builder("sqlite::memory:").classification_migration_window(window)),
                            (["[REDACTED]"], DataFlowEngine.builder("sqlite::memory:"))):
        engine = builder.auto_migrate().build()
        engine.register_model(person())
        engine.express.create("Person", {"name": "Ann"})
        assert [row["name"] for row in engine.express.list("Person")] == wanted


# ---- rules ---------------------------------------------------------------------------------------------


def test_create_is_refused_before_anything_is_written(adults):
    raised = violation(adults.express.create, "Person", {"name": "Bob", "age": 7})
    assert str(raised) == ("create failed: validation failed: age: value 7 is outside range [18, 120]; "
                           "name: value 'Bob' does not match pattern '^[a-z]+$'")
    assert raised.model == "Person" and raised.item is None
    assert raised.violations == [
        {"field": "age", "rule": "range", "message": "value 7 is outside range [18, 120]"},
        {"field": "name", "rule": "pattern", "message": "value 'Bob' does not match pattern '^[a-z]+$'"}]
    assert adults.express.count("Person") == 0
    assert adults.express.create("Person", {"name": "ann", "age": 30})["age"] == 30


def test_an_update_is_checked_by_its_own_fields(adults):
    row = adults.express.create("Person", {"name": "ann", "age": 30})
    assert "update failed" in str(violation(adults.express.update, "Person", row["id"], {"age": 7}))
    assert adults.express.read("Person", row["id"])["age"] == 30
    assert adults.express.update("Person", row["id"], {"score": 1.5})["score"] == 1.5


def test_upserts_are_checked(adults):
    violation(adults.express.upsert, "Person", {"id": 1, "name": "ann", "age": 7})
    adults.express.upsert("Person", {"id": 1, "name": "ann", "age": 70})
    violation(adults.express.upsert, "Person", {"id": 1, "name": "ann", "age": 7})
    assert [row["age"] for row in adults.express.list("Person")] == [70]


def test_bulk_calls_are_checked_as_a_whole(adults):
    good, bad = {"id": 1, "name": "ann", "age": 20}, {"id": 2, "name": "bob", "age": 2}
    raised = violation(adults.express.bulk_create, "Person", [good, bad])
    assert raised.item == 1 and "item 1: age" in str(raised)
    assert violation(adults.express.bulk_upsert, "Person", [bad, good]).item == 0
    assert adults.express.count("Person") == 0
    adults.express.bulk_create("Person", [good])
    assert "bulk_update failed" in str(violation(adults.express.bulk_update, "Person", None, {"age": 3}))
    assert [row["age"] for row in adults.express.list("Person")] == [20]


def test_transactions_nodes_and_async_calls_are_checked_too(adults):
    with adults.dataflow.transaction() as tx:
        violation(tx.create, "Person", {"name": "Bob"})
        tx.create("Person", {"id": 5, "name": "ann", "age": 20})
        violation(tx.update, "Person", 5, {"age": 1})
    assert adults.express.count("Person") == 1

    registry = kailash.NodeRegistry()
    adults.dataflow.register_nodes(registry)
    builder = kailash.WorkflowBuilder()
    builder.add_node("CreatePerson", "create", {"name": "BOB"})
    with pytest.raises(Exception, match="validation failed: name"):
        kailash.Runtime(registry).execute(builder.build(registry), {})

    with pytest.raises(kailash.DataFlowValidationError):
        asyncio.run(awaited(adults.express.create_async("Person", {"name": "BOB"})))
    assert adults.express.count("Person") == 1


async def awaited(future):
    return await future


def test_compare_and_set_is_checked(database):
    engine = DataFlowEngine.builder(database.url).enable_validation().auto_migrate().build()
    database.opened.append(engine)
    engine.register_model(model("Doc", "docs", ("body", TEXT, {"required": True}), ("revision", WHOLE, {"required": True})))
    engine.validation.add_rule("Doc", "body", "max_length", 3)
    engine.express.create("Doc", {"id": 1, "body": "a", "revision": 0})
    with engine.dataflow.transaction() as tx:
        violation(tx.compare_and_set, "Doc", 1, {"body": "long"}, "revision", 0)
        assert tx.compare_and_set("Doc", 1, {"body": "abc"}, "revision", 0)["outcome"] == "applied_pending_commit"


def test_custom_rules_are_asked_once_per_record(engine):
    asked = []
    engine.validation.add_custom_rule("Person", "name", lambda name: asked.append(name) is None, "no")
    engine.express.create("Person", {"id": 1, "name": "a"})
    engine.express.upsert("Person", {"id": 1, "name": "b"})
    engine.express.upsert("Person", {"name": "c"})
    engine.express.bulk_create("Person", [{"id": 10, "name": "d"}, {"id": 11, "name": "e"}])
    engine.express.bulk_upsert("Person", [{"id": 10, "name": "f"}, {"id": 12, "name": "g"}])
    assert asked == list("abcdefg")


def test_rules_over_two_fields(engine):
    engine.validation.add_cross_field_rule("Person", CrossFieldRule("age", "score", "lt", "age must be below score"))
    assert violation(engine.express.create, "Person", {"name": "a", "age": 5, "score": 1.0}).violations[0]["rule"] == "cross_field"
    engine.express.create("Person", {"name": "a", "age": 5, "score": 9.0})


def test_who_has_no_tenant_is_told_that_first():
    engine = DataFlowEngine.builder("sqlite::memory:").enable_validation().auto_migrate().build()
    owned = model("Note", "notes", ("tenant_id", TEXT, {"required": True}), ("body", TEXT, {"nullable": True}))
    owned.multi_tenant()
    engine.register_model(owned)
    engine.validation.add_rule("Note", "body", "max_length", 1)
    with pytest.raises(kailash.TenantRequiredError):
        engine.express.create("Note", {"body": "long"})


def test_an_engine_whose_rules_lead_back_to_it_is_collected():
    engine = DataFlowEngine.builder("sqlite::memory:").enable_validation().build()
    token = type("Token", (), {})()
    gone = weakref.ref(token)
    engine.validation.add_custom_rule("P", "f", lambda value, e=engine, t=token: True)
    del engine, token
    gc.collect()
    assert gone() is None


# ---- statements ----------------------------------------------------------------------------------------


def test_every_statement_is_counted(engine):
    engine.query_engine.clear_stats()
    for age in range(3):
        engine.express.create("Person", {"name": "a", "age": age})
    engine.express.list("Person")
    engine.dataflow.execute_raw("SELECT 1 AS one")
    with engine.dataflow.stream("SELECT 2 AS two") as rows:
        list(rows)
    with pytest.raises(kailash.DataFlowDatabaseError):
        engine.dataflow.execute_raw("SELECT * FROM nowhere")
    counts = {text: stats.execution_count for text, stats in engine.query_engine.stats()}
    inserts = [count for text, count in counts.items() if "INSERT INTO" in text]
    assert inserts == [3]
    assert counts["SELECT 1 AS one"] == counts["SELECT 2 AS two"] == counts["SELECT * FROM nowhere"] == 1


def test_long_texts_are_cut(engine):
    engine.query_engine.clear_stats()
    engine.dataflow.execute_raw("SELECT '" + "é" * 5000 + "' AS x")
    [(text, stats)] = engine.query_engine.stats()
    assert 1990 <= len(text.encode()) <= 2000 and stats.execution_count == 1


class Records(logging.Handler):
    def __init__(self):
        super().__init__(logging.DEBUG)
        self.records = []

    def emit(self, record):
        self.records.append(record)

    def texts(self):
        return [record.getMessage() for record in self.records]


@pytest.fixture
def heard():
    logger, handler = logging.getLogger("kailash.dataflow"), Records()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_slow_statements_are_logged_without_their_values(database, heard):
    engine = DataFlowEngine(database.url, 0)
    database.opened.append(engine)
    engine.dataflow.execute_raw("SELECT 'hunter2' AS a, 4711 AS b")
    slow = [record for record in heard.records if record.getMessage().startswith("slow statement")]
    assert slow[-1].getMessage() == "slow statement: SELECT ? AS a, ? AS b"
    assert slow[-1].levelno == logging.WARNING
    engine.dataflow.execute_raw("SELECT 1 AS a /* hunter2 */")
    assert "hunter2" not in "".join(heard.texts())


def test_quick_statements_are_not_logged(engine, heard):
    engine.express.create("Person", {"name": "a"})
    assert heard.texts() == []


# ---- classification --------------------------------------------------------------------------------------


def secrets():
    made = model("Patient", "patients")
    made.field("alias", TEXT, nullable=True, classification=DataClassification.internal())
    made.field("name", TEXT, nullable=True, classification=PII, masking=MaskingStrategy.redact())
    made.field("ward", TEXT, nullable=True, classification=PII, allow_query_reference=True)
    return made


def watched(database, **options):
    engine = DataFlowEngine.builder(database.url).enable_classification(**options).auto_migrate().build()
    database.opened.append(engine)
    engine.register_model(secrets())
    engine.express.create("Patient", {"id": 7, "alias": "x", "name": "Ann", "ward": "w1"})
    return engine


def test_fields_below_the_threshold_are_shown(database):
    engine = watched(database)
    assert engine.has_classification
    assert engine.express.read("Patient", 7) == {"id": 7, "alias": "x", "name": "[REDACTED]", "ward": "[REDACTED]"}
    engine = DataFlowEngine.builder(database.url).enable_classification(DataClassification.gdpr()).build()
    database.opened.append(engine)
    engine.register_model(secrets())
    assert engine.express.read("Patient", 7) == {"id": 7, "alias": "x", "name": "Ann", "ward": "w1"}


def test_without_a_threshold_all_classified_fields_are_masked(database):
    df = database.dataflow(secrets())
    df.express.create("Patient", {"id": 7, "alias": "x", "name": "Ann"})
    assert df.express.read("Patient", 7)["alias"] == "[REDACTED]"


def audit(heard):
    found = [record for record in heard.records if record.name == "kailash.dataflow.audit"]
    heard.records.clear()
    return found


def fields_of(record):
    return record.kailash


def test_access_is_audited(database, heard):
    engine = watched(database, audit_access=True)
    audit(heard)
    engine.express.read("Patient", 7)
    [record] = audit(heard)
    assert record.levelno == logging.INFO
    assert record.getMessage() == "read gave classified fields of Patient"
    assert fields_of(record) == {"operation": "read", "model": "Patient", "clearance": 0, "row_count": 1,
                                 "record_id": "7", "fields": [], "masked_fields": ["name", "ward"]}
    with with_caller_clearance(PII):
        engine.express.list("Patient")
        engine.express.update("Patient", 7, {"alias": "y"})
        engine.express.upsert("Patient", {"id": 7, "alias": "z"})
    records = audit(heard)
    assert [fields_of(record)["operation"] for record in records] == ["list", "update", "upsert"]
    for record in records:
        assert fields_of(record)["fields"] == ["name", "ward"] and fields_of(record)["clearance"] == 3
    assert "Ann" not in str([record.__dict__ for record in records])


def test_references_are_audited(database, heard):
    engine = watched(database, audit_access=True)
    audit(heard)
    engine.express.count("Patient", [kailash.FilterCondition.eq("ward", "w1")])
    [record] = audit(heard)
    assert (fields_of(record)["operation"], fields_of(record)["referred_field"]) == ("count", "ward")
    engine.express.count_by("Patient", "ward")
    assert {fields_of(record)["referred_field"] for record in audit(heard)} == {"ward"}


def test_what_gives_nothing_is_not_audited(database, heard):
    engine = watched(database, audit_access=True)
    audit(heard)
    assert engine.express.read("Patient", 8) is None
    assert engine.express.list("Patient", [kailash.FilterCondition.eq("id", 8)]) == []
    engine.register_model(person())
    engine.express.create("Person", {"name": "a"})
    engine.express.list("Person")
    assert audit(heard) == []


def test_nothing_is_audited_unless_asked_for(database, heard):
    watched(database).express.read("Patient", 7)
    assert audit(heard) == []
