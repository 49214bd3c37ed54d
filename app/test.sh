#!/usr/bin/env bash
# README's second command: installs what is missing, builds the release preset in build/release and runs every test.
# Asks nothing.
# Usage: app/test.sh         all tests
#        app/test.sh --full  then again under AddressSanitizer + UBSan (not what only checks numbers), and what has threads under ThreadSanitizer (CI)
set -euo pipefail
cd "$(dirname "$0")/.."
app/setup.sh
cmake --preset release
cmake --build --preset release
ctest --preset release
[ "${1:-}" = --full ] || exit 0

cmake --preset asan
cmake --build --preset asan
UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 ctest --preset asan

cmake --preset tsan
cmake --build --preset tsan
ctest --preset tsan
