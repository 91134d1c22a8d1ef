"""Frames out: CSV as clients know it, files below the export roots, saved frames."""
import gzip

import h2o
import pandas as pd
import pytest
import requests
from conftest import DATA
from h2o.exceptions import H2OResponseError

PROSTATE = DATA / "prostate" / "prostate.csv"


@pytest.fixture
def awkward(server):
    table = pd.DataFrame(
        {
            'n "1"': [1, None, 3],
            "r": [0.1, 1e-300, 20.0],
            "e": ['a"b', None, "ü,"],
            "s": ["", "two\nlines", None],
            "t": pd.to_datetime(["2020-01-01", None, "1969-12-31"]),
        }
    )
    return h2o.H2OFrame(table, column_types=["int", "real", "enum", "string", "time"], destination_frame="awk")


def test_csv_text(awkward, server):
    answer = requests.get(server.url + "/3/DownloadDataset?frame_id=awk", timeout=10)
    answer.encoding = "utf-8"
    assert answer.headers["Content-Type"] == "application/octet-stream;charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=awk.csv"
    assert answer.text.splitlines()[0] == '"n ""1""","r","e","s","t"'
    assert answer.text.splitlines()[1] == '1,0.1,"a""b","",1577836800000'
    assert ",1.0E-300," in answer.text and "3,20.0," in answer.text and answer.text.endswith(",-86400000\n")
    assert requests.get(server.url + "/3/DownloadDataset.bin?frame_id=awk", timeout=10).content == answer.content
    assert requests.get(server.url + "/3/DownloadDataset?frame_id=nope", timeout=10).status_code == 404
    assert requests.get(server.url + "/3/DownloadDataset?frame_id=awk&hex_string=true", timeout=10).status_code == 412


def test_download_to_a_file(awkward, tmp_path):
    h2o.download_csv(awkward, str(tmp_path / "x.csv"))
    assert len(pd.read_csv(tmp_path / "x.csv")) == 3


def test_export_csv(server, export_folder):
    frame = h2o.import_file(str(PROSTATE))
    path = export_folder / "p.csv"
    h2o.export_file(frame, str(path), force=True)
    assert path.read_text() == frame.get_frame_data()
    with pytest.raises(h2o.exceptions.H2OResponseError, match="already exists"):
        h2o.export_file(frame, str(path))
    h2o.export_file(frame, str(export_folder / "p.gz"), force=True, sep=";", compression="gzip", quote_header=False)
    text = gzip.decompress((export_folder / "p.gz").read_bytes()).decode()
    assert text.startswith("ID;CAPSULE;AGE") and "\n1;0;65;" in text
    h2o.export_file(frame, str(export_folder / "bare.csv"), force=True, header=False)
    assert (export_folder / "bare.csv").read_text().startswith("1,0,65,")


def test_export_parts_and_back(server, export_folder):
    frame = h2o.import_file(str(PROSTATE))
    for options in ({"parts": 3}, {"format": "parquet"}, {"parts": 2, "format": "parquet"}, {"parts": -1}):
        folder = export_folder / ("parts_" + "_".join(map(str, options.values())))
        h2o.export_file(frame, str(folder), force=True, **options)
        files = sorted(folder.iterdir())
        assert len(files) == {3: 3, 2: 2, -1: 8}.get(options.get("parts", 1), 1)
        if options.get("format") == "parquet":
            back = [h2o.upload_file(str(file)) for file in files]
            assert sum((b.as_data_frame()["ID"].tolist() for b in back), []) == list(range(1, 381))
            assert back[0].types == frame.types
        else:
            assert sum(len(pd.read_csv(file)) for file in files) == 380
        with pytest.raises(h2o.exceptions.H2OResponseError, match="already exists"):
            h2o.export_file(frame, str(folder), **options)


def test_nothing_is_written_outside_of_the_roots(server, tmp_path, export_folder):
    frame = h2o.import_file(str(PROSTATE))
    link = export_folder / "out"
    if not link.is_symlink():
        link.symlink_to(tmp_path)
    for path in (tmp_path / "x.csv", link / "x.csv", export_folder / ".." / tmp_path.name / "x.csv"):
        with pytest.raises(h2o.exceptions.H2OResponseError) as error:
            h2o.export_file(frame, str(path), force=True)
        assert error.value.args[0].http_status == 404
        with pytest.raises(h2o.exceptions.H2OResponseError):
            frame.save(str(path))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(h2o.exceptions.H2OResponseError, match="cannot be written"):
        h2o.export_file(frame, str(export_folder / "z.csv"), compression="zz")
    with pytest.raises(Exception, match="No such file|cannot"):
        h2o.export_file(frame, str(export_folder / "no" / "such" / "folder.csv"))


def test_save_and_load(awkward, export_folder):
    before = awkward.get_frame_data()
    types = awkward.types
    awkward.save(str(export_folder / "saved"))
    h2o.api("DELETE /3/Frames/awk")
    back = h2o.load_frame("awk", str(export_folder / "saved"))
    assert back.get_frame_data() == before
    assert back.types == types
    with pytest.raises(h2o.exceptions.H2OResponseError, match="Frame Key<Frame> awk already exists"):
        h2o.load_frame("awk", str(export_folder / "saved"), force=False)
    with pytest.raises(h2o.exceptions.H2OResponseError, match="already exists"):
        back.save(str(export_folder / "saved"), force=False)
    with pytest.raises(h2o.exceptions.H2OResponseError, match="no saved frame"):
        h2o.load_frame("never", str(export_folder / "saved"))


def test_what_is_of_csv_alone_is_refused_for_parquet(server, export_folder):
    frame = h2o.H2OFrame({"a": [1, 2]})
    for options in ({"sep": ";"}, {"header": False}, {"quote_header": False}):
        with pytest.raises(H2OResponseError, match="of CSV alone"):
            h2o.export_file(frame, str(export_folder / "alone.parquet"), format="parquet", **options)
    assert not (export_folder / "alone.parquet").exists()
