"""thalweg serve --data-dir: what was in memory is there again after a restart, however it ended."""
import random
import resource
import signal
import stat
import subprocess
import time

import h2o
import pytest
from h2o.estimators import H2ODeepLearningEstimator
from h2o.grid.grid_search import H2OGridSearch

from conftest import DATA, PROGRAM, RANKS, Server, connect

MIXED = """id,real,int,cat,text,time,uuid
1,0.1,7,red,plain,2024-02-29 12:00:00,11111111-2222-4333-8444-555555555555
2,-1e300,,blue,"a ""quoted"" one",1969-12-31 23:59:59,
3,,-9007199254740993,,,,99999999-aaaa-4bbb-8ccc-dddddddddddd
4,2.5,0,red,größe,2038-01-19 03:14:08,00000000-0000-4000-8000-000000000000
"""
TYPES = ["int", "real", "int", "enum", "string", "time", "uuid"]


@pytest.fixture(autouse=True)
def back_to_the_shared_server(server):
    yield
    connect(server)


def start(folder, *args, ranks=RANKS):
    return Server("--import-root", DATA, "--import-root", folder.parent, "--data-dir", folder,
                  *args, ranks=ranks)


def log(server):
    server.errors.flush()
    server.errors.seek(0)
    return server.errors.read()


def wait_until(condition, seconds=20):
    end = time.time() + seconds
    while not condition():
        assert time.time() < end, "it takes too long"
        time.sleep(0.02)


def table(frame):
    return frame.as_data_frame().to_csv(index=False)


def frames():
    return set(h2o.ls()["key"])


def import_mixed(folder, name="mixed"):
    path = folder / "mixed.csv"
    path.write_text(MIXED)
    return h2o.import_file(str(path), destination_frame=name, col_types=TYPES)


def test_a_restart_brings_everything_back(tmp_path):
    data = tmp_path / "data"
    with start(data) as server:
        connect(server)
        mixed = import_mixed(tmp_path)
        flowers = h2o.import_file(str(DATA / "iris" / "iris_wheader.csv"))
        response = flowers.names[-1]
        flowers["twice"] = flowers[flowers.names[1]] * 2
        kept = h2o.assign(flowers, "kept")
        net = H2ODeepLearningEstimator(
            model_id="net", hidden=[5], epochs=2, seed=1, reproducible=True, nfolds=2,
            keep_cross_validation_predictions=True)
        net.train(y=response, training_frame=kept)
        grid = H2OGridSearch(
            H2ODeepLearningEstimator(epochs=1, seed=1, reproducible=True),
            {"hidden": [[3], [4, 4]]}, grid_id="grid")
        grid.train(y=response, training_frame=kept)
        cells, types = table(mixed), mixed.types
        predictions = table(net.predict(kept))
        shown, metrics = str(net), net.model_performance(kept).logloss()
        cross = net.model_performance(xval=True).logloss()
        folds = [m["name"] for m in net._model_json["output"]["cross_validation_models"]]
        sorted_ids = grid.sorted_metric_table().to_string()
        ids = grid.model_ids
        code, _ = server.stop()
        assert code == 0

    for ranks in (RANKS, 4 - RANKS):  # also on another number of ranks
        with start(data, ranks=ranks) as server:
            connect(server)
            assert {"mixed", "kept", "net", "grid", *folds, *ids} <= frames()
            mixed = h2o.get_frame("mixed")
            assert mixed.types == types
            assert table(mixed) == cells
            net = h2o.get_model("net")
            again = h2o.get_frame("kept")
            assert table(net.predict(again)) == predictions
            assert str(net) == shown
            net.show()
            assert net.model_performance(again).logloss() == metrics
            assert net.model_performance(xval=True).logloss() == cross
            grid = h2o.get_grid("grid")
            assert grid.model_ids == ids
            assert grid.sorted_metric_table().to_string() == sorted_ids
            for fold in folds:
                assert h2o.get_model(fold).model_id == fold
            assert server.stop()[0] == 0


def test_sessions_leave_nothing(tmp_path):
    data = tmp_path / "data"
    with start(data) as server:
        connect(server)
        named = import_mixed(tmp_path)
        temporary = named[["int", "cat"]]
        temporary.refresh()
        assert temporary.frame_id in frames()
        wait_until(lambda: b'"mixed"' in (data / "catalog").read_bytes())
        server.stop(signal.SIGKILL)
    with start(data) as server:
        connect(server)
        assert frames() == {"mixed"}


def test_removal_and_renaming_last(tmp_path):
    data = tmp_path / "data"
    with start(data) as server:
        connect(server)
        import_mixed(tmp_path, "one")
        import_mixed(tmp_path, "two")
        import_mixed(tmp_path, "three")
        before = table(h2o.get_frame("two"))
        wait_until(lambda: len(list(data.glob("*.frame"))) == 3)
        h2o.remove("one")
        h2o.rapids('(rename "two" "../../other name\\n%")')
        h2o.rapids('(assign three (:= three 5 [1] []))')
        wait_until(lambda: len(list(data.glob("*.frame"))) == 2)
        server.stop()
    with start(data) as server:
        connect(server)
        names = frames()
        assert len(names) == 2 and "three" in names
        renamed = (names - {"three"}).pop()
        assert renamed.startswith("../../other name")
        assert h2o.get_frame("three")[0, "real"] == 5
        h2o.rapids('(rename "../../other name\\n%" "two")')
        assert table(h2o.get_frame("two")) == before
        h2o.remove_all()
        server.stop()
    with start(data) as server:
        connect(server)
        assert len(h2o.ls()) == 0
    assert sorted(f.name for f in tmp_path.iterdir()) == ["data", "mixed.csv"]


def test_files_are_private(tmp_path):
    data = tmp_path / "data"
    with start(data) as server:
        connect(server)
        import_mixed(tmp_path)
        server.stop()
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in data.iterdir()} == {0o600}
    assert sorted(f.name for f in data.iterdir()) == ["00000001.frame", "catalog", "lock"]


def test_a_second_server_is_refused(tmp_path):
    data = tmp_path / "data"
    with start(data) as server:
        process = subprocess.run(
            [PROGRAM, "serve", "--port", "0", "--data-dir", data], capture_output=True, text=True,
            timeout=60)
        assert process.returncode == 2
        assert f"another server (process {server.pid}) uses it" in process.stderr


@pytest.mark.parametrize("seed", range(6))
def test_killed_while_it_saves(tmp_path, seed):
    """Each frame that is there afterwards is whole; those that were saved before the kill are."""
    data = tmp_path / "data"
    rng = random.Random(seed)
    sums = {}
    for life in range(2):
        with start(data) as server:
            connect(server)
            there = frames()
            for name, total in sums.items():
                if name in there:
                    assert h2o.get_frame(name)["C1"].sum() == total, name
            assert {n for n in sums if n.startswith("safe")} <= there
            safe = f"safe{life}"
            h2o.create_frame(frame_id=safe, rows=1000, cols=1, seed=life, missing_fraction=0,
                             categorical_fraction=0, integer_fraction=1, binary_fraction=0)
            sums[safe] = h2o.get_frame(safe)["C1"].sum()
            time.sleep(0.5)
            for i in range(5):
                name = f"f{life}_{i}"
                h2o.create_frame(frame_id=name, rows=300_000, cols=1, seed=i, missing_fraction=0,
                                 categorical_fraction=0, integer_fraction=0, binary_fraction=0,
                                 real_range=100)
                sums[name] = h2o.get_frame(name)["C1"].sum()
                if i == 2:
                    time.sleep(rng.random() * 0.1)
            time.sleep(rng.random() * 0.15)
            server.stop(signal.SIGKILL)
    with start(data) as server:
        connect(server)
        there = frames()
        assert "safe0" in there and "safe1" in there
        for name in there:
            assert h2o.get_frame(name)["C1"].sum() == sums[name], name
        assert "is not brought back" not in log(server)
        server.stop()
    assert not list(data.glob("*.new"))


def test_a_full_disk_is_told_and_loses_nothing(tmp_path):
    data = tmp_path / "data"
    small, large = 1000, 400_000

    def make(name, rows):
        h2o.create_frame(frame_id=name, rows=rows, cols=2, seed=1, missing_fraction=0,
                         categorical_fraction=0, integer_fraction=0, binary_fraction=0)

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, before[1]))  # the server inherits it
    try:
        server = start(data).__enter__()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    try:
        connect(server)
        make("small", small)
        cells = table(h2o.get_frame("small"))
        make("large", large)
        wait_until(lambda: "large is not saved to the data directory" in log(server))
        assert "File too large" in log(server)
        jobs = h2o.api("GET /3/Jobs")["jobs"]
        assert any("not saved" in w for j in jobs for w in j["warnings"] or [])
        make("later", small)
        assert h2o.get_frame("large").nrows == large
        server.stop()
    finally:
        server.__exit__()
    with start(data) as server:
        connect(server)
        assert frames() == {"small", "later"}
        assert table(h2o.get_frame("small")) == cells
        make("large", large)
        server.stop()
    with start(data) as server:
        connect(server)
        assert frames() == {"small", "later", "large"}


def test_damaged_and_strange_files_are_told_and_kept(tmp_path):
    data = tmp_path / "data"
    with start(data) as server:
        connect(server)
        for name in ("a", "b", "c"):
            import_mixed(tmp_path, name)
        wait_until(lambda: len(list(data.glob("*.frame"))) == 3)
        server.stop()
    a, b, c = sorted(data.glob("*.frame"))
    bytes_of_a = a.read_bytes()
    middle = len(bytes_of_a) // 2
    a.write_bytes(bytes_of_a[:middle] + bytes([bytes_of_a[middle] ^ 1]) + bytes_of_a[middle + 1:])
    b.write_bytes(b.read_bytes()[:-5])
    (data / "notes.txt").write_text("mine")
    (data / "00000099.model").write_text("no model")
    (data / "00000098.frame.new").write_text("half a frame")
    with start(data) as server:
        connect(server)
        assert frames() == {"c"}
        text = log(server)
        assert "the frame a is not brought back" in text and str(a) in text
        assert "the frame b is not brought back" in text and "cut off" in text
        assert str(data / "notes.txt") in text and str(data / "00000099.model") in text
        import_mixed(tmp_path, "d")
        server.stop()
    kept = {f.name for f in data.iterdir()}
    assert {a.name, b.name, c.name, "notes.txt", "00000099.model"} <= kept
    assert "00000098.frame.new" not in kept
    a.write_bytes(bytes_of_a)
    with start(data) as server:
        connect(server)
        assert frames() == {"a", "c", "d"}
        server.stop()

    (data / "catalog").write_bytes(b"x" + (data / "catalog").read_bytes()[1:])
    with start(data) as server:
        connect(server)
        assert frames() == {"a", "c", "d"}
        assert "it is kept as" in log(server)
        server.stop()
    assert list(data.glob("catalog.damaged-*"))


def test_every_cut_and_every_changed_byte_is_noticed(tmp_path):
    data = tmp_path / "data"
    with start(data) as server:
        connect(server)
        import_mixed(tmp_path)
        cells = table(h2o.get_frame("mixed"))
        server.stop()
    (file,) = data.glob("*.frame")
    whole = file.read_bytes()
    rng = random.Random(1)
    for _ in range(6):
        bad = bytearray(whole)
        bad[rng.randrange(len(bad))] ^= 1 << rng.randrange(8)
        file.write_bytes(bad if rng.random() < 0.5 else bad[: rng.randrange(len(bad))])
        with start(data) as server:
            connect(server)
            assert len(h2o.ls()) == 0
            server.stop()
    file.write_bytes(whole)
    with start(data) as server:
        connect(server)
        assert table(h2o.get_frame("mixed")) == cells


def test_a_folder_that_cannot_be_used_is_refused(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    process = subprocess.run([PROGRAM, "serve", "--port", "0", "--data-dir", file],
                             capture_output=True, text=True, timeout=60)
    assert process.returncode == 2 and "it is no folder" in process.stderr
    process = subprocess.run([PROGRAM, "serve", "--port", "0", "--data-dir", "/proc/nowhere"],
                             capture_output=True, text=True, timeout=60)
    assert process.returncode == 2 and "cannot make it" in process.stderr
