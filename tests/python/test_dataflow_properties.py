"""Random models and random calls, held against dictionaries that mean the same."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataflow_models import BOOLEAN, JSON, REAL, TEXT, WHOLE, model

import kailash
from kailash import AggregateOp, AggregateSpec, WriteScope
from kailash.dataflow import F

KINDS = {
    "whole": (WHOLE, st.integers(-5, 5)), "real": (REAL, st.integers(-40, 40).map(lambda n: n / 8)),
    "text": (TEXT, st.sampled_from(["", "a", "A", "ab", "%", "ü"])), "flag": (BOOLEAN, st.booleans()),
    "json": (JSON, st.sampled_from(['{"a": 1}', "[1, 2]", '"x"'])),
}
NUMBERS = itertools.count()


class Shape:
    """A model and what it says: columns with kind, whether they may be None, and their default."""

    def __init__(self, columns, soft, tenant):
        self.columns, self.soft, self.tenant = columns, soft, tenant
        self.number = next(NUMBERS)
        self.name, self.table = f"M{self.number}", f"m{self.number}"

    def model(self):
        fields = [(name, KINDS[kind][0], {"nullable": not required, "required": required,
                                          **({} if default is ... else {"default_value": default})})
                  for name, (kind, required, default) in self.columns.items()]
        if self.tenant:
            fields.append(("tenant_id", TEXT, {"required": True}))
        made = model(self.name, self.table, *fields)
        if self.tenant:
            made.multi_tenant()
        return made.soft_delete() if self.soft else made

    def row(self, key, tenant, data):
        made = {"id": key}
        for name, (_, _, default) in self.columns.items():
            made[name] = data.get(name, None if default is ... else default)
        if self.tenant:
            made["tenant_id"] = tenant
        if self.soft:
            made["deleted_at"] = None
        return made

    def values(self, full):
        required = {name: KINDS[kind][1] for name, (kind, need, default) in self.columns.items() if need and default is ...}
        others = {name: KINDS[kind][1] | (st.none() if not need else st.nothing())
                  for name, (kind, need, default) in self.columns.items() if name not in required}
        if full:
            return st.fixed_dictionaries(required, optional=others)
        return st.fixed_dictionaries({}, optional={**required, **others})


@st.composite
def shapes(draw):
    columns = {}
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(sorted(KINDS)))
        default = draw(st.just(...) | KINDS[kind][1])
        columns[f"c{number}"] = (kind, draw(st.booleans()), default)
    return Shape(columns, draw(st.booleans()), draw(st.booleans()))


class Side:
    """What the rows should be: by key, with their tenant."""

    def __init__(self, shape):
        self.shape, self.rows, self.deleted = shape, {}, {}

    def live(self, tenant):
        return {key: row for key, row in self.rows.items()
                if not self.shape.tenant or row["tenant_id"] == tenant}


def shown(row):
    return {**row, "deleted_at": None} if row and "deleted_at" in row else row


class Calls:
    """The calls of one tenant, on both sides."""

    def __init__(self, express, side, tenant):
        self.express, self.side, self.tenant, self.shape = express, side, tenant, side.shape

    def call(self, word, *head, tail=()):
        if self.shape.tenant:
            return getattr(self.express, word + "_with_tenant")(self.shape.name, *head, self.tenant, *tail)
        return getattr(self.express, word)(self.shape.name, *head, *tail)

    def scoped(self, word, *arguments):
        extra = (False,) if word == "create" else ()
        return getattr(self.express, word + "_scoped")(self.shape.name, *arguments, *extra, WriteScope(self.tenant))

    def create(self, data):
        row = self.scoped("create", data)
        assert row["id"] not in self.side.rows and row["id"] not in self.side.deleted
        assert row == self.shape.row(row["id"], self.tenant, data)
        self.side.rows[row["id"]] = row

    def bulk_create(self, items):
        rows = self.scoped("bulk_create", items)
        assert rows == [self.shape.row(row["id"], self.tenant, data) for row, data in zip(rows, items, strict=True)]
        self.side.rows.update({row["id"]: row for row in rows})

    def read(self, key):
        assert self.call("read", key) == self.side.live(self.tenant).get(key)

    def update(self, key, data):
        row = self.side.live(self.tenant).get(key)
        if row is None or not data:
            with pytest.raises(RuntimeError):
                self.scoped("update", key, data)
            return
        row.update(data)
        assert self.scoped("update", key, data) == row

    def delete(self, key):
        row = self.side.live(self.tenant).get(key)
        assert self.call("delete", key) is (row is not None)
        if row is not None:
            del self.side.rows[key]
            if self.shape.soft:
                self.side.deleted[key] = row

    def restore(self, key):
        if not self.shape.soft:
            return
        row = self.side.deleted.get(key)
        mine = row is not None and (not self.shape.tenant or row["tenant_id"] == self.tenant)
        assert self.call("restore", key) is mine
        if mine:
            self.side.rows[key] = self.side.deleted.pop(key)

    def upsert(self, key, data):
        held = self.side.rows.get(key)
        if key in self.side.deleted or (held and key not in self.side.live(self.tenant)):
            with pytest.raises(RuntimeError):
                self.scoped("upsert", {"id": key, **data})
            return
        row = {**held, **data} if held else self.shape.row(key, self.tenant, data)
        assert self.scoped("upsert", {"id": key, **data}) == row
        self.side.rows[key] = row

    def bulk_update(self, data):
        if not data:
            return
        rows = self.side.live(self.tenant)
        answer = self.call("bulk_update", tail=(None, data))
        assert answer["succeeded"] == len(rows)
        for row in rows.values():
            row.update(data)

    def compare(self):
        rows = self.side.live(self.tenant)
        wanted = [rows[key] for key in sorted(rows)]
        assert self.call("list", tail=(None, "id")) == wanted
        assert self.call("list", tail=(None, "-id", None, 2, 1)) == wanted[::-1][1:3]
        assert self.call("count") == len(wanted)
        for name, (kind, _, _) in self.shape.columns.items():
            given = [row[name] for row in wanted if row[name] is not None]
            assert self.call("count", tail=([F(name).is_null()],)) == len(wanted) - len(given)
            if kind in ("whole", "real"):
                spec = [AggregateSpec(AggregateOp.sum(), name, "s"), AggregateSpec(AggregateOp.max(), name, "m")]
                answer = self.call("aggregate", spec, [])
                assert answer == [{"s": sum(given) if given else None, "m": max(given) if given else None}]


WORDS = ["create", "bulk_create", "read", "update", "delete", "restore", "upsert", "bulk_update"]


def run(df, data):
    shape = data.draw(shapes())
    df.register_model(shape.model())
    side = Side(shape)
    tenants = {name: Calls(df.express, side, name) for name in (("a", "b") if shape.tenant else (None,))}
    for _ in range(data.draw(st.integers(1, 12))):
        calls = tenants[data.draw(st.sampled_from(sorted(tenants, key=str)))]
        word = data.draw(st.sampled_from(WORDS))
        keys = st.sampled_from(sorted({*side.rows, *side.deleted, 1, 977}))
        if word == "create":
            calls.create(data.draw(shape.values(True)))
        elif word == "bulk_create":
            calls.bulk_create(data.draw(st.lists(shape.values(True), min_size=1, max_size=4)))
        elif word in ("read", "delete", "restore"):
            getattr(calls, word)(data.draw(keys))
        elif word in ("update", "upsert"):
            getattr(calls, word)(data.draw(keys), data.draw(shape.values(word == "upsert")))
        else:
            calls.bulk_update(data.draw(shape.values(False)))
    for calls in tenants.values():
        calls.compare()
    df.execute_raw(f"DROP TABLE {shape.table}")


@pytest.fixture(scope="module")
def in_memory():
    made = kailash.DataFlow("sqlite::memory:", auto_migrate=True)
    yield made
    made.close()


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@given(data=st.data())
def test_calls_mean_what_they_mean_on_dictionaries(in_memory, data):
    run(in_memory, data)


def test_and_on_every_engine(database):
    df = database.dataflow()

    @settings(max_examples=25)
    @given(data=st.data())
    def check(data):
        run(df, data)
    check()
