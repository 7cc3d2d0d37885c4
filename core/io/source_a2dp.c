/* SPDX-License-Identifier: MIT */
/*
 * source_a2dp - what a phone or an Echo plays to this computer.
 *
 *	control ─► inlet ─► packets ─► unpacker ─► intake (drift, resampler) ─► ring
 *
 * The sender paces its packets by a clock of its own; when they arrive is our
 * only report on it, good to a few milliseconds, as the air lets them through.
 * So its latency is a fixed one, long enough for what usually is held up, and
 * lengthened where more is: at most LATENCY and EXTRA_MAX after it was sent.
 */
#include "core/io/intake.h"
#include "core/io/unpacker.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define LATENCY	     (110 * NS_PER_MS)
#define EXTRA_MAX    (200 * NS_PER_MS) /* more of it for air that is busier */
#define LOOK	     (500 * NS_PER_MS) /* longest time without a sign of life */
#define PACKET_BYTES 4096u	       /* longer is no packet of SBC */
#define AT_ONCE	     32u	       /* packets read between two looks at anything else */

/* ---- what control hands over ------------------------------------------------------------- */

struct inlet {
	pthread_mutex_t lock;	   /* guards the two below */
	struct source_stream next; /* fd < 0: nothing is to be read */
	bool news;		   /* the thread has not taken it yet */
	int bell;		   /* eventfd: there are news */
	int watch;		   /* epoll: the bell, and the descriptor that is being read */
};

static int watch(const struct inlet *i, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(i->watch, EPOLL_CTL_ADD, fd, &e) < 0 ? -errno : 0;
}

int inlet_new(struct inlet **ret)
{
	struct inlet *i = calloc(1, sizeof(*i));

	if (!i)
		return -ENOMEM;
	pthread_mutex_init(&i->lock, NULL);
	i->next.fd = -EBADF;
	i->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	i->watch = epoll_create1(EPOLL_CLOEXEC);
	if (i->bell < 0 || i->watch < 0 || watch(i, i->bell) < 0) {
		inlet_free(i);
		return -EMFILE;
	}
	*ret = i;
	return 0;
}

void inlet_free(struct inlet *i)
{
	if (!i)
		return;
	closep(&i->next.fd);
	closep(&i->bell);
	closep(&i->watch);
	pthread_mutex_destroy(&i->lock);
	free(i);
}

static void hand_over(struct inlet *i, const struct source_stream *stream)
{
	pthread_mutex_lock(&i->lock);
	closep(&i->next.fd); /* one that was never taken */
	i->next = *stream;
	i->news = true;
	pthread_mutex_unlock(&i->lock);
	eventfd_write(i->bell, 1);
}

/* Whether there were news; then they are the caller's. */
static bool take_over(struct inlet *i, struct source_stream *ret)
{
	eventfd_t count;
	bool news;

	(void)eventfd_read(i->bell, &count);
	pthread_mutex_lock(&i->lock);
	news = i->news;
	*ret = i->next;
	if (news)
		i->next.fd = -EBADF;
	i->news = false;
	pthread_mutex_unlock(&i->lock);
	return news;
}

int source_attach(struct source *s, const struct source_stream *stream)
{
	char why[A2DP_WHY_MAX];
	struct a2dp_sbc config;
	int flags = fcntl(stream->fd, F_GETFL);

	if (!s->inlet || flags < 0 ||
	    a2dp_sbc_parse(stream->config, sizeof(stream->config), &config, why) < 0 ||
	    fcntl(stream->fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -EINVAL;
	hand_over(s->inlet, stream);
	return 0;
}

void source_detach(struct source *s)
{
	const struct source_stream none = { .fd = -EBADF };

	if (s->inlet)
		hand_over(s->inlet, &none);
}

/* ---- listening --------------------------------------------------------------------------- */

struct hearer {
	struct source *source;
	int fd; /* < 0: nobody plays */
	struct unpacker u;
	struct intake in;
	struct unpacked packet;
};

static void stop(struct hearer *h)
{
	if (h->fd < 0)
		return;
	intake_close(&h->in);
	unpacker_done(&h->u);
	/* BlueZ has the same socket open: to close it does not take it out */
	epoll_ctl(h->source->inlet->watch, EPOLL_CTL_DEL, h->fd, NULL);
	close(h->fd);
	h->fd = -EBADF;
	health_set(&h->source->health, HEALTH_WAITING, 0, "%s", "");
}

static int open_intake(struct hearer *h)
{
	struct source *s = h->source;
	const struct intake_setup setup = {
		.format = SAMPLE_S16,
		.channels = a2dp_sbc_channels(&h->u.config),
		.rate = h->u.config.rate,
		.latency = source_ns(s, s->time.period) + LATENCY,
		.class = DRIFT_LOOSE,
		.spells = true,
	};

	return intake_open(&h->in, s, &setup, clock_now());
}

static void begin(struct hearer *h, const struct source_stream *stream)
{
	struct source *s = h->source;
	int fd = stream->fd;
	int r;

	if (unpacker_init(&h->u, stream->config) < 0) {
		close(fd);
		return;
	}
	r = open_intake(h);
	if (r < 0 || watch(s->inlet, fd) < 0) {
		intake_close(&h->in);
		unpacker_done(&h->u);
		close(fd);
		health_set(&s->health, HEALTH_WAITING, 0,
			   "Out of memory for the sound that comes.");
		return;
	}
	h->fd = fd;
	health_set(&s->health, HEALTH_RUNNING, 0, "%s", "");
}

/* So many frames of silence: what was lost keeps its place. */
static void push_silence(struct hearer *h, uint64_t now, uint32_t frames)
{
	static const int16_t silence[2 * SOURCE_BLOCK];

	while (frames) {
		uint32_t n = frames < SOURCE_BLOCK ? frames : SOURCE_BLOCK;

		intake_push(&h->in, now, silence, n);
		frames -= n;
	}
}

static void push_packet(struct hearer *h, uint64_t now, const uint8_t *data, size_t len)
{
	if (unpacker_take(&h->u, data, len, &h->packet) < 0)
		return;
	if (h->packet.anew)
		intake_gap(&h->in);
	push_silence(h, now, h->packet.hole);
	intake_push(&h->in, now, h->packet.pcm, h->packet.frames);
}

static void tell_numbers(struct hearer *h, uint64_t now)
{
	struct health_report *r = health_begin(&h->source->health);

	if (r->drops != h->u.lost + h->u.spoilt)
		r->drop_at = now;
	r->drops = h->u.lost + h->u.spoilt;
	r->bitpool = h->u.bitpool;
	health_end(&h->source->health);
}

/* Read what has come; false = the stream is over. */
static bool hear(struct hearer *h)
{
	uint64_t now = clock_now(), before = h->in.pushed;
	uint8_t data[PACKET_BYTES];

	for (uint32_t i = 0; i < AT_ONCE; i++) {
		ssize_t n = recv(h->fd, data, sizeof(data), 0);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n <= 0)
			return false;
		push_packet(h, now, data, (size_t)n);
	}
	if (h->in.pushed == before)
		return true;
	intake_report(&h->in, now, (double)h->in.pushed);
	intake_pass(&h->in, now);
	intake_adapt(&h->in, now, EXTRA_MAX);
	tell_numbers(h, now);
	return true;
}

void source_a2dp_run(struct source *s)
{
	struct hearer *h = calloc(1, sizeof(*h)); /* a packet is large for a stack */
	struct source_stream stream;

	if (!h) {
		health_set(&s->health, HEALTH_WAITING, 0, "Out of memory.");
		return;
	}
	h->source = s;
	h->fd = -EBADF;
	health_set(&s->health, HEALTH_WAITING, 0, "%s", "");
	while (runner_poll(&s->runner, s->inlet->watch, POLLIN, clock_now() + LOOK) !=
	       -ECANCELED) {
		runner_beat(&s->runner, clock_now());
		if (take_over(s->inlet, &stream)) {
			stop(h);
			if (stream.fd >= 0)
				begin(h, &stream);
		}
		if (h->fd >= 0 && !hear(h))
			stop(h);
	}
	stop(h);
	free(h);
}
