"""Transactions: together or not at all, on every engine."""

import asyncio
import gc
import threading
import time

import pytest

from dataflow_models import TEXT, WHOLE, model, person, refusal

import kailash
from kailash import DataFlowTransaction
from kailash.dataflow import DataFlowTransactionSync, F

WITHOUT_RETURNING = True
ENDED = "transaction already committed or rolled back"


def account():
    return model("Account", "accounts", ("owner", TEXT, {"required": True}), ("amount", WHOLE, {"nullable": True}),
                 ("revision", WHOLE, {"required": True}), ("note", TEXT, {"nullable": True}))


@pytest.fixture
def df(database):
    return database.dataflow(person(), account())


def count(df):
    return df.express.count("Person")


def test_a_clean_block_commits(df):
    with df.transaction() as transaction:
        assert type(transaction) is DataFlowTransaction
        row = transaction.create("Person", {"name": "x"})
        assert row == {"id": 1, "name": "x", "age": None, "score": None, "active": None, "extra": None}
        assert transaction.read_one("Person", 1) == row
        assert not transaction.is_finished and repr(transaction) == "DataFlowTransaction(finished=False)"
    assert transaction.is_finished and repr(transaction) == "DataFlowTransaction(finished=True)"
    assert count(df) == 1


def test_an_exception_rolls_back_and_goes_on(df):
    with pytest.raises(KeyError):
        with df.transaction() as transaction:
            transaction.create("Person", {"name": "x"})
            raise KeyError("out")
    assert transaction.is_finished and count(df) == 0


def test_an_end_within_the_block_is_respected(df):
    with df.transaction() as transaction:
        transaction.create("Person", {"name": "x"})
        transaction.rollback()
    assert count(df) == 0
    with pytest.raises(ZeroDivisionError):
        with df.transaction() as transaction:
            transaction.create("Person", {"name": "x"})
            transaction.commit()
            1 / 0  # noqa: B018
    assert count(df) == 1


def test_after_its_end_nothing_more_happens(df):
    for end in ("commit", "rollback"):
        transaction = df.transaction()
        getattr(transaction, end)()
        for call in (lambda t: t.commit(), lambda t: t.rollback(), lambda t: t.create("Person", {"name": "x"}),
                     lambda t: t.read_one("Person", 1), lambda t: t.list("Person"), lambda t: t.count("Person"),
                     lambda t: t.execute_raw("SELECT 1"), lambda t: t.savepoint()):
            assert refusal(RuntimeError, call, transaction) == ENDED
        with transaction:
            pass


def test_what_is_dropped_is_rolled_back(df):
    transaction = df.transaction()
    transaction.create("Person", {"name": "x"})
    del transaction
    gc.collect()
    assert count(df) == 0
    assert df.express.create("Person", {"name": "y"})["name"] == "y"  # nothing is locked


def test_outcomes(df):
    with df.transaction() as t:
        t.create("Person", {"id": 1, "name": "x"})
        applied = {"outcome": "applied", "rows_affected": 1}
        nothing = {"outcome": "no_match", "rows_affected": 0}
        assert t.update("Person", 1, {"age": 5}) == applied
        assert t.update("Person", 1, {"age": 5}) == applied  # the same again
        assert t.update("Person", 9, {"age": 5}) == nothing
        assert t.upsert("Person", {"id": 1, "name": "z"})["age"] == 5
        assert t.list("Person", [F("age") == 5], order_by="id", limit=1)[0]["name"] == "z"
        assert t.count("Person", [F("age") == 5]) == 1
        assert t.delete("Person", 9) == nothing and t.delete("Person", 1) == applied
        assert t.read_one("Person", 1) is None
        assert "missing required field: name" in refusal(RuntimeError, t.create, "Person", {})
        assert "no fields provided to update" in refusal(RuntimeError, t.update, "Person", 1, {})
        refusal(TypeError, t.list, "Person", None, "name")  # by keyword only


def test_compare_and_set(df):
    with df.transaction() as t:
        t.create("Account", {"id": 1, "owner": "a", "amount": 5, "revision": 3})
        change = ("Account", 1, {"amount": 7}, "revision")
        assert t.compare_and_set(*change, 3) == \
            {"outcome": "applied_pending_commit", "previous_revision": 3, "next_revision": 4}
        assert t.compare_and_set(*change, 3) == {"outcome": "revision_conflict"}
        assert t.compare_and_set("Account", 9, {"amount": 7}, "revision", 3) == {"outcome": "no_visible_row"}
        assert t.compare_and_set("Account", None, {"amount": 7}, "revision", 3) == {"outcome": "no_visible_row"}
        assert t.read_one("Account", 1)["revision"] == 4 and t.read_one("Account", 1)["amount"] == 7
        prefix = "compare_and_set failed: query build error: "
        text = prefix + "compare-and-set requires a writable, required integer revision column"
        for column in ("amount", "owner", "id"):
            assert refusal(RuntimeError, t.compare_and_set, "Account", 1, {"note": "x"}, column, 3) == text
        assert "unknown column in revision_column" in \
            refusal(RuntimeError, t.compare_and_set, "Account", 1, {}, "zz", 3)
        assert "leave it out of data" in refusal(RuntimeError, t.compare_and_set, "Account", 1, {"revision": 5},
                                                 "revision", 3)
        assert "greatest value" in refusal(RuntimeError, t.compare_and_set, *change, 2**63 - 1)
        assert "not writable" in refusal(RuntimeError, t.compare_and_set, "Account", 1, {"id": 5}, "revision", 4)
    assert df.express.read("Account", 1)["revision"] == 4


def test_locks_of_rows(database):
    df = database.dataflow(person())
    df.express.create("Person", {"name": "x"})
    with df.transaction() as t:
        if database.engine != "sqlite":
            assert t.read_one("Person", 1, for_update=True)["name"] == "x"
            assert len(t.list("Person", for_update=True)) == 1
            return
        for call in (lambda: t.read_one("Person", 1, for_update=True), lambda: t.list("Person", for_update=True)):
            message = refusal(kailash.RowLockUnsupportedError, call)
            assert "row lock unsupported on model Person: FOR UPDATE is not available on SQLite" in message
            error = refusal.last
            assert (error.model, error.lock, error.dialect) == ("Person", "FOR UPDATE", "SQLite")


def test_a_locked_row_is_waited_for(database):
    if database.engine == "sqlite":
        pytest.skip("SQLite locks no rows")
    df = database.dataflow(person())
    df.express.create("Person", {"name": "x", "age": 1})
    holder = df.transaction()
    holder.read_one("Person", 1, for_update=True)
    seen = []

    def work():
        with df.transaction() as other:
            seen.append(other.read_one("Person", 1, for_update=True)["age"])
    thread = threading.Thread(target=work)
    thread.start()
    holder.update("Person", 1, {"age": 2})
    assert seen == []
    holder.commit()
    thread.join(20)
    assert seen == [2]


def test_savepoints(df):
    with df.transaction() as outer:
        outer.create("Person", {"name": "a"})
        with pytest.raises(KeyError):
            with outer.savepoint() as inner:
                assert type(inner) is DataFlowTransaction
                inner.create("Person", {"name": "b"})
                raise KeyError
        assert inner.is_finished and outer.count("Person") == 1
        with outer.savepoint() as inner:
            inner.create("Person", {"name": "c"})
            with inner.savepoint() as innermost:
                innermost.create("Person", {"name": "d"})
                innermost.rollback()
            assert inner.count("Person") == 2
        assert refusal(RuntimeError, inner.create, "Person", {"name": "x"}) == ENDED
        left = outer.savepoint()
        left.create("Person", {"name": "e"})
    assert left.is_finished and refusal(RuntimeError, left.commit) == ENDED
    assert sorted(row["name"] for row in df.express.list("Person")) == ["a", "c", "e"]


def test_a_failed_bulk_leaves_the_transaction_as_it_was(df):
    with df.transaction() as t:
        t.create("Person", {"id": 1, "name": "a"})
        with pytest.raises(kailash.UniqueViolationError):
            with t.savepoint() as point:
                point.create("Person", {"id": 1, "name": "b"})
        assert t.count("Person") == 1
    assert count(df) == 1


def test_sql_as_it_is(df):
    with df.transaction() as t:
        assert t.execute_raw("INSERT INTO people (name) VALUES (?)", ["x"]) == []
        assert t.execute_raw("SELECT name FROM people") == [{"name": "x"}]
    with df.express.from_config(df.config).transaction() as t:
        assert type(t) is DataFlowTransaction
    sync = kailash.DataFlowExpressSync.from_config(df.config)
    sync.register_model(person())
    with sync.transaction() as t:
        assert type(t) is DataFlowTransactionSync
        assert t.execute_raw("INSERT INTO people (name) VALUES ('y')") == 1
        assert t.execute_raw("UPDATE people SET age = 3") == 2
        assert t.execute_raw("SELECT COUNT(*) AS n FROM people WHERE age = ?", [3]) == [{"n": 2}]
        assert t.create("Person", {"name": "z"})["name"] == "z"
    sync.close()
    assert count(df) == 3


def test_others_do_not_see_what_is_not_committed(df):
    with df.transaction() as t:
        t.create("Person", {"name": "x"})
        assert t.count("Person") == 1
        assert count(df) == 0  # on another connection
    assert count(df) == 1


def test_async(df):
    async def work():
        async with df.transaction() as t:
            await t.create_async("Person", {"name": "x"})
            assert await t.count_async("Person") == 1
            assert (await t.update_async("Person", 1, {"age": 1}))["outcome"] == "applied"
        assert t.is_finished
        with pytest.raises(KeyError):
            async with df.transaction() as t:
                await t.create_async("Person", {"name": "y"})
                raise KeyError
        t = df.transaction()
        await t.create_async("Person", {"name": "z"})
        await t.rollback_async()
        t = df.transaction()
        await asyncio.gather(*(t.create_async("Person", {"name": str(i)}) for i in range(20)))
        await t.commit_async()
        with pytest.raises(RuntimeError, match=ENDED):
            await t.commit_async()
    asyncio.run(work())
    assert count(df) == 21


def test_threads_take_turns_on_one_transaction(df):
    with df.transaction() as t:
        threads = [threading.Thread(target=lambda: [t.create("Person", {"name": "x"}) for _ in range(50)])
                   for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert t.count("Person") == 200
    assert count(df) == 200


def test_two_counters_that_compare_and_set_lose_nothing(df):
    df.express.create("Account", {"id": 1, "owner": "a", "amount": 0, "revision": 0})

    def work():
        done = 0
        while done < 20:
            with df.transaction() as t:
                row = t.read_one("Account", 1)
                answer = t.compare_and_set("Account", 1, {"amount": row["amount"] + 1}, "revision", row["revision"])
                done += answer["outcome"] == "applied_pending_commit"
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row = df.express.read("Account", 1)
    assert (row["amount"], row["revision"]) == (80, 80)


def test_in_memory_calls_beside_an_open_transaction_do_not_hang():
    df = kailash.DataFlow("sqlite::memory:", auto_migrate=True)
    df.register_model(person())
    with df.transaction() as t:
        t.create("Person", {"name": "x"})
        begin = time.monotonic()
        assert df.express.count("Person") == 0  # what was committed
        refusal(kailash.DataFlowDatabaseError, lambda: df.express.create("Person", {"name": "y"}))
        assert refusal.last.native_code in (5, 6)  # at once: its own thread holds the lock
        assert time.monotonic() - begin < 1
    assert df.express.count("Person") == 1
    df.close()


def test_a_closed_dataflow_begins_none(df):
    df.close()
    refusal(kailash.DataFlowDatabaseError, df.transaction)


def test_a_tenant_must_not_be_blank(df):
    for tenant in ("", " ", "\t\n"):
        assert "blank" in refusal(RuntimeError, df.transaction_with_tenant, tenant)
    with df.transaction_with_tenant("t") as t:
        assert t.tenant_id == "t"
        assert t.create("Person", {"name": "x"}, tenant_id="other")["name"] == "x"  # not multi-tenant
    assert df.transaction().tenant_id is None
