# SPDX-License-Identifier: MIT
# limit: 150
# The shipped example with this lab's addresses, on speakers that report 80, 180 and 260 ms:
# the sound that arrives shows the delays, the volumes and the channels asked for. Each has an
# adapter of its own, so that the air's queue does not enter into the delays.
# shellcheck shell=bash disable=SC2154

bus_up
radio_up 6
bluetoothd_up
our_speaker 3 Patio -d 80
our_speaker 4 Backyard -d 180
our_speaker 5 Kitchen -d 260
programme_up
write_profile "$here/patio.conf" 'Patio 3/0 volume_db = -6.0; map = "stereo";' \
	'Backyard 4/1 volume_db = 0.0; map = "mono";' 'Kitchen 5/2 volume_db = -12.0; map = "swapped";'
fanfare_up "$here/patio.conf"
all_play 60 Patio Backyard Kitchen
sleep 20 # until clocks are known
anew 3 4 5
sleep 25
for n in 3 4 5; do stop speaker$n; done
stop fanfare
stop programme
declare -A f
heard 0 3 4 5
judge_into f match "$programme" "$here/rec3.wav"
want 'Patio left dB' "${f[left_from_left_db]:-}+6" '<=' 0.1
want 'Patio left dB' "${f[left_from_left_db]:-}+6" '>=' -0.1
want 'Patio right dB' "${f[right_from_right_db]:-}+6" '<=' 0.1
want 'Patio right dB' "${f[right_from_right_db]:-}+6" '>=' -0.1
want 'Patio left from right dB' "${f[left_from_right_db]:-}" '<' -40
judge_into f match "$programme" "$here/rec4.wav"
want 'Backyard from left dB' "${f[left_from_left_db]:-}-(${f[left_from_right_db]:-})" '<=' 0.1
want 'Backyard from left dB' "${f[left_from_left_db]:-}-(${f[left_from_right_db]:-})" '>=' -0.1
want 'Backyard from left dB' "${f[left_from_left_db]:-}+6.02" '<=' 0.1
want 'Backyard from left dB' "${f[left_from_left_db]:-}+6.02" '>=' -0.1
judge_into f packets "$here/rec4.cap"
want 'Backyard mono packets of all' "${f[mono]:-}-${f[packets]:-}" == 0
judge_into f match "$programme" "$here/rec5.wav"
want 'Kitchen left from right dB' "${f[left_from_right_db]:-}+12" '<=' 0.1
want 'Kitchen left from right dB' "${f[left_from_right_db]:-}+12" '>=' -0.1
want 'Kitchen right from left dB' "${f[right_from_left_db]:-}+12" '<=' 0.1
want 'Kitchen right from left dB' "${f[right_from_left_db]:-}+12" '>=' -0.1
# Who is quick to play gets its sound later.
judge_into f skew "$here/rec5.cap" "$here/rec3.cap"
want 'Patio after Kitchen ms' "${f[skew_ms]:-}" '>=' 179
want 'Patio after Kitchen ms' "${f[skew_ms]:-}" '<=' 181
judge_into f skew "$here/rec5.cap" "$here/rec4.cap"
want 'Backyard after Kitchen ms' "${f[skew_ms]:-}" '>=' 79
want 'Backyard after Kitchen ms' "${f[skew_ms]:-}" '<=' 81
