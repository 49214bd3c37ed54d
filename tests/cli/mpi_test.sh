#!/usr/bin/env bash
# The program under mpirun: the bytes of a plain run for any number of ranks, every command still itself, and what is kept
# when a rank dies. Usage: mpi_test.sh PROGRAM SOURCE_ROOT. Exit status 77: there is no MPI here.
set -u
program=$(realpath "$1")
root=$2
command -v mpirun >/dev/null || { echo "no mpirun: not tested"; exit 77; }
grep -q libmpi <(ldd "$program") || { echo "built without MPI: not tested"; exit 77; }
source "$(dirname "$(realpath "$0")")/begin.sh"
# A machine without /sys is told of by hwloc, on every rank; it is not us who speak.
export HWLOC_HIDE_ERRORS=2
export TMPDIR=$work OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

# ranks N COMMAND...: N processes on this machine, whatever it has. What Open MPI itself does not free is no fault of ours.
ranks() {
  local count=$1
  shift
  ASAN_OPTIONS=detect_leaks=0 mpirun --oversubscribe --bind-to none -n "$count" "$@"
}
without_times() { sed -E 's/after [0-9.]+ s/after T s/'; }

cp "$root/tests/data/cli/small.toml" .
seq 1 997 | sed '1s/^/requests\n/' >usage.csv
sed '/^median/d; /^sigma/d; s/^distribution.*/distribution = "empirical"\nfile = "usage.csv"\ncolumn = "requests"/
     s/^fee = 20/fee = { low = 15, base = 20, high = 30 }/; s/"small"/"read"/' small.toml >read.toml

# Several worlds are handed out whole, one world in chunks; standard output and tables are those of a plain run.
for scenario in small read; do
  for worlds in 50 1; do
    users=3000
    [ $worlds == 1 ] && users=90000
    settings=($scenario.toml --users $users --worlds $worlds --months 2)
    "$program" run "${settings[@]}" --csv plain >plain.txt 2>plain.err
    for count in 1 2 4; do
      ranks $count "$program" run "${settings[@]}" --csv ranks >ranks.txt 2>ranks.err
      expect "exit status of $count ranks" 0 $?
      expect "standard output of $count ranks" "$(cat plain.txt)" "$(cat ranks.txt)"
      expect "standard error of $count ranks" "$(without_times <plain.err | sed 's/#[0-9]*/#N/')" "$(without_times <ranks.err | sed 's/#[0-9]*/#N/')"
      diff -r plain ranks || failed=1
    done
    rm -r plain ranks
  done
done
expect "one run kept for each" 16 "$("$program" runs | tail -n +2 | wc -l)"

# More ranks and threads than there is work; several simulations of one command.
"$program" run small.toml --worlds 3 --quiet --csv plain
ranks 4 "$program" run small.toml --worlds 3 --threads 2 --quiet --csv ranks
diff -r plain ranks || failed=1
"$program" sweep small.toml --vary plan.pro.fee=10,20,30 --db a.sqlite --csv plain.csv --quiet
ranks 2 "$program" sweep small.toml --vary plan.pro.fee=10,20,30 --db b.sqlite --csv ranks.csv --quiet
cmp plain.csv ranks.csv || failed=1
"$program" run small.toml --worlds 20 --target-error cost_per_user=2% --quiet --csv plain
ranks 2 "$program" run small.toml --worlds 20 --target-error cost_per_user=2% --quiet --csv ranks
diff -r plain ranks || failed=1
mkdir batch && cp small.toml batch/ && sed 's/fee = 20/fe = 20/' small.toml >batch/bad.toml
ranks 2 "$program" run batch --quiet --csv batch-ranks 2>err
expect "exit status of a batch with a bad file" 2 $?
expect "summary of the batch" 'bad.toml,,,bad input,
small.toml,small' "$(tail -n +2 batch-ranks/summary.csv | tr -d '\r' | cut -c1-22 | sed 's/small,.*/small/')"

# What fails is said once, by the first rank.
ranks 2 "$program" run missing.toml 2>err
expect "exit status of a missing file" 2 $?
expect "what is said of it" 'missing.toml: error: there is no such file
  hint: check the name and the folder' "$(head -2 err)"
expect "how often" 1 "$(grep -c 'no such file' err)"
# A draw of the beliefs that contradicts another is found by any rank, in the middle of the work.
sed '/^sigma/d; s/^median.*/mean = 180\np90 = { low = 300, base = 350, high = 460 }\nroot = "smaller"/' small.toml >contradiction.toml
ranks 3 "$program" run contradiction.toml --worlds 2000 --quiet 2>err
expect "exit status of a contradiction" 2 $?
expect "what is said of it" 'contradiction.toml: error: no lognormal agrees with a draw of the beliefs about meter "requests"
  hint: narrow the beliefs of its mean or percentile' "$(head -2 err)"

ranks 2 "$program" run small.toml --shard 1/2 --out part 2>err
expect "a part on ranks" '--shard: error: the ranks of this job share the work already
  hint: leave out --shard, or mpirun' "$(head -2 err)"

# srun without MPI: each process would do all of the work.
SLURM_STEP_NUM_TASKS=3 SLURM_PROCID=0 "$program" run small.toml 2>err
expect "exit status of processes that can't find each other" 2 $?
expect "what is said of it" "srun: error: 3 processes were started that can't find each other
  hint: add --mpi=pmix, or give each its part with --shard" "$(cat err)"
for i in 0 1 2; do
  SLURM_STEP_NUM_TASKS=3 SLURM_PROCID=$i "$program" run small.toml --shard $((i + 1))/3 --out $i.part --quiet
done
"$program" merge 0.part 1.part 2.part --quiet --csv merged
"$program" run small.toml --quiet --csv single
diff -r single merged || failed=1

# The batch script, with srun played by mpirun, and as an array of single jobs.
mkdir bin
printf '#!/usr/bin/env bash\n[ "$1 $2 $3" == "--mpi=pmix --kill-on-bad-exit=1 --cpus-per-task=2" ] && ASAN_OPTIONS=detect_leaks=0 exec mpirun --oversubscribe -n 2 "${@:4}"\n' >bin/srun
chmod +x bin/srun
SLURM_CPUS_PER_TASK=2 BREAKEVEN=$program PATH=$work/bin:$PATH bash "$root/app/slurm.sh" small.toml --quiet --csv scripted
expect "exit status of the batch script" 0 $?
diff -r single scripted || failed=1
for i in 1 2; do
  BREAKEVEN=$program SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_COUNT=2 bash "$root/app/slurm.sh" small.toml --quiet --shard-into parts
done
"$program" merge parts/*.part --quiet --csv from-array
diff -r single from-array || failed=1

# srun stops reading what a rank says when another dies: no rank ends of that.
ranks 2 bash -c 'exec 2> >(exec true); sleep 0.3; exec "$0" "$@"' "$program" run small.toml --worlds 3 --label unheard >out
expect "exit status where nobody reads standard error" 0 $?
expect "what is kept of it" 1 "$("$program" runs | grep -c ' unheard ')"

# A rank that is killed ends the job; the worlds that had come are kept. Open MPI leaves rank 0 one second for that, too little
# where other tests keep the processors busy: five here.
export OMPI_MCA_odls_base_sigkill_timeout=5
ranks 2 "$program" run small.toml --users 100000 --worlds 100000 --label killed >out 2>err &
job=$!
worker=
for ((i = 0; i < 200; ++i)); do
  for candidate in $(pgrep -P "$(pgrep -P $job | head -1)" 2>/dev/null) $(pgrep -P $job); do
    tr '\0' '\n' 2>/dev/null <"/proc/$candidate/environ" | grep -qx OMPI_COMM_WORLD_RANK=1 && worker=$candidate
  done
  [ -n "$worker" ] && break
  sleep 0.1
done
sleep 5
kill -9 "$worker"
wait $job
expect "a job of which a rank died does not end well" 1 "$(($? != 0))"
expect "what is said" 1 "$(grep -c 'the job was ended: a rank died, or it was stopped from outside' err)"
expect "what is kept" 1 "$(grep -Ec 'kept as run [0-9a-f]+ \(#[0-9]+\) after [0-9.]+ s; interrupted after [0-9]+ of 100000 worlds' err)"
expect "its words" 1 "$(grep -Ec 'Stopped after [0-9]+ of 100000 worlds' out)"
"$program" show killed >shown
expect "the stored run" 1 "$(grep -Ec 'Stopped after [0-9]+ of 100000 worlds' shown)"
exit $failed
