"""What a model tells of the server, the machine and the frames that it was trained on."""
import h2o
import pytest
from h2o.estimators import H2ODeepLearningEstimator
from h2o.grid import H2OGridSearch

from conftest import DATA, RANKS


@pytest.fixture
def prostate(server):
    frame = h2o.upload_file(str(DATA / "prostate" / "prostate.csv"))
    frame["CAPSULE"] = frame["CAPSULE"].asfactor()
    return h2o.assign(frame, "prostate")


def train(frame, validation=None, **params):
    model = H2ODeepLearningEstimator(hidden=[2], epochs=1, seed=1, reproducible=True, **params)
    model.train(x=["AGE", "PSA"], y="CAPSULE", training_frame=frame, validation_frame=validation)
    return model


def tables(model):
    found = model._model_json["output"]["reproducibility_information_table"]
    nodes, cluster, frames = (table.as_data_frame() for table in found)
    assert [table._table_header for table in found] == [
        "Node Information", "Cluster Configuration", "Input Frames Information",
    ]
    return nodes, cluster, frames


def test_the_server_and_its_ranks(prostate):
    nodes, cluster, _ = tables(train(prostate))
    state = h2o.cluster()
    assert list(nodes["node"]) == list(range(RANKS))
    assert list(nodes["is_leader"]) == ["true"] + ["false"] * (RANKS - 1)
    assert (nodes["pid"] == state.nodes[0]["pid"]).all()
    assert (nodes["nthreads"] >= 1).all()
    assert (nodes["machine_physical_mem"] > nodes["free_mem"] / 2).all()
    assert nodes["os_version"][0].startswith("Linux")
    assert cluster["h2o_cluster_version"][0] == state.version
    assert cluster["h2o_cluster_name"][0] == state.cloud_name
    assert cluster["h2o_cluster_total_nodes"][0] == RANKS
    assert cluster["h2o_cluster_uptime"][0] > 0


def test_equal_data_have_equal_checksums(prostate):
    again = h2o.upload_file(str(DATA / "prostate" / "prostate.csv"))
    again["CAPSULE"] = again["CAPSULE"].asfactor()
    other = h2o.deep_copy(prostate, "other")
    other[7, "GLEASON"] = 9
    sums = []
    for frame in (prostate, again, other):
        _, _, frames = tables(train(frame, validation=prostate[:100, :]))
        assert list(frames["input_frame"]) == ["training_frame", "validation_frame"]
        assert frames["espc"][0].startswith("[0, ") and frames["espc"][0].endswith("380]")
        assert frames["espc"][1].endswith("100]")
        sums.append((int(frames["checksum"][0]), int(frames["checksum"][1])))
    assert sums[0] == sums[1]
    assert sums[0][0] != sums[2][0] and sums[0][1] == sums[2][1]


def test_models_of_folds_and_grids_tell_it_too(prostate):
    model = train(prostate, nfolds=2, keep_cross_validation_models=True)
    _, _, frames = tables(model)
    assert list(frames["checksum"])[1] == -1 and list(frames["espc"])[1] == "-1"
    for fold in model.cross_validation_models():
        assert len(tables(fold)[0]) == RANKS
    grid = H2OGridSearch(H2ODeepLearningEstimator(hidden=[2], epochs=1), {"l1": [0.0, 0.1]}, grid_id="told")
    grid.train(x=["AGE", "PSA"], y="CAPSULE", training_frame=prostate)
    for one in grid.models:
        assert list(tables(one)[2]["checksum"]) == list(frames["checksum"])
        assert len(tables(one)[0]) == RANKS
