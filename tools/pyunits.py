#!/usr/bin/env python3
"""Runs h2o's own Python tests (unmodified, a folder with run.py) against a server, and compares with those known to pass.

    tools/pyunits.py FOLDER [--ranks N] [--all | --match TEXT] [--update]

Without more, runs the tests of tests/pyunits_passing.txt, and exits with 1 if one fails. --all runs all that need no learner that is
not there yet; --update writes the list anew from what was run. Needs .venv-clients (tools/setup_clients.sh) and a built program.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
KNOWN = ROOT / "tests" / "pyunits_passing.txt"
# The others need learners that are not there yet.
GROUPS = ["algos/deeplearning", "algos/grid", "testdir_misc", "testdir_munging"]
LINE = re.compile(r"^(pass|FAIL)\s+([0-9.]+) s\s+(\S+)\s*(.*)$")


def start_server(folder, exports, ranks):
    server = subprocess.Popen(
        [
            ROOT / "build/release/thalweg", "serve", "--port", "0", "--ranks", str(ranks),
            "--import-root", folder, "--import-root", exports,
            "--export-root", folder, "--export-root", exports,
        ],
        stdout=subprocess.PIPE,
        stderr=open(ROOT / "build" / "pyunits_server.log", "w"),
        text=True,
    )
    return server, re.search(r"https?://\S+", server.stdout.readline())[0]


def copy_of(folder, to):
    """The tests write into their own folder: a copy, with no results of other runs, is theirs to change."""
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns("__pycache__"), copy_function=shutil.copyfile)
    for path in [to, *(p for p in to.rglob("*") if p.is_dir())]:
        path.chmod(0o755)
    for path in (to / "results").iterdir():
        path.unlink()
    return to


def run(folder, url, match, timeout):
    """Yields (test, passed, seconds, last line of its errors)."""
    tests = subprocess.Popen(
        [ROOT / ".venv-clients/bin/python", folder / "run.py", "--server", url, "--match", match,
         "--timeout", str(timeout)],
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in tests.stdout:
        if found := LINE.match(line):
            yield found[3], found[1] == "pass", float(found[2]), found[4]
    tests.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--match", help="only tests whose path holds this text")
    parser.add_argument("--all", action="store_true", help="also tests that never passed")
    parser.add_argument("--timeout", type=float, default=180)
    parser.add_argument("--update", action="store_true")
    args = parser.parse_args()
    known = set(KNOWN.read_text().split()) if KNOWN.exists() else set()
    with tempfile.TemporaryDirectory() as temporary:
        given = args.folder.resolve()
        folder = copy_of(given, pathlib.Path(temporary) / "pyunits")
        # Larger data are beside it.
        (pathlib.Path(temporary) / "data").symlink_to(given.parent / "data")
        sys.exit(run_all(folder, known, args))


def run_all(folder, known, args):
    """Runs what the arguments ask for; returns the exit code."""
    passed, failed = set(), {}
    # Some tests write into the folder of temporary files.
    server, url = start_server(folder, tempfile.gettempdir(), args.ranks)
    try:
        for group in [args.match] if args.match else GROUPS if args.all else sorted(known):
            for test, ok, seconds, why in run(folder, url, group, args.timeout):
                mark = "" if ok else ("  LOST  " if test in known else "  ") + why
                print(f"{'pass' if ok else 'FAIL'} {seconds:6.1f} s  {test}{mark}", flush=True)
                if ok:
                    passed.add(test)
                else:
                    failed[test] = why
            if server.poll() is not None:
                sys.exit(f"the server ended with {server.returncode}")
        # Another time, as a machine under load may be slow once.
        for test in sorted(known & set(failed)):
            for again, ok, _, _ in run(folder, url, test, 2 * args.timeout):
                if ok:
                    passed.add(again)
                    failed.pop(again, None)
    finally:
        server.terminate()
        server.wait(timeout=30)
    lost = sorted(known & set(failed))
    print(f"{len(passed)} passed, {len(failed)} failed, of these {len(lost)} that passed before")
    if args.update:
        KNOWN.write_text("".join(f"{test}\n" for test in sorted((known - set(failed)) | passed)))
    return 1 if lost else 0


if __name__ == "__main__":
    main()
