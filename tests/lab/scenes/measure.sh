# SPDX-License-Identifier: MIT
# limit: 400
# Three speakers take other times to play than they report, and stand in a room: a microphone
# there hears them, `fanfare measure` aligns them by it, and what was sounding at their cones
# tells how far apart they were, and are. One of them goes and comes back: then it alone is checked.
# shellcheck shell=bash disable=SC2154

bus_up_with_our_name
radio_up 6 --supervision 5
bluetoothd_up
microphone_up 2 3=130 4=245 5=181
our_speaker 3 Speaker3 -d 150 -t "$here/room3.fifo"
our_speaker 4 Speaker4 -d 200 -t "$here/room4.fifo"
our_speaker 5 Speaker5 -d 180 -t "$here/room5.fifo"
programme_up
write_profile "$here/measure.conf" 'One 3/0' 'Two 4/1' 'Three 5/2'
fanfare_up "$here/measure.conf"
all_play 60 One Two Three
sleep 20 # until clocks are known
room_so_far start 3 4 5
sleep 12
room_so_far before 3 4 5
note measuring
fanfare measure alsa:hw:Loopback,1,1 >"$out/measure.out" 2>"$out/measure.err" ||
	wrong+=("fanfare measure: $(tail -n 1 "$out/measure.err")")
note "$(cat "$out/measure.out")"
sleep 4 # the music comes back
room_so_far while 3 4 5
sleep 12
room_so_far after 3 4 5
fanfare measure undo || wrong+=('the result cannot be taken back')
sleep 4
room_so_far while 3 4 5
sleep 12
room_so_far undone 3 4 5
fanfare measure redo || wrong+=('the result cannot be put in force again')
in_doubt() { fanfare status | grep -q '^  Two .*in time? reconnected'; }
in_doubt && wrong+=('Two is in doubt before it went')
air power hci4 off
sleep 8
air power hci4 on
within 40 in_doubt || wrong+=('Two does not say that it reconnected')
sleep 8
fanfare measure speaker Two alsa:hw:Loopback,1,1 >"$out/check.out" 2>"$out/check.err" ||
	wrong+=("fanfare measure speaker: $(tail -n 1 "$out/check.err")")
note "$(cat "$out/check.out")"
in_doubt && wrong+=('Two is in doubt after it was checked')
sleep 4
room_so_far while 3 4 5
sleep 12
room_so_far again 3 4 5
for n in 3 4 5; do stop speaker$n; done
stop fanfare
stop microphone
stop programme
rm -f "$here"/{start,while}[345].wav
want_line 'verified' "$out/measure.out" '^verified: within 0\.[01]'
want_line 'checked' "$out/check.out" '^checked'
want_line 'a microphone that never ran dry' "$out/microphone.log" 'ran dry 0 times, frames too late 0$'
declare -A late=([3]="$(sed -n 's/^One\t\([-+.0-9]*\) ms.*/\1/p' "$out/measure.out")"
	[4]="$(sed -n 's/^Two\t\([-+.0-9]*\) ms.*/\1/p' "$out/measure.out")"
	[5]="$(sed -n 's/^Three\t\([-+.0-9]*\) ms.*/\1/p' "$out/measure.out")")
for pair in '3 4' '3 5' '4 5'; do
	read -r a b <<<"$pair"
	true_skew before "$a" "$b"
	before=$true_skew
	tell "before $a-$b ms" "$before"
	want "measured $a-$b wrong by ms" "${late[$b]:-99} - (${late[$a]:-0}) - ($before)" '<=' 0.2
	want "measured $a-$b wrong by ms" "${late[$b]:-99} - (${late[$a]:-0}) - ($before)" '>=' -0.2
	true_skew after "$a" "$b"
	want "skew $a-$b ms" "$true_skew" '<=' 0.2
	want "skew $a-$b ms" "$true_skew" '>=' -0.2
	true_skew undone "$a" "$b"
	want "undone $a-$b ms" "$true_skew - ($before)" '<=' 0.05
	want "undone $a-$b ms" "$true_skew - ($before)" '>=' -0.05
	true_skew again "$a" "$b"
	want "checked $a-$b ms" "$true_skew" '<=' 0.2
	want "checked $a-$b ms" "$true_skew" '>=' -0.2
done
