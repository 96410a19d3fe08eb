"""A Python function as a node type of one's own."""

import kailash


def total(inputs: dict) -> dict:
    return {"total": inputs["price"] * inputs["pieces"]}


registry = kailash.NodeRegistry()
registry.register_callback("Total", total, ["price", "pieces"], ["total"])

builder = kailash.WorkflowBuilder()
builder.add_node("NoOpNode", "order", {})
builder.add_node("Total", "sum", {})
builder.connect("order", "price", "sum", "price")
builder.connect("order", "pieces", "sum", "pieces")

runtime = kailash.Runtime(registry)
result = runtime.execute(builder.build(registry), {"price": 2.5, "pieces": 4})
print(result["results"]["sum"])  # {'total': 10.0}
