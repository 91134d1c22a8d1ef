"""Autoencoders on the command line: errors per row and feature, deep features, nets that start from one."""
import csv
import json
import subprocess

import pytest

from conftest import DATA, PROGRAM

TRAIN = DATA / "ecg/ecg_discord_train.csv"
TEST = DATA / "ecg/ecg_discord_test.csv"


@pytest.fixture(scope="module")
def autoencoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("autoencoder")
    model, report = folder / "ecg.thalweg", folder / "report.json"
    subprocess.run([PROGRAM, "train", "deeplearning", "--training_frame", TRAIN, "--header", "false", "--autoencoder", "true",
                    "--hidden", "50,20,50", "--activation", "Tanh", "--epochs", "100", "--l1", "1e-4", "--seed", "1",
                    "--model", model, "--report", report], check=True, capture_output=True)
    return model, json.loads(report.read_text())


def predict(thalweg, model, output, *more):
    thalweg("predict", "--model", model, "--frame", TEST, "--header", "false", "--output", output, *more)
    with open(output) as file:
        return list(csv.reader(file))


def test_anomalous_heartbeats_have_the_largest_errors(thalweg, autoencoder, tmp_path):
    model, report = autoencoder
    assert report["model"]["kind"] == "autoencoder"
    assert report["training_metrics"]["mse"] > 0
    assert "mae" not in report["training_metrics"]
    header, *rows = predict(thalweg, model, tmp_path / "errors.csv", "--reconstruction_error", "true")
    assert header == ["Reconstruction.MSE"]
    errors = [float(row[0]) for row in rows]
    assert min(errors[20:]) > 10 * max(errors[:20])


def test_errors_per_feature_add_up(thalweg, autoencoder, tmp_path):
    header, *rows = predict(thalweg, autoencoder[0], tmp_path / "errors.csv", "--reconstruction_error", "true",
                            "--per_feature", "true")
    assert header[:3] == ["Reconstruction.MSE", "reconstr_C1.SE", "reconstr_C2.SE"]
    assert len(header) == 211
    for row in rows:
        mean, *features = map(float, row)
        assert mean == pytest.approx(sum(features) / 210, rel=1e-9)


def test_plain_predictions_are_reconstructions(thalweg, autoencoder, tmp_path):
    header, *rows = predict(thalweg, autoencoder[0], tmp_path / "rows.csv")
    assert header[0] == "reconstr_C1" and len(header) == 210
    with open(TEST) as file:
        actual = [list(map(float, row)) for row in csv.reader(file)]
    # A normal heartbeat comes out nearly as it is, on the scale of the column.
    assert float(rows[0][100]) == pytest.approx(actual[0][100], abs=0.3)


def test_deep_features(thalweg, autoencoder, tmp_path):
    header, *rows = predict(thalweg, autoencoder[0], tmp_path / "deep.csv", "--deep_features_layer", "2")
    assert header == [f"DF.L2.C{i}" for i in range(1, 21)]
    assert len(rows) == 23
    assert all(-1 <= float(cell) <= 1 for row in rows for cell in row)


def test_what_does_not_fit_is_refused(thalweg, autoencoder, tmp_path):
    def refused(*arguments):
        return thalweg("predict", "--model", autoencoder[0], "--frame", TEST, "--header", "false", "--output",
                       tmp_path / "x.csv", *arguments, code=2).err
    assert "no hidden layer 4" in refused("--deep_features_layer", "4")
    assert "--reconstruction_error true" in refused("--per_feature", "true")
    assert "not both" in refused("--reconstruction_error", "true", "--deep_features_layer", "1")
