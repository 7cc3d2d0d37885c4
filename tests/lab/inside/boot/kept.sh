# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The disk that outlives a power cut, put in its places; fails while there is none.
mount_kept()
{
	local name
	mount -t ext4 /dev/vdb /srv/kept || return 1
	for name in bluetooth fanfare; do
		mkdir -p /srv/kept/$name
		mount --bind /srv/kept/$name /var/lib/$name
	done
}
