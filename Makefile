# make demo   renders the synthetic benchmark, audits dlib on it, prints where the report is
# make test   installs everything and runs every check; this is what CI runs
PYTHON ?= python3
DEMO := .venv-demo
TEST := .venv-test
TORCH := torch==2.13.0

.PHONY: demo test lint clean

demo: $(DEMO)/.installed
	$(DEMO)/bin/evalharness synth --out runs/synthetic --subjects 160 --captures 4 --seed 2026
	$(DEMO)/bin/evalharness run examples/synthetic-dlib.yaml --out runs/demo --resume

test: $(TEST)/.installed lint
	$(TEST)/bin/python -m pytest

lint: $(TEST)/.installed
	$(TEST)/bin/ruff check .
	$(TEST)/bin/ruff format --check .
	$(TEST)/bin/mypy
	$(TEST)/bin/lint-imports

$(DEMO)/.installed: pyproject.toml
	$(PYTHON) -m venv $(DEMO)
	$(DEMO)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dlib]'
	touch $@

# torch first and pinned: an unpinned torch, or one asked for by another package, pulls gigabytes of CUDA.
$(TEST)/.installed: pyproject.toml
	$(PYTHON) -m venv $(TEST)
	$(TEST)/bin/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	$(TEST)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[all,dev]'
	touch $@

clean:
	rm -rf $(DEMO) $(TEST) runs build dist
