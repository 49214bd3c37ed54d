#!/usr/bin/env bash
# Runs the program as a user would and compares output, exit statuses and exported bytes.
# Usage: cli_test.sh PROGRAM SOURCE_ROOT
set -u
program=$(realpath "$1")
root=$2
source "$(dirname "$(realpath "$0")")/begin.sh"

cp "$root/tests/data/cli/small.toml" small.toml
sed 's/fee = 20/fe = 20/' small.toml >bad.toml
printf 'a\0b' >binary.toml

status 0 "$program" check small.toml
expect "check of a good file" "small.toml: good" "$(cat out)"
status 1 "$program" check bad.toml
expect "check of a bad file" 'bad.toml:22:6: error: plan: unknown key "fe"
  | fe = 20
  |      ^
  hint: did you mean "fee"?' "$(cat err)"
status 2 "$program" run binary.toml
expect "a binary file" 'binary.toml: error: this is a binary file, not a scenario
  hint: name a .toml file' "$(cat err)"
status 2 "$program" run missing.toml
status 2 "$program" run
status 2 "$program" run small.toml --set plan.prp.fee=3
status 2 "$program" run small.toml --fail-if 'flat.margin > 3'
status 1 "$program" run small.toml --quiet --fail-if 'pro.margin_per_user < 1000'
status 0 "$program" run small.toml --quiet --fail-if 'pro.margin_per_user > 1000'
expect "nothing on standard output when quiet" "" "$(cat out)"
status 0 "$program" run small.toml --quiet --json
python3 -m json.tool <out >/dev/null || { echo "FAILED json"; failed=1; }

# A run at base values tests itself against closed forms (0.06 x 180 x e^(1.2^2 / 2) = 22.188); a run over worlds has none.
status 0 "$program" run small.toml --worlds 1 --quiet --json
expect "closed forms at base values" "22.188" \
  "$(python3 -c 'import json; print("%.3f" % json.load(open("out"))["plans"][1]["metrics"]["revenue_per_user"]["exact"])')"
status 0 "$program" run small.toml --worlds 1
expect "the table of closed forms" "18.49" "$(grep '^pro  *cost_per_user .*±' out | awk '{ print $4 }')"
status 0 "$program" run small.toml
expect "no closed forms over worlds" "0" "$(grep -c Exact out)"

# The same bytes for any number of threads, from the store and from a replay.
for threads in 1 2 7; do status 0 "$program" run small.toml --quiet --threads $threads --csv csv$threads; done
status 0 "$program" export latest --csv exported
status 0 "$program" replay latest --csv replayed
for folder in csv2 csv7 exported replayed; do
  diff -r csv1 $folder >/dev/null || { echo "FAILED bytes of $folder"; failed=1; }
done
expect "the tables" "differences.csv histogram.csv lorenz.csv metrics.csv quantiles.csv worlds.csv" "$(ls csv1 | xargs)"

# A batch goes on after a bad file and says how each ended.
mkdir batch && cp small.toml bad.toml batch/
status 2 "$program" run batch --quiet --csv batch-csv
expect "summary of the batch" 'bad.toml,,,bad input,
small.toml,small' "$(tail -n +2 batch-csv/summary.csv | tr -d '\r' | cut -c1-22 | sed 's/small,.*/small/')"

# A scenario that only `bill` can rate is left out of a folder, and refused where it is named.
mkdir folder && cp small.toml folder/
sed 's/"small"/"pooled"/; s/^id = "metered"/&\npooled = true/' small.toml >folder/pooled.toml
status 0 "$program" run folder --quiet --csv folder-csv
expect "a scenario for bill in a folder" "pooled.toml,pooled,,left out: for bill," "$(sed -n 2p folder-csv/summary.csv | tr -d '\r')"
status 2 "$program" run folder/pooled.toml --quiet

# What was set is told where runs are listed, shown and compared.
status 0 "$program" run small.toml --set plan.pro.fee=25 --label fee25 --quiet
expect "changes in the list" "plan.pro.fee=25" "$("$program" runs | sed -n 2p | grep -o 'plan[^ ]*')"
status 0 "$program" show fee25
expect "changes of a shown run" "set plan.pro.fee=25" "$(head -1 out | grep -o 'set .*')"
expect "its label" '"fee25"' "$(head -1 out | grep -o '"[^"]*"')"
status 0 "$program" compare fee25 fee25
expect "no difference, no error" "0" "$(grep 'pro  *probability_plan_loses' out | awk '{ print $5 }')"
status 2 "$program" run small.toml --label '#3' --quiet
status 2 "$program" run small.toml --label latest --quiet

# Worlds are added until the error asked for is reached; the run kept is the one started with as many.
status 0 "$program" run small.toml --worlds 20 --target-error cost_per_user=2% --csv grown
expect "what is added is said" "1" "$(grep -m1 -c -- '^--target-error cost_per_user=2%: the interval is .* times as wide; running 500 users x [0-9]* worlds$' err)"
worlds=$(grep -o '[0-9]* worlds$' err | tail -1 | cut -d' ' -f1)
status 0 "$program" run small.toml --worlds "$worlds" --csv started --quiet
cmp -s grown/metrics.csv started/metrics.csv || { echo "FAILED grown run is another"; failed=1; }
status 0 "$program" run small.toml --worlds 20 --target-error margin_per_user=0.001% --max-user-months 50000
expect "a limit is said" "1" "$(grep -c 'not reached with 500 users x 100 worlds' err)"
status 2 "$program" run small.toml --target-error margin=1%
status 2 "$program" run small.toml --target-error margin_per_user=-1

# A sweep that is made twice takes its points from the store and writes the same bytes.
status 0 "$program" sweep small.toml --vary plan.pro.fee=10:30:10 --csv sweep1.csv --quiet
status 0 "$program" sweep small.toml --vary plan.pro.fee=10:30:10 --csv sweep2.csv
expect "points from the store" "3 points, 3 of them from the store" "$(cat err)"
cmp -s sweep1.csv sweep2.csv || { echo "FAILED sweep bytes"; failed=1; }

status 0 "$program" compare '#1' '#2'
status 0 "$program" show latest
status 0 "$program" delete '#1'
status 2 "$program" show '#1'
status 2 "$program" run small.toml --db bad.toml
status 0 "$program" run small.toml --quiet --db new.sqlite
status 3 "$program" run small.toml --quiet --csv /dev/null/x

# A kept run whose data file is gone is still shown; its plans then go by their names.
mkdir gone && printf 'requests\n100\n300\n' >gone/usage.csv
sed 's/^distribution = .*/distribution = "empirical"\nfile = "usage.csv"\ncolumn = "requests"/; /^median/d; /^sigma/d
s/^amount = 0.05/amount = { low = 0.09, base = 0.1, high = 0.11 }/; s/^fee = 20/fee = 19/; s/unit_amount = 0.06/unit_amount = 0.2/' small.toml >gone/gone.toml
status 0 "$program" run gone/gone.toml --worlds 100 --quiet --db gone/runs.sqlite
status 0 "$program" show latest --db gone/runs.sqlite
expect "a remedy in words" "- No monthly fee but \$0.2 per request fixes it" "$(grep -o '^- .* fixes it' out)"
rm gone/usage.csv
python3 -c 'import sqlite3; c = sqlite3.connect("gone/runs.sqlite"); c.execute("UPDATE input_file SET content = NULL"); c.commit()'
status 0 "$program" show latest --db gone/runs.sqlite
expect "a remedy by name" "- These plans carry their cost: metered." "$(grep 'carry' out)"

# Ctrl-C keeps the finished worlds and leaves with 130.
"$program" run small.toml --quiet --users 4000 --worlds 100000 >out 2>err &
sleep 1
kill -INT $!
wait $!
expect "status after an interrupt" 130 $?
expect "an interrupted run is marked" 1 "$("$program" runs | grep -c interrupted)"

# So does SIGTERM, as often as a scheduler sends it while the worlds are being kept.
"$program" run small.toml --quiet --users 4000 --worlds 100000 --label ended >out 2>err &
sleep 1
while kill -TERM $! 2>/dev/null; do sleep 0.002; done
wait $!
expect "status after many requests to end" 130 $?
expect "a run ended from outside is kept" 1 "$("$program" runs | grep -c 'interrupted.*ended')"
exit $failed
