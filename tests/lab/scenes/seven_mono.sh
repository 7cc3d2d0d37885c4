# SPDX-License-Identifier: MIT
# limit: 240
# Seven mono speakers on one adapter: the air has room for them. All play at the best quality of
# mono, or a step below it where the emulation itself came late, and nothing is lost.
# shellcheck shell=bash disable=SC1091,SC2154

. /dev/shm/inside/seven.sh
seven_up mono
sleep 15
seven_listen 30
seven_judge
want 'packets in stereo' "$packets-$mono" == 0
want 'packets of the least served' "$fewest" '>' 600
want 'packets lost' "$lost" == 0
want gaps "$gaps" == 0
want 'least bitpool in use mostly' "$least" '>=' 30
