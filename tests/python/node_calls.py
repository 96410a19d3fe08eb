"""One node alone, run through a workflow of its own."""

import kailash

REGISTRY = kailash.NodeRegistry()
RUNTIME = kailash.Runtime(REGISTRY)
RUN_FAILED = "workflow execution failed: node 'n' failed -> "


def call(type_name, config=None, inputs=None, runtime=RUNTIME):
    """The outputs of the node."""
    builder = kailash.WorkflowBuilder()
    builder.add_node(type_name, "n", config or {})
    return runtime.execute(builder.build(REGISTRY), inputs)["results"]["n"]


def result(type_name, config=None, **inputs):
    """The one output that most nodes have."""
    outputs = call(type_name, config, inputs)
    assert "result" in outputs
    return outputs["result"]


def failure(type_name, config=None, inputs=None):
    """Why the node fails: what follows "node 'n' failed -> " or "failed to create node 'n' (…): "."""
    try:
        outputs = call(type_name, config, inputs)
    except RuntimeError as error:
        text = str(error)
        for head in (RUN_FAILED, f"workflow build failed: failed to create node 'n' (type: {type_name}): "):
            if text.startswith(head):
                return text.removeprefix(head)
        raise
    raise AssertionError(f"it gave {outputs}")
