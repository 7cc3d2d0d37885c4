#!/bin/bash
# SPDX-License-Identifier: MIT
# The machine's first program, before systemd is: lays over Debian what install.sh installed,
# mounts the disk that outlives a power cut, hands over.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
mode=$(cat /lab/mode)
mount -t tmpfs tmpfs /run
ln -s /proc/self/fd /dev/fd
exec >/dev/console 2>&1
# A machine that waits for the computer idles, and its time runs away (see README): this one
# never does, and the programs that play it finds in memory.
[ "$mode" != sound ] || chrt --idle 0 /lab/bin/idle &
tar -x -C / -f /lab/system.tar
. /opt/inside/kept.sh
[ "$mode" != ready ] || exec /bin/bash /opt/inside/ready.sh
mount_kept || echo 'boot: the kept disk cannot be mounted'
wants=/etc/systemd/system/multi-user.target.wants
ln -s "../boot-$mode.service" "$wants/"
if [ "$mode" = sound ]; then
	modprobe -a bluetooth rfcomm hci_vhci
	ln -s ../radio.service "$wants/"
	for n in 1 2 3; do ln -s ../speaker@.service "$wants/speaker@$n.service"; done
	xargs cat </opt/playing >/dev/null
fi
systemd-machine-id-setup
umount /run
exec /usr/lib/systemd/systemd
