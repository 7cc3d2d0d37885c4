# SPDX-License-Identifier: MIT
# limit: 200
# bluetoothd dies in mid-stream and is started again: all come back by themselves, each in its
# place in time.
# shellcheck shell=bash disable=SC2154

bus_up
radio_up 4
bluetoothd_up
for n in 1 2 3; do our_speaker $n "Speaker$n"; done
programme_up
write_profile "$here/three.conf" 'One 1' 'Two 2' 'Three 3'
fanfare_up "$here/three.conf"
all_play 60 One Two Three
sleep 12
anew 1 2 3
sleep 12
stop bluetoothd KILL
sleep 3
size=$(stat -c %s "$here/rec3.cap")
bluetoothd_up
stop agent
speakers_agree
grown() { for n in 1 2 3; do [ "$(stat -c %s "$here/rec$n.cap")" -gt $((size + 60000)) ] || return 1; done; }
within 40 grown
want 'seconds to return' "$took" '<=' 10
sleep 12
for n in 1 2 3; do stop speaker$n; done
stop fanfare
stop programme
back_in_place 1 2 3
