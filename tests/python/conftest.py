"""What the tests of the Python package share."""

import importlib
import os
import pathlib
import signal
import subprocess
import sys
import sysconfig

import hypothesis
import pytest

import kailash
from dataflow_engines import database as database
from dataflow_engines import pytest_generate_tests as pytest_generate_tests
from own_server import own_server as own_server
from two_at_once import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# A shell that starts a job in the background makes it deaf to Ctrl-C; these tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile("default", deadline=None, max_examples=100)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=100, print_blob=True)
# Under a sanitizer, where the same was tried a hundred times without one.
hypothesis.settings.register_profile("brief", deadline=None, max_examples=20)
hypothesis.settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default"))


@pytest.fixture
def service_url():
    """service_url("KAILASH_TEST_REDIS_URL"): the address of a real server, or a skipped test."""
    def find(variable):
        if not os.environ.get(variable):
            pytest.skip(f"{variable} is not set; run the tests under tests/services/run")
        return os.environ[variable]
    return find


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


def library_beside(package):
    """libkailash as a wheel or a build folder has it beside the package."""
    for folder in (package / "lib", package.parents[1]):
        for found in sorted(folder.glob("libkailash.so*")):
            return found
    raise FileNotFoundError(f"no libkailash.so near {package}")


def compile_types(folder, package, name):
    """Build native/`name`.c against the library that `package` uses."""
    library = library_beside(package)
    target = folder / (name + sysconfig.get_config_var("EXT_SUFFIX"))
    command = [os.environ.get("CC", "cc"), "-std=gnu17", "-O1", "-g", "-shared", "-fPIC", "-pthread",
               "-I", str(ROOT / "include"), "-I", sysconfig.get_paths()["include"],
               str(HERE / "native" / f"{name}.c"), str(library),
               f"-Wl,-rpath,{library.parent}", "-o", str(target)]
    subprocess.run(command, check=True)
    return folder


def native_module(tmp_path_factory, name):
    """Classes made from the tables of another C library: tests/python/native/."""
    package = pathlib.Path(kailash.__file__).resolve().parent
    folder = pathlib.Path(os.environ.get("KAILASH_TEST_TYPES", package.parent / "native"))
    if not list(folder.glob(f"{name}*.so")):
        folder = compile_types(tmp_path_factory.mktemp("native"), package, name)
    sys.path.insert(0, str(folder))
    return importlib.import_module(name)


@pytest.fixture(scope="session")
def types(tmp_path_factory):
    """One class for each thing that tables can say: native/bridge_types.c."""
    return native_module(tmp_path_factory, "bridge_types")


@pytest.fixture(scope="session")
def data_types(tmp_path_factory):
    """What data and objects are to the library, and a type as estimators are: native/data_types.c."""
    return native_module(tmp_path_factory, "data_types")
