"""Numbers of a list that a node passes on are the objects they came from, and never another number."""

import enum
import math

import kailash
import pytest

REGISTRY = kailash.NodeRegistry()
RUNTIME = kailash.Runtime(REGISTRY)


def passed(items, type_name="NoOpNode", port="data", out="data", **config):
    builder = kailash.WorkflowBuilder()
    builder.add_node(type_name, "n", config)
    return RUNTIME.execute(builder.build(REGISTRY), {port: items})["results"]["n"][out]


def array(operation, items, **config):
    return passed(items, "ArrayOperationsNode", "array", "result", operation=operation, **config)


def test_numbers_come_back_as_they_were():
    items = [10 ** 6 + at for at in range(1000)] + [at / 7 for at in range(1000)]
    back = passed(items)
    assert back == items and back is not items
    assert all(new is old for new, old in zip(back, items, strict=True))
    turned = array("reverse", items)
    assert turned == items[::-1] and turned[0] is items[-1]


def test_numbers_of_short_lists_come_back_as_they_were():
    pairs = [[10 ** 6 + at, at / 7] for at in range(1000)]
    flat = array("flatten", pairs)
    assert flat == [item for pair in pairs for item in pair]
    assert flat[0] is pairs[0][0] and flat[-1] is pairs[-1][1]


@pytest.mark.parametrize("items", [
    [], [1], [True, False, True], [0, -0.0, 0.0, 1, 1.0, True], [2 ** 63 - 1, -2 ** 63], [None, 5, None, 5.0],
    [math.inf, -math.inf], [256, 257, -5, -6], ["1", 1, b"1"], [[1, 2], [1.0, 2.0]], [[1] * 40, [2] * 3],
    list(range(5000)) + list(range(5000)), [10 ** 9 + 7 * at % 5000 for at in range(5000)]])
def test_values_and_types_are_kept(items):
    for back, expected in ((passed(items), items), (array("reverse", items), items[::-1]),
                           (array("filter_null", items), [item for item in items if item is not None])):
        assert back == expected
        assert [type(item) for item in back] == [type(item) for item in expected]
        assert [str(item) for item in back] == [str(item) for item in expected]


def test_nan_is_nan():
    back = passed([math.nan, 1.0])
    assert math.isnan(back[0]) and back[1] == 1.0


def test_subclasses_come_back_plain():
    class Level(enum.IntEnum):
        LOW = 1000
        HIGH = 2000

    class Real(float):
        pass

    back = passed([Level.LOW, Level.HIGH, Real(1.5), 3])
    assert back == [1000, 2000, 1.5, 3]
    assert [type(item) for item in back] == [int, int, float, int]


@pytest.mark.parametrize("change", [
    lambda items: items.clear(), lambda items: items.reverse(), lambda items: items.__setitem__(0, "other"),
    lambda items: items.__setitem__(slice(None), [0.5] * 2000), lambda items: items.append(1)])
def test_a_list_that_changes_meanwhile_changes_no_result(change):
    items = [10 ** 6 + at for at in range(2000)]
    expected = list(items)
    builder = kailash.WorkflowBuilder()
    builder.add_node("Changer", "changer", {})
    builder.add_node("NoOpNode", "n", {})
    builder.connect("changer", "data", "n", "data")
    registry = kailash.NodeRegistry()

    def changer(inputs):
        change(items)
        return {"data": inputs["data"]}

    registry.register_callback("Changer", changer, ["data"], ["data"])
    results = kailash.Runtime(registry).execute(builder.build(registry), {"data": items})["results"]
    assert results["n"]["data"] == expected


def test_results_of_one_call_are_no_origins_of_the_next():
    registry = kailash.NodeRegistry()
    kept = []

    def keeper(inputs):
        kept.append(inputs["data"])
        return {"data": kept[0]}

    registry.register_callback("Keeper", keeper, ["data"], ["data"])
    builder = kailash.WorkflowBuilder()
    builder.add_node("Keeper", "n", {})
    workflow, runtime = builder.build(registry), kailash.Runtime(registry)
    first = [10 ** 6 + at for at in range(100)]
    assert runtime.execute(workflow, {"data": first})["results"]["n"]["data"] == first
    assert runtime.execute(workflow, {"data": [at / 3 for at in range(100)]})["results"]["n"]["data"] == first


def test_a_call_within_a_call_has_origins_of_its_own():
    registry = kailash.NodeRegistry()
    inner = [2 * 10 ** 6 + at for at in range(50)]

    def calls(inputs):
        assert passed(inner) == inner
        return {"data": inputs["data"]}

    registry.register_callback("Calls", calls, ["data"], ["data"])
    builder = kailash.WorkflowBuilder()
    builder.add_node("Calls", "n", {})
    outer = [10 ** 6 + at for at in range(100)]
    assert kailash.Runtime(registry).execute(builder.build(registry), {"data": outer})["results"]["n"]["data"] == outer


def test_rows_of_many_shapes():
    rows = [{"a": at, "b": f"text {at}"} if at % 3 else {"b": None, "a": at / 2} if at % 2 else {"c": [at]}
            for at in range(3000)]
    assert passed(rows) == rows


def test_rows_that_hold_themselves_are_shared():
    row = {"a": 1, "b": "x"}
    rows = [row] * 10000
    assert passed(rows) == rows


@pytest.mark.parametrize("count", [0, 1, 2, 100, 5000])
def test_ints_and_reals_are_sorted_and_summed(count):
    ints = [(at * 7919 % 1009 - 500) * 10 ** (at % 17) for at in range(count)] + [2 ** 63 - 1, -2 ** 63, 0, 0]
    reals = [at * 7919 % 1009 / 7 - 70 for at in range(count)] + [math.inf, -math.inf, 0.0, -0.5]
    for items in (ints, reals, ints + reals):
        assert array("sort", items, descending=False) == sorted(items)
        assert array("sort", items, descending=True) == sorted(items, reverse=True)
        assert array("reduce", items, function="max") == max(items)
        assert array("reduce", items, function="min") == min(items)
    finite = reals[:count]
    assert array("reduce", finite, function="sum") == pytest.approx(math.fsum(finite), abs=1e-9)
    assert array("unique", ints + ints) == list(dict.fromkeys(ints))
