"""Long work hears of its end: a parse that is cancelled, and the server's own end in the middle of it."""
import threading
import time

import h2o
import pytest
import requests
from conftest import Server, SLOWER

PROMPT = 3  # seconds: 1 is promised, the rest is for a loaded machine


def write_long(folder):
    path = folder / "long.csv"
    block = "".join(f"{i},{i * 0.37:.5f},level{i % 1000},2020-01-{i % 28 + 1:02d},text {i}\n" for i in range(100_000))
    with open(path, "w") as file:
        file.write("a,b,c,d,e\n")
        for _ in range(40):
            file.write(block)
    return path


def write_wide(folder, columns=100_000):
    path = folder / "wide.csv"
    with open(path, "w") as file:
        file.write(",".join(f"c{i}" for i in range(columns)) + "\n")
        row = ",".join(f"{i % 97}.5" for i in range(columns)) + "\n"
        for _ in range(60):
            file.write(row)
    return path


def start_parse(url, path):
    raw = requests.post(url + "/3/ImportFilesMulti", data={"paths": f"[{path}]"}, timeout=60).json()
    setup = requests.post(
        url + "/3/ParseSetup", data={"source_frames": '["%s"]' % raw["destination_frames"][0]}, timeout=120
    ).json()
    form = {
        "source_frames": '["%s"]' % raw["destination_frames"][0],
        "destination_frame": "cut_off",
        "parse_type": setup["parse_type"],
        "separator": setup["separator"],
        "check_header": setup["check_header"],
        "number_columns": setup["number_columns"],
        "column_types": "[" + ",".join('"%s"' % t for t in setup["column_types"]) + "]",
        "column_names": "[" + ",".join('"%s"' % n for n in setup["column_names"]) + "]",
        "blocking": "false",
    }
    return requests.post(url + "/3/Parse", data=form, timeout=120).json()["job"]["key"]["name"]


def job_of(url, key):
    return requests.get(f"{url}/3/Jobs/{requests.utils.quote(key)}", timeout=30).json()["jobs"][0]


@pytest.mark.parametrize("write", [write_long, write_wide])
def test_a_parse_is_cancelled(server, import_folder, write):
    path = write(import_folder)
    try:
        key = start_parse(server.url, path)
        start = time.time()
        requests.post(f"{server.url}/3/Jobs/{requests.utils.quote(key)}/cancel", timeout=30)
        while (job := job_of(server.url, key))["status"] in ("CREATED", "RUNNING"):
            assert time.time() - start < PROMPT * SLOWER
            time.sleep(0.02)
        assert job["status"] == "CANCELLED", job
        with pytest.raises(h2o.exceptions.H2OResponseError):
            h2o.api("GET /3/Frames/cut_off")
    finally:
        path.unlink()


LONG = {
    "join": "(merge f f False False [0] [0] 'auto')",
    "sort": "(sort f [1] [1])",
    "group": "(GB f [1] 'median' 0 'all')",
    "strings": "(replaceall (as.character (cols_py f 1)) '9' 'x' False)",
}


@pytest.mark.parametrize("work", LONG)
def test_the_server_ends_in_the_middle_of_work(work):
    with Server() as server:
        session = requests.post(server.url + "/4/sessions", timeout=30).json()["session_key"]
        url = server.url + "/99/Rapids"

        def run(expression):
            try:
                return requests.post(url, data={"ast": expression, "session_id": session}, timeout=120)
            except requests.RequestException:
                return None

        run("(tmp= one (seq_len 2000000))")
        run("(tmp= f (colnames= (cbind one (h2o.runif one 1)) [0 1] ['k' 'v']))")
        caller = threading.Thread(target=run, args=("(, " + " ".join([LONG[work]] * 500) + ")",))
        caller.start()
        time.sleep(1)
        assert caller.is_alive(), "it is at work"
        code, seconds = server.stop()
        assert code == 0
        assert seconds < 6 * SLOWER
        caller.join()
