# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# To be sourced: how the scripts here say what they found.

# try WHAT COMMAND... - ok when it succeeds; else what it said is shown.
try()
{
	local what=$1 said
	shift
	if said=$("$@" 2>&1); then
		echo "ok $what"
	else
		echo "not ok $what"
		printf '%s\n' "$said" | tail -n 25 | sed 's/^/    | /'
	fi
}

# is WANTED SEEN - says so when they differ.
is()
{
	[ "$1" = "$2" ] || { echo "wanted \"$1\", saw \"$2\"" && return 1; }
}

# tree FILE - all there is of files, but for what dpkg, apt and debconf keep about any package.
tree()
{
	find / -xdev \( -path /proc -o -path /dev -o -path /share -o -path /tmp -o -path /run -o -path /build -o -path '/other place' \
		-o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache/apt -o -path /var/cache/debconf -o -path /var/log \
		-o -path '/etc/*-' \) -prune -o ! -path / ! -type d -printf '%p %y %m %u %g %l %s\n' \
		-o -type d ! -path / ! -path /etc ! -path /var/lib -printf '%p d %m %u %g\n' | sort >"$1"
}
