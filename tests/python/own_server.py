"""A server of a test's own, so that it may be stopped: other tests talk to those of tests/services meanwhile."""

import importlib.machinery
import importlib.util
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent


def services():
    """The module behind tests/services/run."""
    path = HERE.parent / "services" / "run"
    loader = importlib.machinery.SourceFileLoader("services_run", str(path))
    made = importlib.util.module_from_spec(importlib.util.spec_from_loader("services_run", loader))
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(made)
    finally:
        sys.dont_write_bytecode = before
    return made


@pytest.fixture
def own_server(request, service_url):
    """A server that nobody else uses, so that it may be stopped: (engine, service, variables)."""
    engine = request.param
    service_url(f"KAILASH_TEST_{engine.upper()}_URL")  # where there is none for all, there is none here
    folder = tempfile.mkdtemp(prefix="kailash-own-")
    os.chmod(folder, 0o755)
    module = services()
    service = module.Service(engine, pathlib.Path(folder) / engine)
    path = os.environ["PATH"]
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    try:
        yield engine, service, module.module_of(engine).start(service)
    finally:
        os.environ["PATH"] = path
        service.stop()
        shutil.rmtree(folder, ignore_errors=True)
