/* SPDX-License-Identifier: MIT */
/* retry - see retry.h. */
#include "core/control/retry.h"

#include "core/base/clock.h"

uint64_t retry_wait(uint32_t tries, uint64_t down)
{
	if (tries <= 1)
		return 1 * NS_PER_SEC;
	if (tries == 2)
		return 2 * NS_PER_SEC;
	if (down < 120 * NS_PER_SEC)
		return 3 * NS_PER_SEC;
	if (down < 600 * NS_PER_SEC)
		return 10 * NS_PER_SEC;
	return 30 * NS_PER_SEC;
}

uint64_t retry_search(uint32_t rounds)
{
	uint64_t wait = 30 * NS_PER_SEC;

	if (rounds < 3)
		return 0;
	for (; rounds > 3 && wait < 300 * NS_PER_SEC; rounds--)
		wait *= 2;
	return wait < 300 * NS_PER_SEC ? wait : 300 * NS_PER_SEC;
}
