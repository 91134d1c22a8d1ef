"""`thalweg train`, `predict` and `params`: the main job from files to predictions."""
import os
import csv
import gzip
import json
import random
import signal
import subprocess
import time

import pytest

from conftest import DATA, PROGRAM, ROOT

MNIST = ["--header", "false", "--response_column", "C785", "--response_type", "enum"]


@pytest.fixture(scope="session")
def digits(tmp_path_factory):
    """3,000 + 1,000 rows of the training digits, so that tests are quick and leave the test set alone."""
    folder = tmp_path_factory.mktemp("digits")
    with gzip.open(DATA / "mnist/train.csv.gz", "rt") as file:
        lines = [next(file) for _ in range(4000)]
    (folder / "train.csv").write_text("".join(lines[:3000]))
    (folder / "valid.csv").write_text("".join(lines[3000:]))
    return folder


def train_digits(thalweg, digits, out, *more):
    report = out / "report.json"
    thalweg("train", "deeplearning", "--training_frame", digits / "train.csv",
            "--validation_frame", digits / "valid.csv", *MNIST, "--hidden", "100,100",
            "--model", out / "model.thalweg", "--report", report, *more)
    return json.loads(report.read_text())


def test_digits_report_has_everything(thalweg, digits, tmp_path):
    report = train_digits(thalweg, digits, tmp_path, "--epochs", "10", "--seed", "7")
    assert report["validation_metrics"]["classification_error"] < 0.12
    assert report["training_metrics"]["classification_error"] < 0.05
    assert report["samples"] == pytest.approx(30000, rel=0.02)
    assert report["epochs"] == pytest.approx(10, rel=0.02)
    for key in ("mse", "rmse", "logloss", "mean_per_class_error", "cm"):
        assert key in report["validation_metrics"], key
    counts = report["validation_metrics"]["cm"]["counts"]
    assert sum(map(sum, counts)) == 1000
    assert report["samples_per_second"] > 0 and report["run_time_ms"] > 0
    assert report["peak_memory_bytes"] > 1e6
    assert report["parameters"]["hidden"] == [100, 100]
    assert report["scoring_history"]
    assert isinstance(report["warnings"], list)


def test_predict_agrees_with_the_report(thalweg, digits, tmp_path):
    report = train_digits(thalweg, digits, tmp_path, "--epochs", "3", "--seed", "7")
    output = tmp_path / "predictions.csv"
    result = thalweg("predict", "--model", tmp_path / "model.thalweg", "--frame",
                     digits / "valid.csv", "--header", "false", "--output", output, "--metrics")
    with open(output) as file:
        predictions = list(csv.DictReader(file))
    truth = [line.rsplit(",", 1)[1].strip() for line in open(digits / "valid.csv")]
    wrong = sum(p["predict"] != t for p, t in zip(predictions, truth, strict=True))
    assert wrong / 1000 == pytest.approx(report["validation_metrics"]["classification_error"])
    probabilities = [float(v) for k, v in predictions[0].items() if k != "predict"]
    assert len(probabilities) == 10 and sum(probabilities) == pytest.approx(1, abs=1e-5)
    metrics = result.json()
    assert metrics["logloss"] == pytest.approx(report["validation_metrics"]["logloss"], rel=1e-6)


@pytest.mark.parametrize("more", [["--mini_batch_size", "0"], ["--mini_batch_size", "1"],
                                  ["--mini_batch_size", "32", "--activation",
                                   "RectifierWithDropout", "--input_dropout_ratio", "0.1"]])
def test_reproducible_over_threads(thalweg, digits, tmp_path, more):
    models = []
    for threads in (1, 2, 3, 5):
        out = tmp_path / str(threads)
        out.mkdir()
        train_digits(thalweg, digits, out, "--epochs", "1", "--seed", "3", "--reproducible",
                     "true", "--threads", threads, *more)
        models.append((out / "model.thalweg").read_bytes())
    assert all(model == models[0] for model in models)


@pytest.mark.parametrize("activation", ["Tanh", "Rectifier", "Maxout", "ExpRectifier",
                                        "TanhWithDropout", "RectifierWithDropout",
                                        "MaxoutWithDropout", "ExpRectifierWithDropout"])
@pytest.mark.parametrize("batch", [1, 32])
def test_every_activation_learns(thalweg, digits, tmp_path, activation, batch):
    report = train_digits(thalweg, digits, tmp_path, "--epochs", "5", "--activation", activation,
                          "--mini_batch_size", batch, "--seed", "1")
    assert report["validation_metrics"]["classification_error"] < 0.2


def test_categorical_inputs_and_missing_cells(thalweg, tmp_path):
    report = tmp_path / "report.json"
    thalweg("train", "deeplearning", "--training_frame", DATA / "misc/weather.csv",
            "--response_column", "RainTomorrow", "--response_type", "enum",
            "--ignored_columns", "Date,RISK_MM",
            "--hidden", "50,50", "--epochs", "20", "--seed", "1", "--report", report)
    metrics = json.loads(report.read_text())["training_metrics"]
    assert metrics["cm"]["levels"] == ["0", "1"]
    assert metrics["classification_error"] < 0.18  # always 0 gives 0.180


def test_regression(thalweg, tmp_path):
    rng = random.Random(5)
    rows = ["x,y,colour,z"]
    for _ in range(4000):
        x, y, colour = rng.uniform(-1, 1), rng.uniform(-1, 1), rng.choice(["red", "blue"])
        z = 100 + 10 * x * y + (5 if colour == "red" else 0)
        rows.append(f"{x:.4f},{y:.4f},{colour},{z:.5f}")
    data = tmp_path / "data.csv"
    data.write_text("\n".join(rows) + "\n")
    report = tmp_path / "report.json"
    thalweg("train", "deeplearning", "--training_frame", data, "--response_column", "z",
            "--hidden", "50,50", "--epochs", "60", "--seed", "1", "--report", report)
    assert json.loads(report.read_text())["training_metrics"]["r2"] > 0.97


def test_interrupt_saves_the_model(thalweg, digits, tmp_path):
    model = tmp_path / "model.thalweg"
    process = subprocess.Popen(
        [PROGRAM, "train", "deeplearning", "--training_frame", digits / "train.csv", *MNIST,
         "--epochs", "100000", "--classification_stop", "-1", "--model", model], cwd=ROOT, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    time.sleep(4)
    # Twice, as wrappers do that signal a process and its group: still one wish.
    process.send_signal(signal.SIGINT)
    time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, out + err
    assert "interrupted" in out
    thalweg("predict", "--model", model, "--frame", digits / "valid.csv", "--header", "false",
            "--output", tmp_path / "p.csv")


def test_says_why_it_stopped(thalweg, digits, tmp_path):
    report = train_digits(thalweg, digits, tmp_path, "--epochs", "1000", "--max_runtime_secs", "1")
    assert report["stop_reason"] == "max_runtime_secs has passed"
    report = train_digits(thalweg, digits, tmp_path, "--epochs", "100", "--reproducible", "true",
                          "--classification_stop", "0.05")
    assert report["stop_reason"] == "the training error has reached classification_stop"
    assert report["epochs"] < 50


def test_damaged_models_are_refused(thalweg, digits, tmp_path):
    train_digits(thalweg, digits, tmp_path, "--epochs", "0.1")
    model = tmp_path / "model.thalweg"
    whole = model.read_bytes()
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 1
    for content in (whole[: len(whole) // 2], bytes(damaged), b"", b"not a model"):
        model.write_bytes(content)
        err = thalweg("predict", "--model", model, "--frame", digits / "valid.csv", "--header",
                      "false", "--output", tmp_path / "p.csv", code=2).err
        assert "model.thalweg" in err


@pytest.mark.parametrize(
    "name, message",
    [("none/x", "No such file or directory"), (".", "Is a directory"), ("pipe", "not a regular file (a pipe or a device)")],
)
def test_places_that_cannot_be_written_are_told_before_the_work(thalweg, tmp_path, name, message):
    os.mkfifo(tmp_path / "pipe")
    data = ["--training_frame", "data/prostate/prostate.csv", "--response_column", "CAPSULE"]
    place = tmp_path / name
    for args in (
        ["train", "deeplearning", *data, "--model", place],
        ["train", "deeplearning", *data, "--report", place],
        ["grid", "deeplearning", *data, "--hyper", "hidden=[2];[3]", "--model", place],
        ["grid", "deeplearning", *data, "--hyper", "hidden=[2];[3]", "--report", place],
    ):
        result = thalweg(*args, code=2)
        assert f"{place}: cannot write: {message}" in result.err
        assert result.out == ""
    assert (tmp_path / "pipe").is_fifo()
    assert len(list(tmp_path.iterdir())) == 1


def test_frames_that_cannot_be_written_are_told_before_the_work(thalweg, tmp_path):
    model = tmp_path / "m.thalweg"
    thalweg("train", "deeplearning", "--training_frame", "data/prostate/prostate.csv", "--response_column", "CAPSULE",
            "--hidden", "2", "--epochs", "1", "--model", model)
    explain = [model, "data/prostate/prostate.csv"]
    for args in (
        ["predict", "--model", model, "--frame", "data/prostate/none.csv"],
        ["inspect", "data/prostate/none.csv"],
        ["explain", "permutation", *explain],
        ["explain", "pdp", *explain, "--columns", "AGE"],
        ["explain", "ice", *explain, "--column", "AGE"],
        ["explain", "shap", *explain, "--background", "data/prostate/none.csv"],
    ):
        for name, message in (("x.txt", "the name says no format"), ("none/x.csv", "cannot write: No such file")):
            result = thalweg(*args, "--output", tmp_path / name, code=2)
            assert f"{tmp_path / name}: {message}" in result.err
            assert result.out == ""


def test_all_bad_parameters_at_once(thalweg):
    err = thalweg("train", "deeplearning", "--training_frame", DATA / "prostate/prostate.csv",
                  "--response_column", "CAPSULE", "--epochs", "-1", "--activation", "Tahn",
                  "--rho", "2", code=2).err
    for name in ("--epochs", "--activation", "--rho"):
        assert name in err, err
    err = thalweg("train", "deeplearning", "--training_frame", DATA / "prostate/prostate.csv",
                  "--response_column", "CAPSUL", code=2).err
    assert "CAPSULE" in err
    err = thalweg("train", "deeplearning", "--hiden", "3", code=2).err
    assert "hidden" in err or "training_frame" in err


def test_params_are_documented(thalweg):
    fields = {f["name"]: f for f in thalweg("params", "deeplearning", "--json").json()}
    assert fields["hidden"]["default"] == "200,200"
    assert fields["rho"]["default"] == "0.99"
    assert "Rectifier" in fields["activation"]["values"]
    assert all(f["help"].endswith(".") for f in fields.values())
    assert "--hidden" in thalweg("params", "deeplearning").out
