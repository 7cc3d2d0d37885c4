#compdef fanfare
# SPDX-License-Identifier: MIT

# _fanfare_names COLUMN WORD... - that column of what fanfare WORD... lists
_fanfare_names() {
	local column=$1 line
	local -a names
	shift
	for line in ${(f)"$(_call_program names fanfare ${(q)@} 2>/dev/null)"}; do
		names+=("${${(ps:\t:)line}[column]}")
	done
	_fanfare_words $names
}

# What ends in a colon is to be gone on with.
_fanfare_words() {
	local -a whole=(${@:#*:}) begun=(${(M)@:#*:})
	compadd -a whole
	compadd -S '' -a begun
}

_fanfare_zones() {
	local -a zones=(${${(M)${(f)"$(_call_program zones fanfare status 2>/dev/null)"}:#zone *}#zone })
	compadd -a zones
}

_fanfare() {
	local -a commands
	commands=(
		'status:everything that the console shows'
		'profile:list, show, check, new, load, save, delete'
		'volume:show or set the volume of a speaker'
		'mute:mute a speaker'
		'trim:let a speaker sound later or earlier'
		'connect:connect a speaker'
		'disconnect:leave a speaker alone'
		'scan:search for Bluetooth devices'
		'devices:the Bluetooth devices that are known'
		'pair:pair, trust and connect a device'
		'forget:forget a device'
		'admit:let a phone in that is to play to this computer'
		'add:a speaker for what plays'
		'remove:take a speaker out'
		'source:what is heard'
		'measure:align the speakers of a zone with a microphone'
		'doctor:look for what keeps it from playing well'
	)
	if ((CURRENT == 2)) && [[ $PREFIX != -* ]]; then
		_describe -t commands command commands
		return
	fi
	case $CURRENT:$words[2]:$words[3] in
	3:profile:*) _fanfare_words list show check new load save delete ;;
	4:profile:check) _files -g '*.conf' ;;
	4:profile:(show|load|save|delete)) _fanfare_names 1 profile list ;;
	3:(volume|mute):*)
		_fanfare_names 1 volume all
		_fanfare_words all
		;;
	3:(trim|connect|disconnect|remove):*) _fanfare_names 1 volume all ;;
	4:mute:*) _fanfare_words on off toggle ;;
	3:(pair|forget):*) _fanfare_names 2 devices ;;
	3:add:*)
		_fanfare_names 2 devices
		_fanfare_words alsa: pulse: file:
		;;
	3:source:*)
		_fanfare_names 1 source
		_fanfare_words pulse: tone:tune fifo: command: bluetooth:
		;;
	4:measure:speaker) _fanfare_names 1 volume all ;;
	5:measure:speaker) _fanfare_words alsa:default pulse: dismiss ;;
	5:add:* | 4:(source|measure):*) _fanfare_zones ;;
	3:measure:*) _fanfare_words alsa:default pulse: speaker show undo redo levels cancel ;;
	3:(status|doctor|scan|devices):*) _fanfare_words --json ;;
	*:-*)
		_arguments '--headless[play without a console]' \
			'--profile[play this profile]:profile:_fanfare_names 1 profile list' \
			'--theme[colours]:theme:(dark light mono contrast amber dusk)' \
			'--no-bluetooth[leave Bluetooth alone]' '--help' '--version'
		;;
	esac
}

_fanfare "$@"
