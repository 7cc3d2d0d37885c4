/* SPDX-License-Identifier: MIT */
/*
 * radio - virtual Bluetooth controllers for a real kernel, and the air between them.
 *
 * One thread: the controllers' descriptors, one timer and the script's socket
 * in one epoll set. README.md says how to use it.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "server.h"
#include "vhci.h"
#include "world.h"

#define TIMER_TAG  UINT64_C(0x20000)
#define SIGNAL_TAG UINT64_C(0x20001)

#define BURST 32 /* packets taken from one controller before others have a turn */

struct radio {
	struct world world;
	struct server server;
	int epoll, timer, signals;
	int vhci[CONTROLLERS_MAX]; /* -1 = unplugged */
	uint64_t armed;		   /* ns the timer is set for */
	bool serving;
	bool ending;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

/* ---- what the world asks of us ---------------------------------------------------------- */

static void send_packet(void *user, struct controller *c, const uint8_t *packet, size_t n)
{
	struct radio *r = user;
	int e;

	if (r->vhci[c->index] < 0)
		return;
	e = vhci_write(r->vhci[c->index], packet, n);
	if (e < 0)
		world_trace(&r->world, "%u: the kernel takes no packet: %s", c->index,
			    strerror(-e));
}

static void log_line(void *user, const char *line)
{
	uint64_t now = ((struct radio *)user)->world.now;

	fprintf(stderr, "radio %llu.%06llu %s\n", (unsigned long long)(now / SECOND_NS),
		(unsigned long long)(now % SECOND_NS / 1000), line);
}

static int attach(struct radio *r, struct controller *c)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = c->index };
	int fd, e = vhci_open(&fd);

	if (e < 0)
		return e;
	r->vhci[c->index] = fd;
	return epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &ev) < 0 ? -errno : 0;
}

static void plug(void *user, struct controller *c, bool in)
{
	struct radio *r = user;
	int e;

	if (!in) {
		close(r->vhci[c->index]);
		r->vhci[c->index] = -1;
		c->hci = -1;
		return;
	}
	e = attach(r, c);
	if (e < 0)
		world_log(&r->world, "%u: cannot plug: %s", c->index, strerror(-e));
}

/* ---- the loop --------------------------------------------------------------------------- */

static void from_host(struct radio *r, struct controller *c)
{
	uint8_t packet[HCI_PACKET_MAX + 64];

	for (unsigned i = 0; i < BURST && r->vhci[c->index] >= 0; i++) {
		int n = vhci_read(r->vhci[c->index], packet, sizeof(packet));
		int index = n > 0 ? vhci_index(packet, (size_t)n) : -ENOMSG;

		if (n <= 0)
			return;
		if (index >= 0) {
			char addr[BDADDR_TEXT];

			c->hci = index;
			printf("hci%d %s\n", index, bdaddr_print(c->addr, addr));
			fflush(stdout);
		} else {
			controller_packet(c, packet, (size_t)n);
		}
	}
}

/* Set the timer for the world's next deadline, if that is another than it is set for. */
static void set_timer(struct radio *r)
{
	uint64_t at = world_next(&r->world);
	struct itimerspec t = { 0 };

	if (at == r->armed)
		return;
	r->armed = at;
	if (at != DEADLINE_NEVER) {
		t.it_value.tv_sec = (time_t)(at / SECOND_NS);
		t.it_value.tv_nsec = (long)(at % SECOND_NS);
	}
	timerfd_settime(r->timer, TFD_TIMER_ABSTIME, &t, NULL);
}

static void handle(struct radio *r, uint64_t tag)
{
	uint64_t times;

	if (tag < CONTROLLERS_MAX) {
		from_host(r, &r->world.controller[tag]);
	} else if (tag == TIMER_TAG) {
		if (read(r->timer, &times, sizeof(times)) > 0)
			r->armed = DEADLINE_NEVER; /* it has rung: set it anew */
	} else if (tag == SIGNAL_TAG) {
		r->ending = true;
	} else {
		server_event(&r->server, tag - SERVER_TAG);
	}
}

static void run(struct radio *r)
{
	struct epoll_event ev[16];

	while (!r->ending) {
		int n;

		set_timer(r);
		n = epoll_wait(r->epoll, ev, 16, -1);
		world_run(&r->world, now_ns());
		for (int i = 0; i < n; i++)
			handle(r, ev[i].data.u64);
	}
}

/* ---- starting --------------------------------------------------------------------------- */

static int watch(struct radio *r, int fd, uint64_t tag)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = tag };

	return fd < 0 || epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &ev) < 0 ? -errno : 0;
}

static int open_loop(struct radio *r)
{
	sigset_t set;
	int e;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	r->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	r->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	r->armed = DEADLINE_NEVER;
	if (r->epoll < 0)
		return -errno;
	e = watch(r, r->timer, TIMER_TAG);
	return e < 0 ? e : watch(r, r->signals, SIGNAL_TAG);
}

static int start(struct radio *r, const char *control)
{
	int e;

	for (unsigned i = 0; i < r->world.count; i++) {
		e = attach(r, &r->world.controller[i]);
		if (e < 0) {
			fprintf(stderr, "radio: /dev/vhci: %s\n", strerror(-e));
			return e;
		}
	}
	if (!control)
		return 0;
	e = server_open(&r->server, &r->world, r->epoll, control);
	if (e < 0)
		fprintf(stderr, "radio: %s: %s\n", control, strerror(-e));
	r->serving = e == 0;
	return e;
}

static void stop(struct radio *r)
{
	if (r->serving)
		server_close(&r->server);
	for (unsigned i = 0; i < r->world.count; i++) {
		if (r->vhci[i] >= 0)
			close(r->vhci[i]);
	}
	world_done(&r->world);
}

/* ---- the command line ------------------------------------------------------------------- */

struct wishes {
	unsigned count;
	struct bdaddr addr[CONTROLLERS_MAX];
	unsigned rate[CONTROLLERS_MAX];
	const char *control;
	bool central[CONTROLLERS_MAX], centrals; /* given at all; else the first is */
	uint64_t seed;
	double supervision; /* seconds */
	bool trace;
	const char *ctl;
};

static void usage(FILE *f)
{
	fputs("usage: radio [-c COUNT] [--control SOCKET] [--addr INDEX=ADDRESS]...\n"
	      "             [--central INDEX]...\n"
	      "             [--edr [INDEX=]2|3]... [--seed N] [--supervision SECONDS] "
	      "[--trace]\n"
	      "       radio --ctl SOCKET \"LINE\"\n",
	      f);
}

/* "INDEX=REST": the index, and *text moves on to REST. -1 without one, -2 for a bad one. */
static int indexed(const char **text)
{
	char *end;
	long i = strtol(*text, &end, 10);

	if (end == *text || *end != '=')
		return -1;
	*text = end + 1;
	return i >= 0 && i < CONTROLLERS_MAX ? (int)i : -2;
}

static int wish_edr(struct wishes *w, const char *text)
{
	int i = indexed(&text);

	if (i == -2 || (strcmp(text, "2") != 0 && strcmp(text, "3") != 0))
		return -EINVAL;
	for (int k = 0; k < CONTROLLERS_MAX; k++) {
		if (i < 0 || i == k)
			w->rate[k] = (unsigned)(text[0] - '0');
	}
	return 0;
}

static int wish_addr(struct wishes *w, const char *text)
{
	int i = indexed(&text);

	return i < 0 ? -EINVAL : bdaddr_parse(text, &w->addr[i]);
}

static int wish_central(struct wishes *w, const char *text)
{
	char *end;
	unsigned long i = strtoul(text, &end, 10);

	if (end == text || *end || i >= CONTROLLERS_MAX)
		return -EINVAL;
	w->central[i] = w->centrals = true;
	return 0;
}

static int parse(int argc, char **argv, struct wishes *w)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'c' },
		{ "control", required_argument, NULL, 's' },
		{ "addr", required_argument, NULL, 'a' },
		{ "edr", required_argument, NULL, 'e' },
		{ "central", required_argument, NULL, 'm' },
		{ "seed", required_argument, NULL, 'r' },
		{ "supervision", required_argument, NULL, 't' },
		{ "trace", no_argument, NULL, 'T' },
		{ "ctl", required_argument, NULL, 'C' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int o, bad = 0;

	while (!bad && (o = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (o == 'c')
			w->count = (unsigned)strtoul(optarg, NULL, 10);
		else if (o == 's')
			w->control = optarg;
		else if (o == 'a')
			bad = wish_addr(w, optarg);
		else if (o == 'e')
			bad = wish_edr(w, optarg);
		else if (o == 'm')
			bad = wish_central(w, optarg);
		else if (o == 'r')
			w->seed = strtoull(optarg, NULL, 0);
		else if (o == 't')
			w->supervision = strtod(optarg, NULL);
		else if (o == 'T')
			w->trace = true;
		else if (o == 'C')
			w->ctl = optarg;
		else if (o == 'h') {
			usage(stdout);
			exit(EXIT_SUCCESS);
		} else
			bad = -EINVAL;
	}
	if (bad || optind + (w->ctl ? 1 : 0) != argc || w->count < 1 ||
	    w->count > CONTROLLERS_MAX || !(w->supervision > 0.0 && w->supervision < 40.9))
		return -EINVAL;
	return 0;
}

int main(int argc, char **argv)
{
	static struct radio r;
	struct wishes w = { .count = 2, .seed = 1, .supervision = 20.0 };
	int e;

	for (unsigned i = 0; i < CONTROLLERS_MAX; i++) {
		/* locally administered, so that it is nobody's */
		w.addr[i] = (struct bdaddr){ { (uint8_t)i, 0x00, 0xa1, 0x0f, 0xfa, 0x02 } };
		w.rate[i] = 3;
		r.vhci[i] = -1;
	}
	if (parse(argc, argv, &w) < 0) {
		usage(stderr);
		return 2;
	}
	if (w.ctl)
		return server_ask(w.ctl, argv[optind]);

	world_init(&r.world, now_ns(), w.seed);
	r.world.send = send_packet;
	r.world.log = log_line;
	r.world.plug = plug;
	r.world.user = &r;
	r.world.trace = w.trace;
	r.world.supervision = (uint16_t)(w.supervision * SLOTS_PER_SECOND);
	for (unsigned i = 0; i < w.count; i++)
		world_add(&r.world, w.addr[i], w.rate[i])->central =
			w.centrals ? w.central[i] : i == 0;
	e = open_loop(&r);
	if (e == 0)
		e = start(&r, w.control);
	if (e == 0)
		run(&r);
	stop(&r);
	return e < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
