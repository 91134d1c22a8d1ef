"""Models that leave the server and come back."""
import h2o
import pytest
from h2o.estimators import H2ODeepLearningEstimator
from h2o.exceptions import H2OResponseError

from conftest import DATA


@pytest.fixture
def model(server):
    frame = h2o.upload_file(str(DATA / "prostate" / "prostate.csv"))
    frame["CAPSULE"] = frame["CAPSULE"].asfactor()
    model = H2ODeepLearningEstimator(model_id="kept", hidden=[4], epochs=2, seed=1)
    model.train(x=["AGE", "PSA"], y="CAPSULE", training_frame=frame)
    model.frame = frame
    return model


def same(model, other):
    assert other.model_id == "kept"
    assert other.auc() == model.auc()
    assert other.scoring_history().equals(model.scoring_history())
    a = model.expected
    b = other.predict(model.frame).as_data_frame()
    assert a.equals(b)


def test_saved_and_loaded(model, export_folder):
    model.expected = model.predict(model.frame).as_data_frame()
    path = h2o.save_model(model, str(export_folder), force=True)
    with pytest.raises(H2OResponseError, match="already exists"):
        h2o.save_model(model, str(export_folder))
    h2o.remove("kept")
    same(model, h2o.load_model(path))
    with pytest.raises(H2OResponseError, match="not found"):
        h2o.load_model(str(export_folder / "nosuch"))


def test_downloaded_and_uploaded(model, tmp_path):
    model.expected = model.predict(model.frame).as_data_frame()
    path = model.download_model(str(tmp_path))
    assert path.endswith("/kept")
    h2o.remove("kept")
    same(model, h2o.upload_model(path))


def test_only_below_the_roots(model, tmp_path):
    with pytest.raises(H2OResponseError):
        h2o.save_model(model, str(tmp_path), force=True)
    assert not list(tmp_path.iterdir())
    with pytest.raises(H2OResponseError):
        h2o.load_model("/etc/passwd")


def test_other_formats_are_refused(model):
    for path in ("3/Models/kept/mojo", "3/Models.java/kept", "99/Models.mojo/kept"):
        with pytest.raises(H2OResponseError, match="MOJO"):
            h2o.api("GET /" + path)
