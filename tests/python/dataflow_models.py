"""Models that the tests of DataFlow share."""

from kailash import FieldType, ModelDefinition

WHOLE, REAL, TEXT = FieldType.integer(), FieldType.float(), FieldType.text()
BOOLEAN, TIMESTAMP, JSON, UUID = FieldType.boolean(), FieldType.timestamp(), FieldType.json(), FieldType.uuid()


def model(name, table=None, *fields, key=("id", WHOLE), **of_fields):
    """model("Person", "people", ("name", TEXT, {"required": True}), ...)"""
    made = ModelDefinition(name, table or name.lower() + "s")
    made.field(key[0], key[1], primary_key=True)
    for field_name, kind, *options in fields:
        made.field(field_name, kind, **(options[0] if options else {}))
    return made


def person(name="Person", table="people"):
    return model(name, table, ("name", TEXT, {"required": True}), ("age", WHOLE, {"nullable": True}),
                 ("score", REAL, {"nullable": True}), ("active", BOOLEAN, {"nullable": True}),
                 ("extra", JSON, {"nullable": True}))


def without_times(row):
    return {key: value for key, value in row.items() if key not in ("created_at", "updated_at")}


def refusal(error, call, *args, **named):
    """The message with which a call raises exactly this class."""
    try:
        result = call(*args, **named)
    except Exception as raised:
        assert type(raised) is error, (type(raised), raised)
        refusal.last = raised
        return str(raised)
    raise AssertionError(f"expected {error.__name__}, got {result!r}")


def fingerprint(text):
    import hashlib

    data = text.encode()
    return f"len={len(data)}+h={hashlib.sha256(data).hexdigest()[:8]}"


