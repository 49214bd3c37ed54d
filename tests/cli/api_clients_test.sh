#!/usr/bin/env bash
# The shipped scenario of 73 real clients: its data file is what the documented command makes, and a run's mean usage is
# the mean of the clients that were measured.
# Usage: api_clients_test.sh PROGRAM SOURCE_ROOT
set -euo pipefail
program=$(realpath "$1")
folder=$2/scenarios/api-clients
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$folder/clients_day.sh" | cmp - "$folder/clients_day.csv"

"$program" run "$folder/api-clients.toml" --worlds 1 --users 100000 --quiet --json --db runs.sqlite >run.json

# Expected values come from the file as published, not from the derived one. Tokens were rounded to whole ones, half a token
# a client and day at most. Within 4 standard errors: a failure of a right program has probability 6e-5 a meter, and the seed is fixed.
python3 - "$folder/servegen_r1_clients.csv" run.json <<'PYTHON'
import csv, json, sys

with open(sys.argv[1], newline="") as file:
    clients = list(csv.DictReader(file))
with open(sys.argv[2]) as file:
    metrics = json.load(file)["plans"][0]["metrics"]
assert len(clients) == 73, len(clients)
days = metrics["usage_days_per_user"]["value"]
assert abs(days - 26) < 1e-9, days  # the base value of the file


def mean(values):
    values = list(values)
    return sum(values) / len(values)


wanted = {
    "requests": mean(float(c["requests"]) for c in clients),
    "input_tokens": mean(float(c["requests"]) * float(c["input_mean"]) for c in clients),
    "output_tokens": mean(float(c["requests"]) * float(c["output_mean"]) for c in clients),
}
for meter, a_day in wanted.items():
    found = metrics[f"usage_{meter}_per_user"]
    error = found["standard_error"]
    assert 0 < error < 0.05 * found["value"], (meter, error)
    assert abs(found["value"] - days * a_day) <= 4 * error + 0.5 * days, (meter, found["value"], days * a_day, error)
PYTHON
