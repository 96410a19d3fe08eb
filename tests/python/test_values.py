"""What Python values become on their way through the library, and back."""

import collections
import datetime
import decimal
import enum
import math
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kailash

REGISTRY = kailash.NodeRegistry()
RUNTIME = kailash.Runtime(REGISTRY)
BUILDER = kailash.WorkflowBuilder()
BUILDER.add_node("NoOpNode", "n", {})
WORKFLOW = BUILDER.build(REGISTRY)


def through(value):
    """The value after a trip through the library."""
    return RUNTIME.execute(WORKFLOW, {"x": value})["results"]["n"]["x"]


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=8), inner, max_size=6),
    max_leaves=60,
)


@given(values)
def test_values_come_back_as_they_were(value):
    back = through(value)
    assert back == value
    assert repr(back) == repr(value)  # tells 1 from 1.0 and True, and keeps the order of keys


@given(st.lists(st.fixed_dictionaries({"a": scalars, "b": scalars, "c": scalars}), max_size=20))
def test_rows_come_back_as_they_were(rows):
    assert repr(through(rows)) == repr(rows)


class Text(str):
    pass


class Word(str, enum.Enum):
    ONE = "one"


class Number(enum.IntEnum):
    TWO = 2


class Rows(list):
    pass


class Record(dict):
    pass


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        (True, True),
        (Number.TWO, 2),
        (Word.ONE, "one"),
        (Text("t"), "t"),
        (Rows([1]), [1]),
        (Record(a=1), {"a": 1}),
        (collections.OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (datetime.datetime(2026, 1, 2, 3, 4, 5, 6), "2026-01-02T03:04:05.000006"),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (datetime.time(3, 4), "03:04:00"),
        (uuid.UUID(int=5), "00000000-0000-0000-0000-000000000005"),
        ("nul\0inside", "nul\0inside"),
        (b"\x00\xff", b"\x00\xff"),
        (-(2**63), -(2**63)),
        (float("inf"), float("inf")),
    ],
)
def test_the_mapping(given_value, expected):
    back = through(given_value)
    assert back == expected
    assert type(back) is type(expected)


def test_nan_and_negative_zero_are_kept():
    assert math.isnan(through(float("nan")))
    assert math.copysign(1, through(-0.0)) == -1


@pytest.mark.parametrize(
    "value",
    [
        (1,), {1}, frozenset(), bytearray(b"x"), memoryview(b"x"), range(3), decimal.Decimal(1),
        datetime.timedelta(1), 1j, object(), len, Exception("x"), enum.Enum("E", "A").A,
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: [v], lambda v: {"k": [v]}])
def test_other_types_are_refused(value, wrap):
    name = type(value).__name__
    with pytest.raises(TypeError, match=f"cannot convert Python type '{name}' to Kailash Value"):
        through(wrap(value))


@pytest.mark.parametrize("integer", [2**63, -(2**63) - 1, 10**30])
def test_integers_beyond_int64_overflow(integer):
    with pytest.raises(OverflowError):
        through(integer)


def test_keys_must_be_str():
    with pytest.raises(TypeError, match="dict keys must be strings"):
        through({1: 2})
    with pytest.raises(TypeError, match="dict keys must be strings"):
        through({"a": 1, None: 2})
    assert through({Word.ONE: 1, Text("two"): 2}) == {"one": 1, "two": 2}


def test_lone_surrogates_are_refused():
    with pytest.raises(UnicodeEncodeError):
        through("\ud800")
    with pytest.raises(UnicodeEncodeError):
        through({"\udfff": 1})


def nested(depth):
    value = None
    for _ in range(depth):
        value = [value]
    return value


def test_depth_is_bounded():
    assert through(nested(9999)) is not None  # with the dict of inputs around it: 10000 levels
    with pytest.raises(ValueError, match="value nests deeper than 10000 levels"):
        through(nested(10000))


def doubled(levels, leaf=1):
    """As many containers as levels; written out, 2 ** levels items."""
    value = leaf
    for level in range(levels):
        value = [value, value] if level % 2 else {"left": value, "right": value}
    return value


def test_shared_parts_are_converted_once():
    value, levels = through(doubled(5000)), 0
    while isinstance(value, (list, dict)):
        _, value = value if isinstance(value, list) else value.values()
        levels += 1
    assert (levels, value) == (5000, 1)


def test_shared_parts_with_odd_keys_and_failures():
    rows = [{Text("k"): [i], Word.ONE: {}} for i in range(3000)]
    assert through(rows + rows) == rows + rows
    for bad in (object(), {1: 2}, 2**70):
        with pytest.raises((TypeError, OverflowError)):
            through([rows, rows, doubled(3000, bad)])


def test_configs_may_share_their_parts():
    builder = kailash.WorkflowBuilder()
    builder.add_node("NoOpNode", "n", {"x": doubled(200)})
    results = RUNTIME.execute(builder.build(REGISTRY))["results"]
    assert results["n"]["x"][1]["left"][0]["right"] is not None


def test_deep_configs_are_refused_where_they_are_written():
    for depth in (255, 256, 257, 9000):
        builder = kailash.WorkflowBuilder()
        builder.add_node("NoOpNode", "n", {"x": nested(depth)})
        try:
            text = builder.to_json()
        except ValueError as error:
            assert depth > 200 and "nests deeper than" in str(error)
        else:
            assert kailash.WorkflowBuilder.from_json(text).to_json() == text
    with pytest.raises(ValueError, match="nests deeper than 10000 levels"):
        kailash.WorkflowBuilder().add_node("NoOpNode", "n", {"x": nested(1_000_000)})


def test_a_million_levels_are_refused_everywhere():
    deep = nested(1_000_000)
    wide = {"k": deep, "l": [deep, deep]}
    for call in (
        lambda: through(deep),
        lambda: RUNTIME.execute(WORKFLOW, wide),
        lambda: RUNTIME.start(WORKFLOW, wide),
        lambda: RUNTIME.execute_with_opts(WORKFLOW, {}, node_inputs={"n": wide}),
    ):
        with pytest.raises(ValueError, match="nests deeper than 10000 levels"):
            call()


def test_a_callback_that_returns_too_deep_a_value_fails():
    registry = kailash.NodeRegistry()
    registry.register_callback("Deep", lambda inputs: {"x": nested(1_000_000)}, [], [])
    builder = kailash.WorkflowBuilder()
    builder.add_node("Deep", "a", {})
    with pytest.raises((RuntimeError, ValueError), match="nests deeper than 10000 levels"):
        kailash.Runtime(registry).execute(builder.build(registry))


def test_self_references_are_refused():
    value = []
    value.append(value)
    with pytest.raises(ValueError, match="value nests deeper than 10000 levels"):
        through(value)
    mapping = {}
    mapping["again"] = mapping
    with pytest.raises(ValueError, match="value nests deeper than 10000 levels"):
        through(mapping)


def test_a_list_that_changes_while_it_is_converted():
    values = []

    class Sly(datetime.date):
        def isoformat(self):
            values.append(1)
            return "x"

    values += [Sly(2026, 1, 1), 2, 3]
    with pytest.raises(RuntimeError, match="list changed while it was converted"):
        through(values)


def test_a_dict_that_changes_while_it_is_converted():
    values = {}

    class Sly(datetime.date):
        def isoformat(self):
            values["more"] = 1
            return "x"

    values.update(a=Sly(2026, 1, 1), b=2)
    with pytest.raises(RuntimeError, match="dict changed while it was converted"):
        through(values)


def test_results_are_copies():
    inputs = {"x": [1, [2]]}
    result = RUNTIME.execute(WORKFLOW, inputs)["results"]["n"]
    result["x"][1].append(3)
    assert inputs == {"x": [1, [2]]}
    assert RUNTIME.execute(WORKFLOW, inputs)["results"]["n"] == inputs


def test_what_nodes_pass_on_is_one_object_in_the_results():
    builder = kailash.WorkflowBuilder()
    for node_id in "abc":
        builder.add_node("NoOpNode", node_id, {})
    builder.connect("a", "rows", "b", "rows")
    builder.connect("b", "rows", "c", "rows")
    results = RUNTIME.execute(builder.build(REGISTRY), {"rows": [{"v": 1}]})["results"]
    assert results["a"]["rows"] is results["c"]["rows"]
    assert results["a"] is not results["b"]


def test_large_strings_are_not_copied():
    text = "x" * 1_000_000
    data = b"y" * 1_000_000
    assert through(text) is text
    assert through(data) is data
