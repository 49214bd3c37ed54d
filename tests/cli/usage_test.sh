#!/usr/bin/env bash
# Usage tables in the store: kept, listed, named by scenarios, bills and fits; whole output and exit statuses.
# Usage: usage_test.sh PROGRAM SOURCE_ROOT
set -u
program=$(realpath "$1")
root=$(realpath "$2")
source "$(dirname "$(realpath "$0")")/begin.sh"
# undated: times of the day's run as one word
undated() { sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/TIME/g'; }

cat >log.csv <<'LOG'
id,who,at,v
1,a,2026-01-05T10:00:00Z,5
2,b,2026-01-05T10:00:00Z,11
3,a,2026-01-06T10:00:00Z,7
LOG
gzip -c log.csv >log2.csv.gz
map=(--subject who --time at --id id --meter v=v --meter calls='count()')

# Nothing is made by looking.
status 0 "$program" usage
expect "an empty store" 'The store has no usage table. Keep one with `breakeven meter LOG... --store NAME`.' "$(cat out)"
status 2 "$program" usage show team
expect "a table that is not there" 'store:team: error: the store has no usage table of this name
  hint: keep one with `breakeven meter LOG... --store NAME` or `breakeven usage add`' "$(cat err)"
[ -e data ] && { echo "FAILED a store was made by looking"; failed=1; }

# Metered into the store, beside a file or in its place.
status 0 "$program" meter log.csv log2.csv.gz "${map[@]}" --quiet --store team-2026-01 --out usage.csv
expect "what was kept" "kept 2 rows as store:team-2026-01" "$(cat err)"
expect "nothing on standard output" "" "$(cat out)"
status 0 "$program" usage export team-2026-01
cmp -s out usage.csv || { echo "FAILED bytes of an export"; failed=1; }
status 0 "$program" meter log.csv "${map[@]}" --quiet --store team-2026-01
expect "the same rows again" "store:team-2026-01 holds these 2 rows already" "$(cat err)"
expect "no table on standard output" "" "$(cat out)"
status 0 "$program" usage
expect "the list" "table         rows  added (UTC)           sources  meters
team-2026-01     2  TIME        2  v, calls" "$(undated <out)"
status 0 "$program" usage show team-2026-01
expect "where it came from" "team-2026-01: 2 rows, $(stat -c %s usage.csv) bytes, added TIME
sha256 $(sha256sum usage.csv | cut -d' ' -f1)
meters v, calls
made from
  $(sha256sum log.csv)
  $(sha256sum log2.csv.gz)" "$(undated <out)"
status 0 "$program" usage --json
expect "the list as JSON" "team-2026-01 2 ['v', 'calls'] log2.csv.gz" "$(python3 -c '
import json
t = json.load(open("out"))["tables"][0]
print(t["name"], t["rows"], t["meters"], t["sources"][1]["file"])')"

# Other rows under the name: nothing is lost silently.
sed 's/,7$/,8/' log.csv >other.csv
status 2 "$program" meter other.csv "${map[@]}" --quiet --store team-2026-01
expect "a name that is taken" "$work/data/breakeven/runs.sqlite: error: another usage table is named \"team-2026-01\" (2 rows, added TIME)
  hint: choose another name, or replace it with --replace" "$(undated <err)"
status 2 "$program" meter log.csv "${map[@]}" --quiet --store Team
expect "a bad name" '--store: error: "Team" can'"'"'t be the name of a usage table
  hint: use small letters, digits and - only, at most 100 of them' "$(cat err)"
status 2 "$program" meter log.csv "${map[@]}" --quiet --replace
expect "replace without a name" '--replace: error: there is no --store to replace a table in
  hint: add --store NAME' "$(cat err)"

# Interrupted, nothing is kept.
python3 - <<'EVENTS'
with open("many.csv", "w") as out:
    out.write("id,who,at,v\n")
    out.writelines(f"e{i},u{i * 7919 % 5003},{1767225600 + i % 5000000},{i % 977}\n" for i in range(1000000))
EVENTS
"$program" meter many.csv "${map[@]}" --quiet --store many 2>/dev/null &
# Before it reads it has not said what an interrupt does, and a job in the background ignores it.
while [ -e /proc/$! ] && ! readlink /proc/$!/fd/* 2>/dev/null | grep -q many.csv; do sleep 0.01; done
sleep 0.1
kill -INT $!
wait $!
expect "status after an interrupt" 130 $?
status 2 "$program" usage show many
expect "tables after an interrupt" "team-2026-01" "$("$program" usage | sed 1d | cut -d' ' -f1)"

# A scenario, a bill and a fit name it.
sed 's/^distribution = .*/distribution = "empirical"\nfile = "store:team-2026-01"\ncolumn = "calls"/; /^median/d; /^sigma/d' \
  "$root/tests/data/cli/small.toml" >kept.toml
sed 's/store:team-2026-01/usage.csv/; s/"small"/"beside"/' kept.toml >beside.toml
sed 's/2026-01/2026-11/' kept.toml >mistyped.toml
status 0 "$program" check kept.toml
status 1 "$program" check mistyped.toml
expect "a mistyped table" 'mistyped.toml:15:8: error: store:team-2026-11: the store has no usage table of this name
  | file = "store:team-2026-11"
  |        ^
  hint: did you mean "team-2026-01"?' "$(cat err)"
status 1 "$program" check kept.toml --db nowhere.sqlite
[ -e nowhere.sqlite ] && { echo "FAILED a store was made by checking"; failed=1; }
status 0 "$program" run kept.toml --quiet --csv kept
status 0 "$program" run beside.toml --quiet --csv beside
expect "the same numbers as from a file" "$(cut -d, -f3- beside/metrics.csv)" "$(cut -d, -f3- kept/metrics.csv)"
sed 's/"requests"/"calls"/; s/^meter = "requests"/meter = "calls"/; s/usage.requests/usage.calls/' kept.toml >calls.toml
status 0 "$program" bill calls.toml --usage usage.csv
cp out from-file
status 0 "$program" bill calls.toml --usage store:team-2026-01
expect "the same bill as from a file" "$(cat from-file)" "$(cat out)"
status 2 "$program" bill calls.toml --usage store:taem-2026-01
expect "a bill of a mistyped table" 'store:taem-2026-01: error: the store has no usage table of this name
  hint: did you mean "team-2026-01"?' "$(cat err)"

# What is fitted to a kept table is pasted as it stands.
status 0 "$program" usage add clients "$root/scenarios/api-clients/clients_day.csv"
expect "a CSV that was kept" "kept 73 rows as store:clients" "$(cat err)"
status 0 "$program" fit store:clients --meter requests --meter output_tokens --draws 0 --quiet --toml fitted.toml
expect "its name in the segment" "yes" "$(grep -q "fit of store:clients, 73 rows" fitted.toml && echo yes)"
status 2 "$program" usage add text "$root/tests/data/cli/small.toml"
printf 'subject,n\na,1\nb,-1\n' >negative.csv
status 2 "$program" usage add negative negative.csv
expect "a CSV that is no usage" 'negative.csv:3:3: error: column "n": usage is -1, below 0' "$(head -1 err)"

# A run can be repeated after its table was replaced, and after it was deleted.
status 0 "$program" meter other.csv "${map[@]}" --quiet --store team-2026-01 --replace
expect "a table in place of another" "replaced store:team-2026-01, now 2 rows" "$(cat err)"
status 0 "$program" run kept.toml --quiet --label replaced
status 0 "$program" usage delete team-2026-01
expect "a deleted table" "deleted the usage table team-2026-01 (2 rows); runs that were made from it keep their copy" "$(cat out)"
status 1 "$program" check kept.toml
for run in '#1' replaced; do
  status 0 "$program" replay "$run"
  expect "replay of $run" "every number is the same" "$(sed 's/.*, //' out)"
done
status 2 "$program" usage delete team-2026-01
status 0 "$program" usage --db new.sqlite
[ -e new.sqlite ] && { echo "FAILED a store was made by listing"; failed=1; }
status 0 "$program" usage add a usage.csv --db new.sqlite
status 0 "$program" usage export a --db new.sqlite --out exported.csv
cmp -s exported.csv usage.csv || { echo "FAILED bytes of a file that was kept"; failed=1; }
for command in usage "usage add" "usage show" "usage export" "usage delete" meter; do
  # shellcheck disable=SC2086  # several words
  status 0 "$program" $command --help
  grep -q '^Example' out || { echo "FAILED no example in the help of $command"; failed=1; }
done
exit $failed
