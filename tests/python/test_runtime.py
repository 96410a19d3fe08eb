"""Runs: inputs, order, results, failures, limits, cancelling, observing."""

import re
import threading
import time
import uuid

import pytest

import kailash


def test_the_shape_of_a_result(engine):
    answer = engine().run({"a": "NoOpNode", "b": "NoOpNode"}, ["a.x -> b.y"], {"x": 1})
    assert list(answer) == ["results", "run_id", "metadata"]
    assert answer["results"] == {"a": {"x": 1}, "b": {"y": 1}}
    assert str(uuid.UUID(answer["run_id"])) == answer["run_id"]
    metadata = answer["metadata"]
    assert metadata["nodes_executed"] == 2
    assert metadata["levels_executed"] == 2
    assert list(metadata["node_durations_ms"]) == ["a", "b"]
    assert isinstance(metadata["total_duration_ms"], float)


def test_results_stand_in_insertion_order(engine):
    nodes = {name: "NoOpNode" for name in "zyxab"}
    answer = engine().run(nodes, ["b.v -> z.v"])
    assert list(answer["results"]) == list("zyxab")


def test_config_lies_under_inputs_and_inputs_under_edges(engine):
    answer = engine().run(
        {"a": ("NoOpNode", {"v": 1}), "b": ("NoOpNode", {"v": 2, "w": 3})},
        ["a.v -> b.v", "a.nothing -> b.w"],
        {"v": 7},
    )
    assert answer["results"] == {"a": {"v": 7}, "b": {"v": 7, "w": 3}}


def test_none_is_delivered_and_absent_is_not(engine):
    nodes = {"a": ("NoOpNode", {"n": None}), "b": ("NoOpNode", {"n": 1, "m": 2})}
    answer = engine().run(nodes, ["a.n -> b.n", "a.zz -> b.m"])
    assert answer["results"]["b"] == {"n": None, "m": 2}


def test_a_workflow_runs_on_any_runtime(engine):
    one = engine({"Own": lambda inputs: {"v": 1}})
    workflow = one.build({"a": "Own"})
    other = kailash.Runtime(kailash.NodeRegistry())
    assert other.execute(workflow)["results"] == {"a": {"v": 1}}


def test_a_failure_carries_everything(engine):
    def fail(inputs):
        raise KeyError("no luck")

    e = engine({"Fail": fail})
    with pytest.raises(RuntimeError) as caught:
        e.run({"a": ("NoOpNode", {"v": 1}), "b": "Fail", "c": "NoOpNode"}, ["a.v -> b.v", "b.v -> c.v"])
    error = caught.value
    assert str(error).startswith("workflow execution failed: node 'b' failed -> node execution failed: ")
    assert "no luck" in str(error)
    assert isinstance(error.__cause__, KeyError)
    assert error.__cause__.__traceback__ is not None
    assert error.node_id == "b"
    assert uuid.UUID(error.run_id)
    assert error.partial_results == {"a": {"v": 1}}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "must return a dict, got NoneType"),
        (5, "must return a dict, got int"),
        ([], "must return a dict, got list"),
        ({"a": (1,)}, "cannot convert Python type 'tuple' to Kailash Value"),
        ({1: 2}, "dict keys must be strings"),
        ({"a": 2**70}, "int too large"),
    ],
)
def test_bad_returns_fail_the_node(engine, answer, words):
    with pytest.raises(RuntimeError, match=re.escape(words)):
        engine({"Bad": lambda inputs: answer}).run({"a": "Bad"})


def test_the_lowest_failing_node_is_named(engine):
    barrier = threading.Barrier(2, timeout=10)

    def fail(inputs):
        barrier.wait()
        raise ValueError(inputs["name"])

    nodes = {name: ("Fail", {"name": name}) for name in ("second", "first")}
    with pytest.raises(RuntimeError, match="node 'second' failed"):
        engine({"Fail": fail}, max_concurrent_nodes=2).run(nodes)


def test_interrupts_pass_unchanged(engine):
    class Stop(BaseException):
        pass

    for kind in (KeyboardInterrupt, SystemExit, Stop):
        def stop(inputs, *, kind=kind):
            raise kind("now")

        with pytest.raises(kind):
            engine({"Stop": stop}).run({"a": "Stop"})
        with pytest.raises(kind):
            engine({"Stop": stop}).run({"a": "Stop", "b": "Stop"})


# ---- concurrency ------------------------------------------------------------------------------


def test_callbacks_overlap(engine):
    barrier = threading.Barrier(4, timeout=10)

    def meet(inputs):
        barrier.wait()  # returns only when all four are in it at once
        return {}

    engine({"Meet": meet}, max_concurrent_nodes=4).run({name: "Meet" for name in "abcd"})


def test_concurrency_is_bounded(engine):
    lock, inside, most = threading.Lock(), 0, 0

    def count(inputs):
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.01)
        with lock:
            inside -= 1
        return {}

    engine({"Count": count}, max_concurrent_nodes=3).run({f"n{i}": "Count" for i in range(12)})
    assert most == 3


def test_a_chain_never_leaves_its_thread(engine):
    here = threading.get_ident()
    threads = set()

    def note(inputs):
        threads.add(threading.get_ident())
        return {"x": 1}

    nodes = {f"n{i}": "Note" for i in range(50)}
    engine({"Note": note}).run(nodes, [f"n{i}.x -> n{i + 1}.x" for i in range(49)])
    assert threads == {here}


def test_many_threads_share_a_runtime(engine):
    e = engine({"Add": lambda inputs: {"x": inputs["x"] + 1}})
    workflow = e.build({"a": "Add", "b": "Add"}, ["a.x -> b.x"])
    runtime, wrong = e.runtime, []

    def work(start):
        for value in range(start, start + 100):
            if runtime.execute(workflow, {"x": value})["results"]["b"]["x"] != value + 2:
                wrong.append(value)

    threads = [threading.Thread(target=work, args=(i * 1000,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert runtime.metrics().workflows_completed() == 800


def test_callbacks_may_run_workflows_themselves(engine):
    e = engine({"Inner": lambda inputs: e.runtime.execute(inner, {"x": inputs["x"]})["results"]["n"]})
    inner = e.build({"n": "NoOpNode"})
    assert e.run({"a": "Inner"}, inputs={"x": 5})["results"] == {"a": {"x": 5}}


# ---- limits -----------------------------------------------------------------------------------


def sleeper(seconds):
    def sleep(inputs):
        time.sleep(seconds)
        return {}

    return sleep


def test_a_node_timeout_holds_for_blocking_callbacks(engine):
    e = engine({"Sleep": sleeper(5)}, node_timeout=0.05)
    begin = time.monotonic()
    with pytest.raises(RuntimeError, match="node 'a' failed -> node execution timed out after 50ms"):
        e.run({"a": "Sleep"})
    assert time.monotonic() - begin < 4


def test_workflow_timeout_and_time_limit(engine):
    with pytest.raises(RuntimeError, match="execution timed out after 50ms"):
        engine({"Sleep": sleeper(5)}, workflow_timeout=0.05).run({"a": "Sleep"})
    e = engine({"Sleep": sleeper(5)})
    with pytest.raises(RuntimeError, match="execution timed out after 30ms"):
        e.run({"a": "Sleep"}, time_limit=0.03)
    with pytest.raises(RuntimeError, match="execution timed out after 0ms"):
        e.run({"a": "Sleep"}, time_limit=0)
    with pytest.raises(RuntimeError, match="execution timed out after 20ms"):
        engine({"Sleep": sleeper(5)}, workflow_timeout=60, max_workflow_duration=0.02).run({"a": "Sleep"})


def test_a_limit_that_is_not_reached_changes_nothing(engine):
    e = engine({"Sleep": sleeper(0)}, node_timeout=60, workflow_timeout=60)
    assert e.run({"a": "Sleep", "b": "Sleep"}, time_limit=60)["results"] == {"a": {}, "b": {}}


def test_the_soft_limit_reaches_the_callback(engine):
    def poll(inputs, ctx):
        while True:
            ctx.check_cancellation()
            time.sleep(0.005)

    with pytest.raises(kailash.SoftTimeLimitExceeded) as caught:
        engine({"Poll": poll}).run({"a": "Poll"}, soft_time_limit=0.05)
    assert not isinstance(caught.value, RuntimeError)


def test_a_soft_limit_that_is_caught_lets_the_run_go_on(engine):
    def poll(inputs, ctx):
        try:
            while True:
                ctx.check_cancellation()
                time.sleep(0.005)
        except kailash.SoftTimeLimitExceeded:
            return {"saved": True}

    answer = engine({"Poll": poll}).run({"a": "Poll", "b": "NoOpNode"}, ["a.saved -> b.x"],
                                        soft_time_limit=0.05)
    assert answer["results"]["b"] == {"x": True}


def test_limits_are_checked(engine):
    for bad in (float("nan"), -1, float("inf"), 2.0**64):
        with pytest.raises(ValueError, match="time_limit"):
            kailash.ExecuteOpts(time_limit=bad)
        with pytest.raises(ValueError, match="node_timeout"):
            kailash.RuntimeConfig(node_timeout=bad)
    with pytest.raises(TypeError):
        kailash.ExecuteOpts("1")


def test_limits_of_the_config(engine):
    with pytest.raises(RuntimeError, match="max_nodes_per_workflow allows 1"):
        engine(max_nodes_per_workflow=1).run({"a": "NoOpNode", "b": "NoOpNode"})


def test_runs_at_once_are_bounded(engine):
    lock, inside, most = threading.Lock(), 0, 0

    def count(inputs):
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.02)
        with lock:
            inside -= 1
        return {}

    e = engine({"Count": count}, max_concurrent_workflows=2)
    workflow = e.build({"a": "Count"})
    handles = [e.runtime.start(workflow) for _ in range(8)]
    for handle in handles:
        handle.result(30)
    assert most == 2


# ---- cycles and gates -------------------------------------------------------------------------


def test_cycles_must_be_allowed_twice(engine):
    e = engine()
    workflow = e.build({"a": "NoOpNode", "b": "NoOpNode"}, ["a.x -> b.x", "b.x -> a.back"], cycles=True)
    with pytest.raises(RuntimeError, match="enable_cycles"):
        e.runtime.execute(workflow, {"x": 1})


def test_cycles_run_one_pass_by_default(engine):
    e = engine(enable_cycles=True)
    workflow = e.build({"a": "NoOpNode", "b": "NoOpNode"}, ["a.x -> b.x", "b.x -> a.back"], cycles=True)
    answer = e.runtime.execute(workflow, {"x": 1})
    assert answer["metadata"]["nodes_executed"] == 2


def counter(inputs):
    return {"n": inputs.get("n", 0) + 1}


def test_cycles_iterate_until_their_bound(engine):
    e = engine({"Count": counter}, enable_cycles=True)
    builder = kailash.WorkflowBuilder()
    builder.add_node("Count", "a")
    builder.add_node("NoOpNode", "b")
    builder.connect("a", "n", "b", "n")
    builder.connect("b", "n", "a", "n")
    builder.set_cycle(max_iterations=5)
    answer = e.runtime.execute(builder.build(e.registry))
    assert answer["results"]["a"] == {"n": 5}
    assert answer["metadata"]["cycles"] == {"a": 5, "b": 5}


def test_cycles_iterate_until_a_predicate_holds(engine):
    e = engine({"Count": counter}, enable_cycles=True)
    builder = kailash.WorkflowBuilder()
    builder.add_node("Count", "a")
    builder.add_node("NoOpNode", "b")
    builder.connect("a", "n", "b", "n")
    builder.connect("b", "n", "a", "n")
    builder.set_cycle(max_iterations=50, until={"input": "n", "equals": 3}, node="a")
    answer = e.runtime.execute(builder.build(e.registry))
    assert answer["results"]["a"] == {"n": 3}


# ---- handles, draining, observing -------------------------------------------------------------


def test_a_run_in_the_background(engine):
    release = threading.Event()

    def wait(inputs):
        release.wait(10)
        return {"v": 1}

    e = engine({"Wait": wait})
    handle = e.runtime.start(e.build({"a": "Wait"}))
    assert uuid.UUID(handle.run_id)
    assert not handle.is_done()
    with pytest.raises(RuntimeError):
        handle.result(timeout=0.01)
    release.set()
    assert handle.result(10)["results"] == {"a": {"v": 1}}
    assert handle.is_done()
    assert handle.result()["run_id"] == handle.run_id


def test_a_run_can_be_cancelled(engine):
    begun = threading.Event()

    def poll(inputs, ctx):
        begun.set()
        while True:
            ctx.check_cancellation()
            time.sleep(0.005)

    e = engine({"Poll": poll})
    handle = e.runtime.start(e.build({"a": "Poll"}))
    assert begun.wait(10)
    handle.cancel()
    with pytest.raises(RuntimeError, match="cancel"):
        handle.result(10)


def test_a_run_can_be_paused(engine):
    ran = []

    def note(inputs):
        ran.append(inputs["name"])
        if inputs["name"] == "a":
            handle_there.wait(10)
            handle.pause()
        return {"name": "b"}

    handle_there = threading.Event()
    e = engine({"Note": note})
    handle = e.runtime.start(e.build({"a": ("Note", {"name": "a"}), "b": "Note"}, ["a.name -> b.name"]))
    handle_there.set()
    time.sleep(0.15)
    assert handle.is_paused() and ran == ["a"]
    handle.resume()
    handle.result(10)
    assert ran == ["a", "b"]


def test_a_drained_runtime_takes_no_further_runs(engine):
    e = engine({"Sleep": sleeper(0.05)})
    workflow = e.build({"a": "Sleep"})
    handles = [e.runtime.start(workflow) for _ in range(3)]
    assert e.runtime.drain(10) == {"drained": 3, "cancelled": 0}
    assert all(handle.is_done() for handle in handles) or [handle.result(10) for handle in handles]
    with pytest.raises(RuntimeError, match="shut down"):
        e.runtime.execute(workflow)


def test_a_runtime_is_a_context(engine):
    with kailash.Runtime(kailash.NodeRegistry()) as runtime:
        handle = runtime.start(engine().build({"a": "NoOpNode"}))
    assert handle.result(10)["results"] == {"a": {}}
    with pytest.raises(RuntimeError, match="shut down"):
        runtime.start(engine().build({"a": "NoOpNode"}))
    runtime.shutdown()
    with pytest.raises(ZeroDivisionError):
        with kailash.Runtime(kailash.NodeRegistry()):
            1 / 0


def test_observers_hear_of_every_node(engine):
    events = []
    e = engine()
    unsubscribe = e.runtime.on_node_complete(events.append)
    answer = e.run({"a": "NoOpNode", "b": "NoOpNode"})
    assert [event["node_id"] for event in events] == ["a", "b"]
    assert {event["status"] for event in events} == {"completed"}
    assert {event["run_id"] for event in events} == {answer["run_id"]}
    unsubscribe()
    e.run({"a": "NoOpNode"})
    assert len(events) == 2


def test_metrics_count(engine):
    e = engine({"Fail": lambda inputs: 1 / 0})
    e.run({"a": "NoOpNode", "b": "NoOpNode"})
    with pytest.raises(RuntimeError):
        e.run({"a": "Fail"})
    metrics = e.runtime.metrics()
    assert (metrics.workflows_started(), metrics.workflows_completed(), metrics.workflows_failed()) == (2, 1, 1)
    assert (metrics.nodes_executed(), metrics.nodes_failed()) == (2, 1)
    assert "kailash_workflow_started_total 2\n" in metrics.to_prometheus()


# ---- the registry -----------------------------------------------------------------------------


def test_the_first_of_a_name_wins(engine):
    registry = kailash.NodeRegistry()
    registry.register_callback("Mine", lambda inputs: {"v": 1}, ["x"], ["v"])
    for name in ("Mine", "NoOpNode"):
        with pytest.raises(ValueError, match=name):
            registry.register_callback(name, lambda inputs: {}, [], [])
    builder = kailash.WorkflowBuilder()
    builder.add_node("Mine", "a", {"x": 0})
    workflow = builder.build(registry)
    assert kailash.Runtime(registry).execute(workflow)["results"] == {"a": {"v": 1}}


def test_register_callback_checks_its_arguments():
    registry = kailash.NodeRegistry()
    for bad in (("A", 5, [], []), ("A", len, (), []), ("A", len, [], None), ("A", len, "x", []),
                ("A", len, [1], []), (5, len, [], [])):
        with pytest.raises(TypeError):
            registry.register_callback(*bad)
    assert not registry.has_type("A")


def test_nothing_can_be_registered_while_a_runtime_lives():
    registry = kailash.NodeRegistry()
    runtime = kailash.Runtime(registry)
    with pytest.raises(RuntimeError, match="registry is already shared with a Runtime"):
        registry.register_callback("A", len, [], [])
    del runtime
    registry.register_callback("A", len, [], [])
    assert registry.has_type("A")


def test_the_list_is_sorted():
    registry = kailash.NodeRegistry()
    registry.register_callback("AAA", len, [], [])
    names = registry.list_types()
    assert names == sorted(names)
    assert len(registry) == len(names)
    assert "AAA" in names and "NoOpNode" in names


class Callable:
    def __call__(self, inputs, ctx):
        return {"id": ctx.node_id}


def test_who_gets_a_context(engine):
    import functools

    def with_default(inputs, ctx=None):
        return {"id": ctx.node_id}

    def one(inputs, *rest, key=None):
        return {"rest": len(rest)}

    class Methods:
        def one(self, inputs):
            return {"id": None}

        def two(self, inputs, ctx):
            return {"id": ctx.node_id}

    callbacks = {"default": with_default, "one": one, "method1": Methods().one,
                 "method2": Methods().two, "callable": Callable(),
                 "partial": functools.partial(lambda a, inputs, ctx: {"id": ctx.node_id}, 1)}
    results = engine(callbacks).run({name: name for name in callbacks})["results"]
    assert results == {"default": {"id": "default"}, "one": {"rest": 0}, "method1": {"id": None},
                       "method2": {"id": "method2"}, "callable": {"id": "callable"},
                       "partial": {"id": "partial"}}


def test_three_required_parameters_fail_at_run_time(engine):
    with pytest.raises(RuntimeError, match="missing 1 required"):
        engine({"Three": lambda a, b, c: {}}).run({"a": "Three"})


def test_a_registry_describes_its_types():
    registry = kailash.NodeRegistry()
    registry.register_callback("Mine", lambda inputs: {}, ["a", "b"], ["c"])
    described = registry.describe("FilterNode")
    assert described["name"] == "FilterNode"
    assert [port["name"] for port in described["outputs"]] == ["filtered", "count", "dropped_count"]
    mine = registry.describe("Mine")
    assert [port["name"] for port in mine["inputs"]] == ["a", "b"]
    assert [port["name"] for port in mine["outputs"]] == ["c"]
    with pytest.raises(ValueError, match="unknown node type 'Nobody'"):
        registry.describe("Nobody")
