"""Answers are as a recorded H2O-3 server gave them: every field that its clients could read."""
import pytest
import wire
from conftest import Server

# Where ours are different on purpose; by the number of the sample.
ON_PURPOSE = {
    "024": "a lone - is no number, not 0",
    "077": "the same",
    "081": "the same",
    "032": "a spelling of missing cells that is a number counts, too",
    "063": "all columns of a SVMLight file are seen beforehand, and only those",
    "067": "quotes of ARFF texts are no part of them",
    "069": "the same",
    "075": "the cells of one column begin with row 0, as those of the frame",
    "078": "the same",
}
MIXED = (wire.DATA / "data" / "mixed.csv").read_bytes()


@pytest.fixture(scope="module")
def replay():
    with Server("--import-root", wire.DATA / "data") as running:
        yield wire.Replay(running.url)


def compare(replay, folder):
    found = {}
    differ = set()
    for sample in wire.samples(folder):
        recorded, ours = replay.run(sample)
        if isinstance(recorded, str):  # cut
            recorded = recorded.split("…")[0]
            ours = ours[: len(recorded)]
        lines = wire.differences(recorded, ours)
        number = sample.name[:3]
        if lines and number in ON_PURPOSE:
            differ.add(number)
        elif lines:
            found[sample.name] = lines
    assert found == {}
    return differ


def test_parse_exchanges(replay):
    assert compare(replay, "parse") == {"024", "032", "063", "067", "069", "077", "081"}


def test_frame_exchanges(replay):
    replay.send(
        {
            "method": "POST",
            "path": "/3/PostFile",
            "query": {"destination_frame": "up"},
            "raw_body": {"bytes": len(MIXED), "starts_with": MIXED[:50].decode()},
        }
    )
    replay.send(
        {
            "method": "POST",
            "path": "/3/Parse",
            "content_type": "application/x-www-form-urlencoded",
            "form": {
                "source_frames": "[up]",
                "destination_frame": "m",
                "parse_type": "CSV",
                "separator": "44",
                "check_header": "1",
                "column_names": '["id","num","int","cat","str","when","bin","w","fold"]',
                "column_types": '["Numeric","Numeric","Numeric","Enum","String","Time","Enum",Numeric,Numeric]',
                "number_columns": "9",
                "blocking": "true",
            },
        }
    )
    assert compare(replay, "frame") == {"075", "078"}


def test_the_comparison_finds_what_is_different():
    recorded = {"a": 1, "b": [1.0, "NaN"], "start_time": 5, "__c_len": 3, "c": [1], "d": None}
    same = {"a": 1, "b": [1.0, 2.0], "start_time": 7, "c": [1, 2, 3], "d": None, "more": 0}
    assert wire.differences(recorded, dict(same, b=[1.0, "NaN"])) == []
    assert wire.differences(recorded, same) == [".b[1]: 2.0 instead of 'NaN'"]
    assert wire.differences(recorded, dict(same, b=[1.0], start_time="x", c=[1], d=0)) != []
    without = dict(same, b=[1.0, "NaN"])
    del without["a"]
    assert wire.differences(recorded, without) == [".a: is not there"]
