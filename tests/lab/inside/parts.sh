# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # scene, out, here are scene.sh's
# The parts around Fanfare, all Debian's but the radio and our own speaker.
# hci0 is the computer with Fanfare, hci1 and on are the speakers.

bluetoothd_path=/usr/libexec/bluetooth/bluetoothd
bluez=org.bluez

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

bus_up()
{
	start dbus dbus-daemon --system --nofork --nopidfile
	within 10 test -S /run/dbus/system_bus_socket || give_up "no D-Bus"
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

bluealsa_there() { bluealsa-cli -B "hci$1" status >/dev/null 2>&1; }

# Debian's PulseAudio as a speaker on adapter N only: the bus keeps its user from the others.
pulse_speaker() # N NAME
{
	speaker_visible "$1" "$2"
	install -d -o pulse -g pulse -m 700 /run/pulse-home
	start pulse busybox su -s /bin/sh pulse -c "HOME=/run/pulse-home XDG_RUNTIME_DIR=/run/pulse-home \
		exec pulseaudio -n --daemonize=no --exit-idle-time=-1 --use-pid-file=no --disable-shm=yes \
		-L 'module-null-sink sink_name=room rate=44100' -L 'module-bluez5-discover headset=auto' \
		-L 'module-native-protocol-unix auth-anonymous=1 socket=/run/pulse-home/native'"
	within 10 test -S /run/pulse-home/native || give_up "PulseAudio did not start"
	start "record$1" pulse_record "$1"
}

# Waits for the stream to come, then records it.
pulse_record()
{
	local source
	export PULSE_SERVER=/run/pulse-home/native
	while :; do
		source=$(pactl list short sources 2>/dev/null | awk '/bluez_source/ { print $2; exit }')
		[ -z "$source" ] || parecord --device="$source" --file-format=wav --rate=44100 --channels=2 "$here/rec$1.wav"
		sleep 0.5
	done
}

stop_recording()
{
	stop "record$1"
	pkill -x parecord
	sleep 0.5
}

# Ours, writing down each packet to recN.cap.
our_speaker() # N NAME [OPTION...]
{
	local n=$1 name=$2
	shift 2
	start "speaker$n" speaker -a "$(address "$n")" -n "$name" -o "$here/rec$n.cap" "$@"
	within 15 grep -q 'ready on' "$out/speaker$n.log" || give_up "our speaker did not start on hci$n"
}

# Programme material played into the loopback card: hw:Loopback,1,0 is what Fanfare captures.
programme_up() # SECONDS
{
	judge programme "$here/programme.wav" "$1" || give_up "no programme"
	start programme aplay -q -D hw:Loopback,0,0 "$here/programme.wav"
}

fanfare_up() # PROFILE-FILE [OPTION...]
{
	start fanfare fanfare --headless --profile "$@"
}

# How many speakers play, by what BlueZ says of the transports of hci0.
playing()
{
	gdbus call --system --dest $bluez --object-path / \
		--method org.freedesktop.DBus.ObjectManager.GetManagedObjects 2>/dev/null |
		grep -o "'/org/bluez/hci0/[^']*/fd[0-9]*': {'org.bluez.MediaTransport1': {[^}]*'State': <'active'>" | wc -l
}

plays() { [ "$(playing)" -ge "$1" ]; }
