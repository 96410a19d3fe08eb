"""The guides in docs/ do what they say: their Python, their commands, their C, their links. Every
function of the public headers has a comment.

A guide is executed from top to bottom in one folder. A fenced block is
    python       executed; what it prints must be what its comments promise: behind print(), or as
                 the last lines of the block
    console      each `$ command` is run by bash with `kailash` in its path and must print what is
                 shown and succeed
    json NAME    (any language, with a file name) written to that file
"...", in a line or as a line of its own, stands for anything.
"""

import contextlib
import io
import logging
import os
import re
import shutil
import subprocess
import urllib.parse
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("KAILASH_BUILD", ROOT / "build" / "release"))
BINARY = Path(os.environ.get("KAILASH_BINARY", BUILD / "cli" / "kailash"))
NOT_RUN = {"README.md", "adding.md", "architecture.md", "style.md", "performance.md"}
GUIDES = sorted(path for path in (ROOT / "docs").glob("*.md") if path.name not in NOT_RUN)
SLOW = {"c-api.md"}  # compiles programs
DATA = {"files.md": {"example.xlsx": "excel/kinds.xlsx", "example.pdf": "pdf/three.pdf"}}
FENCE = re.compile(r"^```(\w+)(?: ([\w./-]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_OURS = {".git", ".venv", "build", "out", "node_modules", ".hypothesis", ".pytest_cache"}


def promised(source):
    """What the comments of a block say it prints."""
    lines = source.rstrip("\n").split("\n")
    last = len(lines)
    while last and lines[last - 1].startswith("# "):
        last -= 1
    found = [re.match(r"\s*print\(.*\)  # (.+)$", line) for line in lines[:last]]
    return [match[1] for match in found if match] + [line[2:] for line in lines[last:]]


def as_shown(shown, printed):
    """Whether lines that were printed are those shown, `...` standing for anything."""
    parts = []
    for line in shown:
        if line.strip() == "...":
            parts.append("(?:.*\n)*?")
        else:
            parts.append(".*".join(re.escape(part) for part in line.split("...")) + "\n")
    return re.fullmatch("".join(parts), "".join(line.rstrip() + "\n" for line in printed)) is not None


def run_python(source, names, where):
    printed = io.StringIO()
    code = compile(source, where, "exec")
    with contextlib.redirect_stdout(printed):
        exec(code, names)
    lines = printed.getvalue().splitlines()
    assert as_shown(promised(source), lines), f"{where} printed:\n{printed.getvalue()}"


def run_console(block, environment, folder, where):
    for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = step.partition("\n")
        run = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, text=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, timeout=120)
        assert run.returncode == 0, f"{where}: {command}\n{run.stdout}"
        assert as_shown(shown.splitlines(), run.stdout.splitlines()), (
            f"{where}: {command}\n{run.stdout}")


def blocks_of(path):
    """(language, file name, source, place) of each fenced block; sources keep their line numbers."""
    text = path.read_text()
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start(3))
        yield match[1], match[2], match[3], f"{path.name}:{line + 1}"


def environment_of(prefix):
    """The caller's, with the built command and, for C, an installed library."""
    dropped = ("LD_PRELOAD", "NO_COLOR", "COLUMNS", "KAILASH_LOG", "DATABASE_URL")
    kept = {key: value for key, value in os.environ.items() if key not in dropped}
    library = next((prefix / "lib").rglob("pkgconfig"), prefix / "lib/pkgconfig").parent
    return {**kept, "LC_ALL": "C.UTF-8", "PATH": f"{BINARY.parent}:{kept['PATH']}",
            "PKG_CONFIG_PATH": str(library / "pkgconfig"), "LD_LIBRARY_PATH": str(library),
            "CMAKE_PREFIX_PATH": str(prefix)}


def run_guide(path, folder, prefix):
    environment, names = environment_of(prefix), {"__name__": "guide"}
    for language, name, source, where in blocks_of(path):
        if name:
            (folder / name).write_text(source)
        elif language == "python":
            run_python("\n" * (int(where.rpartition(":")[2]) - 1) + source, names, str(path))
        elif language == "console":
            run_console(source, environment, folder, where)


@pytest.fixture
def logging_as_it_was():
    """What a guide sets up for the library's loggers ends with it."""
    yield
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("kailash")]:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.setLevel(logging.NOTSET)


@pytest.mark.usefixtures("logging_as_it_was")
@pytest.mark.parametrize("path", [
    pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if path.name in SLOW else [])
    for path in GUIDES])
def test_a_guide_does_what_it_says(path, tmp_path, monkeypatch):
    folder, prefix = tmp_path / "guide", tmp_path / "prefix"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name, source in DATA.get(path.name, {}).items():
        shutil.copy(ROOT / "tests" / "data" / source, folder / name)
    if path.name in SLOW:
        subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True,
                       stdout=subprocess.DEVNULL)
    run_guide(path, folder, prefix)


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_a_guide_opens_with_an_example_of_ten_lines(path):
    language, name, source, where = next(blocks_of(path))
    assert len(source.splitlines()) <= 10, where


def test_the_program_of_the_c_guide_is_the_example():
    shown = {name: source for _, name, source, _ in blocks_of(ROOT / "docs" / "c-api.md")}
    assert shown["run.c"] == (ROOT / "examples" / "c" / "run.c").read_text()


def test_what_is_shown_is_compared():
    assert as_shown(["a ... c", "...", "z"], ["a b c", "1", "2", "z"])
    assert not as_shown(["a"], ["a", "b"])
    assert not as_shown(["a", "b"], ["a"])
    assert promised("print(1)  # 1\nfor i in x:\n    print(i)\n# 2\n# 3\n") == ["1", "2", "3"]
    with pytest.raises(AssertionError):
        run_python("print(1)  # 2\n", {}, "here")


# ---- links ---------------------------------------------------------------------------------------


def pages():
    return sorted(path for path in ROOT.rglob("*.md")
                  if not NOT_OURS & set(path.relative_to(ROOT).parts))


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def anchors(path):
    """As the usual hosts make them of headings."""
    headings = re.findall(r"^#+ +(.+?)\s*$", FENCE.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_link_is_dead(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(path.read_text())):
        if re.match(r"\w+:", target):
            continue  # another site: not asked
        name, _, anchor = urllib.parse.unquote(target).partition("#")
        file = (path.parent / name).resolve() if name else path
        assert file.exists(), f"{path.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{path.name}: {target}"


def test_every_room_has_a_readme():
    rooms = [path for path in (ROOT / "src").iterdir() if path.is_dir()]
    others = [ROOT / name for name in ("python", "cli", "tests", "bench", "tools", "scripts",
                                       "examples", "docs")]
    missing = [str(path.relative_to(ROOT)) for path in rooms + others
               if not (path / "README.md").exists()]
    assert missing == []




# ---- what other pages say of the tree ------------------------------------------------------------


def excerpts():
    """The paragraphs of each block of style.md that names a file."""
    for _, name, source, where in blocks_of(ROOT / "docs" / "style.md"):
        if name:
            yield pytest.param(name, source, id=where)


def words(text):
    return " ".join(text.split())


@pytest.mark.parametrize("name, source", list(excerpts()))
def test_the_examples_of_style_stand_in_the_tree(name, source):
    text = words((ROOT / name).read_text())
    for paragraph in source.split("\n\n"):
        assert words(paragraph) in text, f"{name}:\n{paragraph}"


def test_the_architecture_lists_every_driver():
    table = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "architecture.md").read_text(), re.MULTILINE)
    recipes = [*(ROOT / "src/drivers").glob("*.txt"), *(ROOT / "src/drivers").glob("*.cmake")]
    built = [name for path in recipes
             for name in re.findall(r"^ *kailash_driver\((\w+)", path.read_text(), re.MULTILINE)]
    assert sorted(table) == sorted(built)


# ---- headers -------------------------------------------------------------------------------------

HEADERS = sorted((ROOT / "include" / "kailash").glob("*.h"))


@pytest.mark.parametrize("path", HEADERS, ids=lambda path: path.name)
def test_every_declaration_says_what_it_does(path):
    lines = path.read_text().splitlines()
    bare = [f"{path.name}:{number}: {line}" for number, (above, line) in enumerate(zip(lines, lines[1:]), 2)
            if line.startswith("KL_API") and not above.rstrip().endswith("*/")]
    assert bare == []


def test_one_header_includes_all():
    text = (ROOT / "include" / "kailash" / "kailash.h").read_text()
    included = set(re.findall(r'#include "kailash/(\w+\.h)"', text))
    assert included == {path.name for path in HEADERS} - {"kailash.h"}
