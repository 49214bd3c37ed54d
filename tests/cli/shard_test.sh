#!/usr/bin/env bash
# Parts of a run made by `run --shard`, put together by `merge`: the bytes of a plain run, and what is told of parts that
# make no run. Usage: shard_test.sh PROGRAM SOURCE_ROOT
set -u
program=$(realpath "$1")
root=$2
source "$(dirname "$(realpath "$0")")/begin.sh"
# says STATUS STDOUT STDERR COMMAND...: all that it prints, with times made equal.
says() {
  local wanted=$1 out=$2 err=$3 status
  shift 3
  "$@" >out 2>err
  status=$?
  expect "exit status of $*" "$wanted" "$status"
  expect "standard output of $*" "$out" "$(cat out)"
  expect "standard error of $*" "$err" "$(sed -E 's/after [0-9.]+ s/after T s/; s/[0-9.]+ MB/S MB/' err)"
}

# A scenario that reads a file, and with it one belief; a run over worlds and one at base values, each cut inside chunks and batches.
cp "$root/tests/data/cli/small.toml" .
seq 1 997 | sed '1s/^/requests\n/' >usage.csv
sed '/^median/d; /^sigma/d; s/^distribution.*/distribution = "empirical"\nfile = "usage.csv"\ncolumn = "requests"/; s/^fee = 20/fee = { low = 15, base = 20, high = 30 }/
     s/"small"/"read"/' small.toml >read.toml

for scenario in small read; do
  for worlds in 20 1; do
    users=500
    [ $worlds == 1 ] && users=60000
    settings=(--users $users --worlds $worlds --months 2 --set plan.metered.charge.1.unit_amount=0.07)
    "$program" run $scenario.toml "${settings[@]}" --csv plain-$scenario-$worlds --json >plain.json 2>/dev/null
    expect "the plain run" 0 $?
    for count in 1 2 3; do
      parts=()
      for ((i = count; i >= 1; --i)); do
        says 0 "" "part $i/$count of run $(sed -n 's/.*"run": "\(.*\)",/\1/p' plain.json | head -1) kept in part-$i-$count (S MB) after T s" \
          "$program" run $scenario.toml "${settings[@]}" --threads $i --shard $i/$count --out part-$i-$count
        parts+=("part-$i-$count")
      done
      # Nothing but the parts is needed: not the scenario, not its input.
      mkdir -p elsewhere
      mv $scenario.toml usage.csv elsewhere/
      "$program" merge "${parts[@]}" --csv merged --json --label merged-$count >merged.json 2>err
      expect "merging $count parts of $scenario" 0 $?
      cmp plain.json merged.json || failed=1
      diff -r plain-$scenario-$worlds merged || failed=1
      "$program" replay merged-$count >replayed 2>&1
      expect "a replay of the merged run" 0 $?
      mv elsewhere/* .
      rm -r merged
    done
  done
done

# What is printed is what `run` prints, and the condition is held against it.
"$program" run small.toml >plain.txt 2>/dev/null
for i in 1 2 3; do "$program" run small.toml --quiet --shard $i/3 --out $i.part; done
run=$("$program" runs | sed -n 2p | awk '{ print $2 }')
row=$(($("$program" runs | sed -n 2p | awk '{ print $1 }') + 1))
says 1 "$(cat plain.txt)" "
kept as run $run (#$row) after T s
--fail-if pro.margin_per_user < 1000: holds for plan pro ($("$program" export latest --csv x >/dev/null; awk -F, '$3=="pro" && $6=="margin_per_user" && $4=="all" && $5=="all" { print $8 }' x/metrics.csv))" \
  "$program" merge 3.part 1.part 2.part --fail-if 'pro.margin_per_user < 1000'

# Parts that make no run: nothing is kept.
runs=$("$program" runs)
"$program" run small.toml --seed 7 --quiet --shard 2/3 --out other.part
"$program" run small.toml --quiet --shard 1/2 --out half.part
says 2 "" 'small.toml: error: parts that are missing: 2/3, 3/3
  hint: make them with the settings of 1.part and --shard 2/3' "$program" merge 1.part
cp 2.part twice.part
says 2 "" 'twice.part: error: part 2/3 is given twice: 2.part is it too
  hint: leave one of them out' "$program" merge 1.part 2.part twice.part 3.part
says 2 "" 'other.part: error: this is a part of another run than 1.part: seed 7, not 1
  hint: merge the parts of one run at a time
half.part: error: this is part 1/2, but 1.part is part 1/3
  hint: merge parts of the same number of parts
small.toml: error: parts that are missing: 2/3
  hint: make them with the settings of 1.part and --shard 2/3' "$program" merge 1.part other.part half.part 3.part
head -c 2000 2.part >cut.part
says 2 "" 'cut.part: error: the part is damaged: it was cut off or altered
  hint: copy it again, or make it again with `run --shard`
small.toml: error: this is not a part of a run
  hint: name files that `run --shard` wrote
none.part: error: there is no such file
  hint: check the name and the folder' "$program" merge 1.part cut.part small.toml none.part
printf 'x' | dd of=2.part bs=1 seek=3000 conv=notrunc 2>/dev/null
says 2 "" '2.part: error: the part is damaged: it was cut off or altered
  hint: copy it again, or make it again with `run --shard`' "$program" merge 1.part 2.part 3.part
expect "the store after refused merges" "$runs" "$("$program" runs)"

# What does not go together with --shard.
before=$(find . | sort)
says 2 "" '--shard: error: the part needs a file to go into
  hint: name it with --out PART
--target-error: error: how many worlds or users are added depends on the result of all parts
  hint: choose --users and --worlds yourself; a small run says how wide its interval is
--csv: error: a part has no result
  hint: give it to `breakeven merge`
--label: error: a part has no result
  hint: give it to `breakeven merge`
--fail-if: error: a part has no result
  hint: give it to `breakeven merge`
--json: error: a part has no result
  hint: give it to `breakeven merge`' \
  "$program" run small.toml --shard 1/2 --target-error cost_per_user=1% --csv c --label l --fail-if 'pro.margin_per_user < 1' --json
for bad in 0/3 4/3 1/0 1 1/ /3 1/3x -1/3 1/1000001 ''; do
  "$program" run small.toml --shard "$bad" --out bad.part 2>err
  expect "exit status of --shard $bad" 2 $?
  [ -z "$bad" ] || expect "--shard $bad" "--shard $bad: error: this names no part
  hint: write I/N, such as 2/8, with I from 1 to N and N up to 1000000" "$(cat err)"
done
says 2 "" '--out: error: there is no part to be written
  hint: name it with --shard I/N' "$program" run small.toml --out bad.part
says 2 "" '--shard: error: a part is of one scenario
  hint: name one FILE' "$program" run small.toml read.toml --shard 1/2 --out bad.part
says 3 "" 'small.toml/a: error: can'\''t be written: Not a directory
  hint: no half-written file is left; check the folder and the free space' "$program" run small.toml --shard 1/2 --out small.toml/a
expect "files after wrong use" "$before" "$(find . | sort)"
exit $failed
