# Everything starts from a bare checkout with these targets. They need Python 3.11 or newer and pip;
# uv, where it is on the PATH, only makes them faster.
SHELL  := /bin/bash
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(shell command -v uv)
LOCK   := uv pip compile --quiet --universal --generate-hashes --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help demo test check bench evals lock clean runtime development

help:
	@echo 'make demo    everything with sample data, in the foreground (Ctrl-C stops it)'
	@echo 'make test    all tests'
	@echo 'make check   format, lint, types, import contracts, locks, migrations match models'
	@echo 'make bench   the benchmark table'
	@echo 'make evals   what agents get done, in how many calls and tokens; with Claude where ANTHROPIC_API_KEY is set'
	@echo 'make lock    lock the dependencies again (needs uv)'
	@echo 'make clean   remove what was built; the data in .netos stays'

demo: runtime
	@exec $(BIN)/netos up --demo --home .netos

test: development
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: development
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	! grep -nE 'https?://|index-url' requirements*.txt
	$(BIN)/python -m pytest tests/architecture -q

bench: development
	$(BIN)/python -m bench

evals: development
	$(BIN)/python -m tests.evals $(ARGS)

lock:
	@test -n '$(UV)' || { echo 'make lock needs uv on the PATH.' >&2; exit 1; }
	UV_CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) requirements.in -o requirements.txt
	UV_CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each lock is installed again only when it differs from the copy kept beside what it installed. It names everything,
# so nothing is left to resolve (--no-deps): pip would look at a newer release of a package it needs with an extra,
# and refuse it for having no hash.
# $(call install,LOCK)
define install
	@if ! cmp -s $(1) $(VENV)/installed/$(1); then \
	  echo 'Installing $(1) ...'; \
	  { test -n '$(UV)' && uv pip install --quiet --python $(BIN)/python --require-hashes --no-deps -r $(1); } || \
	  $(BIN)/python -m pip install -qq --disable-pip-version-check --root-user-action=ignore --require-hashes --no-deps \
    -r $(1) || exit 1; \
	  cp $(1) $(VENV)/installed/$(1); \
	fi
endef

runtime: $(VENV)/installed
	$(call install,requirements.txt)
	@if ! cmp -s pyproject.toml $(VENV)/installed/pyproject.toml || ! test -x $(BIN)/netos; then \
	  $(BIN)/python -m pip install -qq --disable-pip-version-check --root-user-action=ignore \
	    --no-deps --no-build-isolation --editable . || exit 1; \
	  cp pyproject.toml $(VENV)/installed/pyproject.toml; \
	fi

development: runtime
	$(call install,requirements-dev.txt)

# Debian's python3 comes without ensurepip unless python3-venv is installed; virtualenv brings its own.
$(VENV)/installed:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'NetOS needs Python 3.11 or newer: make PYTHON=/path/to/python3 ...' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { \
	  rm -rf $(VENV) && \
	  $(PYTHON) -m pip install -qq --disable-pip-version-check --root-user-action=ignore \
	    --target $(VENV)/bootstrap virtualenv && \
	  PYTHONPATH=$(VENV)/bootstrap $(PYTHON) -m virtualenv --quiet --no-periodic-update $(VENV) && \
	  rm -rf $(VENV)/bootstrap; } || \
	  { echo 'This Python has neither venv nor pip. On Debian: apt-get install python3-venv' >&2; exit 1; }
	@mkdir -p $@
