# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # scene, out, here are scene.sh's
# The parts around Fanfare, all Debian's but the radio and our own speaker.
# hci0 is the computer with Fanfare, hci1 and on are the speakers.

bluetoothd_path=/usr/libexec/bluetooth/bluetoothd
bluez=org.bluez
pulse_server=/run/pulse-home/native

# The address of controller N, as the radio gives it.
address() { printf '02:FA:0F:A1:00:%02X' "$1"; }

device_path() { echo "/org/bluez/hci$1/dev_$(address "$2" | tr : _)"; }

get() { # OBJECT INTERFACE PROPERTY
	gdbus call --system --dest $bluez --object-path "$1" \
		--method org.freedesktop.DBus.Properties.Get "$bluez.$2" "$3" 2>/dev/null
}

put() { # OBJECT INTERFACE PROPERTY VALUE
	gdbus call --system --dest $bluez --object-path "$1" \
		--method org.freedesktop.DBus.Properties.Set "$bluez.$2" "$3" "<$4>" >/dev/null
}

answers() { get "$1" "$2" "$3" | grep -q "$4"; }

on_bus()
{
	gdbus call --system --dest org.freedesktop.DBus --object-path / \
		--method org.freedesktop.DBus.NameHasOwner "$1" | grep -q true
}

bus_up()
{
	start dbus dbus-daemon --system --nofork --nopidfile
	within 10 test -S /run/dbus/system_bus_socket || give_up "no D-Bus"
}

# A bus that lets Fanfare have its name: by that `fanfare status` and its like find it.
bus_up_with_our_name()
{
	local policy=/etc/dbus-1/system.d/lab-bus.conf

	sed 's|<allow own_prefix=.*|&<allow own="org.fanfare.Fanfare1"/>|' $policy >"$here/bus.conf"
	mount --bind "$here/bus.conf" $policy
	bus_up
}

# drops_of NAME: what Fanfare says it lost of that speaker's packets.
drops_of()
{
	fanfare status --json |
		awk -v name="\"name\": \"$1\"," 'index($0, name) { here = 1 }
			here && /"drops":/ { gsub(/[^0-9]/, ""); print; exit }'
}

# radio_up CONTROLLERS [OPTION...]
radio_up()
{
	local count=$1
	shift
	start radio radio -c "$count" --control "$here/radio" "$@"
	within 10 test -d "/sys/class/bluetooth/hci$((count - 1))" || give_up "the radio has no hci$((count - 1))"
}

# air WORD...: tell the radio, and print what it answers.
air() { note "air $*" >&2; radio --ctl "$here/radio" "$*"; }

bluetoothd_up()
{
	start bluetoothd $bluetoothd_path -n "$@"
	within 15 answers /org/bluez/hci0 Adapter1 Address "$(address 0)" || give_up "bluetoothd shows no hci0"
}

# A speaker is seen and agrees to everything; not in its own words: those are its maker's.
speaker_visible() # N NAME
{
	within 10 answers "/org/bluez/hci$1" Adapter1 Address "$(address "$1")" || give_up "bluetoothd shows no hci$1"
	put "/org/bluez/hci$1" Adapter1 Alias "'$2'"
	put "/org/bluez/hci$1" Adapter1 Powered true
	put "/org/bluez/hci$1" Adapter1 DiscoverableTimeout 'uint32 0'
	put "/org/bluez/hci$1" Adapter1 Discoverable true
	put "/org/bluez/hci$1" Adapter1 Pairable true
}

# The far side's agent: the newest one to ask is asked by bluetoothd.
speakers_agree() { start agent bt-agent -c NoInputNoOutput; }

# Debian's BlueALSA as a speaker, recording to recN.wav (recN.wav.0001 … after a pause).
bluealsa_speaker() # N NAME
{
	start "bluealsa$1" bluealsa -B "hci$1" -i "hci$1" -p a2dp-sink
	speaker_visible "$1" "$2"
	within 10 bluealsa_there "$1" || give_up "BlueALSA did not start on hci$1"
	start "aplay$1" bluealsa-aplay -B "hci$1" -v --pcm-buffer-time=500000 -D "record:$here/rec$1.wav"
}

bluealsa_there() { on_bus "org.bluealsa.hci$1"; }

# Debian's PulseAudio with a sink called room that plays to nobody.
pulse_up() # [MODULE]
{
	install -d -o pulse -g pulse -m 700 /run/pulse-home
	start pulse busybox su -s /bin/sh pulse -c "HOME=/run/pulse-home XDG_RUNTIME_DIR=/run/pulse-home \
		exec pulseaudio -n --daemonize=no --exit-idle-time=-1 --use-pid-file=no --disable-shm=yes \
		-L 'module-null-sink sink_name=room rate=44100' ${1:+-L '$1'} \
		-L 'module-native-protocol-unix auth-anonymous=1 socket=$pulse_server'"
	within 10 test -S $pulse_server || give_up "PulseAudio did not start"
}

# The same as a speaker on adapter N only: the bus keeps its user from the others.
pulse_speaker() # N NAME
{
	speaker_visible "$1" "$2"
	pulse_up 'module-bluez5-discover headset=auto'
	start "record$1" pulse_record "$1"
}

# Waits for the stream to come, then records it.
pulse_record()
{
	local source
	export PULSE_SERVER=$pulse_server
	while :; do
		source=$(pactl list short sources 2>/dev/null | awk '/bluez_source/ { print $2; exit }')
		[ -z "$source" ] || parecord --device="$source" --file-format=wav --rate=44100 --channels=2 "$here/rec$1.wav"
		sleep 0.5
	done
}

# The recorder first: it has a file to finish.
stop_recording()
{
	kill -s KILL "${pids[record$1]}"
	pkill -INT -x parecord
	stop "record$1"
	within 5 gone parecord
}

gone() { ! pgrep -x "$1" >/dev/null; }

# Ours, writing down each packet to recN.cap.
our_speaker() # N NAME [OPTION...]
{
	local n=$1 name=$2
	shift 2
	start "speaker$n" speaker -a "$(address "$n")" -n "$name" -o "$here/rec$n.cap" "$@"
	within 15 grep -q 'ready on' "$out/speaker$n.log" || give_up "our speaker did not start on hci$n"
}

# Microphone in a room with those speakers: hw:Loopback,1,1 is what it gives. Each PLACE is a
# speaker's number and its hidden latency (see place.h): N=MS one of ours, started with
# -t $here/roomN.fifo; N=MS@PCM the far end of a card; N=MS@raw what is written to that FIFO.
microphone_up() # SEED PLACE...
{
	local seed=$1
	shift
	start microphone microphone -D hw:Loopback,0,1 -s "$seed" -o "$here/room" \
		-w /proc/asound/Loopback/pcm1c/sub1/status "$@"
	within 10 grep -q '^ready' "$out/microphone.log" || give_up "the microphone did not start"
}

# The ms that sound takes from speaker N to the microphone.
way() { sed -n "s/^speaker $1: .* way \([0-9.]*\) ms.*/\1/p" "$out/microphone.log"; }

# What the speakers played so far is kept as NAMEn.wav; from here on it is recorded anew.
room_so_far() # NAME N...
{
	local name=$1 n
	shift
	for n in "$@"; do mv "$here/room$n.wav" "$here/$name$n.wav"; done
	room anew
}

# room WORD...: what becomes of the room, its speakers and the microphone; see microphone.c.
room()
{
	local before
	note "room $*"
	before=$(grep -c "^$*: done" "$out/microphone.log")
	echo "$*" >"$here/room.words"
	within 5 room_obeyed "$before" "$*" || give_up "the microphone does not do: $*"
}

room_obeyed() { [ "$(grep -c "^$2: done" "$out/microphone.log")" -gt "$1" ]; }

# shellcheck disable=SC2034
# How much later (ms) at the microphone speaker B is heard than A, by what sounded at both
# and the ways from them: into $true_skew.
true_skew() # NAME A B
{
	declare -A f
	judge_into f match "$here/$1$2.wav" "$here/$1$3.wav"
	want "likeness $1 $2-$3" "${f[correlation]:-}" '>=' 0.99
	true_skew=$(awk "BEGIN { printf \"%.3f\", ${f[lag_ms]:-999} + $(way "$3") - $(way "$2") }")
}

# Programme material played into the loopback card: hw:Loopback,1,0 is what Fanfare captures. At
# 48 kHz a kernel tick is 192 frames. At 44.1 it is 176.4, and where its two ends did not happen to
# begin in step snd-aloop makes up for what it rounds by forgetting: its clock wanders, up to 50
# ppm for half a minute, as no crystal does.
programme_up() # [44100]
{
	local wave=${programme%.wav}48.wav
	programme_khz=48
	if [ "${1:-48000}" = 44100 ]; then
		wave=$programme programme_khz=44.1
	fi
	start programme aplay -q -D hw:Loopback,0,0 "$wave"
	mkfifo "$here/never"
	start source_watch source_watch
}

# Note every 0.1 s how far the loopback card's own clock has got: "SECONDS FRAMES" in source.log.
source_watch()
{
	local key colon value at
	exec 7<>"$here/never" # to wait without a program for it
	while :; do
		read -r -t 0.1 -u 7
		while read -r key colon value; do
			case $key in
			tstamp) at=$value ;;
			hw_ptr) echo "$at $value" ;;
			esac
		done </proc/asound/Loopback/pcm1c/sub0/status >>"$out/source.log"
	done
}

# By how much (ms) that clock moved against the machine's since the captures began. It moves in
# steps of a kernel tick, so the middle of many looks is told, in the first ten seconds and in
# the last.
source_moved()
{
	[ -n "${pids[source_watch]:-}" ] || { echo 0 && return; } # no card, no clock
	awk -v from="${captured_from:-0}" -v khz="$programme_khz" '
		BEGIN { n = 0 }
		$1 < from { next }
		$2 < had { n = 0 } # opened anew
		{ had = $2; t[n] = $1; ahead[n++] = $2 / khz - $1 * 1000 }
		END {
			for (i = 0; i < n; i++) {
				if (t[i] <= t[0] + 10) printf "early %.3f\n", ahead[i]
				if (t[i] >= t[n - 1] - 10) printf "late %.3f\n", ahead[i]
			}
		}' "$out/source.log" | sort -k1,1 -k2,2n | awk '
		{ n[$1]++; of[$1, n[$1]] = $2 }
		END {
			if (n["early"] < 50) exit 1
			printf "%.3f", of["late", int((n["late"] + 1) / 2)] - of["early", int((n["early"] + 1) / 2)]
		}'
}

# Both ends share one bluetoothd, and it asks the newest agent: the speakers' must come
# after Fanfare's own.
fanfare_up() # PROFILE-FILE [OPTION...]
{
	start fanfare fanfare --headless --profile "$@"
	sleep 2
	stop agent
	speakers_agree
}

objects()
{
	gdbus call --system --dest $bluez --object-path / \
		--method org.freedesktop.DBus.ObjectManager.GetManagedObjects 2>/dev/null
}

# One line an object: what BlueZ has at hci0.
of_hci0() { objects | sed "s#'/org/bluez/[^']*': {#\n&#g" | grep "^'/org/bluez/hci0/"; }

# Transports of ours that are active: the profile of this side is that of a source.
playing()
{
	objects | sed "s#'/org/bluez/[^']*': {#\n&#g" |
		grep -c "MediaTransport1.*'UUID': <'0000110a.*'State': <'active'>"
}

# all_play SECONDS NAME...: does Fanfare say so of each? And is it so, by BlueZ?
all_play()
{
	local limit=$1
	shift
	within "$limit" said "$@" || wrong+=("not all of $* play after $limit s")
	[ "$(playing)" -ge $# ] || wrong+=("BlueZ has $(playing) active transports, not $#")
}

said()
{
	local who
	for who in "$@"; do
		grep -q " $who: playing over" "$out/fanfare.log" || return 1
	done
}

# write_profile FILE "NAME N SETTINGS"...: Fanfare's profile, the speakers on hci0; "N/A" is
# speaker N on hciA.
write_profile()
{
	local file=$1 name n settings adapter comma=
	shift
	{
		echo 'version = 1;'
		echo 'zones = ( { name = "Lab"; sources = ( { type = "alsa"; device = "hw:CARD=Loopback,DEV=1"; rate = 48000; } );'
		echo 'speakers = ('
		while [ $# -gt 0 ]; do
			read -r name n settings <<<"$1"
			adapter=0
			[ "$n" = "${n%/*}" ] || adapter=${n#*/}
			echo "$comma { name = \"$name\"; output = \"bluetooth\"; address = \"$(address "${n%/*}")\";"
			echo "    adapter = \"$(address "$adapter")\"; $settings }"
			comma=,
			shift
		done
		echo '); } );'
	} >"$file"
	cp "$file" "$out/"
}

# without_a_clock FILE: that profile's source is the programme from a command, which has no clock of its
# own, so that a place in time is exact.
without_a_clock()
{
	sed -i "s#type = \"alsa\"; [^}]*#type = \"command\"; command = \"exec tail -c +45 $programme\"; #" "$1"
	cp "$1" "$out/"
}

# Our speakers 1, 2 and 3 on hci0, whose links end after three silent seconds, playing the programme;
# recorded from here on.
three_on_one_adapter()
{
	local n
	bus_up
	radio_up 4 --supervision 3
	bluetoothd_up
	for n in 1 2 3; do our_speaker "$n" "Speaker$n"; done
	write_profile "$here/three.conf" 'One 1' 'Two 2' 'Three 3'
	without_a_clock "$here/three.conf"
	fanfare_up "$here/three.conf"
	all_play 60 One Two Three
	sleep 5
	anew 1 2 3
}

# anew N...: what our speakers have heard so far is not to be judged.
anew()
{
	local n
	for n in "$@"; do kill -s USR1 "${pids[speaker$n]}"; done
	captured_from=$(cut -d' ' -f1 /proc/uptime)
	note "captures of $* begin"
}

# A recorder that opens anew writes another file; the longest of them is to be judged.
longest()
{
	local most
	most=$(find "$here" -name "rec$1.wav.*" -size "+$(stat -c %s "$here/rec$1.wav" 2>/dev/null || echo 0)c" |
		head -n 1)
	[ -z "$most" ] || mv "$most" "$here/rec$1.wav"
}

# The programme was heard, whole: heard FROM N... (FROM: seconds to leave out). It moves with
# the source's clock and no more.
heard()
{
	local from=$1 n moved drift
	declare -A f
	shift
	moved=$(source_moved) || wrong+=("the source's clock was not seen")
	tell "source moved ms" "$moved"
	for n in "$@"; do
		if [ -s "$here/rec$n.cap" ]; then
			judge_into f packets "$here/rec$n.cap"
			want "lost $n" "${f[lost]:-}" == 0
			judge_into f decode "$here/rec$n.cap" "$here/rec$n.wav"
		fi
		longest "$n"
		judge_into f match "$programme" "$here/rec$n.wav" "$from"
		want "correlation $n" "${f[correlation]:-}" '>=' 0.99
		want "worst second $n" "${f[worst]:-}" '>=' 0.98
		drift="${f[lag_last_ms]:-99} - (${f[lag_first_ms]:-0}) + (${moved:-99})"
		want "drift $n ms" "$drift" '<=' 0.2
		want "drift $n ms" "$drift" '>=' -0.2
		judge_into f gaps "$here/rec$n.wav" "$from"
		want "gaps $n" "${f[gaps]:-}" == 0
	done
}

# skews FRAMES N...: no two of our speakers differ by more (arrival against RTP time,
# matched by sound), at the end as at the beginning.
skews()
{
	local most=$1 first
	declare -A f
	shift
	while [ $# -gt 1 ]; do
		first=$1
		shift
		for n in "$@"; do
			judge_into f skew "$here/rec$first.cap" "$here/rec$n.cap"
			want "skew $first-$n frames" "${f[skew_frames]:-99}" '<=' "$most"
			want "skew $first-$n frames" "${f[skew_frames]:-99}" '>=' "-$most"
			tell "in the first 10 s" "${f[skew_first10_frames]:-}"
			tell "in the last" "${f[skew_last10_frames]:-}"
		done
	done
}

# Speakers that were away: at the end the sound of each is as late as it was at the beginning,
# measured against the first of those named, which stayed or was away like them (by sound, and
# by arrivals of the same ten seconds).
# All move together with the source's clock.
back_in_place() # WITNESS N...
{
	local n moved source witness=$1
	declare -A f
	source=$(source_moved) || wrong+=("the source's clock was not seen")
	tell "source moved ms" "$source"
	for n in "$@"; do
		judge_into f decode "$here/rec$n.cap" "$here/rec$n.wav"
		tell "stretches $n" "${f[stretches]:-}"
		judge_into f match "$programme" "$here/rec$n.wav"
		want "correlation $n" "${f[correlation]:-}" '>=' 0.99
		moved="44.1 * (${f[lag_last_ms]:-999} - (${f[lag_first_ms]:-0}))"
		want "frames that $n moved" "$moved + 44.1 * (${source:-99})" '<=' 9
		want "frames that $n moved" "$moved + 44.1 * (${source:-99})" '>=' -9
		[ "$n" != "$witness" ] || continue
		judge_into f skew "$here/rec$witness.cap" "$here/rec$n.cap"
		moved="${f[skew_last10_frames]:-999} - (${f[skew_first10_frames]:-0})"
		want "frames out of place $n" "$moved" '<=' 1
		want "frames out of place $n" "$moved" '>=' -1
	done
}
