/* SPDX-License-Identifier: MIT */
/*
 * script - what a test may change in the world while it runs, as lines of text.
 *
 * A controller is named by its number (0), the kernel's name (hci0) or its
 * address. README.md has the lines and the fields of "stats".
 */
#ifndef RADIO_SCRIPT_H
#define RADIO_SCRIPT_H

#include "world.h"

#define SCRIPT_LINE 512 /* longest line either way, its end included */

/*
 * [io] Carry out one line; what it has to say goes to say(), line by line
 * without an end of line. 0, or -EINVAL after saying "error: ...".
 */
int script_run(struct world *w, const char *line, void (*say)(void *user, const char *line),
	       void *user);

#endif
