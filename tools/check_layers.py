#!/usr/bin/env python3
"""Checks that every room includes only rooms that src/LAYERS allows, and house rules on files.

Prints one line per violation and exits with 1 if there is any.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)
# Third-party headers that only one folder may include.
WRAPPED = {
    "arrow/": "ingest/arrow",
    "parquet/": "ingest/arrow",
    "mpi.h": "cluster/mpi",
    "hwy/": "kernels",
    "boost/json": "base",
    "spdlog/": "base",
    "re2/": "base",
    "boost/asio": "server/http",
    "boost/beast": "server/http",
    "openssl/": "server/http",
    "archive": "ingest",
}
MAX_LINES = {"source": 600, "test": 800}


def read_layers():
    layers = {}
    for line in (SRC / "LAYERS").read_text().splitlines():
        if line and not line.startswith("#"):
            room, deps = line.split(":")
            unknown = [d for d in deps.split() if d not in layers]
            if unknown:
                sys.exit(f"src/LAYERS: {room} names {unknown}, which stand not above it")
            layers[room] = set(deps.split())
    return layers


def check_file(path, layers):
    relative = path.relative_to(SRC)
    room = relative.parts[0]
    text = path.read_text()
    for kind, name in INCLUDE.findall(text):
        where = f"{path.relative_to(ROOT)}: includes {name}"
        if kind == '"':
            target = name.split("/")[0]
            if not (SRC / name).exists():
                yield f"{where}, which is not there (paths start at src/)"
            elif target != room and target not in layers[room]:
                yield f"{where}, but src/LAYERS does not let {room} use {target}"
        else:
            for prefix, owner in WRAPPED.items():
                if name.startswith(prefix) and not str(relative).startswith(owner):
                    yield f"{where}, which only {owner} may"
    lines = text.count("\n")
    limit = MAX_LINES["test" if path.stem.endswith("_test") else "source"]
    if lines > limit:
        yield f"{path.relative_to(ROOT)}: {lines} lines, more than {limit}"
    if path.suffix == ".h" and "#pragma once" not in text:
        yield f"{path.relative_to(ROOT)}: no #pragma once"
    if re.search(r"(utils?|helpers?|common)\.(h|cc)$", path.name):
        yield f"{path.relative_to(ROOT)}: a name that says nothing"


def main():
    layers = read_layers()
    problems = []
    files = 0
    for path in sorted(SRC.rglob("*")):
        if path.suffix in (".h", ".cc"):
            files += 1
            if path.relative_to(SRC).parts[0] not in layers:
                problems.append(f"{path.relative_to(ROOT)}: its room is not in src/LAYERS")
            else:
                problems.extend(check_file(path, layers))
    for room in layers:
        readme = SRC / room / "README.md"
        if not readme.exists():
            problems.append(f"src/{room}: no README.md")
        elif len(readme.read_text().splitlines()) > 40:
            problems.append(f"src/{room}/README.md: more than 40 lines")
    print("\n".join(problems) if problems else f"layers: {files} files of {len(layers)} rooms, none out of place")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
