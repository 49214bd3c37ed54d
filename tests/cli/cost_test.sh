#!/usr/bin/env bash
# The command cost: whole output, files and exit status.
# Usage: cost_test.sh PROGRAM SOURCE_ROOT
set -u
program=$(realpath "$1")
root=$2
source "$(dirname "$(realpath "$0")")/begin.sh"

cp "$root/tests/data/sim/stories/"*.toml .

status 0 "$program" cost agent-workforce.toml --plan two-attempts
expect "steps and meters" 'plan two-attempts
Step                           Change            Cost
                       USD/user-month  USD/user-month
List price of the use        1,928.94        1,928.94
Cache                       -1,411.48          517.46
Retries                       155.238         672.698
Average variable cost                         672.698
Marginal cost                                 672.698
Fixed cost                                          0
Fully loaded cost                             672.698

Meter          Use  List price  Unit cost            Cost
       /user-month    USD/unit   USD/unit  USD/user-month
tasks      559.114        3.45    1.20315         672.698' "$(cat out)"
expect "nothing else is said" "" "$(cat err)"

status 0 "$program" cost agent-workforce.toml --plan two-attempts --set cost.retry.attempts.success=1
expect "a number set" "Fully loaded cost 517.46" "$(tail -5 out | head -1 | tr -s ' ')"

status 0 "$program" cost distil-and-route.toml --plan routed
expect "cost by model where there are several" 'Model                               Cost   Share
                          USD/user-month
No model named                      1.48  83.1 %
Student of route student             0.3  16.9 %' "$(tail -4 out)"

status 0 "$program" cost own-fleet.toml --plan own --csv tables --json
expect "the break-even utilisation" 0.335 "$(python3 -c 'import json; print(round(json.load(open("out"))["plans"][0]["fleet"]["break_even_utilisation"], 3))')"
expect "files" "cost.csv fleet.csv" "$(ls tables | xargs)"
expect "a row for each plan of the curve" 101 "$(wc -l <tables/fleet.csv)"
status 0 "$program" cost own-fleet.toml --csv again --threads 1
status 0 "$program" cost own-fleet.toml --csv more --threads 3
cmp -s again/cost.csv more/cost.csv || { echo "FAILED bytes by thread count"; failed=1; }

status 2 "$program" cost agent-workforce.toml --plan two-attemps
expect "an unknown plan" '--plan two-attemps: error: the scenario has no such plan
  hint: did you mean "two-attempts"?' "$(cat err)"
status 2 "$program" cost none.toml
status 2 "$program" cost agent-workforce.toml --set cost.retry.attempts.success=2
expect "a bad number" '--set cost.retry.attempts.success=2: error: cost.retry.attempts.success is 2
  hint: it must be above 0 and at most 1' "$(cat err)"
exit $failed
