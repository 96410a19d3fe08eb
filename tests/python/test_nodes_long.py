"""Lists and texts so long that all processors work on them give what Python gives."""

import os
import random
import re
import threading

import pytest

from node_calls import call, result

COUNT = 120_000  # from 100,000 items, or a MiB of text, on
draw = random.Random(5)
ROWS = [
    {"id": at, "name": f"name {draw.randrange(1000)}", "kind": draw.choice(["a", "b", "a kind with a longer name"]),
     "price": draw.random()}
    for at in range(COUNT)
]
WORDS = [draw.choice(["word", "aba", "ba", "12", "7", "a long word with blanks"]) for _ in range(COUNT * 2)]
TEXT = " ".join(WORDS)
WIDE = " ".join(WORDS[:COUNT]) + " ünïcode ß " + " ".join(WORDS[COUNT:])


def arrays(operation, items=ROWS, **config):
    return result("ArrayOperationsNode", {"operation": operation, **config}, array=items)


def strings(operation, text, **config):
    return result("StringOperationsNode", {"operation": operation, **config}, text=text)


def transform(operation, text, **config):
    return result("TextTransformNode", {"operation": operation, **config}, text=text)


def test_rows():
    groups = {}
    for row in ROWS:
        groups.setdefault(row["kind"], []).append(row)
    made = arrays("group_by", field="kind")
    assert made == groups
    assert list(made) == list(groups)
    assert arrays("map", field="name") == [row["name"] for row in ROWS]
    assert arrays("reverse") == ROWS[::-1]
    assert arrays("sort", field="price") == sorted(ROWS, key=lambda row: row["price"])
    by_name = sorted(ROWS, key=lambda row: row["name"], reverse=True)  # stable, as ours
    assert arrays("sort", field="name", descending=True) == by_name


def test_filters():
    condition = {"and": [{"field": "price", "op": "gt", "value": 0.5}, {"field": "name", "op": "contains", "value": "7"}]}
    kept = [row for row in ROWS if row["price"] > 0.5 and "7" in row["name"]]
    assert arrays("filter", expression=condition) == kept
    outputs = call("FilterNode", {"expression": condition}, {"data": ROWS})
    assert outputs == {"filtered": kept, "count": len(kept), "dropped_count": COUNT - len(kept)}


@pytest.mark.parametrize("text", [TEXT, WIDE], ids=["ascii", "wide"])
def test_texts(text):
    assert len(text) > 1 << 20
    assert strings("split", text, delimiter=" ") == text.split(" ")
    assert strings("split", text, delimiter="aba") == text.split("aba")
    assert result("StringOperationsNode", {"operation": "join", "delimiter": ", "}, array=text.split(" ")) == \
        ", ".join(text.split(" "))
    for old, new in [("word", "term"), ("a", ""), ("12", "twelve"), ("aba", "xyz"), ("ba", "é"), ("é", "e")]:
        assert strings("replace", text, pattern=old, replacement=new) == text.replace(old, new)
    for pattern in [r"\d+", r"[^ ]+", r"a.*?word", r"(?<=a )\w", r"$"]:
        expected = [match.group() for match in re.finditer(pattern.replace("$", r"\Z"), text)]
        assert strings("regex_find_all", text, pattern=pattern) == expected
    assert transform("uppercase", text) == text.upper()
    assert transform("lowercase", text.upper()) == text.upper().lower()
    assert transform("reverse", text) == text[::-1]


@pytest.mark.parametrize("at", [0, 511, 512, 8191, 8192, len(TEXT) // 2, len(TEXT)])
def test_one_character_that_is_not_ascii(at):
    text = TEXT[:at] + "ß" + TEXT[at:]
    for operation, expected in [("uppercase", text.upper()), ("lowercase", text), ("reverse", text[::-1])]:
        assert transform(operation, text) == expected


def test_a_text_made_where_python_keeps_it_is_a_str_as_any_other():
    made = transform("uppercase", TEXT)
    assert type(made) is str
    assert hash(made) == hash(TEXT.upper())
    assert {made: 1}[TEXT.upper()] == 1
    assert made.encode().decode() == made
    assert made.isascii()
    assert transform("lowercase", made) == TEXT.lower()
    assert transform("uppercase", TEXT) is not made


def test_short_texts_of_rows_come_back_as_they_are():
    rows = [{"text": "x" * size + end} for size in range(40) for end in ("", "é", "\0", "\0y")]
    assert arrays("map", rows, field="text") == [row["text"] for row in rows]
    assert all(a is b["text"] for a, b in zip(arrays("map", rows, field="text"), rows, strict=True) if len(a) > 1)
    joined = result("StringOperationsNode", {"operation": "join", "delimiter": "|"}, array=[row["text"] for row in rows])
    assert joined == "|".join(row["text"] for row in rows)


def test_several_threads_at_once():
    failed = []

    def work():
        try:
            test_filters()
            assert strings("replace", TEXT, pattern="word", replacement="term") == TEXT.replace("word", "term")
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_a_forked_child_has_threads_of_its_own():
    expected = transform("uppercase", TEXT)
    child = os.fork()
    if child == 0:
        good = transform("uppercase", TEXT) == expected and arrays("reverse") == ROWS[::-1]
        os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
