"""docs/guide/server.md and from-h2o.md: their scripts run and print what the pages show."""
import contextlib
import io
import re

import h2o
import pytest

from conftest import DATA, ROOT, Server, connect

GUIDE = ROOT / "docs" / "guide"


@pytest.fixture(autouse=True)
def back_to_the_shared_server(server):
    yield
    connect(server)


@pytest.mark.parametrize("page, least", [("server.md", 8), ("from-h2o.md", 4)])
def test_the_page_shows_what_its_script_prints(page, least, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```(python)?\n(.*?)```\n", (GUIDE / page).read_text(), re.S)
    assert len(blocks) >= least
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
                exec(compile(text, page, "exec"), names)  # the page's own script
            if out.getvalue():
                printed.append(out.getvalue().split())
        h2o.connection().close()
    assert printed == shown
