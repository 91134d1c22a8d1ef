"""`thalweg predict` and validation frames: columns are what they were in training."""
import csv
import random

import pyarrow
import pyarrow.parquet
import pytest


@pytest.fixture(scope="module")
def table():
    """code has levels that look like integers but for one; y depends on code, x and when."""
    rng = random.Random(1)
    rows = []
    for i in range(600):
        code = rng.choice(["a1", "7", "12", "3"])
        x = rng.uniform(0, 10)
        y = "yes" if x + (10 if code == "7" else 0) > 8 else "no"
        rows.append({"code": code, "x": round(x, 3), "when": f"2020-01-{1 + i % 28:02}",
                     "grade": rng.choice(["good", "bad"]), "y": y})
    return rows


def write(path, rows):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def model(thalweg, tmp_path, table):
    path = tmp_path / "m.thalweg"
    thalweg("train", "deeplearning", "--training_frame", write(tmp_path / "train.csv", table),
            "--response_column", "y", "--hidden", "20", "--epochs", "40", "--seed", "1",
            "--reproducible", "true", "--model", path)
    return path


def predict(thalweg, model, frame, *more, code=0):
    output = model.parent / "predictions.csv"
    result = thalweg("predict", "--model", model, "--frame", frame, "--output", output, *more,
                     code=code)
    if code != 0:
        return result
    with open(output) as file:
        result.rows = list(csv.DictReader(file))
    return result


def test_levels_that_look_like_integers(thalweg, tmp_path, table, model):
    whole = predict(thalweg, model, tmp_path / "train.csv").rows
    few = [i for i, row in enumerate(table) if row["code"] != "a1"]
    rows = [table[i] for i in few]
    result = predict(thalweg, model, write(tmp_path / "new.csv", rows))
    assert result.rows == [whole[i] for i in few]
    assert "warning" not in result.err
    wrong = sum(p["predict"] != row["y"] for p, row in zip(result.rows, rows, strict=True))
    assert wrong < 0.1 * len(rows)


def test_one_row_is_enough(thalweg, tmp_path, table, model):
    """A row alone tells neither the header nor the types."""
    whole = predict(thalweg, model, tmp_path / "train.csv").rows
    for i in (0, 1, 2, 3):
        one = predict(thalweg, model, write(tmp_path / "one.csv", [table[i]])).rows
        assert one == [whole[i]]


def test_metrics_of_integer_classes(thalweg, tmp_path, table):
    rows = [{**row, "y": "1" if row["y"] == "yes" else "0"} for row in table]
    frame = write(tmp_path / "train.csv", rows)
    path = tmp_path / "m.thalweg"
    report = tmp_path / "report.json"
    thalweg("train", "deeplearning", "--training_frame", frame, "--response_column", "y",
            "--response_type", "enum", "--epochs", "5", "--model", path, "--report", report)
    result = predict(thalweg, path, frame, "--metrics")
    assert result.json()["cm"]["levels"] == ["0", "1"]
    assert result.json()["rows"] == 600
    # 1.0, as programs write integers in a column with missing cells, is level 1.
    rows = [{**row, "y": row["y"] + ".0"} for row in rows]
    again = predict(thalweg, path, write(tmp_path / "reals.csv", rows), "--metrics")
    assert again.json() == result.json()


def test_metrics_of_classes_that_only_look_like_integers(thalweg, tmp_path, table):
    rows = [{**row, "y": "007" if row["y"] == "yes" else "a"} for row in table]
    path = tmp_path / "m.thalweg"
    thalweg("train", "deeplearning", "--training_frame", write(tmp_path / "train.csv", rows),
            "--response_column", "y", "--epochs", "5", "--model", path)
    rows = [row for row in rows if row["y"] == "007"]
    result = predict(thalweg, path, write(tmp_path / "new.csv", rows), "--metrics")
    assert result.json()["rows"] == len(rows)


def test_numbers_that_are_missing_or_text(thalweg, tmp_path, table, model):
    rows = [{**row, "x": "NA", "when": ""} for row in table[:20]]
    missing = predict(thalweg, model, write(tmp_path / "missing.csv", rows))
    assert "warning" not in missing.err
    rows[3] = {**rows[3], "x": "oops"}
    text = predict(thalweg, model, write(tmp_path / "text.csv", rows))
    assert text.rows == missing.rows
    assert "1 cells do not fit" in text.err
    assert "text.csv:5: column x: 'oops' not a number" in text.err


def test_missing_columns_are_an_error_and_others_are_not(thalweg, tmp_path, table, model):
    rows = [{k: v for k, v in row.items() if k not in ("x", "y")} | {"z": "w"} for row in table]
    err = predict(thalweg, model, write(tmp_path / "new.csv", rows), code=2).err
    assert "'x'" in err
    rows = [{"z": "w"} | row for row in table[:9]]
    assert len(predict(thalweg, model, write(tmp_path / "new.csv", rows)).rows) == 9


def test_what_the_user_says_counts_more(thalweg, tmp_path, table, model):
    rows = [row for row in table if row["code"] != "a1"]
    frame = write(tmp_path / "new.csv", rows)
    err = predict(thalweg, model, frame, "--column_types", "code=int", code=2).err
    assert "column code is int" in err


def test_files_with_types_of_their_own(thalweg, tmp_path, table, model):
    rows = [row for row in table if row["code"] != "a1"][:50]
    expected = predict(thalweg, model, write(tmp_path / "new.csv", rows)).rows
    columns = {"code": [int(row["code"]) for row in rows], "x": [str(row["x"]) for row in rows],
               "when": [row["when"] + "T00:00:00" for row in rows],
               "grade": [row["grade"] for row in rows]}
    schema = pyarrow.table(columns)
    when = schema["when"].cast(pyarrow.timestamp("ms"))
    frame = tmp_path / "new.parquet"
    pyarrow.parquet.write_table(schema.set_column(2, "when", when), frame)
    assert predict(thalweg, model, frame).rows == expected
    # Text that is no number would be lost.
    columns["x"][7] = "oops"
    pyarrow.parquet.write_table(pyarrow.table(columns).set_column(2, "when", when), frame)
    err = predict(thalweg, model, frame, code=2).err
    assert "'oops' in row 8 is not a number" in err and "--column_types x=real" in err
    result = predict(thalweg, model, frame, "--column_types", "x=real")
    assert "1 cells do not fit" in result.err
    assert result.rows[:7] + result.rows[8:] == expected[:7] + expected[8:]


def test_validation_frames_take_the_types_of_the_training_frame(thalweg, tmp_path, table):
    report = tmp_path / "report.json"
    valid = [row for row in table if row["code"] != "a1"]
    valid[2] = {**valid[2], "x": "oops"}
    result = thalweg("train", "deeplearning", "--training_frame",
                     write(tmp_path / "train.csv", table), "--validation_frame",
                     write(tmp_path / "valid.csv", valid), "--response_column", "y",
                     "--epochs", "5", "--report", report)
    assert "valid.csv:4: column x: 'oops'" in result.err
    assert f"validation ({len(valid)} rows)" in result.out
