"""h2o.make_metrics: what it measures, and what it refuses as H2O does."""
import h2o
import pytest
from h2o.exceptions import H2OResponseError

P = [0.1, 0.4, 0.6, 0.9, 0.3, 0.7]
NAN = float("nan")


@pytest.fixture(scope="module")
def frames(server):
    def enums(values):
        return h2o.H2OFrame({"a": values}, column_types=["enum"])

    made = {
        "p": h2o.H2OFrame({"p": P}),
        "two": h2o.H2OFrame({"n": [1 - p for p in P], "y": P}),
        "labelled": h2o.H2OFrame({"predict": list("nnyyny"), "n": [1 - p for p in P], "y": P},
                                 column_types=["enum", "real", "real"]),
        "a": enums(list("nyyynn")),
        "zero_one": h2o.H2OFrame({"n": [0, 1, 1, 1, 0, 0]}),
        "y": h2o.H2OFrame({"y": [1.5, 2, 3, 4, 2, 1]}),
        "three": h2o.H2OFrame({"a": [0.2, 0.3, 0.5, 0.1, 0.6, 0.3], "b": [0.3] * 6,
                               "c": [0.5, 0.4, 0.2, 0.6, 0.1, 0.4]}),
        "abc": enums(list("abcabc")),
        "text": h2o.H2OFrame({"s": list("uvwxyz")}, column_types=["string"]),
        "w": h2o.H2OFrame({"w": [1, 2, 1, 0, 1, 1]}),
        "negative": h2o.H2OFrame({"w": [1, -2, 1, 0, 1, 1]}),
        "big": h2o.H2OFrame({"p": [1.5, 0.2, 0.3, 0.4, -0.1, 0.5]}),
        "gap": h2o.H2OFrame({"p": [NAN, 0.2, 0.3, 0.4, 0.1, 0.5]}),
    }
    made["short"] = made["p"][:3, :]
    return made


@pytest.fixture(autouse=True)
def nothing_left():
    """The frames are those of all tests here."""


# Figures of H2O 3.46.0.12.
@pytest.mark.parametrize("predicted, actual, more, expected", [
    ("p", "a", {}, {"MSE": 0.186667, "nobs": 6, "AUC": 0.777778, "logloss": 0.533081}),
    ("p", "a", {"domain": ["y", "n"]}, {"MSE": 0.453333, "AUC": 0.222222, "logloss": 1.265489}),
    ("p", "zero_one", {"domain": ["0", "1"]}, {"AUC": 0.777778, "mean_per_class_error": 0.166667}),
    ("p", "zero_one", {"distribution": "bernoulli"}, {"mean_residual_deviance": 1.066162, "mae": 0.366667}),
    ("p", "a", {"distribution": "gaussian"}, {"AUC": 0.777778}),
    ("p", "y", {"distribution": "poisson"}, {"MSE": 3.811667, "mean_residual_deviance": 3.908933}),
    ("p", "y", {"distribution": "gamma"}, {"mean_residual_deviance": 7.289102}),
    ("p", "y", {"distribution": "laplace"}, {"mean_residual_deviance": 1.75}),
    ("p", "y", {"weights": "w"}, {"MSE": 2.636667, "nobs": 5, "mae": 1.5}),
    ("p", "a", {"weights": "w"}, {"MSE": 0.245, "nobs": 5, "AUC": 0.666667, "logloss": 0.668236}),
    ("gap", "a", {}, {"MSE": 0.35, "nobs": 5, "AUC": 0.5, "logloss": 0.905642}),
    ("gap", "y", {}, {"MSE": 5.47, "nobs": 5, "mae": 2.1}),
    ("three", "abc", {}, {"MSE": 0.571667, "nobs": 6, "logloss": 1.474283, "mean_per_class_error": 0.833333}),
    ("three", "abc", {"auc_type": "MACRO_OVR"}, {"AUC": 0.270833}),
    ("three", "abc", {"distribution": "gaussian"}, {"logloss": 1.474283}),
])
def test_measures_as_h2o_does(frames, predicted, actual, more, expected):
    more = {name: frames.get(value, value) if name == "weights" else value for name, value in more.items()}
    metrics = h2o.make_metrics(frames[predicted], frames[actual], **more)._metric_json
    assert {name: round(metrics[name], 6) for name in expected} == expected


@pytest.mark.parametrize("predicted, actual, more, words", [
    ("two", "a", {}, "2 classes there must be one column"),
    ("labelled", "a", {}, "2 classes there must be one column"),
    ("p", "a", {"domain": ["u", "v"]}, "has no n, which is among the actual values"),
    ("p", "a", {"domain": ["n", "z"]}, "has no y"),
    ("p", "a", {"domain": ["n", "n"]}, "has n twice"),
    ("p", "a", {"domain": ["n"]}, "has one level"),
    ("p", "a", {"domain": ["n", "y", "z"]}, "3 classes there must be 3 columns"),
    ("p", "zero_one", {"domain": ["n", "y"]}, "has no 0"),
    ("p", "zero_one", {"distribution": "multinomial"}, "needs a domain"),
    ("p", "y", {"distribution": "tweedie"}, "tweedie has a parameter of its own"),
    ("p", "y", {"distribution": "huber"}, "huber has a parameter of its own"),
    ("p", "y", {"distribution": "quantile"}, "quantile has a parameter of its own"),
    ("p", "y", {"distribution": "bogus"}, "bogus is none of AUTO"),
    ("two", "y", {}, "one column"),
    ("short", "a", {}, "3 predictions and 6 actual values"),
    ("short", "y", {}, "3 predictions and 6 actual values"),
    ("text", "y", {}, "predictions: column s is a string column"),
    ("p", "text", {}, "actual values: column s is a string column"),
    ("a", "y", {}, "predictions: column a is a enum column"),
    ("a", "a", {}, "predictions: column a is a enum column"),
    ("p", "text", {"domain": ["u", "v"]}, "actual values: column s"),
    ("big", "a", {}, "has 1.5; probabilities"),
    ("p", "a", {"weights": "negative"}, "weights: -2 is below 0"),
    ("p", "y", {"weights": "short"}, "weights"),
    ("three", "abc", {"domain": ["a", "b"]}, "2 classes there must be one column"),
    ("p", "abc", {"domain": ["a", "b"]}, "has no c"),
    ("three", "abc", {"domain": ["x", "y", "z"]}, "has no a"),
    ("p", "a", {"treatment": "a"}, "no uplift models"),
])
def test_refuses_what_makes_no_sense(frames, predicted, actual, more, words):
    more = {name: frames.get(value, value) if name in ("weights", "treatment") else value
            for name, value in more.items()}
    with pytest.raises(H2OResponseError, match=words):
        h2o.make_metrics(frames[predicted], frames[actual], **more)
