#!/usr/bin/env bash
# Fails when an include breaks the layer table: arrows run core -> sim -> db, ui -> app only.
# Usage: include_rules.sh ROOT
set -u
root=$1
failed=0

# forbid LAYER PATTERN REASON: no #include in LAYER may match PATTERN (an extended regular expression).
forbid() {
  local hits
  hits=$(grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($2)" "$root/$1" --include='*.cpp' --include='*.hpp')
  [ -z "$hits" ] && return
  printf '%s\n' "$hits" | sed "s|^$root/||; s|\$|   <- $1: $3|"
  failed=1
}

qt='Q[A-Z]|qcustomplot'
sqlite='sqlite3|SQLiteCpp'
forbid core "$qt|$sqlite|sim/|db/|ui/|app/|random>|iostream>|cstdio>|Random123" "no Qt, SQLite, randomness, clock or printing, and no upper layer"
forbid sim "$qt|$sqlite|db/|ui/|app/|random>|iostream>|cstdio>" "no Qt, SQLite or printing, and no upper layer"
forbid db "$qt|ui/|app/|sim/(random|kernels|pipeline|engine|stats|fitting|decide|report)/" "core, sim/results and SQLite only"
forbid ui "$sqlite|db/|app/" "no SQL, and no upper layer"

# MPI has one home.
if hits=$(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*<mpi' "$root"/{core,sim,db,ui,app} --include='*.cpp' --include='*.hpp' |
  grep -v "^$root/sim/engine/mpi.cpp:"); then
  printf '%s\n' "$hits" | sed "s|^$root/||; s|\$|   <- only sim/engine/mpi.cpp includes MPI|"
  failed=1
fi

# Dates are arguments in core: the calendar of <chrono> is welcome, its clocks are not.
if hits=$(grep -rnE '(system|steady|high_resolution|utc|file)_clock::now' "$root/core" --include='*.cpp' --include='*.hpp'); then
  printf '%s\n' "$hits" | sed "s|^$root/||; s|\$|   <- core: no clock|"
  failed=1
fi
exit "$failed"
