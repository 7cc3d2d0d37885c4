#!/bin/bash
# SPDX-License-Identifier: MIT
# fuzz.sh SECONDS PROGRAM... - run each libFuzzer target for so long, from its seeds.
# Ends with "N passed, N failed"; what was found lies in PROGRAM.corpus/crash-*.
set -u
cd "$(dirname "$0")/.." || exit 1
seconds=$1 passed=0 failed=0
shift
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

for f in "$@"; do
	name=$(basename "$f")
	seeds=tests/$(basename "$(dirname "$f")")/seeds/${name#fuzz_}
	corpus=$f.corpus
	mkdir -p "$corpus"
	rm -f "$corpus"/crash-*
	[ -d "$seeds" ] || seeds=
	# shellcheck disable=SC2086 # no seeds, no word
	if "$f" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="$corpus/crash-" "$corpus" $seeds >"$log" 2>&1; then
		passed=$((passed + 1))
		echo "  ok      $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s"
	else
		failed=$((failed + 1))
		echo "  FAILED  $name"
		tail -40 "$log" | sed 's/^/    | /'
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
