# Footnote: one list of verbs for people and for CI.
PYTHON      ?= $(shell command -v python3.11 || command -v python3)
PORT        ?= 8000
TORCH       := 2.13.0
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
SHARED      ?= ../shared/data
TEST_PROCESSES ?= 2
BENCH_SETS  ?= emanual_smart_tv stackfaq_webapps tau2_banking hint3_curekart hint3_sofmattress banking77 squad2_dev
BENCH_FLOORS ?= stackfaq_webapps=0.97 emanual_smart_tv=0.82
BENCH_OPTIONS ?=
BIN         := .venv/bin
PIP         := $(BIN)/python -m pip --disable-pip-version-check -q
INSTALLED   := .venv/installed
INSTALLED_DEV := .venv/installed-dev

.PHONY: run test install check docs figures bench soak lock clean

run: $(INSTALLED)
	@$(BIN)/footnote index --if-missing
	@exec $(BIN)/footnote serve --port $(PORT)

test: $(INSTALLED_DEV)
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile

install: $(INSTALLED)

check: $(INSTALLED_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(INSTALLED_DEV)
	$(BIN)/python -m docs.generate

figures: $(INSTALLED)
	$(BIN)/footnote-eval figures --shared $(SHARED)

bench: $(INSTALLED_DEV)
	$(BIN)/footnote-eval bench $(BENCH_SETS:%=--dataset $(SHARED)/%) $(BENCH_FLOORS:%=--floor %) --torch-index $(TORCH_INDEX) $(BENCH_OPTIONS)

soak: $(INSTALLED_DEV)
	FOOTNOTE_SOAK=1 $(BIN)/python -m pytest -m soak tests/soak tests/end_to_end
	FOOTNOTE_SOAK=1 $(BIN)/python -m pytest -m hypothesis

lock: $(INSTALLED_DEV)
	$(BIN)/python .ci/lock.py

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Footnote needs Python 3.11 or newer; set PYTHON=/path/to/python3.11."; exit 1; }
	@$(PYTHON) -m venv .venv

# The CPU build of torch is a few hundred megabytes, the default build on Linux several gigabytes of CUDA packages: so the default build is only taken when asked for.
.venv/torch-$(TORCH): $(BIN)/python
ifeq ($(TORCH_CUDA),1)
	@$(PIP) install torch==$(TORCH)
else ifneq ($(shell uname -s),Linux)
	@$(PIP) install --no-deps torch==$(TORCH)
else
	@echo "Installing torch $(TORCH) (CPU) …"
	@$(PIP) install --no-deps torch==$(TORCH)+cpu 2>/dev/null \
	|| $(PIP) install --no-deps --index-url $(TORCH_INDEX) torch==$(TORCH)+cpu \
	|| { echo "No CPU build of torch $(TORCH) was found: set TORCH_INDEX to an index that has it, or TORCH_CUDA=1 for the default build."; exit 1; }
endif
	@touch $@

$(INSTALLED): .venv/torch-$(TORCH) requirements.lock pyproject.toml
	@echo "Installing the locked dependencies …"
	@$(PIP) install --no-deps --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(INSTALLED_DEV): $(INSTALLED) requirements-dev.lock
	@$(PIP) install --no-deps --require-hashes -r requirements-dev.lock
	@touch $@
