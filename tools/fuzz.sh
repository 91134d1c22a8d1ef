#!/usr/bin/env bash
# Runs every fuzz target from its corpus in tests/data/fuzz/<target>, as many at a time as there are processors: those of
# CSV, SVMLight and model files for $1 seconds, the others for a third of that. What a target finds is kept in build/fuzz/crash-<target>-….
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz -j "$(nproc)" --target fuzzers

fuzz() {
  local name=$1 seconds=$2
  case $name in
    csv | svmlight | model_file) ;;
    *) seconds=$(((seconds + 2) / 3)) ;;
  esac
  mkdir -p "build/fuzz/corpus/$name" "tests/data/fuzz/$name"
  if "build/fuzz/${name}_fuzz" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -max_len=4096 \
      -print_final_stats=1 -artifact_prefix="build/fuzz/crash-$name-" "build/fuzz/corpus/$name" "tests/data/fuzz/$name" \
      >"build/fuzz/$name.log" 2>&1; then
    echo "$name: $(awk '/number_of_executed_units/ {print $2}' "build/fuzz/$name.log") runs in $seconds s, no finding"
  else
    tail -40 "build/fuzz/$name.log"
    return 1
  fi
}
export -f fuzz

targets=$(cd build/fuzz && ls -- *_fuzz | sed 's/_fuzz$//')
[ -n "$targets" ] || { echo "no fuzz target was built"; exit 1; }
echo "$targets" | xargs -P "$(nproc)" -I{} bash -c "fuzz {} $seconds"
