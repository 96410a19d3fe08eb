"""Nodes that are tried again."""

import json
import threading
import time

import pytest

import kailash


class Flaky:
    """Fails so often, then succeeds."""

    def __init__(self, failures):
        self.failures, self.calls = failures, []

    def __call__(self, inputs):
        self.calls.append(time.monotonic())
        if len(self.calls) <= self.failures:
            raise OSError(f"try {len(self.calls)}")
        return {"tries": len(self.calls)}


def run(callback, policy, registry=None, **limits):
    registry = registry or kailash.NodeRegistry()
    registry.register_callback("Flaky", callback, [], ["tries"])
    builder = kailash.WorkflowBuilder()
    builder.add_node("Flaky", "f")
    builder.add_node("NoOpNode", "after")
    builder.connect("f", "tries", "after", "tries")
    builder.set_retry("f", policy)
    workflow = builder.build(registry)
    return kailash.Runtime(registry).execute_with_opts(workflow, {}, kailash.ExecuteOpts(**limits))


FAST = {"base_delay_ms": 1, "max_delay_ms": 4}


@pytest.mark.parametrize("failures", [0, 1, 3])
def test_a_node_is_tried_until_it_succeeds(failures):
    flaky = Flaky(failures)
    answer = run(flaky, kailash.RetryPolicy(max_retries=3, **FAST))
    assert answer["results"] == {"f": {"tries": failures + 1}, "after": {"tries": failures + 1}}
    assert answer["metadata"]["nodes_executed"] == 2


def test_after_the_last_try_its_failure_counts():
    flaky = Flaky(10)
    with pytest.raises(RuntimeError, match="node 'f' failed -> .*try 3") as caught:
        run(flaky, kailash.RetryPolicy(max_retries=2, **FAST))
    assert len(flaky.calls) == 3
    assert isinstance(caught.value.__cause__, OSError)


def test_the_waits_grow():
    flaky = Flaky(3)
    run(flaky, kailash.RetryPolicy(max_retries=3, base_delay_ms=20, max_delay_ms=1000))
    waits = [b - a for a, b in zip(flaky.calls, flaky.calls[1:])]
    assert waits[0] >= 0.02 and waits[1] >= 0.04 and waits[2] >= 0.08


def test_limits_hold_for_all_tries_together():
    begin = time.monotonic()
    with pytest.raises(RuntimeError, match="timed out after 50ms"):
        run(Flaky(1000), kailash.RetryPolicy(max_retries=1000, base_delay_ms=10), time_limit=0.05)
    assert time.monotonic() - begin < 5


def test_interrupts_are_not_tried_again():
    calls = []

    def stop(inputs):
        calls.append(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(stop, kailash.RetryPolicy(max_retries=5, **FAST))
    assert len(calls) == 1


def test_a_waiting_node_holds_nobody_up():
    registry = kailash.NodeRegistry()
    met = threading.Event()
    registry.register_callback("Meet", lambda inputs: (met.set(), {})[1], [], [])

    def wait(inputs):
        if not met.is_set():
            raise RuntimeError("not yet")
        return {}

    registry.register_callback("Wait", wait, [], [])
    builder = kailash.WorkflowBuilder()
    builder.add_node("Wait", "w")
    builder.add_node("Meet", "m")
    builder.set_retry("w", kailash.RetryPolicy(max_retries=200, base_delay_ms=5, max_delay_ms=5))
    runtime = kailash.Runtime(registry, kailash.RuntimeConfig(max_concurrent_nodes=2))
    assert runtime.execute(builder.build(registry))["results"] == {"w": {}, "m": {}}


def test_policies_are_part_of_the_definition():
    builder = kailash.WorkflowBuilder()
    builder.add_node("NoOpNode", "n")
    builder.set_retry("n", kailash.RetryPolicy(max_retries=7, backoff="fixed"))
    text = builder.to_json()
    assert json.loads(text)["retries"] == {
        "n": {"max_retries": 7, "backoff": "fixed", "base_delay_ms": 100, "max_delay_ms": 5000}
    }
    again = kailash.WorkflowBuilder.from_json(text)
    assert again.to_json() == text
    for bad, words in (('{"n":5}', "expected object"), ('{"n":{"max_retries":-1}}', "max_retries"),
                       ('{"n":{"zz":1}}', "zz"), ("[]", "retries: expected object")):
        broken = text[: text.index('"retries":')] + f'"retries":{bad}' + "}"
        with pytest.raises(RuntimeError, match=words):
            kailash.WorkflowBuilder.from_json(broken)


def test_unknown_nodes_are_refused():
    builder = kailash.WorkflowBuilder()
    builder.add_node("NoOpNode", "n")
    builder.set_retry("zz", kailash.RetryPolicy())
    with pytest.raises(RuntimeError, match="set_retry: node 'zz' does not exist"):
        builder.build(kailash.NodeRegistry())
    with pytest.raises(TypeError, match="policy: expected RetryPolicy"):
        builder.set_retry("n", {"max_retries": 1})
