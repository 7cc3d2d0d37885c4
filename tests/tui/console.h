/* SPDX-License-Identifier: MIT */
/*
 * console - the whole console at a pty, with a fake core behind it.
 */
#ifndef FANFARE_TESTS_TUI_CONSOLE_H
#define FANFARE_TESTS_TUI_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tests/tui/fake_door.h"
#include "tests/tui/terminal.h"

#define SOON 10000 /* ms a busy machine may take */

struct setting {
	const char *term, *lang, *ssh;
	const char *mono; /* NO_COLOR */
};

/* xterm-256color with UTF-8, nothing else said. */
extern const struct setting console_local;

/* main()'s first step: a home of our own, and consoles that play on become ours to wait for. */
bool console_prepare(void);

/* A fake core; the one that console_sweep() looks after. */
struct fake_door *console_door(void);

/* One with a party of so many speakers. */
struct fake_door *console_party(uint32_t speakers);

/* The console at a terminal of that size; arg of console_run(). */
struct terminal *console_new(int rows, int cols, const struct setting *s);
int console_run(void *setting);

/* End the process that plays; it is a grandchild that init, or we, inherit. */
void console_end(struct fake_door *f, struct terminal *t);

/* Whether pid still runs. */
bool console_alive(pid_t pid);

/* A teardown: after a test that failed its console would play on for ever. */
int console_sweep(void **state);

#endif
