# SPDX-License-Identifier: MIT
# limit: 240
# A minute of programme material on three speakers of one adapter: nothing is lost, it is the
# programme, and they keep together, the last ten seconds like the first.
# shellcheck shell=bash disable=SC2154

bus_up
radio_up 4
bluetoothd_up
for n in 1 2 3; do our_speaker $n "Speaker$n"; done
programme_up
write_profile "$here/three.conf" 'One 1' 'Two 2' 'Three 3'
fanfare_up "$here/three.conf"
all_play 60 One Two Three
sleep 15 # until clocks are known
anew 1 2 3
sleep 62
air stats >"$out/stats"
for n in 1 2 3; do stop speaker$n; done
stop fanfare
stop programme
heard 0 1 2 3
skews 0.023 1 2 3
