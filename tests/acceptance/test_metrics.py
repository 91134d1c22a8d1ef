"""Metrics of `thalweg predict --metrics`, against scikit-learn on the predictions that it writes."""
import csv
import json

import numpy as np
import pytest
from sklearn import metrics as sk

CLASSES = {"two": ["no", "yes"], "three": ["blue", "green", "red"]}


def make_rows(path, seed, levels, ties, count=3000):
    """Rows with weights 0 to 2.5; with ties, inputs have only 12 combinations."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 4, count)
    x = rng.integers(0, 3, count).astype(float) if ties else rng.normal(size=count)
    weights = rng.choice([0, 0.5, 1, 2, 2.5], count)
    scores = [k * (group - 1.5) * 0.6 + k * x * 0.7 + rng.gumbel(size=count)
              for k in range(len(levels) or 1)]
    truth = np.array(levels)[np.argmax(scores, axis=0)] if levels else np.exp(x) + 0.3 * group
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["group", "x", "w", "y"])
        writer.writerows(zip([f"g{g}" for g in group], x, weights, truth))
    return truth, weights


def predict(thalweg, folder, levels, ties, *more, predict_more=()):
    """The metrics, the true values, the weights and the columns of the predictions."""
    kind = "enum" if levels else "real"
    make_rows(folder / "train.csv", 1, levels, ties)
    truth, weights = make_rows(folder / "test.csv", 2, levels, ties)
    thalweg("train", "deeplearning", "--training_frame", folder / "train.csv",
            "--response_column", "y", "--response_type", kind, "--weights_column", "w",
            "--hidden", "8", "--epochs", "3", "--seed", "1", "--model", folder / "model", *more)
    result = thalweg("predict", "--model", folder / "model", "--frame", folder / "test.csv",
                     "--output", folder / "p.csv", "--metrics", *predict_more)
    with open(folder / "p.csv") as file:
        rows = list(csv.DictReader(file))
    columns = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    return result.json(), truth, weights, columns


def near(value):
    return pytest.approx(value, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("ties", [True, False])
def test_two_classes(thalweg, tmp_path, ties):
    found, truth, w, columns = predict(thalweg, tmp_path, CLASSES["two"], ties)
    y = truth == "yes"
    p = columns["yes"].astype(float)
    assert len(set(p)) == 12 if ties else len(set(p)) > 1000
    assert found["rows"] == sum(w > 0)
    assert found["AUC"] == pytest.approx(sk.roc_auc_score(y, p, sample_weight=w), abs=1e-9)
    assert found["Gini"] == near(2 * found["AUC"] - 1)
    assert found["pr_auc"] == near(sk.average_precision_score(y, p, sample_weight=w))
    assert found["logloss"] == pytest.approx(sk.log_loss(y, p, sample_weight=w), rel=1e-6)
    assert found["mse"] == pytest.approx(sk.brier_score_loss(y, p, sample_weight=w), rel=1e-6)
    assert found["rmse"] == near(found["mse"] ** 0.5)
    assert found["r2"] == pytest.approx(sk.r2_score(y, p, sample_weight=w), rel=1e-6)
    fpr, tpr, _ = sk.roc_curve(y, p, sample_weight=w)
    assert found["kolmogorov_smirnov"] == near(max(abs(tpr - fpr)))

    # The labels, and what is said of them.
    label = columns["predict"] == "yes"
    assert (label == (p >= found["threshold"])).all()
    matrix = sk.confusion_matrix(y, label, sample_weight=w)
    assert found["cm"]["counts"] == near(matrix)
    assert 1 - found["classification_error"] == near(sk.accuracy_score(y, label, sample_weight=w))
    assert 1 - found["mean_per_class_error"] == near(
        sk.balanced_accuracy_score(y, label, sample_weight=w))

    table = {k: np.array(v) for k, v in found["thresholds_and_metric_scores"].items()}
    count = len(table["threshold"])
    assert count == 12 if ties else 300 < count <= 400
    assert (np.diff(table["threshold"]) < 0).all() and list(table["idx"]) == list(range(count))
    precisions, recalls, cuts = sk.precision_recall_curve(y, p, sample_weight=w)
    with np.errstate(invalid="ignore"):
        best = np.nanmax(2 * precisions * recalls / (precisions + recalls))
    maxima = found["max_criteria_and_metric_scores"]
    assert maxima["metric"][0] == "max f1" and maxima["value"][0] == near(best)
    for name, at, value, i in zip(*(maxima[k] for k in ("metric", "threshold", "value", "idx"))):
        assert table[name[4:]][i] == value and table["threshold"][i] == at
    if ties:  # all of the curve is in the table
        fpr, tpr, _ = sk.roc_curve(y, p, sample_weight=w, drop_intermediate=False)
        assert [0, *table["fpr"]] == near(fpr) and [0, *table["tpr"]] == near(tpr)
    for i in range(0, count, max(1, count // 20)):
        at = p >= table["threshold"][i]
        (tn, fp), (fn, tp) = sk.confusion_matrix(y, at, sample_weight=w)
        expected = {
            "tns": tn, "fps": fp, "fns": fn, "tps": tp, "tnr": tn / (tn + fp),
            "fnr": fn / (fn + tp), "fpr": fp / (tn + fp), "tpr": tp / (fn + tp),
            "f1": sk.f1_score(y, at, sample_weight=w),
            "f2": sk.fbeta_score(y, at, beta=2, sample_weight=w),
            "f0point5": sk.fbeta_score(y, at, beta=0.5, sample_weight=w),
            "accuracy": sk.accuracy_score(y, at, sample_weight=w),
            "precision": sk.precision_score(y, at, sample_weight=w),
            "recall": sk.recall_score(y, at, sample_weight=w),
            "specificity": sk.recall_score(~y, ~at, sample_weight=w),
            "absolute_mcc": abs(sk.matthews_corrcoef(y, at, sample_weight=w)),
            "mean_per_class_accuracy": sk.balanced_accuracy_score(y, at, sample_weight=w),
            "min_per_class_accuracy": min(tp / (tp + fn), tn / (tn + fp)),
        }
        for name, value in expected.items():
            assert table[name][i] == pytest.approx(value, rel=1e-9, abs=1e-9), (name, i)


def test_gains_and_lift(thalweg, tmp_path):
    found, truth, w, columns = predict(thalweg, tmp_path, CLASSES["two"], False,
                                       "--gainslift_bins", "8")
    y = truth == "yes"
    p = columns["yes"].astype(float)
    groups = {k: np.array(v) for k, v in found["gains_lift_table"].items()}
    assert list(groups["group"]) == list(range(1, 9))
    base = np.average(y, weights=w)
    before = np.zeros(len(y), bool)
    for g in range(8):
        above = p >= groups["lower_threshold"][g]
        group = above & ~before
        assert groups["cumulative_data_fraction"][g] == near(w[above].sum() / w.sum())
        assert groups["cumulative_data_fraction"][g] == pytest.approx((g + 1) / 8, abs=2e-3)
        assert groups["response_rate"][g] == near(np.average(y[group], weights=w[group]))
        assert groups["lift"][g] == near(np.average(y[group], weights=w[group]) / base)
        assert groups["score"][g] == near(np.average(p[group], weights=w[group]))
        assert groups["cumulative_capture_rate"][g] == near(
            (w * (above & y)).sum() / (w * y).sum())
        before = above
    assert max(groups["kolmogorov_smirnov"]) <= found["kolmogorov_smirnov"]
    none, *_ = predict(thalweg, tmp_path, CLASSES["two"], False, "--gainslift_bins", "0")
    assert "gains_lift_table" not in none


@pytest.mark.parametrize("ties", [True, False])
@pytest.mark.parametrize("auc_type", ["AUTO", "MACRO_OVR", "WEIGHTED_OVR", "MACRO_OVO",
                                      "WEIGHTED_OVO"])
def test_three_classes(thalweg, tmp_path, ties, auc_type):
    levels = CLASSES["three"]
    found, truth, w, columns = predict(thalweg, tmp_path, levels, ties, "--auc_type", auc_type,
                                       "--max_hit_ratio_k", "2")
    p = np.array([columns[level].astype(float) for level in levels]).T
    p /= p.sum(axis=1, keepdims=True)  # floats: 1 up to some 1e-7
    assert found["logloss"] == pytest.approx(
        sk.log_loss(truth, p, labels=levels, sample_weight=w), rel=1e-6)
    label = columns["predict"]
    assert found["cm"]["levels"] == levels
    assert found["cm"]["counts"] == near(sk.confusion_matrix(truth, label, sample_weight=w))
    recalls = sk.recall_score(truth, label, average=None, sample_weight=w)
    assert found["cm"]["errors"] == near(1 - recalls)
    assert found["mean_per_class_error"] == near(1 - recalls.mean())
    assert 1 - found["classification_error"] == near(
        sk.accuracy_score(truth, label, sample_weight=w))
    hits = found["hit_ratio_table"]
    assert hits["k"] == [1, 2]
    for k, ratio in zip(hits["k"], hits["hit_ratio"]):
        assert ratio == near(
            sk.top_k_accuracy_score(truth, p, k=k, labels=levels, sample_weight=w))
    if auc_type == "AUTO":
        assert "AUC" not in found and "multinomial_auc_table" not in found
        return
    average, _, multi = auc_type.lower().partition("_")
    # scikit-learn has no weights for pairs of classes: rows as often as they count, doubled.
    repeated = np.repeat(np.arange(len(w)), (2 * w).astype(int))
    raw = np.array([columns[level].astype(float) for level in levels]).T
    pairs = []
    for i in range(3):
        for j in range(i + 1, 3):
            rows = repeated[np.isin(truth[repeated], [levels[i], levels[j]])]
            pairs.append((sk.roc_auc_score(truth[rows] == levels[i], raw[rows, i]) +
                          sk.roc_auc_score(truth[rows] == levels[j], raw[rows, j])) / 2)
    rest = [sk.roc_auc_score(truth == level, raw[:, k], sample_weight=w)
            for k, level in enumerate(levels)]
    area = found["multinomial_auc_table"]["auc"]
    assert area[:3] == near(rest) and area[5:8] == near(pairs)
    precision = [sk.average_precision_score(truth == level, raw[:, k], sample_weight=w)
                 for k, level in enumerate(levels)]
    assert found["multinomial_aucpr_table"]["auc_pr"][:3] == near(precision)
    assert found["AUC"] == pytest.approx(
        sk.roc_auc_score(truth[repeated], p[repeated], multi_class=multi,
                         average=average), abs=1e-5)


@pytest.mark.parametrize("distribution, deviance", [
    ("gaussian", sk.mean_squared_error),
    ("laplace", sk.mean_absolute_error),
    ("poisson", sk.mean_poisson_deviance),
    ("gamma", sk.mean_gamma_deviance),
    ("tweedie", lambda y, p, sample_weight: sk.mean_tweedie_deviance(
        y, p, sample_weight=sample_weight, power=1.5)),
])
def test_regression(thalweg, tmp_path, distribution, deviance):
    found, y, w, columns = predict(thalweg, tmp_path, [], False, "--distribution", distribution)
    p = columns["predict"].astype(float)
    assert found["rows"] == sum(w > 0)
    assert found["mse"] == near(sk.mean_squared_error(y, p, sample_weight=w))
    assert found["rmse"] == near(found["mse"] ** 0.5)
    assert found["mae"] == near(sk.mean_absolute_error(y, p, sample_weight=w))
    assert found["r2"] == near(sk.r2_score(y, p, sample_weight=w))
    assert found["mean_residual_deviance"] == near(deviance(y, p, sample_weight=w))
    if p.min() > -1:
        logs = np.average((np.log1p(y) - np.log1p(p)) ** 2, weights=w) ** 0.5
        assert found["rmsle"] == near(logs)


def test_training_prints_and_reports(thalweg, tmp_path):
    make_rows(tmp_path / "train.csv", 1, CLASSES["two"], False)
    out = thalweg("train", "deeplearning", "--training_frame", tmp_path / "train.csv",
                  "--response_column", "y", "--hidden", "8", "--epochs", "2", "--report",
                  tmp_path / "report.json").out
    report = json.loads((tmp_path / "report.json").read_text())
    metrics = report["training_metrics"]
    for word in ("AUC", "PR-AUC", "max f1", "max absolute_mcc",
                 f"at threshold {metrics['threshold']:.6g}"):
        assert word in out, out
    for key in ("thresholds_and_metric_scores", "max_criteria_and_metric_scores",
                "gains_lift_table", "cm"):
        assert key in metrics
    assert metrics["threshold"] == metrics["max_criteria_and_metric_scores"]["threshold"][0]
    # Numbers go into the history, tables do not.
    assert "training_AUC" in report["scoring_history"][-1]
    assert "training_thresholds_and_metric_scores" not in report["scoring_history"][-1]
    without = thalweg("train", "deeplearning", "--training_frame", tmp_path / "train.csv",
                      "--response_column", "y", "--hidden", "8", "--epochs", "1",
                      "--max_confusion_matrix_size", "1").out
    assert "confusion matrix" in out and "confusion matrix" not in without
