"""How fast is a CSV file parsed, and what does it take in memory? Against pyarrow.csv, polars and h2o on the same files.

usage: parse_csv.py [--mb 1000] [--threads 2] [--repeats 3] [--peers pyarrow,polars,h2o]
The mixed file is generated (integers, decimals, categories, dates, quoted text); the wide one is MNIST's training set.
Every run is a process of its own; the best of the repeats counts. Memory: what the table holds; peak: of the process.
Peers that are not installed are left out (make bench-peers installs them).
"""
import argparse
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(__file__))
import generate_csv  # noqa: E402

PEER = r"""
import json, os, resource, sys, time
peer, path, threads, header = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "true"
if peer == "pyarrow":
    import pyarrow, pyarrow.csv
    pyarrow.set_cpu_count(threads)
    start = time.perf_counter()
    table = pyarrow.csv.read_csv(path, read_options=pyarrow.csv.ReadOptions(autogenerate_column_names=not header))
    seconds, size, rows = time.perf_counter() - start, table.nbytes, table.num_rows
elif peer == "polars":
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars
    start = time.perf_counter()
    table = polars.read_csv(path, has_header=header, try_parse_dates=True, infer_schema_length=1000)
    seconds, size, rows = time.perf_counter() - start, table.estimated_size(), table.height
elif peer == "h2o":
    import h2o
    h2o.init(nthreads=threads, max_mem_size="8g", port=54399, strict_version_check=False, verbose=False)
    h2o.no_progress()
    start = time.perf_counter()
    table = h2o.import_file(path, header=1 if header else -1)
    seconds, rows = time.perf_counter() - start, table.nrow
    size = h2o.api("GET /3/Frames/" + table.frame_id, data={"row_count": 1})["frames"][0]["byte_size"]
    h2o.cluster().shutdown()
print(json.dumps({"seconds": seconds, "bytes": size, "rows": rows,
                  "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
"""


def last_json(command, env=None):
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=1800)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        return None, (done.stderr.strip().splitlines() or ["no output"])[-1]
    return json.loads(lines[-1]), None


def run(name, path, header, threads):
    if name == "thalweg":
        return last_json(["build/release/parse_csv_ours", path, str(threads), "1", f"header={str(header).lower()}"])
    env = dict(os.environ, POLARS_MAX_THREADS=str(threads))
    return last_json([sys.executable, "-c", PEER, name, path, str(threads), str(header).lower()], env)


def compare(title, path, header, args):
    megabytes = os.path.getsize(path) / 1e6
    print(f"\n{title}: {path}, {megabytes:,.0f} MB, {args.threads} threads")
    print(f"{'':10}{'seconds':>9}{'MB/s':>8}{'memory MB':>11}{'peak MB':>9}{'our speed':>11}{'our memory':>12}")
    best = {}
    names = ["thalweg"] + [peer for peer in args.peers.split(",") if peer]
    # Turn by turn, so that a busy machine does not favour one of them.
    for _ in range(args.repeats):
        for name in names:
            if name == "h2o" and name in best:
                continue
            result, problem = run(name, path, header, args.threads)
            if result is None:
                best.setdefault(name, problem)
            elif not isinstance(best.get(name), dict) or result["seconds"] < best[name]["seconds"]:
                best[name] = result
    ours = best["thalweg"]
    for name in names:
        result = best[name]
        if not isinstance(result, dict):
            print(f"{name:10} not measured: {result}")
            continue
        assert result["rows"] == ours["rows"], f"{name} read {result['rows']} rows, not {ours['rows']}"
        # The peak of h2o is that of its Java process, which is not this one.
        peak = "" if name == "h2o" else f"{result['peak'] / 1e6:,.0f}"
        print(f"{name:10}{result['seconds']:>9.3f}{megabytes / result['seconds']:>8,.0f}{result['bytes'] / 1e6:>11,.1f}"
              f"{peak:>9}{result['seconds'] / ours['seconds']:>10.2f}x{ours['bytes'] / result['bytes']:>11.2f}x")


def main():
    parser = argparse.ArgumentParser()
    small = os.environ.get("SIZE") == "small"
    parser.add_argument("--mb", type=int, default=100 if small else 1000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peers", default="pyarrow,polars,h2o")
    parser.add_argument("--mnist", default="data/mnist/train.csv.gz")
    args = parser.parse_args()
    os.chdir(os.path.join(os.path.dirname(__file__), ".."))
    compare("mixed", generate_csv.mixed(args.mb), True, args)
    compare("wide", generate_csv.mnist(args.mnist), False, args)


if __name__ == "__main__":
    main()
