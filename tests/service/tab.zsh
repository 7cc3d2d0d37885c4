# SPDX-License-Identifier: MIT
# tab.zsh DIR SEEN COMMAND - types at the shell that COMMAND starts, on a terminal of its own.
#
# Standard input has lines "TYPED<Tab>WANTED": after "args TYPED" it presses Tab and Enter, and
# what the program "args" is given then, left by it in DIR/got, must be WANTED. Tells what is
# not; SEEN is the screen.
zmodload zsh/zpty
dir=$1 seen=$2

# typed TEXT TENTHS - whether it arrives
typed() {
	local n some
	rm -f $dir/got
	zpty -wn shell "$1"
	for ((n = 0; n < $2 * 2; n++)); do
		while zpty -rt shell some; do print -rn -- "$some" >>$seen; done
		[[ -e $dir/got ]] && return
		sleep 0.05
	done
	return 1
}

zpty shell "stty rows 40 cols 200; $3"
for ((try = 0; try < 30; try++)); do typed $'args ready\r' 10 && break; done
while IFS=$'\t' read -r text wanted; do
	typed "args $text"$'\t\r' 100 || {
		zpty -wn shell $'\3'
		print -r -- 'nothing' >$dir/got
	}
	got=$(<$dir/got)
	[[ $got == "$wanted" ]] || print -r -- "$text: wanted $wanted, was $got"
done
zpty -d shell
