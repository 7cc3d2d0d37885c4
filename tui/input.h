/* SPDX-License-Identifier: MIT */
/*
 * input - bytes from a terminal into keys.
 *
 * Our own reader instead of getch: an escape sequence nobody knows is taken
 * whole up to its final byte, so that its tail is never run as commands; an
 * arrow key that a slow line tears apart is still an arrow; and a terminal
 * that is gone is seen by read() at once. Pure: bytes and time are passed in.
 */
#ifndef FANFARE_TUI_INPUT_H
#define FANFARE_TUI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUT_ESC_MS  25   /* a lone Esc is one after this long */
#define INPUT_LATE_MS 1000 /* so much later the rest of a torn sequence is still its rest */

struct input {
	char bytes[512];
	size_t n;
	uint64_t fed_ms; /* when the last bytes came */
	uint64_t esc_ms; /* when a lone Esc was handed out; 0 = the last key was another */
	struct {
		char bytes[12];
		uint32_t key;
	} learned[40]; /* what terminfo says this terminal sends */
	size_t learned_n;
	bool clicks; /* the terminal was asked to tell them */
	struct {
		int row, col; /* from 0 */
		int wheel;    /* rows up (-) or down, 0 = a click of the left button */
	} mouse;	      /* of the KEYS_MOUSE just given out */
};

/* [ui] A sequence of this terminal's own; NULL and what is too long are passed over. */
void input_learn(struct input *in, const char *sequence, uint32_t key);

/* [ui] Add n bytes that came at now_ms; what does not fit is dropped. */
void input_feed(struct input *in, const char *bytes, size_t n, uint64_t now_ms);

/* [ui] Take the next key; false when there is none (yet). */
bool input_next(struct input *in, uint64_t now_ms, uint32_t *ret_key);

/* [ui] Milliseconds until input_next() should be asked again, -1 = only after more bytes. */
int input_wait(const struct input *in, uint64_t now_ms);

#endif
