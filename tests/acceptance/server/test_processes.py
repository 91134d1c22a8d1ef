"""Ranks that are processes: what the server shows of them, and what a stopped or lost one does to it."""
import os
import signal
import time

import h2o
import pytest
from conftest import MPI, RANKS, Server, connect

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
    with Server("--rank-timeout", "2") as own:
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


def test_a_lost_process_is_told_of(server):
    with Server() as own:
        connect(own)
        frame = h2o.H2OFrame({"x": list(range(100))})
        wait_for(lambda: all(node["healthy"] for node in nodes()))
        os.kill(nodes()[-1]["pid"], signal.SIGKILL)
        start = time.time()
        with pytest.raises(h2o.exceptions.H2OServerError, match=f"rank {RANKS - 1}: .*gone"):
            frame["x"].sum()
        assert time.time() - start < 10
        assert not nodes()[-1]["healthy"]
    connect(server)
