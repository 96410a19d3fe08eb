"""Stubs and reference follow from the tables, and the stubs tell the truth."""

import os
import pathlib
import subprocess
import sys

import pytest

import kailash

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*command):
    """Run with the package that these tests import: installed, or in a build folder."""
    environment = dict(os.environ)
    folder = str(pathlib.Path(kailash.__file__).parents[1])
    if "site-packages" not in folder:
        environment.update(PYTHONPATH=folder, MYPYPATH=folder)
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT)


def test_generated_files_are_up_to_date():
    done = run(sys.executable, "tools/generate.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_stubs_are_what_the_runtime_has():
    pytest.importorskip("mypy")
    done = run(sys.executable, "-m", "mypy.stubtest", "kailash", "--concise")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_passes_strict_mypy(tmp_path):
    pytest.importorskip("mypy")
    package = pathlib.Path(kailash.__file__).parent
    done = run(sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(package))
    assert done.returncode == 0, done.stdout + done.stderr
