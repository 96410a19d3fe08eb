"""The engine through its Python face; run by run.py in each environment. Prints one JSON object.

Claim: the engine adds less to a node than calling an empty Python function costs.
"""

import gc
import json
import marshal
import resource
import sys
import time

BASE_MEMORY = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
BEGIN = time.perf_counter()
import kailash  # noqa: E402

kailash.Runtime, kailash.WorkflowBuilder, kailash.NodeRegistry
IMPORT_MS = (time.perf_counter() - BEGIN) * 1e3
IMPORT_MB = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - BASE_MEMORY) / 1024


def best(work, rounds=9, inner=1):
    """Seconds of one call: the smallest of several rounds."""
    smallest = float("inf")
    work()
    for _ in range(rounds):
        gc.collect()
        begin = time.perf_counter()
        for _ in range(inner):
            work()
        smallest = min(smallest, (time.perf_counter() - begin) / inner)
    return smallest


NAMES = [f"n{i}" for i in range(1001)]


def chain(count, type_name="NoOpNode", port="x"):
    builder = kailash.WorkflowBuilder()
    for index in range(count):
        builder.add_node(type_name, NAMES[index], {})
    for index in range(count - 1):
        builder.connect(NAMES[index], port, NAMES[index + 1], port)
    return builder


def fan(count):
    builder = chain(0)
    for index in range(count):
        builder.add_node("NoOpNode", NAMES[index], {})
    builder.add_node("MergeNode", "merge", {})
    for index in range(count):
        builder.connect(NAMES[index], "x", "merge", NAMES[index])
    return builder


registry = kailash.NodeRegistry()
registry.register_callback("Callback", lambda inputs: {"x": inputs["x"]}, ["x"], ["x"])
runtime = kailash.Runtime(registry)
ROWS = [{"id": i, "name": f"name {i}", "price": i / 2, "even": i % 2 == 0, "tag": "abc"} for i in range(10_000)]
INPUTS = {"x": 1}


def executing(workflow, inputs=INPUTS):
    return lambda: runtime.execute(workflow, inputs)


one = chain(1).build(registry)
ten = chain(10, port="rows").build(registry)
text = chain(1000).to_json()
figures = {
    "chain of 1,000 NoOp nodes, µs a node": best(executing(chain(1000).build(registry))) * 1e3,
    "fan of 1,000 into a Merge, µs a node": best(executing(fan(1000).build(registry))) * 1e3,
    "one NoOp node, µs": best(executing(one), inner=2000) * 1e6,
    "chain of 100 callbacks, µs a node": best(executing(chain(100, "Callback").build(registry)), inner=20) * 1e4,
    "10,000 rows through one node, ms": best(executing(one, {"rows": ROWS})) * 1e3,
    "10,000 rows through ten nodes, ms": best(executing(ten, {"rows": ROWS})) * 1e3,
    "marshal of the same rows, ms": best(lambda: marshal.loads(marshal.dumps(ROWS))) * 1e3,
    "build 1,000 nodes, ms": best(lambda: chain(1000).build(registry)) * 1e3,
    "read 1,000 nodes from JSON, ms": best(lambda: kailash.WorkflowBuilder.from_json(text)) * 1e3,
    "import kailash, ms": IMPORT_MS,
    "import kailash, MB": IMPORT_MB,
    "peak memory of this benchmark, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}
json.dump(figures, sys.stdout)
