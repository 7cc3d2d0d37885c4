# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# build.sh TARBALL - the package from the tarball, twice; what make install does to a system.
# Leaves in /share: fanfare.deb, older.deb, newer.deb (another fanfare.conf) and depends.
. /share/inside/tools.sh
name=${1%.tar.gz}
version=${name#fanfare-}

# package FOLDER - the first of the two shows what it says.
package()
{
	mkdir -p "$1" && tar -C "$1" -xzf /share/fanfare.tar.gz && make -s -j2 -C "$1/$name" package WERROR=1
}
first=/build/$name/build/deb
second=/srv/elsewhere/longer/$name/build/deb
try "make package" package /build
deb=$(echo "$first"/fanfare_"${version}"_*.deb)
cp "$deb" /share/fanfare.deb
told() { is "fanfare $version" "$("/build/$name/build/usr/fanfare" --version)"; }
try "its version is told without git: $version" told
again() { (umask 077 && TZ=Asia/Kathmandu HOME=/nowhere package /srv/elsewhere/longer) && cmp "$deb" "$second/${deb##*/}"; }
try "the package is the same bytes from elsewhere" again
try "$(lintian --version | head -n 1) finds nothing" make -s -C "/build/$name" lint

# ---- what an older one and a newer one would be
version_of() # NUMBER FILE
{
	sed -i "s/^Version: .*/Version: $1/" /tmp/deb/DEBIAN/control
	(cd /tmp/deb && find etc usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
	dpkg-deb --root-owner-group --build /tmp/deb "/share/$2" >/dev/null
}
dpkg-deb -R /share/fanfare.deb /tmp/deb
version_of "$version~older" older.deb
echo '# Another word on the first line.' >>/tmp/deb/etc/fanfare/fanfare.conf
version_of "$version+newer" newer.deb
dpkg-deb -f /share/fanfare.deb Depends >/share/depends

# ---- make install where it is asked for by default, in the running system
by_default() { make -s -C "/build/$name" -o all BUILD=build/usr "$1"; } # what is built stays built
mkdir -p /etc/dbus-1/system.d # as the package dbus has it
tree /tmp/before
by_hand()
{
	by_default install || return
	systemctl enable fanfare || return
	is "fanfare $version" "$(/usr/local/bin/fanfare --version)" || return
	by_default uninstall || return
	tree /tmp/after
	diff /tmp/before /tmp/after
}
try "make install, enable, make uninstall leave nothing" by_hand
