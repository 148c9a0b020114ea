PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8080
TIMES ?= 1
unexport PYTHONDONTWRITEBYTECODE # compiled once, a start takes two thirds of the time
export RINGBOOK_DATABASE_URL ?= sqlite:///$(CURDIR)/var/ringbook.db

.PHONY: help run key test test-sip test-faults check bench bench-full format openapi sql

help: ## Say what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/run: pyproject.toml requirements.txt
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/dev: .venv/run requirements-dev.txt requirements-bench.txt
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -r requirements-bench.txt
	@touch $@

run: .venv/run ## Serve the API, with a first customer and access key where there is none
	@mkdir -p var
	@.venv/bin/ringbook quickstart --host $(HOST) --port $(PORT)

key: .venv/run ## Make another access key: make key CUSTOMER=ID
	@.venv/bin/ringbook accesskey create --customer $(CUSTOMER)

test: .venv/dev ## Run every test, on SQLite and PostgreSQL
	@env -u RINGBOOK_DATABASE_URL .venv/bin/python -m pytest -n auto --dist worksteal

test-sip: .venv/dev ## Ring through a real Kamailio, where kamailio and sipp are installed
	@env -u RINGBOOK_DATABASE_URL .venv/bin/python -m pytest tests/sip -rs

test-faults: .venv/dev ## Kill, cut off and attack real processes, up to 10 minutes (TIMES=3: three times that); write docs/reliability.md
	@env -u RINGBOOK_DATABASE_URL FAULT_TIMES=$(TIMES) timeout $$((900 * $(TIMES))) .venv/bin/python -m pytest -rs tests/faults

check: .venv/dev ## Check format, lint and types, and run every test
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	@$(MAKE) --no-print-directory test

bench: .venv/dev ## Measure Ringbook beside its ceiling and what most would write, in 20 minutes (needs wrk)
	@env -u RINGBOOK_DATABASE_URL .venv/bin/python -m bench

bench-full: .venv/dev ## The same for longer, with every measurement on both databases
	@env -u RINGBOOK_DATABASE_URL .venv/bin/python -m bench --full

format: .venv/dev ## Put the code into its format
	.venv/bin/ruff check --fix --quiet
	.venv/bin/ruff format

openapi: .venv/dev ## Write docs/openapi.json anew
	.venv/bin/python -m tests.api.test_openapi

sql: .venv/dev ## Print every statement by name, as it is compiled for SQLite and PostgreSQL: make sql NAME=CONTACT_PAGE for one
	@.venv/bin/python -m tests.statements $(NAME)
