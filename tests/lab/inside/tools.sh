# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # scene, out, here are scene.sh's
# Things every scene does: start and stop programs, wait, compare, give a verdict.

declare -A pids=()
wrong=() figures=()

note() { printf '%8.2f %s\n' "$(cut -d' ' -f1 /proc/uptime)" "$*"; }

# start NAME COMMAND...: in the background, its words in NAME.log.
start()
{
	local who=$1
	shift
	note "start $who: $*"
	"$@" >>"$out/$who.log" 2>&1 </dev/null &
	pids[$who]=$!
}

alive() { [ -n "${pids[$1]:-}" ] && kill -0 "${pids[$1]}" 2>/dev/null; }

# stop NAME [SIGNAL]: and wait until it is gone.
stop()
{
	local pid=${pids[$1]:-}
	[ -n "$pid" ] || return 0
	note "stop $1 ${2:-TERM}"
	kill -s "${2:-TERM}" "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	unset "pids[$1]"
}

# within SECONDS COMMAND...: does it succeed by then? Sets $took (seconds).
within()
{
	local limit=$1 from
	from=$(cut -d' ' -f1 /proc/uptime)
	shift
	while ! "$@"; do
		took=$(echo "$(cut -d' ' -f1 /proc/uptime) $from" | awk '{ printf "%.1f", $1 - $2 }')
		awk "BEGIN { exit !($took > $limit) }" && return 1
		sleep 0.3
	done
	took=$(echo "$(cut -d' ' -f1 /proc/uptime) $from" | awk '{ printf "%.1f", $1 - $2 }')
}

# give_up WHAT: a scene that cannot go on.
give_up()
{
	wrong+=("$*")
	verdict
	exit 1
}

# want WHAT VALUE OPERATOR BOUND: a figure and what it must be (awk's < <= == >= > !=).
want()
{
	local value
	value=$(awk "BEGIN { x = ($2); printf(x == int(x) ? \"%d\" : \"%.4g\", x) }" 2>/dev/null)
	figures+=("$1 $value")
	if [ -z "$value" ] || ! awk "BEGIN { exit !($value $3 ($4)) }"; then
		wrong+=("$1: wanted $3 $4, saw ${value:-nothing}")
	fi
}

# tell WHAT VALUE: a figure for the record.
tell() { figures+=("$1 $2"); }

# want_line WHAT FILE PATTERN: a line that must stand there.
want_line() { grep -qE "$3" "$2" || wrong+=("$1: no line like /$3/ in $(basename "$2")"); }

verdict()
{
	local text
	if [ ${#wrong[@]} -gt 0 ]; then
		text="not ok $scene: $(printf '%s; ' "${wrong[@]}")"
		[ ${#figures[@]} -eq 0 ] || text+="($(printf '%s, ' "${figures[@]}"))"
	else
		text="ok $scene: $(printf '%s, ' "${figures[@]}")"
	fi
	text=${text//, )/)}
	text=${text%, }
	echo "${text%; }" >"$out/verdict"
	note "${text%; }"
	[ ${#wrong[@]} -eq 0 ]
}

# outside COMMAND...: what has the computer outside work. A machine that idles is given the
# next event at once, so it is kept busy for as long as that takes; no scene's time counts it.
outside()
{
	local busy
	touch /dev/shm/outside
	while :; do :; done &
	busy=$!
	"$@"
	kill -s KILL "$busy" # not TERM: before it has begun, it would end like the scene
	wait "$busy" 2>/dev/null
	rm -f /dev/shm/outside
}

has_come() { while [ ! -e "$1" ]; do sleep 0.1; done; }

# ask_judge VERB FILE...: its figures, one NAME=VALUE a line. It sits outside (judging.sh),
# where the emulation does not slow it down: what it is to hear is handed out to it.
asked=0
ask_judge()
{
	local word ask
	ask=/lab/ask/$scene.$((asked += 1))
	for word in "$@"; do
		case $word in
		"$here"/*)
			[ ! -e "$word" ] || outside mv "$word" /lab/desk/
			word=/lab/desk/${word##*/}
			;;
		"$programme") word=/lab/programme.wav ;;
		esac
		echo "$word"
	done >"$ask.new"
	mv "$ask.new" "$ask.ask"
	outside has_come "$ask.answer"
	cat "$ask.answer"
}

# judge_into ARRAY VERB FILE...: the judge's figures as an associative array.
judge_into()
{
	local -n into=$1
	local key value
	shift
	ask_judge "$@" >"$here/answer"
	{ echo "-- $*" && cat "$here/answer"; } >>"$out/judge.log"
	into=()
	while IFS='=' read -r key value; do into[$key]=$value; done <"$here/answer"
}

# Sounds and captures are kept when the scene failed, or when asked for.
collect()
{
	if ! grep -q '^ok' "$out/verdict" || [ "$(cat /lab/keep)" = 1 ]; then
		outside mv "$here"/*.cap "$here"/rec* /lab/desk/* "/lab/out/$scene/" 2>/dev/null
	fi
	outside rm -rf /lab/desk/*
}
