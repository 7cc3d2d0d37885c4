/* SPDX-License-Identifier: MIT */
/* rfkill - see rfkill.h. */
#include "core/control/rfkill.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <unistd.h>

static bool says_one(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char first = '0';
	bool one;

	if (fd < 0)
		return false;
	one = read(fd, &first, 1) == 1 && first == '1';
	close(fd);
	return one;
}

bool rfkill_blocks(const char *sys, const char *adapter)
{
	static const char *const switches[] = { "soft", "hard" };
	bool blocked = false;

	for (int i = 0; i < 2; i++) {
		char pattern[256];
		glob_t found = { 0 };

		snprintf(pattern, sizeof(pattern), "%s/class/bluetooth/%s/rfkill*/%s", sys,
			 adapter, switches[i]);
		if (glob(pattern, 0, NULL, &found) == 0) {
			for (size_t k = 0; k < found.gl_pathc; k++)
				blocked = blocked || says_one(found.gl_pathv[k]);
		}
		globfree(&found);
	}
	return blocked;
}
