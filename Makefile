PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8080
TIMES ?= 1
DIST ?= dist
unexport PYTHONDONTWRITEBYTECODE # compiled once, a start takes two thirds of the time
export RINGBOOK_DATABASE_URL ?= sqlite:///$(CURDIR)/var/ringbook.db

# Of this machine, where it listens on all of its addresses.
HERE = $(if $(filter 0.0.0.0 ::,$(HOST)),127.0.0.1,$(if $(findstring :,$(HOST)),[$(HOST)],$(HOST)))
ADDRESS = http://$(HERE):$(PORT)
PIP = .venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check
# An installation is known by its folder and what its files say: files that only look newer change nothing.
IS = { echo '$(CURDIR)'; cksum $^; }
VENDOR = src/ringbook/page/vendor
VENDORED = preact@11.2.0 htm@3.1.1 axe-core@4.14.1
CLIENTS = voipbin-mcp-0.3.0 voipbin-mcp-0.1.1

.PHONY: help run key dist test test-sip test-pooler test-clients test-faults check bench bench-full format openapi sql vendor recipes test-page screenshots

help: ## Say what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/run: pyproject.toml requirements.txt
	@{ [ -f $@ ] && $(IS) | cmp -s - $@; } || { echo "Installing into .venv, about half a minute" && $(PYTHON) -m venv .venv && \
		$(PIP) -r requirements.txt && $(PIP) --no-deps --editable . && $(IS) >$@; }
	@touch $@

.venv/dev: .venv/run requirements-dev.txt requirements-bench.txt
	@{ [ -f $@ ] && $(IS) | cmp -s - $@; } || { echo "Installing what the tests need, about half a minute" && \
		$(PIP) -r requirements-dev.txt -r requirements-bench.txt && $(IS) >$@; }
	@touch $@

run: .venv/run ## Serve the API, with a first customer and access key where there is none
	@mkdir -p var
	@exec .venv/bin/ringbook quickstart --host $(HOST) --port $(PORT) --another-key "$(strip make key $(MAKEOVERRIDES))"

key: .venv/run ## Make another access key; where there are several customers: make key CUSTOMER=ID
	@.venv/bin/ringbook accesskey create --first-calls $(ADDRESS) $(if $(CUSTOMER),--customer $(CUSTOMER))

dist: .venv/dev ## Build a wheel and a source archive into dist/
	@.venv/bin/python -m build --quiet --outdir $(DIST)

test: .venv/dev ## Run every test, on SQLite and PostgreSQL
	@env -u RINGBOOK_DATABASE_URL .venv/bin/python -m pytest -n auto --dist worksteal

test-sip: .venv/dev ## Ring through a real Kamailio, where kamailio and sipp are installed
	@env -u RINGBOOK_DATABASE_URL .venv/bin/python -m pytest tests/sip -rs

test-pooler: .venv/dev ## Run the API's tests through PgBouncer, in session and in transaction mode, where it is installed
	@env -u RINGBOOK_DATABASE_URL .venv/bin/python -m tests.pooler

test-page: .venv/dev ## Work on the page as a person does, in Chromium, where it is installed
	@env -u RINGBOOK_DATABASE_URL .venv/bin/python -m pytest -n auto --dist worksteal -rs tests/page

screenshots: .venv/dev ## Take pictures of the page's screens into var/screenshots, and those of docs/page.md anew
	@mkdir -p var/screenshots docs/page
	@env -u RINGBOOK_DATABASE_URL RINGBOOK_TEST_SCREENSHOTS=$(CURDIR)/var/screenshots \
		.venv/bin/python -m pytest -n auto -rs tests/page -k "sqlite and (looks_right or look_right)"
	@for picture in var/screenshots/page-*.png; do cp $$picture docs/page/$${picture#*/page-}; done

.venv/clients/%/installed: tests/clients/%.txt
	@{ [ -f $@ ] && $(IS) | cmp -s - $@; } || { echo "Installing $*" && $(PYTHON) -m venv --clear $(@D) && \
		$(@D)/bin/python -m pip install --quiet --quiet --disable-pip-version-check -r $< && $(IS) >$@; }
	@touch $@

test-clients: .venv/dev $(CLIENTS:%=.venv/clients/%/installed) ## Drive the API's own clients, as their authors publish them, against a server
	@env -u RINGBOOK_DATABASE_URL .venv/bin/python -m pytest tests/clients

test-faults: .venv/dev ## Kill, cut off and attack real processes, up to 25 minutes (TIMES=3: three times that); write docs/reliability.md
	@env -u RINGBOOK_DATABASE_URL FAULT_TIMES=$(TIMES) timeout $$((1800 * $(TIMES))) .venv/bin/python -m pytest -rs tests/faults

check: .venv/dev ## Check format, lint and types, and run every test
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	@$(MAKE) --no-print-directory test

bench: .venv/dev ## Measure Ringbook beside its ceiling and what most would write, in 20 minutes (needs wrk)
	@env -u RINGBOOK_DATABASE_URL .venv/bin/python -m bench

bench-full: .venv/dev ## The same for longer, on both databases, then search, imports and the page: some four hours
	@for what in "bench --full" bench.books bench.imports bench.page; do \
		env -u RINGBOOK_DATABASE_URL .venv/bin/python -m $$what || exit; done

format: .venv/dev ## Put the code into its format
	.venv/bin/ruff check --fix --quiet
	.venv/bin/ruff format

openapi: .venv/dev ## Write docs/openapi.json anew
	.venv/bin/python -m tests.api.test_openapi

recipes: .venv/dev ## Take the lines of docs/telephony over into the page
	.venv/bin/python -m tests.page.recipes

sql: .venv/dev ## Print every statement by name, as it is compiled for SQLite and PostgreSQL: make sql NAME=CONTACT_PAGE for one
	@.venv/bin/python -m tests.statements $(NAME)

vendor: ## Take the page's libraries anew from npm, of the versions in the Makefile and the sums in SHA256SUMS
	@set -e; folder=$$(mktemp -d); trap 'rm -rf $$folder' EXIT; \
	(cd $$folder && npm pack --silent $(VENDORED) >/dev/null && sha256sum --check --quiet $(CURDIR)/$(VENDOR)/SHA256SUMS && \
		for name in preact htm axe-core; do mkdir $$name && tar -xzf $$name-*.tgz -C $$name --strip-components 1; done); \
	module() { sed -e 's|from"preact"|from"./preact.js"|' -e '/^\/\/# sourceMappingURL/d' $$folder/$$1 >$(VENDOR)/$$2; }; \
	module preact/dist/preact.mjs preact.js; module preact/hooks/dist/hooks.mjs hooks.js; module htm/dist/htm.module.js htm.js; \
	for name in preact htm; do cp $$folder/$$name/LICENSE $(VENDOR)/LICENSE-$$name; done; \
	cp $$folder/axe-core/axe.min.js tests/page/vendor/; cp $$folder/axe-core/LICENSE tests/page/vendor/LICENSE-axe-core
