#!/usr/bin/env bash
# Builds under a sanitizer (asan: addresses, leaks, undefined behaviour; tsan: data races) and runs the tests whose name matches $2; without
# $2 all of them, and under asan the acceptance tests of the server on three ranks, too; under tsan those take twenty minutes:
# THALWEG_TSAN_ACCEPTANCE=1 runs them.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
filter=${2:-}
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset" -j "$(nproc)" --target tests thalweg
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=suppressions=$PWD/tools/tsan.supp:history_size=4
ctest --test-dir "build/$preset" -j "$(nproc)" --output-on-failure --no-tests=error -R "${filter:-.}"
if [ -z "$filter" ] && { [ "$preset" = asan ] || [ -n "${THALWEG_TSAN_ACCEPTANCE:-}" ]; }; then
  tools/setup_clients.sh
  export THALWEG=$PWD/build/$preset/thalweg THALWEG_SANITIZER=$preset
  THALWEG_RANKS=3 .venv-clients/bin/python -W ignore -m pytest -q tests/acceptance/server
fi
