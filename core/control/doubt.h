/* SPDX-License-Identifier: MIT */
/*
 * doubt - whether the measured latency of a speaker still holds.
 *
 * A speaker may take another time after it was connected again, when something
 * else flows to it, or when it reports another delay itself. What it reports is
 * never added to what was measured, which has it in it: the measured latency
 * stays in force, and the speaker is marked, with the reason, until it is
 * measured or checked again, or a person puts the mark away.
 */
#ifndef FANFARE_CONTROL_DOUBT_H
#define FANFARE_CONTROL_DOUBT_H

#include "core/control/model.h"

/* [ctl] It begins to flow, by a connection that it did not have when it was measured. */
void doubt_connected(struct speaker *s);

/* [ctl] It reports a latency (ms, >= 0). One that hardly moved is the same as before. */
void doubt_reported(struct speaker *s, double ms);

/* [ctl] Look at it; what is new is told in the log. */
void doubt_watch(struct speaker *s);

/* [ctl] A person puts away what is in doubt, or back. */
void doubt_set(struct speaker *s, bool on);

/* [ctl] What flows to it now, as a profile keeps it beside a measurement; "" = not known. */
const char *doubt_stream(const struct speaker *s);

/* [any with the lock] In words; "" = nothing, or it was put away. */
const char *doubt_words(const struct speaker *s);

/* [any with the lock] By how much (ms) its report moved since it was measured; 0 = not known.
 */
double doubt_shift_ms(const struct speaker *s);

#endif
