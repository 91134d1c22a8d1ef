"""docs/guide/server.md: its script runs and prints what the page shows."""
import contextlib
import io
import re

import h2o
import pytest

from conftest import DATA, ROOT, Server, connect

PAGE = ROOT / "docs" / "guide" / "server.md"


@pytest.fixture(autouse=True)
def back_to_the_shared_server(server):
    yield
    connect(server)


def test_the_page_shows_what_its_script_prints(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```(python)?\n(.*?)```\n", PAGE.read_text(), re.S)
    assert len(blocks) >= 8
    names = {}
    shown, printed = [], []
    with Server("--import-root", DATA, "--export-root", tmp_path) as own:
        for kind, text in blocks:
            if not kind:
                shown.append(text.split())
                continue
            text = text.replace("http://127.0.0.1:54321", own.url)
            text = text.replace("/tmp/flights", str(tmp_path / "flights"))
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(text, str(PAGE), "exec"), names)  # the page's own script
            if out.getvalue():
                printed.append(out.getvalue().split())
        h2o.connection().close()
    assert printed == shown
