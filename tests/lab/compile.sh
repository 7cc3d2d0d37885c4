#!/bin/bash
# SPDX-License-Identifier: MIT
# compile.sh ROOT TREE OBJECTS TARGET... - make TREE with ROOT's compiler; called with
# mounts and processes of its own, so nothing of it stays behind.
set -euo pipefail
root=$1 tree=$2 objects=$3
shift 3
mkdir -p "$root/src" "$root/objects"
mount --make-rprivate /
mount --bind "$tree" "$root/src"
mount --bind "$objects" "$root/objects"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 /bin/sh -ec '
	make -C /src -j2 BUILD=/objects "$@"
	cd /objects
	[ -s programme.wav ] || tests/lab/judge programme programme.wav 150
	[ -s programme48.wav ] || tests/lab/judge resample programme.wav programme48.wav 48000' compile "$@"
