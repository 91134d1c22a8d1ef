"""The scripts of a user's day, from data to a saved model and back after a restart."""
import h2o
import pytest
from h2o.estimators import H2OAutoEncoderEstimator, H2ODeepLearningEstimator
from h2o.grid import H2OGridSearch

from conftest import DATA, RANKS, Server, connect


@pytest.fixture
def digits(server):
    """The first 10,000 digits for training and 2,000 for testing; the label is C785."""
    train = h2o.import_file(str(DATA / "mnist" / "train.csv.gz"), header=-1)
    test = h2o.upload_file(str(DATA / "mnist" / "test.csv.gz"), header=-1)
    assert train.shape == (60000, 785) and test.shape == (10000, 785)
    train, test = train[:10000, :], test[:2000, :]
    for frame in (train, test):
        frame["C785"] = frame["C785"].asfactor()
    return train, test


def test_digits(digits, export_folder):
    train, test = digits
    model = H2ODeepLearningEstimator(hidden=[64], epochs=6, seed=1, model_id="digits")
    model.train(y="C785", training_frame=train, validation_frame=test)
    error = model.mean_per_class_error(valid=True)
    assert error < 0.12
    matrix = model.confusion_matrix(test).as_data_frame()
    assert matrix.shape == (11, 12)
    assert matrix.iloc[10, :10].sum() == 2000
    # It goes on where it ended.
    more = H2ODeepLearningEstimator(
        hidden=[64], epochs=9, seed=1, model_id="digits_more", checkpoint="digits"
    )
    more.train(y="C785", training_frame=train, validation_frame=test)
    assert more.mean_per_class_error(valid=True) < error + 0.01
    assert len(more.scoring_history()) > len(model.scoring_history())
    # A grid over the width.
    grid = H2OGridSearch(
        H2ODeepLearningEstimator(epochs=0.5, seed=1), {"hidden": [[16], [48]]}, grid_id="widths"
    )
    grid.train(y="C785", training_frame=train, validation_frame=test)
    ranked = grid.get_grid(sort_by="logloss", decreasing=False)
    assert len(ranked.models) == 2
    assert ranked.models[0].logloss(valid=True) <= ranked.models[1].logloss(valid=True)
    assert ranked.models[0].actual_params["hidden"] == [48]
    # Saved, and loaded by another server.
    path = h2o.save_model(more, path=str(export_folder), force=True)
    before = more.predict(test).as_data_frame()
    pixels = test.as_data_frame()
    with Server("--import-root", export_folder) as second:
        try:
            connect(second)
            loaded = h2o.load_model(path)
            types = {name: "enum" if name == "C785" else "numeric" for name in pixels.columns}
            again = loaded.predict(h2o.H2OFrame(pixels, column_types=types)).as_data_frame()
        finally:
            h2o.connection().close()
    assert (before["predict"] == again["predict"]).all()
    assert abs(before["p3"] - again["p3"]).max() < 1e-12


@pytest.fixture(autouse=True)
def back_to_the_shared_server(server):
    yield
    connect(server)


def test_heartbeats(server):
    train = h2o.import_file(str(DATA / "ecg" / "ecg_discord_train.csv"))
    test = h2o.import_file(str(DATA / "ecg" / "ecg_discord_test.csv"))
    model = H2OAutoEncoderEstimator(
        hidden=[50, 20, 50], activation="Tanh", epochs=100, seed=1, l1=1e-4
    )
    model.train(x=train.names, training_frame=train)
    errors = model.anomaly(test).as_data_frame()["Reconstruction.MSE"]
    assert len(errors) == 23
    assert set(errors.nlargest(3).index) == {20, 21, 22}
    per_feature = model.anomaly(test, per_feature=True)
    assert per_feature.ncol == test.ncol
    features = model.deepfeatures(test, layer=1)
    assert features.shape == (23, 20)
    rebuilt = model.predict(test)
    assert rebuilt.names[0] == "reconstr_" + test.names[0]


def test_airlines_with_munging(server):
    flights = h2o.import_file(str(DATA / "airlines" / "allyears2k_headers.zip"))
    assert flights.shape == (43978, 31)
    flights["Weekend"] = (flights["DayOfWeek"] >= 6).ifelse("yes", "no").asfactor()
    flights["DepHour"] = flights["CRSDepTime"] // 100
    by_carrier = flights.group_by("UniqueCarrier").count().mean("DepDelay", na="rm").get_frame()
    carriers = by_carrier.as_data_frame()
    assert carriers["nrow"].sum() == 43978
    late = flights[flights["DepDelay"] > 60, :]
    assert 0 < late.nrow < flights.nrow
    joined = flights.merge(by_carrier, all_x=True)
    assert joined.nrow == flights.nrow
    train, valid, test = flights.split_frame(ratios=[0.6, 0.2], seed=3)
    model = H2ODeepLearningEstimator(hidden=[32], epochs=3, seed=3)
    model.train(
        x=["Month", "DayOfWeek", "DepHour", "UniqueCarrier", "Origin", "Distance", "Weekend"],
        y="IsDepDelayed",
        training_frame=train,
        validation_frame=valid,
    )
    assert model.auc(valid=True) > 0.65
    assert model.model_performance(test).auc() > 0.65
    assert model.varimp()


def test_prostate_with_cross_validation(server):
    frame = h2o.import_file(str(DATA / "prostate" / "prostate.csv"))
    frame["CAPSULE"] = frame["CAPSULE"].asfactor()
    model = H2ODeepLearningEstimator(
        hidden=[10],
        epochs=20,
        seed=1,
        nfolds=5,
        fold_assignment="Modulo",
        keep_cross_validation_predictions=True,
        keep_cross_validation_fold_assignment=True,
    )
    model.train(x=frame.names[2:], y="CAPSULE", training_frame=frame)
    assert model.auc(xval=True) > 0.65
    summary = model.cross_validation_metrics_summary().as_data_frame()
    assert [c for c in summary.columns if c.startswith("cv_")] == [
        f"cv_{i}_valid" for i in range(1, 6)
    ]
    assert len(model.cross_validation_models()) == 5
    held_out = model.cross_validation_holdout_predictions()
    assert held_out.nrow == frame.nrow
    assert model.cross_validation_fold_assignment().nrow == frame.nrow


def test_status_is_answered_while_a_net_trains(server):
    import time
    import urllib.request

    frame = h2o.import_file(str(DATA / "mnist" / "train.csv.gz"), header=-1)
    frame["C785"] = frame["C785"].asfactor()
    model = H2ODeepLearningEstimator(hidden=[200, 200], epochs=1000, seed=1)
    model.start(x=frame.names[:-1], y="C785", training_frame=frame)
    slowest = 0.0
    for _ in range(200):
        start = time.time()
        urllib.request.urlopen(server.url + "/3/Ping").read()
        slowest = max(slowest, time.time() - start)
    job = h2o.api("GET /3/Jobs")["jobs"][-1]
    assert job["status"] == "RUNNING"
    h2o.api("POST /3/Jobs/%s/cancel" % job["key"]["name"])
    for _ in range(300):
        if h2o.api("GET /3/Jobs/" + job["key"]["name"])["jobs"][0]["status"] == "CANCELLED":
            break
        time.sleep(0.1)
    else:
        raise AssertionError("a cancelled job ends")
    assert slowest < 5, "and on an idle machine it is a millisecond"
