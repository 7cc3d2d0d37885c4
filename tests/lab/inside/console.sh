# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # here, out, wrong are scene.sh's and tools.sh's
# A person at the console, and one at a device: tmux is both terminals. Keys go in, the screens
# are read; each reading is kept in screens.log.

tmux_lab() { tmux -u -L lab -f /dev/null "$@"; }

# console_up [OPTION...]: Fanfare's console, 80 by 24.
console_up()
{
	# from the disk into memory, for which the machine would wait, and its time run away
	outside fanfare --version >/dev/null
	outside tmux -V >/dev/null
	outside bluetoothctl --version >/dev/null
	note "console: fanfare $*"
	tmux_lab new-session -d -s console -x 80 -y 24 "exec fanfare $*"
	see 'F3 Devices' 30 || give_up 'the console does not come up'
}

# keys KEY...: as tmux calls them; types TEXT: letter by letter, without Enter.
keys() { note "keys $*" && tmux_lab send-keys -t console: "$@"; }
types() { note "types $1" && tmux_lab send-keys -t console: -l "$1"; }

screen() { tmux_lab capture-pane -p -t "${1:-console}:"; }
shows() { screen | grep -qE -- "$1"; }
hides() { ! shows "$1"; }

# see PATTERN [SECONDS]: it stands on the screen by then.
see()
{
	local found=0
	within "${2:-15}" shows "$1" || found=1
	{ note "see $1 ($found)" && screen; } >>"$out/screens.log"
	[ $found = 0 ] || wrong+=("the screen does not show \"$1\"")
	return $found
}

# lose PATTERN [SECONDS]: it is gone by then.
lose()
{
	local there=0
	within "${2:-15}" hides "$1" || there=1
	{ note "lose $1 ($there)" && screen; } >>"$out/screens.log"
	[ $there = 0 ] || wrong+=("the screen keeps \"$1\"")
	return $there
}

# The far side: BlueZ's own bluetoothctl with an agent that can do CAPABILITY. bluetoothd asks
# the newest agent for all adapters but the one that pairs, so there is one far side at a time.
far_up() # CAPABILITY
{
	tmux_lab new-session -d -s far -x 100 -y 40 "exec bluetoothctl --agent $1"
	far_says 'Agent registered' || return
	far_types default-agent
	far_says 'Default agent request successful'
}

far_types() { note "far types $1" && tmux_lab send-keys -t far: "$1" Enter; }
far_shows() { screen far | grep -qE -- "$1"; }

far_says() # PATTERN [SECONDS]
{
	local found=0
	within "${2:-15}" far_shows "$1" || found=1
	{ note "far says $1 ($found)" && screen far; } >>"$out/screens.log"
	[ $found = 0 ] || wrong+=("the far side does not say \"$1\"")
	return $found
}

far_down()
{
	tmux_lab kill-session -t far
	within 5 far_gone
}

far_gone() { ! pgrep -x bluetoothctl >/dev/null; }
