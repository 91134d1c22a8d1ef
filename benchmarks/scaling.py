"""How much faster are two ranks than one? Processes with one thread each, pinned to processors, beside one process of two threads.

usage: scaling.py [--parts parse,train,memory,sparse] [--ranks 1,2] [--mb 1000] [--replicas 1] [--repeats 3]
`parse`: a mixed CSV file, by the server; seconds of its job. `train`: MNIST, 784-1024-1024-2048-10, no scoring; samples/s as the report says.
`memory`: what each rank holds of the parsed frame. `sparse`: the same of a frame of five billion cells (SVMLight, 578,361 x 8,647), on 1, 2 and 4
ranks, second copies included. The runs take turns; the best of the repeats counts. What two threads make of one process says
how much of a second processor there is on this machine.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(__file__))
import generate_csv  # noqa: E402
from rest import PROGRAM, call, imported, mpirun, serving, wait  # noqa: E402

BARS = {"parse": 1.8, "train": 1.8}


def launch(ranks):
    """Each rank on a processor of its own."""
    return ["taskset", "-c", "0"] if ranks == 1 else mpirun(ranks, "--bind-to", "core")


def parse(prefix, options, path, repeats):
    """Seconds of the best parse; on each rank the frame's megabytes, and those by which the process has grown."""
    with serving(prefix, "--import-root", os.path.dirname(path), *options) as url:
        time.sleep(1.2)
        before = resident(url)
        seconds = []
        for i in range(repeats):
            source = json.dumps([imported(url, path)])
            guess = call(url, "/3/ParseSetup", {"source_frames": source})
            job = call(url, "/3/Parse", {
                "source_frames": source, "destination_frame": f"f{i}", "check_header": guess["check_header"], "parse_type": guess["parse_type"],
                "separator": guess["separator"], "column_names": json.dumps(guess["column_names"]),
                "column_types": json.dumps(guess["column_types"]), "number_columns": guess["number_columns"], "delete_on_done": True})["job"]
            seconds.append(wait(url, job))
            if i + 1 < repeats:
                call(url, f"/3/Frames/f{i}", method="DELETE")
        time.sleep(1.2)
        (frame,) = call(url, "/3/Cluster")["frames"]
        held = [(part["bytes"] / 1e6, after - one) for part, after, one in zip(frame["ranks"], resident(url), before)]
        return min(seconds), held


def print_memory(name, held):
    print(f"{name} | " + ", ".join(f"{part:,.1f}" for part, _ in held) + " | " + ", ".join(f"{grown:,.0f}" for _, grown in held), flush=True)


def resident(url):
    return [node["mem_value_size"] / 1e6 for node in call(url, "/3/Cloud")["nodes"]]


def train(command, threads, rows, batch):
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        subprocess.run([*command, "train", "deeplearning", "--training_frame", "data/mnist/train.csv.gz", "--header", "false",
                        "--response_column", "C785", "--response_type", "enum", "--hidden", "1024,1024,2048",
                        "--mini_batch_size", str(batch), "--epochs", str(rows / 60000), "--score_interval", "1000",
                        "--score_training_samples", "1", "--classification_stop", "-1", "--stopping_rounds", "0",
                        "--overwrite_with_best_model", "false", "--seed", "1", "--threads", str(threads), "--report", report], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(report) as file:
            return json.load(file)["samples_per_second"]


def configurations(ranks):
    for n in ranks:
        yield f"{n} rank{'s' if n > 1 else ''} of 1 thread", launch(n), 1
    yield f"1 rank of {max(ranks)} threads", [], max(ranks)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--parts", default="parse,train,memory")
    arguments.add_argument("--ranks", default="1,2")
    arguments.add_argument("--mb", type=int, default=1000)
    arguments.add_argument("--replicas", type=int, default=1, help="second copies of each chunk, as of `thalweg serve`")
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--rows", type=int, default=300000, help="samples of a training")
    options = arguments.parse_args()
    parts = options.parts.split(",")
    ranks = [int(n) for n in options.ranks.split(",")]
    setups = list(configurations(ranks))
    if "parse" in parts or "memory" in parts:
        path = os.path.abspath(generate_csv.mixed(options.mb))
        print(f"parse of {options.mb} MB | seconds | MB/s | times one rank | bar")
        first, held = None, []
        for name, prefix, threads in setups:
            seconds, memory = parse(prefix, ["--threads", str(threads), "--replicas", str(options.replicas)], path, options.repeats)
            first = first or seconds
            held.append((name, memory))
            print(f"{name} | {seconds:.2f} | {options.mb / seconds:,.0f} | {first / seconds:.2f} | {BARS['parse'] if '2 ranks' in name else ''}", flush=True)
        if "memory" in parts:
            print("\nmemory | MB of the frame on each rank | MB by which each process has grown")
            for name, memory in held:
                print_memory(name, memory)
    if "sparse" in parts:
        path = os.path.abspath(generate_csv.sparse())
        print("\nfive billion cells | MB of the frame on each rank | MB by which each process has grown")
        for n in (1, 2, 4):
            prefix = [] if n == 1 else mpirun(n, "--oversubscribe", "--bind-to", "none")
            _, memory = parse(prefix, ["--threads", "1", "--replicas", str(options.replicas)], path, 1)
            print_memory(f"{n} rank{'s' if n > 1 else ''}", memory)
    if "train" in parts:
        print("\ntraining | batch | samples/s | times one rank | bar")
        for batch in (32, 128):
            best = {}
            for _ in range(options.repeats):
                for name, prefix, threads in setups:
                    speed = train([*prefix, PROGRAM], threads, options.rows, batch)
                    best[name] = max(best.get(name, 0), speed)
            first = best[setups[0][0]]
            for name, _, _ in setups:
                print(f"{name} | {batch} | {best[name]:,.0f} | {best[name] / first:.2f} | {BARS['train'] if '2 ranks' in name else ''}")


if __name__ == "__main__":
    main()
