/* SPDX-License-Identifier: MIT */
/*
 * microphone - what a microphone hears of the lab's speakers, in a room of tests/align.
 *
 *	microphone -D PCM -s SEED -o PREFIX [-w FILE] PLACE...
 *
 *	what it is sent ─► its latency ─┬─► its way through the room ─┐
 *	…                               │                             ├─► noise ─► PCM
 *	                                └─► PREFIXn.wav               ─┘
 *
 * A PLACE is a speaker, where its sound comes from and its hidden latency: see place.h. What
 * sounds at all cones is kept in PREFIXn.wav, all on one clock: that of PCM, the microphone's.
 * The room is drawn from SEED: how long the way takes is printed.
 *
 * FILE is what the kernel tells of PCM's other end: as long as that is closed nobody hears the
 * microphone, and the room, the dearest of all this, is not reckoned with.
 *
 * PREFIX.words is a FIFO that takes lines: "anew" begins the recordings anew, after they were
 * moved away; "off N" and "on N" a speaker's amplifier; "block N DB" puts something in its
 * straight way; "noise DBFS"; "loud DB" how near all speakers are, and "gain DB" how far the
 * microphone is turned up. Each is said when it is done.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <poll.h>
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
#include "tests/lab/convolve.h"
#include "tests/lab/place.h"

#define BLOCK	    CONVOLVE_BLOCK
#define RESPONSE    11025u  /* frames of the room: a quarter of a second */
#define BUFFER_US   100000u /* of the PCM */
#define DELAY_NS    120e6   /* from a cone to when the PCM gives it: its buffer and a block */
#define LOOK_NS	    3100000 /* ns from look to look: now and then just after a tick of 4 ms */
#define LOOK_BLOCKS 8	    /* from look to look whether anybody hears it */
#define LOUDNESS    0.3	    /* of the microphone, linear */
#define NOISE_DB    -50.0   /* dBFS, even in all frequencies */
#define BLOCKED_HZ  3000.0  /* from where on an obstacle takes more */
#define SOUND_MS    (1e3 / 343.0)

struct speaker {
	struct place place;
	SNDFILE *recording;
	struct convolver *way;
	bool off;
};

struct microphone {
	const char *prefix;
	const char *watched; /* NULL: it is always heard */
	bool heard;
	int words;
	snd_pcm_t *pcm;
	struct pollfd poll[ROOM_SPEAKERS + 2]; /* the PCM, the words, FIFOs */
	nfds_t polls;
	struct room room;
	struct speaker *speakers;
	unsigned count;
	float noise, loud, gain; /* linear */
	struct pace clock;	 /* of the PCM, as frames of it sound */
	uint64_t written;	 /* frames, since the clock began */
	double cut;		 /* ns: what sounds from here on comes next */
	uint64_t rendered;	 /* frames, in all */
	unsigned overruns;	 /* times the PCM ran dry */
};

static volatile sig_atomic_t ended;

static void on_signal(int number)
{
	(void)number;
	ended = 1;
}

static float linear(double db)
{
	return (float)pow(10, db / 20);
}

/* ---- what the microphone hears ------------------------------------------------------------
 */

static bool is_heard(const struct microphone *m)
{
	char state[8] = "";
	FILE *f = m->watched ? fopen(m->watched, "re") : NULL;

	if (!f)
		return true;
	if (!fgets(state, sizeof(state), f))
		state[0] = '\0';
	fclose(f);
	return strncmp(state, "closed", 6) != 0;
}

static void render(struct microphone *m, int16_t *out)
{
	double to = pace_ns(&m->clock, (double)(m->written + BLOCK)) - DELAY_NS;
	float heard[BLOCK] = { 0 }, dry[BLOCK];

	if (m->rendered / BLOCK % LOOK_BLOCKS == 0)
		m->heard = is_heard(m);
	for (unsigned i = 0; i < m->count; i++) {
		struct speaker *s = &m->speakers[i];

		place_play(&s->place, m->cut, to, dry, BLOCK);
		if (s->off)
			memset(dry, 0, sizeof(dry));
		sf_writef_float(s->recording, dry, BLOCK);
		if (m->heard)
			convolver_add(s->way, dry, heard);
	}
	m->cut = to;
	m->rendered += BLOCK;
	for (unsigned k = 0; k < BLOCK; k++) {
		/* the sum of three is near enough to what a resistor does */
		double noise = room_random(&m->room, -1, 1) + room_random(&m->room, -1, 1) +
			       room_random(&m->room, -1, 1);
		float x = m->gain * (m->loud * heard[k] + m->noise * (float)noise);

		out[k] = (int16_t)lrintf(32767 * fmaxf(-1, fminf(1, x)));
	}
}

/* After it ran dry, or at first: silence, and its clock begins. 0 or -errno. */
static int begin(struct microphone *m, snd_pcm_sframes_t avail)
{
	static const int16_t silence[BLOCK];

	pace_init(&m->clock, PLACE_RATE);
	m->written = 0;
	for (; avail >= (snd_pcm_sframes_t)BLOCK; avail -= BLOCK)
		m->written += (uint64_t)snd_pcm_writei(m->pcm, silence, BLOCK);
	return snd_pcm_state(m->pcm) == SND_PCM_STATE_PREPARED ? snd_pcm_start(m->pcm) : 0;
}

/* Frames that fit in now; its clock is looked at. Or -errno. */
static snd_pcm_sframes_t look(struct microphone *m)
{
	snd_pcm_sframes_t avail = snd_pcm_avail(m->pcm);
	snd_pcm_uframes_t buffer, period;

	if (avail < 0) {
		m->overruns++;
		printf("the PCM ran dry: %s\n", snd_strerror((int)avail));
		avail = snd_pcm_recover(m->pcm, (int)avail, 1);
		if (avail >= 0)
			avail = snd_pcm_avail(m->pcm);
	}
	if (avail < 0)
		return avail;
	if (snd_pcm_state(m->pcm) == SND_PCM_STATE_PREPARED)
		return begin(m, avail);
	snd_pcm_get_params(m->pcm, &buffer, &period);
	pace_see(&m->clock, (int64_t)clock_now(),
		 (double)m->written - (double)buffer + (double)avail);
	return avail;
}

/* ---- words --------------------------------------------------------------------------------
 */

static int record(struct microphone *m)
{
	for (unsigned i = 0; i < m->count; i++) {
		SF_INFO info = { .samplerate = PLACE_RATE,
				 .channels = 1,
				 .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
		struct speaker *s = &m->speakers[i];
		char path[256];

		if (s->recording)
			sf_close(s->recording);
		snprintf(path, sizeof(path), "%s%u.wav", m->prefix, s->place.number);
		s->recording = sf_open(path, SFM_WRITE, &info);
		if (!s->recording)
			return -EIO;
	}
	return 0;
}

/* The way from that speaker through the room. 0 or -ENOMEM. */
static int make_way(struct microphone *m, unsigned i)
{
	static float response[RESPONSE];

	room_response(&m->room, i, response, RESPONSE);
	for (unsigned k = 0; k < RESPONSE; k++)
		response[k] *= (float)(LOUDNESS * m->room.speaker[i].gain);
	convolver_free(m->speakers[i].way);
	m->speakers[i].way = NULL;
	return convolver_new(response, RESPONSE, &m->speakers[i].way);
}

static int obey_of_speaker(struct microphone *m, const char *verb, unsigned number, double db)
{
	unsigned i = 0;

	while (i < m->count && m->speakers[i].place.number != number)
		i++;
	if (i == m->count)
		return -EINVAL;
	if (strcmp(verb, "block") != 0) {
		m->speakers[i].off = strcmp(verb, "off") == 0;
		return 0;
	}
	m->room.speaker[i].blocked_db = db;
	m->room.speaker[i].blocked_hz = BLOCKED_HZ;
	return make_way(m, i);
}

static int obey(struct microphone *m, const char *line)
{
	char verb[16] = "";
	double a = 0, b = 0;

	sscanf(line, "%15s %lf %lf", verb, &a, &b);
	if (strcmp(verb, "anew") == 0)
		return record(m);
	if (strcmp(verb, "noise") == 0)
		m->noise = linear(a);
	else if (strcmp(verb, "loud") == 0)
		m->loud = linear(a);
	else if (strcmp(verb, "gain") == 0)
		m->gain = linear(a);
	else
		return obey_of_speaker(m, verb, (unsigned)a, b);
	return 0;
}

/* All lines that are there: who writes them writes each at once. 0 or -errno. */
static int listen_to_words(struct microphone *m)
{
	char text[1024];
	ssize_t n = read(m->words, text, sizeof(text) - 1);
	int r = 0;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	for (char *rest = text, *line; r >= 0 && (line = strtok_r(rest, "\n", &rest));) {
		r = obey(m, line);
		printf("%s: %s\n", line, r < 0 ? strerror(-r) : "done");
	}
	return r;
}

/* ---- the program --------------------------------------------------------------------------
 */

static int listen_to_all(struct microphone *m)
{
	int r = listen_to_words(m);

	for (unsigned i = 0; i < m->count && r >= 0; i++)
		r = place_listen(&m->speakers[i].place, (int64_t)clock_now());
	return r;
}

static int hear(struct microphone *m)
{
	const struct timespec again = { .tv_nsec = LOOK_NS };
	int16_t out[BLOCK];
	int r = 0;

	while (r >= 0 && !ended) {
		snd_pcm_sframes_t avail;

		r = listen_to_all(m);
		if (r < 0)
			break;
		avail = look(m);
		for (; avail >= (snd_pcm_sframes_t)BLOCK; avail -= BLOCK) {
			render(m, out);
			if (snd_pcm_writei(m->pcm, out, BLOCK) == (snd_pcm_sframes_t)BLOCK)
				m->written += BLOCK; /* what is wrong is seen above */
		}
		r = (int)avail;
		if (r >= 0 && ppoll(m->poll, m->polls, &again, NULL) < 0 && errno != EINTR)
			r = -errno;
	}
	return r;
}

static int open_speaker(struct microphone *m, unsigned i, const char *word)
{
	struct room_speaker *s = &m->room.speaker[i];
	struct place *p = &m->speakers[i].place;
	double way = 0;
	int r = place_open(p, m->prefix, word, (int64_t)clock_now());

	if (r < 0)
		return r;
	if (p->fifo >= 0)
		m->poll[m->polls++] = (struct pollfd){ .fd = p->fifo, .events = POLLIN };
	for (unsigned d = 0; d < 3; d++)
		way += (s->place[d] - m->room.mic[d]) * (s->place[d] - m->room.mic[d]);
	printf("speaker %u: latency %.1f ms, way %.3f ms, blocked by %.1f dB\n", p->number,
	       p->latency_ms, SOUND_MS * sqrt(way), s->blocked_db);
	return make_way(m, i);
}

static int open_words(struct microphone *m)
{
	char path[256];

	snprintf(path, sizeof(path), "%s.words", m->prefix);
	if (mkfifo(path, 0600) < 0)
		return -errno;
	m->words = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (m->words < 0)
		return -errno;
	m->poll[m->polls++] = (struct pollfd){ .fd = m->words, .events = POLLIN };
	return 0;
}

static int open_all(struct microphone *m, const char *device, uint64_t seed, char **words)
{
	int r;

	m->speakers = calloc(m->count, sizeof(*m->speakers));
	if (!m->speakers)
		return -ENOMEM;
	room_draw(&m->room, seed, m->count);
	m->room.mic_rate = PLACE_RATE; /* of the loopback card */
	r = snd_pcm_open(&m->pcm, device, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK);
	if (r >= 0)
		r = snd_pcm_set_params(m->pcm, SND_PCM_FORMAT_S16,
				       SND_PCM_ACCESS_RW_INTERLEAVED, 1, PLACE_RATE, 0,
				       BUFFER_US);
	if (r < 0)
		return r;
	r = snd_pcm_poll_descriptors(m->pcm, m->poll, 1);
	if (r != 1)
		return r < 0 ? r : -ENOTSUP;
	m->polls = 1;
	r = open_words(m);
	for (unsigned i = 0; i < m->count && r >= 0; i++)
		r = open_speaker(m, i, words[i]);
	return r < 0 ? r : record(m);
}

static void close_all(struct microphone *m)
{
	for (unsigned i = 0; m->speakers && i < m->count; i++) {
		if (m->speakers[i].recording)
			sf_close(m->speakers[i].recording);
		convolver_free(m->speakers[i].way);
		place_close(&m->speakers[i].place);
	}
	free(m->speakers);
	if (m->pcm)
		snd_pcm_close(m->pcm);
}

static void tell(const struct microphone *m)
{
	unsigned overruns = m->overruns;
	uint64_t late = 0;

	for (unsigned i = 0; m->speakers && i < m->count; i++) {
		overruns += (unsigned)m->speakers[i].place.overruns;
		late += m->speakers[i].place.late;
	}
	printf("heard %.3f s, ran dry %u times, frames too late %llu\n",
	       (double)m->rendered / PLACE_RATE, overruns, (unsigned long long)late);
}

int main(int argc, char **argv)
{
	const struct sched_param priority = { .sched_priority = 30 };
	const struct sigaction action = { .sa_handler = on_signal };
	struct microphone m = { .noise = linear(NOISE_DB), .loud = 1, .gain = 1, .words = -1 };
	const char *device = NULL;
	uint64_t seed = 1;
	int c, r;

	while ((c = getopt(argc, argv, "D:s:o:w:")) != -1) {
		if (c == 'D')
			device = optarg;
		else if (c == 's')
			seed = strtoull(optarg, NULL, 10);
		else if (c == 'o')
			m.prefix = optarg;
		else if (c == 'w')
			m.watched = optarg;
		else
			return 2;
	}
	m.count = (unsigned)(argc - optind);
	if (!device || !m.prefix || m.count < 1 || m.count > ROOM_SPEAKERS) {
		fprintf(stderr, "usage: microphone -D PCM -s SEED -o PREFIX [-w FILE] "
				"N=MS[@raw|@PCM]...\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGTERM, &action, NULL);
	/* a microphone does not wait for its computer; not needed to work */
	(void)sched_setscheduler(0, SCHED_FIFO, &priority);
	r = open_all(&m, device, seed, argv + optind);
	if (r >= 0) {
		printf("ready\n");
		r = hear(&m);
	}
	tell(&m);
	if (r < 0)
		fprintf(stderr, "microphone: %s\n", snd_strerror(r));
	close_all(&m);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
