/* SPDX-License-Identifier: MIT */
/*
 * scan - a look over a profile's text before libconfig reads it.
 *
 * libconfig trusts its input: it recurses without a limit, takes as long as
 * the square of the number of settings, reads any file that an @include names,
 * wraps numbers that are too large, and lets a text or comment that never ends
 * swallow the rest of the file. What this looks at it for is safe to be given
 * to libconfig, and the commonest slips are told in plainer words. Private to
 * the store.
 */
#ifndef FANFARE_STORE_SCAN_H
#define FANFARE_STORE_SCAN_H

#include "core/store/complain.h"

#define SCAN_BYTES    (1u << 20) /* the largest profile that makes sense has 40 kB */
#define SCAN_DEPTH    16	 /* brackets within brackets; a profile needs 5 */
#define SCAN_SETTINGS 16384	 /* '=' and ',' in one file; the largest profile has 3000 */

/*
 * [any] Check len bytes of text, text[len] being '\0'. A comma before a
 * closing bracket, which only newer libconfigs allow, is blanked. Returns 0 or
 * -EBADMSG, complaints in why.
 */
int scan_profile(char *text, size_t len, struct complaints *why);

#endif
