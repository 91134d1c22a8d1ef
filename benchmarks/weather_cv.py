#!/usr/bin/env python3
"""RainTomorrow of weather.csv (355 days; without RISK_MM, which gives it away, and Date): 5-fold cross-validated error,
with all settings chosen inside the folds (nested cross-validation). Bar: 12.7 %, H2O's published figure.

For every outer fold each candidate is cross-validated on the four other parts, with three seeds; the one of the smallest logloss is
trained on them with several seeds, and the mean of the probabilities predicts the held-out part (rain from 1/2 on). No held-out row
has any say in what predicts it. Prints the error of several outer splits, so that the luck of one split can be seen.
Beside it stand two errors whose threshold is chosen on the very predictions that they measure: that of the largest F1, by which h2o's
confusion matrix of a cross-validation is made, and the smallest of all thresholds. They are no fair estimate, and only for comparison.
`--default` measures the default net of the command line in place of the choice; `--h2o` h2o's default net by the same definitions,
on the same folds (make bench-peers). `--plot FILE.svg` draws the ROC of the pooled held-out predictions of the first split.
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
COMMON = ["--response_column", RESPONSE, "--response_type", "enum", "--threads", "1", "--quiet", "--reproducible", "true",
          "--stopping_rounds", "0", "--overwrite_with_best_model", "false", "--classification_stop", "-1", "--score_interval", "1000"]
USUAL = "Date,RISK_MM"
# Of what little the changes from day to day tell beside the values themselves, the net may be spared.
WITHOUT_CHANGES = USUAL + ",ChangeTempDir,ChangeTempMag,ChangeWindDirect,MaxWindPeriod"
CANDIDATES = [
    ["--hidden", hidden, "--activation", activation, "--epochs", epochs, "--l1", l1, "--input_dropout_ratio", dropout,
     "--ignored_columns", ignored]
    for hidden, activation, epochs, l1, dropout, ignored in itertools.product(
        ("20", "100"), ("Tanh", "RectifierWithDropout", "MaxoutWithDropout"), ("15", "50"), ("1e-4", "1e-3"), ("0.1", "0.3"),
        (USUAL, WITHOUT_CHANGES))
]


def run(arguments):
    subprocess.run([THALWEG, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def inner_logloss(job):
    train, candidate, folder, number = job
    report, total = os.path.join(folder, f"inner{number}.json"), 0
    for seed in (1, 2, 3):
        run(["train", "deeplearning", "--training_frame", train, *COMMON, *candidate, "--seed", seed, "--nfolds", 4,
             "--fold_assignment", "Stratified", "--keep_cross_validation_models", "false", "--report", report])
        with open(report) as file:
            total += json.load(file)["cross_validation_metrics"]["logloss"]
    return total


def probabilities(job):
    train, held_out, candidate, folder, seed = job
    model, output = os.path.join(folder, f"m{seed}.thalweg"), os.path.join(folder, f"p{seed}.csv")
    run(["train", "deeplearning", "--training_frame", train, *COMMON, *candidate, "--seed", seed, "--model", model])
    run(["predict", "--model", model, "--frame", held_out, "--output", output, "--quiet"])
    with open(output) as file:
        return [float(row["1"]) for row in csv.DictReader(file)]


def outer_folds(header, rows, seed):
    random.seed(seed)
    truth = header.index(RESPONSE)
    folds = [[] for _ in range(5)]
    for label in ("1", "0"):
        days = [row for row in rows if row[truth] == label]
        random.shuffle(days)
        for i, row in enumerate(days):
            folds[i % 5].append(row)
    return folds


def cross_validate(header, folds, pool, seeds, default):
    """(probability of rain, rained) of every row, predicted while it was held out, and the settings of each fold."""
    truth = header.index(RESPONSE)
    result, chosen = [], []
    for k in range(5):
        with tempfile.TemporaryDirectory() as folder:
            train = write(os.path.join(folder, "train.csv"), header, [r for i in range(5) if i != k for r in folds[i]])
            held_out = write(os.path.join(folder, "test.csv"), header, folds[k])
            best = ["--ignored_columns", USUAL]
            if not default:
                losses = list(pool.map(inner_logloss, [(train, c, folder, i) for i, c in enumerate(CANDIDATES)]))
                best = CANDIDATES[losses.index(min(losses))]
            chosen.append("default" if default else " ".join(best[1::2]))
            columns = list(pool.map(probabilities, [(train, held_out, best, folder, s) for s in range(1, seeds + 1)]))
        means = [sum(values) / seeds for values in zip(*columns)]
        result += [(p, row[truth] == "1") for p, row in zip(means, folds[k])]
    return result, chosen


def errors(pairs):
    """At probability 1/2, at the threshold of the largest F1, and at the best threshold."""
    ordered = sorted(pairs, reverse=True)
    positives = sum(yes for _, yes in pairs)
    hits, best_f1, at_f1, least = 0, 0.0, 0, positives
    for n, (p, yes) in enumerate(ordered, 1):
        hits += yes
        if n < len(ordered) and ordered[n][0] == p:
            continue
        wrong = n - hits + positives - hits
        least = min(least, wrong)
        f1 = 2 * hits / (n + positives)
        if f1 > best_f1:
            best_f1, at_f1 = f1, wrong
    plain = sum((p >= 0.5) != yes for p, yes in pairs)
    return [100 * count / len(pairs) for count in (plain, at_f1, least)]


def describe(pairs):
    plain, f1, least = errors(pairs)
    return f"error {plain:.2f} % (bar 12.7 %), AUC {auc(pairs):.3f}; at the largest F1 {f1:.2f} %, at the best threshold {least:.2f} %"


def auc(pairs):
    wins = sum((p > q) + (p == q) / 2 for p, yes in pairs if yes for q, rained in pairs if not rained)
    positives = sum(yes for _, yes in pairs)
    return wins / positives / (len(pairs) - positives)


class H2oDefault:
    """h2o's default net, cross-validated on given folds: (probability, rained) of every row."""

    def __init__(self):
        import tabular

        self.peer = tabular.H2o(2)

    def cross_validate(self, header, folds, seed):
        from h2o.estimators import H2ODeepLearningEstimator

        with tempfile.TemporaryDirectory() as folder:
            rows = [[*row, f"f{k}"] for k in range(5) for row in folds[k]]
            frame = self.peer.h2o.import_file(write(os.path.join(folder, "all.csv"), [*header, "fold"], rows))
        frame[RESPONSE], frame["fold"] = frame[RESPONSE].asfactor(), frame["fold"].asfactor()
        model = H2ODeepLearningEstimator(seed=seed, fold_column="fold", keep_cross_validation_predictions=True)
        model.train(x=[c for c in header if c not in ("Date", "RISK_MM", RESPONSE)], y=RESPONSE, training_frame=frame)
        found = model.cross_validation_holdout_predictions().as_data_frame(use_multi_thread=False)["p1"]
        return [(p, row[header.index(RESPONSE)] == "1") for p, row in zip(found, rows)]


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
    parser.add_argument("--default", action="store_true")
    parser.add_argument("--h2o", action="store_true")
    parser.add_argument("--plot", metavar="FILE.svg")
    arguments = parser.parse_args()
    with open(WEATHER, newline="") as file:
        header, *rows = csv.reader(file)
    h2o = H2oDefault() if arguments.h2o else None
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for split in range(1, arguments.splits + 1):
            folds = outer_folds(header, rows, split)
            pairs, chosen = cross_validate(header, folds, pool, arguments.seeds, arguments.default)
            print(f"split {split}: {describe(pairs)}; chosen: {' | '.join(chosen)}", flush=True)
            if h2o:
                print(f"         h2o's default net: {describe(h2o.cross_validate(header, folds, split))}", flush=True)
            if split == 1 and arguments.plot:
                with open(arguments.plot, "w") as file:
                    file.write(roc_svg(pairs))
    if h2o:
        h2o.peer.close()


if __name__ == "__main__":
    main()
