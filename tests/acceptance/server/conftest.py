"""A running server, and the unmodified h2o client connected to it. Runs in .venv-clients.

THALWEG_RANKS=3 runs everything on a server of three ranks; with THALWEG_MPI=1 they are processes that mpirun starts.
"""
import contextlib
import os
import pathlib
import re
import select
import signal
import subprocess
import tempfile
import time

import h2o
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = pathlib.Path(os.environ.get("THALWEG", ROOT / "build" / "release" / "thalweg"))
DATA = ROOT / "data"
RANKS = int(os.environ.get("THALWEG_RANKS", "1"))
MPI = os.environ.get("THALWEG_MPI") == "1"
START_SECONDS = 60  # sanitizers start slowly
# Limits of time are for the program itself; a sanitizer takes its share.
SLOWER = {"asan": 10, "tsan": 20}.get(os.environ.get("THALWEG_SANITIZER"), 1)


class Server:
    """A server process of its own: `with Server("--import-root", folder) as server: …`."""

    def __init__(self, *args, ranks=RANKS, port=0):
        # A client refuses servers of another version than its own.
        version = [] if "--h2o-version" in args else ["--h2o-version", h2o.__version__]
        command = [PROGRAM, "serve", "--port", str(port), *version, *map(str, args)]
        if MPI and ranks > 1:
            self.args = [ROOT / "tools" / "mpirun.sh", str(ranks), *command]
        else:
            self.args = [*command, "--ranks", str(ranks)]

    def __enter__(self):
        # Its log goes to a file: nobody would empty a pipe.
        self.errors = tempfile.TemporaryFile("w+")
        self.scratch = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            self.args,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            cwd=ROOT,
            start_new_session=True,
            # mpirun's own files: what a killed one leaves behind is in the way of later ones.
            env=os.environ | {"PRTE_MCA_prte_tmpdir_base": self.scratch.name},
        )
        ready, _, _ = select.select([self.process.stdout], [], [], START_SECONDS)
        line = self.process.stdout.readline() if ready else ""
        found = re.search(r"at (https?://\S+)", line)
        if not found:
            self.kill()
            self.errors.seek(0)
            raise AssertionError(f"no server: {line}{self.errors.read()}")
        self.url = found[1]
        self.line = line
        self.pid = self.process.pid if "--ranks" in self.args else self.pid_of_rank_0()
        return self

    def pid_of_rank_0(self):
        """The lowest of mpirun's children: they are started in the order of their ranks."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return min(map(int, children.read_text().split()))

    def stop(self, sig=signal.SIGTERM):
        """Ends the process; returns its exit code and the seconds that it took."""
        start = time.time()
        if self.process.poll() is None:
            os.kill(self.pid, sig)
        self.process.communicate(timeout=60)
        return self.process.returncode, time.time() - start

    def kill(self):
        """All of its processes."""
        os.killpg(self.process.pid, signal.SIGKILL)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()
            self.process.communicate()
        self.scratch.cleanup()
        self.errors.seek(0)
        text = self.errors.read()
        assert not re.search("Sanitizer|runtime error:", text), text[-20000:]


def connect(server):
    return h2o.connect(url=server.url, verbose=False, strict_version_check=True)


@pytest.fixture(scope="session")
def import_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("imports")


@pytest.fixture(scope="session")
def export_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("exports")


@pytest.fixture(scope="session")
def server(import_folder, export_folder):
    """One server for all tests that do not need their own; its import roots hold data/ too."""
    with Server(
        "--import-root", DATA, "--import-root", import_folder, "--export-root", export_folder
    ) as running:
        h2o.no_progress()
        connect(running)
        yield running
        with contextlib.suppress(Exception):
            h2o.connection().close()
        code, seconds = running.stop()
        assert code == 0, "it ends well when it is asked to"
        assert seconds < 15 * SLOWER


@pytest.fixture(autouse=True)
def nothing_left(server):
    """Every test begins with nothing in memory."""
    yield
    with contextlib.suppress(Exception):
        h2o.remove_all()
