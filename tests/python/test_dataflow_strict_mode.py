"""StrictMode: records against what their model declares."""

import datetime
import uuid

import pytest

import kailash
from kailash.dataflow import StrictMode

PREFIX = "strict validation failed: query build error: strict mode validation failed: "


@pytest.fixture
def model():
    types = kailash.FieldType
    made = kailash.ModelDefinition("User", "users")
    made.field("id", types.integer(), primary_key=True)
    made.field("name", types.text(), required=True)
    for name in ("float", "boolean", "timestamp", "json", "uuid", "integer"):
        made.field(f"a_{name}", getattr(types, name)(), nullable=True)
    made.field("city", types.text(), required=True, default_value="Ulm")
    made.auto_timestamps()
    made.soft_delete()
    return made


def fault(call, model, data):
    with pytest.raises(RuntimeError) as caught:
        call(model, data)
    assert str(caught.value).startswith(PREFIX)
    return str(caught.value).removeprefix(PREFIX)


def test_the_flag_is_a_flag():
    assert StrictMode.is_enabled() is False
    StrictMode.enable()
    assert StrictMode.is_enabled() is True
    StrictMode.disable()
    assert StrictMode.is_enabled() is False
    with pytest.raises(TypeError):
        StrictMode()


@pytest.mark.parametrize("data", [
    {"name": "a"}, {"name": None}, {"name": "a", "id": 1}, {"name": "a", "deleted_at": "x"},
    {"name": "a", "a_float": 1, "a_boolean": True, "a_integer": 5}, {"name": "a", "a_float": 1.5},
    {"name": "a", "a_timestamp": datetime.datetime(2024, 1, 1), "a_uuid": uuid.uuid4()},
    {"name": "a", "a_json": {"a": [1]}}, {"name": "a", "a_json": [1]}, {"name": "a", "a_json": "{}"},
    {"name": "a", "a_timestamp": "any text", "a_uuid": "x", "a_integer": None},
])
def test_records_that_fit(model, data):
    assert StrictMode.validate_insert(model, data) is None


@pytest.mark.parametrize(("data", "message"), [
    ({}, "required field 'name' is missing on model 'User'"),
    ({"name": "a", "created_at": "x"},
     "field 'created_at' is auto-managed and cannot be set manually on model 'User'"),
    ({"name": 1}, "type mismatch for field 'name': expected Text, got Integer"),
    ({"name": b"a"}, "type mismatch for field 'name': expected Text, got Bytes"),
    ({"name": [1]}, "type mismatch for field 'name': expected Text, got Array"),
    ({"name": "a", "id": "1"}, "type mismatch for field 'id': expected Integer, got String"),
    ({"name": "a", "a_integer": True}, "type mismatch for field 'a_integer': expected Integer, got Bool"),
    ({"name": "a", "a_integer": 1.5}, "type mismatch for field 'a_integer': expected Integer, got Float"),
    ({"name": "a", "a_float": "1"}, "type mismatch for field 'a_float': expected Float, got String"),
    ({"name": "a", "a_boolean": 1}, "type mismatch for field 'a_boolean': expected Boolean, got Integer"),
    ({"name": "a", "a_timestamp": 1},
     "type mismatch for field 'a_timestamp': expected Timestamp, got Integer"),
    ({"name": "a", "a_uuid": {}}, "type mismatch for field 'a_uuid': expected Uuid, got Object"),
    ({"name": "a", "a_json": 1}, "type mismatch for field 'a_json': expected Json, got Integer"),
    ({"id": "1", "name": 5}, "type mismatch for field 'id': expected Integer, got String; "
                             "type mismatch for field 'name': expected Text, got Integer"),
])
def test_records_that_do_not_fit(model, data, message):
    assert fault(StrictMode.validate_insert, model, data) == message


def test_unknown_fields_are_told_by_their_fingerprint(model):
    for call in (StrictMode.validate_insert, StrictMode.validate_update):
        told = fault(call, model, {"name": "a", "a secret": 1})
        assert told == "unknown field (len=8+h=984ca516) on model 'User' (table 'users')"


@pytest.mark.parametrize(("data", "message"), [
    ({"id": 1}, "cannot modify primary key field 'id' on model 'User'"),
    ({"updated_at": "x"}, "cannot modify auto-managed field 'updated_at' on model 'User'"),
    ({"name": 1}, "type mismatch for field 'name': expected Text, got Integer"),
])
def test_updates_that_do_not_fit(model, data, message):
    assert fault(StrictMode.validate_update, model, data) == message


def test_updates_that_fit(model):
    for data in ({}, {"name": None}, {"name": "b", "a_float": 2}, {"deleted_at": None}):
        assert StrictMode.validate_update(model, data) is None


def test_what_is_no_model_and_no_record(model):
    for call in (StrictMode.validate_insert, StrictMode.validate_update):
        with pytest.raises(TypeError, match="model: expected ModelDefinition"):
            call(5, {})
        with pytest.raises(TypeError, match="data: expected object"):
            call(model, [])
    assert StrictMode.validate_insert(kailash.ModelDefinition("E", "e"), {}) is None
