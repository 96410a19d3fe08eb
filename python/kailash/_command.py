"""The `kailash` command of a wheel: hands over to the program that lies beside the package."""

import os
import sys
from pathlib import Path


def main() -> None:
    program = Path(__file__).with_name("bin") / "kailash"
    os.execv(program, ["kailash", *sys.argv[1:]])
