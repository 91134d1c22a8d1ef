"""A server for a benchmark, and what is asked of it."""
import contextlib
import json
import os
import re
import subprocess
import time
import urllib.parse
import urllib.request

PROGRAM = os.path.abspath("build/release/thalweg")


def mpirun(ranks, *options):
    """The words that start so many processes; none for one."""
    root = ["--allow-run-as-root"] if os.geteuid() == 0 else []
    return [] if ranks == 1 else [".venv/bin/mpirun", *root, *options, "-n", str(ranks)]


@contextlib.contextmanager
def serving(prefix, *options):
    """The address of `thalweg serve` on a port of its own, ended at the end."""
    process = subprocess.Popen([*prefix, PROGRAM, "serve", "--port", "0", *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield re.search(r"at (http://\S+)", process.stdout.readline())[1]
    finally:
        process.terminate()
        process.wait(timeout=60)


def call(url, path, data=None, method=None):
    body = urllib.parse.urlencode(data).encode() if data else None
    with urllib.request.urlopen(urllib.request.Request(url + path, body, method=method), timeout=3600) as answer:
        return json.load(answer)


def wait(url, job):
    """Seconds that the job ran; an exception ends the benchmark."""
    while True:
        (state,) = call(url, "/3/Jobs/" + urllib.parse.quote(job["key"]["name"]))["jobs"]
        if state["status"] == "FAILED":
            raise SystemExit(state["exception"])
        if state["status"] == "DONE":
            return state["msec"] / 1000
        time.sleep(0.02)


def imported(url, path):
    """The name of a file that the server may read."""
    (name,) = call(url, "/3/ImportFiles?path=" + urllib.parse.quote(path))["destination_frames"]
    return name
