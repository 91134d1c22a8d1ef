#!/usr/bin/env bash
# Runs a program as several ranks on this machine, for tests: tools/mpirun.sh RANKS PROGRAM [ARGUMENT...]
# With the mpirun of .venv; more ranks than processors are fine, and a lost rank does not end the others.
set -euo pipefail
ranks=$1
shift
folder=$(cd "$(dirname "$0")/.." && pwd)
mpirun=$folder/.venv/bin/mpirun
[ -x "$mpirun" ] || mpirun=mpirun
root=()
[ "$(id -u)" -ne 0 ] || root=(--allow-run-as-root)
exec "$mpirun" "${root[@]}" --oversubscribe --bind-to none --with-ft ulfm --output tag -n "$ranks" "$@"
