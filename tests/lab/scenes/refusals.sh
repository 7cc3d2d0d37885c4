# SPDX-License-Identifier: MIT
# limit: 260
# What cannot be measured is refused in words that tell what to do, changes nothing, and the music
# comes back: no microphone, noise, an overdriven microphone, a speaker that is switched off midway.
# What stands in a speaker's way is warned of.
# shellcheck shell=bash disable=SC2154

microphone=alsa:hw:Loopback,1,1

# refused NAME WORDS ADVICE [MICROPHONE]
refused()
{
	note "--- $1"
	fanfare measure "${4:-$microphone}" >"$out/$1.out" 2>"$out/$1.err" && wrong+=("$1: it was measured")
	note "$(tail -n 1 "$out/$1.err")"
	tail -n 1 "$out/$1.err" >"$here/said"
	want_line "$1" "$here/said" "$2"
	want_line "$1, what to do" "$here/said" "$3"
	fanfare status --json >"$out/$1.json"
	grep -q '"measured": "[0-9]' "$out/$1.json" && wrong+=("$1: something was applied")
}

bus_up_with_our_name
radio_up 6
bluetoothd_up
microphone_up 2 3=130 4=245
our_speaker 3 Speaker3 -d 150 -t "$here/room3.fifo"
our_speaker 4 Speaker4 -d 200 -t "$here/room4.fifo"
write_profile "$here/refusals.conf" 'One 3/0' 'Two 4/1'
without_a_clock "$here/refusals.conf"
fanfare_up "$here/refusals.conf"
all_play 60 One Two
sleep 3
room_so_far start 3 4
sleep 6
room_so_far before 3 4
refused nothing '^fanfare: no microphone: There is no .*Nowhere' 'plug it in, or see .arecord -l' alsa:hw:Nowhere
room noise -12
room loud -30
refused noise 'nothing stands out of the noise' 'turn the speakers up, move the microphone nearer'
room noise -50
room loud 0
room gain 40
refused overdriven 'the microphone is overdriven' 'turn the microphone down'
room gain 0
(sleep 4 && echo off 4 >"$here/room.words") &
refused off '^fanfare: Two: it was not heard, though others were' 'see that it is on'
want_line 'it was off' "$out/microphone.log" '^off 4: done'
room on 4
sleep 2 # the music comes back
room_so_far while 3 4
sleep 6
room_so_far after 3 4
note '--- in the way'
room block 4 18
fanfare measure "$microphone" >"$out/way.out" 2>"$out/way.err" || wrong+=("in the way: $(tail -n 1 "$out/way.err")")
note "$(cat "$out/way.out")"
want_line 'in the way' "$out/way.out" '^Two.*something may stand between it and the microphone: clear the way'
for n in 3 4; do stop speaker$n; done
stop fanfare
stop microphone
want_line 'a microphone that never ran dry' "$out/microphone.log" 'ran dry 0 times, frames too late 0$'
true_skew before 3 4
before=$true_skew
true_skew after 3 4
want 'skew changed by ms' "$true_skew - ($before)" '<=' 0.05
want 'skew changed by ms' "$true_skew - ($before)" '>=' -0.05
declare -A f
for n in 3 4; do
	judge_into f match "$programme" "$here/after$n.wav"
	want "music at $n again" "${f[correlation]:-}" '>=' 0.99
	judge_into f gaps "$here/after$n.wav"
	want "gaps $n" "${f[gaps]:-}" == 0
done
