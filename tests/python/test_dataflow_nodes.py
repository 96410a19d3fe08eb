"""The node types of models, on every engine: what they take, give and refuse."""

import pytest

from dataflow_models import TEXT, WHOLE, fingerprint, model, person, refusal

import kailash
from kailash.dataflow import DataClassification, with_caller_clearance

WITHOUT_RETURNING = True
KINDS = ["Create", "Read", "Update", "Delete", "List", "Count", "Upsert", "BulkCreate", "BulkUpdate", "BulkDelete",
         "BulkUpsert"]


def doc():
    return model("Doc", "docs", ("tenant_id", TEXT, {"required": True}), ("text", TEXT, {"required": True}),
                 ("rank", WHOLE, {"nullable": True})).multi_tenant().soft_delete()


class Nodes:
    def __init__(self, df):
        self.df, self.registry = df, kailash.NodeRegistry()
        df.register_nodes(self.registry)
        self.runtime = kailash.Runtime(self.registry)

    def __call__(self, kind, config=None, inputs=None):
        builder = kailash.WorkflowBuilder()
        builder.add_node(kind, "n", config or {})
        return self.runtime.execute(builder.build(self.registry), inputs or {})["results"]["n"]

    def refused(self, kind, config=None, inputs=None):
        text = refusal(RuntimeError, self, kind, config, inputs)
        head = "workflow execution failed: node 'n' failed -> "
        assert text.startswith(head), text
        return text[len(head):]


@pytest.fixture
def nodes(database):
    return Nodes(database.dataflow(person()))


def row(key, name, age=None):
    return {"id": key, "name": name, "age": age, "score": None, "active": None, "extra": None}


def test_each_model_has_eleven_types_by_two_names_each(nodes):
    names = set(nodes.registry.list_types())
    for kind in KINDS:
        assert {kind + "Person", f"Person{kind}Node"} <= names
    assert len(nodes.registry) == len(kailash.NodeRegistry()) + 22
    described = nodes.registry.describe("CreatePerson")
    assert [given["name"] for given in described["inputs"]] == ["id", "name", "age", "score", "active", "extra"]
    assert described["blocking"] and described["category"] == "DataFlow"


def test_registering_again_changes_nothing(database):
    df = database.dataflow(person())
    registry = kailash.NodeRegistry()
    df.register_nodes(registry)
    df.register_nodes(registry)
    df.register_model(model("Other", "others", ("text", TEXT)))
    df.register_nodes(registry)
    assert registry.has_type("CreateOther")
    with pytest.raises(ValueError, match="already registered"):
        database.dataflow(person()).register_nodes(registry)  # another DataFlow
    runtime = kailash.Runtime(registry)
    df.register_model(model("Third", "thirds", ("text", TEXT)))
    assert "already shared with a Runtime" in refusal(RuntimeError, df.register_nodes, registry)
    assert runtime


def test_create_and_read(nodes):
    assert nodes("CreatePerson", {"name": "a", "age": 3}) == {"id": 1, "record": row(1, "a", 3)}
    assert nodes("PersonCreateNode", {}, {"name": "b"}) == {"id": 2, "record": row(2, "b")}
    assert nodes("ReadPerson", {"id": 1}) == {"found": True, "record": row(1, "a", 3)}
    assert nodes("ReadPerson", {"id": 99}) == {"found": False, "record": None}
    assert nodes.refused("ReadPerson") == "missing required input: id"
    prefix = "node execution failed: query build error: "
    assert nodes.refused("CreatePerson") == prefix + "missing required field: name"
    assert nodes.refused("CreatePerson", {"name": "x", "zz": 1}) == \
        f"{prefix}unknown column in insert fields ({fingerprint('zz')})"
    assert nodes.refused("CreatePerson", {"name": None}).startswith("node execution failed: database error: ")


@pytest.fixture
def three(nodes):
    nodes.df.express.bulk_create("Person", [{"name": "a", "age": 1}, {"name": "b", "age": 2}, {"name": "c"}])
    return nodes


def test_update(three):
    assert three("UpdatePerson", {"id": 1, "age": 4}) == {"updated_count": 1}
    assert three("UpdatePerson", {"filter": {"name": "a"}, "fields": {"age": 9}}) == {"updated_count": 1}
    assert three("UpdatePerson", {"filter": {"age": {"$gte": 2}}, "values": {"age": 10}}) == {"updated_count": 2}
    assert three("UpdatePerson", {"filter": {"name": "c"}, "age": 11}) == {"updated_count": 1}
    assert three("UpdatePerson", {"id": 77, "age": 1}) == {"updated_count": 0}
    assert three.df.express.read("Person", 3)["age"] == 11
    assert three.refused("UpdatePerson", {"age": 1}) == "missing required input: filter"
    assert "set allow_all to true" in three.refused("UpdatePerson", {"filter": {}, "fields": {"age": 0}})
    assert three("UpdatePerson", {"filter": {}, "fields": {"age": 0}, "allow_all": True}) == {"updated_count": 3}
    assert "no fields provided to update" in three.refused("UpdatePerson", {"id": 1})
    assert "unknown column in update fields" in three.refused("UpdatePerson", {"id": 1, "zz": 1})


def test_delete(three):
    assert three("DeletePerson", {"id": 1}) == {"deleted_count": 1, "soft_deleted": False}
    assert three("DeletePerson", {"id": 1}) == {"deleted_count": 0, "soft_deleted": False}
    assert three.refused("DeletePerson") == "missing required input: id or filter"
    assert "requires at least one condition" in three.refused("DeletePerson", {"filter": {}})
    assert three("DeletePerson", {"filter": {"name": "b"}}) == {"deleted_count": 1, "soft_deleted": False}
    assert three.refused("DeletePerson", {"filter": {"name": "c"}, "zz": 1}) == \
        f"node execution failed: query build error: unknown input ({fingerprint('zz')})"


def test_list_and_count(three):
    all_rows = [row(1, "a", 1), row(2, "b", 2), row(3, "c")]
    assert three("ListPerson", {"order_by": "id"}) == {"records": all_rows, "count": 3, "total": 3}
    assert three("ListPerson", {"order_by": "id", "order_dir": "desc", "limit": 1, "offset": 1}) == \
        {"records": [all_rows[1]], "count": 1, "total": 3}
    assert three("ListPerson", {"order_by": ["-age", "name"], "filter": {"age": {"$null": False}}})["records"] == \
        [all_rows[1], all_rows[0]]
    assert three("CountPerson") == {"count": 3} and three("CountPerson", {"filter": {"age": {"$lt": 2}}}) == {"count": 1}
    assert "unknown column in ORDER BY" in three.refused("ListPerson", {"order_by": "zz"})
    assert "LIMIT must be non-negative, got -2" in three.refused("ListPerson", {"limit": -2})
    for ignored in ("filters", "sort", "fields"):
        assert "unknown input" in three.refused("ListPerson", {ignored: {}})


def test_upsert(three):
    assert three("UpsertPerson", {"id": 1, "name": "z"}) == {"created": False, "record": row(1, "z", 1)}
    assert three("UpsertPerson", {"id": 50, "name": "z"}) == {"created": True, "record": row(50, "z")}
    assert three("UpsertPerson", {"name": "keyless"})["created"] is True


def test_many_rows(three):
    assert three("BulkCreatePerson", {"items": [{"name": "q"}, {"name": "r"}]}) == \
        {"created_count": 2, "records": [row(4, "q"), row(5, "r")]}
    assert three("BulkCreatePerson", {"records": [{"name": "q"}]})["created_count"] == 1
    assert three("BulkCreatePerson", {"items": []}) == {"created_count": 0, "records": []}
    assert three.refused("BulkCreatePerson") == "missing required input: items"
    assert three("BulkUpdatePerson", {"items": [{"filter": {"name": "q"}, "fields": {"age": 7}},
                                                {"filter": {"name": "r"}, "fields": {"age": 8}}]}) == {"updated_count": 3}
    assert three.refused("BulkUpdatePerson", {"items": [{"id": 1, "age": 5}]}) == \
        "invalid input 'items': expected object with 'filter' key, got object without 'filter'"
    assert "no fields" in three.refused("BulkUpdatePerson", {"items": [{"filter": {"name": "q"}, "fields": {"age": 0}},
                                                                       {"filter": {"name": "r"}, "fields": {}}]})
    assert three("CountPerson", {"filter": {"age": 0}}) == {"count": 0}  # all or none
    answer = three("BulkUpsertPerson", {"items": [{"id": 1, "name": "z"}, {"id": 60, "name": "y"}]})
    assert answer == {"created_count": 1, "updated_count": 1, "records": [row(1, "z", 1), row(60, "y")]}
    assert three("BulkDeletePerson", {"ids": [1, 60, 99]}) == {"deleted_count": 2}
    assert three("BulkDeletePerson", {"ids": []}) == {"deleted_count": 0}
    assert three("BulkDeletePerson", {"filter": {"age": {"$in": [7, 8]}}}) == {"deleted_count": 3}
    assert three.refused("BulkDeletePerson") == "missing required input: ids or filter"
    assert "requires at least one condition" in three.refused("BulkDeletePerson", {"filter": {}})


FILTERS = [
    ({}, "abc"), ({"name": "a"}, "a"), ({"name": "a", "age": 1}, "a"), ({"name": "a", "age": 2}, ""),
    ({"age": {"$eq": 1}}, "a"), ({"age": {"$ne": 1}}, "b"), ({"age": {"$gt": 1}}, "b"), ({"age": {"$gte": 1}}, "ab"),
    ({"age": {"$lt": 2}}, "a"), ({"age": {"$lte": 2}}, "ab"), ({"age": {"$gt": 0, "$lt": 2}}, "a"),
    ({"name": {"$in": ["a", "c"]}}, "ac"), ({"name": {"$nin": ["a", "c"]}}, "b"), ({"name": {"$like": "a%"}}, "a"),
    ({"name": {"$ilike": "A%"}}, "a"), ({"age": {"$null": True}}, "c"), ({"age": {"$null": False}}, "ab"),
    ({"age": {"$exists": True}}, "ab"), ({"age": {"$exists": False}}, "c"), ({"age": {"$between": [1, 2]}}, "ab"),
    ({"name": {"$regex": "[ab]"}}, "ab"), ({"$or": [{"name": "a"}, {"age": 2}]}, "ab"),
    ({"$and": [{"name": "a"}, {"age": {"$gte": 1}}]}, "a"), ({"$not": {"name": "a"}}, "bc"),
    ({"name": {"$not": {"$in": ["a", "b"]}}}, "c"), ({"$not": {"$or": [{"name": "a"}, {"name": "b"}]}}, "c"),
    ({"age": {"$null": False}, "$or": [{"name": "a"}, {"name": "c"}]}, "a"),
]

BAD_FILTERS = [
    ({"zz": 1}, f"unknown column ({fingerprint('zz')})"), ({"age": {"$foo": 1}}, "unknown operator in a filter"),
    ({"age": None}, "against a bare null"), ({"age": {"$gt": None}}, "against a bare null"), (5, "expected a filter object"),
    ("x", "expected a filter object"), ({"age": [1]}, "against a list; use $in"), ({"age": {"$in": 5}}, "needs a list"),
    ({"age": {"$in": []}}, "carries no value"), ({"age": {}}, "without operators"), ({"$or": []}, "at least one filter object"),
    ({"$or": {"age": 1}}, "at least one filter object"), ({"$or": [{}]}, "is empty"), ({"$or": [5]}, "expected a filter object"),
    ({"$not": 5}, "expected a filter object"), ({"age": {"$not": 5}}, "needs an object of operators"),
    ({"age": {"$null": 1}}, "needs true or false"), ({"name": {"$like": 5}}, "needs a text"),
    ({"age": {"$between": [1]}}, "exactly two values"), ({"$where": "1"}, "unknown column"),
]


def test_filter_objects(three):
    for condition, found in FILTERS:
        names = [record["name"] for record in three("ListPerson", {"filter": condition, "order_by": "id"})["records"]]
        assert "".join(names) == found, condition
        assert three("CountPerson", {"filter": condition}) == {"count": len(found)}


def test_what_is_no_filter(three):
    for condition, text in BAD_FILTERS:
        message = three.refused("CountPerson", {"filter": condition})
        assert message.startswith("node execution failed: invalid filter operator: ") and text in message, (condition, message)
    deep = {"name": "a"}
    for _ in range(40):
        deep = {"$not": deep}
    assert "nest deeper than 32 levels" in three.refused("CountPerson", {"filter": deep})


# ---- tenants and classified fields -----------------------------------------------------------------------------------


def test_a_tenant_comes_with_the_inputs_of_the_workflow_alone(database):
    nodes = Nodes(database.dataflow(doc()))
    tenant = {"__tenant_id__": "a"}
    for kind, config in (("Create", {"text": "x"}), ("Read", {"id": 1}), ("Update", {"id": 1, "text": "y"}), ("Delete", {"id": 1}),
                         ("List", {}), ("Count", {}), ("Upsert", {"id": 1, "text": "x"}), ("BulkCreate", {"items": [{"text": "x"}]}),
                         ("BulkUpdate", {"items": []}), ("BulkDelete", {"ids": [1]}), ("BulkUpsert", {"items": [{"text": "x"}]})):
        for inputs in (None, {"__tenant_id__": ""}, {"__tenant_id__": "  "}, {"__tenant_id__": 5}, {"__tenant_id__": None}):
            assert f"unscoped node refused: `{kind}`" in nodes.refused(kind + "Doc", config, inputs)
        assert "unscoped node refused" in nodes.refused(kind + "Doc", {**config, "__tenant_id__": "a"})
    created = nodes("CreateDoc", {"text": "x", "tenant_id": "b"}, tenant)
    assert created["record"]["tenant_id"] == "a"
    assert nodes("UpsertDoc", {"id": 1, "text": "y"}, tenant)["created"] is False
    assert nodes("UpdateDoc", {"id": 1, "text": "z"}, tenant) == {"updated_count": 1}
    assert nodes("UpdateDoc", {"filter": {"text": "z"}, "fields": {"rank": 1}}, {"__tenant_id__": "b"}) == {"updated_count": 0}
    assert nodes("ListDoc", {}, {"__tenant_id__": "b"}) == {"records": [], "count": 0, "total": 0}
    assert nodes("DeleteDoc", {"id": 1}, {"__tenant_id__": "b"}) == {"deleted_count": 0, "soft_deleted": True}
    assert nodes("DeleteDoc", {"id": 1}, tenant) == {"deleted_count": 1, "soft_deleted": True}
    assert nodes("ReadDoc", {"id": 1}, tenant)["found"] is False
    assert nodes("ReadDoc", {"id": 1, "include_deleted": True}, tenant)["found"] is True
    assert nodes("CountDoc", {"include_deleted": True}, tenant) == {"count": 1}


def test_nodes_behind_others_have_the_tenant_too(database):
    nodes = Nodes(database.dataflow(doc()))
    builder = kailash.WorkflowBuilder()
    builder.add_node("CreateDoc", "make", {"text": "x"})
    builder.add_node("ReadDoc", "read", {})
    builder.connect("make", "id", "read", "id")
    results = nodes.runtime.execute(builder.build(nodes.registry), {"__tenant_id__": "a"})["results"]
    assert results["read"]["record"] == results["make"]["record"]


def test_rows_with_levels(database):
    made = model("Record", "records", ("classification_level", WHOLE, {"required": True}),
                 ("text", TEXT, {"required": True})).row_classified()
    nodes = Nodes(database.dataflow(made))
    writes = [("Create", {"text": "a"}), ("Upsert", {"id": 1, "text": "b"}), ("BulkCreate", {"items": [{"text": "c"}]}),
              ("BulkUpsert", {"items": [{"id": 2, "text": "d"}, {"id": 3, "text": "e"}]})]
    for kind, config in writes:
        for inputs in (None, {"__classification__": None}):
            assert "row classification required" in refusal(RuntimeError, nodes, kind + "Record", config, inputs)
        assert "row classification required" in refusal(
            RuntimeError, nodes, kind + "Record", {**config, "__classification__": "public"})
        assert "expected a DataClassification or its name" in nodes.refused(kind + "Record", config, {"__classification__": "no"})
    with with_caller_clearance(DataClassification.internal()):
        for (kind, config), level in zip(writes, ("Internal", "pii", "internal", "internal"), strict=True):
            assert nodes(kind + "Record", config, {"__classification__": level})
    assert nodes("ListRecord")["records"] == []
    with with_caller_clearance(DataClassification.internal()):
        rows = [(row["text"], row["classification_level"]) for row in nodes("ListRecord", {"order_by": "id"})["records"]]
        assert rows == [("b", 1), ("d", 1), ("e", 1)]  # the level of a row that is there stays
    assert nodes("CreateRecord", {"text": "f"}, {"__classification__": "highly_confidential"})["record"]["text"] == "[REDACTED]"


def test_fields_are_masked_by_the_clearance_of_who_runs_it(database):
    made = model("Person", "people", ("name", TEXT, {"classification": DataClassification.pii()}))
    nodes = Nodes(database.dataflow(made))
    assert nodes("CreatePerson", {"name": "x"})["record"]["name"] == "[REDACTED]"
    with with_caller_clearance(DataClassification.pii()):
        assert nodes("ReadPerson", {"id": 1})["record"]["name"] == "x"
    assert "classified column refused" in nodes.refused("CountPerson", {"filter": {"name": "x"}})


def test_a_database_in_memory_survives_its_runtimes():
    df = kailash.DataFlow("sqlite::memory:", auto_migrate=True)
    df.register_model(person())
    nodes = Nodes(df)
    nodes("CreatePerson", {"name": "x"})
    registry = nodes.registry
    nodes.runtime = None
    del nodes
    builder = kailash.WorkflowBuilder()
    builder.add_node("CountPerson", "n", {})
    workflow = builder.build(registry)
    del df
    assert kailash.Runtime(registry).execute(workflow)["results"]["n"] == {"count": 1}


def test_many_nodes_at_once(nodes):
    builder = kailash.WorkflowBuilder()
    for number in range(40):
        builder.add_node("CreatePerson", f"n{number}", {"name": str(number)})
    results = nodes.runtime.execute(builder.build(nodes.registry))["results"]
    assert len({result["id"] for result in results.values()}) == 40


def test_a_model_of_more_fields_than_a_row_of_the_table_has(database):
    fields = [(f"f{i}", WHOLE, {"nullable": True}) for i in range(200)]
    nodes = Nodes(database.dataflow(model("Wide", "wide", *fields)))
    assert nodes("CreateWide", {f"f{i}": i for i in range(200)})["record"]["f199"] == 199
    assert nodes("UpdateWide", {"id": 1, "f199": 5}) == {"updated_count": 1}
