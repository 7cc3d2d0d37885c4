/* SPDX-License-Identifier: MIT */
/* alive - see alive.h. */
#include "core/control/alive.h"

#include "core/base/cut.h"

#include <stdio.h>
#include <systemd/sd-daemon.h>

void alive_init(struct alive *a)
{
	uint64_t usec = 0;

	*a = (struct alive){ 0 };
	/* twice in the time allowed, as sd_watchdog_enabled(3) recommends */
	if (sd_watchdog_enabled(0, &usec) > 0)
		a->every = usec * 1000 / 2;
}

uint64_t alive_step(struct alive *a, uint64_t now, uint64_t cycles, const char *text)
{
	if (!a->told) {
		a->told = true;
		a->next = now;
		sd_notify(0, "READY=1");
	}
	if (strncmp(a->text, text, sizeof(a->text) - 1) != 0) {
		cut_copy(a->text, sizeof(a->text), text);
		sd_notifyf(0, "STATUS=%s", a->text);
	}
	if (a->every == 0)
		return UINT64_MAX;
	if (now >= a->next) {
		if (cycles != a->cycles)
			sd_notify(0, "WATCHDOG=1");
		a->cycles = cycles;
		a->next = now + a->every;
	}
	return a->next;
}

void alive_done(struct alive *a)
{
	if (a->told)
		sd_notify(0, "STOPPING=1");
}
