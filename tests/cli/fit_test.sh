#!/usr/bin/env bash
# Fits real usage, pastes the segment into a scenario and runs it; asks for distributions from published facts.
# Usage: fit_test.sh PROGRAM SOURCE_ROOT
set -u
program=$(realpath "$1")
root=$2
source "$(dirname "$(realpath "$0")")/begin.sh"

cp "$root/tests/data/fitting/clients.csv" clients.csv
cat >head.toml <<'TOML'
format = 1
name = "clients"
currency = "USD"
[run]
users = 4000
worlds = 40
[[meter]]
id = "requests"
[[meter]]
id = "output_tokens"
[[cost.rate]]
meter = "output_tokens"
per = 1_000_000
amount = 2.19
[[plan]]
id = "flat"
fee = 60

TOML

# The segment runs as it is once pasted: ratio, resampled columns and two kinds of users.
status 0 "$program" fit clients.csv --per output_tokens=requests --draws 99 --toml ratio.toml
expect "the rows" "requests 73 0 0.0 % 19,00" "$(grep '^requests ' out | head -1 | xargs | cut -c1-25)"
cat head.toml ratio.toml >ratio-run.toml
status 0 "$program" run ratio-run.toml --quiet --json
expect "the plan that ran" flat "$(python3 -c 'import json; print(json.load(open("out"))["plans"][0]["id"])')"
status 0 "$program" fit clients.csv --split requests --draws 19 --quiet --toml split.toml
expect "nothing on standard output when quiet" "" "$(cat out)"
cat head.toml split.toml >split-run.toml
status 0 "$program" check split-run.toml
printf 'requests,output_tokens\n' >lumps.csv
for i in $(seq 1 30); do printf '%s,1\n%s,2\n%s,3\n' 1$i 900$i 7000000$i >>lumps.csv; done
status 0 "$program" fit lumps.csv --draws 39 --toml lumps.toml
expect "what is said of lumps" "requests: no family fits at the 5 % level" "$(grep '^requests: ' out)"
cat head.toml lumps.toml >lumps-run.toml
status 0 "$program" run lumps-run.toml --quiet

# The same bytes for any number of threads, and again.
for threads in 1 2 3; do
  status 0 "$program" fit clients.csv --json --draws 49 --threads $threads
  mv out json$threads
done
cmp -s json1 json2 && cmp -s json1 json3 || { echo "FAILED bytes of json"; failed=1; }
expect "families in the JSON" 9 "$(python3 -c 'import json; print(len(json.load(open("json1"))["segments"][0]["quantities"][0]["families"]))')"

# All that is wrong at once; nothing is written.
status 2 "$program" fit clients.csv --per output_token=requests --cap requests=x --split tokens --toml none.toml
expect "bad options" '--per output_token=requests: error: no meter "output_token" is fitted
  hint: did you mean "output_tokens"?
--cap requests=x: error: "x" is not a number above 0
  hint: write digits only, such as 500
--split tokens: error: no meter "tokens" is fitted
  hint: meters: requests, output_tokens' "$(cat err)"
expect "no file" "" "$(ls none.toml 2>/dev/null)"
status 2 "$program" fit missing.csv
expect "a missing file" 'missing.csv: error: there is no such file
  hint: check the name and the folder' "$(cat err)"
printf 'requests\nmany\n' >words.csv
status 2 "$program" fit words.csv --meter requests
expect "words for numbers" 'words.csv:2:1: error: column "requests": "many" is not a number
  hint: write a number of at least 0 with a decimal point, or leave the cell empty' "$(cat err)"
status 3 "$program" fit clients.csv --draws 19 --quiet --toml /dev/null/x.toml

# A mean of 6 with a P90 of 12: two lognormals; 13 with 30: none.
status 0 "$program" facts mean=6 p90=12
expect "two roots" 'lognormal    mu 1.4911, sigma 0.77551
lognormal    mu 0.19401, sigma 1.7876' "$(grep '^lognormal' out | cut -c1-38 | sed 's/ *$//')"
status 0 "$program" facts mean=13 p90=30
expect "no root" 'lognormal    none: p90 over mean is 2.308; with a lognormal law it is at most 2.273' "$(grep '^lognormal' out | sed 's/ *$//')"
status 0 "$program" facts mean=6 p90=12 --json
expect "facts as JSON" "2 None" "$(python3 -c '
import json
d = json.load(open("out"))["families"][0]
print(len(d["laws"]), d["why_not"])')"
status 2 "$program" facts mean=6
status 2 "$program" facts mean=6 p90=12 --within lots
status 2 "$program" facts mean=6 p90=a q=3
expect "bad facts" 'p90=a: error: "a" is not a number
  hint: write digits only, such as 12
q=3: error: unknown fact "q"
  hint: use mean, median, p90 (any percentile), above12, top10, gini or cv' "$(cat err)"
exit $failed
