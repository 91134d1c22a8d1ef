"""`thalweg inspect`: reading, showing and converting files."""
import csv
import gzip
import os

import pyarrow
import pyarrow.parquet
import pytest

from conftest import DATA


def columns(result):
    return {c["name"]: c for c in result.json()["columns"]}


def test_prostate(thalweg):
    result = thalweg("inspect", DATA / "prostate/prostate.csv", "--json")
    assert result.json()["rows"] == 380
    assert list(columns(result)) == "ID CAPSULE AGE RACE DPROS DCAPS PSA VOL GLEASON".split()
    with open(DATA / "prostate/prostate.csv") as file:
        ages = [float(row["AGE"]) for row in csv.DictReader(file)]
    age = columns(result)["AGE"]
    assert age["type"] == "int"
    assert age["min"] == min(ages) and age["max"] == max(ages)
    assert age["mean"] == pytest.approx(sum(ages) / len(ages), rel=1e-12)
    assert columns(result)["PSA"]["type"] == "real"
    assert result.json()["byte_size"] > 0


def test_text_form_shows_the_essentials(thalweg):
    out = thalweg("inspect", DATA / "prostate/prostate.csv").out
    assert "380 rows, 9 columns" in out
    assert "GLEASON" in out


def test_missing_cells(thalweg):
    found = columns(thalweg("inspect", DATA / "prostate/prostate_missing.csv", "--json"))
    with open(DATA / "prostate/prostate_missing.csv") as file:
        rows = list(csv.DictReader(file))
    for name, column in found.items():
        assert column["missing"] == sum(row[name] in ("", "NA") for row in rows), name


def test_airlines_zip(thalweg):
    result = thalweg("inspect", DATA / "airlines/allyears2k_headers.zip", "--json")
    assert result.json()["rows"] == 43978
    found = columns(result)
    assert found["IsDepDelayed"]["type"] == "enum"
    assert found["IsDepDelayed"]["domain"] == ["NO", "YES"]
    assert found["Origin"]["levels"] == 132
    zipped = os.path.getsize(DATA / "airlines/allyears2k_headers.zip")
    assert result.json()["byte_size"] <= 1.5 * zipped


def test_header_false_names_columns_c1(thalweg):
    found = columns(thalweg("inspect", DATA / "iris/iris.csv", "--header", "false", "--json"))
    assert list(found) == ["C1", "C2", "C3", "C4", "C5"]
    assert found["C5"]["type"] == "enum" and found["C5"]["levels"] == 3


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet", "arrow"])
def test_convert_and_read_back(thalweg, tmp_path, ending):
    first = thalweg("inspect", DATA / "airlines/allyears2k_headers.zip", "--json")
    output = tmp_path / f"airlines.{ending}"
    thalweg("inspect", DATA / "airlines/allyears2k_headers.zip", "--output", output)
    again = thalweg("inspect", output, "--json")
    for name, column in columns(first).items():
        twin = columns(again)[name]
        for key in ("type", "missing", "min", "max", "levels", "head"):
            assert twin.get(key) == column.get(key), (name, key)


def test_parquet_is_read_by_others(thalweg, tmp_path):
    output = tmp_path / "prostate.parquet"
    thalweg("inspect", DATA / "prostate/prostate.csv", "--output", output)
    table = pyarrow.parquet.read_table(output)
    assert table.num_rows == 380
    assert pyarrow.types.is_integer(table.schema.field("AGE").type)


def test_large_parquet_files_have_groups_of_bounded_size(thalweg, tmp_path):
    lines = tmp_path / "many.csv"
    lines.write_text("a,b\n" + "".join(f"{i},{'xyz'[i % 3]}\n" for i in range(1_300_000)))
    thalweg("inspect", lines, "--output", tmp_path / "many.parquet")
    file = pyarrow.parquet.ParquetFile(tmp_path / "many.parquet")
    assert file.num_row_groups > 1
    assert max(file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)) <= 1_200_000
    table = file.read()
    assert table["a"].to_pylist() == list(range(1_300_000))
    assert table["b"].slice(0, 4).to_pylist() == ["x", "y", "z", "x"]


def test_other_formats(thalweg):
    xlsx = thalweg("inspect", DATA / "iris/iris.xlsx", "--json").json()
    assert xlsx["rows"] == 150 and len(xlsx["columns"]) == 5
    arff = thalweg("inspect", DATA / "misc/KDDTrain.arff.gz", "--json").json()
    assert arff["rows"] == 125973 and len(arff["columns"]) == 42
    svm = thalweg("inspect", DATA / "misc/syn_binary_100x3000.svm.gz", "--json").json()
    assert svm["rows"] == 100


BAD = {
    "empty file": (b"", "empty"),
    "unbalanced quote": (b'a,b\n1,2\n3,"4\n5,6\n', "3"),
    "truncated gzip": (gzip.compress(b"a,b\n1,2\n" * 10000)[:-20], "trunc"),
    "binary": (bytes(range(256)) * 64, "not a text file"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_named(thalweg, tmp_path, name):
    content, word = BAD[name]
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    result = thalweg("inspect", path, code=2)
    assert "bad.csv" in result.err and word in result.err.lower(), result.err
    assert result.out == ""


def test_missing_file_and_unknown_option(thalweg, tmp_path):
    assert "nothing.csv" in thalweg("inspect", tmp_path / "nothing.csv", code=2).err
    err = thalweg("inspect", DATA / "iris/iris.csv", "--haeder", "false", code=2).err
    assert "did you mean --header?" in err
    assert "did you mean inspect?" in thalweg("inspekt", code=2).err


def test_decompression_bomb(thalweg, tmp_path):
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(300):
            file.write(b"0\n" * (1 << 19))
    err = thalweg("inspect", path, "--max_expansion", "100", code=2).err
    assert "max_expansion" in err


def test_unwritable_output(thalweg, tmp_path):
    folder = tmp_path / "readonly"
    result = thalweg("inspect", DATA / "iris/iris.csv", "--output", folder / "x.csv", code=2)
    assert "x.csv" in result.err
    assert not folder.exists()
