"""kailash validate: every fault, and where it stands."""

import json

import pytest
from conftest import definition, edge, kailash, needs_gate, node


def faults_of(path):
    done = kailash("validate", path, "--json")
    verdict = json.loads(done.stdout)
    assert verdict["file"] == str(path)
    assert done.returncode == (0 if verdict["valid"] else 1)
    assert verdict["valid"] == (verdict["faults"] == [])
    return verdict["faults"]


def test_a_valid_definition(workflow):
    path = workflow([node("a"), node("b")], [edge("a", "x", "b", "x")])
    done = kailash("validate", path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{path}: valid\n", "")
    assert faults_of(path) == []


def test_all_faults_at_once_in_the_order_of_the_text(tmp_path):
    text = """{
  "version": "1.0",
  "nodes": [
    {"type_name": "NoOpNode", "node_id": "fetch", "config": {}},
    {"type_name": "NopNode", "node_id": "fetch", "config": {}},
    {"node_id": 5, "config": []},
    "x"
  ],
  "connections": [
    {"source_node": "fetsh", "source_output": "a", "target_node": "nowhere", "target_input": "b"},
    {"source_node": "fetch"}
  ]
}
"""
    path = tmp_path / "bad.json"
    path.write_text(text)
    done = kailash("validate", path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"{path}:1:1: the definition: missing field `enable_cycles`",
        f"{path}:5:19: nodes[1].type_name: unknown node type: NopNode; did you mean NoOpNode?",
        f"{path}:5:41: nodes[1].node_id: duplicate node ID: fetch",
        f"{path}:6:5: nodes[2]: missing field `type_name`",
        f"{path}:6:17: nodes[2].node_id: expected string, got integer",
        f"{path}:6:30: nodes[2].config: expected object, got array",
        f"{path}:7:5: nodes[3]: a node is an object",
        f"{path}:10:21: connections[0].source_node: source node 'fetsh' does not exist in the "
        "workflow; did you mean fetch?",
        f"{path}:10:67: connections[0].target_node: target node 'nowhere' does not exist in the "
        "workflow",
        f"{path}:11:5: connections[1]: missing field `source_output`",
        f"{path}:11:5: connections[1]: missing field `target_node`",
        f"{path}:11:5: connections[1]: missing field `target_input`",
    ]


@pytest.mark.parametrize("text, line, column", [
    ("", 1, 1), ("{", 1, 2), ('{"a": 1,\n "b" 2}', 2, 6), ("[1, 2", 1, 6), ("nul", 1, 4)])
def test_text_that_is_no_json(tmp_path, text, line, column):
    path = tmp_path / "bad.json"
    path.write_text(text)
    (fault,) = faults_of(path)
    assert (fault["line"], fault["path"]) == (line, "") and fault["message"]
    assert abs(fault["column"] - column) <= 1


def test_json_that_is_no_object(tmp_path):
    path = tmp_path / "bad.json"
    path.write_text(" [1]")
    assert faults_of(path) == [
        {"line": 1, "column": 2, "path": "the definition", "message": "expected object"}]


def test_cycles_are_found_when_the_rest_is_right(workflow):
    path = workflow([node("a"), node("b")], [edge("a", "x", "b", "x"), edge("b", "x", "a", "x")])
    (fault,) = faults_of(path)
    assert fault["path"] == "connections"
    assert fault["message"].startswith("cycle detected involving nodes: a, b")


def test_a_workflow_without_nodes(workflow):
    assert [f["message"] for f in faults_of(workflow([]))] == ["workflow has no nodes"]


@needs_gate
def test_a_bad_config_is_located(workflow):
    path = workflow([node("g", "GateNode", when={"input": 5})])
    (fault,) = faults_of(path)
    assert fault["path"].startswith("nodes[0].config") and fault["line"] >= 7


def test_columns_count_characters(tmp_path):
    text = json.dumps(definition([node("日本", "Ünbekannt")]), ensure_ascii=False)
    path = tmp_path / "wide.json"
    path.write_text(text)
    (fault,) = faults_of(path)
    assert fault["column"] == text.index('"Ünbekannt"') + 1


def test_a_thousand_faults_and_no_more(workflow):
    faults = faults_of(workflow([node(f"n{i}", "No") for i in range(1200)]))
    assert len(faults) == 1001 and "only the first 1000" in faults[-1]["message"]


def test_messages_stay_in_one_line(workflow):
    done = kailash("validate", workflow([node("a", "X\nY\x1b[31m")]))
    assert done.stderr.count("\n") == 1 and "\x1b" not in done.stderr


def test_standard_input():
    done = kailash("validate", "-", stdin=json.dumps(definition([node("a")])))
    assert (done.returncode, done.stdout) == (0, "-: valid\n")


def test_a_missing_file_as_json():
    done = kailash("validate", "/nonexistent", "--json")
    assert done.returncode == 1 and json.loads(done.stdout)["error"]["code"] == "io"


def test_not_even_utf8(tmp_path):
    path = tmp_path / "bytes.json"
    path.write_bytes(b'{"version": "\xff"}')
    assert len(faults_of(path)) == 1
