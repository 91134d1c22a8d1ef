"""The guide's pages: their commands run and print what the pages show, and what they name is there."""
import functools
import pathlib
import re
import subprocess
import sys

import pytest

from conftest import PROGRAM, ROOT

sys.path.insert(0, str(ROOT / "tools"))
import guide_pages  # noqa: E402

GUIDE = ROOT / "docs" / "guide"
PAGES = sorted(GUIDE.glob("*.md"))
# All of their commands take seconds.
RUN = ["anomaly", "checkpoint", "explain"]
# Pages of the index that may come later than it.
EXPECTED = {"mnist.md", "grid.md"}


@pytest.mark.parametrize("name", RUN)
def test_pages_show_what_the_program_prints(name):
    assert guide_pages.process(GUIDE / f"{name}.md", PROGRAM, check=True) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_and_pictures_are_there(page):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert [link for link in missing if link not in EXPECTED] == []


@functools.cache
def options_of(*command):
    done = subprocess.run([PROGRAM, *command, "--help"], capture_output=True, text=True, check=True)
    return set(re.findall(r"--[A-Za-z][\w-]*", done.stdout))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_name_options_that_exist(page):
    for command in guide_pages.commands_of(page.read_text().splitlines()):
        for words in re.findall(r"(?:^|[;&|] *|\s)thalweg ((?:[a-z-]+ )+)([^;&|]*)", command.text):
            names = words[0].split()[:2]
            # The second word is a subcommand of these only.
            names = names if names[0] in ("train", "grid", "explain") else names[:1]
            unknown = set(re.findall(r"--[A-Za-z][\w-]*", words[1])) - options_of(*names)
            assert not unknown, f"{command.text}: {unknown}"


def test_every_page_is_in_the_index():
    index = (GUIDE / "README.md").read_text()
    assert [page.name for page in PAGES if page.name != "README.md" and f"({page.name})" not in index] == []
    assert sum(picture.stat().st_size for picture in GUIDE.rglob("*") if picture.is_file()) <= 1_500_000


def test_lines_are_the_same_whatever_their_numbers():
    words = guide_pages.words
    assert words("trained 2.00 epochs in 1.5 s, -3e+05 KB") == words("trained 17 epochs in 2 min, 4 MB")
    assert words("PSA  1.0 ███") == words("PSA  0.5 █") != words("AGE  0.5 █")
    shown, missing = guide_pages.renewed(["a 1", "…", "b 2"], ["a 5", "x", "b 7"])
    assert shown == ["a 5", "…", "b 7"] and missing == []
    assert guide_pages.renewed(["…", "b", "a 1"], ["a 2", "b", "a 3"])[0] == ["…", "b", "a 3"]
    assert guide_pages.renewed(["c"], ["a"])[1] == ["c", "(printed, not shown) a"]
    page = ["text", "```console", "$ one \\", "    two", "out 1", "$ three", "```", "$ no command"]
    found = guide_pages.commands_of(page)
    assert [c.text for c in found] == ["one two", "three"] and page[found[0].begin:found[0].end] == ["out 1"]
