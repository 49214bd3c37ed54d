#!/usr/bin/env bash
# scenarios/README.md has one line for each scenario folder with the question of its file, and none for a folder that is gone;
# each folder has its README, and every scenario passes the check.
# Usage: scenario_index_test.sh PROGRAM SOURCE_ROOT
set -euo pipefail
program=$(realpath "$1")
cd "$2/scenarios"

folders=$(dirname -- */*.toml | sort)
listed=$(sed -n 's/^| \[\([a-z0-9-]*\)\](\1\/README.md) |.*/\1/p' README.md | sort)
diff <(echo "$folders") <(echo "$listed") || { echo "scenarios/README.md is not up to date: run make-index.sh" >&2; exit 1; }

for folder in $folders; do
    [[ -s $folder/README.md ]] || { echo "$folder has no README.md" >&2; exit 1; }
    question=$(sed -n 's/^question = "\(.*\)"$/\1/p' "$folder/$folder.toml")
    grep -F "| [$folder]($folder/README.md) | $question |" README.md >/dev/null ||
        { echo "scenarios/README.md tells another question of $folder: run make-index.sh" >&2; exit 1; }
done

"$program" check -- */*.toml >/dev/null
