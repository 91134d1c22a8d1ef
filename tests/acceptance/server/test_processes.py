"""Ranks that are processes: what the server shows of them, and what a stopped or lost one does to it."""
import os
import signal
import subprocess
import time

import h2o
import pandas as pd
import pytest
from conftest import DATA, MPI, PROGRAM, RANKS, Server, connect
from h2o.estimators import H2ODeepLearningEstimator

pytestmark = pytest.mark.skipif(not MPI, reason="the ranks are threads")


def nodes():
    return h2o.api("GET /3/Cloud")["nodes"]


def wait_for(condition, seconds=20):
    end = time.time() + seconds
    while not condition():
        assert time.time() < end
        time.sleep(0.1)


def test_the_cloud_shows_every_process(server):
    wait_for(lambda: all(node["healthy"] for node in nodes()))
    assert len({node["pid"] for node in nodes()}) == RANKS
    for node in nodes():
        assert os.path.exists(f"/proc/{node['pid']}")
        assert node["mem_value_size"] > 1e6
    cloud = h2o.api("GET /3/Cloud")
    assert cloud["cloud_healthy"]
    assert cloud["bad_nodes"] == 0


def test_the_network_is_measured(server):
    table = h2o.api("GET /3/NetworkTest")
    assert all(rate > 0 for rate in table["bandwidths_collective"])


def test_a_stopped_process_is_named(server):
    with Server("--rank-timeout", "2", "--replicas", "0") as own:
        connect(own)
        frame = h2o.H2OFrame({"x": list(range(100))})
        wait_for(lambda: all(node["healthy"] for node in nodes()))
        pid = nodes()[-1]["pid"]
        os.kill(pid, signal.SIGSTOP)
        try:
            with pytest.raises(h2o.exceptions.H2OServerError, match=f"rank {RANKS - 1}: .*not answered"):
                frame["x"].sum()
            wait_for(lambda: not nodes()[-1]["healthy"])
            assert h2o.api("GET /3/Cloud")["bad_nodes"] == 1
        finally:
            os.kill(pid, signal.SIGCONT)
        wait_for(lambda: all(node["healthy"] for node in nodes()))
        assert frame["x"].sum() == 4950
    connect(server)


def test_without_second_copies_a_lost_process_is_told_of(server):
    with Server("--replicas", "0") as own:
        connect(own)
        frame = h2o.H2OFrame({"x": list(range(100))})
        wait_for(lambda: all(node["healthy"] for node in nodes()))
        os.kill(nodes()[-1]["pid"], signal.SIGKILL)
        start = time.time()
        with pytest.raises(h2o.exceptions.H2OServerError, match=f"rank {RANKS - 1}: .*gone"):
            frame["x"].sum()
        assert time.time() - start < 10
        wait_for(lambda: not nodes()[-1]["healthy"])  # another rank may have told the news first
    connect(server)


def losses():
    return h2o.api("GET /3/Cluster")["losses"]


def test_where_rank_0_is_stopped_nobody_is_lost(server):
    with Server("--rank-timeout", "4") as own:
        connect(own)
        frame = h2o.H2OFrame({"x": list(range(100))})
        wait_for(lambda: all(node["healthy"] for node in nodes()))
        os.kill(own.pid, signal.SIGSTOP)
        time.sleep(6)
        os.kill(own.pid, signal.SIGCONT)
        time.sleep(1)
        assert losses() == []
        assert frame["x"].sum() == 4950
        assert len(nodes()) == RANKS
    connect(server)


@pytest.mark.parametrize("stopped", [False, True])
def test_frames_survive_lost_processes(server, stopped):
    """Killed, or silent for longer than the limit: one after the other, until rank 0 is alone."""
    table = pd.DataFrame({"g": [i % 7 for i in range(50_000)], "x": [i * 0.5 for i in range(50_000)],
                          "s": [f"word {i % 1000}" for i in range(50_000)]})
    with Server(*(["--rank-timeout", "4"] if stopped else [])) as own:
        connect(own)
        frame = h2o.H2OFrame(table, column_types={"g": "enum", "x": "real", "s": "string"})
        derived = frame["x"] * 2
        derived.refresh()
        wait_for(lambda: all(node["healthy"] for node in nodes()))
        pids = {rank["rank"]: rank["process"]["pid"] for rank in h2o.api("GET /3/Cluster")["ranks"]}
        try:
            for rank in range(1, RANKS):
                os.kill(pids[rank], signal.SIGSTOP if stopped else signal.SIGKILL)
                start = time.time()
                wait_for(lambda: len(losses()) == rank)
                assert time.time() - start < 10
                assert len(nodes()) == RANKS - rank
                assert derived.sum() == pytest.approx(table["x"].sum() * 2)
                back = frame.as_data_frame()
                assert (back["s"] == table["s"]).all()
                assert (back["x"] == table["x"]).all()
                counts = frame.group_by("g").count().get_frame().as_data_frame()
                assert sorted(counts["nrow"]) == sorted(table.groupby("g").size())
                parts = h2o.api("GET /3/Cluster")["frames"][0]["ranks"]
                assert len(parts) == RANKS - rank
                assert sum(part["rows"] for part in parts) == len(table)
        finally:
            if stopped:
                for rank in range(1, RANKS):
                    os.kill(pids[rank], signal.SIGCONT)
        assert [loss["rank"] for loss in losses()] == list(range(1, RANKS))
        assert all(loss["frames_gone"] == [] for loss in losses())
        assert "rank_lost" in h2o.api("GET /3/Logs/nodes/0/files/warn")["log"]
        printed = subprocess.run([PROGRAM, "cluster", own.url], capture_output=True, text=True)
        assert f"lost: rank {RANKS - 1}" in printed.stdout
    connect(server)


def test_what_runs_goes_on_after_a_loss(server):
    with Server("--import-root", DATA) as own:
        connect(own)
        frame = h2o.import_file(str(DATA / "airlines" / "allyears2k_headers.zip"))
        wait_for(lambda: all(node["healthy"] for node in nodes()))
        net = H2ODeepLearningEstimator(hidden=[50, 50], epochs=30, seed=1, stopping_rounds=0)
        net.start(x=["Origin", "Dest", "UniqueCarrier", "DayOfWeek"], y="IsDepDelayed", training_frame=frame)
        key = net._job.job_key
        time.sleep(1.5)
        os.kill(nodes()[-1]["pid"], signal.SIGKILL)
        net.join()
        assert net.auc() > 0.6
        (job,) = h2o.api("GET /3/Jobs/" + key)["jobs"]
        assert any(f"rank {RANKS - 1}" in warning for warning in job["warnings"])
        assert any("training goes on" in warning for warning in job["warnings"])
        assert len(nodes()) == RANKS - 1
        assert frame.nrow == 43978
    connect(server)


def test_all_but_one_lost_at_once(server):
    """With three ranks both copies of the last two's rows are gone: that is told, and the server goes on."""
    if RANKS < 3:
        pytest.skip("needs three ranks")
    with Server("--import-root", DATA) as own:
        connect(own)
        frame = h2o.import_file(str(DATA / "airlines" / "allyears2k_headers.zip"))
        name = frame.frame_id
        assert all(part["rows"] > 0 for part in h2o.api("GET /3/Cluster")["frames"][0]["ranks"])
        wait_for(lambda: all(node["healthy"] for node in nodes()))
        for node in nodes()[-2:]:
            os.kill(node["pid"], signal.SIGKILL)
        wait_for(lambda: len(losses()) == 2)
        gone = {one for loss in losses() for one in loss["frames_gone"]}
        assert name in gone
        with pytest.raises(h2o.exceptions.H2OResponseError, match="ranks were lost"):
            h2o.rapids(f"(sumNA (cols {name} 0))")
        again = h2o.H2OFrame({"x": list(range(100))})
        assert again["x"].sum() == 4950
    connect(server)
