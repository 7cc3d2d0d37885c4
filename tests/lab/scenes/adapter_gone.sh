# SPDX-License-Identifier: MIT
# limit: 220
# The adapter is pulled out while three speakers play and put back in: all three come back by
# themselves, each in its place in time. The speakers notice after the three seconds that
# their links may be silent.
# shellcheck shell=bash disable=SC2154

three_on_one_adapter
sleep 12
air unplug 0
sleep 3
for n in 1 2 3; do before[n]=$(stat -c %s "$here/rec$n.cap"); done
want_line 'the adapter is missed' "$out/fanfare.log" "adapter hci[0-9]+ $(address 0) is gone"
air plug 0
# each has two seconds of sound more than when the adapter came back
grown() { for n in 1 2 3; do [ "$(stat -c %s "$here/rec$n.cap")" -gt $((before[n] + 80000)) ] || return 1; done; }
within 40 grown
want 'seconds to return' "$took" '<=' 10
sleep 15
air stats >"$out/stats"
for n in 1 2 3; do stop speaker$n; done
stop fanfare
back_in_place 1 2 3
