"""Stubs and reference of what no built-in type has: enums, constants, buffers, typed words."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import pytest

import kailash
from kailash import _kailash

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLASSES = ["Color", "Level", "Place", "Point", "Drawing", "Counter", "Agent", "Pair", "Plugin", "Tools"]


@pytest.fixture(scope="module")
def generate():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "tools" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def entries(types):
    return [_kailash._describe_class(getattr(types, name)) for name in CLASSES]


def test_descriptions_tell_items_and_constants(types):
    level = _kailash._describe_class(types.Level)
    assert level["kind"] == "enum" and level["ordered"]
    assert level["items"][2] == {"name": "HIGH", "word": "high", "doc": "much"}
    assert level["constants"] == [{"name": "COUNT", "value": 3, "doc": "number of levels"}]
    paint = next(m for m in _kailash._describe_class(types.Tools)["methods"] if m["name"] == "paint")
    assert paint["params"][0]["words"] == ["red", "deep-blue"]
    assert paint["params"][0]["type"] == "Color"


def test_stubs_tell_items_and_constants(generate, types):
    stub = "\n".join(generate.class_stub(_kailash._describe_class(types.Level)))
    assert "HIGH: ClassVar[Level]" in stub and "COUNT: ClassVar[int]" in stub
    assert "def __new__(cls, value: str | Self) -> Self: ..." in stub
    tools = "\n".join(generate.class_stub(_kailash._describe_class(types.Tools)))
    assert 'color: Color | Literal["red", "deep-blue"]' in tools
    assert "numbers: Buffer" in tools
    assert "map: dict[str, Point] = {}" in tools


def test_the_reference_tells_items_and_constants(generate, types):
    text = "\n".join(generate.type_reference(_kailash._describe_class(types.Level)))
    assert '| `HIGH` | `"high"` | much |' in text
    assert "| `COUNT` | `3` | number of levels |" in text
    assert "the later, the greater" in text


def test_the_stubs_are_what_the_runtime_has(generate, entries, types, tmp_path):
    pytest.importorskip("mypy")
    lines = ["import sys", "from collections.abc import Callable, Generator",
             "from typing import Any, ClassVar, Literal, Self, final",
             "from typing_extensions import Buffer, disjoint_base", "from kailash._kailash import ArrayView", "",
             "class BridgeError(RuntimeError): ...", "class BadThing(RuntimeError, ValueError):",
             "    code: int | None", "    where: list[Any] | None", "def _faulty() -> object: ..."]
    for entry in generate.in_order(entries):
        lines += generate.class_stub(entry)
    (tmp_path / "bridge_types.pyi").write_text("\n".join(lines) + "\n")
    package = str(pathlib.Path(kailash.__file__).parents[1])
    path = os.pathsep.join([str(pathlib.Path(types.__file__).parent), package])
    environment = {**os.environ, "PYTHONPATH": path}
    environment["MYPYPATH"] = str(tmp_path) if "site-packages" in package else f"{tmp_path}{os.pathsep}{package}"
    done = subprocess.run([sys.executable, "-m", "mypy.stubtest", "bridge_types", "--concise"],
                          capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
