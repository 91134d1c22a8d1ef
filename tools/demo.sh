#!/usr/bin/env bash
# The main job on real data: learns handwritten digits in about a minute. Settings were chosen on a validation split of
# the training rows (docs/decisions/0005-demo-settings.md), never on the test rows.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p out/demo
build/release/thalweg train deeplearning \
  --training_frame data/mnist/train.csv.gz --validation_frame data/mnist/test.csv.gz \
  --header false --response_column C785 --response_type enum \
  --hidden 1024,1024 --activation RectifierWithDropout --input_dropout_ratio 0.2 --epochs 8 \
  --model out/demo/digits.thalweg --report out/demo/digits.json
