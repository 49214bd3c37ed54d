#!/usr/bin/env bash
# Installs what is missing, builds the release preset in build/release and runs every test. Asks nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
app/setup.sh
cmake --preset release
cmake --build --preset release
ctest --preset release
