#!/usr/bin/env python3
"""Is a flight's departure delayed? The fields known before departure, four programs on the same rows and columns.

Of the airlines data a quarter of the rows is the test set, and is looked at once: by the nets that the table shows. A fifth of
the other rows is the validation split, on which each program tries its candidates, as many for all nets, and keeps that of
the largest AUC; ours and h2o's have the same candidates, and update their weights as by their default (ours: mini-batches, h2o:
single rows). With it, the program is trained on all rows but those of the test set, once per seed. Dates and codes are
categories for all; scikit-learn gets them one-hot, and numbers standardized, as the nets do themselves.

Prints the test AUC of each, and the mean difference to ours with its standard error over seeds. --splits repeats everything,
the choice included, with another test set. Without h2o (make bench-peers) or with --no-h2o: the others. --keep FILE: h2o's figures
are read from that file where it has them, and written there, as h2o is slow.
"""

import argparse
import dataclasses
import os
import random
import statistics
import tempfile
import warnings

import numpy
import tabular

TASK = dataclasses.replace(tabular.AIRLINES, categories=tabular.AIRLINES.categories | {"Year", "Month", "DayofMonth", "DayOfWeek"})
DROPOUT = {"activation": "RectifierWithDropout", "input_dropout_ratio": 0.1}
NETS = [
    {"hidden": [200, 200], "epochs": 5},
    {"hidden": [200, 200], "epochs": 10},
    {"hidden": [50, 50], "epochs": 10, "l2": 1e-3},
    {"hidden": [100, 100], "epochs": 20, **DROPOUT},
    {"hidden": [200, 200], "epochs": 20, **DROPOUT},
    {"hidden": [200, 200], "epochs": 30, **DROPOUT},
]
MLPS = [
    {"hidden_layer_sizes": (100,), "early_stopping": True},
    {"hidden_layer_sizes": (200, 200), "early_stopping": True},
    {"hidden_layer_sizes": (200, 200), "max_iter": 10},
    {"hidden_layer_sizes": (200, 200), "alpha": 1e-2, "max_iter": 10},
    {"hidden_layer_sizes": (50, 50), "alpha": 1e-1, "max_iter": 20},
    {"hidden_layer_sizes": (200, 200), "alpha": 1e-1, "max_iter": 20},
]
LOGISTICS = [{"C": c} for c in (0.01, 0.03, 0.1, 0.3, 1, 3)]


class Rows:
    """Training rows and rows to measure on, as files and as matrices."""

    def __init__(self, folder, name, train, test):
        self.name, self.folder = name, folder
        self.files = [tabular.write(TASK, os.path.join(folder, f"{name}-{n}.csv"), r) for n, r in (("a", train), ("b", test))]
        self.actual = [row[-1] for row in test]
        self.levels = tabular.labels(TASK, train)
        self.responses = [numpy.array([row[-1] == self.levels[1] for row in rows]) for rows in (train, test)]
        self.parts = train, test
        self.x = None

    def matrices(self):
        if self.x is None:
            self.x = one_hot(*self.parts)
        return self.x


def one_hot(train, test):
    from scipy import sparse
    from sklearn.preprocessing import OneHotEncoder

    cells = [numpy.array([row[:-1] for row in rows], dtype=object) for rows in (train, test)]
    category = numpy.array([name in TASK.categories for name in TASK.columns])
    encoder = OneHotEncoder(handle_unknown="ignore").fit(cells[0][:, category])
    numbers = [numpy.where(c[:, ~category] == "", "nan", c[:, ~category]).astype(float) for c in cells]
    mean, sd = numpy.nanmean(numbers[0], axis=0), numpy.nanstd(numbers[0], axis=0)
    return [sparse.hstack([encoder.transform(c[:, category]), numpy.nan_to_num((n - mean) / sd)]).tocsr().astype(numpy.float32)
            for c, n in zip(cells, numbers)]


def scikit(model, rows):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it stops after max_iter epochs, as asked
        model.fit(rows.matrices()[0], rows.responses[0])
    return tabular.auc(rows.responses[1], model.predict_proba(rows.matrices()[1])[:, 1])


def programs(arguments, kept, peer):
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier

    def ours(rows, settings, seed):
        options = settings | {"hidden": ",".join(map(str, settings["hidden"])), "seed": seed, "threads": arguments.threads}
        return tabular.ours(TASK, rows.levels, rows.folder, *rows.files, rows.actual, options)["AUC"]

    def h2o(rows, settings, seed):
        key = f"{rows.name}/{len(rows.parts[0])}/{settings}/{seed}"
        return kept.get(key, lambda: peer().run(TASK, rows.levels, *rows.files, rows.actual, settings | {"seed": seed}))["AUC"]

    found = {
        "ours": (ours, NETS),
        "scikit-learn": (lambda rows, s, seed: scikit(MLPClassifier(random_state=seed, **s), rows), MLPS),
        "logistic": (lambda rows, s, seed: scikit(LogisticRegression(max_iter=1000, **s), rows), LOGISTICS),
    }
    return found | ({} if arguments.no_h2o else {"h2o": (h2o, NETS)})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=os.path.join(tabular.ROOT, "data"))
    parser.add_argument("--splits", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=100000, help="to train on, at most; h2o takes 20 minutes with all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-h2o", action="store_true")
    parser.add_argument("--keep", metavar="FILE")
    arguments = parser.parse_args()
    peer = tabular.Peer(arguments)
    rows, all_test = tabular.read(TASK, arguments.data), {}
    for split in range(1, arguments.splits + 1):
        random.Random(split).shuffle(rows)
        test, rest = rows[:len(rows) // 4], rows[len(rows) // 4:][:arguments.rows]
        part = len(rest) // 5
        with tempfile.TemporaryDirectory() as folder:
            choice = Rows(folder, f"choice{split}", rest[part:], rest[:part])
            final = Rows(folder, f"final{split}", rest, test)
            for name, (run, candidates) in programs(arguments, tabular.Kept(arguments.keep), peer).items():
                tried = [run(choice, settings, 1) for settings in candidates]
                best = candidates[tried.index(max(tried))]
                found = [run(final, best, seed) for seed in range(1, 1 + arguments.seeds)]
                all_test.setdefault(name, []).extend(found)
                print(f"split {split}: {name:<13} validation {' '.join(f'{v:.4f}' for v in tried)}; test "
                      f"{' '.join(f'{v:.4f}' for v in found)}; {best}", flush=True)
    peer.close()
    print(f"\n{'':<14}{'test AUC':>9}{'to ours':>10}{'s.e.':>9}")
    means = {name: statistics.mean(values) for name, values in all_test.items()}
    for name, values in all_test.items():
        difference, error = tabular.mean_and_error([v - o for v, o in zip(values, all_test["ours"])])
        print(f"{name:<14}{means[name]:>9.4f}{difference:>+10.4f}{error:>9.4f}")
    best = max(mean for name, mean in means.items() if name in ("h2o", "scikit-learn"))
    print(f"best of the other nets {best:.4f}: {'held' if means['ours'] >= best else 'NOT held'}")


if __name__ == "__main__":
    main()
