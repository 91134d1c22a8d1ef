"""What averaging over many nodes takes, and what it gives: a simulation of the schedule, measured where this machine can.

usage: scaling_model.py [--parts model,validate,accuracy] [--nodes 1,2,…,1024] [--net 1024,1024,2048] [--node-samples S] [--latency-us 20]
                        [--gbit 10] [--jitter 0.05] [--ratio 0.05] [--virtual 1,2,4,8,16,32,63]
`model`: time per epoch of MNIST, speed-up, share of communication for 1 to 1,024 nodes, by way of reducing (shares: each rank adds up a share of
the values and gives it to all, as thalweg does; tree: recursive doubling), beside the published curve (Arno Candel: H2O Deep Learning, 2014/15:
64 epochs of the same net take about 97 min on 1 node and 2.7 min on 63 nodes). `validate`: the same simulation beside real runs of 2 to 8 processes
on this machine. `accuracy`: test errors of real trainings over threads as ranks, all with the same number of samples.
A node's speed is measured with one thread here unless --node-samples says it.
"""
import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse

import numpy as np

sys.path.insert(0, os.path.dirname(__file__))
from rest import PROGRAM, call, imported, mpirun, serving, wait  # noqa: E402

ROWS = 60_000
PUBLISHED = {1: 97.0, 63: 2.7}  # minutes for 64 epochs
SHORTEST = 0.02                 # seconds between averagings, at least (learn/deeplearning/training_loop.cc)
FREE = ["--oversubscribe", "--bind-to", "none"]
DATA = ["--training_frame", "data/mnist/train.csv.gz", "--header", "false", "--response_column", "C785", "--response_type", "enum"]


def train(ranks, hidden, epochs, *more):
    """The report of a training by so many processes with one thread each."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.json")
        command = [*mpirun(ranks, *FREE), PROGRAM, "train", "deeplearning", *DATA, "--hidden", hidden, "--epochs", str(epochs), "--seed", "1",
                   "--threads", "1", "--mini_batch_size", "32", "--score_interval", "1e6", "--score_training_samples", "1000",
                   "--stopping_rounds", "0", "--overwrite_with_best_model", "false", "--report", path, *more]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        with open(path) as file:
            return json.load(file)


def state_bytes(hidden, inputs=717, classes=10):
    """Weights, biases, and the two running means that ADADELTA keeps of each: floats."""
    widths = [inputs, *map(int, hidden.split(",")), classes]
    return 3 * 4 * sum(a * b + b for a, b in zip(widths, widths[1:]))


def all_reduce(way, nodes, size, latency, bandwidth):
    """Seconds to add up so many bytes over all nodes (Thakur, Rabenseifner, Gropp: Optimization of collective communication, 2005)."""
    if nodes == 1:
        return 0.0
    if way == "shares":
        return 2 * (nodes - 1) * latency + 2 * (nodes - 1) / nodes * size / bandwidth
    return math.ceil(math.log2(nodes)) * (latency + size / bandwidth)


def simulate(nodes, speed, reduce_seconds, ratio, jitter, drawn, epochs=4):
    """Seconds per epoch and the share of communication and waiting; `speed`: samples/s of a node, `jitter`: of its time for an iteration."""
    if nodes == 1:
        return ROWS / speed, 0.0
    computing = communicating = done = 0.0
    while done < epochs * ROWS:
        # As train_samples_per_iteration=-2: so long that averaging takes its share, by what it took so far.
        seconds = max(reduce_seconds / ratio, SHORTEST)
        samples = min(seconds * speed * nodes, epochs * ROWS - done)
        mean = samples / nodes / speed
        slowest = mean * (1 + abs(drawn.normal(0, jitter, nodes))).max()
        computing += mean
        communicating += slowest - mean + reduce_seconds
        done += samples
    return (computing + communicating) / epochs, communicating / (computing + communicating)


def model(args, speed, drawn):
    size = state_bytes(args.net)
    print(f"\n784-{args.net.replace(',', '-')}-10: {size / 1e6:.0f} MB of weights and optimizer states, {speed:,.0f} samples/s a node, "
          f"{args.latency_us:g} us, {args.gbit:g} Gbit/s, target_ratio_comm_to_comp {args.ratio:g}")
    print(f"{'nodes':>6} {'way':>7} {'reduce ms':>10} {'s/epoch':>9} {'speed-up':>9} {'comm+wait':>10} {'64 epochs, min':>15}  published")
    alone = ROWS / speed
    for nodes in args.nodes:
        for way in ("shares", "tree"):
            seconds = all_reduce(way, nodes, size, args.latency_us * 1e-6, args.gbit * 1e9 / 8)
            epoch, share = simulate(nodes, speed, seconds, args.ratio, args.jitter, drawn)
            known = f"{PUBLISHED[nodes]:.1f} min, {PUBLISHED[1] / PUBLISHED[nodes]:.0f} x" if nodes in PUBLISHED else ""
            print(f"{nodes:>6} {way:>7} {seconds * 1e3:>10.2f} {epoch:>9.3f} {alone / epoch:>8.1f}x {share:>9.1%} {64 * epoch / 60:>15.2f}  {known}")
            if nodes == 1:
                break


def measured_network(ranks):
    """Latency and bandwidth of a message between processes here, by all-reduces of small and large arrays."""
    with serving(mpirun(ranks, *FREE)) as url:
        time.sleep(1)
        tests = [call(url, "/3/Cluster?network_test=true")["network"] for _ in range(3)]
    runs = [{one["bytes"]: one["all_reduce_seconds"] for one in test} for test in tests]
    small, large = (min(run[size] for run in runs) for size in (1024, 1 << 20))
    # Small arrays are gathered in one step, large ones take two.
    latency = small / (ranks - 1)
    return latency, 2 * (ranks - 1) / ranks * (1 << 20) / max(large - 2 * (ranks - 1) * latency, 1e-6)


def validate(args, drawn):
    cores = len(os.sched_getaffinity(0))
    net = "200,200"
    alone = train(1, net, 3)["samples_per_second"]
    print(f"\nmodel beside real runs on {cores} processors, 784-{net.replace(',', '-')}-10, one thread a process; alone {alone:,.0f} samples/s")
    print(f"{'ranks':>6} {'latency us':>11} {'GB/s':>6} {'model samples/s':>16} {'measured':>10} {'ratio':>6}")
    for ranks in (2, 3, 4, 8):
        latency, bandwidth = measured_network(ranks)
        speed = alone * min(1, cores / ranks)
        seconds = all_reduce("shares", ranks, state_bytes(net), latency, bandwidth)
        epoch, _ = simulate(ranks, speed, seconds, args.ratio, args.jitter, drawn)
        real = train(ranks, net, 3)["samples_per_second"]
        print(f"{ranks:>6} {latency * 1e6:>11.0f} {bandwidth / 1e9:>6.2f} {ROWS / epoch:>16,.0f} {real:>10,.0f} {real * epoch / ROWS:>6.2f}")


def accuracy(args):
    """The same number of samples over N ranks of one process: what averaging costs in error."""
    epochs, hidden = 6, "[100,100]"
    print(f"\ntest error of MNIST, 784-100-100-10, {epochs} epochs over all ranks, mini-batches of 32; an iteration is")
    sizes = {"an epoch": 0, "6,000 samples": 6000, "a batch a rank": None}
    print(f"{'ranks':>6} " + " ".join(f"{name:>15}" for name in sizes))
    for ranks in args.virtual:
        with serving([], "--import-root", "data/mnist", "--ranks", str(ranks), "--threads", "1") as url:
            for name in ("train", "test"):
                source = json.dumps([imported(url, os.path.abspath(f"data/mnist/{name}.csv.gz"))])
                parse = {"source_frames": source, "destination_frame": name, "check_header": -1, "separator": 44, "number_columns": 785,
                         "column_types": json.dumps(["Numeric"] * 784 + ["Enum"])}
                wait(url, call(url, "/3/Parse", parse)["job"])
            row = []
            for size in sizes.values():
                built = call(url, "/3/ModelBuilders/deeplearning", {
                    "training_frame": "train", "validation_frame": "test", "response_column": "C785", "hidden": hidden, "epochs": epochs,
                    "mini_batch_size": 32, "seed": 1, "score_interval": 1e6, "stopping_rounds": 0, "overwrite_with_best_model": "false",
                    "score_training_samples": 1000, "train_samples_per_iteration": 32 * ranks if size is None else size})
                wait(url, built["job"])
                name = urllib.parse.quote(built["job"]["dest"]["name"])
                (shown,) = call(url, f"/3/Models/{name}")["models"]
                row.append(1 - shown["output"]["validation_metrics"]["hit_ratio_table"]["data"][1][0])
            print(f"{ranks:>6} " + " ".join(f"{error:>15.2%}" for error in row), flush=True)


def main():
    numbers = lambda text: [int(word) for word in text.split(",")]  # noqa: E731
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", default="model,validate,accuracy")
    parser.add_argument("--nodes", type=numbers, default=[1, 2, 4, 8, 16, 32, 63, 128, 256, 512, 1024])
    parser.add_argument("--net", default="1024,1024,2048")
    parser.add_argument("--node-samples", type=float)
    parser.add_argument("--latency-us", type=float, default=20)
    parser.add_argument("--gbit", type=float, default=10)
    parser.add_argument("--jitter", type=float, default=0.05)
    parser.add_argument("--ratio", type=float, default=0.05)
    parser.add_argument("--virtual", type=numbers, default=[1, 2, 4, 8, 16, 32, 63])
    args = parser.parse_args()
    drawn = np.random.default_rng(1)
    parts = args.parts.split(",")
    if "model" in parts:
        speed = args.node_samples or train(1, args.net, 0.5)["samples_per_second"]
        model(args, speed, drawn)
    if "validate" in parts:
        validate(args, drawn)
    if "accuracy" in parts:
        accuracy(args)


if __name__ == "__main__":
    main()
