/* SPDX-License-Identifier: MIT */
/*
 * control - the one thread that decides.
 *
 * Runs an sd-event loop: commands from doors, BlueZ, states of devices, and
 * one timer for whatever is to happen next. It owns the engine, the pacer, all
 * sources and speakers, and is the only one that logs.
 */
#ifndef FANFARE_CONTROL_CONTROL_H
#define FANFARE_CONTROL_CONTROL_H

#include "core/fanfare.h"
#include "core/store/profile.h"

struct control;

/* [any] As ff_open(); complaints about the profile go to why. *ret is the caller's. */
int control_new(const struct ff_options *options, struct control **ret, struct complaint *why);

/* [any, not ctl] Stop the thread and release everything. NULL is fine. */
void control_free(struct control *c);

/* [any] As ff_submit(). */
int control_submit(struct control *c, const struct ff_command *command);

/* [any, not ctl] As ff_snapshot(). */
void control_snapshot(struct control *c, struct ff_snapshot *ret);

/* [any] As ff_fd(). */
int control_fd(struct control *c);

/*
 * [any] For the room that serves other processes: a descriptor of its own,
 * readable after every change until its reader has read it.
 */
int control_news_fd(struct control *c);

/* [any, not ctl] As ff_snapshot(), but leaves control_fd() as it is. */
void control_look(struct control *c, struct ff_snapshot *ret);

#endif
