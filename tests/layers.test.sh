#!/bin/bash
# SPDX-License-Identifier: MIT
# layers.test.sh - holds who may use whom, by the #include lines.
#
#	tui ─► core/fanfare.h ─► control ─► bluez io store align rt
#	              service ──┘           io ─► rt ─► dsp      anyone ─► base
#
# bluez and io never see each other: control carries the descriptor across.
set -u
cd "$(dirname "$0")/.." || exit 1

# ROOM: the rooms it may use besides its own. "door" is core/fanfare.h, "core"
# the two files behind that door.
allowed='
base:
dsp: base
rt: dsp base
io: rt dsp base
bluez: base
align: base
store: base
control: door bluez io store align rt dsp base
service: door control base
core: door control service store base
tui: door base
'

# HEADER: the rooms that may include it. What is not named here, all may.
libraries='
curses.h: tui
ncurses.h: tui
panel.h: tui
libconfig.h: store
alsa/: io
pulse/: io
sbc/: io
sndfile.h: io
systemd/: bluez control service core
kiss_fft: align
'

# FILE:LINE:#include ... lines in, complaints out.
check()
{
	awk -v allowed="$allowed" -v libraries="$libraries" '
	function room_of(path,   part) {
		if (path == "core/fanfare.h")
			return "door"
		split(path, part, "/")
		if (part[1] == "tui")
			return "tui"
		if (part[1] != "core")
			return "?" path
		return part[3] == "" ? "core" : part[2]
	}
	BEGIN {
		n = split(allowed, line, "\n")
		for (i = 1; i <= n; i++) {
			if (line[i] == "")
				continue
			k = split(line[i], word, /[: ]+/)
			known[word[1]] = 1
			for (j = 2; j <= k; j++)
				may[word[1], word[j]] = 1
		}
		n = split(libraries, line, "\n")
		for (i = 1; i <= n; i++) {
			if (line[i] == "")
				continue
			k = split(line[i], word, /[: ]+/)
			owned[word[1]] = 1
			for (j = 2; j <= k; j++)
				may[word[j], "<" word[1]] = 1
		}
	}
	{
		split($0, at, ":")
		from = room_of(at[1])
		if (from == "door") # the header itself stands on nothing of ours
			from = "the door"
		else if (!(from in known)) {
			print at[1] ": a room that tests/layers.test.sh does not know"
			next
		}
		if (match($0, /"[^"]*"/)) {
			header = substr($0, RSTART + 1, RLENGTH - 2)
			to = room_of(header)
			if (to != from && !((from, to) in may))
				print at[1] ":" at[2] ": " from " may not use " header
		} else if (match($0, /<[^>]*>/)) {
			header = substr($0, RSTART + 1, RLENGTH - 2)
			for (h in owned)
				if (index(header, h) == 1 && !((from, "<" h) in may))
					print at[1] ":" at[2] ": " from " may not use " header
		}
	}'
}

# The check itself: each of these must be found, and none of those.
planted='core/dsp/gain.c:7:#include "core/io/sink.h"
core/bluez/bus.c:3:#include "core/io/sink.h"
core/io/sink.c:3:#include "core/bluez/bluez.h"
core/io/sink.c:4:#include "core/fanfare.h"
core/fanfare.h:5:#include "core/base/clock.h"
core/base/log.c:5:#include "core/store/profile.h"
core/service/face.c:9:  #  include "core/io/sink.h"
tui/main.c:9:#include "core/control/control.h"
tui/main.c:9:#include "core/store/profile.h"
core/control/graph.c:2:#include "tui/screen.h"
core/control/graph.c:2:#include "graph.h"
core/control/graph.c:2:#include <ncurses.h>
core/bluez/bus.c:2:#include <alsa/asoundlib.h>
core/attic/x.c:1:#include <stdio.h>'
proper='core/dsp/gain.c:7:#include "core/dsp/gain.h"
core/rt/ring.c:7:#include "core/base/scope.h"
core/io/sink.c:3:#include <alsa/asoundlib.h>
core/control/graph.c:2:#include "core/bluez/bluez.h"
core/fanfare.h:8:#include <stdint.h>
tui/main.c:9:#include "core/fanfare.h"'
found=$(check <<<"$planted" | wc -l)
if [ "$found" -ne "$(wc -l <<<"$planted")" ]; then
	echo "layers: of $(wc -l <<<"$planted") planted violations only $found were found"
	exit 1
fi
if [ -n "$(check <<<"$proper")" ]; then
	echo 'layers: proper includes are complained of:'
	check <<<"$proper"
	exit 1
fi

includes=$(grep -Hn '^[[:space:]]*#[[:space:]]*include' -r core tui --include='*.[ch]')
complaints=$(check <<<"$includes")
if [ -n "$complaints" ]; then
	echo "$complaints"
	exit 1
fi
echo "layers: $(wc -l <<<"$includes") includes in $(cut -d: -f1 <<<"$includes" | sort -u | wc -l) files, none out of place"
