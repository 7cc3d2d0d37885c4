# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# To be sourced: Debians in a folder, built once and kept, in which nothing stays behind.
#
# Who reads this file has set
#   who     the word before what is said
#   cache   where they are kept

# As root; who is not, in a user namespace.
inspace()
{
	if [ "$(id -u)" = 0 ]; then "$@"; else mmdebstrap --unshare-helper "$@"; fi
}

# One run at a time uses a cache.
lock()
{
	mkdir -p "$cache"
	exec 9>"$cache/lock"
	flock -n 9 || { echo "$who: waiting for another run" >&2 && flock 9; }
}

# For one that only builds.
no_words=(--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*')

# debian RELEASE NAME PACKAGES OPTION... - a Debian with those PACKAGES (comma between them) in
# $cache/NAME, as mmdebstrap makes it with these options; built again when any of this changes.
debian()
{
	local release=$1 name=$2 packages=$3 key own=()
	shift 3
	key=$(echo "$release $packages $*" | sha256sum | cut -d' ' -f1)
	[ "$(cat "$cache/$name.key" 2>/dev/null)" != "$key" ] || return 0
	command -v mmdebstrap >/dev/null || {
		echo "$who: missing: mmdebstrap" >&2
		return 1
	}
	echo "$who: building the Debian $name (once)"
	inspace rm -rf --one-file-system "$cache/$name" "$cache/$name.key"
	# As root with mounts and processes of its own, so that none outlives it, and always without
	# our lock: apt's hooks are dash's, which knows no file above 9.
	[ "$(id -u)" != 0 ] || own=(unshare --mount --pid --fork --kill-child)
	"${own[@]}" mmdebstrap --quiet --variant=minbase --include="$packages" "$@" \
		"$release" "$cache/$name" >"$cache/$name.log" 2>&1 9>&- || {
		tail -n 20 "$cache/$name.log" >&2
		echo "$who: the Debian $name could not be built (all of it: $cache/$name.log)" >&2
		return 1
	}
	echo "$key" >"$cache/$name.key"
}

# in_debian NAME [FROM TO]... -- COMMAND... - run it in a copy of the Debian that is gone afterwards,
# with mounts and processes of its own and no network, and what lies in FROM under TO.
in_debian()
{
	mkdir -p "$cache/copy"
	inspace unshare --mount --pid --net --fork --kill-child bash -euo pipefail -c "$(declare -f enter)"'; enter "$@"' \
		enter "$cache/copy" "$cache/$1" "${@:2}" 9>&-
}

enter()
{
	local copy=$1 whole=$2
	shift 2
	mount --make-rprivate /
	mount -t tmpfs tmpfs "$copy"
	mkdir "$copy"/{root,upper,work}
	mount -t overlay -o "lowerdir=$whole,upperdir=$copy/upper,workdir=$copy/work" overlay "$copy/root"
	mount --rbind /dev "$copy/root/dev"
	mount -t proc proc "$copy/root/proc"
	while [ "$1" != -- ]; do
		mkdir -p "$copy/root$2"
		mount --bind "$1" "$copy/root$2"
		shift 2
	done
	shift
	exec chroot "$copy/root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
