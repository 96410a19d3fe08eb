"""The query cache: an answer is given again only to who may have it, and never after a write."""

import threading
import time

import pytest

from dataflow_models import TEXT, model, person

from kailash import AggregateOp, AggregateSpec, WriteScope
from kailash.dataflow import CacheStats, DataClassification, F, with_caller_clearance

HIGHEST = DataClassification.highly_confidential()


@pytest.fixture
def df(database):
    made = database.dataflow(person(), enable_query_cache=True)
    made.express.bulk_create("Person", [{"name": "a", "age": 1}, {"name": "b", "age": 2}])
    return made


def stats(df):
    now = df.query_cache_stats()
    assert type(now) is CacheStats
    return now.hits, now.misses, now.entries


READS = [
    ("read", ("Person", 1)), ("read", ("Person", 99)), ("list", ("Person", [F("age") > 1])), ("count", ("Person",)),
    ("count_by", ("Person", "age")), ("sum_by", ("Person", "age", "name")),
    ("aggregate", ("Person", [AggregateSpec(AggregateOp.max(), "age")], [])),
    ("read_required_fields", ("Person", 2, ["name"])),
]


def test_the_same_question_is_asked_once(df):
    for number, (word, arguments) in enumerate(READS, 1):
        first = getattr(df.express, word)(*arguments)
        assert getattr(df.express, word)(*arguments) == first
        assert stats(df) == (number, number, number)
    assert df.query_cache_stats().hit_rate == 0.5
    df.clear_query_cache()
    assert stats(df)[2] == 0
    df.express.count("Person")
    assert stats(df) == (len(READS), len(READS) + 1, 1)


def test_other_values_are_another_question(df):
    df.express.count("Person", [F("age") == 1])
    df.express.count("Person", [F("age") == 2])
    df.express.count("Person", [F("name") == "1"])
    df.express.count("Person", [F("name") == "1"], include_deleted=True)
    df.express.list("Person", limit=1)
    df.express.list("Person", limit=2)
    df.express.list("Person", order_by="id", limit=2)
    assert stats(df) == (1, 6, 6)  # without soft deletion, include_deleted asks the same


WRITES = [
    lambda e: e.create("Person", {"name": "c"}), lambda e: e.update("Person", 1, {"age": 5}), lambda e: e.delete("Person", 1),
    lambda e: e.upsert("Person", {"id": 1, "name": "z"}), lambda e: e.bulk_create("Person", [{"name": "c"}]),
    lambda e: e.bulk_update("Person", None, {"age": 7}), lambda e: e.bulk_delete("Person", [F("id") == 1]),
    lambda e: e.bulk_upsert("Person", [{"id": 1, "name": "z"}]), lambda e: e.execute_raw("UPDATE people SET age = 9"),
]


def test_every_write_is_seen_at_once(database):
    df = database.dataflow(person(), enable_query_cache=True)
    for write in WRITES:
        df.express.execute_raw("DELETE FROM people")
        df.express.create("Person", {"id": 1, "name": "a", "age": 1})
        before = df.express.list("Person")
        write(df.express)
        assert df.express.list("Person") != before
        assert df.express.list("Person") == database.dataflow(person()).express.list("Person")


def test_a_write_to_another_model_drops_nothing(database):
    df = database.dataflow(person(), model("Other", "others", ("text", TEXT)), enable_query_cache=True)
    df.express.list("Person")
    df.express.create("Other", {"text": "x"})
    df.express.list("Person")
    assert stats(df) == (1, 1, 1)


def test_transactions_read_past_it_and_their_commit_counts(df):
    df.express.count("Person")
    with df.transaction() as t:
        t.create("Person", {"name": "c"})
        assert t.count("Person") == 3
        assert df.express.count("Person") == 2  # kept again, while it is not committed
    assert df.express.count("Person") == 3
    with df.transaction() as t:
        t.execute_raw("DELETE FROM people")
        assert df.express.count("Person") == 3
    assert df.express.count("Person") == 0


def test_tenants_and_clearances_do_not_share(database):
    made = model("Doc", "docs", ("tenant_id", TEXT, {"required": True}),
                 ("text", TEXT, {"classification": DataClassification.pii()})).multi_tenant()
    df = database.dataflow(made, enable_query_cache=True)
    for tenant in "ab":
        df.express.create_scoped("Doc", {"text": tenant}, False, WriteScope(tenant))
    for _ in range(2):
        for tenant in "ab":
            assert [row["text"] for row in df.express.list_with_tenant("Doc", tenant)] == ["[REDACTED]"]
            with with_caller_clearance(HIGHEST):
                assert [row["text"] for row in df.express.list_with_tenant("Doc", tenant)] == [tenant]
                assert df.express.read_with_tenant("Doc", 1, tenant) == \
                    ({"id": 1, "tenant_id": "a", "text": "a"} if tenant == "a" else None)
    assert stats(df)[0] == 6


def test_what_is_kept_is_not_what_the_caller_has(df):
    row = df.express.read("Person", 1)
    row["name"] = "changed"
    rows = df.express.list("Person")
    rows.clear()
    assert df.express.read("Person", 1)["name"] == "a" and len(df.express.list("Person")) == 2


def test_it_forgets_by_time_and_number(database):
    df = database.dataflow(person(), enable_query_cache=True, query_cache_ttl_secs=1, query_cache_max_entries=3)
    for key in range(10):
        df.express.read("Person", key)
    assert stats(df)[2] == 3 and df.query_cache_stats().evictions == 7
    df.express.read("Person", 9)
    assert stats(df)[0] == 1
    time.sleep(1.2)
    df.express.read("Person", 9)
    assert stats(df)[0] == 1


def test_without_it_nothing_is_kept(database):
    df = database.dataflow(person())
    df.express.count("Person")
    df.express.count("Person")
    assert df.query_cache_stats() == CacheStats(0, 0, 0, 0, 0.0)
    df.clear_query_cache()


def test_readers_and_writers_at_once(df):
    stop, wrong = threading.Event(), []

    def read():
        last = 0
        while not stop.is_set():
            now = df.express.read("Person", 1)["age"]
            if now < last:
                wrong.append((last, now))
            last = now
    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for age in range(10, 300):
        df.express.update("Person", 1, {"age": age})
        assert df.express.read("Person", 1)["age"] == age
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
