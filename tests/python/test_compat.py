"""The import paths and habits of v0.12."""

import asyncio

import pytest

import kailash
from kailash.workflow.builder import translate

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_import_paths():
    from kailash.nodes import NodeRegistry as one
    from kailash.nodes.base import NodeRegistry as two
    from kailash.runtime import LocalRuntime
    from kailash.runtime.local import LocalRuntime as local
    from kailash.workflow import WorkflowBuilder
    from kailash.workflow.builder import WorkflowBuilder as builder

    assert one is two is kailash.NodeRegistry
    assert LocalRuntime is local
    assert WorkflowBuilder is builder is not kailash.WorkflowBuilder


def simple(**config):
    from kailash.workflow import WorkflowBuilder

    builder = WorkflowBuilder()
    builder.add_node("NoOpNode", "a", config)
    builder.add_node("NoOpNode", "b", {"x": 0})
    builder.connect("a", "x", "b", "y")
    return builder.build()


def test_execute_returns_results_and_run_id():
    results, run_id = kailash.runtime.LocalRuntime().execute(simple(x=1))
    assert results == {"a": {"x": 1}, "b": {"x": 0, "y": 1}}
    assert len(run_id) == 36


def test_parameters_by_node_reach_that_node_alone():
    runtime = kailash.runtime.LocalRuntime()
    results, _ = runtime.execute(
        simple(x=1), parameters={"a": {"x": 5}, "b": {"x": 7, "y": "edge wins"}, "shared": True}
    )
    assert results == {"a": {"x": 5, "shared": True}, "b": {"x": 7, "y": 5}}


def test_a_dict_in_second_place_is_inputs():
    results, _ = kailash.runtime.LocalRuntime().execute(simple(x=1), {"x": 9})
    assert results["a"] == {"x": 9}


def test_every_habit_warns():
    with pytest.warns(DeprecationWarning, match="LocalRuntime is deprecated"):
        runtime = kailash.runtime.LocalRuntime()
    with pytest.warns(DeprecationWarning, match="not supported since v2.0 and ignored: a, b"):
        kailash.runtime.LocalRuntime(b=1, a=2)
    with pytest.warns(DeprecationWarning, match="task_manager"):
        runtime.execute(simple(), task_manager=object())
    with pytest.warns(DeprecationWarning, match="without a registry"):
        simple()
    with pytest.warns(DeprecationWarning, match="get_runtime"):
        kailash.runtime.get_runtime()


def test_get_runtime_looks_for_a_loop():
    assert isinstance(kailash.runtime.get_runtime(), kailash.runtime.LocalRuntime)

    async def main():
        async with kailash.runtime.get_runtime() as runtime:
            assert isinstance(runtime, kailash.runtime.AsyncLocalRuntime)
            return await runtime.execute_workflow_async(simple(x=1), parameters={"b": {"x": 2}})

    results, _ = asyncio.run(main())
    assert results["b"] == {"x": 2, "y": 1}


def test_callbacks_are_registered_before_the_first_execution():
    runtime = kailash.runtime.LocalRuntime()
    runtime.registry.register_callback("Mine", lambda inputs: {"v": 1}, [], ["v"])
    builder = kailash.WorkflowBuilder()
    builder.add_node("Mine", "m")
    assert runtime.execute(builder.build(runtime.registry))[0] == {"m": {"v": 1}}
    with pytest.raises(RuntimeError):
        runtime.registry.register_callback("Late", lambda inputs: {}, [], [])


def test_runtimes_are_counted_and_closed():
    runtime = kailash.runtime.LocalRuntime()
    assert runtime.ref_count == 1
    assert runtime.acquire() is runtime
    assert runtime.ref_count == 2
    runtime.release()
    runtime.execute(simple())
    runtime.release()
    assert runtime.ref_count == 0
    with pytest.raises(RuntimeError, match="closed"):
        runtime.execute(simple())
    with kailash.runtime.LocalRuntime() as runtime:
        runtime.execute(simple())
    with pytest.raises(RuntimeError, match="closed"):
        runtime.execute(simple())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("UserCreateNode", ("CreateUser", "Create")), ("UserBulkUpsertNode", ("BulkUpsertUser", "BulkUpsert")),
        ("OrderListNode", ("ListOrder", "List")), ("NoOpNode", ("NoOpNode", None)),
        ("CreateUser", ("CreateUser", None)),
    ],
)
def test_names_of_model_nodes_are_translated(old, new):
    assert translate(old) == new


def test_results_of_model_nodes_are_normalised():
    from kailash.workflow import WorkflowBuilder

    runtime = kailash.runtime.LocalRuntime()
    answers = {
        "CreateUser": {"id": 1, "record": {"id": 1, "name": "n"}},
        "ReadUser": {"found": True, "record": {"id": 1}},
        "UpdateUser": {"updated_count": 2},
        "DeleteUser": {"deleted_count": 0, "soft_deleted": False},
        "ListUser": {"records": [], "count": 0, "total": 0},
    }
    seen = {}
    for name, answer in answers.items():
        def node(inputs, *, name=name, answer=answer):
            seen[name] = inputs
            return answer

        runtime.registry.register_callback(name, node, [], [])
    builder = WorkflowBuilder()
    for action in ("Create", "Read", "Update", "Delete", "List"):
        builder.add_node(f"User{action}Node", action, {"age": 5, "limit": 3})
    results, _ = runtime.execute(builder.build(runtime.registry))
    assert results["Create"] == {"id": 1, "name": "n", "rows_affected": 1}
    assert results["Read"] == {"id": 1, "found": True}
    assert results["Update"]["rows_affected"] == 2 and results["Update"]["updated"] is True
    assert results["Delete"]["rows_affected"] == 0 and results["Delete"]["deleted"] is False
    assert results["Delete"]["success"] is False
    assert seen["ListUser"] == {"limit": 3, "filter": {"age": 5}}


def test_definitions_are_shared_with_the_new_builder():
    from kailash.workflow import WorkflowBuilder

    builder = WorkflowBuilder()
    builder.add_node("NoOpNode", "a", {"x": 1})
    again = WorkflowBuilder.from_json(builder.to_json())
    assert again.to_json() == builder.to_json()
    assert repr(again) == "WorkflowBuilder(active)"
