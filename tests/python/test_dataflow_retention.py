"""enforce_retention() and legal holds: old rows leave a table, those that are held stay."""

from datetime import datetime, timedelta, timezone

import pytest
from dataflow_engines import database  # noqa: F401 (a fixture)
from dataflow_models import TEXT, TIMESTAMP, WHOLE, model, refusal

import kailash
from kailash.dataflow import LegalHold, ModelRetentionPolicy


def visit(name="Visit", table="visits", **options):
    return model(name, table, ("at", TIMESTAMP, {"nullable": True}), ("who", TEXT, {"nullable": True}), **options)


def days_ago(days):
    return (datetime.now(timezone.utc) - timedelta(days=days)).isoformat()


@pytest.fixture
def df(database):
    """Rows 1 to 6, of which number n is ten times n days old; 7 has no time."""
    made = database.dataflow(visit())
    made.express.bulk_create("Visit", [{"id": n, "at": days_ago(10 * n), "who": "é"} for n in range(1, 7)])
    made.express.create("Visit", {"id": 7})
    return made


def ids(df, model_name="Visit"):
    return sorted(row["id"] for row in df.express.list(model_name))


def test_old_rows_go(df):
    policy = ModelRetentionPolicy(max_age_days=35)
    assert df.enforce_retention("Visit", policy, "at", dry_run=True) == {"deleted": 3, "archived": 0}
    assert ids(df) == [1, 2, 3, 4, 5, 6, 7]
    assert df.enforce_retention("Visit", policy, timestamp_column="at") == {"deleted": 3, "archived": 0}
    assert ids(df) == [1, 2, 3, 7]
    assert df.enforce_retention("Visit", policy, "at") == {"deleted": 0, "archived": 0}


def test_the_newest_rows_stay(df):
    policy = ModelRetentionPolicy(max_rows=2)
    assert df.enforce_retention("Visit", policy, "at", True) == {"deleted": 4, "archived": 0}
    assert df.enforce_retention("Visit", policy, "at") == {"deleted": 4, "archived": 0}
    assert ids(df) == [1, 2, 7]
    assert df.enforce_retention("Visit", ModelRetentionPolicy(max_rows=2), "at")["deleted"] == 0
    assert df.enforce_retention("Visit", ModelRetentionPolicy(max_rows=0), "at")["deleted"] == 2
    assert ids(df) == [7]


def test_of_rows_of_one_time_those_with_the_greatest_keys_stay(database):
    df = database.dataflow(visit())
    df.express.bulk_create("Visit", [{"id": n, "at": "2024-01-01T00:00:00.000000000+00:00"} for n in range(1, 6)])
    assert df.enforce_retention("Visit", ModelRetentionPolicy(max_rows=2), "at")["deleted"] == 3
    assert ids(df) == [4, 5]


def test_both_limits_count(df):
    policy = ModelRetentionPolicy(max_age_days=45, max_rows=3)
    assert df.enforce_retention("Visit", policy, "at")["deleted"] == 3
    assert ids(df) == [1, 2, 3, 7]


def test_a_policy_without_limits_does_nothing(df):
    assert df.enforce_retention("Visit", ModelRetentionPolicy(), "at") == {"deleted": 0, "archived": 0}
    assert df.enforce_retention("Visit", ModelRetentionPolicy(max_age_days=2**32 - 1), "at")["deleted"] == 0
    assert len(ids(df)) == 7


def test_rows_are_archived(df, database):
    policy = ModelRetentionPolicy(max_age_days=35, archive_to="old_visits")
    assert df.enforce_retention("Visit", policy, "at", dry_run=True) == {"deleted": 3, "archived": 3}
    with pytest.raises(kailash.DataFlowDatabaseError):
        df.execute_raw("SELECT * FROM old_visits")
    before = {row["id"]: row for row in df.express.list("Visit")}
    assert df.enforce_retention("Visit", policy, "at") == {"deleted": 3, "archived": 3}
    archive = database.dataflow(visit("Old", "old_visits"), auto_migrate=False)
    assert {row["id"]: row for row in archive.express.list("Old")} == {n: before[n] for n in (4, 5, 6)}
    assert df.enforce_retention("Visit", ModelRetentionPolicy(max_age_days=15, archive_to="old_visits"), "at")["archived"] == 2
    assert ids(archive, "Old") == [2, 3, 4, 5, 6]


def test_many_rows_are_archived_in_batches(database):
    df = database.dataflow(visit())
    df.express.bulk_create("Visit", [{"id": n, "at": "2020-01-01T00:00:00+00:00"} for n in range(1, 1203)])
    policy = ModelRetentionPolicy(max_age_days=1, archive_to="Old")
    assert df.enforce_retention("Visit", policy, "at") == {"deleted": 1202, "archived": 1202}
    assert df.express.count("Visit") == 0


def test_an_archive_that_does_not_fit_loses_nothing(df):
    df.execute_raw("CREATE TABLE other (x INTEGER)")
    with pytest.raises(kailash.DataFlowDatabaseError):
        df.enforce_retention("Visit", ModelRetentionPolicy(max_age_days=1, archive_to="other"), "at")
    assert len(ids(df)) == 7


# ---- holds -----------------------------------------------------------------------------------------------


def test_held_rows_stay(df):
    hold = LegalHold("case-7", "a lawsuit", 5, 6)
    df.add_legal_hold("Visit", hold)
    df.add_legal_hold("Visit", LegalHold("case-8", "another", 2, 2))
    assert [held.hold_id for held in df.legal_holds("Visit")] == ["case-7", "case-8"]
    policy = ModelRetentionPolicy(max_age_days=15)
    assert df.enforce_retention("Visit", policy, "at", dry_run=True)["deleted"] == 2
    assert df.enforce_retention("Visit", policy, "at")["deleted"] == 2
    assert ids(df) == [1, 2, 5, 6, 7]
    assert df.enforce_retention("Visit", ModelRetentionPolicy(max_rows=0, archive_to="gone"), "at") == {"deleted": 1, "archived": 1}
    assert ids(df) == [2, 5, 6, 7]
    assert df.release_legal_hold("Visit", "case-7") is True
    assert df.release_legal_hold("Visit", "case-7") is False
    assert df.enforce_retention("Visit", policy, "at")["deleted"] == 2
    assert ids(df) == [2, 7]


def test_holds_are_checked(database):
    df = database.dataflow(visit(), visit("Named", "named", key=("id", TEXT)))
    df.add_legal_hold("Visit", LegalHold("a", "why", 1, 2))
    assert "has a hold 'a' already" in refusal(ValueError, df.add_legal_hold, "Visit", LegalHold("a", "why", 3, 4))
    assert "is no integer" in refusal(RuntimeError, df.add_legal_hold, "Named", LegalHold("a", "why", 1, 2))
    assert "model not registered" in refusal(RuntimeError, df.add_legal_hold, "Nobody", LegalHold("a", "why", 1, 2))
    with pytest.raises(TypeError):
        df.add_legal_hold("Visit", "a")
    assert df.legal_holds("Named") == [] and df.legal_holds("Nobody") == []


# ---- whose rows --------------------------------------------------------------------------------------------


def test_soft_deleted_rows_go_too(database):
    df = database.dataflow(visit().soft_delete())
    df.express.bulk_create("Visit", [{"id": n, "at": days_ago(10 * n)} for n in (1, 2)])
    df.express.delete("Visit", 2)
    assert df.enforce_retention("Visit", ModelRetentionPolicy(max_age_days=15), "at")["deleted"] == 1
    assert df.express.list("Visit", include_deleted=True) == df.express.list("Visit")


def test_tenants_are_kept_apart(database):
    owned = visit()
    owned.field("tenant_id", TEXT, required=True)
    df = database.dataflow(owned.multi_tenant())
    for tenant, n in (("a", 1), ("b", 2)):
        df.express.create_scoped("Visit", {"id": n, "at": days_ago(50)}, False, kailash.WriteScope(tenant))
    policy = ModelRetentionPolicy(max_age_days=1)
    with pytest.raises(kailash.TenantRequiredError):
        df.enforce_retention("Visit", policy, "at")
    assert df.enforce_retention("Visit", policy, "at", tenant_id="a")["deleted"] == 1
    assert df.express.count_with_tenant("Visit", "b") == 1


def test_rows_above_the_clearance_stay(database):
    leveled = visit()
    leveled.field("classification_level", WHOLE, required=True)
    df = database.dataflow(leveled.row_classified())
    for n, level in ((1, kailash.dataflow.DataClassification.public()), (2, kailash.dataflow.DataClassification.pii())):
        df.express.create_scoped("Visit", {"id": n, "at": days_ago(50)}, False, kailash.WriteScope(classification=level))
    policy = ModelRetentionPolicy(max_age_days=1)
    assert df.enforce_retention("Visit", policy, "at")["deleted"] == 1
    with kailash.dataflow.with_caller_clearance(kailash.dataflow.DataClassification.pii()):
        assert df.enforce_retention("Visit", policy, "at")["deleted"] == 1


def test_a_cached_result_is_forgotten(database):
    df = database.dataflow(visit(), enable_query_cache=True)
    df.express.create("Visit", {"id": 1, "at": days_ago(50)})
    assert ids(df) == [1] == ids(df)
    df.enforce_retention("Visit", ModelRetentionPolicy(max_age_days=1), "at")
    assert ids(df) == []


def test_the_time_of_making_is_the_default(database):
    df = database.dataflow(visit().auto_timestamps())
    df.express.bulk_create("Visit", [{"id": n} for n in (1, 2, 3)])
    assert df.enforce_retention("Visit", ModelRetentionPolicy(max_age_days=0))["deleted"] == 3


def test_wrong_calls(df):
    policy = ModelRetentionPolicy(max_age_days=1)
    assert "unknown column in timestamp_column (len=10+h=" in refusal(RuntimeError, df.enforce_retention, "Visit", policy)
    assert "'who' is no timestamp" in refusal(RuntimeError, df.enforce_retention, "Visit", policy, "who")
    assert "model not registered" in refusal(RuntimeError, df.enforce_retention, "Nobody", policy)
    for name in ("a b", "x; DROP TABLE visits", "", "1x"):
        assert "is no name of a table" in refusal(ValueError, df.enforce_retention, "Visit", ModelRetentionPolicy(1, archive_to=name), "at")
    assert "is the table of the model itself" in refusal(
        ValueError, df.enforce_retention, "Visit", ModelRetentionPolicy(1, archive_to="visits"), "at")
    with pytest.raises(TypeError):
        df.enforce_retention("Visit", 5)
    df.close()
    with pytest.raises(kailash.DataFlowDatabaseError):
        df.enforce_retention("Visit", policy, "at")
