"""WorkflowBuilder, Workflow and the definition JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kailash

REGISTRY = kailash.NodeRegistry()


def builder_of(*ids):
    builder = kailash.WorkflowBuilder()
    for node_id in ids:
        builder.add_node("NoOpNode", node_id, {})
    return builder


def test_a_builder_tells_its_state():
    builder = builder_of("a")
    assert repr(builder) == "WorkflowBuilder(active)"
    workflow = builder.build(REGISTRY)
    assert repr(builder) == "WorkflowBuilder(consumed)"
    assert repr(workflow) == "Workflow(nodes=1, connections=0, levels=1)"
    for call in (builder.get_node_ids, builder.to_json, lambda: builder.add_node("NoOpNode", "b")):
        with pytest.raises(RuntimeError, match="consumed"):
            call()


@pytest.mark.parametrize(
    ("type_name", "expected"),
    [
        ("HTTPRequestNode", "h_t_t_p_request_node_0"), ("A1bNode", "a1b_node_0"), ("", "_0"),
        ("NoOpNode", "no_op_node_0"),
    ],
)
def test_automatic_ids(type_name, expected):
    assert kailash.WorkflowBuilder().add_node_auto_id(type_name) == expected


def test_automatic_ids_step_over_taken_ones():
    builder = builder_of("no_op_node_0")
    assert builder.add_node_auto_id("NoOpNode") == "no_op_node_1"
    assert builder.get_node_ids() == ["no_op_node_0", "no_op_node_1"]


def test_connections_are_listed():
    builder = builder_of("a", "b")
    builder.connect("a", "x", "b", "y")
    builder.add_connection("a", "z", "b", "w")
    assert builder.get_connections() == [
        {"source": "a", "source_output": "x", "target": "b", "target_input": "y"},
        {"source": "a", "source_output": "z", "target": "b", "target_input": "w"},
    ]


def failing(edit):
    builder = builder_of("a", "b")
    edit(builder)
    with pytest.raises(RuntimeError, match="^workflow build failed: ") as caught:
        builder.build(REGISTRY)
    assert repr(builder) == "WorkflowBuilder(active)"  # it can be mended
    return str(caught.value)


def test_what_build_refuses():
    with pytest.raises(RuntimeError, match="workflow build failed: .*node"):
        kailash.WorkflowBuilder().build(REGISTRY)
    assert failing(lambda b: b.add_node("NoOpNode", "a")).endswith("duplicate node ID: a")
    assert "NoSuchNode" in failing(lambda b: b.add_node("NoSuchNode", "c"))
    assert "'zz'" in failing(lambda b: b.connect("zz", "x", "b", "y"))
    assert "'zz'" in failing(lambda b: b.connect("a", "x", "zz", "y"))

    def cycle(builder):
        builder.connect("a", "x", "b", "y")
        builder.connect("b", "x", "a", "y")

    message = failing(cycle)
    assert "a" in message and "b" in message and "cycle" in message
    assert "cycle" in failing(lambda b: b.connect("a", "x", "a", "x"))


def test_undeclared_ports_are_legal():
    builder = builder_of("a", "b")
    builder.connect("a", "whatever", "b", "anything")
    assert builder.build(REGISTRY).connection_count() == 1


def test_levels():
    builder = builder_of("a", "b", "c", "d")
    for source, target in ("ab", "bc", "ac"):
        builder.connect(source, "x", target, f"from_{source}")
    workflow = builder.build(REGISTRY)
    assert (workflow.node_count(), workflow.connection_count(), workflow.level_count()) == (4, 3, 3)
    assert workflow.has_cycles() is False


def test_cycles_can_be_allowed():
    builder = builder_of("a", "b")
    builder.connect("a", "x", "b", "y")
    builder.connect("b", "x", "a", "y")
    builder.enable_cycles(True)
    workflow = builder.build(REGISTRY)
    assert workflow.has_cycles() is True
    assert workflow.level_count() == 2


EXAMPLE = {
    "version": "1.0",
    "nodes": [{"type_name": "NoOpNode", "node_id": "a", "config": {"m": "x"}}],
    "connections": [],
    "enable_cycles": False,
}


def test_the_definition_sorts_configs_and_keeps_the_rest():
    builder = kailash.WorkflowBuilder()
    builder.add_node("NoOpNode", "n", {"b": {"z": 1, "a": 2}, "a": 1.0})
    assert builder.to_json() == (
        '{"version":"1.0","nodes":[{"type_name":"NoOpNode","node_id":"n",'
        '"config":{"a":1.0,"b":{"a":2,"z":1}}}],"connections":[],"enable_cycles":false}'
    )
    assert builder.build(REGISTRY).to_definition() == {
        "version": "1.0",
        "nodes": [{"type_name": "NoOpNode", "node_id": "n", "config": {"a": 1.0, "b": {"a": 2, "z": 1}}}],
        "connections": [],
        "enable_cycles": False,
    }


def test_what_json_loses_can_be_refused():
    builder = kailash.WorkflowBuilder()
    builder.add_node("NoOpNode", "n", {"b": b"\x01", "f": float("nan")})
    assert '"config":{"b":"AQ==","f":null}' in builder.to_json()
    with pytest.raises(ValueError):
        builder.to_json(strict=True)
    with pytest.raises(ValueError):
        builder.build(REGISTRY).to_json(strict=True)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "line 1 column 1"),
        ("{", "line 1 column 2"),
        ('{"version":"1.0"', "line 1"),
        ('{"version":"1.0","nodes":[],"connections":[]}', "missing field `enable_cycles`"),
        ('{"version":"1.0","nodes":null,"connections":[],"enable_cycles":false}', "nodes: expected"),
        ('{"version":"1.0","nodes":[{"type_name":"T","node_id":"a"}],"connections":[],'
         '"enable_cycles":false}', "missing field `config`"),
        ('{"version":"1.0","nodes":[{"type_name":"T","node_id":5,"config":{}}],\n"connections":[],'
         '"enable_cycles":false}', r"nodes\[0\].node_id: expected string, got integer"),
        ('{"version":"1.0","nodes":[],"connections":[],"enable_cycles":false} x', "line 1 column"),
        ('{"version":"1.0","version":"1.0","nodes":[],"connections":[],"enable_cycles":false}',
         "version"),
    ],
)
def test_bad_definitions_are_refused_with_their_place(text, what):
    with pytest.raises(RuntimeError, match="^deserialization failed: ") as caught:
        kailash.WorkflowBuilder.from_json(text)
    assert caught.match(what)
    assert caught.match(r"at line \d+ column \d+")


def test_from_json_takes_text_only():
    with pytest.raises(TypeError):
        kailash.WorkflowBuilder.from_json(b"{}")


def test_unknown_keys_and_versions_pass():
    text = json.dumps({**EXAMPLE, "version": "7.x", "more": 1})
    assert kailash.WorkflowBuilder.from_json(text).build(REGISTRY).node_count() == 1


def test_the_hash_is_that_of_the_canonical_definition():
    workflow = kailash.WorkflowBuilder.from_json(json.dumps(EXAMPLE, indent=3)).build(REGISTRY)
    assert workflow.workflow_hash() == "126a993d0cf5b61e"


names = st.text(max_size=6)
configs = st.dictionaries(names, st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | names
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8), max_size=4)


@given(st.lists(st.tuples(names, configs), max_size=6), st.data(), st.booleans())
def test_definitions_survive_the_trip_through_json(nodes, data, cycles):
    builder = kailash.WorkflowBuilder()
    for index, (port, config) in enumerate(nodes):
        builder.add_node("NoOpNode", f"n{index}", config)
        if index:
            source = data.draw(st.integers(0, index - 1))
            builder.connect(f"n{source}", port, f"n{index}", port)
    builder.enable_cycles(cycles)
    text = builder.to_json()
    again = kailash.WorkflowBuilder.from_json(text)
    assert again.to_json() == text
    assert json.loads(text)["enable_cycles"] is cycles
