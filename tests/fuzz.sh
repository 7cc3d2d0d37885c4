#!/bin/bash
# SPDX-License-Identifier: MIT
# fuzz.sh SECONDS PROGRAM... - run each libFuzzer target for so long, from its seeds.
set -eu
seconds=$1
shift
for f in "$@"; do
	name=$(basename "$f")
	room=$(basename "$(dirname "$f")")
	corpus=$(dirname "$f")/$name.corpus
	mkdir -p "$corpus"
	seeds=tests/$room/seeds/${name#fuzz_}
	echo "fuzz $name for $seconds s"
	"$f" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="$corpus/crash-" "$corpus" $([ -d "$seeds" ] && echo "$seeds") 2>&1 |
		grep -E 'stat::number_of_executed|ERROR|SUMMARY|Test unit written|BINGO' || true
	[ "${PIPESTATUS[0]}" -eq 0 ]
	! ls "$corpus"/crash-* >/dev/null 2>&1 || { echo "crashes in $corpus"; exit 1; }
done
