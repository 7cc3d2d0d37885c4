#!/bin/bash
# SPDX-License-Identifier: MIT
# The machine's first program, before systemd is: what is written goes to a disk that outlives
# the machine, as at home. At the first boot there is a person with a folder, and no Fanfare.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
new=/srv/new
# A machine that waits for the computer idles, and its time runs away (see README): it never idles.
chrt --idle 0 /bin/bash -c 'while :; do :; done' &
{
	mkdir -p /srv/kept /srv/lower $new
	modprobe -a bluetooth rfcomm hci_vhci
	modprobe snd-aloop id=Device
	mount -t ext4 /dev/vdb /srv/kept
	mount -t ext4 -o ro,noatime /dev/vda /srv/lower
	mkdir -p /srv/kept/{data,work}
	mount -t overlay -o lowerdir=/srv/lower,upperdir=/srv/kept/data,workdir=/srv/kept/work overlay $new
	if [ ! -d $new/home/pi ]; then
		echo pi >$new/etc/hostname
		echo '127.0.0.1 localhost pi' >$new/etc/hosts
		chroot $new systemd-machine-id-setup
		chroot $new useradd --create-home --shell /bin/bash --groups sudo,audio pi
		echo 'pi ALL=(ALL) NOPASSWD: ALL' >$new/etc/sudoers.d/pi
		mkdir -p $new/home/pi/fanfare/build/deb $new/opt/way
		cp /lab/fanfare_*.deb $new/home/pi/fanfare/build/deb/
		chroot $new chown -R pi: /home/pi
		cp -r /lab/bin /lab/inside /lab/programme.wav /lab/steps $new/opt/way/
		cp /lab/inside/way.service $new/etc/systemd/system/
		ln -s ../way.service $new/etc/systemd/system/multi-user.target.wants/
	fi
	cp /lab/mode $new/opt/way/
	find $new/usr/lib/systemd $new/usr/bin $new/usr/libexec/bluetooth $new/usr/lib/x86_64-linux-gnu -xdev -type f \
		! -name '*.a' ! -name 'cc1*' -size -9000k -exec cat {} + >/dev/null
	for point in proc sys dev lab; do
		mkdir -p $new/$point
		mount --move /$point $new/$point
	done
} >/dev/console 2>&1
exec switch_root $new /usr/lib/systemd/systemd
