#!/usr/bin/env python3
"""Writes stories.csv beside this script: the closed forms of the shipped stories, each at base and at other numbers.

Usage: make_stories.py [FILE]
Python's standard library only. Nothing of Breakeven is used: each figure is worked out from the numbers of its story by
a formula or, where said, by numeric integration. `stated` is the figure as the story's text prints it; the script
refuses one that is not the formula's value within half a unit of its last digit, but for those in table.py.
"""
import csv
import importlib
import pathlib
import sys

sys.dont_write_bytecode = True
from table import ROWS

for stories in ("subscriptions", "agents", "platforms", "counts", "replay"):
    importlib.import_module(stories)

target = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("stories.csv")
with open(target, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("story", "settings", "plan", "metric", "exact", "formula", "stated"))
    writer.writerows(ROWS)
print(len(ROWS), "rows,", sum(1 for row in ROWS if row[6]), "of them stated")
