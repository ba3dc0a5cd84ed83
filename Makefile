PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo run install test unit check clean

demo: install  ## load the embedded demo and open the dashboard
	$(BIN)/python -m dashboard demo

run: install  ## open the dashboard without demo data
	$(BIN)/python -m dashboard run

install: $(VENV)/.installed

$(VENV)/.installed: requirements.txt constraints.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@

test: $(VENV)/.installed-dev  ## the whole suite
	$(BIN)/python -m pytest -n auto --dist loadfile

unit: $(VENV)/.installed-dev  ## what needs no network training, no workers and no browser
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow and not e2e"

check: $(VENV)/.installed-dev  ## style, types and tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --dist loadfile

clean:
	rm -rf $(VENV) build *.egg-info
