"""Calls that work, by node type: what the tests of bad inputs start from.

A module holds CALLS of some families: every operation of every node, with as many of its keys as can
stand together. Where a file is read or written, it is one of the folder that the tests run in. A node
that needs a server says in SERVICES which variable must name it: {type: "KAILASH_TEST_REDIS_URL"}.
"""

import importlib
import os
import pathlib

ALL = {}
SERVICES = {}
for _path in sorted(pathlib.Path(__file__).parent.glob("[a-z]*.py")):
    _module = importlib.import_module(f"{__name__}.{_path.stem}")
    ALL.update(_module.CALLS)
    SERVICES.update(getattr(_module, "SERVICES", {}))

CALLS = {name: calls for name, calls in ALL.items() if os.environ.get(SERVICES.get(name, "PATH"))}
