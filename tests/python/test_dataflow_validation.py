"""Validators, rules for two fields, and the layer that holds the rules of models."""

import copy
import gc
import pickle
import threading
import time
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kailash.dataflow import (
    CrossFieldRule,
    EmailValidator,
    FieldValidationError,
    LengthValidator,
    PatternValidator,
    PhoneValidator,
    RangeValidator,
    UrlValidator,
    UuidValidator,
    ValidationLayer,
)

UUID = "550e8400-e29b-41d4-a716-446655440000"


def message(validator, value):
    found = validator.validate("f", value)
    if found is None:
        return None
    assert found.field == "f" and found.validator == validator.name
    return found.message


# ---- validators ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("validator", "name", "shown"), [
    (EmailValidator(), "email", "EmailValidator()"),
    (PhoneValidator(), "phone", "PhoneValidator()"),
    (UrlValidator(), "url", "UrlValidator()"),
    (UuidValidator(), "uuid", "UuidValidator()"),
    (LengthValidator(), "length", "LengthValidator(min=None, max=None)"),
    (LengthValidator(1), "length", "LengthValidator(min=1, max=None)"),
    (LengthValidator(max=3), "length", "LengthValidator(min=None, max=3)"),
    (RangeValidator(0, 10), "range", "RangeValidator(min=0, max=10)"),
    (RangeValidator(0.5, None), "range", "RangeValidator(min=0.5, max=None)"),
    (RangeValidator(max=float("inf")), "range", "RangeValidator(min=None, max=inf)"),
    (PatternValidator("a"), "pattern", 'PatternValidator(pattern="a")'),
    (PatternValidator('a"b'), "pattern", 'PatternValidator(pattern="a\\"b")'),
])
def test_names_and_reprs(validator, name, shown):
    assert validator.name == name
    assert repr(validator) == shown
    assert copy.copy(validator) == validator == pickle.loads(pickle.dumps(validator))


@pytest.mark.parametrize("value", ["a@b.c", "é@b.c", "a.b+c@d-e.f.g", "'x'@1.2", '"@b.c'])
def test_emails_that_fit(value):
    assert message(EmailValidator(), value) is None


@pytest.mark.parametrize("value", ["", "ab.c", "@b.c", "a@@b.c", "a@b@c.d", "a b@c.d", "a@b c.d",
                                   "a@b.c ", "\ta@b.c", "a@b.c\0", "@"])
def test_what_is_no_email(value):
    assert message(EmailValidator(), value) == f"'{value}' is not a valid email address"


@pytest.mark.parametrize("value", ["a@b", "a@.bc", "a@bc.", "a@b..c", "a@", "a@."])
def test_what_is_no_domain(value):
    assert message(EmailValidator(), value) == f"'{value}' has an invalid email domain"


@pytest.mark.parametrize(("value", "fault"), [
    ("+1234567", None), ("+123456789012345", None), ("+1 (234) 567-89", None),
    ("1234567", "is not a valid international phone number (must start with +)"),
    ("", "is not a valid international phone number (must start with +)"),
    (" +1234567", "is not a valid international phone number (must start with +)"),
    ("+", "has 0 digits (expected 7-15 for international format)"),
    ("+123456", "has 6 digits (expected 7-15 for international format)"),
    ("+1234567890123456", "has 16 digits (expected 7-15 for international format)"),
    ("+1234567x", "is not a valid international phone number (only digits, blanks, '-', '(' and ')' "
                  "may follow the +)"),
    ("+1234567\0", "is not a valid international phone number (only digits, blanks, '-', '(' and ')' "
                   "may follow the +)"),
    ("+1234.567", "is not a valid international phone number (only digits, blanks, '-', '(' and ')' "
                  "may follow the +)"),
])
def test_phones(value, fault):
    assert message(PhoneValidator(), value) == (fault and f"'{value}' {fault}")


@pytest.mark.parametrize(("value", "fault"), [
    ("http://a", None), ("https://a/b?c#d", None), ("http://u:p@h:80/", None), ("http://[::1]:8", None),
    ("https://é", None),
    ("http://", "has no host after the scheme"), ("https:///x", "has no host after the scheme"),
    ("http://?x", "has no host after the scheme"), ("http://:80", "has no host after the scheme"),
    ("http://u@", "has no host after the scheme"), ("http://#", "has no host after the scheme"),
    ("http://a b", "has a blank in its host"), ("http://a\0b", "has a blank in its host"),
    ("HTTP://a", "is missing a URL scheme (http:// or https://)"),
    ("ftp://a", "is missing a URL scheme (http:// or https://)"),
    ("http:/a", "is missing a URL scheme (http:// or https://)"),
    ("", "is missing a URL scheme (http:// or https://)"),
])
def test_urls(value, fault):
    assert message(UrlValidator(), value) == (fault and f"'{value}' {fault}")


@pytest.mark.parametrize(("value", "fault"), [
    (UUID, None), (UUID.upper(), None), ("0" * 8 + "-0000-0000-0000-" + "F" * 12, None),
    ("", "(expected 8-4-4-4-12 format)"), ("x", "(expected 8-4-4-4-12 format)"),
    (UUID.replace("-", ""), "(expected 8-4-4-4-12 format)"),
    ("{" + UUID + "}", "(expected 8-4-4-4-12 hex format)"),
    (UUID[:-1] + "g", "(expected 8-4-4-4-12 hex format)"),
    (UUID[:-1], "(expected 8-4-4-4-12 hex format)"),
    (UUID + "0", "(expected 8-4-4-4-12 hex format)"),
    ("-" * 36, "(expected 8-4-4-4-12 format)"),
])
def test_uuids(value, fault):
    assert message(UuidValidator(), value) == (fault and f"'{value}' is not a valid UUID {fault}")


@pytest.mark.parametrize(("limits", "value", "fault"), [
    ((2, 3), "ab", None), ((2, 3), "äöü", None), ((), "", None), ((0, 0), "", None),
    ((2, None), "a", "length 1 is less than minimum 2"), ((None, 1), "abc", "length 3 exceeds maximum 1"),
    ((2, 3), "äöüß", "length 4 exceeds maximum 3"), ((1, None), "", "length 0 is less than minimum 1"),
])
def test_lengths(limits, value, fault):
    assert message(LengthValidator(*limits), value) == fault


@pytest.mark.parametrize(("limits", "value", "fault"), [
    ((0, 10), 0, None), ((0, 10), 10.0, None), ((), -1e300, None), ((0, 10), True, None),
    ((0, 10), -1, "value -1 is less than minimum 0"), ((0, 10), 11, "value 11 exceeds maximum 10"),
    ((0, 10), 11.5, "value 11.5 exceeds maximum 10"), ((0.5, 2), 0, "value 0 is less than minimum 0.5"),
    ((0, 10), float("nan"), "value is not a finite number"),
    ((), float("inf"), "value is not a finite number"),
    ((), float("-inf"), "value is not a finite number"),
    ((2**53 + 1, None), 2**53, f"value {2**53} is less than minimum {2**53 + 1}"),
    ((None, 5), 2**62, f"value {2**62} exceeds maximum 5"),
])
def test_ranges(limits, value, fault):
    assert message(RangeValidator(*limits), value) == fault


def test_patterns():
    assert message(PatternValidator("a"), "xax") is None  # it only has to occur
    assert message(PatternValidator("^a+$"), "aa") is None
    assert message(PatternValidator("^a+$"), "b") == "'b' does not match pattern '^a+$'"
    assert message(PatternValidator("^a$"), "a\n") == "'a\n' does not match pattern '^a$'"
    assert message(PatternValidator(""), "") is None


def test_a_hostile_pattern_ends():
    start = time.monotonic()
    hostile = PatternValidator(r"^(a|a)*(a|aa)+$")
    try:
        assert hostile.validate("f", "a" * 5000 + "b") is not None
    except RuntimeError as error:
        assert "limit" in str(error) or "backtrack" in str(error)
    layer = ValidationLayer()
    layer.add_rule("M", "f", "pattern", r"^(\w+\s?)*\1$")
    assert layer.validate("M", {"f": "word " * 40 + "!"})[0]["rule"] == "pattern"
    assert time.monotonic() - start < 20


def test_limits_must_make_sense():
    for make in (lambda: LengthValidator(5, 3), lambda: RangeValidator(5, 3)):
        with pytest.raises(ValueError, match="min: 5 is greater than max 3"):
            make()
    with pytest.raises(ValueError, match="max: NaN is no limit"):
        RangeValidator(0, float("nan"))
    with pytest.raises(OverflowError):
        LengthValidator(-1)
    for wrong in ("a", 1.5, [1]):
        with pytest.raises(TypeError):
            LengthValidator(wrong)
    with pytest.raises(TypeError):
        RangeValidator("a")
    with pytest.raises(ValueError, match=r"invalid regular expression: '\(': "):
        PatternValidator("(")
    with pytest.raises(TypeError):
        PatternValidator(5)


@pytest.mark.parametrize("validator", [EmailValidator(), PhoneValidator(), UrlValidator(), UuidValidator(),
                                       LengthValidator(), PatternValidator("a")])
@pytest.mark.parametrize("value", [5, None, b"a", ["a"], {}])
def test_what_is_no_text_is_a_type_error(validator, value):
    with pytest.raises(TypeError, match="value: expected string"):
        validator.validate("f", value)
    with pytest.raises(TypeError, match="field_name: expected string"):
        validator.validate(5, "a")


@pytest.mark.parametrize("value", ["5", None, [5]])
def test_what_is_no_number_is_a_type_error(value):
    with pytest.raises(TypeError, match="value: expected number"):
        RangeValidator(0, 10).validate("f", value)


@given(st.text())
def test_no_text_is_too_odd(text):
    for validator in (EmailValidator(), PhoneValidator(), UrlValidator(), UuidValidator(),
                      LengthValidator(1, 3), PatternValidator("^x$")):
        try:
            found = validator.validate("f", text)
        except ValueError:
            assert any(0xD800 <= ord(character) < 0xE000 for character in text)
            continue
        assert found is None or text in found.message or validator.name == "length"


def test_a_found_fault_is_plain_data():
    fault = FieldValidationError("f", "m", "v")
    assert (fault.field, fault.message, fault.validator) == ("f", "m", "v")
    assert str(fault) == "field 'f': m (v)"
    assert repr(fault) == 'FieldValidationError(field="f", message="m", validator="v")'
    assert repr(FieldValidationError('f"', "m\n", "v")) == (
        'FieldValidationError(field="f\\"", message="m\\n", validator="v")')
    assert not isinstance(fault, BaseException)
    assert fault == FieldValidationError("f", "m", "v") and hash(fault) == hash(copy.copy(fault))
    assert fault.to_dict() == {"field": "f", "message": "m", "validator": "v"}
    with pytest.raises(TypeError):
        FieldValidationError(1, "m", "v")


# ---- two fields ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("comparison", "a", "b", "fits"), [
    ("lt", 1, 2, True), ("lt", 2, 2, False), ("lte", 2, 2.0, True), ("lte", 3, 2, False),
    ("gt", 2.5, 2, True), ("gt", 2, 2, False), ("gte", 2, 2, True), ("gte", 1, 2, False),
    ("eq", 2, 2.0, True), ("eq", 2, 3, False), ("neq", 2, 3, True), ("neq", 2, 2, False),
    ("lt", "2024-01-01", "2024-01-02", True), ("gt", "a", "b", False), ("eq", "a", "a", True),
    ("eq", [1], [1], True), ("eq", {"a": 1}, {"a": 2}, False), ("neq", True, False, True),
    ("eq", "1", 1, False), ("neq", "1", 1, True), ("eq", True, 1, False),
    ("lt", float("nan"), 1, False), ("eq", float("nan"), float("nan"), False),
    ("neq", float("nan"), 1, True), ("gt", 2**53 + 1, float(2**53), True),
    ("lt", None, 1, True), ("eq", 1, None, True),
])
def test_two_fields_relate(comparison, a, b, fits):
    rule = CrossFieldRule("a", "b", comparison, "they do not")
    found = rule.validate({"a": a, "b": b})
    assert found == (None if fits else FieldValidationError("a", "they do not", "cross_field"))
    assert rule.validate({}) is None and rule.validate({"a": a}) is None
    layer = ValidationLayer()
    layer.add_cross_field_rule("M", rule)
    expected = [] if fits else [{"field": "a", "rule": "cross_field", "message": "they do not"}]
    assert layer.validate("M", {"a": a, "b": b}) == expected


def test_what_has_no_order_is_a_fault():
    rule = CrossFieldRule("a", "b", "lt", "m")
    found = rule.validate({"a": "x", "b": 1})
    assert found.message == "rule 'cross_field' cannot be evaluated: cannot compare string with integer"
    assert rule.validate({"a": True, "b": 2}).message.endswith("cannot compare bool with integer")
    with pytest.raises(TypeError):
        rule.validate([])


def test_a_rule_for_two_fields_is_data():
    rule = CrossFieldRule("start", "end", "lt", 'start "before" end')
    assert (rule.field_a, rule.field_b, rule.comparison, rule.message) == (
        "start", "end", "lt", 'start "before" end')
    assert repr(CrossFieldRule("a", "b", "lt", "m")) == 'CrossFieldRule(a lt b, message="m")'
    assert rule == pickle.loads(pickle.dumps(rule))
    for wrong in ("zz", "", "LT", "<"):
        with pytest.raises(ValueError, match="comparison: expected one of: lt, lte, gt, gte, eq, neq"):
            CrossFieldRule("a", "b", wrong, "m")


# ---- the layer -----------------------------------------------------------------------------------


@pytest.fixture
def layer():
    made = ValidationLayer()
    made.add_rule("M", "a", "min_length", 2)
    made.add_rule("M", "c", "one_of", ["x", "y"])
    made.add_rule("M", "a", "max_length", 4)
    made.add_rule("M", "b", "range", [0, 10])
    made.add_rule("M", "a", "pattern", "^[a-z]+$")
    return made


def faults(layer, data):
    return [(found["field"], found["rule"], found["message"]) for found in layer.validate("M", data)]


def test_rules_find_what_is_wrong(layer):
    assert repr(layer) == "ValidationLayer()"
    assert layer.has_rules("M") and not layer.has_rules("N")
    assert (layer.rule_count("M"), layer.rule_count("N")) == (5, 0)
    assert faults(layer, {"a": "abc", "b": 5, "c": "x"}) == []
    assert faults(layer, {"a": "a"}) == [("a", "min_length", "value length 1 is less than minimum 2")]
    assert faults(layer, {"a": "ABCDE"}) == [
        ("a", "max_length", "value length 5 exceeds maximum 4"),
        ("a", "pattern", "value 'ABCDE' does not match pattern '^[a-z]+$'")]
    assert faults(layer, {"b": 11, "c": "z"}) == [
        ("c", "one_of", "value 'z' is not one of: [x, y]"),  # in the order of the rules
        ("b", "range", "value 11 is outside range [0, 10]")]
    assert layer.validate("N", {"a": 5}) == []


@pytest.mark.parametrize("data", [{}, {"a": None, "b": None, "c": None}, {"z": 1}])
def test_what_is_absent_is_not_checked(layer, data):
    assert faults(layer, data) == []


@pytest.mark.parametrize(("data", "fault"), [
    ({"b": "11"}, ("b", "range", "rule 'range' cannot be evaluated: expected a number, got string")),
    ({"b": True}, ("b", "range", "rule 'range' cannot be evaluated: expected a number, got boolean")),
    ({"b": [1]}, ("b", "range", "rule 'range' cannot be evaluated: expected a number, got array")),
    ({"c": 5}, ("c", "one_of", "rule 'one_of' cannot be evaluated: expected a string, got integer")),
    ({"c": {}}, ("c", "one_of", "rule 'one_of' cannot be evaluated: expected a string, got object")),
    ({"c": b"x"}, ("c", "one_of", "rule 'one_of' cannot be evaluated: expected a string, got bytes")),
    ({"c": 1.5}, ("c", "one_of", "rule 'one_of' cannot be evaluated: expected a string, got float")),
    ({"b": float("nan")}, ("b", "range", "value NaN is outside range [0, 10]")),
    ({"b": float("inf")}, ("b", "range", "value inf is outside range [0, 10]")),
    ({"b": 10.5}, ("b", "range", "value 10.5 is outside range [0, 10]")),
])
def test_values_of_the_wrong_kind(layer, data, fault):
    assert faults(layer, data) == [fault]


def test_lengths_count_characters(layer):
    assert faults(layer, {"a": "äöüß"})[0][1] == "pattern"
    assert faults(layer, {"a": "ä"})[0][2] == "value length 1 is less than minimum 2"


@pytest.mark.parametrize(("rule", "value", "error", "message"), [
    ("range", (0, 10), TypeError, "tuple"),
    ("range", 5, TypeError, "range rule value must be a list [min, max]"),
    ("range", [0], ValueError, "range rule value must be a list [min, max] with exactly 2 elements"),
    ("range", [0, 1, 2], ValueError, "with exactly 2 elements"),
    ("range", [0, "a"], TypeError, "value[1]: expected number, got string"),
    ("range", [True, 2], TypeError, "value[0]: expected number, got bool"),
    ("range", [10, 0], ValueError, "min is greater than max"),
    ("range", [0, float("nan")], ValueError, "value[1]: NaN is no limit"),
    ("one_of", "x", TypeError, "one_of rule value must be a list of strings"),
    ("one_of", ["x", 1], TypeError, "one_of rule value must be a list of strings"),
    ("min_length", -1, OverflowError, "value: expected non-negative integer, got -1"),
    ("max_length", "a", TypeError, "value: expected non-negative integer"),
    ("min_length", 1.5, TypeError, "value: expected non-negative integer"),
    ("min_length", True, TypeError, "value: expected non-negative integer, got bool"),
    ("pattern", "(", ValueError, "invalid regular expression: '(': "),
    ("pattern", 5, TypeError, "pattern rule value must be a string, got integer"),
    ("zzz", 5, ValueError, "unknown rule type: 'zzz'. Valid types: min_length, max_length, pattern, "
                           "range, one_of"),
    ("Min_Length", 5, ValueError, "unknown rule type: 'Min_Length'"),
    ("custom", 5, ValueError, "unknown rule type: 'custom'"),
])
def test_wrong_rules_are_refused(rule, value, error, message):
    layer = ValidationLayer()
    with pytest.raises(error) as caught:
        layer.add_rule("M", "a", rule, value)
    assert message in str(caught.value)
    assert layer.rule_count("M") == 0


def test_data_must_be_a_dict_of_values(layer):
    for wrong in ([], None, "a"):
        with pytest.raises(TypeError, match="data: expected object"):
            layer.validate("M", wrong)
    with pytest.raises(TypeError, match="cannot convert Python type 'object'"):
        layer.validate("M", {"a": object()})


class MyError(Exception):
    pass


def test_functions_as_rules():
    def fail(error):
        raise error

    layer = ValidationLayer()
    layer.add_custom_rule("M", "c", lambda value: fail(TypeError("boo")))
    layer.add_custom_rule("M", "c", lambda value: value > 3, "too small")
    layer.add_custom_rule("M", "c", lambda value: value > 3)
    for result in (1, None, "yes", [], {}, 1.5, b""):
        layer.add_custom_rule("M", "c", lambda value, result=result: result)
    layer.add_custom_rule("M", "c", lambda value: fail(MyError("mine")))
    layer.add_custom_rule("M", "c", lambda: True)
    found = layer.validate("M", {"c": 2})
    assert {fault["rule"] for fault in found} == {"custom"}
    messages = [fault["message"] for fault in found]
    assert messages[:10] == [
        "custom rule on 'c' raised: TypeError: boo", "too small", "custom validation failed",
        *(f"custom rule on 'c' returned {name}, expected bool"
          for name in ("int", "NoneType", "str", "list", "dict", "float", "bytes"))]
    assert messages[10] == "custom rule on 'c' raised: MyError: mine"
    assert messages[11].startswith("custom rule on 'c' raised: TypeError: ")
    assert layer.validate("M", {"c": None}) == layer.validate("M", {}) == []
    with pytest.raises(TypeError, match="callable: expected callable, got int"):
        layer.add_custom_rule("M", "c", 5)


def test_functions_may_be_coroutines_and_see_any_value():
    async def is_list(value):
        return isinstance(value, list)

    layer = ValidationLayer()
    layer.add_custom_rule("M", "c", is_list, "no list")
    assert layer.validate("M", {"c": [1]}) == []
    assert layer.validate("M", {"c": {"a": 1}}) == [{"field": "c", "rule": "custom", "message": "no list"}]


def test_an_interrupt_passes():
    def interrupt(value):
        raise KeyboardInterrupt

    layer = ValidationLayer()
    layer.add_custom_rule("M", "c", interrupt)
    with pytest.raises(KeyboardInterrupt):
        layer.validate("M", {"c": 1})


def test_a_function_may_add_rules():
    layer = ValidationLayer()

    def add(value):
        layer.add_rule("M", "c", "min_length", 99)
        return True

    layer.add_custom_rule("M", "c", add)
    assert layer.validate("M", {"c": "x"}) == []
    assert layer.validate("M", {"c": "x"})[0]["rule"] == "min_length"


def test_a_circle_through_a_layer_ends():
    class Owner:
        pass

    owner = Owner()
    owner.layer = ValidationLayer()
    owner.layer.add_custom_rule("M", "a", lambda value: owner is not None)
    gone = weakref.ref(owner)
    del owner
    gc.collect()
    assert gone() is None


def test_threads_share_a_layer():
    layer, wrong = ValidationLayer(), []

    def work(number):
        for i in range(200):
            layer.add_rule("M", f"f{number}", "max_length", 1000 - i)
            if layer.validate("M", {f"f{number}": "x" * 10}):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [] and layer.rule_count("M") == 800
