/* SPDX-License-Identifier: MIT */
/*
 * sink_a2dp - a Bluetooth speaker: SBC in RTP into an L2CAP socket.
 *
 *	ring ─► 16 bits, dithered ─► SBC ─► packet of n frames ─► socket
 *
 * Served once a cycle, it never blocks. Frames are taken from the ring at
 * their place on the timeline, on a grid of whole SBC frames that all speakers
 * share, and their number is the packet's RTP time stamp. A packet that finds
 * no room is dropped; stamps and sequence numbers go on. Whatever happens to
 * the socket, the next frame is the one that is due.
 */
#include "core/io/sink_impl.h"

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/io/airtime.h"
#include "core/io/bitpool.h"
#include "core/io/packer.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define OUT_MAX	   8u  /* packets of one cycle; more is a stall, and given up */
#define QUEUE_MAX  5u  /* packets that the kernel may hold for us */
#define LATENCY_MS 25u /* promised from source to socket */
#define PRIORITY   6u  /* SO_PRIORITY of who sends first; more takes a capability */
#define STUCK_NS   NS_PER_SEC
#define LOOK_EVERY 8u /* packets; how often a queue that was empty is looked at */

/* What there is while a stream lasts. */
struct link {
	int fd;		 /* -EBADF = no stream */
	bool tells_room; /* TIOCOUTQ gives the room left, not what waits */
	uint32_t sndbuf; /* bytes, as the kernel counts them */
	uint32_t cost;	 /* bytes of it that a full packet takes */
	int priority;	 /* as it was set last, -1 = never */
	struct packer packer;
	struct bitpool pool;
};

struct a2dp {
	struct sink base;
	pthread_mutex_t lock; /* guards all below, held for a round of encoding */
	struct link link;
	uint64_t next;	   /* first frame not yet encoded */
	uint64_t taken_at; /* ns; when the socket last took a packet */
	bool stuck;	   /* it has not for STUCK_NS */
	uint32_t queue;	   /* packets waiting when last looked */
	uint32_t unseen;   /* packets sent since */
	uint64_t sent, drops, drop_at;
	uint32_t ready;			 /* packets in out that are complete */
	struct packet *out[OUT_MAX + 1]; /* the one after them is being filled */
	struct packet packets[OUT_MAX + 1];
};

/* ---- encoding ------------------------------------------------------------------------ */

/*
 * SBC frames of a packet that begins at a->next: full packets end at multiples
 * of their own length, on the timeline. Speakers with packets of one length
 * then fill them in the same cycle, whenever each of them began: their packets
 * are equally old when they leave. Not while the air is crowded: there packets
 * that come at different times disturb each other less.
 */
static uint32_t frames_to_grid(const struct a2dp *a)
{
	uint64_t index = a->next / a2dp_sbc_pcm_frames(&a->link.packer.config);

	if (a->link.pool.now < a->link.pool.top)
		return a->link.pool.frames;
	return a->link.pool.frames - (uint32_t)(index % a->link.pool.frames);
}

/* The next SBC frame of the timeline into the packet that is being filled. */
static void encode_frame(struct a2dp *a)
{
	struct packet *p = a->out[a->ready];
	uint32_t n = a2dp_sbc_pcm_frames(&a->link.packer.config);
	/* on the grid it lies in one piece in the ring: no copy, but where some is missing */
	const float *sound = ring_peek(a->base.ring, a->next, n);
	float whole[2 * PACKER_PCM_MAX];
	int r;

	if (p->len == 0)
		packer_begin(&a->link.packer, p, a->next, frames_to_grid(a), a->link.pool.now);
	if (!sound)
		sink_read(&a->base, a->next, whole, n);
	r = packer_add(&a->link.packer, p, sound ? sound : whole);
	a->next += n;
	if (sound)
		ring_read(a->base.ring, a->next, whole, 0); /* given up, not copied */
	if (r > 0)
		a->ready++;
	if (r < 0)
		packer_gap(&a->link.packer);
	if (r != 0)
		a->out[a->ready]->len = 0;
}

/* The first frame at or after n on the grid that all speakers share. */
static uint64_t on_grid(const struct a2dp *a, uint64_t n)
{
	uint32_t grid = a2dp_sbc_pcm_frames(&a->link.packer.config);

	return (n + grid - 1) / grid * grid;
}

/* Leave out what nobody waits for any more, and go on with the present. */
static void rejoin(struct a2dp *a, uint64_t until, uint64_t now)
{
	uint32_t per_packet = a->link.pool.frames * a2dp_sbc_pcm_frames(&a->link.packer.config);
	uint64_t from = until > a->base.time.period ? until - a->base.time.period : 0;

	from = on_grid(a, from);
	a->drops += (from - a->next) / per_packet + 1;
	a->drop_at = now;
	a->next = from;
	packer_gap(&a->link.packer);
	a->out[0]->len = 0; /* the one being filled would not continue */
}

static void a2dp_prepare(struct sink *s, uint64_t now)
{
	struct a2dp *a = (struct a2dp *)s;
	uint64_t until = sink_frame_now(s);
	uint32_t pcm, per_packet;

	pthread_mutex_lock(&a->lock);
	if (a->link.fd < 0) {
		pthread_mutex_unlock(&a->lock);
		return;
	}
	pcm = a2dp_sbc_pcm_frames(&a->link.packer.config);
	per_packet = a->link.pool.frames * pcm;
	if (until > a->next && until - a->next > (uint64_t)OUT_MAX * per_packet)
		rejoin(a, until, now);

	while (until >= a->next + pcm && a->ready < OUT_MAX)
		encode_frame(a);
	pthread_mutex_unlock(&a->lock);
}

/* ---- sending ------------------------------------------------------------------------- */

/* Packets that wait in the kernel, to the nearest whole one. */
static uint32_t waiting(const struct a2dp *a)
{
	int value = 0;
	uint32_t bytes;

	if (ioctl(a->link.fd, TIOCOUTQ, &value) < 0 || value < 0)
		return 0;
	bytes = (uint32_t)value;
	if (a->link.tells_room)
		bytes = bytes < a->link.sndbuf ? a->link.sndbuf - bytes : 0;
	return (bytes + a->link.cost / 2) / a->link.cost;
}

static void close_stream(struct a2dp *a)
{
	if (a->link.fd < 0)
		return;
	close(TAKE_FD(a->link.fd));
	packer_done(&a->link.packer);
	atomic_store_explicit(&a->base.flowing, false, memory_order_release);
}

/* 1 = taken, 0 = no room, else -errno: the connection is gone. */
static int offer(struct a2dp *a, const struct packet *p)
{
	if (send(a->link.fd, p->bytes, p->len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 1;
	if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)
		return 0;
	return -errno;
}

/* Say so once when a speaker stops taking packets, and once when it goes on. */
static void note_stuck(struct a2dp *a, uint64_t now)
{
	bool stuck;

	if (a->taken_at == 0)
		a->taken_at = now;
	stuck = now - a->taken_at >= STUCK_NS;
	if (stuck == a->stuck)
		return;
	a->stuck = stuck;
	health_set(&a->base.health, HEALTH_RUNNING, 0, "%s",
		   stuck ? "the speaker takes no packets: out of range or stalled" : "");
}

static void tell_numbers(struct a2dp *a)
{
	struct health_report *h = health_begin(&a->base.health);

	h->rate = a->link.packer.config.rate;
	h->sent = a->sent;
	h->drops = a->drops;
	h->drop_at = a->drop_at;
	h->queue = a->queue;
	h->queue_max = QUEUE_MAX;
	h->bitpool = a->link.pool.now;
	h->bitpool_max = a->link.pool.top;
	h->bitrate = a2dp_sbc_bitrate(&a->link.packer.config, a->link.pool.now);
	h->slots = a->link.pool.slots;
	h->slots_wanted = a->link.pool.wanted;
	health_end(&a->base.health);
}

/*
 * Of the packets that wait for one adapter the kernel sends those of the
 * highest priority first, and of equals those of the oldest link. So that the
 * order is the sender's, which turns, and a speaker that comes back is heard
 * when it was heard before, the priority falls with each one's turn.
 */
static void take_turn(struct a2dp *a)
{
	int priority = (int)(a->base.turn < PRIORITY ? PRIORITY - a->base.turn : 0);

	if (priority == a->link.priority)
		return;
	setsockopt(a->link.fd, SOL_SOCKET, SO_PRIORITY, &priority, sizeof(priority));
	a->link.priority = priority;
}

static int send_ready(struct a2dp *a, uint64_t now)
{
	uint32_t packet = a->link.pool.frames * a2dp_sbc_pcm_frames(&a->link.packer.config);
	bool held_up = a->ready > a->base.time.period / packet + 1;

	for (uint32_t i = 0; i < a->ready; i++) {
		int r = offer(a, a->out[i]);

		if (r < 0)
			return r;
		if (r > 0) {
			a->sent++;
			a->taken_at = now;
		} else {
			a->drops++;
			a->drop_at = now;
		}
		/* what a burst of ours overfills tells nothing about the air */
		if (r > 0 || !held_up)
			bitpool_offered(&a->link.pool, now, a->queue, r > 0);
	}
	return 0;
}

/* Asking costs a system call: an empty queue is asked after now and then only. */
static bool look(struct a2dp *a)
{
	a->unseen += a->ready;
	if (a->queue == 0 && a->unseen < LOOK_EVERY)
		return false;
	a->queue = waiting(a);
	a->unseen = 0;
	return true;
}

/* What is being filled becomes the first again. */
static void keep_rest(struct a2dp *a)
{
	struct packet *rest = a->out[a->ready];

	a->out[a->ready] = a->out[0];
	a->out[0] = rest;
	a->ready = 0;
}

static bool a2dp_send(struct sink *s, uint64_t now)
{
	struct a2dp *a = (struct a2dp *)s;
	uint64_t drops;
	bool looked;
	int r;

	pthread_mutex_lock(&a->lock);
	if (a->link.fd < 0 || a->ready == 0) {
		pthread_mutex_unlock(&a->lock);
		return false;
	}
	take_turn(a);
	looked = look(a);
	drops = a->drops;
	r = send_ready(a, now);
	if (r < 0) {
		close_stream(a);
		health_set(&s->health, HEALTH_WAITING, 0, "connection lost: %s", strerror(-r));
	} else {
		keep_rest(a);
		note_stuck(a, now);
	}
	if (r >= 0 && (looked || a->drops != drops))
		tell_numbers(a);
	pthread_mutex_unlock(&a->lock);
	return true;
}

/* ---- control ------------------------------------------------------------------------- */

/*
 * What one packet takes of a socket's buffer: the kernel counts its own
 * memory, data rounded up to a power of two with 320 bytes behind them, and
 * 256 for the head.
 */
static uint32_t kernel_cost(uint32_t bytes)
{
	uint32_t data = 512;

	while (data < bytes + AIR_L2CAP_HEADER + 8 + 320)
		data *= 2;
	return data + 256;
}

/* Prepare the descriptor; what is refused is done without, but for non-blocking. */
static int set_up_socket(int fd, uint32_t cost, uint32_t *ret_sndbuf, bool *ret_tells_room)
{
	int want = (int)(QUEUE_MAX * cost / 2); /* the kernel doubles it */
	int domain = 0, have = 0;
	socklen_t len = sizeof(int);
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &want, sizeof(want));
	if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &have, &len) < 0)
		return -errno;
	len = sizeof(int);
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) < 0)
		return -errno;
	*ret_sndbuf = (uint32_t)have;
	*ret_tells_room = domain == AF_BLUETOOTH; /* others tell what waits */
	return 0;
}

/* SBC frames of a packet whose first one still leaves within LATENCY_MS. */
static uint32_t relaxed_frames(const struct timeline *t, uint32_t pcm)
{
	uint32_t cycles = LATENCY_MS * t->rate / 1000 / t->period;

	return cycles * t->period / pcm + 1;
}

/* Read what was agreed; 0, or -EINVAL with words. */
static int read_stream(const struct a2dp *a, const struct a2dp_stream *stream,
		       struct bitpool *ret_pool, char why[A2DP_WHY_MAX])
{
	struct bitpool_stream b = {
		.mtu = stream->mtu < PACKET_BYTES ? stream->mtu : PACKET_BYTES,
		.edr = stream->edr,
	};
	int r = a2dp_sbc_parse(stream->config, sizeof(stream->config), &b.config, why);

	if (r < 0)
		return r;
	if (b.config.rate != a->base.time.rate) {
		snprintf(why, A2DP_WHY_MAX, "the speaker was set to %u Hz, the zone has %u",
			 b.config.rate, a->base.time.rate);
		return -EINVAL;
	}
	b.relaxed = relaxed_frames(&a->base.time, a2dp_sbc_pcm_frames(&b.config));
	if (bitpool_init(ret_pool, &b, stream->bitpool) < 0) {
		snprintf(why, A2DP_WHY_MAX, "an MTU of %u bytes has no room for SBC",
			 stream->mtu);
		return -EINVAL;
	}
	return 0;
}

/* A number of its own for each speaker, the same every time: from its name. */
static uint32_t source_number(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	return hash;
}

/* Make everything that a stream needs; on failure the descriptor stays as it was given. */
static int prepare_stream(const struct a2dp *a, const struct a2dp_stream *stream,
			  struct link *ret, char why[A2DP_WHY_MAX])
{
	struct link l = { .fd = stream->fd, .priority = -1 };
	int r = read_stream(a, stream, &l.pool, why);

	if (r < 0)
		return r;
	l.cost = kernel_cost(l.pool.stream.mtu);
	r = set_up_socket(l.fd, l.cost, &l.sndbuf, &l.tells_room);
	if (r < 0) {
		snprintf(why, A2DP_WHY_MAX, "no socket to send to: %s", strerror(-r));
		return r;
	}
	r = packer_init(&l.packer, stream->config, source_number(a->base.name));
	if (r < 0) {
		snprintf(why, A2DP_WHY_MAX, "the SBC encoder refuses what was agreed");
		return r;
	}
	*ret = l;
	return 0;
}

static int a2dp_attach(struct sink *s, const struct a2dp_stream *stream)
{
	struct a2dp *a = (struct a2dp *)s;
	char why[A2DP_WHY_MAX] = "";
	struct link l;
	int r = prepare_stream(a, stream, &l, why);

	if (r < 0) {
		health_set(&s->health, HEALTH_WAITING, 0, "%s", why);
		return r;
	}
	pthread_mutex_lock(&a->lock);
	close_stream(a);
	a->link = l;
	a->next = on_grid(a, sink_frame_now(s));
	sink_skip_to(s, a->next); /* what was before the stream is nobody's loss */
	a->taken_at = 0;
	a->stuck = false;
	a->ready = 0;
	a->out[0]->len = 0;
	a->queue = 0;
	a->unseen = 0;
	tell_numbers(a);
	health_set(&s->health, HEALTH_RUNNING, 0, "%s", "");
	atomic_store_explicit(&s->flowing, true, memory_order_release);
	pthread_mutex_unlock(&a->lock);
	return 0;
}

static void a2dp_detach(struct sink *s)
{
	struct a2dp *a = (struct a2dp *)s;

	pthread_mutex_lock(&a->lock);
	close_stream(a);
	health_set(&s->health, HEALTH_WAITING, 0, "not connected");
	pthread_mutex_unlock(&a->lock);
}

static void a2dp_dropped(struct sink *s, uint32_t n, uint64_t now)
{
	struct a2dp *a = (struct a2dp *)s;

	pthread_mutex_lock(&a->lock);
	if (a->link.fd >= 0) {
		a->drops += n;
		a->drop_at = now;
		tell_numbers(a);
	}
	pthread_mutex_unlock(&a->lock);
}

static void a2dp_set_bitpool(struct sink *s, uint32_t bitpool)
{
	struct a2dp *a = (struct a2dp *)s;

	pthread_mutex_lock(&a->lock);
	if (a->link.fd >= 0) {
		bitpool_set_ceiling(&a->link.pool, bitpool);
		tell_numbers(a);
	}
	pthread_mutex_unlock(&a->lock);
}

static void a2dp_set_share(struct sink *s, double slots)
{
	struct a2dp *a = (struct a2dp *)s;

	pthread_mutex_lock(&a->lock);
	if (a->link.fd >= 0) {
		bitpool_set_share(&a->link.pool, slots);
		tell_numbers(a);
	}
	pthread_mutex_unlock(&a->lock);
}

static void a2dp_free(struct sink *s)
{
	struct a2dp *a = (struct a2dp *)s;

	close_stream(a);
	pthread_mutex_destroy(&a->lock);
	sink_done(s);
	free(a);
}

static const struct sink_ops a2dp_ops = {
	.free = a2dp_free,
	.prepare = a2dp_prepare,
	.send = a2dp_send,
	.attach = a2dp_attach,
	.detach = a2dp_detach,
	.dropped = a2dp_dropped,
	.set_bitpool = a2dp_set_bitpool,
	.set_share = a2dp_set_share,
};

int sink_a2dp_new(const struct sink_args *args, struct sink **ret)
{
	struct a2dp *a = calloc(1, sizeof(*a));
	pthread_mutexattr_t attr;

	if (!a)
		return -ENOMEM;
	sink_init(&a->base, &a2dp_ops, args);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&a->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	a->link.fd = -EBADF;
	for (uint32_t i = 0; i <= OUT_MAX; i++)
		a->out[i] = &a->packets[i];
	health_set(&a->base.health, HEALTH_WAITING, 0, "not connected");

	*ret = &a->base;
	return 0;
}
