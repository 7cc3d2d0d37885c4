/* SPDX-License-Identifier: MIT */
/*
 * bench_engine - what the engine costs with so many outputs, in real time.
 *
 *	bench_engine null|file|a2dp OUTPUTS SECONDS   our threads, our sinks
 *	bench_engine floor|floor-file|floor-sbc|floor-a2dp OUTPUTS SECONDS
 *	bench_engine latency SECONDS
 *
 * The floor is the least a program can do for the same: one thread, one
 * wake-up a period, and for each output gain, delay, meter, conversion and a
 * write. floor-file writes to a file. floor-sbc only encodes; floor-a2dp
 * converts, encodes and sends each packet to a socket.
 *
 * Prints "KIND OUTPUTS CPU-PERCENT RSS-KB SWITCHES-PER-SECOND", or for latency
 * "latency MEDIAN-MS P95-MS MAX-MS".
 */
#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/dsp/convert.h"
#include "core/io/rtp.h"
#include "core/io/sender.h"
#include "core/io/sink.h"
#include "core/rt/ring.h"
#include "tests/bench/floor.h"
#include "tests/bench/measure.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define RATE   BENCH_RATE
#define PERIOD BENCH_PERIOD
#define RING   16384u /* frames, as control makes them */

/* ---- the source ------------------------------------------------------------------------- */

#define HISTORY 8192u /* blocks */

/* How a source places its sound: so long before it is due, so many blocks at a time. */
struct lead {
	uint64_t ahead; /* ns */
	uint32_t blocks;
};

static const struct lead easy = { 300 * NS_PER_MS, 10 }; /* as our test sounds do */
static const struct lead close_by = { NS_PER_MS, 1 };	 /* as late as can be */

/* The music that the floor plays, too. */
struct feeder {
	struct timeline time;
	struct ring *ring;
	struct lead lead;
	pthread_t thread;
	_Atomic uint64_t placed[HISTORY]; /* ns, by block number */
	_Atomic bool stop;
};

static void *feed(void *arg)
{
	struct feeder *f = arg;
	const struct timeline *t = &f->time;
	float block[2 * PERIOD];
	uint64_t first = RATE / 2 / PERIOD * PERIOD;

	if (f->lead.blocks == 1)
		be_punctual();
	for (uint64_t n = first; !atomic_load(&f->stop); n += f->lead.blocks * PERIOD) {
		clock_sleep_until(clock_of_frame(t->t0, n, RATE) - f->lead.ahead);
		for (uint32_t k = 0; k < f->lead.blocks; k++) {
			uint64_t at = n + k * PERIOD;

			convert_to_float(block, bench_music(at), SAMPLE_S16, 2 * PERIOD);
			atomic_store(&f->placed[at / PERIOD % HISTORY], clock_now());
			ring_write(f->ring, at, block, PERIOD);
		}
	}
	return NULL;
}

static struct feeder *feeder_start(const struct timeline *time, struct ring *ring,
				   const struct lead *lead)
{
	struct feeder *f = calloc(1, sizeof(*f));

	if (!f)
		die("feeder");
	f->time = *time;
	f->ring = ring;
	f->lead = *lead;
	if (pthread_create(&f->thread, NULL, feed, f) != 0)
		die("feeder");
	return f;
}

static void feeder_stop(struct feeder *f)
{
	atomic_store(&f->stop, true);
	pthread_join(f->thread, NULL);
	free(f);
}

/* ---- ours ------------------------------------------------------------------------------- */

struct ours {
	struct timeline time;
	struct engine *engine;
	struct sender *sender;
	struct pacer *pacer;
	struct ring *ring; /* of the source, which is a thread of the bench */
	struct feed *feed;
	struct feeder *feeder;
	struct branch *branch[BENCH_OUTPUTS];
	struct sink *sink[BENCH_OUTPUTS];
	int far[BENCH_OUTPUTS]; /* the other ends of A2DP sockets */
	unsigned int outputs;
};

static enum sink_type type_of(const char *kind)
{
	return strcmp(kind, "file") == 0   ? SINK_IS_FILE
	       : strcmp(kind, "null") == 0 ? SINK_IS_NULL
					   : SINK_IS_A2DP;
}

static void open_output(struct ours *u, const char *kind, unsigned int i, const char *folder)
{
	enum sink_type type = type_of(kind);
	char path[256], name[32];
	struct sink_config c = { .type = type, .device = path, .name = name };
	snprintf(path, sizeof(path), "%s/ours-%u.wav", folder, i);
	snprintf(name, sizeof(name), "Output %u", i);
	if (branch_new(i, RATE, RING, &u->branch[i]) < 0 ||
	    sink_new(&c, &u->time, u->engine, u->branch[i]->ring, u->sender, -1, &u->sink[i]) <
		    0)
		die("output");
	if (type == SINK_IS_A2DP) {
		struct a2dp_stream s = { .mtu = 672,
					 .edr = 2,
					 .config = { 0x21, 0x15, 2, 53 } };
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
			die("socketpair");
		s.fd = pair[0];
		u->far[i] = pair[1];
		if (sink_attach(u->sink[i], &s) < 0)
			die("sink_attach");
	}
}

static void send_plan(struct ours *u)
{
	struct plan *p = calloc(1, sizeof(*p));

	if (!p)
		die("plan");
	p->serial = 1;
	p->zones_n = 1;
	p->feeds_n = 1;
	p->feeds[0] = (struct plan_feed){ .feed = u->feed, .gain = 1.0f };
	p->branches_n = u->outputs;
	for (unsigned int i = 0; i < u->outputs; i++)
		p->branches[i] = (struct plan_branch){
			.branch = u->branch[i],
			.map = MAP_STEREO,
			.gain = 0.5f,
			.delay = 1000 + 37 * i,
			.flowing = true,
		};
	if (engine_send(u->engine, p) < 0)
		die("engine_send");
}

static void begin(struct ours *u, const char *kind, unsigned int outputs, const char *folder,
		  const struct lead *lead)
{
	memset(u, 0, sizeof(*u));
	u->time = (struct timeline){ .t0 = clock_now(), .rate = RATE, .period = PERIOD };
	u->outputs = outputs;
	if (engine_new(&u->time, &u->engine) < 0 || sender_new(&u->sender) < 0 ||
	    ring_new(65536, &u->ring) < 0 || feed_new(1, RATE, u->ring, &u->feed) < 0)
		die("engine");
	for (unsigned int i = 0; i < outputs; i++)
		open_output(u, kind, i, folder);
	u->feeder = feeder_start(&u->time, u->ring, lead);
	send_plan(u);
	if (pacer_new(u->engine, u->sender, &u->pacer) < 0)
		die("pacer");
}

static void end(struct ours *u)
{
	struct plan *p;

	pacer_free(u->pacer);
	for (unsigned int i = 0; i < u->outputs; i++) {
		sink_free(u->sink[i]);
		branch_free(u->branch[i]);
	}
	sender_free(u->sender);
	feeder_stop(u->feeder);
	feed_free(u->feed);
	ring_free(u->ring);
	while ((p = engine_last_plan(u->engine)))
		free(p);
	engine_free(u->engine);
}

static uint64_t lost_so_far(const struct ours *u)
{
	uint64_t lost = 0;

	for (unsigned int i = 0; i < u->outputs; i++) {
		struct health_report h;

		sink_health(u->sink[i], &h);
		lost += h.drops + atomic_load(&u->branch[i]->ring->lost);
	}
	return lost;
}

static void run_ours(const char *kind, unsigned int outputs, unsigned int seconds,
		     const char *folder)
{
	struct ours u;
	struct windows w;
	uint64_t dropped = 0, next;
	pid_t drainer = -1;

	begin(&u, kind, outputs, folder, &easy);
	if (strcmp(kind, "a2dp") == 0)
		drainer = drain_begin(u.far, outputs);
	clock_sleep_until(clock_now() + BENCH_WARM_UP);
	dropped = lost_so_far(&u); /* what was late before all was open does not count */
	windows_begin(&w);
	next = w.first.at;
	for (unsigned int i = 0; i < 2 * seconds; i++) {
		clock_sleep_until(next += BENCH_WINDOW);
		windows_next(&w);
	}
	windows_report(&w, kind, outputs);
	dropped = lost_so_far(&u) - dropped;
	if (dropped > 0)
		fprintf(stderr, "%s %u: %lu packets or frames lost, the machine is too busy\n",
			kind, outputs, (unsigned long)dropped);
	if (!pacer_realtime(u.pacer))
		fprintf(stderr, "no SCHED_FIFO here\n");
	drain_end(drainer);
	end(&u);
}

/* ---- latency ---------------------------------------------------------------------------- */

/* Every SBC frame of a packet, from its placing to the packet's arrival. */
static uint32_t note_packet(const struct feeder *f, const uint8_t *buf, size_t len, double *ret)
{
	uint64_t now = clock_now();
	struct rtp_head head;
	uint32_t n = 0;
	size_t at;

	if (rtp_read(buf, len, &head, &at) < 0)
		die("rtp_read");
	for (uint32_t i = 0; i < head.frames; i++) {
		uint64_t block = (head.stamp + 128u * i) / PERIOD % HISTORY;
		uint64_t placed = atomic_load(&f->placed[block]);

		if (placed > 0)
			ret[n++] = (double)(now - placed) * 1e-6;
	}
	return n;
}

static void run_latency(unsigned int seconds)
{
	static double ms[200000];
	struct ours u;
	uint32_t n = 0;
	uint64_t start, stop;
	uint8_t buf[2048];

	be_punctual();
	begin(&u, "a2dp", 1, ".", &close_by);
	start = clock_now() + BENCH_WARM_UP;
	stop = start + seconds * NS_PER_SEC;
	while (clock_now() < stop) {
		ssize_t len = recv(u.far[0], buf, sizeof(buf), 0);

		if (len <= 0)
			die("recv");
		if (clock_now() > start && n + 15 < ARRAY_SIZE(ms))
			n += note_packet(u.feeder, buf, (size_t)len, ms + n);
	}
	end(&u);
	sort_doubles(ms, n);
	printf("latency %.1f %.1f %.1f\n", ms[n / 2], ms[n * 95 / 100], ms[n - 1]);
}

int main(int argc, char **argv)
{
	const char *folder = getenv("BENCH_FOLDER");
	unsigned int a = argc > 2 ? (unsigned int)atoi(argv[2]) : 0;
	unsigned int b = argc > 3 ? (unsigned int)atoi(argv[3]) : 0;

	if (argc == 3 && strcmp(argv[1], "latency") == 0 && a > 0) {
		run_latency(a);
		return 0;
	}
	if (argc != 4 || a < 1 || a > BENCH_OUTPUTS || b < 1) {
		fprintf(stderr, "usage: bench_engine KIND OUTPUTS SECONDS | latency SECONDS\n");
		return 2;
	}
	if (strncmp(argv[1], "floor", 5) == 0)
		floor_run(argv[1], a, b, folder ? folder : ".");
	else
		run_ours(argv[1], a, b, folder ? folder : ".");
	return 0;
}
