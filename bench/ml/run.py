#!/usr/bin/env python3
"""Every estimator beside scikit-learn: fit and predict (or transform), both on the same two threads.

Claims: no estimator is slower than scikit-learn beyond noise (ours ÷ theirs at most 1.1), the geometric mean of the
ratios is at most a third, on small data (iris, wine, breast cancer, diabetes) a tenth.

    run.py [WORD ...]     only cases whose name, file or data has one of the words
    run.py --memory       also the peak of each side, in processes of their own

Each file beside this one has CASES: (name, make ours, make theirs, data, options); options: {"fit": only fit(),
"rounds": how often, "x": "nonnegative" for |x|, "target": "numbers" or "none"}.
"""

import importlib
import math
import os
import resource
import subprocess
import sys
import time
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


def inputs(data, options):
    x, y = dataset(data)
    if options.get("x") == "nonnegative":
        x = np.abs(x)
    return x, None if options.get("target") == "none" else y


def answer(model, x):
    for method in ("predict", "transform"):
        if hasattr(model, method):
            return lambda: getattr(model, method)(x)
    return None


def times(make, x, y, options):
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


def peak(index, side, words):
    """MB that a process of its own takes for one case."""
    done = subprocess.run([sys.executable, __file__, "--one", str(index), side, *words], capture_output=True, text=True)
    return float(done.stdout.split()[-1]) if done.returncode == 0 else math.nan


def one(index, side, words):
    _, ours, theirs, data, options = list(cases(words))[index]
    x, y = inputs(data, options)
    model = (ours if side == "ours" else theirs)()
    model.fit(x) if y is None else model.fit(x, y)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main(words, memory):
    rows = []
    print("| estimator | data | fit ours | theirs | ÷ | predict ours | theirs | ÷ |" + (" MB ours | theirs |" if memory else ""))
    print("|---" * (10 if memory else 8) + "|")
    for index, (name, ours, theirs, data, options) in enumerate(cases(words)):
        x, y = inputs(data, options)
        try:
            (fit, ask), (their_fit, their_ask) = times(ours, x, y, options), times(theirs, x, y, options)
        except Exception as error:
            print(f"| {name} | {data} | {type(error).__name__}: {error} |")
            continue
        a, b = ratio(fit, their_fit), ratio(ask, their_ask)
        rows.append((data, a, b))
        cells = [name, data, shown(fit), shown(their_fit), f"{a:.2f}", shown(ask), shown(their_ask), f"{b:.2f}" if b else ""]
        if memory:
            cells += [f"{peak(index, side, words):.0f}" for side in ("ours", "theirs")]
        print(f"| {' | '.join(cells)} |", flush=True)
    for title, chosen in (("all", rows), ("small data", [r for r in rows if r[0] in SMALL])):
        fits, asks = [r[1] for r in chosen], [r[2] for r in chosen if r[2]]
        print(f"\n{title}: {len(fits)} fits, geometric mean {mean(fits):.3f}, slowest {max(fits, default=math.nan):.2f}; "
              f"{len(asks)} predictions, {mean(asks):.3f}, slowest {max(asks, default=math.nan):.2f}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(HERE))
    arguments = sys.argv[1:]
    if arguments[:1] == ["--one"]:
        one(int(arguments[1]), arguments[2], arguments[3:])
    else:
        main([word for word in arguments if word != "--memory"], "--memory" in arguments)
