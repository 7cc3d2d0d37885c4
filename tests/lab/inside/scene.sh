#!/bin/bash
# SPDX-License-Identifier: MIT
# scene.sh NAME - run one scene with its helpers; its verdict goes to a file.
# The scene's processes end with it, by the kernel's hand (see run.sh).
scene=$1
out=/dev/shm/out     # its logs; run.sh keeps them in /lab/out/$scene
here=/run/scene      # all else, gone with the scene
limit=$(sed -n 's/^# limit: *\([0-9]*\).*/\1/p;T;q' "/dev/shm/scenes/$scene.sh")
programme=/dev/shm/programme.wav # see run.sh
set -u
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=1777 tmpfs /tmp
mkdir -p "$here" /run/dbus /run/user /var/lib/bluetooth
mount -t tmpfs -o mode=700 tmpfs /var/lib/bluetooth
cd "$here" || exit 1
. /dev/shm/inside/tools.sh
. /dev/shm/inside/parts.sh
trap collect EXIT
# The time that what is outside takes is not the scene's; run.sh has a limit for all together.
time_is_up() { local left=$limit; while sleep 1 && [ "$left" -gt 0 ]; do [ -e /dev/shm/outside ] || left=$((left - 1)); done; }
(time_is_up && kill "$$") &
. "/dev/shm/scenes/$scene.sh"
verdict
