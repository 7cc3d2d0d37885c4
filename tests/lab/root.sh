#!/bin/bash
# SPDX-License-Identifier: MIT
# root.sh RELEASE DIR PACKAGES - build the lab's machine from Debian's packages.
#
# Leaves in DIR: root/ (the file system, compilers included, where Fanfare is
# built), root.img (the same as ext4, what the machine runs from), vmlinuz and
# initrd. Works as root and, through mmdebstrap's user namespace, without.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
release=$1 dir=$2 packages=$3

# The mirror that this computer's apt uses; none known: mmdebstrap's own default.
mirror()
{
	apt-get indextargets --format '$(REPO_URI)' \
		'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | sort -u | head -n 1
}

proxy()
{
	local P=
	eval "$(apt-config shell P Acquire::http::Proxy)"
	[ -z "$P" ] || printf '%s\n' "--aptopt=Acquire::http::Proxy \"$P\""
}

inspace()
{
	if [ "$(id -u)" = 0 ]; then "$@"; else mmdebstrap --unshare-helper "$@"; fi
}

# Runs inside mmdebstrap, as root of the new system: Debian's kernel without
# what installs it as a boot loader's.
kernel_hook='cd "$1"
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
k=$(apt-cache depends linux-image-amd64 | sed -n "s/.*Depends: \(linux-image-[0-9].*\)/\1/p" | head -n 1)
cd tmp && apt-get -q download "$k" && cd ..
dpkg --fsys-tarfile tmp/"$k"*.deb | tar -x --keep-directory-symlink # /lib is a link
rm tmp/"$k"*.deb
chroot . depmod "$(ls lib/modules)"'

build_root()
{
	local uri
	uri=$(mirror)
	if [ -n "$uri" ]; then
		/usr/lib/apt/apt-helper download-file "${uri%/}/dists/$release/InRelease" "$dir/InRelease" \
			>/dev/null 2>&1 || {
			echo "lab: missing: the network, or $release on the mirror $uri" >&2
			return 1
		}
	fi
	mapfile -t proxies < <(proxy)
	inspace rm -rf "$dir/root"
	mmdebstrap --quiet --variant=minbase --include="$(tr '\n' ',' <"$packages")" \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
		--customize-hook="$kernel_hook" "${proxies[@]}" \
		"$release" "$dir/root" ${uri:+"$uri"}
}

# A boot stage of one megabyte or so: it only has to find the image.
build_initrd()
{
	local kernel module tree=$dir/initrd.d
	kernel=$(ls "$dir/root/lib/modules")
	inspace cp "$dir/root/boot/vmlinuz-$kernel" "$dir/vmlinuz"
	rm -rf "$tree"
	mkdir -p "$tree"/{bin,dev,proc,sys,lower,upper,new,modules}
	cp "$dir/root/bin/busybox" "$tree/bin/"
	cp "$here/inside/init" "$tree/init"
	chmod 755 "$tree/init"
	for module in virtio_pci virtio_blk 9pnet_virtio 9p crc32c ext4 overlay; do
		needed_modules "$dir/root" "$kernel" "$module"
	done | awk '!seen[$0]++' >"$tree/modules/order.paths"
	while read -r module; do
		case $module in
		*.xz) xz -dc "$module" >"$tree/modules/$(basename "$module" .xz)" ;;
		*) cp "$module" "$tree/modules/" ;;
		esac
		basename "$module" .xz >>"$tree/modules/order"
	done <"$tree/modules/order.paths"
	rm "$tree/modules/order.paths"
	(cd "$tree" && find . | cpio --quiet -o -H newc) | gzip -1 >"$dir/initrd"
	rm -rf "$tree"
}

# What a module needs, in the order to load it; what is built in is not named.
needed_modules()
{
	modprobe -d "$1" -S "$2" --show-depends "$3" 2>/dev/null | sed -n 's/^insmod \([^ ]*\).*/\1/p'
}

build_image()
{
	local megabytes
	megabytes=$(inspace du -sm "$dir/root" | cut -f1)
	rm -f "$dir/root.img"
	inspace mke2fs -q -t ext4 -O ^has_journal -d "$dir/root" "$dir/root.img" "$((megabytes * 5 / 4 + 64))M"
}

build_root
build_initrd
build_image
