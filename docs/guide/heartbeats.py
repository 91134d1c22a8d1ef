#!/usr/bin/env python3
"""Draws heartbeats beside what an autoencoder makes of them, and the error of every point below.

usage: heartbeats.py ROWS.csv RECONSTRUCTIONS.csv ERRORS.csv OUT.svg NUMBER…     (rows are counted from 1)
"""
import csv
import sys

WIDTH, HEIGHT, STRIP, GAP = 300, 150, 40, 24


def table(path, skip):
    with open(path) as file:
        return [[float(cell) for cell in row] for row in list(csv.reader(file))[skip:]]


def line(values, low, high, top, height, style):
    points = " ".join(f"{i * WIDTH / (len(values) - 1):.0f},{top + height * (high - v) / (high - low):.1f}" for i, v in enumerate(values))
    return f'<polyline points="{points}" {style}/>'


def main():
    rows, made, errors = table(sys.argv[1], 0), table(sys.argv[2], 1), table(sys.argv[3], 1)
    shown = [int(number) - 1 for number in sys.argv[5:]]
    low, high = (bound(bound(rows[r] + made[r]) for r in shown) for bound in (min, max))
    most = max(max(errors[r][1:]) for r in shown)
    parts = []
    for place, r in enumerate(shown):
        mse, *points = errors[r]
        parts += [f'<g transform="translate({place * (WIDTH + GAP) + 8},0)">', f'<text y="16">heartbeat {r + 1}, error {mse:.4f}</text>',
                  line(rows[r], low, high, 28, HEIGHT, 'fill="none" stroke="#2f6fde"'),
                  line(made[r], low, high, 28, HEIGHT, 'fill="none" stroke="#d9742b" stroke-dasharray="4 2"'),
                  line([0, *points, 0], 0, most, 36 + HEIGHT, STRIP, 'fill="#e6a29b" stroke="#b3261e"'), "</g>"]
    bottom = HEIGHT + STRIP + 58
    parts.append(f'<text x="8" y="{bottom}">blue: measured, orange: reconstructed, red: squared error of each point</text>')
    with open(sys.argv[4], "w") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(shown) * (WIDTH + GAP)} {bottom + 10}" '
                   f'font-family="sans-serif" font-size="13" fill="#444">\n<rect width="100%" height="100%" fill="white"/>\n'
                   + "\n".join(parts) + "\n</svg>\n")


if __name__ == "__main__":
    main()
