#!/usr/bin/env python3
"""Write what follows from the tables: the stubs of the Python package and the reference.

    tools/generate.py            write python/kailash/*.pyi and docs/reference/
    tools/generate.py --check    change nothing; fail when something would change

Needs an importable kailash (PYTHONPATH=build/release/python).
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import keyword
import pathlib
import re
import sys
import textwrap

import kailash
from kailash import _kailash

ROOT = pathlib.Path(__file__).resolve().parent.parent
STUBS = ROOT / "python" / "kailash"
REFERENCE = ROOT / "docs" / "reference"

KINDS = {
    "null": "None", "bool": "bool", "int": "int", "count": "int", "float": "float",
    "duration": "float", "number": "float", "string": "str", "enum": "str", "bytes": "bytes",
    "array": "list", "map": "dict", "object": "Any", "any": "Any", "callable": "Callable[..., Any]",
    "buffer": "Buffer", "ndarray": "NDArray[Any]", "tuple": "tuple[Any, ...]", "none": "None",
}


# ---- Python types ------------------------------------------------------------------------------


def python_type(what: dict, as_parameter: bool = False) -> str:
    """The annotation of a parameter, a field or a result."""
    kind = what["kind"]
    if kind == "enum" and what.get("type"):
        words = ", ".join(f'"{word}"' for word in what["words"])
        text = f"{what['type']} | Literal[{words}]" if as_parameter else what["type"]
    elif what.get("type"):
        text = what["type"]
        if kind == "array":
            text = f"list[{text}]"
        elif kind == "map":
            text = f"dict[str, {text}]"
    elif kind == "enum" and as_parameter and what.get("words"):
        text = "Literal[" + ", ".join(f'"{word}"' for word in what["words"]) + "]"
    elif kind == "array":
        text = f"list[{KINDS[what.get('item') or 'any']}]"
    elif kind == "map":
        item = what.get("item") or "any"
        text = f"dict[str, {'dict[str, Any]' if item == 'map' else KINDS[item]}]"
    else:
        text = KINDS[kind]
    if text.startswith("list[dict]"):
        text = "list[dict[str, Any]]"
    if text.startswith("list[list]"):
        text = "list[list[Any]]"
    if what.get("optional") and text not in ("Any", "None"):
        text = f"Callable[..., Any] | None" if kind == "callable" else f"{text} | None"
    return text


def mark_arrays(entries: list[dict]) -> None:
    """Where arrays come out as numpy's, and attributes that are there or not, but never None."""
    for entry in entries:
        methods = entry.get("methods", [entry] if entry["kind"] == "function" else [])
        for method in methods:
            if (entry.get("arrays") or method["arrays"]) and method["returns"]["kind"] == "buffer":
                method["returns"]["kind"] = "ndarray"
        for field in entry.get("fields", []):
            if entry.get("arrays") and field["kind"] == "buffer":
                field["kind"] = "ndarray"
            if field["learned"]:
                field["optional"] = False


def default_text(parameter: dict) -> str:
    value = parameter["default"]
    if parameter["kind"] in ("float", "duration") and isinstance(value, int):
        value = float(value)
    return repr(value)


def parameters(params: list[dict], first: str | None, positional_self: bool = True) -> str:
    parts = [first] if first else []
    if first == "self" and positional_self:
        parts.append("/")
    starred = False
    for parameter in params:
        if parameter["rest"]:
            continue
        if parameter["keyword_only"] and not starred:
            parts.append("*")
            starred = True
        text = f"{parameter['name']}: {python_type(parameter, as_parameter=True)}"
        if not parameter["required"]:
            text += f" = {default_text(parameter)}"
        parts.append(text)
    parts += [f"**{parameter['name']}: Any" for parameter in params if parameter["rest"]]
    return ", ".join(parts)


def docstring(text: str, indent: str) -> list[str]:
    lines = textwrap.wrap(text, 96 - len(indent))
    if not lines:
        return []
    if len(lines) == 1:
        return [f'{indent}"""{lines[0]}"""']
    return [f'{indent}"""{lines[0]}'] + [f"{indent}{line}" for line in lines[1:]] + [f'{indent}"""']


# ---- stubs -------------------------------------------------------------------------------------


def method_stub(method: dict, indent: str = "    ") -> list[str]:
    returns = python_type(method["returns"])
    lines = []
    if method["property"]:
        lines += [f"{indent}@property", f"{indent}def {method['name']}(self) -> {returns}:"]
        lines += docstring(method["doc"], indent + "    ") or [f"{indent}    ..."]
        if method["settable"]:
            value = python_type(method["params"][0], as_parameter=True)
            lines += [f"{indent}@{method['name']}.setter",
                      f"{indent}def {method['name']}(self, value: {value}, /) -> None: ..."]
        return lines
    if method["static"]:
        lines.append(f"{indent}@staticmethod")
    first = None if method["static"] else "self"
    if method["name"] in ("__exit__", "__aexit__"):
        return lines + [f"{indent}def {method['name']}(self, exc_type: Any = None, exc_value: Any = None, "
                        f"traceback: Any = None, /) -> {returns}: ..."]
    return lines + signature_stub(method, first, indent)


def signature_stub(method: dict, first: str | None, indent: str) -> list[str]:
    """A method whose parameters begin with `first`, or a function."""
    head = f"{indent}def {method['name']}({parameters(method['params'], first)}) -> {python_type(method['returns'])}:"
    if method["name"] in ("__eq__", "__ne__"):
        head += "  # type: ignore[override]"  # which compares with more than objects
    return [head, *(docstring(method["doc"], indent + "    ") or [f"{indent}    ..."])]


def field_stub(field: dict) -> list[str]:
    if field["alias"]:
        other = {**field, "name": field["alias"], "alias": None, "doc": f"the same as {field['name']}"}
        return field_stub({**field, "alias": None}) + field_stub(other)
    name, kind = field["name"], python_type(field)
    lines = ["    @property", f"    def {name}(self) -> {kind}:"]
    lines += docstring(field["doc"][:1].upper() + field["doc"][1:] + ".", "        ")
    if field["settable"]:
        value = python_type(field, as_parameter=True)
        lines += [f"    @{name}.setter", f"    def {name}(self, value: {value}, /) -> None: ..."]
    return lines


def exception_stub(entry: dict) -> list[str]:
    lines = [f"class {entry['name']}({', '.join(entry['bases'])}):", *docstring(entry["doc"], "    ")]
    for field in entry["fields"]:
        lines.append(f"    {field['name']}: {python_type({**field, 'optional': True})}")
    return lines


def record_methods(entry: dict) -> list[str]:
    lines = ["    def __eq__(self, other: object, /) -> bool: ..."]
    if entry["mutable"]:
        lines.append("    __hash__: ClassVar[None]  # type: ignore[assignment]")
    else:
        lines.append("    def __hash__(self) -> int: ...")
    if entry["ordered"]:
        lines += [f"    def __{name}__(self, other: Self, /) -> bool: ..."
                  for name in ("lt", "le", "gt", "ge")]
    lines += ["    def __copy__(self) -> Self: ...", "    def __deepcopy__(self, memo: Any, /) -> Self: ..."]
    if entry["json"]:
        lines += ["    def to_dict(self) -> dict[str, Any]:", '        """The fields as a dict."""',
                  "    def to_json(self) -> str:", '        """The fields as JSON text."""',
                  "    @classmethod", "    def from_dict(cls, data: dict[str, Any]) -> Self:",
                  '        """From what to_dict() gives; unknown keys are refused."""',
                  "    @classmethod", "    def from_json(cls, json_str: str) -> Self:",
                  '        """From what to_json() gives."""']
    return lines


def enum_methods(entry: dict) -> list[str]:
    lines = ["    def __eq__(self, other: object, /) -> bool: ...", "    def __hash__(self) -> int: ..."]
    if entry["ordered"]:
        lines += [f"    def __{name}__(self, other: Self, /) -> bool: ..."
                  for name in ("lt", "le", "gt", "ge")]
    if entry["numbered"]:
        lines += ["    def __int__(self) -> int: ...", "    def __index__(self) -> int: ..."]
    return [*lines, "    def __copy__(self) -> Self: ...",
            "    def __deepcopy__(self, memo: Any, /) -> Self: ..."]


def plain_type(value: object) -> str:
    """The annotation of plain data."""
    return {dict: "dict[str, Any]", list: "list[Any]", type(None): "None"}.get(type(value), type(value).__name__)


def shown_constant(constant: dict) -> str:
    return constant.get("type") or repr(constant["value"])


def attribute_stub(entry: dict) -> list[str]:
    """Class attributes: the items of an enum, and constants."""
    lines = []
    for item in entry["items"]:
        lines += [f"    {item['name']}: ClassVar[{entry['name']}]", *docstring(item["doc"], "    ")]
    for constant in entry["constants"]:
        kind = constant.get("type") or plain_type(constant["value"])
        lines += [f"    {constant['name']}: ClassVar[{kind}]",
                  *docstring(constant["doc"], "    ")]
    return lines


def unshadowed(lines: list[str], methods: set[str]) -> list[str]:
    """Within a class with a method `list` that word means the method."""
    for name in methods & {"list", "dict", "set", "type"}:
        lines = [re.sub(rf"(?<=[ \[]){name}\[", f"builtins.{name}[", line) if " def " in line else line
                 for line in lines]
    return lines


def methods_in_python() -> list[tuple[str, str]]:
    """What kailash.ml gives Estimator beyond its table: calls with annotations, and docs."""
    given = vars(importlib.import_module("kailash.ml._estimators")._Methods)
    found = []
    for name, function in given.items():
        if name.startswith("_") or name == "clone":
            continue
        signature = inspect.signature(function)
        first, *rest = signature.parameters.values()
        plain = str(signature.replace(parameters=[first.replace(annotation=first.empty), *rest]))
        found.append((name + plain.replace("typing.", ""), " ".join(inspect.getdoc(function).split())))
    return found


def class_stub(entry: dict, bases: frozenset[str] = frozenset()) -> list[str]:
    """`bases`: the published classes that have others below them."""
    is_base = entry["subclassable"] or entry["name"] in bases
    is_leaf = any(base in bases for base in entry["bases"])  # adds nothing to the layout of its base
    lines = ["@final"] if not is_base else [] if is_leaf else ["@disjoint_base"]
    shown = [base for base in entry["bases"] if base in bases]
    above = f"({', '.join(shown)})" if shown else ""
    lines += [f"class {entry['name']}{above}:", *docstring(entry["doc"], "    ")]
    lines += attribute_stub(entry)
    if entry["kind"] == "enum":
        lines.append("    def __new__(cls, value: str | Self) -> Self: ...")
    elif entry["constructible"]:
        lines.append(f"    def __new__({parameters(entry['params'], 'cls')}) -> Self: ...")
        if entry["subclassable"]:
            lines.append(f"    def __init__({parameters(entry['params'], 'self')}) -> None: ...")
    shown_by_methods = {method["name"] for method in entry["methods"] if method["property"]}
    for field in entry["fields"]:
        if field["name"] not in shown_by_methods:
            lines += field_stub(field)
    own = [line for method in entry["methods"] for line in method_stub(method)]
    lines += unshadowed(own, {method["name"] for method in entry["methods"]})
    if entry["kind"] == "enum":
        lines += enum_methods(entry)
    elif entry["kind"] == "record" or entry["ordered"]:
        lines += record_methods(entry)
    if entry["name"] == "ArrayView":
        lines += ["    if sys.version_info >= (3, 12):",
                  "        def __buffer__(self, flags: int, /) -> memoryview: ..."]
    if entry["name"] == "Estimator":
        lines.append("    def __sklearn_tags__(self) -> Any: ...")
        for call, doc in methods_in_python():
            lines += [f"    def {call}:", *docstring(doc, "        ")]
    if "Future" in entry["bases"]:
        lines.append("    def __await__(self) -> Generator[Any, None, Any]: ...")
    return lines


def in_order(entries: list[dict]) -> list[dict]:
    """Bases before what stands on them."""
    done: list[dict] = []
    names = {entry["name"] for entry in entries}

    def ready(entry: dict) -> bool:
        waiting = set(entry.get("bases", ())) & names
        return waiting <= {other["name"] for other in done}

    rest = list(entries)
    while rest:
        turn = [entry for entry in rest if ready(entry)]
        done += turn
        rest = [entry for entry in rest if entry not in turn]
    return done


HEAD = '"""Generated from the tables of the library by tools/generate.py; do not edit."""\n\n'


def native_stub(entries: list[dict]) -> str:
    lines = [HEAD + "import builtins\nimport sys\nfrom collections.abc import Callable, Generator",
             "from numpy.typing import NDArray",
             "from typing import Any, ClassVar, Literal, Self, final",
             "from typing_extensions import Buffer, disjoint_base", "", "__version__: str", "",
             "def __dir__() -> list[str]: ...",
             "def _names(module: str, /) -> list[str]: ...",
             "def _find(module: str, name: str, /) -> Any: ...",
             "def _as_subclass(cls: type, instance: Any, /) -> Any: ...",
             "def _on_done(handle: RunHandle, function: Callable[[], None], /) -> None: ...", ""]
    bases = frozenset(base for entry in entries for base in entry.get("bases", ())
                      if any(other["name"] == base for other in entries))
    functions = set()  # a function may stand in two modules
    for entry in in_order(entries):
        if entry["kind"] == "exception":
            lines += exception_stub(entry)
        elif entry["kind"] == "function":
            if entry["name"] in functions:
                continue
            functions.add(entry["name"])
            lines += signature_stub(entry, None, "")
        else:
            lines += class_stub(entry, bases)
        lines.append("")
    return "\n".join(lines)


def reexports(lines: list[str], names: dict[str, str], listed: list[str]) -> str:
    """A stub of `lines`, `names` (to those of the library), and the public names `listed`."""
    lines = [*lines, *(f"from kailash._kailash import {native} as {name}" for name, native in names.items())]
    public = ",\n    ".join(f'"{name}"' for name in listed)
    listing = f"__all__ = [\n    {public},\n]" if listed else "__all__: list[str] = []"
    return HEAD + "\n".join(lines) + f"\n\n{listing}\n"


def package_stub(entries: list[dict]) -> str:
    names = sorted(entry["name"] for entry in entries
                   if entry["module"] == "kailash" or entry.get("at_root"))
    modules = ", ".join(f"{name} as {name}" for name in kailash._MODULES)
    names = ["__version__", *names]
    return reexports([f"from kailash import {modules}"], dict(zip(names, names)), names)


def module_stub(module: str, entries: list[dict]) -> str:
    """Of a module that shows what the tables say of it, what it lists, and what is written in Python."""
    page = importlib.import_module(module)
    written = getattr(page, "_WRITTEN", {})
    public = [name for name in page.__all__ if hasattr(page, name)]
    names = {entry["name"]: entry["name"] for entry in entries if entry["module"] == module}
    names |= {name: getattr(page, name).__name__ for name in public if name not in written}
    lines = [f"from {home} import {name} as {name}" for name, home in sorted(written.items())]
    lines += [f"from {module} import {part} as {part}" for part in getattr(page, "_PARTS", ())]
    return reexports(lines, dict(sorted(names.items())), public)


def module_stubs(entries: list[dict]) -> dict[pathlib.Path, str]:
    modules = {entry["module"] for entry in entries} - {"kailash", "kailash._kailash"}
    packages = {f"kailash.{name}" for name in kailash._MODULES}  # one may have names of others alone
    modules |= {name for name in packages if hasattr(importlib.import_module(name), "_ELSEWHERE")}
    folders = {module: STUBS.joinpath(*module.split(".")[1:]) for module in modules}
    stubs = {folder / "__init__.pyi": module_stub(module, entries)
             for module, folder in sorted(folders.items()) if folder.is_dir()}
    for module, folder in sorted(folders.items()):
        for part in getattr(importlib.import_module(module), "_PARTS", ()) if folder.is_dir() else ():
            names = importlib.import_module(f"{module}.{part}").__all__
            stubs[folder / f"{part}.pyi"] = reexports([], dict(zip(names, names)), names)
    return stubs


# ---- reference ---------------------------------------------------------------------------------


def cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def parameter_table(params: list[dict], title: str) -> list[str]:
    if not params:
        return []
    lines = ["", f"| {title} | Type | Default | Meaning |", "|---|---|---|---|"]
    for parameter in params:
        kind = python_type(parameter)
        if parameter.get("words"):
            kind = ", ".join(f'"{word}"' for word in parameter["words"])
        default = "required" if parameter["required"] else f"`{default_text(parameter)}`"
        low, high = parameter["min"], parameter["max"]
        limits = f" At least {low:g}." if low is not None and high is None else ""
        limits = f" At most {high:g}." if low is None and high is not None else limits
        limits = f" From {low:g} to {high:g}." if low is not None and high is not None else limits
        also = f" (also `{parameter['alias']}`)" if parameter.get("alias") else ""
        lines.append(f"| `{parameter['name']}`{also} | {cell(kind)} | {cell(default)} | "
                     f"{cell(parameter['doc'])}{limits} |")
    return lines


def method_reference(method: dict) -> list[str]:
    call = "" if method["property"] else f"({parameters(method['params'], None)})"
    lines = ["", f"#### `{method['name']}{call} -> {python_type(method['returns'])}`", "", method["doc"]]
    lines += parameter_table(method["params"], "Parameter")
    if method["raises"]:
        lines += ["", "Raises " + ", ".join(method["raises"]) + "."]
    return lines


def attribute_reference(entry: dict) -> list[str]:
    lines = []
    if entry["items"]:
        order = "; the later, the greater" if entry["ordered"] else ""
        equals = "its number, the first 0" if entry["numbered"] else "its text"
        lines += ["", f"An enum{order}. An item equals {equals}.", "", "| Item | Text | Meaning |", "|---|---|---|"]
        lines += [f"| `{item['name']}` | `\"{cell(item['word'])}\"` | {cell(item['doc'])} |"
                  for item in entry["items"]]
    if entry["constants"]:
        lines += ["", "| Constant | Value | Meaning |", "|---|---|---|"]
        lines += [f"| `{constant['name']}` | `{cell(shown_constant(constant))}` | {cell(constant['doc'])} |"
                  for constant in entry["constants"]]
    return lines


def type_reference(entry: dict) -> list[str]:
    lines = ["", f"## {entry['name']}", "", entry["doc"]]
    if entry["kind"] == "exception":
        lines += ["", "An exception; base: " + ", ".join(entry["bases"]) + "."]
        return lines + parameter_table(entry["fields"], "Attribute")
    if entry["constructible"] and entry["kind"] != "enum":
        lines += ["", "```python", f"{entry['name']}({parameters(entry['params'], None)})", "```"]
        lines += parameter_table(entry["params"], "Parameter")
    lines += attribute_reference(entry)
    own = [field for field in entry["fields"] if field["read_only"]]
    lines += parameter_table(own, "Attribute")
    for method in entry["methods"]:
        lines += method_reference(method)
    for call, doc in methods_in_python() if entry["name"] == "Estimator" else ():
        lines += ["", f"#### `{call.replace('self, *, ', '*, ').replace('(self)', '()')}`", "", doc]
    return lines


NOTE = "\n<!-- Generated from the tables of the library by tools/generate.py; do not edit. -->\n"


def module_reference(module: str, entries: list[dict]) -> str:
    lines = [f"# {module}", NOTE]
    for entry in entries:
        if entry["kind"] == "function":
            lines += ["", f"## {entry['name']}", *method_reference(entry)]
        else:
            lines += type_reference(entry)
    return "\n".join(lines) + "\n"


def node_reference(node: dict) -> str:
    lines = [f"# {node['name']}", NOTE, f"Category: {node['category']}."]
    if node["aliases"]:
        lines[-1] += " Also called " + ", ".join(node["aliases"]) + "."
    lines += ["", node["doc"]]
    lines += parameter_table(node["inputs"], "Input")
    lines += parameter_table(node["config"], "Config")
    if node["outputs"]:
        lines += ["", "| Output | Type | Meaning |", "|---|---|---|"]
        lines += [f"| `{port['name']}` | {cell(python_type(port))} | {cell(port['doc'])} |"
                  for port in node["outputs"]]
    traits = {"open": "Takes any further input and passes it on.",
              "strict": "An unknown key in its config fails the build.",
              "blocking": "Waits for something outside, beside other nodes.",
              "heavy": "May compute long; releases the interpreter lock."}
    lines += [""] + [f"- {text}" for trait, text in traits.items() if node[trait]]
    return "\n".join(lines).rstrip() + "\n"


def node_index(nodes: list[dict]) -> str:
    lines = ["# Node types", NOTE]
    for category in dict.fromkeys(node["category"] for node in nodes):
        lines += ["", f"## {category}", ""]
        lines += [f"- [{node['name']}]({node['name']}.md): {node['doc']}"
                  for node in nodes if node["category"] == category]
    return "\n".join(lines) + "\n"


def index(modules: list[str]) -> str:
    lines = ["# Reference", NOTE, ""]
    lines += [f"- [{module}]({module}.md)" for module in modules]
    return "\n".join([*lines, "- [Node types](nodes/README.md)"]) + "\n"


def outputs() -> dict[pathlib.Path, str]:
    entries = _kailash._describe()
    mark_arrays(entries)
    assert not any(keyword.iskeyword(entry["name"]) for entry in entries)
    nodes = list({node["name"]: node for node in _kailash._describe_nodes()}.values())
    nodes.sort(key=lambda node: (node["category"], node["name"]))
    modules = sorted({entry["module"] for entry in entries})
    files = {STUBS / "_kailash.pyi": native_stub(entries), STUBS / "__init__.pyi": package_stub(entries),
             REFERENCE / "README.md": index(modules), REFERENCE / "nodes" / "README.md": node_index(nodes)}
    files |= module_stubs(entries)
    for module in modules:
        own = [entry for entry in entries if entry["module"] == module]
        files[REFERENCE / f"{module}.md"] = module_reference(module, own)
    for node in nodes:
        files[REFERENCE / "nodes" / f"{node['name']}.md"] = node_reference(node)
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    check = parser.parse_args().check
    files = outputs()
    stale = [path for path, text in files.items()
             if not path.exists() or path.read_text(encoding="utf-8") != text]
    gone = [path for path in REFERENCE.rglob("*.md") if path not in files]
    if not check:
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
        for path in gone:
            path.unlink()
    for path in [*stale, *gone]:
        print("stale" if check else "wrote", path.relative_to(ROOT))
    return 1 if check and (stale or gone) else 0


if __name__ == "__main__":
    sys.exit(main())
