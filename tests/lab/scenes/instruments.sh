# SPDX-License-Identifier: MIT
# limit: 120
# The lab measures itself first: without Fanfare, BlueALSA plays to a speaker of ours, to
# BlueALSA's and to PulseAudio's, all over one adapter, and the judge finds the programme.
# shellcheck shell=bash disable=SC2154

bus_up
radio_up 4
bluetoothd_up
our_speaker 1 Ours
bluealsa_speaker 2 Theirs
pulse_speaker 3 Third
start source bluealsa -B source -i hci0 -p a2dp-source --a2dp-force-audio-cd
speakers_agree
put /org/bluez/hci0 Adapter1 Powered true
start search bluetoothctl --timeout 60 scan on
for n in 1 2 3; do
	within 30 answers "$(device_path 0 $n)" Device1 Address "$(address $n)" || give_up "hci0 does not find $n"
done
stop search
# BlueZ 5.66 as a sink can lose the first connection to a source it has never seen.
connected()
{
	bluetoothctl connect "$(address "$1")" >>"$out/pair.log" 2>&1
	sleep 1
	has_stream "$1" && return
	bluetoothctl disconnect "$(address "$1")" >>"$out/pair.log" 2>&1
	sleep 1
	return 1
}

has_stream()
{
	objects | grep -q "'$(device_path 0 "$1")/[^']*fd[0-9]*'"
}

for n in 1 2 3; do
	bluetoothctl pair "$(address $n)" >>"$out/pair.log" 2>&1
	within 30 connected $n || give_up "hci0 does not connect to $n"
done
for n in 1 2 3; do
	start "play$n" aplay -q -D "bluealsa:SRV=org.bluealsa.source,DEV=$(address $n),PROFILE=a2dp" "$programme"
done
sleep 8
air stats >"$out/stats"
sleep 9
stop speaker1
stop aplay2
stop_recording 3
declare -A f
judge_into f packets "$here/rec1.cap"
want packets "${f[packets]:-}" '>' 500
want lost "${f[lost]:-}" == 0
judge_into f decode "$here/rec1.cap" "$here/rec1.wav"
for n in 1 2 3; do
	judge_into f match "$programme" "$here/rec$n.wav"
	want "correlation $n" "${f[correlation]:-}" '>=' 0.99
	want "left $n dB" "${f[left_from_left_db]:-}" '>' -0.1
	want "jumps $n" "${f[jumps]:-}" == 0
done
