"""Grids as the unmodified client uses them, beyond a plain search: sequences, criteria, removal, leaderboards."""
import h2o
import pytest
from h2o.estimators import H2ODeepLearningEstimator
from h2o.exceptions import H2OResponseError
from h2o.grid import H2OGridSearch

from conftest import DATA

VARIED = {"hidden": [[3], [4], [3]], "activation": ["Tanh", "Rectifier", "Maxout"]}


@pytest.fixture
def prostate(server):
    frame = h2o.upload_file(str(DATA / "prostate" / "prostate.csv"))
    frame["CAPSULE"] = frame["CAPSULE"].asfactor()
    return h2o.assign(frame, "prostate")


def search(frame, grid_id, varied, criteria=None, **params):
    net = H2ODeepLearningEstimator(**({"epochs": 1, "seed": 3, "reproducible": True} | params))
    grid = H2OGridSearch(net, varied, grid_id=grid_id, search_criteria=criteria)
    grid.train(x=["AGE", "PSA", "VOL"], y="CAPSULE", training_frame=frame)
    return grid


def test_a_sequence_takes_values_side_by_side(prostate):
    grid = search(prostate, "side", VARIED, {"strategy": "Sequential"})
    tried = {(tuple(m.actual_params["hidden"]), m.actual_params["activation"]) for m in grid.models}
    assert tried == {((3,), "Tanh"), ((4,), "Rectifier"), ((3,), "Maxout")}
    two = search(prostate, "two", VARIED, {"strategy": "Sequential", "max_models": 2})
    assert len(two) == 2


def test_early_stopping_of_a_sequence(prostate):
    same = {"hidden": [[3]] * 8, "activation": ["Tanh"] * 8, "epochs": [1.0 + i / 100 for i in range(8)]}
    stop = {"strategy": "Sequential", "stopping_rounds": 1, "stopping_tolerance": 0.9}
    assert len(search(prostate, "stops", same, stop)) < 8
    assert len(search(prostate, "goes_on", same, stop | {"early_stopping": False})) == 8


def test_a_sequence_of_lists_of_different_lengths_is_refused(prostate):
    with pytest.raises(OSError, match="a sequence takes as many of each"):
        search(prostate, "odd", {"hidden": [[3], [4]], "activation": ["Tanh"]}, {"strategy": "Sequential"})


def test_bad_criteria_are_told_at_once(prostate):
    for criteria, words in (
        ({"strategy": "Bogus"}, "Bogus.*Cartesian, RandomDiscrete, Sequential"),
        ({"strategy": "RandomDiscrete", "bogus": 1}, "has no bogus"),
        ({"strategy": "RandomDiscrete", "max_models": -1}, "max_models"),
    ):
        with pytest.raises(H2OResponseError, match=words):
            search(prostate, "bad", {"hidden": [[3]]}, criteria)


def test_removing_a_grid_leaves_nothing_behind(prostate):
    before = set(h2o.ls()["key"])
    search(prostate, "gone", {"hidden": [[3], [4]]}, nfolds=2, keep_cross_validation_predictions=True,
           export_weights_and_biases=True)
    assert len(set(h2o.ls()["key"]) - before) > 10
    h2o.remove("gone")
    assert set(h2o.ls()["key"]) == before


def test_leaderboard_of_a_grid(prostate):
    grid = search(prostate, "board", {"hidden": [[3], [4], [5]]})
    board = h2o.make_leaderboard(grid, prostate).as_data_frame()
    assert set(board["model_id"]) == set(grid.model_ids)
    by_name = h2o.make_leaderboard(["board"], prostate).as_data_frame()
    assert list(by_name["model_id"]) == list(board["model_id"])
