#!/usr/bin/env bash
# stories.csv is what its formulas give today, and each figure that a story states is among them.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$here/make_stories.py" "$work/stories.csv" >/dev/null
cmp "$work/stories.csv" "$here/stories.csv"
