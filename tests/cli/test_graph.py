"""kailash graph: SVG that is well-formed and clear, DOT that Graphviz could read."""

import json
import random
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest
from conftest import definition, edge, kailash, needs_gate, node
from hypothesis import given, settings
from hypothesis import strategies as st

SVG = "{http://www.w3.org/2000/svg}"


def svg_of(graph):
    done = kailash("graph", "-", stdin=json.dumps(graph))
    assert (done.returncode, done.stderr) == (0, "")
    return ET.fromstring(done.stdout)


def cards(svg):
    """(id, left, top, right, bottom) of every card."""
    found = []
    for group in svg.iter(SVG + "g"):
        rect = group.find(SVG + "rect")
        if rect is not None:
            x, y, w, h = (float(rect.get(k)) for k in ("x", "y", "width", "height"))
            found.append((group.find(SVG + "title").text, x, y, x + w, y + h))
    return found


def lines(svg):
    return [p for p in svg.iter(SVG + "path") if (p.get("class") or "").startswith("line")]


def points_of(path):
    """The polygon of a forward line: all its end and control points, in order."""
    x = y = 0.0
    found = []
    for command, text in re.findall(r"([MHC])([^MHCVq]*)", path.get("d")):
        numbers = [float(n) for n in text.split()]
        if command == "H":
            x = numbers[0]
            found.append((x, y))
        else:
            found += zip(numbers[::2], numbers[1::2])
            x, y = found[-1]
    return found


def overlap(a, b):
    return a[1] < b[3] and b[1] < a[3] and a[2] < b[4] and b[2] < a[4]


@st.composite
def graphs(draw):
    """Acyclic by construction: edges lead from a lower to a higher index."""
    count = draw(st.integers(1, 40))
    pairs = [(a, b) for b in range(count) for a in range(b)]
    chosen = draw(st.sets(st.sampled_from(pairs), max_size=120)) if pairs else set()
    ports = st.sampled_from(["a", "b", "c"])
    ids = [f"n{i}" + draw(st.sampled_from(["", "_long_name" * 3, "日本", "<&\">"])) for i in range(count)]
    return definition([node(i) for i in ids],
                      [edge(ids[a], draw(ports), ids[b], draw(ports)) for a, b in sorted(chosen)])


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_boxes_do_not_overlap_and_all_is_inside(graph):
    svg = svg_of(graph)
    width, height = float(svg.get("width")), float(svg.get("height"))
    boxes = cards(svg)
    assert len(boxes) == len(graph["nodes"])
    for i, box in enumerate(boxes):
        assert box[1] >= 0 and box[2] >= 0 and box[3] <= width and box[4] <= height
        assert not any(overlap(box, other) for other in boxes[:i])


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_lines_lead_to_the_right_and_pass_no_box(graph):
    svg = svg_of(graph)
    boxes = cards(svg)
    for path in lines(svg):
        points = points_of(path)
        assert all(a[0] <= b[0] + 0.11 for a, b in zip(points, points[1:]))
        for (ax, ay), (bx, by) in zip(points, points[1:]):
            if ay == by:  # a straight piece; ends lie on the edges of boxes, up to rounding
                assert not any(box[1] + 1 < (ax + bx) / 2 < box[3] - 1 and box[2] < ay < box[4]
                               for box in boxes), path.find(SVG + "title").text


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_levels_are_columns(graph):
    svg = svg_of(graph)
    levels = {f"{n['id']} (NoOpNode)": n["level"] for n in json.loads(
        kailash("graph", "-", "--json", stdin=json.dumps(graph)).stdout)["nodes"]}
    centres = {}
    for name, left, _, right, _ in cards(svg):
        centres.setdefault(levels[name], set()).add(round((left + right) / 2))
    ordered = [centres[level] for level in sorted(centres)]
    assert all(max(c) - min(c) <= 1 for c in ordered)
    assert [max(c) for c in ordered] == sorted(max(c) for c in ordered)


def test_every_connection_is_a_line_once():
    graph = definition([node("a"), node("b")], [edge("a", "x", "b", "y"), edge("a", "x", "b", "y"),
                                                edge("a", "x", "b", "z"), edge("a", "w", "b", "y")])
    titles = sorted(p.find(SVG + "title").text for p in lines(svg_of(graph)))
    assert titles == ["a.w → b.y", "a.x → b.y", "a.x → b.z"]


def test_ports_are_named_at_both_ends():
    texts = [t.text for t in svg_of(definition([node("a"), node("b")],
                                               [edge("a", "rows", "b", "items")])).iter(SVG + "text")]
    assert texts == ["a", "NoOpNode", "rows", "b", "NoOpNode", "items"]


def test_labels_are_shortened_escaped_and_legal():
    long, odd = "n" * 100, "<b>&\"'\x01\x1f\x7f\ufffe"
    svg = svg_of(definition([node(long), node(odd)]))
    texts = [t.text for t in svg.iter(SVG + "text")]
    assert texts[0] == "n" * 27 + "…"
    assert texts[2] == "<b>&\"'\ufffd\ufffd\ufffd\ufffd"
    assert svg.find(SVG + "g/" + SVG + "title").text == f"{long} (NoOpNode)"


def test_both_themes():
    style = svg_of(definition([node("a")])).find(SVG + "style").text
    assert "@media (prefers-color-scheme:dark)" in style and style.count("{") == style.count("}")


@needs_gate
def test_gates_are_diamonds_with_their_condition():
    when = {"all": [{"input": "ok", "truthy": True}, {"not": {"input": "n", "equals": 5}}]}
    graph = definition([node("a"), node("g", "GateNode", when=when), node("h", "GateNode")],
                       [edge("a", "ok", "g", "ok")])
    svg = svg_of(graph)
    gates = [g for g in svg.iter(SVG + "g") if "gate-node" in g.get("class")]
    assert [[t.text for t in g.iter(SVG + "text")] for g in gates] == [
        ["if", "(ok and not n = 5)"], ["if", "always"]]
    assert gates[0].find(SVG + "path").get("d").count("L") == 3
    dot = kailash("graph", "-", "-f", "dot", stdin=json.dumps(graph)).stdout
    assert 'shape=diamond' in dot and 'label="if (ok and not n = 5)"' in dot


def test_cycles_are_led_around_below():
    graph = definition([node("a"), node("b")], [edge("a", "x", "b", "x"), edge("b", "y", "a", "y"),
                                                edge("b", "s", "b", "s")], cycles=True)
    svg = svg_of(graph)
    back = [p for p in lines(svg) if "back" in p.get("class")]
    assert sorted(p.find(SVG + "title").text for p in back) == ["b.s → b.s", "b.y → a.y"]
    bottom = max(box[4] for box in cards(svg))
    for path in back:
        lowest = max(float(v) for v in re.findall(r"V(-?[\d.]+)", path.get("d")))
        assert bottom < lowest < float(svg.get("height"))


@pytest.mark.parametrize("count, seed", [(60, 0), (60, 1), (100, 3), (150, 5)])
def test_a_dense_graph_has_room_for_all(count, seed):
    dice = random.Random(seed)
    graph = definition([node(f"n{i}") for i in range(count)],
                       [edge(f"n{a}", "o", f"n{b}", "x") for b in range(count) for a in range(b)
                        if dice.random() < 0.2])
    boxes = cards(svg_of(graph))
    assert len(boxes) == count
    assert not any(overlap(a, b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_three_hundred_nodes_are_quick():
    graph = definition([node(f"n{i}") for i in range(300)],
                       [edge(f"n{i // 2}", "o", f"n{i}", f"p{i % 3}") for i in range(1, 300)] +
                       [edge(f"n{i}", "o", f"n{i + 100}", "q") for i in range(200)])
    svg = svg_of(graph)
    assert len(cards(svg)) == 300 and len(lines(svg)) == 499


def test_a_chain_is_a_straight_line():
    svg = svg_of(definition([node(f"n{i}") for i in range(6)],
                            [edge(f"n{i}", "o", f"n{i + 1}", "i") for i in range(5)]))
    assert len({box[2] for box in cards(svg)}) == 1


def test_too_large_to_draw_is_said():
    graph = definition([node(f"n{i}") for i in range(20001)])
    done = kailash("graph", "-", stdin=json.dumps(graph))
    assert done.returncode == 1 and "too large to draw: 20001 nodes, at most 20000" in done.stderr
    assert kailash("graph", "-", "--format", "dot", stdin=json.dumps(graph)).returncode == 0


def test_dot_text():
    graph = definition([node('say "hi" \\ bye'), node("b")], [edge('say "hi" \\ bye', "x", "b", "x"),
                                                            edge('say "hi" \\ bye', "x", "b", "y")])
    dot = kailash("graph", "-", "--format", "dot", stdin=json.dumps(graph)).stdout
    assert dot.splitlines()[0] == "digraph workflow {" and dot.endswith("}\n")
    assert r'  n0 [label="say \"hi\" \\ bye\nNoOpNode"];' in dot.splitlines()
    assert '  n0 -> n1 [label="x"];' in dot.splitlines()
    assert '  n0 -> n1 [label="x → y"];' in dot.splitlines()


@pytest.mark.skipif(not shutil.which("dot"), reason="Graphviz is not installed")
@settings(max_examples=20, deadline=None)
@given(graphs())
def test_graphviz_reads_the_dot(graph):
    dot = kailash("graph", "-", "-f", "dot", stdin=json.dumps(graph)).stdout
    assert subprocess.run(["dot", "-Tdot"], input=dot, text=True, capture_output=True).returncode == 0


def test_the_name_of_the_file_chooses_the_format(workflow, tmp_path):
    path = workflow([node("a")])
    for name, start in (("g.dot", "digraph"), ("g.gv", "digraph"), ("g.svg", "<svg"), ("g", "<svg")):
        assert kailash("graph", path, "-o", tmp_path / name).stdout == ""
        assert (tmp_path / name).read_text().startswith(start)
    kailash("graph", path, "-o", tmp_path / "x.dot", "--format", "svg")
    assert (tmp_path / "x.dot").read_text().startswith("<svg")


def test_json(workflow):
    path = workflow([node("a"), node("b")], [edge("a", "x", "b", "y")])
    assert json.loads(kailash("graph", path, "--json").stdout) == {
        "levels": 2,
        "nodes": [{"id": "a", "type": "NoOpNode", "level": 0}, {"id": "b", "type": "NoOpNode", "level": 1}],
        "connections": [edge("a", "x", "b", "y")]}
    both = kailash("graph", path, "--json", "--format", "dot")
    assert both.returncode == 2 and "exclude each other" in both.stderr
