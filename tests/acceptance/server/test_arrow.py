"""Frames as Arrow IPC, in and out: the fast way, without the h2o client."""
import io

import h2o
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import requests
from conftest import DATA


def get(server, name):
    answer = requests.get(f"{server.url}/3/Frames/{name}/arrow", stream=True, timeout=60)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/vnd.apache.arrow.stream"
    return pa.ipc.open_stream(answer.raw).read_all()


def post(server, table, name, stream=True):
    sink = io.BytesIO()
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    with make(sink, table.schema) as writer:
        writer.write_table(table)
    return requests.post(
        f"{server.url}/3/PostFile.arrow?destination_frame={name}", data=sink.getvalue(), timeout=60,
        headers={"Content-Type": "application/vnd.apache.arrow.stream"},
    )


def random_table(rows, seed=0):
    random = np.random.default_rng(seed)
    missing = random.random(rows) < 0.1
    return pa.table(
        {
            "i": pa.array(random.integers(-(2**60), 2**60, rows), mask=missing),
            "r": pa.array(random.normal(size=rows), mask=missing),
            "e": pa.array(random.choice(["b", "a", "c"], rows), mask=missing).dictionary_encode(),
            "s": pa.array([f"text {i}" for i in range(rows)], mask=missing),
            "t": pa.array(random.integers(0, 2**40, rows), mask=missing).cast(pa.timestamp("ms", tz="UTC")),
        }
    )


@pytest.mark.parametrize("rows", [0, 1, 3, 200_000])
def test_round_trip(server, rows):
    table = random_table(rows)
    answer = post(server, table, "t", stream=rows != 3)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["rows"], answer.json()["columns"]) == (rows, 5)
    back = get(server, "t")
    assert back.num_rows == rows
    for name in ("i", "r", "t"):
        assert back[name].combine_chunks().equals(table[name].combine_chunks()), name
    assert back["s"].to_pylist() == table["s"].to_pylist()
    assert back["e"].to_pylist() == table["e"].to_pylist()
    if rows > 1:
        assert h2o.get_frame("t").types == {"i": "int", "r": "real", "e": "enum", "s": "string", "t": "time"}


def test_the_same_frame_as_by_csv(server):
    frame = h2o.import_file(str(DATA / "prostate" / "prostate.csv"), col_types={"CAPSULE": "enum"})
    by_arrow = get(server, frame.frame_id).to_pandas()
    by_csv = frame.as_data_frame()
    assert by_arrow["CAPSULE"].cat.categories.tolist() == ["0", "1"]
    by_arrow["CAPSULE"] = by_arrow["CAPSULE"].astype(int)
    pd.testing.assert_frame_equal(by_arrow, by_csv, check_dtype=False)


def test_what_is_no_arrow_is_refused(server):
    table = random_table(100)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    for body in (b"", b"a,b\n1,2\n", sink.getvalue()[:200], sink.getvalue()[100:]):
        answer = requests.post(server.url + "/3/PostFile.arrow", data=body, timeout=10,
                               headers={"Content-Type": "application/octet-stream"})
        assert answer.status_code in (400, 412), answer.text
        assert "/tmp" not in answer.text
    assert requests.get(server.url + "/3/Frames/nosuch/arrow", timeout=10).status_code == 404
    nested = pa.table({"l": [[1, 2]]})
    assert post(server, nested, "n").status_code == 412


def test_a_reader_that_goes_away_changes_nothing(server):
    post(server, random_table(200_000), "t")
    for _ in range(5):
        answer = requests.get(server.url + "/3/Frames/t/arrow", stream=True, timeout=60)
        answer.raw.read(1000)
        answer.close()
    assert get(server, "t").num_rows == 200_000
