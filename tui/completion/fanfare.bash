# SPDX-License-Identifier: MIT
# bash completion for fanfare

_fanfare_lines() # COMMAND... - the first column of what it lists, as candidates for $cur
{
	local line
	while IFS=$'\t' read -r line _; do
		[[ $line == "$cur"* ]] && COMPREPLY+=("$(printf %q "$line")")
	done < <(fanfare "$@" 2>/dev/null)
}

_fanfare()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local what=${COMP_WORDS[1]}
	COMPREPLY=()
	cur=${cur//\\/}

	case $prev in
	--profile)
		_fanfare_lines profile list
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--theme)
		mapfile -t COMPREPLY < <(compgen -W 'dark light mono contrast amber dusk' -- "$cur")
		return
		;;
	esac
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W 'status profile volume mute trim scan pair connect
			disconnect forget measure doctor --headless --profile --theme --no-bluetooth --help
			--version' -- "$cur")
		return
	fi
	case $what:$COMP_CWORD in
	profile:2) mapfile -t COMPREPLY < <(compgen -W 'list show check load save delete' -- "$cur") ;;
	profile:3)
		case ${COMP_WORDS[2]} in
		show | load | save | delete) _fanfare_lines profile list ;;
		check) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
		esac
		;;
	volume:2 | mute:2)
		_fanfare_lines volume all
		[[ all == "$cur"* ]] && COMPREPLY+=(all)
		;;
	trim:2 | connect:2 | disconnect:2) _fanfare_lines volume all ;;
	mute:3) mapfile -t COMPREPLY < <(compgen -W 'on off toggle' -- "$cur") ;;
	measure:2) mapfile -t COMPREPLY < <(compgen -W 'alsa:default pulse: show undo redo levels
		cancel' -- "$cur") ;;
	status:2 | doctor:2) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$cur") ;;
	*) [[ $what == -* ]] && mapfile -t COMPREPLY < <(compgen -W '--headless --profile --theme
		--no-bluetooth' -- "$cur") ;;
	esac
}

complete -F _fanfare fanfare
