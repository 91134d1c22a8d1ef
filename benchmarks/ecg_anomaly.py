#!/usr/bin/env python3
"""Does an autoencoder find the anomalous heartbeats?

It learns the 20 normal heartbeats of data/ecg (210 points each): layers 50-20-50, Tanh, 100 epochs, l1 = 1e-4, updates by
single rows as h2o's, all else by default. Then the 23 of the test file, whose last 3 are anomalous, are reconstructed. Printed per seed: the smallest error of
an anomalous heartbeat over the largest of a normal one (bar: 300; h2o 3.46 reaches 510 to 625), and the errors' order.
"""

import argparse
import csv
import os
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
THALWEG = os.path.join(ROOT, "build/release/thalweg")
ECG = os.path.join(ROOT, "data/ecg")
NORMAL = 20
BAR = 300


def errors(folder, seed, batch, more):
    model, output = os.path.join(folder, "ecg.thalweg"), os.path.join(folder, "errors.csv")
    subprocess.run([THALWEG, "train", "deeplearning", "--training_frame", f"{ECG}/ecg_discord_train.csv", "--header", "false",
                    "--autoencoder", "true", "--hidden", "50,20,50", "--activation", "Tanh", "--epochs", "100", "--l1", "1e-4",
                    "--mini_batch_size", str(batch),
                    "--seed", str(seed), "--model", model, *more], check=True, capture_output=True)
    subprocess.run([THALWEG, "predict", "--model", model, "--frame", f"{ECG}/ecg_discord_test.csv", "--header", "false",
                    "--reconstruction_error", "true", "--output", output], check=True, capture_output=True)
    with open(output) as file:
        return [float(row["Reconstruction.MSE"]) for row in csv.DictReader(file)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--mini_batch_size", type=int, default=1)
    parser.add_argument("more", nargs="*", help="more options of thalweg train, after --")
    arguments = parser.parse_args()
    worst = float("inf")
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, arguments.seeds + 1):
            found = errors(folder, seed, arguments.mini_batch_size, arguments.more)
            normal, anomalous = found[:NORMAL], found[NORMAL:]
            ratio = min(anomalous) / max(normal)
            worst = min(worst, ratio)
            print(f"seed {seed}: normal {min(normal):.3g} to {max(normal):.3g}, anomalous {min(anomalous):.3g} to "
                  f"{max(anomalous):.3g}, ratio {ratio:.0f}")
    print(f"smallest ratio {worst:.0f}, bar {BAR}: {'holds' if worst >= BAR else 'does not hold'}")


if __name__ == "__main__":
    main()
