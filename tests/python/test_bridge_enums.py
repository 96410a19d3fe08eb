"""Enums and constants: items are single objects that equal their text."""

import copy
import pickle

import pytest


def test_items_are_single_objects(types):
    red = types.Color.RED
    assert red is types.Color.RED is types.Color("red") is types.Color(red) is types.Color(value="red")
    assert copy.copy(red) is copy.deepcopy(red) is red
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps([red, red], protocol)) == [red, red]
        assert pickle.loads(pickle.dumps(red, protocol)) is red
    assert type(red) is types.Color


def test_items_are_their_text(types):
    blue = types.Color.DEEP_BLUE
    assert str(blue) == "deep-blue" == f"{blue}"
    assert repr(blue) == "Color.DEEP_BLUE"
    assert blue == "deep-blue" and "deep-blue" == blue and not blue != "deep-blue"
    assert blue != "red" and blue != "DEEP_BLUE" and blue != "\udc80"
    assert hash(blue) == hash("deep-blue")
    assert {blue: 1}["deep-blue"] == 1
    assert {"deep-blue": 1}[blue] == 1


def test_items_equal_their_own_kind_only(types):
    assert types.Color.RED != types.Color.DEEP_BLUE
    assert types.Color.RED != types.Level.LOW
    for other in (None, 0, 1.5, b"red", object(), types.Color, ["red"]):
        assert types.Color.RED != other
        assert not (types.Color.RED == other)


@pytest.mark.parametrize("word", ["", "RED", "Red", "r\0d", "ü" * 100, "green"])
def test_an_unknown_word_lists_the_legal_ones(types, word):
    with pytest.raises(ValueError, match="expected one of: red, deep-blue"):
        types.Color(word)


def test_a_constructor_takes_one_word(types):
    for bad in (5, None, types.Level.LOW, b"red"):
        with pytest.raises(TypeError, match="value: expected string"):
            types.Color(bad)
    with pytest.raises(TypeError, match="missing"):
        types.Color()
    with pytest.raises(TypeError):
        types.Color("red", "red")
    with pytest.raises(TypeError, match="not an acceptable base"):
        type("Sub", (types.Color,), {})
    with pytest.raises(TypeError):
        object.__new__(types.Color)
    with pytest.raises(AttributeError):
        types.Color.RED.anything = 1


def test_ladders_are_ordered_by_position(types):
    low, middle, high = types.Level.LOW, types.Level.MIDDLE, types.Level.HIGH
    assert low < middle < high and high > low and low <= low and high >= middle
    assert sorted([high, low, middle]) == [low, middle, high]
    assert max(low, high, middle) is high
    for other in (types.Color.RED, "low", 5):
        with pytest.raises(TypeError):
            low < other
    with pytest.raises(TypeError):
        types.Color.RED < types.Color.DEEP_BLUE


def test_items_have_methods(types):
    assert types.Level.LOW.next() is types.Level.MIDDLE
    with pytest.raises(ValueError, match="3 items"):
        types.Level.HIGH.next()
    assert types.Level.parse("high") is types.Level.HIGH


def test_parameters_take_items_and_words(types):
    paint = types.Tools.paint
    assert paint(types.Color.RED) == paint("red") == "red middle 0"
    assert paint("red", types.Level.HIGH) == paint("red", "high") == "red high 0"
    assert paint("red", others=["red", types.Color.DEEP_BLUE]) == "red middle 2"
    with pytest.raises(ValueError, match="color: expected one of: red, deep-blue, got \"low\""):
        paint("low")
    with pytest.raises(TypeError, match="color: expected one of: red, deep-blue, got Level"):
        paint(types.Level.LOW)
    with pytest.raises(TypeError, match=r"others\[1\]: expected one of: red, deep-blue, got int"):
        paint("red", others=["red", 5])
    with pytest.raises(ValueError, match=r"others\[1\]: expected one of: red, deep-blue, got \"pink\""):
        paint("red", others=["red", "pink"])


def test_fields_are_items(types):
    drawing = types.Drawing(types.Point(), level="high", color=types.Color.RED)
    assert drawing.level is types.Level.HIGH and drawing.color is types.Color.RED
    drawing.level = types.Level.MIDDLE
    assert drawing.level is types.Level.MIDDLE
    drawing.color = None
    assert drawing.color is None
    with pytest.raises(TypeError, match="color: expected Color, got str"):
        drawing.color = "red"  # a field of kind object takes the object only
    with pytest.raises(ValueError, match="level: expected one of: low, middle, high"):
        drawing.level = "red"
    drawing.color = types.Color.DEEP_BLUE
    data = drawing.to_dict()
    assert data["level"] == "middle" and data["color"] == "deep-blue"
    assert types.Drawing.from_dict(data) == drawing
    assert types.Drawing.from_json(drawing.to_json()).color is types.Color.DEEP_BLUE
    with pytest.raises(ValueError, match="color: Color: unknown 'pink'; expected one of: red, deep-blue"):
        types.Drawing.from_dict({**data, "color": "pink"})


def test_constants_are_class_attributes(types):
    assert types.Counter.MAX == 1000
    assert types.Counter.NAMES == ["a", "b"]
    assert types.Counter.DEFAULTS == {"start": 0}
    assert types.Level.COUNT == 3 and types.Level.HIGH.COUNT == 3


def test_numbered_items_are_their_position(types):
    first, last = types.Place.First, types.Place.Last
    assert int(first) == 0 and int(last) == 1 and [10, 20][last] == 20
    assert first == 0 and 1 == last and last != 0 and first != "first"
    assert hash(last) == hash(1) and {last: "x"}[1] == "x"
    assert first != last and first == types.Place("first") and str(last) == "last"
    assert first != 0.5 and first != types.Level.LOW
    for other in (last, 1):
        with pytest.raises(TypeError):
            first < other
    assert pickle.loads(pickle.dumps(last)) is last
