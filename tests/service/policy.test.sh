#!/bin/bash
# SPDX-License-Identifier: MIT
# policy.test.sh - the bus policy as it is installed, before a real bus daemon: root and the
# group may do everything, another user nothing. Needs root, to be another user.
set -u
cd "$(dirname "$0")/../.." || exit 1
if [ "$(id -u)" -ne 0 ]; then
	echo 'policy: only root can try as another user: not tried'
	exit 0
fi
# shellcheck source=tests/service/bus.sh
. tests/service/bus.sh
name=org.fanfare.Fanfare1 object=/org/fanfare/Fanfare1

# This machine has no group and user fanfare: others stand for them.
sed -e '/<!--.*-->/d; /<!--/,/-->/d' -e 's/group="fanfare"/group="games"/; s/user="fanfare"/user="daemon"/' \
	core/service/fanfare.policy.conf | sed -n '/<busconfig>/,/<\/busconfig>/p' |
	sed '/busconfig>/d' >"$dir/policy"
[ "$(grep -c 'policy ' "$dir/policy")" -eq 4 ] || is 'parts of the policy' "$(cat "$dir/policy")" 4
bus_up "$usual$(cat "$dir/policy")"
fanfare_up --profile Demo
pid=${began[-1]}
install -m 755 "$program" "$dir/program"

as() # WHO COMMAND...: "other", or "member" of the group
{
	local who=$1 groups=--clear-groups
	shift
	[ "$who" = member ] && groups=--groups=games
	setpriv --reuid=nobody --regid=nogroup "$groups" env HOME=/nonexistent "$@"
}
call() # WHO METHOD [SIGNATURE ARGUMENT...]
{
	as "$1" busctl --address="$DBUS_SYSTEM_BUS_ADDRESS" call $name $object "${interface:-$name}" "${@:2}" 2>&1
}
refused() # WHAT SAID
{
	case $2 in
	*[Aa]ccess\ denied* | *AccessDenied* | *'not allowed'* | *rejected*) ;;
	*) is "$1 by another user" "$2" 'Access denied' ;;
	esac
}

# ---- every method there is, with arguments of its kind
n=0
while read -r method signature; do
	arguments=()
	for ((i = 0; i < ${#signature}; i++)); do
		case ${signature:i:1} in
		s) arguments+=(x) ;;
		b) arguments+=(false) ;;
		*) arguments+=(0) ;;
		esac
	done
	refused "$method" "$(call other "$method" "$signature" "${arguments[@]}")"
	n=$((n + 1))
done < <(busctl --address="$DBUS_SYSTEM_BUS_ADDRESS" introspect $name $object $name |
	awk '$2 == "method" { sub(/^\./, "", $1); print $1, $3 == "-" ? "" : $3 }')
[ "$n" -ge 42 ] || is 'methods tried' "$n" 'all of them'
for words in 'Get ss org.fanfare.Fanfare1 Speakers' 'GetAll s org.fanfare.Fanfare1' \
	'Set ssv org.fanfare.Fanfare1 Rate u 1'; do
	# shellcheck disable=SC2086 # words are meant
	refused "$words" "$(interface=org.freedesktop.DBus.Properties call other $words)"
done
refused Ping "$(interface=org.freedesktop.DBus.Peer call other Ping)"
refused Introspect "$(interface=org.freedesktop.DBus.Introspectable call other Introspect)"
kill -0 "$pid" || is 'Fanfare, asked to stop by another user' gone there

# ---- the memory, and the program's own words
memory=$(find "/proc/$pid/fd" -lname '/memfd:*' | head -1)
[ -n "$memory" ] && cat "$memory" >"$dir/seen" && [ -s "$dir/seen" ] || is 'the memory, for root' "$memory" 'read'
for file in "$memory" /proc/"$pid"/fd/* /proc/"$pid"/map_files/* /proc/"$pid"/mem; do
	if as other head -c 1 "$file" >/dev/null 2>&1; then
		is "$file, of another user" read refused
	fi
done
said=$(as other "$dir/program" status 2>&1)
is 'status by another user' "$?" 1
case $said in
*'group fanfare'*) ;;
*) is 'what another user is told' "$said" '… group fanfare …' ;;
esac
said=$(as other "$dir/program" --headless 2>&1)
is 'a second one, by another user' "$?" 3
case $said in
*"plays already: process $pid, as $name on the system bus"*) ;;
*) is 'what another user is told of it' "$said" "… process $pid …" ;;
esac
refused 'owning the name' "$(as other busctl --address="$DBUS_SYSTEM_BUS_ADDRESS" call org.freedesktop.DBus \
	/org/freedesktop/DBus org.freedesktop.DBus RequestName su $name 4 2>&1)"

# ---- the group, and signals
for who in other member; do
	as "$who" dbus-monitor --address "$DBUS_SYSTEM_BUS_ADDRESS" "type='signal',sender='$name'" \
		>"$dir/heard.$who" 2>/dev/null &
	began+=($!)
done
within 50 grep -q 'NameAcquired' "$dir/heard.other" || true
within 50 grep -q 'NameAcquired' "$dir/heard.member" || true
sleep 0.5 # they say that they begin to listen a moment before they do
as member "$dir/program" volume Patio -12dB || is 'volume by a member' refused 'as asked'
is 'volume told to a member' "$(as member "$dir/program" volume Patio | cut -f3)" '-12.0 dB'
within 50 grep -q PropertiesChanged "$dir/heard.member" || is 'signals to a member' none some
grep -q "$object" "$dir/heard.other" && is 'signals to another user' some none

echo "policy: $n methods tried as another user, $failures things not as wanted"
[ "$failures" -eq 0 ]
