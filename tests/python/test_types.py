"""What every class made of a table can do."""

import copy
import inspect
import pickle
import pydoc
import weakref

import pytest

import kailash
from kailash import _kailash

CATALOG = [entry for entry in _kailash._describe() if entry["kind"] != "function"]
CLASSES = [entry for entry in CATALOG if entry["kind"] != "exception"]


def class_of(entry):
    return _kailash._find(entry["module"], entry["name"])


def by_name(entry):
    return entry["name"]


@pytest.mark.parametrize("entry", CLASSES, ids=by_name)
def test_signatures_are_those_of_the_tables(entry):
    python = class_of(entry)
    if not entry["constructible"]:
        with pytest.raises(TypeError, match="cannot create"):
            python()
        return
    shown = list(inspect.signature(python).parameters.values())
    assert [parameter.name for parameter in shown] == [param["name"] for param in entry["params"]]
    for parameter, param in zip(shown, entry["params"], strict=True):
        if param["required"]:
            assert parameter.default is parameter.empty
        else:
            assert parameter.default == param["default"]
        assert (parameter.kind is parameter.KEYWORD_ONLY) == param["keyword_only"]


@pytest.mark.parametrize("entry", CLASSES, ids=by_name)
def test_methods_are_those_of_the_tables(entry):
    python = class_of(entry)
    for method in entry["methods"]:
        found = inspect.getattr_static(python, method["name"])
        if method["property"]:
            assert inspect.isgetsetdescriptor(found)
            continue
        function = getattr(python, method["name"])
        names = list(inspect.signature(function).parameters)
        expected = [param["name"] for param in method["params"]]
        if method["name"] in ("__exit__", "__aexit__"):
            expected = ["exc_type", "exc_value", "traceback"]  # of which it learns at most whether there are
        assert names == (expected if method["static"] else ["self", *expected])
        assert method["doc"] in inspect.getdoc(function)
        assert function.__name__ == method["name"]
    assert entry["doc"] in pydoc.render_doc(python, renderer=pydoc.plaintext)


@pytest.mark.parametrize("entry", CLASSES, ids=by_name)
def test_classes_are_final(entry):
    is_base = any(entry["name"] in other["bases"] for other in CLASSES)
    if not entry["subclassable"] and not is_base:
        with pytest.raises(TypeError, match="not an acceptable base type"):
            type("Sub", (class_of(entry),), {})


@pytest.mark.parametrize("entry", [e for e in CATALOG if e["kind"] == "exception"], ids=by_name)
def test_exceptions_have_their_bases_and_attributes(entry):
    python = class_of(entry)
    assert [base.__name__ for base in python.__bases__] == entry["bases"]
    error = python("text")
    assert str(error) == "text"
    for field in entry["fields"]:
        assert getattr(error, field["name"]) is None


def wrong_values(param):
    """Values that the table of a parameter does not allow, with the error each must raise."""
    kind = param["kind"]
    if kind in ("int", "count"):
        yield 1.5, TypeError
        yield "1", TypeError
        yield 2**70, OverflowError
        if kind == "count":
            yield -1, OverflowError
    if kind in ("duration", "float"):
        yield "1", TypeError
    if kind == "duration":
        yield -1, ValueError
        yield float("nan"), ValueError
        yield float("inf"), ValueError
    if kind == "enum":
        yield "no such word", ValueError
        yield 5, TypeError
    if kind == "bool":
        yield 1, TypeError
    if kind == "string":
        yield 5, TypeError
    if kind == "map":
        yield [], TypeError
    if kind == "array" and not param["tuple"]:
        yield (), TypeError
    if kind not in ("any", "callable"):
        yield object(), TypeError
    if not param["optional"] and kind != "any":
        yield None, TypeError


BAD = [
    pytest.param(entry, param["name"], value, error, id=f"{entry['name']}-{param['name']}-{value!r:.20}")
    for entry in CLASSES
    if entry["constructible"] and not any(param["required"] for param in entry["params"])
    for param in entry["params"]
    for value, error in wrong_values(param)
]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("entry", "name", "value", "error"), BAD)
def test_bad_arguments_are_refused_by_name(entry, name, value, error):
    with pytest.raises(error) as caught:
        class_of(entry)(**{name: value})
    if error is not OverflowError or isinstance(value, int) and abs(value) < 2**63:
        assert name in str(caught.value)


@pytest.mark.parametrize("entry", [e for e in CLASSES if e["constructible"]], ids=by_name)
def test_argument_lists_are_checked(entry):
    python = class_of(entry)
    with pytest.raises(TypeError, match="unexpected keyword argument 'zz'"):
        python(zz=1)
    with pytest.raises(TypeError):
        python(*range(65))


RECORDS = [
    kailash.RetryPolicy(max_retries=7, backoff="fixed"),
    kailash.ExecuteOpts(1, 2.5),
    kailash.CircuitBreakerConfig(failure_threshold=3),
    _kailash.VersionKey("name", "1.2.3"),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_records_are_values(record):
    assert record == copy.copy(record) == copy.deepcopy(record) == pickle.loads(pickle.dumps(record))
    assert hash(record) == hash(pickle.loads(pickle.dumps(record)))
    assert record != type(record).__name__
    assert not (record == 5)
    assert len({record, copy.deepcopy(record)}) == 1
    assert repr(record).startswith(type(record).__name__ + "(")
    for name in [n for n in dir(record) if not n.startswith("_") and not callable(getattr(record, n))]:
        with pytest.raises(AttributeError):
            setattr(record, name, getattr(record, name))
    if hasattr(record, "to_dict"):
        assert type(record).from_dict(record.to_dict()) == record
        assert type(record).from_json(record.to_json()) == record
        with pytest.raises((TypeError, ValueError), match="zz"):
            type(record).from_dict({**record.to_dict(), "zz": 1})


def test_records_without_order_refuse_it():
    with pytest.raises(TypeError):
        kailash.RetryPolicy() < kailash.RetryPolicy()


def test_handles_are_identities(engine):
    e = engine()
    for handle in (e.registry, e.runtime, kailash.WorkflowBuilder(), e.build({"a": "NoOpNode"})):
        assert handle == handle
        assert handle != type(handle)
        assert hash(handle) == hash(handle)
        assert weakref.ref(handle)() is handle
        for duplicate in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError):
                duplicate(handle)
        with pytest.raises(AttributeError):
            handle.something_new = 1


def test_an_object_keeps_its_identity(engine):
    runtime = engine().runtime
    assert runtime.registry is runtime.registry
    assert runtime.metrics() is runtime.metrics()


def test_settable_fields():
    config = kailash.RuntimeConfig()
    config.debug = True
    config.max_concurrent_nodes = 7
    assert (config.debug, config.max_concurrent_nodes) == (True, 7)
    config.max_concurrent_nodes = 0
    assert config.max_concurrent_nodes >= 1
    for bad in (-1, "1", None):
        with pytest.raises((TypeError, OverflowError), match="max_concurrent_nodes"):
            config.max_concurrent_nodes = bad
    with pytest.raises(AttributeError):
        config.node_timeout = 5
    with pytest.raises(AttributeError):
        del config.debug
    with pytest.raises(TypeError):
        hash(config)


def test_deprecated_fields_warn():
    with pytest.warns(DeprecationWarning, match="enable_audit"):
        config = kailash.RuntimeConfig(enable_audit=True)
    with pytest.warns(DeprecationWarning, match="enable_audit"):
        assert config.enable_audit is True
    with pytest.warns(DeprecationWarning, match="connection_validation"):
        config.connection_validation = "off"
    with pytest.warns(DeprecationWarning):
        assert kailash.RuntimeConfig().connection_validation == "strict"


def test_a_runtime_takes_a_snapshot(engine):
    config = kailash.RuntimeConfig(max_concurrent_nodes=3)
    runtime = kailash.Runtime(kailash.NodeRegistry(), config)
    config.max_concurrent_nodes = 9
    assert repr(runtime) == "Runtime(debug=false, max_concurrent=3)"


def test_reprs():
    assert repr(kailash.RuntimeConfig(max_concurrent_nodes=2)) == (
        "RuntimeConfig(debug=false, max_concurrent_nodes=2, enable_cycles=false)"
    )
    assert repr(kailash.RetryPolicy()).startswith("RetryPolicy(max_retries=3, backoff=exponential")
    assert repr(_kailash.VersionKey("ü" * 200, "1")).count("ü") <= 200


def test_methods_are_methods():
    execute = kailash.Runtime.execute
    assert inspect.isroutine(execute)
    assert execute.__qualname__ == "Runtime.execute"
    assert execute.__module__ == "kailash"
    with pytest.raises(TypeError, match="needs a Runtime"):
        execute(5)
    with pytest.raises(TypeError, match="missing required argument: 'workflow'"):
        kailash.Runtime(kailash.NodeRegistry()).execute()


def test_the_module_is_lazy_and_complete():
    assert set(kailash.__all__) <= set(dir(kailash))
    for name in kailash.__all__:
        assert getattr(kailash, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'NoSuchThing'"):
        kailash.NoSuchThing
    with pytest.raises(ImportError):
        from kailash import NoSuchThing  # noqa: F401
