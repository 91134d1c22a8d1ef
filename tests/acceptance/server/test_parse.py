"""Files in: uploads, imports, and every option of a parse."""
import gzip
import io
import zipfile

import h2o
import numpy as np
import pandas as pd
import pytest
from conftest import DATA

PROSTATE = DATA / "prostate" / "prostate.csv"


def write(folder, name, text):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def cells(frame, column):
    return frame.as_data_frame()[column].tolist()


def described(frame, column):
    """What the server tells of a column."""
    columns = h2o.api("GET /3/Frames/" + frame.frame_id)["frames"][0]["columns"]
    return next(c for c in columns if c["label"] == column)


def missing(frame, column):
    return described(frame, column)["missing_count"]


def levels(frame, column):
    return described(frame, column)["domain"]


def test_names_of_frames(server, import_folder):
    path = write(import_folder, "1st-file.csv", "a,b\n1,x\n2,y\n")
    assert h2o.import_file(path).frame_id == "X1st_file.hex"
    assert h2o.import_file(path).frame_id == "X1st_file1.hex"
    assert h2o.import_file(path, destination_frame="mine").frame_id == "mine"
    assert h2o.upload_file(path).frame_id.startswith("Key_Frame__upload_")


def test_folders_lists_patterns(server, import_folder):
    folder = import_folder / "parts"
    folder.mkdir(exist_ok=True)
    for i in range(3):
        write(folder, f"part-{i}.csv", f"a,b\n{i},x\n{i},y\n")
    assert h2o.import_file(str(folder)).shape == (6, 2)
    assert h2o.import_file(str(folder), pattern="part-[01].csv").shape == (4, 2)
    assert h2o.import_file([str(folder / "part-2.csv"), str(folder / "part-0.csv")])["a"].as_data_frame()["a"].tolist() == [
        2, 2, 0, 0]
    with pytest.raises(h2o.exceptions.H2OResponseError, match="does not exist"):
        h2o.import_file(str(folder / "part-*.csv"))
    with pytest.raises(h2o.exceptions.H2OResponseError, match="regular expression"):
        h2o.import_file(str(folder), pattern="part-[")


def test_what_lies_outside_of_the_roots_is_not_there(server, tmp_path, import_folder):
    secret = write(tmp_path, "secret.csv", "a\n1\n")
    link = import_folder / "leads_out.csv"
    link.symlink_to(secret)
    for path in (secret, str(link), f"{import_folder}/../{tmp_path.name}/secret.csv", "/etc/passwd", "file:///etc/passwd"):
        with pytest.raises(h2o.exceptions.H2OResponseError) as error:
            h2o.import_file(path)
        assert error.value.args[0].http_status == 404
    link.unlink()
    with pytest.raises(ValueError, match="ImportFiles of"):
        h2o.import_file("http://127.0.0.1:9/x.csv")


def test_bundled_data(server):
    assert h2o.import_file("h2o://iris").as_data_frame().equals(
        h2o.import_file(str(DATA / "iris" / "iris_wheader.csv")).as_data_frame())
    assert h2o.import_file("h2o://prostate").as_data_frame().equals(h2o.import_file(str(PROSTATE)).as_data_frame())
    with pytest.raises(ValueError, match="ImportFiles of"):
        h2o.import_file("h2o://nosuch")


def test_compressed_files(server, import_folder):
    text = PROSTATE.read_bytes()
    write(import_folder, "p.csv.gz", gzip.compress(text))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("p.csv", text)
    write(import_folder, "p.zip", archive.getvalue())
    plain = h2o.import_file(str(PROSTATE)).as_data_frame()
    for name in ("p.csv.gz", "p.zip"):
        assert h2o.import_file(str(import_folder / name)).as_data_frame().equals(plain)
        assert h2o.upload_file(str(import_folder / name)).as_data_frame().equals(plain)


def test_formats(server, import_folder):
    svm = h2o.import_file(write(import_folder, "x.svm", "1 1:0.5 3:2\n-1 2:1.5\n"))
    assert svm.columns == ["C1", "C2", "C3", "C4"]
    assert cells(svm, "C4") == [2, 0]
    arff = h2o.import_file(
        write(import_folder, "x.arff", "@relation r\n@attribute a numeric\n@attribute b {u,v}\n@data\n1,u\n?,v\n"))
    assert arff.types == {"a": "int", "b": "enum"}
    assert levels(arff, "b") == ["u", "v"]


SMALL = "id,num,cat,text,when\n1,2.5,x,aa,2020-01-01\n2,,y,bb,2020-01-02\n3,1e3,x,,\n"


def test_types_by_name_and_by_position(server, import_folder):
    path = write(import_folder, "small.csv", SMALL)
    frame = h2o.import_file(path, col_types={"id": "enum", "cat": "string"})
    assert frame.types == {"id": "enum", "num": "real", "cat": "string", "text": "string", "when": "time"}
    assert levels(frame, "id") == ["1", "2", "3"]
    spelled = h2o.import_file(path, col_types=["numeric", "double", "factor", "categorical", "string"])
    assert [spelled.types[name] for name in spelled.columns] == ["int", "real", "enum", "enum", "string"]
    assert cells(spelled, "when")[:2] == ["2020-01-01", "2020-01-02"]
    numbers = h2o.import_file(path, col_types={"cat": "numeric"})
    assert all(np.isnan(cells(numbers, "cat")))


def test_integers_are_not_sampled_but_read(server, import_folder):
    lines = ["n"] + ["1"] * 200_000 + ["2.5"]
    frame = h2o.import_file(write(import_folder, "late.csv", "\n".join(lines) + "\n"))
    assert frame.types == {"n": "real"}
    assert described(frame, "n")["maxs"][0] == 2.5


def test_reals_that_are_integers_are_integers(server, import_folder):
    frame = h2o.import_file(write(import_folder, "whole.csv", "a,b,c\n1.0,2.50,\n-3.00,1.0,\n,4,\n"))
    assert frame.types["a"] == "int"
    assert frame.types["b"] == "real"
    assert frame["a"].sum() == -2


def test_own_missing_spellings_hold_in_quotes(server, import_folder):
    path = write(import_folder, "quotes.csv", 'a,s\n"x","x"\n"","y"\ny,\n')
    types = {"a": "enum", "s": "string"}
    assert h2o.import_file(path, header=1, col_types=types).nacnt() == [0, 1]
    assert h2o.import_file(path, header=1, col_types=types, na_strings=["x"]).nacnt() == [1, 2]
    assert h2o.import_file(path, header=1, col_types=types, na_strings=[[""], ["x"]]).nacnt() == [1, 2]


def test_missing_spellings(server, import_folder):
    path = write(import_folder, "na.csv", "a,b\n1,x\n-999,?\nNA,NA\n2,x\n")
    frame = h2o.import_file(path, na_strings=["-999", "?"])
    assert cells(frame, "a")[0] == 1
    assert missing(frame, "a") == 2
    assert missing(frame, "b") == 1
    assert levels(frame, "b") == ["NA", "x"]
    one = h2o.import_file(path, na_strings={"b": ["x"]})
    assert missing(one, "b") == 2


def test_separator_header_quotes(server, import_folder):
    path = write(import_folder, "semi.txt", "1;'a;b'\n2;'c'\n")
    frame = h2o.import_file(path, sep=";", header=-1, quotechar="'", col_names=["n", "t"])
    assert frame.columns == ["n", "t"]
    assert cells(frame, "t") == ["a;b", "c"]
    named = h2o.import_file(write(import_folder, "h.csv", "1,2\n3,4\n"), header=1)
    assert named.columns == ["1", "2"] and named.nrow == 1
    escaped = h2o.import_file(write(import_folder, "e.csv", 'a,b\n"x\\"y",1\n"z",2\n'), escapechar="\\")
    assert cells(escaped, "a") == ['x"y', "z"]
    marked = h2o.import_file(write(import_folder, "m.csv", "a,b\n@x\n#1,2\n3,4\n"), custom_non_data_line_markers="@")
    assert marked.nrow == 2


def test_skipped_columns(server, import_folder):
    path = write(import_folder, "small.csv", SMALL)
    assert h2o.import_file(path, skipped_columns=[1, 3]).columns == ["id", "cat", "when"]
    with pytest.raises(Exception, match="[Aa]ll columns|skipped"):
        h2o.import_file(path, skipped_columns=[0, 1, 2, 3, 4])


def test_awkward_rows(server, import_folder):
    frame = h2o.import_file(write(import_folder, "ragged.csv", "a,b,c\n1,2\n1,2,3,4\n1\n4,5,6\n"))
    assert frame.shape == (4, 3)
    assert missing(frame, "c") == 2
    quoted = h2o.import_file(write(import_folder, "q.csv", 'a,b\n"x, y",1\n"he said ""hi""",2\n"two\nlines",3\n'))
    assert cells(quoted, "a") == ["x, y", 'he said "hi"', "two\nlines"]
    only = h2o.import_file(write(import_folder, "only.csv", "a,b\n"))
    assert only.shape == (0, 2)
    with pytest.raises(h2o.exceptions.H2OResponseError, match="empty"):
        h2o.import_file(write(import_folder, "none.csv", ""))
    with pytest.raises(h2o.exceptions.H2OResponseError, match="[Dd]uplicate"):
        h2o.import_file(write(import_folder, "twice.csv", "a,a\n1,2\n3,4\n"))


def random_frame(seed, rows=300):
    random = np.random.default_rng(seed)
    words = np.array(["red", "green", "blue, dark", 'with "quotes"', "ünïcode", " padded "])
    frame = pd.DataFrame(
        {
            "int": random.integers(-(2**53), 2**53, rows),
            "real": random.normal(size=rows) * 10.0 ** random.integers(-300, 300, rows),
            "small": np.round(random.normal(size=rows), 2),
            "enum": random.choice(words, rows),
            "string": [f"s{i}é,{i}" for i in range(rows)],
            "time": pd.to_datetime("1970-01-01") + pd.to_timedelta(random.integers(0, 2**41, rows), unit="ms"),
            "bool": random.integers(0, 2, rows) == 1,
        }
    )
    for name in ("real", "small", "time"):
        frame.loc[random.random(rows) < 0.1, name] = None
    return frame


@pytest.mark.parametrize("seed", range(4))
def test_round_trip_of_every_type(server, seed):
    frame = random_frame(seed, rows=1 if seed == 3 else 300)
    types = {"int": "int", "real": "real", "small": "real", "enum": "enum", "string": "string", "time": "time", "bool": "enum"}
    given = h2o.H2OFrame(frame, column_types={name: kind for name, kind in types.items()})
    if seed != 3:
        assert given.types == types
    # pandas' usual way to read reals is off by a bit now and then.
    back = pd.read_csv(io.StringIO(given.get_frame_data()), float_precision="round_trip")
    for name in ("int", "real", "small"):
        assert np.array_equal(back[name].to_numpy(float), frame[name].to_numpy(float), equal_nan=True), name
    assert back["enum"].tolist() == frame["enum"].tolist()
    assert back["string"].tolist() == frame["string"].tolist()
    times = pd.to_datetime(back["time"].astype("Int64"), unit="ms")
    assert times.isna().tolist() == frame["time"].isna().tolist()
    assert times.dropna().tolist() == frame["time"].dropna().tolist()
    assert back["bool"].astype(str).tolist() == frame["bool"].astype(str).tolist()


def test_lists_dicts_and_arrays(server):
    assert h2o.H2OFrame([[1, "a"], [2.5, "b"]], column_names=["x", "y"]).types == {"x": "real", "y": "string"}
    assert h2o.H2OFrame({"a": [1, 2, 3]}).shape == (3, 1)
    array = h2o.H2OFrame(np.arange(6).reshape(3, 2) / 4)
    assert array.as_data_frame().to_numpy().tolist() == [[0, 0.25], [0.5, 0.75], [1, 1.25]]
    assert missing(h2o.H2OFrame([1, 2, float("nan")]), "C1") == 1


def test_multipart_upload(server):
    import requests

    body = (
        b"--xyz\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nno file\r\n"
        b"--xyz\r\nContent-Disposition: form-data; name=\"fileUploadInfo\"; filename=\"a.csv\"\r\n\r\n"
        b"a,b\n1,2\r\n--xy,3\n\r\n--xyz--\r\n"
    )
    answer = requests.post(
        server.url + "/3/PostFile?destination_frame=up1", data=body, timeout=10,
        headers={"Content-Type": "multipart/form-data; boundary=xyz"},
    )
    assert answer.json() == {"destination_frame": "up1", "total_bytes": len(b"a,b\n1,2\r\n--xy,3\n")}
    assert h2o.H2OFrame.get_frame("nosuch") is None
    for broken in (b"", b"--xyz", b"--xyz\r\nno head", b"--xyz\r\nA: b\r\n\r\nno end"):
        answer = requests.post(
            server.url + "/3/PostFile", data=broken, timeout=10,
            headers={"Content-Type": "multipart/form-data; boundary=xyz"},
        )
        assert answer.status_code == 400, broken
