# copydesk: what can be made. `make` alone lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
LOCK := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-annotate --no-header --upgrade
DATA ?= data
TARGET ?= file:var/demo

.DEFAULT_GOAL := help
.PHONY: help demo test check ready lint unit elasticsearch browser env evals bench chaos lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

demo: $(INSTALLED) ## install, ingest seeds/ into an index of its own, search it twice
	@$(RUN) -m copydesk ingest seeds --to $(TARGET)
	@echo
	@echo '$$ copydesk search "olympics security"'
	@$(RUN) -m copydesk search "olympics security" --to $(TARGET) --size 3
	@echo
	@echo '$$ copydesk search "sécurité OR 安全 OR безопасности" --country BE --country CN --country RU'
	@$(RUN) -m copydesk search "sécurité OR 安全 OR безопасности" --country BE --country CN --country RU --to $(TARGET) --size 3

test: check ## everything that CI runs

check: lint ready unit

ready: $(INSTALLED_DEV)
	@$(MAKE) --no-print-directory -k elasticsearch browser \
	  || { echo "what needs them is skipped, and says so"; [ "$$CI" != true ]; }

lint: $(INSTALLED_DEV) ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: $(INSTALLED_DEV) ## all tests, on Elasticsearch 9 and 8, with coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --durations=15
	COPYDESK_TEST_ELASTICSEARCH_LINE=8 $(BIN)/coverage run -m pytest -q -m elastic tests/engines
	$(BIN)/coverage combine -q
	$(BIN)/coverage report --include='transforms/*' --fail-under=98 --skip-covered
	$(BIN)/coverage report --fail-under=90 --skip-covered

elasticsearch: $(INSTALLED_DEV) ## prepare a genuine Elasticsearch for the tests (needs Java and Maven)
	$(RUN) -m tests.elasticsearch.prepare

browser: $(INSTALLED_DEV) ## prepare a real browser for the tests (needs Node; as root installs Chromium)
	$(RUN) -m tests.web.browser.prepare

chaos: $(INSTALLED_DEV) elasticsearch ## break everything, hundreds of times
	COPYDESK_TEST_CHAOS=long $(BIN)/pytest tests/chaos

env: ## write .env for docker compose, with fresh passwords
	sh docker/make-env.sh

evals: $(INSTALLED_DEV) ## quality in numbers: make evals DATA=folder
	$(RUN) -m evals $(DATA)

bench: $(INSTALLED_DEV) ## speed in numbers, in one run
	$(RUN) -m bench

lock: $(INSTALLED_DEV) ## write both lock files anew; what both hold is of one version
	$(BIN)/pip install -q uv
	$(LOCK) --extra flows --extra build --extra dev pyproject.toml -o requirements-dev.lock
	$(LOCK) --constraint requirements-dev.lock pyproject.toml -o requirements.lock

clean: ## remove what was made
	rm -rf $(VENV) var build dist .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis tests/web/browser/node_modules

$(RUN):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "copydesk needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -m venv $(VENV)

$(INSTALLED): requirements.lock pyproject.toml | $(RUN)
	@echo "installing into $(VENV) (once)"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(INSTALLED_DEV): requirements-dev.lock $(INSTALLED)
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
