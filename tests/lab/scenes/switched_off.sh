# SPDX-License-Identifier: MIT
# limit: 200
# A speaker is switched off in mid-stream and on again: the others play on without a gap, and
# within ten seconds of its return it plays too, in its place in time.
# Each has an adapter of its own: on one, who waits for whose packet would look like lateness.
# shellcheck shell=bash disable=SC2154

bus_up
radio_up 6 --supervision 5
bluetoothd_up
for n in 3 4 5; do our_speaker $n "Speaker$n"; done
programme_up
write_profile "$here/three.conf" 'One 3/0' 'Two 4/1' 'Three 5/2'
fanfare_up "$here/three.conf"
all_play 60 One Two Three
sleep 20 # until clocks are known
anew 3 4 5
sleep 12
air power hci5 off
sleep 20
air power hci5 on
packets_grow() { [ "$(stat -c %s "$here/rec5.cap")" -gt "$1" ]; }
size=$(stat -c %s "$here/rec5.cap")
within 25 packets_grow $((size + 60000))
want 'seconds to return' "$took" '<=' 10
sleep 12
for n in 3 4 5; do stop speaker$n; done
stop fanfare
stop programme
heard 0 3 4
back_in_place 3 5
