# SPDX-License-Identifier: MIT
# bash completion for fanfare

# Sets words, and cur of them as the shell will have it, quote the quote that it begins with.
# What ":" and "=" part, as bash sees it, belongs together.
_fanfare_words()
{
	local i word parts=0
	words=()
	for ((i = 0; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [ $i -gt 0 ] && [[ $word == [:=]* || ($parts == 1 && -n $word) ]]; then
			words[${#words[@]} - 1]+=$word
		else
			words+=("$word")
		fi
		parts=0
		[[ $word != [:=] ]] || parts=1
	done
	cur=${words[${#words[@]} - 1]} quote=
	case $cur in
	[\"\']*) quote=${cur:0:1} cur=${cur:1} ;;
	esac
	if [ "$quote" != "'" ]; then
		cur=${cur//\\\\/$'\001'}
		cur=${cur//\\/}
		cur=${cur//$'\001'/\\}
	fi
}

# The lines that begin with $cur, as they are to be typed.
_fanfare_offer()
{
	local line typed
	while IFS= read -r line; do
		[[ -n $line && $line == "$cur"* ]] || continue
		case $quote in
		\") typed=${line//'\'/'\\'} typed=${typed//'"'/'\"'} typed=${typed//'$'/'\$'} typed=${typed//'`'/'\`'} ;;
		\') typed=${line//\'/"'\\''"} ;;
		*)
			printf -v typed %q "$line"
			# bash puts it behind the last ":" or "=" of what is typed
			[[ $cur != *[:=]* ]] || typed=${typed#"${cur%"${cur##*[:=]}"}"}
			;;
		esac
		# bash closes the quote, unless it takes the last letter for that
		[[ -z $quote || $typed != *"$quote" ]] || typed+=$quote
		COMPREPLY+=("$typed")
	done
	# more is to follow
	if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *: ]]; then compopt -o nospace 2>/dev/null; fi
}

_fanfare()
{
	local words cur quote what n
	COMPREPLY=()
	_fanfare_words
	what=${words[1]} n=$((${#words[@]} - 1))

	case ${words[n - 1]} in
	--profile)
		_fanfare_offer < <(fanfare profile list 2>/dev/null | cut -f1; compgen -f -- "$cur")
		return
		;;
	--theme)
		_fanfare_offer < <(printf '%s\n' dark light mono contrast amber dusk)
		return
		;;
	esac
	case $n:$what:${words[2]} in
	1:*)
		_fanfare_offer < <(printf '%s\n' status profile volume mute trim connect disconnect scan devices \
			pair forget admit add remove source measure doctor \
			--headless --profile --theme --no-bluetooth --help --version)
		;;
	2:profile:*) _fanfare_offer < <(printf '%s\n' list show check new load save delete) ;;
	3:profile:show | 3:profile:load | 3:profile:save | 3:profile:delete)
		_fanfare_offer < <(fanfare profile list 2>/dev/null | cut -f1)
		;;
	3:profile:check) _fanfare_offer < <(compgen -f -- "$cur") ;;
	2:volume:* | 2:mute:*)
		_fanfare_offer < <(fanfare volume all 2>/dev/null | cut -f1; echo all)
		;;
	2:trim:* | 2:connect:* | 2:disconnect:* | 2:remove:*)
		_fanfare_offer < <(fanfare volume all 2>/dev/null | cut -f1)
		;;
	3:mute:*) _fanfare_offer < <(printf '%s\n' on off toggle) ;;
	2:pair:* | 2:forget:*) _fanfare_offer < <(fanfare devices 2>/dev/null | cut -f2) ;;
	2:add:*) _fanfare_offer < <(fanfare devices 2>/dev/null | cut -f2; printf '%s\n' alsa: pulse: file:) ;;
	2:source:*) _fanfare_offer < <(fanfare source 2>/dev/null | cut -f1; printf '%s\n' pulse: tone:tune fifo: command: bluetooth:) ;;
	3:measure:speaker) _fanfare_offer < <(fanfare volume all 2>/dev/null | cut -f1) ;;
	4:measure:speaker) _fanfare_offer < <(printf '%s\n' alsa:default pulse: dismiss) ;;
	4:add:* | 3:source:* | 3:measure:*) _fanfare_offer < <(fanfare status 2>/dev/null | sed -n 's/^zone //p') ;;
	2:measure:*)
		_fanfare_offer < <(printf '%s\n' alsa:default pulse: speaker show undo redo levels cancel)
		;;
	2:status:* | 2:doctor:* | 2:scan:* | 2:devices:*) _fanfare_offer < <(echo --json) ;;
	*)
		[[ $what != -* ]] ||
			_fanfare_offer < <(printf '%s\n' --headless --profile --theme --no-bluetooth)
		;;
	esac
}

complete -F _fanfare fanfare
