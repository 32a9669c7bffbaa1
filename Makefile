# Everything is done by Python under local/; this file only names it. `make help` lists the targets.

PYTHON ?= python3
DEV := .local/venv-dev/bin
RUN := $(DEV)/python
INSISTING := $(if $(filter-out file,$(origin PYTHON)),--with-this-python)

# A token or an answer on stdout must stand alone.
MAKEFLAGS += --no-print-directory
unexport PYTHONHOME PYTHONPATH VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help run up down clean token invoke build deploy bench check format test \
	policy transitions openapi test-unit test-integration test-repository test-memory test-template \
	test-e2e prove tools dev-tools check-tools

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-18s %s\n", $$1, $$2}' Makefile

run: tools ## Start everything, tell the story, stay until Ctrl-C
	@$(RUN) -m local.stack run

up: tools ## Start everything and return; the stack is described in .local/stack.json
	@$(RUN) -m local.stack up

down: dev-tools ## Stop the stack; its data is kept
	@$(RUN) -m local.stack down

clean: dev-tools ## Stop the stack and throw away its data, logs and build
	@$(RUN) -m local.stack clean

token: dev-tools ## Print an ID token: PERSON=alice [PROVIDER=kriax | STAFF=1 | GROUP=staff.kriax]
	@$(RUN) -m local.tokens --person "$(PERSON)" --provider "$(PROVIDER)" --staff "$(STAFF)" --group "$(GROUP)"

invoke: dev-tools ## Run one function: FUNCTION=expiries EVENT=events/expiries.json
	@$(RUN) -m local.invoke --function "$(FUNCTION)" --event "$(EVENT)"

policy: dev-tools ## Say what is wrong with a policy file, and what it does: FILE=my.toml
	@PYTHONPATH=shared $(RUN) -m tacit.policies check "$(FILE)"
	@PYTHONPATH=shared $(RUN) -m tacit.policies explain "$(FILE)"

transitions: dev-tools ## Print docs/transitions.md anew, from a walk through the core
	@PYTHONPATH=shared $(RUN) -m local.transitions

build: tools ## Build what is deployed, into .aws-sam/build
	@$(RUN) -m local.deployment

deploy: build ## Deploy to AWS, with questions
	@.local/venv-sam/bin/sam deploy --guided --parameter-overrides "PythonRuntime=$$($(RUN) -c \
		'from local.deployment import python_runtime; print(python_runtime())')"

bench: tools ## Measure, side by side; BENCH_ORDERS=20000 loads fewer ticket orders
	@$(RUN) -m local.bench

test: check-tools ## Run all tests
	@$(RUN) -m local.layers unit integration repository memory template e2e

test-unit: dev-tools ## Run the tests of the pure core
	@$(RUN) -m local.layers unit

test-integration: dev-tools ## Run the tests of doors and wiring (moto)
	@$(RUN) -m local.layers integration

test-repository: dev-tools ## Run the repository suite on DynamoDB Local
	@$(RUN) -m local.layers repository

test-memory: dev-tools ## Run the repository suite on the engine in memory
	@$(RUN) -m local.layers memory

test-template: check-tools ## Run the tests of template.yaml
	@$(RUN) -m local.layers template

test-e2e: check-tools ## Run the end-to-end tests on a stack of their own
	@$(RUN) -m local.layers e2e

openapi: dev-tools ## Write docs/openapi.json from the handlers
	@$(RUN) -m local.openapi

prove: check-tools ## Run the long searches all the way: [SEED=7]
	@$(RUN) -m local.prove --seed "$(or $(SEED),0)"

check: check-tools ## Formatting, lint, types, template, pins and their advisories
	@$(RUN) -m local.checks

format: dev-tools ## Put the formatting right, and what lint can fix
	@$(DEV)/ruff check --quiet --fix .
	@$(DEV)/ruff format --quiet .

tools:
	@$(PYTHON) -m local.environments $(INSISTING) dev sam ministack

check-tools:
	@$(PYTHON) -m local.environments $(INSISTING) dev sam ministack audit schemathesis

dev-tools:
	@$(PYTHON) -m local.environments $(INSISTING) dev
