#!/usr/bin/env bash
# The commands meter and prices as a user runs them, whole output; interrupts leave nothing behind.
# Usage: meter_test.sh PROGRAM SOURCE_ROOT
set -u
program=$(realpath "$1")
root=$(realpath "$2")
source "$(dirname "$(realpath "$0")")/begin.sh"

cat >log.csv <<'LOG'
id,who,at,v,model
1,a,2026-01-05T10:00:00Z,5,o1
1,a,2026-01-05T10:00:00Z,5,o1
2,b,2026-02-05T10:00:00Z,,gpt
3,a,2026-02-06T10:00:00Z,7,gpt
LOG
map=(--subject who --time at --id id --meter v=v --meter calls='count()')
status 0 "$program" meter log.csv "${map[@]}"
expect "the usage" "subject,period_start,v,calls
a,2026-01-01,5,1
a,2026-02-01,7,1
b,2026-02-01,,1" "$(tr -d '\r' <out)"
expect "the report" "4 rows read as csv: 3 used, 1 duplicate, 0 rejected
  from 2026-01-05T10:00:00Z to 2026-02-06T10:00:00Z, 2 subjects
  3 subject periods, 3 only covered in part, 0 gaps
  v (sum): 12, 1 values missing (33 %)
  calls (count): 3" "$(cat err)"

# Two files, a glob, gzip, a folder and standard input are one log; a second reading adds duplicates only.
mkdir logs && head -3 log.csv >logs/a.csv && (head -1 log.csv; tail -2 log.csv) | gzip >logs/b.csv.gz
for names in "log.csv" "logs" "logs/*.csv*" "logs/a.csv logs/b.csv.gz log.csv"; do
  # shellcheck disable=SC2086  # several names
  status 0 "$program" meter $names "${map[@]}" --quiet --out usage.csv
  expect "the usage of $names" "$("$program" meter - "${map[@]}" --quiet <log.csv)" "$(cat usage.csv)"
done
status 0 "$program" meter log.csv "${map[@]}" --group-by model --json --quiet --out usage.csv
expect "the report as JSON" "5.0" \
  "$(python3 -c 'import json; print([m["total"] for m in json.load(open("out"))["meters"] if m["meter"] == "v.o1"][0])')"
expect "the columns" "subject,period_start,v.gpt,v.o1,calls.gpt,calls.o1" "$(head -1 usage.csv | tr -d '\r')"

# Bad rows are refused, listed and kept.
sed 's/,7,/,x,/' log.csv >bad.csv
rm usage.csv
status 2 "$program" meter bad.csv "${map[@]}" --quiet --out usage.csv --rejects rejected.csv
expect "a refusal" "bad.csv: error: 1 of 4 rows are bad (25 %), more than 1 % is refused
  hint: mend the rows that the report lists, or check the map; --rejects FILE keeps all of them" "$(cat err)"
expect "rejected rows" "3,a,2026-02-06T10:00:00Z,x,gpt" "$(cat rejected.csv)"
[ -e usage.csv ] && { echo "FAILED usage after a refusal"; failed=1; }
status 2 "$program" meter log.csv --subject whu --time at --meter v=v
status 2 "$program" meter log.csv --subject who --time at --meter 'v=summ(v)'
expect "an unknown aggregate" '--meter: error: unknown aggregate "summ"
  hint: did you mean "sum"?' "$(cat err)"
status 2 "$program" meter nothing-*.csv --subject who --time at --meter v=v
status 3 "$program" meter log.csv "${map[@]}" --quiet --out /dev/null/x

# What is metered is read back by a scenario.
status 0 "$program" meter log.csv "${map[@]}" --quiet --out usage.csv
sed 's/^distribution = .*/distribution = "empirical"\nfile = "usage.csv"\ncolumn = "calls"/; /^median/d; /^sigma/d' \
  "$root/tests/data/cli/small.toml" >metered.toml
status 0 "$program" check metered.toml

# A subject's own billing day, in a time zone.
printf 'subject,anchor\na,2026-01-06\nb,31\n' >anchors.csv
status 0 "$program" meter log.csv "${map[@]}" --quiet --anchors anchors.csv --zone America/New_York
expect "periods from each subject's day" "subject,period_start,v,calls
a,2025-12-06,5,1
a,2026-01-06,0,0
a,2026-02-06,7,1
b,2026-01-31,,1" "$(tr -d '\r' <out)"
printf 'subject,anchor\na,32\na,1\na,2\n' >anchors.csv
status 2 "$program" meter log.csv "${map[@]}" --quiet --anchors anchors.csv
expect "bad anchors" 'anchors.csv:2:3: error: "32" is no day of a month
  hint: write 1 to 31, or a date such as 2026-01-15
anchors.csv:4:1: error: the subject "a" stands here twice
  hint: remove one of the rows' "$(cat err)"
status 2 "$program" meter log.csv "${map[@]}" --zone Europe/Berln
status 0 "$program" meter log.csv "${map[@]}" --quiet --marks marks.csv --out usage.csv
expect "the marks" "subject,period_start,marks
a,2026-01-01,starts-late
a,2026-02-01,ends-early
b,2026-02-01,ends-early" "$(tr -d '\r' <marks.csv)"

# Pseudonyms need a key and hide every name.
printf 'short' >key && status 2 "$program" meter log.csv "${map[@]}" --hash-subjects key
printf '0123456789abcdef\n' >key && status 0 "$program" meter log.csv "${map[@]}" --hash-subjects key --quiet
expect "no name is left" "0" "$(grep -c '^[ab],' out)"

# Interrupted at any moment nothing is left behind, and a rerun gives the bytes of an undisturbed run.
python3 - <<'EVENTS'
with open("many.csv", "w") as out:
    out.write("id,who,at,v,model\n")
    out.writelines(f"e{i},u{i * 7919 % 5003},{1767225600 + i % 5000000},{i % 977},m{i % 3}\n" for i in range(1500000))
EVENTS
status 0 "$program" meter many.csv "${map[@]}" --quiet --out whole.csv
for signal in INT TERM KILL; do
  for wait in 0.02 0.1 0.25; do
    "$program" meter many.csv "${map[@]}" --quiet --out again.csv 2>/dev/null &
    sleep $wait
    kill -$signal $! 2>/dev/null
    wait $! 2>/dev/null
    if [ -e again.csv ]; then
      cmp -s whole.csv again.csv || { echo "FAILED partial output after $signal"; failed=1; }
    fi
    rm -f again.csv
  done
done
expect "nothing is left behind" "" "$(ls | grep -v -e '^whole.csv$' -e '^many.csv$' | grep -e again -e part)"
status 0 "$program" meter many.csv "${map[@]}" --quiet --out again.csv --threads 1
cmp -s whole.csv again.csv || { echo "FAILED bytes of a rerun"; failed=1; }

# A price list, and a scenario that takes its rate from it.
printf '{"big": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05, "litellm_provider": "maker"}}' >list_2025-01-13.json
status 0 "$program" prices import list_2025-01-13.json --out prices.csv
expect "the price list" "provider,model,match,start,above,currency,per,input,cached,cache_write,output,reasoning,audio_input,audio_output,request
maker,big,,2025-01-13,,USD,1,2.5e-06,,,1e-05,,,," "$(tr -d '\r' <prices.csv)"
sed 's/^\[\[cost.rate\]\]/[cost]\nprice_list = "prices.csv"\nmodel = "bigg"\n[[cost.rate]]/; s/^amount = 0.05/kind = "output"/' \
  "$root/tests/data/cli/small.toml" >priced.toml
status 1 "$program" check priced.toml
sed -i 's/bigg/big/' priced.toml
status 0 "$program" check priced.toml
exit $failed
