"""Fields of requests do what they say; those that do nothing say so in the metadata."""
import subprocess
import sys

import h2o
from h2o.estimators import H2ODeepLearningEstimator

from conftest import ROOT


def test_columns_beyond_full_column_count_come_without_cells():
    frame = h2o.H2OFrame({"a": [1, 2], "b": [3, 4], "c": ["x", "y"]})
    url = f"GET /3/Frames/{frame.frame_id}"
    columns = h2o.api(url, data={"full_column_count": 1})["frames"][0]["columns"]
    assert [c["label"] for c in columns] == ["a", "b", "c"]
    assert columns[0]["data"] == [1, 2]
    assert columns[1]["data"] is None and columns[2]["data"] is None
    assert columns[1]["mean"] == 3.5
    columns = h2o.api(url, data={"full_column_count": 9, "column_count": 2})["frames"][0]["columns"]
    assert [c["data"] for c in columns] == [[1, 2], [3, 4]]


def test_models_that_fit_a_frame_are_named():
    frame = h2o.H2OFrame({"a": [1, 2, 3] * 5, "b": [3, 4, 1] * 5})
    net = H2ODeepLearningEstimator(epochs=1, hidden=[2])
    net.train(y="b", training_frame=frame)
    other = h2o.H2OFrame({"z": [1, 2, 3]})

    def named(of, asked):
        return h2o.api(f"GET /3/Frames/{of.frame_id}",
                       data={"find_compatible_models": asked})["frames"][0]["compatible_models"]

    assert named(frame, True) == [net.model_id]
    assert named(other, True) == []
    assert named(frame, False) is None


def test_no_field_is_ignored_silently():
    check = subprocess.run([sys.executable, ROOT / "tools" / "check_request_fields.py"],
                           capture_output=True, text=True)
    assert check.returncode == 0, check.stdout
