#!/bin/bash
# SPDX-License-Identifier: MIT
# install.sh ROOT SHARE - lay Fanfare's package over ROOT, as dpkg -i does on a system that does
# not run, and what SHARE has for the machine; leaves in SHARE/system.tar what that changed.
# Called with mounts and processes of its own, so nothing of it stays behind.
set -euo pipefail
root=$1 share=$2
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
mount --make-rprivate /
layer=$share/layer
mkdir "$layer"
mount -t tmpfs tmpfs "$layer"
mkdir "$layer"/{data,work,new}
mount -t overlay -o "lowerdir=$root,upperdir=$layer/data,workdir=$layer/work" overlay "$layer/new"
mount --rbind /dev "$layer/new/dev"
mount -t proc proc "$layer/new/proc"
mkdir -p "$layer/new/lab"
mount --bind "$share" "$layer/new/lab"
chroot "$layer/new" /bin/bash -ec '
	dpkg -i /lab/fanfare.deb
	echo FANFARE_PROFILE=Patio-Backyard-Kitchen >>/etc/fanfare/fanfare.conf
	cp -r /lab/bin /lab/inside /opt/
	cp /lab/inside/*.service /etc/systemd/system/
	ldd /usr/bin/fanfare /opt/bin/{radio,speaker} /usr/libexec/bluetooth/bluetoothd /usr/bin/dbus-daemon |
		grep -o "/[^ :]*" | sort -u >/opt/playing
	mkdir -p /srv/kept /var/lib/bluetooth /var/lib/fanfare
	[ ! -e /opt/bin/careless.so ] || echo LD_PRELOAD=/opt/bin/careless.so >>/etc/fanfare/fanfare.conf'
# what was removed cannot be laid over anything
removed=$(find "$layer/data" -type c)
[ -z "$removed" ] || { echo "install: removed: $removed" && exit 1; }
tar -C "$layer/data" -cf "$share/system.tar" --exclude=./lab .
