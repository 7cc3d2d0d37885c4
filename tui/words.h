/* SPDX-License-Identifier: MIT */
/*
 * words - what is said of a speaker, in words that fit.
 *
 * Pure. Sentences are built of pieces, the important ones first; a piece that
 * no longer fits its columns is left out whole.
 */
#ifndef FANFARE_TUI_WORDS_H
#define FANFARE_TUI_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "core/fanfare.h"

struct words {
	char text[512];
	int room; /* columns */
};

/* [ui] Start a sentence of at most room columns. */
void words_start(struct words *w, int room);

/* [ui] Add a piece, two blanks before it, if it fits. */
void words_add(struct words *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* [ui] A name that can be seen: its own, else its address. */
const char *words_name(const char *name, const char *address);

/* [any] Why a speaker does not play, and what comes next: "out of range, next try in 20 s". */
void words_state(const struct ff_speaker *s, char *ret, size_t size);

/* [any] Only what comes next: ", next try in 20 s", ", try 2", "". */
void words_next(const struct ff_speaker *s, char *ret, size_t size);

/* [any] Three letters for what carries it: "bt", "sim", … */
const char *words_output(enum ff_output output);

/* [any] A volume in dB: "-8.0", "0.0", "+3.0", "silent". */
void words_decibel(float db, char *ret, size_t size);

/* [any] A time that passed, short: "4s", "3m", "2h", "5d". */
void words_age(uint32_t ms, char *ret, size_t size);

/* [ui] What flows to a speaker: codec, queue, drops, air, battery. */
void words_stream(const struct ff_speaker *s, struct words *w);

/* [ui] When it sounds: latency and whose word that is, delay, trim, clock, address. */
void words_timing(const struct ff_speaker *s, struct words *w);

/* [ui] Why its measured latency may not hold any more, and what to press; nothing when it does.
 */
void words_doubt(const struct ff_speaker *s, struct words *w);

/* [ui] One source: what it is, how it does. */
void words_source(const struct ff_source *s, struct words *w);

#endif
