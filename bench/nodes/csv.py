#!/usr/bin/env python3
"""CSVProcessorNode from file to file beside Python's csv module and pyarrow; prints a Markdown table.

    bench/nodes/csv.py [MEGABYTES]      size of the file that is read; 200 unless given

Claims: reading, filtering and writing takes at most a fifth of what Python's csv takes for the same, and less than
150 MB of memory whatever the size of the file. KAILASH_PYARROW names the interpreter of an environment with pyarrow,
where the one that runs this has none; it works in one thread, as the node does.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.pop(0)  # this folder, where "csv" is this file

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("KAILASH_BUILD", ROOT / "build" / "release"))
ROUNDS, FASTER, MEMORY = 3, 5.0, 150
COLUMNS = ["id", "name", "kind", "price", "sold", "note"]
TASKS = {
    "kept by a text (a tenth)": {"field": "kind", "op": "equals", "value": "kind 7"},
    "kept by a number (half)": {"field": "price", "op": "gt", "value": 500},
}


def write_rows(path, megabytes):
    """Repeats a block of rows, every second of which has a quoted cell, until the file is that large."""
    lines = []
    for at in range(100_000):
        price = at * 7919 % 100_000 / 100 + 0.001
        note = f'"said ""{at}"", twice"' if at % 2 else f"note number {at * 31 % 977}"
        lines.append(f"{at},name {at * 17 % 10_007},kind {at % 10},{price},{at * 13 % 1000},{note}\n")
    block, header = "".join(lines).encode(), ",".join(COLUMNS).encode() + b"\n"
    with open(path, "wb") as file:
        file.write(header)
        for _ in range(round(megabytes * 1e6 / len(block))):
            file.write(block)


# ---- the sides: each gives the number of rows written --------------------------------------------

def with_node(source, destination, expression):
    import kailash

    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder()
    builder.add_node("CSVProcessorNode", "n", {
        "action": "transform", "source_path": source, "destination_path": destination, "filter": expression,
        "infer_types": expression["op"] == "gt"})
    return kailash.Runtime(registry).execute(builder.build(registry))["results"]["n"]["row_count"]


def with_csv(source, destination, expression):
    import csv

    column, value, count = COLUMNS.index(expression["field"]), expression["value"], 0
    is_number = expression["op"] == "gt"
    with open(source, newline="") as reads, open(destination, "w", newline="") as writes:
        reader, writer = csv.reader(reads), csv.writer(writes, lineterminator="\n")
        writer.writerow(next(reader))
        for row in reader:
            if float(row[column]) > value if is_number else row[column] == value:
                writer.writerow(row)
                count += 1
    return count


def with_pyarrow(source, destination, expression):
    import pyarrow
    import pyarrow.compute
    import pyarrow.csv

    pyarrow.set_cpu_count(1)
    is_number, count = expression["op"] == "gt", 0
    types = None if is_number else dict.fromkeys(COLUMNS, pyarrow.string())
    test = pyarrow.compute.greater if is_number else pyarrow.compute.equal
    reader = pyarrow.csv.open_csv(source, pyarrow.csv.ReadOptions(use_threads=False),
                                  convert_options=pyarrow.csv.ConvertOptions(column_types=types))
    with pyarrow.csv.CSVWriter(destination, reader.schema) as writer:
        for batch in reader:
            kept = batch.filter(test(batch.column(expression["field"]), expression["value"]))
            writer.write_batch(kept)
            count += kept.num_rows
    return count


SIDES = {"ours": with_node, "csv": with_csv, "pyarrow": with_pyarrow}


def peak_memory():
    status = pathlib.Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1e3


def measure(side, source, destination, task):
    begin = time.perf_counter()
    count = SIDES[side](source, destination, TASKS[task])
    print(json.dumps([time.perf_counter() - begin, peak_memory(), count]))


# ---- all -----------------------------------------------------------------------------------------

def interpreters():
    found = {"ours": sys.executable, "csv": sys.executable}
    other = os.environ.get("KAILASH_PYARROW", sys.executable)
    if subprocess.run([other, "-c", "import pyarrow"], capture_output=True, check=False).returncode == 0:
        found["pyarrow"] = other
    else:
        print("pyarrow is not installed (KAILASH_PYARROW names an interpreter that has it); left out\n")
    return found


def once(interpreter, side, source, destination, task):
    command = [interpreter, __file__, "measure", side, source, destination, task]
    environment = {**os.environ, "PYTHONPATH": str(BUILD / "python")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def best(sides, task, folder):
    """The least seconds, the most MB and the rows of every side, the sides in turns: the machine is not always
    equally fast."""
    found = {side: [] for side in sides}
    for _ in range(ROUNDS):
        for side, interpreter in sides.items():
            found[side].append(once(interpreter, side, f"{folder}/source.csv", f"{folder}/{side}.csv", task))
    figures = {side: (min(seconds), max(memory), rows[0])
               for side, runs in found.items() for seconds, memory, rows in [zip(*runs, strict=True)]}
    assert len({rows for _, _, rows in figures.values()}) == 1, figures
    return figures


def main():
    megabytes, sides = int(sys.argv[1]) if sys.argv[1:] else 200, interpreters()
    print(f"| {megabytes} MB, s and MB | " + " | ".join(f"{side}, s | {side}, MB" for side in sides)
          + f" | faster than csv, times (bar {FASTER:g}) |")
    print("|---|" + "---|" * (2 * len(sides) + 1))
    with tempfile.TemporaryDirectory() as folder:
        write_rows(f"{folder}/source.csv", megabytes)
        for task in TASKS:
            figures = best(sides, task, folder)
            cells = [f"{seconds:.3g} | {memory:.0f}" for seconds, memory, _ in figures.values()]
            print(f"| {task} | " + " | ".join(cells) + f" | {figures['csv'][0] / figures['ours'][0]:.1f} |", flush=True)
            if figures["ours"][1] >= MEMORY:
                print(f"the node took {figures['ours'][1]:.0f} MB, the bar is {MEMORY}", file=sys.stderr)


if __name__ == "__main__":
    measure(*sys.argv[2:]) if sys.argv[1:2] == ["measure"] else main()
