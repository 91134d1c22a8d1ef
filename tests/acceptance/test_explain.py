"""`thalweg explain` and `thalweg report`, on a net of prostate."""
import csv
import json
import math

import pytest

from conftest import DATA

PROSTATE = DATA / "prostate/prostate.csv"


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    """A model file and the report of its training."""
    import os
    import subprocess
    from conftest import PROGRAM, ROOT
    folder = tmp_path_factory.mktemp("net")
    subprocess.run([PROGRAM, "train", "deeplearning", "--training_frame", PROSTATE, "--response_column", "CAPSULE",
                    "--response_type", "enum", "--ignored_columns", "ID", "--column_types", "RACE=enum", "--hidden", "20,20",
                    "--epochs", "30", "--seed", "5", "--model", folder / "net", "--report", folder / "net.json"],
                   check=True, cwd=ROOT, capture_output=True, env={"PATH": os.environ["PATH"]})
    return folder


def rows_of(path):
    with open(path) as file:
        return list(csv.DictReader(file))


def test_importances_in_report_model_and_on_request(thalweg, net, tmp_path):
    table = json.loads((net / "net.json").read_text())["variable_importances"]
    assert table[0]["relative_importance"] == 1 and "RACE.1" in [row["variable"] for row in table]
    assert sum(row["percentage"] for row in table) == pytest.approx(1)
    result = thalweg("explain", "importance", net / "net", "--output", tmp_path / "vi.csv")
    assert table[0]["variable"] in result.out
    assert rows_of(tmp_path / "vi.csv")[0]["variable"] == table[0]["variable"]
    assert json.loads((net / "net.json").read_text())["parameters"]["variable_importances"] is True


def test_permutation_importances(thalweg, net, tmp_path):
    args = ["explain", "permutation", net / "net", PROSTATE, "--metric", "logloss", "--repeats", "3", "--seed", "2",
            "--column_types", "RACE=enum,CAPSULE=enum"]
    thalweg(*args, "--output", tmp_path / "a.json")
    thalweg(*args, "--threads", "1", "--output", tmp_path / "b.json")
    a = json.loads((tmp_path / "a.json").read_text())
    assert a == json.loads((tmp_path / "b.json").read_text())
    assert a["metric"] == "logloss" and len(a["table"]) == 7
    assert a["table"][0]["relative_importance"] > 0 and len(a["table"][0]["repeats"]) == 3
    assert "logloss" in thalweg(*args[:4], "--metric", "charm", *args[-2:], code=2).err


def test_partial_dependence_and_curves(thalweg, net, tmp_path):
    types = ["--column_types", "RACE=enum"]
    thalweg("explain", "pdp", net / "net", PROSTATE, *types, "--columns", "AGE,RACE", "--pairs", "AGE:RACE", "--points", "3",
            "--output", tmp_path / "pd.json")
    age, race, pair = json.loads((tmp_path / "pd.json").read_text())
    assert [row["values"] for row in age["rows"]] == [[43], [61], [79]]
    assert len(race["rows"]) == 3 and len(pair["rows"]) == 9 and age["target"] == "1"
    assert age["rows"][0]["std_error_mean_response"] == pytest.approx(age["rows"][0]["stddev_response"] / math.sqrt(380))
    thalweg("explain", "ice", net / "net", PROSTATE, *types, "--column", "AGE", "--points", "3", "--rows", "0",
            "--output", tmp_path / "ice.csv")
    curves = rows_of(tmp_path / "ice.csv")
    assert len(curves) == 3 * 380
    mean = sum(float(row["response"]) for row in curves[0::3]) / 380
    assert mean == pytest.approx(age["rows"][0]["mean_response"], rel=1e-6)


@pytest.mark.parametrize("method", ["Exact", "Rescale", "Permutation"])
def test_shap_rows_sum_to_the_log_odds(thalweg, net, tmp_path, method):
    types = ["--column_types", "RACE=enum"]
    thalweg("explain", "shap", net / "net", PROSTATE, *types, "--background", PROSTATE, "--background_rows", "20",
            "--method", method, "--output", tmp_path / "shap.csv")
    thalweg("predict", "--model", net / "net", "--frame", PROSTATE, *types, "--output", tmp_path / "p.csv")
    contributions = rows_of(tmp_path / "shap.csv")
    assert list(contributions[0])[-1] == "BiasTerm" and len(contributions[0]) == 8
    for row, p in zip(contributions, rows_of(tmp_path / "p.csv"), strict=True):
        odds = math.log(float(p["1"]) / float(p["0"]))
        assert sum(map(float, row.values())) == pytest.approx(odds, abs=1e-4)


def test_report_is_one_page_without_network(thalweg, net, tmp_path):
    page = tmp_path / "net.html"
    thalweg("report", net / "net", "--report", net / "net.json", "--output", page)
    text = page.read_text()
    assert "default-src 'none'" in text and "Chart.js" in text and "scoring_history" in text
    assert "src=\"" not in text.split("<script nonce", 1)[0]
    thalweg("report", net / "net", "--output", page)
    (tmp_path / "other.json").write_text("{}")
    result = thalweg("report", net / "net", "--report", tmp_path / "other.json", "--output", page, code=2)
    assert "not a report" in result.err
    report = json.loads((net / "net.json").read_text())
    report["scoring_history"] = 7
    (tmp_path / "other.json").write_text(json.dumps(report))
    result = thalweg("report", net / "net", "--report", tmp_path / "other.json", "--output", page, code=2)
    assert "scoring_history is a number, not a list" in result.err and "other.json" in result.err


def test_report_of_another_model_is_told(thalweg, net, tmp_path):
    report = json.loads((net / "net.json").read_text())
    page = tmp_path / "net.html"
    assert thalweg("report", net / "net", "--report", net / "net.json", "--output", page, "--quiet").err == ""
    report["model"]["hidden"] = [7]
    (tmp_path / "other.json").write_text(json.dumps(report))
    result = thalweg("report", net / "net", "--report", tmp_path / "other.json", "--output", page, "--quiet")
    assert "other.json is the report of another model" in result.err


def test_report_of_an_autoencoder_has_reconstruction_errors(thalweg, tmp_path):
    args = ["train", "deeplearning", "--training_frame", PROSTATE, "--ignored_columns", "ID", "--autoencoder", "true", "--hidden", "4",
            "--epochs", "5", "--seed", "1", "--column_types", "RACE=enum", "--model", tmp_path / "net", "--report", tmp_path / "net.json"]
    for more, frame in ([], "training"), (["--validation_frame", PROSTATE], "validation"):
        thalweg(*args, *more)
        errors = json.loads((tmp_path / "net.json").read_text())["reconstruction_errors"]
        thalweg("predict", "--model", tmp_path / "net", "--frame", PROSTATE, "--reconstruction_error", "true", "--per_feature", "true",
                "--output", tmp_path / "p.csv")
        rows = [{name: float(value) for name, value in row.items()} for row in rows_of(tmp_path / "p.csv")]
        assert errors["frame"] == frame and errors["rows"] == 380 and sum(errors["histogram"]["counts"]) == 380
        assert errors["histogram"]["max"] == pytest.approx(max(row["Reconstruction.MSE"] for row in rows))
        assert errors["mse"] == pytest.approx(sum(row["Reconstruction.MSE"] for row in rows) / 380)
        for feature in errors["features"]:
            column = f"reconstr_{feature['name']}.SE"
            assert feature["mse"] == pytest.approx(sum(row[column] for row in rows) / 380)
    thalweg("report", tmp_path / "net", "--report", tmp_path / "net.json", "--output", tmp_path / "net.html")
    assert "RACE.1" in (tmp_path / "net.html").read_text()


def test_report_of_hostile_names(thalweg, tmp_path):
    evil = "</script><script>document.title='hacked'</script>"
    lines = [f'"{evil}",y'] + [f"{i % 7}.5,{'yes<b>' if i % 7 > 3 else 'no&lt;'}" for i in range(200)]
    (tmp_path / "evil.csv").write_text("\n".join(lines) + "\n")
    thalweg("train", "deeplearning", "--training_frame", tmp_path / "evil.csv", "--response_column", "y", "--hidden", "5",
            "--model", tmp_path / "net", "--report", tmp_path / "net.json")
    thalweg("report", tmp_path / "net", "--report", tmp_path / "net.json", "--output", tmp_path / "net.html")
    text = (tmp_path / "net.html").read_text()
    assert "<script>document" not in text and "<b>" not in text
    assert "\\u003cscript\\u003edocument.title='hacked'" in text
