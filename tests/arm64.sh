#!/bin/bash
# SPDX-License-Identifier: MIT
# arm64.sh PACKAGE... - build for a Raspberry Pi on an amd64 Debian, and run what can be run here.
#
# PACKAGEs, for arm64, are what the program and its tests are built with; they and Debian's
# cross compiler are put in a Debian 12 of their own, kept in the cache. There everything is
# compiled, warnings being errors, and the tests of ONLY run under qemu's emulation of the
# processor. Nothing of this computer's is changed. Works as root and without.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
cache=${FANFARE_ARM64_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fanfare-arm64}
build=${BUILD:-build}/arm64
case $build in /*) ;; *) build=$top/$build ;; esac
tools=(gcc-aarch64-linux-gnu make pkgconf qemu-user-static locales)

inspace()
{
	if [ "$(id -u)" = 0 ]; then "$@"; else mmdebstrap --unshare-helper "$@"; fi
}

ensure_root()
{
	local list key
	list=$(printf '%s,' "${tools[@]}" "${@/%/:arm64}")
	key=$(echo "$list" | sha256sum | cut -d' ' -f1)
	[ "$(cat "$cache/key" 2>/dev/null)" != "$key" ] || return 0
	command -v mmdebstrap >/dev/null || {
		echo 'arm64: missing: mmdebstrap' >&2
		return 1
	}
	echo 'arm64: building a Debian 12 with a cross compiler (once)'
	inspace rm -rf "$cache/root" "$cache/key"
	mmdebstrap --quiet --variant=minbase --architectures=amd64,arm64 --include="${list%,}" \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		bookworm "$cache/root" >"$cache/root.log" 2>&1 || {
		tail -n 20 "$cache/root.log" >&2
		echo "arm64: the Debian 12 could not be built (all of it: $cache/root.log)" >&2
		return 1
	}
	echo "$key" >"$cache/key"
}

# Runs with mounts and processes of its own, so nothing of it stays behind.
inside()
{
	mount --make-rprivate /
	mount --bind "$top" "$cache/root/src"
	mount --bind "$build" "$cache/root/objects"
	mount --rbind /dev "$cache/root/dev"
	mount -t proc proc "$cache/root/proc"
	exec chroot "$cache/root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
		PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig \
		RUNNER=qemu-aarch64-static TEST_TIMEOUT=1800 JOBS=2 \
		make -C /src -j2 --no-print-directory WERROR=1 BUILD=/objects CC=aarch64-linux-gnu-gcc \
		AR=aarch64-linux-gnu-ar ONLY="$ONLY" SKIP="$SKIP" programs unit
}

mkdir -p "$cache" "$build"
exec 9>"$cache/lock"
flock -n 9 || { echo 'arm64: waiting for another run' >&2 && flock 9; }
ensure_root "$@"
inspace mkdir -p "$cache/root/src" "$cache/root/objects"
export -f inside
export top cache build ONLY=${ONLY:-%} SKIP=${SKIP:-}
inspace unshare --mount --pid --fork --kill-child bash -euo pipefail -c inside
