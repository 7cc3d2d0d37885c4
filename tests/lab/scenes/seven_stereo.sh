# SPDX-License-Identifier: MIT
# limit: 200
# Seven stereo speakers at the best quality would need 1,809 slots a second, of the 1,600 there
# are. What gives way is the bitpool, by as much for each, as soon as the last has joined; the
# music is whole.
# shellcheck shell=bash disable=SC1091,SC2154

. /dev/shm/inside/seven.sh
seven_up stereo
sleep 5
seven_listen 40
seven_judge
# BlueZ 5.66 asks for packets of 672 bytes, which cost as many slots as those of 1,021
enough=40
grep -q 'Seven: playing .*MTU 672' "$out/fanfare.log" && enough=24
want 'packets in mono' "$mono" == 0
want 'packets of the least served' "$fewest" '>' 1000
want 'best bitpool' "$most" '<' 53
want 'least bitpool' "$least" '>=' "$enough"
want 'spread of bitpools' "$most-$least" '<=' 4
want 'packets lost' "$lost" == 0
want gaps "$gaps" == 0
