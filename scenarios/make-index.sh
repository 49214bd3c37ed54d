#!/usr/bin/env bash
# Writes README.md of this folder: what every scenario asks, what a user costs at base values by closed form and by simulation,
# and the verdict of a run with the scenario's own settings.
# Usage: make-index.sh PROGRAM > README.md    Run it in this folder.
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$(realpath "$0")")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$program" run . --quiet --db "$work/runs.sqlite" --csv "$work/shipped" >/dev/null
"$program" run . --quiet --db "$work/runs.sqlite" --csv "$work/base" --worlds 1 --users 100000 >/dev/null

python3 - "$work" <<'PYTHON'
import csv, pathlib, sys, tomllib

work = pathlib.Path(sys.argv[1])


def rows(path):
    if not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def figure(text, error=""):
    """Two digits of the error, or two decimals of an amount."""
    value, spread = float(text), float(error or 0)
    decimals = 2
    while spread > 0 and decimals < 12 and spread < 10 ** (1 - decimals):
        decimals += 1
    return f"{value:,.{decimals}f}" + (f" ± {spread:,.{decimals}f}" if error else "")


summary = {row["scenario"]: row for row in rows(work / "shipped" / "summary.csv")}
print("""# Scenarios

Each folder holds one question as a file that runs, the data it needs, and a README with its answer. Run one, or all of them:

```sh
breakeven run scenarios/pro-200/pro-200.toml
breakeven run scenarios
```

Cost is that of a user and month at base values under the scenario's first plan, by closed form where there is one and by
simulation of 100,000 users; the verdict is that of a run with the scenario's own settings. Written by `make-index.sh`. What the keys
mean: [FORMAT.md](FORMAT.md); usage from logs: [METERING.md](METERING.md); billing cases: [CONFORMANCE.md](CONFORMANCE.md).

| story | question | exact cost | simulated | verdict |
|---|---|---|---|---|""")
for path in sorted(pathlib.Path(".").glob("*/*.toml")):
    scenario = tomllib.loads(path.read_text(encoding="utf-8"))
    name, first = scenario["name"], scenario["plan"][0]["id"]
    verdict = summary.get(name, {}).get("verdict") or "real usage, exact invoices: see its README"
    exact = simulated = "–"
    for row in rows(work / "base" / name / "metrics.csv"):
        if (row["plan"], row["segment"], row["month"], row["metric"]) == (first, "all", "all", "cost_per_user"):
            exact = figure(row["exact"]) if row["exact"] else "–"
            simulated = figure(row["value"], row["standard_error"])
    print(f"| [{name}]({path.parent}/README.md) | {scenario.get('question', '')} | {exact} | {simulated} | {verdict} |")
PYTHON
