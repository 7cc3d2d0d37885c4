#!/bin/bash
# SPDX-License-Identifier: MIT
# install.test.sh - make install brings what it should, the unit is hardened as far as it
# says, and make uninstall leaves nothing.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/service/bus.sh
. tests/service/bus.sh
build=${BUILD:-build}
unset MAKEFLAGS MFLAGS MAKELEVEL

# What is built stays built: with its flags as they are, whoever runs this test.
place() # PREFIX TARGET
{
	make --no-print-directory -o all BUILD="$build" DESTDIR="$root" PREFIX="$1" "$2" >"$dir/out" 2>&1 ||
		{ cat "$dir/out"; failures=$((failures + 1)); }
}

# What a bare Debian has; an uninstall leaves this, to the folder.
root="$dir/a root"
mkdir -p "$root"/usr/{,local/}{bin,lib,share/man} "$root/etc/dbus-1/system.d" "$root/usr/share/dbus-1/system.d"
bare=$(find "$root" | sort)

for prefix in /usr/local /usr; do
	place "$prefix" install
	unit=$root$prefix/lib/systemd/system/fanfare.service
	policy=/etc
	[ "$prefix" = /usr ] && policy=/usr/share
	for file in "$prefix/bin/fanfare" "$prefix/share/man/man1/fanfare.1" \
		"$prefix/share/fanfare/profiles/Demo.conf" "$prefix/share/fanfare/themes/dark.theme" \
		"$policy/dbus-1/system.d/org.fanfare.Fanfare1.conf" "$prefix/lib/sysusers.d/fanfare.conf" \
		"$prefix/share/bash-completion/completions/fanfare" /etc/fanfare/fanfare.conf; do
		[ -f "$root$file" ] || is "$file" missing there
	done
	is 'programs in the unit' "$(sed -n 's/^ExecStart=//p' "$unit")" "$prefix/bin/fanfare --headless"
	grep -q '@[A-Z]*@' "$unit" && is 'the unit' 'with a word to be filled in' without

	# a choice that somebody made outlives the next install and an uninstall
	echo 'FANFARE_PROFILE=Mine' >"$root/etc/fanfare/fanfare.conf"
	place "$prefix" install
	is 'fanfare.conf after another install' "$(cat "$root/etc/fanfare/fanfare.conf")" FANFARE_PROFILE=Mine
	cp core/service/fanfare.conf "$root/etc/fanfare/fanfare.conf"
	[ "$prefix" = /usr ] && break
	place "$prefix" uninstall
	is 'the tree after uninstall' "$(find "$root" | sort)" "$bare"
done

# ---- the unit of /usr stands there still
score=$(systemd-analyze security --offline=true --root="$root" fanfare.service 2>&1) ||
	is 'systemd-analyze' "$score" 'an answer'
level=$(sed -n 's/.*Overall exposure level[^:]*: \([0-9]*\)\.\([0-9]\).*/\1\2/p' <<<"$score")
[ "${level:-99}" -le 25 ] || is "exposure, in tenths" "${level:-}" 'at most 25'
# what it finds open has its reason in the unit
reasons=$(sed -n '/why it stays/,/^\[Install/p' "$unit")
while read -r name; do
	grep -qF "$name" <<<"$reasons" || is "$name" 'open without a reason' 'a reason in the unit'
done < <(grep '^✗' <<<"$score" | sed 's/^✗ //; s/=.*//' | cut -d/ -f1)
echo "exposure $level tenths"

place /usr uninstall
is 'the tree after uninstall' "$(find "$root" | sort)" "$bare"

echo "install: $failures things not as wanted"
[ "$failures" -eq 0 ]
