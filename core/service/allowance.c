/* SPDX-License-Identifier: MIT */
/* allowance - see allowance.h. */
#include "core/service/allowance.h"

#include "core/base/clock.h"
#include "core/base/cut.h"

#define COST (NS_PER_SEC / ALLOWANCE_RATE) /* of one call */
#define FULL (COST * ALLOWANCE_BURST)

static struct allowance_caller *find(struct allowance *a, const char *name, uint64_t now)
{
	struct allowance_caller *oldest = &a->callers[0];

	for (int i = 0; i < ALLOWANCE_CALLERS; i++) {
		struct allowance_caller *c = &a->callers[i];

		if (!strncmp(c->name, name, sizeof(c->name) - 1))
			return c;
		if (c->at < oldest->at)
			oldest = c;
	}
	*oldest = (struct allowance_caller){ .at = now, .left = FULL };
	CUT_COPY(oldest->name, name);
	return oldest;
}

bool allowance_take(struct allowance *a, const char *caller, uint64_t now)
{
	struct allowance_caller *c = find(a, caller, now);

	c->left += now - c->at;
	if (c->left > FULL)
		c->left = FULL;
	c->at = now;
	if (c->left < COST)
		return false;
	c->left -= COST;
	return true;
}
