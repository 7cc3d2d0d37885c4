# SPDX-License-Identifier: MIT
# limit: 180
# Pairing by keyboard alone: a console in tmux is given keys and is read, BlueZ is asked whether
# it is so. Just works, comparison, a passkey to be typed on the device (between BR/EDR devices the
# kernel leaves no other kind), a refusal from either side, nobody answering, a device that
# vanishes midway.
# shellcheck shell=bash disable=SC1091,SC2154

. /lab/inside/console.sh

bus_up
radio_up 7 --supervision 5
bluetoothd_up
printf 'version = 1;\nzones = ( { name = "Lab"; sources = (); speakers = ( { name = "Nothing"; output = "null"; } ); } );\n' \
	>"$here/none.conf"
console_up --profile "$here/none.conf"
names=(- Works Compare Types Refuses Sleeps Vanishes)
for n in 1 2 3 4 5 6; do our_speaker $n "${names[n]}"; done
keys F3
see '─ Devices ─'

# choose NAME: look until it is there, and put the cursor on it.
choose()
{
	keys /
	keys C-u
	types "$1"
	keys Enter
	if ! shows "[○●◐] $1 "; then
		keys s
		see "[○●◐] $1 " 20
		keys s
	fi
	lose 'looking, '
	see "^>[○●◐] $1 "
}

is() { answers "$(device_path 0 "$1")" Device1 "$2" true; }

# paired N: BlueZ and the speaker itself say so of what the screen calls connected.
paired()
{
	local what
	see "[●] ${names[$1]} .*connected" 30
	for what in Paired Trusted Connected; do
		within 10 is "$1" $what || wrong+=("${names[$1]} is not $what")
	done
	within 10 grep -q configured "$out/speaker$1.log" || wrong+=("${names[$1]} was given no stream")
	took_part=$((took_part + 1))
}

# unpaired N: nothing is left of it, neither a window nor work that goes on.
unpaired()
{
	lose 'Pairing ─' 5
	lose 'X stops'
	is "$1" Paired && wrong+=("${names[$1]} is paired")
	took_part=$((took_part + 1))
}

# The number in the window.
code() { screen | grep -oE '│ +[0-9]{6} ' | tr -dc 0-9; }
far_code() { screen far | grep -oE "$1 [0-9]{6}" | tail -n 1 | tr -dc 0-9; }

took_part=0

note '--- just works'
choose Works
keys p
paired 1

note '--- comparison'
far_up DisplayYesNo
choose Compare
keys p
see 'Does it show this number'
far_says 'Confirm passkey [0-9]{6} .yes/no'
want 'numbers that differ' "$(code)-$(far_code passkey)" == 0
want 'digits to compare' "$(code | wc -c)" == 6
keys y
far_types yes
far_says 'Authorize service' && far_types yes
paired 2
far_down

note '--- a passkey that is typed on the device'
far_up KeyboardOnly
choose Types
keys p
see 'Type this on it'
far_says 'Enter passkey'
far_types "$(code)"
far_says 'Authorize service' && far_types yes
paired 3
far_down

note '--- a refusal over there, and one here'
far_up DisplayYesNo
choose Refuses
keys p
see 'Does it show this number'
far_says 'Confirm passkey'
keys y
far_types no
see 'Refuses.* (refuse|could not be paired|broke the pairing off)'
unpaired 4
keys p
see 'Does it show this number'
keys n
unpaired 4

note '--- nobody answers'
choose Sleeps
keys p
see 'Does it show this number'
first=$(screen | grep -oE '[0-9]+ s left' | tr -dc 0-9)
sleep 5
second=$(screen | grep -oE '[0-9]+ s left' | tr -dc 0-9)
want 'seconds counted down in 5' "$first-$second" '>=' 4
want 'seconds counted down in 5' "$first-$second" '<=' 6
sleep 18 # looking at a screen costs more than waiting
see 'nobody answered in time|did not finish the pairing in time' 40
unpaired 5

note '--- it vanishes midway'
choose Vanishes
keys p
see 'Does it show this number'
air power 6 off
see 'no longer waits|broke the pairing off|does not answer|stopped answering|could not be paired' 40
unpaired 6
far_down

tell 'ways to pair and not to' "$took_part"
shows 'F3 Devices' || wrong+=('the console is gone')
keys q
