#!/bin/sh
# SPDX-License-Identifier: MIT
# deps.sh PACKAGE... - install with apt whatever of these is missing, saying what.
set -eu

missing=
for p in "$@"; do
	dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed ||
		missing="$missing $p"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "Fanfare needs these Debian packages, and apt-get is not here to bring them:$missing" >&2
	exit 1
fi
sudo=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "Fanfare needs root to run: apt-get install$missing" >&2
		exit 1
	fi
	sudo=sudo
fi
case "$missing " in
*" openssh-server "*) # for the tests alone: this machine shall not let anybody in by that
	never=/etc/ssh/sshd_not_to_be_run
	$sudo mkdir -p /etc/ssh
	[ -e $never ] || echo 'openssh-server came for the tests of Fanfare; without this file it listens' |
		$sudo tee $never >/dev/null ;;
esac
echo "Fanfare installs with apt${sudo:+ (sudo)}:$missing" >&2

export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # words are meant
if ! $sudo apt-get install -y --no-install-recommends $missing >/dev/null 2>&1; then
	# a list of packages that was never fetched, or has grown old
	$sudo apt-get update -q >/dev/null
	$sudo apt-get install -y --no-install-recommends $missing >/dev/null
fi
