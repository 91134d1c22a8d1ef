#!/usr/bin/env bash
# Builds the tests under a sanitizer (asan or tsan) and runs those whose name matches $2 (default: all).
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
filter=${2:-.}
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset" -j "$(nproc)" --target tests
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=suppressions=$PWD/tools/tsan.supp:history_size=4
ctest --test-dir "build/$preset" -j "$(nproc)" --output-on-failure --no-tests=error -R "$filter"
