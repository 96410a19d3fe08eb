# scripts/common.sh - what the scripts share; sourced, never run.
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
JOBS=${JOBS:-$(nproc 2>/dev/null || echo 2)}
export JOBS
# shellcheck disable=SC2034 # used by the scripts that source this
VENV=$PWD/.venv

# What was compiled once is not compiled again: the wheel is built of the files of the release build.
if command -v ccache >/dev/null; then
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
    export CCACHE_DIR=${CCACHE_DIR:-$PWD/build/ccache} CCACHE_BASEDIR=${CCACHE_BASEDIR:-$PWD} CCACHE_NOHASHDIR=1
fi

say() { printf '==> %s\n' "$*"; }
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# configure_and_build PRESET: quiet when nothing changed.
configure_and_build() {
    cmake --preset "$1" --log-level=WARNING >/dev/null || fail "configuring $1"
    cmake --build "build/$1" -j "$JOBS" -- --quiet || fail "building $1"
}
