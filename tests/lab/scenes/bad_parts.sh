# SPDX-License-Identifier: MIT
# limit: 300
# Devices that are not there or are in use, a command that fails and one that writes garbage, a
# FIFO without a writer, profiles full of errors: each is named in words, and the Bluetooth
# speaker beside them plays on without a gap.
# shellcheck shell=bash disable=SC2154

# refused WORDS FILE: fanfare profile check fails, naming the file (and the line, where there
# are lines) with WORDS.
refused()
{
	local words=$1 file=$2 said
	said=$(fanfare profile check "$file" 2>&1) && wrong+=("$(basename "$file") passes the check")
	echo "$said" | cut -c1-300 | head -n 5 >>"$out/check.log"
	[[ $said == *"$(basename "$file"):"*"$words"* ]] || wrong+=("of $(basename "$file"), \"$words\" is not said")
	checked=$((checked + 1))
}

bad_profile() { # NAME SPEAKERS
	printf 'version = 1;\nzones = ( { name = "Lab";\n sources = ( { type = "tone"; } );\n speakers = (\n%s\n); } );\n' \
		"$2" >"$here/$1.conf"
}

checked=0
one='{ name = "A"; output = "null"; }'
bad_profile type '{ name = "A"; output = "null"; volume_db = "loud"; }'
refused '5: volume_db: expected a number' "$here/type.conf"
bad_profile brace '{ name = "A"; output = "null"; '
refused '6: expected }' "$here/brace.conf"
bad_profile twice "$one, $one"
refused '5: the speaker name "A" is taken' "$here/twice.conf"
bad_profile map '{ name = "A"; output = "null"; map = "sterio"; }'
refused '5: map: "sterio" is not known' "$here/map.conf"
bad_profile nan '{ name = "A"; output = "null"; volume_db = nan; }'
refused '5: expected a number' "$here/nan.conf"
head -c 10000000 /dev/urandom >"$here/noise.conf"
refused 'no profile' "$here/noise.conf"
tell 'profiles refused' "$checked"
rm "$here/noise.conf"

bus_up
radio_up 2
bluetoothd_up
our_speaker 1 Speaker1
start holder arecord -q -D hw:Loopback,1,1 -f cd /dev/null
start player aplay -q -D hw:Loopback,0,2 -f cd /dev/zero
mkfifo "$here/unfed"
export XDG_CONFIG_HOME=$here/config XDG_STATE_HOME=$here/state
mkdir -p "$here/config/fanfare/profiles"
cat >"$here/config/fanfare/profiles/Lab.conf" <<END
version = 1;
zones = ( { name = "Lab"; sources = (
    { type = "command"; command = "exec tail -c +45 $programme"; name = "Programme"; },
    { type = "alsa"; device = "hw:CARD=Nowhere"; name = "Absent"; },
    { type = "alsa"; device = "hw:CARD=Loopback,DEV=1,SUBDEV=1"; name = "Held"; },
    { type = "command"; command = "echo no such station >&2; exit 3"; name = "Failing"; },
    { type = "command"; command = "head -c 400003 /dev/urandom; exec sleep 1000"; format = "float"; name = "Garbage"; },
    { type = "fifo"; path = "$here/unfed"; name = "Unfed"; } );
  speakers = (
    { name = "One"; output = "bluetooth"; address = "$(address 1)"; adapter = "$(address 0)"; },
    { name = "Nocard"; output = "alsa"; device = "hw:CARD=Nowhere"; },
    { name = "Taken"; output = "alsa"; device = "hw:CARD=Loopback,DEV=0,SUBDEV=2"; },
    { name = "Nofile"; output = "file"; path = "$here/nowhere/to.wav"; } ); } );
END
cp "$here/config/fanfare/profiles/Lab.conf" "$out/"
sed 's/output = "alsa"/output = "alza"/' "$out/Lab.conf" >"$here/config/fanfare/profiles/Bad.conf"

fanfare_up Lab
all_play 60 One
sleep 6
anew 1
sleep 20
log=$out/fanfare.log
want_line 'an input not there' "$log" 'Absent: .*no sound input "hw:CARD=Nowhere"'
want_line 'an input in use' "$log" 'Held: .*"hw:CARD=Loopback,DEV=1,SUBDEV=1" is in use by arecord'
want_line 'a command that ends' "$log" 'Failing: .*"echo .* ended with status 3: no such station'
want_line 'a command with garbage' "$log" 'Garbage: .*writes no sound now'
want_line 'a FIFO without writer' "$log" "Unfed: .*No one writes to \"$here/unfed\""
want_line 'an output not there' "$log" 'Nocard: .*no sound output "hw:CARD=Nowhere"'
want_line 'an output in use' "$log" 'Taken: .*"hw:CARD=Loopback,DEV=0,SUBDEV=2" is in use by aplay'
want_line 'a file that cannot be' "$log" "Nofile: .*no folder for \"$here/nowhere/to.wav\""
want 'lines in the log' "$(wc -l <"$log")" '<=' 60
stop holder
stop player
freed() { grep -q 'Held: playing' "$log" && grep -q 'Taken: playing' "$log"; }
within 45 freed || wrong+=('what was in use and is free now is not used')
stop speaker1
stop fanfare
heard 0 1

# The console, as a person would use it: F5, the first of the list, which is Bad; Enter.
our_speaker 1 Speaker1
mkfifo "$here/keys"
exec 7<>"$here/keys"
console()
{
	TERM=xterm exec script -qfc 'stty cols 150 rows 40; exec fanfare --profile Lab' \
		"$out/console.typescript" <"$here/keys" >/dev/null
}
# it knows the computer by now, and nobody need be asked
put "$(device_path 1 0)" Device1 Trusted true
start console console
sleep 2
stop agent KILL
speakers_agree
plays() { [ "$(playing)" = 1 ]; }
within 60 plays || wrong+=('no sound with the console')
sleep 6
anew 1
sleep 3
printf '\033[15~' >&7
sleep 2
printf 'kkkkkk' >&7
sleep 2
printf '\r' >&7
answered() { grep -aq 'Bad.conf:[0-9]*: ' "$out/console.typescript"; }
within 15 answered || wrong+=('the console does not say what is wrong with Bad.conf')
sleep 10
want 'speakers after a bad profile' "$(playing)" == 1
stop speaker1
stop console
heard 0 1
