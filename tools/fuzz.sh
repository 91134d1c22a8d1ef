#!/usr/bin/env bash
# Runs every fuzz target for $1 seconds from its corpus in tests/data/fuzz/<target>.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz -j "$(nproc)" --target fuzzers
found=0
for target in build/fuzz/*_fuzz; do
  name=$(basename "$target" _fuzz)
  found=$((found + 1))
  mkdir -p "build/fuzz/corpus/$name"
  echo "fuzzing $name for $seconds s"
  "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -max_len=4096 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/crash-$name-" "build/fuzz/corpus/$name" "tests/data/fuzz/$name" \
    >"build/fuzz/$name.log" 2>&1 || { tail -40 "build/fuzz/$name.log"; exit 1; }
  grep -E 'number_of_executed_units|new_units_added' "build/fuzz/$name.log"
done
[ "$found" -gt 0 ] || { echo "no fuzz target was built"; exit 1; }
