# SPDX-License-Identifier: MIT
# limit: 180
# A newcomer's way by keys alone, each of them read off the screen: from an empty console to three
# speakers that play what was chosen, in a profile that was saved. All four controllers belong to
# one computer here, so the newcomer says first which of them is the adapter: three keys more than
# in a house.
# shellcheck shell=bash disable=SC1091,SC2154

. /lab/inside/console.sh

bus_up
radio_up 4
bluetoothd_up
our_speaker 1 Patio
our_speaker 2 Backyard
our_speaker 3 Kitchen
programme_up 44100
export XDG_CONFIG_HOME=$here/config XDG_STATE_HOME=$here/state # nobody was here before
pressed=0
press() { keys "$@" && pressed=$((pressed + $#)); }
from=$(cut -d' ' -f1 /proc/uptime)

console_up
stop agent
speakers_agree
see 'then press s'
press a
see '[│|] *hci0'
press Down Enter
lose 'all adapters'
press s
for name in Patio Backyard Kitchen; do see "[○●◐] $name " 30; done
see 'Enter makes the selected one a speaker'
for n in 1 2 3; do
	press Enter
	see 'is a speaker now'
	[ $n = 3 ] || press Down
	sleep 1
done
see '3/3 up' 60
see 'F5'
press F5
see 's chooses'
press s
see 'DEV=1'
for _ in 1 2 3 4 5 6; do
	shows '>.*ALSA .*DEV=1' && break
	press Down
	sleep 0.5
done
press Enter
see 'w saves it'
press w
see 'Save as'
types Party
press Enter
see 'profile Party '
see 'Party +plays'
tell 'seconds of a newcomer' "$(echo "$(cut -d' ' -f1 /proc/uptime) $from" | awk '{ printf "%.0f", $1 - $2 }')"
want 'keys beyond the name' "$pressed" '<=' 20
want 'active transports' "$(playing)" == 3
cp -r "$here/config" "$out/"
profile=$here/config/fanfare/profiles/Party.conf
fanfare profile check "$profile" >"$out/check.log" 2>&1 || wrong+=('the profile that was saved is not good')
for n in 1 2 3; do want_line "speaker $n saved" "$profile" "address = \"$(address $n)\""; done
want_line 'source saved' "$profile" 'device = "hw:CARD=Loopback,DEV=1'

# What was chosen is what is heard.
sleep 2
anew 1 2 3
sleep 8
for n in 1 2 3; do stop speaker$n; done
keys Q
see 'Stop the music'
keys y
declare -A f
for n in 1 2 3; do
	judge_into f decode "$here/rec$n.cap" "$here/rec$n.wav"
	judge_into f match "$programme" "$here/rec$n.wav"
	want "correlation $n" "${f[correlation]:-}" '>=' 0.99
done
