#!/usr/bin/env bash
# README's first command: installs what is missing, builds the release preset in build/release and runs the flagship
# scenario into the store. Asks nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
app/setup.sh
cmake --preset release
cmake --build --preset release --target breakeven breakeven-gui
build/release/app/breakeven run scenarios/pro-200/pro-200.toml
