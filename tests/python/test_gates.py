"""Gates: their grammar, what they let through, what they leave out and how that is told."""

import pytest

import kailash

OPEN = {"input": "v", "equals": 1}
REGISTRY = kailash.NodeRegistry()


def gated(when, value=1, target="NoOpNode", **config):
    """src -> gate -> dst, where src gives {"v": value}."""
    builder = kailash.WorkflowBuilder()
    builder.add_node("NoOpNode", "src", {"v": value})
    builder.add_node(target, "dst", {})
    builder.connect_when("src", "v", "dst", "x", when)
    return kailash.Runtime(REGISTRY, kailash.RuntimeConfig(**config)).execute(builder.build(REGISTRY))


def test_connect_when_inserts_a_gate():
    builder = kailash.WorkflowBuilder()
    builder.add_node("NoOpNode", "src", {"v": 1})
    builder.add_node("NoOpNode", "dst", {})
    builder.connect_when("src", "v", "dst", "x", OPEN)
    assert builder.get_node_ids() == ["src", "dst", "__gate__src__v__dst__x"]
    assert builder.get_connections() == [
        {"source": "src", "source_output": "v", "target": "__gate__src__v__dst__x", "target_input": "v"},
        {"source": "__gate__src__v__dst__x", "source_output": "v", "target": "dst", "target_input": "x"},
    ]
    workflow = builder.build(REGISTRY)
    assert (workflow.node_count(), workflow.connection_count(), workflow.level_count()) == (3, 2, 3)
    gate = workflow.to_definition()["nodes"][2]
    assert gate == {"type_name": "GateNode", "node_id": "__gate__src__v__dst__x", "config": {"when": OPEN}}


def test_the_same_gated_edge_twice_is_a_duplicate():
    builder = kailash.WorkflowBuilder()
    builder.add_node("NoOpNode", "src", {})
    builder.add_node("NoOpNode", "dst", {})
    for _ in range(2):
        builder.connect_when("src", "v", "dst", "x", OPEN)
    with pytest.raises(RuntimeError,
                       match="^workflow build failed: duplicate node ID: __gate__src__v__dst__x$"):
        builder.build(REGISTRY)


def test_an_open_gate():
    answer = gated(OPEN)
    assert answer["results"] == {
        "src": {"v": 1}, "dst": {"x": 1}, "__gate__src__v__dst__x": {"when": OPEN, "v": 1}}
    assert list(answer) == ["results", "run_id", "metadata"]


@pytest.mark.parametrize("mode", ["skip", "evaluate_all"])
def test_a_closed_gate(mode):
    answer = gated(OPEN, value=2, conditional_execution=mode)
    assert answer["results"] == {"src": {"v": 2}}
    assert answer["skipped"] == {
        "__gate__src__v__dst__x": {"reason": "gate_closed"},
        "dst": {"reason": "transitively_gated", "via": "__gate__src__v__dst__x"},
    }
    assert answer["metadata"]["nodes_executed"] == 1
    assert answer["metadata"]["levels_executed"] == 3


@pytest.mark.parametrize(
    ("when", "value", "is_open"),
    [
        ({"input": "v", "equals": 5}, 5, True),
        ({"input": "v", "equals": 5}, 5.0, False),
        ({"input": "v", "equals": True}, 1, False),
        ({"input": "v", "equals": None}, None, True),
        ({"input": "v", "equals": {"a": [1, "x"]}}, {"a": [1, "x"]}, True),
        ({"input": "v", "equals": {"a": [1, "x"]}}, {"a": [1.0, "x"]}, False),
        *(({"input": "v", "truthy": True}, value, False) for value in (
            None, False, 0, 0.0, -0.0, "", [], {}, b"")),
        *(({"input": "v", "truthy": True}, value, True) for value in (
            True, 1, -1, float("nan"), "false", "0", [0], {"": None}, b"\0")),
        ({"not": {"input": "v", "truthy": True}}, 0, True),
        ({"all": [{"input": "v", "truthy": True}, {"input": "v", "equals": 2}]}, 2, True),
        ({"all": [{"input": "v", "truthy": True}, {"input": "v", "equals": 2}]}, 3, False),
        ({"any": [{"input": "v", "equals": 1}, {"input": "v", "equals": 2}]}, 2, True),
        ({"any": [{"input": "v", "equals": 1}, {"input": "v", "equals": 2}]}, 3, False),
        ({"not": {"not": {"not": {"input": "v", "equals": 1}}}}, 1, False),
    ],
)
def test_predicates(when, value, is_open):
    assert ("dst" in gated(when, value)["results"]) is is_open


def deep(levels):
    predicate = OPEN
    for _ in range(levels):
        predicate = {"not": predicate}
    return predicate


@pytest.mark.parametrize(
    "when",
    [
        {}, {"input": "v"}, {"equals": 1}, {"input": 5, "equals": 1}, {"input": "v", "truthy": False},
        {"input": "v", "truthy": 1}, {"input": "v", "truthy": "true"},
        {"input": "v", "truthy": True, "equals": 1}, {"input": "v", "equals": 1, "more": 1},
        {"all": []}, {"any": []}, {"all": {}}, {"all": [5]}, {"all": [{}]}, {"not": []}, {"not": {}},
        {"not": OPEN, "any": [OPEN]}, {"xor": [OPEN]}, {"any": [OPEN, None]}, {"input": None, "equals": 1},
        deep(33),
    ],
    ids=lambda when: str(when)[:50],
)
def test_predicates_outside_the_grammar(when):
    builder = kailash.WorkflowBuilder()
    with pytest.raises(ValueError):
        builder.connect_when("a", "v", "b", "x", when)
    assert builder.get_node_ids() == []
    builder.add_node("GateNode", "g", {"when": when})
    with pytest.raises(RuntimeError,
                       match=r"^workflow build failed: failed to create node 'g' \(type: GateNode\): "):
        builder.build(REGISTRY)


@pytest.mark.parametrize("when", [None, 5, [], "v", {5: 1}, {"all": [{1: 2}]}])
def test_predicates_of_other_types(when):
    with pytest.raises(TypeError):
        kailash.WorkflowBuilder().connect_when("a", "v", "b", "x", when)


def test_thirty_two_levels_stand():
    assert "dst" in gated(deep(32))["results"]


@pytest.mark.parametrize(
    "when",
    [
        {"input": "other", "truthy": True},
        {"any": [{"input": "v", "equals": 1}, {"input": "other", "truthy": True}]},
        {"all": [{"input": "v", "equals": 2}, {"input": "other", "truthy": True}]},
        {"not": {"input": "other", "equals": 1}},
    ],
)
def test_an_absent_input_leaves_the_whole_gate_undetermined(when):
    with pytest.raises(kailash.GateUndetermined) as caught:
        gated(when)
    error = caught.value
    assert isinstance(error, RuntimeError)
    assert (error.kind, error.node_id, error.input_key) == ("input_absent", "__gate__src__v__dst__x", "other")
    assert "other" in str(error)
    assert error.detail is None or isinstance(error.detail, str)


def test_the_predicate_reads_the_source_port(engine):
    e = engine({"Give": lambda inputs: {}})
    builder = kailash.WorkflowBuilder()
    builder.add_node("Give", "src")
    builder.add_node("NoOpNode", "dst")
    builder.connect_when("src", "v", "dst", "x", OPEN)
    with pytest.raises(kailash.GateUndetermined) as caught:
        e.runtime.execute(builder.build(e.registry))
    assert caught.value.input_key == "v"


def test_one_live_edge_is_enough(engine):
    e = engine()
    builder = kailash.WorkflowBuilder()
    for name in ("a", "b", "dst", "end"):
        builder.add_node("NoOpNode", name, {"v": 2} if name in "ab" else {})
    builder.connect_when("a", "v", "dst", "x", OPEN)
    builder.connect("b", "v", "dst", "y")
    builder.connect("dst", "y", "end", "z")
    answer = e.runtime.execute(builder.build(e.registry))
    assert answer["results"]["dst"] == {"y": 2}
    assert answer["results"]["end"] == {"z": 2}
    assert answer["skipped"] == {"__gate__a__v__dst__x": {"reason": "gate_closed"}}


def test_what_lies_behind_is_gated_via_the_first_edge(engine):
    e = engine()
    builder = kailash.WorkflowBuilder()
    for name in ("a", "b", "c", "d"):
        builder.add_node("NoOpNode", name, {"v": 2} if name == "a" else {})
    builder.connect_when("a", "v", "b", "x", OPEN)
    builder.connect_when("a", "v", "c", "x", OPEN)
    builder.connect("c", "x", "d", "first")
    builder.connect("b", "x", "d", "second")
    answer = e.runtime.execute(builder.build(e.registry))
    assert answer["results"] == {"a": {"v": 2}}
    assert answer["skipped"]["d"] == {"reason": "transitively_gated", "via": "c"}
    assert answer["skipped"]["b"] == {"reason": "transitively_gated", "via": "__gate__a__v__b__x"}


def test_a_gate_node_of_its_own(engine):
    when = {"input": "go", "truthy": True}
    nodes = {"gate": ("GateNode", {"when": when, "kept": 1}), "next": "NoOpNode"}
    answer = engine().run(nodes, ["gate.go -> next.x"], {"go": True})
    assert answer["results"] == {"gate": {"when": when, "kept": 1, "go": True}, "next": {"x": True}}
    answer = engine().run(nodes, ["gate.go -> next.x"], {"go": False})
    assert answer["results"] == {}
    assert answer["skipped"] == {
        "gate": {"reason": "gate_closed"}, "next": {"reason": "transitively_gated", "via": "gate"}}


def test_a_gate_without_a_predicate_is_inert(engine):
    answer = engine().run({"g": ("GateNode", {"x": 1}), "h": "GateNode", "n": "NoOpNode"}, ["g.x -> n.y"])
    assert answer["results"] == {"g": {"x": 1}, "h": {}, "n": {"y": 1}}
    assert answer["inert_gates"] == {"state": "complete", "known": ["g", "h"]}
    assert "skipped" not in answer


def test_a_when_that_arrives_is_data(engine):
    answer = engine().run({"g": "GateNode"}, inputs={"when": {"input": "x", "equals": 1}})
    assert answer["results"]["g"] == {"when": {"input": "x", "equals": 1}}
    answer = engine().run({"g": ("GateNode", {"when": OPEN})}, inputs={"when": 5, "v": 1})
    assert answer["results"]["g"]["v"] == 1
    nodes = {"a": ("NoOpNode", {"w": False, "v": 1}), "g": ("GateNode", {"when": OPEN})}
    answer = engine().run(nodes, ["a.w -> g.when", "a.v -> g.v"])
    assert answer["results"]["g"] == {"when": False, "v": 1}


# ---- required inputs that do not arrive -------------------------------------------------------------

REQUIRED = {"a": "NoOpNode", "b": ("ConditionalNode", {"if_value": 1}), "c": ("NoOpNode", {"v": 7})}


def test_a_node_without_its_required_input_is_not_run(engine):
    answer = engine().run(REQUIRED, ["a.nothing -> b.condition", "b.result -> c.v"])
    assert answer["results"] == {"a": {}, "c": {"v": 7}}
    assert "skipped" not in answer
    assert answer["metadata"]["nodes_executed"] == 2


def test_evaluate_all_makes_that_a_failure(engine):
    with pytest.raises(RuntimeError) as caught:
        engine(conditional_execution="evaluate_all").run(
            REQUIRED, ["a.nothing -> b.condition", "b.result -> c.v"])
    assert str(caught.value) == (
        "workflow execution failed: node 'b' failed -> missing required input: condition")


@pytest.mark.parametrize("mode", ["skip", "evaluate_all"])
def test_a_root_without_its_required_input_fails(engine, mode):
    with pytest.raises(RuntimeError) as caught:
        engine(conditional_execution=mode).run({"b": "ConditionalNode"})
    assert str(caught.value) == (
        "workflow execution failed: node 'b' failed -> missing required input: condition")


def test_conditional_execution_has_two_words(engine):
    for bad in ("Skip", "", "evaluate"):
        with pytest.raises(ValueError, match="skip.*evaluate_all"):
            kailash.RuntimeConfig(conditional_execution=bad)
    config = kailash.RuntimeConfig()
    assert config.conditional_execution == "skip"
    with pytest.raises(AttributeError):
        config.conditional_execution = "evaluate_all"


def test_unknown_config_of_a_node_that_is_no_root(engine):
    nodes = {"a": ("NoOpNode", {"v": True}), "b": ("ConditionalNode", {"k": 1, "if_value": 2, "z": 1})}
    with pytest.raises(RuntimeError) as caught:
        engine().run(nodes, ["a.v -> b.condition"])
    assert str(caught.value) == (
        "workflow execution failed: node 'b' failed -> unknown parameter(s) for node 'ConditionalNode': "
        '["k", "z"] (declared: ["condition", "if_value", "else_value"])')


def test_what_may_have_unknown_config(engine):
    assert engine().run({"b": ("ConditionalNode", {"k": 1, "condition": 0})})["results"] == {
        "b": {"result": None}}
    nodes = {"a": ("NoOpNode", {"v": True}), "b": ("ConditionalNode", {"k": 1}), "c": ("NoOpNode", {"k": 1})}
    answer = engine().run(nodes, ["a.v -> b.condition", "a.v -> b.k", "a.v -> c.x"])
    assert answer["results"]["c"] == {"k": 1, "x": True}  # it declares nothing


def test_callbacks_follow_the_same_rule(engine):
    registry = kailash.NodeRegistry()
    registry.register_callback("Strict", lambda inputs: inputs, ["x"], ["x"])
    registry.register_callback("Open", lambda inputs: inputs, [], [])

    def run(type_name):
        builder = kailash.WorkflowBuilder()
        builder.add_node("NoOpNode", "a", {"v": 1})
        builder.add_node(type_name, "b", {"k": 1})
        builder.connect("a", "v", "b", "x")
        return kailash.Runtime(registry).execute(builder.build(registry))["results"]["b"]

    assert run("Open") == {"k": 1, "x": 1}
    with pytest.raises(RuntimeError) as caught:
        run("Strict")
    assert str(caught.value).endswith("unknown parameter(s) for node 'Strict': [\"k\"] (declared: [\"x\"])")
