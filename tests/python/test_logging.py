"""Records of the library in Python's logging, and warnings of a debugging runtime."""

import logging
import subprocess
import sys
import warnings

import pytest

import kailash


def test_log_nodes_write_to_pythons_loggers(engine, caplog):
    with caplog.at_level(logging.INFO, logger="kailash"):
        engine().run({"a": ("LogNode", {"message": "hällo", "level": "info", "data": [1]}),
                      "b": ("LogNode", {"message": "quiet", "level": "debug"})})
    assert [record.getMessage() for record in caplog.records] == ["hällo"]
    record = caplog.records[0]
    assert record.name.startswith("kailash.")
    assert record.levelno == logging.INFO
    assert record.kailash["node_id"] == "a"
    assert record.kailash["data"] == [1]


def test_a_debugging_runtime_tells_what_it_does(engine, caplog):
    e = engine({"Fail": lambda inputs: 1 / 0}, debug=True)
    with caplog.at_level(logging.DEBUG, logger="kailash"):
        answer = e.run({"a": "NoOpNode"})
        with pytest.raises(RuntimeError):
            e.run({"f": "Fail"})
    lines = [record.getMessage() for record in caplog.records]
    assert any(answer["run_id"] in line and "started" in line for line in lines)
    assert any("node 'a' (NoOpNode): completed" in line for line in lines)
    assert any("node 'f' (Fail)" in line and "division by zero" in line for line in lines)
    caplog.clear()
    with caplog.at_level(logging.DEBUG, logger="kailash"):
        engine().run({"a": "NoOpNode"})
    assert caplog.records == []


def test_a_failing_observer_is_logged_and_disturbs_nobody(engine, caplog):
    e = engine()
    e.runtime.on_node_complete(lambda event: 1 / 0)
    with caplog.at_level(logging.WARNING, logger="kailash"):
        assert e.run({"a": "NoOpNode"})["results"] == {"a": {}}
    assert "division by zero" in caplog.text


def test_a_debugging_runtime_warns_of_ports_that_nobody_declares(engine):
    callbacks = {"A": lambda inputs: {"x": 1}, "B": lambda inputs: {}}

    def run(source, target, **config):
        registry = kailash.NodeRegistry()
        registry.register_callback("A", callbacks["A"], [], ["x"])
        registry.register_callback("B", callbacks["B"], ["y"], [])
        builder = kailash.WorkflowBuilder()
        builder.add_node("A", "a")
        builder.add_node("B", "b")
        builder.connect("a", source, "b", target)
        kailash.Runtime(registry, kailash.RuntimeConfig(**config)).execute(builder.build(registry))

    with pytest.warns(UserWarning, match=r"connection a\.q -> b\.z: neither port is declared"):
        run("q", "z", debug=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run("q", "z")
        run("x", "y", debug=True)
        run("x", "z", debug=True)
        with pytest.raises(UserWarning):
            run("q", "z", debug=True)


def test_the_environment_asks_for_lines_on_standard_error():
    code = ("import kailash\nb = kailash.WorkflowBuilder()\n"
            "b.add_node('LogNode', 'n', {'message': 'from the node', 'level': 'info'})\n"
            "r = kailash.NodeRegistry()\nkailash.Runtime(r).execute(b.build(r))")
    import os
    import pathlib

    environment = {**os.environ, "KAILASH_LOG": "info",
                   "PYTHONPATH": str(pathlib.Path(kailash.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.returncode == 0
    assert "from the node" in done.stderr
