"""What the client offers of models beyond training and scoring: comparing, explaining, and what is refused."""
import h2o
import matplotlib
import numpy as np
import pytest
from h2o.estimators import H2OAutoEncoderEstimator, H2ODeepLearningEstimator
from h2o.exceptions import H2OResponseError

from conftest import DATA

matplotlib.use("Agg")
PREDICTORS = ["AGE", "RACE", "PSA", "VOL", "GLEASON"]


@pytest.fixture
def prostate(server):
    frame = h2o.upload_file(str(DATA / "prostate" / "prostate.csv"))
    for column in ("CAPSULE", "RACE"):
        frame[column] = frame[column].asfactor()
    return h2o.assign(frame, "prostate")


@pytest.fixture
def iris(server):
    frame = h2o.upload_file(str(DATA / "iris" / "iris.csv"))
    frame[frame.columns[-1]] = frame[frame.columns[-1]].asfactor()
    return h2o.assign(frame, "iris")


def net(frame, response, columns=None, **params):
    model = H2ODeepLearningEstimator(**({"hidden": [5], "epochs": 3, "seed": 7, "reproducible": True} | params))
    model.train(x=columns, y=response, training_frame=frame)
    return model


def two_nets(frame):
    return (
        net(frame, "CAPSULE", PREDICTORS, model_id="one"),
        net(frame, "CAPSULE", PREDICTORS, model_id="two", hidden=[3], activation="Tanh", nfolds=3),
    )


def test_leaderboard(prostate):
    one, two = two_nets(prostate)
    board = h2o.make_leaderboard([one, two], prostate).as_data_frame()
    assert list(board.columns) == ["model_id", "auc", "logloss", "aucpr", "mean_per_class_error", "rmse", "mse"]
    assert board["auc"].is_monotonic_decreasing
    by_name = board.set_index("model_id")
    for model in (one, two):
        measured = model.model_performance(prostate)
        assert by_name.loc[model.model_id, "auc"] == pytest.approx(measured.auc())
        assert by_name.loc[model.model_id, "logloss"] == pytest.approx(measured.logloss())
    by_loss = h2o.make_leaderboard(["one", "two"], prostate, sort_metric="logloss").as_data_frame()
    assert list(by_loss.columns)[:2] == ["model_id", "logloss"]
    assert by_loss["logloss"].is_monotonic_increasing


def test_leaderboard_of_what_was_measured_in_training(prostate):
    one, two = two_nets(prostate)
    board = h2o.make_leaderboard([one, two], scoring_data="train").as_data_frame().set_index("model_id")
    assert board.loc["one", "auc"] == pytest.approx(one.auc(train=True))
    assert board.loc["two", "auc"] == pytest.approx(two.auc(train=True))
    best = h2o.make_leaderboard([one, two]).as_data_frame().set_index("model_id")
    assert best.loc["two", "auc"] == pytest.approx(two.auc(xval=True))
    with pytest.raises(H2OResponseError, match="model one was not measured on such rows"):
        h2o.make_leaderboard([one, two], scoring_data="xval").refresh()


def test_leaderboard_has_more_columns_where_they_are_wished(prostate):
    models = list(two_nets(prostate))
    board = h2o.make_leaderboard(models, prostate, extra_columns="ALL").as_data_frame()
    assert list(board.columns)[-3:] == ["training_time_ms", "predict_time_per_row_ms", "algo"]
    assert (board["training_time_ms"] > 0).all()
    assert (board["predict_time_per_row_ms"] > 0).all()
    assert set(board["algo"]) == {"DeepLearning"}
    with pytest.raises(H2OResponseError, match="bogus"):
        h2o.make_leaderboard(models, extra_columns=["bogus"]).refresh()


def test_leaderboards_that_make_no_sense_are_refused(prostate):
    one, _ = two_nets(prostate)
    number = net(prostate, "PSA", ["AGE", "VOL"], model_id="number")
    with pytest.raises(H2OResponseError, match="different problems: one and number"):
        h2o.make_leaderboard([one, number]).refresh()
    with pytest.raises(H2OResponseError, match="sort_metric|bogus"):
        h2o.make_leaderboard([number], sort_metric="bogus").refresh()
    with pytest.raises(H2OResponseError, match="names no model or grid: nothing"):
        h2o.make_leaderboard(["nothing"]).refresh()
    assert list(h2o.make_leaderboard([number]).columns) == [
        "model_id", "rmse", "mse", "mae", "rmsle", "mean_residual_deviance",
    ]


def test_contributions_add_up_to_the_prediction(prostate):
    background = prostate.head(20)
    model = net(prostate, "CAPSULE", PREDICTORS)
    rows = prostate[20:60, :]
    chances = model.predict(rows).as_data_frame()["p1"].to_numpy()
    values = model.predict_contributions(rows, background_frame=background).as_data_frame()
    assert list(values.columns) == ["RACE", "AGE", "GLEASON", "PSA", "VOL", "BiasTerm"]
    np.testing.assert_allclose(1 / (1 + np.exp(-values.sum(axis=1))), chances, atol=1e-5)
    scaled = model.predict_contributions(rows, background_frame=background, output_space=True).as_data_frame()
    np.testing.assert_allclose(scaled.sum(axis=1), chances, atol=1e-5)
    assert (np.sign(scaled["PSA"]) == np.sign(values["PSA"])).all()
    assert len(set(values["BiasTerm"].round(9))) == 1


def test_contributions_of_numbers(prostate):
    model = net(prostate, "PSA", ["AGE", "VOL", "GLEASON"])
    values = model.predict_contributions(prostate, background_frame=prostate.head(10)).as_data_frame()
    np.testing.assert_allclose(
        values.sum(axis=1), model.predict(prostate).as_data_frame()["predict"], rtol=1e-4, atol=1e-4
    )
    counts = net(prostate, "VOL", ["AGE", "GLEASON"], distribution="poisson")
    scaled = counts.predict_contributions(prostate, background_frame=prostate.head(10), output_space=True)
    np.testing.assert_allclose(
        scaled.as_data_frame().sum(axis=1), counts.predict(prostate).as_data_frame()["predict"], rtol=1e-4
    )


def test_contributions_that_there_are_not(prostate, iris):
    model = net(prostate, "PSA", ["AGE", "VOL"])
    with pytest.raises(OSError, match="background_frame"):
        model.predict_contributions(prostate)
    with pytest.raises(H2OResponseError, match="top_n"):
        model.predict_contributions(prostate, top_n=1, background_frame=prostate)
    with pytest.raises(H2OResponseError, match="output_per_reference"):
        model.predict_contributions(prostate, background_frame=prostate, output_per_reference=True)
    classes = net(iris, iris.columns[-1])
    with pytest.raises(OSError, match="two classes"):
        classes.predict_contributions(iris, background_frame=iris)


def test_shap_plots(prostate):
    model = net(prostate, "CAPSULE", PREDICTORS)
    assert model.shap_summary_plot(prostate, background_frame=prostate.head(5)) is not None
    assert model.shap_explain_row_plot(prostate, 3, background_frame=prostate.head(5)) is not None


def test_predictions_and_responses_by_level(prostate):
    model = net(prostate, "PSA", ["AGE", "RACE"], weights_column="VOL")
    predictions = model.predict(prostate)
    table = model.predicted_vs_actual_by_variable(prostate, predictions, "RACE", use_pandas=True)
    cells = prostate.as_data_frame()
    cells["p"] = predictions.as_data_frame()["predict"]
    for level, rows in cells.groupby("RACE"):
        assert table.loc[level, "predict"] == pytest.approx(np.average(rows["p"], weights=rows["VOL"]))
        assert table.loc[level, "actual"] == pytest.approx(np.average(rows["PSA"], weights=rows["VOL"]))
    for variable, words in (("AGE", "must be a categorical column"), ("NOPE", "NOPE")):
        with pytest.raises(H2OResponseError, match=words):
            model.predicted_vs_actual_by_variable(prostate, predictions, variable)


def test_permutation_importance_of_some_features(prostate):
    model = net(prostate, "CAPSULE", PREDICTORS)
    # The response counts for nothing, as with H2O.
    some = model.permutation_importance(prostate, features=["CAPSULE", "AGE"], n_repeats=2, seed=1, use_pandas=True)
    assert list(some.index) == ["AGE"]
    assert list(some.columns) == ["Run 1", "Run 2"]
    with pytest.raises(H2OResponseError, match="DCAPS"):
        model.permutation_importance(prostate, features=["DCAPS"])


def test_partial_dependence_says_at_once_what_is_wrong(prostate, iris):
    two = net(prostate, "CAPSULE", PREDICTORS)
    classes = net(iris, iris.columns[-1])
    column = iris.columns[0]
    coder = H2OAutoEncoderEstimator(hidden=[2], epochs=1)
    coder.train(x=["AGE", "PSA"], training_frame=prostate)
    for model, frame, more, words in (
        (two, prostate, {"cols": ["NOPE"]}, "NOPE"),
        (two, prostate, {"cols": ["AGE"], "targets": ["1"]}, "more than two classes"),
        (two, prostate, {"cols": ["RACE"], "nbins": 2}, "RACE has 3 levels"),
        (classes, iris, {"cols": [column]}, "targets"),
        (classes, iris, {"cols": [column], "targets": ["nope"]}, "no class nope"),
        (coder, prostate, {"cols": ["AGE"]}, "predict a response"),
    ):
        with pytest.raises((H2OResponseError, ValueError), match=words):
            model.partial_plot(frame, plot=False, **more)


def test_tables_of_areas_name_their_classes_as_h2o_does(iris):
    response = iris.columns[-1]
    model = net(iris, response, auc_type="WEIGHTED_OVR")
    a, b, c = iris[response].levels()[0]
    for table in (model.multinomial_auc_table(), model.multinomial_aucpr_table()):
        assert list(table.as_data_frame()["type"]) == [
            *(f"{level} vs Rest" for level in (a, b, c)), "Macro OVR", "Weighted OVR",
            f"Class {a} vs. {b}", f"Class {a} vs. {c}", f"Class {b} vs. {c}", "Macro OVO", "Weighted OVO",
        ]


def test_explanations_of_several_models(prostate):
    models = list(two_nets(prostate))
    pieces = h2o.explain(models, prostate, render=False)
    assert {"leaderboard", "confusion_matrix", "varimp", "varimp_heatmap", "model_correlation_heatmap", "pdp"} <= set(pieces)
    assert h2o.explain_row(models, prostate, 1, render=False) is not None
    assert h2o.varimp_heatmap(models) is not None
    assert h2o.model_correlation_heatmap(models, prostate) is not None


def test_made_frames_have_times_as_h2o_draws_them(server):
    frame = h2o.create_frame(rows=1000, cols=2, time_fraction=0.5, string_fraction=0.5, missing_fraction=0, seed=1)
    time, = [c for c, kind in frame.types.items() if kind == "time"]
    text, = [c for c, kind in frame.types.items() if kind == "string"]
    column, = h2o.api(f"GET /3/Frames/{frame.frame_id}/columns/{time}")["frames"][0]["columns"]
    assert 0 <= column["mins"][0] < column["maxs"][0] < 50 * 365 * 86400000
    assert frame[text].as_data_frame()[text].str.fullmatch("[A-Z]{8}").all()
