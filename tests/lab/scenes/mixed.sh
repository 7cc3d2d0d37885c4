# SPDX-License-Identifier: MIT
# limit: 200
# One zone of unlike outputs: two Bluetooth speakers, a sound card whose clock is 50 ppm off, and a
# sink of PulseAudio, each with a latency that nobody tells, in one room. `fanfare measure` aligns
# them with each other, and what was sounding at the cones tells whether it is so.
# shellcheck shell=bash disable=SC2154

bus_up_with_our_name
radio_up 6
bluetoothd_up
pulse_up
export PULSE_SERVER=$pulse_server
amixer -q -c Loopback cset "iface=PCM,name='PCM Rate Shift 100000',device=1,subdevice=2" 100005 ||
	give_up 'the card keeps its clock'
microphone_up 2 3=130 4=245 6=35@hw:Loopback,1,2 7=60@raw
start monitor sh -c "exec parecord --raw --device=room.monitor --format=s16le --rate=44100 \
	--channels=2 --latency-msec=10 >$here/room7.fifo"
our_speaker 3 Speaker3 -d 150 -t "$here/room3.fifo"
our_speaker 4 Speaker4 -d 200 -t "$here/room4.fifo"
write_profile "$here/mixed.conf" 'One 3/0' 'Two 4/1'
sed -i 's|^); } );$|, { name = "Card"; output = "alsa"; device = "hw:Loopback,0,2"; },\
  { name = "Server"; output = "pulse"; device = "room"; }\n&|' "$here/mixed.conf"
without_a_clock "$here/mixed.conf"
fanfare_up "$here/mixed.conf"
all_play 60 One Two
for name in Card Server; do
	within 10 grep -q " $name: playing" "$out/fanfare.log" || give_up "$name does not play"
done
sleep 40 # until clocks are known, the slowest of them that of PulseAudio
room_so_far start 3 4 6 7
sleep 5
room_so_far before 3 4 6 7
note measuring
fanfare measure alsa:hw:Loopback,1,1 >"$out/measure.out" 2>"$out/measure.err" ||
	wrong+=("fanfare measure: $(tail -n 1 "$out/measure.err")")
note "$(cat "$out/measure.out")"
sleep 2 # the music comes back
room_so_far while 3 4 6 7
sleep 5
room_so_far after 3 4 6 7
fanfare status --json >"$out/status.json"
for n in 3 4; do stop speaker$n; done
stop fanfare
stop monitor
stop microphone
amixer -q -c Loopback cset "iface=PCM,name='PCM Rate Shift 100000',device=1,subdevice=2" 100000
rm -f "$here"/{start,while}[3467].wav
want_line 'verified' "$out/measure.out" '^verified: within 0\.[01]'
want_line 'a microphone that never ran dry' "$out/microphone.log" 'ran dry 0 times, frames too late 0$'
late_of() { sed -n "s/^$1\t\([-+.0-9]*\) ms.*/\1/p" "$out/measure.out"; }
declare -A late=([3]="$(late_of One)" [4]="$(late_of Two)" [6]="$(late_of Card)" [7]="$(late_of Server)")
for n in 4 6 7; do
	true_skew before 3 "$n"
	tell "before 3-$n ms" "$true_skew"
	want "measured 3-$n wrong by ms" "${late[$n]:-99} - (${late[3]:-0}) - ($true_skew)" '<=' 0.2
	want "measured 3-$n wrong by ms" "${late[$n]:-99} - (${late[3]:-0}) - ($true_skew)" '>=' -0.2
	true_skew after 3 "$n"
	want "skew 3-$n ms" "$true_skew" '<=' 0.2
	want "skew 3-$n ms" "$true_skew" '>=' -0.2
	late[$n]=$true_skew
done
for pair in '4 6' '4 7' '6 7'; do
	read -r a b <<<"$pair"
	want "skew $a-$b ms" "${late[$b]} - (${late[$a]})" '<=' 0.2
	want "skew $a-$b ms" "${late[$b]} - (${late[$a]})" '>=' -0.2
done
