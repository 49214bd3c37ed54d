#!/usr/bin/env bash
# The include rules must fail on each of these, and pass on an allowed include.
set -u
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir "$tree"/{core,sim,db,ui,app}

status=0
while read -r layer include; do
  printf '#include %s\n' "$include" >"$tree/$layer/bad.cpp"
  if bash "$here/include_rules.sh" "$tree" >/dev/null; then
    echo "not caught: $layer includes $include"
    status=1
  fi
  rm "$tree/$layer/bad.cpp"
done <<'CASES'
core <QString>
core "sim/random/philox.hpp"
core <random>
sim <sqlite3.h>
sim "db/migrator.hpp"
sim <iostream>
sim <mpi.h>
app <mpi.h>
db "sim/engine/simulate.hpp"
db <QObject>
ui "db/sqlite_run_store.hpp"
ui <SQLiteCpp/SQLiteCpp.h>
CASES

printf 'const auto now = std::chrono::system_clock::now();\n' >"$tree/core/bad.cpp"
if bash "$here/include_rules.sh" "$tree" >/dev/null; then
  echo "not caught: core reads a clock"
  status=1
fi
rm "$tree/core/bad.cpp"

printf '#include "sim/results/run_result.hpp"\n' >"$tree/db/good.cpp"
bash "$here/include_rules.sh" "$tree" || { echo "refused an allowed include"; status=1; }
exit "$status"
