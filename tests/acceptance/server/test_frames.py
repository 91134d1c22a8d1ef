"""Frames as clients see them: pages, summaries, the list, removal; frames made by the server."""
import h2o
import numpy as np
import pandas as pd
import pytest
import requests
from conftest import DATA

PROSTATE = DATA / "prostate" / "prostate.csv"


@pytest.fixture
def prostate(server):
    return h2o.import_file(str(PROSTATE), destination_frame="pr", col_types={"CAPSULE": "enum"})


def frame_json(path, **query):
    return h2o.api("GET /3/Frames/" + path, data=query)["frames"][0]


def columns_of(path, **query):
    return {c["label"]: c for c in frame_json(path, **query)["columns"]}


def test_summaries_equal_those_of_pandas(prostate):
    table = pd.read_csv(PROSTATE)
    for name, column in columns_of("pr").items():
        cells = table[name].to_numpy(float)
        assert column["zero_count"] == (cells == 0).sum()
        assert column["mins"] == sorted(cells)[:5]
        assert column["maxs"] == sorted(cells, reverse=True)[:5]
        assert column["mean"] == pytest.approx(cells.mean(), rel=1e-12)
        assert column["sigma"] == pytest.approx(cells.std(ddof=1), rel=1e-12)
        assert column["missing_count"] == 0


def test_pages(prostate):
    page = frame_json("pr", row_offset=3, row_count=2, column_offset=1, column_count=2)
    assert [c["label"] for c in page["columns"]] == ["CAPSULE", "AGE"]
    assert (page["row_offset"], page["row_count"], page["column_count"], page["total_column_count"]) == (3, 2, 2, 9)
    assert page["columns"][1]["data"] == [76, 69]
    assert page["columns"][0]["domain"] == ["0", "1"]
    assert frame_json("pr", row_offset=379)["columns"][0]["data"] == [380]
    assert frame_json("pr", row_offset=1000)["columns"][0]["data"] == []
    assert frame_json("pr")["row_count"] == 100
    assert frame_json("pr/light", row_count=1)["columns"][0]["data"] == [1]
    assert prostate.head(3).as_data_frame()["ID"].tolist() == [1, 2, 3]


def test_percentiles_and_histograms(prostate):
    table = pd.read_csv(PROSTATE)
    columns = columns_of("pr/summary")
    age = columns["AGE"]
    assert age["histogram_stride"] == 1
    assert age["histogram_bins"] == [int((table["AGE"] == v).sum()) for v in range(table["AGE"].min(), table["AGE"].max() + 1)]
    psa = columns["PSA"]
    assert sum(psa["histogram_bins"]) == 380
    assert len(psa["histogram_bins"]) == 1000
    wanted = np.quantile(table["PSA"], frame_json("pr")["default_percentiles"])
    assert psa["percentiles"] == pytest.approx(list(wanted), rel=1e-9)
    one = frame_json("pr/columns/PSA/summary")["columns"]
    assert len(one) == 1 and one[0]["percentiles"] == psa["percentiles"]
    assert h2o.api("GET /3/Frames/pr/columns/CAPSULE/domain")["domain"] == [["0", "1"]]
    with pytest.raises(h2o.exceptions.H2OResponseError) as error:
        h2o.api("GET /3/Frames/pr/columns/nope")
    assert error.value.args[0].http_status == 404


def test_infinite_and_missing_cells(server):
    frame = h2o.upload_file(write_text("x,y,z\n1,inf,\n2,-inf,\n,3,\n"))
    columns = columns_of(frame.frame_id)
    assert columns["y"]["positive_infinity_count"] == 1 and columns["y"]["negative_infinity_count"] == 1
    assert columns["y"]["mean"] == 3
    assert columns["y"]["data"] == ["Infinity", "-Infinity", 3]
    assert columns["x"]["data"] == [1, 2, "NaN"]
    assert columns["z"]["missing_count"] == 3 and columns["z"]["mins"] == ["NaN"] * 5


def write_text(text):
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".csv", delete=False) as file:
        file.write(text)
    return file.name


def test_list_and_removal(prostate):
    h2o.import_file(str(PROSTATE), destination_frame="pr2")
    names = {f["frame_id"]["name"]: f for f in h2o.frames()["frames"]}
    assert names["pr"]["rows"] == 380 and names["pr"]["columns"] == 9 and not names["pr"]["is_text"]
    h2o.api("DELETE /3/Frames/pr2")
    assert h2o.get_frame("pr2") is None
    with pytest.raises(h2o.exceptions.H2OResponseError) as error:
        h2o.api("DELETE /3/Frames/pr2")
    assert error.value.args[0].http_status == 404
    h2o.api("DELETE /3/Frames")
    assert h2o.get_frame("pr") is None


def test_wide_frames_and_many_levels(server):
    wide = h2o.H2OFrame(np.arange(2000.0).reshape(2, 1000))
    assert len(columns_of(wide.frame_id, row_count=1)) == 1000
    levels = pd.DataFrame({"k": [f"k{i:05}" for i in range(20_000)]})
    many = h2o.H2OFrame(levels, column_types=["enum"])
    column = columns_of(many.frame_id, row_count=3)["k"]
    assert column["domain_cardinality"] == 20_000 and column["domain"][:2] == ["k00000", "k00001"]


def test_misspelled_fields_are_errors(prostate, server):
    answer = requests.get(server.url + "/3/Frames/pr?row_cout=5", timeout=10)
    assert answer.status_code == 412
    assert "row_count" in answer.json()["msg"]
    assert requests.get(server.url + "/3/Frames/pr?row_count=-7", timeout=10).status_code == 412


def test_create_frame(server):
    frame = h2o.create_frame(rows=1000, cols=20, seed=1, categorical_fraction=0.2, integer_fraction=0.2, binary_fraction=0.1,
                             time_fraction=0.1, string_fraction=0.1, missing_fraction=0.1, factors=7, has_response=True,
                             response_factors=3, real_range=5)
    assert frame.shape == (1000, 21)
    columns = columns_of(frame.frame_id)
    kinds = [c["type"] for name, c in columns.items() if name != "response"]
    assert {k: kinds.count(k) for k in set(kinds)} == {"enum": 4, "int": 6, "time": 2, "string": 2, "real": 6}
    assert columns["response"]["domain"] == ["0", "1", "2"]
    for column in columns.values():
        assert 50 < column["missing_count"] < 160
        if column["type"] == "real":
            assert -5 <= column["mins"][0] < -4 and 4 < column["maxs"][0] <= 5
        if column["type"] == "enum" and column["label"] != "response":
            assert column["domain_cardinality"] == 7
    again = h2o.create_frame(rows=1000, cols=20, seed=1, categorical_fraction=0.2, integer_fraction=0.2, binary_fraction=0.1,
                             time_fraction=0.1, string_fraction=0.1, missing_fraction=0.1, factors=7, has_response=True,
                             response_factors=3, real_range=5)
    assert again.get_frame_data() == frame.get_frame_data()
    constant = h2o.create_frame(rows=3, cols=2, randomize=False, value=7, missing_fraction=0, categorical_fraction=0,
                                integer_fraction=0, binary_fraction=0)
    assert constant.as_data_frame().to_numpy().tolist() == [[7, 7]] * 3
    with pytest.raises(h2o.exceptions.H2OResponseError, match="add up"):
        h2o.api("POST /3/CreateFrame", data={"categorical_fraction": 0.9, "integer_fraction": 0.9})


def test_insert_missing_values(server):
    frame = h2o.H2OFrame(pd.DataFrame({"a": range(10_000), "b": ["x", "y"] * 5000}), column_types=["int", "enum"])
    frame.insert_missing_values(fraction=0.2, seed=3)
    columns = columns_of(frame.frame_id)
    for column in columns.values():
        assert 1800 < column["missing_count"] < 2200
    kept = frame.as_data_frame()["a"].dropna()
    assert (kept == kept.index).all()
    with pytest.raises(h2o.exceptions.H2OResponseError):
        h2o.api("POST /3/MissingInserter", data={"dataset": frame.frame_id, "fraction": 1.5})


def test_interaction(server):
    table = pd.DataFrame({"a": ["u", "u", "v", "v", None, "u"], "b": ["x", "y", "x", "x", "y", "x"], "n": range(6)})
    frame = h2o.H2OFrame(table, column_types=["enum", "enum", "int"])
    both = h2o.interaction(frame, ["a", "b"], pairwise=False, max_factors=100, min_occurrence=1)
    assert both.columns == ["a_b"]
    assert both.as_data_frame()["a_b"].tolist() in (
        ["u_x", "u_y", "v_x", "v_x", "_y", "u_x"], ["u_x", "u_y", "v_x", "v_x", "NA_y", "u_x"])
    columns = columns_of(both.frame_id)
    assert columns["a_b"]["domain"] == ["u_x", "v_x", "u_y", "NA_y"] or columns["a_b"]["domain"][:2] == ["u_x", "v_x"]
    few = h2o.interaction(frame, ["a", "b"], pairwise=True, max_factors=2, min_occurrence=2)
    assert few.as_data_frame()["a_b"].tolist() == ["u_x", "other", "v_x", "v_x", "other", "u_x"]
    with pytest.raises(h2o.exceptions.H2OResponseError, match="not categorical"):
        h2o.interaction(frame, ["a", "n"], pairwise=False, max_factors=3, min_occurrence=1)


def test_split_frame_by_rows(prostate):
    answer = h2o.api("POST /3/SplitFrame", data={"dataset": "pr", "ratios": "[0.75]", "destination_frames": '["p1","p2"]'})
    assert [f["name"] for f in answer["destination_frames"]] == ["p1", "p2"]
    assert h2o.get_frame("p1").nrow == 285 and h2o.get_frame("p2").nrow == 95
    assert columns_of("p2")["ID"]["data"][0] == 286


def test_find(prostate):
    found = h2o.api("GET /3/Find", data={"key": "pr", "column": "AGE", "row": 2, "match": "68"})
    assert (found["prev"], found["next"]) == (-1, 6)
    text = h2o.api("GET /3/Find", data={"key": "pr", "column": "CAPSULE", "row": 5, "match": "1"})
    assert (text["prev"], text["next"]) == (-1, 10)


@pytest.mark.parametrize("path", ["/99/Tabulate", "/99/DCTTransformer"])
def test_what_is_not_there_says_so(server, path):
    with pytest.raises(h2o.exceptions.H2OResponseError, match="not there"):
        h2o.api("POST " + path, data={"dataset": "x"})
