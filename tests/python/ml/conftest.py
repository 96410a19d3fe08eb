"""What is compared with scikit-learn is compared once, not again under a sanitizer: the battery goes through all the code."""

import pathlib

import pytest

HERE = pathlib.Path(__file__).resolve().parent


def pytest_collection_modifyitems(items):
    for item in items:
        if pathlib.Path(item.path).parent == HERE and item.path.name != "test_battery.py":
            item.add_marker(pytest.mark.slow)
