"""DataFlow when things go wrong: connections that are killed, servers that restart, full disks, killed processes, Ctrl-C,
objects that are dropped at any time, and more rows than memory."""

import asyncio
import gc
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import warnings

import pytest

from dataflow_models import TEXT, WHOLE, model

import kailash
from kailash import DataFlow, DataFlowDatabaseError
from kailash.dataflow import F

HERE = pathlib.Path(__file__).resolve().parent
OWN_NUMBER = {"postgres": "SELECT pg_backend_pid() AS n", "mariadb": "SELECT CONNECTION_ID() AS n"}
KILL = {"postgres": "SELECT pg_terminate_backend({})", "mariadb": "KILL {}"}
LONG = {
    "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 400000000) SELECT count(*) FROM c",
    "postgres": "SELECT pg_sleep(60)",
    "mariadb": "SELECT SLEEP(60)",
}


def note():
    return model("Note", "notes", ("text", TEXT, {"nullable": True}), ("number", WHOLE, {"nullable": True}))


def notes(count, size=1):
    return [{"text": "x" * size, "number": number} for number in range(count)]


def servers_only(database):
    if database.engine == "sqlite":
        pytest.skip("there is no server")


def is_lost(error):
    """It tells that the connection is gone, in the words of every engine."""
    return error.sqlstate_status == "reported" and (error.sqlstate.startswith("08") or error.sqlstate == "57P01")


def fails_as_lost(call):
    with pytest.raises(DataFlowDatabaseError) as caught:
        call()
    assert is_lost(caught.value), (caught.value, caught.value.sqlstate)


def kill(database, number):
    database.dataflow(auto_migrate=False).execute_raw(KILL[database.engine].format(number))
    time.sleep(0.2)


def wait_for(ready, seconds=30):
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


# ---- connections that are killed ----------------------------------------------------------------------------


@pytest.mark.parametrize("work", [
    lambda t: t.create("Note", {"text": "b"}),
    lambda t: t.list("Note"),
    lambda t: t.update("Note", 1, {"text": "b"}),
    lambda t: t.execute_raw("SELECT 1", []),
    lambda t: t.savepoint(),
    lambda t: t.commit(),
], ids=["create", "list", "update", "execute_raw", "savepoint", "commit"])
def test_a_transaction_whose_connection_is_killed(database, work):
    servers_only(database)
    df = database.dataflow(note())
    t = df.transaction()
    t.create("Note", {"text": "a"})
    kill(database, t.execute_raw(OWN_NUMBER[database.engine], [])[0]["n"])
    fails_as_lost(lambda: work(t))
    if not t.is_finished:
        with pytest.raises(DataFlowDatabaseError):
            t.create("Note", {"text": "c"})
        with pytest.raises(DataFlowDatabaseError):
            t.commit()
    assert t.is_finished
    assert df.express.count("Note") == 0
    df.express.create("Note", {"text": "d"})
    assert df.express.count("Note") == 1 and df.pool_metrics().active == 0


def test_a_statement_whose_connection_is_killed(database):
    servers_only(database)
    df = database.dataflow(note())
    thread = threading.Timer(0.5, lambda: kill(database, running(database)))
    thread.start()
    fails_as_lost(lambda: df.execute_raw(LONG[database.engine]))
    thread.join()
    df.express.create("Note", {"text": "a"})
    assert df.pool_metrics().active == 0


def running(database):
    """The number of the connection that runs the long statement."""
    text = {"postgres": "SELECT pid AS n FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND datname = current_database()",
            "mariadb": "SELECT id AS n FROM information_schema.processlist WHERE info = 'SELECT SLEEP(60)' AND db = DATABASE()"}
    return database.dataflow(auto_migrate=False).execute_raw(text[database.engine])[0]["n"]


def test_a_stream_whose_connection_is_killed(database):
    servers_only(database)
    df = database.dataflow(note(), pool_size=1)
    df.express.bulk_create("Note", notes(20000, 2000))
    number = df.execute_raw(OWN_NUMBER[database.engine])[0]["n"]
    stream = df.stream("SELECT * FROM notes", batch_size=10)
    assert len(stream.next_batch()) == 10
    kill(database, number)
    fails_as_lost(lambda: list(stream))
    assert stream.next_batch() is None
    assert df.express.count("Note") == 20000


def test_all_idle_connections_are_killed(database):
    servers_only(database)
    df = database.dataflow(note(), min_connections=4)
    text = {"postgres": "SELECT pid AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            "mariadb": "SELECT id AS n FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"}
    other = database.dataflow()
    for row in other.execute_raw(text[database.engine]):
        other.execute_raw(KILL[database.engine].format(row["n"]))
    time.sleep(0.2)
    for number in range(8):
        df.express.create("Note", {"number": number})
    assert df.express.count("Note") == 8


# ---- servers that restart -----------------------------------------------------------------------------------


def pid_in(path):
    try:
        with open(path, encoding="ascii") as file:
            return int(file.readline())
    except (OSError, ValueError):
        return 0


def stop_server(service, path):
    """Stop it, and the shell that would start it again; gives the number that it had."""
    loop, pid = service.processes[-1], pid_in(path)
    os.kill(loop.pid, signal.SIGSTOP)
    os.kill(pid, signal.SIGINT if service.name == "postgres" else signal.SIGTERM)
    wait_for(lambda: state_of(pid) in ("Z", ""))
    return pid


def state_of(pid):
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rsplit(")", 1)[1].split()[0]


@pytest.mark.slow
@pytest.mark.parametrize("own_server", ["postgres", "mariadb"], indirect=True)
def test_a_server_restarts(own_server):
    engine, service, variables = own_server
    name = engine.upper()
    url, path = variables[f"KAILASH_TEST_{name}_URL"], variables[f"KAILASH_TEST_{name}_PID"]
    df = DataFlow(url, config=kailash.DataFlowConfig(url, auto_migrate=True, min_connections=3, connect_timeout_secs=5))
    df.register_model(note())
    df.express.create("Note", {"text": "before"})
    t = df.transaction()
    t.create("Note", {"text": "lost"})
    stream = df.stream("SELECT * FROM notes")
    before = stop_server(service, path)
    fails_as_lost(lambda: t.create("Note", {"text": "lost too"}))
    begun = time.monotonic()
    for call in (lambda: df.express.create("Note", {"text": "refused"}), df.transaction,
                 lambda: df.stream("SELECT 1"), lambda: df.execute_raw("SELECT 1")):
        with pytest.raises(DataFlowDatabaseError) as caught:
            call()
        assert "p@ss" not in str(caught.value) and "p%40ss" not in str(caught.value)
    assert time.monotonic() - begun < 10 and df.health_check() is False
    os.kill(service.processes[-1].pid, signal.SIGCONT)
    wait_for(lambda: pid_in(path) not in (0, before) and df.health_check(), 60)
    del stream, t
    gc.collect()
    df.express.create("Note", {"text": "after"})
    assert [row["text"] for row in df.express.list("Note", order_by="id")] == ["before", "after"]
    assert df.pool_metrics().active == 0
    df.close()


# ---- pools that are exhausted -------------------------------------------------------------------------------


def test_an_exhausted_pool_refuses_every_kind_of_call_in_time(database):
    df = database.dataflow(note(), pool_size=2, connect_timeout_secs=1)
    held = [df.transaction(), df.stream("SELECT 1 AS a")]
    begun = time.monotonic()
    for call in (lambda: df.express.create("Note", {}), df.transaction, lambda: df.stream("SELECT 1"),
                 lambda: df.express.create_async("Note", {}).result(10)):
        with pytest.raises(DataFlowDatabaseError, match="no connection"):
            call()
    assert 3 < time.monotonic() - begun < 20
    threading.Timer(0.3, held[0].rollback).start()
    assert df.express.count("Note") == 0  # it waited, and was served
    held.clear()
    gc.collect()
    assert df.pool_metrics().active == 0


def test_waiting_for_a_connection_may_be_interrupted(database, ctrl_c):
    df = database.dataflow(note(), pool_size=1, connect_timeout_secs=60)
    with df.stream("SELECT 1 AS a"):
        ctrl_c(lambda: df.express.count("Note"))
    assert df.express.count("Note") == 0


# ---- full disks ---------------------------------------------------------------------------------------------


def full_soon(tmp_path, model, pages=40, **settings):
    """A database that can grow by a few pages only: every connection is told, so there is one."""
    url = f"sqlite:{tmp_path}/full.db"
    df = DataFlow(url, config=kailash.DataFlowConfig(url, auto_migrate=True, pool_size=1, **settings))
    df.register_model(model)
    df.execute_raw(f"PRAGMA max_page_count = {pages}")
    return df


def is_full(caught):
    return type(caught.value) is DataFlowDatabaseError and caught.value.native_code == 13 and "full" in str(caught.value)


def test_a_full_disk_leaves_nothing_half_done(tmp_path):
    df = full_soon(tmp_path, note())
    df.express.create("Note", {"text": "a"})
    for call in (lambda: df.express.bulk_create("Note", notes(100, 5000)),
                 lambda: df.express.bulk_upsert("Note", [{"id": 2 + i, **row} for i, row in enumerate(notes(100, 5000))]),
                 lambda: df.express.create("Note", {"text": "x" * 1000000}),
                 lambda: df.express.update("Note", 1, {"text": "x" * 1000000}),
                 lambda: df.execute_raw("CREATE TABLE copy AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
                                        "FROM c WHERE n < 1000) SELECT n, hex(zeroblob(500)) FROM c")):
        with pytest.raises(DataFlowDatabaseError) as caught:
            call()
        assert is_full(caught), caught.value
        assert [row["text"] for row in df.express.list("Note")] == ["a"]
        assert df.execute_raw("SELECT count(*) AS n FROM sqlite_master WHERE name = 'copy'") == [{"n": 0}]
        assert df.execute_raw("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    df.express.create("Note", {"text": "b"})
    assert df.express.count("Note") == 2
    df.close()


def test_a_full_disk_within_a_transaction(tmp_path):
    """SQLite may roll the whole of it back; what comes behind that must not last by itself."""
    df = full_soon(tmp_path, note())
    t = df.transaction()
    t.create("Note", {"text": "a"})
    with pytest.raises(DataFlowDatabaseError) as caught:
        t.create("Note", {"text": "x" * 1000000})
    assert is_full(caught)
    try:
        t.create("Note", {"text": "b"})
        t.commit()
    except DataFlowDatabaseError:
        t.rollback()
        assert df.express.count("Note") == 0
    else:
        assert [row["text"] for row in df.express.list("Note")] == ["a", "b"]
    df.express.create("Note", {"text": "c"})
    df.close()


def test_a_transaction_that_the_database_rolled_back_is_lost(database):
    """As after a full disk or a deadlock: neither a further statement nor the commit does as if it were there."""
    df = database.dataflow(note())
    t = df.transaction()
    t.create("Note", {"text": "a"})
    t.execute_raw("ROLLBACK", [])
    for call in (lambda: t.create("Note", {"text": "b"}), lambda: t.execute_raw("INSERT INTO notes(text) VALUES ('c')"),
                 t.savepoint, lambda: t.list("Note"), t.commit):
        with pytest.raises(DataFlowDatabaseError, match="the transaction is lost"):
            call()
    assert t.is_finished and df.express.count("Note") == 0


def test_a_deadlock_is_an_error_and_loses_nothing_else(database):
    """MariaDB rolls the whole transaction of the victim back, PostgreSQL lets it do nothing but end."""
    servers_only(database)
    df = database.dataflow(note())
    df.express.bulk_create("Note", [{"id": 1, "number": 0}, {"id": 2, "number": 0}])
    barrier, failures = threading.Barrier(2), []

    def work(first, second):
        t = df.transaction()
        try:
            t.update("Note", first, {"number": first})
            barrier.wait(10)
            t.update("Note", second, {"number": first})
            t.commit()
        except DataFlowDatabaseError as error:
            failures.append(error)
            with pytest.raises(DataFlowDatabaseError):
                t.create("Note", {"id": 3})
            with pytest.raises(DataFlowDatabaseError):
                t.commit()
    in_threads([lambda: work(1, 2), lambda: work(2, 1)])
    assert [error.sqlstate in ("40001", "40P01") for error in failures] == [True]
    rows = df.express.list("Note", order_by="id")
    assert len(rows) == 2 and rows[0]["number"] == rows[1]["number"] != 0


def in_threads(calls):
    raised = []

    def run(call):
        try:
            call()
        except BaseException as error:
            raised.append(error)
    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert raised == [] and not any(thread.is_alive() for thread in threads)


# ---- processes that are killed, or end with everything open ---------------------------------------------------


def child(database, body, **options):
    """Another process with a DataFlow `df` on this database; it tells "begun" when it is about to do its work."""
    script = f"""
import asyncio, gc, os, resource, signal, sys, threading, time
sys.path.insert(0, {str(HERE)!r})
import kailash
from test_dataflow_faults import LONG, note, notes
signal.signal(signal.SIGINT, signal.default_int_handler)
df = kailash.DataFlow({database.url!r}, auto_migrate=True)
df.register_model(note())
def begun(text="begun"):
    print(text, flush=True)
"""
    return subprocess.Popen([sys.executable, "-c", script + body], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, **options)


def killed(process, pause=0.0):
    assert process.stdout.readline() == "begun\n", process.stderr.read()
    time.sleep(pause)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("pause", [0.0, 0.05, 0.3])
def test_a_process_killed_in_bulk_create(database, pause):
    df = database.dataflow(note())
    killed(child(database, "rows = notes(30000, 100)\nbegun()\nwhile True: df.express.bulk_create('Note', rows)"), pause)
    wait_for(lambda: df.express.count("Note") % 30000 == 0, 60)  # a server takes a while to see it
    df.express.create("Note", {"text": "after"})
    assert df.express.count("Note") % 30000 == 1


@pytest.mark.parametrize("body", [
    "t = df.transaction()\nt.create('Note', {})\nt.savepoint().create('Note', {})\nbegun()\ntime.sleep(60)",
    "df.express.create('Note', {})\ns = df.stream('SELECT * FROM notes')\nt = df.transaction()\nt.create('Note', {})\n"
    "begun()\nwhile True: t.create('Note', {})",
    "df.express.create('Note', {})\nbegun()\nwhile True:\n"
    "    for row in df.stream('SELECT * FROM notes', batch_size=1): pass",
], ids=["transaction", "busy transaction", "stream"])
def test_a_process_killed_with_something_open(database, body):
    df = database.dataflow(note())
    killed(child(database, body), 0.1)
    expected = body.count("df.express.create")
    begun = time.monotonic()
    df.express.create("Note", {"text": "after"})  # no lock is left
    assert time.monotonic() - begun < 10
    assert df.express.count("Note") == expected + 1


def ended(process, *, status=0, errors="", seconds=60):
    out, err = process.communicate(timeout=seconds)
    assert (process.returncode, err) == (status, errors), (out, err)
    return out


EVERYTHING_OPEN = """
df.express.bulk_create("Note", notes(3000))
stream = df.stream("SELECT * FROM notes", batch_size=1)
stream.next_batch()
exhausted = df.stream("SELECT * FROM notes")
for row in exhausted: pass
express, transaction = df.express, df.transaction()
transaction.create("Note", {"text": "lost"})
savepoint = transaction.savepoint()
unfinished = [express.count_async("Note") for _ in range(50)]
closed = kailash.DataFlow("sqlite::memory:")
left = closed.stream("SELECT 1")
closed.close()
"""


def test_the_interpreter_ends_with_everything_open(database):
    df = database.dataflow(note())
    ended(child(database, EVERYTHING_OPEN))
    wait_for(lambda: df.express.count("Note") == 3000)
    assert df.express.list("Note", [F("text") == "lost"]) == []


def test_the_interpreter_ends_by_an_exception_with_everything_open(database):
    database.dataflow(note())
    process = child(database, EVERYTHING_OPEN + "sys.stderr = open(os.devnull, 'w')\nraise KeyError('out')")
    ended(process, status=1)


def test_the_interpreter_ends_while_daemons_work(database):
    database.dataflow(note())
    ended(child(database, """
def work():
    while True:
        df.express.count("Note")
        with df.transaction() as t: t.count("Note")
        for row in df.stream("SELECT 1"): pass
threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
for thread in threads: thread.start()
time.sleep(0.3)
"""))


# ---- objects that are dropped in any state --------------------------------------------------------------------


def begun_stream(df):
    stream = df.stream("SELECT * FROM notes", batch_size=5)
    stream.next_batch()
    return stream


def exhausted_stream(df):
    stream = df.stream("SELECT * FROM notes")
    assert len(list(stream)) == 50
    return stream


def busy_transaction(df):
    transaction = df.transaction()
    transaction.create("Note", {"text": "lost"})
    return transaction


def savepoint_of_a_dropped_transaction(df):
    savepoint = df.transaction().savepoint()
    savepoint.create("Note", {"text": "lost"})
    return savepoint


def transaction_of_a_dropped_savepoint(df):
    transaction = df.transaction()
    transaction.savepoint().create("Note", {"text": "lost"})
    return transaction


def transaction_with_a_call_on_its_way(df):
    transaction = df.transaction()
    return [transaction, transaction.create_async("Note", {"text": "lost"})]


STATES = [
    begun_stream, exhausted_stream, busy_transaction, savepoint_of_a_dropped_transaction, transaction_of_a_dropped_savepoint,
    transaction_with_a_call_on_its_way, lambda df: df.stream("SELECT * FROM notes"), lambda df: df.express,
    lambda df: df.transaction(), lambda df: df.express.count_async("Note"), lambda df: df.transaction().commit_async(),
]


def test_dropped_in_every_state(database):
    df = database.dataflow(note(), pool_size=3)
    df.express.bulk_create("Note", notes(50))
    for make in STATES:
        made = make(df)
        del made
        gc.collect()
        wait_for(lambda: df.pool_metrics().active == 0)
    assert df.express.list("Note", [F("text") == "lost"]) == [] and df.express.count("Note") == 50


def test_closed_below_everything(database):
    """What is open when its DataFlow is closed may be dropped, and nothing new begins."""
    other = database.dataflow(note())
    other.express.bulk_create("Note", notes(50))
    for make in STATES:
        df = DataFlow(database.url)
        df.register_model(note())
        made = make(df)
        df.close()
        df.close()
        for call in (lambda df=df: df.express.count("Note"), df.transaction, lambda df=df: df.stream("SELECT 1"),
                     lambda df=df: df.express.count_async("Note").result(10)):
            with pytest.raises(DataFlowDatabaseError, match="closed"):
                call()
        del made, df, call
        gc.collect()
    wait_for(lambda: other.express.list("Note", [F("text") == "lost"]) == [])
    assert other.express.count("Note") == 50
    other.express.create("Note", {})  # no lock is left


def test_async_twins_that_nobody_awaits(database):
    df = database.dataflow(note())

    async def forgetful():
        for number in range(20):
            df.express.create_async("Note", {"number": number})
        task = asyncio.ensure_future(wait_long())
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async def wait_long():
        t = df.transaction()
        await t.create_async("Note", {"number": -1})
        await asyncio.sleep(60)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(forgetful())
        gc.collect()
    wait_for(lambda: df.express.count("Note") == 20)
    wait_for(lambda: df.pool_metrics().active == 0)


def test_references_go_in_circles(database):
    df = database.dataflow(note())

    class Holder:
        pass
    for _ in range(3):
        holder = Holder()
        holder.stream, holder.own, holder.transaction = df.stream("SELECT 1 AS a"), holder, df.transaction()
        del holder
        gc.collect()
    assert df.pool_metrics().active == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_with_everything_open(database):
    """The child works on connections of its own and leaves those of its parent alone, however it ends."""
    df = database.dataflow(note())
    df.express.bulk_create("Note", notes(3000))
    stream = df.stream("SELECT * FROM notes ORDER BY id", batch_size=10)
    first = stream.next_batch()
    t = df.transaction() if database.engine != "sqlite" else None  # which would lock the file for the child
    if t:
        t.create("Note", {"text": "of the parent"})
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            signal.alarm(30)
            ok = df.express.count("Note") == 3000
            df.express.create("Note", {"text": "of the child"})
            with df.transaction() as own:
                own.create("Note", {"text": "of the child"})
            ok = ok and len(list(df.stream("SELECT * FROM notes"))) == 3002
            status = 0 if ok else 2
            del stream, t
            gc.collect()
            df.close()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert len(first) + len(list(stream)) == 3000
    if t:
        t.create("Note", {"text": "of the parent"})
        t.commit()
    assert df.express.count("Note") == (3004 if t else 3002)


# ---- Ctrl-C -------------------------------------------------------------------------------------------------


@pytest.fixture
def ctrl_c():
    """ctrl_c(call): press Ctrl-C while `call` waits; it ends soon, by KeyboardInterrupt."""
    def press(call):
        timer = threading.Timer(0.4, lambda: os.kill(os.getpid(), signal.SIGINT))
        begun = time.monotonic()
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            call()
            time.sleep(1)  # the signal came too late: it ends this one
            pytest.fail("the call ended by itself")
        assert time.monotonic() - begun < 10
        timer.join()
    return press


def test_a_long_statement_is_interrupted(database, ctrl_c):
    df = database.dataflow(note(), pool_size=1)
    for _ in range(2):
        ctrl_c(lambda: df.execute_raw(LONG[database.engine]))
        assert df.execute_raw("SELECT 1 AS a") == [{"a": 1}]
    ctrl_c(lambda: df.stream(LONG[database.engine]).next_batch())
    df.express.create("Note", {"text": "a"})
    assert df.express.count("Note") == 1 and df.pool_metrics().active == 0


def test_a_transaction_is_interrupted(database, ctrl_c):
    df = database.dataflow(note(), pool_size=1)

    def work():
        with df.transaction() as t:
            t.create("Note", {"text": "lost"})
            t.execute_raw(LONG[database.engine])
    ctrl_c(work)
    assert df.express.count("Note") == 0 and df.pool_metrics().active == 0


def test_another_thread_goes_on_while_one_is_interrupted(database, ctrl_c):
    df = database.dataflow(note())
    stop, done = threading.Event(), []

    def work():
        while not stop.is_set():
            done.append(df.express.count("Note"))
    thread = threading.Thread(target=work)
    thread.start()
    try:
        ctrl_c(lambda: df.execute_raw(LONG[database.engine]))
    finally:
        stop.set()
        thread.join(10)
    assert done and not thread.is_alive()


def test_others_may_look_at_a_transaction_that_waits(database):
    """Neither its properties nor its repr wait for the statement that runs, least of all with Python's lock."""
    df = database.dataflow(note())
    slow = {"sqlite": LONG["sqlite"].replace("400000000", "10000000"), "postgres": "SELECT pg_sleep(1)",
            "mariadb": "SELECT SLEEP(1)"}[database.engine]
    t = df.transaction()
    thread = threading.Thread(target=lambda: t.execute_raw(slow, []))
    thread.start()
    time.sleep(0.2)
    begun = time.monotonic()
    assert not t.is_finished and "finished=False" in repr(t)
    assert time.monotonic() - begun < 0.3
    thread.join()
    t.rollback()


# ---- readers beside writers ---------------------------------------------------------------------------------


def test_readers_beside_a_long_write(database):
    """Whoever reads sees what was there before, all the while, and waits for nobody."""
    df = database.dataflow(note())
    df.express.bulk_create("Note", notes(100))
    seen, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            begun = time.monotonic()
            seen.append((df.express.count("Note"), len(list(df.stream("SELECT * FROM notes")))))
            assert time.monotonic() - begun < 4
    with df.transaction() as t:
        thread = threading.Thread(target=read)
        thread.start()
        for number in range(300):
            t.create("Note", {"number": number})
        t.update("Note", 1, {"text": "new"})
        assert df.express.read("Note", "1")["text"] == "x"
        stop.set()
        thread.join(20)
    assert seen and set(seen) == {(100, 100)}
    assert df.express.count("Note") == 400 and df.express.read("Note", "1")["text"] == "new"


# ---- more rows than memory ----------------------------------------------------------------------------------

MILLION = """
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
df.express.bulk_create("Note", notes(20000, 50))
df.execute_raw("DELETE FROM notes")
before, total = peak(), 0
for part in range(50):
    df.express.bulk_create("Note", [{"text": "x" * 50, "number": part * 20000 + n} for n in range(20000)])
loaded = peak()
with df.stream("SELECT * FROM notes", batch_size=1000) as stream:
    while batch := stream.next_batch():
        total += sum(row["number"] for row in batch)
streamed = peak()
with df.stream_keyset("SELECT * FROM notes", key_column="id") as stream:
    for row in stream: total -= row["number"]
print(df.express.count("Note"), total, loaded - before, streamed - before, peak() - before)
"""


@pytest.mark.slow
def test_a_million_rows_pass_through_little_memory(database):
    database.dataflow(note())
    count, rest, *grown = map(int, ended(child(database, MILLION), seconds=280).split())
    assert (count, rest) == (1000000, 0)
    assert max(grown) < 60, grown  # MiB; all of them at once are several hundred
