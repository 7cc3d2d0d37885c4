/* SPDX-License-Identifier: MIT */
/*
 * remote - the door into a Fanfare that plays in another process.
 *
 * Commands are calls over D-Bus; what is shown is read from memory that is
 * shared (core/service/memory.h), so that neither side waits for the other.
 * When that process ends, or is replaced by a new one, it is waited for. One
 * thread uses it; see fanfare.h for what each function promises.
 */
#ifndef FANFARE_REMOTE_H
#define FANFARE_REMOTE_H

#include "core/fanfare.h"

struct remote;

int remote_new(struct remote **ret, char why[FF_TEXT_MAX * 4]);
void remote_free(struct remote *r);
int remote_submit(struct remote *r, const struct ff_command *command);
void remote_snapshot(struct remote *r, struct ff_snapshot *ret);
int remote_fd(struct remote *r);
int remote_stop(struct remote *r);

/* [any] As ff_running(). */
bool remote_running(char ret_who[FF_TEXT_MAX]);

#endif
