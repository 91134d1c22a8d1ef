"""`thalweg grid`: searches, their tables, what is refused, and going on after being broken off."""
import itertools
import json
import os
import random
import resource
import signal
import subprocess
import time

import pytest
from conftest import DATA, PROGRAM, ROOT

# make test kills 6 times; THALWEG_KILLS=50 for the long form.
KILLS = int(os.environ.get("THALWEG_KILLS", "6"))
PROSTATE = ["--training_frame", DATA / "prostate/prostate.csv", "--response_column", "CAPSULE",
            "--response_type", "enum", "--ignored_columns", "ID"]
IRIS = ["--training_frame", DATA / "iris/iris_wheader.csv", "--response_column", "class"]
CARS = ["--training_frame", DATA / "cars/cars.csv", "--response_column", "economy (mpg)",
        "--ignored_columns", "name"]
FIXED = ["--reproducible", "true", "--stopping_rounds", "0", "--classification_stop", "-1", "--quiet"]
SMALL = [*PROSTATE, *FIXED, "--epochs", 3]


def grid(thalweg, *args, **more):
    return thalweg("grid", "deeplearning", *args, **more)


def search(thalweg, path, *args, **more):
    """The report of a grid search."""
    grid(thalweg, *args, "--report", path, **more)
    return json.loads(path.read_text())


def table(report):
    """What must be the same in every run."""
    models = [{k: v for k, v in m.items() if k != "seconds"} for m in report["models"]]
    return models, report["failures"], report["seed"]


def test_all_combinations_best_first(thalweg, tmp_path):
    model, report = tmp_path / "best.thalweg", tmp_path / "grid.json"
    out = grid(thalweg, *SMALL, "--hyper", "hidden=[8,8];[16]", "--hyper", "l1=0,1e-3", "--hyper",
               "activation=Tanh,Rectifier", "--grid_id", "gr", "--seed", 1, "--nfolds", 3, "--model",
               model, "--report", report).out
    report = json.loads(report.read_text())
    assert report["hyper_names"] == ["hidden", "l1", "activation"]
    assert report["sort_by"] == "logloss" and report["judged_by"] == "cross_validation"
    found = {(tuple(m["hyper_parameters"]["hidden"]), m["hyper_parameters"]["l1"],
              m["hyper_parameters"]["activation"]) for m in report["models"]}
    assert found == set(itertools.product([(8, 8), (16,)], [0, 1e-3], ["Tanh", "Rectifier"]))
    losses = [m["metrics"]["logloss"] for m in report["models"]]
    assert losses == sorted(losses) and len(losses) == 8
    assert [m["cross_validation_metrics"]["logloss"] for m in report["models"]] == losses
    best = report["models"][0]
    assert {m["model_id"] for m in report["models"]} == {f"gr_model_{n}" for n in range(1, 9)}
    assert all(m["seed"] == 1 for m in report["models"])
    lines = out.splitlines()
    at = lines.index("models by logloss of cross-validation, the best first")
    assert lines[at + 2].split()[:2] == ["1", best["model_id"]]
    assert f"best model ({best['model_id']}) saved" in out
    # The saved one is the best: the same net as trained alone.
    alone, again = tmp_path / "alone.thalweg", tmp_path / "p.csv"
    p = best["hyper_parameters"]
    thalweg("train", "deeplearning", *SMALL, "--hidden", ",".join(map(str, p["hidden"])), "--l1",
            p["l1"], "--activation", p["activation"], "--seed", 1, "--nfolds", 3, "--model", alone,
            "--keep_cross_validation_models", "false")
    predicted = []
    for file in (model, alone):
        thalweg("predict", "--model", file, "--frame", DATA / "prostate/prostate.csv", "--output",
                again)
        predicted.append(again.read_text())
    assert predicted[0] == predicted[1]


def test_parallelism_changes_nothing(thalweg, tmp_path):
    values = tmp_path / "values.json"
    values.write_text(json.dumps({"hidden": [[4], [8], [4, 4], [8, 8]], "l2": [0, 1e-4, 1e-2],
                                  "hidden_dropout_ratios": [[], [0.5]],
                                  "activation": ["TanhWithDropout", "Tanh"]}))
    tables = []
    for threads, parallelism in ((1, 1), (2, 0), (3, 2), (4, 4)):
        tables.append(table(search(
            thalweg, tmp_path / "r.json", *SMALL, "--hyper_parameters", values, "--strategy",
            "RandomDiscrete", "--max_models", 12, "--search_seed", 5, "--sort_by", "auc",
            "--search_stopping_rounds", 2, "--search_stopping_tolerance", "1e-4", "--threads",
            threads, "--parallelism", parallelism)))
    models, failures, seed = tables[0]
    assert all(t == tables[0] for t in tables[1:])
    assert seed == 5 and 5 <= len(models) <= 12
    # [0.5] fits one layer with dropout; elsewhere it is a failure with a reason.
    assert failures and all("hidden_dropout_ratios: " in f["reason"] for f in failures)
    assert any("1 values for 2 hidden layers" in f["reason"] for f in failures)
    aucs = [m["metrics"]["AUC"] for m in models]
    assert aucs == sorted(aucs, reverse=True)
    assert all(m["seed"] == 5 + m["number"] for m in models)


def test_sorted_by_validation_and_training(thalweg, tmp_path):
    report = search(thalweg, tmp_path / "r.json", *CARS, *FIXED, "--epochs", 2, "--hyper",
                    "hidden=3;10", "--hyper", "rate=0.001,0.01,0.1", "--adaptive_rate", "false",
                    "--sort_by", "r2")
    assert report["judged_by"] == "training" and report["decreasing"]
    r2 = [m["metrics"]["r2"] for m in report["models"]]
    assert r2 == sorted(r2, reverse=True) and len(r2) == 6
    report = search(thalweg, tmp_path / "r.json", *IRIS, *FIXED, "--epochs", 2, "--hyper",
                    "hidden=3;10", "--validation_frame", DATA / "iris/iris_wheader.csv", "--sort_by",
                    "misclassification")
    assert report["judged_by"] == "validation"
    assert [m["metrics"]["misclassification"] for m in report["models"]] == [
        m["validation_metrics"]["classification_error"] for m in report["models"]]


def test_long_tables_are_cut(thalweg):
    rates = ",".join(str(0.001 * i) for i in range(1, 26))
    out = grid(thalweg, *IRIS, *FIXED, "--epochs", 0.1, "--hidden", 2, "--hyper", f"rate={rates}",
               "--adaptive_rate", "false").out
    assert "… and 5 more (--report FILE has all)" in out


@pytest.mark.parametrize("args,message", [
    ([], "nothing to vary"),
    (["--hyper", "l1"], "'l1' is not NAME=VALUE"),
    (["--hyper", "=1"], "is not NAME=VALUE"),
    (["--hyper", "l1="], "l1: has no values"),
    (["--hyper", "l1=1,,2"], "empty value"),
    (["--hyper", "l2=0", "--hyper", "l11=1"], "l11: no such parameter; did you mean l1?"),
    (["--hyper", "response_column=CAPSULE,AGE"], "response_column: cannot be varied by a grid"),
    (["--hyper", "l1=nan"], "l1: 'nan' is not a number"),
    (["--hyper", "l1=0,-1", "--hyper", "rho=2"], "l1: value 2: is -1; it must be at least 0"),
    (["--hyper", "hidden=200,100"], "hidden=[200,100] is one value"),
    (["--hyper", "hidden=[200],100"], "has no pairs of brackets"),
    (["--hyper", "hidden=[[200],[100]"], "not valid JSON"),
    (["--hyper", "hidden=[200],[0]"], "hidden: value 2: is 0"),
    (["--hyper", "l1=0,1", "--l1", "0"], "--l1: is given for all models, and varied"),
    (["--hyper", "l1=0,1", "--sort_by", "mae"], "MAE is not measured for a response of two classes"),
    (["--hyper", "l1=0,1", "--sort_by", "bad"], "--sort_by: 'bad' is not one of"),
    (["--hyper", "l1=0,1", "--search_stopping_metric", "rmsle"], "stopping_metric: RMSLE is not"),
    (["--hyper", "l1=0,1", "--grid_id", "a/b"], "grid_id: may have letters"),
    (["--hyper", "l1=0,1", "--recovery_dir", "/dev/null/x"], "recovery_dir: /dev/null/x"),
    (["--hyper", "l1=0,1", "--recovery_dir", "/proc"], "recovery_dir: /proc"),
    (["--hyper", "l1=0,1", "--keep_cross_validation_models", "true"], "a grid keeps models and their metrics alone"),
    (["--hyper", "l1=0,1", "--model_id", "a"], "--model_id: a grid names its models"),
    (["--hyper", "initial_weights=[/no/w1.csv,/no/w2.csv]", "--hidden", "3"], "initial_weights: no such file or folder: /no/w1.csv"),
    (["--hyper", "l1=0,1", "--max_modells", "3"], "did you mean --max_models?"),
])
def test_refused_before_training(thalweg, args, message):
    err = grid(thalweg, *SMALL, *args, code=2).err
    assert message in err
    assert "Traceback" not in err and "bug" not in err


def test_all_errors_at_once(thalweg):
    err = grid(thalweg, *SMALL, "--hyper", "l1=-1,0", "--hyper", "rho=2", "--hyper", "nope=1",
               code=2).err
    assert len(err.splitlines()) == 3 and all(name in err for name in ("l1", "rho", "nope"))


@pytest.mark.parametrize("text,message", [
    ("[1, 2]", "must hold a JSON object"), ("{", "not valid JSON"), ("", "not valid JSON"),
    ("{}", "name no parameter"), ('{"l1": []}', "l1: has no values"),
    ('{"l1": {"a": 1}}', "l1: is an object"), ('{"l1": [null]}', "l1: is null"),
    ('{"l1": [NaN]}', "not valid JSON"), ('{"hidden": [[[5]]]}', "is not a whole number"),
    ('{"hidden": ' + "[" * 100 + "]" * 100 + "}", "not valid JSON"),
    ('{"l1": ["\\u0000"]}', "is not a number"), ("\x00\x01", "not valid JSON"),
    (json.dumps({n: list(range(1, 9001)) for n in (
        "epochs", "l1", "l2", "seed", "rate", "momentum_ramp")}), "combinations"),
])
def test_files_that_are_no_hyper_parameters(thalweg, tmp_path, text, message):
    path = tmp_path / "values.json"
    path.write_text(text)
    assert message in grid(thalweg, *SMALL, "--hyper_parameters", path, code=2).err


def test_huge_grids_begin_at_once(thalweg, tmp_path):
    path = tmp_path / "values.json"
    path.write_text(json.dumps({n: [i / 1e4 for i in range(1, 1001)]
                                for n in ("l1", "l2", "rate", "input_dropout_ratio")}))
    start = time.monotonic()
    report = search(thalweg, tmp_path / "r.json", *SMALL, "--adaptive_rate", "false", "--hidden", 4,
                    "--hyper_parameters", path, "--strategy", "RandomDiscrete", "--max_models", 3)
    assert report["combinations"] == 10**12 and len(report["models"]) == 3
    assert time.monotonic() - start < 60


def test_duplicates_are_dropped(thalweg, tmp_path):
    result = grid(thalweg, *SMALL, "--hidden", 4, "--hyper", "l1=0,1e-3,0.001,0.0", "--report",
                  tmp_path / "r.json")
    assert result.err.count("is there already") == 2
    assert len(json.loads((tmp_path / "r.json").read_text())["models"]) == 2


def test_no_model_at_all_is_an_error(thalweg, tmp_path):
    result = grid(thalweg, *SMALL, "--hyper", "distribution=gaussian,poisson", "--report",
                  tmp_path / "r.json", code=2)
    assert "no model was trained: all 2 failed" in result.err
    assert "needs a response that is a number" in result.out
    assert len(json.loads((tmp_path / "r.json").read_text())["failures"]) == 2


def test_time_ends_the_grid(thalweg, tmp_path):
    start = time.monotonic()
    report = search(thalweg, tmp_path / "r.json", *PROSTATE, "--quiet", "--epochs", 1e6,
                    "--stopping_rounds", 0, "--hidden", 50, "--hyper", "l1=0,1e-5,1e-4,1e-3,1e-2",
                    "--search_max_runtime_secs", 2, "--parallelism", 1)
    assert time.monotonic() - start < 60
    assert report["stop_reason"] == "max_runtime_secs has passed"
    assert len(report["models"]) == 1 and report["models"][0]["cut_short"]


def test_time_ends_folds_too(thalweg, tmp_path):
    report = search(thalweg, tmp_path / "r.json", *PROSTATE, "--quiet", "--epochs", 1e6, "--nfolds", 2,
                    "--stopping_rounds", 0, "--classification_stop", -1, "--hidden", 50, "--hyper",
                    "l1=0,1e-5,1e-4", "--search_max_runtime_secs", 1.5, "--parallelism", 1)
    assert report["models"] and report["models"][-1]["cut_short"]


def test_weights_to_start_from_can_be_varied(thalweg, tmp_path):
    """Files that a parameter names are read, whichever model has them."""
    model = tmp_path / "m.thalweg"
    thalweg("train", "deeplearning", *SMALL, "--hidden", 3, "--seed", 1, "--model", model)
    thalweg("export-weights", model, "--output", tmp_path / "w")
    files = sorted(str(f) for f in (tmp_path / "w").glob("weights_*.csv"))
    assert len(files) == 2
    report = search(thalweg, tmp_path / "r.json", *PROSTATE, *FIXED, "--epochs", 0.01, "--hidden", 3,
                    "--seed", 1, "--hyper", f"initial_weights=[{','.join(files)}];[]")
    losses = {bool(m["hyper_parameters"]["initial_weights"]): m["metrics"]["logloss"]
              for m in report["models"]}
    assert len(losses) == 2 and losses[True] != losses[False]


def start(*args, **more):
    return subprocess.Popen([str(a) for a in (PROGRAM, "grid", "deeplearning", *args)], cwd=ROOT,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


LONG = [*PROSTATE, *FIXED, "--hyper", "hidden=[30,30];[50];[20,20,20]", "--hyper",
        "l1=0,1e-5,1e-4,1e-3", "--hyper", "activation=Tanh,Rectifier,RectifierWithDropout",
        "--hidden_dropout_ratios", "0.2,0.2", "--strategy", "RandomDiscrete", "--search_seed", 9,
        "--epochs"]


def test_interrupt_shows_what_is_done(thalweg, tmp_path):
    folder = tmp_path / "grid"
    process = start(*LONG, 600, "--recovery_dir", folder, "--parallelism", 2)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not list(folder.glob("*_model_*.thalweg")):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "ended as it was interrupted" in out and "models by logloss of training" in out
    assert out.count("grid_model_") >= 1


def test_killing_loses_nothing_done(thalweg, tmp_path):
    """Whatever the moment: the same command goes on, and the table is that of a grid that was never
    killed."""
    epochs = 100 * KILLS
    begin = time.monotonic()
    whole = search(thalweg, tmp_path / "whole.json", *LONG, epochs)
    seconds = time.monotonic() - begin
    folder, report = tmp_path / "grid", tmp_path / "killed.json"
    rng = random.Random(2)
    kills, done = 0, 0
    args = [*LONG, epochs, "--recovery_dir", folder, "--report", report, "--model", tmp_path / "best.thalweg"]
    while True:
        process = start(*args)
        if kills < KILLS:
            # Two kills come before the end even on a machine that has become faster since.
            time.sleep(rng.uniform(0.01, 0.25) * seconds)
            process.send_signal(signal.SIGKILL)
        out, err = process.communicate(timeout=300)
        entries = len(list(folder.glob("grid_model_*.json")))
        assert entries >= done
        done = entries
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, err
        kills += 1
    assert kills >= 2
    killed = json.loads(report.read_text())
    assert table(killed) == table(whole)
    assert not [f for f in folder.iterdir() if ".tmp-" in f.name]
    # Once more: nothing is left to do.
    again = search(thalweg, report, *args[:-4])
    assert again["recovered"] == len(whole["models"]) and table(again) == table(whole)
    thalweg("predict", "--model", tmp_path / "best.thalweg", "--frame",
            DATA / "prostate/prostate.csv", "--output", tmp_path / "p.csv")
    # Every model of the table is there.
    for m in whole["models"]:
        assert (folder / f"{m['model_id']}.thalweg").exists()


def test_another_grid_in_the_folder_is_refused(thalweg, tmp_path):
    base = [*SMALL, "--hidden", 4, "--recovery_dir", tmp_path / "g"]
    grid(thalweg, *base, "--hyper", "l1=0,1e-3")
    other = tmp_path / "other.csv"
    lines = (DATA / "prostate/prostate.csv").read_text().splitlines(keepends=True)
    other.write_text("".join(lines[:-1]))
    for change, message in [
            (["--hyper", "l1=0,1e-4"], "hyper_parameters.l1 was [0, 0.001] and is [0, 0.0001] now"),
            (["--hyper", "l1=0,1e-3", "--rho", "0.9"], "parameters.rho was 0.99 and is 0.9 now"),
            (["--hyper", "l1=0,1e-3", "--strategy", "RandomDiscrete"], "strategy was Cartesian"),
            (["--hyper", "l1=0,1e-3", "--training_frame", other], "data.training_frame was 380")]:
        args = [*base, *change]
        if other in change:
            args = args[:args.index("--training_frame")] + args[args.index("--training_frame") + 2:]
        assert message in grid(thalweg, *args, code=2).err
    # More models of the same grid, and a grid of another name, may be there.
    assert "of them in earlier runs" in grid(thalweg, *base, "--hyper", "l1=0,1e-3", "--max_models",
                                             1).out
    grid(thalweg, *base, "--hyper", "l1=0,1e-4", "--grid_id", "second")


def test_a_full_disk_ends_the_grid_with_its_table(thalweg, tmp_path):
    """Files may grow to 4 KB only: the settings fit, models do not."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    folder = tmp_path / "g"
    args = [*SMALL, "--hyper", "hidden=[2];[100]", "--hyper", "l1=0,1e-3", "--parallelism", 1,
            "--variable_importances", "false", "--recovery_dir", folder]
    process = start(*args, preexec_fn=limit, restore_signals=False)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "File too large" in err and "give the same command again" in err
    assert not [f for f in folder.iterdir() if ".tmp-" in f.name]
    assert "4 models" in grid(thalweg, *args).out


def test_a_folder_that_goes_away(thalweg, tmp_path):
    folder = tmp_path / "g"
    process = start(*LONG, 300, "--recovery_dir", folder, "--parallelism", 1)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and len(list(folder.glob("*_model_*.thalweg"))) < 2:
        time.sleep(0.02)
    folder.rename(tmp_path / "elsewhere")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 2, out
    assert "cannot write" in err and "models by logloss" in out


def test_two_at_once_in_one_folder(thalweg, tmp_path):
    first = start(*LONG, 600, "--recovery_dir", tmp_path / "g")
    while not (tmp_path / "g" / "grid.json").exists():
        time.sleep(0.02)
    err = grid(thalweg, *LONG, 600, "--recovery_dir", tmp_path / "g", code=2).err
    assert "another process works on the grid 'grid'" in err
    first.kill()
    first.communicate()


def test_autoencoders_by_reconstruction(thalweg, tmp_path):
    report = search(thalweg, tmp_path / "r.json", "--training_frame", DATA / "ecg/ecg_discord_train.csv",
                    "--autoencoder", "true", *FIXED, "--epochs", 2, "--hyper", "hidden=[5];[10,5,10]")
    assert report["sort_by"] == "MSE" and len(report["models"]) == 2
