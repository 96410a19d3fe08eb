"""What classes made of tables can do, on the tables of tests/python/native/bridge_types.c."""

import copy
import gc
import inspect
import pickle
import pydoc
import sys
import threading
import time
import warnings
import weakref

import pytest

from kailash import _kailash

# ---- classes of other libraries ------------------------------------------------------------------


def test_a_table_gives_one_class(types):
    assert types.Point.__module__ == "bridge_types"
    assert types.Point(1, 2).x == 1.0


def test_only_capsules_of_tables_are_taken(types):
    for bad in (None, 5, object(), types.Point):
        with pytest.raises((TypeError, ValueError)):
            _kailash._class_of(bad)
    with pytest.raises(ValueError, match="Doubled: the word 'one' stands twice"):
        _kailash._class_of(types._faulty())
    with pytest.raises(TypeError, match="is not made of a table"):
        _kailash._describe_class(int)


# ---- special methods -----------------------------------------------------------------------------


def test_iteration(types):
    assert list(types.Counter(3)) == [0, 1, 2]
    assert [*types.Counter(4, start=2)] == [2, 3]
    counter = types.Counter(1)
    assert iter(counter) is counter and next(counter) == 0
    for _ in range(2):
        with pytest.raises(StopIteration):
            next(counter)


def test_containers(types):
    counter = types.Counter(3)
    assert len(counter) == 3 and bool(counter) and not types.Counter(0)
    assert counter[2] == 2
    with pytest.raises(KeyError):
        counter[3]
    with pytest.raises(TypeError, match="index: expected integer, got .a."):
        counter["a"]
    assert 2 in counter and 3 not in counter and "a" not in counter


def test_calls(types):
    counter = types.Counter(3)
    assert counter(2) == 6 and counter(2, plus=1) == 7 and counter(factor=2) == 6
    assert callable(counter)
    with pytest.raises(TypeError, match="at most 1 positional"):
        counter(1, 2)


def test_context_managers(types):
    counter = types.Counter(3)
    with counter as inside:
        assert inside is counter and counter.opened == 1
    with pytest.raises(ZeroDivisionError), counter:
        1 / 0
    assert counter.opened == 0


def test_properties(types):
    counter = types.Counter(3)
    counter.limit = 5
    assert counter.limit == 5 == len(counter)
    with pytest.raises(ValueError, match="at most 1000"):
        counter.limit = 1001
    with pytest.raises(TypeError, match="index: expected integer, got .a."):
        counter.limit = "a"
    with pytest.raises(AttributeError):
        del counter.limit
    with pytest.raises(AttributeError):
        counter.opened = 1
    assert counter.limit == 5


def test_static_methods(types):
    assert len(types.Counter.of("four")) == 4
    assert len(types.Counter(1).of([1, 2])) == 2
    with pytest.raises(TypeError, match="cannot create"):
        types.Tools()


# ---- arguments -----------------------------------------------------------------------------------


def test_as_many_arguments_as_there_can_be(types):
    total = types.Tools.sum_of_many
    assert total(*range(64)) == sum(i * (i + 1) for i in range(64))
    assert total(**{f"p{i}": i for i in range(64)}) == total(*range(64))
    assert total(p63=1) == 64
    with pytest.raises(TypeError, match="at most 64 positional arguments but 65 were given"):
        total(*range(65))
    with pytest.raises(TypeError, match="at most 64 positional arguments but 100000 were given"):
        total(*range(100_000))
    with pytest.raises(TypeError, match="unexpected keyword argument 'q9'"):
        total(q9=1)
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        total(**{f"q{i}": i for i in range(10_000)})
    with pytest.raises(TypeError, match="multiple values for argument 'p0'"):
        total(1, p0=1)


def test_lists_and_maps_of_records(types):
    a, b = types.Point(1, 2), types.Point(3, 4)
    result = types.Tools.points([a, b, a], {"x": a})
    assert result["list"][0] is a and result["list"][1] is b and result["list"][2] is a
    assert result["map"]["x"] is a
    with pytest.raises(TypeError, match=r"list\[1\]: expected Point, got int"):
        types.Tools.points([a, 5])
    with pytest.raises(TypeError, match=r"map\['k'\]: expected Point, got Counter"):
        types.Tools.points([], {"k": types.Counter(1)})
    with pytest.raises(TypeError, match="map: dict keys must be strings, got int"):
        types.Tools.points([], {1: a})
    with pytest.raises(TypeError, match="list: expected array of Point, got tuple"):
        types.Tools.points((a,))


def test_nested_records(types):
    drawing = types.Drawing(types.Point(1, 2), [types.Point(3, 4)], {"a": types.Point(5, 6)}, size=3)
    assert drawing.origin == types.Point(1, 2)
    data = drawing.to_dict()
    assert data["points"] == [{"x": 3.0, "y": 4.0}] and data["named"]["a"]["y"] == 6.0
    assert types.Drawing.from_dict(data) == drawing
    assert types.Drawing.from_json(drawing.to_json()) == drawing
    assert copy.copy(drawing) == drawing and copy.copy(drawing) is not drawing
    assert pickle.loads(pickle.dumps(drawing)) == drawing
    with pytest.raises((TypeError, ValueError), match=r"points\[0\]"):
        types.Drawing.from_dict({**data, "points": [{"z": 1}]})


def test_fields_that_may_be_assigned(types):
    drawing = types.Drawing(types.Point())
    drawing.points = [types.Point(1, 1)]
    drawing.size = 100
    with pytest.raises(ValueError, match="at most 100"):
        drawing.size = 101
    with pytest.raises(OverflowError, match="size"):
        drawing.size = -1
    with pytest.raises(TypeError, match=r"points\[0\]: expected Point, got int"):
        drawing.points = [1]
    with pytest.raises(AttributeError):
        drawing.origin = types.Point()
    assert drawing.size == 100 and drawing.points == [types.Point(1, 1)]
    with pytest.raises(TypeError):
        hash(drawing)


def test_secrets_and_deprecated_parameters(types):
    secret = types.Drawing(types.Point(), token="hunter2")
    assert "hunter2" not in repr(secret) and "token=<redacted>" in repr(secret)
    assert secret.token == "hunter2"
    with pytest.warns(DeprecationWarning, match="Drawing.old: use points instead"):
        old = types.Drawing(types.Point(), old="x")
    with pytest.warns(DeprecationWarning, match="Drawing.old"):
        assert old.old == "x"
    assert "old" not in repr(old)


def test_records_compare_with_their_kind_only(types):
    assert types.Point(1, 2) < types.Point(1, 3) and types.Point() != 5 and types.Point() != types.Counter(0)
    for other in (5, types.Counter(1), "x"):
        with pytest.raises(TypeError):
            types.Point() < other
    assert hash(types.Point(1, 2)) == hash(types.Point(1, 2))


# ---- exceptions ----------------------------------------------------------------------------------


def test_exceptions_have_bases_and_attributes(types):
    assert types.BadThing.__bases__ == (RuntimeError, ValueError)
    with pytest.raises(types.BadThing, match="a bad thing: x") as caught:
        types.Tools.fail("x")
    assert (caught.value.code, caught.value.where) == (7, ["here"])
    with pytest.raises(types.BridgeError) as caught:
        types.Tools.fail("base")
    assert type(caught.value) is types.BridgeError and isinstance(caught.value, RuntimeError)
    assert types.BadThing("y").code is None


def test_exceptions_pass_through_callbacks(types):
    def again(value):
        types.Tools.fail("inside")

    with pytest.raises(types.BadThing, match="inside") as caught:
        types.Tools.apply(again, [1])
    assert (caught.value.code, caught.value.where) == (7, ["here"])
    assert isinstance(caught.value.__cause__, types.BadThing)


# ---- callables -----------------------------------------------------------------------------------


def test_callables_go_both_ways(types):
    add = types.Tools.adder(5)
    assert add(1) == 6 and types.Tools.apply(add, [2]) == 7
    assert types.Tools.apply(types.Tools.same(add), [2]) == 7
    with pytest.raises(TypeError, match="takes one int"):
        add("a")
    with pytest.raises(TypeError, match="none by keyword"):
        add(x=1)

    def function(value):
        return value

    assert types.Tools.same(function) is function
    assert types.Tools.apply(lambda *given: list(given), list(range(64))) == list(range(64))
    with pytest.raises(TypeError, match="at most 64"):
        types.Tools.apply(lambda *given: None, list(range(65)))
    with pytest.raises(TypeError, match="function: expected callable, got int"):
        types.Tools.apply(5)


@pytest.mark.parametrize("error", [KeyError, ValueError, TypeError, OverflowError, PermissionError,
                                   RuntimeError, KeyboardInterrupt, SystemExit, MemoryError])
def test_callbacks_may_raise(types, error):
    def fail(value):
        raise error("why")

    with pytest.raises(error):
        types.Tools.apply(fail, [1])
    with pytest.raises(error):
        types.Agent("a", fail)


def test_callbacks_may_return_nonsense(types):
    with pytest.raises(TypeError, match="cannot convert Python type 'object'"):
        types.Tools.apply(lambda: object())
    with pytest.raises(OverflowError):
        types.Tools.apply(lambda: 2**64)


def test_constructors_may_call_back(types):
    made = []

    def start(name):
        if len(name) < 20:
            made.append(types.Agent(name + "+", start))

    types.Agent("a", start)
    assert [len(agent.name) for agent in made] == list(range(20, 1, -1))


def test_callbacks_may_change_what_calls_them(types):
    agent = types.Agent("a")

    def grow(value):
        agent.on(lambda other: other)
        return agent.callbacks()[0] is grow

    agent.on(grow)
    assert agent.fire(1) == [True] and agent.fire(2) == [True, 2]


# ---- threads -------------------------------------------------------------------------------------


def ticks_during(work):
    """How often another thread of Python ran meanwhile."""
    count, stop, started = 0, threading.Event(), threading.Event()

    def tick():
        nonlocal count
        started.set()
        while not stop.is_set():
            count += 1
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    started.wait()
    before = count
    work()
    ticks = count - before
    stop.set()
    thread.join()
    return ticks


def test_blocking_methods_let_others_run(types):
    assert ticks_during(lambda: types.Tools.sleep(0.3)) > 20
    assert ticks_during(lambda: types.Tools.hold(0.3)) < 20


def test_objects_may_end_on_another_thread(types):
    gone = []

    class Callback:
        def __call__(self, value):
            return value

    for _ in range(50):
        callback, agent = Callback(), types.Agent("a")
        gone.append(weakref.ref(callback))
        inner = types.Agent("inner")
        inner.on(callback)
        agent.keep(inner)
        del callback, inner
        # The instance goes first, so that the thread has the last reference.
        types.Tools.drop_elsewhere(agent)
        del agent
    for _ in range(3):
        types.Tools.sleep(0)
    gc.collect()
    assert [ref() for ref in gone if ref()] == []


# ---- subclasses ----------------------------------------------------------------------------------


def test_a_subclass_may_have_an_init(types):
    class Named(types.Agent):
        def __init__(self, first, last, *, loud=False):
            super().__init__(f"{first} {last}")
            self.loud = loud

        def describe(self):
            return super().describe() + ("!" if self.loud else "")

    agent = Named("Ada", "Lovelace", loud=True)
    assert agent.name == "Ada Lovelace" and agent.describe() == "agent Ada Lovelace!"
    assert isinstance(agent, types.Agent) and issubclass(Named, types.Agent)
    assert types.Agent.describe(agent) == "agent Ada Lovelace"
    assert weakref.ref(agent)() is agent


def test_a_subclass_may_have_a_new(types):
    class Made(types.Agent):
        def __new__(cls, number):
            return super().__new__(cls, f"number {number}")

        def __init__(self, number):
            self.number = number

    made = Made(3)
    assert (made.name, made.number) == ("number 3", 3)


def test_a_subclass_may_have_neither(types):
    class Plain(types.Agent):
        pass

    assert Plain("a").name == "a" and Plain(name="b").name == "b"
    with pytest.raises(TypeError, match="missing required argument: 'name'"):
        Plain()


def test_without_super_init_there_are_the_defaults(types):
    class Quiet(types.Plugin):
        def __init__(self, extra):
            self.extra = extra

    class Loud(types.Plugin):
        def __init__(self, extra):
            super().__init__(label="loud")
            self.extra = extra

    assert (Quiet(1).label, Quiet(1).extra) == ("none", 1)
    assert (Loud(2).label, Loud(2).extra) == ("loud", 2)


def test_a_subclass_keeps_its_identity_in_c(types):
    class Own(types.Agent):
        pass

    outer, inner = types.Agent("outer"), Own("inner")
    inner.extra = [1]
    outer.keep(inner)
    assert outer.kept() is inner and outer.kept().extra == [1]
    outer.keep(None)
    assert outer.kept() is None


def test_subclasses_of_records(types):
    class Marked(types.Plugin):
        pass

    marked = Marked("a")
    marked.extra = [1]
    for duplicate in (copy.copy(marked), copy.deepcopy(marked)):
        assert type(duplicate) is Marked and duplicate == marked and duplicate.extra == [1]
    assert copy.copy(marked).extra is marked.extra
    assert copy.deepcopy(marked).extra is not marked.extra
    assert type(Marked.from_dict(marked.to_dict())) is Marked
    assert marked == types.Plugin("a")


def test_subclasses_can_be_pickled(types, monkeypatch):
    class Kept(types.Point):
        pass

    monkeypatch.setattr(sys.modules[__name__], "Kept", Kept, raising=False)
    Kept.__qualname__ = "Kept"
    point = Kept(1, 2)
    point.label = "here"
    back = pickle.loads(pickle.dumps(point))
    assert type(back) is Kept and back == point and back.label == "here"


def test_several_bases(types):
    class Mixin:
        def mixed(self):
            return self.name

    class Both(Mixin, types.Agent):
        pass

    assert Both("x").mixed() == "x"
    with pytest.raises(TypeError):
        type("Two", (types.Agent, types.Plugin), {})


def test_final_classes_refuse(types):
    for final in (types.Counter, types.Drawing, types.Tools, types.Color):
        with pytest.raises(TypeError, match="not an acceptable base type"):
            type("Sub", (final,), {})


# ---- what is not initialised ---------------------------------------------------------------------


def half_made(types):
    """An agent whose __init__ fails before super().__init__()."""
    caught = []

    class Half(types.Agent):
        def __init__(self):
            caught.append(self)
            raise LookupError

    with pytest.raises(LookupError):
        Half()
    return caught[0]


def test_half_made_instances_raise(types):
    half = half_made(types)
    assert repr(half) == "<Half, not initialised>"
    for use in (lambda: half.name, lambda: half.describe(), lambda: half.fire(1), half.callbacks,
                lambda: types.Agent.on(half, print)):
        with pytest.raises(TypeError, match="this Half is not initialised"):
            use()
    with pytest.raises(TypeError, match="other: expected Agent, got Half"):
        types.Agent("a").keep(half)
    with pytest.raises(TypeError, match="takes a future"):
        _kailash._on_done(half, print)
    for duplicate in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            duplicate(half)
    assert half == half and half != types.Agent("a") and hash(half) is not None
    types.Agent.__init__(half, "late")
    assert half.name == "late"


def test_object_new_is_refused(types):
    class Strict(types.Point):
        def __init__(self):
            pass

    assert Strict() == types.Point()
    with pytest.raises(TypeError, match="not safe|object.__new__"):
        object.__new__(Strict)
    with pytest.raises(TypeError):
        object.__new__(types.Point)


def test_a_new_that_makes_something_else(types):
    class Odd(types.Agent):
        def __new__(cls):
            return 5

    assert Odd() == 5


def test_init_twice_replaces(types):
    class Again(types.Agent):
        def __init__(self, name):
            super().__init__(name)

    agent = Again("a")
    outer = types.Agent("outer")
    outer.keep(agent)
    agent.__init__("b")
    assert agent.name == "b"
    assert outer.kept().name == "a"  # what C held is as it was
    agent.on(lambda value: agent.__init__("c"))
    agent.fire(1)
    assert agent.name == "c"
    with pytest.raises(TypeError):
        agent.__init__(5)
    assert agent.name == "c"


def test_methods_refuse_a_wrong_self(types):
    for wrong in (None, 5, types.Point(), object(), types.Agent):
        with pytest.raises(TypeError, match="needs a Agent as its first argument"):
            types.Agent.describe(wrong)
    with pytest.raises(TypeError, match="needs a Agent"):
        types.Agent.describe()
    for name in ("x", "__repr__", "__hash__", "__eq__", "to_dict", "__reduce__", "__copy__"):
        found = inspect.getattr_static(types.Point, name)
        with pytest.raises(TypeError):
            found.__get__(5, int)() if name != "x" else found.__get__(5, int)
    with pytest.raises(TypeError):
        types.Point.__init__(5)


def test_deleted_methods_are_gone(types):
    class Own(types.Agent):
        def describe(self):
            return "own"

    del Own.describe
    assert Own("a").describe() == "agent a"
    with pytest.raises(AttributeError):
        del Own("a").describe
    with pytest.raises(AttributeError):
        Own("a").nothing


# ---- what can be asked ---------------------------------------------------------------------------


def test_signatures_and_help(types):
    assert str(inspect.signature(types.Counter)) == "(limit, *, start=0)"
    assert list(inspect.signature(types.Counter.__call__).parameters) == ["self", "factor", "plus"]
    assert str(inspect.signature(types.Agent("a").fire)) == "(value)"
    assert str(inspect.signature(types.Tools.paint)) == "(color, level='middle', *, others=[])"
    for name in ("Agent", "Counter", "Color", "Level", "Drawing", "Tools", "BadThing"):
        text = pydoc.render_doc(getattr(types, name), renderer=pydoc.plaintext)
        assert getattr(types, name).__doc__.splitlines()[-1].strip() in text
    assert "Adds a callback." in pydoc.render_doc(types.Agent, renderer=pydoc.plaintext)


def test_handles_are_neither_copied_nor_pickled(types):
    for duplicate in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            duplicate(types.Counter(1))


# ---- cycles --------------------------------------------------------------------------------------


def is_collected(make):
    """Whether what make() returns a weak reference to ends once nobody has it."""
    ref = make()
    for _ in range(3):
        gc.collect()
    return ref() is None


def test_cycles_through_c_are_collected(types):
    def to_itself():
        agent = types.Agent("a")
        agent.on(lambda value: agent)
        return weakref.ref(agent)

    def through_another():
        outer, inner = types.Agent("outer"), types.Agent("inner")
        inner.on(lambda value: outer)
        outer.keep(inner)
        return weakref.ref(outer)

    def through_a_field():
        drawing = types.Drawing(types.Point())
        drawing.on_change = lambda: drawing
        return weakref.ref(drawing)

    def of_a_subclass():
        class Own(types.Agent):
            pass

        agent = Own("a")
        agent.self = agent
        agent.on(agent.describe)
        return weakref.ref(agent)

    for make in (to_itself, through_another, through_a_field, of_a_subclass):
        assert is_collected(make), make.__name__


def test_what_c_holds_is_not_collected(types):
    outer = types.Agent("outer")

    def hold():
        inner = types.Agent("inner")
        inner.on(lambda value: [inner.name, value])
        outer.keep(inner)
        return weakref.ref(inner.callbacks()[0])

    function = hold()
    for _ in range(3):
        gc.collect()
    assert function() is not None
    assert outer.kept().fire(1) == [["inner", 1]]


def linked_pair(types, *, twice, owners):
    """A circle of a pair and the agents it owns, one of which others may own too."""
    first = types.Agent("first")
    pair = types.Pair(first, first if twice else types.Agent("second"))
    first.on(lambda value: pair is not None)
    for owner in owners:
        owner.keep(first)
    return weakref.ref(pair), weakref.ref(first.callbacks()[0])


@pytest.mark.parametrize("twice", [False, True])
def test_what_one_object_owns_of_another_is_known(types, twice):
    pair, function = linked_pair(types, twice=twice, owners=[])
    gc.collect()
    gc.collect()
    assert pair() is None and function() is None


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_what_others_own_too_is_kept(types, twice, count):
    owners = [types.Agent(f"owner {i}") for i in range(count)]
    pair, function = linked_pair(types, twice=twice, owners=owners)
    gc.collect()
    assert pair() is not None and function() is not None
    assert owners[0].kept().fire(1) == [True]
    for owner in owners:
        owner.keep(None)
    gc.collect()
    gc.collect()
    assert pair() is None and function() is None


def test_tuples_come_and_go(types):
    swap, pairs = types.Tools.swap, types.Tools.pairs
    assert swap((1, "a")) == ("a", 1)
    assert swap((types.Level.LOW, None)) == (None, types.Level.LOW)
    assert swap(([1], {"a": (2).real})) == ({"a": 2}, [1])
    assert pairs({"a": (), "b": (1, 2)}) == [("a", 0), ("b", 2)]
    assert pairs({}) == []
    for wrong in ([1, 2], "ab", {1, 2}, None, 5):
        with pytest.raises(TypeError, match="pair: expected tuple"):
            swap(wrong)
    for wrong in ((), (1,), (1, 2, 3)):
        with pytest.raises(ValueError, match="pair: expected tuple from 2 to 2"):
            swap(wrong)
    with pytest.raises(TypeError, match=r"named\['b'\]: expected tuple, got list"):
        pairs({"a": (), "b": [1]})
    with pytest.raises(TypeError, match="cannot convert Python type 'object'"):
        swap((1, object()))
    with pytest.raises(TypeError, match="cannot convert Python type 'tuple'"):
        swap((1, (2, 3)))


def test_an_enum_may_have_a_function_per_item(types):
    level = types.Level
    assert (level.low(), level.middle(), level.high()) == (level.LOW, level.MIDDLE, level.HIGH)
    assert level.low() is level.LOW is level.HIGH.low()
    assert level.low.__doc__ == "little" and str(inspect.signature(level.low)) == "()"
    with pytest.raises(TypeError, match="low"):
        level.low(1)
    assert not hasattr(types.Color, "red")


def test_a_deprecated_method_warns(types):
    with pytest.warns(DeprecationWarning, match=r"old_paint\(\) ends; use paint\(\)") as caught:
        assert types.Tools.old_paint("red") == "red middle 0"
    assert len(caught) == 1 and caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DeprecationWarning):
            types.Tools.old_paint("red")
        types.Tools.paint("red")


def test_a_deprecated_property_warns(types):
    counter = types.Counter(3)
    with pytest.warns(DeprecationWarning, match="old_limit ends; use limit") as caught:
        counter.old_limit = 5
        assert counter.old_limit == 5
    assert [warning.filename for warning in caught] == [__file__] * 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for use in (lambda: counter.old_limit, lambda: setattr(counter, "old_limit", 7)):
            with pytest.raises(DeprecationWarning):
                use()
        assert counter.limit == 5
