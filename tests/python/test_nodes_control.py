"""Nodes that choose, wait, merge, repeat, retry; workflows within workflows."""

import json
import math
import os
import signal
import threading
import time

import pytest

import kailash
from node_calls import REGISTRY, call, failure, result


def test_no_op_echoes_config_under_inputs():
    assert call("NoOpNode", {"a": 1, "b": 2}, {"b": 3, "c": None}) == {"a": 1, "b": 3, "c": None}
    assert call("HandlerNode", {"a": 1}, {"b": 2}) == {"a": 1, "b": 2}
    assert REGISTRY.has_type("HandlerNode") and "HandlerNode" in REGISTRY.list_types()


def test_log():
    assert call("LogNode", {"message": "m"}) == {}
    assert call("LogNode", {"level": "trace"}, {"data": [1], "message": "m"}) == {"data": [1]}
    assert call("LogNode", {}, {"data": None}) == {"data": None}
    assert failure("LogNode", {"level": "warning"}) == (
        'level: expected one of: trace, debug, info, warn, error, got "warning"')


# ---- ConditionalNode, SwitchNode --------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, False, 0, 0.0, -0.0, "", [], {}, b""])
def test_what_is_false(value):
    assert result("ConditionalNode", condition=value, if_value=1, else_value=2) == 2


@pytest.mark.parametrize("value", [True, 1, -1, 0.1, math.nan, "false", "x > 1", " ", [None], {"": 0}, b"0"])
def test_what_is_true(value):
    assert result("ConditionalNode", condition=value, if_value=1, else_value=2) == 1


def test_branches_may_be_absent():
    assert result("ConditionalNode", condition=True) is None
    assert result("ConditionalNode", condition=False, if_value=1) is None
    assert failure("ConditionalNode") == "missing required input: condition"


CASES = {
    "a": "A", "1": "int", "1.0": "float", "1.5": "half", "true": "T", "false": "F", "null": "N",
    "[1, 2]": "list", '{"k": 1}': "dict", "": "empty", "1e+16": "big",
}


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ("a", "a"), (1, "1"), (1.0, "1.0"), (1.5, "1.5"), (True, "true"), (False, "false"), (None, "null"),
        ([1, 2], "[1, 2]"), ({"k": 1}, '{"k": 1}'), ("", ""), (1e16, "1e+16"),
    ],
)
def test_switch_reads_the_condition_as_text(condition, text):
    outputs = call("SwitchNode", {"cases": CASES}, {"condition": condition, "data": 5})
    assert outputs == {"matched": CASES[text], "data": 5, f"case_{text}": 5}


def test_switch_without_a_match():
    config = {"cases": {"a": "A"}, "default_branch": "D"}
    assert call("SwitchNode", config, {"condition": "b"}) == {
        "matched": "D", "data": None, "case_default": None}
    del config["default_branch"]
    for condition, shown in (("b", '"b"'), (5, "5"), (None, "null"), ([1, "x"], '[1, "x"]'), ({}, "{}")):
        assert failure("SwitchNode", config, {"condition": condition}) == (
            f"node execution failed: no matching case for condition '{shown}' "
            "and no default branch configured")


@pytest.mark.parametrize("cases", [5, "x", [], None, {"a": 1}, {"a": None}])
def test_switch_refuses_other_cases_at_build(cases):
    assert failure("SwitchNode", {"cases": cases}, {"condition": "a"}).startswith("cases: expected ")


def test_cases_may_come_by_connection():
    assert call("SwitchNode", {"cases": {"a": "old"}}, {"condition": "a", "cases": {"a": "new"}})[
        "matched"] == "new"


def test_a_branch_of_a_switch_runs_alone(engine):
    nodes = {"s": ("SwitchNode", {"cases": {"x": "X", "y": "Y"}}),
             "x": ("ConditionalNode", {"if_value": "x"}), "y": ("ConditionalNode", {"if_value": "y"})}
    answer = engine().run(nodes, ["s.case_x -> x.condition", "s.case_y -> y.condition"],
                          {"condition": "y", "data": True})
    assert answer["results"].keys() == {"s", "y"}


# ---- WaitNode -----------------------------------------------------------------------------------


def test_wait():
    begin = time.monotonic()
    assert call("WaitNode", {"duration_ms": 30}, {"data": {"a": 1}}) == {"data": {"a": 1}}
    assert time.monotonic() - begin >= 0.03
    assert call("WaitNode") == {"data": None}
    assert call("WaitNode", {"duration_ms": 60_000}, {"duration_ms": 0}) == {"data": None}
    assert failure("WaitNode", {}, {"duration_ms": -1}) == (
        "invalid input 'duration_ms': expected non-negative integer, got -1")
    assert "expected non-negative integer, got float" in failure("WaitNode", {"duration_ms": 1.5})


@pytest.mark.parametrize("milliseconds", [60_000, 2**63 - 1])
def test_a_wait_is_interrupted_by_a_timeout(engine, milliseconds):
    begin = time.monotonic()
    with pytest.raises(RuntimeError, match="node 'a' failed -> node execution timed out after 50ms"):
        engine(node_timeout=0.05).run({"a": ("WaitNode", {"duration_ms": milliseconds})})
    with pytest.raises(RuntimeError, match="execution timed out after 20ms"):
        engine().run({"a": ("WaitNode", {"duration_ms": milliseconds})}, time_limit=0.02)
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize("count", [1, 3])
def test_a_wait_is_interrupted_by_ctrl_c(engine, count):
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        engine(max_concurrent_nodes=4).run(
            {f"n{i}": ("WaitNode", {"duration_ms": 60_000}) for i in range(count)})
    assert time.monotonic() - begin < 5
    timer.join()


def test_a_wait_is_interrupted_by_cancelling(engine):
    e = engine()
    handle = e.runtime.start(e.build({"a": ("WaitNode", {"duration_ms": 60_000})}))
    time.sleep(0.02)
    begin = time.monotonic()
    handle.cancel()
    with pytest.raises(RuntimeError, match="cancel"):
        handle.result(10)
    assert time.monotonic() - begin < 5


def test_waits_overlap(engine):
    begin = time.monotonic()
    engine(max_concurrent_nodes=8).run({f"n{i}": ("WaitNode", {"duration_ms": 200}) for i in range(8)})
    assert time.monotonic() - begin < 1.2


# ---- MergeNode -----------------------------------------------------------------------------------

THREE = {name: ("NoOpNode", {"v": value}) for name, value in (("a", [1]), ("b", [2, 3]), ("c", [4]))}


def merged(engine, strategy, port="inputs"):
    edges = [f"{name}.v -> m.{port}" for name in "bac"]
    config = {"strategy": strategy} if strategy else {}
    return engine().run({**THREE, "m": ("MergeNode", config)}, edges)["results"]["m"]["merged"]


def test_merge_strategies(engine):
    assert call("MergeNode", {"x": 1}, {"y": [2]}) == {"merged": {"x": 1, "y": [2]}}
    assert merged(engine, None) == {"inputs": [2, 3]}  # the first edge that carries a value
    assert merged(engine, "map") == {"strategy": "map", "inputs": [2, 3]}
    assert merged(engine, "gather") == {"inputs": [[2, 3], [1], [4]]}
    assert merged(engine, "first") == [2, 3]


def test_merge_concatenates_and_merges(engine):
    assert call("MergeNode", {"strategy": "concat"}, {"a": [1], "b": [2, [3]]}) == {"merged": [1, 2, [3]]}
    assert call("MergeNode", {"strategy": "deep"}, {
        "a": {"x": {"p": 1, "q": 1}, "y": 1}, "b": {"x": {"q": 2}, "z": 3}}) == {
        "merged": {"x": {"p": 1, "q": 2}, "y": 1, "z": 3}}
    assert "expected one of: map, gather, deep, concat, first" in failure("MergeNode", {"strategy": "zip"})


# ---- LoopNode, ParallelNode --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(None, [1, 2, 3]), (0, []), (2, [1, 2]), (9, [1, 2, 3]), (-1, [1, 2, 3]), ("x", [1, 2, 3])],
)
def test_loop_cuts(limit, expected):
    config = {} if limit is None else {"max_iterations": limit}
    assert call("LoopNode", config, {"items": [1, 2, 3]}) == {"results": expected, "count": len(expected)}


def test_loop_maps_and_stops():
    assert call("LoopNode", {"expression": "item.a"}, {"items": [{"a": 1}, {"b": 2}]}) == {
        "results": [1, None], "count": 2}
    assert call("LoopNode", {"condition": "count >= `2`"}, {"items": [1, 2, 3, 4]})["count"] == 2
    assert failure("LoopNode") == "missing required input: items"
    assert "items" in failure("LoopNode", {}, {"items": {}})
    assert "expression" in failure("LoopNode", {"expression": "a["}, {"items": []})


def test_parallel():
    assert call("ParallelNode", {"branches": ["b", "a"]}, {"data": [1]}) == {
        "results": {"b": [1], "a": [1]}}
    assert call("ParallelNode", {}, {"data": [1]}) == {"results": {}}
    assert failure("ParallelNode", {"branches": ["a"]}) == "missing required input: data"
    assert failure("ParallelNode", {"branches": "x"}, {"data": 1}).startswith("branches: expected array")


# ---- RetryNode, ErrorHandlerNode ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "attempt", "error", "expected"),
    [
        ({}, 0, None, (1, 0, False)),
        ({}, 0, "e", (1, 0, False)),
        ({}, 1, None, (2, 0, True)),
        ({}, 1, "e", (2, 100, True)),
        ({}, 2, "e", (3, 200, True)),
        ({}, 3, None, (4, 0, True)),
        ({"max_retries": 5, "initial_delay_ms": 10, "backoff_multiplier": 3.0}, 4, "e", (5, 270, True)),
        ({"max_retries": 9, "max_delay_ms": 250}, 4, "e", (5, 250, True)),
        ({"max_retries": 2**63 - 1, "backoff_multiplier": 1e300}, 2**62, "e", (2**62 + 1, 2**63 - 1, True)),
    ],
)
def test_retry(config, attempt, error, expected):
    attempts, delay, retry = expected
    assert call("RetryNode", config, {"data": "d", "attempt": attempt, "error": error}) == {
        "attempts": attempts, "delay_ms": delay, "retry": retry, "result": "d"}


def test_retries_end():
    inputs = {"data": 1, "attempt": 3, "error": "e"}
    assert failure("RetryNode", {}, inputs) == "node execution failed: max retries exceeded (3 attempts)"
    assert failure("RetryNode", {"max_retries": 0}, {"data": 1, "error": "e"}) == (
        "node execution failed: max retries exceeded (0 attempts)")
    assert "backoff_multiplier" in failure("RetryNode", {"backoff_multiplier": 0.5}, inputs)
    assert failure("RetryNode", {"max_retries": "x"}) == (
        'max_retries: expected non-negative integer, got "x"')


@pytest.mark.parametrize(
    ("inputs", "expected", "error"),
    [
        ({}, None, None),
        ({"data": 1}, 1, None),
        ({"data": 0, "fallback_value": 2}, 0, None),
        ({"data": None, "fallback_value": 2}, 2, None),
        ({"fallback_value": 2, "error": "e"}, 2, "e"),
        ({"data": 1, "fallback_value": 2, "error": {"code": 5}}, 1, {"code": 5}),
    ],
)
def test_error_handler(inputs, expected, error):
    assert call("ErrorHandlerNode", {}, inputs) == {"result": expected, "error": error}


# ---- SubworkflowNode ---------------------------------------------------------------------------------


def definition(nodes, connections=(), enable_cycles=False):
    return {
        "version": "1.0",
        "nodes": [{"type_name": kind, "node_id": name, "config": config} for name, kind, config in nodes],
        "connections": [
            dict(zip(("source_node", "source_output", "target_node", "target_input"), edge, strict=True))
            for edge in connections
        ],
        "enable_cycles": enable_cycles,
    }


INNER = definition(
    [("up", "TextTransformNode", {"operation": "uppercase"}), ("end", "NoOpNode", {"k": 1})],
    [("up", "result", "end", "text")])


@pytest.mark.parametrize("form", [lambda d: d, json.dumps], ids=["dict", "text"])
def test_a_workflow_within_a_workflow(form):
    outputs = call("SubworkflowNode", {"workflow": form(INNER)}, {"text": "abc"})
    assert outputs["results"] == {"up": {"result": "ABC"}, "end": {"k": 1, "text": "ABC"}}


def test_inputs_and_outputs_can_be_named():
    config = {"workflow": INNER, "inputs": {"name": "text"}, "outputs": {"shout": "up.result"}}
    outputs = call("SubworkflowNode", config, {"name": "x"})
    assert outputs["shout"] == "X"


def nested(depth):
    inner = definition([("n", "NoOpNode", {"v": 1})])
    for _ in range(depth):
        inner = definition([("n", "SubworkflowNode", {"workflow": inner})])
    return inner


def test_subworkflows_nest_sixteen_levels():
    outputs = call("SubworkflowNode", {"workflow": nested(15)})
    for _ in range(16):
        outputs = outputs["results"]["n"]
    assert outputs == {"v": 1}
    assert "16 levels" in failure("SubworkflowNode", {"workflow": nested(16)})


@pytest.mark.parametrize(
    ("workflow", "words"),
    [
        (None, "workflow"), (5, "workflow"), ("{", "line 1 column 2"), ({}, "version"), ([], "workflow"),
        ({"version": "1.0", "nodes": [], "connections": [], "enable_cycles": False}, "node"),
        (definition([("a", "NoSuchNode", {})]), "NoSuchNode"),
        (definition([("a", "NoOpNode", {}), ("a", "NoOpNode", {})]), "duplicate node ID: a"),
        (definition([("a", "NoOpNode", {})], [("a", "x", "b", "y")]), "'b'"),
        (definition([("a", "SwitchNode", {"cases": 5})]), "cases"),
    ],
)
def test_bad_definitions_fail_the_build(workflow, words):
    with pytest.raises(RuntimeError, match=r"^workflow build failed: failed to create node 'n' ") as caught:
        call("SubworkflowNode", {"workflow": workflow})
    assert words in str(caught.value)


def test_failures_within_name_both_nodes():
    text = failure("SubworkflowNode", {"workflow": INNER}, {"text": 5})
    assert "node 'up' failed -> invalid input 'text': expected string, got integer" in text


def test_callbacks_run_within(engine):
    e = engine({"Mine": lambda inputs, ctx: {"id": ctx.node_id, "x": inputs["x"]}})
    config = {"workflow": definition([("inner", "Mine", {})])}
    answer = e.run({"a": ("SubworkflowNode", config)}, inputs={"x": 7})
    assert answer["results"]["a"]["results"] == {"inner": {"id": "inner", "x": 7}}


def test_a_timeout_reaches_within(engine):
    config = {"workflow": definition([("w", "WaitNode", {"duration_ms": 60_000})])}
    begin = time.monotonic()
    with pytest.raises(RuntimeError, match="timed out after 50ms"):
        engine(node_timeout=0.05).run({"a": ("SubworkflowNode", config)})
    assert time.monotonic() - begin < 5


def test_gates_within_do_not_leak_out():
    inner = definition([("g", "GateNode", {"when": {"input": "x", "equals": 1}}), ("n", "NoOpNode", {})],
                       [("g", "x", "n", "y")])
    assert call("SubworkflowNode", {"workflow": inner}, {"x": 2})["results"] == {}
    with pytest.raises(kailash.GateUndetermined):
        call("SubworkflowNode", {"workflow": inner})
