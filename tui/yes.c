/* SPDX-License-Identifier: MIT */
/* yes - see yes.h. */
#include <errno.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "tui/yes.h"

bool yes_key(void)
{
	struct termios found, bare;
	unsigned char key = 0;
	bool yes;

	if (tcgetattr(STDIN_FILENO, &found) < 0)
		return false;
	bare = found;
	/* ^C is a key as well: whoever is killed leaves the terminal like this */
	bare.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	bare.c_cc[VMIN] = 1;
	bare.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &bare);
	while (read(STDIN_FILENO, &key, 1) < 0 && errno == EINTR)
		;
	/* an Enter by habit is not to be the first key of what comes next */
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &found);
	yes = key == 'y' || key == 'Y';
	fprintf(stderr, "%s\n", yes ? "yes" : "no");
	return yes;
}
