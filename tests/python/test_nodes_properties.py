"""Nodes against Python's own functions and against other libraries, on values drawn at random."""

import base64
import csv
import hashlib
import hmac
import html
import io
import json
import math
import re
import string
import tempfile
import tomllib
import urllib.parse
import xml.etree.ElementTree as ElementTree

import jsonschema
import msgpack
import openpyxl
import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from node_calls import call, failure, result

integers = st.integers(-(2**63), 2**63 - 1)
floats = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
scalars = st.none() | st.booleans() | integers | floats | texts
keys = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20)


def exact(value):
    """Tells 1, 1.0 and True apart, and keeps the order of keys."""
    return repr(value)


# ---- lists -------------------------------------------------------------------------------------------

RANKS = [type(None), bool, (int, float), str, list, dict]


def order(value):
    rank = next(i for i, kind in enumerate(RANKS) if isinstance(value, kind))
    if value is None:
        return (rank,)
    if isinstance(value, list):
        return rank, [order(item) for item in value]
    if isinstance(value, dict):
        return rank, [(key, order(value[key])) for key in sorted(value)]
    return rank, value


def operate(operation, array, **inputs):
    return result("ArrayOperationsNode", {"operation": operation}, array=array, **inputs)


@given(st.lists(json_values, max_size=12))
def test_sort(values):
    assert exact(operate("sort", values)) == exact(sorted(values, key=order))
    assert exact(operate("sort", values, descending=True)) == exact(sorted(values, key=order, reverse=True))


@given(st.lists(integers | floats, max_size=30))
def test_numbers_are_sorted_as_python_does(values):
    assert exact(operate("sort", values)) == exact(sorted(values))


def kind_and_value(value):
    if isinstance(value, list):
        return "list", *map(kind_and_value, value)
    if isinstance(value, dict):
        return "dict", frozenset((key, kind_and_value(item)) for key, item in value.items())
    return type(value), value


@given(st.lists(json_values | st.sampled_from([0, 1, 1.0, True, False, 0.0, -0.0, "1", None]), max_size=15))
def test_unique(values):
    seen, expected = set(), []
    for value in values:
        if kind_and_value(value) not in seen:
            seen.add(kind_and_value(value))
            expected.append(value)
    assert exact(operate("unique", values)) == exact(expected)


@given(st.lists(integers, max_size=10), st.integers(-12, 12), st.none() | st.integers(-12, 12))
def test_slice(values, start, end):
    assert operate("slice", values, start=start, end=end) == values[start:end]


@given(st.lists(integers | st.lists(integers, max_size=3), max_size=8), st.integers(1, 5))
def test_other_lists(values, size):
    assert operate("reverse", values) == values[::-1]
    assert operate("flatten", values) == [
        item for value in values for item in (value if isinstance(value, list) else [value])]
    assert operate("chunk", values, size=size) == [values[i:i + size] for i in range(0, len(values), size)]
    assert operate("length", values) == len(values)
    assert operate("first", values) == (values[0] if values else None)
    assert operate("last", values) == (values[-1] if values else None)


@given(st.lists(st.integers(-5, 5), max_size=8), st.lists(st.integers(-5, 5), max_size=8))
def test_lists_as_sets(one, other):
    assert operate("union", one, other=other) == [*dict.fromkeys(one + other)]
    assert operate("intersection", one, other=other) == [*dict.fromkeys(i for i in one if i in other)]
    assert operate("difference", one, other=other) == [*dict.fromkeys(i for i in one if i not in other)]


# ---- numbers -----------------------------------------------------------------------------------------


def settled(value):
    """A number as the node gives it: whole floats are integers where they fit, others floats."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else settled(float(value))
    return int(value) if value.is_integer() and -(2.0**63) <= value < 2.0**63 else value


@given(integers | floats, integers | floats)
def test_arithmetic(a, b):
    def compute(operation):
        return result("MathOperationsNode", operation=operation, a=a, b=b)

    for operation, function in (("add", lambda: a + b), ("subtract", lambda: a - b),
                                ("multiply", lambda: a * b)):
        assert exact(compute(operation)) == exact(settled(function()))
    if b != 0 and isinstance(a, int) and isinstance(b, int):
        assert compute("modulo") == settled(int(math.fmod(a, b)) if abs(a) < 2**53 > abs(b)
                                            else abs(a) % abs(b) * (-1 if a < 0 else 1))
        assert compute("divide") == settled(a // b if a % b == 0 else a / b)


@given(st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=20))
def test_aggregates(values):
    def compute(operation):
        return result("MathOperationsNode", operation=operation, array=values)

    assert compute("sum") == sum(values)
    assert compute("min") == min(values) and compute("max") == max(values)
    assert compute("count") == len(values)
    assert compute("average") == settled(sum(values) / len(values))


# ---- texts -------------------------------------------------------------------------------------------


def text_operation(operation, **inputs):
    return result("StringOperationsNode", {"operation": operation}, **inputs)


@given(texts, texts)
def test_texts_as_in_python(text, part):
    assert text_operation("contains", text=text, pattern=part) is (part in text)
    assert text_operation("starts_with", text=text, pattern=part) is text.startswith(part)
    assert text_operation("ends_with", text=text, pattern=part) is text.endswith(part)
    assert text_operation("length", text=text) == len(text)
    assert text_operation("length", text=text, unit="bytes") == len(text.encode())
    assert text_operation("replace", text=text, pattern=part, replacement="-") == text.replace(part, "-")
    assert text_operation("split", text=text, delimiter=part) == (
        text.split(part) if part else [*text] or [""])


@given(st.text("ab,", max_size=12), st.text("ab,", max_size=2))
def test_splitting_and_replacing_what_repeats(text, part):
    assume(part)
    assert text_operation("split", text=text, delimiter=part) == text.split(part)
    for node in ("StringOperationsNode", "TextTransformNode"):
        assert result(node, operation="replace", text=text, pattern=part, replacement="b,") == (
            text.replace(part, "b,"))


@given(texts, st.integers(-3, 25), st.integers(-3, 25))
def test_parts_of_texts(text, start, end):
    expected = "" if start < 0 else text[start:] if end < 0 else text[start:max(start, end)]
    assert text_operation("substring", text=text, start=start, end=end) == expected
    assert text_operation("char_at", text=text, index=start) == (text[start:start + 1] if start >= 0 else "")
    width = abs(end)
    assert text_operation("pad_left", text=text, width=width, pad_char="é") == text.rjust(width, "é")
    assert text_operation("pad_right", text=text, width=width) == text.ljust(width)


@given(st.lists(texts, max_size=5), texts)
def test_join(parts, delimiter):
    assert text_operation("join", array=parts, delimiter=delimiter) == delimiter.join(parts)


# Letters whose mappings no version of Unicode has changed.
@given(st.text(string.printable + "äöüßéÄÖÜıİſǅﬁŉΐΣςσа́Б", max_size=20), st.integers(0, 4))
def test_cases_as_in_python(text, count):
    def transform(operation, **inputs):
        return result("TextTransformNode", {"operation": operation}, text=text, **inputs)

    assert transform("uppercase") == text.upper()
    assert transform("lowercase") == text.lower()
    assert transform("reverse") == text[::-1]
    assert transform("repeat", count=count) == text * count
    blank = "\t\n\v\f\r "
    assert transform("trim") == text.strip(blank)
    assert transform("trim_start") == text.lstrip(blank)
    assert transform("trim_end") == text.rstrip(blank)


def test_final_sigma_as_in_python():
    """Every character of the older blocks before and after one: what is cased, what is stepped over."""
    characters = [chr(code) for code in range(0x20, 0x530)]
    text = "\n".join(f"A{character}Σ A\u03a3{character}B {character}Σ" for character in characters)
    assert result("TextTransformNode", {"operation": "lowercase"}, text=text) == text.lower()


@given(texts)
def test_encodings(text):
    def encode(encoding):
        return call("OutputEncodingNode", {}, {"data": text, "encoding": encoding})["encoded"]

    data = text.encode()
    assert encode("html") == html.escape(text)
    assert encode("hex") == data.hex()
    assert encode("base64") == base64.b64encode(data).decode()
    assert encode("base64url") == base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert json.loads(encode("json")) == text
    assert urllib.parse.unquote(encode("url")) == text
    assert re.fullmatch("(?:[A-Za-z0-9]|%[0-9A-F]{2})*", encode("url"))


# ---- digests -----------------------------------------------------------------------------------------


@given(st.binary(max_size=300) | texts, st.binary(min_size=1, max_size=80))
def test_digests(data, key):
    raw = data.encode() if isinstance(data, str) else data
    for name in ("sha256", "sha512", "sha3_256", "sha3_512"):
        expected = hashlib.new(name, raw).hexdigest()
        assert call("HashingNode", {"algorithm": name}, {"data": data}) == {
            "hash": expected, "algorithm_used": name, "matches": None}
        assert call("HashingNode", {"algorithm": name}, {"data": data, "verify": expected})["matches"] is True
        assert call("HashingNode", {"algorithm": name}, {"data": data, "verify": expected[:-1] + "x"}
                    )["matches"] is False
    assert call("HashingNode", {"algorithm": "hmac"}, {"data": data, "key": key})["hash"] == (
        hmac.new(key, raw, "sha256").hexdigest())


def test_passwords():
    made = call("HashingNode", {"algorithm": "argon2id"}, {"data": "secret"})["hash"]
    assert re.fullmatch(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}", made)
    assert call("HashingNode", {"algorithm": "argon2id"}, {"data": "secret", "verify": made})["matches"] is True
    assert call("HashingNode", {"algorithm": "argon2id"},
                {"data": "Secret", "verify": made})["matches"] is False
    assert "secret" not in failure("HashingNode", {"algorithm": "argon2id"}, {"data": "secret", "verify": "x"})
    # The empty text's BLAKE3, from the test vectors of its authors (CC0).
    assert call("HashingNode", {"algorithm": "blake3"}, {"data": ""})["hash"] == (
        "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262")


# ---- CSV ---------------------------------------------------------------------------------------------

cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
cells |= st.sampled_from(
    ["", '"', '""', ",", "\n", "\r", "\r\n", " ", ";", "a,b", '"a"', "'", "\ufeff", "=1+1"])
columns = st.lists(cells.filter(bool), min_size=1, max_size=4, unique=True)


@st.composite
def tables(draw):
    names = draw(columns)
    assume(not names[0].startswith("\ufeff"))  # a mark of the encoding at the beginning is dropped
    rows = draw(st.lists(st.tuples(*(cells for _ in names)), min_size=1, max_size=5))
    rows = [dict(zip(names, row, strict=True)) for row in rows]
    assume(len(names) > 1 or all(row[names[0]] for row in rows))  # else blank lines, which are skipped
    return names, rows


@given(tables(), st.sampled_from(",;\t|"), st.booleans())
def test_python_reads_what_is_written(table, delimiter, crlf):
    names, rows = table
    outputs = call("CSVProcessorNode", {"delimiter": delimiter, "crlf": crlf},
                   {"action": "write", "data": rows})
    assert (outputs["columns"], outputs["row_count"]) == (names, len(rows))
    read = [*csv.DictReader(io.StringIO(outputs["content"], newline=""), delimiter=delimiter)]
    assert read == rows


@given(tables(), st.sampled_from(",;\t|"), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
       st.sampled_from(["\n", "\r\n"]))
def test_what_python_writes_is_read(table, delimiter, quoting, ends):
    names, rows = table
    if quoting == csv.QUOTE_MINIMAL:  # which leaves a carriage return bare, where it ends a line
        assume(not any("\r" in cell for row in rows for cell in (*row, *row.values())))
    to = io.StringIO(newline="")
    writer = csv.DictWriter(to, names, delimiter=delimiter, quoting=quoting, lineterminator=ends)
    writer.writeheader()
    writer.writerows(rows)
    assert call("CSVProcessorNode", {"delimiter": delimiter}, {"action": "read", "content": to.getvalue()}) == {
        "columns": names, "rows": rows, "row_count": len(rows)}


# ---- formats -----------------------------------------------------------------------------------------


def serialize(value, form, **config):
    return result("FormatConverterNode", {"operation": "serialize", "format": form, **config}, data=value)


def deserialize(text, form):
    return result("FormatConverterNode", {"operation": "deserialize", "format": form}, data=text)


@given(json_values)
def test_json(value):
    for config in ({}, {"pretty": True}):
        assert exact(json.loads(serialize(value, "json", **config))) == exact(value)
    assert exact(deserialize(json.dumps(value), "json")) == exact(value)
    assert exact(deserialize(json.dumps(value, ensure_ascii=False, indent=1), "json")) == exact(value)


@given(json_values)
def test_msgpack(value):
    assert exact(msgpack.unpackb(serialize(value, "msgpack"), strict_map_key=False)) == exact(value)
    assert exact(deserialize(msgpack.packb(value), "msgpack")) == exact(value)


@given(json_values, st.binary(max_size=400))
def test_cbor(value, data):
    for content in (value, data, {"a": [data, value]}):
        assert exact(deserialize(serialize(content, "cbor"), "cbor")) == exact(content)


@given(st.binary(max_size=400))
def test_msgpack_bytes(data):
    assert msgpack.unpackb(serialize({"b": data}, "msgpack")) == {"b": data}
    assert deserialize(msgpack.packb([data]), "msgpack") == [data]


yaml_texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=10) | st.sampled_from(
    ["null", "true", "~", "1", "1.5", "- a", "a: b", "#c", "&a", "*a", "!t", "|", ">", "'", '"', " a ", "a\nb",
     "a\n", "\n", "%", "@", "`", "?", ":", "-", "---", "...", "0x1F", "1e3", ".inf", "2026-01-02", "<<", "=",
     "[", "{"])
yaml_values = st.recursive(
    st.none() | st.booleans() | integers | yaml_texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(yaml_texts, inner, max_size=4), max_leaves=15)


class Core(yaml.SafeLoader):
    """PyYAML with the scalars of YAML 1.2's core schema in place of those of 1.1."""


Core.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("null", r"~|null|Null|NULL|", [*"~nN", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    ("int", r"[-+]?[0-9]+|0x[0-9a-fA-F]+", [*"-+0123456789"]),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.nan",
     [*"-+.0123456789"]),
):
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)
Core.add_constructor("tag:yaml.org,2002:int",
                     lambda loader, node: int(node.value, 0 if "x" in node.value else 10))
Core.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value.replace(".inf", "inf")))


@given(yaml_values)
def test_yaml(value):
    text = serialize(value, "yaml")
    assert exact(yaml.load(text, Core)) == exact(value)
    assert exact(deserialize(text, "yaml")) == exact(value)


class CoreDumper(yaml.SafeDumper):
    """Quotes what the core schema would read as no text."""


CoreDumper.yaml_implicit_resolvers = Core.yaml_implicit_resolvers


@given(yaml_values)
def test_yaml_of_others_is_read(value):
    for flow in (True, False):
        text = yaml.dump(value, Dumper=CoreDumper, default_flow_style=flow, allow_unicode=True, sort_keys=False)
        assert exact(deserialize(text, "yaml")) == exact(value)


@given(st.lists(floats, max_size=5))
def test_yaml_floats(values):
    assert exact(yaml.load(serialize(values, "yaml"), Core)) == exact(values)


toml_values = st.recursive(
    st.booleans() | integers | floats | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=15)


@given(st.dictionaries(keys, toml_values, max_size=5))
def test_toml(value):
    text = serialize(value, "toml")
    assert tomllib.loads(text) == value
    assert exact(deserialize(text, "toml")) == exact(tomllib.loads(text))


@given(st.lists(json_values, max_size=5))
def test_json_lines(values):
    text = serialize(values, "jsonl")
    assert [exact(json.loads(line)) for line in text.split("\n") if line] == [exact(v) for v in values]
    assert exact(deserialize(text, "jsonl")) == exact(values)


@given(st.dictionaries(texts.filter(bool), texts, max_size=5))
def test_query(value):
    assert dict(urllib.parse.parse_qsl(serialize(value, "query"), keep_blank_values=True)) == value
    assert deserialize(urllib.parse.urlencode(value), "query") == value


# ---- JSON Schema -------------------------------------------------------------------------------------

small = (st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, 1.0, -2.5])
         | st.text("ab", max_size=3))
instances = st.recursive(
    small,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6)


def schemas_of(inner):
    names = st.lists(st.sampled_from("abc"), max_size=2, unique=True)
    count = st.integers(0, 3)
    several = st.lists(inner, min_size=1, max_size=3)
    return st.fixed_dictionaries({}, optional={
        "type": st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])
        | st.lists(st.sampled_from(["null", "integer", "string", "array"]), min_size=1, max_size=2,
                   unique=True),
        "enum": st.lists(instances, min_size=1, max_size=3), "const": instances,
        "minimum": st.integers(-2, 2), "maximum": st.integers(-2, 2), "exclusiveMinimum": st.integers(-2, 2),
        "exclusiveMaximum": st.integers(-2, 2), "multipleOf": st.sampled_from([1, 2, 0.5]),
        "minLength": count, "maxLength": count, "pattern": st.sampled_from(["^a", "b$", "ab", "^$"]),
        "minItems": count, "maxItems": count, "uniqueItems": st.booleans(), "items": inner,
        "prefixItems": several, "contains": inner, "minContains": count, "maxContains": count,
        "required": names, "properties": st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
        "patternProperties": st.dictionaries(st.sampled_from(["^a", "[bc]"]), inner, max_size=1),
        "additionalProperties": inner, "propertyNames": inner, "minProperties": count, "maxProperties": count,
        "dependentRequired": st.dictionaries(st.sampled_from("abc"), names, max_size=1),
        "dependentSchemas": st.dictionaries(st.sampled_from("abc"), inner, max_size=1),
        "allOf": several, "anyOf": several, "oneOf": several, "not": inner,
        "if": inner, "then": inner, "else": inner,
        "unevaluatedItems": inner, "unevaluatedProperties": inner,
    })


schemas = st.recursive(st.booleans() | schemas_of(st.booleans()), lambda inner: schemas_of(inner), max_leaves=4)


@given(schemas, instances)
@example({"enum": [1]}, True)
@example({"uniqueItems": True}, [1, 1.0])
@example({"const": {"a": [0]}}, {"a": [False]})
@example({"multipleOf": 0.5}, 2.5)
def test_schemas(schema, data):
    expected = jsonschema.Draft202012Validator(schema).is_valid(data)
    outputs = call("SchemaValidatorNode", {}, {"data": data, "schema": schema})
    assert outputs["valid"] is expected
    assert bool(outputs["errors"]) is not expected


# ---- XML ---------------------------------------------------------------------------------------------

names = st.sampled_from(["a", "b", "c-d", "é", "_x"])
inside = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=8).map(str.strip)
inside = inside.filter(bool)


@st.composite
def elements(draw, depth=3):
    element = ElementTree.Element(draw(names))
    for name, value in draw(st.dictionaries(names, inside, max_size=2)).items():
        element.set(name, value)
    if depth and draw(st.booleans()):
        element.extend(draw(st.lists(elements(depth - 1), min_size=1, max_size=3)))
    elif draw(st.booleans()):
        element.text = draw(inside)
    return element


def mapped(element):
    """An element as the documentation of the node maps it."""
    text = (element.text or "").strip() or None
    if not element.attrib and not len(element):
        return text
    value = {f"@{name}": attribute for name, attribute in element.attrib.items()}
    if text is not None:
        value["#text"] = text
    for child in element:
        inner = mapped(child)
        if child.tag not in value:
            value[child.tag] = inner
        elif sum(other.tag == child.tag for other in element) > 1 and isinstance(value[child.tag], list):
            value[child.tag].append(inner)
        else:
            value[child.tag] = [value[child.tag], inner]
    return value


@given(elements())
def test_xml_is_read(root):
    content = ElementTree.tostring(root, encoding="unicode")
    outputs = call("XMLParserNode", {}, {"operation": "parse", "content": content})
    assert outputs == {"result": {root.tag: mapped(root)}, "success": True}


@given(elements(), st.integers(0, 4))
def test_xml_is_written(root, indent):
    data = {root.tag: mapped(root)}
    text = call("XMLParserNode", {"indent": indent}, {"operation": "generate", "data": data})["result"]
    again = ElementTree.fromstring(text.encode())
    assert {again.tag: mapped(again)} == data


# ---- Excel -------------------------------------------------------------------------------------------

sheet_cells = st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.floats(-1e15, 1e15) | st.text(
    st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=10).filter(lambda t: t[0] != "=")


@given(st.lists(st.text("abcxyzéß", min_size=1, max_size=6), min_size=1, max_size=4, unique=True), st.data())
def test_excel(headers, data):
    rows = data.draw(st.lists(st.lists(sheet_cells, min_size=len(headers), max_size=len(headers)), max_size=5))
    assume(not rows or any(cell is not None for cell in rows[-1]))
    book = openpyxl.Workbook()
    book.active.title = "Daten"
    book.active.append(headers)
    for row in rows:
        book.active.append(row)
    book.create_sheet("Other").append(["z"])
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        book.save(file.name)
        outputs = call("ExcelReaderNode", {}, {"file_path": file.name, "sheet_name": "Daten"})
    assert outputs["headers"] == headers
    assert outputs["sheet_names"] == ["Daten", "Other"]
    assert outputs["row_count"] == len(rows)
    expected = [[float(f"{c:.16g}") if type(c) in (int, float) else c for c in row] for row in rows]
    assert [[row[name] for name in headers] for row in outputs["data"]] == expected


@pytest.mark.parametrize("form", ["json", "yaml", "toml", "csv", "xml", "ini", "jsonl", "msgpack", "cbor", "query"])
@given(data=st.binary(max_size=60) | st.text(max_size=60))
def test_no_bytes_upset_a_reader(form, data):
    try:
        deserialize(data, form)
    except RuntimeError as error:
        assert "node 'n' failed -> " in str(error)
    except UnicodeEncodeError:
        assert any("\ud800" <= c <= "\udfff" for c in data)
