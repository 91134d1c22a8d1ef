"""Deep learning as the unmodified client trains, shows and uses it."""
import h2o
import numpy as np
import pandas as pd
import pytest
from h2o.estimators import H2OAutoEncoderEstimator, H2ODeepLearningEstimator

from conftest import DATA

PREDICTORS = ["AGE", "RACE", "DPROS", "DCAPS", "PSA", "VOL", "GLEASON"]


@pytest.fixture
def prostate(server):
    frame = h2o.upload_file(str(DATA / "prostate" / "prostate.csv"))
    for column in ("CAPSULE", "RACE"):
        frame[column] = frame[column].asfactor()
    return frame


@pytest.fixture
def halves(prostate):
    return prostate.split_frame([0.8], seed=1)


def binomial(halves, **params):
    params = {"hidden": [5, 4], "epochs": 3, "seed": 7, "reproducible": True} | params
    model = H2ODeepLearningEstimator(**params)
    model.train(x=PREDICTORS, y="CAPSULE", training_frame=halves[0], validation_frame=halves[1])
    return model


def test_two_classes(halves, capsys):
    model = binomial(halves, model_id="two", export_weights_and_biases=True)
    assert model.model_id == "two"
    assert 0 <= model.auc() <= 1
    performance = model.model_performance(halves[1])
    assert performance.auc() == pytest.approx(model.auc(valid=True), abs=1e-9)
    assert performance.logloss() == pytest.approx(model.logloss(valid=True), abs=1e-9)
    assert model.default_threshold() == pytest.approx(
        model.find_threshold_by_max_metric("f1", valid=True)
    )
    predictions = model.predict(halves[1]).as_data_frame()
    assert list(predictions.columns) == ["predict", "p0", "p1"]
    clear = (predictions["p1"] - model.default_threshold()).abs() > 1e-6  # p1 is rounded to a float
    labels = (predictions["p1"] >= model.default_threshold()).astype(int)
    assert (labels == predictions["predict"].astype(int))[clear].all()
    assert clear.sum() >= len(clear) - 1
    model.show()
    shown = capsys.readouterr().out
    for title in (
        "Status of Neuron Layers",
        "Scoring History",
        "Variable Importances",
        "Confusion Matrix",
        "Maximum Metrics",
        "Gains/Lift Table",
    ):
        assert title in shown, title


def test_layers_weights_and_scales(halves):
    model = binomial(halves, export_weights_and_biases=True)
    inputs = len(model.weights(0).columns)
    assert model.weights(0).shape == (5, inputs)
    assert model.weights(1).shape == (4, 5)
    assert model.weights(2).shape == (2, 4)
    assert [model.biases(i).shape for i in range(3)] == [(5, 1), (4, 1), (2, 1)]
    assert len(model.normmul()) == len(model.normsub()) == len(PREDICTORS) - 1
    assert model.catoffsets()[0] == 0
    table = model.summary().as_data_frame()
    assert list(table["units"]) == [inputs, 5, 4, 2]
    assert list(table["type"]) == ["Input", "Rectifier", "Rectifier", "Softmax"]
    assert model.deepfeatures(halves[1], 0).shape == (halves[1].nrow, 5)
    assert model.deepfeatures(halves[1], 1).shape == (halves[1].nrow, 4)
    history = model.scoring_history()
    assert history["epochs"].iloc[0] == 0
    assert history["epochs"].iloc[-1] == pytest.approx(3, abs=0.1)
    assert len(model.varimp()) == inputs
    assert model.varimp()[0][1] == 1


def test_weights_to_start_from(halves):
    first = binomial(halves, export_weights_and_biases=True)
    second = binomial(
        halves,
        epochs=0,
        export_weights_and_biases=True,
        initial_weights=[first.weights(i) for i in range(3)],
        initial_biases=[first.biases(i) for i in range(3)],
    )
    np.testing.assert_allclose(
        second.weights(1).as_data_frame(), first.weights(1).as_data_frame(), rtol=1e-6
    )


def test_numbers_with_folds(prostate, capsys):
    model = H2ODeepLearningEstimator(
        model_id="folds",
        hidden=[8],
        epochs=5,
        seed=1,
        nfolds=3,
        keep_cross_validation_predictions=True,
        keep_cross_validation_fold_assignment=True,
    )
    model.train(x=["AGE", "RACE", "VOL", "GLEASON"], y="PSA", training_frame=prostate)
    assert model.mse(xval=True) > 0
    assert [m.model_id for m in model.cross_validation_models()] == [
        f"folds_cv_{i}" for i in (1, 2, 3)
    ]
    parts = [p.as_data_frame()["predict"] for p in model.cross_validation_predictions()]
    whole = model.cross_validation_holdout_predictions().as_data_frame()["predict"]
    np.testing.assert_allclose(sum(parts), whole)
    folds = model.cross_validation_fold_assignment().as_data_frame()
    assert sorted(folds.iloc[:, 0].unique()) == [0, 1, 2]
    summary = model.cross_validation_metrics_summary().as_data_frame()
    assert list(summary.columns)[1:] == [
        "mean", "sd", "cv_1_valid", "cv_2_valid", "cv_3_valid",
    ]
    rows = dict(zip(summary.iloc[:, 0], summary["mean"]))
    assert float(rows["rmse"]) ** 2 == pytest.approx(model.mse(xval=True), rel=0.5)
    model.show()
    assert "Cross-Validation Metrics Summary" in capsys.readouterr().out
    h2o.remove(model)
    with pytest.raises(Exception):
        h2o.get_model("folds_cv_1")


def test_many_classes(server):
    iris = h2o.import_file(str(DATA / "iris" / "iris.csv"))
    response = iris.columns[-1]
    iris[response] = iris[response].asfactor()
    model = H2ODeepLearningEstimator(
        hidden=[10], epochs=60, seed=1, reproducible=True, auc_type="MACRO_OVR"
    )
    model.train(y=response, training_frame=iris)
    levels = iris[response].levels()[0]
    assert model.predict(iris).columns == ["predict", *levels]
    matrix = model.confusion_matrix(iris).as_data_frame()
    assert list(matrix.columns) == [*levels, "Error", "Rate"]
    assert len(matrix) == len(levels) + 1
    assert model.hit_ratio_table().as_data_frame()["hit_ratio"].iloc[-1] == pytest.approx(1)
    assert 0.9 < model.auc() <= 1
    assert len(model.multinomial_auc_table().as_data_frame()) == 10


def test_autoencoder(prostate):
    model = H2OAutoEncoderEstimator(hidden=[3], epochs=5, activation="Tanh")
    columns = ["AGE", "PSA", "VOL", "GLEASON"]
    model.train(x=columns, training_frame=prostate)
    errors = model.anomaly(prostate).as_data_frame()
    assert list(errors.columns) == ["Reconstruction.MSE"]
    assert errors["Reconstruction.MSE"].mean() == pytest.approx(model.mse(), rel=1e-6)
    each = model.anomaly(prostate, per_feature=True)
    assert sorted(each.columns) == sorted(f"reconstr_{c}.SE" for c in columns)
    assert sorted(model.predict(prostate).columns) == sorted(f"reconstr_{c}" for c in columns)


def test_going_on(halves):
    first = binomial(halves, model_id="first", epochs=2)
    second = binomial(halves, epochs=5, checkpoint="first")
    assert second.scoring_history()["epochs"].iloc[-1] == pytest.approx(5, abs=0.1)
    whole = binomial(halves, epochs=5)
    assert second.logloss() == pytest.approx(whole.logloss(), rel=1e-9)
    with pytest.raises(OSError, match="hidden"):
        binomial(halves, epochs=5, checkpoint=first.model_id, hidden=[9])


def test_what_auto_came_to(halves):
    model = binomial(halves)
    for name, given, used in (
        ("distribution", "AUTO", "bernoulli"),
        ("stopping_metric", "AUTO", "logloss"),
        ("categorical_encoding", "AUTO", "OneHotInternal"),
        ("fold_assignment", "AUTO", None),
    ):
        assert model.parms[name]["input_value"] == given, name
        assert model.parms[name]["actual_value"] == used, name
    assert model.actual_params["response_column"] == "CAPSULE"
    assert model.actual_params["hidden"] == [5, 4]


def test_columns_that_are_not_there_count_as_missing(halves):
    model = binomial(halves)
    with pytest.warns(UserWarning, match="missing column 'VOL'"):
        predictions = model.predict(halves[1][["AGE", "PSA", "GLEASON"]])
    assert predictions.nrow == halves[1].nrow
    with pytest.raises(OSError, match="no columns in common"):
        model.predict(halves[1][["ID"]])


def test_predictions_made_elsewhere(halves):
    model = binomial(halves)
    predictions = model.predict(halves[1])
    metrics = h2o.make_metrics(predictions["p1"], halves[1]["CAPSULE"], domain=["0", "1"])
    assert metrics.auc() == pytest.approx(model.auc(valid=True), abs=1e-6)
    numbers = h2o.make_metrics(predictions["p1"], predictions["p1"] + 1, distribution="gaussian")
    assert numbers.mse() == pytest.approx(1)


def test_predictions_do_not_depend_on_which_rows_are_beside(server):
    """Nor on where they lie: each rank predicts its own, and some have none."""
    frame = h2o.import_file(str(DATA / "airlines" / "allyears2k_headers.zip"))
    columns = ["Origin", "Dest", "UniqueCarrier", "DayOfWeek", "Distance"]
    net = H2ODeepLearningEstimator(hidden=[10], epochs=1, seed=1, reproducible=True)
    net.train(x=columns, y="IsDepDelayed", training_frame=frame)
    coder = H2OAutoEncoderEstimator(hidden=[3], epochs=0.2, seed=1, reproducible=True)
    coder.train(x=columns, training_frame=frame)
    whole = [net.predict(frame), net.deepfeatures(frame, 0), coder.anomaly(frame)]
    assert all(part.nrow == frame.nrow for part in whole)
    whole = [part.as_data_frame() for part in whole]
    for first, last in [(0, 1), (5, 7), (1000, 1004), (20_000, 30_123)]:
        rows = frame[first:last, :]
        for got, want in zip([net.predict(rows), net.deepfeatures(rows, 0), coder.anomaly(rows)], whole):
            pd.testing.assert_frame_equal(got.as_data_frame(), want[first:last].reset_index(drop=True), check_exact=True, check_dtype=False)
        assert net.model_performance(rows).nobs() == last - first
    late = frame[frame["Distance"] < 0, :]
    assert late.nrow == 0
    assert net.predict(late).nrow == 0
    # Where all rows were scored while training, it is the same again.
    assert net.model_performance(frame).logloss() == pytest.approx(net.logloss(), abs=0.03)


def test_partial_dependence(halves):
    model = binomial(halves)
    age, race = model.partial_plot(halves[1], cols=["AGE", "RACE"], nbins=5, plot=False)
    assert len(age["mean_response"]) == 5
    assert age["age"][0] == halves[1]["AGE"].min()
    assert race["race"] == ["0", "1", "2"]
    one = model.partial_plot(halves[1], cols=["AGE"], nbins=5, plot=False, row_index=3)[0]
    assert one["stddev_response"] == [0] * 5
    own = model.partial_plot(halves[1], cols=["AGE"], plot=False, user_splits={"AGE": [50.0, 60.0]})
    assert own[0]["age"] == [50, 60]
    both = model.partial_plot(halves[1], col_pairs_2dpdp=[["AGE", "PSA"]], nbins=3, plot=False)
    assert len(both[0]["mean_response"]) == 9


def test_ranks_that_share_the_rows(server):
    """With several ranks each trains on its part of the frame; with one, all is as ever."""
    frame = h2o.import_file(str(DATA / "airlines" / "allyears2k_headers.zip"))
    train, valid = frame.split_frame([0.8], seed=3)
    nets = []
    for replicate in (True, False):
        net = H2ODeepLearningEstimator(hidden=[20], epochs=5, seed=1, stopping_rounds=0, replicate_training_data=replicate,
                                       score_validation_samples=2000)
        net.train(x=["Origin", "Dest", "UniqueCarrier", "DayOfWeek", "Month"], y="IsDepDelayed", training_frame=train,
                  validation_frame=valid)
        nets.append(net)
    assert nets[1].auc(valid=True) == pytest.approx(nets[0].auc(valid=True), abs=0.03)
    assert nets[1].model_performance(valid).auc() == pytest.approx(nets[1].auc(valid=True), abs=0.04)
    assert nets[1].predict(valid).nrow == valid.nrow
    # What is counted is counted over all ranks.
    for net in nets:
        metrics = net._model_json["output"]["validation_metrics"]._metric_json
        assert metrics["nobs"] == 2000
    frames = nets[1]._model_json["output"]["reproducibility_information_table"][2].as_data_frame()
    assert frames["espc"][0].endswith(f"{train.nrow}]")


def test_an_autoencoder_of_shared_rows(prostate):
    net = H2OAutoEncoderEstimator(hidden=[3], epochs=5, seed=1, replicate_training_data=False)
    net.train(x=PREDICTORS, training_frame=prostate)
    assert net.mse() < 1
    assert net.anomaly(prostate).nrow == prostate.nrow
