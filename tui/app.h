/* SPDX-License-Identifier: MIT */
/*
 * app - the loop between terminal, model and core.
 */
#ifndef FANFARE_TUI_APP_H
#define FANFARE_TUI_APP_H

#include <stdbool.h>

/* Exit status of a headless one where Fanfare plays already; 1 and 2 are as in script.h. */
enum { APP_PLAYS = 3 };

struct app_options {
	const char *profile; /* name or path, NULL = the last one */
	bool resume;	     /* what was set by hand and not saved, too */
	const char *theme;   /* name, NULL = as the terminal seems to want */
	bool headless;	     /* no terminal, log to stderr */
	bool no_bluetooth;
};

/*
 * [ui] Open the core and run until told to stop; returns the exit status. With
 * a console it forks first (session.h) and returns in the child; whatever there
 * is to say is then printed by the parent.
 */
int app_run(const struct app_options *options);

#endif
