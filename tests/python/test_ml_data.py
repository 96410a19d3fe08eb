"""Data and objects on their way into the library and back: native/data_types.c tells what reached it."""

import array
import collections
import gc
import subprocess
import sys
import threading
import traceback
import warnings
import weakref

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kailash import _kailash


@pytest.fixture(scope="module")
def data(data_types):
    return data_types.Data


@pytest.fixture(scope="module")
def learner(data_types):
    return data_types.Learner


def scipy_sparse():
    return pytest.importorskip("scipy.sparse")


def pandas():
    return pytest.importorskip("pandas")


def polars():
    return pytest.importorskip("polars")


# ---- numpy's arrays ------------------------------------------------------------------------------


@pytest.mark.parametrize("given_array, kind", [
    (np.zeros((2, 3)), "float64 2"), (np.zeros((2, 3), "f4", order="F"), "float32 2"),
    (np.zeros(3, "f2"), "float32 1"), (np.zeros(3, ">i4"), "int32 1"), (np.zeros(3, ">f8"), "float64 1"),
    (np.zeros(3, bool), "bool 1"), (np.zeros((2, 2), "g"), "float64 2"), (np.zeros(6)[::2], "float64 1"),
    (np.zeros((3, 4))[::-1, ::2], "float64 2"), (np.zeros((0, 4)), "float64 2"),
    (np.array(3.0), "float64 0"), (np.zeros((2, 2, 2)), "float64 3"),
    (np.array(["a", "b"]), "array"), (np.array(["a", None], dtype=object), "array"),
    (np.array([1, 2.5], dtype=object), "float64 1"), (np.array([[1, 2]], dtype=object), "int64 2"),
    (np.array(["2026-01-01"], "M8[D]"), "array"), (np.array([b"x"]), "array"),
    (np.frombuffer(b"\0" * 17, np.uint8)[1:].view("f8"), "float64 1"),
    (np.ma.masked_array([1, 2], [True, False]), "float64 1"),
])
def test_arrays_arrive(data, given_array, kind):
    assert data.kind(given_array) == kind


def test_what_is_no_array_of_numbers_is_named(data):
    for bad in (np.zeros(2, complex), np.zeros(2, "V4"), np.zeros(2, [("a", "f8")])):
        with pytest.raises(ValueError, match="x: expected numbers or texts"):
            data.kind(bad)
    for bad in (object(), int, len, lambda: 0, Ellipsis, {1, 2}):
        with pytest.raises(TypeError, match="x: expected an array, a table or a list, got"):
            data.kind(bad)


def test_an_array_comes_back_as_itself(data):
    for one in (np.arange(6.0).reshape(2, 3), np.zeros(3, "i2"), np.zeros(6)[::2], np.zeros((2, 2), order="F")):
        assert data.echo(one) is one
        assert data.foreign([one])[0] is one
        assert data.foreign({"a": (one,)}) == {"a": (one,)}
    read_only = np.arange(3.0)
    read_only.flags.writeable = False
    assert data.echo(read_only) is read_only


def test_memory_is_shared(data):
    memory = array.array("d", [1, 2, 3])
    seen = data.echo(memory)
    memory[0] = 9
    assert isinstance(seen, np.ndarray) and seen.tolist() == [9, 2, 3]
    assert data.kind(memoryview(b"abc")) == "uint8 1" and data.kind(bytearray(b"ab")) == "uint8 1"
    assert data.echo(b"ab") == b"ab"
    with pytest.raises(ValueError):
        data.echo(np.zeros((1,) * 33))


@given(arrays.arrays(st.sampled_from(["f8", "f4", "f2", "i1", "i8", "u8", "?", ">f4", ">u2"]),
                     arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)))
def test_arrays_round_trip(data_types, one):
    for way in (data_types.Data.echo, data_types.Data.foreign):
        back = way(one)
        assert back.shape == one.shape
        np.testing.assert_array_equal(back, one)
    np.testing.assert_array_equal(np.asarray(data_types.Data.raw(one)), one)


def test_masked_numbers_are_nan(data):
    np.testing.assert_array_equal(data.echo(np.ma.masked_array([1, 2], [True, False])), [np.nan, 2])


@pytest.mark.parametrize("scalar, plain", [
    (np.float32(2), 2.0), (np.float64(2.5), 2.5), (np.int64(3), 3), (np.uint8(3), 3), (np.bool_(True), True),
    (np.longdouble(1.5), 1.5), (np.str_("a"), "a"), (np.datetime64("2026-01-01"), "2026-01-01"),
])
def test_scalars_are_plain(data, scalar, plain):
    for way in (data.echo, data.foreign, lambda x: data.foreign([x])[0], lambda x: data.echo(["", x])[1]):
        assert way(scalar) == plain and type(way(scalar)) is type(plain)


# ---- lists ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("items, kind", [
    ([1, 2], "int64 1"), ([1, 2.5], "float64 1"), ([True, False], "bool 1"), ([True, 2], "int64 1"),
    (((1, 2), (3, 4)), "int64 2"), ([[[1.0]]], "float64 3"), ([], "float64 1"), ([[]], "float64 2"),
    ([2**70, 1], "float64 1"), ([np.float32(1), 2], "float64 1"), ([np.int8(1), np.bool_(1)], "int64 1"),
    (range(3), "int64 1"), (collections.deque([1.5]), "float64 1"), ((n for n in (1, 2)), "int64 1"),
    (["a", "b"], "array"), ([1, None], "array"), ([["a"], ["b", "c"]], "array"), ([[1, "a"]], "array"),
    ([np.zeros(2), np.ones(2)], "float64 2"),
])
def test_lists_arrive(data, items, kind):
    assert data.kind(items) == kind


@pytest.mark.parametrize("items, message", [
    ([[1, 2], [3]], r"x\[1\]: expected 2 items as in those before it, got 1"),
    ([[1, 2], 3], r"x\[1\]: expected a list of 2 items as before it, got int"),
    ([1, [2]], r"x\[1\]: expected a number as before it, got a list"),
    ([[[1], [2]], [[3], [4, 5]]], r"x\[1\]\[1\]: expected 1 items"),
    ([np.zeros(2), np.ones(3)], "inhomogeneous"),
])
def test_ragged_lists_are_refused_with_their_place(data, items, message):
    with pytest.raises(ValueError, match=message):
        data.kind(items)


def test_a_list_within_itself_ends(data):
    items = []
    items.append(items)
    with pytest.raises(ValueError, match="deeper than 32 levels"):
        data.kind(items)


numbers = st.one_of(st.booleans(), st.integers(-2**63, 2**63 - 1), st.floats(allow_nan=False))


@given(st.integers(1, 4), st.data())
def test_lists_of_numbers_are_as_numpy_reads_them(data_types, width, draw):
    rows = draw.draw(st.lists(st.lists(numbers, min_size=width, max_size=width), min_size=1, max_size=5))
    got, wanted = data_types.Data.echo(rows), np.asarray(rows)
    np.testing.assert_array_equal(got, wanted)
    assert got.dtype.kind == wanted.dtype.kind


@given(st.recursive(st.one_of(st.none(), st.integers(-9, 9), st.text(max_size=3), st.floats(allow_nan=False)),
                    lambda of: st.one_of(st.lists(of, max_size=4), st.lists(of, max_size=4).map(tuple),
                                         st.dictionaries(st.text(max_size=2), of, max_size=3),
                                         st.dictionaries(st.integers(0, 9), of, max_size=3)), max_leaves=20))
def test_values_for_objects_round_trip(data_types, value):
    """Tuples stay tuples, and keys of dicts what they are."""
    back = data_types.Data.foreign(value)
    assert back == value and repr(back) == repr(value)


# ---- tables --------------------------------------------------------------------------------------


def test_tables_of_pandas(data):
    pd = pandas()
    frame = pd.DataFrame({"a": [1, 2], "b": [3.5, 4]})
    assert data.kind(frame) == "frame 2x2 matrix" and data.echo(frame) is frame
    assert data.parts(frame)["names"] == ["a", "b"]
    np.testing.assert_array_equal(data.parts(frame)["matrix"], frame.to_numpy())
    same = pd.DataFrame(np.arange(6.0).reshape(3, 2), columns=["a", "b"])
    parts = data.parts(same)
    np.testing.assert_array_equal(parts["columns"][1], [1, 3, 5])
    assert np.shares_memory(parts["columns"][1], parts["matrix"])
    mixed = pd.DataFrame({"n": [1, 2], "t": ["x", None], "c": pd.Categorical([5, 6])})
    assert data.kind(mixed) == "frame 2x3"
    columns = data.parts(mixed)["columns"]
    assert columns[1][0] == "x" and columns[1][1] != columns[1][1] or columns[1][1] is None
    assert columns[2] == [5, 6]


def test_nullable_columns_of_pandas(data):
    pd = pandas()
    frame = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": pd.array([True, None], dtype="boolean")})
    np.testing.assert_array_equal(data.parts(frame)["matrix"], [[1, 1], [np.nan, np.nan]])
    objects = pd.DataFrame({"a": pd.Series([pd.NA, "x", pd.NaT], dtype=object)})
    assert data.parts(objects)["columns"] == [[None, "x", None]]


def test_names_of_columns(data):
    pd = pandas()
    assert data.kind(pd.DataFrame(np.zeros((2, 2)))) == "float64 2"
    assert data.parts(pd.DataFrame({0: ["x"], 1: [2]}))["names"] == ["0", "1"]
    with pytest.raises(TypeError, match="x: names of columns must be all texts or none"):
        data.kind(pd.DataFrame({"a": [1], 2: [3]}))
    twice = pd.DataFrame([[1, "x"]], columns=["a", "a"])
    assert data.parts(twice)["columns"][1] == ["x"]


def test_columns_alone(data):
    pd = pandas()
    assert data.kind(pd.Series([1, 2])) == data.kind(pd.Index([1, 2])) == "int64 1"
    assert data.echo(pd.Series(["a", "b"])) == ["a", "b"]
    assert data.echo(pd.Series([1, 2], dtype="category")) == [1, 2]
    assert data.kind(pd.Series([1.5, None])) == "float64 1"
    assert data.kind(pd.Series([1, 2.5], dtype=object)) == "float64 1"


def test_tables_of_polars(data):
    pl = polars()
    assert data.kind(pl.DataFrame({"a": [1, 2], "b": [3.5, 4]})) == "frame 2x2 matrix"
    holes = data.parts(pl.DataFrame({"a": [1, None], "b": [3.5, 4], "c": [True, False]}))
    np.testing.assert_array_equal(holes["matrix"], [[1, 3.5, 1], [np.nan, 4, 0]])
    mixed = pl.DataFrame({"a": [1, 2], "t": ["x", None], "c": pl.Series(["u", "v"], dtype=pl.Categorical)})
    assert data.parts(mixed)["columns"][1:] == [["x", None], ["u", "v"]]
    assert data.echo(pl.Series(["a"])) == ["a"] and data.kind(pl.Series([1.5])) == "float64 1"


def test_tables_of_pyarrow(data):
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"a": [1, None], "t": ["x", None]})
    parts = data.parts(table)
    np.testing.assert_array_equal(parts["columns"][0], [1, np.nan])
    assert parts["columns"][1] == ["x", None] and data.echo(table) is table


class Arrowed:
    """Nothing but the stream of a table."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


def test_anything_with_a_stream_of_arrow(data):
    pl = polars()
    assert data.kind(Arrowed(pl.DataFrame({"a": [1, 2]}))) == "frame 2x1 matrix"


class Arrayed:
    def __array__(self, dtype=None, copy=None):
        return np.arange(3.0)


def test_anything_that_is_an_array_when_asked(data):
    assert data.echo(Arrayed()).tolist() == [0, 1, 2]


# ---- sparse matrices -----------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "bsr", "dia", "lil", "dok"])
def test_sparse_matrices_of_any_form(data, form):
    sparse = scipy_sparse()
    dense = np.array([[0, 1.5, 0], [2, 0, 3]])
    for made in (sparse.csr_matrix(dense).asformat(form), sparse.csr_array(dense).asformat(form)):
        back = data.echo(made)
        assert isinstance(back, sparse.csr_matrix) and data.kind(made) == "sparse 2x3"
        np.testing.assert_array_equal(back.toarray(), dense)


def test_what_stands_twice_is_added_and_the_input_stays(data):
    sparse = scipy_sparse()
    odd = sparse.csr_matrix((np.array([1, 2, 4], "f4"), np.array([2, 0, 2]), np.array([0, 3])), shape=(1, 3))
    back = data.echo(odd)
    assert back.toarray().tolist() == [[2, 0, 5]] and odd.indices.tolist() == [2, 0, 2]
    with pytest.raises(ValueError, match="x: expected real numbers"):
        data.echo(sparse.csr_matrix([[1j]]))


def test_our_own_sparse_matrix(data):
    ours = _kailash.SparseMatrix([1, 2.5], np.array([0, 2], "i4"), [0, 1, 2], (2, 3))
    assert data.raw(ours) is ours and ours.shape == (2, 3) and ours.nnz == 2
    assert ours.toarray().tolist() == [[1, 0, 0], [0, 0, 2.5]]
    assert repr(ours) == "SparseMatrix(shape=[2, 3], nnz=2)"
    assert _kailash.SparseMatrix([], [], [0, 0], (1, 0)).toarray().shape == (1, 0)


@pytest.mark.parametrize("arguments, message", [
    (([1], [3], [0, 1], (1, 3)), r"indices\[0\]: no column 3 of 3"),
    (([1, 2], [1, 1], [0, 2], (1, 3)), "stands behind"),
    (([1], [0], [0, 1], (2, 3)), "one item more than the 2 rows"),
    (([1], [0], [1, 1], (1, 3)), "from 0 to 1"),
    (([1], [0, 1], [0, 1], (1, 3)), "indices: expected 1 items"),
    (([1], [0], [0, 1], (1,)), "two numbers"),
    (([1, 1], [0, 0], [0, 2, 1, 2], (3, 3)), r"indptr\[2\]"),
])
def test_parts_that_do_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        _kailash.SparseMatrix(*arguments)


def test_indices_are_integers():
    with pytest.raises(TypeError, match="indices: expected integers, got float64"):
        _kailash.SparseMatrix([1], [0.0], [0, 1], (1, 3))


# ---- results -------------------------------------------------------------------------------------


def test_arrays_that_are_returned_share_the_memory(data):
    made = data.zeros(3)
    assert made.shape == (3, 2) and made.flags.writeable and made.flags.c_contiguous
    other = np.asarray(made.base)
    made[0, 0] = 5
    assert other[0, 0] == 5
    assert [one.dtype.str[1:] for one in data.all_formats()] == [
        "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "b1"]
    assert data.scalar() == 0 and data.zeros(0).shape == (0, 2)


def test_a_result_keeps_its_memory(data):
    made = [data.zeros(100)[:, 1] for _ in range(50)]
    gc.collect()
    assert all(not one.any() for one in made)


def test_without_numpy_the_extra_is_named():
    code = ("import sys; sys.modules['numpy'] = None\n"
            "from kailash import _kailash\n"
            "m = _kailash.SparseMatrix([1.0], [0], [0, 1], (1, 1))\n"
            "try: m.data\n"
            "except ImportError as e: print(e)\n")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install kailash-enterprise[ml]" in done.stdout


# ---- objects of Python ---------------------------------------------------------------------------


class Model:
    def fit(self, x, y=None, **named):
        self.seen = x, y, named
        return self

    def predict(self, x):
        return [1, 2]

    def split(self, x):
        yield np.array([0]), np.array([1])

    def fail(self):
        raise KeyError("here")


def test_objects_come_back_as_themselves(data):
    model = Model()
    for one in (model, Model, len, int, Ellipsis, model.fit, threading.Lock()):
        assert data.foreign(one) is one or data.foreign(one) == one
        assert data.foreign([{"a": (one,)}])[0]["a"][0] == one
    assert data.foreign_kind(model) == data.foreign_kind(Model) == "foreign"
    assert data.foreign_kind(len) == "Callable" and data.foreign_kind({"a": model}) == "object"
    assert data.same(model, model) and not data.same(model, Model()) and not data.same(model, 5)


def test_methods_are_called_with_arrays(data):
    model, x = Model(), np.arange(4.0).reshape(2, 2)
    assert data.call(model, "fit", (x, [1, 2]), {"weight": x}) is model
    assert model.seen[0] is x and model.seen[1] == [1, 2] and model.seen[2]["weight"] is x
    assert data.call(model, "predict", (x,)).tolist() == [1, 2]
    assert [tuple(map(list, pair)) for pair in data.call(model, "split", (x,))] == [([0], [1])]
    assert data.get(model, "seen")[0] is x and data.class_of(model) == "Model"
    assert data.has(model, "fit") and not data.has(model, "seen") and not data.has(model, "absent")


def test_an_exception_passes_unchanged(data):
    with pytest.raises(KeyError) as caught:
        data.call(Model(), "fail")
    assert caught.value.__cause__ is None
    assert [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)][-1] == "fail"
    with pytest.raises(AttributeError, match="absent"):
        data.get(Model(), "absent")
    with pytest.raises(TypeError, match="expected an object of the program, got integer"):
        data.call(5, "fit")


def test_methods_are_called_from_any_thread(data):
    model = Model()
    assert data.call_on_thread(model, "predict", ([1],)).tolist() == [1, 2]
    with pytest.raises(KeyError):
        data.call_on_thread(model, "fail")
    failures = []

    def work():
        for n in range(50):
            if data.call(model, "fit", (np.full(3, n),)) is not model:
                failures.append(n)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_functions_get_arrays_and_give_them(data):
    seen = []
    answer = data.apply(lambda *args: seen.append(args) or np.ones(2), [np.zeros(3), 5])
    assert answer.tolist() == [1, 1] and isinstance(seen[0][0], np.ndarray) and seen[0][1] == 5
    with pytest.raises(ZeroDivisionError):
        data.apply(lambda: 1 / 0, [])


def test_keywords_are_gathered(data):
    model = Model()
    assert data.gather() == [0, {}]
    first, rest = data.gather(2, x=model, y=[1, 2], z=(3,), rest=4)
    assert first == 2 and rest == {"x": model, "y": [1, 2], "z": (3,), "rest": 4}
    assert data.gather(f=3)[0] == 3
    assert data.gather.__text_signature__ == "(first=0, **rest)"
    with pytest.raises(TypeError, match="at most 1 positional"):
        data.gather(1, {})


def test_data_among_keywords_is_found_later(data):
    pd = pandas()
    assert data.foreign_kind(pd.Series([1.5])) == "foreign" and data.as_data(pd.Series([1.5])) == "float64 1"
    with pytest.raises(TypeError, match="x: expected an array"):
        data.as_data(Model())


# ---- types as estimators are ---------------------------------------------------------------------


def test_objects_made_of_fields_are_themselves(learner):
    one, other = learner(2), learner(2)
    assert one == one and one != other and hash(one) != hash(other)
    assert weakref.ref(one)() is one
    assert repr(one) == "Learner(alpha=2.0, size=3, part=None, parts=[], rate=None)"
    one.alpha = 3
    one.size, one.rate = 7, 2
    assert one.double_alpha() == 6 and (one.size, one.rate) == (7, 2)
    one.rate = None
    for name, bad, error in (("size", 99, ValueError), ("alpha", "x", TypeError), ("other", 1, AttributeError),
                             ("coef_", 1, AttributeError)):
        with pytest.raises(error):
            setattr(one, name, bad)


def test_fields_have_other_names(learner):
    one = learner(a=5)
    assert one.alpha == one.a == 5
    one.a = 6
    assert one.alpha == 6 and learner(alpha=1, a=1).a == 1
    with pytest.raises(TypeError, match="alpha and a, which are one parameter"):
        learner(alpha=1, a=2)
    with pytest.raises(TypeError, match="multiple values"):
        learner(1, a=1)
    described = {field["name"]: field for field in _kailash._describe_class(learner)["fields"]}
    assert described["alpha"]["alias"] == "a" and described["alpha"]["settable"]
    assert described["coef_"]["learned"] and not described["coef_"]["settable"]


def test_what_was_learned(learner, data_types):
    one = learner()
    assert isinstance(one, data_types.LearnerBase) and not hasattr(one, "coef_")
    with pytest.raises(AttributeError, match="Learner is not fitted yet"):
        one.coef_
    x = np.arange(3.0)
    assert one.learn(x) is one and one.coef_ is x
    assert one.learn([1, 2]).coef_.tolist() == [1, 2]


def test_subclasses(learner, data):
    class Own(learner):
        def __init__(self, alpha=1.0, extra=None):
            super().__init__(alpha)
            self.extra = extra

        def double_alpha(self):
            return -1

    one = Own(3, extra=1)
    assert (one.alpha, one.extra, one.double_alpha()) == (3, 1, -1)
    assert data.foreign_kind(one) == "foreign" and data.foreign(one) is one
    assert data.call(one, "double_alpha") == -1
    assert data.foreign_kind(learner()) == "Learner"


def circles():
    def alone(learner, model):
        return learner(part=model)

    def in_list(learner, model):
        return learner(parts=[("a", model)])

    def deep(learner, model):
        one = learner(parts=[("a", {1: model})])
        one.part = {"k": (model,)}
        return one

    def function(learner, model):
        return learner(part=lambda: model)

    def nested(learner, model):
        return learner(part=learner(part=model))

    return [alone, in_list, deep, function, nested]


@pytest.mark.parametrize("make", circles(), ids=lambda make: make.__name__)
def test_circles_are_collected(learner, make):
    model = Model()
    model.owner = make(learner, model)
    gone = weakref.ref(model)
    gc.collect()
    assert gone() is not None
    del model
    gc.collect()
    assert gone() is None


# ---- nothing is kept -----------------------------------------------------------------------------


def test_no_reference_stays(data, learner):
    model, x, key = Model(), np.zeros(4), "a key that nobody else has"
    counts = None
    for turn in range(20):
        if turn == 1:  # by then the bridge has seen the key, which it remembers
            counts = [sys.getrefcount(one) for one in (model, x, key)]
        data.foreign([model, {key: (x, model)}])
        data.call(model, "split", (x,))
        data.echo([[1, 2], [3, 4]])
        learner(part=model, parts=[(key, x)])
        with pytest.raises(ValueError):
            data.kind([[1], [2, 3]])
        with pytest.raises(TypeError):
            learner(alpha=1, a=model)
        data.gather(one=model, other=x)
    gc.collect()
    assert [sys.getrefcount(one) for one in (model, x, key)] == counts
