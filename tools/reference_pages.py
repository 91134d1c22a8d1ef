#!/usr/bin/env python3
"""Writes docs/reference/<learner>.md and grid.md from the parameters that the program declares; with --check, only says
whether the pages are up to date (exit status 1 if not)."""
import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
THALWEG = ROOT / "build" / "release" / "thalweg"
LEARNERS = ["deeplearning"]
GRID = "grid"
LEVELS = {"critical": "What everyone needs", "secondary": "What some need", "expert": "What few need"}


def allowed(parameter):
    if "values" in parameter:
        return ", ".join(f"`{level}`" for level in parameter["values"])
    return parameter.get("range", "")


def page(learner):
    output = subprocess.run([THALWEG, "params", learner, "--json"], check=True, capture_output=True, text=True).stdout
    parameters = json.loads(output)
    if learner == GRID:
        use = ("On the command line: `thalweg grid <learner> --name value`; those of the search (from `strategy` on) are "
               "`--search_<name>`, and also `--<name>` where the learner has no parameter of that name.")
    else:
        use = f"On the command line: `thalweg train {learner} --name value`. (g): may be varied by a grid search."
    lines = [f"# {learner}: parameters", "",
             "Made by `tools/reference_pages.py` from the declarations in the source; `thalweg params "
             f"{learner}` prints the same. {use}", ""]
    for level, title in LEVELS.items():
        if not any(p["level"] == level for p in parameters):
            continue
        lines += [f"## {title}", "", "| parameter | type | default | allowed | meaning |", "|---|---|---|---|---|"]
        for p in parameters:
            if p["level"] != level:
                continue
            cells = [f"`{p['name']}`" + (" (g)" if p["gridable"] else ""), p["type"],
                     f"`{p['default']}`" if p["default"] != "" else "", allowed(p), p["help"]]
            lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
        lines.append("")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for learner in [*LEARNERS, GRID]:
        path = ROOT / "docs" / "reference" / f"{learner}.md"
        text = page(learner)
        if path.exists() and path.read_text() == text:
            continue
        stale.append(path.name)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if check and stale:
        sys.exit(f"docs/reference is not up to date ({', '.join(stale)}): run tools/reference_pages.py")


if __name__ == "__main__":
    main()
