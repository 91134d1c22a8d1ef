"""How much does the server bear? Status calls over 1,000 keep-alive connections while a net trains, single-row predictions, an
upload of 2 GB. All on loopback, all bounded.

usage: server_load.py [--program build/release/thalweg] [--seconds 8] [--parts start,idle,training,beside,predict,upload] [--upload-gb 2] [--ranks 1]

`idle` is the server alone, at full speed and at 16,000 calls/s; `training` the same beside a net that trains with one thread in the
server itself, `beside` in a process of its own. The client (server_load_client) is one thread; with two cores it shares one with the
server while the net has the other.
"""
import argparse
import http.client
import json
import pathlib
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[1]
RATE = 16_000
STATUS = "/3/Cloud?skip_ticks=true"


class Server:
    def __init__(self, program, folder, ranks):
        self.process = subprocess.Popen(
            [program, "serve", "--port", "0", "--threads", "1", "--ranks", str(ranks), "--import-root", folder],
            stdout=subprocess.PIPE, text=True,
        )
        ready, _, _ = select.select([self.process.stdout], [], [], 30)
        found = re.search(r"http://[^:]+:(\d+)", self.process.stdout.readline() if ready else "")
        if not found:
            self.process.kill()
            sys.exit("the server did not start")
        self.port = int(found[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def call(self, method, path, body=None, **fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        headers = {}
        if fields:
            body = urllib.parse.urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            sys.exit(f"{method} {path}: {answer.status} {text[:500]}")
        return json.loads(text)

    def wait(self, job):
        job = job.get("job", job)
        while True:
            state = self.call("GET", "/3/Jobs/" + urllib.parse.quote(job["key"]["name"]))["jobs"][0]
            if state["status"] == "DONE":
                return state
            if state["status"] not in ("CREATED", "RUNNING"):
                sys.exit(f"job: {state['status']} {state.get('exception')}")
            time.sleep(0.05)

    def memory_mb(self, field="VmRSS"):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(field + r":\s+(\d+)", text)[1]) / 1000

    def frame(self, name, text):
        raw = self.call("POST", "/3/PostFile", text)["destination_frame"]
        setup = self.call("POST", "/3/ParseSetup", source_frames=json.dumps([raw]))
        fields = {k: json.dumps(setup[k]) for k in ("column_names", "column_types", "check_header", "separator", "number_columns")}
        fields |= {"source_frames": json.dumps([raw]), "destination_frame": name, "parse_type": setup["parse_type"],
                   "chunk_size": setup.get("chunk_size", 1 << 22), "delete_on_done": "true"}
        self.wait(self.call("POST", "/3/Parse", **fields))

    def train(self, frame, model, **fields):
        return self.call("POST", "/3/ModelBuilders/deeplearning", training_frame=frame, response_column="y", model_id=model, **fields)


def load(server, client, seconds, rate, method="GET", path=STATUS, body="", connections=1000):
    done = subprocess.run(
        [client, str(server.port), str(connections), str(rate), str(seconds), method, path, body], capture_output=True, text=True
    )
    if not done.stdout:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def row(name, result, bar):
    print(f"| {name} | {result['per_second']:,} | {result['p50_ms']} | {result['p99_ms']} | {result['max_ms']} | {bar} |", flush=True)
    if result["errors"]:
        sys.exit(f"{result['errors']} errors")


def data(rows):
    return "".join(["a,b,c,d,y\n"] + [f"{i % 7},{i % 11},{i % 13},{i % 17},{'yes' if i % 3 else 'no'}\n" for i in range(rows)])


def upload(server, gigabytes):
    """Memory of the server while a body of so many GB comes in, in pieces of 1 MB."""
    idle = server.memory_mb()
    piece = b"1.5,2.5,some text\n" * 58_000
    total = int(gigabytes * 1e9) // len(piece) * len(piece)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    start = time.time()
    connection.putrequest("POST", "/3/PostFile?destination_frame=big.csv")
    connection.putheader("Content-Length", str(total))
    connection.endheaders()
    sent = 0
    slowest = 0
    while sent < total:
        connection.send(piece)
        sent += len(piece)
        if sent // len(piece) % 200 == 0:
            began = time.time()
            server.call("GET", STATUS)
            slowest = max(slowest, time.time() - began)
    answer = connection.getresponse()
    answer.read()
    seconds = time.time() - start
    peak = server.memory_mb("VmHWM")
    print(f"upload of {total / 1e9:.2f} GB: status {answer.status}, {total / 1e6 / seconds:.0f} MB/s, peak memory {peak:.0f} MB, "
          f"{peak - idle:.0f} MB above idle ({idle:.0f} MB; bar 200), slowest status call meanwhile {slowest * 1000:.0f} ms")


def starts(options, folder, count=10):
    """From the start of the process to the end of its first answer, and its memory then."""
    seconds, memory = [], []
    for _ in range(count):
        start = time.perf_counter()
        with Server(options.program, folder, options.ranks) as server:
            server.call("GET", STATUS)
            seconds.append(time.perf_counter() - start)
            memory.append(server.memory_mb())
    print(f"first answer {min(seconds) * 1000:.0f}-{max(seconds) * 1000:.0f} ms after the start (bar 100), memory then {max(memory):.0f} MB "
          f"(bar 50), {count} starts")


def waiting(server, count=9_000):
    """Memory that connections take which wait for their next request."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(count + 500, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    before = server.memory_mb()
    request = f"GET {STATUS} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    clients = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(count)]
    for client in clients:
        client.sendall(request)
        client.recv(1 << 16)
    start = time.time()
    server.call("GET", STATUS)
    print(f"| {count:,} connections that wait | | | {(time.time() - start) * 1000:.1f} for one call | | "
          f"{(server.memory_mb() - before) * 1000 / count:.1f} KB each |", flush=True)
    for client in clients:
        client.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "build" / "release" / "thalweg")
    parser.add_argument("--client", default=ROOT / "build" / "release" / "server_load_client")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--parts", default="start,idle,training,predict,upload")
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--upload-gb", type=float, default=2)
    options = parser.parse_args()
    parts = options.parts.split(",")
    if "start" in parts:
        with tempfile.TemporaryDirectory() as folder:
            starts(options, folder)
    with tempfile.TemporaryDirectory() as folder, Server(options.program, folder, options.ranks) as server:
        if "upload" in parts:
            upload(server, options.upload_gb)
        if set(parts) - {"start", "upload"}:
            print("| load | calls/s | p50 ms | p99 ms | max ms | bar |\n|---|---|---|---|---|---|")
        if "idle" in parts:
            row("status calls, 1,000 connections", load(server, options.client, options.seconds, 0), "")
            row(f"the same, {RATE:,}/s", load(server, options.client, options.seconds, RATE), "")
            row("status calls, a connection each", load(server, options.client, options.seconds, "new", connections=16), "")
            waiting(server)
        if "training" in parts:
            server.frame("train.hex", data(50_000))
            job = server.train("train.hex", "long", epochs=1e6, hidden="[200,200]", stopping_rounds=0)
            time.sleep(1)
            row("status calls beside a training", load(server, options.client, options.seconds, 0), "")
            row(f"the same, {RATE:,}/s", load(server, options.client, options.seconds, RATE), "15,000/s, p99 50 ms")
            state = server.call("GET", "/3/Jobs/" + urllib.parse.quote(job["job"]["key"]["name"]))["jobs"][0]
            if state["status"] != "RUNNING":
                sys.exit("the net does not train any more: " + state["status"])
            server.call("POST", "/3/Jobs/" + urllib.parse.quote(job["job"]["key"]["name"]) + "/cancel")
        if "beside" in parts:
            table = pathlib.Path(folder) / "train.csv"
            table.write_text(data(50_000))
            net = subprocess.Popen([options.program, "train", "deeplearning", "--training_frame", str(table), "--response_column", "y",
                                    "--threads", "1", "--epochs", "1000000", "--hidden", "200,200", "--stopping_rounds", "0"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                time.sleep(1)
                row("status calls beside a training process", load(server, options.client, options.seconds, 0), "")
                row(f"the same, {RATE:,}/s", load(server, options.client, options.seconds, RATE), "15,000/s, p99 50 ms")
                if net.poll() is not None:
                    sys.exit(f"the net does not train any more: {net.returncode}")
            finally:
                net.kill()
                net.wait()
        if "predict" in parts:
            server.frame("small.hex", data(2_000))
            server.wait(server.train("small.hex", "net", epochs=1, hidden="[20,20]"))
            server.frame("row.hex", data(1))
            path = "/3/Predictions/models/net/frames/row.hex"
            fields = "predictions_frame=predicted.hex"
            row("predictions of one row, 8 connections",
                load(server, options.client, options.seconds, 0, "POST", path, fields, connections=8), "3,000/s, p99 10 ms")


if __name__ == "__main__":
    main()
