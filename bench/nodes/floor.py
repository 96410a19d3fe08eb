#!/usr/bin/env python3
"""What Python's own objects cost whoever makes them: the floor of a call from Python; prints a Markdown table.

A call gives its result as Python objects. A C extension that does nothing but make them takes this long, and what
`str.join` takes is mostly reading a million strings where Python put them. No claim stands here: the figures tell
which bars a call cannot reach, whatever the library does.
"""

import gc
import pathlib
import random
import subprocess
import sys
import sysconfig
import tempfile
import time

sys.path.pop(0)  # this folder, where "http", "code" and "csv" are files

HERE = pathlib.Path(__file__).resolve().parent
COUNT, ROUNDS = 1_000_000, 7


def extension():
    folder = tempfile.mkdtemp()
    target = pathlib.Path(folder) / ("floor" + sysconfig.get_config_var("EXT_SUFFIX"))
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-I", sysconfig.get_paths()["include"], str(HERE / "floor.c"),
                    "-o", str(target)], check=True)
    sys.path.insert(0, folder)
    import floor

    return floor


def milliseconds(work, *args):
    best = float("inf")
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        result = work(*args)
        best = min(best, time.perf_counter() - begin)
        del result
    return best * 1e3


def main():
    floor, draw = extension(), random.Random(1)
    numbers = [draw.randrange(COUNT) for _ in range(COUNT)]
    words = [f"word{number % 1000}" for number in numbers]
    text, block = " ".join(words), bytes(256 * 1024)
    gc.collect()
    gc.freeze()
    rows = [
        ("a list of 1,000,000 items that exist", milliseconds(floor.share, numbers)),
        ("a list of 1,000,000 ints", milliseconds(floor.ints, numbers)),
        ("a list of 1,000,000 floats", milliseconds(floor.floats, numbers)),
        ("a list of 1,000,000 strs of 7 characters", milliseconds(floor.texts, numbers)),
        ("a list of 1,000,000 dicts of 4 keys", milliseconds(floor.rows, numbers)),
        (f"a str of {len(text) / 1e6:.1f} MB", milliseconds(floor.long_text, text)),
        ("bytes of 256 KiB", milliseconds(floor.long_bytes, block)),
        ("1,000,000 strs read and joined", milliseconds(" ".join, words)),
    ]
    print("| what is made | ms |\n|---|---|")
    for name, time_taken in rows:
        print(f"| {name} | {time_taken:.3g} |")


if __name__ == "__main__":
    main()
