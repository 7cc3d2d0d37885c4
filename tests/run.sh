#!/bin/bash
# SPDX-License-Identifier: MIT
# run.sh PROGRAM... - run each test program and the script tests, then count.
# JOBS of them at a time (default 1). RUNNER runs the programs where this machine
# cannot; the scripts, which look at the tree, are left out then. Ends with "N passed, N failed"; the output
# of what failed is shown whole.
#
# Many of them judge real sound in real time, on machines that are shared: what
# failed is run once more, alone, and said to have needed it. A fault fails twice.
set -u
cd "$(dirname "$0")/.." || exit 1
export CMOCKA_MESSAGE_OUTPUT=stdout

passed=0 failed=0 running=0 started=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

# Run it; its counts go to a file of its own, its line to the screen in one piece.
one()
{
	local name=$1 out=$2 ok bad rc start=$SECONDS
	shift 2
	timeout "${TEST_TIMEOUT:-300}" "$@" >"$out" 2>&1
	rc=$?
	ok=$(grep -c '^\[       OK \]' "$out")
	# cmocka names a failed test where it fails and again at the end
	bad=$(grep '^\[  FAILED  \] [a-z0-9_]*$' "$out" | sort -u | wc -l)
	if [ "$rc" -eq 0 ]; then
		bad=0
		[ "$ok" -gt 0 ] || ok=1
		printf '  ok      %-44s %4d tests %3d s\n' "$name" "$ok" $((SECONDS - start))
	else
		[ "$bad" -gt 0 ] || bad=1
		printf '  FAILED  %-44s exit %d\n%s\n' "$name" "$rc" "$(sed 's/^/    | /' "$out")"
		printf '%s\n' "$name" "$@" >"$out.failed"
	fi
	echo "$ok $bad" >"$out.count"
}

start()
{
	if [ "$running" -ge "${JOBS:-1}" ]; then
		wait -n
		running=$((running - 1))
	fi
	one "$1" "$(mktemp "$dir/XXXXXX")" "${@:2}" &
	running=$((running + 1)) started=$((started + 1))
}

for t in "$@"; do
	start "${t#"${BUILD:-build}"/}" ${RUNNER:+"$RUNNER"} "$t"
done
for s in tests/*.test.sh tests/*/*.test.sh; do
	[ -z "${RUNNER:-}" ] && [ -f "$s" ] && start "$s" bash "$s"
done
wait

again=0
for f in "$dir"/*.failed; do
	[ -f "$f" ] || continue
	mapfile -t words <"$f"
	rm "$f"
	echo "  again   ${words[0]}"
	one "${words[0]}" "${f%.failed}" "${words[@]:1}"
	[ -f "$f" ] || again=$((again + 1))
done
[ "$again" -eq 0 ] || echo "$again of them passed only when run again, alone"

while read -r ok bad; do
	passed=$((passed + ok)) failed=$((failed + bad))
	started=$((started - 1))
done < <(cat "$dir"/*.count)
failed=$((failed + started)) # what did not live to be counted
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
