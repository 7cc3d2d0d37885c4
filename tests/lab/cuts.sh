# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # boot's
# Power cuts: volumes are set and saved, qemu is killed, the disk goes on. Read by boot.
#
# Most cuts go on from a machine that is up but for its disk, put away once, without systemd: a
# cut has to do with the disk, Fanfare's start and what is written. One in 25 boots as at home.

# its time does not matter, its disk does
hardware=(-accel "tcg,thread=multi" -smp 2 -m 768M)

# The machine that is ready for its disk, in $out/ready.
put_away()
{
	truncate -s "$(stat -c %s "$disk")" "$out/blank.img"
	rm -f "$out/ready" "$out/monitor" && mkfifo "$out/monitor"
	exec 6<>"$out/monitor"
	# it stands still while its memory is read: emulated processors write behind its back
	boot ready "$out/blank.img" "${hardware[@]}" -monitor stdio <&6
	until_it 1800 said '^ready' || true
	printf '%s\n' stop "migrate \"exec:cat >'$out/ready'\"" quit >&6
	until_it 1800 gone || true
	cut_power
	[ -s "$out/ready" ]
}

# What the machine said, without a line that the power cut short.
lines() { local line; while IFS= read -r line; do printf '%s\n' "${line%$'\r'}"; done <"$out/words"; }

# The number N of the last line "WORD N …".
last() { lines | sed -n "s/^$1 \([0-9]*\).*/\1/p" | tail -n 1; }

# What lies on the disk, read from outside on a copy: the journal once played back, the file
# system must be whole and the profile good.
disk_is_whole()
{
	local copy=$share/out/disk
	cp --sparse=always "$disk" "$copy"
	# The journal, then what a boot would set right unasked: counts of what is free. More is torn.
	e2fsck -y -E journal_only "$copy" >"$out/fsck.log" 2>&1 || true
	e2fsck -fp "$copy" >>"$out/fsck.log" 2>&1 || [ $? = 1 ] || { wrong+='the file system is torn; ' && return; }
	e2fsck -fn "$copy" >>"$out/fsck.log" 2>&1 || { wrong+='the file system is torn; ' && return; }
	rm -f "$share/out/"{profile,state}.conf
	debugfs -R "dump /$profile $share/out/profile.conf" "$copy" 2>/dev/null
	debugfs -R "dump /fanfare/state.conf $share/out/state.conf" "$copy" 2>/dev/null
	in_release /lab/bin/saver --check /lab/out/profile.conf /lab/out/state.conf >"$out/check.log" 2>&1 ||
		wrong+="a file is torn: $(head -n 1 "$out/check.log"); "
	# new files that were not put in their place yet: inode and name
	halves=$(for folder in fanfare fanfare/profiles; do debugfs -R "ls -p /$folder" "$copy" 2>/dev/null; done |
		awk -F/ '$6 ~ /\.new$/ { print $2, $6 }')
	rm -f "$copy"
}

# The machine is up, and has said so; one that was put away stood still then, and is told to go on.
up() { said '^told \|^wrong ' || { echo cont >&6 && false; }; }

# power_cut TITLE OPTION...: boots, sees whether what was saved before the last cut is there, is cut.
saved=0 told=0 halves='' midway=0 halved=0
power_cut()
{
	local title=$1 wrong='' found='' before=$halves how=''
	shift
	boot cut "$disk" "${hardware[@]}" -monitor stdio "$@" <&6
	if ! until_it 1800 up; then
		wrong+='the service does not come up; '
	else
		found=$(last up)
		# the numbers go round at 200
		[ $(((found - saved + 200) % 200)) -le $(((told - saved + 200) % 200 + 1)) ] ||
			wrong+="found $found, but $saved was saved and $told the last set; "
		said '^up .* Patio-Backyard-Kitchen' || wrong+='another profile plays; '
		sleep "$(printf %d.%03d $((RANDOM % 4)) $((RANDOM % 1000)))"
		! said '^wrong' || wrong+='a volume or a saving was refused; '
	fi
	cut_power
	told=$(last told) saved_now=$(last saved)
	told=${told:-$found} saved=${saved_now:-$found}
	disk_is_whole
	[[ $(lines | tail -n 1) != saving* ]] || { how+=', while saving' && midway=$((midway + 1)); }
	! grep -qFxv -f <(echo "$before") <<<"$halves" || { how+=', a new file not in place yet' && halved=$((halved + 1)); }
	figures="found ${found:-nothing}, then $(lines | grep -c '^told' || true) changes, $(lines | grep -c '^saved' || true) saved$how"
	if [ -z "$wrong" ]; then ok "$title: $figures"; else keep_logs "${title// /-}" && cp "$disk" "$out/${title// /-}/" && not_ok "$title: $wrong($figures)"; fi
}

power_cuts()
{
	# as few writes a second as a worn card takes, so that writing takes a good part of the time
	local i slowness=60
	put_away || { not_ok "cuts: the machine cannot be put away (see $out/qemu.log)" && return 1; }
	for ((i = 1; i <= cuts; i++)); do
		if [ $((i % 25)) = 0 ]; then
			power_cut "cut $i, booted"
		else
			power_cut "cut $i" -incoming "exec:cat '$out/ready'"
		fi
	done
	echo "lab: $midway of $cuts cuts fell while the profile was being saved, $halved left a new file not in place yet"
	exec 6>&-
	rm -f "$out/ready" "$out/monitor"
}
