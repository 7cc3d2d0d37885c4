# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # here, out are scene.sh's; the figures are the scenes'
# Seven speakers on one adapter, and what the air and each of them tells.

seven_names=(One Two Three Four Five Six Seven)

# seven_up MAP [RADIO-OPTION...]: seven of ours play noise that Fanfare makes itself: the air
# is the point here, not the source.
seven_up()
{
	local map=$1 n comma=
	shift
	bus_up
	radio_up 8 "$@"
	bluetoothd_up
	for n in 1 2 3 4 5 6 7; do our_speaker $n "Speaker$n"; done
	{
		echo 'version = 1;'
		echo 'zones = ( { name = "Lab"; sources = ( { type = "tone"; tone = "pink"; } ); speakers = ('
		for n in 1 2 3 4 5 6 7; do
			echo "$comma { name = \"${seven_names[n - 1]}\"; output = \"bluetooth\";"
			echo "    address = \"$(address $n)\"; adapter = \"$(address 0)\"; map = \"$map\"; }"
			comma=,
		done
		echo '); } );'
	} >"$here/seven.conf"
	cp "$here/seven.conf" "$out/"
	fanfare_up "$here/seven.conf"
	all_play 120 "${seven_names[@]}"
	tell 'seconds to sound' "$took"
}

# air_figure LINE KEY FILE: a number of the first line of stats that begins so.
air_figure() { sed -n "s/^$1 .*\b$2=\([0-9]*\).*/\1/p;T;q" "$3"; }

# air_grown LINE KEY: by how much, from the first look to the second.
air_grown() { echo $(($(air_figure "$1" "$2" "$out/stats.end") - $(air_figure "$1" "$2" "$out/stats.begin"))); }

# seven_listen SECONDS: from here on everything counts; sets $slots, per second of the air. A
# time in which the emulated machine stood still (over 0.1 s, as the radio tells) shows nothing
# of Fanfare: then listen again, three times at most.
seven_listen()
{
	local try time missed
	for try in 1 2 3; do
		anew 1 2 3 4 5 6 7
		air stats >"$out/stats.begin"
		sleep "$1"
		air stats >"$out/stats.end"
		missed=$(air_grown air missed)
		[ "$missed" -gt 0 ] || break
	done
	for n in 1 2 3 4 5 6 7; do stop speaker$n; done
	stop fanfare
	time=$(air_grown air time)
	slots=$((1600 * $(air_grown 'adapter index=0' slots) / time))
	want 'slots a second' "$slots" '<=' 1600
	tell 'listened times' "$try"
	tell 'slots missed by the lab' "$missed"
}

# seven_judge: what the seven recorded. Sets $packets $mono $lost of all together, $fewest and
# $lost_most of one, $gaps and the $longest of them in ms, and $least and $most, of the seven
# bitpools that were mostly in use.
seven_judge()
{
	local n pools=()
	declare -A f
	packets=0 mono=0 lost=0 fewest=99999 lost_most=0 gaps=0 longest=0
	for n in 1 2 3 4 5 6 7; do
		judge_into f packets "$here/rec$n.cap"
		packets=$((packets + ${f[packets]:-0}))
		mono=$((mono + ${f[mono]:-0}))
		lost=$((lost + ${f[lost]:-9999}))
		((${f[packets]:-0} < fewest)) && fewest=${f[packets]:-0}
		((${f[lost]:-9999} > lost_most)) && lost_most=${f[lost]:-9999}
		pools+=("${f[bitpool_median]:-0}")
		tell "bitpool of $n" "${f[bitpool_median]:-} (${f[bitpool_least]:-} to ${f[bitpool_most]:-})"
		judge_into f decode "$here/rec$n.cap" "$here/rec$n.wav"
		[ "${f[stretches]:-}" = 1 ] || wrong+=("speaker $n has ${f[stretches]:-no} streams, not one")
		judge_into f gaps "$here/rec$n.wav"
		gaps=$((gaps + ${f[gaps]:-9999}))
		longest=$(awk "BEGIN { print ($longest > ${f[longest_gap_ms]:-9999} ? $longest : ${f[longest_gap_ms]:-9999}) }")
	done
	least=$(printf '%s\n' "${pools[@]}" | sort -n | head -n 1)
	most=$(printf '%s\n' "${pools[@]}" | sort -n | tail -n 1)
}
