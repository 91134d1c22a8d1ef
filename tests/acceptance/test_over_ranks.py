"""Commands that mpirun starts on several processes."""
import contextlib
import json
import os
import pathlib
import random
import signal
import subprocess
import time

import pytest

from conftest import PROGRAM, ROOT

TRAIN = [
    "train", "deeplearning", "--training_frame", "data/prostate/prostate.csv", "--response_column", "CAPSULE",
    "--response_type", "enum", "--ignored_columns", "ID", "--hidden", "20", "--epochs", "20", "--seed", "1",
]  # fmt: skip

AIRLINES = [
    "--training_frame", "data/airlines/allyears2k_headers.zip", "--response_column", "IsDepDelayed",
    "--ignored_columns", "DepTime,ArrTime,ActualElapsedTime,AirTime,ArrDelay,DepDelay,IsArrDelayed,Cancelled,CancellationCode,"
    "Diverted,TailNum,FlightNum",
]  # fmt: skip

pytestmark = pytest.mark.skipif(
    not (PROGRAM.parent / "libthalweg_mpi.so").exists(), reason="there is no MPI"
)


def run(ranks, *words):
    return subprocess.run(
        [ROOT / "tools" / "mpirun.sh", str(ranks), PROGRAM, *map(str, words)],
        capture_output=True, text=True, cwd=ROOT, timeout=120,
    )  # fmt: skip


@contextlib.contextmanager
def under_way(output, begun, *words):
    """A command on three processes, from when `begun` stands in `output`: the launcher and the ids of its ranks."""
    launcher = subprocess.Popen(
        [ROOT / "tools" / "mpirun.sh", "3", PROGRAM, *map(str, words)],
        stdout=output.open("w"), stderr=subprocess.STDOUT, cwd=ROOT,
    )  # fmt: skip
    ranks = []
    try:
        # MPI's own start survives no loss.
        while begun not in output.read_text(errors="replace"):
            assert launcher.poll() is None, output.read_text()
            time.sleep(0.05)
        children = pathlib.Path(f"/proc/{launcher.pid}/task/{launcher.pid}/children").read_text()
        ranks = [int(pid) for pid in children.split()]
        assert len(ranks) == 3
        yield launcher, ranks
    finally:
        launcher.kill()
        for rank in ranks:
            with contextlib.suppress(ProcessLookupError):
                os.kill(rank, signal.SIGKILL)


def test_ranks_train_one_net(tmp_path):
    model = tmp_path / "net.thalweg"
    done = run(3, *TRAIN, "--model", model)
    assert done.returncode == 0, done.stderr
    assert "trained 20.00 epochs (7,600 samples)" in done.stdout
    assert done.stdout.count("training frame:") == 1, "one rank tells"
    predictions = tmp_path / "p.csv"
    done = run(2, "predict", "--model", model, "--frame", "data/prostate/prostate.csv", "--output", predictions)
    assert done.returncode == 0, done.stderr
    assert len(predictions.read_text().splitlines()) == 381


def test_reproducible_nets_are_those_of_one_rank(tmp_path):
    words = [*TRAIN, "--reproducible"]
    weights = []
    for name in ("one", "two"):
        model = tmp_path / f"{name}.thalweg"
        if name == "one":
            subprocess.run([PROGRAM, *words, "--model", model], check=True, cwd=ROOT, capture_output=True)
        else:
            assert run(2, *words, "--model", model).returncode == 0
        folder = tmp_path / name
        subprocess.run([PROGRAM, "export-weights", model, "--output", folder], check=True, cwd=ROOT)
        weights.append({file.name: file.read_bytes() for file in folder.iterdir()})
    assert weights[0]
    assert weights[0] == weights[1]


@pytest.mark.parametrize(
    "words, message",
    [
        (["nothing"], "unknown command nothing"),
        (["train", "deeplearning", "--epochs", "x"], "--training_frame is required"),
        ([*TRAIN, "--rate", "-1"], "--rate"),
        (["train", "deeplearning", "--training_frame", "data/none.csv", "--response_column", "x"], "none.csv"),
    ],
)
def test_mistakes_are_told_once(words, message):
    done = run(3, *words)
    assert done.returncode == 2
    assert done.stderr.count("error: ") == 1, done.stderr
    assert message in done.stderr


def test_what_needs_no_ranks_runs_once():
    assert run(3, "--version").stdout.count("thalweg") == 1
    assert run(3, "inspect", "data/prostate/prostate.csv").stdout.count("380 rows") == 1


GRID = [
    "grid", "deeplearning", *TRAIN[2:10], *TRAIN[12:], "--reproducible", "--hyper", "hidden=[5];[10];[5,5];[20]", "--hyper", "l2=0,0.01",
]  # fmt: skip


def grid(report, ranks=0):
    words = [*map(str, GRID), "--report", str(report)]
    if ranks > 0:
        done = run(ranks, *words)
    else:
        done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    models = json.loads(report.read_text())["models"]
    return done.stdout, [(m["model_id"], m["training_metrics"]) for m in models]


def test_ranks_share_the_models_of_a_grid(tmp_path):
    _, one = grid(tmp_path / "one.json")
    told, three = grid(tmp_path / "three.json", 3)
    assert len(one) == 8
    assert three == one
    assert told.count("8 models trained") == 1, "one rank tells"


def test_ranks_share_folds(tmp_path):
    words = [*TRAIN, "--reproducible", "--nfolds", "5"]
    reports = []
    for ranks in (0, 3):
        report = tmp_path / f"{ranks}.json"
        if ranks > 0:
            done = run(ranks, *words, "--report", report)
        else:
            done = subprocess.run([PROGRAM, *words, "--report", report], capture_output=True, text=True, cwd=ROOT, timeout=120)
        assert done.returncode == 0, done.stderr
        reports.append(json.loads(report.read_text()))
    for key in ("training_metrics", "cross_validation_metrics", "cross_validation_metrics_summary"):
        assert reports[0][key] == reports[1][key]


@pytest.mark.parametrize("seed", range(1, 4))
def test_a_grid_survives_lost_ranks(tmp_path, seed):
    drawn = random.Random(seed)
    report = tmp_path / "report.json"
    output = tmp_path / "output"
    words = [
        "grid", "deeplearning", *AIRLINES, "--epochs", "25", "--stopping_rounds", "0", "--seed", "1", "--reproducible",
        "--hyper", "hidden=[10];[20];[30];[40];[20,20];[10,10]", "--report", report,
    ]  # fmt: skip
    with under_way(output, "grid: 6 combinations", *words) as (searching, ranks):
        for rank in drawn.sample(ranks, 2):
            time.sleep(drawn.uniform(0, 1))
            os.kill(rank, signal.SIGKILL)
        searching.wait(timeout=200)
    said = output.read_text()
    assert "6 models trained" in said, said
    assert "its process is gone; the others go on without it" in said
    want = subprocess.run([PROGRAM, *map(str, words[:-1]), tmp_path / "one.json"], capture_output=True, text=True, cwd=ROOT, timeout=200)
    assert want.returncode == 0, want.stderr
    metrics = [
        [(m["model_id"], m["training_metrics"]) for m in json.loads(file.read_text())["models"]]
        for file in (report, tmp_path / "one.json")
    ]
    assert metrics[0] == metrics[1]


def test_ranks_share_the_rows(tmp_path):
    words = ["train", "deeplearning", *AIRLINES, "--hidden", "20", "--epochs", "3", "--stopping_rounds", "0", "--seed", "1"]
    found = []
    for share in ("true", "false"):
        report = tmp_path / f"{share}.json"
        done = run(3, *words, "--replicate_training_data", share, "--report", report)
        assert done.returncode == 0, done.stderr
        assert ("on the first of 3 ranks" in done.stdout) == (share == "false")
        assert "trained 3.00 epochs (131,934 samples)" in done.stdout
        found.append(json.loads(report.read_text())["training_metrics"])
    assert [metrics["rows"] for metrics in found] == [10_000, 10_000]
    assert found[1]["AUC"] == pytest.approx(found[0]["AUC"], abs=0.03)
    # Errors of each row in the report; validation rows are shared out, too.
    ecg = [
        "train", "deeplearning", "--header", "false", "--autoencoder", "true", "--hidden", "10", "--epochs", "20",
        "--training_frame", "data/ecg/ecg_discord_train.csv", "--validation_frame", "data/ecg/ecg_discord_test.csv",
    ]  # fmt: skip
    report = tmp_path / "ecg.json"
    done = run(3, *ecg, "--replicate_training_data", "false", "--report", report)
    assert done.returncode == 0, done.stderr
    told = json.loads(report.read_text())
    assert told["validation_metrics"]["rows"] == 23
    assert told["reconstruction_errors"]["frame"] == "validation"


@pytest.mark.parametrize("seed", range(1, 7))
def test_a_training_survives_lost_ranks(tmp_path, seed):
    """Any of them, rank 0 too, one after the other, killed or stopped: the last one prints and saves."""
    drawn = random.Random(seed)
    stopped = seed in (4, 5)
    model = tmp_path / "net.thalweg"
    output = tmp_path / "output"
    words = [
        "train", "deeplearning", *AIRLINES, "--hidden", "40,40", "--epochs", "400", "--stopping_rounds", "0", "--seed", "1",
        "--model", model, "--rank-timeout", "4", "--replicate_training_data", "false" if seed in (3, 4, 6) else "true",
    ]  # fmt: skip
    with under_way(output, "epoch ", *words) as (training, ranks):
        for rank in drawn.sample(ranks, 1 if stopped else 2):
            time.sleep(drawn.uniform(0, 1))
            os.kill(rank, signal.SIGSTOP if stopped else signal.SIGKILL)
        end = time.time() + 300
        while "model saved" not in output.read_text(errors="replace"):
            assert time.time() < end, output.read_text()
            time.sleep(0.1)
        if stopped:
            os.kill(rank, signal.SIGCONT)
        training.wait(timeout=60)
    said = output.read_text()
    assert "trained 400.00 epochs" in said, said
    assert ("has not answered for 4 s" if stopped else "its process is gone; the others go on without it") in said
    assert said.count("model saved") == 1
    checked = subprocess.run(
        [PROGRAM, "predict", "--model", model, "--frame", "data/airlines/allyears2k_headers.zip", "--output",
         tmp_path / "p.csv", "--metrics"], capture_output=True, text=True, cwd=ROOT)  # fmt: skip
    assert checked.returncode == 0, checked.stderr
