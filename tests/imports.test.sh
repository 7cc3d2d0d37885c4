#!/bin/bash
# SPDX-License-Identifier: MIT
# imports.test.sh - holds the real-time room: no system call, lock, allocation,
# logging or call through a pointer beneath what is tagged [rt].
#
# core/rt and core/dsp are compiled once more, each function in a section of
# its own and without jump tables, so that every call is a named relocation and
# every indirect jump is a call through a pointer. From engine_cycle() and all
# else that their headers tag [rt] the calls are followed through the machine
# code; what they reach outside must be in the list here.
set -u
cd "$(dirname "$0")/.." || exit 1

# Of libc and libm only what computes and touches nothing else.
allowed='memcpy memmove memset memcmp
	sin sinf cos cosf tan tanf exp expf exp2 exp2f pow powf log logf log10 log10f log2 log2f
	sqrt sqrtf fabs fabsf fmin fminf fmax fmaxf floor floorf ceil ceilf round roundf trunc truncf
	rint rintf lrint lrintf llrint llrintf lround lroundf llround llroundf fmod fmodf'
# Not calls at all: how an object names where it is loaded.
allowed="$allowed _GLOBAL_OFFSET_TABLE_"

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

compile() # COMPILER SOURCE OBJECT
{
	$1 -std=c17 -D_GNU_SOURCE -I. -O3 -fno-math-errno -fno-trapping-math -ffunction-sections -fno-jump-tables \
		-fno-stack-protector -c -o "$3" "$2"
}

# The functions that headers tag [rt ...], static inline ones aside: those are
# part of their callers.
tagged()
{
	awk '
	/\/\*/ { comment = ""; open = 1 }
	open { comment = comment $0; if (/\*\//) open = 0; next }
	/^static inline/ { next }
	/^[a-z].*\(/ {
		if (comment ~ /\[rt[^]]*\]/) {
			sub(/\(.*/, "")
			sub(/.*[ *]/, "")
			print
		}
	}
	/;[[:space:]]*$|^}/ && !/\(/ { comment = "" }' "$@"
}

# follow ROOT... - read disassembly, complain of what the roots reach.
follow()
{
	awk -v roots="$*" -v allowed="$allowed" -v data="$data" '
	BEGIN {
		n = split(allowed, word, /[ \t\n]+/)
		for (i = 1; i <= n; i++)
			fine[word[i]] = 1
		n = split(data, word, /[ \t\n]+/)
		for (i = 1; i <= n; i++)
			fine[word[i]] = 1
	}
	/file format/ { object = $1; next }
	/^[0-9a-f]+ <.*>:$/ {
		here = $2
		gsub(/[<>:]/, "", here)
		homes[here] = homes[here] " " object
		here = object here
		known[here] = 1
		next
	}
	/R_[A-Z0-9]+_/ {
		to = $NF
		sub(/[-+]0x[0-9a-f]+$/, "", to)
		if (to ~ /^\.text\.unlikely\./)
			sub(/^\.text\.unlikely\./, "", to) && to = to ".cold"
		else if (to ~ /^\.text\./)
			sub(/^\.text\.(hot\.|startup\.)?/, "", to)
		else if (to ~ /^\./)
			next # constants
		calls[here] = calls[here] " " to
		next
	}
	/\t(notrack )?(bnd )?(call|jmp)[a-z]* +\*/ || /\tblr[a-z]*[ \t]+x/ || /\tbr[a-z]*[ \t]+x/ {
		bad[here] = "calls through a pointer: " $0
	}
	/\t(syscall|sysenter|svc|int)([ \t]|$)/ { bad[here] = "calls the kernel: " $0 }

	function way(f,   text) {
		text = name[f]
		while (f in from) {
			f = from[f]
			text = name[f] " -> " text
		}
		return text
	}
	function reach(f, to, by) {
		if ((f in seen))
			return
		seen[f] = 1
		name[f] = to
		if (by != "")
			from[f] = by
		queue[++last] = f
	}
	END {
		n = split(roots, word, " ")
		for (i = 1; i <= n; i++) {
			if (!(word[i] in homes)) {
				print word[i] " is tagged [rt] and nowhere defined"
				continue
			}
			k = split(homes[word[i]], home, " ")
			for (j = 1; j <= k; j++)
				reach(home[j] word[i], word[i], "")
		}
		for (at = 1; at <= last; at++) {
			f = queue[at]
			if (f in bad)
				print way(f) " " bad[f]
			object = substr(f, 1, index(f, ":"))
			n = split(calls[f], word, " ")
			for (i = 1; i <= n; i++) {
				to = word[i]
				if ((object to) in known)
					reach(object to, to, f)
				else if (to in homes) {
					k = split(homes[to], home, " ")
					for (j = 1; j <= k; j++)
						reach(home[j] to, to, f)
				} else if (!(to in fine) && !(to ~ /^__aarch64_(cas|ldadd|swp|ldset|ldclr|ldeor)/) &&
					   !((f, to) in told)) {
					told[f, to] = 1
					print way(f) " -> " to ", which is not allowed"
				}
			}
		}
		print last > "/dev/stderr"
	}'
}

disassemble()
{
	"${OBJDUMP:-objdump}" -dr --no-show-raw-insn "$@" | sed 's/^\(.*\.o\): *file format.*/\1: file format/'
}

# Names of data that objects define themselves.
data_of()
{
	"${NM:-nm}" --defined-only "$@" | awk 'NF == 3 && $2 ~ /[DdRrBbVC]/ { print $3 }'
}

# The follower itself: each of these roots must be found out, and none of those.
cat >"$tmp/planted.c" <<'END'
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
struct ops { void (*run)(int); int (*last)(int); };
extern pthread_mutex_t planted_lock;
extern void (*planted_hook)(void);
void *bad_malloc(int n); void bad_pointer(const struct ops *o); int bad_tail(const struct ops *o);
void bad_lock(void); int bad_log(int n); long bad_kernel(void); void bad_hook(void);
long bad_clock(void); int fine_switch(int n); float fine_sum(const float *x, int n); void bad_deep(char *p);
__attribute__((noinline)) static void *deeper(int n) { return n > 3 ? malloc((size_t)n) : NULL; }
__attribute__((noinline)) static void *deep(int n) { return deeper(n + 1); }
void *bad_malloc(int n) { return deep(n * n); }
void bad_pointer(const struct ops *o) { o->run(1); o->run(2); }
int bad_tail(const struct ops *o) { return o->last(3); }
void bad_lock(void) { pthread_mutex_lock(&planted_lock); }
int bad_log(int n) { if (n < 0) fprintf(stderr, "%d\n", n); return n; }
#ifdef __x86_64__
long bad_kernel(void) { long r; __asm__ volatile("syscall" : "=a"(r) : "a"(39) : "rcx", "r11", "memory"); return r; }
#else
long bad_kernel(void) { register long x8 __asm__("x8") = 172, x0 __asm__("x0") = 0; __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8) : "memory"); return x0; }
#endif
void bad_hook(void) { planted_hook(); }
long bad_clock(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_nsec; }
void bad_deep(char *p) { free(p); }
int fine_switch(int n)
{
	switch (n) {
	case 0: return 17; case 1: return 4; case 2: return 9; case 3: return 31; case 4: return 8;
	case 5: return 77; case 6: return 3; case 7: return 12; default: return n * 3;
	}
}
float fine_sum(const float *x, int n) { float s = 0, y[64]; memcpy(y, x, sizeof(y)); for (int i = 0; i < n; i++) s += sinf(y[i & 63]) + (float)fine_switch(n); return s; }
END

self_test() # COMPILER
{
	local root
	compile "$1" "$tmp/planted.c" "$tmp/planted.o" || return 1
	data=$(data_of "$tmp/planted.o")
	for root in bad_malloc bad_pointer bad_tail bad_lock bad_log bad_kernel bad_hook bad_clock bad_deep bad_missing; do
		if [ -z "$(disassemble "$tmp/planted.o" | follow "$root" 2>/dev/null)" ]; then
			echo "imports: $1: the planted $root() was not found out"
			return 1
		fi
	done
	if ! disassemble "$tmp/planted.o" | follow bad_malloc 2>/dev/null | grep -q 'deeper -> malloc'; then
		echo "imports: $1: the way to malloc() is not told"
		return 1
	fi
	root=$(disassemble "$tmp/planted.o" | follow fine_switch fine_sum 2>/dev/null)
	[ -z "$root" ] || { echo "imports: $1: complains of what is proper: $root"; return 1; }
}

roots=$(tagged core/rt/*.h core/dsp/*.h | sort -u)
grep -qx engine_cycle <<<"$roots" || { echo 'imports: engine_cycle() has lost its [rt]'; exit 1; }

failed=0
for cc in ${COMPILERS:-gcc clang}; do
	command -v "$cc" >/dev/null || continue
	self_test "$cc" || exit 1
	objects=()
	for source in core/rt/*.c core/dsp/*.c; do
		object=$tmp/$cc-$(tr / - <<<"${source%.c}").o
		compile "$cc" "$source" "$object" || exit 1
		objects+=("$object")
	done
	data=$(data_of "${objects[@]}")
	# shellcheck disable=SC2086 # words are meant
	complaints=$(disassemble "${objects[@]}" | follow $roots 2>"$tmp/count")
	if [ -n "$complaints" ]; then
		sed "s|$tmp/$cc-||; s/^/imports: $cc: /" <<<"$complaints"
		failed=1
	else
		echo "imports: $cc: $(wc -w <<<"$roots") functions tagged [rt] reach $(cat "$tmp/count"), nothing else"
	fi
	compiled=1
done
[ -n "${compiled:-}" ] || { echo 'imports: neither gcc nor clang is here'; exit 1; }
exit $failed
