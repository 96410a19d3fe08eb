"""Properties of random graphs: results do not depend on concurrency, nothing hangs or leaks."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kailash


@st.composite
def graphs(draw):
    """Acyclic by construction: edges lead from a lower to a higher index."""
    count = draw(st.integers(1, 24))
    pairs = [(a, b) for b in range(count) for a in range(b)]
    edges = draw(st.lists(st.sampled_from(pairs), max_size=60)) if pairs else []
    return count, edges


def total(inputs):
    return {"v": 1 + sum(value for key, value in inputs.items() if key.startswith("from"))}


def build(graph, kinds=None):
    count, edges = graph
    registry = kailash.NodeRegistry()
    registry.register_callback("Total", total, [], [])
    registry.register_callback("Fail", lambda inputs: 1 / 0, [], [])
    registry.register_callback("Slow", slow, [], [])
    builder = kailash.WorkflowBuilder()
    for index in range(count):
        builder.add_node(kinds[index] if kinds else "Total", f"n{index}")
    for place, (a, b) in enumerate(edges):
        builder.connect(f"n{a}", "v", f"n{b}", f"from{place}")
    return registry, builder.build(registry)


def slow(inputs, ctx):
    time.sleep(0.001)
    ctx.check_cancellation()
    return total(inputs)


def expected(graph):
    """The same sums, computed in plain Python."""
    count, edges = graph
    values = []
    for index in range(count):
        values.append(1 + sum(values[a] for a, b in edges if b == index))
    return {f"n{index}": {"v": value} for index, value in enumerate(values)}


@given(graphs(), st.integers(1, 8))
def test_results_do_not_depend_on_concurrency(graph, nodes_at_once):
    registry, workflow = build(graph)
    config = kailash.RuntimeConfig(max_concurrent_nodes=nodes_at_once)
    answer = kailash.Runtime(registry, config).execute(workflow)
    assert answer["results"] == expected(graph)
    assert list(answer["results"]) == list(expected(graph))


@given(graphs())
def test_levels_are_longest_ways(graph):
    count, edges = graph
    _, workflow = build(graph)
    levels = []
    for index in range(count):
        levels.append(max((1 + levels[a] for a, b in edges if b == index), default=0))
    assert workflow.level_count() == len(set(levels))


@given(graphs(), st.data())
def test_graphs_with_failing_slow_and_cancelled_nodes_end(graph, data):
    count, _ = graph
    kinds = data.draw(st.lists(st.sampled_from(["Total", "Slow", "Fail"]), min_size=count, max_size=count))
    registry, workflow = build(graph, kinds)
    runtime = kailash.Runtime(registry, kailash.RuntimeConfig(max_concurrent_nodes=4))
    handle = runtime.start(workflow)
    if data.draw(st.booleans()):
        handle.cancel()
    try:
        answer = handle.result(30)
    except RuntimeError as error:
        assert "timed out" not in str(error) and "did not come" not in str(error)
        assert set(error.partial_results) <= {f"n{i}" for i in range(count)}
    else:
        assert "Fail" not in kinds
        assert answer["results"] == expected(graph)
    assert runtime.drain(30)["cancelled"] == 0


@given(graphs(), st.floats(0, 0.003))
def test_time_limits_end_every_graph(graph, limit):
    count, _ = graph
    registry, workflow = build(graph, ["Slow"] * count)
    runtime = kailash.Runtime(registry, kailash.RuntimeConfig(max_concurrent_nodes=4))
    try:
        runtime.execute_with_opts(workflow, {}, kailash.ExecuteOpts(time_limit=limit))
    except RuntimeError as error:
        assert "timed out after" in str(error) or "cancel" in str(error)


def test_a_wide_and_a_deep_graph():
    wide = 3000, [(0, b) for b in range(1, 3000)]
    deep = 3000, [(a, a + 1) for a in range(2999)]
    for graph in (wide, deep):
        registry, workflow = build(graph)
        assert kailash.Runtime(registry).execute(workflow)["results"] == expected(graph)
    assert workflow.level_count() == 3000


@pytest.mark.parametrize("nodes_at_once", [1, 4])
def test_a_hundred_runs_in_the_background(nodes_at_once):
    registry, workflow = build((6, [(0, 2), (1, 2), (2, 3), (2, 4), (3, 5), (4, 5)]), ["Slow"] * 6)
    runtime = kailash.Runtime(registry, kailash.RuntimeConfig(max_concurrent_nodes=nodes_at_once))
    handles = [runtime.start(workflow) for _ in range(100)]
    answers = [handle.result(60)["results"] for handle in handles]
    assert all(answer == answers[0] for answer in answers)
