"""Rules of builders, registries and runs that the other files leave open."""

import re
import threading
import uuid

import pytest

import kailash


def test_ids_are_random_uuids(engine):
    e = engine()
    workflow = e.build({"a": "NoOpNode"})
    ids = {e.runtime.execute(workflow)["run_id"] for _ in range(100)} | {
        e.runtime.start(workflow).run_id for _ in range(10)}
    assert len(ids) == 110
    for run_id in ids:
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", run_id)
        assert uuid.UUID(run_id).version == 4


# ---- registering -------------------------------------------------------------------------------------


def test_building_does_not_lock_the_registry():
    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder()
    builder.add_node("NoOpNode", "a")
    workflow = builder.build(registry)
    registry.register_callback("Late", lambda inputs: inputs, [], [])
    assert registry.has_type("Late")
    assert workflow.node_count() == 1


def test_every_runtime_must_be_gone():
    registry = kailash.NodeRegistry()
    one, two = kailash.Runtime(registry), kailash.Runtime(registry)
    del one
    with pytest.raises(RuntimeError, match="registry is already shared with a Runtime"):
        registry.register_callback("A", len, [], [])
    del two
    registry.register_callback("A", len, [], [])
    assert not kailash.NodeRegistry().has_type("A")


def test_the_same_name_in_two_registries():
    registries = [kailash.NodeRegistry(), kailash.NodeRegistry()]
    for number, registry in enumerate(registries):
        registry.register_callback("Mine", lambda inputs, *, number=number: {"n": number}, [], [])
    workflows = []
    for registry in registries:
        builder = kailash.WorkflowBuilder()
        builder.add_node("Mine", "a")
        workflows.append(builder.build(registry))
    runtime = kailash.Runtime(registries[0])
    assert [runtime.execute(workflow)["results"]["a"]["n"] for workflow in workflows] == [0, 1]


def test_every_builtin_type_builds_with_nothing():
    registry = kailash.NodeRegistry()
    for name in registry.list_types():
        builder = kailash.WorkflowBuilder()
        builder.add_node(name, "a", {})
        if name == "SubworkflowNode":
            with pytest.raises(RuntimeError, match="a definition is required"):
                builder.build(registry)
        else:
            assert builder.build(registry).node_count() == 1


# ---- building ----------------------------------------------------------------------------------------


def test_the_first_fault_is_told():
    """In this order: no nodes, duplicate ids, unknown types, sources, targets, cycles."""
    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder()
    builder.connect("x", "v", "y", "v")

    def fault():
        with pytest.raises(RuntimeError, match="^workflow build failed: ") as caught:
            builder.build(registry)
        return str(caught.value)

    assert "node" in fault() and "'x'" not in fault()
    for node_id, kind in (("a", "NoSuchNode"), ("a", "NoOpNode")):
        builder.add_node(kind, node_id)
    assert "duplicate node ID: a" in fault()
    builder = kailash.WorkflowBuilder()
    builder.add_node("NoSuchNode", "a")
    builder.connect("x", "v", "y", "v")
    assert "NoSuchNode" in fault()
    builder = kailash.WorkflowBuilder()
    builder.add_node("NoOpNode", "a")
    builder.connect("x", "v", "y", "v")
    assert "'x'" in fault()
    builder = kailash.WorkflowBuilder()
    builder.add_node("NoOpNode", "a")
    builder.connect("a", "v", "a", "v")
    builder.connect("a", "v", "y", "v")
    assert "'y'" in fault()


def test_only_values_are_checked_before_building():
    builder = kailash.WorkflowBuilder()
    builder.add_node("", "", {})
    builder.add_node("No Such Node", "\0", {"a": None})
    builder.connect("", "", "nowhere", "")
    for bad in ({"a": (1,)}, {"a": {1: 2}}):
        with pytest.raises(TypeError):
            builder.add_node("NoOpNode", "x", bad)
    with pytest.raises(OverflowError):
        builder.add_node("NoOpNode", "x", {"a": 2**63})
    assert builder.get_node_ids() == ["", "\0"]


def test_duplicate_edges_are_kept(engine):
    builder = kailash.WorkflowBuilder()
    for node_id in "ab":
        builder.add_node("NoOpNode", node_id, {"x": 1})
    for _ in range(3):
        builder.connect("a", "x", "b", "y")
    e = engine()
    workflow = builder.build(e.registry)
    assert workflow.connection_count() == 3
    assert e.runtime.execute(workflow)["results"]["b"] == {"x": 1, "y": 1}


def test_the_first_edge_that_carries_a_value_wins(engine):
    nodes = {"a": "NoOpNode", "b": ("NoOpNode", {"v": None}), "c": ("NoOpNode", {"v": 3}), "n": "NoOpNode"}
    assert engine().run(nodes, ["a.v -> n.x", "b.v -> n.x", "c.v -> n.x"])["results"]["n"] == {"x": None}
    assert engine().run(nodes, ["c.v -> n.x", "b.v -> n.x"])["results"]["n"] == {"x": 3}


def test_inputs_reach_the_roots_alone_and_verbatim(engine):
    nodes = {"a": "NoOpNode", "b": "NoOpNode", "c": "NoOpNode"}
    answer = engine().run(nodes, ["a.zz -> c.x"], {"c.v": 1, "": 2, "a": {"v": 3}})
    given = {"c.v": 1, "": 2, "a": {"v": 3}}
    assert answer["results"] == {"a": given, "b": given, "c": {}}


@pytest.mark.parametrize("inputs", [[], "x", 5, (1,), {1: 2}, {"a": {2}}, {None: 1}])
def test_inputs_are_a_dict_of_values(engine, inputs):
    e = engine()
    workflow = e.build({"a": "NoOpNode"})
    for run in (e.runtime.execute, e.runtime.start, e.runtime.execute_with_opts):
        with pytest.raises(TypeError):
            run(workflow, inputs)
    for bad in (None, 5, kailash.WorkflowBuilder(), e.registry):
        with pytest.raises(TypeError):
            e.runtime.execute(bad)
    with pytest.raises(TypeError):
        e.runtime.execute_with_opts(workflow, {}, {"time_limit": 1})


def test_debug_warns_of_ports_that_neither_side_declares(recwarn):
    registry = kailash.NodeRegistry()
    registry.register_callback("Out", lambda inputs: {"x": 1}, ["in"], ["x"])

    def warnings(edge, **config):
        builder = kailash.WorkflowBuilder()
        builder.add_node("Out", "a", {"in": 1})
        builder.add_node("ConditionalNode", "b")
        builder.connect("a", edge[0], "b", edge[1])
        recwarn.clear()
        runtime = kailash.Runtime(registry, kailash.RuntimeConfig(**config))
        runtime.execute(builder.build(registry))
        assert {warning.category for warning in recwarn} <= {UserWarning}
        return [str(warning.message) for warning in recwarn]

    assert warnings(("nope", "neither"), debug=True) == [
        "connection a.nope -> b.neither: neither port is declared"]
    assert warnings(("x", "condition"), debug=True) == []
    assert warnings(("x", "other"), debug=True) == []
    assert warnings(("nope", "neither")) == []


@pytest.mark.parametrize("name", ["é" * 5000, "x" + "😀" * 500, "%s%n%d", "a'b\nc", ""])
def test_ids_may_be_of_any_text(engine, recwarn, name):
    registry = kailash.NodeRegistry()
    registry.register_callback("Fail", lambda inputs: inputs["no such key"], ["in"], ["x"])
    builder = kailash.WorkflowBuilder()
    builder.add_node("Fail", name)
    builder.add_node("ConditionalNode", "b")
    builder.connect(name, name, "b", name)
    runtime = kailash.Runtime(registry, kailash.RuntimeConfig(debug=True))
    with pytest.raises(RuntimeError) as caught:
        runtime.execute(builder.build(registry), {"in": 1})
    assert caught.value.node_id == name
    assert str(caught.value).startswith(f"workflow execution failed: node '{name}' failed -> ")
    [warning] = recwarn
    assert str(warning.message) == f"connection {name}.{name} -> b.{name}: neither port is declared"


# ---- runs --------------------------------------------------------------------------------------------


def test_levels_and_counts_of_gated_runs(engine):
    e = engine()
    builder = kailash.WorkflowBuilder()
    for node_id in "abcd":
        builder.add_node("NoOpNode", node_id, {"v": 0} if node_id == "a" else {})
    builder.connect_when("a", "v", "b", "v", {"input": "v", "truthy": True})
    builder.connect("b", "v", "c", "v")
    builder.connect("c", "v", "d", "v")
    workflow = builder.build(e.registry)
    metadata = e.runtime.execute(workflow)["metadata"]
    assert metadata["levels_executed"] == workflow.level_count() == 5
    assert metadata["nodes_executed"] == 1
    assert [*metadata["node_durations_ms"]] == ["a"]


def test_nothing_begins_after_a_failure(engine):
    begun = []

    def fail(inputs):
        begun.append("fail")
        raise ValueError("first")

    e = engine({"Fail": fail, "Note": lambda inputs: begun.append("note") or {}}, max_concurrent_nodes=1)
    with pytest.raises(RuntimeError, match="node 'a' failed"):
        e.run({"a": "Fail", "b": "Note", "c": "Note"}, ["a.x -> b.x", "b.x -> c.x"])
    assert begun == ["fail"]


def test_failures_of_inner_nodes_carry_what_was_done(engine):
    nodes = {"a": ("NoOpNode", {"v": "x"}), "b": ("MathOperationsNode", {"operation": "abs"}), "c": "NoOpNode"}
    with pytest.raises(RuntimeError) as caught:
        engine().run(nodes, ["a.v -> b.a", "b.result -> c.x"])
    error = caught.value
    assert type(error) is RuntimeError
    assert str(error) == (
        "workflow execution failed: node 'b' failed -> invalid input 'a': expected number, got string")
    assert (error.node_id, error.partial_results) == ("b", {"a": {"v": "x"}})
    assert uuid.UUID(error.run_id)
    assert error.__cause__ is None


def test_one_runtime_under_many_threads_of_different_workflows(engine):
    e = engine({"Add": lambda inputs: {"x": inputs["x"] + 1}}, max_concurrent_nodes=4)
    workflows = [
        e.build({f"n{i}": "Add" for i in range(size)}, [f"n{i}.x -> n{i + 1}.x" for i in range(size - 1)])
        for size in (1, 3, 9)]
    runtime, wrong = e.runtime, []

    def work(index):
        for n in range(60):
            workflow = workflows[(index + n) % 3]
            size = workflow.node_count()
            try:
                if runtime.execute(workflow, {"x": n})["results"][f"n{size - 1}"]["x"] != n + size:
                    wrong.append(n)
            except BaseException as error:
                wrong.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
