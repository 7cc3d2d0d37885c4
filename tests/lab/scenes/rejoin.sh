# SPDX-License-Identifier: MIT
# limit: 160
# Three speakers on one adapter; the first is switched off and on again, so that its link is now
# the newest of the three. Packets that leave together go one after the other over the air: in
# the same order as before, or all three would be heard at another time than they were.
# shellcheck shell=bash disable=SC2154

bus_up
radio_up 4 --supervision 3
bluetoothd_up
for n in 1 2 3; do our_speaker $n "Speaker$n"; done
write_profile "$here/three.conf" 'One 1' 'Two 2' 'Three 3'
without_a_clock "$here/three.conf"
fanfare_up "$here/three.conf"
all_play 60 One Two Three
sleep 5
anew 1 2 3
sleep 12
air power hci1 off
sleep 8
air power hci1 on
size=$(stat -c %s "$here/rec1.cap")
returned() { [ "$(stat -c %s "$here/rec1.cap")" -gt $((size + 60000)) ]; }
within 25 returned
want 'seconds to return' "$took" '<=' 10
sleep 15
for n in 1 2 3; do stop speaker$n; done
stop fanfare
back_in_place 2 1 3
