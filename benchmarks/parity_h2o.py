#!/usr/bin/env python3
"""With H2O's defaults, is a net as good as h2o's on rows that neither has seen?

Both train with the defaults of H2O's deep learning (200-200 Rectifier, 10 epochs, ADADELTA, updates by single rows, its stopping
rule) on the same rows and columns. Per seed one split, the same for both: a quarter of the rows to measure on, of the others at most
--rows to train on. A line holds where the mean difference is at most two standard errors (of the differences by seed) to our
disadvantage. The last column is our engine's own choice of a mini-batch, which is the command line's default.

Without h2o (make bench-peers), or with --no-h2o, only our figures. --keep FILE: h2o's figures are read from that file
where it has them, and written there, as h2o is slow.
"""

import argparse
import os
import random
import tempfile
import time

import tabular


def split(rows, seed, most):
    rows = rows.copy()
    random.Random(seed).shuffle(rows)
    test = len(rows) // 4
    return rows[test:test + most], rows[:test]


def compare(task, metric, results):
    """One line of the table, and whether it holds."""
    better = 1 if metric == "AUC" else -1
    means = {name: tabular.mean_and_error([r[metric] for r in runs]) for name, runs in results.items()}
    digits = 4 if means["ours"][0] < 100 else 0
    line = f"{task.name:<10}{metric:<9}{means['ours'][0]:>10.{digits}f}"
    holds = None
    if "h2o" in results:
        mean, error = tabular.mean_and_error([better * (a[metric] - b[metric]) for a, b in zip(results["ours"], results["h2o"])])
        holds = mean >= -2 * error
        verdict = "better" if mean > 2 * error else "equal" if holds else "WORSE"
        line += f"{means['h2o'][0]:>10.{digits}f}{better * mean:>+11.{digits}f}{error:>9.{digits}f}  {verdict:<7}"
    print(line + f"{means['batch'][0]:>10.{digits}f}", flush=True)
    return holds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=os.path.join(tabular.ROOT, "data"))
    parser.add_argument("--tasks", default=",".join(t.name for t in tabular.TASKS), help="some of them, by name")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=1, help="of splits and nets")
    parser.add_argument("--rows", type=int, default=10000, help="to train on, at most")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-h2o", action="store_true")
    parser.add_argument("--keep", metavar="FILE")
    arguments = parser.parse_args()
    peer, kept, verdicts = tabular.Peer(arguments), tabular.Kept(arguments.keep), []
    print(f"{'data':<10}{'metric':<9}{'ours':>10}{'h2o':>10}{'difference':>11}{'s.e.':>9}  {'':<7}{'batch 0':>10}")
    for task in tabular.TASKS:
        if task.name not in arguments.tasks.split(","):
            continue
        rows = tabular.read(task, arguments.data)
        levels = tabular.labels(task, rows)
        results, seconds = {"ours": [], "batch": []} | ({} if arguments.no_h2o else {"h2o": []}), {}
        for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
            with tempfile.TemporaryDirectory() as folder:
                parts = split(rows, seed, arguments.rows)
                files = [tabular.write(task, os.path.join(folder, n + ".csv"), p) for n, p in zip(("train", "test"), parts)]
                actual = [row[-1] for row in parts[1]]
                for name, batch in (("ours", 1), ("batch", 0)):
                    begin = time.perf_counter()
                    results[name].append(tabular.ours(task, levels, folder, *files, actual, {
                        "mini_batch_size": batch, "seed": seed, "threads": arguments.threads}))
                    seconds[name] = seconds.get(name, 0) + time.perf_counter() - begin
                if not arguments.no_h2o:
                    results["h2o"].append(kept.get(f"{task.name}/{len(parts[0])}/{seed}", lambda: peer().run(
                        task, levels, *files, actual, {"seed": seed})))
        for metric in (name for name in results["ours"][0] if not name.startswith(".")):
            verdicts.append(compare(task, metric, results))
    peer.close()
    if not arguments.no_h2o:
        print(f"{sum(verdicts)} of {len(verdicts)} hold")


if __name__ == "__main__":
    main()
