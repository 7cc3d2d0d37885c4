/* SPDX-License-Identifier: MIT */
/*
 * terminal - a real pty with a libvterm behind it, as a person at a terminal.
 *
 * A test waits for words on the screen, never for quiet.
 */
#ifndef FANFARE_TESTS_TUI_TERMINAL_H
#define FANFARE_TESTS_TUI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

struct terminal;

/* Run fn(arg) as a process at a new terminal of that size; its return is the exit status. */
struct terminal *terminal_new(int rows, int cols, int (*fn)(void *arg), void *arg);

/* Hang up, if that has not been done, and end what still runs there. */
void terminal_free(struct terminal *t);

/* Take in what the program writes, for ms. */
void terminal_pump(struct terminal *t, int ms);

/* Whether text stands on the screen before ms are over; prints the screen if not. */
bool terminal_shows(struct terminal *t, const char *text, int ms);

/* The same for text that is to go away. */
bool terminal_loses(struct terminal *t, const char *text, int ms);

/* The screen as text, a line a row. */
const char *terminal_text(struct terminal *t);

/* Whether any cell has a colour of its own. */
bool terminal_coloured(struct terminal *t);

void terminal_send(struct terminal *t, const char *bytes);

/* Click there (rows and columns from 0); false = nobody asked to be told of clicks. */
bool terminal_click(struct terminal *t, int row, int col);

void terminal_resize(struct terminal *t, int rows, int cols);

/* Stop the terminal's output, as ^S does on a line that heeds it, or let it go on. */
void terminal_stop(struct terminal *t, bool stopped);

/* Close our end, as a line that drops. */
void terminal_hang_up(struct terminal *t);

/* Bytes that came since the last call. */
size_t terminal_bytes(struct terminal *t);

/* How the terminal is set now. */
struct termios terminal_modes(struct terminal *t);

/* The process at the terminal, and its status as of waitpid() when it changes before ms; -1. */
pid_t terminal_pid(const struct terminal *t);
int terminal_status(struct terminal *t, int flags, int ms);

#endif
