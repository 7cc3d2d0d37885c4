#compdef fanfare
# SPDX-License-Identifier: MIT

_fanfare_speakers() {
	local -a names
	names=(${${(f)"$(_call_program speakers fanfare volume all 2>/dev/null)"}%%$'\t'*})
	_describe -t speakers speaker names "$@"
}

_fanfare_profiles() {
	local -a names
	names=(${${(f)"$(_call_program profiles fanfare profile list 2>/dev/null)"}%%$'\t'*})
	_describe -t profiles profile names
}

_fanfare() {
	local -a commands
	commands=(
		'status:everything that the console shows'
		'profile:list, show, check, load, save, delete'
		'volume:show or set the volume of a speaker'
		'mute:mute a speaker'
		'trim:let a speaker sound later or earlier'
		'scan:the Bluetooth devices there are'
		'pair:pair, trust and connect a device'
		'connect:connect a speaker'
		'disconnect:leave a speaker alone'
		'forget:forget a device'
		'measure:align the speakers of a zone with a microphone'
		'doctor:look for what keeps it from playing well'
	)
	if ((CURRENT == 2)) && [[ $PREFIX != -* ]]; then
		_describe -t commands command commands
		return
	fi
	case $words[2] in
	profile)
		if ((CURRENT == 3)); then
			_values action list show check load save delete
		elif [[ $words[3] == check ]]; then
			_files -g '*.conf'
		else
			_fanfare_profiles
		fi
		;;
	volume) ((CURRENT == 3)) && _fanfare_speakers ;;
	mute)
		if ((CURRENT == 3)); then
			_fanfare_speakers
		else
			_values state on off toggle
		fi
		;;
	trim | connect | disconnect) ((CURRENT == 3)) && _fanfare_speakers ;;
	measure) ((CURRENT == 3)) && _values what 'alsa\:default' 'pulse\:' show undo redo levels cancel ;;
	status | doctor | scan) _arguments '--json[for programs]' ;;
	*)
		_arguments '--headless[play without a console]' \
			'--profile[play this profile]:profile:_fanfare_profiles' \
			'--theme[colours]:theme:(dark light mono contrast amber dusk)' \
			'--no-bluetooth[leave Bluetooth alone]' '--help' '--version'
		;;
	esac
}

_fanfare "$@"
