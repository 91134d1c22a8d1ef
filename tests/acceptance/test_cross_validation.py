"""`thalweg train … --nfolds`: what is reported and kept."""
import csv
import json

from conftest import DATA


def test_folds_are_reported_and_kept(thalweg, tmp_path):
    model, report = tmp_path / "m.thalweg", tmp_path / "report.json"
    thalweg("train", "deeplearning", "--training_frame", DATA / "prostate/prostate.csv",
            "--response_column", "CAPSULE", "--response_type", "enum", "--ignored_columns", "ID",
            "--hidden", "10", "--epochs", 10, "--seed", 1, "--nfolds", 4, "--fold_assignment",
            "Stratified", "--keep_cross_validation_predictions", "true",
            "--keep_cross_validation_fold_assignment", "true", "--model", model, "--report", report)
    content = json.loads(report.read_text())
    pooled = content["cross_validation_metrics"]
    assert pooled["rows"] == 380 and 0.5 < pooled["AUC"] < 0.95
    summary = content["cross_validation_metrics_summary"]
    assert len(summary["logloss"]["values"]) == 4
    mean = sum(summary["logloss"]["values"]) / 4
    assert abs(summary["logloss"]["mean"] - mean) < 1e-9 and summary["logloss"]["sd"] > 0
    assert len(content["cross_validation_fold_epochs"]) == 4
    assert sorted(f.name for f in tmp_path.iterdir()) == [
        "m.thalweg", "m_cv_1.thalweg", "m_cv_2.thalweg", "m_cv_3.thalweg", "m_cv_4.thalweg",
        "m_cv_fold_assignment.csv", "m_cv_predictions.csv", "report.json"]
    with open(tmp_path / "m_cv_predictions.csv") as file:
        assert len(list(csv.DictReader(file))) == 380
    thalweg("predict", "--model", tmp_path / "m_cv_3.thalweg", "--frame",
            DATA / "prostate/prostate.csv", "--output", tmp_path / "p.csv")
