#!/usr/bin/env bash
# README's second command: installs what is missing, builds the release preset in build/release and runs every test.
# Asks nothing.
# Usage: app/test.sh         all tests
#        app/test.sh --full  then again under AddressSanitizer + UBSan, and the engine under ThreadSanitizer (CI)
set -euo pipefail
cd "$(dirname "$0")/.."
app/setup.sh
cmake --preset release
cmake --build --preset release
ctest --preset release
[ "${1:-}" = --full ] || exit 0

export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
for preset in asan tsan; do
  cmake --preset "$preset"
  cmake --build --preset "$preset"
  ctest --preset "$preset" --label-exclude statistical
done
