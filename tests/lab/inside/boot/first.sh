#!/bin/bash
# SPDX-License-Identifier: MIT
# The machine's first program, before systemd is: installs the package as dpkg does on a system
# that does not run, mounts the disk that outlives a power cut, hands over.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
mode=$(cat /lab/mode)
mount -t tmpfs tmpfs /run
ln -s /proc/self/fd /dev/fd
# A machine that waits for the computer idles, and its time runs away (see README): where times
# are judged it never idles, and most that it needs later it finds in memory.
[ "$mode" != sound ] || chrt --idle 0 /bin/bash -c 'while :; do :; done' &
{
	dpkg -i /lab/fanfare.deb
	mkdir -p /srv/kept /var/lib/bluetooth /var/lib/fanfare
	mount -t ext4 /dev/vdb /srv/kept || echo 'boot: the kept disk cannot be mounted'
	for name in bluetooth fanfare; do
		mkdir -p /srv/kept/$name
		mount --bind /srv/kept/$name /var/lib/$name
	done
	echo 'FANFARE_PROFILE=Patio-Backyard-Kitchen' >>/etc/fanfare/fanfare.conf
	cp -r /lab/bin /lab/inside /opt/
	cp /lab/inside/*.service /etc/systemd/system/
	wants=/etc/systemd/system/multi-user.target.wants
	ln -s "../boot-$mode.service" "$wants/"
	if [ "$mode" = sound ]; then
		modprobe -a bluetooth rfcomm hci_vhci
		ln -s ../radio.service "$wants/"
		for n in 1 2 3; do ln -s ../speaker@.service "$wants/speaker@$n.service"; done
	fi
	systemd-machine-id-setup
	[ "$mode" != sound ] || find /usr/lib/systemd /usr/bin /usr/libexec/bluetooth /usr/lib/x86_64-linux-gnu -xdev -type f \
		! -name '*.a' ! -name 'cc1*' -size -9000k -exec cat {} + >/dev/null
} >/dev/console 2>&1
umount /run
exec /usr/lib/systemd/systemd
