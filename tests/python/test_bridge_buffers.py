"""Memory of numbers goes both ways without a copy."""

import array
import ctypes
import gc
import hashlib
import os
import sys
import weakref

import pytest

from kailash import _kailash

FORMATS = {"b": "int8", "h": "int16", "i": "int32", "q": "int64", "B": "uint8", "H": "uint16",
           "I": "uint32", "Q": "uint64", "f": "float32", "d": "float64"}


@pytest.mark.parametrize(("letter", "name"), FORMATS.items())
def test_arrays_are_seen_in_place(types, letter, name):
    numbers = array.array(letter, [1, 2, 3])
    view = types.Tools.view(numbers)
    assert isinstance(view, _kailash.ArrayView)
    assert (view.format, view.dtype, view.shape, view.size) == (letter, name, [3], 3)
    assert view.strides == [numbers.itemsize] and view.writable
    assert repr(view) == f"ArrayView(dtype={name}, shape=[3], writable=true)"
    assert types.Tools.address(numbers) == numbers.buffer_info()[0]
    numbers[1] = 7
    assert memoryview(view).tolist() == [1, 7, 3] == numbers.tolist()
    memoryview(view)[2] = 9
    assert numbers[2] == 9


def test_bytes_are_read_only(types):
    view = types.Tools.view(b"abc")
    assert (view.dtype, view.shape, view.writable) == ("uint8", [3], False)
    assert bytes(view) == b"abc"
    assert memoryview(view).readonly
    with pytest.raises(TypeError):
        memoryview(view)[0] = 1
    for read_only in (b"abc", view, memoryview(bytearray(3)).toreadonly()):
        with pytest.raises(TypeError, match="target: expected writable buffer, got read-only buffer"):
            types.Tools.fill(read_only, 1)


def test_writing_reaches_the_owner(types):
    target = bytearray(4)
    types.Tools.fill(target, 7)
    assert target == b"\x07" * 4
    types.Tools.fill(memoryview(target)[::2], 1)
    assert target == b"\x01\x07\x01\x07"
    types.Tools.fill(memoryview(target)[::-3], 0)
    assert target == b"\x00\x07\x01\x00"
    with pytest.raises(ValueError, match="number: expected integer from 0 to 255"):
        types.Tools.fill(target, 256)
    with pytest.raises(TypeError, match="target: expected uint8 or int8 items, got float64"):
        types.Tools.fill(array.array("d", [1]), 1)


def test_layouts(types):
    flat = memoryview(bytearray(24))
    grid = flat.cast("B").cast("B", [2, 3, 4])
    assert types.Tools.view(grid).shape == [2, 3, 4] and types.Tools.view(grid).strides == [12, 4, 1]
    assert types.Tools.is_contiguous(grid)
    assert not types.Tools.is_contiguous(flat[::2]) and types.Tools.is_contiguous(flat[:1:2])
    assert types.Tools.view(flat[::2]).strides == [2]
    assert types.Tools.view(b"").size == 0 and types.Tools.is_contiguous(b"")
    number = ctypes.c_double(1.5)
    assert types.Tools.view(number).shape == [] and types.Tools.view(number).size == 1
    assert memoryview(types.Tools.view(number))[()] == 1.5


def test_what_a_function_cannot_read_is_refused_by_name(types):
    with pytest.raises(TypeError, match="numbers: expected float64 items, got uint8"):
        types.Tools.total(b"abc")
    with pytest.raises(ValueError, match="numbers: expected 2 dimensions, got 1"):
        types.Tools.total(array.array("d", [1]))
    for bad in (5, "text", [1.0], None, types.Tools):
        with pytest.raises(TypeError, match="numbers: expected buffer, got"):
            types.Tools.total(bad)


def test_formats_that_are_no_numbers_are_refused(types):
    class Pair(ctypes.Structure):
        _fields_ = [("a", ctypes.c_int), ("b", ctypes.c_double)]

    swapped = ctypes.c_int.__ctype_be__ if sys.byteorder == "little" else ctypes.c_int.__ctype_le__
    with pytest.raises(ValueError, match="numbers: items of format '.*' are no integers"):
        types.Tools.view((Pair * 2)())
    with pytest.raises(ValueError, match="numbers: items of format '[<>]i' are in another byte order"):
        types.Tools.view((swapped * 2)())
    with pytest.raises(ValueError, match="numbers: items of format 'c'"):
        types.Tools.view(memoryview(b"abc").cast("c"))
    released = memoryview(b"abc")
    released.release()
    with pytest.raises(ValueError, match="numbers: operation forbidden on released memoryview"):
        types.Tools.view(released)
    shifted = memoryview(bytearray(17))[1:].cast("d")
    if types.Tools.address(memoryview(shifted).cast("B")) % 8:
        with pytest.raises(ValueError, match="numbers: items of 8 bytes do not lie at multiples of 8"):
            types.Tools.view(shifted)


def test_a_view_holds_its_owner_and_lets_it_go(types):
    class Owner(bytearray):
        pass

    owner = Owner(b"abc")
    gone = weakref.ref(owner)
    view = types.Tools.view(owner)
    with pytest.raises(BufferError):
        owner.append(1)
    del owner
    gc.collect()
    assert gone() is not None and bytes(view) == b"abc"
    memory = memoryview(view)
    del view
    gc.collect()
    assert bytes(memory) == b"abc"
    del memory
    gc.collect()
    assert gone() is None


def test_views_keep_their_identity(types):
    view = types.Tools.zeros("d", [2, 2])
    assert types.Tools.view(view) is view
    assert types.Tools.view(memoryview(view)) is not view
    assert types.Tools.address(memoryview(view)) == types.Tools.address(view)
    with pytest.raises(TypeError):
        _kailash.ArrayView()


@pytest.mark.parametrize("letter", [*FORMATS, "?"])
def test_memory_of_c_is_shared(types, letter):
    view = types.Tools.zeros(letter, [2, 3])
    memory = memoryview(view)
    assert memory.format == letter and memory.shape == (2, 3) and not memory.readonly
    assert memory.tolist() == [[0, 0, 0], [0, 0, 0]]
    memory[1, 2] = 1
    assert memoryview(view).tolist() == [[0, 0, 0], [0, 0, 1]]
    address = types.Tools.address(view)
    del view
    gc.collect()
    assert memory[1, 2] == 1 and types.Tools.address(memory) == address


def test_shapes_that_cannot_be_are_refused(types):
    zeros = types.Tools.zeros
    assert memoryview(zeros("d", [])).shape == () and memoryview(zeros("d", [0, 5])).tolist() == []
    assert memoryview(zeros("b", [1] * 32)).ndim == 32
    with pytest.raises(ValueError, match="33 dimensions; at most 32 are possible"):
        zeros("b", [1] * 33)
    with pytest.raises(ValueError, match=r"shape\[1\]: -1 is negative"):
        zeros("b", [1, -1])
    with pytest.raises(OverflowError):
        zeros("d", [2**40, 2**40])
    with pytest.raises(ValueError, match="'x' is no format"):
        zeros("x", [1])
    if "asan" not in os.environ.get("LD_PRELOAD", ""):  # which ends the process instead
        with pytest.raises(MemoryError):
            zeros("b", [2**62])


def test_a_strided_view_is_shown_as_it_is(types):
    memory = memoryview(bytearray(range(10)))
    view = types.Tools.view(memory[::3])
    assert memoryview(view).tolist() == [0, 3, 6, 9] and bytes(view) == b"\x00\x03\x06\x09"
    with pytest.raises(BufferError, match="does not lie row by row"):
        hashlib.sha256(view)


# ---- numpy ---------------------------------------------------------------------------------------


@pytest.fixture
def numpy():
    return pytest.importorskip("numpy")


def test_numpy_arrays_are_not_copied(types, numpy):
    numbers = numpy.arange(12, dtype="float64").reshape(3, 4)
    assert types.Tools.total(numbers) == 66 == types.Tools.total(numbers.T)
    assert types.Tools.total(numbers[::-2, 1::2]) == numbers[::-2, 1::2].sum()
    assert types.Tools.address(numbers) == numbers.ctypes.data
    back = numpy.asarray(types.Tools.view(numbers))
    assert numpy.shares_memory(back, numbers) and back.dtype == numbers.dtype
    assert (numpy.asarray(types.Tools.view(numbers.T)) == numbers.T).all()
    numbers.flags.writeable = False
    assert not types.Tools.view(numbers).writable
    assert not numpy.asarray(types.Tools.view(numbers)).flags.writeable


def test_numpy_sees_memory_of_c(types, numpy):
    view = types.Tools.zeros("d", [3, 4])
    array_of_c = numpy.asarray(view)
    array_of_c[1, 2] = 5
    assert types.Tools.total(view) == 5
    assert array_of_c.dtype == numpy.float64 and array_of_c.ctypes.data == types.Tools.address(view)
    del view
    gc.collect()
    assert array_of_c.sum() == 5


@pytest.mark.parametrize("name", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
                                  "float32", "float64", "bool"])
def test_numpy_kinds(types, numpy, name):
    numbers = numpy.ones((2, 3), dtype=name)
    view = types.Tools.view(numbers)
    assert view.dtype == name and numpy.asarray(view).dtype == numpy.dtype(name)
    broadcast = numpy.broadcast_to(numbers[0], (5, 3))
    assert types.Tools.view(broadcast).strides[0] == 0


def test_numpy_kinds_that_are_refused(types, numpy):
    for name in ("complex128", "float16", "datetime64[s]", "S3", "O"):
        with pytest.raises(ValueError, match="numbers: "):
            types.Tools.view(numpy.zeros(3, dtype=name))
    with pytest.raises(ValueError, match="byte order"):
        types.Tools.view(numpy.zeros(3, dtype=">f8" if sys.byteorder == "little" else "<f8"))
