"""What Python values become on their way through a workflow, and that they come back as they were."""

import kailash

given = {
    "none": None, "truth": True, "integer": 2**63 - 1, "float": 0.1, "text": "é😀", "bytes": b"\x00\xff",
    "list": [1, [2, [3]]], "map": {"z": 1, "a": 2},
}
registry = kailash.NodeRegistry()
builder = kailash.WorkflowBuilder()
builder.add_node("NoOpNode", "echo", {})
result = kailash.Runtime(registry).execute(builder.build(registry), given)
print(result["results"]["echo"] == given)  # True

try:
    builder = kailash.WorkflowBuilder()
    builder.add_node("NoOpNode", "echo", {"pair": (1, 2)})
except TypeError as error:
    print(error)  # cannot convert Python type 'tuple' to Kailash Value
