"""Who may come in, and over what."""
import subprocess
import urllib.error
import urllib.request

import h2o
import pytest

from conftest import PROGRAM, Server


def hash_line(name, password):
    done = subprocess.run(
        [PROGRAM, "hash-password", name], input=password + "\n", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert password not in done.stdout
    return done.stdout


def status(url, user=None, password=None):
    request = urllib.request.Request(url + "/3/Ping")
    if user is not None:
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, url, user, password)
        opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(passwords))
    else:
        opener = urllib.request.build_opener()
    try:
        return opener.open(request, timeout=20).status
    except urllib.error.HTTPError as refused:
        return refused.code


def test_hash_login(tmp_path, server):
    logins = tmp_path / "logins.txt"
    logins.write_text("# who may log in\n" + hash_line("ann", "secret one"))
    with Server("--hash-login", logins) as own:
        assert status(own.url) == 401
        assert status(own.url, "ann", "wrong") == 401
        assert status(own.url, "bob", "secret one") == 401
        assert status(own.url, "ann", "secret one") == 200
        connection = h2o.connect(url=own.url, auth=("ann", "secret one"), verbose=False)
        assert h2o.H2OFrame({"a": [1, 2]}).nrow == 2
        connection.close()
    h2o.connect(url=server.url, verbose=False)


def test_token_login():
    with Server("--token-login") as own:
        token = own.process.stdout.readline().split()[-1]
        assert len(token) == 32
        assert status(own.url) == 401
        assert status(own.url, "any", "wrong") == 401
        assert status(own.url, "any", token) == 200


@pytest.mark.parametrize("name", ["", "a:b"])
def test_names_that_cannot_be(name):
    done = subprocess.run(
        [PROGRAM, "hash-password", name], input="x\n", capture_output=True, text=True
    )
    assert done.returncode == 2


def test_a_bad_login_file_is_refused_without_showing_hashes(tmp_path):
    logins = tmp_path / "logins.txt"
    logins.write_text("ann:\nbob:notahash\n")
    done = subprocess.run(
        Server("--hash-login", logins).args, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "line" in done.stderr and "notahash" not in done.stderr
