"""What the server refuses, over plain HTTP. docs/security.md names these tests beside the published weaknesses that they try."""
import contextlib
import gzip
import http.client
import json
import socket
import subprocess
import time
import urllib.parse

import pytest

from conftest import ROOT, SLOWER


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        self.text = self.body.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.body)


def ask(server, method, target, body=None, headers=None, **fields):
    parts = urllib.parse.urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60 * SLOWER)
    headers = dict(headers or {})
    if fields:
        body = urllib.parse.urlencode(fields)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    with contextlib.closing(connection):
        connection.request(method, target, body, headers)
        return Answer(connection.getresponse())


def raw(server, text):
    """All that the server says to these bytes before it closes."""
    parts = urllib.parse.urlsplit(server.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(text.encode())
        connection.shutdown(socket.SHUT_WR)
        said = b""
        while more := connection.recv(1 << 16):
            said += more
    return said.decode()


def rapids(server, ast):
    return ask(server, "POST", "/99/Rapids", ast=ast)


def alive(server):
    return ask(server, "GET", "/3/Ping").status == 200


def wait(server, job):
    job = job.get("job", job)
    for _ in range(600):
        state = ask(server, "GET", "/3/Jobs/" + urllib.parse.quote(job["key"]["name"])).json()["jobs"][0]
        if state["status"] not in ("CREATED", "RUNNING"):
            return state
        time.sleep(0.05)
    raise AssertionError("the job does not end")


def parse(server, raw_key, frame):
    setup = ask(server, "POST", "/3/ParseSetup", source_frames=json.dumps([raw_key]))
    assert setup.status == 200, setup.text
    setup = setup.json()
    fields = {k: json.dumps(setup[k]) for k in ("column_names", "column_types", "check_header", "separator", "number_columns")}
    return ask(server, "POST", "/3/Parse", source_frames=json.dumps([raw_key]), destination_frame=frame,
               parse_type=setup["parse_type"], delete_on_done="true", **fields)


def make_frame(server, name, text):
    key = ask(server, "POST", "/3/PostFile", text).json()["destination_frame"]
    assert wait(server, parse(server, key, name).json())["status"] == "DONE"


@pytest.mark.parametrize("path", ["/99/ImportSQLTable", "/3/SaveToHiveTable", "/3/ImportHiveTable", "/dtale/chart-data/1"])
def test_no_data_bases(server, path):
    url = "jdbc:postgresql://127.0.0.1:1/x?socketFactory=java.lang.String&socketFactoryArg=http://127.0.0.1:1/"
    answer = ask(server, "POST", path, connection_url=url, table="t", username="u", password="p")
    assert answer.status in (404, 501), "there is no way to a data base, so no URL of one is ever read"
    assert alive(server)


@pytest.mark.parametrize("tool", ["MojoConvertTool", "XGBoostLibExtractTool", "EncryptionTool", "XGBoostLibExtractTool /tmp/x"])
def test_rapids_runs_no_tools(server, tool, tmp_path):
    answer = rapids(server, f'(run_tool "{tool}" ["{tmp_path}/x"])')
    assert 400 <= answer.status < 500
    assert list(tmp_path.iterdir()) == []
    assert alive(server)


@pytest.mark.parametrize("src", ["/", "/etc/", "/home", "../../", "//", "file:///etc/", "http://127.0.0.1:1/", "s3://bucket/"])
def test_typeahead_stays_below_the_roots(server, src):
    start = time.time()
    answer = ask(server, "GET", "/3/Typeahead/files?limit=100&src=" + urllib.parse.quote(src, safe=""))
    assert time.time() - start < 5 * SLOWER, "no other server is asked"
    roots = [argument for flag, argument in zip(server.args, server.args[1:]) if flag == "--import-root"]
    matches = answer.json().get("matches", []) if answer.status == 200 else []
    for match in matches:
        assert any(match.startswith(root) or root.startswith(match) for root in roots), match
    assert "passwd" not in answer.text


def imported(server, path):
    return ask(server, "POST", "/3/ImportFilesMulti", paths=json.dumps([path]))


def test_imports_stay_below_the_roots(server, import_folder, tmp_path):
    outside = tmp_path / "secret.csv"
    outside.write_text("a,b\n1,secret\n")
    link = import_folder / "link.csv"
    link.symlink_to(outside)
    folder_link = import_folder / "folder"
    folder_link.symlink_to(tmp_path)
    try:
        for path in (str(outside), "/etc/passwd", f"{import_folder}/../{tmp_path.name}/secret.csv", str(link),
                     str(folder_link / "secret.csv"), f"file://{outside}", f"nfs:/{outside}", f"{outside}\0.csv"):
            answer = imported(server, path)
            found = answer.json().get("destination_frames") if answer.status == 200 else None
            assert not found, path
            if "secret" not in path:
                assert "secret" not in answer.text, "nothing is told of where a link leads"
            assert ask(server, "GET", "/3/ImportFiles?path=" + urllib.parse.quote(path)).json().get("destination_frames") in (None, [])
            setup = ask(server, "POST", "/3/ParseSetup", source_frames=json.dumps(["nfs:/" + str(outside)]))
            assert setup.status != 200, "a name of a file that was not imported is no way around"
    finally:
        link.unlink()
        folder_link.unlink()


def test_imports_ask_no_other_server(server):
    own = server.url + "/3/ImportFiles?path="
    start = time.time()
    before = ask(server, "GET", "/3/Ping").status
    for path in (own + urllib.parse.quote(own), "http://169.254.169.254/latest/meta-data", "hdfs://127.0.0.1:1/x", "jdbc:h2:mem"):
        answer = imported(server, path)
        assert answer.status >= 400 or not answer.json()["destination_frames"], path
    assert time.time() - start < 10 * SLOWER
    assert before == 200 and alive(server)


def test_exports_stay_below_the_roots(server, export_folder, tmp_path):
    make_frame(server, "to_export.hex", "ssh-rsa AAAA,b\n1,2\n")
    target = tmp_path / "authorized_keys"
    (export_folder / "leads-out").symlink_to(tmp_path)
    try:
        for path in (str(target), f"{export_folder}/../authorized_keys", str(export_folder / "leads-out" / "authorized_keys"), f"file://{target}"):
            for answer in (ask(server, "POST", "/3/Frames/to_export.hex/export", path=path, force="true"),
                           ask(server, "POST", "/3/Frames/to_export.hex/save", dir=path, force="true")):
                if answer.status == 200:
                    wait(server, answer.json())
                else:
                    assert answer.status in (404, 412), answer.text
        assert list(tmp_path.iterdir()) == []
    finally:
        (export_folder / "leads-out").unlink()


def test_exports_overwrite_nothing_unasked(server, export_folder):
    make_frame(server, "again.hex", "a,b\n1,2\n")
    target = export_folder / "there.csv"
    target.write_text("mine")
    answer = ask(server, "POST", "/3/Frames/again.hex/export", path=str(target), force="false")
    assert answer.status == 412
    assert target.read_text() == "mine"


@pytest.mark.parametrize("path,status", [("/99/Models/x/json?dir={d}/m.json&force=true", 404), ("/99/Models.bin/x?dir={d}/m.bin&force=true", 404),
                                         ("/3/Models/x/mojo?dir={d}/m.zip&force=true", 412)])
def test_models_are_written_nowhere_else(server, path, status, tmp_path):
    make_frame(server, "model_rows.hex", "x,y\n" + "1,2\n2,3\n" * 20)
    model = ask(server, "POST", "/3/ModelBuilders/deeplearning", training_frame="model_rows.hex", response_column="y", model_id="x",
                hidden="[2]", epochs="1")
    assert wait(server, model.json())["status"] == "DONE"
    answer = ask(server, "GET", path.format(d=tmp_path))
    assert answer.status == status, answer.text
    assert list(tmp_path.iterdir()) == []


def test_no_model_of_a_users_code(server):
    pojo = ask(server, "POST", "/3/PostFile?destination_frame=Evil.java", "public class Evil { static { System.exit(1); } }")
    assert pojo.status == 200
    for path in ("/99/Models.upload.bin/", "/99/Models.bin/", "/3/ModelBuilders/generic"):
        answer = ask(server, "POST", path, dir="Evil.java", model_key="Evil.java", path="Evil.java")
        assert 400 <= answer.status < 500 or wait(server, answer.json())["status"] == "FAILED", path
    assert alive(server)


EVIL = "(a+)+$"


def test_regular_expressions_take_linear_time(server, import_folder):
    make_frame(server, "texts.hex", "s\n" + ("a" * 5000 + "!\n") * 10)
    start = time.time()
    for ast in (f"(tmp= grepped (grep (cols_py texts.hex 0) '{EVIL}' False False True))",
                f"(tmp= replaced (replaceall (cols_py texts.hex 0) '{EVIL}' 'x' False))"):
        answer = rapids(server, ast)
        assert answer.status == 200, answer.text
    (import_folder / ("a" * 200 + "!")).write_text("1\n")
    ask(server, "POST", "/3/ImportFilesMulti", paths=json.dumps([str(import_folder)]), pattern=EVIL)
    ask(server, "GET", "/3/ImportFiles?path=" + urllib.parse.quote(str(import_folder)) + "&pattern=" + urllib.parse.quote(EVIL))
    assert time.time() - start < 20 * SLOWER
    assert alive(server)


def test_compressed_bombs_harm_nobody(server):
    bomb = gzip.compress(b"0" * (64 << 20), 9)
    assert len(bomb) < 100_000
    assert ask(server, "POST", "/3/PostFile", bomb, {"Content-Encoding": "gzip"}).status == 413
    key = ask(server, "POST", "/3/PostFile?destination_frame=bomb.csv.gz", bomb).json()["destination_frame"]
    start = time.time()
    setup = ask(server, "POST", "/3/ParseSetup", source_frames=json.dumps([key]))
    assert setup.status < 600 and time.time() - start < 30 * SLOWER
    assert alive(server)


def test_what_a_page_may_get(server):
    script = "<script>alert(1)</script>"
    for path in ("/" + urllib.parse.quote(script), "/3/Frames/" + urllib.parse.quote(script), "/3/Cloud?" + urllib.parse.quote(script)):
        answer = ask(server, "GET", path)
        assert answer.headers["Content-Type"].startswith("application/json")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Access-Control-Allow-Origin"] is None
        assert answer.headers["Server"] is None
    page = ask(server, "GET", "/flow/index.html")
    if page.status == 200:
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_other_names_and_sites(server):
    assert ask(server, "GET", "/3/Cloud", headers={"Host": "evil.example"}).status == 421
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
                    {"Referer": "http://evil.example/page"}):
        answer = ask(server, "POST", "/3/Shutdown", "", headers=headers)
        assert answer.status == 403, headers
        assert answer.json()["__meta"]["schema_name"] == "H2OErrorV3"
    assert ask(server, "GET", "/3/ImportFiles?path=x", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}).status == 403
    assert alive(server)


@pytest.mark.parametrize("head", [
    "Content-Length: 4\r\nTransfer-Encoding: chunked", "Content-Length: 4\r\nContent-Length: 5", "Content-Length: +4",
    "X: a\r\n b", "X : a", "X: a\nY: b", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "Host: other"])
def test_requests_that_two_readers_read_in_two_ways(server, head):
    said = raw(server, f"POST /3/Ping HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n0\r\n\r\nGET /3/Ping HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert said.startswith("HTTP/1.1 400 ")
    assert said.count("HTTP/1.1 ") == 1, "nothing after it is read"
    assert alive(server)


def test_nothing_is_fetched_from_anywhere():
    """No bucket or host stands in the program that somebody else could take over."""
    found = subprocess.run(["git", "grep", "-lE", r"s3\.amazonaws|h2o-release", "--", "src", "tools"], cwd=ROOT, capture_output=True, text=True)
    assert found.stdout == ""
