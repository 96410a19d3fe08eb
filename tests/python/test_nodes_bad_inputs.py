"""Every node type under every wrong value that its own row does not allow.

The rows come from the library, so that a new node type is tested as soon as it is there; it only has
to add a call that works to CALLS.
"""

import math
import re
import time

import pytest
from openpyxl import Workbook

import kailash
from kailash import _kailash

ROWS = {row["name"]: row for row in _kailash._describe_nodes()}
REGISTRY = kailash.NodeRegistry()
RUNTIME = kailash.Runtime(REGISTRY, kailash.RuntimeConfig(node_timeout=5))
INNER = {
    "version": "1.0",
    "nodes": [{"type_name": "NoOpNode", "node_id": "n", "config": {"v": 1}}],
    "connections": [],
    "enable_cycles": False,
}
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>\n"
)

# Calls that work: every operation of every node, with as many of its keys as can stand together.
CALLS = {
    "ArrayOperationsNode": [
        {"operation": "length", "array": [1]},
        {"operation": "reverse", "array": [1]},
        {"operation": "flatten", "array": [[1], 2], "depth": 1},
        {"operation": "first", "array": [1]},
        {"operation": "last", "array": [1]},
        {"operation": "unique", "array": [1, 1]},
        {"operation": "sort", "array": [{"a": 2}, {"a": 1}], "field": "a", "descending": True},
        {"operation": "filter_null", "array": [None]},
        {"operation": "slice", "array": [1, 2], "start": 0, "end": 1},
        {"operation": "filter", "array": [{"a": 1}], "expression": {"field": "a", "op": "equals", "value": 1}},
        {"operation": "map", "array": [{"a": 1}], "field": "a"},
        {"operation": "map", "array": [{"a": 1}], "expression": "a"},
        {"operation": "reduce", "array": ["a"], "function": "join", "delimiter": ","},
        {"operation": "reduce", "array": [1], "function": "sum"},
        {"operation": "chunk", "array": [1, 2], "size": 1},
        {"operation": "zip", "array": [1], "other": [2]},
        {"operation": "group_by", "array": [{"a": 1}], "field": "a"},
        {"operation": "union", "array": [1], "other": [2]},
        {"operation": "intersection", "array": [1], "other": [2]},
        {"operation": "difference", "array": [1], "other": [2]},
        {"operation": "sample", "array": [1, 2], "count": 1, "seed": 1},
    ],
    "CSVProcessorNode": [
        {"action": "read", "content": "a,b\n1,2\n", "delimiter": ",", "has_headers": True, "quote": '"',
         "escape": "", "flexible": False, "infer_types": False, "skip_rows": 0, "limit": 1},
        {"action": "read", "source_path": "rows.csv", "encoding": "utf-8"},
        {"action": "write", "data": [{"a": 1}], "columns": ["a"], "crlf": False, "safe_cells": True},
        {"action": "write", "data": [{"a": 1}], "destination_path": "out.csv", "sync": False},
        {"action": "transform", "data": [{"a": "1", "b": "x"}], "select": ["a"], "rename": {"a": "c"},
         "filter": {"field": "a", "op": "equals", "value": "1"}, "distinct": True, "descending": True},
        {"action": "transform", "data": [{"a": "1"}], "sort_by": "a"},
        {"action": "transform", "data": [{"a": 1}], "group_by": "a",
         "aggregates": {"n": {"op": "count"}}},
    ],
    "ConditionalNode": [{"condition": True, "if_value": 1, "else_value": 2}],
    "DataMapperNode": [
        {"data": {"a": 1}, "mapping": {"a": "b"}, "nested_targets": False, "defaults": {"c": 1},
         "include_unmapped": True},
    ],
    "DatabaseConnectionNode": [
        {"action": "connect", "connection_string": "sqlite::memory:", "pool_key": "bad_inputs",
         "max_connections": 1},
        {"action": "ping", "pool_key": "bad_inputs"},
        {"action": "pool_status", "pool_key": "bad_inputs"},
        {"action": "disconnect", "pool_key": "no such pool"},
    ],
    "DirectoryReaderNode": [
        {"path": "folder", "recursive": True, "max_depth": 2, "extensions": ["txt"], "pattern": "*",
         "include_hidden": True, "include_dirs": True, "sort_by": "name"},
    ],
    "ErrorHandlerNode": [{"data": 1, "fallback_value": 2, "error": "e"}],
    "ExcelReaderNode": [
        {"file_path": "book.xlsx", "sheet_name": "Sheet", "has_headers": True, "header_row": 1,
         "max_rows": 5, "max_size_bytes": 10**6, "max_unpacked_bytes": 10**7,
         "max_compression_ratio": 200},
        {"file_path": "book.xlsx", "range": "A1:B2"},
    ],
    "FileReaderNode": [
        {"path": "rows.csv", "format": "text", "max_size_bytes": 100, "encoding": "utf-8", "offset": 0,
         "length": 3},
    ],
    "FileWriterNode": [
        {"path": "out.txt", "content": "x", "format": "text", "mode": "overwrite", "sync": False},
    ],
    "FilterNode": [{"data": [{"a": 1}], "expression": {"field": "a", "op": "equals", "value": 1}}],
    "FormatConverterNode": [
        {"data": {"a": 1}, "operation": "serialize", "format": "json", "pretty": True, "indent": 2,
         "sort_keys": True},
        {"data": "{}", "operation": "deserialize", "format": "json"},
        {"data": "{}", "operation": "convert", "from_format": "json", "to_format": "yaml"},
        {"data": {"a": 1}, "operation": "serialize", "format": "xml", "root_element": "r"},
    ],
    "GateNode": [{"when": {"input": "v", "truthy": True}, "v": 1}],
    "HashingNode": [
        {"data": "x", "algorithm": "sha256"},
        {"data": "x", "algorithm": "hmac", "key": "k"},
        {"data": "x", "algorithm": "blake3", "verify": "00"},
    ],
    "JSONTransformNode": [{"data": {"a": 1}, "expression": "a"}],
    "LogNode": [{"data": 1, "message": "m", "level": "trace"}],
    "LoopNode": [{"items": [1], "max_iterations": 5, "condition": "index > `3`", "expression": "item"}],
    "MathOperationsNode": [
        *({"operation": name, "a": 7, "b": 2} for name in ("add", "subtract", "multiply", "divide",
                                                           "modulo", "power")),
        *({"operation": name, "a": 7} for name in ("abs", "ceil", "floor", "negate", "sqrt", "log",
                                                   "log2", "log10", "exp")),
        {"operation": "round", "a": 7.5, "precision": 1},
        *({"operation": name, "array": [1, 2]} for name in ("sum", "average", "min", "max", "count",
                                                            "median", "product")),
        {"operation": "stddev", "array": [1, 2], "sample": True},
        {"operation": "variance", "array": [1, 2], "sample": True},
        {"operation": "percentile", "array": [1, 2], "percent": 50},
        {"operation": "clamp", "a": 1, "min": 0, "max": 2},
    ],
    "MergeNode": [{"inputs": [1], "strategy": "map"}],
    "NoOpNode": [{"a": 1}],
    "OutputEncodingNode": [{"data": "x", "encoding": "html"}],
    "PDFReaderNode": [{"file_path": "empty.pdf", "pages": [1], "max_size_bytes": 1000}],
    "ParallelNode": [{"data": 1, "branches": ["a"]}],
    "RetryNode": [
        {"data": 1, "attempt": 1, "error": "e", "max_retries": 3, "initial_delay_ms": 1,
         "backoff_multiplier": 2.0, "max_delay_ms": 10, "jitter": 0.5},
    ],
    "SQLQueryNode": [
        {"connection_string": "sqlite::memory:", "query": "SELECT ? AS a", "params": [1],
         "timeout_ms": 1000, "max_rows": 5, "operation": "select", "multi": False},
        {"pool": "bad_inputs", "query": "SELECT 1"},
    ],
    "SQLTransactionNode": [
        {"action": "begin_and_execute", "pool": "bad_inputs", "queries": [{"query": "SELECT 1"}],
         "isolation_level": "serializable", "idle_timeout_ms": 1000},
    ],
    "SchemaValidatorNode": [
        {"data": 1, "schema": {"type": "integer"}, "assert_formats": True, "documents": {}},
    ],
    "StringOperationsNode": [
        {"operation": "split", "text": "a,b", "delimiter": ","},
        {"operation": "join", "array": ["a"], "delimiter": ","},
        *({"operation": name, "text": "a", "pattern": "a"} for name in ("contains", "starts_with",
                                                                        "ends_with")),
        {"operation": "substring", "text": "abc", "start": 0, "end": 1},
        {"operation": "length", "text": "abc", "unit": "bytes"},
        {"operation": "char_at", "text": "abc", "index": 1},
        {"operation": "pad_left", "text": "a", "width": 3, "pad_char": "x"},
        {"operation": "pad_right", "text": "a", "width": 3, "pad_char": "x"},
        {"operation": "replace", "text": "a", "pattern": "a", "replacement": "b"},
        {"operation": "regex_match", "text": "a", "pattern": "a"},
        {"operation": "regex_replace", "text": "a", "pattern": "a", "replacement": "b"},
        {"operation": "regex_find_all", "text": "a", "pattern": "(a)", "group": 1},
        *({"operation": name, "text": "a b"} for name in ("trim", "title", "camel_case", "snake_case",
                                                          "kebab_case", "slugify", "lines")),
        {"operation": "repeat", "text": "a", "count": 2},
        {"operation": "format", "text": "{a}", "values": {"a": 1}},
    ],
    "SubworkflowNode": [{"workflow": INNER, "inputs": {"a": "b"}, "outputs": {"x": "n.v"}, "a": 1}],
    "SwitchNode": [{"condition": "a", "cases": {"a": "one"}, "default_branch": "other", "data": 1}],
    "TextTransformNode": [
        *({"operation": name, "text": "a b"} for name in ("uppercase", "lowercase", "trim", "trim_start",
                                                          "trim_end", "title", "capitalize")),
        {"operation": "reverse", "text": "a", "unit": "graphemes"},
        {"operation": "length", "text": "a", "unit": "bytes"},
        {"operation": "repeat", "text": "a", "count": 2},
        {"operation": "replace", "text": "a", "pattern": "a", "replacement": "b"},
        {"operation": "split", "text": "a", "delimiter": ","},
        {"operation": "join", "array": ["a"], "delimiter": ","},
        {"operation": "regex_replace", "text": "a", "pattern": "a", "replacement": "b"},
        {"operation": "regex_extract", "text": "a", "pattern": "(a)", "group": 1},
    ],
    "WaitNode": [{"data": 1, "duration_ms": 1}],
    "XMLParserNode": [
        {"operation": "parse", "content": "<a/>", "max_size_bytes": 100},
        {"operation": "generate", "data": {"a": 1}, "root_element": "r", "indent": 2},
        {"operation": "xpath", "content": "<a/>", "xpath": "/a", "namespaces": {"p": "urn:x"}},
    ],
}

KINDS = {
    type(None): "null", bool: "bool", int: "integer", float: "float", str: "string", bytes: "bytes",
    list: "array", dict: "object",
}


FAILED = "workflow execution failed: node 'n' failed -> "
FORMS = ("missing required input: ", "invalid input '", "node execution failed: ",
         "resource limit exceeded: ")


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
        "float": {"float", "integer"}, "number": {"integer", "float"}, "string": {"string"},
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
    if param["item"] and param["kind"] in ("array", "map"):
        of = {"string": str, "map": dict}[param["item"]]
        return all(type(item) is of for item in (value.values() if isinstance(value, dict) else value))
    low, high = param["min"], param["max"]
    return (low is None or value >= low) and (high is None or value <= high)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("bad_inputs")
    (path / "rows.csv").write_text("a,b\n1,2\n")
    (path / "empty.pdf").write_bytes(PDF)
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
            assert text.startswith(tuple(FAILED + form for form in FORMS)), text
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
    assert set(CALLS) == set(ROWS)
    for name, row in ROWS.items():
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
    pytest.param(name, param, side, id=f"{name}-{param['name']}-{side}") for name, row in ROWS.items()
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


@pytest.mark.parametrize("name", ROWS)
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


@pytest.mark.parametrize("name", ROWS)
def test_words_are_listed(name):
    for param in ROWS[name]["inputs"] + ROWS[name]["config"]:
        if param["words"]:
            _, failure = attempt(name, {**CALLS[name][0], param["name"]: "No Such Word"})
            for word in param["words"]:
                assert word in failure


@pytest.mark.parametrize("name", ROWS)
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
