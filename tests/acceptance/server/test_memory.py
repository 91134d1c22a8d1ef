"""What does not fit is refused with figures before it starts, and the server lives on."""
import gzip
import os
import random
import urllib.error
import urllib.request

import h2o
import pytest
from h2o.estimators import H2ODeepLearningEstimator

from conftest import Server, connect

# A sanitizer takes more memory for itself than the limits of these tests.
pytestmark = pytest.mark.skipif("THALWEG_SANITIZER" in os.environ, reason="limits of memory")
REFUSED = r"needs about [\d.]+ [MG]B of memory, but only [\d.]+ [KM]?B are free of the limit of 262 MB"
MANY = 12_000_000  # rows; as a constant column next to nothing, in numbers more than there is


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("small")


@pytest.fixture(scope="module")
def small_server(folder):
    with Server("--import-root", folder, "--export-root", folder, "--memory", "250m") as running:
        yield running


@pytest.fixture(autouse=True)
def in_little_memory(server, small_server):
    connect(small_server)
    h2o.remove_all()
    yield
    # Whatever was refused, it goes on.
    assert h2o.H2OFrame({"a": [1, 2, 3]})["a"].sum() == 6
    assert small_server.process.poll() is None
    connect(server)


def constants(name, cols=2, rows=MANY):
    return h2o.create_frame(frame_id=name, rows=rows, cols=cols, randomize=False, value=0,
                            categorical_fraction=0, integer_fraction=0, binary_fraction=0)


def net(**params):
    frame = h2o.H2OFrame({"C1": [0, 1, 2, 3] * 5, "C2": [3, 1, 0, 2] * 5})
    model = H2ODeepLearningEstimator(epochs=1, seed=1, reproducible=True, **params)
    model.train(y="C2", training_frame=frame)
    return model


def test_create_frame():
    with pytest.raises(Exception, match=REFUSED):
        h2o.create_frame(rows=10_000_000, cols=10, categorical_fraction=0, integer_fraction=0,
                         binary_fraction=0)


def test_a_file_that_is_too_large(folder):
    path = folder / "large.csv"
    with open(path, "wb") as file:
        file.write(b"a,b\n" + b"1,2\n" * 100_000)
        file.truncate(3 << 30)  # takes no disk
    with pytest.raises(Exception, match="parsing .*large.csv " + REFUSED):
        h2o.import_file(str(path))


def test_a_compressed_file_that_grows_too_large(folder, small_server):
    rng = random.Random(1)
    block = "".join(f"{rng.random()},{rng.random()}\n" for _ in range(500)).encode()
    path = folder / "grows.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"a,b\n")
        for _ in range(200):
            file.write(block * 50)
    with Server("--import-root", folder, "--memory", "100m") as smaller:
        connect(smaller)
        with pytest.raises(Exception, match="parsing .*grows.csv.gz needs more memory than there"):
            h2o.import_file(str(path))
        assert h2o.H2OFrame({"a": [1, 2, 3]})["a"].sum() == 6
        connect(small_server)


def test_deep_features_and_predictions():
    model = net(hidden=[300])
    frame = constants("rows", rows=1_000_000)
    with pytest.raises(Exception, match=REFUSED):
        model.deepfeatures(frame, 0)


def test_partial_dependence():
    model = net(hidden=[2])
    frame = constants("rows")
    with pytest.raises(Exception, match=REFUSED):
        model.partial_plot(frame, cols=["C1"], plot=False, nbins=2)


def test_rows_as_json():
    constants("rows")
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(
            f"{h2o.connection().base_url}/3/Frames/rows?row_count={MANY}", timeout=120)
    text = error.value.read().decode()
    assert "these rows of rows as JSON needs about" in text and "are free of the limit" in text


def test_melt():
    frame = constants("rows")
    with pytest.raises(Exception, match=REFUSED):
        frame.melt(id_vars=["C1"], value_vars=["C2"]).refresh()


def test_missing_cells_need_no_more_than_there_is():
    frame = constants("rows", rows=100_000)
    frame.insert_missing_values(fraction=0.5, seed=1)
    assert frame["C1"].isna().sum() > 40_000


def test_gathering_on_many_ranks(folder, small_server):
    with Server("--export-root", folder, "--memory", "250m", ranks=3) as many:
        connect(many)
        frame = h2o.create_frame(rows=5_000_000, cols=1, categorical_fraction=0, seed=1,
                                 integer_fraction=0, binary_fraction=0)
        with pytest.raises(Exception, match="gathered on 3 ranks, " + REFUSED):
            h2o.export_file(frame, str(folder / "out.csv"))
        assert frame.nrows == 5_000_000
        connect(small_server)
