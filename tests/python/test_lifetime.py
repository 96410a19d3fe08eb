"""What the interpreter does to the library: counts, threads, signals, forks, exits."""

import asyncio
import gc
import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import threading
import time
import weakref

import pytest

import kailash


def settle():
    for _ in range(3):
        gc.collect()


def growth(work, times, warm_up=3):
    """By how many blocks and references of the interpreter `times` rounds grow."""
    for _ in range(warm_up):
        work()
    settle()
    blocks = sys.getallocatedblocks()
    for _ in range(times):
        work()
    settle()
    return sys.getallocatedblocks() - blocks


def test_values_leak_nothing(engine):
    e = engine({"Echo": lambda inputs: inputs})
    workflow = e.build({"a": "Echo"})
    inputs = {"rows": [{"id": i, "name": f"name{i}", "b": b"x" * i} for i in range(50)], "t": "text"}
    assert growth(lambda: e.runtime.execute(workflow, inputs), 300) < 50


def test_failures_leak_nothing(engine):
    e = engine({"Fail": lambda inputs: {}[1], "Bad": lambda inputs: {"a": (1,)}}, max_concurrent_nodes=4)
    workflows = [e.build({"a": kind, "b": "NoOpNode"}) for kind in ("Fail", "Bad")]

    def work():
        for workflow in workflows:
            with pytest.raises(RuntimeError):
                e.runtime.execute(workflow, {"x": [1]})
        with pytest.raises(TypeError):
            e.runtime.execute(workflows[0], {"x": [{"y": object()}]})

    assert growth(work, 100) < 100


def test_builders_and_runtimes_leak_nothing(engine):
    def work():
        e = engine({"Echo": lambda inputs: inputs})
        e.run({"a": "Echo", "b": ("NoOpNode", {"x": [1, 2]})}, ["a.x -> b.x"], {"x": "y"})

    assert growth(work, 100) < 50


def test_reference_counts_are_stable(engine):
    e = engine({"Echo": lambda inputs: inputs})
    workflow = e.build({"a": "Echo"})
    key, text, row = "a key of its own", "a text of its own", {}
    value = {key: text, "row": row}
    before = sys.getrefcount(text), sys.getrefcount(key), sys.getrefcount(row)
    for _ in range(1000):
        e.runtime.execute(workflow, value)
    settle()
    after = sys.getrefcount(text), sys.getrefcount(key), sys.getrefcount(row)
    assert all(now - then <= 3 for now, then in zip(after, before))  # caches may hold a name


def test_what_workers_drop_is_dropped(engine):
    class Weak(str):
        pass

    e = engine({"Make": lambda inputs: {"t": f"made {time.monotonic()}" * 10}}, max_concurrent_nodes=4)
    workflow = e.build({f"n{i}": "Make" for i in range(8)})
    assert growth(lambda: e.runtime.execute(workflow), 200) < 200


@pytest.mark.parametrize("nodes", [1, 3])
def test_ctrl_c_interrupts(engine, nodes):
    def sleep(inputs):
        time.sleep(20)
        return {}

    e = engine({"Sleep": sleep}, max_concurrent_nodes=4)
    workflow = e.build({f"n{i}": "Sleep" for i in range(nodes)})
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        e.runtime.execute(workflow)
    assert time.monotonic() - begin < 10
    timer.join()


def test_ctrl_c_interrupts_a_wait(engine):
    release = threading.Event()

    def wait(inputs):
        release.wait(20)
        return {}

    e = engine({"Wait": wait})
    handle = e.runtime.start(e.build({"a": "Wait"}))
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        handle.result()
    release.set()
    timer.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_runs_workflows(engine):
    e = engine({"Sleep": lambda inputs: (time.sleep(0.01), {"v": 1})[1]}, max_concurrent_nodes=4)
    workflow = e.build({f"n{i}": "Sleep" for i in range(4)})
    busy = e.runtime.start(workflow)
    ids = {e.runtime.execute(workflow)["run_id"]}
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            mine = engine({"Sleep": lambda inputs: (time.sleep(0.01), {"v": 1})[1]}, max_concurrent_nodes=4)
            answer = mine.runtime.execute(mine.build({f"n{i}": "Sleep" for i in range(4)}))
            os.write(write, answer["run_id"].encode())
            status = 0 if answer["results"]["n3"] == {"v": 1} else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    ids.add(os.read(read, 36).decode())
    ids.add(e.runtime.execute(workflow)["run_id"])
    assert len(ids) == 3
    busy.result(10)


# The allocator of the address sanitizer may be locked in the child of a program with threads.
@pytest.mark.skipif(not hasattr(os, "fork") or "asan" in os.environ.get("LD_PRELOAD", ""),
                    reason="needs fork and the C library's allocator")
def test_a_forked_child_may_use_what_it_inherits(engine):
    async def slow(inputs):
        await asyncio.sleep(0.005)
        return {"v": 1}

    e = engine({"Sleep": lambda inputs: (time.sleep(0.005), {"v": 1})[1], "Async": slow},
               max_concurrent_nodes=4)
    workflow = e.build({"n1": "Sleep", "n2": "Sleep", "n3": "Async"})
    e.runtime.execute(workflow)  # the private loop of async callbacks runs by now
    stop = threading.Event()

    def keep_busy():
        while not stop.is_set():
            end = e.runtime.on_node_complete(lambda event: None)
            e.runtime.start(workflow).result()
            end()

    threads = [threading.Thread(target=keep_busy) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            handle = e.runtime.start(workflow)
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    signal.alarm(20)  # ends what hangs
                    answer = e.runtime.execute(workflow)["results"]
                    status = 0 if answer["n3"] == answer["n1"] == {"v": 1} else 2
                    try:
                        handle.result(5)
                    except RuntimeError as error:
                        if "the process was forked" not in str(error):
                            status = 3
                    e.runtime.drain(5)
                finally:
                    os._exit(status)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            handle.result(10)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def counts(objects):
    settle()
    return [sys.getrefcount(one) for one in objects]


def test_a_hundred_thousand_calls_move_no_count(engine):
    """Methods, properties, records and failures: neither blocks nor references grow."""
    e = engine({"Echo": lambda inputs: inputs})
    runtime, workflow = e.runtime, e.build({"a": "Echo"})
    metrics = runtime.metrics()
    text, key, inner = "a text of its own " * 3, "a key of its own", ["in", "a", "list"]
    inputs = {key: text, "inner": inner}
    config = kailash.RuntimeConfig(debug=True)
    watched = [text, key, inner, inputs, config, runtime, workflow, metrics, e.registry,
               kailash.Runtime, kailash.RuntimeConfig, kailash.ExecuteOpts, None.__class__]

    def cheap():
        for _ in range(1000):
            metrics.workflows_started()
            config.debug, config.max_concurrent_nodes
            kailash.ExecuteOpts(time_limit=1.5).time_limit
            config == e.config
            hash(text), runtime.registry is e.registry

    def dear():
        for _ in range(100):
            runtime.execute(workflow, inputs)
            repr(config), config.to_dict() if hasattr(config, "to_dict") else None
            for wrong in (lambda: runtime.execute(workflow, 3), lambda: metrics.no_such_method,
                          lambda: kailash.RuntimeConfig(no_such_field=1)):
                with pytest.raises((TypeError, AttributeError)):
                    wrong()

    for work, rounds in ((cheap, 20), (dear, 20)):
        work()
        before = counts(watched)
        grown = growth(work, rounds)
        after = counts(watched)
        assert grown < 100
        assert max(abs(now - then) for now, then in zip(after, before)) <= 3


def python(source, timeout=60):
    package = str(pathlib.Path(kailash.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": package}
    return subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(source)],
        capture_output=True, text=True, timeout=timeout, env=environment,
    )


PRELUDE = """
import kailash, time
registry = kailash.NodeRegistry()
def slow(inputs):
    time.sleep({seconds})
    return {{"made": [object.__name__] * 100}}
registry.register_callback("Slow", slow, [], [])
builder = kailash.WorkflowBuilder()
for i in range(3):
    builder.add_node("Slow", f"n{{i}}")
workflow = builder.build(registry)
runtime = kailash.Runtime(registry, kailash.RuntimeConfig(max_concurrent_nodes=4))
"""


def test_the_interpreter_may_exit_with_work_in_flight():
    for seconds in (0.001, 0.02, 30):
        done = python(PRELUDE.format(seconds=seconds) + textwrap.dedent("""
            handles = [runtime.start(workflow) for _ in range(5)]
            time.sleep(0.05)
            print("end")
        """), timeout=25)
        assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")


def test_the_interpreter_may_exit_after_a_timeout():
    done = python(PRELUDE.format(seconds=0.5) + textwrap.dedent("""
        try:
            runtime.execute_with_opts(workflow, {}, kailash.ExecuteOpts(time_limit=0.01))
        except RuntimeError as error:
            print(error)
        time.sleep(0.48)  # the callback comes back just as the interpreter ends
    """))
    assert done.returncode == 0
    assert "timed out" in done.stdout
    assert done.stderr == ""


def test_importing_loads_nothing_heavy():
    done = python("""
        import sys
        before = set(sys.modules)
        import kailash
        kailash.Runtime, kailash.WorkflowBuilder, kailash.NodeRegistry
        print(sorted(set(sys.modules) - before - {"kailash", "kailash._kailash", "atexit"}))
        libraries = {line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}
        print([name for name in libraries if any(word in name for word in
               ("pcre", "sqlite", "crypto", "xml2", "yaml", "zip", "curl", "pdfium", "blas"))
               and "lib-dynload" not in name])
    """)
    assert done.stderr == ""
    assert done.stdout == "[]\n[]\n"


@pytest.mark.skipif(not os.environ.get("KAILASH_SOAK"), reason="KAILASH_SOAK=1 runs it")
def test_a_million_executions_use_constant_memory(engine):
    e = engine({"Add": lambda inputs: {"x": inputs["x"] + 1}})
    workflow = e.build({"a": "Add", "b": "NoOpNode"}, ["a.x -> b.x"])

    def resident():
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    for value in range(50_000):
        e.runtime.execute(workflow, {"x": value})
    before = resident()
    for value in range(1_000_000):
        e.runtime.execute(workflow, {"x": value})
    assert resident() - before < 2_000_000


# ---- circles through the library -----------------------------------------------------------------


class App:
    """What applications look like: it has a registry and a runtime, and they call its methods."""

    def __init__(self, with_runtime=True, observed=False):
        self.registry = kailash.NodeRegistry()
        self.registry.register_callback("Step", self.step, ["x"], ["x"])
        if with_runtime:
            self.runtime = kailash.Runtime(self.registry)
        if observed:
            self.runtime.on_node_complete(self.see)
        self.seen = []

    def step(self, inputs):
        return {"x": len(inputs)}

    def see(self, event):
        self.seen.append(event)

    def run(self):
        builder = kailash.WorkflowBuilder()
        builder.add_node("Step", "a")
        return self.runtime.execute(builder.build(self.registry))


@pytest.mark.parametrize(("with_runtime", "observed"), [(False, False), (True, False), (True, True)])
def test_circles_through_the_library_are_collected(with_runtime, observed):
    app = App(with_runtime, observed)
    if with_runtime:
        app.run()
        assert len(app.seen) == observed
    gone = [weakref.ref(part) for part in (app, app.registry)]
    del app
    settle()
    assert [ref() for ref in gone] == [None, None]


def test_what_the_library_still_uses_is_kept():
    app = App()
    gone, runtime = weakref.ref(app), app.runtime
    builder = kailash.WorkflowBuilder()
    builder.add_node("Step", "a")
    workflow = builder.build(app.registry)
    del app
    settle()
    assert gone() is not None  # the runtime calls its method
    assert runtime.execute(workflow)["results"]["a"]["x"] == 0
    registry = runtime.registry
    del runtime, workflow, builder
    settle()
    assert gone() is not None and registry.has_type("Step")
    del registry
    settle()
    assert gone() is None


def test_a_run_under_way_keeps_its_circle():
    started, go = threading.Event(), threading.Event()
    registry = kailash.NodeRegistry()

    class Holder:
        def step(self, inputs):
            started.set()
            go.wait(20)
            return {"alive": self is not None}

    holder = Holder()
    holder.registry = registry
    registry.register_callback("Wait", holder.step, [], [])
    holder.runtime = kailash.Runtime(registry)
    builder = kailash.WorkflowBuilder()
    builder.add_node("Wait", "a")
    handle = holder.runtime.start(builder.build(registry))
    gone = weakref.ref(holder)
    started.wait(20)
    del holder, registry, builder
    settle()
    assert gone() is not None
    go.set()
    assert handle.result()["results"]["a"]["alive"] is True
    del handle
    settle()
    assert gone() is None


def test_the_collector_may_look_in_while_runs_are_under_way():
    stop, apps = time.monotonic() + 1, []

    def work():
        while time.monotonic() < stop:
            app = App(observed=True)
            builder = kailash.WorkflowBuilder()
            for i in range(6):
                builder.add_node("Step", f"n{i}")
            workflow = builder.build(app.registry)
            handles = [app.runtime.start(workflow) for _ in range(3)]
            app.runtime.execute(workflow)
            for handle in handles:
                handle.result()
            assert len(app.seen) == 24
            apps.append(weakref.ref(app))

    def collect():
        while time.monotonic() < stop:
            gc.collect()
            time.sleep(0.001)

    threads = [threading.Thread(target=target) for target in (work, work, work, collect)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settle()
    assert apps and [ref for ref in apps if ref() is not None] == []
