#!/bin/bash
# SPDX-License-Identifier: MIT
# steps.test.sh - README and manual tell the same way from a bare Pi to music at boot. That it
# leads there, tests/lab/way shows.
set -u
cd "$(dirname "$0")/../.." || exit 1

readme=$(bash tests/lab/steps.sh readme | sed 's/ *#.*//') manual=$(bash tests/lab/steps.sh manual)
[ "$(wc -l <<<"$readme")" -gt 10 ] || { echo 'the README has no way' && exit 1; }
diff <(echo "$readme") <(echo "$manual") || { echo 'README (<) and manual (>) differ' && exit 1; }
echo 'README and manual tell the same way'
