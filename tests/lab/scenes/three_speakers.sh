# SPDX-License-Identifier: MIT
# limit: 200
# A minute of programme material on three speakers: nothing is lost, it is the programme, and
# they keep together, the last ten seconds like the first. Each has an adapter of its own here:
# one adapter sends what it is given in one order, a packet of six slots after the other, and
# arrivals tell of that alone (seen of three: 165.1 and 330.0 frames after the first, where six
# and twelve slots are 165.4 and 330.8; of seven, the order changes by whole slots).
# shellcheck shell=bash disable=SC2154

bus_up
radio_up 6
bluetoothd_up
for n in 3 4 5; do our_speaker $n "Speaker$n"; done
programme_up
write_profile "$here/three.conf" 'One 3/0' 'Two 4/1' 'Three 5/2'
fanfare_up "$here/three.conf"
all_play 60 One Two Three
sleep 20 # until clocks are known
anew 3 4 5
sleep 62
air stats >"$out/stats"
for n in 3 4 5; do stop speaker$n; done
stop fanfare
stop programme
heard 0 3 4 5
skews 1 3 4 5
