/* SPDX-License-Identifier: MIT */
/* tap - see tap.h. */
#include "core/io/tap.h"

#include "core/base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct tap {
	pthread_mutex_t lock; /* guards all below; held for a copy */
	double seconds;
	struct tap_state state;
	bool broken;   /* origin begins anew with what comes next */
	uint64_t size; /* frames kept */
	float *kept;   /* frame n lies at n % size */
};

int tap_new(double seconds, struct tap **ret)
{
	struct tap *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	pthread_mutex_init(&t->lock, NULL);
	t->seconds = seconds;
	*ret = t;
	return 0;
}

void tap_free(struct tap *t)
{
	if (!t)
		return;
	pthread_mutex_destroy(&t->lock);
	free(t->kept);
	free(t);
}

/* Room for another rate; false: no memory, and nothing is kept. */
static bool make_room(struct tap *t, uint32_t rate)
{
	uint64_t breaks = t->state.breaks + (t->state.rate != 0);

	free(t->kept);
	t->size = (uint64_t)(t->seconds * rate);
	t->kept = calloc(t->size, sizeof(*t->kept));
	t->state = (struct tap_state){ .rate = t->kept ? rate : 0, .breaks = breaks };
	t->broken = true;
	return t->kept != NULL;
}

void tap_push(struct tap *t, uint64_t now, uint32_t rate, const float *stereo, uint32_t frames)
{
	uint64_t begun;

	pthread_mutex_lock(&t->lock);
	if (t->state.rate == rate || make_room(t, rate)) {
		for (uint32_t i = 0; i < frames; i++)
			t->kept[(t->state.frames + i) % t->size] =
				0.5f * (stereo[2 * i] + stereo[2 * i + 1]);
		/* they come in pieces: the promptest piece tells best when it began */
		begun = now - clock_of_frame(0, t->state.frames + frames, rate);
		if (t->broken || begun < t->state.origin)
			t->state.origin = begun;
		t->broken = false;
		t->state.frames += frames;
	}
	pthread_mutex_unlock(&t->lock);
}

void tap_break(struct tap *t)
{
	pthread_mutex_lock(&t->lock);
	t->state.breaks++;
	t->broken = true;
	pthread_mutex_unlock(&t->lock);
}

void tap_look(struct tap *t, struct tap_state *ret)
{
	pthread_mutex_lock(&t->lock);
	*ret = t->state;
	pthread_mutex_unlock(&t->lock);
}

int tap_read(struct tap *t, uint64_t from, float *ret, uint32_t n)
{
	int r = -ERANGE;

	pthread_mutex_lock(&t->lock);
	if (from + n <= t->state.frames && from + t->size >= t->state.frames) {
		for (uint32_t i = 0; i < n; i++)
			ret[i] = t->kept[(from + i) % t->size];
		r = 0;
	}
	pthread_mutex_unlock(&t->lock);
	return r;
}
