#!/usr/bin/env bash
# Runs the benchmarks that compare with peers and prints their figures. `make bench-peers` first, for the peers;
# without it only our own figures are printed. SIZE=small for a quick look.
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv-peers/bin/python
[ -x "$python" ] || { python=.venv/bin/python; echo "note: no .venv-peers, so no peers (make bench-peers)"; }
echo "== frame_memory";        build/release/frame_memory
echo "== parse_csv";           "$python" benchmarks/parse_csv.py
echo "== deeplearning_speed";  "$python" benchmarks/deeplearning_speed.py
echo "== ecg_anomaly";         "$python" benchmarks/ecg_anomaly.py
echo "== server_load";         .venv/bin/python benchmarks/server_load.py --parts upload,idle,training,predict
