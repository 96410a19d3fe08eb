"""Callbacks that do what they should not: they must harm nobody but their own run."""

import asyncio
import collections
import concurrent.futures
import contextvars
import functools
import gc
import threading
import time
import weakref

import pytest

import kailash


def echo(inputs):
    return inputs


# ---- inputs and outputs ------------------------------------------------------------------------------


def test_changed_inputs_change_nothing_else(engine):
    def spoil(inputs):
        inputs["rows"].append("spoiled")
        inputs["rows"][0]["k"] = "spoiled"
        inputs.clear()
        return {}

    given = {"rows": [{"k": 1}]}
    nodes = {name: "NoOpNode" if name == "end" else "Spoil" for name in ("a", "b", "end")}
    e = engine({"Spoil": spoil})
    for _ in range(2):
        answer = e.run(nodes, inputs=given)
        assert given == {"rows": [{"k": 1}]}
        assert answer["results"]["end"] == given
    nodes = {"src": "NoOpNode", "a": "Spoil", "b": "NoOpNode"}
    answer = e.run(nodes, ["src.rows -> a.rows", "src.rows -> b.rows"], given)
    assert answer["results"]["b"] == answer["results"]["src"] == given


def test_changed_config_changes_nothing_later(engine):
    def spoil(inputs):
        inputs["list"].append(1)
        return {"n": len(inputs["list"])}

    e = engine({"Spoil": spoil})
    workflow = e.build({"a": ("Spoil", {"list": []})})
    for _ in range(3):
        assert e.runtime.execute(workflow)["results"] == {"a": {"n": 1}}
    assert workflow.to_definition()["nodes"][0]["config"] == {"list": []}


def test_outputs_changed_after_the_return(engine):
    kept = {"list": [1]}

    def give(inputs):
        return kept

    e = engine({"Give": give})
    answer = e.run({"a": "Give"})
    kept["list"].append(2)
    assert answer["results"] == {"a": {"list": [1]}}


def test_subclasses_come_back_plain(engine):
    class Words(list):
        def __iter__(self):
            raise AssertionError("nobody asks")

    class Text(str):
        def __eq__(self, other):
            raise AssertionError("nobody asks")

        __hash__ = str.__hash__

    class Answer(dict):
        def keys(self):
            raise AssertionError("nobody asks")

        def __getitem__(self, key):
            raise AssertionError("nobody asks")

    results = engine({"Give": lambda inputs: Answer(a=Words([1]), b=Text("x"),
                                                    c=collections.Counter(x=2))}).run(
        {"n": "Give"})["results"]["n"]
    assert type(results) is dict
    assert [type(value) for value in results.values()] == [list, str, dict]
    assert results == {"a": [1], "b": "x", "c": {"x": 2}}


def test_a_returned_reference_to_itself(engine):
    def knot(inputs):
        value = {}
        value["again"] = value
        return value

    with pytest.raises(RuntimeError, match="nests deeper than 10000 levels"):
        engine({"Knot": knot}).run({"a": "Knot"})


def test_ports_of_the_results(engine):
    registry = kailash.NodeRegistry()
    registry.register_callback("Ports", lambda inputs: {"more": 1}, [], ["declared"])
    registry.register_callback("", echo, ["x", "x"], ["x", "x"])
    builder = kailash.WorkflowBuilder()
    builder.add_node("Ports", "a")
    builder.add_node("NoOpNode", "b")
    builder.add_node("", "c", {"x": 1})
    builder.connect("a", "more", "b", "x")
    builder.connect("a", "declared", "b", "y")
    results = kailash.Runtime(registry).execute(builder.build(registry))["results"]
    assert results == {"a": {"more": 1}, "b": {"x": 1}, "c": {"x": 1}}


# ---- exceptions --------------------------------------------------------------------------------------


class Quit(BaseException):
    pass


@pytest.mark.parametrize("kind", [Quit, KeyboardInterrupt, SystemExit, GeneratorExit])
@pytest.mark.parametrize("count", [1, 4])
def test_base_exceptions_leave_the_run_as_they_are(engine, kind, count):
    raised = kind("now")

    def leave(inputs):
        raise raised

    e = engine({"Leave": leave}, max_concurrent_nodes=4)
    with pytest.raises(kind) as caught:
        e.run({f"n{i}": "Leave" for i in range(count)})
    assert caught.value is raised or count > 1
    assert e.run({"a": "NoOpNode"})["results"] == {"a": {}}


def test_exceptions_of_every_sort(engine):
    class Odd(Exception):
        def __str__(self):
            raise ValueError("no text")

    class Group(ExceptionGroup):
        pass

    for raised in (Odd(), Group("several", [ValueError(1)]), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
                   StopIteration(5), AssertionError(), OSError(5, "text"), RecursionError(), MemoryError()):
        def fail(inputs, *, raised=raised):
            raise raised

        with pytest.raises((RuntimeError, MemoryError)) as caught:
            engine({"Fail": fail}).run({"a": "Fail"})
        if not isinstance(raised, MemoryError):
            assert caught.value.__cause__ is raised
            assert str(caught.value).startswith("workflow execution failed: node 'a' failed -> ")


def test_endless_recursion_is_an_exception(engine):
    def again(inputs):
        return again(inputs)

    with pytest.raises(RuntimeError, match="node 'a' failed") as caught:
        engine({"Again": again}).run({"a": "Again"})
    assert isinstance(caught.value.__cause__, RecursionError)


def test_a_failure_does_not_keep_the_frames(engine):
    class Big:
        pass

    seen = []

    def fail(inputs):
        big = Big()
        seen.append(weakref.ref(big))
        raise ValueError

    with pytest.raises(RuntimeError):
        engine({"Fail": fail}).run({"a": "Fail"})
    gc.collect()
    assert seen[0]() is None


# ---- re-entering -------------------------------------------------------------------------------------


def test_runs_within_runs(engine):
    def nest(inputs):
        depth = inputs["depth"]
        if depth == 0:
            return {"depth": 0}
        inner = e.runtime.execute(workflow, {"depth": depth - 1})
        return {"depth": inner["results"]["a"]["depth"] + 1}

    e = engine({"Nest": nest}, max_concurrent_nodes=2)
    workflow = e.build({"a": "Nest"})
    assert e.runtime.execute(workflow, {"depth": 50})["results"] == {"a": {"depth": 50}}


def test_wide_runs_within_runs(engine):
    def nest(inputs):
        if inputs["depth"] == 0:
            return {"n": 1}
        results = e.runtime.execute(workflow, {"depth": inputs["depth"] - 1})["results"]
        return {"n": sum(answer["n"] for answer in results.values())}

    e = engine({"Nest": nest}, max_concurrent_nodes=2)
    workflow = e.build({"a": "Nest", "b": "Nest", "c": "Nest"})
    results = e.runtime.execute(workflow, {"depth": 3})["results"]
    assert sum(answer["n"] for answer in results.values()) == 3**4


def test_a_callback_builds_and_starts(engine):
    def work(inputs):
        registry = kailash.NodeRegistry()
        registry.register_callback("Echo", echo, [], [])
        builder = kailash.WorkflowBuilder()
        builder.add_node("Echo", "x", {"v": inputs["v"]})
        with kailash.Runtime(registry) as runtime:
            return runtime.start(builder.build(registry)).result(10)["results"]["x"]

    answer = engine({"Work": work}).run({"a": ("Work", {"v": 1}), "b": ("Work", {"v": 2})})
    assert answer["results"] == {"a": {"v": 1}, "b": {"v": 2}}


def test_dropping_the_runtime_within_its_run():
    def drop(inputs):
        held.clear()
        gc.collect()
        return {"v": 1}

    registry = kailash.NodeRegistry()
    registry.register_callback("Drop", drop, [], [])
    builder = kailash.WorkflowBuilder()
    for name in "ab":
        builder.add_node("Drop", name)
    held = [kailash.Runtime(registry), builder.build(registry)]
    handle = held[0].start(held[1])
    del registry, builder
    assert handle.result(10)["results"] == {"a": {"v": 1}, "b": {"v": 1}}


def test_shutting_down_within_a_run(engine):
    e = engine({"Stop": lambda inputs: (e.runtime.drain(0), {})[1]})
    workflow = e.build({"a": "Stop", "b": "NoOpNode"}, ["a.x -> b.x"])
    try:
        e.runtime.execute(workflow)
    except RuntimeError as error:
        assert "cancelled" in str(error)
    with pytest.raises(RuntimeError, match="shut down"):
        e.runtime.execute(workflow)


def test_registering_within_a_run_is_refused(engine):
    e = engine({"Register": lambda inputs: e.registry.register_callback("More", echo, [], []) or {}})
    with pytest.raises(RuntimeError, match="registry is already shared with a Runtime"):
        e.run({"a": "Register"})


# ---- observers ---------------------------------------------------------------------------------------


def test_observers_that_misbehave(engine):
    e = engine()
    heard = []

    def raising(event):
        heard.append(event["node_id"])
        raise ValueError("an observer's own fault")

    def leaving(event):
        heard.append("leaving")
        unsubscribe()

    def spoiling(event):
        event.clear()

    def rerunning(event):
        if event["node_id"] == "a":
            e.runtime.execute(inner)

    inner = e.build({"inner": "NoOpNode"})
    e.runtime.on_node_complete(raising)
    unsubscribe = e.runtime.on_node_complete(leaving)
    e.runtime.on_node_complete(spoiling)
    e.runtime.on_node_complete(rerunning)
    answer = e.run({"a": "NoOpNode", "b": "NoOpNode"})
    assert answer["results"] == {"a": {}, "b": {}}
    assert heard.count("leaving") == 1
    assert [name for name in heard if name != "leaving"] == ["a", "inner", "b"]
    unsubscribe()  # a second time changes nothing


def test_observers_are_dropped_with_the_runtime(engine):
    class Observer:
        def __call__(self, event):
            pass

    observer = Observer()
    gone = weakref.ref(observer)
    e = engine()
    e.runtime.on_node_complete(observer)
    e.run({"a": "NoOpNode"})
    del observer, e
    gc.collect()
    assert gone() is None


# ---- threads, tasks, contexts ------------------------------------------------------------------------


def test_callbacks_that_use_threads(engine):
    def work(inputs, ctx):
        found = []
        threads = [threading.Thread(target=lambda: found.append(ctx.run_id)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return {"ids": sorted(set(found))}

    e = engine({"Work": work}, max_concurrent_nodes=4)
    answer = e.run({name: "Work" for name in "abc"})
    assert {tuple(result["ids"]) for result in answer["results"].values()} == {(answer["run_id"],)}


def test_a_context_that_outlives_its_run(engine):
    kept = []
    e = engine({"Keep": lambda inputs, ctx: kept.append(ctx) or {}})
    answer = e.run({"a": "Keep"})
    del e
    gc.collect()
    [context] = kept
    assert context.node_id == "a"
    assert context.run_id == answer["run_id"]
    context.check_cancellation()


def test_callbacks_that_gather(engine):
    async def gather(inputs):
        async def one(n):
            await asyncio.sleep(0.001 * (5 - n))
            return n

        return {"all": await asyncio.gather(*(one(n) for n in range(5)))}

    e = engine({"Gather": gather}, max_concurrent_nodes=4)
    expected = {name: {"all": [0, 1, 2, 3, 4]} for name in "abc"}
    workflow = e.build({name: "Gather" for name in "abc"})
    assert e.runtime.execute(workflow)["results"] == expected

    async def main():
        answers = await asyncio.gather(*(e.runtime.execute_async(workflow) for _ in range(10)))
        assert all(answer["results"] == expected for answer in answers)

    asyncio.run(main())


def test_async_callbacks_that_fail_or_are_cancelled(engine):
    async def fail(inputs):
        await asyncio.sleep(0)
        raise KeyError("late")

    async def cancelled(inputs):
        raise asyncio.CancelledError

    stops = (asyncio.CancelledError, concurrent.futures.CancelledError)
    for callback, cause in ((fail, KeyError), (cancelled, stops)):
        for run in (lambda e, w: e.runtime.execute(w),
                    lambda e, w: asyncio.run(awaited(e.runtime, w))):
            e = engine({"Fail": callback})
            with pytest.raises((RuntimeError, asyncio.CancelledError)) as caught:
                run(e, e.build({"a": "Fail"}))
            assert isinstance(caught.value, cause) or isinstance(caught.value.__cause__, cause)


async def awaited(runtime, workflow):
    return await runtime.execute_async(workflow)


def test_awaitables_of_every_sort(engine):
    class Later:
        def __init__(self, inputs):
            self.inputs = inputs

        def __await__(self):
            yield from asyncio.sleep(0.001).__await__()
            return {"v": self.inputs["v"]}

    class Method:
        async def __call__(self, inputs):
            return {"v": inputs["v"]}

    callbacks = {"Later": Later, "Method": Method(), "Partial": functools.partial(Method().__call__)}
    answer = engine(callbacks).run({name: name for name in callbacks}, inputs={"v": 3})
    assert answer["results"] == {name: {"v": 3} for name in callbacks}


variable = contextvars.ContextVar("variable", default="unset")


def test_context_variables(engine):
    def read(inputs):
        value = variable.get()
        variable.set("changed in a callback")
        return {"v": value}

    async def read_later(inputs):
        await asyncio.sleep(0)
        return {"v": variable.get()}

    e = engine({"Read": read, "Later": read_later}, max_concurrent_nodes=4)
    one, many = e.build({"a": "Read"}), e.build({name: "Read" for name in "abc"})

    def both():
        variable.set("mine")
        inline = e.runtime.execute(one)["results"]["a"]["v"]
        variable.set("mine")
        spread = {result["v"] for result in e.runtime.execute(many)["results"].values()}
        return inline, spread

    inline, spread = contextvars.copy_context().run(both)
    assert inline == "mine"
    assert spread <= {"mine", "unset", "changed in a callback"}
    assert variable.get() == "unset"

    async def main():
        variable.set("of the task")
        return await e.runtime.execute_async(e.build({"a": "Later"}))

    assert asyncio.run(main())["results"]["a"]["v"] in ("of the task", "unset")


def test_late_results_are_thrown_away(engine):
    ended = threading.Event()

    def late(inputs):
        time.sleep(0.1)
        ended.set()
        return {"late": [object.__name__] * 1000}

    e = engine({"Late": late}, node_timeout=0.02)
    for _ in range(3):
        with pytest.raises(RuntimeError, match="timed out after 20ms"):
            e.run({"a": "Late"})
    assert ended.wait(10)
    assert e.run({"b": "NoOpNode"})["results"] == {"b": {}}


def test_generators_and_classes_are_no_dicts(engine):
    def generate(inputs):
        yield {"a": 1}

    with pytest.raises(RuntimeError, match="must return a dict, got generator"):
        engine({"Generate": generate}).run({"a": "Generate"})
    with pytest.raises(RuntimeError, match="must return a dict"):
        engine({"Type": type}).run({"a": "Type"})
    assert engine({"Dict": dict}).run({"a": ("Dict", {"x": 1})})["results"] == {"a": {"x": 1}}


def test_a_callback_may_have_any_number_of_ports():
    names = [f"p{number}" for number in range(500)]
    registry = kailash.NodeRegistry()
    registry.register_callback("wide", lambda inputs: {"n": len(inputs)}, names, ["n"])
    builder = kailash.WorkflowBuilder()
    builder.add_node("wide", "n", {})
    workflow = builder.build(registry)
    answer = kailash.Runtime(registry).execute(workflow, {name: 1 for name in names})
    assert answer["results"]["n"] == {"n": 500}
