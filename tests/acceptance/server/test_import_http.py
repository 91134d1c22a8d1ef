"""Imports from web servers that were allowed at the start, and from no others."""
import contextlib
import gzip
import http.server
import os
import threading

import h2o
import pytest

from conftest import Server, connect

CSV = b"a,b\n1,x\n2,y\n,x\n"


class Handler(http.server.BaseHTTPRequestHandler):
    asked = []

    def do_GET(self):
        self.asked.append(f"{self.server.server_port}{self.path}")
        onward = {
            "/on": "/plain.csv",
            "/loop": "/loop",
            "/file": "file:///etc/passwd",
            "/other": f"http://127.0.0.1:{self.server.other}/plain.csv",
            "/name": f"http://localhost:{self.server.server_port}/plain.csv",
            "/user": f"http://ann:pass@127.0.0.1:{self.server.server_port}/plain.csv",
        }
        if self.path in onward:
            self.send_response(302)
            self.send_header("Location", onward[self.path])
            self.end_headers()
            self.wfile.write(b"not the file")
            return
        body = {"/plain.csv": CSV, "/packed.csv.gz": gzip.compress(CSV), "/short": CSV}.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body or b"") + (10 if self.path == "/short" else 0)))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def web():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def own(server):
    """A server that may ask the first of two web servers; and both."""
    os.environ["no_proxy"] = "*"
    with web() as first, web() as second:
        first.other = second.other = second.server_port
        with Server("--import-host", f"127.0.0.1:{first.server_port}") as running:
            connect(running)
            yield running, first, second
            h2o.connection().close()
    connect(server)


def url(web_server, path):
    return f"http://127.0.0.1:{web_server.server_port}{path}"


@pytest.mark.parametrize("path", ["/plain.csv", "/packed.csv.gz", "/on"])
def test_files_of_an_allowed_server(own, path):
    frame = h2o.import_file(url(own[1], path))
    assert frame.types == {"a": "int", "b": "enum"}
    assert frame.as_data_frame(header=True)["b"].tolist() == ["x", "y", "x"]


@pytest.mark.parametrize(
    "path,words",
    [
        ("/loop", "sent on more than 5 times"),
        ("/file", "is no address|neither http nor https|not supported|is not read"),
        ("/other", "was not started with --import-host 127.0.0.1:"),
        ("/name", "was not started with --import-host localhost:"),
        ("/user", "without a password|is no address"),
        ("/nothing", "answered 404"),
        ("/short", "transfer closed|bytes remaining"),
    ],
)
def test_what_an_allowed_server_may_not_do(own, path, words):
    _, first, second = own
    with pytest.raises(Exception, match=words):
        h2o.import_file(url(first, path))
    assert not [a for a in Handler.asked if a.startswith(str(second.server_port))], "never asked"


def test_other_servers_are_not_asked(own):
    _, first, second = own
    port = first.server_port
    for address in (
        url(second, "/plain.csv"),
        f"http://localhost:{port}/plain.csv",
        f"http://127.0.0.1:{port}@127.0.0.1:{second.server_port}/plain.csv",
        f"http://127.0.0.1:{second.server_port}#@127.0.0.1:{port}/plain.csv",
        f"http://127.0.0.1:{second.server_port}\\@127.0.0.1:{port}/plain.csv",
        f"http://127.1:{second.server_port}/plain.csv",
        f"ftp://127.0.0.1:{port}/plain.csv",
    ):
        with pytest.raises(Exception):
            h2o.import_file(address)
    assert not [a for a in Handler.asked if a.startswith(str(second.server_port))]


def test_a_server_that_is_gone(own):
    with web() as third:
        port = third.server_port
    with Server("--import-host", f"127.0.0.1:{port}") as running:
        connect(running)
        with pytest.raises(Exception, match="[Cc]onnect"):
            h2o.import_file(f"http://127.0.0.1:{port}/plain.csv")
    connect(own[0])


def test_without_hosts_nobody_is_asked(own, server):
    connect(server)
    with pytest.raises(Exception, match="was not started with --import-host"):
        h2o.import_file(url(own[1], "/plain.csv"))
    connect(own[0])
