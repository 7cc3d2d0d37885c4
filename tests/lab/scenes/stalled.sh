# SPDX-License-Identifier: MIT
# limit: 200
# One speaker takes nothing for ten seconds: it loses that time and no more, and is where it
# was afterwards, to the frame; the others have no gap. What its adapter gave up is counted.
# shellcheck shell=bash disable=SC2154

bus_up_with_our_name
radio_up 4
bluetoothd_up
for n in 1 2 3; do our_speaker $n "Speaker$n"; done
programme_up
write_profile "$here/three.conf" 'One 1' 'Two 2' 'Three 3'
fanfare_up "$here/three.conf"
all_play 60 One Two Three
sleep 20 # until clocks are known
anew 1 2 3
sleep 12
before=$(drops_of Two)
air stall hci2 10
sleep 26
dropped=$(($(drops_of Two) - before))
for n in 1 3; do
	name=(- One - Three)
	want "drops told of $n" "$(drops_of "${name[n]}")" == 0
done
for n in 1 2 3; do stop speaker$n; done
stop fanfare
stop programme
declare -A packets
judge_into packets packets "$here/rec2.cap"
tell 'packets lost by 2' "${packets[lost]:-}"
want 'of them told' "$dropped / (${packets[lost]:-0})" '>=' 0.95
want 'of them told' "$dropped / (${packets[lost]:-0})" '<=' 1.05
heard 0 1 3
back_in_place 1 2
