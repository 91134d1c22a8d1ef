"""Connecting, status, sessions, the end."""
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import h2o
import pytest

from conftest import MPI, RANKS, ROOT, Server, connect, SLOWER


def test_status(server, capsys):
    cluster = h2o.cluster()
    assert cluster.version == h2o.__version__
    assert cluster.cloud_size == RANKS
    assert cluster.cloud_healthy and cluster.consensus
    cluster.show_status(detailed=True)
    shown = capsys.readouterr().out
    assert "H2O_cluster_version" in shown and h2o.__version__ in shown


def test_connecting_prints_no_warning(server, recwarn, capsys):
    h2o.connect(url=server.url)
    assert "old" not in capsys.readouterr().out
    assert not [w for w in recwarn if "version" in str(w.message).lower()]


def test_an_older_client():
    older = ROOT / ".venv-clients" / "h2o-3.46.0.11"
    assert older.exists(), "tools/setup_clients.sh installs it"
    script = (
        "import h2o, sys\n"
        "h2o.connect(url=sys.argv[1], verbose=False, strict_version_check=len(sys.argv) == 2)\n"
        "assert h2o.__version__ == '3.46.0.11'\n"
        "frame = h2o.H2OFrame({'a': [1, 2, None, 4] * 5, 'b': ['x', 'y', 'x', 'y'] * 5})\n"
        "assert frame.shape == (20, 2)\n"
        "assert frame['a'].sum(na_rm=True) == 35\n"
        "net = h2o.estimators.H2ODeepLearningEstimator(hidden=[3], epochs=1)\n"
        "net.train(x=['a'], y='b', training_frame=frame)\n"
        "assert net.predict(frame).nrow == 20\n"
    )

    def run(*words):
        return subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script, *words],
            env=dict(os.environ, PYTHONPATH=str(older)),
            capture_output=True,
            text=True,
            timeout=120 * SLOWER,
        )

    # Where the server tells the client's own version, scripts run as they are.
    with Server("--h2o-version", "3.46.0.11") as own:
        done = run(own.url)
        assert done.returncode == 0, done.stderr
    with Server("--h2o-version", "3.46.0.12") as own:
        assert "Version mismatch" in run(own.url).stderr
        done = run(own.url, "anyway")
        assert done.returncode == 0, done.stderr


def test_the_first_answer_comes_soon():
    # 0.02 s on an idle machine; the bar of 0.1 s is for a machine with nothing else to do.
    assert min(first_answer_seconds() for _ in range(3)) < 2 * SLOWER


def first_answer_seconds():
    start = time.time()
    with Server() as own:
        urllib.request.urlopen(own.url + "/3/Ping").read()
        return time.time() - start


@pytest.mark.skipif("THALWEG_SANITIZER" in os.environ, reason="a sanitizer takes memory of its own")
def test_the_idle_server_takes_little_memory():
    with Server() as own:
        urllib.request.urlopen(own.url + "/3/Cloud").read()
        status = pathlib.Path(f"/proc/{own.pid}/status").read_text()
        assert int(re.search(r"VmHWM:\s+(\d+)", status)[1]) < 50_000, "50 MB; it is 17 MB"


def test_name_and_port():
    with Server("--name", "mine") as own:
        port = own.url.rsplit(":", 1)[1]
        with Server("--name", "other", port=port) as second:
            assert second.url.rsplit(":", 1)[1] != port, "the port moves up"


def post(own, path, **fields):
    data = urllib.parse.urlencode(fields).encode()
    return json.load(urllib.request.urlopen(own.url + path, data))


def job_state(own, reply):
    job = (reply.get("job") or reply)["key"]["name"]
    return json.load(urllib.request.urlopen(own.url + "/3/Jobs/" + urllib.parse.quote(job)))["jobs"][0]


def test_it_stops_soon_while_jobs_run():
    with Server() as own:
        made = post(own, "/3/CreateFrame", dest="f", rows=20000, cols=10, seed=1, has_response="true", response_factors=2)
        while job_state(own, made)["status"] != "DONE":
            time.sleep(0.05)
        jobs = [
            post(own, "/3/ModelBuilders/deeplearning", training_frame="f", response_column="response", epochs=1e6, **more)
            for more in ({"hidden": "[200,200]"}, {"hidden": "[50]", "nfolds": 3})
        ]
        time.sleep(1)
        # A sanitizer on a busy machine may take longer to its first report.
        end = time.time() + 5 * SLOWER
        while job_state(own, jobs[0])["progress"] == 0 and time.time() < end:
            time.sleep(0.05)
        states = [job_state(own, job) for job in jobs]
        assert all(state["status"] == "RUNNING" for state in states)
        assert states[0]["progress"] > 0
        left, passed = states[0]["time_left_msec"], states[0]["msec"]
        assert left == pytest.approx(passed / states[0]["progress"] - passed, rel=0.05)
        code, seconds = own.stop()
        assert code == 0
        assert seconds < 5 * SLOWER


def test_shutdown_by_the_client():
    with Server() as own:
        urllib.request.urlopen(urllib.request.Request(own.url + "/3/Shutdown", method="POST"))
        own.process.wait(timeout=10)
        assert own.process.returncode == 0


def test_unknown_paths_and_parameters(server):
    for path, status, text in [
        ("/3/NoSuchThing", 404, "not found"),
        ("/3/Frames/nosuch", 404, "nosuch"),
        ("/3/Jobs/nosuch", 400, "Job is missing"),
        ("/3/Cloud?skip_tick=1", 412, "did you mean skip_ticks"),
    ]:
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(server.url + path)
        assert refused.value.code == status
        assert text in refused.value.read().decode()


def test_context_path():
    with Server("--context-path", "/ctx") as own:
        assert own.url.endswith("/ctx")
        urllib.request.urlopen(own.url + "/3/Ping").read()
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(own.url.removesuffix("/ctx") + "/3/Ping")


def test_beyond_loopback_needs_tls_and_a_login():
    done = subprocess.run(
        Server("--ip", "0.0.0.0").args, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "--insecure" in done.stderr


@pytest.mark.skipif(MPI, reason="mpirun reads it")
def test_a_log_that_nobody_reads_stops_nothing():
    own = Server()
    read_end, write_end = os.pipe()
    own.process = subprocess.Popen(
        own.args, stdout=subprocess.PIPE, stderr=write_end, text=True, cwd=ROOT
    )
    try:
        url = own.process.stdout.readline().split()[-1]
        # Each refusal is a line of the log; a pipe holds 64 KB.
        for _ in range(600):
            with pytest.raises(urllib.error.HTTPError):
                urllib.request.urlopen(url + "/3/NoSuchThing" + "x" * 200, timeout=20)
        assert urllib.request.urlopen(url + "/3/Ping", timeout=20).status == 200
        start = time.time()
        own.process.terminate()
        own.process.wait(timeout=20)
        assert time.time() - start < 5 * SLOWER
    finally:
        own.process.kill()
        os.close(read_end)
        os.close(write_end)


def test_the_log(server):
    h2o.log_and_echo("a line of the user's own")
    assert "a line of the user's own" in h2o.api("GET /3/Logs/nodes/0/files/info")["log"]
    with pytest.raises(h2o.exceptions.H2OResponseError, match="no rank"):
        h2o.api("GET /3/Logs/nodes/77/files/info")
