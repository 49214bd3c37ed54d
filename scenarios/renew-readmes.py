#!/usr/bin/env python3
"""Renews what README.md and scenarios/*/README.md quote of the program, and prints what changed.

Usage, from the top folder: python3 scenarios/renew-readmes.py build/release/app/breakeven

- A block that begins with `$ build/release/app/breakeven run FILE` gets as many lines of that run as it has.
- In a table `| change | PLAN loses with probability |` each row is run with the `key=value` settings it names.
Other tables (a margin, several columns) and figures in the text are for people to look at.
"""

import csv
import glob
import os
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"```\n\$ build/release/app/breakeven (run \S+\.toml)\n(.*?)```", re.S)
TABLE = re.compile(r"^\| change \| `?([\w-]+)`? loses with probability \|\n\|[-|]+\n((?:\|.*\n)+)", re.M)
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def output_of(program, arguments, folder):
    command = [program, *arguments, "--db", os.path.join(folder, "runs.sqlite")]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def probability(program, scenario, settings, plan, folder):
    """Value and interval of a plan's probability of a loss."""
    arguments = ["run", scenario, "--quiet", "--csv", folder]
    for setting in settings:
        arguments += ["--set", setting]
    output_of(program, arguments, folder)
    for file in glob.glob(os.path.join(folder, "**", "metrics.csv"), recursive=True):
        with open(file, encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                if (row["plan"], row["segment"], row["month"], row["metric"]) == (plan, "all", "all", "probability_plan_loses"):
                    return [float(row[column]) for column in ("value", "low", "high")]
    sys.exit(f"{scenario}: no probability_plan_loses of {plan}")


def with_values(cell, values):
    """The cell's numbers replaced, each with as many decimals as before."""
    left = iter(values)
    return NUMBER.sub(lambda old: f"{next(left):.{len(old.group().partition('.')[2])}f}", cell)


def renewed(program, file, text):
    block = BLOCK.search(text)
    if not block:
        return text
    with tempfile.TemporaryDirectory() as folder:
        lines = output_of(program, block.group(1).split(), folder).splitlines(keepends=True)
    kept = "".join(lines[:block.group(2).count("\n")])
    text = text[:block.start(2)] + kept + text[block.end(2):]
    table = TABLE.search(text)
    if not table:
        return text
    rows = []
    for row in table.group(2).splitlines():
        change, cell = (part.strip() for part in row.strip("|").split("|"))
        settings = re.findall(r"`([^`]+=[^`]+)`", change)
        with tempfile.TemporaryDirectory() as folder:
            values = probability(program, block.group(1).split()[1], settings, table.group(1), folder)
        rows.append(f"| {change} | {with_values(cell, values)} |\n")
        if rows[-1] != row + "\n":
            print(f"{file}: {change}: {cell} is now {with_values(cell, values)}")
    return text[:table.start(2)] + "".join(rows) + text[table.end(2):]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for file in ["README.md", *sorted(glob.glob("scenarios/*/README.md"))]:
        with open(file, encoding="utf-8") as page:
            old = page.read()
        new = renewed(os.path.abspath(sys.argv[1]), file, old)
        if new != old:
            print(f"{file}: renewed")
            with open(file, "w", encoding="utf-8") as page:
                page.write(new)


if __name__ == "__main__":
    main()
