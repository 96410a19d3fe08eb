"""The code nodes as Python sees them: values, errors, interrupts, forks, other threads meanwhile."""

import math
import os
import signal
import sys
import threading
import time

import kailash
import pytest


def run(type_name, config=None, **inputs):
    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder()
    builder.add_node(type_name, "n", config or {})
    return kailash.Runtime(registry).execute(builder.build(registry), inputs)["results"]["n"]


def python(code, outputs=("x",), config=None, **inputs):
    return run("EmbeddedPythonNode", config, code=code, output_vars=list(outputs), inputs=inputs)["outputs"]


def js(code, outputs=("x",), config=None, **inputs):
    return run("EmbeddedJSNode", config, code=code, output_vars=list(outputs), inputs=inputs)["outputs"]


VALUES = [None, True, 0, -(2**63), 2**63 - 1, 1.5, "", "\U0001f600\0", b"", b"\xff", [], {}, [[{"a": [b"x"]}]]]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_pass_python_unchanged(value):
    (given,) = python("", ["v"], v=value).values()
    assert given == value and type(given) is type(value)


@pytest.mark.parametrize("value", [v for v in VALUES if type(v) is not int or abs(v) < 2**53], ids=repr)
def test_values_pass_javascript_unchanged(value):
    (given,) = js("", ["v"], v=value).values()
    assert given == value and type(given) is type(value)


def test_nan_stays_in_python_and_is_null_in_javascript():
    assert math.isnan(python("x = float('nan')")["x"])
    assert python("x = float('-inf')")["x"] == -math.inf
    assert js("x = NaN") == {"x": None}


def test_the_interpreter_is_the_running_one():
    version = python("import json\nx = json.codecs.sys.version")["x"]
    assert version == sys.version


@pytest.mark.parametrize(
    "type_name, code, part",
    [
        ("EmbeddedPythonNode", "import os", "ImportError: Import of 'os' is not allowed"),
        ("EmbeddedPythonNode", "while True: pass", "node execution timed out after 200ms"),
        ("EmbeddedJSNode", "while (true);", "node execution timed out after 200ms"),
        ("EmbeddedJSNode", "let x =", "SyntaxError"),
    ],
)
def test_failures_are_runtime_errors(type_name, code, part):
    with pytest.raises(RuntimeError, match=r"node 'n' failed -> ") as caught:
        run(type_name, {"timeout_seconds": 0.2}, code=code, output_vars=["x"])
    assert part in str(caught.value)


@pytest.mark.parametrize(
    "type_name, inputs",
    [
        ("EmbeddedPythonNode", {"code": "import time\ntime.sleep(0.4)", "output_vars": ["x"]}),
        ("EmbeddedJSNode", {"code": "const t = Date.now(); while (Date.now() - t < 400);", "output_vars": ["x"]}),
        ("SubprocessNode", {"command": "sleep", "args": ["0.4"], "allowed_commands": ["sleep"]}),
    ],
)
def test_other_threads_run_meanwhile(type_name, inputs):
    worker = threading.Thread(target=run, args=(type_name,), kwargs=inputs)
    worker.start()
    turns = 0
    while worker.is_alive():
        time.sleep(0.01)
        turns += 1
    worker.join()
    assert turns >= 15


@pytest.mark.parametrize("type_name", ["EmbeddedPythonNode", "EmbeddedJSNode"])
def test_calls_work_after_a_fork(type_name):
    code = {"code": "x = 1", "output_vars": ["x"]}
    assert run(type_name, **code)["outputs"] == {"x": 1}
    child = os.fork()
    if child == 0:
        os._exit(0 if run(type_name, **code)["outputs"] == {"x": 1} else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert run(type_name, **code)["outputs"] == {"x": 1}


def test_threads_share_the_workers():
    results = []

    def work(number):
        results.append(python("x = n * 2", n=number)["x"] == number * 2)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 20


HERE = {"in_process": True}


def test_code_runs_in_process_when_asked():
    code = "print('a', 1)\nx = [a, (1, 2), b'c']"
    result = run("EmbeddedPythonNode", HERE, code=code, output_vars=["x", "y"], inputs={"a": 1})
    assert result["outputs"] == {"x": [1, [1, 2], b"c"], "y": None}
    assert (result["stdout"], result["stderr"], result["truncated"]) == ("a 1", "", False)


def test_code_in_process_sees_the_modules_of_the_program():
    math.seen_here = object()
    assert python("import math\nx = hasattr(math, 'seen_here')", config=HERE)["x"] is True
    assert python("import math\nx = hasattr(math, 'seen_here')")["x"] is False
    del math.seen_here


@pytest.mark.parametrize(
    "code, part",
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import os", "ImportError: Import of 'os' is not allowed"),
        ("open('/etc/passwd')", "allow_files allows it"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("x =", "SyntaxError"),
        ("while True: pass", "node execution timed out after 300ms"),
        ("while True:\n  try:\n    while True: pass\n  except Exception: pass", "node execution timed out after 300ms"),
    ],
)
def test_failures_in_process(code, part):
    with pytest.raises(RuntimeError) as caught:
        python(code, config={**HERE, "timeout_seconds": 0.3})
    assert part in str(caught.value)
    assert python("x = 1", config=HERE) == {"x": 1}


def test_interrupts_leave_code_in_process():
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        python("while True: pass", config={**HERE, "timeout_seconds": 30})
    timer.join()


@pytest.mark.parametrize(
    "type_name, code", [("EmbeddedPythonNode", "while True: pass"), ("EmbeddedJSNode", "while (true);")]
)
def test_interrupts_end_code_elsewhere(type_name, code):
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run(type_name, {"timeout_seconds": 30}, code=code, output_vars=["x"])
    timer.join()
