# Everything here needs only Python 3.11 or newer and make.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
PY := $(VENV)/bin/python
PACKAGES := streamapi accounts catalog channels playback
# The launcher stops when this make is gone, even when it was killed.
LOCAL := exec $(PY) -m streamapi.local --parent $$PPID
TEST_SETTINGS := DJANGO_SETTINGS_MODULE=streamapi.settings.test
PARALLEL ?= 2
FUZZ_INPUTS ?= 20000
ARGS ?=

.PHONY: help run test fuzz check lint format types contracts migrations deploy-check \
	duplication spelling coverage openapi query-counts bench build deploy lock install reset clean

help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: install-run ## Serve the product on http://127.0.0.1:8000 (PORT, STATE_DIR)
	@$(LOCAL) run

test: install ## Run all tests (ARGS="tests/catalog -k publish" for some)
ifdef ARGS
	@$(LOCAL) exec -- $(PY) -m pytest $(ARGS)
else
	@$(LOCAL) exec -- .ci/tests $(PY) $(PARALLEL) --cov-report= --cov-fail-under=0
	@$(PY) -m coverage report --fail-under=0 --format=total | sed 's/$$/ % of lines and branches covered/'
endif

fuzz: install ## Hostile feeds and playlists, for a night (FUZZ_INPUTS of each)
	@FUZZ_INPUTS=$(FUZZ_INPUTS) $(LOCAL) exec -- $(PY) -m pytest tests/channels/test_fuzz.py -n $(PARALLEL) --no-cov -q

check: lint types contracts migrations deploy-check duplication spelling coverage ## All that CI asks for

lint: install ## Style and formatting, as they are
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .

format: install ## Format the code and mend what can be mended
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

types: install ## Static types, strict
	@$(PY) -m mypy .

contracts: install ## Which package may import which
	@$(VENV)/bin/lint-imports

migrations: install ## No model change without its migration
	@$(TEST_SETTINGS) $(PY) manage.py makemigrations --check --dry-run

deploy-check: install ## Django's deployment checks on the production settings
	@set -a; . ./deploy/production.env.example; set +a; \
		$(PY) manage.py check --deploy --fail-level WARNING

duplication: install ## No code twice
	@$(PY) -m pylint --disable=all --enable=duplicate-code $(PACKAGES)

spelling: install ## Spelling (not of the tests, which misspell on purpose)
	@$(PY) -m codespell_lib $(PACKAGES) bench docs templates *.md Makefile

coverage: install ## All tests, and at least 98 % of lines and branches covered
	@$(LOCAL) exec -- .ci/tests $(PY) $(PARALLEL) --cov-report=term --cov-report=xml

openapi: install ## Write docs/openapi.json anew; its diff is read like code
	@UPDATE_OPENAPI=1 $(LOCAL) exec -- $(PY) -m pytest -q tests/architecture/test_openapi.py
	@git diff --stat -- docs/openapi.json

query-counts: install ## Write the pinned numbers of queries anew; the same
	@UPDATE_QUERY_COUNTS=1 $(LOCAL) exec -- $(PY) -m pytest -q tests/architecture/test_query_counts.py
	@git diff --stat -- tests/architecture/query_counts.json

bench: install ## Measure it beside its peers (ARGS=--quick for a short look)
	@$(LOCAL) exec -- $(PY) -m bench $(ARGS)

build: install ## A release in dist/: the committed files, checked to collect and to start
	@./deploy/build $(PY)

deploy: ## Bring the release in dist/ to DEPLOY_TARGET (see docs/operations.md)
	@./deploy/deploy

lock: ## Pin the requirements again, with hashes (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 1; }
	@for name in base prod local dev; do \
		echo "requirements/$$name.txt"; \
		uv pip compile --quiet --universal --generate-hashes --no-header --no-strip-extras --python-version 3.11 \
			requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done

install-run:
	@./.ci/install $(VENV) requirements/local.txt requirements/dev.txt
	@./.ci/player

install:
	@./.ci/install $(VENV) requirements/dev.txt
	@./.ci/player

reset: ## Forget the demo service: everything in var/
	@rm -rf "$$(readlink var/postgres 2>/dev/null || echo var/postgres)" var

clean: ## Remove what can be made again; the data in var/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache \
		.coverage .coverage.* coverage.xml htmlcov dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
