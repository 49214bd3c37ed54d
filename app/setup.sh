#!/usr/bin/env bash
# Installs the Debian 12 packages that Breakeven is built with. Asks nothing; does nothing when all are there.
# Usage: app/setup.sh            everything (desktop included)
#        app/setup.sh headless   command line only, no Qt
set -euo pipefail

packages=(g++ cmake ninja-build pkg-config libfmt-dev libboost-dev libsqlite3-dev libsqlitecpp-dev libgtest-dev
  libtomlplusplus-dev libcli11-dev nlohmann-json3-dev librandom123-dev
  libhwy-dev libssl-dev libnlopt-dev libhowardhinnant-date-dev tzdata zlib1g-dev python3
  libopenmpi-dev openmpi-bin)
if [ "${1:-all}" != headless ]; then
  packages+=(qt6-base-dev libqt6opengl6-dev qt6-svg-dev qt6-tools-dev qt6-tools-dev-tools qt6-l10n-tools
    libqcustomplot-dev fonts-dejavu-core)
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

run=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup: root rights are needed to install: ${missing[*]}" >&2; exit 3; }
  run=(sudo)
fi
echo "setup: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${run[@]}" apt-get update -qq >&2
"${run[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >&2
