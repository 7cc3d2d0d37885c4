#!/bin/bash
# SPDX-License-Identifier: MIT
# steps.sh readme|manual - the commands of the way from a bare Pi to music at boot, as they stand
# in README.md (blocks marked "sh" of that section) or in tui/fanfare.1. A line "--" parts blocks:
# after each one logs in again.
set -euo pipefail
cd "$(dirname "$0")/../.."

case ${1:-} in
readme)
	awk '/^## / { on = /^## From a bare Pi to music at boot/ }
		on && /^```/ { if (block) print "--"; block = /^```sh$/; next }
		on && block' README.md
	;;
manual)
	awk '/^\.SH/ { on = /^\.SH FROM A BARE PI TO MUSIC AT BOOT/ }
		on && /^\.fi/ { print "--"; block = 0 }
		on && block
		on && /^\.nf/ { block = 1 }' tui/fanfare.1 | sed 's/\\-/-/g'
	;;
*) echo 'steps.sh readme|manual' >&2 && exit 2 ;;
esac
