"""Texts that come again and again are one string within the library: nobody must notice but by speed and memory."""

import collections
import gc
import re
import weakref

import kailash
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from node_calls import REGISTRY, RUNTIME, call, result

MANY = 6000  # more than are made before any is looked for again
TEXTS = st.lists(st.text(max_size=40), min_size=1, max_size=60, unique=True)


def spread(texts, seed):
    """Many texts of these kinds, each also a str of its own."""
    picked = [texts[(seed + at * at * 31 + at) % len(texts)] for at in range(MANY)]
    return ["".join(list(text)) for text in picked]


@given(TEXTS, st.integers(0, 1 << 30))
@settings(max_examples=40, deadline=None)
def test_lists_and_rows_come_back_as_they_went(texts, seed):
    words = spread(texts, seed)
    rows = [{"id": at, "word": word, "note": word[::-1]} for at, word in enumerate(words)]
    assert result("ArrayOperationsNode", {"operation": "reverse"}, array=words) == words[::-1]
    assert result("ArrayOperationsNode", {"operation": "map", "field": "word"}, array=rows) == words
    assert result("ArrayOperationsNode", {"operation": "unique"}, array=words) == list(dict.fromkeys(words))
    groups = collections.defaultdict(list)
    for row in rows:
        groups[row["word"]].append(row)
    assert result("ArrayOperationsNode", {"operation": "group_by", "field": "word"}, array=rows) == groups


@given(TEXTS, st.text(min_size=1, max_size=3), st.integers(0, 1 << 30))
@settings(max_examples=40, deadline=None)
def test_splitting_and_joining_are_python_s(texts, delimiter, seed):
    words = spread(texts, seed)
    joined = result("StringOperationsNode", {"operation": "join", "delimiter": delimiter}, array=words)
    assert joined == delimiter.join(words)
    split = result("StringOperationsNode", {"operation": "split", "delimiter": delimiter}, text=joined)
    assert split == joined.split(delimiter)
    found = result("StringOperationsNode", {"operation": "regex_find_all", "pattern": "[a-z]+"}, text=joined)
    assert found == re.findall("[a-z]+", joined)


@pytest.mark.parametrize("delimiter", ["", " ", ", ", "é", "a delimiter that is long"])
def test_long_lists_are_joined_in_parts(delimiter):
    words = [f"word{at % 700}" for at in range(150_000)]
    for odd in (None, "größer", "x" * 5000):
        if odd:
            words[77_777] = odd
        assert call("StringOperationsNode", {"operation": "join", "delimiter": delimiter},
                    {"array": words})["result"] == delimiter.join(words)
    mixed = [at if at % 3 else f"{at % 100}" for at in range(150_000)]
    assert result("StringOperationsNode", {"operation": "join", "delimiter": delimiter},
                  array=mixed) == delimiter.join(map(str, mixed))


def test_a_text_that_becomes_too_long_is_refused_in_parts_too():
    words = ["x" * 1000] * 150_000
    with pytest.raises(RuntimeError, match="text_size"):
        result("StringOperationsNode", {"operation": "join", "delimiter": ""}, array=words)


@pytest.mark.parametrize("items", [
    list(range(300_000)), [at / 7 for at in range(300_000)], [f"{at % 50}" for at in range(300_000)],
    [at if at % 2 else None for at in range(300_000)]], ids=["ints", "floats", "texts", "mixed"])
def test_long_lists_are_turned_round(items):
    assert result("ArrayOperationsNode", {"operation": "reverse"}, array=items) == items[::-1]


def test_what_several_nodes_give_is_whole_in_all_of_them():
    builder = kailash.WorkflowBuilder()
    config = {"operation": "split", "delimiter": " "}
    builder.add_node("StringOperationsNode", "split", config)
    builder.add_node("ArrayOperationsNode", "turned", {"operation": "reverse"})
    builder.add_node("ArrayOperationsNode", "again", {"operation": "reverse"})
    builder.connect("split", "result", "turned", "array")
    builder.connect("turned", "result", "again", "array")
    words = [f"w{at % 300}" for at in range(MANY)]
    done = RUNTIME.execute(builder.build(REGISTRY), {"text": " ".join(words)})["results"]
    assert done["split"]["result"] == words
    assert done["turned"]["result"] == words[::-1]
    assert done["again"]["result"] == words
    gc.collect()
    assert done["again"]["result"] == words


class Row(dict):
    """Can be watched."""


def test_nothing_of_the_arguments_is_kept():
    row = Row(kind="".join(["ki", "nd"]))
    watch = weakref.ref(row)
    rows = [{"kind": "".join(["ki", "nd"])} for _ in range(MANY)] + [row]
    result("ArrayOperationsNode", {"operation": "map", "field": "kind"}, array=rows)
    del rows, row
    gc.collect()
    assert watch() is None


def test_equal_texts_of_a_result_are_one_str():
    words = call("StringOperationsNode", {"operation": "split", "delimiter": " "}, {"text": "one two three " * 50_000})
    assert len({id(word) for word in words["result"]}) < 20_000
