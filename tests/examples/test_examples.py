"""The examples run as a user would run them, and print what their comments say."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples" / "python").glob("*.py"))
QUICKSTART = ROOT / "examples" / "quickstart"
KAILASH = Path(sys.executable).with_name("kailash")


def promised(source: str) -> list[str]:
    """The lines that comments behind print() and at the end promise."""
    return re.findall(r"^(?:[^#\n]*\bprint\(.*\)  )?# (.+)$", source, re.MULTILINE)


def block_of_readme(language: str) -> str:
    """The first fenced block of a language in README.md."""
    text = (ROOT / "README.md").read_text()
    return re.search(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL).group(1)


def check_python(source: str, folder: Path) -> None:
    run = subprocess.run([sys.executable, "-c", source], cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    lines = promised(source)
    assert lines, "an example that promises nothing shows nothing"
    assert run.stdout.splitlines() == lines


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_it_prints_what_it_promises(path, tmp_path):
    check_python(path.read_text(), tmp_path)


def test_the_python_of_the_readme(tmp_path):
    check_python(block_of_readme("python"), tmp_path)


def test_the_c_of_the_readme(tmp_path):
    library = ROOT / "build" / "release"
    source = tmp_path / "first.c"
    source.write_text(
        "#include <kailash/json.h>\n#include <kailash/workflow.h>\n#include <stdio.h>\n"
        "int main(void)\n{\nkl_error error = KL_ERROR_INIT;\nkl_registry *registry;\n"
        "kl_builder *builder;\nkl_workflow *workflow;\nkl_runtime *runtime;\n"
        "kl_value inputs, result;\n" + block_of_readme("c") + "return 0;\n}\n")
    subprocess.run(
        ["cc", "-std=c17", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}", source,
         f"-L{library}", f"-Wl,-rpath,{library}", "-lkailash", "-o", tmp_path / "first"], check=True)
    run = subprocess.run([tmp_path / "first"], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, "2.5\n")


def test_the_quickstart_gives_equal_results_twice():
    run = subprocess.run([QUICKSTART / "run"], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "26115 rows read, 6 set aside, 26109 loaded; JFK is the windiest" in run.stdout
    assert "The command and Python gave equal results." in run.stdout
    out = ROOT / "out" / "quickstart"
    report = (out / "report.md").read_text()
    assert "| JFK | 8703 | 54.5 | 11.5 | 34.69 |" in report
    assert "{" not in report
    assert (out / "wind.svg").read_text().count("<polyline") == 3
    assert "SchemaValidatorNode" in (out / "workflow.svg").read_text()
    for picture in (ROOT / "docs" / "images").glob("*.svg"):
        assert picture.read_text() == (out / picture.name).read_text(), "make docs renews it"


def test_the_quickstart_loads_nothing_that_breaks_the_schema(tmp_path):
    report, result = tmp_path / "report.md", tmp_path / "result.json"
    run = subprocess.run(
        [KAILASH, "run", QUICKSTART / "workflow.json", "--out", result,
         "--set", "check.schema.minItems=100000", "--set", f"report.path={report}",
         "--set", f"database.connection_string=sqlite://{tmp_path}/weather.sqlite?mode=rwc"],
        cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    ran = json.loads(result.read_text())
    assert ran["results"]["check"]["errors"] == ["expected at least 100000 items, got 26109"]
    assert ran["skipped"]["valid"] == {"reason": "gate_closed"}
    assert not report.exists()
