"""A workflow as JSON: written by one program, read and run by another, or by `kailash run`."""

import kailash

registry = kailash.NodeRegistry()
builder = kailash.WorkflowBuilder()
builder.add_node("NoOpNode", "source", {"value": 7})
builder.add_node("ConditionalNode", "choice", {"if_value": "some", "else_value": "none"})
builder.connect("source", "value", "choice", "condition")
text = builder.to_json()

workflow = kailash.WorkflowBuilder.from_json(text).build(registry)
print(workflow)  # Workflow(nodes=2, connections=1, levels=2)
print(kailash.Runtime(registry).execute(workflow)["results"]["choice"])  # {'result': 'some'}
