"""Servers that Debian has no package for: pinned packages of registries, kept in the cache folder of the build.

What cannot be had is told, and its service is not started; what is had but is not what was pinned ends everything.
"""
import hashlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile


def cache_folder():
    """The folder that the pinned archives of the build are kept in."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(os.environ.get("KAILASH_CACHE") or os.path.join(base, "kailash"))


def pins_of(service):
    """The pins beside the module of a service: NAME.json."""
    return json.loads(pathlib.Path(service).with_suffix(".json").read_text())


def sums_of(folder, pattern):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob(pattern)}


def not_started(name, why):
    """Say so; the variables of a service that is not started: none."""
    print(f"tests/services: {name}: not started: {why}", file=sys.stderr)
    return {}


def keep(made, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(made, folder)


# ---- jars, through Maven


def project(name, artifacts):
    """A project of Maven that depends on nothing else."""
    parts = ("groupId", "artifactId", "version")
    fields = lambda values: "".join(f"<{part}>{value}</{part}>" for part, value in zip(parts, values))
    wanted = "".join(f"<dependency>{fields(artifact.split(':'))}</dependency>" for artifact in artifacts)
    return (f"<project><modelVersion>4.0.0</modelVersion>{fields(['kailash', name, '1'])}"
            f"<packaging>pom</packaging><dependencies>{wanted}</dependencies></project>")


def fetch_jars(name, pins, folder):
    """Let Maven bring the jars to a new folder; what it says when it cannot, else ""."""
    os.makedirs(folder.parent, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        made = pathlib.Path(made)
        (made / "pom.xml").write_text(project(name, pins["artifacts"]))
        done = subprocess.run(["mvn", "-B", "-q", "-f", str(made / "pom.xml"), "dependency:copy-dependencies",
                               f"-DoutputDirectory={made / 'jars'}"], check=False, capture_output=True, text=True)
        if done.returncode:
            return (done.stdout + done.stderr).strip()[:600] or f"mvn ended with {done.returncode}"
        if sums_of(made / "jars", "*.jar") != pins["jars"]:
            raise SystemExit(f"tests/services: {name}: the jars are not those of {name}.json")
        keep(made / "jars", folder)
    return ""


def jars(name, pins):
    """(folder with the jars, ""), or why there is none."""
    folder = cache_folder() / f"{name}-{pins['version']}"
    if not shutil.which("java"):
        return None, "there is no 'java'"
    if sums_of(folder, "*.jar") == pins["jars"]:
        return folder, ""
    if not shutil.which("mvn"):
        return None, "there is no 'mvn' to fetch its jars"
    why = fetch_jars(name, pins, folder)
    return (None, f"its jars cannot be had: {why}") if why else (folder, "")


# ---- a wheel, through pip


def fetch_wheel(name, pins, pin, folder):
    """Let pip bring the wheel and unpack it to a new folder; what it says when it cannot, else ""."""
    os.makedirs(folder.parent, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        made = pathlib.Path(made)
        options = ["--no-deps", "--only-binary", ":all:", "--implementation", "cp", "--python-version", pins["python"],
                   "--platform", pin["platform"], "--disable-pip-version-check", "-q", "-d", str(made)]
        done = subprocess.run([sys.executable, "-m", "pip", "download", *options, f"{pins['package']}=={pins['version']}"],
                              check=False, capture_output=True, text=True)
        if done.returncode:
            return (done.stdout + done.stderr).strip()[-600:] or f"pip ended with {done.returncode}"
        if sums_of(made, "*.whl") != {pin["file"]: pin["sha256"]}:
            raise SystemExit(f"tests/services: {name}: the wheel is not that of {name}.json")
        with zipfile.ZipFile(made / pin["file"]) as wheel:
            wheel.extractall(made / "content")
            for member in wheel.infolist():  # which zipfile leaves out
                os.chmod(made / "content" / member.filename, member.external_attr >> 16 & 0o777 | 0o444)
        keep(made / "content", folder)
    return ""


def wheel(name, pins):
    """(folder that a wheel was unpacked to, ""), or why there is none."""
    pin = pins["wheels"].get(platform.machine())
    folder = cache_folder() / f"{pins['package']}-{pins['version']}"
    if not pin:
        return None, f"there is no pinned wheel for {platform.machine()}"
    if folder.is_dir():
        return folder, ""
    why = fetch_wheel(name, pins, pin, folder)
    return (None, f"its wheel cannot be had: {why}") if why else (folder, "")
