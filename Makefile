.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# Tests that run at the same time; each worker has servers of its own.
WORKERS ?= 3
# Tests that take long: of every wish, and of apps in real jails under all that happens to them.
NIGHTLY := tests/e2e/test_wish_projects.py tests/e2e/test_served_apps.py tests/e2e/test_served_nowhere.py tests/resilience/test_hosting_kill.py
unexport PYTHONDONTWRITEBYTECODE  # what is compiled once lets each process start sooner

help: ## print these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/ready: requirements.lock
	@echo "Setting up .venv (once, about a minute) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Interius needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready-dev: .venv/ready requirements-dev.lock
	@echo "Setting up the tools for tests and checks …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Kept apart from .venv/ready: after Docker or bubblewrap is installed, "make prepare" is all it takes.
.interius/prepared: .venv/ready
	@echo "Getting ready what generated projects are run with …"
	@$(BIN)/python -m services.sandbox.prepare
	@mkdir -p .interius && touch $@

prepare: .venv/ready ## make Python and the packages that projects are run with (again)
	@rm -f .interius/prepared && $(MAKE) --no-print-directory .interius/prepared

demo: .interius/prepared ## one wish becomes a backend, live, in ./generated/
	@$(BIN)/interius demo

up: .interius/prepared ## the whole stack on http://127.0.0.1:8000 until Ctrl-C; data stays in ./.interius/
	@$(BIN)/interius up

test: .venv/ready-dev ## all tests but those of make nightly
	@$(BIN)/pytest -n $(WORKERS) $(addprefix --ignore=,$(NIGHTLY))

nightly: .venv/ready-dev ## apps served in real jails; every wish, every charter of the tests and 200 random ones: each printed, installed, migrated, type-checked, tested, started, verified (hours)
	@RANDOM_CHARTERS=200 WISHES=all $(BIN)/pytest tests/e2e/test_generated_projects.py tests/e2e/test_random_projects.py tests/e2e/test_upgrades.py $(NIGHTLY) -n $(WORKERS) -o timeout=0

test-live: .venv/ready-dev ## one whole wish on a real small model (fetches about 0.5 GB once)
	@$(BIN)/pytest -m live tests/live -o addopts= -s

bench: .venv/ready-dev ## speed, size and how well wishes are read, each against its target
	@$(BIN)/python -m tests.bench

lint: .venv/ready-dev ## ruff and basedpyright
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/basedpyright

format: .venv/ready-dev ## format and fix what can be fixed
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

docs: .venv/ready ## generate docs/events.md, docs/asyncapi.json and docs/schemas/ from the contracts
	@$(BIN)/python -m libs.contracts.publish docs

lock: ## pin every package with its hashes
	@uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --extra setup pyproject.toml -o requirements.lock
	@uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --extra setup --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## remove the virtual environment, the local data and the generated projects
	rm -rf .venv .interius generated .pytest_cache .ruff_cache .hypothesis

.PHONY: help prepare demo up test nightly test-live bench lint format docs lock clean
