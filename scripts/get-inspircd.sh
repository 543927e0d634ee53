#!/usr/bin/env bash
# Unpacks Debian's InspIRCd for the tests, under node_modules/.cache/inspircd. Not installed: that would pull a dozen packages and
# start a service, and the modules that the tests load need none of them.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$PWD/node_modules/.cache/inspircd
[ -x "$target/usr/sbin/inspircd" ] && exit 0
download=$(mktemp -d)
trap 'rm -rf "$download"' EXIT
cd "$download"
apt-get download -qq inspircd 2>/dev/null || { apt-get update -qq && apt-get download -qq inspircd 2>/dev/null; }
mkdir -p "$target"
dpkg -x inspircd_*.deb "$target"
