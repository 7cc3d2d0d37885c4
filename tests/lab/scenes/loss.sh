# SPDX-License-Identifier: MIT
# limit: 180
# Five of a hundred packets to one speaker are lost on the air and sent again: nobody hears it.
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
air loss hci0 hci2 5
sleep 26
air stats >"$out/stats"
for n in 1 2 3; do stop speaker$n; done
stop fanfare
stop programme
again=$(sed -n 's/^link from=.*:00 to=.*:02 .*retransmissions=\([0-9]*\).*/\1/p' "$out/stats")
want 'sent again to 2' "$again" '>' 10
heard 0 1 2 3
