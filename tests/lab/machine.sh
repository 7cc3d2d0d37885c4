# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The machine from outside: what this computer must bring, building it, building Fanfare in it.
# Who reads this file has set
#   here, top   this folder, and Fanfare's
#   release     trixie or bookworm
#   cache, out  where the machine is kept, and the logs
#   machine     the lists of packages it is made of

# What make built of another tree would look new here: each has a folder of its own.
objects=$cache/objects.$(printf '%s' "$top" | cksum | cut -d' ' -f1)
tree=$objects/tree

# Who is not root is it in a user namespace: there the machine is built, and Fanfare in it.
inspace()
{
	local user=()
	[ "$(id -u)" = 0 ] || user=(--user --map-root-user --map-auto)
	unshare "${user[@]}" --mount --pid --fork --kill-child "$@"
}

# What this computer must bring; everything else comes from Debian's mirror.
check_host()
{
	local program package lacking=()
	[ "$(uname -m)" = x86_64 ] || lacking+=("an x86-64 computer (this is $(uname -m))")
	while read -r program package; do
		command -v "$program" >/dev/null || lacking+=("$program (package $package)")
	done <<-END
		qemu-system-x86_64 qemu-system-x86
		mmdebstrap mmdebstrap
		mke2fs e2fsprogs
		cpio cpio
		modprobe kmod
		xz xz-utils
		make make
		git git
	END
	# of packages that are always there, but for newuidmap
	[ "$(id -u)" = 0 ] || inspace true 2>/dev/null ||
		lacking+=("root, or for $(id -un): package uidmap, a line in /etc/subuid and /etc/subgid, user namespaces")
	if [ ${#lacking[@]} -gt 0 ]; then
		printf 'lab: missing: %s\n' "${lacking[@]}" >&2
		return 1
	fi
}

# One run at a time writes to a cache, and one to the logs; a machine that others use stays.
lock()
{
	mkdir -p "$cache" "$out"
	exec 7>"$cache/use" 8>"$out/lock" 9>"$cache/lock"
	flock -n 8 && flock -n 9 || { echo "lab: waiting for another run" >&2 && flock 8 && flock 9; }
}

ensure_root()
{
	local key
	key=$(cat "${machine[@]}" "$here/root.sh" "$here/inside/init" | sha256sum | cut -d' ' -f1)
	[ "$(cat "$cache/key" 2>/dev/null)" != "$key" ] || { flock -s 7 && return; }
	flock -n 7 || { echo "lab: waiting for another run" >&2 && flock 7; }
	echo "lab: building the $release machine (once)"
	rm -f "$cache/key"
	cat "${machine[@]}" | sed 's/#.*//; /^ *$/d' >"$cache/packages"
	# without our locks: apt's hooks are dash's, which knows no file above 9
	inspace "$here/root.sh" "$release" "$cache" "$cache/packages" \
		>"$cache/root.log" 2>&1 7>&- 8>&- 9>&- || {
		tail -n 20 "$cache/root.log" >&2
		echo "lab: the $release machine could not be built (all of it: $cache/root.log)" >&2
		return 1
	}
	echo "$key" >"$cache/key"
	flock -s 7
}

# build TARGET...: in the release's own root; objects stay in the cache for the next time.
build()
{
	rm -rf "$tree.new" && mkdir -p "$tree.new" "$objects/build"
	(cd "$top" && git ls-files -z --cached --others --exclude-standard |
		tar --create --null --files-from=- --ignore-failed-read 2>/dev/null) | tar -x -C "$tree.new"
	rm -rf "$tree" && mv "$tree.new" "$tree"
	if ! inspace bash "$here/compile.sh" \
		"$cache/root" "$tree" "$objects/build" "$@" >"$out/build.log" 2>&1; then
		grep -m 20 -E 'error|Error|No rule|undefined' "$out/build.log" >&2 || tail -n 20 "$out/build.log" >&2
		echo "lab: Fanfare does not build on $release (all of it: $out/build.log)" >&2
		return 1
	fi
}
