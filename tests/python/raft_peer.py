"""A process that is one of several peers: a line of JSON in is the inputs of EdgeCoordinationNode, a line
out what it gave, or {"error": text}. The first line is the node's config."""

import json
import sys

import kailash


def main():
    config = json.loads(sys.stdin.readline())
    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder()
    builder.add_node("EdgeCoordinationNode", "n", config)
    workflow = builder.build(registry)
    runtime = kailash.Runtime(registry)
    for line in sys.stdin:
        try:
            answer = runtime.execute(workflow, json.loads(line))["results"]["n"]
        except RuntimeError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


main()
