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


# What H2O 3.46.0.12 takes as sort_by, by kind of model.
ANY = ["mse", "rmse"]
RESPONSE = ["r2", "loglikelihood", "aic"]
CLASSES = [*ANY, *RESPONSE, "auc", "aucpr", "pr_auc", "logloss", "err", "err_count", "mean_per_class_error",
           "max_per_class_error", "mean_per_class_accuracy", "accuracy", "total_rows"]
TWO = [*CLASSES, "f1", "f2", "f0point5", "precision", "recall", "specificity", "mcc", "lift_top_group"]
NUMBERS = [*ANY, *RESPONSE, "mae", "rmsle", "residual_deviance", "mean_residual_deviance"]


def value_of(model, metric):
    """By the model's own metrics, or None where the client has no such figure."""
    measured = model.model_performance()
    own = measured._metric_json
    members = {"mse": "MSE", "rmse": "RMSE", "auc": "AUC", "aucpr": "pr_auc", "total_rows": "nobs",
               "residual_deviance": "mean_residual_deviance"}
    if metric in ("err", "err_count", "max_per_class_error"):
        matrix = own["cm"]["table"]
        errors, rates = matrix["Error"], matrix["Rate"]
        return {"err": errors[-1], "err_count": float(rates[-1].split("/")[0]),
                "max_per_class_error": max(errors[:-1])}[metric]
    if metric in ("f1", "f2", "f0point5", "precision", "recall", "specificity", "mcc"):
        table = own["max_criteria_and_metric_scores"]
        row = "max " + ("absolute_mcc" if metric == "mcc" else metric)
        return dict(zip(table["metric"], table["value"]))[row]
    return own.get(members.get(metric, metric))


@pytest.mark.parametrize("response, kind, metrics", [
    ("CAPSULE", "enum", TWO), ("GLEASON", "enum", CLASSES), ("PSA", "real", NUMBERS), (None, None, ANY),
])
def test_every_metric_that_models_have_sorts_their_grid(prostate, response, kind, metrics):
    if kind == "enum":
        prostate[response] = prostate[response].asfactor()
    autoencoder = response is None
    net = H2ODeepLearningEstimator(epochs=2, seed=1, reproducible=True, autoencoder=autoencoder)
    grid = H2OGridSearch(net, {"hidden": [[2], [3], [9]]}, grid_id="sorted")
    grid.train(x=["AGE", "VOL", "DCAPS"], y=response, training_frame=prostate)
    for metric in metrics:
        for decreasing in (False, True):
            ordered = grid.get_grid(sort_by=metric, decreasing=decreasing)
            shown = [row[-1] for row in ordered._grid_json["summary_table"].cell_values]
            assert len(shown) == 3, metric
            assert ordered._grid_json["sort_by"] == metric
            if metric in ("loglikelihood", "aic") or (metric in ("auc", "aucpr", "pr_auc") and response == "GLEASON"):
                continue  # not measured: NaN, as with H2O
            present = [value for value in shown if value == value]
            assert shown[: len(present)] == sorted(present, reverse=decreasing), metric
            expected = [value_of(m, metric) for m in ordered.models]
            if all(isinstance(value, (int, float)) for value in expected):
                assert shown == pytest.approx(expected), metric
    for metric in {*TWO, *NUMBERS, "bogus"} - set(metrics):
        with pytest.raises(H2OResponseError, match=f"{metric} is no metric of these models; there are: "):
            grid.get_grid(sort_by=metric)
    # Without a wish for the order: the smallest first, whatever is better.
    assert grid.get_grid(sort_by="mse").model_ids == grid.get_grid(sort_by="mse", decreasing=False).model_ids
