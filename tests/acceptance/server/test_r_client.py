"""What the h2o package of R sends (recorded: tests/data/wire/r-client), answered with the fields that it reads."""
import json
import urllib.request

import pytest
import wire
from conftest import DATA, Server

BOUNDARY = "769bb108b97bfdf6d032e515c7ce0160"


@pytest.fixture(scope="module")
def replay():
    with Server("--import-root", wire.DATA / "data", "--import-root", DATA) as running:
        replay = wire.Replay(running.url)
        load_prostate(replay)
        yield replay


def post(replay, path, **form):
    status, answer = replay.send(
        {"method": "POST", "path": path, "form": form, "content_type": "application/x-www-form-urlencoded"}
    )
    assert status == 200, answer
    replay.wait(answer)
    return answer


def load_prostate(replay):
    """The frame "pr" that the recorded session looks at."""
    path = str(DATA / "prostate" / "prostate.csv")
    source = post(replay, "/3/ImportFilesMulti", paths=f"[{path}]")["destination_frames"][0]
    names = ["ID", "CAPSULE", "AGE", "RACE", "DPROS", "DCAPS", "PSA", "VOL", "GLEASON"]
    types = ["Numeric"] * len(names)
    types[1] = "Enum"
    post(
        replay, "/3/Parse", source_frames=json.dumps([source]), destination_frame="pr", parse_type="CSV", separator="44",
        check_header="1", number_columns=str(len(names)), column_names=json.dumps(names), column_types=json.dumps(types),
        blocking="true",
    )


def upload(replay, sample):
    """R sends files as a form of several parts; the recording holds its beginning."""
    recorded = sample["request"]["body"].split("\r\n\r\n")[1]
    content = (wire.DATA / "data" / "iris.csv").read_text()
    assert content.startswith(recorded)
    head = sample["request"]["body"].split("\r\n\r\n")[0]
    body = f"{head}\r\n\r\n{content}\r\n--{BOUNDARY}--\r\n".encode()
    call = urllib.request.Request(
        f"{replay.url}/3/PostFile?destination_frame=up1", data=body,
        headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
    )
    with urllib.request.urlopen(call, timeout=60) as answer:
        return json.loads(answer.read())


def kinds(recorded, ours, where=""):
    """One line for each field that is not there, or is of another kind. A null may stand for what is not there yet; cells
    and parameters, of which there may be other ones here, are compared by the first, or by their names."""
    if recorded is None or ours is None:
        return []
    if wire.kind(recorded) != wire.kind(ours):
        return [f"{where}: {str(ours)[:60]!r} instead of {str(recorded)[:60]!r}"]
    found = []
    if isinstance(recorded, dict):
        for name, value in recorded.items():
            # Of messages H2O has some that only tell what it will do.
            if name.startswith("__") and name != "__meta" or name in wire.SKIPPED or name == "messages":
                continue
            found += kinds(value, ours[name], f"{where}.{name}") if name in ours else [f"{where}.{name}: is not there"]
    elif isinstance(recorded, list) and recorded and isinstance(recorded[0], dict) and "name" in recorded[0]:
        named = {element.get("name"): element for element in ours}
        for element in recorded:
            name = element["name"]
            if name in named:
                found += kinds(element, named[name], f"{where}[{name}]")
            elif where.endswith("parameters"):
                found.append(f"{where}[{name}]: is not there")
    elif isinstance(recorded, list) and recorded and isinstance(recorded[0], (dict, list)):
        found += kinds(recorded[0], ours[0], f"{where}[0]") if ours else [f"{where}: is empty"]
    return found


def test_exchanges_of_r(replay):
    found = {}
    for path in wire.samples("r-client"):
        sample = json.loads(path.read_text())
        if "body" in sample["request"]:
            recorded, ours = sample["response"]["json"], upload(replay, sample)
        else:
            recorded, ours = replay.run(path)
        if isinstance(recorded, str):  # cut
            recorded = recorded.split("…")[0]
            assert ours.startswith(recorded), path.name
            continue
        assert ours.get("http_status_of_answer", 200) == recorded.get("http_status_of_answer", 200), (path.name, ours)
        lines = kinds(recorded, ours)
        if lines:
            found[path.name] = lines
    assert found == {}
