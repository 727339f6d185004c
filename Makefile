# Common tasks. Each target sets up everything that it needs and can be repeated.
# tools.mk finds and installs the tools.

.DEFAULT_GOAL := help
# A failed build leaves no file that the next one would take for finished.
.DELETE_ON_ERROR:
SHELL := /bin/bash
PORT ?= 8000
SEEDS ?= 1000

include tools.mk

# The browsers' drivers can be slow to start on a busy machine. In seconds.
export WASM_BINDGEN_TEST_TIMEOUT ?= 180

.PHONY: help demo build backend prepare test lint clean bench bench-server bench-tabs figures
.PHONY: test-rust test-browser test-hook test-tools test-persist test-share test-package test-server test-conformance test-docs test-yew test-consumers test-servers test-backend test-python test-e2e test-engines test-cluster test-chaos
.PHONY: chaos chaos-tabs chaos-cluster chaos-guides sim herd mutants release-check

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' Makefile | sed 's/:.*## /|/' | column -t -s '|'

# $(call side-by-side,targets): the first run waits for cargo, npm and pip at the same time.
side-by-side = @$(MAKE) --no-print-directory --jobs=4 $(1)

APPLICATION := build $(VENV)/.installed www/app/dist/index.html
NODE_MODULES := $(addsuffix /node_modules/.package-lock.json,pkg tests bench www/app)

demo: ## Build everything, serve the demo page and print its address: PORT=8000
	$(call side-by-side,$(APPLICATION))
	$(call say,Starting the demo)
	@cd www/backend && exec .venv/bin/python manage.py demo --port $(PORT)

build: pkg/wasm/core.js ## Build the npm package into pkg/

backend: $(VENV)/.installed ## Start only the server: PORT=8000, data in DATA_DIR
	@cd www/backend && exec .venv/bin/python manage.py demo --port $(PORT)

test: prepare lint test-rust test-servers test-browser test-hook test-package test-docs test-e2e test-chaos ## Run the linters and all regular tests
	$(call say,All tests passed)

prepare: ## Install and build everything that the tests need
	$(call side-by-side,$(APPLICATION) $(NODE_MODULES) tools-wasm-pack tools-chromium tools-firefox)

test-rust: tools-rust ## Test the core in virtual time: scenarios, properties, simulation, model
	$(call say,Testing the core in virtual time)
	@SEEDS=$(SEEDS) cargo test --quiet --profile sim
	@SEEDS=$(SEEDS) cargo test --quiet --profile sim --no-default-features --test core --test simulation another_wire

sim: tools-rust ## Simulate faults in virtual time and check the delivery guarantee: SEEDS=1000
	$(call say,Simulating $(SEEDS) seeds)
	@SEEDS=$(SEEDS) cargo test --quiet --profile sim --test simulation -- --nocapture

herd: tools-rust ## Simulate ten thousand clients that reconnect; print the busiest second of each rule
	@cargo test --quiet --profile sim --test herd -- --nocapture

mutants: tools-rust ## Remove each guard, one at a time, and print the test that fails
	@node tests/mutants/run.mjs

# Debug information would make the runner take twice as long.
test-browser: export CARGO_PROFILE_DEV_DEBUG = 0
test-browser: tools-wasm-pack tools-chromium tools-firefox ## Test the browser code and the API for Rust in headless Chromium and Firefox
	$(call say,Testing the browser code in Chromium)
	@wasm-pack --log-level warn test --headless --chrome --mode no-install -- --locked --test browser --test client
	$(call say,Testing the browser code in Firefox)
	@wasm-pack --log-level warn test --headless --firefox --mode no-install -- --locked --test browser --test client

test-hook: build tests/node_modules/.package-lock.json tools-chromium ## Test the React hook and the root entry in Chromium
	$(call say,Testing the hook in Chromium)
	@cd tests && npm run --silent test:hook

test-tools: build tests/node_modules/.package-lock.json tools-chromium ## Test the warnings in development, the debug log and the inspector
	$(call say,Testing the tools for development)
	@cd tests && npm run --silent test:tools

test-package: build tests/node_modules/.package-lock.json tools-chromium ## Test the packed package, its fake server, the wires of real applications, and an application with Vite and Node.js
	$(call say,Testing the package in new applications)
	@cd tests && npm run --silent test:package
	@cd tests && npm run --silent test:wires
	@cd tests && CONSUMERS=vite,node npm run --silent test:consumers

test-server: build tests/node_modules/.package-lock.json tools-services tools-chromium ## Test the server for Node.js, with SQLite, PostgreSQL and Redis
	$(call say,Testing the server for Node.js)
	@cd tests && { node -e 'require("better-sqlite3")' 2>/dev/null || node -e 'require("node:sqlite")' 2>/dev/null || \
	  npm install --no-save --silent --no-audit --no-fund better-sqlite3@12 || echo 'Skipping SQLite: better-sqlite3 cannot be built'; }
	@cd tests && npm run --silent test:server

test-conformance: build $(VENV)/.installed tests/node_modules/.package-lock.json tools-services ## Test the conformance tool on our servers and on faulty ones
	$(call say,Testing the conformance tool)
	@cd tests && npm run --silent test:conformance

test-persist: build $(VENV)/.installed tests/node_modules/.package-lock.json tools-chromium ## Test kept messages: killed browsers, crashed pages, faulty storage
	$(call say,Testing kept messages; this takes two minutes)
	@cd tests && npm run --silent test:persist

test-share: build $(VENV)/.installed tests/node_modules/.package-lock.json tools-chromium ## Test tabs that share a connection: closed, crashed, hidden, frozen and hanging ones
	$(call say,Testing tabs that share a connection; this takes two minutes)
	@cd tests && npm run --silent test:share

test-docs: build $(VENV)/.installed tests/node_modules/.package-lock.json tools-chromium ## Build and run every code block of the documentation
	$(call say,Testing the documentation)
	@cd tests && npm run --silent test:docs
	@node --test --test-reporter=spec bench/figures.test.mjs

test-yew: tools-wasm tests/node_modules/.package-lock.json tools-chromium ## Build the page in Rust with Yew and run it in Chromium
	$(call say,Testing the page in Rust; the first run builds Yew)
	@cd tests && npm run --silent test:yew

test-consumers: build tests/node_modules/.package-lock.json tools-chromium ## Test the packed package with every bundler, framework and test runner
	$(call say,Testing every bundler and framework; the first run installs 1.2 GB of tools)
	@cd tests && npm run --silent test:consumers

test-backend: $(VENV)/.installed ## Test the Django server
	$(call say,Testing the backend)
	@cd www/backend && .venv/bin/pytest --quiet

test-python: $(VENV)/.installed ## Test the server package for Python
	$(call say,Testing the server package for Python)
	@cd servers/python && ../../$(VENV)/bin/pytest --quiet

# Both mostly wait.
test-servers: $(VENV)/.installed
	$(call side-by-side,test-backend test-python)

test-cluster: $(VENV)/.installed tools-services ## Test two server processes with PostgreSQL and Redis, killed during traffic
	$(call say,Testing the backend as a cluster)
	@cd www/backend && .venv/bin/pytest --quiet tests/cluster
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --editable servers/python
	@cd servers/python && ../../$(VENV)/bin/pytest --quiet tests/cluster

bench: build $(VENV)/.installed tests/node_modules/.package-lock.json bench/node_modules/.package-lock.json tools-chromium tools-firefox ## Measure the package and the hooks that it replaces; write results.json
	$(call say,Measuring; this takes some minutes)
	@cd bench && npm run --silent bench

bench-server: $(VENV)/.installed tests/node_modules/.package-lock.json bench/node_modules/.package-lock.json tools-services ## Measure the server under load with both architectures; write results.json
	@cd bench && npm run --silent bench:server

bench-tabs: build $(VENV)/.installed tests/node_modules/.package-lock.json bench/node_modules/.package-lock.json tools-chromium ## Measure tabs with a connection each and with a shared one; write results.json
	$(call say,Measuring tabs; this takes some minutes)
	@cd bench && npm run --silent bench:tabs

figures: bench/node_modules/.package-lock.json ## Write the measured figures into README.md and docs/measurements.md
	@cd bench && npm run --silent figures

test-e2e: build $(VENV)/.installed www/app/dist/index.html tests/node_modules/.package-lock.json tools-chromium ## Test end to end: two users, two browsers, the real server
	$(call say,Testing end to end)
	@cd tests && npm run --silent test:e2e

test-engines: build $(VENV)/.installed www/app/dist/index.html tests/node_modules/.package-lock.json tools-chromium tools-firefox tools-webkit ## Test end to end in Chromium, Firefox and WebKitGTK
	$(call say,Testing end to end in three engines; this takes some minutes each)
	@cd tests && xvfb-run --auto-servernum npm run --silent test:engines

STORM := build $(VENV)/.installed tests/node_modules/.package-lock.json tools-chromium

# $(call storm,TABS=1 or CLUSTER=1,default of SECONDS). SECONDS is special in the shell, so env passes it on.
storm = @cd tests && env TABS= CLUSTER= $(1) SERVER=$(SERVER) SECONDS=$(or $(SECONDS),$(2)) SEED=$(or $(SEED),1) TROUBLES='$(TROUBLES)' npm run --silent chaos

chaos: $(STORM) ## Run pages and a real server under network faults: SECONDS=120 SEED=1 TROUBLES=cut,stall SERVER=fastapi
	$(call say,Running a storm of faults)
	$(call storm,,120)

chaos-tabs: $(STORM) ## The same with tabs that share a connection and keep their messages, and are reloaded, closed, crashed or hang
	$(call say,Running a storm of faults on tabs)
	$(call storm,TABS=1,120)

chaos-cluster: $(STORM) tools-services ## The same with PostgreSQL, Redis and two server processes
	$(call say,Running a storm of faults on a cluster)
	$(call storm,CLUSTER=1,120)

chaos-guides: $(STORM) tools-services ## The same with the servers of the guides for FastAPI and Node.js
	$(call say,Running a storm of faults on the servers of the guides)
	@$(MAKE) --no-print-directory chaos SERVER=fastapi SECONDS=$(or $(SECONDS),60)
	@$(MAKE) --no-print-directory chaos SERVER=node SECONDS=$(or $(SECONDS),60)

test-chaos: $(STORM) ## Test the storm's own code and run a short storm
	$(call say,Running a short storm)
	@cd tests && npm run --silent test:chaos
	$(call storm,,20)

lint: build $(VENV)/.installed tests/node_modules/.package-lock.json www/app/node_modules/.package-lock.json bench/node_modules/.package-lock.json ## Check formatting, lints, docs and types
	$(call say,Running the linters)
	@cargo fmt --check
	@cargo clippy --quiet --all-targets -- -D warnings
	@cargo clippy --quiet --all-targets --features npm -- -D warnings
	@cargo clippy --quiet --all-targets --features npm --no-default-features -- -D warnings
	@cargo clippy --quiet --all-targets --target wasm32-unknown-unknown -- -D warnings
	@cargo clippy --quiet --all-targets --target wasm32-unknown-unknown --features npm -- -D warnings
	@cargo clippy --quiet --all-targets --target wasm32-unknown-unknown --features npm --no-default-features -- -D warnings
	@cargo clippy --quiet --lib --target wasm32-unknown-unknown --features npm,keeper -- -D warnings
	@cargo clippy --quiet --lib --target wasm32-unknown-unknown --features npm,layer-1,sharing -- -D warnings
	@RUSTDOCFLAGS='-D warnings' cargo doc --quiet --no-deps --document-private-items
	@RUSTDOCFLAGS='-D warnings' cargo doc --quiet --no-deps --document-private-items --target wasm32-unknown-unknown
	@cargo test --quiet --doc --target wasm32-unknown-unknown
	@tests/node_modules/.bin/biome ci --error-on-warnings --log-level=warn .
	@cd pkg && npm run --silent typecheck
	@cd tests && npm run --silent typecheck
	@cd bench && npm run --silent typecheck
	@cd www/app && npm run --silent typecheck
	@cd www/backend && .venv/bin/ruff check --quiet . && .venv/bin/ruff format --quiet --check .
	@cd servers/python && ../../$(VENV)/bin/ruff check --quiet . && ../../$(VENV)/bin/ruff format --quiet --check .

release-check: test-package test-tools test-server test-consumers tools-deny $(VENV)/.installed ## Check a release: files, types, sizes, versions, licences
	$(call say,Checking licences and sources)
	@cargo deny --log-level warn check licenses bans sources
	@cargo package --quiet --allow-dirty --no-verify --list >/dev/null
	@$(VENV)/bin/pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir target/wheel servers/python
	@$(VENV)/bin/python -m zipfile --list target/wheel/inbox_socket-*.whl | grep -q django/migrations/0001_initial.py
	$(call say,Ready: run npm publish in pkg and cargo publish here)

clean: ## Remove all files that git ignores
	git clean -fdX

CRATE := Cargo.toml Cargo.lock $(shell find src -type f)
ENTRIES := $(wildcard pkg/*.js pkg/*.d.ts) $(shell find pkg/lib -type f) pkg/package.json
PACKAGE := pkg/wasm/core.js $(ENTRIES)
APP := $(shell find www/app/src www/app/public www/app/compare bench/baselines -type f 2>/dev/null) \
  bench/page/memory.ts www/app/index.html www/app/vite.config.ts

# The package's own modules count, because the build weighs them.
pkg/wasm/core.js: $(CRATE) $(ENTRIES) $(wildcard pkg/build/*) pkg/build.mjs README.md LICENSE pkg/node_modules/.package-lock.json | tools-wasm
	$(call say,Building the package)
	@cd pkg && npm run --silent build

# npm copies the package into the application, so reinstall after each build.
www/app/node_modules/.package-lock.json: $(PACKAGE)

www/app/dist/index.html: $(APP) $(PACKAGE) www/app/node_modules/.package-lock.json
	$(call say,Building the demo page)
	@cd www/app && npm run --silent build
