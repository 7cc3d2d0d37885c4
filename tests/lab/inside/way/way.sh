#!/bin/bash
# SPDX-License-Identifier: MIT
# What a person does: at the first boot each step but the last block's, as written, the last of
# which boots anew; then listens whether it plays by itself, and looks.
stty -F /dev/ttyS1 raw -echo
exec 3>/dev/ttyS1
cd /opt/way || exit 1
seconds=12
trap '' TERM # what tells of the boot outlives its command

tell() { echo "$*" >&3; }
up() { systemctl show "$1" -P ActiveEnterTimestampMonotonic | awk '{ printf "%.3f", $1 / 1e6 }'; }
first() { sed -n 's/^\([0-9.]*\) first packet.*/\1/p;T;q' "/run/speaker$1.log"; }
playing() { [ "$(grep -l 'first packet' /run/speaker[123].log 2>/dev/null | wc -l)" = 3 ]; }

# steps N: block N of the steps, as its reader types it after logging in; -v shows each.
steps()
{
	local block=/opt/way/block$1 rc=0
	awk -v n="$1" 'BEGIN { at = 1 } /^--$/ { at++; next } at == n' steps >"$block"
	[ -s "$block" ] || { tell "wrong: no block $1" && return 1; }
	chmod 644 "$block"
	runuser -l pi -c "cd fanfare && exec bash -e -o pipefail -v '$block'" </dev/null >"/lab/out/block$1" 2>&1 || rc=$?
	[ $rc = 0 ] || tell "wrong: block $1 ended with $rc at: $(grep -Fxf "$block" "/lab/out/block$1" | tail -n 1)"
	return $rc
}

# On, in pairing mode, called as the README calls them. Their controllers are this computer's,
# too: they come after its own, or it would take one of theirs for an idle one of its own.
switch_on()
{
	local n=0 name
	bin/radio -c 4 --control /run/radio 2>/run/radio.log >/dev/null &
	within 10 air_is_up || tell 'wrong: no radio'
	for n in 1 2 3; do bin/radio --ctl /run/radio "unplug $n"; done >>/run/radio.log
	sleep 2
	for n in 1 2 3; do bin/radio --ctl /run/radio "plug $n"; done >>/run/radio.log
	n=0
	while IFS= read -r name; do
		n=$((n + 1))
		bin/speaker -a "02:FA:0F:A1:00:0$n" -n "$name" -o "/run/rec$n.cap" >"/run/speaker$n.log" 2>&1 &
	done < <(sed -n "s/^fanfare add '\([^']*\)'.*/\1/p" steps)
	while :; do aplay -q -D plughw:CARD=Device,DEV=1 programme.wav; done 2>/run/aplay.log &
}

air_is_up() { [ -S /run/radio ]; }
ready() { grep -q ready /run/speaker1.log && grep -q ready /run/speaker2.log && grep -q ready /run/speaker3.log; }
within() # SECONDS COMMAND
{
	local n=$(($1 * 2))
	for ((; n > 0; n--)); do
		"$2" && return 0
		sleep 0.5
	done
	return 1
}

keep_logs()
{
	journalctl -b --no-pager -o short-monotonic >"/lab/out/journal.$(cat mode)"
	cp /run/*.log /lab/out/
}

case $(cat mode) in
bare)
	! command -v fanfare >/dev/null || tell 'wrong: Fanfare is here already'
	steps 1 && switch_on && { within 60 ready || tell 'wrong: the speakers are not up'; } &&
		tell "enabled=$(systemctl is-enabled fanfare)" && steps 2 && tell 'booting' && exit 0
	keep_logs
	systemctl poweroff
	;;
again)
	switch_on
	within 120 playing || tell 'wrong: not all three play'
	sleep $seconds
	tell "bluetoothd=$(up bluetooth) first1=$(first 1) first2=$(first 2) first3=$(first 3)" \
		"logins=$(who | wc -l) failed=$(systemctl --failed --plain --no-legend | wc -l)"
	cp /run/rec[123].cap /lab/out/
	steps 3 && tell 'looked'
	keep_logs
	systemctl poweroff
	;;
esac
