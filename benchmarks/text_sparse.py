#!/usr/bin/env python3
"""A text-classification problem in the shape of a published one (578,361 rows x 8,647 sparse binary columns, 143 and
467 classes, 20 ones per row): how long does an epoch of a 200-200 net take, how much memory, and how near does the
error come to the noise floor?

The data are generated: every class has 60 words of its own; a row has 6 to 10 of its class's words, the others are
drawn from all words with frequencies falling as 1 / rank. 10 % of the labels are drawn anew at random. Nine tenths of the
rows train, the rest test. No setting was chosen by the test rows: they are the program's defaults but for the net and
the epochs.

The first layer's work goes with the ones, not with the columns: the last run has twice the columns and as many ones.
"""
import argparse
import json
import os
import subprocess
import tempfile

import numpy as np

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
THALWEG = os.path.join(ROOT, "build", "release", "thalweg")
ONES = 20
NOISE = 0.1
OWN_WORDS = 60


def generate(folder, rows, columns, classes, seed=1):
    """Writes train.svm and test.svm; returns their paths and the share of test labels that differ from the truth."""
    random = np.random.default_rng(seed)
    own = np.stack([random.choice(columns, OWN_WORDS, replace=False) for _ in range(classes)])
    truth = random.integers(0, classes, rows)
    noisy = random.random(rows) < NOISE
    labels = np.where(noisy, random.integers(0, classes, rows), truth)
    popularity = 1 / np.arange(1, columns + 1)
    cumulative = np.cumsum(popularity / popularity.sum())
    order = random.permutation(columns)
    paths = [os.path.join(folder, "train.svm"), os.path.join(folder, "test.svm")]
    first_test = rows * 9 // 10
    with open(paths[0], "w") as train, open(paths[1], "w") as test:
        for block in range(0, rows, 10000):
            count = min(10000, rows - block)
            words = order[np.searchsorted(cumulative, random.random((count, 3 * ONES)))]
            many = random.integers(6, 11, count)
            picks = random.random((count, OWN_WORDS)).argsort(axis=1)
            lines = ([], [])
            for i in range(count):
                row = block + i
                chosen = dict.fromkeys(own[truth[row], picks[i, :many[i]]].tolist())
                for word in words[i].tolist():
                    if len(chosen) == ONES:
                        break
                    chosen[word] = None
                text = " ".join(f"{word + 1}:1" for word in sorted(chosen))
                lines[row >= first_test].append(f"{labels[row]} {text}\n")
            train.writelines(lines[0])
            test.writelines(lines[1])
        # So that both files know of all columns.
        train.write(f"{labels[0]} {columns}:1\n")
    return paths, float(np.mean(labels[first_test:] != truth[first_test:]))


def train(paths, epochs, threads):
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        subprocess.run(
            [THALWEG, "train", "deeplearning", "--training_frame", paths[0], "--validation_frame", paths[1],
             "--response_column", "C1", "--response_type", "enum", "--hidden", "200,200", "--epochs", str(epochs),
             "--score_interval", "1e9", "--stopping_rounds", "0", "--overwrite_with_best_model", "false",
             "--seed", "1", "--threads", str(threads), "--report", report, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        with open(report) as file:
            return json.load(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=578361)
    parser.add_argument("--epochs", type=float, default=10)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    print(f"{'columns':>8} {'classes':>8} {'s/epoch':>8} {'samples/s':>10} {'peak MB':>8} {'bar':>6} {'test error':>11} {'floor':>7}")
    for columns, classes in ((8647, 143), (8647, 467), (2 * 8647, 143)):
        with tempfile.TemporaryDirectory() as folder:
            paths, floor = generate(folder, arguments.rows, columns, classes)
            report = train(paths, arguments.epochs, arguments.threads)
        speed = report["samples_per_second"]
        rows = report["samples"] / report["epochs"]
        error = report["validation_metrics"]["classification_error"]
        print(f"{columns:>8} {classes:>8} {rows / speed:>8.1f} {speed:>10,.0f} {report['peak_memory_bytes'] / 1e6:>8.0f} "
              f"{'1000':>6} {100 * error:>9.2f} % {100 * floor:>5.2f} %", flush=True)


if __name__ == "__main__":
    main()
