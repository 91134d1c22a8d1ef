"""Processes that are killed at random moments of what a user does: results are those without a loss.

THALWEG_KILLS says how many seeded runs of each kind (`make test-kills`: 20, of five kinds); THALWEG_KILL_SEED where to begin.
"""
import concurrent.futures
import contextlib
import os
import random
import signal
import time

import h2o
import numpy as np
import pandas as pd
import pytest
from conftest import DATA, MPI, RANKS, Server, connect
from h2o.estimators import H2ODeepLearningEstimator
from h2o.grid import H2OGridSearch

pytestmark = pytest.mark.skipif(not MPI or RANKS < 3, reason="the ranks are threads")

FIRST = int(os.environ.get("THALWEG_KILL_SEED", "1"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("THALWEG_KILLS", "3")))
ROWS = 60_000
AIRLINES = str(DATA / "airlines" / "allyears2k_headers.zip")
INPUTS = ["Origin", "Dest", "UniqueCarrier", "DayOfWeek"]


@pytest.fixture(scope="module")
def table():
    drawn = np.random.default_rng(7)
    return pd.DataFrame({
        "g": [f"group {i}" for i in drawn.integers(0, 500, ROWS)],
        "k": drawn.integers(0, 10**12, ROWS),
        "x": drawn.normal(size=ROWS).round(6),
        "s": [f"text {i}" for i in drawn.integers(0, ROWS, ROWS)],
    })


@pytest.fixture(scope="module")
def table_file(table, tmp_path_factory):
    path = tmp_path_factory.mktemp("kills") / "table.csv"
    table.to_csv(path, index=False)
    return path


@contextlib.contextmanager
def own_server(server, root):
    """A server of the test's own, which may lose ranks; after it the client is back at `server`."""
    with Server("--import-root", root) as own:
        connect(own)
        try:
            yield
        finally:
            connect(server)


@contextlib.contextmanager
def own_airlines(server):
    with own_server(server, DATA):
        yield h2o.import_file(AIRLINES)


class Killer:
    """Kills one rank after the other, each a random time after the one before has been made good."""

    def __init__(self, drawn, longest):
        cluster = h2o.api("GET /3/Cluster")
        self.pids = {rank["rank"]: rank["process"]["pid"] for rank in cluster["ranks"] if rank["rank"] > 0}
        self.victims = drawn.sample(sorted(self.pids), drawn.randint(1, len(self.pids)))
        self.times = [drawn.uniform(0, longest) for _ in self.victims]

    def run(self):
        for done, (rank, seconds) in enumerate(zip(self.victims, self.times)):
            time.sleep(seconds)
            os.kill(self.pids[rank], signal.SIGKILL)
            end = time.time() + 20
            while len(h2o.api("GET /3/Cluster")["losses"]) <= done:
                assert time.time() < end, f"rank {rank} is not missed"
                time.sleep(0.01)


def ready():
    end = time.time() + 30
    while not all(rank["process"] for rank in h2o.api("GET /3/Cluster")["ranks"]):
        assert time.time() < end
        time.sleep(0.05)


def under_fire(drawn, longest, work):
    """What `work` gives while ranks are killed."""
    ready()
    killer = Killer(drawn, longest)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        killing = pool.submit(killer.run)
        result = work()
        killing.result()
    told = h2o.api("GET /3/Cluster")
    assert [loss["rank"] for loss in told["losses"]] == killer.victims
    assert all(loss["frames_gone"] == [] for loss in told["losses"])
    assert len(told["ranks"]) == RANKS - len(killer.victims)
    return result


@pytest.mark.parametrize("seed", SEEDS)
def test_parse(server, seed, table, table_file):
    drawn = random.Random(seed)
    with own_server(server, table_file.parent):

        def parse():
            frames = [h2o.import_file(str(table_file), destination_frame=f"t{i}") for i in range(3)]
            return [frame.as_data_frame() for frame in frames]

        for back in under_fire(drawn, 0.6, parse):
            pd.testing.assert_frame_equal(back, table, check_dtype=False, check_exact=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_munging(server, seed, table, table_file):
    drawn = random.Random(1000 + seed)
    with own_server(server, table_file.parent):
        frame = h2o.import_file(str(table_file))

        def munge():
            results = []
            for _ in range(4):
                grouped = frame.group_by("g").sum("x").max("k").count().get_frame()
                ordered = frame.sort("k")
                merged = frame[["g", "x"]].merge(grouped)
                results.append((grouped.as_data_frame(), ordered.as_data_frame(), merged.nrow, frame["x"].quantile([0.1, 0.5]).as_data_frame()))
            return results

        results = under_fire(drawn, 0.8, munge)
        want = table.groupby("g").agg(nrow=("x", "size"), max_k=("k", "max"))
        for grouped, ordered, merged, quantiles in results:
            grouped = grouped.set_index("g").loc[want.index]
            assert (grouped["nrow"] == want["nrow"]).all()
            assert (grouped["max_k"] == want["max_k"]).all()
            # Sums do not depend on how many ranks there are.
            assert (grouped["sum_x"] == results[0][0].set_index("g").loc[want.index]["sum_x"]).all()
            assert (ordered["k"] == np.sort(table["k"])).all()
            assert merged == ROWS
            assert (quantiles["xQuantiles"] == results[0][3]["xQuantiles"]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_training(server, seed):
    drawn = random.Random(2000 + seed)
    with own_airlines(server) as frame:
        reproducible = seed % 2 == 0

        def train():
            net = H2ODeepLearningEstimator(hidden=[40, 40], epochs=12, seed=1, stopping_rounds=0, model_id=f"net{seed}",
                                           reproducible=reproducible, replicate_training_data=seed % 3 != 0)
            net.train(x=INPUTS, y="IsDepDelayed", training_frame=frame)
            return net

        net = under_fire(drawn, 2, train)
        assert net.auc() > 0.66
        assert net.model_performance(frame).auc() == pytest.approx(net.auc(), abs=0.03)
        if reproducible:
            again = H2ODeepLearningEstimator(hidden=[40, 40], epochs=12, seed=1, stopping_rounds=0, reproducible=True)
            again.train(x=INPUTS, y="IsDepDelayed", training_frame=frame)
            assert again.auc() == net.auc()
            assert again.logloss() == net.logloss()


def folds_of(net):
    return [fold.auc() for fold in (h2o.get_model(model["name"]) for model in net._model_json["output"]["cross_validation_models"])]


@pytest.mark.parametrize("seed", SEEDS)
def test_grids_and_folds(server, seed):
    drawn = random.Random(4000 + seed)
    with own_airlines(server) as frame:
        settings = {"epochs": 2, "seed": 1, "stopping_rounds": 0, "reproducible": True}

        def search(grid_id):
            grid = H2OGridSearch(H2ODeepLearningEstimator(**settings), {"hidden": [[10], [20], [10, 10], [30]]}, grid_id=grid_id)
            grid.train(x=INPUTS, y="IsDepDelayed", training_frame=frame)
            net = H2ODeepLearningEstimator(hidden=[10], nfolds=4, fold_assignment="modulo", **settings)
            net.train(x=INPUTS, y="IsDepDelayed", training_frame=frame)
            return [(model.actual_params["hidden"], model.auc()) for model in grid.models], net.auc(xval=True), folds_of(net)

        got = under_fire(drawn, 1.5, lambda: search("fire"))
        assert len(got[0]) == 4
        assert got == search("peace")


@pytest.mark.parametrize("seed", SEEDS)
def test_scoring(server, seed):
    drawn = random.Random(3000 + seed)
    with own_airlines(server) as frame:
        net = H2ODeepLearningEstimator(hidden=[20], epochs=1, seed=1)
        net.train(x=INPUTS, y="IsDepDelayed", training_frame=frame)
        want = net.predict(frame).as_data_frame()
        auc = net.model_performance(frame).auc()

        def score():
            return [(net.predict(frame).as_data_frame(), net.model_performance(frame).auc()) for _ in range(6)]

        for got, same in under_fire(drawn, 0.5, score):
            pd.testing.assert_frame_equal(got, want, check_exact=True)
            assert same == auc
