/* SPDX-License-Identifier: MIT */
/* place - see place.h. */
#include "tests/lab/place.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "tests/lab/capture.h"

#define BREAK	   441000  /* frames: an RTP time further off than this is another stream */
#define CARD_US	   200000u /* of a card's buffer */
#define FRAME_SIZE 4u	   /* bytes of a raw frame */
#define RAW_MOST   4096u   /* frames taken at once */

static void put(struct place *p, int64_t at, float left, float right)
{
	if (p->plays && at < (int64_t)p->next - 1)
		p->late++;
	else if (!p->plays || at < (int64_t)p->next + PLACE_RING - 8)
		p->ring[at & (PLACE_RING - 1)] = 0.5f * (left + right);
}

/* ---- packets ----------------------------------------------------------------------------- */

static void begin_stream(struct place *p, const struct packet *k)
{
	p->came = 0;
	p->base = k->rtp_time;
	p->first_ns = k->arrival_ns;
	sbc_reinit(&p->sbc, 0);
	p->sbc.endian = SBC_LE;
}

/* The first packets only tell when it began. True: it sounds. */
static bool begun(struct place *p, const struct packet *k)
{
	double since;

	if (p->came == PLACE_FIRST)
		return true;
	p->wait[p->came++] = (double)(k->arrival_ns - p->first_ns) -
			     PLACE_NS_FRAME * (int32_t)(k->rtp_time - p->base);
	if (p->came < PLACE_FIRST)
		return false;
	since = (double)(p->first_ns - p->origin) + figures_middle(p->wait, PLACE_FIRST);
	p->at = llround((since + 1e6 * p->latency_ms) / PLACE_NS_FRAME);
	printf("speaker %u sounds\n", p->number);
	return true;
}

static void take(struct place *p, const struct packet *k)
{
	int32_t ahead = (int32_t)(k->rtp_time - p->last);
	float stereo[2 * PACKET_FRAMES];
	int64_t at;
	int n;

	if (k->sbc_frames == 0)
		return;
	if (p->first_ns == 0 || ahead < 0 || ahead > BREAK)
		begin_stream(p, k);
	p->last = k->rtp_time;
	if (!begun(p, k))
		return;
	n = sound_packet(&p->sbc, k, stereo);
	at = p->at + (int32_t)(k->rtp_time - p->base);
	for (int i = 0; i < n; i++)
		put(p, at + i, stereo[2 * i], stereo[2 * i + 1]);
}

/* The packets that are there whole. 0 or -EBADMSG. */
static int take_packets(struct place *p)
{
	struct packet k;
	size_t at = 0;
	int n = 0;

	if (!p->headed && p->held >= CAPTURE_HEAD) {
		p->headed = true;
		at = CAPTURE_HEAD;
	}
	while (p->headed && (n = capture_next(p->bytes + at, p->held - at, &k)) > 0) {
		take(p, &k);
		at += (size_t)n;
	}
	p->held -= at;
	memmove(p->bytes, p->bytes + at, p->held);
	return n < 0 ? n : 0;
}

/* ---- frames of a clock of its own -------------------------------------------------------- */

static void take_frames(struct place *p, const int16_t *stereo, size_t n)
{
	for (size_t i = 0; i < n; i++, p->taken++)
		put(p, (int64_t)p->taken, (float)stereo[2 * i] / 32768,
		    (float)stereo[2 * i + 1] / 32768);
}

static void take_raw(struct place *p, int64_t now)
{
	size_t n = p->held / FRAME_SIZE;
	int16_t stereo[2 * RAW_MOST];

	while (n > 0) {
		size_t some = n < RAW_MOST ? n : RAW_MOST;

		memcpy(stereo, p->bytes, some * FRAME_SIZE);
		take_frames(p, stereo, some);
		n -= some;
		p->held -= some * FRAME_SIZE;
		memmove(p->bytes, p->bytes + some * FRAME_SIZE, p->held);
	}
	pace_see(&p->pace, now, (double)p->taken);
}

static int listen_to_card(struct place *p)
{
	int16_t stereo[2 * RAW_MOST];
	snd_pcm_sframes_t n = snd_pcm_avail(p->card);

	if (n >= 0)
		pace_see(&p->pace, (int64_t)clock_now(), (double)p->taken + (double)n);
	while (n > 0) {
		n = snd_pcm_readi(p->card, stereo, RAW_MOST);
		if (n > 0)
			take_frames(p, stereo, (size_t)n);
	}
	if (n == 0 || n == -EAGAIN)
		return 0;
	printf("the far end of %u ran over: %s\n", p->number, snd_strerror((int)n));
	p->overruns++;
	n = snd_pcm_recover(p->card, (int)n, 1);
	if (n >= 0)
		n = snd_pcm_start(p->card);
	pace_init(&p->pace, PLACE_RATE);
	p->plays = false;
	return n < 0 ? (int)n : 0;
}

int place_listen(struct place *p, int64_t now)
{
	if (p->card)
		return listen_to_card(p);
	for (;;) {
		ssize_t got = read(p->fifo, p->bytes + p->held, sizeof(p->bytes) - p->held);
		int r = 0;

		if (got <= 0)
			return 0;
		p->held += (size_t)got;
		if (p->packets)
			r = take_packets(p);
		else
			take_raw(p, now);
		if (r < 0)
			return r;
	}
}

/* ---- what sounds ------------------------------------------------------------------------- */

/* The frame of the ring that sounds at ns. */
static double frame_at(const struct place *p, double ns)
{
	if (p->packets)
		return (ns - (double)p->origin) / PLACE_NS_FRAME;
	return pace_frames(&p->pace, ns - 1e6 * p->latency_ms);
}

/* Between the second and the third of four frames: the cubic through them. */
static float between(const float y[4], float x)
{
	float a = y[3] - 3 * y[2] + 3 * y[1] - y[0], b = 3 * (y[0] - 2 * y[1] + y[2]);
	float c = -2 * y[0] - 3 * y[1] + 6 * y[2] - y[3];

	return y[1] + x * (c + x * (b + x * a)) / 6;
}

void place_play(struct place *p, double from, double to, float *out, size_t n)
{
	double end = frame_at(p, to), step, begin;

	memset(out, 0, n * sizeof(*out));
	if (!p->packets && (!p->pace.began || end < 4))
		return;
	if (!p->plays || fabs(end - p->next - (double)n) > (double)n / 2)
		p->next = fmax(frame_at(p, from), 2);
	p->plays = true;
	begin = p->next;
	step = (end - begin) / (double)n;
	for (size_t i = 0; i < n && step > 0; i++) {
		double at = begin + step * (double)i;
		int64_t first = (int64_t)at - 1;
		float y[4];

		for (int64_t k = 0; k < 4; k++)
			y[k] = p->ring[(first + k) & (PLACE_RING - 1)];
		out[i] = between(y, (float)(at - floor(at)));
	}
	p->next = end;
	/* what comes here next is of the ring's next turn, or missing */
	for (int64_t i = (int64_t)begin - 1; i < (int64_t)end - 1; i++)
		p->ring[i & (PLACE_RING - 1)] = 0;
}

/* ---- from the beginning to the end ------------------------------------------------------- */

static int open_fifo(struct place *p, const char *prefix)
{
	char path[256];

	snprintf(path, sizeof(path), "%s%u.fifo", prefix, p->number);
	if (mkfifo(path, 0600) < 0)
		return -errno;
	p->fifo = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	return p->fifo < 0 ? -errno : 0;
}

static int open_card(struct place *p, const char *device)
{
	int r = snd_pcm_open(&p->card, device, SND_PCM_STREAM_CAPTURE, SND_PCM_NONBLOCK);

	if (r >= 0)
		r = snd_pcm_set_params(p->card, SND_PCM_FORMAT_S16,
				       SND_PCM_ACCESS_RW_INTERLEAVED, 2, PLACE_RATE, 0,
				       CARD_US);
	return r < 0 ? r : snd_pcm_start(p->card);
}

void place_close(struct place *p)
{
	if (p->card)
		snd_pcm_close(p->card);
	if (p->fifo >= 0)
		close(p->fifo);
	p->card = NULL;
	p->fifo = -1;
	sbc_finish(&p->sbc);
}

int place_open(struct place *p, const char *prefix, const char *word, int64_t origin)
{
	const char *from = strchr(word, '@');
	int r;

	*p = (struct place){ .fifo = -1, .origin = origin, .packets = !from };
	pace_init(&p->pace, PLACE_RATE);
	if (sscanf(word, "%u=%lf", &p->number, &p->latency_ms) != 2 || p->latency_ms < 20 ||
	    p->latency_ms > 1000)
		return -EINVAL;
	if (sbc_init(&p->sbc, 0) < 0)
		return -ENOMEM;
	r = from && strcmp(from, "@raw") != 0 ? open_card(p, from + 1) : open_fifo(p, prefix);
	if (r < 0)
		place_close(p);
	return r;
}
