"""Grids that are saved with what they refer to, and searches that go on after the end of a server."""
import signal
import time

import h2o
import pytest
from h2o.estimators import H2ODeepLearningEstimator
from h2o.exceptions import H2OResponseError
from h2o.grid import H2OGridSearch
from h2o.job import H2OJob

from conftest import DATA, SLOWER, Server, connect

PREDICTORS = ["AGE", "PSA"]


def read_prostate():
    frame = h2o.upload_file(str(DATA / "prostate" / "prostate.csv"))
    frame["CAPSULE"] = frame["CAPSULE"].asfactor()
    return h2o.assign(frame, "prostate")


@pytest.fixture
def prostate(server):
    return read_prostate()


def search(frame, grid_id, varied, validation=None, wait=True, **params):
    own = {name: params.pop(name) for name in ("recovery_dir", "export_checkpoints_dir") if name in params}
    net = H2ODeepLearningEstimator(**({"hidden": [3], "epochs": 1, "seed": 3, "reproducible": True} | params))
    grid = H2OGridSearch(net, varied, grid_id=grid_id, **own)
    run = grid.train if wait else grid.start
    run(x=PREDICTORS, y="CAPSULE", training_frame=frame, validation_frame=validation)
    return grid


def wait_for_models(grid_id, count):
    for _ in range(600 * SLOWER):
        try:
            if len(h2o.api("GET /99/Grids/" + grid_id)["model_ids"]) >= count:
                return
        except H2OResponseError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{grid_id} has not {count} models in time")


def wait_for_end(grid_id):
    for _ in range(1200):
        jobs = [j for j in h2o.api("GET /3/Jobs")["jobs"] if j["dest"]["name"] == grid_id]
        if jobs and all(j["status"] not in ("CREATED", "RUNNING") for j in jobs):
            return jobs
        time.sleep(0.05)
    raise AssertionError(f"{grid_id} does not end")


def test_frames_and_models_are_saved_with_a_grid(prostate, export_folder):
    first = H2ODeepLearningEstimator(hidden=[3], epochs=1, model_id="first", seed=3, reproducible=True)
    first.train(x=PREDICTORS, y="CAPSULE", training_frame=prostate)
    valid = h2o.assign(prostate[:100, :], "valid.set-1")
    grid = search(prostate, "whole", {"rate": [0.1, 0.2]}, validation=valid, checkpoint="first", epochs=2,
                  stopping_rounds=0)
    ids, losses = grid.model_ids, [m.logloss() for m in grid.models]
    folder = export_folder / "whole"
    path = h2o.save_grid(str(folder), "whole", save_params_references=True)
    cells = prostate.as_data_frame()
    types = prostate.types
    h2o.remove_all()
    # A frame of this name is replaced, as H2O does it.
    h2o.assign(h2o.H2OFrame({"x": [1]}), "prostate")
    loaded = h2o.load_grid(path, load_params_references=True)
    assert loaded.model_ids == ids and [m.logloss() for m in loaded.models] == losses
    back = h2o.get_frame("prostate")
    assert back.types == types
    assert back.as_data_frame().equals(cells)
    assert h2o.get_frame("valid.set-1").nrow == 100
    assert h2o.get_model("first").model_id == "first"
    loaded.hyper_params = {"rate": [0.1, 0.2, 0.3]}
    loaded.train(x=PREDICTORS, y="CAPSULE", training_frame=back, validation_frame=h2o.get_frame("valid.set-1"))
    assert len(loaded.model_ids) >= 3


def test_a_grid_that_was_saved_without_frames_says_so(prostate, export_folder):
    search(prostate, "bare", {"l1": [0.0, 0.1]})
    folder = str(export_folder / "bare")
    h2o.save_grid(folder, "bare", save_params_references=True)
    path = h2o.save_grid(folder, "bare")
    h2o.remove_all()
    with pytest.raises(H2OResponseError, match="bare was saved without"):
        h2o.load_grid(path, load_params_references=True)
    assert h2o.get_frame("prostate") is None
    assert len(h2o.load_grid(path).model_ids) == 2


def test_predictions_of_folds_are_saved_with_a_grid(prostate, export_folder):
    grid = search(prostate, "folds", {"l1": [0.0, 0.1]}, nfolds=2, keep_cross_validation_predictions=True)
    kept = {m.model_id: m.cross_validation_holdout_predictions().as_data_frame() for m in grid.models}
    path = h2o.save_grid(str(export_folder / "folds"), "folds", export_cross_validation_predictions=True)
    h2o.remove_all()
    for model in h2o.load_grid(path).models:
        back = model.cross_validation_holdout_predictions()
        assert back.types["predict"] == "enum"
        assert back.as_data_frame().equals(kept[model.model_id])


def test_predictions_of_folds_are_saved_with_a_model(prostate, export_folder, tmp_path):
    model = H2ODeepLearningEstimator(hidden=[3], epochs=1, nfolds=2, keep_cross_validation_predictions=True,
                                     model_id="folded")
    model.train(x=PREDICTORS, y="CAPSULE", training_frame=prostate)
    kept = model.cross_validation_holdout_predictions().as_data_frame()
    for path in (
        h2o.save_model(model, str(export_folder), force=True, export_cross_validation_predictions=True),
        h2o.download_model(model, str(tmp_path), export_cross_validation_predictions=True),
    ):
        h2o.remove_all()
        loaded = h2o.load_model(path) if path.startswith(str(export_folder)) else h2o.upload_model(path)
        assert loaded.cross_validation_holdout_predictions().as_data_frame().equals(kept)
    plain = h2o.save_model(loaded, str(export_folder), force=True)
    h2o.remove_all()
    assert h2o.load_model(plain).cross_validation_holdout_predictions() is None


def test_a_search_that_was_cancelled_goes_on_elsewhere(prostate, export_folder):
    # More than all ranks train at a time.
    varied = {"l1": [i / 1000 for i in range(12)], "hidden": [[200, 200]], "epochs": [30 / SLOWER]}
    first, second = export_folder / "recovery_1", export_folder / "recovery_2"
    grid = search(prostate, "slow", varied, wait=False, stopping_rounds=0, recovery_dir=str(first))
    assert grid._job.auto_recoverable
    wait_for_models("slow", 1)
    grid.cancel()
    wait_for_end("slow")
    count = len(h2o.get_grid("slow").model_ids)
    assert 1 <= count < 12
    h2o.remove_all()
    loaded = h2o.load_grid(str(first / "slow"), load_params_references=True)
    assert len(loaded.model_ids) == count
    assert h2o.get_frame("prostate").nrow == 380
    loaded.resume(recovery_dir=str(second), detach=True)
    wait_for_models("slow", count + 1)
    loaded.cancel()
    wait_for_end("slow")
    h2o.remove_all()
    again = h2o.load_grid(str(second / "slow"), load_params_references=True)
    again.resume()
    assert len(again.model_ids) == 12 and len(set(again.model_ids)) == 12


def test_a_search_that_has_ended_leaves_nothing_in_its_folder(prostate, export_folder):
    recovery, exported = export_folder / "ends", export_folder / "ends_too"
    search(prostate, "ends", {"l1": [0.0, 0.1]}, recovery_dir=str(recovery), export_checkpoints_dir=str(exported))
    assert list(recovery.iterdir()) == []
    assert sorted(p.name for p in exported.iterdir()) == ["ends", "ends_model_1", "ends_model_2"]
    h2o.resume(str(recovery))
    h2o.resume(str(export_folder / "nothing"))
    h2o.resume()
    with pytest.raises(H2OResponseError, match="name two folders"):
        search(prostate, "same", {"l1": [0.0]}, recovery_dir=str(exported), export_checkpoints_dir=str(exported))


@pytest.mark.parametrize("folds", [0, 2])
def test_a_search_goes_on_after_its_server_was_killed(server, tmp_path, folds):
    """The client that waits for the job gets its grid, as it finds the job again under its key."""
    before = h2o.connection()
    varied = {"l1": [i / 1000 for i in range(8)], "hidden": [[100, 100]], "epochs": [100 / SLOWER]}
    recovery = tmp_path / "recovery"
    try:
        with Server("--export-root", tmp_path) as first:
            connect(first)
            port = int(first.url.rsplit(":", 1)[1])
            grid = search(read_prostate(), "killed", varied, wait=False, stopping_rounds=0, nfolds=folds,
                          keep_cross_validation_predictions=folds > 0, recovery_dir=str(recovery))
            key = grid._job.job_key
            wait_for_models("killed", 2)
            ids = [i["name"] for i in h2o.api("GET /99/Grids/killed")["model_ids"]]
            losses = {i: h2o.get_model(i).logloss() for i in ids}
            first.stop(signal.SIGKILL)
        # What a kill between a model's file and the grid's record leaves, or within the file.
        (recovery / "killed_model_77").write_bytes(b"whole")
        (recovery / "killed_model_78.tmp-1").write_bytes(b"half")
        with Server("--export-root", tmp_path, port=port) as second:
            assert second.url.endswith(f":{port}")
            connect(second)
            h2o.resume(str(recovery))
            job = h2o.api("GET /3/Jobs/" + key)["jobs"][0]
            assert job["dest"]["name"] == "killed"
            with pytest.raises(H2OResponseError, match="still going on"):
                h2o.resume(str(recovery))
            H2OJob(job, "grid").poll()
            done = h2o.get_grid("killed")
            assert len(done.model_ids) == 8
            for name, loss in losses.items():
                assert h2o.get_model(name).logloss() == loss
            if folds:
                for model in done.models:
                    assert model.cross_validation_holdout_predictions().nrow == 380
            assert list(recovery.iterdir()) == []
            h2o.connection().close()
    finally:
        h2o.connect(url=before.base_url, verbose=False)


def test_names_of_grids_lead_out_of_no_folder(prostate, export_folder):
    for name in ("../beside", "a/b", ".."):
        with pytest.raises(H2OResponseError, match="cannot be the name of a file"):
            search(prostate, name, {"l1": [0.0]}, export_checkpoints_dir=str(export_folder / "in"))
        model = H2ODeepLearningEstimator(epochs=0, model_id=name, export_checkpoints_dir=str(export_folder / "in"))
        with pytest.raises(H2OResponseError, match="cannot be the name of a file"):
            model.train(x=PREDICTORS, y="CAPSULE", training_frame=prostate)
    assert not (export_folder / "beside").exists()


def test_damaged_files_are_told(prostate, export_folder):
    grid = search(prostate, "hurt", {"l1": [0.0]}, nfolds=2, keep_cross_validation_predictions=True)
    folder = export_folder / "hurt"
    path = h2o.save_grid(str(folder), "hurt", save_params_references=True, export_cross_validation_predictions=True)
    model = folder / grid.model_ids[0]
    whole = model.read_bytes()
    length = int.from_bytes(whole[8:16], "little")
    for place in (5, 24 + length // 2, 24 + length + 100, len(whole) - 10):
        model.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
        with pytest.raises(H2OResponseError, match="hurt_model_1"):
            h2o.load_grid(path)
        model.write_bytes(whole[:place])
        with pytest.raises(H2OResponseError, match="hurt_model_1"):
            h2o.load_grid(path)
    model.write_bytes(whole)
    record = (folder / "hurt").read_text()
    (folder / "hurt").write_text(record.replace('"hurt_model_1"', '"../../etc/passwd"'))
    with pytest.raises(H2OResponseError, match="cannot be the name of a file"):
        h2o.load_grid(path)
    (folder / "hurt").write_text(record.replace('"response_column"', '"response_colum"'))
    h2o.load_grid(path)
    with pytest.raises(H2OResponseError, match="no parameter response_colum"):
        h2o.api("POST /99/Grid/deeplearning/resume", data={"grid_id": "hurt"})
