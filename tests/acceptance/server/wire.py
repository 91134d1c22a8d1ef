"""Replays recorded exchanges (tests/data/wire) against a server and compares its answers.

    replay = Replay(server.url, folder_of_data)
    for sample in samples("parse"):
        recorded, ours = replay.run(sample)
        assert differences(recorded, ours) == []

Names that a run makes (uploads, jobs) are learnt from the answers and put in place of the recorded ones. Two values are the same
where they are equal, or where both have the same shape under a key whose values depend on the run.
"""
import json
import pathlib
import time
import urllib.error
import urllib.parse
import urllib.request

DATA = pathlib.Path(__file__).resolve().parents[2] / "data" / "wire"

# Values under these keys depend on the run, the machine or the implementation: only their kind is compared.
VOLATILE = {
    "timestamp", "start_time", "msec", "progress", "progress_msg", "status", "byte_size", "checksum", "chunk_size", "stacktrace",
    "dev_msg", "msg", "exception_msg", "exception_type", "error_url", "precision", "ready_for_view", "histogram_base",
    "histogram_stride", "values", "description", "URL", "fails",
}
# Not sent, or shown in a way of our own.
SKIPPED = {"_exclude_fields", "chunk_summary", "distribution_summary", "percentiles", "histogram_bins"}


def samples(folder):
    return sorted((DATA / folder).glob("*.json"))


def kind(value):
    """What a client could tell apart: numbers may be written as the strings NaN and Infinity."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)) or value in ("NaN", "Infinity", "-Infinity"):
        return "number"
    return type(value).__name__


def is_close(a, b):
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) <= 1e-9 * max(abs(a), abs(b), 1)
    return a == b


def differences(recorded, ours, where="", volatile=frozenset(VOLATILE), skipped=frozenset(SKIPPED)):
    """One line for each place where our answer is not what a client of the recorded one would expect."""
    key = where.rsplit(".", 1)[-1].split("[")[0]
    if key in volatile:
        # A null stands for "nothing yet" in both.
        same = recorded is None or ours is None or kind(recorded) == kind(ours)
        return [] if same else [f"{where}: {kind(ours)} instead of {kind(recorded)}"]
    if kind(recorded) != kind(ours):
        return [f"{where}: {str(ours)[:80]!r} instead of {str(recorded)[:80]!r}"]
    if isinstance(recorded, dict):
        return dict_differences(recorded, ours, where, volatile, skipped)
    if isinstance(recorded, list):
        found = []
        if len(ours) < len(recorded):
            found.append(f"{where}: {len(ours)} elements instead of {len(recorded)}")
        for i, (a, b) in enumerate(zip(recorded, ours)):
            found += differences(a, b, f"{where}[{i}]", volatile, skipped)
        return found
    return [] if is_close(recorded, ours) else [f"{where}: {ours!r} instead of {recorded!r}"]


def dict_differences(recorded, ours, where, volatile, skipped):
    found = []
    for name, value in recorded.items():
        if name.startswith("__") and name.endswith("_len"):
            length = len(ours.get(name[2:-4]) or [])
            if length != value and name[2:-4] not in skipped:
                found.append(f"{where}.{name[2:-4]}: {length} elements instead of {value}")
        elif name in skipped or name in ("__rows_kept", "__trimmed"):
            continue
        elif name not in ours:
            found.append(f"{where}.{name}: is not there")
        else:
            found += differences(value, ours[name], f"{where}.{name}", volatile, skipped)
    return found


class Replay:
    def __init__(self, url, data=DATA / "data"):
        self.url = url
        self.data = pathlib.Path(data)
        self.names = {}  # recorded name: ours

    def run(self, path):
        """Sends the recorded request; returns the recorded answer, put in our names, and ours."""
        sample = json.loads(pathlib.Path(path).read_text())
        status, ours = self.send(sample["request"])
        recorded = sample["response"].get("json", sample["response"].get("text"))
        self.learn(recorded, ours)
        self.wait(ours)
        recorded = self.renamed(recorded)
        if isinstance(ours, dict):
            ours = dict(ours, http_status_of_answer=status)
            recorded = dict(recorded, http_status_of_answer=sample["response"]["status"])
        return recorded, ours

    def send(self, request):
        body = None
        query = self.renamed(request.get("query", {}))
        url = self.url + urllib.parse.quote(self.renamed(request["path"]), safe="/$:")
        if query:
            url += "?" + urllib.parse.urlencode(query)
        if "raw_body" in request:
            body = self.body_of(request["raw_body"])
        elif "form" in request:
            body = urllib.parse.urlencode(self.renamed(request["form"])).encode()
        headers = {"Content-Type": request["content_type"]} if "content_type" in request else {}
        if "raw_body" in request:
            headers["Content-Type"] = "application/octet-stream"
        call = urllib.request.Request(url, data=body, method=request["method"], headers=headers)
        try:
            with urllib.request.urlopen(call, timeout=60) as answer:
                return answer.status, self.decode(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, self.decode(error.read())

    @staticmethod
    def decode(body):
        try:
            return json.loads(body)
        except ValueError:
            return body.decode()

    def body_of(self, raw):
        """Only the beginning of a longer body is recorded: the rest is in a data file."""
        begin = raw["starts_with"].encode()
        if len(begin) == raw["bytes"]:
            return begin
        for file in sorted(self.data.rglob("*")):
            if file.is_file() and file.stat().st_size == raw["bytes"] and file.read_bytes().startswith(begin):
                return file.read_bytes()
        raise AssertionError(f"no data file begins with {begin!r}")

    def learn(self, recorded, ours):
        if not isinstance(recorded, dict) or not isinstance(ours, dict):
            return
        for key in ("destination_frame",):
            if isinstance(recorded.get(key), str) and isinstance(ours.get(key), str) and recorded[key] != ours[key]:
                self.names[recorded[key]] = ours[key]
        for job, own in ((recorded, ours), (recorded.get("job"), ours.get("job"))):
            if job and own and job.get("key", {}) and "status" in job and "status" in own:
                self.names[job["key"]["name"]] = own["key"]["name"]

    def wait(self, ours):
        job = ours.get("job", ours) if isinstance(ours, dict) else None
        while isinstance(job, dict) and job.get("status") in ("CREATED", "RUNNING"):
            time.sleep(0.02)
            _, answer = self.send({"method": "GET", "path": "/3/Jobs/" + job["key"]["name"]})
            job = answer["jobs"][0]

    def renamed(self, value):
        if isinstance(value, dict):
            return {name: self.renamed(element) for name, element in value.items()}
        if isinstance(value, list):
            return [self.renamed(element) for element in value]
        if not isinstance(value, str):
            return value
        for name, ours in sorted(self.names.items(), key=lambda item: -len(item[0])):
            if ours not in value:  # a name may be the begin of its own replacement
                value = value.replace(name, ours)
        return value.replace("nfs:/DATA", "nfs:/" + str(self.data)).replace("DATA/", str(self.data) + "/")
