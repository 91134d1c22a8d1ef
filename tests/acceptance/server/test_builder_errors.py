"""What is said of parameters before, or instead of, a training."""
import h2o
import pytest
from h2o.estimators import H2ODeepLearningEstimator
from h2o.exceptions import H2OResponseError

from conftest import DATA


@pytest.fixture
def prostate(server):
    return h2o.upload_file(str(DATA / "prostate" / "prostate.csv"))


def train(frame, y="PSA", **params):
    model = H2ODeepLearningEstimator(epochs=1, hidden=[3], **params)
    model.train(x=["AGE", "GLEASON"], y=y, training_frame=frame)
    return model


@pytest.mark.parametrize(
    "params, text",
    [
        ({"distribution": "bernoulli"}, "ERRR on field: _distribution"),
        ({"loss": "CrossEntropy"}, "ERRR on field: _loss"),
        ({"rho": 2}, "ERRR on field: _rho"),
        ({"hidden_dropout_ratios": [0.1, 0.2]}, "ERRR on field: _hidden_dropout_ratios"),
        ({"balance_classes": True}, "ERRR on field: _balance_classes"),
        ({"custom_metric_func": "a"}, "ERRR on field: _custom_metric_func"),
        ({"col_major": True}, "ERRR on field: _col_major"),
    ],
)
def test_bad_parameters_are_refused_before_the_job(prostate, params, text):
    with pytest.raises(H2OResponseError, match=text):
        train(prostate, **params)


def test_all_errors_at_once(prostate):
    with pytest.raises(H2OResponseError, match="_rho.*_l1|_l1.*_rho"):
        train(prostate, rho=2, l1=-1)


def test_names_that_are_not_known(prostate):
    for name, text in (("bogus", "Unknown parameter: bogus"), ("epoch", "did you mean epochs")):
        with pytest.raises(H2OResponseError, match=text):
            h2o.api("POST /3/ModelBuilders/deeplearning",
                    data={"training_frame": prostate.frame_id, name: 1})
    with pytest.raises(H2OResponseError, match="'nosuch' doesn't exist"):
        h2o.api("POST /3/ModelBuilders/deeplearning",
                data={"training_frame": "nosuch", "response_column": "x"})
    with pytest.raises(H2OResponseError, match="no algorithm 'gbm'.*deeplearning"):
        h2o.api("POST /3/ModelBuilders/gbm", data={"training_frame": prostate.frame_id})


def test_warnings(prostate):
    with pytest.warns(RuntimeWarning, match="only the values 0 and 1"):
        train(prostate, y="CAPSULE")
    prostate["one"] = 1
    with pytest.warns(RuntimeWarning, match=r"constant columns: \[one\]"):
        model = H2ODeepLearningEstimator(epochs=1, hidden=[3])
        model.train(x=["AGE", "one"], y="PSA", training_frame=prostate)


def test_no_epochs_and_no_layers(prostate):
    model = H2ODeepLearningEstimator(epochs=0, hidden=[])
    model.train(x=["AGE"], y="PSA", training_frame=prostate)
    assert model.summary().as_data_frame()["units"].tolist() == [1, 1]


def test_metadata(server):
    builder = h2o.api("GET /3/ModelBuilders/deeplearning")["model_builders"]["deeplearning"]
    parameters = {p["name"]: p for p in builder["parameters"]}
    assert parameters["mini_batch_size"]["default_value"] == 1
    assert parameters["hidden"]["default_value"] == [200, 200]
    assert parameters["activation"]["values"][:2] == ["Tanh", "TanhWithDropout"]
    assert parameters["response_column"]["type"] == "VecSpecifier"
    assert parameters["training_frame"]["type"] == "Key<Frame>"
    own = H2ODeepLearningEstimator()._parms
    known = set(parameters) | {"_rest_version"}
    assert not [name for name in own if name not in known]
    assert list(h2o.api("GET /3/ModelBuilders")["model_builders"]) == ["deeplearning"]


def test_validation_alone(prostate):
    reply = h2o.api(
        "POST /3/ModelBuilders/deeplearning/parameters",
        data={"training_frame": prostate.frame_id, "response_column": "PSA", "rho": 2},
    )
    assert reply["error_count"] == 1
    assert [m["field_name"] for m in reply["messages"] if m["message_type"] == "ERRR"] == ["rho"]
