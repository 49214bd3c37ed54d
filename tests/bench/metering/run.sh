#!/usr/bin/env bash
# Meters the same CSV with Breakeven, DuckDB and pandas in one run: usage per subject and model, duplicates by id removed.
# Usage: run.sh PROGRAM [ROWS]     needs python3 with numpy and pandas, node, and NODE_MODULES naming a folder with @duckdb/node-api
set -euo pipefail
program=$(realpath "$1")
rows=${2:-5e6}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/* "$work"
ln -s "$(realpath "${NODE_MODULES:?name the folder node_modules that holds @duckdb/node-api}")" "$work/node_modules"
cd "$work"
python3 make_events.py "$rows" events.csv
echo "$(wc -l <events.csv) lines, $(stat -c %s events.csv) bytes, $(nproc) cores"
cat events.csv >/dev/null

# timed NAME COMMAND...: seconds of the whole process and its largest memory; what it prints
timed() {
  local name=$1
  shift
  /usr/bin/time -f "$name: %e s, %U s of cores, %M KB" "$@" >out 2>err
  tail -n 1 err
  cat out
}
meter=("$program" meter events.csv --subject subject --time time --id id --meter input_tokens=input_tokens
  --meter output_tokens=output_tokens --group-by model --quiet --out usage.csv)
for round in 1 2 3; do
  timed "breakeven" "${meter[@]}"
  timed "breakeven, 1 thread" "${meter[@]}" --threads 1
  timed "duckdb" node meter_duckdb.mjs events.csv
done
timed "pandas" python3 meter_pandas.py events.csv
python3 - <<'SUMS'
import csv
sums = {}
for row in csv.DictReader(open("usage.csv")):
    for name, value in row.items():
        if name.startswith(("input", "output")):
            sums[name.split(".")[0]] = sums.get(name.split(".")[0], 0) + int(value)
print("breakeven:", sums)
SUMS
