.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVICES := edge auth ledger providers metering ctl sandbox
PACKAGES := libs/common $(SERVICES:%=services/%)
CODE := libs services tests deploy

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/installed ## make .venv with everything pinned, and build the contracts

$(VENV)/locked: requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		-r requirements.lock
	@touch $@

$(VENV)/proto: $(VENV)/locked proto/setup.py proto/pyproject.toml $(shell find proto -name '*.proto')
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--force-reinstall ./proto
	@rm -rf proto/build proto/*.egg-info
	@touch $@

$(VENV)/installed: $(VENV)/locked $(VENV)/proto $(PACKAGES:%=%/pyproject.toml)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--config-settings editable_mode=compat $(PACKAGES:%=-e %)
	@touch $@

proto: $(VENV)/proto ## build the contracts again after a change in proto/

run: setup ## run everything on this machine and print a curl line that works
	@exec $(BIN)/python -m deploy.local

test: lint type ## lint, types, then every test that fits in ten minutes
	$(BIN)/pytest -n 2 --dist loadfile

lint: setup ## style, import contracts, contract style
	$(BIN)/ruff check $(CODE) proto
	$(BIN)/ruff format --check $(CODE) proto
	$(BIN)/lint-imports
	cd proto && ../$(BIN)/buf lint

fmt: setup ## format, and fix what can be fixed
	$(BIN)/ruff format $(CODE) proto
	$(BIN)/ruff check --fix $(CODE) proto

type: setup ## mypy --strict
	$(BIN)/mypy libs/common/tollgate_common $(foreach s,$(SERVICES),services/$(s)/tollgate_$(s)) deploy tests
	@for package in $(PACKAGES); do $(BIN)/mypy --no-error-summary $$package/tests || exit; done

test-clients: setup ## real clients of other makers, each in an environment of its own
	$(BIN)/pytest tests/clients

fuzz: setup ## twenty times as many hostile bodies, streams and bytes as the tests try
	$(BIN)/pytest tests/property -k fuzz --hypothesis-profile=deep --timeout 3600 -n 2

bench: setup ## latency, CPU and memory against bare relays and peers (docs/performance.md)
	$(BIN)/python -m tests.bench

lock: setup ## resolve requirements.in into requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header requirements.in -o requirements.lock

clean: ## remove everything that was built or run here
	rm -rf $(VENV) .run .cache build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
	find . -name '*.egg-info' -prune -exec rm -rf {} +

.PHONY: help setup run proto test fuzz lint fmt type test-clients bench lock clean
