"""What the tests of the Python package share."""

import os
import signal

import hypothesis
import pytest

import kailash

# A shell that starts a job in the background makes it deaf to Ctrl-C; these tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile("default", deadline=None, max_examples=100)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=200, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")


class Engine:
    """A registry with callbacks, and workflows of it: the shortest way to a run."""

    def __init__(self, callbacks=None, **config):
        self.registry = kailash.NodeRegistry()
        for name, function in (callbacks or {}).items():
            self.registry.register_callback(name, function, [], [])
        self.config = kailash.RuntimeConfig(**config)
        self._runtime = None

    @property
    def runtime(self):
        if self._runtime is None:
            self._runtime = kailash.Runtime(self.registry, self.config)
        return self._runtime

    def build(self, nodes, edges=(), cycles=False):
        """nodes: {id: type or (type, config)}; edges: "a.x -> b.y"."""
        builder = kailash.WorkflowBuilder()
        for node_id, kind in nodes.items():
            type_name, config = kind if isinstance(kind, tuple) else (kind, {})
            builder.add_node(type_name, node_id, config)
        for edge in edges:
            source, target = edge.split(" -> ")
            builder.connect(*source.split("."), *target.split("."))
        if cycles:
            builder.enable_cycles(True)
        return builder.build(self.registry)

    def run(self, nodes, edges=(), inputs=None, **limits):
        workflow = self.build(nodes, edges)
        if limits:
            return self.runtime.execute_with_opts(workflow, inputs, kailash.ExecuteOpts(**limits))
        return self.runtime.execute(workflow, inputs)


@pytest.fixture
def engine():
    """Engine(callbacks, **config)."""
    return Engine
