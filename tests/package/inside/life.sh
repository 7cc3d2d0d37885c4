# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# life.sh - a package's life on a system: installed, upgraded, removed, purged.
#
# In a chroot no systemd runs. Where one must seem to, /run/systemd/system is there and a
# systemctl that writes down what it is asked stands before the real one; what a running
# systemd makes of the package, tests/lab/boot shows.
. /share/inside/tools.sh
conf=/etc/fanfare/fanfare.conf
wants=/etc/systemd/system/multi-user.target.wants/fanfare.service
asked=/tmp/asked

silent() { "$@" >/tmp/said 2>&1 </dev/null || { cat /tmp/said && return 1; }; }
installed() { is 'install ok installed' "$(dpkg-query -Wf '${Status}' fanfare)" && is '' "$(dpkg --audit)" && is '' "$(dpkg --verify fanfare | grep -v "$conf")"; }

tree /tmp/before
cp /etc/passwd /etc/group /tmp

# ---- installed
try 'apt installs it' silent apt-get install -y /share/older.deb
try 'it is whole' installed
user()
{
	is "fanfare:x:/var/lib/fanfare:/usr/sbin/nologin" "$(getent passwd fanfare | cut -d: -f1,2,6,7)" &&
		is 'audio bluetooth fanfare' "$(id -nG fanfare | tr ' ' '\n' | sort | paste -sd' ')" &&
		is '!*' "$(getent shadow fanfare | cut -d: -f2 | cut -c1-2)"
}
try 'its user is in audio and bluetooth, and cannot log in' user
try 'the service plays from the next boot' test -L "$wants"
unit() { systemd-analyze verify --man=no /usr/lib/systemd/system/fanfare.service; }
try 'systemd accepts the unit' unit
program() { runuser -u fanfare -- fanfare profile check /usr/share/fanfare/profiles/Demo.conf && fanfare --version; }
try 'its user can run the program' program

# ---- a person's: settings, state, profiles
install -d -o fanfare -g fanfare -m 700 /var/lib/fanfare/profiles
install -o fanfare -g fanfare -m 600 /usr/share/fanfare/profiles/Demo.conf /var/lib/fanfare/profiles/Mine.conf
mkdir -p /etc/fanfare/profiles && cp /usr/share/fanfare/profiles/Demo.conf /etc/fanfare/profiles/House.conf
cp /etc/fanfare/profiles/House.conf /tmp
echo 'FANFARE_PROFILE=Mine' >$conf
systemctl disable fanfare >/dev/null 2>&1
kept()
{
	is FANFARE_PROFILE=Mine "$(cat $conf)" &&
		cmp /var/lib/fanfare/profiles/Mine.conf /etc/fanfare/profiles/House.conf
}

# ---- upgraded
try 'upgraded without a question' silent dpkg -i /share/fanfare.deb
try 'it is whole' installed
try 'settings, state and profiles are kept' kept
try 'a service that was disabled stays so' test ! -e "$wants"
question() { echo N | dpkg -i /share/newer.deb >/tmp/said 2>&1 && grep -q '^ ==> Package distributor has shipped an updated version' /tmp/said; }
try 'a fanfare.conf changed by both is asked about' question
try 'the answer is heard' kept
new_one() { grep -q 'Another word' $conf.dpkg-dist; }
try 'the new one lies beside it' new_one
systemctl enable fanfare >/dev/null 2>&1

# ---- removed
try 'removed' silent dpkg -r fanfare
gone() { is '' "$(find / -xdev -path /proc -prune -o -path /share -prune -o -path /dev -prune -o -path '/usr/*fanfare*' -print)"; }
try 'nothing of it is left in /usr' gone
try 'settings, state and profiles are kept' kept
try 'installed again' silent dpkg --force-confold -i /share/fanfare.deb
try 'settings, state and profiles are still there' kept

# ---- purged
try 'purged' silent dpkg -P fanfare
others() { cmp /etc/fanfare/profiles/House.conf /tmp/House.conf && is profiles "$(ls /etc/fanfare)"; }
try 'a profile that somebody put in /etc stays' others
rm -r /etc/fanfare
nothing()
{
	tree /tmp/after
	grep -vE '^/etc/(passwd|group|shadow|gshadow) ' /tmp/before >/tmp/before.else
	grep -vE '^/etc/(passwd|group|shadow|gshadow) ' /tmp/after | diff /tmp/before.else -
}
try 'a purge leaves nothing but the account' nothing
account()
{
	is "$(sort /tmp/passwd)" "$(grep -v '^fanfare:' /etc/passwd | sort)" &&
		is "$(grep -v '^bluetooth:' /tmp/group | sort)" \
			"$(grep -vE '^(fanfare|bluetooth):' /etc/group | sed 's/^\(audio:.*:\)fanfare$/\1/' | sort)"
}
try 'and of accounts, only its own' account

# ---- where a systemd runs, or seems to
mkdir -p /run/systemd/system /tmp/path
cat >/tmp/path/systemctl <<'END'
#!/bin/sh
echo "$@" >>/tmp/asked
case " $* " in
*' is-active '*) exit 3 ;;
*' is-enabled '* | *' preset '*) SYSTEMD_OFFLINE=1 exec /usr/bin/systemctl "$@" ;;
esac
END
cat >/usr/sbin/policy-rc.d <<'END'
#!/bin/sh
exit "$(cat /tmp/policy)"
END
chmod 755 /tmp/path/systemctl /usr/sbin/policy-rc.d
PATH=/tmp/path:$PATH
# asks DPKG-OPTION POLICY VERB... - which of start, restart and stop it then asks systemctl for.
asks()
{
	local option=$1 file=/share/fanfare.deb
	case $option in -r | -P) file=fanfare ;; -u) option=-i file=/share/newer.deb ;; esac
	echo "$2" >/tmp/policy
	rm -f $asked
	silent dpkg $option $file || return
	shift 2
	is "$*" "$(grep -oE '\b(re)?(start|stop)\b' $asked | paste -sd' ')" && grep -q daemon-reload $asked
}
try 'policy-rc.d forbids: it does not begin to play' asks -i 101
try 'nor is it started again by an upgrade' asks -u 101
try 'nor stopped' asks -r 101
dpkg -P fanfare >/dev/null 2>&1
try 'policy-rc.d allows: it begins to play' asks -i 0 start
try 'it is started again by an upgrade' asks -u 0 restart
try 'and stopped when removed' asks -r 0 stop
