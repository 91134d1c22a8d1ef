"""Generates the files of the CSV benchmark under build/bench-data: a mixed table, and MNIST's 785 wide columns."""
import gzip
import os

import numpy as np

FOLDER = "build/bench-data"
WORDS = ["alpha", "bravo", "charlie, the third", "delta", 'the "echo"', "foxtrot", "golf", "hotel"]
CITIES = [f"city_{i:03d}" for i in range(400)]
STATES = ["open", "closed", "pending", "unknown"]


def mixed_block(rows, rng):
    """Lines with integers, decimals, categories, dates and quoted text; 2 % of some cells are missing."""
    ids = rng.integers(0, 10_000_000, rows)
    small = rng.integers(-100, 100, rows)
    prices = rng.integers(0, 10_000_000, rows) / 100
    ratios = rng.normal(size=rows)
    cities = rng.integers(0, len(CITIES), rows)
    states = rng.choice(4, rows, p=[0.5, 0.3, 0.15, 0.05])
    days = rng.integers(0, 5000, rows)
    seconds = rng.integers(0, 86400, rows)
    dates = (np.datetime64("2010-01-01") + days).astype(str)
    times = (np.datetime64("2010-01-01T00:00:00") + days * 86400 + seconds).astype(str)
    first = rng.integers(0, len(WORDS), rows)
    second = rng.integers(0, len(WORDS), rows)
    missing = rng.random(rows) < 0.02
    lines = []
    for i in range(rows):
        text = (WORDS[first[i]] + " " + WORDS[second[i]]).replace('"', '""')
        price = "" if missing[i] else f"{prices[i]:.2f}"
        lines.append(f'{ids[i]},{small[i]},{price},{ratios[i]:.6f},{CITIES[cities[i]]},{STATES[states[i]]},'
                     f'{dates[i]},{times[i].replace("T", " ")},"{text}"\n')
    return "".join(lines)


def mixed(megabytes):
    path = f"{FOLDER}/mixed_{megabytes}.csv"
    if os.path.exists(path):
        return path
    os.makedirs(FOLDER, exist_ok=True)
    rng = np.random.default_rng(1)
    block = [mixed_block(20_000, rng) for _ in range(20)]
    with open(path + ".part", "w") as out:
        out.write("id,small,price,ratio,city,state,day,moment,text\n")
        size = 0
        while size < megabytes * 1_000_000:
            text = block[int(rng.integers(0, len(block)))]
            out.write(text)
            size += len(text)
    os.rename(path + ".part", path)
    return path


def sparse():
    """SVMLight of 578,361 rows with about 20 ones each in 8,647 columns: five billion cells."""
    path = f"{FOLDER}/sparse.svm"
    if os.path.exists(path):
        return path
    os.makedirs(FOLDER, exist_ok=True)
    rng = np.random.default_rng(1)
    with open(path + ".part", "w") as out:
        for begin in range(0, 578_361, 10_000):
            labels = rng.integers(0, 2, min(10_000, 578_361 - begin))
            columns = rng.integers(1, 8_648, (len(labels), 20))
            out.writelines(f"{label} " + " ".join(f"{c}:1" for c in np.unique(row)) + "\n" for label, row in zip(labels, columns))
    os.rename(path + ".part", path)
    return path


def mnist(source):
    path = f"{FOLDER}/mnist.csv"
    if os.path.exists(path):
        return path
    os.makedirs(FOLDER, exist_ok=True)
    with gzip.open(source, "rb") as packed, open(path + ".part", "wb") as out:
        while chunk := packed.read(1 << 20):
            out.write(chunk)
    os.rename(path + ".part", path)
    return path
