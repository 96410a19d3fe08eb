"""The diffs of docs/adding.md apply to a copy of the tree, build, and pass the tests they bring."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "adding.md"
LEFT_OUT = shutil.ignore_patterns("build", "out", ".git", ".venv", "__pycache__", ".*_cache")


def file_diffs() -> list[tuple[str, list[str]]]:
    """Path and hunk lines of every file that a diff of the guide touches."""
    fences = re.findall(r"^```diff\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    parts = re.findall(r"^\+\+\+ b/(\S+)\n@@.*\n((?:[ +-].*\n)+?)(?=^--- |\Z)", "".join(fences),
                       re.MULTILINE)
    return [(path, hunk.splitlines(keepends=True)) for path, hunk in parts]


def apply(tree: Path, path: str, hunk: list[str]) -> None:
    """A new file is written; in one that exists the old lines must stand exactly once. Numbers are
    not looked at: lines above may come and go."""
    old = "".join(line[1:] for line in hunk if line[0] in " -")
    new = "".join(line[1:] for line in hunk if line[0] in " +")
    target = tree / path
    if not old:
        assert not target.exists(), f"{path} is there already"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(new)
        return
    text = target.read_text()
    assert text.count(old) == 1, f"{path}: the diff does not fit"
    target.write_text(text.replace(old, new))


def added(path: str) -> int:
    return sum(len(hunk) for name, hunk in file_diffs() if name == path)


def test_it_stays_short():
    assert 0 < added("src/workflow/rating.c") <= 25
    assert 0 < added("src/nodes/totals.c") <= 40


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_every_diff_applies_builds_and_works(tmp_path):
    tree = tmp_path / "tree"
    shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
    for path, hunk in file_diffs():
        apply(tree, path, hunk)
    tests = [Path(path).stem for path, _ in file_diffs() if path.startswith("tests/c/test_")]
    drivers = [Path(path).stem for path, _ in file_diffs()
               if re.fullmatch(r"src/drivers/\w+\.c", path)]
    assert len(tests) == 5 and drivers == ["zlib"]

    def run(*command: str) -> str:
        environment = {**os.environ, "CCACHE_BASEDIR": str(tree)}
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("cmake", "--preset", "release", "-DKAILASH_PYTHON_MODULE=OFF")
    run("cmake", "--build", "build/release", "-j", os.environ.get("JOBS", "2"), "--target",
        "kailash", *tests, *(f"kailash_driver_{name}" for name in drivers))
    report = run("ctest", "--test-dir", "build/release", "--output-on-failure", "--no-tests=error",
                 "-R", "^(" + "|".join(tests) + ")$")
    assert "100% tests passed, 0 tests failed out of 5" in report
