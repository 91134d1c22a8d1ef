"""What all acceptance tests share: the built program and how to run it."""
import importlib.util
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("THALWEG", ROOT / "build" / "release" / "thalweg"))
DATA = ROOT / "data"
# Its tests run in an environment of their own, with the h2o client (see the Makefile).
collect_ignore = [] if importlib.util.find_spec("h2o") else ["server"]


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    def json(self):
        return json.loads(self.out)


@pytest.fixture
def thalweg():
    """Runs the program; fails the test if the exit code is not the expected one."""

    def run(*args, code=0, timeout=300, cwd=ROOT):
        done = subprocess.run(
            [PROGRAM, *map(str, args)],
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=cwd,
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
        )
        assert done.returncode == code, f"{args}\n{done.stdout}\n{done.stderr}"
        return Result(done)

    return run
