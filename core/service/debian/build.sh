#!/bin/bash
# SPDX-License-Identifier: MIT
# build.sh VERSION TREE RESULT - make a Debian package of the files installed under TREE.
#
# TREE holds what `make install DESTDIR=TREE PREFIX=/usr` put there; it is changed (stripped,
# compressed). What the program needs is read off the program. The same tree and
# SOURCE_DATE_EPOCH (default: the last commit's, which is what files of `make dist` are dated)
# give the same package, byte for byte. DEB_ARCH, STRIP: of another processor's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=$1 tree=$2 result=$3
export LC_ALL=C.UTF-8
committed() # unless this lies, unknown to git, in somebody else's repository
{
	git -C "$here" ls-files --error-unmatch build.sh >/dev/null 2>&1 && git -C "$here" log -1 --format=%ct
}
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(committed || stat -c %Y "$here/build.sh")}
maintainer="${DEBFULLNAME:-The Fanfare authors} <${DEBEMAIL:-fanfare@users.noreply.github.com}>"
arch=${DEB_ARCH:-$(dpkg --print-architecture)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fill() # FILE: with the words that are only known now
{
	sed -e "s|@VERSION@|$version|" -e "s|@ARCH@|$arch|" -e "s|@MAINTAINER@|$maintainer|" \
		-e "s|@DATE@|$(date -uRd "@$SOURCE_DATE_EPOCH")|" -e "s|@DEPENDS@|${depends:-}|" \
		-e "s|@SIZE@|${size:-}|" "$here/$1"
}

"${STRIP:-strip}" --remove-section=.comment --remove-section=.note "$tree/usr/bin/fanfare"
doc=$tree/usr/share/doc/fanfare
install -d "$doc"
install -m 644 "$here/copyright" "$doc/copyright"
fill changelog | gzip -9n >"$doc/changelog.gz"
chmod 644 "$doc/changelog.gz"
find "$tree/usr/share/man" -name '*.[1-8]' -exec gzip -9nf {} +

# dpkg-shlibdeps wants a source package's control file beside it
mkdir "$work/debian"
printf 'Source: fanfare\n\nPackage: fanfare\nArchitecture: any\n' >"$work/debian/control"
program=$(realpath "$tree/usr/bin/fanfare")
export DEB_HOST_ARCH=$arch
depends=$(cd "$work" && dpkg-shlibdeps -O "$program" 2>"$work/why" | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { cat "$work/why" >&2 && exit 1; }

# by Debian's own rule, which knows no file system: whole KiB of each file, 1 of all else
size=$(find "$tree" -mindepth 1 -printf '%y %s\n' |
	awk '{ sum += $1 == "f" ? int(($2 + 1023) / 1024) : 1 } END { print sum }')
install -d -m 755 "$tree/DEBIAN"
fill control >"$tree/DEBIAN/control"
echo /etc/fanfare/fanfare.conf >"$tree/DEBIAN/conffiles"
for script in postinst prerm postrm; do
	install -m 755 "$here/$script" "$tree/DEBIAN/$script"
done
(cd "$tree" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0 md5sum) \
	>"$tree/DEBIAN/md5sums"
chmod -R u=rwX,go=rX "$tree"
dpkg-deb --root-owner-group -Zxz --build "$tree" "$result"
