#!/bin/bash
# SPDX-License-Identifier: MIT
# run.sh PROGRAM... - run each test program and the script tests, then count.
# Ends with "N passed, N failed"; the output of what failed is shown whole.
set -u
cd "$(dirname "$0")/.." || exit 1
export CMOCKA_MESSAGE_OUTPUT=stdout

passed=0 failed=0
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT

one() {
	local name=$1 ok=0 bad=0
	shift
	local start=$SECONDS
	timeout "${TEST_TIMEOUT:-300}" "$@" >"$out" 2>&1
	local rc=$?
	ok=$(grep -c '^\[       OK \]' "$out")
	# cmocka names a failed test where it fails and again at the end
	bad=$(grep '^\[  FAILED  \] [a-z0-9_]*$' "$out" | sort -u | wc -l)
	if [ "$rc" -eq 0 ]; then
		[ "$ok" -gt 0 ] || ok=1
		passed=$((passed + ok))
		printf '  ok      %-44s %4d tests %3d s\n' "$name" "$ok" $((SECONDS - start))
	else
		[ "$bad" -gt 0 ] || bad=1
		passed=$((passed + ok)) failed=$((failed + bad))
		printf '  FAILED  %-44s exit %d\n' "$name" "$rc"
		sed 's/^/    | /' "$out"
	fi
}

for t in "$@"; do
	one "${t#"${BUILD:-build}"/}" "$t"
done
for s in tests/*.test.sh tests/*/*.test.sh; do
	[ -f "$s" ] && one "$s" bash "$s"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
