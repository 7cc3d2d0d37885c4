/* SPDX-License-Identifier: MIT */
/*
 * graph - from the model to a plan: levels, delays, who flows.
 */
#ifndef FANFARE_CONTROL_GRAPH_H
#define FANFARE_CONTROL_GRAPH_H

#include "core/control/model.h"

#define GRAPH_ASSUMED_MS 150.0 /* of a Bluetooth speaker that says nothing */

/*
 * [any] The delays that make n speakers agree, each moved by its trim: more is
 * later. ret_delay_ms[i] = latest - latency_ms[i] + trim_ms[i], where latest is
 * the smallest that leaves no delay negative. All in milliseconds; a delay ends
 * at 2,000.
 */
void graph_align(const double *latency_ms, const double *trim_ms, uint32_t n,
		 double *ret_delay_ms);

/*
 * [any] The latency to reckon with, in milliseconds: measured, else reported,
 * else assumed (NAN = not known). *ret_from says which it was.
 */
double graph_latency(double measured_ms, double reported_ms, double assumed_ms,
		     enum ff_latency_from *ret_from);

/* [ctl] The linear gain of a speaker with its mute, the solos, its zone and all of it. */
float graph_gain(const struct control *c, const struct speaker *s);

/* [ctl] The delay of a speaker as reckoned, in frames. */
uint32_t graph_delay(const struct control *c, const struct speaker *s);

/* [ctl] Write a plan of the model and send it. Logs nothing. -ENOMEM, -EAGAIN: stays dirty. */
int graph_send(struct control *c);

/* [ctl] Free plans that came back, and then what only they named. True while some are out. */
bool graph_collect(struct control *c);

/* [ctl] Put a speaker or source where graph_collect() frees it in time. */
void graph_bury_speaker(struct control *c, struct speaker *s);
void graph_bury_source(struct control *c, struct source_run *s);

/* [ctl] Free all of the graveyard: only when no engine runs. */
void graph_clear(struct control *c);

#endif
