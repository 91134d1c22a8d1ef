"""Weights out of a model, and into the start of another."""
from conftest import DATA

PROSTATE = ["--training_frame", DATA / "prostate/prostate.csv", "--response_column", "CAPSULE", "--response_type", "enum",
            "--ignored_columns", "ID", "--hidden", "8,4", "--seed", "1", "--reproducible", "true", "--quiet",
            "--overwrite_with_best_model", "false"]


def files(folder, name):
    return ",".join(str(folder / f"{name}_{layer}.csv") for layer in (1, 2, 3))


def test_weights_go_out_and_in(thalweg, tmp_path):
    first, second = tmp_path / "first.thalweg", tmp_path / "second.thalweg"
    thalweg("train", "deeplearning", *PROSTATE, "--epochs", 5, "--model", first)
    assert "3 layers" in thalweg("export-weights", first, "--output", tmp_path / "one").err
    start = ["--initial_weights", files(tmp_path / "one", "weights"), "--initial_biases", files(tmp_path / "one", "biases")]
    # A step so small that weights of 32 bits stay as they are: the net is the one that it started from.
    thalweg("train", "deeplearning", *PROSTATE, *start, "--epochs", 0.05, "--adaptive_rate", "false", "--rate", "1e-30",
            "--model", second)
    assert thalweg("export-weights", second, "--output", tmp_path / "two", "--quiet").err == ""
    names = sorted(f.name for f in (tmp_path / "one").iterdir())
    assert names == [f"{kind}_{layer}.csv" for kind in ("biases", "weights") for layer in (1, 2, 3)]
    for name in names:
        assert (tmp_path / "one" / name).read_text() == (tmp_path / "two" / name).read_text()


def test_weights_beside_the_model(thalweg, tmp_path):
    whole, small = tmp_path / "whole.thalweg", tmp_path / "small.thalweg"
    thalweg("train", "deeplearning", *PROSTATE, "--epochs", 2, "--model", whole)
    thalweg("train", "deeplearning", *PROSTATE, "--epochs", 2, "--model", small, "--keep_training_state", "false",
            "--export_weights_and_biases", "true")
    thalweg("export-weights", small, "--output", tmp_path / "out")
    for path in (tmp_path / "out").iterdir():
        assert (tmp_path / f"small_{path.name}").read_text() == path.read_text()
    # The same predictions from a smaller file, with which training cannot go on.
    assert small.stat().st_size < whole.stat().st_size
    for model in (whole, small):
        thalweg("predict", "--model", model, "--frame", DATA / "prostate/prostate.csv", "--output", model.with_suffix(".csv"))
    assert small.with_suffix(".csv").read_text() == whole.with_suffix(".csv").read_text()
    err = thalweg("train", "deeplearning", *PROSTATE, "--checkpoint", small, "--epochs", 3, "--model", whole, code=2).err
    assert "checkpoint" in err and "keep_training_state" in err
    err = thalweg("train", "deeplearning", *PROSTATE, "--export_weights_and_biases", "true", code=2).err
    assert "export_weights_and_biases" in err and "--model" in err


def test_refusals(thalweg, tmp_path):
    model = tmp_path / "model.thalweg"
    thalweg("train", "deeplearning", *PROSTATE, "--epochs", 1, "--model", model)
    thalweg("export-weights", model, "--output", tmp_path / "out")
    weights = files(tmp_path / "out", "weights")
    err = thalweg("train", "deeplearning", *PROSTATE, "--checkpoint", model, "--epochs", 2, "--initial_weights", weights,
                  code=2).err
    assert "initial_weights" in err and "checkpoint" in err
    err = thalweg("train", "deeplearning", *PROSTATE, "--initial_weights", weights.split(",")[0], code=2).err
    assert "initial_weights" in err and "3 layers" in err
    err = thalweg("train", "deeplearning", *PROSTATE, "--nfolds", 3, "--keep_cross_validation_predictions", "true", code=2).err
    assert "keep_cross_validation_predictions" in err and "--model" in err
