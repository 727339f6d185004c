# What one can do here. Every target sets up what it needs and can be run by itself, again and again.
# How tools are found and installed stands in tools.mk.

.DEFAULT_GOAL := help
SHELL := /bin/bash
PORT ?= 8000
SEEDS ?= 1000

include tools.mk

# The browsers' drivers may be slow to start on a busy machine.
export WASM_BINDGEN_TEST_TIMEOUT ?= 180

.PHONY: help demo build backend test lint clean bench bench-server figures
.PHONY: test-rust test-browser test-hook test-package test-docs test-yew test-consumers test-backend test-e2e test-engines test-cluster test-chaos
.PHONY: chaos chaos-cluster sim herd mutants release-check

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /|/' | column -t -s '|'

demo: build $(VENV)/.installed www/app/dist/index.html ## Build everything, serve the demo page and print its address
	$(call say,Starting the demo)
	@cd www/backend && exec .venv/bin/python manage.py demo --port $(PORT)

build: pkg/wasm/core.js ## Build the npm package into pkg/

backend: $(VENV)/.installed ## Start the server alone: PORT=8000, data in DATA_DIR
	@cd www/backend && exec .venv/bin/python manage.py demo --port $(PORT)

test: lint test-rust test-backend test-browser test-hook test-package test-docs test-e2e test-chaos ## Run everything
	$(call say,All tests passed)

test-rust: tools-rust ## The core: scenarios properties simulation and model in virtual time
	$(call say,Rust: the core in virtual time)
	@SEEDS=$(SEEDS) cargo test --quiet --profile sim

sim: tools-rust ## The delivery promise against everything that goes wrong: SEEDS=10000
	$(call say,Playing $(SEEDS) seeds)
	@SEEDS=$(SEEDS) cargo test --quiet --profile sim --test simulation -- --nocapture

herd: tools-rust ## Ten thousand clients come back: the busiest second of each rule
	@cargo test --quiet --profile sim --test herd -- --nocapture

mutants: tools-rust ## Take each guard out and see which test notices
	@node tests/mutants/run.mjs

test-browser: tools-wasm-pack tools-chromium tools-firefox ## The shell and the API for Rust, in headless Chromium and Firefox
	$(call say,Rust: the shell in Chromium)
	@wasm-pack --log-level warn test --headless --chrome --mode no-install -- --locked --test browser --test client
	$(call say,Rust: the shell in Firefox)
	@wasm-pack --log-level warn test --headless --firefox --mode no-install -- --locked --test browser --test client

test-hook: build tests/node_modules/.package-lock.json tools-chromium ## The React hook and the root entry, in Chromium
	$(call say,The hook in Chromium)
	@cd tests && npm run --silent test:hook

test-package: build tests/node_modules/.package-lock.json tools-chromium ## The packed tarball, its fake server, and one application of each kind
	$(call say,The package in a new application)
	@cd tests && npm run --silent test:package
	@cd tests && CONSUMERS=vite,node npm run --silent test:consumers

test-docs: build $(VENV)/.installed tests/node_modules/.package-lock.json tools-chromium ## Every code block of the documentation, built and run
	$(call say,The documentation)
	@cd tests && npm run --silent test:docs
	@node --test --test-reporter=spec tests/bench/figures.test.mjs

test-yew: tools-wasm tests/node_modules/.package-lock.json tools-chromium ## The page in Rust with Yew, built and run in Chromium
	$(call say,A page in Rust: Yew is built once)
	@cd tests && npm run --silent test:yew

test-consumers: build tests/node_modules/.package-lock.json tools-chromium ## The packed tarball with each bundler, framework and test runner
	$(call say,The package with everybody: what is missing is downloaded once)
	@cd tests && npm run --silent test:consumers

test-backend: $(VENV)/.installed ## The Django server
	$(call say,The backend)
	@cd www/backend && .venv/bin/pytest --quiet

test-cluster: $(VENV)/.installed tools-services ## PostgreSQL Redis and two server processes, killed in mid-traffic
	$(call say,The backend as a cluster)
	@cd www/backend && .venv/bin/pytest --quiet tests/cluster

bench: build $(VENV)/.installed tests/node_modules/.package-lock.json tests/bench/node_modules/.package-lock.json tools-chromium tools-firefox ## Measure against the hooks it replaces, and write results.json
	$(call say,Measuring: some minutes)
	@cd tests/bench && npm run --silent bench

bench-server: $(VENV)/.installed tests/node_modules/.package-lock.json tests/bench/node_modules/.package-lock.json tools-redis ## Load the server with both architectures
	@cd tests/bench && npm run --silent bench:server

figures: tests/bench/node_modules/.package-lock.json ## Write the measured figures into README.md and docs/measurements.md
	@cd tests/bench && npm run --silent figures

test-e2e: build $(VENV)/.installed www/app/dist/index.html tests/node_modules/.package-lock.json tools-chromium ## Two people, two browsers, the real server
	$(call say,End to end)
	@cd tests && npm run --silent test:e2e

test-engines: build $(VENV)/.installed www/app/dist/index.html tests/node_modules/.package-lock.json tools-chromium tools-firefox tools-webkit ## The same in Chromium, Firefox and WebKitGTK
	$(call say,End to end in three engines: some minutes each)
	@cd tests && xvfb-run --auto-servernum npm run --silent test:engines

STORM := build $(VENV)/.installed tests/node_modules/.package-lock.json tools-chromium

# $(call storm,1 for a cluster,seconds unless SECONDS says). To the shell, SECONDS means something else: env hands it on.
storm = @cd tests && env CLUSTER=$(1) SECONDS=$(or $(SECONDS),$(2)) SEED=$(or $(SEED),1) TROUBLES='$(TROUBLES)' npm run --silent chaos

chaos: $(STORM) ## Pages in a storm, on the real server: SECONDS=120 SEED=1 TROUBLES=cut,stall
	$(call say,A storm)
	$(call storm,,120)

chaos-cluster: $(STORM) tools-services ## The same on PostgreSQL Redis and two server processes
	$(call say,A storm over a cluster)
	$(call storm,1,120)

test-chaos: $(STORM) ## The storm's own tests, and a short storm
	$(call say,A short storm)
	@cd tests && npm run --silent test:chaos
	$(call storm,,20)

lint: build $(VENV)/.installed tests/node_modules/.package-lock.json www/app/node_modules/.package-lock.json \
    tests/bench/node_modules/.package-lock.json ## Formats, lints, docs and types
	$(call say,Formats lints docs and types)
	@cargo fmt --check
	@cargo clippy --quiet --all-targets -- -D warnings
	@cargo clippy --quiet --all-targets --features npm -- -D warnings
	@cargo clippy --quiet --all-targets --target wasm32-unknown-unknown -- -D warnings
	@cargo clippy --quiet --all-targets --target wasm32-unknown-unknown --features npm -- -D warnings
	@RUSTDOCFLAGS='-D warnings' cargo doc --quiet --no-deps --document-private-items
	@RUSTDOCFLAGS='-D warnings' cargo doc --quiet --no-deps --document-private-items --target wasm32-unknown-unknown
	@cargo test --quiet --doc --target wasm32-unknown-unknown
	@cd pkg && npm run --silent typecheck
	@cd tests && npm run --silent typecheck
	@cd tests/bench && npm run --silent typecheck
	@cd www/app && npm run --silent typecheck
	@cd www/backend && .venv/bin/ruff check --quiet . && .venv/bin/ruff format --quiet --check .

release-check: test-package test-consumers tools-deny ## What a release must hold: files, types, sizes, versions, licences
	$(call say,Licences and sources)
	@cargo deny --log-level warn check licenses bans sources
	@cargo package --quiet --allow-dirty --no-verify --list >/dev/null
	$(call say,Ready: npm publish in pkg and cargo publish)

clean: ## Leave a clean clone
	git clean -fdX

CRATE := Cargo.toml Cargo.lock $(shell find src -type f)
PACKAGE := pkg/wasm/core.js $(wildcard pkg/*.js pkg/*.d.ts pkg/lib/*) pkg/package.json
APP := $(shell find www/app/src www/app/public www/app/compare tests/bench/baselines -type f 2>/dev/null) \
  tests/bench/page/memory.ts www/app/index.html www/app/vite.config.ts

pkg/wasm/core.js: $(CRATE) $(wildcard pkg/build/*) pkg/build.mjs README.md LICENSE pkg/node_modules/.package-lock.json | tools-wasm
	$(call say,Building the package)
	@cd pkg && npm run --silent build

# npm copies the package into the application, so a new build of it is installed anew.
www/app/node_modules/.package-lock.json: $(PACKAGE)

www/app/dist/index.html: $(APP) $(PACKAGE) www/app/node_modules/.package-lock.json
	$(call say,Building the demo page)
	@cd www/app && npm run --silent build
