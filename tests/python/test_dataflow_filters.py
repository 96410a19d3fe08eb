"""Conditions on rows: FilterCondition and F, on every engine, and what cannot be one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataflow_models import BOOLEAN, JSON, TEXT, WHOLE, fingerprint, model, person, refusal

import kailash
from kailash.dataflow import F, FilterCondition
from kailash.dataflow.filter import F as F_of_module

PEOPLE = [
    {"name": "Ann", "age": 30, "score": 1.5, "active": True},
    {"name": "bob", "age": 20, "score": -2.0, "active": False},
    {"name": "Änne", "age": None, "score": None, "active": None},
    {"name": "100%_x", "age": 40, "score": 0.0, "active": True},
]

# what a condition finds, by the first letters of the names, on all engines
CONDITIONS = [
    (F("age") == 30, "Ann"),
    (F("age") != 30, "bob 100%_x"),
    (F("age") > 20, "Ann 100%_x"),
    (F("age") >= 20, "Ann bob 100%_x"),
    (F("age") < 30, "bob"),
    (F("age") <= 30, "Ann bob"),
    (F("name").like("A%"), {"postgres": "Ann", None: "Ann"}),
    (F("name").like("a%"), {"postgres": "", None: "Ann"}),
    (F("name").ilike("a%"), "Ann"),
    (F("name").ilike("B_B"), "bob"),
    (F("age").is_null(), "Änne"),
    (F("age").is_not_null(), "Ann bob 100%_x"),
    (F("name").in_list(["Ann", "bob", "nobody"]), "Ann bob"),
    (F("name").not_in(["Ann", "bob"]), "Änne 100%_x"),
    (F("age").between(20, 30), "Ann bob"),
    (F("name").startswith("A"), "Ann"),
    (F("name").startswith("a"), ""),
    (F("name").startswith("100%"), "100%_x"),
    (F("name").startswith(""), "Ann bob Änne 100%_x"),
    (F("name").startswith("far too long for any of the names"), ""),
    (F("name").endswith("nn"), "Ann"),
    (F("name").endswith("nne"), "Änne"),
    (F("name").endswith(""), "Ann bob Änne 100%_x"),
    (F("name").endswith("far too long for any of the names"), ""),
    (F("name").contains("%_"), "100%_x"),
    (F("name").contains("n"), "Ann Änne"),
    (F("name").contains("N"), ""),
    (F("name").contains(""), "Ann bob Änne 100%_x"),
    (F("name").regex("^[A-Z]"), "Ann"),
    (F("name").regex("o"), "bob"),
    (F("active") == True, "Ann 100%_x"),  # noqa: E712
    (F("active") != True, "bob"),  # noqa: E712
    (F("score") == 0, "100%_x"),
    ((F("age") > 10) & (F("name") == "bob"), "bob"),
    ((F("age") == 20) | (F("name") == "Ann"), "Ann bob"),
    (~(F("age") == 20), "Ann 100%_x"),
    (~((F("age") == 20) | F("age").is_null()), "Ann 100%_x"),
    (FilterCondition("age", "in", 20), "bob"),
    (FilterCondition("age", "==", 20), "bob"),
    (FilterCondition("age", "=", 20), "bob"),
    (FilterCondition("age", "is_null", "ignored"), "Änne"),
    (FilterCondition("age", "between", [20, 20]), "bob"),
    (FilterCondition("age", "not_in", [20]), "Ann 100%_x"),
]


@pytest.fixture
def people(database):
    df = database.dataflow(person())
    df.express.bulk_create("Person", PEOPLE)
    return database.engine, df.express


def names(express, *conditions):
    return [row["name"] for row in express.list("Person", list(conditions), order_by="id")]


def test_what_conditions_find(people):
    engine, express = people
    for condition, found in CONDITIONS:
        wanted = found.get(engine, found[None]) if isinstance(found, dict) else found
        assert names(express, condition) == wanted.split(), condition
        assert express.count("Person", [condition]) == len(wanted.split()), condition


def test_conditions_of_a_list_must_all_hold(people):
    _, express = people
    assert names(express, F("age") > 10, F("name").startswith("b")) == ["bob"]
    assert names(express) == [row["name"] for row in PEOPLE]


def test_values_are_bound_and_never_become_part_of_the_text(people):
    _, express = people
    hostile = "'; DROP TABLE people; --"
    assert names(express, F("name") == hostile) == []
    assert names(express, F("name").like(hostile)) == []
    assert names(express, F("name").in_list([hostile, '"'])) == []
    assert express.count("Person") == 4


REFUSED = [
    (F("zz") == 1, f"unknown column ({fingerprint('zz')})"),
    (F("na\"me") == 1, f"unknown column ({fingerprint('na' + chr(34) + 'me')})"),
    (F("name") == None, "uses operator eq against a bare null"),  # noqa: E711
    (F("name") > None, "uses operator gt against a bare null"),
    (FilterCondition("name", "eq"), "uses operator eq against a bare null"),
    (F("name").in_list([]), "uses operator in but carries no value"),
    (FilterCondition("name", "in"), "uses operator in which needs a list"),
    (F("name").in_list(["a", None]), "uses operator in against a null"),
    (F("name").not_in([]), "uses operator not_in but carries no value"),
    (FilterCondition("age", "between", [1]), "uses operator between which needs exactly two values"),
    (F("age").between(1, None), "uses operator between against a null"),
    (FilterCondition("name", "like", 5), "uses operator like which needs a text"),
]


def test_what_cannot_be_a_condition_is_refused_before_sql(people):
    _, express = people
    for condition, text in REFUSED:
        for call in (express.list, express.count):
            message = refusal(RuntimeError, call, "Person", [condition])
            assert message.startswith(f"{call.__name__} failed: invalid filter operator: "), message
            assert text in message


def test_filters_are_a_list_of_conditions(people):
    _, express = people
    assert "filters" in refusal(TypeError, express.list, "Person", {"name": "Ann"})
    assert "filters" in refusal(TypeError, express.list, "Person", [1])
    assert "filters" in refusal(TypeError, express.list, "Person", F("age") == 1)


def test_a_group_may_be_wide_but_not_endlessly_deep(people):
    _, express = people
    wide = F("age") == -1
    for number in range(500):
        wide = wide | (F("age") == number)
    assert len(names(express, wide)) == 3
    deep = F("age") == 20
    for _ in range(64):
        deep = ~deep
    assert "conditions nest deeper than 32 levels" in refusal(RuntimeError, express.list, "Person", [deep])
    for _ in range(5000):
        deep = ~deep
    assert "..." in repr(deep)


# ---- the objects ------------------------------------------------------------------------------------------


def test_what_a_condition_tells():
    condition = FilterCondition.eq("a", 1)
    assert (condition.column, condition.operator) == ("a", "eq")
    assert repr(condition) == 'FilterCondition("a", "eq", 1)'
    assert repr(F("a").is_null()) == 'FilterCondition("a", "is_null")'
    assert repr(F("a")) == "F('a')"
    assert repr((F("a") == 1) | ~(F("b") > 2)) == \
        '(FilterCondition("a", "eq", 1) | ~(FilterCondition("b", "gt", 2)))'
    assert ((F("a") == 1) & (F("b") == 2)).operator == "and"
    assert ((F("a") == 1) & (F("b") == 2)).column is None
    assert FilterCondition.eq("a", 1) != FilterCondition.eq("a", 1)  # identity
    assert F_of_module is F and kailash.FilterCondition is FilterCondition


@pytest.mark.parametrize("names, canonical", [
    ("eq = ==", "eq"), ("ne !=", "ne"), ("gt >", "gt"), ("gte >=", "gte"), ("lt <", "lt"), ("lte <=", "lte"),
    ("like", "like"), ("in", "in"), ("is_null", "is_null"), ("is_not_null", "is_not_null"),
])
def test_names_of_operators(names, canonical):
    for name in names.split():
        assert FilterCondition("a", name, 1).operator == canonical


@pytest.mark.parametrize("name", ["EQ", "<>", "", "Like", "and", "or", "not", "eq ", "$eq"])
def test_other_names_are_refused(name):
    assert f'unknown filter operator: "{name}"' in refusal(ValueError, FilterCondition, "a", name, 1)


@pytest.mark.parametrize("values", [(1, 2), {1}, "abc", 5, None])
def test_a_list_of_values_is_a_list(values):
    refusal(TypeError, FilterCondition.in_list, "a", values)
    refusal(TypeError, F("a").in_list, values)


def test_the_shortcuts_are_the_operators():
    for word, value in [("eq", 1), ("ne", 1), ("gt", 1), ("gte", 1), ("lt", 1), ("lte", 1), ("like", "a"),
                        ("in_list", [1]), ("not_in", [1]), ("startswith", "a"), ("endswith", "a"),
                        ("contains", "a"), ("regex", "a"), ("ilike", "a")]:
        made = getattr(FilterCondition, word)("a", value)
        assert made.operator == {"in_list": "in"}.get(word, word)


# ---- a property ---------------------------------------------------------------------------------------------

VALUES = st.none() | st.integers(-3, 3)
ROWS = st.lists(st.fixed_dictionaries({"a": VALUES, "b": VALUES}), min_size=1, max_size=8)


def leaf(draw):
    column = draw(st.sampled_from("ab"))
    operator = draw(st.sampled_from(["eq", "ne", "gt", "gte", "lt", "lte", "in", "not_in", "between", "is_null",
                                     "is_not_null"]))
    number = draw(st.integers(-3, 3))
    other = draw(st.integers(-3, 3))
    value = {"in": [number, other], "not_in": [number, other], "between": [number, other]}.get(operator, number)

    def holds(row):  # True, False or None, as in SQL
        held = row[column]
        if operator in ("is_null", "is_not_null"):
            return (held is None) == (operator == "is_null")
        if held is None:
            return None
        return {"eq": held == number, "ne": held != number, "gt": held > number, "gte": held >= number,
                "lt": held < number, "lte": held <= number, "in": held in (number, other),
                "not_in": held not in (number, other), "between": number <= held <= other}[operator]
    return FilterCondition(column, operator, value), holds


def all_of(answers):
    return False if False in answers else None if None in answers else True


@st.composite
def conditions(draw, depth=3):
    kind = draw(st.sampled_from(["leaf", "and", "or", "not"])) if depth else "leaf"
    if kind == "leaf":
        return leaf(draw)
    one, holds = draw(conditions(depth=depth - 1))
    if kind == "not":
        return ~one, lambda row: None if holds(row) is None else not holds(row)
    two, holds_too = draw(conditions(depth=depth - 1))
    if kind == "and":
        return one & two, lambda row: all_of([holds(row), holds_too(row)])

    def either(row):
        answers = [holds(row), holds_too(row)]
        return True if True in answers else None if None in answers else False
    return one | two, either


@pytest.fixture(scope="module")
def numbers():
    df = kailash.DataFlow("sqlite::memory:", auto_migrate=True)
    df.register_model(model("Pair", "pairs", ("a", WHOLE, {"nullable": True}), ("b", WHOLE, {"nullable": True})))
    yield df
    df.close()


@given(rows=ROWS, condition=conditions())
def test_conditions_hold_as_their_meaning_says(numbers, rows, condition):
    made, holds = condition
    numbers.execute_raw("DELETE FROM pairs")
    numbers.express.bulk_create("Pair", rows)
    found = numbers.express.list("Pair", [made], order_by="id")
    assert [{"a": row["a"], "b": row["b"]} for row in found] == [row for row in rows if holds(row)]


def test_types_of_columns_and_values(database):
    df = database.dataflow(model("Thing", "things", ("flag", BOOLEAN, {"nullable": True}),
                                 ("data", JSON, {"nullable": True}), ("text", TEXT, {"nullable": True})))
    express = df.express
    express.create("Thing", {"flag": True, "data": {"a": 1}, "text": "1"})
    express.create("Thing", {"flag": False, "data": [1], "text": "2"})
    assert express.count("Thing", [F("flag") == False]) == 1  # noqa: E712
    assert express.count("Thing", [F("flag").in_list([True, False])]) == 2
    assert express.count("Thing", [F("text").in_list(["1", "2"])]) == 2
    refusal(TypeError, express.count, "Thing", [F("text") == b"1"])
    refusal(ValueError, express.count, "Thing", [F("text") == float("nan")])
