"""The workflow of the quickstart from Python: run.py [RESULTS]

RESULTS is what `kailash run --json` printed. The results here must equal it, save for what no two
runs share: ids and durations.
"""

import json
import sys
from pathlib import Path

import kailash

HERE = Path(__file__).parent
VOLATILE = {"run_id", "transaction_id", "total_duration_ms", "node_durations_ms", "elapsed_ms",
            "latency_ms", "idle_connections"}


def run() -> dict:
    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder.from_json((HERE / "workflow.json").read_text())
    return kailash.Runtime(registry).execute(builder.build(registry))


def lasting(value):
    """The value without what changes from run to run."""
    if isinstance(value, dict):
        return {key: lasting(item) for key, item in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return [lasting(item) for item in value]
    return value


def main(results_of_command: str | None = None) -> None:
    result = run()
    nodes = result["results"]
    if "report" not in nodes:
        sys.exit(f"nothing was loaded: {nodes['check']['errors'][:3]}")
    words = nodes["words"]["result"]
    print(f"{words['rows_read']} rows read, {words['rows_dropped']} set aside, "
          f"{words['rows_loaded']} loaded; {words['windiest']} is the windiest")
    if results_of_command:
        other = json.loads(Path(results_of_command).read_text())
        if lasting(other) != lasting(result):
            sys.exit("the command and Python gave different results")
        print("The command and Python gave equal results.")


if __name__ == "__main__":
    main(*sys.argv[1:])
