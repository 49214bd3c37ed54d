#!/usr/bin/env bash
# One run on many machines under Slurm: one rank a machine with a thread a core. Rank 0 hands out the work, merges and keeps
# the run.
#   sbatch --nodes=64 --ntasks-per-node=1 --cpus-per-task=64 app/slurm.sh FILE [options of `breakeven run`]
# FILE and the store are read and written by rank 0 only; the others get the scenario and its inputs from it. The program has
# to be on every machine at the same place, from one build (BREAKEVEN names it; default: build/release/app/breakeven). The store
# should lie on a local or otherwise lockable disk: name it with --db, or take the tables with --csv.
#
# Without MPI, as an array of single jobs whose parts are merged:
#   sbatch --array=1-64 --cpus-per-task=64 app/slurm.sh FILE [options] --shard-into FOLDER
#   breakeven merge FOLDER/*.part
#
# A rank that dies, the end of --time and scancel end the job: rank 0 keeps the worlds that have come (Slurm's KillWait, 30 s,
# is the time it has for that). The exit status is that of `breakeven run`.
#SBATCH --job-name=breakeven
#SBATCH --output=breakeven-%j.out
#SBATCH --time=24:00:00
set -euo pipefail
program=${BREAKEVEN:-build/release/app/breakeven}
threads=${SLURM_CPUS_PER_TASK:-1}

if [ "${*: -2:1}" == --shard-into ]; then
  folder=${*: -1}
  set -- "${@:1:$#-2}"
  exec "$program" run "$@" --threads "$threads" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
    --out "$folder/$SLURM_ARRAY_TASK_ID.part"
fi
# Without --kill-on-bad-exit rank 0 would wait for a rank that is gone.
exec srun --mpi=pmix --kill-on-bad-exit=1 --cpus-per-task="$threads" "$program" run "$@" --threads "$threads"
