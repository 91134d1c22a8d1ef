"""How models treat groups: fairness_metrics, and what the client makes of it."""
import h2o
import matplotlib
import numpy as np
import pytest
from h2o.estimators import H2ODeepLearningEstimator
from h2o.exceptions import H2OResponseError

from conftest import DATA

matplotlib.use("Agg")
PREDICTORS = ["AGE", "PSA", "VOL", "GLEASON", "RACE", "DPROS"]


@pytest.fixture
def prostate(server):
    frame = h2o.upload_file(str(DATA / "prostate" / "prostate.csv"))
    for column in ("CAPSULE", "RACE", "DPROS"):
        frame[column] = frame[column].asfactor()
    return h2o.assign(frame, "prostate")


def net(frame, **params):
    model = H2ODeepLearningEstimator(hidden=[3], epochs=20, seed=1, reproducible=True, **params)
    model.train(x=PREDICTORS, y="CAPSULE", training_frame=frame)
    return model


def expected(rows, favourable):
    """The measures of one group, from its rows of predictions."""
    selected, positive = rows["predict"] == favourable, rows["CAPSULE"] == favourable
    chance = rows[f"p{favourable}"].to_numpy()
    tp, fp = (selected & positive).sum(), (selected & ~positive).sum()
    fn, tn = (~selected & positive).sum(), (~selected & ~positive).sum()
    with np.errstate(all="ignore"):
        pairs = chance[positive][:, None] - chance[~positive][None, :]
        area = (pairs > 0).mean() + (pairs == 0).mean() / 2 if pairs.size else np.nan
        right = np.where(positive, chance, 1 - chance)
        return {
            "tp": tp, "fp": fp, "tn": tn, "fn": fn, "total": len(rows), "accuracy": (tp + tn) / len(rows),
            "precision": np.float64(tp) / (tp + fp), "f1": np.float64(2 * tp) / (2 * tp + fp + fn),
            "tpr": np.float64(tp) / (tp + fn), "tnr": np.float64(tn) / (tn + fp), "fpr": np.float64(fp) / (tn + fp),
            "fnr": np.float64(fn) / (tp + fn), "auc": area, "gini": 2 * area - 1, "selected": tp + fp,
            "selectedRatio": (tp + fp) / len(rows), "logloss": -np.log(right).mean(),
        }


@pytest.mark.parametrize("columns, reference, favourable", [
    (["RACE"], ["1"], 1), (["RACE", "DPROS"], ["1", "2"], 0), (["DPROS"], None, 1),
])
def test_measures_are_those_of_the_predictions(prostate, columns, reference, favourable):
    model = net(prostate)
    cells = prostate.cbind(model.predict(prostate)).as_data_frame()
    metrics = model.fairness_metrics(prostate, columns, reference, str(favourable))
    overview = metrics["overview"].as_data_frame()
    groups = {key if isinstance(key, tuple) else (key,): rows for key, rows in cells.groupby(columns)}
    assert len(overview) == len(groups)
    assert overview["relativeSize"].sum() == pytest.approx(1)
    chosen = tuple(map(int, reference)) if reference else max(groups, key=lambda g: len(groups[g]))
    base = expected(groups[chosen], favourable)
    for _, row in overview.iterrows():
        group = tuple(int(row[c]) for c in columns)
        for name, value in expected(groups[group], favourable).items():
            assert row[name] == pytest.approx(value, abs=1e-6, nan_ok=True), (group, name)
            if name != "total":
                with np.errstate(all="ignore"):
                    ratio = np.float64(value) / base[name]
                assert row["AIR_" + name] == pytest.approx(ratio, abs=1e-4, rel=1e-4, nan_ok=True), (group, name)
        table = metrics["thresholds_and_metrics_" + ",".join(map(str, group))].as_data_frame()
        assert list(table["idx"]) == list(range(len(table)))
        assert (table["tps"] + table["fns"] == row["tp"] + row["fn"]).all()
        assert table["Threshold"].is_monotonic_decreasing
        if group == chosen:
            assert row["p.value"] == 1
    assert {"aucpr", "AIR_aucpr"} <= set(overview.columns)
    assert ((overview["p.value"] >= 0) & (overview["p.value"] <= 1)).all()
    assert set(metrics) == {"overview", *("thresholds_and_metrics_" + ",".join(map(str, g)) for g in groups)}


def test_the_frames_go_with_the_client_s(prostate):
    model = net(prostate)
    before = set(h2o.ls()["key"])
    metrics = model.fairness_metrics(prostate, ["RACE"], None, "1")
    assert len(set(h2o.ls()["key"]) - before) == 4
    del metrics
    assert set(h2o.ls()["key"]) == before


def test_rows_without_a_group_or_a_response_are_in_none(prostate):
    model = net(prostate)
    holes = h2o.deep_copy(prostate, "holes")
    holes[0:5, "RACE"] = None
    holes[5:9, "CAPSULE"] = None
    metrics = model.fairness_metrics(holes, ["RACE"], ["1"], "1")["overview"].as_data_frame()
    whole = model.fairness_metrics(prostate[9:, :], ["RACE"], ["1"], "1")["overview"].as_data_frame()
    assert metrics.equals(whole)
    # One class alone: what needs the other one is missing.
    ones = model.fairness_metrics(prostate[prostate["CAPSULE"] == "1", :], ["RACE"], ["1"], "1")["overview"]
    assert ones.as_data_frame()["auc"].isna().all()
    assert (ones.as_data_frame()["fp"] == 0).all()


def test_what_makes_no_sense_is_refused(prostate):
    model = net(prostate)
    for columns, reference, favourable, words in (
        (["AGE"], ["60"], "1", "AGE, which must be a categorical column"),
        (["NOPE"], ["1"], "1", "NOPE"),
        (["RACE"], ["9"], "1", "9, which is no level of RACE"),
        (["RACE"], ["1", "2"], "1", "a level for each of 1 columns"),
        (["RACE", "DPROS"], ["0", "1"], "1", "a group without any row"),
        (["RACE"], ["1"], "7", "the classes are 0 and 1"),
        ([], None, "1", "names no column"),
    ):
        with pytest.raises(H2OResponseError, match=words):
            model.fairness_metrics(prostate, columns, reference, favourable)
    number = H2ODeepLearningEstimator(hidden=[2], epochs=1)
    number.train(x=["AGE"], y="PSA", training_frame=prostate)
    with pytest.raises(H2OResponseError, match="no model of two classes"):
        number.fairness_metrics(prostate, ["RACE"], ["1"], "1")


def test_what_the_client_makes_of_it(prostate):
    one, two = net(prostate, model_id="one"), net(prostate, model_id="two", l1=0.01)
    pieces = one.inspect_model_fairness(prostate, ["RACE"], ["1"], "1", render=False,
                                        background_frame=prostate[:20, :])
    assert {"overview", "ROC", "PR", "permutation_importance", "pdp", "shap"} <= set(pieces)
    assert set(pieces["pdp"]["plots"]) == set(PREDICTORS)
    assert one.fair_roc_plot(prostate, ["RACE"], ["1"], "1") is not None
    assert one.fair_pr_plot(prostate, ["RACE"], ["1"], "1") is not None
    assert one.fair_pd_plot(prostate, "AGE", ["RACE"]) is not None
    table = h2o.explanation.disparate_analysis([one, two], prostate, ["RACE"], ["1"], "1").as_data_frame()
    assert set(table["model_id"]) == {"one", "two"}
    assert (table["air_max"] >= table["air_min"]).all()
    assert {"cair", "significant_air_min", "p.value_min"} <= set(table.columns)
    matplotlib.pyplot.close("all")
