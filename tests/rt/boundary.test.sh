#!/bin/bash
# SPDX-License-Identifier: MIT
# boundary.test.sh - the real-time room calls nothing that may wait.
#
# Everything that engine_cycle() reaches is linked, and only that: functions in
# sections of their own, those that are not reached thrown away. What is left
# may import memory moves and mathematics and nothing else, and may call
# through no pointer. (Built without jump tables, a switch is no such call.)
set -u
cd "$(dirname "$0")/../.." || exit 1
cc=${CC:-cc}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

flags='-std=c17 -D_GNU_SOURCE -I. -O2 -fno-math-errno -ffunction-sections -fdata-sections
	-fno-jump-tables -fno-asynchronous-unwind-tables -fno-stack-protector -fno-pie -U_FORTIFY_SOURCE'
allowed='memcpy|memmove|memset|(sin|cos|exp|log|log10|pow|sqrt|floor|ceil|round|rint|fabs|fmax|fmin|fmod)f?|l?l?rintf?|l?l?roundf?'
# calls and jumps through a register or memory, on x86 and on Arm
indirect='^ .*[[:space:]](notrack )?(bnd )?(callq?|jmpq?)[[:space:]]+\*|[[:space:]](blr|br|blx)[[:space:]]'

# reached OUT ENTRY OBJECT... - link what ENTRY reaches.
reached() {
	local out=$1 entry=$2
	shift 2
	ld -r --gc-sections -e "$entry" -u "$entry" -o "$out" "$@"
}

# verdict OBJECT - say what it must not do; true when there is nothing to say.
verdict() {
	local foreign calls
	# names of what was thrown away linger in the table: count what is referred to
	foreign=$(comm -12 <(nm -u "$1" | awk '{ print $2 }' | sort -u) \
		<(readelf -rW "$1" | awk '$5 { print $5 }' | sort -u) |
		grep -vxE "$allowed|_GLOBAL_OFFSET_TABLE_")
	calls=$(objdump -d --no-show-raw-insn "$1" | awk '/^[0-9a-f]+ </ { f = $2 } /^ / { print " " f " " $0 }' |
		grep -E "$indirect")
	[ -n "$foreign" ] && echo "imports: $(echo "$foreign" | tr '\n' ' ')"
	[ -n "$calls" ] && echo "calls through pointers:" && echo "$calls"
	[ -z "$foreign$calls" ]
}

objects=()
for f in core/rt/*.c core/dsp/*.c; do
	o=$dir/$(echo "$f" | tr / _).o
	# shellcheck disable=SC2086
	$cc $flags -c -o "$o" "$f" || exit 1
	objects+=("$o")
done

# First that this test can refuse: a cycle that allocates, and one that is told whom to call.
cat >"$dir/bad.c" <<'C'
#include <stdlib.h>
void *allocates(void);
void *allocates(void) { return malloc(1); }
void calls(void (*fn)(int));
void calls(void (*fn)(int)) { fn(1); fn(2); }
C
# shellcheck disable=SC2086
$cc $flags -c -o "$dir/bad.o" "$dir/bad.c" || exit 1
for entry in allocates calls; do
	reached "$dir/refused.o" $entry "$dir/bad.o" || exit 1
	if verdict "$dir/refused.o" >/dev/null; then
		echo "a cycle that $entry was not refused"
		exit 1
	fi
done
echo '[       OK ] a_cycle_that_allocates_or_calls_a_pointer_is_refused'

reached "$dir/cycle.o" engine_cycle "${objects[@]}" || exit 1
functions=$(nm "$dir/cycle.o" | grep -ci ' t ')
if [ "$functions" -lt 20 ]; then
	echo "only $functions functions reached: this looks at the wrong thing"
	exit 1
fi
verdict "$dir/cycle.o" || exit 1
echo '[       OK ] nothing_beneath_engine_cycle_may_wait'
