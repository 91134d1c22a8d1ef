"""Grid searches of the unmodified client."""
import h2o
import pytest
from h2o.estimators import H2ODeepLearningEstimator
from h2o.exceptions import H2OResponseError
from h2o.grid.grid_search import H2OGridSearch

from conftest import DATA


@pytest.fixture
def frame(server):
    frame = h2o.upload_file(str(DATA / "prostate" / "prostate.csv"))
    frame["CAPSULE"] = frame["CAPSULE"].asfactor()
    return frame


def search(frame, hyper, **params):
    grid = H2OGridSearch(H2ODeepLearningEstimator(epochs=1, hidden=[2], seed=1), hyper, **params)
    grid.train(x=["AGE", "PSA"], y="CAPSULE", training_frame=frame)
    return grid


def test_every_combination(frame):
    hyper = {"hidden": [[3], [2, 2]], "activation": ["tanh", "Rectifier"], "l1": [0.0, 1e-4]}
    grid = search(frame, hyper, grid_id="all")
    assert sorted(grid.model_ids) == [f"all_model_{i}" for i in range(1, 9)]
    seen = {
        (str(m.actual_params["hidden"]), m.actual_params["activation"], m.actual_params["l1"])
        for m in grid.models
    }
    assert len(seen) == 8
    losses = [m.logloss() for m in grid.models]
    assert losses == sorted(losses)
    by_auc = grid.get_grid(sort_by="auc", decreasing=True)
    areas = [h2o.get_model(i).auc() for i in by_auc.model_ids]
    assert areas == sorted(areas, reverse=True)
    table = by_auc.sorted_metric_table()
    assert list(table["model_ids"]) == by_auc.model_ids
    again = h2o.get_grid("all")
    assert set(again.model_ids) == set(grid.model_ids)


def test_by_chance(frame):
    hyper = {"hidden": [[3], [2, 2], [4]], "rate": [0.01, 0.005], "input_dropout_ratio": [0, 0.1]}
    criteria = {"strategy": "RandomDiscrete", "max_models": 3, "seed": 5}
    grid = search(frame, hyper, search_criteria=criteria, parallelism=0)
    assert len(grid.model_ids) == 3


def test_models_that_fail_are_told_of(frame, capsys):
    grid = search(frame, {"l1": [-1.0, 0.1]})
    assert len(grid.model_ids) == 1
    assert len(grid.failure_details) == 1
    assert "at least 0" in grid.failure_details[0]
    with pytest.raises(ValueError, match="at least 0"):
        search(frame, {"l1": [-1.0]})


def test_names_that_cannot_be_varied(frame):
    with pytest.raises(H2OResponseError, match="Unknown hyper parameter"):
        h2o.api("POST /99/Grid/deeplearning",
                data={"hyper_parameters": '{"nosuch": [1]}', "training_frame": frame.frame_id})


def test_more_values_add_models(frame):
    first = search(frame, {"l1": [0.0, 0.1]}, grid_id="more")
    second = search(frame, {"l1": [0.0, 0.1, 0.2]}, grid_id="more")
    assert len(first.model_ids) == 2
    assert sorted(second.model_ids) == ["more_model_1", "more_model_2", "more_model_3"]


def test_saved_and_loaded(frame, export_folder):
    grid = search(frame, {"l1": [0.0, 0.1]}, grid_id="saved")
    ids, losses = grid.model_ids, [m.logloss() for m in grid.models]
    path = h2o.save_grid(str(export_folder / "grids"), "saved")
    frame_id = frame.frame_id
    h2o.remove_all([frame_id])
    loaded = h2o.load_grid(path)
    assert loaded.model_ids == ids
    assert [m.logloss() for m in loaded.models] == losses
    loaded.hyper_params = {"l1": [0.0, 0.1, 0.3]}
    loaded.train(x=["AGE", "PSA"], y="CAPSULE", training_frame=frame)
    assert len(loaded.model_ids) >= 3


def test_kept_in_a_folder_while_it_goes_on(frame, export_folder):
    folder = export_folder / "going"
    grid = search(frame, {"l1": [0.0, 0.1]}, grid_id="going", export_checkpoints_dir=str(folder))
    assert sorted(p.name for p in folder.iterdir()) == ["going", "going_model_1", "going_model_2"]
    h2o.remove_all([frame.frame_id])
    assert h2o.load_grid(str(folder / "going")).model_ids == grid.model_ids
