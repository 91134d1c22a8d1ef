"""`thalweg cluster` and GET /3/Cluster: the ranks, what they hold, where their time goes."""
import json
import os
import subprocess

import h2o
import pytest
from conftest import DATA, MPI, PROGRAM, RANKS, Server
from h2o.estimators import H2ODeepLearningEstimator


def ask(*args, env=None):
    return subprocess.run(
        [PROGRAM, "cluster", *args], capture_output=True, text=True, timeout=60, env=os.environ | (env or {})
    )


def cluster(server, *args):
    done = ask(server.url, "--json", *args)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_rank_is_shown(server):
    told = cluster(server)
    assert [rank["rank"] for rank in told["ranks"]] == list(range(RANKS))
    assert told["one_process"] == (not MPI or RANKS == 1)
    assert len({rank["process"]["pid"] for rank in told["ranks"]}) == (RANKS if MPI else 1)
    for rank in told["ranks"]:
        assert rank["healthy"]
        assert rank["process"]["resident_bytes"] > 1e6
        assert rank["process"]["processors"] >= 1


def test_frames_lie_on_all_ranks(server):
    frame = h2o.import_file(str(DATA / "airlines" / "allyears2k_headers.zip"))
    told = cluster(server)
    (shown,) = [one for one in told["frames"] if one["name"] == frame.frame_id]
    assert shown["columns"] == frame.ncols
    assert shown["rows"] == frame.nrow == sum(part["rows"] for part in shown["ranks"])
    assert len(shown["ranks"]) == RANKS
    mean = frame.nrow / RANKS
    assert all(0.5 * mean <= part["rows"] <= 1.5 * mean for part in shown["ranks"])
    assert all(part["bytes"] > part["rows"] for part in shown["ranks"])


def test_time_of_a_training_is_split(server):
    frame = h2o.import_file(str(DATA / "airlines" / "allyears2k_headers.zip"))
    net = H2ODeepLearningEstimator(epochs=2, hidden=[50, 50], seed=1)
    net.train(x=["Origin", "Dest", "UniqueCarrier", "DayOfWeek"], y="IsDepDelayed", training_frame=frame)
    told = cluster(server)
    training = [command for command in told["commands"] if command["command"] == "train"][-1]
    assert not training["running"]
    assert len(training["ranks"]) == RANKS
    for time in training["ranks"]:
        assert min(time.values()) >= 0
        assert 0.05 < sum(time.values()) < 600
        assert time["computing"] > 0
    if RANKS > 1:
        assert any(time["communicating"] > 0 for time in training["ranks"])
    printed = ask(server.url).stdout
    assert "train " in printed
    assert frame.frame_id[:20] in printed


def test_the_network_is_measured_by_size(server):
    sizes = cluster(server, "--network")["network"]
    assert [size["bytes"] for size in sizes] == [4, 1024, 1 << 20]
    assert all(size["all_gather_seconds"] > 0 and size["all_reduce_seconds"] > 0 for size in sizes)
    assert "network" not in cluster(server)
    assert "all-reduce" in ask(server.url, "--network").stdout


def test_a_login_is_asked_for():
    with Server("--token-login") as own:
        token = own.process.stdout.readline().split()[-1]
        refused = ask(own.url)
        assert refused.returncode == 2
        assert "401" in refused.stderr and "--user" in refused.stderr
        assert "THALWEG_PASSWORD" in ask(own.url, "--user", "any").stderr
        well = ask(own.url, "--user", "any", env={"THALWEG_PASSWORD": token})
        assert well.returncode == 0, well.stderr
        assert "well" in well.stdout


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nowhere", "is no address"),
        ("http://127.0.0.1:1", "127.0.0.1"),
        ("http://a:b@127.0.0.1:54321", "no address"),
        ("file:///etc/passwd", "is no address"),
        ("ftp://127.0.0.1/x", "is no address"),
    ],
)
def test_what_is_no_server_is_told(url, said):
    done = ask(url)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
