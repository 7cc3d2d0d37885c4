#!/bin/bash
# SPDX-License-Identifier: MIT
# Wait for sound on all three speakers, listen for a while, say when each thing was, switch off.
# Times are CLOCK_MONOTONIC in seconds.
stty -F /dev/ttyS1 raw -echo
exec 3>/dev/ttyS1
seconds=12

playing() { [ "$(grep -l 'first packet' /run/speaker[123].log 2>/dev/null | wc -l)" = 3 ]; }
up() { systemctl show "$1" -P ActiveEnterTimestampMonotonic | awk '{ printf "%.3f", $1 / 1e6 }'; }
first() { sed -n 's/^\([0-9.]*\) first packet.*/\1/p;T;q' "/run/speaker$1.log"; }

for ((i = 0; i < 240; i++)); do
	playing && break
	sleep 0.5
done
sleep $seconds
echo "bluetoothd=$(up bluetooth) fanfare=$(up fanfare)" \
	"first1=$(first 1) first2=$(first 2) first3=$(first 3)" \
	"restarts=$(systemctl show fanfare -P NRestarts) logins=$(who | wc -l)" \
	"failed=$(systemctl --failed --plain --no-legend | wc -l)" >&3
systemctl stop fanfare
sleep 1
journalctl -b --no-pager -o short-monotonic >/lab/out/journal
cp /run/rec[123].cap /run/speaker[123].log /lab/out/
systemctl poweroff
