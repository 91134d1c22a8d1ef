"""The reference pages are those of the program."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_reference_pages_are_up_to_date():
    check = subprocess.run([sys.executable, ROOT / "tools" / "reference_pages.py", "--check"], capture_output=True, text=True)
    assert check.returncode == 0, check.stderr
