/* SPDX-License-Identifier: MIT */
/* pace - see pace.h. */
#include "tests/lab/pace.h"

#include <math.h>

#define SECOND 1e9

void pace_init(struct pace *p, double rate)
{
	*p = (struct pace){ .rate = rate / SECOND, .best = -INFINITY };
}

/* The straight line through the seconds that count; a level one through less than three. */
static void fit(struct pace *p)
{
	double n = p->seconds, x = 0, y = 0, over = 0, under = 0;

	for (unsigned i = 0; i < p->seconds; i++) {
		x += p->at[i] / n;
		y += p->ahead[i] / n;
	}
	for (unsigned i = 0; i < p->seconds; i++) {
		over += (p->at[i] - x) * (p->ahead[i] - y);
		under += (p->at[i] - x) * (p->at[i] - x);
	}
	p->slope = p->seconds > 2 ? over / under : 0;
	p->offset = y - p->slope * x;
}

void pace_see(struct pace *p, int64_t ns, double frames)
{
	double since, ahead;

	if (!p->began)
		p->began = ns;
	since = (double)(ns - p->began);
	ahead = frames - p->rate * since;
	if ((uint64_t)(since / SECOND) != p->second) {
		if (p->seconds == PACE_SECONDS)
			p->seconds--;
		for (unsigned i = p->seconds; i > 0; i--) {
			p->at[i] = p->at[i - 1];
			p->ahead[i] = p->ahead[i - 1];
		}
		p->at[0] = p->best_at;
		p->ahead[0] = p->best;
		p->seconds++;
		fit(p);
		p->second = (uint64_t)(since / SECOND);
		p->best = -INFINITY;
	}
	if (ahead > p->best) {
		p->best = ahead;
		p->best_at = since;
	}
	if (p->seconds == 0)
		p->offset = p->best;
}

double pace_frames(const struct pace *p, double ns)
{
	double since = ns - (double)p->began;

	return p->began ? p->offset + (p->rate + p->slope) * since : 0;
}

double pace_ns(const struct pace *p, double frames)
{
	return p->began ? (double)p->began + (frames - p->offset) / (p->rate + p->slope) : 0;
}
