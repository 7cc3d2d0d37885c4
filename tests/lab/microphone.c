/* SPDX-License-Identifier: MIT */
/*
 * microphone - what a microphone hears of the lab's speakers, in a room of tests/align.
 *
 *	microphone -D PCM -s SEED -o PREFIX SPEAKER=LATENCY...
 *
 *	FIFO ─► SBC ─► its latency ─┬─► its way through the room ─┐
 *	FIFO ─► …                   │                             ├─► noise ─► PCM
 *	                            └─► PREFIXn.wav              ─┘
 *
 * Makes a FIFO PREFIXn.fifo for each SPEAKER n, to which it gives its packets (speaker -t).
 * They sound LATENCY ms after they came, as whatever speaker does it: by their RTP time from
 * when the first hundred came on. What sounds at all speakers' cones is kept in PREFIXn.wav,
 * all beginning at one time; SIGUSR1 begins them anew, after they were moved away. The room
 * is drawn from SEED: how long the way takes is printed. PCM, its clock, is the microphone's.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <alsa/asoundlib.h>
#include <sndfile.h>

#include "core/base/clock.h"
#include "tests/align/room.h"
#include "tests/lab/capture.h"
#include "tests/lab/convolve.h"
#include "tests/lab/sound.h"

#define RATE	     44100u /* Hz, everywhere */
#define BLOCK	     CONVOLVE_BLOCK
#define RING	     131072u  /* frames, a power of two: the longest latency and more */
#define FIRST	     100u     /* packets that tell when a stream began */
#define BREAK	     441000   /* frames: an RTP time further off than this is another stream */
#define RESPONSE     11025u   /* frames of the room: a quarter of a second */
#define BUFFER_US    100000u  /* of the PCM */
#define LOUDNESS     0.3      /* of the microphone, linear */
#define NOISE	     0.00316f /* linear: -50 dBFS, even in all frequencies */
#define SOUND_MS     (1e3 / 343.0)
#define NS_PER_FRAME (1e9 / RATE)

struct place {
	unsigned number;
	double latency_ms;
	int fifo;
	uint8_t bytes[65536];
	size_t held;
	bool headed; /* the capture's head was read */
	SNDFILE *recording;
	struct convolver *way;

	/* its stream */
	sbc_t sbc;
	unsigned packets;     /* of it, up to FIRST: then it sounds */
	double wait[FIRST];   /* ns after the first of them, less their RTP time */
	int64_t first_ns, at; /* of the first of them; frame of ours at which it sounds */
	uint32_t base, last;  /* RTP time */
	float ring[RING];     /* what is to sound, by frames of ours */
};

struct microphone {
	const char *prefix;
	snd_pcm_t *pcm;
	struct room room;
	struct place *places;
	unsigned count;
	uint64_t origin;   /* ns of CLOCK_MONOTONIC of frame 0 */
	uint64_t rendered; /* frames */
	uint64_t late;	   /* frames that came after their time */
	unsigned overruns; /* times the PCM ran dry */
};

static volatile sig_atomic_t anew, ended;

static void on_signal(int number)
{
	if (number == SIGUSR1)
		anew = 1;
	else
		ended = 1;
}

/* ---- what the speakers are sent -----------------------------------------------------------
 */

static void begin_stream(struct place *p, const struct packet *k)
{
	p->packets = 0;
	p->base = k->rtp_time;
	p->first_ns = k->arrival_ns;
	sbc_reinit(&p->sbc, 0);
	p->sbc.endian = SBC_LE;
}

/* The first packets only tell when it began. True: it sounds. */
static bool begun(struct microphone *m, struct place *p, const struct packet *k)
{
	double since;

	if (p->packets == FIRST)
		return true;
	p->wait[p->packets++] = (double)(k->arrival_ns - p->first_ns) -
				NS_PER_FRAME * (int32_t)(k->rtp_time - p->base);
	if (p->packets < FIRST)
		return false;
	since = (double)(p->first_ns - (int64_t)m->origin) + figures_median(p->wait, FIRST);
	p->at = llround((since + 1e6 * p->latency_ms) / NS_PER_FRAME);
	printf("speaker %u sounds\n", p->number);
	return true;
}

static void take(struct microphone *m, struct place *p, const struct packet *k)
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
	if (!begun(m, p, k))
		return;
	n = sound_packet(&p->sbc, k, stereo);
	at = p->at + (int32_t)(k->rtp_time - p->base);
	for (int i = 0; i < n; i++) {
		int64_t ahead_of = at + i - (int64_t)m->rendered;

		if (ahead_of < 0)
			m->late++;
		else if (ahead_of < RING)
			p->ring[(at + i) & (RING - 1)] =
				0.5f * (stereo[2 * i] + stereo[2 * i + 1]);
	}
}

/* All that has come by now. 0 or -EBADMSG. */
static int listen_to(struct microphone *m, struct place *p)
{
	for (;;) {
		ssize_t got = read(p->fifo, p->bytes + p->held, sizeof(p->bytes) - p->held);
		struct packet k;
		size_t at = 0;
		int n = 0;

		if (got <= 0)
			return 0;
		p->held += (size_t)got;
		if (!p->headed && p->held >= CAPTURE_HEAD) {
			p->headed = true;
			at = CAPTURE_HEAD;
		}
		while (p->headed && (n = capture_next(p->bytes + at, p->held - at, &k)) > 0) {
			take(m, p, &k);
			at += (size_t)n;
		}
		if (n < 0)
			return n;
		p->held -= at;
		memmove(p->bytes, p->bytes + at, p->held);
	}
}

/* ---- what the microphone hears ------------------------------------------------------------
 */

static void render(struct microphone *m, int16_t *out)
{
	float heard[BLOCK] = { 0 }, dry[BLOCK];

	for (unsigned i = 0; i < m->count; i++) {
		struct place *p = &m->places[i];

		for (unsigned k = 0; k < BLOCK; k++) {
			float *from = &p->ring[(m->rendered + k) & (RING - 1)];

			dry[k] = *from;
			*from = 0;
		}
		sf_writef_float(p->recording, dry, BLOCK);
		convolver_add(p->way, dry, heard);
	}
	m->rendered += BLOCK;
	for (unsigned k = 0; k < BLOCK; k++) {
		/* the sum of three is near enough to what a resistor does */
		double noise = room_random(&m->room, -1, 1) + room_random(&m->room, -1, 1) +
			       room_random(&m->room, -1, 1);
		float x = heard[k] + NOISE * (float)noise;

		out[k] = (int16_t)lrintf(32767 * fmaxf(-1, fminf(1, x)));
	}
}

/* Until the PCM takes a block; after it ran dry it begins with silence. 0 or -errno. */
static int wait_for_pcm(struct microphone *m)
{
	static const int16_t silence[BLOCK];
	snd_pcm_sframes_t avail;

	while (!ended) {
		avail = snd_pcm_avail_update(m->pcm);
		if (avail < 0) {
			m->overruns++;
			printf("the PCM ran dry: %s\n", snd_strerror((int)avail));
			avail = snd_pcm_recover(m->pcm, (int)avail, 1);
		}
		if (avail < 0)
			return (int)avail;
		if (snd_pcm_state(m->pcm) == SND_PCM_STATE_PREPARED) {
			for (snd_pcm_sframes_t n = BLOCK; n <= avail; n += BLOCK)
				snd_pcm_writei(m->pcm, silence, BLOCK);
			if (snd_pcm_state(m->pcm) == SND_PCM_STATE_PREPARED)
				snd_pcm_start(m->pcm);
			continue;
		}
		if (avail >= BLOCK)
			return 0;
		snd_pcm_wait(m->pcm, 100);
	}
	return 0;
}

static int record(struct microphone *m)
{
	for (unsigned i = 0; i < m->count; i++) {
		SF_INFO info = { .samplerate = RATE,
				 .channels = 1,
				 .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
		struct place *p = &m->places[i];
		char path[256];

		if (p->recording)
			sf_close(p->recording);
		snprintf(path, sizeof(path), "%s%u.wav", m->prefix, p->number);
		p->recording = sf_open(path, SFM_WRITE, &info);
		if (!p->recording)
			return -EIO;
	}
	return 0;
}

static int hear(struct microphone *m)
{
	int16_t out[BLOCK];
	int r = wait_for_pcm(m);

	m->origin = clock_now() - (uint64_t)(BLOCK * NS_PER_FRAME);
	while (r >= 0 && !ended) {
		if (anew) {
			anew = 0;
			r = record(m);
			printf("anew\n");
		}
		for (unsigned i = 0; i < m->count && r >= 0; i++)
			r = listen_to(m, &m->places[i]);
		if (r < 0)
			break;
		render(m, out);
		snd_pcm_writei(m->pcm, out, BLOCK); /* what is wrong is seen below */
		r = wait_for_pcm(m);
	}
	return r;
}

/* ---- the program --------------------------------------------------------------------------
 */

static int open_place(struct microphone *m, unsigned i, const char *word)
{
	struct place *p = &m->places[i];
	struct room_speaker *s = &m->room.speaker[i];
	static float response[RESPONSE];
	char path[256];
	double way = 0;

	if (sscanf(word, "%u=%lf", &p->number, &p->latency_ms) != 2 || p->latency_ms < 20 ||
	    p->latency_ms > 1000)
		return -EINVAL;
	snprintf(path, sizeof(path), "%s%u.fifo", m->prefix, p->number);
	if (mkfifo(path, 0600) < 0)
		return -errno;
	p->fifo = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (p->fifo < 0)
		return -errno;
	if (sbc_init(&p->sbc, 0) < 0)
		return -ENOMEM;
	room_response(&m->room, i, response, RESPONSE);
	for (unsigned k = 0; k < RESPONSE; k++)
		response[k] *= (float)(LOUDNESS * s->gain);
	for (unsigned d = 0; d < 3; d++)
		way += (s->place[d] - m->room.mic[d]) * (s->place[d] - m->room.mic[d]);
	printf("speaker %u: latency %.1f ms, way %.3f ms, blocked by %.1f dB\n", p->number,
	       p->latency_ms, SOUND_MS * sqrt(way), s->blocked_db);
	return convolver_new(response, RESPONSE, &p->way);
}

static int open_all(struct microphone *m, const char *device, uint64_t seed, char **words)
{
	int r;

	m->places = calloc(m->count, sizeof(*m->places));
	if (!m->places)
		return -ENOMEM;
	room_draw(&m->room, seed, m->count);
	m->room.mic_rate = RATE; /* of the loopback card */
	for (unsigned i = 0; i < m->count; i++) {
		r = open_place(m, i, words[i]);
		if (r < 0)
			return r;
	}
	r = record(m);
	if (r < 0)
		return r;
	r = snd_pcm_open(&m->pcm, device, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK);
	if (r < 0)
		return r;
	return snd_pcm_set_params(m->pcm, SND_PCM_FORMAT_S16, SND_PCM_ACCESS_RW_INTERLEAVED, 1,
				  RATE, 0, BUFFER_US);
}

static void close_all(struct microphone *m)
{
	for (unsigned i = 0; m->places && i < m->count; i++) {
		if (m->places[i].recording)
			sf_close(m->places[i].recording);
		convolver_free(m->places[i].way);
	}
	free(m->places);
	if (m->pcm)
		snd_pcm_close(m->pcm);
}

int main(int argc, char **argv)
{
	const struct sched_param priority = { .sched_priority = 30 };
	const struct sigaction action = { .sa_handler = on_signal };
	struct microphone m = { 0 };
	const char *device = NULL;
	uint64_t seed = 1;
	int c, r;

	while ((c = getopt(argc, argv, "D:s:o:")) != -1) {
		if (c == 'D')
			device = optarg;
		else if (c == 's')
			seed = strtoull(optarg, NULL, 10);
		else if (c == 'o')
			m.prefix = optarg;
		else
			return 2;
	}
	m.count = (unsigned)(argc - optind);
	if (!device || !m.prefix || m.count < 1 || m.count > ROOM_SPEAKERS) {
		fprintf(stderr, "usage: microphone -D PCM -s SEED -o PREFIX SPEAKER=MS...\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* a microphone does not wait for its computer; not needed to work */
	(void)sched_setscheduler(0, SCHED_FIFO, &priority);
	r = open_all(&m, device, seed, argv + optind);
	if (r >= 0) {
		printf("ready\n");
		r = hear(&m);
	}
	printf("heard %.3f s, ran dry %u times, frames too late %llu\n",
	       (double)m.rendered / RATE, m.overruns, (unsigned long long)m.late);
	if (r < 0)
		fprintf(stderr, "microphone: %s\n", snd_strerror(r));
	close_all(&m);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
