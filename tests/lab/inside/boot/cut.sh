#!/bin/bash
# SPDX-License-Identifier: MIT
# What the boot found of the volume that was set last, then new ones, one after the other, every
# second saved in the profile, until the power is cut. Volume number k is -k/10 dB; each line is
# out before the next step begins.
stty -F /dev/ttyS1 raw -echo
exec 3>/dev/ttyS1

db() { printf -- '-%d.%ddB' $((k / 10)) $((k % 10)); }

k=$(fanfare volume Patio | grep -o -- '[-+]*[0-9.]* dB' | tr -dc '0-9')
echo "up $((10#$k)) ignored=$(journalctl -b -u fanfare | grep -c 'is ignored')" \
	"profile=$(fanfare status | sed -n 's/^profile \([^,]*\),.*/\1/p')" >&3
k=$((10#$k))
while :; do
	k=$(((k + 1) % 600))
	fanfare volume Patio "$(db)" || { echo "wrong: volume $(db) refused" >&3 && exit 1; }
	echo "told $k" >&3
	[ $((k % 2)) = 0 ] || continue
	fanfare profile save || { echo "wrong: not saved" >&3 && exit 1; }
	echo "saved $k" >&3
done
