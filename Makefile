# The front door. `make demo` and `make test` do everything that they need, from a bare Debian 12 on.
PRESET ?= release
BUILD := build/$(PRESET)
JOBS ?= $(shell nproc)
PYTHON := .venv/bin/python
CLIENTS := .venv-clients/bin/python -W ignore

# Run on processes that mpirun starts, too.
MPI_TESTS := $(addprefix tests/acceptance/server/test_,connect.py processes.py cluster.py kills.py first_script.py user_day.py cancel.py data_dir.py)

.PHONY: help setup configure build test test-large test-kills demo bench bench-peers format format-check lint sanitize fuzz clean

help:
	@echo "make demo         build, then train a net on handwritten digits"
	@echo "make test         build, then run all tests"
	@echo "make test-large   tests of frames with millions of keys"
	@echo "make test-kills   a hundred runs in which ranks are killed"
	@echo "make build        build/release/thalweg"
	@echo "make bench        the benchmarks (make bench-peers first, for the comparisons)"
	@echo "make bench-peers  install PyTorch, H2O, polars into .venv-peers (2 GB)"
	@echo "make format       format all C++ files (format-check: only look)"
	@echo "make lint         clang-tidy on files that differ from main (LINT=all: on all)"
	@echo "make sanitize     tests under ASan+UBSan, then TSan"
	@echo "make fuzz         every fuzz target, the main ones for FUZZ_SECONDS (60)"

setup:
	@tools/setup.sh

$(BUILD)/build.ninja: | setup
	@cmake --preset $(PRESET) >$(BUILD).log 2>&1 || (cat $(BUILD).log; exit 1)

configure: setup
	@mkdir -p build
	@$(MAKE) -s $(BUILD)/build.ninja

build: configure
	@cmake --build --preset $(PRESET) -j $(JOBS) --target thalweg

test: configure
	@cmake --build --preset $(PRESET) -j $(JOBS)
	@ctest --test-dir $(BUILD) -j $(JOBS) --output-on-failure --no-tests=error
	@$(PYTHON) -m pytest -q tests/acceptance
	@tools/setup_clients.sh
	@THALWEG_RANKS=1 $(CLIENTS) -m pytest -q tests/acceptance/server
	@THALWEG_RANKS=3 $(CLIENTS) -m pytest -q tests/acceptance/server
	@THALWEG_RANKS=3 THALWEG_MPI=1 $(CLIENTS) -m pytest -q $(MPI_TESTS)

# What is too slow for every run: millions of keys.
test-large: build
	@tools/setup_clients.sh
	@THALWEG_LARGE=1 THALWEG_RANKS=1 $(CLIENTS) -m pytest -q tests/acceptance/server/test_many_keys.py

# For the night: a hundred runs with ranks that are killed.
test-kills: build
	@tools/setup_clients.sh
	@cmake --build --preset $(PRESET) -j $(JOBS) --target jobs_test
	@THALWEG_LOSS_SEEDS=100 $(BUILD)/jobs_test --gtest_filter='LostRanks.*'
	@THALWEG_KILLS=20 THALWEG_RANKS=4 THALWEG_MPI=1 $(CLIENTS) -m pytest -q tests/acceptance/server/test_kills.py

demo: build
	@tools/demo.sh

bench: configure
	@cmake --build --preset $(PRESET) -j $(JOBS) --target thalweg benches
	@benchmarks/run.sh

bench-peers: setup
	@tools/setup_peers.sh

format: setup
	@git ls-files -co --exclude-standard '*.cc' '*.h' | xargs clang-format-14 -i

format-check: setup
	@git ls-files -co --exclude-standard '*.cc' '*.h' | xargs clang-format-14 --dry-run --Werror

lint: configure
	@JOBS=$(JOBS) tools/lint.sh $(BUILD)

sanitize: setup
	@tools/sanitize.sh asan
	@tools/sanitize.sh tsan

fuzz: setup
	@tools/fuzz.sh $(or $(FUZZ_SECONDS),60)

clean:
	rm -rf build out
