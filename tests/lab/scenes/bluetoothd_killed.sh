# SPDX-License-Identifier: MIT
# limit: 200
# bluetoothd dies in mid-stream and is started again: all come back by themselves, each in its
# place in time.
# Each has an adapter of its own: on one, who waits for whose packet would look like lateness.
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
sleep 12
stop bluetoothd KILL
sleep 3
size=$(stat -c %s "$here/rec5.cap")
bluetoothd_up
stop agent KILL
speakers_agree
grown() { for n in 3 4 5; do [ "$(stat -c %s "$here/rec$n.cap")" -gt $((size + 60000)) ] || return 1; done; }
within 40 grown
want 'seconds to return' "$took" '<=' 10
sleep 12
for n in 3 4 5; do stop speaker$n; done
stop fanfare
stop programme
back_in_place 3 4 5
