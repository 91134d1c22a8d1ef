"""What a user does first: data in, a net, a prediction."""
import h2o
import pandas as pd
from h2o.estimators import H2ODeepLearningEstimator

from conftest import DATA


def test_prostate_from_file_to_prediction(server):
    frame = h2o.upload_file(str(DATA / "prostate" / "prostate.csv"))
    assert frame.shape == (380, 9)
    frame["CAPSULE"] = frame["CAPSULE"].asfactor()
    train, test = frame.split_frame(ratios=[0.8], seed=1)
    assert train.nrow + test.nrow == 380
    model = H2ODeepLearningEstimator(hidden=[20, 20], epochs=20, seed=1)
    model.train(
        x=["AGE", "RACE", "PSA", "GLEASON"],
        y="CAPSULE",
        training_frame=train,
        validation_frame=test,
    )
    assert model.auc(train=True) > 0.7
    assert model.auc(valid=True) > 0.6
    predictions = model.predict(test)
    assert predictions.columns == ["predict", "p0", "p1"]
    table = predictions.as_data_frame()
    assert len(table) == test.nrow
    assert abs(table["p0"] + table["p1"] - 1).max() < 1e-6
    performance = model.model_performance(test)
    assert abs(performance.auc() - model.auc(valid=True)) < 1e-9


def test_a_pandas_frame(server):
    given = pd.DataFrame({"a": [1, 2, None], "b": ["x", "y", "x"], "c": [0.5, 1.5, 2.5]})
    frame = h2o.H2OFrame(given)
    assert frame.types == {"a": "int", "b": "enum", "c": "real"}
    back = frame.as_data_frame()
    pd.testing.assert_frame_equal(back, given, check_dtype=False)
