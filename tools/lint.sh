#!/usr/bin/env bash
# clang-tidy on the sources that differ from the main branch, or on all with LINT=all. $1: the build folder.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${LINT:-changed}" = all ]; then
  files=$(git ls-files '*.cc')
else
  files=$( (git diff --name-only --diff-filter=d main -- '*.cc'; git ls-files -o --exclude-standard '*.cc') | sort -u)
fi
# Fuzz targets are built by clang alone, in a build of their own.
files=$(echo "$files" | grep -v '_fuzz\.cc$' || true)
[ -n "$files" ] || { echo "lint: no changed sources"; exit 0; }
# The flags of g++ that clang does not know are taken out by the -Wno option.
echo "$files" | xargs -P "${JOBS:-$(nproc)}" -n 4 clang-tidy-14 -p "$1" --quiet --extra-arg=-Wno-unknown-warning-option
