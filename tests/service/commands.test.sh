#!/bin/bash
# SPDX-License-Identifier: MIT
# commands.test.sh - the commands for scripts: what they do, print and exit with.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/service/bus.sh
. tests/service/bus.sh

# run WORD... - sets out, err, rc
run()
{
	out=$("$program" "$@" 2>"$dir/err")
	rc=$?
	err=$(cat "$dir/err")
}
# fails STATUS PART WORD... - with that status, that on standard error, nothing on the other
fails()
{
	local status=$1 part=$2
	shift 2
	run "$@"
	is "$* (status)" "$rc" "$status"
	is "$* (standard output)" "$out" ''
	case $err in
	*"$part"*) ;;
	*) is "$* (standard error)" "$err" "… $part …" ;;
	esac
}
# prints TEXT WORD... - that, and 0
prints()
{
	local text=$1
	shift
	run "$@"
	is "$*" "$out" "$text"
	is "$* (status)" "$rc" 0
	is "$* (standard error)" "$err" ''
}
# tells PART WORD... - that somewhere in what it prints
tells()
{
	local part=$1
	shift
	run "$@"
	is "$* (status)" "$rc" 0
	case $out in
	*"$part"*) ;;
	*) is "$*" "$out" "… $part …" ;;
	esac
}

bus_up "$usual<policy context='default'><allow own='*'/><allow send_destination='*'/></policy>"

cat >"$dir/two.conf" <<'CONF'
version = 1;
zones = ( { name = "Zone"; sources = ( { type = "tone"; tone = "pink"; } );
	speakers = ( { name = "Patio"; output = "null"; }, { name = "Patina"; output = "null"; },
		{ name = "Küche \"1\""; output = "null"; volume_db = -6.0; } ); } );
CONF

# ---- nobody plays
for words in 'status' 'volume all' 'mute all' 'trim x' 'connect x' 'disconnect x' 'scan' \
	'pair 00:11:22:33:44:55' 'forget 00:11:22:33:44:55' 'measure alsa:x' 'profile load x' 'profile save' 'profile show' \
	'profile new x' 'add x' 'remove x' 'devices' 'source' 'source tone:tune' 'admit'; do
	# shellcheck disable=SC2086 # words are meant
	fails 1 'nothing plays' $words
done
tells Demo profile list
tells '"name": "Demo"' profile list --json
tells 'Patio-Backyard-Kitchen' profile show Patio-Backyard-Kitchen
fails 1 'no profile is called "Nowhere"' profile show Nowhere

# ---- what makes no sense, whether something plays or not
senseless()
{
	local words
	for words in 'volume' 'volume a b c' 'volume a abc' 'volume a -' 'volume all +x%' 'volume a 5 --loud' \
		'mute' 'mute a maybe' 'trim' 'trim a b' 'trim a 501' 'trim a nan' 'connect' \
		'scan soon' 'scan 0' 'scan --soon' 'pair' 'pair a b' 'forget' 'devices a' 'admit soon' 'admit 5' 'admit 60 x' \
		'measure' 'measure :x' 'measure a' 'measure a:b c d' 'measure telepathy:x' 'measure cancel now' \
		'measure speaker' 'measure speaker a b c' 'measure speaker a :x' \
		'add' 'add a b c d' 'remove' 'remove a b' 'source a' 'source :x' 'source tone:tune a b' \
		'status now' 'doctor me' 'profile' 'profile new' 'profile fly' 'profile check' 'profile load' \
		'profile list x' 'profile save a/b' 'profile delete a/b'; do
		# shellcheck disable=SC2086 # words are meant
		fails 2 'fanfare: ' $words
	done
	fails 2 'empty' profile load ''
	fails 2 'is no volume' volume a ''
}
senseless

# ---- help, wherever it is asked for
for words in '--help' '-h' 'help' 'volume --help' 'status --help'; do
	# shellcheck disable=SC2086 # words are meant
	tells 'fanfare volume SPEAKER' $words
done

# ---- somebody plays
fanfare_up --profile "$dir/two.conf"
within 100 sh -c "'$program' status | grep -q '3 of 3 speakers play'" || is 'three speakers' no yes
# a second one says so, and leaves it alone
fails 3 "plays already: process ${began[-1]}, as org.fanfare.Fanfare1 on the system bus" --headless --profile Demo
fails 3 'fanfare profile load' --headless
is 'what is said of it there' "$(grep -c 'another Fanfare' "$dir/log")" 0
tells 'profile two, ' status
tells 'zone Zone' status
tells '"name": "Küche \"1\""' status --json
prints $'Patio\t100%\t0.0 dB' volume Patio
prints '' volume Patio 50
prints $'Patio\t50%\t-20.0 dB' volume Patio
prints '' volume patio -12.5dB
prints $'Patio\t69%\t-12.5 dB' volume Patio
prints '' volume Patio +5%
prints $'Patio\t74%\t-10.5 dB' volume Patio
prints '' volume kü 0
prints $'Patio\t74%\t-10.5 dB\nPatina\t100%\t0.0 dB\nKüche "1"\t0%\tsilent' volume all
prints '' volume all 75%
prints $'Patio\t75%\t-10.0 dB\nPatina\t75%\t-10.0 dB\nKüche "1"\t75%\t-10.0 dB' volume all
senseless
fails 2 'is no volume' volume Patio loud
for value in 500 131 +13dB 20dB nan; do
	fails 2 'is no volume' volume Patio $value
done
fails 2 'at most 130 or +12dB' volume Patio 131
prints '' volume Patio 130
prints $'Patio\t130%\t+12.0 dB' volume Patio
prints '' volume Patio 75
for words in 'volume all' 'mute all' 'trim Patio' 'profile show' 'profile save'; do
	# shellcheck disable=SC2086 # words are meant
	fails 2 'fanfare: ' $words --json
done
fails 1 'may be Patio or Patina' volume Pati
fails 1 'no speaker "Shed" in profile two: Patio, Patina' volume Shed
prints '' mute Patio
prints $'Patio\t75%\t-10.0 dB\tmute' volume Patio
prints '' mute Patio toggle
prints $'Patio\t75%\t-10.0 dB' volume Patio
prints '' mute all on
tells 'all is muted' status
prints '' mute all off
prints '' trim Patina -12.5
prints $'Patina\t-12.5 ms' trim Patina
fails 1 'only Bluetooth speakers' connect Patio
fails 1 'bluetoothd does not answer; "fanfare doctor" looks why' scan 1
fails 1 'bluetoothd does not answer' pair 00:11:22:33:44:55
fails 1 'bluetoothd does not answer' forget 00:11:22:33:44:55
fails 1 'bluetoothd does not answer' admit 10

fails 1 'no measurement is under way' measure cancel
fails 1 'measure first' measure undo
fails 1 'no zone is called "Moon"' measure alsa:x Moon
fails 1 'no speaker "Shed"' measure speaker Shed alsa:x
fails 1 'nothing is in doubt' measure speaker Patio dismiss
fails 1 'name the microphone' measure speaker Patio
fails 1 'no other measured speaker plays in Zone' measure speaker Patio alsa:x
fails 1 'no microphone: There is no' measure "fifo:$dir/nobody-made-this"

# ---- profiles
prints '' profile save Mine
tells $'\tloaded' profile list
tells 'trim_ms = -12.5' profile show
fails 1 'no profile is called "Nowhere"' profile load Nowhere
fails 1 'there is no file "./nowhere.conf"' profile load ./nowhere.conf
echo 'version = 1; zones = 7;' >"$dir/bad.conf"
fails 1 'bad.conf:1' profile load "$dir/bad.conf"
fails 1 'bad.conf:1' profile check "$dir/bad.conf"
printf 'version = 1;\nzones = ( { name = "Z"; volume_db = "loud";\nspeakers = ( { name = 7; } ); } );\n' >"$dir/worse.conf"
fails 1 'worse.conf:2' profile load "$dir/worse.conf" # every fault is told, in a line of its own
case $'\n'$err in *$'\n'"fanfare: $dir/worse.conf:3: "*) ;; *) is 'profile load worse.conf' "$err" '… worse.conf:3 …' ;; esac
prints "$dir/two.conf: good" profile check "$dir/two.conf"
prints '' profile load Demo
tells 'profile Demo, ' status
fails 1 'is shipped with Fanfare' profile delete Demo
prints '' profile load "$dir/two.conf"

# ---- a profile of one's own, from nothing
prints '' profile load Demo
fails 1 'is a demonstration' add null:
fails 1 'there is a profile "Mine" already' profile new Mine
prints '' profile delete Mine
fails 1 'no profile is called "Mine"' profile delete Mine
prints '' profile new "Bob's \"Garden\" ☀"
fails 1 'plays already' profile new "Bob's \"Garden\" ☀"
prints '' add null: "Bob's shed"
prints '' add null: '$(reboot)' 'zone 1'
fails 1 'no zone is called "Moon"' add null: x Moon
fails 1 'no Bluetooth device "JBL Flip 5" is known' add 'JBL Flip 5'
fails 1 'a file ends in .wav or .flac' add file:/tmp/x
fails 1 'There is no sound output "nobodys"' add alsa:nobodys Amplifier
case $err in *'in the profile, and is tried again'*) ;; *) is 'add alsa:nobodys' "$err" '… in the profile …' ;; esac
prints '' remove Ampl
fails 1 'no speaker "Ampl"' remove Ampl
prints '' source tone:tune
tells $'tone:tune\ttune\tin Zone 1: playing' source
fails 1 'is no type of source' source telepathy:x
fails 1 'is no test sound' source tone:shriek
case $err in *'in the profile'*) is 'source tone:shriek' "$err" '… is no test sound, and that is all' ;; esac
fails 1 'is no address' source bluetooth:kitchen
prints '' source bluetooth:
tells $'bluetooth:\tbluetooth\tin Zone 1: ' source
prints '' source bluetooth:00:11:22:33:44:aa
tells $'bluetooth:00:11:22:33:44:AA\t' source
fails 1 'in the profile, and is tried again' source "fifo:$dir/nobody-made-this"
prints '' source tone:pink 'zone 1'
tells $'tone:pink\tpink\tin Zone 1: playing' source
prints $'Bob\'s shed\t100%\t0.0 dB\n$(reboot)\t100%\t0.0 dB' volume all
prints '' profile save
tells "$dir/fanfare/profiles/Bob's \"Garden\" ☀.conf"$'\tloaded' profile list
prints '' profile load "$dir/two.conf"

"$program" doctor >"$dir/out" 2>&1 # may find this machine lacking
grep -q 'what plays has .* real-time priority' "$dir/out" || is doctor "$(cat "$dir/out")" '… real-time …'

# ---- what is for programs is JSON
fails 1 'bluetoothd does not answer' devices
for words in 'status' 'profile list' 'source' 'doctor'; do
	# shellcheck disable=SC2086 # words are meant
	"$program" $words --json >"$dir/json" 2>"$dir/err"
	jq -e . <"$dir/json" >"$dir/out" 2>&1 || is "$words --json" "$(cat "$dir/out")" JSON
done

# ---- a user with real-time priority who may not lock memory
if [ "$(id -u)" -eq 0 ]; then
	install -m 755 "$program" "$dir/program"
	out=$(ulimit -Sl 64; DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere setpriv --reuid=nobody --regid=nogroup --clear-groups --inh-caps=+sys_nice --ambient-caps=+sys_nice \
		"$dir/program" doctor)
	case $out in *'may not lock memory'*'memlock unlimited'*) ;; *) is 'doctor as nobody' "$out" '… may not lock memory …' ;; esac
fi

# ---- a full disk is not success
"$program" status --json >/dev/full 2>"$dir/err"
is 'status --json >/dev/full' $? 1

# ---- completion and manual know them
for command in status profile volume mute trim scan pair connect disconnect forget measure doctor add remove source devices admit; do
	for file in tui/completion/fanfare.* tui/fanfare.1; do
		grep -q "$command" "$file" || is "$file" "without $command" "with it"
	done
done

echo "commands: $failures of them not as wanted"
[ "$failures" -eq 0 ]
