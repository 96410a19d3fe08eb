"""The smallest workflow: one node, built and run."""

import kailash

registry = kailash.NodeRegistry()
builder = kailash.WorkflowBuilder()
builder.add_node("NoOpNode", "n1", {"greeting": "hello"})
workflow = builder.build(registry)
runtime = kailash.Runtime(registry)
result = runtime.execute(workflow, {})
print(result["results"])  # {'n1': {'greeting': 'hello'}}
