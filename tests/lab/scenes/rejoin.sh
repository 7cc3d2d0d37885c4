# SPDX-License-Identifier: MIT
# limit: 160
# Three speakers on one adapter; the first is switched off and on again, so that its link is now
# the newest of the three. Packets that leave together go one after the other over the air: each
# speaker's as often first, second and third, whenever it came, or they would be heard some
# milliseconds apart, and at other times than before.
# shellcheck shell=bash disable=SC2154

declare -A f
three_on_one_adapter
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
# and the three sound together, with all of them there, before and after
for n in 1 3; do
	judge_into f skew "$here/rec2.cap" "$here/rec$n.cap"
	for end in first last; do
		want "frames $n is later, $end 10 s" "${f[skew_${end}10_frames]:-99}" '<=' 1
		want "frames $n is later, $end 10 s" "${f[skew_${end}10_frames]:-99}" '>=' -1
	done
done
