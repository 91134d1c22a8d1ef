#!/usr/bin/env bash
# Runs every fuzz target (src/**/<target>_fuzz.cc), as many at a time as there are processors.
#   fuzz.sh SECONDS    looks for new findings for so long (a third of it where the surface is small), from the inputs kept so far
#   fuzz.sh --check    runs the inputs kept in tests/data/fuzz alone, which are the same at every run
#   fuzz.sh --keep     puts what build/fuzz/corpus has found since into tests/data/fuzz, as few inputs as cover the same
# tests/data/fuzz/<target>/ has inputs written by hand or once found to fail, <target>.tar.xz those of long runs.
# What a target finds is kept in build/fuzz/crash-<target>-….
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset asan >/dev/null
cmake --build --preset asan -j "$(nproc)" --target fuzzers

fuzz() {
  local name=$1 mode=$2 found=build/fuzz/corpus/$1 kept=build/fuzz/kept/$1 flags
  rm -rf "$kept"
  mkdir -p "$found" "$kept"
  cp -r "tests/data/fuzz/$name/." "$kept"
  if [ -f "tests/data/fuzz/$name.tar.xz" ]; then tar -xJf "tests/data/fuzz/$name.tar.xz" -C "$kept"; fi
  case $mode in
    --check) flags=(-runs=0 "$kept") ;;
    --keep)
      rm -rf "build/fuzz/merged/$name"
      mkdir -p "build/fuzz/merged/$name"
      flags=(-merge=1 "build/fuzz/merged/$name" "$found" "$kept")
      ;;
    *)
      case $name in
        arff | encodings | xlsx) mode=$(((mode + 2) / 3)) ;;
      esac
      flags=(-max_total_time="$mode" "$found" "$kept")
      ;;
  esac
  if ! "build/asan/${name}_fuzz" -timeout=20 -rss_limit_mb=4096 -max_len=4096 -print_final_stats=1 \
      -artifact_prefix="build/fuzz/crash-$name-" "${flags[@]}" >"build/fuzz/$name.log" 2>&1; then
    tail -40 "build/fuzz/$name.log"
    return 1
  fi
  if [ "$mode" = --keep ]; then
    tar -C "build/fuzz/merged/$name" --sort=name --mtime=@0 --owner=0 --group=0 -cJf "tests/data/fuzz/$name.tar.xz" .
    echo "$name: $(ls "build/fuzz/merged/$name" | wc -l) inputs kept"
  else
    echo "$name: $(awk '/number_of_executed_units/ {print $2}' "build/fuzz/$name.log") runs, no finding"
  fi
}
export -f fuzz

targets=$(cd build/asan && ls -- *_fuzz | sed 's/_fuzz$//')
[ -n "$targets" ] || { echo "no fuzz target was built"; exit 1; }
echo "$targets" | xargs -P "$(nproc)" -I{} bash -c "fuzz {} ${1:-60}"
