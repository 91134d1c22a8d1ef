"""How much faster are two ranks than one? Processes with one thread each, pinned to processors, beside one process of two threads.

usage: scaling.py [--parts parse,train,memory] [--ranks 1,2] [--mb 1000] [--repeats 3]
`parse`: a mixed CSV file, by the server; seconds of its job. `train`: MNIST, 784-1024-1024-2048-10, batches of 32, no scoring; samples/s as the
report says. `memory`: what each rank holds of the parsed frame. The runs take turns; the best of the repeats counts. What two threads make of
one process says how much of a second processor there is on this machine.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.dirname(__file__))
import generate_csv  # noqa: E402

PROGRAM = os.path.abspath("build/release/thalweg")
BARS = {"parse": 1.8, "train": 1.8}


def launch(ranks):
    """mpirun with each rank on a processor of its own; nothing for one process."""
    if ranks == 1:
        return ["taskset", "-c", "0"]
    root = ["--allow-run-as-root"] if os.geteuid() == 0 else []
    return [".venv/bin/mpirun", *root, "--bind-to", "core", "-n", str(ranks)]


def call(url, path, data=None):
    body = urllib.parse.urlencode(data).encode() if data else None
    with urllib.request.urlopen(url + path, body, timeout=600) as answer:
        return json.load(answer)


def wait(url, key):
    while True:
        job = call(url, "/3/Jobs/" + urllib.parse.quote(key))["jobs"][0]
        if job["status"] == "FAILED":
            raise SystemExit(job["exception"])
        if job["status"] == "DONE":
            return job["msec"] / 1000
        time.sleep(0.02)


def parse(command, path, repeats):
    """Seconds of the best parse, and the resident megabytes of each process after it and before."""
    process = subprocess.Popen([*command, "--port", "0", "--import-root", os.path.dirname(path)],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        url = re.search(r"at (http://\S+)", process.stdout.readline())[1]
        time.sleep(1.2)
        before = memory(url)
        setup = {"source_frames": json.dumps([path]), "check_header": 1}
        seconds = []
        for i in range(repeats):
            guess = call(url, "/3/ParseSetup", setup)
            job = call(url, "/3/Parse", {
                "source_frames": json.dumps([path]), "destination_frame": f"f{i}", "check_header": 1, "parse_type": "CSV", "separator": 44,
                "column_names": json.dumps(guess["column_names"]), "column_types": json.dumps(guess["column_types"]),
                "number_columns": guess["number_columns"], "delete_on_done": True})["job"]
            seconds.append(wait(url, job["key"]["name"]))
            if i + 1 < repeats:
                request = urllib.request.Request(url + f"/3/Frames/f{i}", method="DELETE")
                urllib.request.urlopen(request, timeout=60).close()
        time.sleep(1.2)
        return min(seconds), before, memory(url)
    finally:
        process.terminate()
        process.wait()


def memory(url):
    return [node["mem_value_size"] / 1e6 for node in call(url, "/3/Cloud")["nodes"]]


def train(command, threads, rows):
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        subprocess.run([*command, "train", "deeplearning", "--training_frame", "data/mnist/train.csv.gz", "--header", "false",
                        "--response_column", "C785", "--response_type", "enum", "--hidden", "1024,1024,2048", "--mini_batch_size", "32",
                        "--epochs", str(rows / 60000), "--score_interval", "1000", "--score_training_samples", "1", "--seed", "1",
                        "--threads", str(threads), "--report", report], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--rows", type=int, default=30000, help="samples of a training")
    options = arguments.parse_args()
    parts = options.parts.split(",")
    ranks = [int(n) for n in options.ranks.split(",")]
    setups = list(configurations(ranks))
    if "parse" in parts or "memory" in parts:
        path = os.path.abspath(generate_csv.mixed(options.mb))
        print(f"parse of {options.mb} MB | seconds | MB/s | times one rank | bar")
        first, held = None, []
        for name, prefix, threads in setups:
            seconds, before, after = parse([*prefix, PROGRAM, "serve", "--threads", str(threads)], path, options.repeats)
            first = first or seconds
            held.append((name, [a - b for a, b in zip(after, before)]))
            print(f"{name} | {seconds:.2f} | {options.mb / seconds:,.0f} | {first / seconds:.2f} | {BARS['parse'] if '2 ranks' in name else ''}", flush=True)
        if "memory" in parts:
            print("\nmemory that the frame takes, MB per process")
            for name, sizes in held:
                print(f"{name} | " + ", ".join(f"{size:,.0f}" for size in sizes))
    if "train" in parts:
        print("\ntraining | samples/s | times one rank | bar")
        best = {}
        for _ in range(options.repeats):
            for name, prefix, threads in setups:
                speed = train([*prefix, PROGRAM], threads, options.rows)
                best[name] = max(best.get(name, 0), speed)
        first = best[setups[0][0]]
        for name, _, _ in setups:
            print(f"{name} | {best[name]:,.0f} | {best[name] / first:.2f} | {BARS['train'] if '2 ranks' in name else ''}")


if __name__ == "__main__":
    main()
