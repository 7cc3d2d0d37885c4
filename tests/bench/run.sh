#!/bin/bash
# SPDX-License-Identifier: MIT
# run.sh PROGRAM... - run the benchmarks and print them as one table.
#
# What is compared runs at the same time, so that a busy machine is busy for
# both. The sound servers are measured where they are installed, in folders
# and on buses of their own; nothing of the user's is touched. BENCH_STRICT=1
# fails when a figure is not reached.
set -u
cd "$(dirname "$0")/../.." || exit 1
here=$PWD
bench=$here/${BUILD:-build}/tests/bench/bench_engine
seconds=${BENCH_SECONDS:-3}
missed=0

dir=$(mktemp -d /tmp/fanfare-bench.XXXXXX) || exit 1
children=()
finish() {
	[ ${#children[@]} -eq 0 ] || kill "${children[@]}" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$dir"
}
trap finish EXIT
export BENCH_FOLDER=$dir

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2f", a / b; else printf "-" }'; }

# together OUTPUTS KIND... - all kinds at once; "cpu rss switches" of each into res[KIND].
declare -A res
together() {
	local n=$1 k pids=()
	shift
	for k in "$@"; do
		"$bench" "$k" "$n" "$seconds" >"$dir/$k" 2>>"$dir/notes" &
		pids+=($!)
	done
	wait "${pids[@]}"
	for k in "$@"; do
		res[$k]=$(cut -d' ' -f3- "$dir/$k")
	done
	rm -f "$dir"/*.wav "$dir"/*.raw
}
cpu() { echo "${res[$1]%% *}"; }
rss() { echo "${res[$1]}" | cut -d' ' -f2; }
switches() { echo "${res[$1]}" | cut -d' ' -f3; }

# reached WHAT VALUE LIMIT - one line of the verdict.
reached() {
	local word=reached
	awk -v v="$2" -v l="$3" 'BEGIN { exit !(v <= l) }' || { word=MISSED; missed=$((missed + 1)); }
	printf '  %-68s %6s of %-7s %s\n' "$1" "$2" "$3" "$word"
}

# ---- the sound servers --------------------------------------------------------------------

# usage PID... - the ns they have run and their context switches so far, all threads.
usage() {
	local p
	for p in "$@"; do cat /proc/"$p"/task/*/schedstat /proc/"$p"/task/*/status 2>/dev/null; done |
		awk '/^[0-9]/ { ns += $1 } /ctxt_switches/ { s += $2 } END { printf "%.0f %d\n", ns, s }'
}

# measure_pids NAME OUTPUTS SERVER CLIENT - over 5 s into res[NAME], and as long ours into
# res[null-NAME]. In windows of half a second, and their median, as ours are taken. The
# client is what plays: ours has its source inside.
measure_pids() {
	local i rss ours
	"$bench" null "$2" 5 >"$dir/ours" 2>>"$dir/notes" &
	ours=$!
	sleep 1
	for i in $(seq 11); do
		echo "$(date +%s%N) $(usage "$3" "$4")"
		sleep 0.5
	done >"$dir/windows"
	wait "$ours"
	rss=$(awk '/VmRSS/ { print $2 }' "/proc/$3/status") || return 1
	res[null-$1]=$(cut -d' ' -f3- "$dir/ours")
	res[$1]=$(awk 'NR > 1 { print ($2 - ns) * 100 / ($1 - at), ($3 - s) * 1e9 / ($1 - at) }
		{ at = $1; ns = $2; s = $3 }' "$dir/windows" | sort -n |
		awk -v rss="$rss" '{ c[NR] = $1; s += $2 } END { printf "%.2f %d %.0f", c[int((NR + 1) / 2)], rss, s / NR }')
}

private() {
	mkdir -p "$dir/$1/run" && chmod 700 "$dir/$1/run"
	exec env -u DBUS_SESSION_BUS_ADDRESS -u PULSE_SERVER -u PIPEWIRE_REMOTE HOME="$dir/$1" \
		XDG_RUNTIME_DIR="$dir/$1/run" XDG_CONFIG_HOME="$dir/$1" XDG_STATE_HOME="$dir/$1" \
		PULSE_RUNTIME_PATH="$dir/$1/run" PIPEWIRE_RUNTIME_DIR="$dir/$1/run" "${@:2}"
}

# pulse OUTPUTS - PulseAudio's combine sink over null sinks, its client asking for 20 ms.
pulse() {
	local n=$1 i slaves='' conf=$dir/pulse.pa server client
	: >"$conf"
	for i in $(seq "$n"); do
		echo "load-module module-null-sink sink_name=n$i rate=44100" >>"$conf"
		slaves=$slaves${slaves:+,}n$i
	done
	{
		echo "load-module module-combine-sink sink_name=all slaves=$slaves"
		echo 'set-default-sink all'
		echo "load-module module-native-protocol-unix auth-anonymous=1 socket=$dir/pulse.socket"
	} >>"$conf"
	private pulse pulseaudio -n -F "$conf" --daemonize=no --exit-idle-time=-1 \
		--use-pid-file=no --disable-shm=yes >"$dir/pulse.log" 2>&1 &
	server=$!
	children+=("$server")
	for i in $(seq 50); do [ -S "$dir/pulse.socket" ] && break; sleep 0.1; done
	private pulse pacat -s "unix:$dir/pulse.socket" --latency-msec=20 --rate=44100 \
		--format=s16le --channels=2 </dev/zero >/dev/null 2>&1 &
	client=$!
	children+=("$client")
	sleep 2
	kill -0 "$client" 2>/dev/null && measure_pids "pulse$n" "$n" "$server" "$client"
	kill "$client" "$server" 2>/dev/null
	wait "$client" "$server" 2>/dev/null
	rm -f "$dir/pulse.socket"
}

pipewire_conf() {
	cat <<-'CONF'
	context.properties = { core.daemon = true core.name = pipewire-0
		default.clock.rate = 44100 default.clock.allowed-rates = [ 44100 ]
		default.clock.quantum = 1024 default.clock.min-quantum = 1024
		default.clock.max-quantum = 1024 }
	context.spa-libs = { audio.convert.* = audioconvert/libspa-audioconvert
		support.* = support/libspa-support }
	context.modules = [
		{ name = libpipewire-module-rt flags = [ ifexists nofail ] }
		{ name = libpipewire-module-protocol-native }
		{ name = libpipewire-module-access }
		{ name = libpipewire-module-metadata }
		{ name = libpipewire-module-spa-node-factory }
		{ name = libpipewire-module-client-node }
		{ name = libpipewire-module-client-device }
		{ name = libpipewire-module-adapter }
		{ name = libpipewire-module-link-factory }
		{ name = libpipewire-module-session-manager }
		{ name = libpipewire-module-combine-stream args = {
			combine.mode = sink node.name = all
			combine.props = { audio.position = [ FL FR ] }
			stream.props = { }
			stream.rules = [ { matches = [ { media.class = "Audio/Sink" node.name = "~n[0-9].*" } ]
				actions = { create-stream = { } } } ] } }
	]
	context.objects = [
	CONF
	for i in $(seq "$1"); do
		echo "{ factory = adapter args = { factory.name = support.null-audio-sink node.name = n$i"
		echo '	media.class = Audio/Sink audio.position = [ FL FR ] } }'
	done
	echo ']'
}

# The part that needs a bus of its own, for the session manager: prints the daemon's pid.
pipewire_inside() {
	pipewire -c "$1" >/dev/null 2>&1 &
	echo $! >"$2"
	sleep 1
	wireplumber >/dev/null 2>&1 &
	local manager=$!
	sleep 3
	pw-cat -p --target all --rate 44100 --format s16 --channels 2 - </dev/zero >/dev/null 2>&1 &
	echo $! >"$2.client"
	sleep 12
	kill "$(cat "$2.client")" "$manager" "$(cat "$2")" 2>/dev/null
}
export -f pipewire_inside

# pw OUTPUTS - PipeWire's combine stream over null sinks at quantum 1024.
pw() {
	local n=$1 conf=$dir/pw.conf session
	pipewire_conf "$n" >"$conf"
	rm -f "$dir/pw.pid" "$dir/pw.pid.client"
	private pw dbus-run-session -- bash -c "pipewire_inside $conf $dir/pw.pid" >/dev/null 2>&1 &
	session=$!
	children+=("$session")
	sleep 7
	[ -f "$dir/pw.pid.client" ] && kill -0 "$(cat "$dir/pw.pid.client")" 2>/dev/null &&
		measure_pids "pw$n" "$n" "$(cat "$dir/pw.pid")" "$(cat "$dir/pw.pid.client")"
	wait "$session" 2>/dev/null
}

# ---- the run ------------------------------------------------------------------------------

echo "CPU in percent of one core, $seconds s each, 44.1 kHz stereo, periods of 512 frames."
echo "What stands in one line ran at the same time; x is ours over the floor."
echo
printf '%7s | %6s %6s %5s | %6s %6s %5s | %6s %6s %6s %5s | %6s %6s\n' outputs floor null x \
	floor file x sbc +send a2dp x 'RSS MB' csw/s
declare -A null file a2dp sbc send floor mem
for n in 1 2 4 8 16 32; do
	together "$n" floor null
	floor[$n]=$(cpu floor) null[$n]=$(cpu null) mem[$n]=$(rss null)
	csw=$(switches null)
	together "$n" floor-file file
	file[$n]=$(cpu file)
	filefloor=$(cpu floor-file)
	together "$n" floor-sbc
	sbc[$n]=$(cpu floor-sbc)
	together "$n" floor-a2dp a2dp
	send[$n]=$(cpu floor-a2dp)
	# what the outputs cost more than null ones
	a2dp[$n]=$(awk -v a="$(cpu a2dp)" -v b="${null[$n]}" 'BEGIN { printf "%.3f", a - b }')
	printf '%7d | %6.2f %6.2f %5s | %6.2f %6.2f %5s | %6.2f %6.2f %6.2f %5s | %6.1f %6.0f\n' "$n" \
		"${floor[$n]}" "${null[$n]}" "$(ratio "${null[$n]}" "${floor[$n]}")" \
		"$filefloor" "${file[$n]}" "$(ratio "${file[$n]}" "$filefloor")" \
		"${sbc[$n]}" "${send[$n]}" "$(awk -v a="${a2dp[$n]}" -v b="${null[$n]}" 'BEGIN { print a + b }')" \
		"$(ratio "${a2dp[$n]}" "${send[$n]}")" "$(awk -v k="${mem[$n]}" 'BEGIN { print k / 1024 }')" "$csw"
done
echo
echo 'sbc: 16-bit samples encoded and nothing else. +send: floats converted, encoded, sent in packets.'
echo 'a2dp: the whole of it; x is what its outputs cost above null ones, over +send.'
echo

for program; do # the other rooms' own
	case $program in
	*/bench_engine) ;;
	*)
		echo "$(basename "$program"):"
		"$program" | sed 's/^/  /'
		[ "${PIPESTATUS[0]}" -eq 0 ] || missed=$((missed + 1))
		echo
		;;
	esac
done

read -r _ median p95 most < <("$bench" latency $((seconds * 2)) 2>>"$dir/notes")
echo "source to socket: median $median ms, 95 % within $p95 ms, most $most ms"
echo

# versus WHAT NAME OUTPUTS - a server beside ours.
versus() {
	if [ -z "${res[$2]:-}" ]; then
		echo "$1: would not start, not compared"
		return
	fi
	printf '%-42s %3d null sinks %6.2f %% %6.1f MB %6.0f csw/s; ours meanwhile %.2f %%\n' "$1" "$3" \
		"$(cpu "$2")" "$(awk -v k="$(rss "$2")" 'BEGIN { print k / 1024 }')" "$(switches "$2")" "$(cpu "null-$2")"
}

for n in 8 32; do
	if [ "$n" -gt 8 ]; then
		: # PulseAudio's combine sink does not keep up with 32
	elif command -v pulseaudio >/dev/null && command -v pacat >/dev/null; then
		pulse "$n"
		versus "PulseAudio, combine sink asked for 20 ms" "pulse$n" "$n"
	else
		echo 'PulseAudio is not installed: not compared'
	fi
	if command -v pipewire >/dev/null && command -v wireplumber >/dev/null && command -v dbus-run-session >/dev/null; then
		pw "$n"
		versus "PipeWire, combine stream at quantum 1024" "pw$n" "$n"
	else
		echo 'PipeWire or WirePlumber is not installed: not compared'
	fi
done
echo

per() { awk -v a="$1" -v b="$2" -v n="$3" 'BEGIN { printf "%.4f", (a - b) / n }'; }
for n in 8 32; do
	reached "null outputs over the floor, $n" "$(ratio "${null[$n]}" "${floor[$n]}")" 1.5
	[ -n "${res[pw$n]:-}" ] && reached "over PipeWire's combine stream, $n" "$(ratio "$(cpu "null-pw$n")" "$(cpu "pw$n")")" 0.5
done
[ -n "${res[pulse8]:-}" ] && reached "over PulseAudio's combine sink, 8" "$(ratio "$(cpu null-pulse8)" "$(cpu pulse8)")" 0.1
# What one A2DP output more costs is a small difference: three times over, and the middle.
# Between 32 and 1, so that the wake-ups are left out.
declare -A part
for _ in 1 2 3; do
	for n in 1 32; do
		together "$n" floor-a2dp a2dp
		part[send$n]=$(cpu floor-a2dp) part[a2dp$n]=$(cpu a2dp)
		together "$n" floor-sbc null
		part[sbc$n]=$(cpu floor-sbc) part[null$n]=$(cpu null)
	done
	echo "${part[a2dp1]} ${part[a2dp32]} ${part[null1]} ${part[null32]} ${part[send1]} ${part[send32]} ${part[sbc1]} ${part[sbc32]}"
done | awk '{ x = ($2 - $1) - ($4 - $3); print x / ($6 - $5), x / ($8 - $7) }' >"$dir/rounds"
middle() { cut -d' ' -f"$1" "$dir/rounds" | sort -n | awk 'NR == 2 { printf "%.2f", $1 }'; }
reached 'an A2DP output above a null one, over converting, encoding, sending' "$(middle 1)" 1.2
reached 'the same over nothing but its encoding' "$(middle 2)" 1.2
for n in 1 8 32; do
	reached "memory for $n outputs, MB" "$(awk -v k="${mem[$n]}" 'BEGIN { printf "%.1f", k / 1024 }')" \
		"$(awk -v n="$n" 'BEGIN { print 12 + n / 2 }')"
done
reached 'source to socket, 95 % within, ms' "$p95" 25
# linear: the second 16 outputs cost what the first 16 did, or half as much again at most
reached 'outputs 17 to 32 over outputs 1 to 16' \
	"$(ratio "$(per "${null[32]}" "${null[16]}" 16)" "$(per "${null[16]}" "${null[1]}" 15)")" 1.5
[ -s "$dir/notes" ] && sort -u "$dir/notes" | sed 's/^/note: /' | head -8
[ "$missed" -eq 0 ] || echo "$missed figures missed (load average $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) cores)"
[ "$missed" -eq 0 ] || [ -z "${BENCH_STRICT:-}" ]
