/* SPDX-License-Identifier: MIT */
/*
 * judge - the figures of what was heard, one "name=value" a line.
 *
 *	judge programme OUT.wav SECONDS     write the lab's programme
 *	judge resample IN.wav OUT.wav RATE  the same sound at another rate
 *	judge match SOURCE.wav REC.wav [S]  how alike, how late, how loud, which channel
 *	judge gaps REC.wav [S]              silences of 3 ms and more in its midst
 *	judge packets CAPTURE               counts, losses, bitpool, times of arrival
 *	judge decode CAPTURE OUT.wav [NS]   its sound on the clock, from NS on
 *	judge skew CAPTURE CAPTURE          how much later the second plays than the first
 *
 * S: seconds at the beginning of the recording that are left out.
 * Ends with 0 when there were figures to give, whatever they say, else with 1.
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/scope.h"
#include "tests/lab/capture.h"
#include "tests/lab/figures.h"
#include "tests/lab/sound.h"

#define RATE	44100u /* Hz; what the scenes' profiles ask for */
#define GAP	132u   /* frames, 3 ms: longer than a zero crossing of the programme */
#define SILENCE 1e-4f  /* -80 dBFS */
#define ENDS_NS INT64_C(10000000000)

SCOPED_FN(struct capture, capture_free)

static void leave_out(struct sound *s, const char *seconds)
{
	double n = seconds ? strtod(seconds, NULL) * s->rate : 0.0;
	size_t frames = n > 0.0 ? (size_t)n : 0;

	if (frames > s->count)
		frames = s->count;
	s->count -= frames;
	memmove(s->frames, s->frames + 2 * frames, 2 * s->count * sizeof(float));
}

static int match(const char *source, const char *recording, const char *from)
{
	SCOPED(sound_done) struct sound a = { 0 };
	SCOPED(sound_done) struct sound b = { 0 };
	struct match m;
	int r;

	r = sound_load(source, &a);
	if (r == 0)
		r = sound_load(recording, &b);
	if (r == 0)
		leave_out(&b, from);
	if (r == 0)
		r = figures_match(&a, &b, &m);
	if (r < 0)
		return r;
	printf("windows=%zu\nmissing=%zu\n", m.windows, m.missing);
	printf("correlation=%.5f\nworst=%.5f\n", m.correlation, m.worst);
	printf("lag_ms=%.3f\nlag_first_ms=%.3f\nlag_last_ms=%.3f\njumps=%zu\n", m.lag_ms,
	       m.lag_first_ms, m.lag_last_ms, m.jumps);
	printf("left_from_left_db=%.2f\nleft_from_right_db=%.2f\n", figures_db(m.gain[0][0]),
	       figures_db(m.gain[0][1]));
	printf("right_from_left_db=%.2f\nright_from_right_db=%.2f\n", figures_db(m.gain[1][0]),
	       figures_db(m.gain[1][1]));
	return 0;
}

static int gaps(const char *recording, const char *from)
{
	SCOPED(sound_done) struct sound s = { 0 };
	size_t n, longest = 0;
	int r = sound_load(recording, &s);

	if (r < 0)
		return r;
	leave_out(&s, from);
	n = figures_gaps(&s, GAP, SILENCE, &longest);
	printf("seconds=%.3f\ngaps=%zu\nlongest_gap_ms=%.2f\n", (double)s.count / s.rate, n,
	       n ? 1e3 * (double)longest / s.rate : 0.0);
	return 0;
}

/* Sequence numbers that never came. A new stream begins anywhere: over 1000 is one. */
static size_t lost_packets(const struct capture *c)
{
	size_t lost = 0;
	bool begun = false;
	uint16_t expected = 0;

	for (size_t i = 0; i < c->count; i++) {
		uint16_t ahead = (uint16_t)(c->packets[i].rtp_seq - expected);

		if (c->packets[i].sbc_frames == 0)
			continue;
		if (begun && ahead < 1000)
			lost += ahead;
		expected = (uint16_t)(c->packets[i].rtp_seq + 1);
		begun = true;
	}
	return lost;
}

static int packets(const char *path)
{
	SCOPED(capture_freep) struct capture *c = NULL;
	SCOPED(freep) double *pool = NULL;
	SCOPED(freep) double *wait = NULL;
	size_t n = 0, alien = 0, mono = 0;
	int r = capture_load(path, &c);

	if (r < 0)
		return r;
	pool = calloc(c->count + 1, sizeof(*pool));
	wait = calloc(c->count + 1, sizeof(*wait));
	if (!pool || !wait)
		return -ENOMEM;
	for (size_t i = 0; i < c->count; i++) {
		const struct packet *p = &c->packets[i];

		if (i > 0)
			wait[i - 1] = (double)(p->arrival_ns - p[-1].arrival_ns) / 1e6;
		alien += p->sbc_frames == 0;
		mono += p->sbc_frames > 0 && p->mode == 0;
		if (p->sbc_frames > 0)
			pool[n++] = p->bitpool;
	}
	if (n == 0)
		return -ENODATA;
	printf("packets=%zu\nalien=%zu\nlost=%zu\nmono=%zu\n", n, alien, lost_packets(c), mono);
	printf("seconds=%.3f\n",
	       (double)(c->packets[c->count - 1].arrival_ns - c->packets[0].arrival_ns) / 1e9);
	printf("bitpool_last=%.0f\n", pool[n - 1]);
	printf("bitpool_median=%.0f\n", figures_median(pool, n));
	printf("bitpool_least=%.0f\nbitpool_most=%.0f\n", pool[0], pool[n - 1]); /* sorted */
	printf("wait_p95_ms=%.2f\n", figures_quantile(wait, c->count - 1, 0.95));
	printf("wait_most_ms=%.2f\n", figures_quantile(wait, c->count - 1, 1.0));
	return 0;
}

static int decode(const char *path, const char *out, const char *origin)
{
	SCOPED(capture_freep) struct capture *c = NULL;
	SCOPED(placed_done) struct placed p = { 0 };
	int r = capture_load(path, &c);

	if (r == 0)
		r = sound_decode(c, RATE, origin ? strtoll(origin, NULL, 10) : 0, &p);
	if (r == 0)
		r = sound_save(out, &p.sound);
	if (r < 0)
		return r;
	printf("origin_ns=%lld\nstretches=%zu\nseconds=%.3f\n", (long long)p.origin_ns, p.count,
	       (double)p.sound.count / RATE);
	return 0;
}

/* A capture and its sound on the clock. */
struct heard {
	struct capture *capture;
	struct placed placed;
};

static void heard_done(struct heard *h)
{
	capture_free(h->capture);
	placed_done(&h->placed);
}

static int heard_load(const char *path, int64_t origin_ns, struct heard *h)
{
	int r = capture_load(path, &h->capture);

	return r < 0 ? r : sound_decode(h->capture, RATE, origin_ns, &h->placed);
}

/*
 * How much later (ns) than its stretch's anchor packets between from_ns and to_ns came, on the
 * whole: what is left once the RTP time is taken off the arrival. 0 or -ENOMEM.
 */
static int late(const struct heard *h, int64_t from_ns, int64_t to_ns, double *ret)
{
	const struct capture *c = h->capture;
	SCOPED(freep) double *v = calloc(c->count + 1, sizeof(*v));
	SCOPED(freep) double *when = calloc(c->count + 1, sizeof(*when));
	size_t n = 0;

	if (!v || !when)
		return -ENOMEM;
	for (size_t s = 0; s < h->placed.count; s++) {
		const struct stretch *t = &h->placed.stretches[s];

		for (size_t i = t->first; i < t->first + t->count; i++) {
			const struct packet *k = &c->packets[i];

			if (k->sbc_frames == 0 || k->arrival_ns < from_ns ||
			    k->arrival_ns >= to_ns)
				continue;
			when[n] = (double)(k->arrival_ns - from_ns) / (double)(to_ns - from_ns);
			v[n++] = (double)(k->arrival_ns - t->anchor_ns) -
				 1e9 * (double)(int32_t)(k->rtp_time - t->base) / RATE;
		}
	}
	return figures_steady(when, v, n, ret);
}

/* How much later (frames) b's packets of ten seconds came than a's. 0 or -ENOMEM. */
static int later(const struct heard *a, const struct heard *b, int64_t from_ns, double *ret)
{
	double of_a, of_b;
	int r = late(a, from_ns, from_ns + ENDS_NS, &of_a);

	if (r == 0)
		r = late(b, from_ns, from_ns + ENDS_NS, &of_b);
	if (r == 0)
		*ret = (of_b - of_a) * 1e-9 * RATE;
	return r;
}

/* Sound is placed on whole frames: by how much earlier (frames) than that it really began. */
static double rounded(const struct placed *p, size_t stretch)
{
	double anchor = (double)(p->stretches[stretch].anchor_ns - p->origin_ns) * 1e-9 * RATE;

	return (double)llround(anchor) - anchor;
}

/* ns; when packets of both come, */
static int64_t both_begun(const struct heard *a, const struct heard *b)
{
	int64_t first_a = a->capture->packets[0].arrival_ns;
	int64_t first_b = b->capture->packets[0].arrival_ns;

	return first_a > first_b ? first_a : first_b;
}

/* and until when. */
static int64_t one_ended(const struct heard *a, const struct heard *b)
{
	int64_t last_a = a->capture->packets[a->capture->count - 1].arrival_ns;
	int64_t last_b = b->capture->packets[b->capture->count - 1].arrival_ns;

	return last_a < last_b ? last_a : last_b;
}

static int skew(const char *first, const char *second)
{
	SCOPED(heard_done) struct heard a = { 0 };
	SCOPED(heard_done) struct heard b = { 0 };
	const struct placed *pa = &a.placed, *pb = &b.placed;
	double frames, early, rest;
	struct match m;
	int r;

	r = heard_load(first, 0, &a);
	if (r == 0)
		r = heard_load(second, pa->origin_ns, &b);
	if (r == 0)
		r = figures_match(&pa->sound, &pb->sound, &m);
	/* who was away has another anchor since: arrivals of the same time tell what it is
	 * worth */
	if (r == 0)
		r = later(&a, &b, both_begun(&a, &b), &early);
	if (r == 0)
		r = later(&a, &b, one_ended(&a, &b) - ENDS_NS, &rest);
	if (r < 0)
		return r;
	printf("correlation=%.5f\nworst=%.5f\nmissing=%zu\njumps=%zu\n", m.correlation, m.worst,
	       m.missing, m.jumps);
	frames = m.lag_ms * RATE / 1e3 - rounded(pb, 0);
	printf("skew_ms=%.3f\nskew_frames=%.2f\n", frames * 1e3 / RATE, frames);
	printf("skew_last_by_sound_frames=%.2f\n", m.lag_last_ms * RATE / 1e3);
	early += m.lag_first_ms * RATE / 1e3 - rounded(pb, 0) + rounded(pa, 0);
	rest += m.lag_last_ms * RATE / 1e3 - rounded(pb, pb->count - 1) +
		rounded(pa, pa->count - 1);
	printf("skew_first10_frames=%.2f\nskew_last10_frames=%.2f\n", early, rest);
	return 0;
}

static int programme(const char *out, const char *seconds)
{
	SCOPED(sound_done) struct sound s = { 0 };
	unsigned long n = strtoul(seconds, NULL, 10);
	int r;

	if (n < 1 || n > 3600)
		return -EINVAL;
	r = sound_programme((unsigned)n, &s);
	return r < 0 ? r : sound_save(out, &s);
}

static int resample(const char *in, const char *out, const char *rate)
{
	SCOPED(sound_done) struct sound from = { 0 };
	SCOPED(sound_done) struct sound to = { 0 };
	unsigned long hz = strtoul(rate, NULL, 10);
	int r;

	if (hz < 8000 || hz > 192000)
		return -EINVAL;
	r = sound_load(in, &from);
	if (r == 0)
		r = sound_resample(&from, (unsigned)hz, &to);
	return r < 0 ? r : sound_save(out, &to);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 2 ? argv[1] : "";
	int r;

	if (strcmp(verb, "programme") == 0 && argc == 4)
		r = programme(argv[2], argv[3]);
	else if (strcmp(verb, "resample") == 0 && argc == 5)
		r = resample(argv[2], argv[3], argv[4]);
	else if (strcmp(verb, "match") == 0 && (argc == 4 || argc == 5))
		r = match(argv[2], argv[3], argv[4]);
	else if (strcmp(verb, "gaps") == 0 && (argc == 3 || argc == 4))
		r = gaps(argv[2], argv[3]);
	else if (strcmp(verb, "packets") == 0 && argc == 3)
		r = packets(argv[2]);
	else if (strcmp(verb, "decode") == 0 && (argc == 4 || argc == 5))
		r = decode(argv[2], argv[3], argv[4]);
	else if (strcmp(verb, "skew") == 0 && argc == 4)
		r = skew(argv[2], argv[3]);
	else
		r = -ENOTSUP;
	if (r < 0) {
		fprintf(stderr, "judge: %s: %s\n", argc > 1 ? argv[1] : "what?", strerror(-r));
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
