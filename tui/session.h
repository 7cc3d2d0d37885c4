/* SPDX-License-Identifier: MIT */
/*
 * session - how the music outlives the terminal.
 *
 * A process with threads cannot fork, and a shell waits for the process that
 * it started. So the console forks at once, before there are threads: the
 * shell keeps a thin parent that only waits; the child, in the same process
 * group, has the terminal, the core and all threads. To leave with the music
 * playing, the child gives the terminal back, starts a session of its own and
 * says goodbye; the parent prints that and exits. ^Z stops the parent alone,
 * fg wakes it, and the child is told: no note is missed. If the child dies,
 * the parent puts the terminal right and hands on how. If the parent is gone
 * (the line dropped), the child sees its end of the channel close.
 */
#ifndef FANFARE_TUI_SESSION_H
#define FANFARE_TUI_SESSION_H

enum session_word {
	SESSION_LEFT = 1,  /* child: plays on without a terminal; print text, exit 0 */
	SESSION_ENDED,	   /* child: all is stopped; exit with code, text on stderr if any */
	SESSION_SUSPENDED, /* child: the terminal is given back, stop yourself */
	SESSION_RESUMED,   /* parent: the terminal is ours again */
};

/*
 * [ui] Fork. Returns in the child only, with its end of the channel: a
 * descriptor, or -errno when there was no process to be had. No thread may
 * exist yet.
 */
int session_start(void);

/* [ui] Child: say it to the parent; one that is gone is no error. */
void session_say(int channel, enum session_word word, int code, const char *text);

/* [ui] Child: what the parent said: a word, or 0 = it is gone. Call when readable. */
enum session_word session_hear(int channel);

/*
 * [ui] Child: turn standard input, output and error away from the terminal.
 * What a library prints would spoil the screen, and no source may read keys.
 */
void session_quiet(void);

/* [ui] Child: cut loose from the terminal and its hang-ups. */
void session_detach(void);

#endif
