# SPDX-License-Identifier: MIT
# limit: 200
# One speaker takes nothing for ten seconds: it loses that time and no more, and is where it
# was afterwards, to the frame; the others have no gap.
# shellcheck shell=bash disable=SC2154

bus_up
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
air stall hci2 10
sleep 26
for n in 1 2 3; do stop speaker$n; done
stop fanfare
stop programme
heard 0 1 3
back_in_place 1 2
