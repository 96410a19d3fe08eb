"""kailash run."""

import json
import os
import signal
import stat
import subprocess
import time

import pytest
from conftest import (BINARY, edge, environment, kailash, needs_gate, needs_wait, node, on_terminal,
                      start)


@pytest.fixture
def pair(workflow):
    return workflow([node("a", x=1, text="hello"), node("b")], [edge("a", "x", "b", "y")])


def test_json_is_the_plain_result(pair):
    done = kailash("run", pair, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    result = json.loads(done.stdout)
    assert result["results"] == {"a": {"x": 1, "text": "hello"}, "b": {"y": 1}}
    assert list(result) == ["results", "run_id", "metadata"]
    assert result["metadata"]["nodes_executed"] == 2
    assert done.stdout.startswith('{"results":{"a":{"x":1,"text":"hello"},"b":{"y":1}},"run_id":"')


def test_a_table_of_nodes(pair):
    done = kailash("run", pair)
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["NODE", "LEVEL", "TIME", "OUTPUTS"]
    assert lines[1].split()[:2] == ["a", "0"] and lines[1].endswith('x: 1, text: "hello"')
    assert lines[2].split()[:2] == ["b", "1"] and lines[2].endswith("y: 1")
    assert lines[3].startswith("2 of 2 nodes in ")
    assert len(lines) == 4


@pytest.mark.parametrize("text, value", [
    ("5", 5), ("2.5", 2.5), ("true", True), ("null", None), ('"q"', "q"), ("[1,2]", [1, 2]),
    ('{"a":1}', {"a": 1}), ("plain text", "plain text"), ("", ""), ("a=b", "a=b"), ("{bad", "{bad"),
    ("日本", "日本"),
])
def test_inputs_are_json_or_text(pair, text, value):
    done = kailash("run", pair, "--json", "--input", f"v={text}")
    assert json.loads(done.stdout)["results"]["a"]["v"] == value


def test_single_inputs_come_over_the_file(pair, tmp_path):
    inputs = tmp_path / "in.json"
    inputs.write_text('{"p": 1, "q": 2}')
    done = kailash("run", pair, "--json", "--inputs", inputs, "-i", "q=3", "-ir=4")
    assert json.loads(done.stdout)["results"]["a"] == {"x": 1, "text": "hello", "p": 1, "q": 3, "r": 4}


@pytest.mark.parametrize("content, message", [
    ("[1]", "inputs are a JSON object, not array"), ("{\n  x}", ":2:3: "), ("", "1:1: ")])
def test_bad_input_files(pair, tmp_path, content, message):
    inputs = tmp_path / "in.json"
    inputs.write_text(content)
    done = kailash("run", pair, "--inputs", inputs)
    assert done.returncode == 1 and message in done.stderr and done.stderr.count("\n") == 1


def test_set_changes_configs(workflow):
    path = workflow([node("a", x=1), node("a.b", deep={"k": 1})])
    done = kailash("run", path, "--json", "-s", "a.x=9", "-s", "a.b.deep.k=[2]", "-s", "a.b.new.er=t")
    assert json.loads(done.stdout)["results"] == {
        "a": {"x": 9}, "a.b": {"deep": {"k": [2]}, "new": {"er": "t"}}}


@pytest.mark.parametrize("pair_text, message", [
    ("aa.x=1", "--set aa.x=1: no node 'aa'; did you mean a?"),
    ("zebra.x=1", "--set zebra.x=1: no node 'zebra'; write NODE.KEY=VALUE"),
    ("a=1", "--set a=1: no node 'a'"),
])
def test_set_names_a_node(workflow, pair_text, message):
    done = kailash("run", workflow([node("a")]), "--set", pair_text)
    assert done.returncode == 1 and message in done.stderr


def test_definition_from_standard_input(pair):
    done = kailash("run", "-", "--json", stdin=pair.read_text())
    assert json.loads(done.stdout)["results"]["b"] == {"y": 1}


def test_out_is_complete_json_in_a_file(pair, tmp_path):
    out = tmp_path / "result.json"
    out.write_text("old")
    out.chmod(0o640)
    done = kailash("run", pair, "--out", out)
    assert done.returncode == 0 and done.stdout.startswith("NODE")
    assert json.loads(out.read_text())["results"]["b"] == {"y": 1}
    assert stat.S_IMODE(out.stat().st_mode) == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["flow.json", "result.json"]


def test_out_with_json_prints_nothing(pair, tmp_path):
    done = kailash("run", pair, "--out", tmp_path / "r.json", "--json")
    assert (done.returncode, done.stdout) == (0, "")


def test_out_that_cannot_be_written(pair):
    done = kailash("run", pair, "--out", "/nonexistent/r.json")
    assert done.returncode == 1
    assert done.stderr == "kailash: cannot write /nonexistent/r.json: No such file or directory\n"


def test_a_refused_definition_says_where(workflow):
    path = workflow([node("a", "NoOpNod")])
    done = kailash("run", path)
    assert done.returncode == 1
    assert done.stderr == (f"kailash: {path}:5:17: nodes[0].type_name: unknown node type: NoOpNod; "
                           "did you mean NoOpNode?\n")


def test_a_refusal_as_json(workflow):
    done = kailash("run", workflow([node("a", "X"), node("a", "Y")]), "--json")
    error = json.loads(done.stdout)["error"]
    assert done.returncode == 1 and error["code"] == "state"
    assert [f["path"] for f in error["faults"]] == [
        "nodes[0].type_name", "nodes[1].type_name", "nodes[1].node_id"]


def test_a_missing_file():
    done = kailash("run", "/nonexistent.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "kailash: cannot open /nonexistent.json: No such file or directory\n"


@needs_wait
def test_a_failed_node_as_json(workflow):
    path = workflow([node("a", x=1), node("w", "WaitNode", duration_ms=-1)], [])
    done = kailash("run", path, "--json", "-i", "duration_ms=no")
    error = json.loads(done.stdout)["error"]
    assert done.returncode == 1
    assert error["node_id"] == "w" and "run_id" in error and "partial_results" in error
    assert done.stderr.startswith("kailash: workflow execution failed: node 'w' failed -> ")


@needs_wait
def test_a_time_limit(workflow):
    path = workflow([node("w", "WaitNode", duration_ms=60000)])
    begun = time.monotonic()
    done = kailash("run", path, "--time-limit", "0.2")
    assert done.returncode == 1 and time.monotonic() - begun < 10
    assert "timed out after 200ms; give more with --time-limit" in done.stderr


@needs_wait
@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_cancels(workflow, number, code):
    running = start("run", workflow([node("w", "WaitNode", duration_ms=60000)]))
    time.sleep(0.5)
    running.send_signal(number)
    out, err = running.communicate(timeout=10)
    assert (running.returncode, out, err) == (code, "", "kailash: interrupted\n")


@needs_wait
def test_control_c_on_a_terminal_and_progress(workflow):
    path = workflow([node("slow_one", "WaitNode", duration_ms=60000), node("b")])
    code, shown = on_terminal("run", path, send=b"\x03", after=1.5)
    assert code == 130
    assert "/2 nodes" in shown and "interrupted" in shown
    assert shown.rindex("\x1b[K") < shown.rindex("interrupted")  # the line was taken away


@needs_wait
def test_nodes_run_side_by_side_as_told(workflow):
    path = workflow([node(f"w{i}", "WaitNode", duration_ms=300) for i in range(4)])
    begun = time.monotonic()
    kailash("run", path, "--max-concurrent", "4")
    together = time.monotonic() - begun
    begun = time.monotonic()
    kailash("run", path, "--max-concurrent", "1")
    assert together < 0.9 and time.monotonic() - begun >= 1.2


def test_no_progress_without_a_terminal(pair):
    assert kailash("run", pair).stderr == ""


@needs_gate
def test_gates_say_why_nodes_did_not_run(workflow):
    path = workflow(
        [node("a", ok=False), node("g", "GateNode", when={"input": "ok", "truthy": True}), node("b")],
        [edge("a", "ok", "g", "ok"), edge("g", "ok", "b", "ok")])
    lines = kailash("run", path).stdout.splitlines()
    assert lines[2].endswith("not run: the gate is closed")
    assert lines[3].endswith("not run: behind the closed gate g")


def test_cycles_run_when_the_definition_allows_them(workflow):
    path = workflow([node("a", v=1), node("b")], [edge("a", "v", "b", "v"), edge("b", "v", "a", "w")],
                    cycles=True)
    assert kailash("run", path, "--json").returncode == 0


def test_wide_text_keeps_the_columns(workflow):
    path = workflow([node("日本語", v=1), node("👩‍👩‍👧‍👦x", v=2), node("plain_name", v=3),
                     node("e\u0301a", v=4), node("🇯🇵", v=5)])
    rows = kailash("run", path).stdout.splitlines()[1:6]
    # "plain_name" is the widest with 10 columns; the others are padded to it by their width.
    assert rows[0].startswith("日本語" + " " * 4)
    assert rows[1].startswith("👩‍👩‍👧‍👦x" + " " * 7)
    assert rows[3].startswith("e\u0301a" + " " * 8)
    assert rows[4].startswith("🇯🇵" + " " * 8)


def test_control_characters_are_made_harmless(workflow):
    path = workflow([node("a\x1b[2Jb", v="x\x07\x1b]0;t\x9b1m\ny")])
    out = kailash("run", path).stdout
    assert not any(c in out for c in "\x1b\x07\x9b") and len(out.splitlines()) == 3


def test_long_outputs_are_cut_to_the_width(workflow):
    path = workflow([node("a", text="x" * 5000, rows=list(range(5000)))])
    out = kailash("run", path, env={"COLUMNS": "60"}).stdout.splitlines()
    assert len(out[1]) == 60 and out[1].endswith("…")
    assert kailash("run", path, env={"COLUMNS": "60", "LC_ALL": "C"}).stdout.splitlines()[1].endswith("...")


def test_big_results_are_whole_json(workflow):
    rows = [{"id": i, "name": f"näme {i}", "f": i / 3} for i in range(20000)]
    done = kailash("run", workflow([node("a", rows=rows)]), "--json")
    assert json.loads(done.stdout)["results"]["a"]["rows"] == rows


def test_deep_results(workflow):
    deep = 1
    for _ in range(100):
        deep = [deep]
    done = kailash("run", workflow([node("a", v=deep)]), "--json")
    assert json.loads(done.stdout)["results"]["a"]["v"] == deep


def test_a_reader_that_goes_away_is_no_failure(workflow):
    path = workflow([node("a", rows=list(range(200000)))])
    running = subprocess.Popen([BINARY, "run", str(path), "--json"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=environment())
    running.stdout.read(10)
    running.stdout.close()
    assert running.stderr.read() == b"" and running.wait(10) == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("size", [1, 100000])
def test_a_full_disk_is_a_failure(workflow, size):
    path = workflow([node("a", rows=list(range(size)))])
    with open("/dev/full", "w") as full:
        done = subprocess.run([BINARY, "run", str(path), "--json"], stdout=full,
                              stderr=subprocess.PIPE, text=True, env=environment())
    assert done.returncode == 1
    assert done.stderr.startswith("kailash: cannot write to standard output")
