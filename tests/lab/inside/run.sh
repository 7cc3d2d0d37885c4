#!/bin/bash
# SPDX-License-Identifier: MIT
# The machine's only service: prepare what all scenes share, run each scene in
# processes and mounts of its own, say how it went on the second serial line.
# A machine that waits for the computer outside (/lab) idles, and its time runs away (see
# README): what a scene needs and writes lies in memory, and is brought out after it.
export PATH=/dev/shm/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root TERM=dumb
. /lab/inside/tools.sh
stty -F /dev/ttyS1 raw -echo 2>/dev/null
exec 3>/dev/ttyS1

prepare()
{
	mount -t tmpfs -o mode=755 tmpfs /run
	mount -t tmpfs -o mode=1777 tmpfs /tmp
	ln -s /proc/self/fd /dev/fd
	mkdir -p /dev/pts /dev/shm
	mount -t devpts devpts /dev/pts
	mount -t tmpfs tmpfs /dev/shm
	ip link set lo up 2>/dev/null || busybox ifconfig lo up
	hostname lab
	modprobe -a bluetooth rfcomm hci_vhci
	modprobe snd-aloop pcm_substreams=4
	cp -r /lab/programme.wav /lab/programme48.wav /lab/bin /lab/inside /lab/scenes /dev/shm/
	find /usr/bin /usr/sbin /usr/libexec /usr/lib/x86_64-linux-gnu /usr/lib/pulse* -xdev -type f \
		! -name '*.a' -size -9000k -exec cat {} + >/dev/null # into memory, too
	cp /lab/inside/lab-bus.conf /etc/dbus-1/system.d/
	cp /lab/inside/asound.conf /etc/asound.conf
	dbus-uuidgen --ensure
	mkdir -p /run/dbus
}

# Processes and mounts of its own: whatever a scene leaves running ends with it.
once()
{
	local name=$1 limit status=0
	limit=$(sed -n 's/^# limit: *\([0-9]*\).*/\1/p;T;q' "/dev/shm/scenes/$name.sh")
	rm -rf "/lab/out/$name" "$memory" /dev/shm/outside /lab/desk/* /lab/ask/*
	mkdir -p "/lab/out/$name" "$memory"
	unshare --pid --fork --kill-child --mount --mount-proc \
		timeout --kill-after=3 "$((10 * limit))" bash /dev/shm/inside/scene.sh "$name" \
		>"$memory/scene.log" 2>&1 || status=$?
	verdict=$(cat "$memory/verdict" 2>/dev/null)
	case $status in
	0) [ -n "$verdict" ] || verdict="not ok $name: ended without a figure" ;;
	124 | 137 | 143) verdict="not ok $name: not done within its $limit s${verdict:+ ($verdict)}" ;;
	*) case $verdict in "not ok "*) ;; *) verdict="not ok $name: ended with status $status: $(tail -n 1 "$memory/scene.log")" ;; esac ;;
	esac
	dmesg -c >"$memory/kernel.log"
	outside cp -r "$memory/." "/lab/out/$name/"
}

memory=/dev/shm/out
prepare >/dev/console 2>&1
echo "lab: up after $(cut -d. -f1 /proc/uptime) s, $(uname -r), bluez $(bluetoothd --version 2>/dev/null || /usr/libexec/bluetooth/bluetoothd --version)" >&3
dmesg -c >/lab/out/kernel.log
while read -r name; do
	started=$SECONDS
	once "$name"
	echo "$verdict [$((SECONDS - started)) s]" >&3
done </lab/scenes.list
sync
exec busybox poweroff -f
