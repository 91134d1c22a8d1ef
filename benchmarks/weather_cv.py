#!/usr/bin/env python3
"""RainTomorrow of weather.csv (366 days; without RISK_MM, which gives it away, and Date): 5-fold cross-validated error,
with all settings chosen inside the folds (nested cross-validation). Bar: 12.7 %, H2O's published figure.

For every outer fold each candidate is cross-validated on the four other parts; the one of the smallest logloss is
trained on them with several seeds, and the mean of the probabilities predicts the held-out part (rain from 1/2 on). No held-out row
has any say in what predicts it. Prints the error of several outer splits, so that the luck of one split can be seen.
`--plot FILE.svg` draws the ROC of the pooled held-out predictions of the first split.
"""
import argparse
import concurrent.futures
import csv
import itertools
import json
import os
import random
import subprocess
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
THALWEG = os.path.join(ROOT, "build", "release", "thalweg")
WEATHER = os.path.join(ROOT, "data", "misc", "weather.csv")
RESPONSE = "RainTomorrow"
COMMON = ["--response_column", RESPONSE, "--response_type", "enum", "--ignored_columns", "Date,RISK_MM", "--threads", "1",
          "--quiet", "--reproducible", "true", "--stopping_rounds", "0", "--overwrite_with_best_model", "false",
          "--classification_stop", "-1", "--score_interval", "1000"]
CANDIDATES = [
    ["--hidden", hidden, "--activation", activation, "--epochs", epochs, "--l1", l1, "--input_dropout_ratio", "0.1"]
    for hidden, activation, epochs, l1 in itertools.product(
        ("20", "50,50"), ("Tanh", "RectifierWithDropout", "MaxoutWithDropout"), ("10", "40"), ("1e-4", "1e-3"))
]


def run(arguments):
    subprocess.run([THALWEG, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def inner_logloss(job):
    train, candidate, folder, number = job
    report = os.path.join(folder, f"inner{number}.json")
    run(["train", "deeplearning", "--training_frame", train, *COMMON, *candidate, "--seed", 1, "--nfolds", 4,
         "--fold_assignment", "Stratified", "--keep_cross_validation_models", "false", "--report", report])
    with open(report) as file:
        return json.load(file)["cross_validation_metrics"]["logloss"]


def probabilities(job):
    train, held_out, candidate, folder, seed = job
    model, output = os.path.join(folder, f"m{seed}.thalweg"), os.path.join(folder, f"p{seed}.csv")
    run(["train", "deeplearning", "--training_frame", train, *COMMON, *candidate, "--seed", seed, "--model", model])
    run(["predict", "--model", model, "--frame", held_out, "--output", output, "--quiet"])
    with open(output) as file:
        return [float(row["1"]) for row in csv.DictReader(file)]


def cross_validate(header, rows, seed, pool, seeds):
    """(probability of rain, rained) of every row, predicted while it was held out."""
    random.seed(seed)
    truth = header.index(RESPONSE)
    folds = [[] for _ in range(5)]
    for label in ("1", "0"):
        days = [row for row in rows if row[truth] == label]
        random.shuffle(days)
        for i, row in enumerate(days):
            folds[i % 5].append(row)
    result, chosen = [], []
    for k in range(5):
        with tempfile.TemporaryDirectory() as folder:
            train = write(os.path.join(folder, "train.csv"), header, [r for i in range(5) if i != k for r in folds[i]])
            held_out = write(os.path.join(folder, "test.csv"), header, folds[k])
            losses = list(pool.map(inner_logloss, [(train, c, folder, i) for i, c in enumerate(CANDIDATES)]))
            best = CANDIDATES[losses.index(min(losses))]
            chosen.append(" ".join(best[1::2]))
            columns = list(pool.map(probabilities, [(train, held_out, best, folder, s) for s in range(1, seeds + 1)]))
        means = [sum(values) / seeds for values in zip(*columns)]
        result += [(p, row[truth] == "1") for p, row in zip(means, folds[k])]
    return result, chosen


def auc(pairs):
    wins = sum((p > q) + (p == q) / 2 for p, yes in pairs if yes for q, rained in pairs if not rained)
    positives = sum(yes for _, yes in pairs)
    return wins / positives / (len(pairs) - positives)


def roc_svg(pairs):
    positives = sum(yes for _, yes in pairs)
    x = y = 0
    points = ["0,400"]
    for _, yes in sorted(pairs, reverse=True):
        if yes:
            y += 1
        else:
            x += 1
        points.append(f"{400 * x / (len(pairs) - positives):.1f},{400 - 400 * y / positives:.1f}")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-50 -20 470 470" font-family="sans-serif" font-size="12">'
            f'<rect width="400" height="400" fill="none" stroke="gray"/><path d="M0,400L400,0" stroke="lightgray"/>'
            f'<polyline points="{" ".join(points)}" fill="none" stroke="steelblue" stroke-width="2"/>'
            f'<text x="130" y="430">false positive rate</text><text x="-30" y="260" transform="rotate(-90 -30 260)">'
            f'true positive rate</text><text x="250" y="380">AUC {auc(pairs):.3f}</text></svg>')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--splits", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=10, help="nets per fold whose predictions are averaged")
    parser.add_argument("--plot", metavar="FILE.svg")
    arguments = parser.parse_args()
    with open(WEATHER, newline="") as file:
        header, *rows = csv.reader(file)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for split in range(1, arguments.splits + 1):
            pairs, chosen = cross_validate(header, rows, split, pool, arguments.seeds)
            error = sum((p >= 0.5) != yes for p, yes in pairs) / len(pairs)
            print(f"split {split}: error {100 * error:.2f} % (bar 12.7 %), AUC {auc(pairs):.3f}; chosen: {' | '.join(chosen)}",
                  flush=True)
            if split == 1 and arguments.plot:
                with open(arguments.plot, "w") as file:
                    file.write(roc_svg(pairs))


if __name__ == "__main__":
    main()
