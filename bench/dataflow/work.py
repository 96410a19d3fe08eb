"""What every side of the comparison does, and how it is timed. Run by run.py in each environment."""

import gc
import json
import resource
import time

ROWS = 2000
BULK = 20_000
LISTED = 100
COLUMNS = ("id", "name", "age", "score", "active")


def record(number):
    """A row without its key: the database numbers the rows."""
    return {"name": f"name {number}", "age": number % 90, "score": number / 4, "active": number % 2 == 0}


RECORDS = [record(number) for number in range(ROWS)]
BULK_RECORDS = [record(number) for number in range(BULK)]


def rate(count, work, prepare=None, rounds=5):
    """Things done in a second, `count` in each call of `work`: the best of several rounds."""
    best = float("inf")
    for _ in range(rounds):
        if prepare:
            prepare()
        gc.collect()
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return count / best


def compare(side):
    """The figures of one side. It has: empty(), create(row) and update(key, row) giving the whole row,
    many(rows) in one transaction, read(key), page(limit), everything(), bulk(rows), groups();
    and bulk_untold(rows), if it can insert many rows without giving them back."""

    def create_each():
        for row in RECORDS:
            side.create(row)

    def read_each():
        for key in range(1, ROWS + 1):
            side.read(key)

    def update_each():
        for key in range(1, ROWS + 1):
            side.update(key, {"age": key % 50, "score": key / 2})

    def pages():
        for _ in range(200):
            side.page(LISTED)

    figures = {
        "create and read back, /s": rate(ROWS, create_each, side.empty),
        "create inside a transaction, /s": rate(ROWS, lambda: side.many(RECORDS), side.empty),
    }
    side.empty()
    created = side.create(RECORDS[1])
    assert {**created, "active": bool(created["active"])} == {"id": 1, **RECORDS[1]}, created
    side.empty()
    side.many(RECORDS)
    assert side.read(3)["name"] == "name 2" and len(side.page(LISTED)) == LISTED
    figures["read by key, /s"] = rate(ROWS, read_each)
    figures["update and read back, /s"] = rate(ROWS, update_each)
    assert side.read(7)["age"] == 7
    figures["list of 100, rows/s"] = rate(200 * LISTED, pages)
    figures["bulk insert, rows/s"] = rate(BULK, lambda: side.bulk(BULK_RECORDS), side.empty)
    assert len(side.everything()) == BULK
    if hasattr(side, "bulk_untold"):
        figures["bulk insert, nothing given back, rows/s"] = rate(BULK, lambda: side.bulk_untold(BULK_RECORDS), side.empty)
    figures["list of all, rows/s"] = rate(BULK, side.everything)
    figures["GROUP BY, /s"] = rate(1, side.groups)
    side.empty()
    figures["peak memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures))
