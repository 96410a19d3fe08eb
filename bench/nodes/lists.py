#!/usr/bin/env python3
"""Nodes that compute, over a million items each, beside plain Python and the original wheel; prints a Markdown table.

Claims: a call takes at most a fifth of the wheel's; the node within it at most a third of what plain Python takes for
the same, but JSONTransformNode, which is measured against the package jmespath, at most a tenth of what that takes.

KAILASH_ORIGINAL names the interpreter of an environment with the wheel, KAILASH_JMESPATH that of one with jmespath,
where the one that runs this has none. "Call" is what the caller waits for: the items go from Python into the library
and the result comes back. "Node" is the node alone, as the run reports it: what it costs between two other nodes.
"""

import collections
import contextlib
import gc
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import time

sys.path.pop(0)  # this folder, where "http", "code" and "csv" are files

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("KAILASH_BUILD", ROOT / "build" / "release"))
COUNT = 1_000_000
ROUNDS, ROUNDS_MAX, SECONDS = 5, 40, 4  # of a case: more rounds while fewer seconds went by
MAY_COST = {"Python": 1 / 3, "wheel": 1 / 5, "jmespath": 1 / 10}

Case = collections.namedtuple("Case", "type_name config inputs plain expression", defaults=[None])


# ---- the work ------------------------------------------------------------------------------------

def group(rows, field):
    groups = collections.defaultdict(list)
    for row in rows:
        groups[row[field]].append(row)
    return groups


def cases():
    """What to run, by its name in the table; plain Python is a function without arguments."""
    draw = random.Random(1)
    numbers = [draw.randrange(COUNT) for _ in range(COUNT)]
    others = [draw.randrange(COUNT) for _ in range(COUNT)]
    floats = [draw.random() for _ in range(COUNT)]
    gaps = [None if number % 10 == 0 else number for number in numbers]
    pairs = [numbers[at:at + 2] for at in range(0, COUNT, 2)]
    rows = [{"id": at, "name": f"name {number}", "kind": f"kind {number % 100}", "price": number / 1000}
            for at, number in enumerate(numbers)]
    words = [f"word{number % 1000}" for number in numbers]
    text = " ".join(words)

    def array(operation, plain, items=numbers, **config):
        return Case("ArrayOperationsNode", {"operation": operation, **config}, {"array": items}, plain)

    def math(operation, plain, **config):
        return Case("MathOperationsNode", {"operation": operation, **config}, {"array": floats}, plain)

    def texts(operation, plain, family="TextTransformNode", **config):
        return Case(family, {"operation": operation, **config}, {"text": text}, plain)

    def rows_where(plain, **expression):
        def outputs():
            kept = plain()
            return {"filtered": kept, "count": len(kept), "dropped_count": COUNT - len(kept)}
        return Case("FilterNode", {"expression": expression}, {"data": rows}, outputs)

    def query(expression, plain):
        return Case("JSONTransformNode", {"expression": expression}, {"data": rows}, plain, expression)

    dear, word = {"field": "price", "op": "gt", "value": 500}, {"field": "name", "op": "contains", "value": "77"}
    mapping = {"id": "number", "name": "title"}
    other_set = set(others)
    return {
        "Text: uppercase": texts("uppercase", text.upper),
        "Text: replace": texts("replace", lambda: text.replace("word", "term"), pattern="word", replacement="term"),
        "Text: reverse": texts("reverse", lambda: text[::-1]),
        "Text: title": texts("title", text.title),
        "String: split": texts("split", lambda: text.split(" "), "StringOperationsNode", delimiter=" "),
        "String: join": Case("StringOperationsNode", {"operation": "join", "delimiter": " "}, {"array": words},
                             lambda: " ".join(words)),
        "String: regex_find_all": texts("regex_find_all", lambda: __import__("re").findall(r"\d+", text),
                                        "StringOperationsNode", pattern=r"\d+"),
        "Array: sort": array("sort", lambda: sorted(numbers)),
        "Array: sort rows": array("sort", lambda: sorted(rows, key=lambda row: row["price"]), rows, field="price"),
        "Array: unique": array("unique", lambda: list(dict.fromkeys(numbers))),
        "Array: reverse": array("reverse", lambda: numbers[::-1]),
        "Array: filter_null": array("filter_null", lambda: [item for item in gaps if item is not None], gaps),
        "Array: flatten": array("flatten", lambda: [item for pair in pairs for item in pair], pairs),
        "Array: filter": array("filter", lambda: [row for row in rows if row["price"] > 500], rows, expression=dear),
        "Array: map": array("map", lambda: [row["name"] for row in rows], rows, field="name"),
        "Array: group_by": array("group_by", lambda: group(rows, "kind"), rows, field="kind"),
        "Array: chunk": array("chunk", lambda: [numbers[at:at + 100] for at in range(0, COUNT, 100)], size=100),
        "Array: difference": Case("ArrayOperationsNode", {"operation": "difference"},
                                  {"array": numbers, "other": others},
                                  lambda: [item for item in dict.fromkeys(numbers) if item not in other_set]),
        "Math: sum": math("sum", lambda: sum(floats)),
        "Math: max": math("max", lambda: max(floats)),
        "Math: average": math("average", lambda: statistics.fmean(floats)),
        "Math: stddev": math("stddev", lambda: statistics.stdev(floats)),
        "Math: median": math("median", lambda: statistics.median(floats)),
        "Filter: price > 500": rows_where(lambda: [row for row in rows if row["price"] > 500], **dear),
        "Filter: two conditions": rows_where(
            lambda: [row for row in rows if row["price"] > 500 and "77" in row["name"]], **{"and": [dear, word]}),
        "DataMapper: two keys": Case("DataMapperNode", {"mapping": mapping}, {"data": rows}, lambda: [
            {new: row[old] for old, new in mapping.items()} for row in rows]),
        "JSONTransform: [*].name": query("[*].name", lambda: [row["name"] for row in rows]),
        "JSONTransform: [?...]": query("[?price > `500`].name",
                                       lambda: [row["name"] for row in rows if row["price"] > 500]),
        "JSONTransform: {...}": query("[*].{id: id, cost: price}",
                                      lambda: [{"id": row["id"], "cost": row["price"]} for row in rows]),
        "JSONTransform: sort_by": query("sort_by(@, &price)[*].id", lambda: [
            row["id"] for row in sorted(rows, key=lambda row: row["price"])]),
        "JSONTransform: sum": query("sum([*].price)", lambda: sum(row["price"] for row in rows)),
    }


# ---- one side, in a process of its own: reads names of cases, writes milliseconds ----------------

def node(case):
    import kailash

    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder()
    builder.add_node(case.type_name, "n", case.config)
    workflow, runtime = builder.build(registry), kailash.Runtime(registry)

    def work():
        done = runtime.execute(workflow, case.inputs)
        return done["results"]["n"], done["metadata"]["node_durations_ms"]["n"]

    return work


def same(outputs, expected):
    result = outputs["result"] if "result" in outputs else outputs
    near = isinstance(expected, float) and isinstance(result, float)
    return abs(result / expected - 1) < 1e-9 if near else result == expected


def prepare(side, case):
    """A function without arguments that gives milliseconds of the call and of the node; None where it cannot."""
    if side == "Python":
        return lambda: (case.plain(), None)
    if side == "jmespath":
        if not case.expression:
            return None
        import jmespath
        query = jmespath.compile(case.expression)
        return lambda: (query.search(case.inputs["data"]), None)
    work = node(case)
    try:
        if same(work()[0], case.plain()):
            return work
    except RuntimeError as error:
        if side == "ours":
            raise
        print(error, file=sys.stderr)
        return None
    assert side != "ours", f"{case.type_name} {case.config} is not what Python gives"
    return None


def measure(side):
    known, prepared = cases(), {}
    gc.collect()
    gc.freeze()  # the items are no part of what a collection of garbage looks at
    for name in map(str.strip, sys.stdin):
        if name not in prepared:
            prepared = {name: prepare(side, known[name])}
        figures = None
        if prepared[name]:
            begin = time.perf_counter()
            result, inner = prepared[name]()
            figures = [(time.perf_counter() - begin) * 1e3, inner]
            del result
        print(json.dumps(figures), flush=True)


# ---- all -----------------------------------------------------------------------------------------

class Side:
    def __init__(self, name, interpreter):
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        if name == "ours":
            environment["PYTHONPATH"] = str(BUILD / "python")  # and not where the wheel should be found
        self.process = subprocess.Popen([interpreter, __file__, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=None if name == "ours" else subprocess.DEVNULL, text=True,
                                        env=environment)

    def once(self, name):
        print(name, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            sys.exit("a side ended; see above")
        return json.loads(line)

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def has_jmespath(interpreter):
    return subprocess.run([interpreter, "-c", "import jmespath"], capture_output=True, check=False).returncode == 0


def begin_sides():
    sides = {"ours": Side("ours", sys.executable), "Python": Side("Python", sys.executable)}
    interpreter = os.environ.get("KAILASH_JMESPATH", sys.executable)
    if has_jmespath(interpreter):
        sides["jmespath"] = Side("jmespath", interpreter)
    else:
        print("jmespath is not installed (KAILASH_JMESPATH names an interpreter that has it); left out\n")
    if os.environ.get("KAILASH_ORIGINAL"):
        sides["wheel"] = Side("wheel", os.environ["KAILASH_ORIGINAL"])
    return sides


def best(sides, name):
    """The smallest figures of every side, which take turns: the machine is not always equally fast."""
    found, begin = {}, time.perf_counter()
    for turn in range(ROUNDS_MAX):
        if turn >= ROUNDS and time.perf_counter() - begin > SECONDS:
            break
        for side, process in sides.items():
            figures = process.once(name)
            if figures:
                old = found.get(side, figures)
                found[side] = [min(pair) if None not in pair else None for pair in zip(old, figures, strict=True)]
    return found


def row(name, found, against):
    call, inner = found["ours"]
    cells, missed = [f"{inner:.3g}", f"{call:.3g}"], []
    for side, own in (("Python", inner), ("jmespath", inner), ("wheel", call)):
        theirs = found[side][0] if side in found else None
        cells += [f"{theirs:.3g}" if theirs else "", f"{theirs / own:.1f}" if theirs else ""]
        if side in against and theirs and own > theirs * MAY_COST[side]:
            missed.append(side)
    return f"| {name} | " + " | ".join(cells) + f" | {', '.join(missed)} |"


def main():
    sides = begin_sides()
    print("| ms for 1,000,000 items | node | call | Python | node, times | jmespath | node, times "
          "| original wheel | call, times | misses the bar of |")
    print("|---|" + "---|" * 9)
    with contextlib.ExitStack() as stack:
        for side in sides.values():
            stack.callback(side.end)
        chosen = sys.argv[1:]
        for name, case in cases().items():
            if not chosen or any(word in name for word in chosen):
                against = ("jmespath",) if case.expression else ("Python", "wheel")
                print(row(name, best(sides, name), against), flush=True)


if __name__ == "__main__":
    measure(sys.argv[1]) if sys.argv[1:2] and sys.argv[1] in ("ours", *MAY_COST) else main()
