"""Who may come in, and over what."""
import base64
import contextlib
import hashlib
import http.client
import subprocess
import urllib.error
import urllib.parse
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


def ping(url, password, source):
    """Status and headers of one request with this password, from an address of this machine."""
    parts = urllib.parse.urlsplit(url)
    link = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20, source_address=(source, 0))
    with contextlib.closing(link):
        login = base64.b64encode(f"bob:{password}".encode()).decode()
        link.request("GET", "/3/Ping", headers={"Authorization": "Basic " + login})
        answer = link.getresponse()
        return answer.status, answer.headers


def test_guessing_slows_down_one_address_alone(tmp_path):
    logins = tmp_path / "logins.txt"
    logins.write_text("bob:MD5:" + hashlib.md5(b"secret").hexdigest() + "\n")
    with Server("--hash-login", logins) as own:
        assert ping(own.url, "secret", "127.0.0.1")[0] == 200
        for _ in range(5):
            assert ping(own.url, "wrong", "127.0.0.2")[0] == 401
        # Each wrong one is told after a second, which is as long as the first wait.
        for _ in range(3):
            status, headers = ping(own.url, "wrong", "127.0.0.2")
            if status == 429:
                break
        assert status == 429 and headers["Retry-After"] == "1"
        logins_elsewhere = ping(own.url, "wrong", "127.0.0.3")[0], ping(own.url, "secret", "127.0.0.3")[0]
        assert logins_elsewhere == (401, 200)
        assert ping(own.url, "secret", "127.0.0.2")[0] == 200, "who is known to have the password waits for nothing"


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
