#!/usr/bin/env python3
"""No field of a request is accepted and ignored: each member of a declared request record of the
server is read by some code, or its help text says "Has no effect".

A member counts as read where a source that names the record has `.member` or, for records that
travel to the ranks as JSON, the text "member".
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
SERVER = ROOT / "src" / "server"


def main() -> int:
    sources = {p: p.read_text() for p in SERVER.rglob("*") if p.suffix in (".h", ".cc")}
    tables = re.compile(r"kFields<(\w+)> = std::tuple\{(.*?)\n?\};", re.S)
    field = re.compile(r"Field<&(\w+)::(\w+)>\(\s*\{(.*?)\}\)", re.S)
    problems = []
    count = 0
    for path, text in sources.items():
        for table in tables.finditer(text):
            record = table[1]
            if record == "ServeOptions" or not table[2].strip():
                continue
            # Code that knows the record, or its members' commands; without the table itself.
            code = "\n".join(
                other.replace(table[0], "") for other in sources.values()
                if re.search(rf"\b{record}\b", other)
            )
            # An answer that repeats a field does not read it.
            code = re.sub(r'\w+\["(\w+)"\]\s*=\s*\w+\.\1;', "", code)
            as_json = "ToJson" in code
            everywhere = "\n".join(t for p, t in sources.items() if p.suffix == ".cc")
            for found in field.finditer(table[2]):
                count += 1
                member, info = found[2], found[3]
                read = re.search(rf"(\.|->){member}\b", code)
                sent = as_json and f'"{member}"' in everywhere
                if not read and not sent and "Has no effect" not in info:
                    problems.append(f"{path.relative_to(ROOT)}: {record}::{member} is read nowhere")
    for problem in problems:
        print(problem)
    if count == 0:
        print("no field found: this check looks for the wrong form")
    return 1 if problems or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
