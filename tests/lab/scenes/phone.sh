# SPDX-License-Identifier: MIT
# limit: 260
# A phone plays to us. It cannot come in before it is let in; then it is found, pairs, connects
# and plays, and is heard at a speaker; it pauses and goes on, goes out of range and comes back
# by itself. Its clock is 100 ppm off. Nothing but the phone is told anything in between.
# shellcheck shell=bash disable=SC2154

# phone_plays HOW: it says so itself, Fanfare says so, and it is heard, from here on.
phone_plays()
{
	within 30 plays_again || give_up "the phone does not play: $1"
	tell "seconds to play ($1)" "$took"
	sleep 30 # until its clock is known, by when packets come and nothing else
	anew 1
	sleep 10
	cp "$here/rec1.cap" "$here/$1.cap"
}

plays_again() { [ "$(grep -c 'Phone plays' "$out/fanfare.log")" -gt "$heard_of" ]; }
silent() { fanfare status | grep -q "$1"; }

bus_up_with_our_name
radio_up 3 --supervision 3
bluetoothd_up
our_speaker 1 Speaker1
start phone phone -a "$(address 2)" -t "$(address 0)" -i "$programme" -n Phone -p 100
within 15 grep -q 'ready on' "$out/phone.log" || give_up 'the phone did not start'
write_profile "$here/phone.conf" 'One 1'
sed -i "s#type = \"alsa\"; [^}]*#type = \"bluetooth\"; name = \"Guest\"; adapter = \"$(address 0)\"; #" "$here/phone.conf"
cp "$here/phone.conf" "$out/"
fanfare_up "$here/phone.conf"
all_play 60 One
stop agent KILL
heard_of=0

# The door is shut: nobody is found.
kill -s USR1 "${pids[phone]}"
sleep 8
want 'found before it was let in' "$(grep -c ' found$' "$out/phone.log")" == 0
start admit fanfare admit 60
phone_plays 'let in'
wait "${pids[admit]}" || wrong+=('fanfare admit did not say that it came in')
unset 'pids[admit]'
want_line 'who came in' "$out/admit.log" 'Phone'
answers /org/bluez/hci0 Adapter1 Discoverable false || wrong+=('hci0 is still found by everybody')
answers "$(device_path 0 2)" Device1 Trusted true || wrong+=('the phone is not trusted')
fanfare status >"$out/status"
want_line 'what plays' "$out/status" 'Phone plays, SBC 44.1 kHz joint stereo, bitpool 53'
fanfare devices >"$out/devices"
grep "$(address 2)" "$out/devices" | grep -q speaker && wrong+=('the phone is taken for a speaker')

heard_of=$(grep -c 'Phone plays' "$out/fanfare.log")
kill -s USR2 "${pids[phone]}"
within 10 silent 'Phone is connected and does not play' || wrong+=('a pause is not said')
sleep 3
kill -s USR1 "${pids[phone]}"
phone_plays paused

heard_of=$(grep -c 'Phone plays' "$out/fanfare.log")
air power hci2 off
within 15 silent 'waiting for a phone' || wrong+=('that it has gone is not said')
sleep 3
air power hci2 on
phone_plays gone

stop speaker1
stop phone
stop fanfare
declare -A f
for how in 'let in' paused gone; do
	judge_into f packets "$here/$how.cap"
	want "lost ($how)" "${f[lost]:-}" == 0
	judge_into f decode "$here/$how.cap" "$here/$how.wav"
	judge_into f match "$programme" "$here/$how.wav"
	want "correlation ($how)" "${f[correlation]:-}" '>=' 0.99
	# of a second in which it moves by 0.1 ms anyway
	want "worst second ($how)" "${f[worst]:-}" '>=' 0.97
	# by the phone's clock, which is 100 ppm fast: 0.9 ms earlier in nine seconds
	moved="${f[lag_last_ms]:-99} - (${f[lag_first_ms]:-0})"
	want "moved ms ($how)" "$moved" '<=' -0.4
	want "moved ms ($how)" "$moved" '>=' -1.4
	judge_into f gaps "$here/$how.wav"
	want "gaps ($how)" "${f[gaps]:-}" == 0
done
