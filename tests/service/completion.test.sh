#!/bin/bash
# SPDX-License-Identifier: MIT
# completion.test.sh - Tab in real shells on real terminals: what is completed, what the
# program would be given then, that nothing is said where nothing plays, what it costs.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/service/bus.sh
. tests/service/bus.sh

PATH=$(dirname "$program"):$PATH
export PATH TERM=xterm
mkdir "$dir/zsh" "$dir/fish"
cp tui/completion/fanfare.zsh "$dir/zsh/_fanfare"
here=$PWD

# What was typed is given to "args", which completes as fanfare does, and it writes what it got.
cat >"$dir/bashrc" <<RC
. '$here/tui/completion/fanfare.bash'
complete -F _fanfare args
args() { printf '<%s>' "\$@" >'$dir/got.new' && mv '$dir/got.new' '$dir/got'; }
bind 'set enable-bracketed-paste off'
PS1='\$ '
RC
cat >"$dir/.zshrc" <<RC
fpath=('$dir/zsh' \$fpath)
autoload -Uz compinit && compinit -u -d '$dir/zcompdump'
compdef _fanfare args
args() { printf '<%s>' "\$@" >'$dir/got.new' && mv '$dir/got.new' '$dir/got' }
PS1='\$ '
RC
cat >"$dir/fishrc" <<RC
source '$here/tui/completion/fanfare.fish'
complete -c args -w fanfare
function args; printf '<%s>' \$argv >'$dir/got.new'; and mv '$dir/got.new' '$dir/got'; end
function fish_prompt; echo '\$ '; end
function fish_greeting; end
RC
export ZDOTDIR=$dir

# on SHELL COMMAND LINES - see tab.zsh
on()
{
	timeout 100 zsh -f tests/service/tab.zsh "$dir" "$dir/$1.seen" "$2" <"$3" >"$dir/wrong" 2>&1 || echo "ended with $?" >>"$dir/wrong"
	[ ! -s "$dir/wrong" ] || is "$1" "$(cat "$dir/wrong")" 'what is wanted'
}

in_all() # LINES
{
	on bash "exec bash --noprofile --rcfile '$dir/bashrc' -i" "$1"
	on zsh 'exec zsh -i' "$1"
	on fish "exec fish --no-config -i -C 'source $dir/fishrc'" "$1"
}

bus_up "$usual<policy context='default'><allow own='*'/><allow send_destination='*'/></policy>"

# ---- nobody plays: verbs complete, names do not, and nobody says anything
printf '%s\t%s\n' 'stat' '<status>' 'vol' '<volume>' 'dis' '<disconnect>' 'profile ch' '<profile><check>' \
	'profile load D' '<profile><load><Demo>' 'volume Pat' '<volume><Pat>' 'sou' '<source>' \
	'status --j' '<status><--json>' >"$dir/nobody"
in_all "$dir/nobody"
for shell in bash zsh fish; do
	! grep -aiE 'fanfare:|error|not found|nothing plays' "$dir/$shell.seen" >"$dir/said" || is "$shell" "$(cat "$dir/said")" 'no complaint'
done

# ---- names that are hard to type
cat >"$dir/hard.conf" <<'CONF'
version = 1;
zones = ( { name = "Zone two"; sources = ( { type = "tone"; tone = "pink"; } ); speakers = (
	{ name = "Patio"; output = "null"; }, { name = "Küche \"1\""; output = "null"; },
	{ name = "den, Bob's"; output = "null"; }, { name = "e$(touch pwned)`touch pwned`"; output = "null"; },
	{ name = "f  two   blanks"; output = "null"; }, { name = "g back\\slash"; output = "null"; },
	{ name = "h;i&j|k<l>"; output = "null"; }, { name = "m:colon:n=equal"; output = "null"; },
	{ name = "o*?[a]"; output = "null"; }, { name = "q!bang"; output = "null"; },
	{ name = "r#hash ~tilde"; output = "null"; }, { name = "s{a,b}"; output = "null"; } ); } );
CONF
mkdir -p "$dir/fanfare/profiles"
cp "$dir/hard.conf" "$dir/fanfare/profiles/Xmas \"Party\" \$HOME.conf"
fanfare_up --profile "$dir/hard.conf"
within 100 sh -c "'$program' status | grep -q '12 of 12 speakers play'" || is 'twelve speakers' no yes
{
	for name in Patio 'Küche "1"' "den, Bob's" 'e$(touch pwned)`touch pwned`' 'f  two   blanks' 'g back\slash' \
		'h;i&j|k<l>' 'm:colon:n=equal' 'o*?[a]' 'q!bang' 'r#hash ~tilde' 's{a,b}'; do
		printf 'volume %s\t<volume><%s>\n' "${name:0:1}" "$name"
	done
	printf '%s\t%s\n' 'volume al' '<volume><all>' 'mute Pat' '<mute><Patio>' 'mute Patio to' '<mute><Patio><toggle>' \
		'trim Pat' '<trim><Patio>' 'connect Pat' '<connect><Patio>' 'disconnect Pat' '<disconnect><Patio>' \
		'remove Pat' '<remove><Patio>' 'volume f\ \ tw' '<volume><f  two   blanks>' \
		'volume "K' '<volume><Küche "1">' "volume 'f  t" '<volume><f  two   blanks>' \
		'profile load X' '<profile><load><Xmas "Party" $HOME>' 'profile sho X' '<profile><sho><X>' \
		'profile delete X' '<profile><delete><Xmas "Party" $HOME>' "profile check $dir/har" "<profile><check><$dir/hard.conf>" \
		'source tone:p' '<source><tone:pink>' 'source tone:pink Z' '<source><tone:pink><Zone two>' \
		'measure und' '<measure><undo>' 'measure alsa:d' '<measure><alsa:default>' '--theme du' '<--theme><dusk>' '--head' '<--headless>'
} >"$dir/somebody"
in_all "$dir/somebody"
[ ! -e pwned ] && [ ! -e "$dir/pwned" ] || is 'a name' 'was run as a command' 'no more than a name'

# ---- what a Tab costs: processor time of all that it starts, the shell's own start left out; a
# program that watches itself (make asan, tsan) costs more
cost() # COMMAND... - milliseconds
{
	local TIMEFORMAT='%U %S' spent
	spent=$({ time "$@" >/dev/null 2>&1; } 2>&1)
	awk '{ printf "%d", ($1 + $2) * 1000 }' <<<"$spent"
}
watched=$(grep -c -e __asan_init -e __tsan_init "$program")
spent=$(cost fanfare volume all)
[ "$watched" -gt 0 ] || [ "$spent" -lt 50 ] || is 'fanfare volume all' "$spent ms of a processor" 'less than 50 ms'
. tui/completion/fanfare.bash
COMP_WORDS=(fanfare volume P) COMP_CWORD=2 COMPREPLY=()
spent=$(cost _fanfare)
[ "$watched" -gt 0 ] || [ "$spent" -lt 100 ] || is 'a Tab' "$spent ms of a processor" 'less than 100 ms'

echo "completion: $failures of them not as wanted"
[ "$failures" -eq 0 ]
