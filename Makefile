# Every target can be run again at any time: what is up to date is left alone.
# JOBS=4 uses four cores; PREFIX=/opt/kailash installs there.
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60
export JOBS

.DEFAULT_GOAL := help
.PHONY: help bootstrap build python quickstart test bench docs fuzz lint requirements install clean

help:
	@echo "make quickstart   install what is missing, build, run the main example both ways"
	@echo "make build        the library, its drivers and the command, in build/release"
	@echo "make python       the Python package, in .venv"
	@echo "make test         every test: C, Python, command; sanitizers, fuzz targets"
	@echo "make bench        the benchmarks"
	@echo "make docs         docs/reference and the stubs, from the tables of types and nodes"
	@echo "make fuzz         each fuzz target for FUZZ_SECONDS ($(FUZZ_SECONDS)) seconds"
	@echo "make lint         clang-format, clang-tidy, shellcheck"
	@echo "make install      headers, library, drivers and command into PREFIX ($(PREFIX))"
	@echo "make clean        remove build/, out/ and .venv"

bootstrap:
	@scripts/bootstrap

build: bootstrap
	@scripts/build release

python: build
	@scripts/build python

quickstart: python
	@examples/quickstart/run

test:
	@scripts/test

bench: build
	@scripts/bench

docs: build
	@scripts/docs

fuzz: bootstrap
	@FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/fuzz

lint:
	@scripts/bootstrap lint
	@scripts/lint

requirements:
	@scripts/requirements

install: build
	@echo "==> Installing into $(PREFIX)"
	@cmake --install build/release --prefix "$(PREFIX)"

clean:
	@echo "==> Removing build/, out/ and .venv"
	@rm -rf build out .venv
