# Everything a newcomer needs: each target sets up the environment in .venv by itself.
PYTHON ?= python3
VENV ?= .venv
EXTRAS ?= tensorflow,jax,labs,grading,cluster,fast,docs,dev
OUT ?= out
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help setup demo test test-fast test-browser test-slow labs docs bench lint clean

help:
	@echo "make demo    compare five ways to read handwritten digits; table and out/demo/report.html"
	@echo "make test    all tests, in three parts: test-fast, test-browser, test-slow (what trains)"
	@echo "make labs    build every lab and prove that its checks, mistakes and notebooks fit together"
	@echo "make docs    the site in out/site: labs with their pictures, the playground, the digit pad, every name"
	@echo "make bench   measure speed beside a peer; ratios and JSON in benchmarks/results"
	@echo "make lint    ruff and the pre-commit hooks' rules"

setup: $(READY)

$(READY): pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python '>=3.11,<3.14' $(VENV) && \
	  uv pip install --quiet --compile-bytecode --python $(BIN)/python -e '.[$(EXTRAS)]'; \
	else \
	  $(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info[:2] < (3, 14); \
	    sys.exit(None if ok else f"coursekit needs Python 3.11 to 3.13, $(PYTHON) is {sys.version.split()[0]}. Try: make PYTHON=python3.12 $(MAKECMDGOALS)")' && \
	  $(PYTHON) -m venv $(VENV) && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$(EXTRAS)]'; \
	fi
	@touch $@

demo: $(READY)
	$(BIN)/coursekit compare --data digits --out $(OUT)/demo

# Tests run in two processes, a core each: threads that wait for one another only burn it.
TESTS := test test-fast test-browser test-slow
$(TESTS): export OMP_NUM_THREADS = 1
$(TESTS): export OPENBLAS_NUM_THREADS = 1
$(TESTS): export TF_NUM_INTRAOP_THREADS = 1
$(TESTS): export TF_NUM_INTEROP_THREADS = 1

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadscope

test-fast: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadscope -m "not slow and not browser"

test-browser: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadscope -m browser

test-slow: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadscope -m "slow and not browser"

labs: $(READY)
	$(BIN)/coursekit labs build
	$(BIN)/coursekit labs verify

docs: $(READY)
	$(BIN)/python docs/build.py

bench: $(READY)
	$(BIN)/python benchmarks/import_time.py
	$(BIN)/python benchmarks/hog.py
	$(BIN)/python benchmarks/mnist_cnn.py
	$(BIN)/python benchmarks/feeding.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

clean:
	rm -rf $(VENV) $(OUT) build dist
