#!/usr/bin/env bash
# conformance and bill: whole output, files and exit status.
# Usage: billing_test.sh PROGRAM SOURCE_ROOT
set -uo pipefail
program=$(realpath "$1")
root=$2
data=$root/tests/data/core/billing
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0

fail() { echo "FAILED: $1"; failed=1; }
# expect STATUS COMMAND…: runs it with its output in out and err.
expect() {
  local want=$1
  shift
  "$@" >out 2>err
  local got=$?
  [ "$got" -eq "$want" ] || { fail "status $got, not $want: $*"; cat out err; }
}
same() { diff -u "$1" - || fail "$2"; }

expect 0 "$program" conformance "$root/tests/known_answers/billing_vectors.json"
same out "the 322 cases" <<<"322 of 322 cases come out as expected"

cat >cases.json <<'JSON'
[ {"id": "good", "model": "flat", "price": {"amount": "2"}, "expected": "2.00"},
  {"id": "off", "model": "flat", "price": {"amount": "2"}, "expected": "3"},
  {"id": "typo", "model": "flat", "price": {"amuont": "2"}, "expected": "2"} ]
JSON
expect 1 "$program" conformance cases.json
same out "differences" <<'TEXT'
off (flat): expected is 3, rated 2
1 of 3 cases come out as expected
TEXT
same err "a case that can't be rated" <<'TEXT'
cases.json:3:10: error: case "typo": price: "amount" is missing
TEXT
expect 1 "$program" conformance cases.json --json
grep -q '"equal": 1' out || fail "--json"
expect 2 "$program" conformance "$data/README.md"
expect 2 "$program" conformance missing.json

expect 0 "$program" bill "$data/coding-team.toml" --usage "$data/usage_day.csv" --period row --plan list
same out "the coding team by day" <<'TEXT'
coding-team: 8 subjects, 85 rows, compared with list

plan  invoices    total   mean  median    p90  better off  worse off  above 2x
                    USD    USD     USD    USD    subjects   subjects  subjects
list        85  1519.26  17.87   16.79  38.94           -          -         -
TEXT
[ ! -s err ] || fail "diagnostics where there is nothing to tell"

expect 0 "$program" bill "$data/coding-team.toml" --usage "$data/usage_day.csv" --csv bills --json
[ "$(ls bills | tr '\n' ' ')" = "invoices.csv lines.csv losers.csv subjects.csv summary.csv " ] || fail "files of --csv: $(ls bills)"
[ "$(wc -l <bills/invoices.csv)" -eq 39 ] || fail "36 invoices of three plans, 2 of the pool, a header"
python3 - <<'PYTHON' || fail "the lines of an invoice do not add up to its total"
import csv, decimal
sums = {}
for line in csv.DictReader(open("bills/lines.csv", newline="")):
    key = (line["plan"], line["subject"], line["period_start"])
    sums[key] = sums.get(key, 0) + decimal.Decimal(line["amount"])
for invoice in csv.DictReader(open("bills/invoices.csv", newline="")):
    key = (invoice["plan"], invoice["subject"], invoice["period_start"])
    assert sums[key] == decimal.Decimal(invoice["total"]), key
PYTHON
python3 -c 'import json; p = json.load(open("out"))["plans"]; assert p[1]["total"] == "2400.00", p[1]' || fail "bill --json"

head -n 2 bills/subjects.csv | tr -d '\r' >head
same head "what each subject would have paid" <<'TEXT'
semantics,subject,list,seat,pool,hybrid
breakeven,dev01,708.71,400.00,,810.45
TEXT
expect 0 "$program" bill "$data/coding-team.toml" --usage "$data/usage_day.csv" --plan hybrid --subject dev05
tail -n 7 out >invoices
same invoices "the invoices of one subject" <<'TEXT'
list, dev05, 2026-02-01:
           32.33  use: 32333326.5 units
           32.33  total
hybrid, dev05, 2026-02-01:
           40.00  monthly fee
            0.00  use: 32333326.5 units
           40.00  total
TEXT

expect 0 "$program" bill "$data/coding-team.toml" --usage "$data/usage_day.csv" --compare lago
grep -q '^hybrid    1843.44  1843.44        0.00$' out || fail "--compare tells the difference per plan: $(cat out)"
expect 2 "$program" bill "$data/coding-team.toml" --usage "$data/usage_day.csv" --semantics lagoo
expect 2 "$program" bill "$data/coding-team.toml" --usage "$data/usage_day.csv" --plan seats
same err "an unknown plan" <<'TEXT'
--plan seats: error: there is no plan "seats"
  hint: did you mean "seat"?
TEXT

printf 'subject,period_start,opus_input\na,2026-01-01,x\n' >bad.csv
expect 2 "$program" bill "$data/coding-team.toml" --usage bad.csv --csv none
[ -z "$(ls none 2>/dev/null)" ] || fail "a refused file leaves no half-written file"

expect 2 "$program" run "$data/coding-team.toml" --db runs.sqlite
grep -q "coding-team.toml:.*error: plan.pool: pooled can't be simulated by this version" err || fail "run refuses a pool with its place"
expect 0 "$program" check "$data/coding-team.toml"
exit "$failed"
