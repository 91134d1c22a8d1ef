"""Clients that mean harm, or just go away: the server answers with 4xx, keeps to its folders, and lives."""
import contextlib
import gzip
import http.client
import json
import os
import pathlib
import re
import socket
import struct
import threading
import time
import urllib.parse

import pytest

from conftest import RANKS, SLOWER, Server
from test_http import alive, ask, make_frame, rapids, wait

ODD_NAMES = ["../../x", "/etc/passwd", "..", ".", "a/b", "a\\b", "a b", "'", '"', "a'b\"c", "$(id)", "`id`", "%2e%2e%2f", "ä€😀", "\u202e", "a\tb",
             "a\nb\r\nX: y", "\x7f", "(rm x)", "[0]", "null", "-1", "9" * 400, "x" * 10_000, "nfs://etc/passwd", "http://127.0.0.1:1/"]


def quoted(name):
    return urllib.parse.quote(name, safe="")


def train(server, frame, model, response="y", **fields):
    return ask(server, "POST", "/3/ModelBuilders/deeplearning", training_frame=frame, model_id=model, response_column=response,
               hidden="[2]", epochs="1", **fields)


def resident(server):
    for line in (pathlib.Path("/proc") / str(server.pid) / "status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) << 10
    raise AssertionError("no VmRSS")


def threads(server):
    return len(os.listdir(f"/proc/{server.pid}/task"))


def connection(server):
    parts = urllib.parse.urlsplit(server.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=60)


def reset(link):
    """Closes without a word: the other side gets a reset."""
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    link.close()


def send(server, method, target, body=b"", extra=""):
    link = connection(server)
    link.sendall(f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n{extra}\r\n".encode() + body)
    return link


ROWS = "x,y\n" + "".join(f"{i % 7},{i % 3}\n" for i in range(50))
OUTSIDE = ["../escaped", "{outside}/escaped", "sub/../../escaped", ".."]


@pytest.mark.parametrize("name", OUTSIDE)
def test_names_of_models_are_no_paths(server, export_folder, tmp_path, name):
    make_frame(server, "rows.hex", ROWS)
    name = name.format(outside=tmp_path)
    folder = export_folder / "checkpoints"
    answer = train(server, "rows.hex", name, export_checkpoints_dir=str(folder))
    assert answer.status == 400 and "name of a file" in answer.text, answer.text
    search = dict(training_frame="rows.hex", response_column="y", hyper_parameters=json.dumps({"hidden": [[2]]}), epochs="1")
    for field in ("recovery_dir", "export_checkpoints_dir"):
        answer = ask(server, "POST", "/99/Grid/deeplearning", grid_id=name, **{field: str(folder)}, **search)
        assert answer.status == 400 and "name of a file" in answer.text, answer.text
    # In memory it may have any name, but it is not saved under it.
    answer = ask(server, "POST", "/99/Grid/deeplearning", grid_id=name, **search)
    assert answer.status == 200 and wait(server, answer.json())["status"] == "DONE"
    answer = ask(server, "POST", f"/3/Grid.bin/{quoted(name)}/export", grid_directory=str(folder))
    assert answer.status == 400, answer.text
    assert list(tmp_path.iterdir()) == []
    assert not [p for p in export_folder.parent.rglob("escaped*")]


def test_saved_grids_name_no_files_elsewhere(server, export_folder, import_folder, tmp_path):
    make_frame(server, "rows.hex", ROWS)
    answer = ask(server, "POST", "/99/Grid/deeplearning", grid_id="g", training_frame="rows.hex", response_column="y",
                 hyper_parameters=json.dumps({"hidden": [[2]]}), epochs="1")
    assert wait(server, answer.json())["status"] == "DONE"
    assert ask(server, "POST", "/3/Grid.bin/g/export", grid_directory=str(export_folder / "g")).status == 200
    record = (export_folder / "g" / "g").read_text()
    model = json.loads(record)["models"][0]["model_id"]
    (tmp_path / "elsewhere").write_bytes((export_folder / "g" / model).read_bytes())
    for path in (str(tmp_path / "elsewhere"), os.path.relpath(tmp_path / "elsewhere", import_folder)):
        (import_folder / "g").write_text(record.replace(json.dumps(model), json.dumps(path)))
        answer = ask(server, "POST", "/3/Grid.bin/import", grid_path=str(import_folder / "g"))
        assert answer.status == 400 and "name of a file" in answer.text, answer.text
    (import_folder / "g").unlink()


def test_saved_frames_are_no_links_to_elsewhere(server, export_folder, tmp_path):
    make_frame(server, "saved.hex", ROWS)
    answer = ask(server, "POST", "/3/Frames/saved.hex/save", dir=str(export_folder / "frames"))
    assert wait(server, answer.json())["status"] == "DONE"
    saved = export_folder / "frames" / "saved.hex.frame.parquet"
    (tmp_path / "secret.parquet").write_bytes(saved.read_bytes())
    saved.unlink()
    saved.symlink_to(tmp_path / "secret.parquet")
    answer = ask(server, "POST", "/3/Frames/load", frame_id="saved.hex", dir=str(export_folder / "frames"))
    assert answer.status == 404, answer.text
    saved.unlink()


def test_imported_files_that_become_links(server, import_folder, tmp_path):
    (tmp_path / "secret.csv").write_text("a,b\n1,secret\n")
    here = import_folder / "swapped.csv"
    here.write_text("a,b\n1,2\n")
    found = ask(server, "GET", "/3/ImportFiles?path=" + quoted(str(here))).json()["destination_frames"]
    assert ask(server, "POST", "/3/ParseSetup", source_frames=json.dumps(found)).status == 200
    here.unlink()
    here.symlink_to(tmp_path / "secret.csv")
    try:
        for target in ("/3/ParseSetup", "/3/Parse", "/3/ParseSVMLight"):
            answer = ask(server, "POST", target, source_frames=json.dumps(found))
            assert answer.status == 404 and "secret" not in answer.text, answer.text
    finally:
        here.unlink()


def endpoints(server):
    for route in ask(server, "GET", "/3/Metadata/endpoints").json()["routes"]:
        if "{" in route["url_pattern"]:
            yield route["http_method"], route["url_pattern"]


def test_odd_names_in_every_path(server, export_folder):
    make_frame(server, "rows.hex", ROWS)
    before = sorted(str(p) for p in export_folder.parent.rglob("*"))

    all_routes = list(endpoints(server))
    assert len(all_routes) > 40
    for method, pattern in all_routes:
        for name in ODD_NAMES:
            target = re.sub(r"\{[^}]*\}", quoted(name), pattern)
            answer = ask(server, method, target)
            assert answer.status < 500, (method, pattern, name, answer.text[:500])
            assert "\nX: y" not in str(answer.headers), pattern
            if answer.status >= 400:
                answer.json()
        zero = ask(server, method, re.sub(r"\{[^}]*\}", "a%00b", pattern))
        assert 400 <= zero.status < 500, (method, pattern, zero.text[:500])
    assert alive(server)
    assert sorted(str(p) for p in export_folder.parent.rglob("*")) == before


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_of_what_is_made(server, name):
    """What takes a name must then work under it in all ways, or refuse it."""
    make_frame(server, "rows.hex", ROWS)
    answer = ask(server, "POST", "/3/PostFile?destination_frame=" + quoted(name), ROWS)
    assert answer.status == 200 or 400 <= answer.status < 500
    if answer.status == 200:
        setup = ask(server, "POST", "/3/ParseSetup", source_frames=json.dumps([name], ensure_ascii=False))
        assert setup.status == 200, setup.text
        parsed = ask(server, "POST", "/3/Parse", source_frames=json.dumps([name], ensure_ascii=False), destination_frame="p" + name, delete_on_done="true",
                     parse_type="CSV", separator="44", number_columns="2", check_header="1",
                     column_names='["x","y"]', column_types='["Numeric","Numeric"]')
        assert parsed.status == 200, parsed.text
        assert wait(server, parsed.json())["status"] == "DONE"
        frame = "p" + name
        for target in (f"/3/Frames/{quoted(frame)}", f"/3/Frames/{quoted(frame)}/summary", f"/3/Frames/{quoted(frame)}/columns/x",
                       "/3/DownloadDataset?frame_id=" + quoted(frame), f"/3/Frames/{quoted(frame)}/arrow"):
            assert ask(server, "GET", target).status == 200, target
        trained = train(server, frame, "m" + name)
        assert trained.status == 200, trained.text
        state = wait(server, trained.json())
        if state["status"] == "FAILED":
            assert "model_id" in state["exception"], state["exception"]
            return
        for target in (f"/3/Models/{quoted('m' + name)}", f"/3/Models.fetch.bin/{quoted('m' + name)}"):
            assert ask(server, "GET", target).status == 200, target
        scored = ask(server, "POST", f"/3/Predictions/models/{quoted('m' + name)}/frames/{quoted(frame)}")
        assert scored.status == 200, scored.text
    for method, target in (("GET", "/3/Frames"), ("GET", "/3/Models"), ("GET", "/3/Jobs"), ("GET", "/metrics"), ("GET", "/3/Timeline"),
                           ("GET", "/3/Logs/download"), ("DELETE", "/3/DKV")):
        assert ask(server, method, target).status == 200, target
    assert alive(server)


def test_names_have_a_longest(server):
    long = "x" * 100_000

    make_frame(server, "rows.hex", ROWS)
    assert 400 <= train(server, "rows.hex", long).status < 500
    assert 400 <= rapids(server, f"(tmp= {long} (+ 1 rows.hex))").status < 500
    assert 400 <= ask(server, "POST", "/99/Rapids", ast="(+ 1 rows.hex)", id=long).status < 500
    assert alive(server)


@pytest.mark.parametrize("ast", ["(" * 200_000, "(+ 1 " * 50_000 + "1" + ")" * 50_000, "[" * 100_000, "{ x . " * 20_000, "'" * 100_001,
                                 "(c [" + "1 " * 1_000_000, "[" + "'a' " * 500_000 + "]", "(+ 1 [" + "1:9999999999999 " * 10 + "])",
                                 "(seq_len 1e18)", "(rep_len 1 1e18)", "(+ 1 " + "9" * 100_000 + ")", "(, x)", "(\0)",
                                 "((((((((((apply rows.hex 1 {x . (apply rows.hex 1 {y . (+ x y)})})))))))))))"])
def test_hostile_expressions(server, ast):
    make_frame(server, "rows.hex", ROWS)
    start = time.time()
    answer = rapids(server, ast)
    assert answer.status < 500 or "emory" in answer.text, answer.text[:500]
    assert time.time() - start < 30 * SLOWER
    assert alive(server)


def test_compressed_bombs_at_every_endpoint(server):
    bomb = gzip.compress(b"&" * (70 << 20), 9)
    routes = ask(server, "GET", "/3/Metadata/endpoints").json()["routes"]
    for route in routes:
        if route["http_method"] != "POST" or route["url_pattern"] == "/3/Shutdown":
            continue
        target = route["url_pattern"].replace("{", "").replace("}", "")
        answer = ask(server, "POST", target, bomb, {"Content-Encoding": "gzip", "Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status == 413, (target, answer.status, answer.text[:300])
    assert alive(server)


def make_large(server, rows=2_000_000):
    made = rapids(server, f"(assign large.hex (cbind (seq_len {rows}) (* (seq_len {rows}) 0.37) (/ (seq_len {rows}) 7)))")
    assert made.status == 200, made.text


def begin_download(server, target="/3/DownloadDataset?frame_id=large.hex"):
    link = connection(server)
    link.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert b"200" in link.recv(200)
    return link


@pytest.mark.parametrize("target", ["/3/DownloadDataset?frame_id=large.hex", "/3/Frames/large.hex/arrow"])
def test_downloads_that_are_broken_off(server, target):
    make_large(server)
    link = begin_download(server, target)
    reset(link)
    time.sleep(1)
    before = threads(server)
    for i in range(20):
        link = begin_download(server, target)
        for _ in range(i):
            link.recv(1 << 16)
        reset(link)
    time.sleep(1)
    assert threads(server) <= before + 70, "workers may have been started, but nothing is left of the downloads"
    assert alive(server)


@pytest.mark.skipif("THALWEG_SANITIZER" in os.environ, reason="a sanitizer takes memory of its own")
def test_slow_readers_take_little_memory(server):
    make_large(server)
    with contextlib.closing(begin_download(server)):
        time.sleep(0.5)
    before = resident(server), threads(server)
    links, refused = [], 0
    for _ in range(100):
        link = connection(server)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.sendall(b"GET /3/DownloadDataset?frame_id=large.hex HTTP/1.1\r\nHost: localhost\r\n\r\n")
        refused += b"503" in link.recv(100)
        links.append(link)
    assert refused >= 30, "downloads at the same time have a number"
    time.sleep(1)
    assert resident(server) - before[0] < 1500 << 20
    assert threads(server) - before[1] < 150
    start = time.time()
    assert alive(server) and time.time() - start < 2 * SLOWER
    for link in links:
        reset(link)
    answer = None
    for _ in range(100):
        answer = ask(server, "GET", "/3/Frames/large.hex/arrow")
        if answer.status == 200:
            break
        time.sleep(0.1)
    assert answer.status == 200


def test_frames_that_go_while_they_are_read(server):
    make_large(server)
    parts = urllib.parse.urlsplit(server.url)
    link = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)
    link.request("GET", "/3/DownloadDataset?frame_id=large.hex")
    response = link.getresponse()
    text = response.read(1 << 16)
    make_large(server, 1_999_999)  # of another number of rows: never a mix of both
    try:
        text += response.read()
        assert text.count(b"\n") == 2_000_001
    except http.client.IncompleteRead:
        assert RANKS > 1
    assert ask(server, "DELETE", "/3/Frames/large.hex").status == 200
    assert alive(server)


def test_frames_that_go_while_they_are_used(server, export_folder):
    stop = threading.Event()

    def churn():
        while not stop.is_set():
            rapids(server, "(assign churn.hex (cbind (% (seq_len 20000) 7) (% (seq_len 20000) 3)))")
            rapids(server, "(colnames= churn.hex [0 1] ['x' 'y'])")
            ask(server, "DELETE", "/3/Frames/churn.hex")

    churner = threading.Thread(target=churn)
    churner.start()
    try:
        jobs = []
        for i in range(25 if SLOWER == 1 else 8):
            for answer in (train(server, "churn.hex", f"churned_{i}", response="C2"),
                           ask(server, "POST", "/3/Frames/churn.hex/export", path=str(export_folder / "churn.csv"), force="true"),
                           ask(server, "GET", "/3/Frames/churn.hex/summary"),
                           ask(server, "GET", "/3/Frames/churn.hex?row_count=20000"),
                           ask(server, "GET", "/3/Frames"),
                           rapids(server, "(mean churn.hex 1 0)")):
                assert answer.status < 500 or "positions" not in answer.text, answer.text
                if answer.status == 200 and answer.body.startswith(b"{") and b'"job":{' in answer.body:
                    jobs.append(answer.json())
            with contextlib.suppress(http.client.IncompleteRead):  # what was begun of a frame that is gone breaks off
                ask(server, "GET", "/3/DownloadDataset?frame_id=churn.hex")
        for job in jobs:
            assert wait(server, job)["status"] in ("DONE", "FAILED")
    finally:
        stop.set()
        churner.join()
    assert alive(server)


def test_a_client_that_goes_while_its_job_waits(server):
    key = ask(server, "POST", "/3/PostFile", "a,b\n" + "1,2\n" * 200_000).json()["destination_frame"]
    body = urllib.parse.urlencode(dict(source_frames=json.dumps([key]), destination_frame="gone.hex", parse_type="CSV", separator="44",
                                       number_columns="2", check_header="1", column_names='["a","b"]',
                                       column_types='["Numeric","Numeric"]', blocking="true")).encode()
    link = send(server, "POST", "/3/Parse", body, "Content-Type: application/x-www-form-urlencoded\r\n")
    reset(link)
    for _ in range(200):
        if ask(server, "GET", "/3/Frames/gone.hex/light").status == 200:
            break
        time.sleep(0.1)
    assert ask(server, "GET", "/3/Frames/gone.hex/light").json()["frames"][0]["rows"] == 200_000


def test_uploads_that_stop_half_way(server):
    for target in ("/3/PostFile?destination_frame=half", "/3/PutKey?destination_key=half", "/3/PostFile.arrow?destination_frame=half"):
        link = connection(server)
        link.sendall(f"POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n".encode() + b"x" * (3 << 20))
        reset(link)
        link = connection(server)
        link.sendall(f"POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n".encode() + b"x" * (3 << 20))
        link.shutdown(socket.SHUT_WR)
        assert b"400" in link.recv(100)
        link.close()
        assert ask(server, "GET", "/3/Frames/half").status == 404
    spools = pathlib.Path(f"/proc/{server.pid}/fd")
    for _ in range(100 * SLOWER):
        if not any("upload-" in os.readlink(p) for p in spools.iterdir()):
            break
        time.sleep(0.1)
    assert not any("upload-" in os.readlink(p) for p in spools.iterdir())
    assert alive(server)


def test_properties_of_sessions_have_a_number():
    with Server() as own:
        def put(i, session="s", value="x"):
            return ask(own, "POST", "/3/SessionProperties", session_key=session, key=f"k{i}", value=value).status
        statuses = [put(i) for i in range(10_001)]
        assert set(statuses[:10_000]) == {200} and statuses[-1] == 400
        assert put(1, session="other") == 400
        assert ask(own, "DELETE", "/4/sessions/s").status == 200
        assert put(1, session="other") == 200, "a session's end gives its properties back"


def test_requests_that_cost_much_to_refuse(server):
    start = time.time()
    many = "&".join(["job_id=x"] * 9_000)
    assert ask(server, "GET", "/3/Jobs/y?" + many[:60_000]).status == 400
    long = "p" * (2 << 20)
    for _ in range(3):
        assert 400 <= ask(server, "POST", "/3/ModelBuilders/deeplearning", **{long: "1"}).status < 500
        assert 400 <= ask(server, "POST", "/3/CreateFrame", **{long: "1"}).status < 500
    assert time.time() - start < 5 * SLOWER
    assert ask(server, "POST", "/4/sessions", "x=" + "y" * (2 << 20), {"Content-Type": "application/x-www-form-urlencoded"}).status == 413


@pytest.mark.parametrize("fields", [dict(rows=1, cols=10_000_000, categorical_fraction=1, factors=10_000_000),
                                    dict(rows=10**12, cols=10_000_000, randomize="false", value=1), dict(rows=10**12, cols=1)])
def test_frames_that_fit_nowhere_are_not_begun(server, fields):
    before = resident(server)
    none = dict.fromkeys(["categorical_fraction", "integer_fraction", "binary_fraction", "time_fraction", "string_fraction"], 0)
    answer = ask(server, "POST", "/3/CreateFrame", dest="huge", seed=1, **{**none, **fields})
    state = wait(server, answer.json())
    assert state["status"] == "FAILED" and "memory" in state["exception"], state
    assert resident(server) - before < 200 << 20


def test_models_that_were_tampered_with_spoil_no_lists(server):
    """A saved model: eight bytes, length and checksum of its description as JSON, then the net. The checksum is no secret."""
    make_frame(server, "rows.hex", ROWS)
    assert wait(server, train(server, "rows.hex", "tampered").json())["status"] == "DONE"
    saved = ask(server, "GET", "/3/Models.fetch.bin/tampered").body
    length = int.from_bytes(saved[8:16], "little")
    for broken in (saved[:40], saved[:-10], saved[:30] + b"x" + saved[31:], b"THALWEGM" + b"\xff" * 16, b"THALWEGM", b"",
                   saved[:8] + (1 << 63).to_bytes(8, "little") + saved[16:], saved[24 + length:][:50], b"x" * 1000):
        ask(server, "POST", "/3/PostFile?destination_frame=broken", broken)
        answer = ask(server, "POST", "/99/Models.upload.bin/", dir="broken")
        assert 400 <= answer.status < 500, answer.text
    for target in ("/3/Models", "/3/ModelMetrics", "/3/Models/tampered"):
        assert ask(server, "GET", target).status == 200


def test_the_same_mistake_twice_in_a_row(server):
    make_frame(server, "rows.hex", ROWS)
    for response in ("C2", "C2", "nosuch", "C2"):
        assert train(server, "rows.hex", "mistaken", response=response).status == 412
    assert alive(server)
