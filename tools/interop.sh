#!/bin/sh
# Cross-verification with other implementations: artefacts of EATP and of trust projects, made by the built
# package, by the original wheel and by the open SDK, each checked by all of them. A job of its own, not part
# of `make test`: it installs both from the package index, which takes a network.
#
#     make build && tools/interop.sh
#
# KAILASH_ORIGINAL, KAILASH_OPEN: interpreters that have the wheel and the SDK, instead of new environments.
# KAILASH_BUILD: folder of the build (build/release). PYTHON: the interpreter that the package was built for.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
place=$root/build/interop
PYTHON=${PYTHON:-python3}
WHEEL=kailash-enterprise==4.47.1
SDK='kailash[trust]==2.65.*'

# Interpreter of a scratch environment with one package in it.
environment() { # NAME REQUIREMENT
    if [ ! -x "$place/$1/bin/python" ]; then
        "$PYTHON" -m venv "$place/$1" >&2
    fi
    "$place/$1/bin/python" -m pip install --quiet --disable-pip-version-check "$2" >&2
    printf '%s\n' "$place/$1/bin/python"
}

mkdir -p "$place"
KAILASH_ORIGINAL=${KAILASH_ORIGINAL:-$(environment original "$WHEEL")}
KAILASH_OPEN=${KAILASH_OPEN:-$(environment open "$SDK")}
export KAILASH_ORIGINAL KAILASH_OPEN

artefacts=$(mktemp -d)
trap 'rm -rf "$artefacts"' EXIT
"$PYTHON" "$root/tools/interop/run.py" "$artefacts"
