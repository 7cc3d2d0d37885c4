/* SPDX-License-Identifier: MIT */
/*
 * service - lets other processes use this core: consoles, scripts, home
 * automation.
 *
 * One thread with a loop of its own, so that nothing that comes over D-Bus,
 * however much and however wrong, costs control more than the commands that
 * are let through. It is org.fanfare.Fanfare1 on the system bus where the
 * policy allows that, else on the session bus; without a bus it waits for one.
 *
 *	post.c       the bus: connecting, the name            ─┐
 *	face.c       the object: methods, properties, signals  ├─► service.c ─► control
 *	consoles.c   bells of who is attached, memory.c        ─┘
 */
#ifndef FANFARE_SERVICE_SERVICE_H
#define FANFARE_SERVICE_SERVICE_H

#include "core/control/control.h"

struct service;

/*
 * [any] Serve this core until service_free(), which comes before
 * control_free(). -ENOMEM, -EAGAIN (no thread) or -errno; *ret is the caller's.
 */
int service_new(struct control *control, struct service **ret);

/* [any] Leave the bus; who is attached sees that at once. NULL is fine. */
void service_free(struct service *s);

#endif
