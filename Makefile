# `make` alone lists what can be done. PORT, DATA_DIR, HOST, DATABASE_URL and REDIS_URL may be set.

# The first Python that is new enough, preferring those with a wheel for every requirement.
PYTHON ?= $(shell for p in python3 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info < (3,13))' 2>/dev/null && echo $$p && exit; \
	done; for p in python3.13 python3.14; do command -v $$p && exit; done; echo python3)
VENV := .venv/bin/python
PORT ?= 8000
export PORT DATA_DIR HOST

.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench messages law pictures deps clean

help: ## List what can be done
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

setup: ## Make .venv and install the pinned requirements, if they changed
	@$(PYTHON) scripts/setup.py

run: setup ## Serve the whole system with its demo village on PORT (8000); Ctrl-C stops it
	@exec $(VENV) -m scripts.run

test: setup ## Run every test, in parallel, browser tests included; ARGS are pytest's
	@$(VENV) -m scripts.browser
	@exec $(VENV) -m pytest -n auto --dist worksteal $(ARGS)

lint: setup ## Check style, types, walls between apps, migrations, requirements, compose file
	@exec $(VENV) -m scripts.lint

bench: setup ## Measure the mass runs and hot pages; ARGS go to the benchmarks
	@exec $(VENV) -m scripts.with_servers $(VENV) -m benchmarks $(ARGS)

messages: setup ## Gather the texts of code and templates into locale/ and compile them
	@exec $(VENV) scripts/messages.py

pictures: setup ## Take the pictures of the README anew, from a demo of its own
	@exec $(VENV) -m scripts.pictures

law: setup ## Write the pages of docs/law from the rules, policy files and published cases
	@exec $(VENV) scripts/law.py $(ARGS)

deps: setup ## Compile requirements.txt from pyproject.toml; ARGS=--upgrade takes newer versions
	@exec $(VENV) -m scripts.deps $(ARGS)

clean: ## Remove .venv and caches; data in var/ stays
	@rm -rf .venv .venv.lock .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
