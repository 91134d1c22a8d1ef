#!/usr/bin/env python3
"""One section of a page of `thalweg report` as a picture, for docs/guide. Needs chromium.

usage: guide_picture.py PAGE.html "Section title" OUT.png [--width 900]
"""
import argparse
import pathlib
import re
import subprocess
import tempfile

# Leaves one section, and tells its height.
SCRIPT = """setTheme('light');
document.querySelectorAll('main > *').forEach((e) => { const h = e.querySelector('h2'); if (!h || h.textContent !== TITLE) e.remove(); });
document.body.style.background = 'white';
document.querySelector('main').style.padding = '0';
document.querySelectorAll('section').forEach((e) => { e.style.border = 'none'; e.style.margin = '0'; });
document.body.dataset.height = Math.ceil(document.querySelector('main').getBoundingClientRect().height);"""


def chromium(folder, page, size, *more):
    command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=3000",
               f"--user-data-dir={folder}/profile", f"--window-size={size}", *more, f"file://{page}"]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("title")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--width", type=int, default=900)
    args = parser.parse_args()
    text = args.page.read_text()
    # The page's policy lets scripts with its nonce run.
    nonce = re.search(r'<script nonce="([0-9a-f]+)"', text).group(1)
    script = SCRIPT.replace("TITLE", repr(args.title))
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder) / "page.html"
        page.write_text(text.replace("</body>", f'<script nonce="{nonce}">{script}</script>\n</body>'))
        dom = chromium(folder, page, f"{args.width},1000", "--dump-dom")
        height = int(re.search(r'data-height="(\d+)"', dom).group(1))
        if height < 50:
            raise SystemExit(f"{args.page} has no section {args.title}")
        chromium(folder, page, f"{args.width},{height}", f"--screenshot={args.output.resolve()}")


if __name__ == "__main__":
    main()
