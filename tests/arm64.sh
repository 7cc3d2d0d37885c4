#!/bin/bash
# SPDX-License-Identifier: MIT
# arm64.sh PACKAGE... - build for a Raspberry Pi on an amd64 Debian, and run what can be run here.
#
# PACKAGEs, for arm64, are what the program and its tests are built with; they and Debian's
# cross compiler are put in a Debian 12 of their own, kept in the cache. There everything is
# compiled, warnings being errors, and the tests of ONLY run under qemu's emulation of the
# processor. Then the package is made, installed, and what it brings plays the demonstration.
# Nothing of this computer's is changed. Works as root and without.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
who=arm64
cache=${FANFARE_ARM64_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fanfare-arm64}
build=${BUILD:-build}/arm64
case $build in /*) ;; *) build=$top/$build ;; esac
. "$top/tests/debian.sh"
# to build, to run, and what the package needs besides libraries
tools=(gcc-aarch64-linux-gnu make pkgconf dpkg-dev qemu-user-static locales dbus systemd)

inside='
make="make -C /src -j2 --no-print-directory WERROR=1 BUILD=/objects CC=aarch64-linux-gnu-gcc AR=aarch64-linux-gnu-ar"
$make ONLY="$ONLY" SKIP="$SKIP" programs unit | tee /tmp/said
$make package DEB_ARCH=arm64 STRIP=aarch64-linux-gnu-strip
dpkg -i /objects/deb/fanfare_*_arm64.deb
timeout --preserve-status -s TERM 20 qemu-aarch64-static /usr/bin/fanfare --headless --profile Demo 2>&1 | tee /tmp/log
grep -q "Kitchen (simulated): playing" /tmp/log
echo "arm64: the package is installed and plays; $(tail -n 1 /tmp/said)"'

mkdir -p "$build"
lock
packages=$(printf '%s,' "${tools[@]}" "${@/%/:arm64}")
debian bookworm arm64 "${packages%,}" --architectures=amd64,arm64 "${no_words[@]}"
in_debian arm64 "$top" /src "$build" /objects -- \
	env PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig \
	RUNNER=qemu-aarch64-static TEST_TIMEOUT=1800 JOBS=2 ONLY="${ONLY:-%}" SKIP="${SKIP:-}" \
	FANFARE_ROOMS="${FANFARE_ROOMS:-12}" bash -euo pipefail -c "$inside"
