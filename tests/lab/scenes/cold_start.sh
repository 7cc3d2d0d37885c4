# SPDX-License-Identifier: MIT
# limit: 150
# From nothing to sound: three speakers that the computer has never seen, on one adapter.
# Fanfare finds, pairs, trusts and connects them, and they play the programme.
# shellcheck shell=bash disable=SC2154

bus_up
radio_up 4
bluetoothd_up
bluealsa_speaker 1 Patio
bluealsa_speaker 2 Backyard
pulse_speaker 3 Kitchen
programme_up
write_profile "$here/cold.conf" 'Patio 1' 'Backyard 2' 'Kitchen 3'
fanfare_up "$here/cold.conf"
all_play 60 Patio Backyard Kitchen
of_hci0 >"$out/objects"
tell 'seconds to sound' "$took"
for n in 1 2 3; do
	for property in Paired Trusted Connected; do
		answers "$(device_path 0 $n)" Device1 $property true || wrong+=("speaker $n is not ${property,,}")
	done
done
sleep 30
air stats >"$out/stats"
stop fanfare
stop aplay1
stop aplay2
stop_recording 3
# What is heard is the programme. Whether it is whole, for a minute, is for three_speakers to say.
declare -A f
for n in 1 2 3; do
	longest "$n"
	judge_into f match "$programme" "$here/rec$n.wav" 16
	want "correlation $n" "${f[correlation]:-}" '>=' 0.99
	tell "worst second $n" "${f[worst]:-}"
done
