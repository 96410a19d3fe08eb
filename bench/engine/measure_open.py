"""The same shapes on the open Python SDK, as far as it has them. Prints one JSON object."""

import gc
import json
import logging
import resource
import sys
import time
import warnings

BASE_MEMORY = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
BEGIN = time.perf_counter()
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
from kailash.runtime.local import LocalRuntime  # noqa: E402
from kailash.workflow.builder import WorkflowBuilder  # noqa: E402

IMPORT_MS = (time.perf_counter() - BEGIN) * 1e3
IMPORT_MB = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - BASE_MEMORY) / 1024


def best(work, rounds=3):
    smallest = float("inf")
    work()
    for _ in range(rounds):
        gc.collect()
        begin = time.perf_counter()
        work()
        smallest = min(smallest, time.perf_counter() - begin)
    return smallest


def chain(count):
    builder = WorkflowBuilder()
    for index in range(count):
        builder.add_node("PythonCodeNode", f"n{index}", {"code": "result = {'x': 1}"})
    for index in range(count - 1):
        builder.add_connection(f"n{index}", "result", f"n{index + 1}", "x")
    return builder.build()


runtime = LocalRuntime()
one, hundred = chain(1), chain(100)
figures = {
    "one NoOp node, µs": best(lambda: runtime.execute(one)) * 1e6,
    "chain of 100 callbacks, µs a node": best(lambda: runtime.execute(hundred)) * 1e4,
    "build 1,000 nodes, ms": best(lambda: chain(1000), rounds=1) * 1e3,
    "import kailash, ms": IMPORT_MS,
    "import kailash, MB": IMPORT_MB,
}
json.dump(figures, sys.stdout)
