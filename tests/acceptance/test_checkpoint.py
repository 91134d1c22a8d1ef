"""Stopping a training, by force, too, and going on with it."""
import json
import os
import random
import signal
import subprocess
import time

from conftest import DATA, PROGRAM, ROOT

# make test kills 10 times; THALWEG_KILLS=50 for the long form.
KILLS = int(os.environ.get("THALWEG_KILLS", "10"))
WEATHER = ["--training_frame", DATA / "misc/weather.csv", "--response_column", "RainTomorrow",
           "--response_type", "enum", "--ignored_columns", "Date,RISK_MM"]
SMALL = [*WEATHER, "--hidden", "20,20", "--seed", "5", "--reproducible", "true", "--stopping_rounds",
         "0", "--classification_stop", "-1", "--quiet"]


def predictions(thalweg, model, folder):
    output = folder / f"{model.stem}.csv"
    thalweg("predict", "--model", model, "--frame", DATA / "misc/weather.csv", "--output", output)
    return output.read_text()


def test_killing_loses_nothing_written(thalweg, tmp_path):
    """Whatever the moment: a readable model is there once the first was written, it can be gone on
    with, and in the end the net is that of a training that was never killed."""
    folder = tmp_path / "checkpoints"
    checkpoint = folder / "deeplearning.thalweg"
    rng = random.Random(1)
    epochs = 40 * KILLS
    kills = 0
    written = False  # once a checkpoint is there, there is always one
    while True:
        more = ["--checkpoint", checkpoint] if checkpoint.exists() else [
            *SMALL[6:], "--export_checkpoints_dir", folder, "--ignored_columns", "Date,RISK_MM"]
        process = subprocess.Popen(
            [str(a) for a in (PROGRAM, "train", "deeplearning", *WEATHER[:6], "--epochs", epochs,
                              "--quiet", *more)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if kills < KILLS:
            time.sleep(rng.uniform(0.02, 0.4))
            process.send_signal(signal.SIGKILL)
            out, _ = process.communicate(timeout=60)
            assert process.returncode in (-signal.SIGKILL, 0), out
            if process.returncode == 0:
                break
            kills += 1
        else:
            out, _ = process.communicate(timeout=300 + 20 * KILLS)
            assert process.returncode == 0, out
            break
        assert checkpoint.exists() or not written
        written = checkpoint.exists()
        if written:
            predictions(thalweg, checkpoint, tmp_path)
    assert kills >= 2
    model = tmp_path / "whole.thalweg"
    thalweg("train", "deeplearning", *SMALL, "--epochs", epochs, "--model", model)
    assert predictions(thalweg, model, tmp_path) == predictions(thalweg, checkpoint, tmp_path)
    left = [f.name for f in folder.iterdir()]
    assert left == ["deeplearning.thalweg"]


def test_parameters_not_given_are_the_models(thalweg, tmp_path):
    first, second = tmp_path / "first.thalweg", tmp_path / "second.thalweg"
    report = tmp_path / "report.json"
    thalweg("train", "deeplearning", *SMALL, "--epochs", 2, "--l1", "1e-4", "--model", first)
    thalweg("train", "deeplearning", *WEATHER[:6], "--checkpoint", first, "--epochs", 3, "--model",
            second, "--report", report)
    parameters = json.loads(report.read_text())["parameters"]
    assert parameters["hidden"] == [20, 20] and parameters["l1"] == 1e-4
    assert parameters["ignored_columns"] == ["Date", "RISK_MM"]
    assert len(json.loads(report.read_text())["scoring_history"]) == 3

    err = thalweg("train", "deeplearning", *WEATHER[:6], "--checkpoint", first, "--epochs", 4,
                  "--hidden", "200,200", code=2).err
    assert "hidden" in err and "20,20" in err
    err = thalweg("train", "deeplearning", *WEATHER[:6], "--checkpoint", first, code=2).err
    assert "epochs" in err
    err = thalweg("train", "deeplearning", *WEATHER[:6], "--checkpoint", tmp_path / "no", code=2).err
    assert "cannot open" in err
