# Everything here sets up what it needs: Python 3.11 or newer and make are enough, and root is not needed.
# The environment lives in .venv; a second run finds it ready.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# One worker per processor; each has servers of its own, so not more than four.
PYTEST := $(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadgroup

.DEFAULT_GOAL := help
.PHONY: help demo test interop check schema bench servers clean

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-8s %s\n", $$1, $$2 }'

demo: $(VENV)/.core ## the main job in one minute, on an SQLite file: examples/quickstart.py
	@$(BIN)/python examples/quickstart.py

test: $(VENV)/.test ## all tests, on real servers; where one can not be had, its tests are skipped (in CI they fail)
	@$(MAKE) --no-print-directory servers || echo "make: not all servers could be installed; see the skipped tests below"
	$(PYTEST)

interop: $(VENV)/.test servers ## the tests beside the TypeScript packages alone
	$(PYTEST) tests/interop

check: $(VENV)/.check $(VENV)/.test ## format, lint, types, import contracts, and the migrations against the models
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@rm -f $(VENV)/check.db
	DATABASE_URL=sqlite:///$(VENV)/check.db sh -c '$(BIN)/alembic upgrade head && $(BIN)/alembic check'
	$(BIN)/python -m tests.servers.postgres sh -c '$(BIN)/alembic upgrade head && $(BIN)/alembic check'

schema: $(VENV)/.core ## schema/* anew from the models and the collections
	$(BIN)/python -m mastra_store.schema

bench: $(VENV)/.test $(VENV)/.servers ## every operation, vectors and copies beside the raw driver; fails when a target is missed
	@missed=0; \
	for each in benchmarks benchmarks.vectors benchmarks.copying; do $(BIN)/python -m $$each || missed=1; done; \
	exit $$missed

servers: $(VENV)/.servers ## PostgreSQL, sqld, Node and the TypeScript packages, for the tests
	@$(BIN)/python -m tests.servers.node tests/servers
	@$(BIN)/python -m tests.servers.node tests/interop
	@$(BIN)/python -m tests.servers.pgbouncer

clean: ## remove all that make made
	rm -rf $(VENV) build dist tests/interop/node_modules tests/servers/node_modules
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# A file per installed group, as old as the last installation.

$(VENV)/.pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "mastra_store needs Python 3.11 or newer, and $(PYTHON) is not: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@# Dependency groups came with pip 25.1.
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/.core: $(VENV)/.pip pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.test $(VENV)/.check $(VENV)/.servers: $(VENV)/.%: $(VENV)/.core
	$(BIN)/python -m pip install --quiet --group $*
	@touch $@
