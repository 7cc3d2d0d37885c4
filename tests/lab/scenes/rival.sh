# SPDX-License-Identifier: MIT
# limit: 180
# Another sound daemon on the same adapter has the speaker: Fanfare says which, keeps trying,
# and plays as soon as the other has gone.
# shellcheck shell=bash disable=SC2154

bus_up
radio_up 2
bluetoothd_up
our_speaker 1 Speaker1
start rival bluealsa -B rival -i hci0 -p a2dp-source
within 10 on_bus org.bluealsa.rival || give_up 'the other daemon did not start'
speakers_agree
put /org/bluez/hci0 Adapter1 Powered true
start search bluetoothctl --timeout 30 scan on
within 30 answers "$(device_path 0 1)" Device1 Address "$(address 1)" || give_up 'hci0 does not find the speaker'
stop search
bluetoothctl pair "$(address 1)" >>"$out/pair.log" 2>&1
bluetoothctl trust "$(address 1)" >>"$out/pair.log" 2>&1
has_stream() { objects | grep -q "'$(device_path 0 1)/[^']*fd[0-9]*'"; }
taken() { bluetoothctl connect "$(address 1)" >>"$out/pair.log" 2>&1; within 3 has_stream; }
within 30 taken || give_up 'the other daemon does not get the speaker'
start theirs aplay -q -D "bluealsa:SRV=org.bluealsa.rival,DEV=$(address 1),PROFILE=a2dp" "$programme"
sleep 3

{
	echo 'version = 1;'
	echo 'zones = ( { name = "Lab"; sources = ( { type = "tone"; tone = "pink"; } );'
	echo "speakers = ( { name = \"One\"; output = \"bluetooth\"; address = \"$(address 1)\";"
	echo "    adapter = \"$(address 0)\"; } ); } );"
} >"$here/one.conf"
stop agent KILL
fanfare_up "$here/one.conf"
named() { grep -q ' One: .*BlueALSA' "$out/fanfare.log"; }
within 30 named || wrong+=('the log does not name BlueALSA')
tell 'seconds to a name' "$took"
tell said "\"$(grep -m 1 ' One: .*BlueALSA' "$out/fanfare.log" | cut -d' ' -f2-)\""
# Theirs plays on undisturbed while Fanfare asks again and again.
sleep 12
alive theirs || wrong+=('the other daemon lost its stream')
want 'times it is said' "$(grep -c ' One: .*BlueALSA' "$out/fanfare.log")" '<=' 2

stop theirs
stop rival
all_play 30 One
want 'seconds to sound after it left' "$took" '<=' 15
anew 1
sleep 5
stop speaker1
stop fanfare
declare -A f
judge_into f packets "$here/rec1.cap"
want packets "${f[packets]:-}" '>' 150
want lost "${f[lost]:-}" == 0
