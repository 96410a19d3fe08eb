"""Nodes that keep values: those that miss the same key at once wait for one."""
import threading
import time

import kailash


def test_one_computes_and_the_others_wait():
    calls = []

    def slow(inputs):
        calls.append(inputs)
        time.sleep(0.2)
        return {"n": len(calls)}

    registry = kailash.NodeRegistry()
    registry.register_callback("Slow", slow, ["x"], ["n"])
    builder = kailash.WorkflowBuilder()
    builder.add_node("CacheGetNode", "get", {"compute": "Slow", "compute_inputs": {"x": 1}, "compute_output": "n",
                                             "scope": "registry"})
    workflow, results = builder.build(registry), []
    runtime = kailash.Runtime(registry)

    def ask():
        results.append(runtime.execute(workflow, {"key": "k"})["results"]["get"])

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == [{"x": 1}]
    assert [result["value"] for result in results] == [1] * 6
    assert sum(not result["hit"] for result in results) == 1


def test_stores_of_registries_are_apart_where_asked_for():
    def run(registry, node, config, inputs):
        builder = kailash.WorkflowBuilder()
        builder.add_node(node, "n", config)
        return kailash.Runtime(registry).execute(builder.build(registry), inputs)["results"]["n"]

    one, two = kailash.NodeRegistry(), kailash.NodeRegistry()
    run(one, "CacheSetNode", {"scope": "registry"}, {"key": "apart", "value": b"\xff\x00"})
    assert run(one, "CacheGetNode", {"scope": "registry"}, {"key": "apart"}) == {"hit": True, "value": b"\xff\x00"}
    assert not run(two, "CacheGetNode", {"scope": "registry"}, {"key": "apart"})["hit"]
    run(one, "CacheSetNode", {}, {"key": "together", "value": 1})
    assert run(two, "CacheGetNode", {}, {"key": "together"}) == {"hit": True, "value": 1}
    run(one, "RedisCommandNode", {}, {"command": "SET", "args": ["apart", b"\xff"]})
    assert run(one, "RedisCommandNode", {}, {"command": "GET", "args": ["apart"]}) == {"result": b"\xff"}
    assert run(two, "RedisCommandNode", {}, {"command": "GET", "args": ["apart"]}) == {"result": None}
