"""Nodes that compute with numbers, texts, lists and dicts: the tables of their documentation."""

import math

import pytest

from node_calls import call, failure, result

MAX, MIN = 2**63 - 1, -(2**63)


def same(value, expected):
    """Equal in value and kind, so that 1, 1.0 and True differ."""
    if isinstance(expected, float) and math.isnan(expected):
        return isinstance(value, float) and math.isnan(value)
    return type(value) is type(expected) and value == expected and repr(value) == repr(expected)


# ---- MathOperationsNode ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "a", "b", "expected"),
    [
        ("add", 2, 3, 5), ("add", 2, 0.5, 2.5), ("add", 1.5, 1.5, 3), ("add", MAX, 1, 2.0**63),
        ("add", MAX, -MAX, 0), ("subtract", MIN, MAX, -(2.0**64)), ("subtract", 1, 3, -2),
        ("multiply", 3, 4, 12), ("multiply", MAX, 2, 2.0**64), ("multiply", 0.5, 4, 2),
        ("divide", 4, 2, 2), ("divide", 1, 4, 0.25), ("divide", -7, 2, -3.5), ("divide", 0, 5, 0),
        ("modulo", 7, 3, 1), ("modulo", -7, 3, -1), ("modulo", 7, -3, 1), ("modulo", 7.5, 2, 1.5),
        ("modulo", MIN, -1, 0),
        ("power", 2, 10, 1024), ("power", 2.0, 3, 8), ("power", 2, -1, 0.5), ("power", 2, 63, 2.0**63),
        ("power", 0, 0, 1), ("power", -1, MAX, -1), ("power", 2, 0.5, math.sqrt(2)),
        ("power", -8, 1 / 3, math.nan), ("power", 10, 400, math.inf),
        ("add", 1e300, 1e300, 2e300), ("add", 1e308, 1e308, math.inf),
    ],
)
def test_binary(operation, a, b, expected):
    assert same(result("MathOperationsNode", operation=operation, a=a, b=b), expected)


@pytest.mark.parametrize(
    ("operation", "a", "expected"),
    [
        ("abs", -5, 5), ("abs", -1.5, 1.5), ("abs", MIN, 2.0**63), ("ceil", 1.2, 2), ("ceil", -1.2, -1),
        ("floor", 1.8, 1), ("floor", -1.2, -2), ("ceil", -0.5, 0), ("round", 2.5, 3), ("round", -2.5, -3),
        ("round", 0.49999999999999994, 0), ("round", 1e300, 1e300), ("round", 7, 7), ("negate", 5, -5),
        ("negate", MIN, 2.0**63), ("negate", 0.0, 0), ("floor", math.inf, math.inf),
        ("sqrt", 9, 3), ("sqrt", 2, math.sqrt(2)), ("log", 1, 0), ("log2", 8, 3), ("log10", 1000, 3),
        ("exp", 0, 1),
    ],
)
def test_unary(operation, a, expected):
    assert same(result("MathOperationsNode", operation=operation, a=a), expected)


@pytest.mark.parametrize(
    ("operation", "array", "expected"),
    [
        ("sum", [], 0), ("sum", [1, 2, 3], 6), ("sum", [1, 0.5], 1.5), ("sum", [MAX, 1], 2.0**63),
        ("sum", [1.0, math.nan], math.nan), ("average", [1, 2], 1.5), ("average", [2, 4], 3),
        ("min", [3, 1.5, 2], 1.5), ("max", [1, 3, 2], 3), ("min", [math.nan, 2], 2),
        ("max", [math.nan, 2.5], 2.5), ("count", [1, 2.5], 2), ("count", [], 0), ("median", [3, 1, 2], 2),
        ("median", [4, 1, 2, 3], 2.5), ("product", [2, 3, 4], 24), ("product", [], 1),
    ],
)
def test_aggregates(operation, array, expected):
    assert same(result("MathOperationsNode", operation=operation, array=array), expected)


def test_rounding_to_digits_and_more():
    assert result("MathOperationsNode", operation="round", a=2.345, precision=1) == 2.3
    assert result("MathOperationsNode", operation="round", a=1250, precision=-2) == 1300
    assert result("MathOperationsNode", operation="clamp", a=5, min=0, max=3) == 3
    assert result("MathOperationsNode", operation="percentile", array=[1, 2, 3, 4, 5], percent=50) == 3
    assert result("MathOperationsNode", operation="stddev", array=[2, 4, 4, 4, 5, 5, 7, 9], sample=False) == 2
    assert result("MathOperationsNode", operation="variance", array=[1, 2], sample=True) == 0.5


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({"operation": "divide", "a": 1, "b": 0}, "node execution failed: division by zero"),
        ({"operation": "divide", "a": 1.5, "b": 0.0}, "node execution failed: division by zero"),
        ({"operation": "modulo", "a": 1, "b": 0}, "node execution failed: division by zero"),
        ({"operation": "average", "array": []},
         "node execution failed: cannot compute average of empty array"),
        ({"operation": "min", "array": []}, "node execution failed: cannot compute min of empty array"),
        ({"operation": "max", "array": []}, "node execution failed: cannot compute max of empty array"),
        ({"operation": "add", "a": True, "b": 1}, "invalid input 'a': expected number, got bool"),
        ({"operation": "add", "a": 1, "b": None}, "invalid input 'b': expected number, got null"),
        ({"operation": "abs", "a": "1"}, "invalid input 'a': expected number, got string"),
        ({"operation": "sum", "array": [1, "x"]}, "invalid input 'array[1]': expected number, got string"),
        ({"operation": "count", "array": [None]}, "invalid input 'array[0]': expected number, got null"),
        ({"operation": "sum", "array": 5}, "invalid input 'array': expected array, got integer"),
        ({"operation": "add", "a": 1}, "missing required input: b"),
        ({}, "missing required input: operation"),
    ],
)
def test_what_mathematics_refuses(inputs, text):
    assert failure("MathOperationsNode", {}, inputs) == text


# ---- ArrayOperationsNode -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "array", "expected"),
    [
        ("length", [1, None], 2), ("reverse", [1, 2, 3], [3, 2, 1]),
        ("flatten", [1, [2, [3]], []], [1, 2, [3]]), ("first", [1, 2], 1), ("last", [1, 2], 2),
        ("first", [], None), ("last", [], None),
        ("unique", [1, 1.0, True, "1", 1, None, None], [1, 1.0, True, "1", None]),
        ("filter_null", [1, None, 0, "", False], [1, 0, "", False]),
        ("sort", [1.5, 1, 2, 10], [1, 1.5, 2, 10]),
        ("sort", [{}, [], "a", 1, True, None], [None, True, 1, "a", [], {}]),
        ("sort", ["b", "a", "é", "Z"], ["Z", "a", "b", "é"]),
        ("sort", [[2], [1, 5], [1]], [[1], [1, 5], [2]]),
        ("sort", [{"b": 1}, {"a": 2}], [{"a": 2}, {"b": 1}]),
        ("sort", [MAX, float(MAX), MAX - 1], [MAX - 1, MAX, float(MAX)]),
        ("sort", [True, False], [False, True]),
    ],
)
def test_lists(operation, array, expected):
    assert repr(result("ArrayOperationsNode", operation=operation, array=array)) == repr(expected)


def test_nan_is_sorted_last():
    ordered = result("ArrayOperationsNode", operation="sort", array=[math.nan, 2, math.inf])
    assert ordered[:2] == [2, math.inf] and math.isnan(ordered[2])


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, None, [1, 2, 3]), (1, 2, [2]), (0, 9, [1, 2, 3]), (3, None, []), (9, None, []), (2, 1, []),
        (0, -1, [1, 2]), (-2, None, [2, 3]), (-9, 2, [1, 2]),
    ],
)
def test_slices(start, end, expected):
    assert result("ArrayOperationsNode", operation="slice", array=[1, 2, 3], start=start, end=end) == expected


PEOPLE = [{"n": "b", "a": 2}, {"n": "a", "a": 1}, {"n": "c", "a": 2}]


def test_lists_of_dicts():
    def op(operation, **inputs):
        return result("ArrayOperationsNode", operation=operation, array=PEOPLE, **inputs)

    assert [p["n"] for p in op("sort", field="n")] == ["a", "b", "c"]
    assert [p["n"] for p in op("sort", field="a", descending=True)] == ["b", "c", "a"]
    assert op("map", field="n") == ["b", "a", "c"]
    assert op("map", expression="{name: n}") == [{"name": "b"}, {"name": "a"}, {"name": "c"}]
    assert [p["n"] for p in op("filter", expression={"field": "a", "op": "gt", "value": 1})] == ["b", "c"]
    assert op("reduce", function="sum", field="a") == 5
    assert op("reduce", function="join", field="n", delimiter="-") == "b-a-c"
    assert op("chunk", size=2) == [PEOPLE[:2], PEOPLE[2:]]
    grouped = op("group_by", field="a")
    assert grouped == {"2": [PEOPLE[0], PEOPLE[2]], "1": [PEOPLE[1]]}


def test_lists_as_sets():
    def op(operation, array, other):
        return result("ArrayOperationsNode", operation=operation, array=array, other=other)

    assert op("union", [1, 2, 2], [3, 1]) == [1, 2, 3]
    assert op("intersection", [1, 2, 2], [2, 3]) == [2]
    assert op("difference", [1, 2, 3], [2]) == [1, 3]
    assert op("zip", [1, 2], ["a", "b"]) == [[1, "a"], [2, "b"]]
    one = result("ArrayOperationsNode", operation="sample", array=[*range(50)], count=5, seed=7)
    assert one == result("ArrayOperationsNode", operation="sample", array=[*range(50)], count=5, seed=7)
    assert len(set(one)) == 5


# ---- StringOperationsNode, TextTransformNode ---------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "inputs", "expected"),
    [
        ("split", {"text": "a,b,,c", "delimiter": ","}, ["a", "b", "", "c"]),
        ("split", {"text": "", "delimiter": ","}, [""]),
        ("split", {"text": "héy", "delimiter": ""}, ["h", "é", "y"]),
        ("join", {"array": ["a", 1, 2.5, True, None, [1, "x"], {"k": 1}], "delimiter": "|"},
         'a|1|2.5|true|null|[1, "x"]|{"k": 1}'),
        ("join", {"array": [1e16, 1e15, 0.1, 1e-7, 1e-5], "delimiter": " "},
         "1e+16 1000000000000000.0 0.1 1e-7 0.00001"),
        ("join", {"array": [], "delimiter": ","}, ""),
        ("contains", {"text": "abc", "pattern": "B"}, False), ("contains", {"text": "", "pattern": ""}, True),
        ("starts_with", {"text": "abc", "pattern": "ab"}, True),
        ("ends_with", {"text": "abc", "pattern": ""}, True),
        ("substring", {"text": "héllo", "start": 1, "end": 3}, "él"),
        ("substring", {"text": "héllo", "start": 1}, "éllo"),
        ("substring", {"text": "héllo", "start": 1, "end": 99}, "éllo"),
        ("substring", {"text": "héllo", "start": 1, "end": -1}, "éllo"),
        ("substring", {"text": "héllo", "start": 1, "end": "x"}, "éllo"),
        ("substring", {"text": "héllo", "start": 5}, ""),
        ("substring", {"text": "héllo", "start": 3, "end": 2}, ""),
        ("substring", {"text": "héllo", "start": -1}, ""),
        ("length", {"text": "héllo😀"}, 6), ("length", {"text": "héllo😀", "unit": "bytes"}, 10),
        ("char_at", {"text": "héllo", "index": 1}, "é"), ("char_at", {"text": "héllo", "index": 5}, ""),
        ("char_at", {"text": "héllo", "index": -1}, ""),
        ("pad_left", {"text": "é", "width": 3, "pad_char": "*!"}, "**é"),
        ("pad_right", {"text": "é", "width": 3, "pad_char": ""}, "é  "),
        ("pad_left", {"text": "abc", "width": 2}, "abc"),
        ("pad_left", {"text": "a", "width": 2, "pad_char": None}, " a"),
        ("replace", {"text": "a.b.c", "pattern": ".", "replacement": "-"}, "a-b-c"),
        ("regex_match", {"text": "abc1", "pattern": r"\d$"}, True),
        ("regex_find_all", {"text": "a1b22", "pattern": r"\d+"}, ["1", "22"]),
        ("regex_replace", {"text": "a1b22", "pattern": r"\d+", "replacement": "#"}, "a#b#"),
        ("trim", {"text": "\u2003 a\n"}, "a"), ("title", {"text": "hello world"}, "Hello World"),
        ("snake_case", {"text": "HelloWorld"}, "hello_world"),
        ("camel_case", {"text": "hello world"}, "helloWorld"),
        ("kebab_case", {"text": "Hello World"}, "hello-world"),
        ("slugify", {"text": "Héllo, World!"}, "hello-world"),
        ("lines", {"text": "a\nb\r\nc"}, ["a", "b", "c"]), ("repeat", {"text": "ab", "count": 3}, "ababab"),
        ("format", {"text": "{a} is {b}", "values": {"a": "x", "b": 1}}, "x is 1"),
    ],
)
def test_texts(operation, inputs, expected):
    assert same(result("StringOperationsNode", {"operation": operation}, **inputs), expected)


@pytest.mark.parametrize(
    ("operation", "inputs", "text"),
    [
        ("substring", {"text": "a", "start": "0"}, "invalid input 'start': expected integer, got string"),
        ("char_at", {"text": "a", "index": 1.0}, "invalid input 'index': expected integer, got float"),
        ("pad_left", {"text": "a", "width": -1},
         "invalid input 'width': expected non-negative integer, got -1"),
        ("pad_left", {"text": "a", "width": 2**40},
         "resource limit exceeded: pad_width (limit: 16777216 characters)"),
        ("split", {"text": "a"}, "missing required input: delimiter"),
        ("join", {"array": "a", "delimiter": ""}, "invalid input 'array': expected array, got string"),
    ],
)
def test_what_texts_refuse(operation, inputs, text):
    assert failure("StringOperationsNode", {"operation": operation}, inputs) == text


@pytest.mark.parametrize(
    ("operation", "inputs", "expected"),
    [
        ("uppercase", {"text": "straße ǆ"}, "STRASSE Ǆ"), ("lowercase", {"text": "İ"}, "i̇"),
        ("lowercase", {"text": "ΟΔΟΣ"}, "οδος"),
        ("trim", {"text": "\u00a0 a \u2003"}, "a"), ("trim_start", {"text": " a "}, "a "),
        ("trim_end", {"text": " a "}, " a"), ("reverse", {"text": "aé😀"}, "😀éa"),
        ("length", {"text": "é😀"}, 2), ("length", {"text": "é😀", "unit": "bytes"}, 6),
        ("repeat", {"text": "ab", "count": 0}, ""), ("repeat", {"text": "ab", "count": 2}, "abab"),
        ("replace", {"text": "abc", "pattern": "", "replacement": "-"}, "-a-b-c-"),
        ("replace", {"text": "aaa", "pattern": "aa", "replacement": "b"}, "ba"),
        ("replace", {"text": "a.b", "pattern": ".", "replacement": ""}, "ab"),
        ("split", {"text": "a b", "delimiter": " "}, ["a", "b"]),
        ("join", {"array": ["a", "b"], "delimiter": "-"}, "a-b"),
        ("regex_replace", {"text": "a1", "pattern": r"(\d)", "replacement": "<$1>"}, "a<1>"),
        ("title", {"text": "ab cd"}, "Ab Cd"), ("capitalize", {"text": "ab cd"}, "Ab cd"),
    ],
)
def test_transformed_texts(operation, inputs, expected):
    assert same(result("TextTransformNode", {"operation": operation}, **inputs), expected)


def test_what_transforming_refuses():
    assert failure("TextTransformNode", {"operation": "repeat"}, {"text": "a", "count": -1}) == (
        "invalid input 'count': expected non-negative integer, got -1")
    assert failure("TextTransformNode", {"operation": "repeat"}, {"text": "ab", "count": 2**40}) == (
        "resource limit exceeded: text_size (limit: 67108864 bytes)")
    assert failure("TextTransformNode", {"operation": "replace"}, {"text": "a", "pattern": "a"}) == (
        "missing required input: replacement")


# ---- DataMapperNode, JSONTransformNode ---------------------------------------------------------------

DATA = {"a": {"b": [1, {"c": 2}]}, "n": None, "x.y": 5}


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ({}, {}), ({"a.b.0": "z"}, {"z": 1}), ({"a.b.1.c": "z"}, {"z": 2}), ({"zz": "z"}, {}),
        ({"a.b.9": "z"}, {}), ({"a.b.0": "p.q"}, {"p.q": 1}), ({"a.b.0": "z", "a.b.1.c": "z"}, {"z": 2}),
        ({"a.b.1.c": "z", "a.b.0": "z"}, {"z": 1}), ({"": "z"}, {"z": DATA}),
    ],
)
def test_mapping(mapping, expected):
    assert result("DataMapperNode", {}, data=DATA, mapping=mapping) == expected


def test_mapping_of_other_data():
    for data in ("s", 5, None, True):
        assert result("DataMapperNode", data=data, mapping={"a": "b"}) == {}
    assert result("DataMapperNode", data=[{"a": 1}, {"a": 2}], mapping={"a": "b"}) == [{"b": 1}, {"b": 2}]
    assert result("DataMapperNode", data=DATA, mapping={"a.b.0": "p.q"}, nested_targets=True) == {"p": {"q": 1}}
    assert result("DataMapperNode", data={"a": 1, "k": 2}, mapping={"a": "b"}, include_unmapped=True) == {
        "b": 1, "k": 2}
    assert result("DataMapperNode", data={}, mapping={"a": "b"}, defaults={"b": 7}) == {"b": 7}
    assert failure("DataMapperNode", {}, {"data": {}, "mapping": {"a": 5}}).endswith(
        "expected string value for target path, got integer")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a.b.0", 1), ("a.b[0]", 1), ("a.b.1.c", 2), ("", DATA), ("@", DATA), ("zz.y", None),
        ("keys(a)", ["b"]),
        ("a.b[?c].c", [2]), ("length(a.b)", 2), ("{x: n, y: `1`}", {"x": None, "y": 1}), ('"x.y"', 5),
    ],
)
def test_json_transform(expression, expected):
    assert result("JSONTransformNode", {}, data=DATA, expression=expression) == expected


# ---- FilterNode --------------------------------------------------------------------------------------

ROWS = [{"n": 1, "s": "apple", "t": ["x"]}, {"n": 2.0, "s": "Bean"}, {"n": "2"}, {"n": None}, {"x": 1}, 5, None]


def kept(expression):
    outputs = call("FilterNode", {}, {"data": ROWS, "expression": expression})
    assert outputs["count"] == len(outputs["filtered"])
    assert outputs["count"] + outputs["dropped_count"] == len(ROWS)
    return [ROWS.index(row) for row in outputs["filtered"]]


@pytest.mark.parametrize(
    ("field", "op", "value", "expected"),
    [
        ("n", "equals", 2, [1]), ("n", "equals", "2", [2]), ("n", "equals", None, [3]),
        ("n", "equals", True, []), ("n", "not_equals", 2, [0, 2, 3]), ("zz", "not_equals", 1, []),
        ("n", "gt", 1, [1]), ("n", "gte", 1, [0, 1]), ("n", "lt", 2, [0]), ("n", "lte", 2, [0, 1]),
        ("n", "gt", "1", [2]), ("s", "lt", "a", [1]), ("s", "contains", "pp", [0]), ("s", "contains", "PP", []),
        ("t", "contains", "x", [0]), ("n", "in_list", [1, "2"], [0, 2]), ("n", "in_list", "2", []),
        ("s", "regex", "^[aB]", [0, 1]), ("s", "regex", "(?i)^b", [1]), ("t.0", "equals", "x", [0]),
    ],
)
def test_filters(field, op, value, expected):
    assert kept({"field": field, "op": op, "value": value}) == expected


def test_filters_combine():
    one = {"field": "n", "op": "equals", "value": 1}
    apple = {"field": "s", "op": "contains", "value": "e"}
    assert kept({"and": []}) == [*range(len(ROWS))]
    assert kept({"or": []}) == []
    assert kept({"and": [one, apple]}) == [0]
    assert kept({"or": [one, apple]}) == [0, 1]
    assert kept({"not": one}) == [1, 2, 3, 4, 5, 6]


def test_bad_filters():
    bad = {"field": "n", "op": "EQ", "value": 1}
    words = ("expected one of: equals, not_equals, contains, gt, gte, lt, lte, regex, in_list, got \"EQ\"")
    assert failure("FilterNode", {}, {"data": [], "expression": bad}) == (
        f"invalid input 'expression.op': {words}")
    assert words in failure("FilterNode", {"expression": bad}, {"data": []})
    assert failure("FilterNode", {}, {"data": [], "expression": {"field": "n", "op": "equals"}}) == (
        "missing required input: expression.value")
    assert failure("FilterNode", {}, {"data": [], "expression": {"op": "equals", "value": 1}}) == (
        "missing required input: expression.field")
    assert failure("FilterNode", {}, {"data": [], "expression": {"field": "n", "op": "regex", "value": "("}}
                   ).startswith("invalid input 'expression.value': expected valid regex pattern")


# ---- SchemaValidatorNode -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "data", "errors"),
    [
        ({"type": "string"}, 1, ["expected type 'string', got 'integer'"]),
        ({"type": "integer"}, 1.5, ["expected type 'integer', got 'float'"]),
        ({"type": "integer"}, True, ["expected type 'integer', got 'bool'"]),
        ({"type": "integer"}, 1.0, []),
        ({"type": "object", "required": ["a", "b"]}, {"a": 1}, ["missing required field: 'b'"]),
        ({"properties": {"a": {"type": "integer"}}}, {"a": "x"},
         ["field 'a': expected type 'integer', got 'string'"]),
        ({"type": ["string", "null"]}, None, []), ({}, 5, []), (True, 5, []),
    ],
)
def test_schemas(schema, data, errors):
    outputs = call("SchemaValidatorNode", {}, {"data": data, "schema": schema})
    assert outputs["errors"] == errors
    assert outputs["valid"] is (not errors)
    assert len(outputs["error_details"]) == len(errors)


def test_details_point_to_the_fault():
    schema = {"properties": {"a": {"items": {"maximum": 3}}}}
    outputs = call("SchemaValidatorNode", {}, {"data": {"a": [1, 5]}, "schema": schema})
    [detail] = outputs["error_details"]
    assert (detail["pointer"], detail["keyword"]) == ("/a/1", "maximum")
    assert outputs["errors"] == [f"/a/1: {detail['message']}"]
    assert not call("SchemaValidatorNode", {"assert_formats": True}, {
        "data": "x", "schema": {"format": "date"}})["valid"]
    assert call("SchemaValidatorNode", {}, {"data": "x", "schema": {"format": "date"}})["valid"]


# ---- FormatConverterNode -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"b": 1, "a": [None, 1.0]}, '{"b":1,"a":[null,1.0]}'), ("é", '"é"'), (math.nan, "null"),
        (b"\x00\xff", '"AP8="'), (1e16, "1e+16"), (-0.0, "-0.0"),
    ],
)
def test_json_is_written(data, expected):
    assert result("FormatConverterNode", {"operation": "serialize"}, data=data) == expected
    assert result("FormatConverterNode", {"operation": "serialize", "format": "json"}, data=data) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.0", 1.0), ("18446744073709551616", 2.0**64), ('{"a":1,"a":2}', {"a": 2}), (" [1] ", [1]),
        ("-0.0", -0.0), ("9223372036854775807", MAX), ('"\\u00e9\\ud83d\\ude00"', "é😀"),
    ],
)
def test_json_is_read(text, expected):
    assert same(result("FormatConverterNode", {"operation": "deserialize"}, data=text), expected)


@pytest.mark.parametrize("text", ["", "{", "[1,]", "nul", '{"a":}', "[1 2]", "1e400", '"\\ud800"', "'x'"])
def test_bad_json_tells_its_place(text):
    message = failure("FormatConverterNode", {"operation": "deserialize"}, {"data": text})
    assert message.startswith("node execution failed: deserialization failed: ")
    assert " at line 1 column " in message


def test_what_converting_refuses():
    assert failure("FormatConverterNode", {"operation": "deserialize"}, {"data": 5}).endswith(
        "expected string (JSON), got integer")
    message = failure("FormatConverterNode", {"operation": "serialize", "format": "bson"}, {"data": 5})
    assert "expected one of: json, yaml, toml, csv, xml, ini, jsonl, msgpack, cbor, query" in message


def test_json_depth_is_bounded():
    deep = "[" * 127 + "]" * 127
    assert result("FormatConverterNode", {"operation": "deserialize"}, data=deep) is not None
    assert "nests deeper than 127 levels" in failure(
        "FormatConverterNode", {"operation": "deserialize"}, {"data": f"[{deep}]"})


def test_styles():
    data = {"b": [1], "a": {}}
    assert result("FormatConverterNode", {"operation": "serialize", "sort_keys": True}, data=data) == (
        '{"a":{},"b":[1]}')
    assert result("FormatConverterNode", {"operation": "serialize", "pretty": True}, data=data) == (
        '{\n  "b": [\n    1\n  ],\n  "a": {}\n}')
    assert result("FormatConverterNode", {"operation": "convert", "from_format": "yaml", "to_format": "json"},
                  data="a: [1, x]\n") == '{"a":[1,"x"]}'
