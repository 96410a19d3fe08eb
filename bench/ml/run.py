#!/usr/bin/env python3
"""Every estimator beside scikit-learn: fit and predict (or transform), both on the same two threads.

Claims: no estimator is slower than scikit-learn beyond noise (ours ÷ theirs at most 1.1), the geometric mean of the
ratios is at most a third, on small data (iris, wine, breast cancer, diabetes) a tenth.

    run.py [WORD ...]     only cases whose name, file or data has one of the words
    run.py --memory       also what a fit and a prediction of each side take beyond the data, in processes of their own

Each file beside this one has CASES: (name, make ours, make theirs, data, options); options: {"fit": only fit(),
"rounds": how often, "target": "none" for no y, "x" and "y": one of the names of CHANGES}.
"""

import importlib
import json
import math
import os
import sys
import time
import traceback
import warnings
from pathlib import Path

THREADS = "2"
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "KAILASH_NUM_THREADS"):
    os.environ.setdefault(variable, THREADS)

import numpy as np  # noqa: E402
from datasets import dataset  # noqa: E402

HERE = Path(__file__).resolve().parent
SMALL = ("iris", "wine", "breast_cancer", "diabetes")
ENOUGH = 0.3  # seconds of rounds


def cases(words):
    for path in sorted(HERE.glob("*.py")):
        if path.stem in ("run", "datasets"):
            continue
        for case in importlib.import_module(path.stem).CASES:
            name, ours, theirs, data, *options = case
            text = f"{path.stem} {name} {data}"
            if not words or any(word in text for word in words):
                yield name, ours, theirs, data, options[0] if options else {}


def best(work, rounds):
    """Seconds of the quickest of some rounds, the fewer the longer one takes."""
    least, spent = math.inf, 0.0
    for _ in range(rounds):
        begin = time.perf_counter()
        result = work()
        took = time.perf_counter() - begin
        least, spent = min(least, took), spent + took
        if spent > ENOUGH * 10:
            break
    return least, result


def gaps(x, y):
    holes = np.random.default_rng(0).random(x.shape) < 0.05
    return np.where(holes, np.nan, x), y


CHANGES = {
    None: lambda x, y: (x, y),
    "nonnegative": lambda x, y: (np.abs(x), y),
    "first": lambda x, y: (np.ascontiguousarray(x[:, 0]), y),
    "labels": lambda x, y: (y, y),
    "gaps": gaps,
    "positive": lambda x, y: (x, np.abs(y) + 1),
}


def inputs(data, options):
    x, y = CHANGES[options.get("y")](*CHANGES[options.get("x")](*dataset(data)))
    return x, None if options.get("target") == "none" else y


def answer(model, x):
    for method in ("predict", "transform"):
        if hasattr(model, method):
            return lambda: getattr(model, method)(x)
    return None


def settle():
    """malloc hands large blocks back to the system until one was freed: who comes first would pay for both."""
    block = np.ones(3_500_000)
    del block


def times(make, x, y, options):
    settle()
    rounds = options.get("rounds", 5)
    fit, model = best(lambda: (lambda m: (m.fit(x) if y is None else m.fit(x, y), m)[1])(make()), rounds)
    ask = None if options.get("fit") else answer(model, x)
    return fit, best(ask, rounds)[0] if ask else None


def shown(seconds):
    if seconds is None:
        return ""
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.2g} µs"


def ratio(ours, theirs):
    return ours / theirs if ours and theirs else None


def mean(values):
    return math.exp(sum(math.log(v) for v in values) / len(values)) if values else math.nan


def resident(field):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def apart(work):
    """What a function gives in a child, as JSON: nothing here ever began a thread that it would miss."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, json.dumps(work()).encode())
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as said:
        text = said.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else None


def peak(make, x, y):
    """MB beyond those of the data."""
    with open("/proc/self/clear_refs", "w") as reset:
        reset.write("5")
    before = resident("VmRSS")
    model = make()
    model.fit(x) if y is None else model.fit(x, y)
    ask = answer(model, x)
    if ask:
        ask()
    return max(resident("VmHWM") - before, 0.0)


def main(words, memory):
    rows = []
    print("| estimator | data | fit ours | theirs | ÷ | predict ours | theirs | ÷ |" + (" MB ours | theirs |" if memory else ""))
    print("|---" * (10 if memory else 8) + "|")
    for name, ours, theirs, data, options in cases(words):
        x, y = inputs(data, options)
        taken = apart(lambda: (times(ours, x, y, options), times(theirs, x, y, options)))  # noqa: B023
        if not taken:
            print(f"| {name} | {data} | failed |")
            continue
        (fit, ask), (their_fit, their_ask) = taken
        a, b = ratio(fit, their_fit), ratio(ask, their_ask)
        rows.append((data, a, b))
        cells = [name, data, shown(fit), shown(their_fit), f"{a:.2f}", shown(ask), shown(their_ask), f"{b:.2f}" if b else ""]
        if memory:
            peaks = [apart(lambda: peak(side, x, y)) for side in (ours, theirs)]  # noqa: B023
            cells += ["failed" if mb is None else f"{mb:.1f}" for mb in peaks]
        print(f"| {' | '.join(cells)} |", flush=True)
    for title, chosen in (("all", rows), ("small data", [r for r in rows if r[0] in SMALL])):
        fits, asks = [r[1] for r in chosen], [r[2] for r in chosen if r[2]]
        print(f"\n{title}: {len(fits)} fits, geometric mean {mean(fits):.3f}, slowest {max(fits, default=math.nan):.2f}; "
              f"{len(asks)} predictions, {mean(asks):.3f}, slowest {max(asks, default=math.nan):.2f}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(HERE))
    arguments = sys.argv[1:]
    main([word for word in arguments if word != "--memory"], "--memory" in arguments)
