# SPDX-License-Identifier: MIT
# limit: 280
# Seven stereo speakers at the best quality would need 1,809 slots a second, of the 1,600 there
# are. What gives way is the bitpool, by as much for each; the music goes on.
# shellcheck shell=bash disable=SC1091,SC2154

. /lab/inside/seven.sh
seven_up stereo
sleep 60
seven_listen 40
seven_judge
want 'packets in mono' "$mono" == 0
want 'best bitpool' "$most" '<' 53
want 'least bitpool' "$least" '>=' 24
want 'spread of bitpools' "$most-$least" '<=' 10
want 'packets lost of a thousand' "1000*$lost/($packets+$lost)" '<=' 2
want 'most lost by one' "$lost_most" '<=' 12
want 'longest gap ms' "$longest" '<=' 60
