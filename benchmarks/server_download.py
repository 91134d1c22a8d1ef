"""How fast does a frame of a server become a pandas table, or a CSV file? Against an H2O-3 server with the same frame.

usage: server_download.py [--rows 1000000] [--columns 20] [--repeats 3] [--jar H2O.JAR]
Runs in .venv-clients (h2o client, pandas, pyarrow). The frame: random reals, ints, enums, times, strings, 1 % missing. Both servers run
on this machine at the same time, with the same number of threads, and are asked in turn; the best of the repeats counts. To pandas:
as_data_frame() of the h2o client against GET /3/Frames/…/arrow. CSV: the bytes of GET /3/DownloadDataset, thrown away as they come.
Without h2o's jar (make bench-peers) only our own times are printed.
"""
import argparse
import glob
import os
import re
import subprocess
import tempfile
import time
import warnings

import h2o
import pyarrow
import requests

COLUMNS = {
    "categorical_fraction": 0.2,
    "integer_fraction": 0.2,
    "binary_fraction": 0.05,
    "time_fraction": 0.1,
    "string_fraction": 0.05,
    "factors": 50,
    "missing_fraction": 0.01,
}


def wait_for(url, seconds=120):
    end = time.time() + seconds
    while time.time() < end:
        try:
            if requests.get(url + "/3/Cloud", timeout=3).ok:
                return url
        except requests.RequestException:
            time.sleep(0.3)
    raise SystemExit(f"no server at {url}")


def start_ours(folder):
    process = subprocess.Popen(
        ["build/release/thalweg", "serve", "--port", "0", "--import-root", folder, "--export-root", folder],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )
    return process, re.search(r"at (http://\S+)", process.stdout.readline())[1]


def start_h2o(jar, folder, port=54797):
    process = subprocess.Popen(
        ["java", "-Xmx4g", "-jar", jar, "-port", str(port), "-name", "download", "-ip", "127.0.0.1", "-ice_root", folder],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    return process, wait_for(f"http://127.0.0.1:{port}")


def connect(url):
    if h2o.connection() is not None:
        h2o.connection().close()
    h2o.connect(url=url, verbose=False, strict_version_check=False)
    h2o.no_progress()


def best(repeats, action):
    """Seconds of the best run, and what it returned."""
    runs = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = action()
        runs.append((time.perf_counter() - start, result))
    return min(runs, key=lambda run: run[0])


def download_csv(url):
    size = 0
    with requests.get(url + "/3/DownloadDataset?frame_id=f", stream=True, timeout=600) as answer:
        answer.raise_for_status()
        while piece := answer.raw.read(1 << 20):
            size += len(piece)
    return size


def arrow_to_pandas(url):
    with requests.get(url + "/3/Frames/f/arrow", stream=True, timeout=600) as answer:
        return pyarrow.ipc.open_stream(answer.raw).read_all().to_pandas()


def client_to_pandas(url):
    connect(url)
    return h2o.get_frame("f").as_data_frame()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--jar", default=next(iter(glob.glob(".venv-peers/lib/*/site-packages/h2o/backend/bin/h2o.jar")), None))
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    pyarrow.table({"a": [1]}).to_pandas()  # pandas is loaded before anything is timed
    folder = tempfile.mkdtemp()
    servers = []
    try:
        process, ours = start_ours(folder)
        servers.append(process)
        connect(ours)
        frame = h2o.create_frame(frame_id="f", rows=args.rows, cols=args.columns, seed=1, **COLUMNS)
        types = [frame.types[name] for name in frame.columns]
        theirs = None
        if args.jar:
            path = os.path.join(folder, "f.csv")
            h2o.export_file(frame, path)
            process, theirs = start_h2o(args.jar, folder)
            servers.append(process)
            connect(theirs)
            h2o.import_file(path, destination_frame="f", col_types=types)
        print(f"{args.rows:,} rows, {args.columns} columns, {os.cpu_count()} processors, best of {args.repeats}")
        csv, size = best(args.repeats, lambda: download_csv(ours))
        print(f"CSV          thalweg {csv:7.2f} s  {size / csv / 1e6:6.0f} MB/s")
        if theirs:
            seconds, other = best(args.repeats, lambda: download_csv(theirs))
            print(f"             h2o     {seconds:7.2f} s  {other / seconds / 1e6:6.0f} MB/s   {seconds / csv:.1f} times as long")
        arrow, table = best(args.repeats, lambda: arrow_to_pandas(ours))
        print(f"to pandas    thalweg {arrow:7.2f} s  (Arrow)")
        client, _ = best(1, lambda: client_to_pandas(ours))
        print(f"             thalweg {client:7.2f} s  (as_data_frame of the h2o client)")
        if theirs:
            seconds, other = best(1, lambda: client_to_pandas(theirs))
            assert len(table) == len(other)
            print(f"             h2o     {seconds:7.2f} s  (as_data_frame)   {seconds / arrow:.1f} times as long")
    finally:
        h2o.connection().close()
        for process in servers:
            process.terminate()
            process.wait(timeout=30)


if __name__ == "__main__":
    main()
