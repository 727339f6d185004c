# Finds or installs each tool. Included by the Makefile.
#
# Uses tools that are installed; installs missing ones if that needs no confirmation, or else prints the line that
# installs them. Tools that are built here are stored outside the clone, so that other clones can use them.

TOOLS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/inbox-socket
export PATH := $(TOOLS)/bin:$(PATH)

# The command-line tool must have exactly the version that the crate is built with; builds of the crate use --locked.
WASM_BINDGEN := $(shell sed -n '/^name = "wasm-bindgen"$$/{n;s/^version = "\(.*\)"/\1/p;}' Cargo.lock)
WASM_PACK := 0.15.1
GECKODRIVER := 0.37.1
CARGO_DENY := 0.20.2

say = @printf '\033[1m▸ %s\033[0m\n' '$(1)'

# $(call has,command,version): succeeds if the command is installed in this version.
has = $(1) --version 2>/dev/null | grep -qF '$(2)'

# $(call cargo-tool,crate,version): takes a prebuilt tool where cargo-binstall is installed, or else builds it once. These
# tools run for milliseconds, so they are built without optimisation, in less than half the time. Not --locked: a locked
# dependency may have been withdrawn.
cargo-tool = echo 'Installing $(1) $(2), once'; \
  { command -v cargo-binstall >/dev/null && cargo binstall --no-confirm --root '$(TOOLS)' '$(1)@$(2)'; } || \
  { CARGO_TARGET_DIR='$(TOOLS)/build-$(1)' CARGO_PROFILE_RELEASE_OPT_LEVEL=0 \
      cargo install $$([ -t 2 ] || echo --quiet) --root '$(TOOLS)' '$(1)' --version '=$(2)' && \
    rm -rf '$(TOOLS)/build-$(1)'; }

# $(call debian,command,packages): installs Debian packages if possible, or else prints how.
debian = command -v $(1) >/dev/null || { \
    if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
      echo 'Installing $(2)'; \
      { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(2); } \
        >/dev/null; \
    else \
      echo 'inbox-socket needs $(1). On Debian: sudo apt-get install $(2)' >&2; exit 1; \
    fi; }

# $(call needed,command,how to install it): fails if a command is missing that make can't install.
needed = command -v $(1) >/dev/null || { echo 'inbox-socket needs $(1): $(2)' >&2; exit 1; }

.PHONY: tools-rust tools-wasm tools-wasm-pack tools-node tools-python tools-chromium tools-firefox tools-webkit tools-deny tools-redis tools-services

tools-rust:
	@$(call needed,cargo,https://rustup.rs)
	@rustup component list --installed 2>/dev/null | grep -q clippy || rustup component add clippy rustfmt
	@rustup target list --installed 2>/dev/null | grep -q wasm32-unknown-unknown || \
	  rustup target add wasm32-unknown-unknown

tools-wasm: tools-rust
	@$(call has,wasm-bindgen,$(WASM_BINDGEN)) || { $(call cargo-tool,wasm-bindgen-cli,$(WASM_BINDGEN)); }

# Needed by the browser tests only: the build calls cargo and wasm-bindgen directly.
tools-wasm-pack: tools-wasm
	@$(call has,wasm-pack,$(WASM_PACK)) || { $(call cargo-tool,wasm-pack,$(WASM_PACK)); }

tools-node:
	@$(call needed,node,install Node.js 20 or newer from https://nodejs.org)
	@$(call needed,npm,it is part of Node.js: https://nodejs.org)

tools-python:
	@$(call needed,python3,install Python 3.11 or newer from https://www.python.org)

# CHROMIUM can be the path of a browser outside PATH.
tools-chromium:
	@[ -n "$$CHROMIUM" ] || command -v google-chrome >/dev/null || command -v chromium-browser >/dev/null || \
	  { $(call debian,chromium,chromium chromium-driver fonts-noto-color-emoji); }
	@$(call debian,chromedriver,chromium-driver)

# After Chromium, because apt-get runs once at a time.
tools-firefox: tools-rust tools-chromium
	@command -v firefox >/dev/null || { $(call debian,firefox-esr,firefox-esr); }
	@command -v geckodriver >/dev/null || { $(call cargo-tool,geckodriver,$(GECKODRIVER)); }

# WebKitGTK has no headless mode.
tools-webkit:
	@$(call debian,WebKitWebDriver,webkit2gtk-driver)
	@$(call debian,xvfb-run,xvfb xauth)

tools-deny: tools-rust
	@$(call has,cargo-deny,$(CARGO_DENY)) || { $(call cargo-tool,cargo-deny,$(CARGO_DENY)); }

tools-redis:
	@$(call debian,redis-server,redis-server)

tools-services: tools-redis
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { $(call debian,initdb,postgresql); }

# Reinstalls an npm folder when its lock file has changed.
%/node_modules/.package-lock.json: %/package-lock.json | tools-node
	$(call say,Installing npm packages: $*)
	@cd $* && npm ci --silent --no-audit --no-fund
	@touch $@

VENV := www/backend/.venv

$(VENV)/.installed: www/backend/requirements.txt www/backend/requirements-dev.txt servers/python/pyproject.toml | tools-python
	$(call say,Installing Python packages)
	@python3 -m venv $(VENV)
	@cd www/backend && .venv/bin/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
