"""Fetch the public data sets that examples use: pinned in cmake/dependencies.json, kept in build/data."""

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "build" / "data"


def cache_folder() -> Path:
    """The folder that cmake/Dependencies.cmake keeps its archives in."""
    if "KAILASH_CACHE" in os.environ:
        return Path(os.environ["KAILASH_CACHE"])
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "kailash"


def checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fetch(name: str, pin: dict, folder: Path) -> Path:
    """The archive of a pinned package; pip checks it before it runs anything of it."""
    archive = folder / pin["file"]
    if archive.exists() and checksum(archive) == pin["sha256"]:
        return archive
    print(f"==> Fetching {name} {pin['version']} ({pin['licence']}) from the Python package index")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirement:
        requirement.write(f"{name}=={pin['version']} --hash=sha256:{pin['sha256']}\n")
        requirement.flush()
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check",
             "--no-deps", "--no-binary", name, "--require-hashes", "-d", str(folder),
             "-r", requirement.name],
            check=True,
        )
    return archive


def unpack(archive: Path, pin: dict, target: Path) -> None:
    """Only the files the pin names, each without its folders."""
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as opened:
        for member in pin["members"]:
            source = opened.extractfile(member)
            assert source is not None, f"{archive.name} has no file {member}"
            (target / Path(member).name).write_bytes(source.read())


def main() -> None:
    pins = json.loads((ROOT / "cmake" / "dependencies.json").read_text())["data"]
    for name, pin in pins.items():
        target = DATA / name
        if all((target / Path(member).name).exists() for member in pin["members"]):
            continue
        unpack(fetch(name, pin, cache_folder()), pin, target)


if __name__ == "__main__":
    main()
