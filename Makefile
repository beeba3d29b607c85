# make demo   set up, train the default model on the real digits, say how to look at the result
# make test   set up, then every check: format, lint, types, tests
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
DEMO    = examples/digit-classifier

.PHONY: demo test schemas clean

demo: $(VENV)/demo.stamp
	$(BIN)/python $(DEMO)/run_demo.py --run-label demo
	@echo
	@echo "Pictures, metrics and the model:  $(DEMO)/web_demo/artifacts/latest/"
	@echo "All runs:                         $(BIN)/digit-classifier runs $(DEMO)/web_demo/artifacts"
	@echo "Is every number right?            $(BIN)/digit-classifier verify $(DEMO)/web_demo/artifacts"

test: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

# The published JSON Schemas follow from the declarations in digit_classifier.artifacts.
schemas: $(VENV)/dev.stamp
	$(BIN)/python -m digit_classifier.artifacts

$(VENV)/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: python: expected 3.11 or newer as $(PYTHON), got $$($(PYTHON) --version 2>&1); try make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/demo.stamp: $(VENV)/python.stamp pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/python.stamp pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/demo.stamp

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
