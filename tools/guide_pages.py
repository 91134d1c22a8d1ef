#!/usr/bin/env python3
"""Runs the commands of the guide's pages and writes what they print into them; --check compares instead.

usage: guide_pages.py [--check] [PAGE.md …]

A page's ```console blocks are the commands ("$ " and continuation lines) and their output, run in order in one empty folder with
data/ and docs/ beside it. A line of output stands for a line that the command prints: the same words, whatever the numbers. A
line "…" stands for any number of lines.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "guide"
LEFT_OUT = "…"


class Command:
    """A command of a page: its text, and the numbers of its output's first line and of the line after its last."""

    def __init__(self, text, begin):
        self.text, self.begin, self.end = text, begin, begin


def commands_of(lines):
    found, inside, i = [], False, 0
    while i < len(lines):
        line = lines[i]
        i += 1
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            text = line[2:]
            while text.endswith("\\"):
                text = text[:-1] + lines[i].strip()
                i += 1
            found.append(Command(text, i))
        elif inside:
            found[-1].end = i
    return found


def words(line):
    """What of a line does not change from run to run."""
    line = re.sub(r"█+", "", line)
    line = re.sub(r"\b(nan|inf|[KMGT]?B|m?s|min)\b", "", line)
    return re.sub(r"[\d.,+\-]*\d(e[+-]?\d+)?", "#", line).split()


def run(command, folder, program):
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=600)
    return done.returncode, done.stdout.splitlines()


def renewed(shown, printed):
    """The lines that a page shows, out of what was printed, the next such line first; and those that have no counterpart there."""
    result, missing, used, at = [], [], set(), 0
    for line in shown:
        if line == LEFT_OUT:
            result.append(line)
            continue
        order = [*range(at, len(printed)), *range(at)]
        twin = next((i for i in order if i not in used and words(printed[i]) == words(line)), None)
        if twin is None:
            missing.append(line)
            result.append(line)
        else:
            used.add(twin)
            at = twin + 1
            result.append(printed[twin].rstrip())
    if LEFT_OUT not in shown:
        missing += [f"(printed, not shown) {line}" for i, line in enumerate(printed) if i not in used]
    return result, missing


def process(page, program, check):
    """Complaints about one page; without `check` its output is renewed."""
    lines = page.read_text().splitlines()
    complaints, edits = [], []
    with tempfile.TemporaryDirectory() as name:
        for linked in ("data", "docs"):
            os.symlink(ROOT / linked, pathlib.Path(name) / linked)
        for command in commands_of(lines):
            code, printed = run(command.text, name, program)
            shown = lines[command.begin:command.end]
            # A page that wants to show an error says so with the word.
            wants_error = any(line.startswith("error") for line in shown)
            if (code != 0) != wants_error:
                complaints.append(f"{page.name}: exit code {code}: {command.text}\n  " + "\n  ".join(printed[-5:]))
                continue
            result, missing = renewed(shown, printed)
            if check and missing:
                complaints.append(f"{page.name}: {command.text}\n" + "\n".join(f"  not printed: {line}" for line in missing))
            if not check and missing and any(line != LEFT_OUT for line in shown):
                print(f"{page.name}: {command.text}\n" + "\n".join(f"  changed: {line}" for line in missing))
            if not check and not shown:
                result = [line.rstrip() for line in printed]
            edits.append((command, result))
    if not check:
        for command, result in reversed(edits):
            lines[command.begin:command.end] = result
        page.write_text("\n".join(lines) + "\n")
    return complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/thalweg")
    parser.add_argument("pages", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    complaints = [c for page in args.pages for c in process(page, args.program.resolve(), args.check)]
    print("\n".join(complaints) if complaints else f"{len(args.pages)} page(s) as the program prints them")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
