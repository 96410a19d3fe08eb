"""Versions of definitions, templates, and the registry of workflows."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kailash
from kailash._kailash import VersionedWorkflowRegistry, VersionKey, WorkflowTemplate

EXAMPLE = (
    '{"version":"1.0","nodes":[{"type_name":"NoOpNode","node_id":"a","config":{"m":"x"}}],'
    '"connections":[],"enable_cycles":false}'
)


def definition(config, node_id="a", type_name="NoOpNode"):
    return json.dumps({
        "version": "1.0", "nodes": [{"type_name": type_name, "node_id": node_id, "config": config}],
        "connections": [], "enable_cycles": False,
    })


# ---- versions ----------------------------------------------------------------------------------------


def test_hashes_do_not_depend_on_the_writing():
    registry = VersionedWorkflowRegistry()
    assert registry.register("flow", "1.0.0", EXAMPLE) == "126a993d0cf5b61e"
    data = json.loads(EXAMPLE)
    turned = json.dumps({key: data[key] for key in reversed(data)}, indent=4)
    assert registry.register("flow", "2.0.0", turned) == "126a993d0cf5b61e"
    assert registry.get("flow", "2.0.0") == EXAMPLE
    assert registry.lookup_hash("126a993d0cf5b61e") == VersionKey("flow", "2.0.0")
    assert str(registry.lookup_hash("126a993d0cf5b61e")) == "flow@2.0.0"
    assert registry.lookup_hash("0" * 16) is None
    assert registry.workflow_count() == len(registry) == 2
    assert registry.get("flow", "9") is None and registry.get("other", "1.0.0") is None


def fnv_1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


@given(st.dictionaries(st.text(max_size=5), st.integers(-5, 5) | st.text(max_size=5), max_size=4))
def test_the_hash_is_fnv_1a_of_the_compact_form(config):
    registry = VersionedWorkflowRegistry()
    made = registry.register("f", "1", definition(config))
    assert made == fnv_1a(registry.get("f", "1"))
    assert json.loads(registry.get("f", "1"))["nodes"][0]["config"] == config


def test_a_version_stands_unless_it_is_replaced():
    registry = VersionedWorkflowRegistry()
    registry.register("f", "1", EXAMPLE)
    assert registry.register("f", "1", EXAMPLE) == "126a993d0cf5b61e"
    with pytest.raises(ValueError, match="replace"):
        registry.register("f", "1", definition({}))
    assert registry.get("f", "1") == EXAMPLE
    registry.register("f", "1", definition({}), replace=True)
    assert json.loads(registry.get("f", "1"))["nodes"][0]["config"] == {}
    with pytest.raises(ValueError):
        registry.register("f", "2", "{")


ASCENDING = [
    "", "beta", "v1.0.0", "1.0.0-alpha", "1.0.0-beta", "1.0.0", "1.0.0+build", "1.9.0", "1.10.0", "2", "2.0",
    "2.0.0",
    "10.0.0",
]


def test_versions_are_ordered():
    registry = VersionedWorkflowRegistry()
    for version in reversed(ASCENDING):
        registry.register("f", version, definition({"v": version}))
    listed = registry.list_versions("f")
    assert [info.version for info in listed] == ASCENDING
    assert {info.name for info in listed} == {"f"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", info.registered_at) for info in listed)
    assert [info.workflow_hash for info in listed] == [
        fnv_1a(registry.get("f", version)) for version in ASCENDING]
    assert json.loads(registry.latest_version("f"))["nodes"][0]["config"] == {"v": "10.0.0"}
    assert registry.latest_version("zz") is None and registry.list_versions("zz") == []


# ---- templates ---------------------------------------------------------------------------------------


def filled(config, params, **defaults):
    template = WorkflowTemplate(definition(config)).with_defaults(defaults)
    return json.loads(template.instantiate(params))["nodes"][0]["config"]


@pytest.mark.parametrize(
    ("config", "params", "expected"),
    [
        ({"a": "{{x}}"}, {"x": 5}, {"a": 5}),
        ({"a": "{{ x }}"}, {"x": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
        ({"a": "<{{x}}{{ y }}>"}, {"x": "1", "y": "2"}, {"a": "<12>"}),
        ({"a": [{"b": ["{{x}}"]}]}, {"x": True}, {"a": [{"b": [True]}]}),
        ({"a": "{{x}}"}, {"x": "{{y}}"}, {"a": "{{y}}"}), ({"a": "{{x}}"}, {"x": '","b":"'}, {"a": '","b":"'}),
        ({"{{x}}": 1}, {"x": "no"}, {"{{x}}": 1}), ({"a": "no"}, {"more": 1}, {"a": "no"}),
    ],
)
def test_templates_are_filled(config, params, expected):
    assert filled(config, params) == expected


def test_parameters_of_a_template():
    template = WorkflowTemplate(definition({"b": "{{z}} {{ a }}", "c": ["{{m}}", "{{a}}"]}))
    assert template.parameters() == ["a", "m", "z"]
    with pytest.raises(ValueError, match="'a'|\"a\"|a"):
        template.instantiate({"z": "1"})
    with pytest.raises(ValueError, match="parameter type mismatch"):
        template.instantiate({"z": 1, "a": "x", "m": 1})
    assert filled({"a": "{{x}}{{y}}"}, {"y": "2"}, x="1", y="0") == {"a": "12"}


def test_ids_and_types_are_not_filled():
    text = WorkflowTemplate(definition({"a": "{{x}}"}, "{{x}}", "{{x}}")).instantiate({"x": "y"})
    [node] = json.loads(text)["nodes"]
    assert (node["node_id"], node["type_name"], node["config"]) == ("{{x}}", "{{x}}", {"a": "y"})


def test_templates_are_values_of_their_own():
    template = WorkflowTemplate(EXAMPLE)
    named = template.with_name("n").with_description("d").with_defaults({"x": 1})
    assert (template.name, template.description, named.name, named.description) == ("", "", "n", "d")
    assert template.to_json() == f'{{"definition":{EXAMPLE},"defaults":{{}},"name":"","description":""}}'
    assert WorkflowTemplate.from_json(named.to_json()).to_json() == named.to_json()
    for bad in ("", "{", "[]", "{}"):
        with pytest.raises(ValueError):
            WorkflowTemplate(bad)
        with pytest.raises(ValueError):
            WorkflowTemplate.from_json(bad)
    with pytest.raises(TypeError):
        WorkflowTemplate(5)


def test_an_instance_runs():
    registry = kailash.NodeRegistry()
    text = WorkflowTemplate(definition({"v": "{{v}}"})).instantiate({"v": [1.5]})
    workflow = kailash.WorkflowBuilder.from_json(text).build(registry)
    assert kailash.Runtime(registry).execute(workflow)["results"] == {"a": {"v": [1.5]}}


# ---- the registry of workflows -----------------------------------------------------------------------


def test_workflows_by_name(engine):
    e = engine()
    workflow = e.build({"a": ("NoOpNode", {"v": 1})})
    registry = kailash.WorkflowRegistry()
    registry.register("b", workflow, "what it does")
    registry.register("a", workflow)
    assert registry.list() == ["a", "b"]
    assert registry.contains("a") and not registry.contains("zz")
    assert registry.count() == len(registry) == 2
    found = registry.get("b")
    assert found.keys() == {"name", "description", "registered_at", "node_count"}
    assert (found["name"], found["description"], found["node_count"]) == ("b", "what it does", 1)
    assert registry.get("zz") is None
    assert registry.execute("a", e.runtime, {"w": 2})["results"] == {"a": {"v": 1, "w": 2}}
    with pytest.raises(RuntimeError, match="a"):
        registry.register("a", workflow)
    assert registry.remove("a") is None
    for call in (lambda: registry.remove("a"), lambda: registry.execute("a", e.runtime)):
        with pytest.raises(RuntimeError, match="a"):
            call()
    for bad in (("c", 5), (5, workflow), ("c", e.runtime)):
        with pytest.raises(TypeError):
            registry.register(*bad)
