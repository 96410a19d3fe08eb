"""Retention, statistics of queries, leaks, what is logged, and errors explained."""

import copy
import datetime
import logging
import pickle
import threading
import time

import pytest

import kailash
from kailash.dataflow import (
    CacheStats,
    CheckoutGuard,
    DataClassification,
    DataRetentionEnforcer,
    ErrorEnhancer,
    LeakDetector,
    LeakRecord,
    LegalHold,
    LoggingConfig,
    ModelRetentionPolicy,
    QueryEngine,
    RetentionAction,
    RetentionPolicy,
    with_caller_clearance,
)

# ---- retention -----------------------------------------------------------------------------------


def test_policies():
    forever, days, years, consent = policies = [
        RetentionPolicy.indefinite(), RetentionPolicy.days(365), RetentionPolicy.years(7),
        RetentionPolicy.until_consent_revoked()]
    assert [str(p) for p in policies] == ["Indefinite", "365 days", "7 years", "UntilConsentRevoked"]
    assert [repr(p) for p in policies] == [
        "RetentionPolicy.indefinite()", "RetentionPolicy.days(365)", "RetentionPolicy.years(7)",
        "RetentionPolicy.until_consent_revoked()"]
    assert [p.max_days for p in policies] == [None, 365, 2555, None]
    assert RetentionPolicy.years(20_000_000).max_days == 2**32 - 1
    assert RetentionPolicy.days(2**32 - 1).max_days == 2**32 - 1
    assert days == RetentionPolicy.days(365) != RetentionPolicy.years(1) and forever != consent
    assert len({days, RetentionPolicy.days(365), years}) == 2
    for wrong in (-1, 2**32):
        with pytest.raises(OverflowError):
            RetentionPolicy.days(wrong)
        with pytest.raises(OverflowError):
            RetentionPolicy.years(wrong)
    with pytest.raises(TypeError):
        RetentionPolicy.days(1.5)
    with pytest.raises(TypeError):
        RetentionPolicy()


def test_actions():
    actions = [RetentionAction.retain(), RetentionAction.archive(), RetentionAction.delete(),
               RetentionAction.requires_consent()]
    assert [str(a) for a in actions] == ["Retain", "Archive", "Delete", "RequiresConsent"]
    assert repr(actions[3]) == "RetentionAction.RequiresConsent"
    assert actions[0] == RetentionAction.retain() != actions[1] and len({*actions}) == 4


def test_the_first_policy_of_a_field_counts():
    enforcer = DataRetentionEnforcer()
    assert repr(enforcer) == "DataRetentionEnforcer()"
    for field, policy in (("email", RetentionPolicy.days(30)), ("email", RetentionPolicy.days(10)),
                          ("phone", RetentionPolicy.until_consent_revoked()),
                          ("name", RetentionPolicy.indefinite()), ("ip*", RetentionPolicy.days(0))):
        enforcer.add_policy(field, policy)
    check = enforcer.check_retention
    assert [check("email", age) for age in (0, 30, 31)] == ["Retain", "Retain", "Delete"]
    assert check("email", 31) is RetentionAction.delete()
    assert check("phone", 0) == RetentionAction.requires_consent()
    assert check("name", 2**32 - 1) == check("other", 9999) == check("ip1", 5) == RetentionAction.retain()
    assert enforcer.fields_requiring_action(31) == [
        ("email", RetentionAction.delete()), ("phone", RetentionAction.requires_consent()),
        ("ip*", RetentionAction.delete())]
    assert enforcer.fields_requiring_action(0) == [("phone", RetentionAction.requires_consent())]
    for call in (lambda: check("email", -1), lambda: enforcer.fields_requiring_action(2**32)):
        with pytest.raises(OverflowError):
            call()
    with pytest.raises(TypeError, match="policy: expected RetentionPolicy"):
        enforcer.add_policy("x", 5)


def test_policies_of_models():
    policy = ModelRetentionPolicy(30, max_rows=5, archive_to="old")
    assert (policy.max_age_days, policy.max_rows, policy.archive_to) == (30, 5, "old")
    assert (ModelRetentionPolicy().max_age_days, ModelRetentionPolicy().archive_to) == (None, None)
    assert policy == pickle.loads(pickle.dumps(policy))
    for wrong in ({"max_age_days": -1}, {"max_rows": -1}, {"max_age_days": 2**32}):
        with pytest.raises(OverflowError):
            ModelRetentionPolicy(**wrong)


def test_holds():
    before = datetime.datetime.now(datetime.UTC)
    hold = LegalHold("h", "a lawsuit", 1, 5)
    assert (hold.hold_id, hold.reason, hold.start_seq, hold.end_seq) == ("h", "a lawsuit", 1, 5)
    assert hold.created_at.endswith("+00:00") and len(hold.created_at) == 35
    made = datetime.datetime.fromisoformat(hold.created_at[:26] + "+00:00")
    assert abs((made - before).total_seconds()) < 60
    assert copy.copy(hold) == hold == pickle.loads(pickle.dumps(hold))
    assert LegalHold("h", "", 3, 3).start_seq == 3
    with pytest.raises(ValueError, match="start_seq: 5 is greater than end_seq 1"):
        LegalHold("h", "r", 5, 1)
    with pytest.raises(OverflowError):
        LegalHold("h", "r", -1, 5)


# ---- queries -------------------------------------------------------------------------------------


def test_statements_are_counted_and_timed():
    engine = QueryEngine(100)
    assert repr(engine) == "QueryEngine(threshold=100.0ms, queries=0)"
    for query, milliseconds in (("a", 50), ("b", 500), ("a", 60), ("c", 500.5), ("d", 100), ("a", 55)):
        engine.record_query(query, milliseconds)
    assert [(query, s.execution_count) for query, s in engine.stats()] == [
        ("a", 3), ("b", 1), ("c", 1), ("d", 1)]
    assert [query for query, _ in engine.slow_queries()] == ["c", "b"]  # more than 100, not 100
    assert engine.query_count() == 4 and "queries=4" in repr(engine)
    first = engine.stats()[0][1]
    assert repr(first) == "QueryStats(count=3, avg=55.00ms)"
    assert (first.total_duration_ms, first.avg_duration_ms) == (165.0, 55.0)
    assert first.last_executed.endswith("+00:00") and len(first.last_executed) == 35
    assert isinstance(engine.stats()[0], tuple)
    engine.record_query("a", 1)
    assert first.execution_count == 3  # a snapshot
    engine.clear_stats()
    assert engine.stats() == engine.slow_queries() == [] and engine.query_count() == 0
    engine.record_query("a", 1)
    assert engine.query_count() == 1


@pytest.mark.parametrize("wrong", [-1, -0.001, float("nan"), float("inf"), 1e300])
def test_times_are_finite_and_not_negative(wrong):
    with pytest.raises(ValueError, match="slow_threshold_ms"):
        QueryEngine(wrong)
    with pytest.raises(ValueError, match="duration_ms"):
        QueryEngine(1).record_query("a", wrong)
    with pytest.raises(ValueError, match="threshold_secs"):
        LeakDetector(wrong)
    for make in (QueryEngine, LeakDetector):
        with pytest.raises(TypeError):
            make("1")


def test_an_engine_does_not_grow_without_end():
    engine = QueryEngine(100)
    engine.record_query("often", 1)
    for i in range(20_000):
        engine.record_query(f"SELECT {i}", 1)
        if i % 1000 == 0:
            engine.record_query("often", 1)
    assert 5000 <= engine.query_count() <= 10_000
    queries = {query: stats for query, stats in engine.stats()}
    assert queries["often"].execution_count == 21
    assert "SELECT 19999" in queries and "SELECT 0" not in queries


def test_threads_share_an_engine():
    engine = QueryEngine(1)

    def work():
        for i in range(500):
            engine.record_query(f"q{i % 7}", 2)
            engine.slow_queries()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(stats.execution_count for _, stats in engine.stats()) == 2000


def test_cache_stats():
    stats = CacheStats(1, 2, 3, 4, 0.5)
    assert repr(stats) == "CacheStats(hits=1, misses=2, evictions=3, entries=4, hit_rate=0.50)"
    assert (stats.hits, stats.misses, stats.evictions, stats.entries, stats.hit_rate) == (1, 2, 3, 4, 0.5)
    assert stats == CacheStats(hits=1, misses=2, evictions=3, entries=4, hit_rate=0.5)
    with pytest.raises(OverflowError):
        CacheStats(-1, 2, 3, 4, 0.5)
    with pytest.raises(TypeError):
        CacheStats()


# ---- leaks ---------------------------------------------------------------------------------------


def test_what_is_held_too_long_is_told():
    detector = LeakDetector(0.0)
    assert kailash.LeakDetector is LeakDetector and kailash.LeakRecord is LeakRecord
    assert [detector.checkout(place) for place in ("x", "y", "z")] == [1, 2, 3]
    for id in (1, 77, 1, 0):
        detector.checkin(id)
    assert detector.active_count() == 2
    time.sleep(0.001)
    leaks = detector.check_leaks()
    assert [(leak.id, leak.location) for leak in leaks] == [(2, "y"), (3, "z")]
    assert all(isinstance(leak, LeakRecord) and 0.001 <= leak.age_secs < 10 for leak in leaks)
    assert repr(leaks[0]).startswith('LeakRecord(id=2, location="y", age_secs=0.0')
    assert LeakDetector(1000).check_leaks() == []
    patient = LeakDetector(1000)
    patient.checkout("x")
    assert patient.check_leaks() == [] and patient.active_count() == 1
    with pytest.raises(OverflowError):
        detector.checkin(-1)
    with pytest.raises(TypeError):
        detector.checkout(5)


def test_guards_give_back():
    detector = LeakDetector(0)
    guard = CheckoutGuard(detector, "here")
    assert kailash.CheckoutGuard is CheckoutGuard and detector.active_count() == 0
    with guard as entered:
        assert entered is guard and detector.active_count() == 1
        assert detector.check_leaks()[0].location == "here"
        with pytest.raises(RuntimeError, match="open already"):
            guard.__enter__()
    assert detector.active_count() == 0
    with pytest.raises(KeyError):
        with guard:
            raise KeyError
    assert detector.active_count() == 0 and guard.__exit__(None, None, None) is None
    guard.__enter__()
    del guard, entered
    assert detector.active_count() == 0
    with pytest.raises(TypeError, match="detector: expected LeakDetector"):
        CheckoutGuard(5, "x")


def test_threads_share_a_detector():
    detector, ids = LeakDetector(0), []

    def work():
        for _ in range(300):
            id = detector.checkout("t")
            ids.append(id)
            detector.check_leaks()
            detector.checkin(id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert detector.active_count() == 0 and sorted(ids) == list(range(1, 1201))


# ---- logging -------------------------------------------------------------------------------------


def test_presets():
    presets = [LoggingConfig.production(), LoggingConfig.development(), LoggingConfig.quiet(),
               LoggingConfig.custom()]
    assert [(c.log_queries, c.log_results, c.log_timing, c.preset_name) for c in presets] == [
        (False, False, False, "production"), (True, True, True, "development"),
        (False, False, False, "quiet"), (True, False, True, "custom")]
    assert repr(presets[3]) == (
        'LoggingConfig(preset="custom", queries=True, results=False, timing=True)')
    for level in ("error", "warn", "warning", "info", "debug", "trace"):
        assert LoggingConfig.custom(level=level).preset_name == "custom"
    assert LoggingConfig.custom(level="warn") == LoggingConfig.custom(level="warning")
    assert LoggingConfig.custom(level="warn") != LoggingConfig.custom(level="info")
    for wrong in ("zzz", "WARN", "off", ""):
        with pytest.raises(ValueError, match=f"unknown log level: '{wrong}'. Valid levels: error, warn, "
                                             "info, debug, trace"):
            LoggingConfig.custom(level=wrong)
    for wrong in (1, None):
        with pytest.raises(TypeError):
            LoggingConfig.custom(log_queries=wrong)
    assert LoggingConfig.quiet().apply() is None


# ---- errors explained ----------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "words"), [
    ("23505", "UNIQUE .*upsert.*read"), ("23502", "NOT NULL"), ("23503", "FOREIGN KEY .*parent"),
    ("23514", "CHECK"), ("23P01", "EXCLUSION"), ("23001", "RESTRICT"), ("23000", "integrity constraint"),
    ("23999", "integrity constraint"), ("42703", "columns"), ("42P01", "create_tables"),
    ("40P01", "again"), ("40001", "again"), ("55P03", "transactions short"), ("57014", "time limit"),
    ("08006", "server runs"), ("57P01", "server runs"), ("28P01", "password"), ("42501", "grant"),
    ("42601", "Read the statement"),
])
def test_by_sqlstate(state, words):
    told = ErrorEnhancer.enhance("some error", sqlstate=state)
    assert told["original_message"] == "some error"
    assert told["context"] == "no additional context"
    assert told["classification"] == "sqlstate"
    assert __import__("re").search(words, told["suggestion"])


MESSAGES = [
    ("UNIQUE constraint failed: users.email", "unique"),
    ('duplicate key value violates unique constraint "users_email_key"', "unique"),
    ("Duplicate entry 'a' for key 'users.email'", "unique"),
    ("NOT NULL constraint failed: users.email", "NULL"),
    ('null value in column "name" of relation "users" violates not-null constraint', "NULL"),
    ("Column 'name' cannot be null", "NULL"), ("Field 'n' doesn't have a default value", "NULL"),
    ("FOREIGN KEY constraint failed", "referred"),
    ("Cannot add or update a child row: a foreign key constraint fails", "referred"),
    ("CHECK constraint failed: age", "check"), ("no such table: users", "table"),
    ('relation "users" does not exist', "table"), ("Table 'test.users' doesn't exist", "table"),
    ("no such column: nam", "column"), ('column "nam" does not exist', "column"),
    ('column "nam" of relation "users" does not exist', "column"),
    ("Unknown column 'nam' in 'field list'", "column"), ("table users has no column named nam", "column"),
    ("database is locked", "lock"), ("Lock wait timeout exceeded; try restarting transaction", "lock"),
    ("deadlock detected", "transactions"), ("canceling statement due to statement timeout", "time limit"),
    ("pool timed out while waiting for an open connection", "time limit"),
    ("connection refused", "reached"), ("Can't connect to local server", "reached"),
    ("unable to open database file", "reached"), ("permission denied for table x", "permit"),
    ("Access denied for user 'x'", "permit"), ('syntax error at or near "SELEC"', "malformed"),
    ("You have an error in your SQL syntax", "malformed"), ("model not registered: User", "model"),
    ("missing required field: name", "required"),
]


@pytest.mark.parametrize(("message", "word"), MESSAGES)
def test_by_message(message, word):
    told = ErrorEnhancer.enhance(message)
    assert told["classification"] == "message_heuristic" and told["suggestion"]
    again = ErrorEnhancer.enhance(message.upper())
    assert again["suggestion"] == told["suggestion"]


@pytest.mark.parametrize("message", ["", "some error", "zzz", "\0", "invalid input syntax for type x"])
def test_an_unknown_error_has_no_suggestion(message):
    told = ErrorEnhancer.enhance(message, sqlstate="00000")
    assert told == {"original_message": message, "context": "no additional context",
                    "suggestion": None, "classification": "message_heuristic"}


def test_the_context_and_the_constraint_are_told():
    told = ErrorEnhancer.enhance("e", model="User", table="users", sqlstate="23505", constraint="u_key",
                                 sql=" insert into users values ('secret')")
    assert told["context"] == "model: User, table: users, constraint: u_key, statement: insert"
    assert "UNIQUE constraint (constraint 'u_key' on table 'users') holds" in told["suggestion"]
    assert "secret" not in str(told)
    told = ErrorEnhancer.enhance("e", table="users", sqlstate="23502")
    assert "NOT NULL constraint (on table 'users') needs" in told["suggestion"]
    told = ErrorEnhancer.enhance("e", constraint="c", sqlstate="23514")
    assert "CHECK constraint (constraint 'c') refuses" in told["suggestion"]


@pytest.mark.parametrize(("message", "meant"), [
    ("no such column: naem", "name"), ("no such column: NAME", "name"), ("no such column: users.emial", "email"),
    ('column "nme" does not exist', "name"), ("Unknown column 'e_mail' in 'where clause'", "email"),
    ("table users has no column named created_att", "created_at"),
    ('column "creatd_at" of relation "users" does not exist', "created_at"),
    ("no such column: zzzzzz", None), ("no such column: x", None), ("no such column: ", None),
    ("unknown column (len=3+h=12345678)", None), ("no such column: " + "n" * 5000, None),
])
def test_a_column_that_was_meant(message, meant):
    told = ErrorEnhancer.enhance(message, known_columns=["id", "name", "email", "created_at", "n" * 3000])
    if meant:
        assert told["suggestion"] == f"Did you mean column '{meant}'?"
    else:
        assert told["suggestion"].startswith("Compare the name")
    assert ErrorEnhancer.enhance(message, known_columns=[])["suggestion"].startswith("Compare")


def test_columns_are_a_list_of_texts():
    for wrong in ("abc", [1], ("a",)):
        with pytest.raises(TypeError, match="known_columns"):
            ErrorEnhancer.enhance("x", known_columns=wrong)
    with pytest.raises(TypeError):
        ErrorEnhancer()


def test_logger_is_untouched_by_presets():
    logger = logging.getLogger("kailash.dataflow")
    before = logger.level
    LoggingConfig.development().apply()
    LoggingConfig.production().apply()
    assert logger.level == before


@pytest.fixture
def statements(caplog):
    """What was logged of the statements of a database with one row; logging is off afterwards."""
    types = kailash.FieldType
    model = kailash.ModelDefinition("User", "users")
    model.field("id", types.integer(), primary_key=True)
    model.field("name", types.text())
    model.field("email", types.text(), classification=DataClassification.pii())
    database = kailash.DataFlow("sqlite::memory:", auto_migrate=True)
    database.register_model(model)
    with caplog.at_level(5, logger="kailash.dataflow"):
        def logged(config, work):
            caplog.clear()
            config.apply()
            work(database)
            LoggingConfig.quiet().apply()
            return [record for record in caplog.records if record.name == "kailash.dataflow"]
        database.execute_raw_params_affected(
            "INSERT INTO users (name, email) VALUES (?, ?)", ["Ann", "ann@example.com"])
        yield logged
    LoggingConfig.quiet().apply()
    database.close()


def test_statements_are_logged(statements):
    def ask(database):
        database.execute_raw("SELECT name FROM users WHERE email = ?", ["ann@example.com"])

    record, = statements(LoggingConfig.custom(level="info"), ask)
    assert record.levelname == "INFO" and record.getMessage() == "SELECT name FROM users WHERE email = ?"
    assert 0 <= record.kailash["duration_ms"] < 60_000 and record.kailash["row_count"] == 1
    assert "rows" not in record.kailash
    record, = statements(LoggingConfig.custom(log_queries=False, log_timing=False, log_results=True), ask)
    assert record.levelname == "DEBUG" and "SELECT" not in record.getMessage()
    assert record.kailash == {"row_count": 1}  # nobody knows what is classified in such rows
    assert statements(LoggingConfig.production(), ask) == []


def test_logged_rows_are_masked(statements):
    record, = statements(LoggingConfig.development(), lambda database: database.express.list("User"))
    assert record.kailash["rows"] == [{"id": 1, "name": "Ann", "email": "[REDACTED]"}]
    record, = statements(LoggingConfig.development(), lambda database: database.express.read("User", 1))
    assert record.kailash["rows"] == [{"id": 1, "name": "Ann", "email": "[REDACTED]"}]

    def cleared(database):
        with with_caller_clearance(DataClassification.pii()):
            database.express.list("User")

    record, = statements(LoggingConfig.development(), cleared)
    assert record.kailash["rows"][0]["email"] == "ann@example.com"
    record, = statements(LoggingConfig.development(), lambda database: database.express.read("User", 99))
    assert record.kailash["row_count"] == 0


def test_bound_values_are_not_logged(statements):
    def create(database):
        database.express.create("User", {"name": "Bob", "email": "bob@example.com"})

    for config in (LoggingConfig.development(), LoggingConfig.custom(log_results=True, level="error")):
        assert "bob@example.com" not in "".join(
            record.getMessage() + str(record.kailash) for record in statements(config, create))
