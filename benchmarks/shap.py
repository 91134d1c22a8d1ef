"""SHAP values: how near do the estimates come to exact Shapley values, at what cost, and what memory do many rows take?

usage: shap.py [accuracy] [memory] [--threads 2] [--method Auto]
accuracy: nets on prostate (7 columns) and on a generated problem with interactions (12 columns); relative distance to the exact
values over all rows and columns, and seconds. memory: 100,000 rows x 100 background rows x 50 columns; bar: peak <= 500 MB.
"""
import argparse
import csv
import math
import os
import pathlib
import random
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = os.environ.get("THALWEG", str(ROOT / "build/release/thalweg"))


def run(*args):
    start = time.perf_counter()
    subprocess.run([PROGRAM, *map(str, args), "--quiet"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def generate(path, rows, columns, seed):
    draw = random.Random(seed)
    with open(path, "w") as file:
        file.write(",".join(f"x{i}" for i in range(columns)) + ",y\n")
        for _ in range(rows):
            x = [round(draw.gauss(0, 1), 4) for _ in range(columns)]
            y = x[0] * x[1] + math.sin(2 * x[2]) + max(x[3], x[4]) - 0.5 * x[5] + 0.1 * draw.gauss(0, 1)
            file.write(",".join(map(str, x)) + f",{y:.4f}\n")


def contributions(path):
    with open(path) as file:
        return [[float(v) for v in list(row.values())[:-1]] for row in csv.DictReader(file)]


def distance(a, b):
    difference = sum((x - y) ** 2 for r, s in zip(a, b) for x, y in zip(r, s))
    return math.sqrt(difference / sum(y * y for s in b for y in s))


def accuracy(folder, threads):
    generate(folder / "train.csv", 5000, 12, 1)
    generate(folder / "rows.csv", 100, 12, 2)
    prostate = ROOT / "data/prostate/prostate.csv"
    cases = [("prostate, Rectifier 20-20", prostate, prostate,
              ["--response_column", "CAPSULE", "--response_type", "enum", "--ignored_columns", "ID", "--hidden", "20,20", "--epochs", 50])]
    for activation in ("Rectifier", "Tanh", "Maxout"):
        cases.append((f"12 columns, {activation} 50-50", folder / "train.csv", folder / "rows.csv",
                      ["--response_column", "y", "--activation", activation, "--hidden", "50,50", "--epochs", 20]))
    print(f"{'net':32}{'method':>20}{'distance':>12}{'seconds':>10}")
    for name, train, rows, more in cases:
        run("train", "deeplearning", "--training_frame", train, *more, "--seed", 1, "--threads", threads, "--model", folder / "net")

        def shap(*method):
            seconds = run("explain", "shap", folder / "net", rows, "--background", train, "--background_rows", 100,
                          "--method", *method, "--threads", threads, "--output", folder / "out.csv")
            return contributions(folder / "out.csv"), seconds

        exact, seconds = shap("Exact")
        print(f"{name:32}{'Exact':>20}{0:12.4f}{seconds:10.2f}")
        for method in (["Rescale"], ["Permutation"], ["Permutation", "--permutations", 4]):
            values, seconds = shap(*method)
            print(f"{'':32}{' '.join(str(m).replace('--permutations', 'x') for m in method):>20}"
                  f"{distance(values, exact):12.4f}{seconds:10.2f}")


def memory(folder, threads, method):
    generate(folder / "many.csv", 100_000, 50, 3)
    run("train", "deeplearning", "--training_frame", folder / "many.csv", "--response_column", "y", "--hidden", "50,50",
        "--epochs", 1, "--threads", threads, "--model", folder / "net")
    for output in ("out.csv", "out.parquet"):
        command = [PROGRAM, "explain", "shap", str(folder / "net"), str(folder / "many.csv"), "--background", str(folder / "many.csv"),
                   "--background_rows", "100", "--method", method, "--threads", str(threads), "--output", str(folder / output), "--quiet"]
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        told = child.stderr.read().strip().splitlines()[-1]
        _, status, usage = os.wait4(child.pid, 0)
        assert status == 0, told
        peak = usage.ru_maxrss * 1024 / 1e6
        print(f"{told}\n  {time.perf_counter() - start:.1f} s, peak {peak:.0f} MB (bar 500 MB): {'holds' if peak <= 500 else 'FAILS'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=["accuracy", "memory"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--method", default="Auto")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if "accuracy" in args.what:
            accuracy(pathlib.Path(name), args.threads)
        if "memory" in args.what:
            memory(pathlib.Path(name), args.threads, args.method)


if __name__ == "__main__":
    main()
