"""Every node type under every wrong value that its own row does not allow.

The rows come from the library, so that a new node type is tested as soon as it is there; it only has
to add a call that works to a file of `calls`.
"""

import math
import re
import socket
import time

import pytest
from openpyxl import Workbook

import calls
import kailash
from calls import CALLS
from kailash import _kailash

ROWS = {row["name"]: row for row in _kailash._describe_nodes()}
TESTED = {name: row for name, row in ROWS.items() if name in CALLS}  # others lack their server
REGISTRY = kailash.NodeRegistry()
RUNTIME = kailash.Runtime(REGISTRY, kailash.RuntimeConfig(node_timeout=5))
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>\n"
)

KINDS = {
    type(None): "null", bool: "bool", int: "integer", float: "float", str: "string", bytes: "bytes",
    list: "array", dict: "object",
}


FAILED = "workflow execution failed: node 'n' failed -> "
FORMS = ("missing required input: ", "invalid input '", "node execution failed: ",
         "resource limit exceeded: ", "node execution timed out after ")


def nested(depth):
    value = {"a": []}
    for _ in range(depth):
        value = {"a": [value]}
    return value


WRONG = [
    None, True, 0, 1, -1, 2**63 - 1, -(2**63), 0.5, -1.5, 1e308, math.nan, math.inf, -math.inf, "",
    "no such word", "nul\0inside", "x" * 100_000, "\U0001f600", b"", b"\xff\x00", [], [None], [[]],
    [{"a": math.nan}], list(range(10_000)), {}, {"": None}, {"a": {"b": [1]}}, {"\0": "\0"}, nested(2000),
]


def kinds_of(param):
    """The kinds of values that the row of a parameter allows; None if any."""
    allowed = {
        "any": None, "bool": {"bool"}, "int": {"integer"}, "count": {"integer"},
        "float": {"float", "integer"}, "number": {"integer", "float"},
        "duration": {"integer", "float"}, "string": {"string"},
        "enum": {"string"}, "array": {"array"}, "map": {"object"}, "bytes": {"bytes"},
    }[param["kind"]]
    return allowed | {"null"} if allowed and param["optional"] else allowed


def is_allowed(param, value):
    """May a node take this value? Only what the row says for certain is refused here."""
    kinds = kinds_of(param)
    if kinds is None:
        return True
    if KINDS[type(value)] not in kinds:
        return False
    if value is None:
        return True
    if param["words"]:
        return value in param["words"]
    if param["kind"] == "count" and value < 0:
        return False
    if param["kind"] == "duration":
        return 0 <= value < 2**64
    if param["item"] and param["kind"] in ("array", "map"):
        of = {"string": (str,), "map": (dict,), "number": (int, float)}[param["item"]]
        return all(type(item) in of for item in (value.values() if isinstance(value, dict) else value))
    low, high = param["min"], param["max"]
    size = value if isinstance(value, (int, float)) else len(value.encode() if isinstance(value, str) else value)
    return (low is None or size >= low) and (high is None or size <= high)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("bad_inputs")
    (path / "rows.csv").write_text("a,b\n1,2\n")
    (path / "empty.pdf").write_bytes(PDF)
    (path / "rules.json").write_text('[{"category": "a", "pattern": "b"}]')
    (path / "folder").mkdir()
    (path / "folder" / "file.txt").write_text("x")
    book = Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, 2])
    book.save(path / "book.xlsx")
    return path


@pytest.fixture(autouse=True)
def here(folder, monkeypatch):
    monkeypatch.chdir(folder)
    run("DatabaseConnectionNode", CALLS["DatabaseConnectionNode"][0])


def run(type_name, config, inputs=None):
    builder = kailash.WorkflowBuilder()
    builder.add_node(type_name, "n", config)
    return RUNTIME.execute(builder.build(REGISTRY), inputs)["results"]["n"]


def attempt(type_name, config, inputs=None):
    """(outputs, None) or (None, the text of the failure), which must be one of a node."""
    begin = time.monotonic()
    try:
        return run(type_name, config, inputs), None
    except RuntimeError as error:
        text = str(error)
        if isinstance(error, kailash.GateUndetermined):
            return None, text
        assert type(error) is RuntimeError
        if not text.startswith(f"workflow build failed: failed to create node 'n' (type: {type_name}): "):
            reason = re.sub("^(node '[^']*' failed -> )+", "", text.removeprefix(FAILED))  # one within it too
            assert text.startswith(FAILED) and reason.startswith(FORMS), text
            assert not any(reason.startswith(FORMS[2] + form) for form in FORMS), text  # told once
        return None, text
    finally:
        assert time.monotonic() - begin < 5


def check_outputs(type_name, outputs):
    row = ROWS[type_name]
    declared = {port["name"]: kinds_of(port) for port in row["outputs"]}
    for name, value in outputs.items():
        if not row["open"] and not name.startswith("case_"):
            assert name in declared
        if declared.get(name) and value is not None:
            assert KINDS[type(value)] in declared[name]


def test_every_type_has_calls():
    assert set(calls.ALL) == set(ROWS)
    for name, row in TESTED.items():
        for param in row["inputs"]:
            if param["name"] in ("operation", "action") and name in (
                "ArrayOperationsNode", "CSVProcessorNode", "MathOperationsNode", "StringOperationsNode",
                "TextTransformNode", "XMLParserNode"):
                assert {call[param["name"]] for call in CALLS[name]} == set(param["words"])


EACH_CALL = [
    pytest.param(name, call, id=f"{name}-{index}") for name, calls in CALLS.items()
    for index, call in enumerate(calls)
]
EACH_PARAM = [
    pytest.param(name, param, side, id=f"{name}-{param['name']}-{side}") for name, row in TESTED.items()
    for param in row["inputs"] + row["config"] for side in ("config", "input")
]


@pytest.mark.parametrize(("name", "call"), EACH_CALL)
def test_the_calls_work_from_either_side(name, call):
    for config, inputs in ((call, None), ({}, call)):
        if inputs and ROWS[name]["config"] and name in ("SubworkflowNode", "GateNode"):
            continue  # what these are made of stands in the config alone
        outputs, failure = attempt(name, config, inputs)
        assert failure is None
        check_outputs(name, outputs)


@pytest.mark.parametrize(("name", "param", "side"), EACH_PARAM)
def test_wrong_values_are_refused_by_name(name, param, side):
    key = param["name"]
    for call in CALLS[name]:
        if key not in call and call is not CALLS[name][0]:
            continue
        for value in WRONG:
            if name == "WaitNode" and value == 2**63 - 1:
                continue  # it would wait indeed
            changed = {**call, key: value}
            if side == "config":
                outputs, failure = attempt(name, changed)
            elif name in ("SubworkflowNode", "GateNode"):
                continue
            else:
                outputs, failure = attempt(name, call, {key: value})
            if is_allowed(param, value):
                if failure is None:
                    check_outputs(name, outputs)
            else:
                assert failure is not None, value
                assert re.search(rf"\b{key}\b", failure), failure
                assert "expected" in failure, failure


@pytest.mark.parametrize("name", TESTED)
def test_missing_keys_are_named(name):
    for param in ROWS[name]["inputs"] + ROWS[name]["config"]:
        if not param["required"]:
            continue
        call = {key: value for key, value in CALLS[name][0].items() if key != param["name"]}
        _, failure = attempt(name, call)
        assert failure is not None
        if name == "SubworkflowNode":
            assert failure.endswith("(type: SubworkflowNode): workflow: a definition is required")
        else:
            assert failure == FAILED + f"missing required input: {param['name']}"


@pytest.mark.parametrize("name", TESTED)
def test_words_are_listed(name):
    for param in ROWS[name]["inputs"] + ROWS[name]["config"]:
        if param["words"]:
            _, failure = attempt(name, {**CALLS[name][0], param["name"]: "No Such Word"})
            for word in param["words"]:
                assert word in failure


@pytest.mark.parametrize("name", TESTED)
def test_unknown_keys(name):
    call = CALLS[name][0]
    outputs, failure = attempt(name, {**call, "no_such_key": 1})
    if ROWS[name]["strict"]:
        assert failure.startswith(f"workflow build failed: failed to create node 'n' (type: {name}): ")
        assert "unknown key 'no_such_key'" in failure
    else:
        assert failure is None


COMBINATIONS = [
    ("CSVProcessorNode", {"action": "read"}, "missing required input: content or source_path"),
    ("CSVProcessorNode", {"action": "write"}, "missing required input: data"),
    ("CSVProcessorNode", {"action": "read", "content": "", "delimiter": '"'}, "delimiter"),
    ("MathOperationsNode", {"operation": "add", "a": 1}, "missing required input: b"),
    ("MathOperationsNode", {"operation": "sum"}, "missing required input: array"),
    ("MathOperationsNode", {"operation": "divide", "a": 1, "b": 0}, "division by zero"),
    ("MathOperationsNode", {"operation": "average", "array": []}, "cannot compute average of empty array"),
    ("ArrayOperationsNode", {"operation": "slice", "array": []}, "missing required input: start"),
    ("HashingNode", {"data": "x", "algorithm": "hmac"}, "key"),
    ("SQLQueryNode", {"query": "SELECT 1"}, "pool"),
    ("SQLQueryNode", {"query": "SELECT 1", "pool": "no such pool"},
     "no pool registered under key 'no such pool'"),
    ("SQLTransactionNode", {"action": "commit", "pool": "bad_inputs"},
     "missing required input: transaction_id"),
    ("SQLTransactionNode", {"action": "commit", "pool": "bad_inputs", "transaction_id": "x"}, "'x'"),
    ("DatabaseConnectionNode", {"action": "ping", "pool_key": "zz"}, "no pool registered under key 'zz'"),
    ("DatabaseConnectionNode", {"action": "connect", "connection_string": "zz://user:secret@host/"}, "'zz'"),
    ("FileReaderNode", {"path": "no/such/file"}, "No such file or directory"),
    ("FileReaderNode", {"path": "rows.csv", "max_size_bytes": 2},
     "resource limit exceeded: file_size (limit: 2 bytes)"),
    ("FileReaderNode", {"path": "folder"}, "expected file, got directory"),
    ("DirectoryReaderNode", {"path": "rows.csv"}, "expected directory, got file"),
    ("FileReaderNode", {"path": "../x", "base_dir": "folder"}, "base_dir"),
    ("ExcelReaderNode", {"file_path": "book.xlsx", "sheet_name": "zz"}, "expected one of: Sheet, got zz"),
    ("PDFReaderNode", {"file_path": "rows.csv"}, "failed to parse PDF"),
    ("FormatConverterNode", {"data": 5, "operation": "deserialize"}, "expected string (JSON), got integer"),
    ("FormatConverterNode", {"data": "x", "operation": "convert", "to_format": "json"},
     "missing required input: from_format"),
    ("SchemaValidatorNode", {"data": 1, "schema": {"$ref": "https://example.com/s"}}, "example.com"),
    ("JSONTransformNode", {"data": 1, "expression": "a["}, "expression"),
    ("FilterNode", {"data": [], "expression": {"field": "a", "op": "zz", "value": 1}},
     "'expression.op': expected one of"),
    ("SwitchNode", {"condition": "zz", "cases": {"a": "b"}},
     "no matching case for condition '\"zz\"' and no default branch configured"),
    ("RetryNode", {"data": 1, "attempt": 3, "error": "e"}, "max retries exceeded (3 attempts)"),
    ("DataMapperNode", {"data": {}, "mapping": {"a": 1}}, "expected string value for target path, got integer"),
    ("TextTransformNode", {"operation": "repeat", "text": "x" * 1000, "count": 10**9},
     "resource limit exceeded: "),
    ("StringOperationsNode", {"operation": "regex_match", "text": "a", "pattern": "("}, "pattern"),
]


@pytest.mark.parametrize(("name", "call", "words"), COMBINATIONS)
def test_what_does_not_fit_together(name, call, words):
    _, failure = attempt(name, call)
    assert failure is not None
    assert words in failure
    assert "secret" not in failure


def test_a_page_that_does_not_come():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        _, failure = attempt("DocumentLoaderNode", {"url": url, "source_type": "url", "timeout_ms": 20})
    assert failure == FAILED + "node execution failed: timed out after 20ms"
