/* SPDX-License-Identifier: MIT */
/*
 * sink_file - a speaker that is a recording: WAV, or FLAC, by the extension.
 *
 * 24 bits, two channels, the zone's rate; frame n of the timeline lies n frames
 * after the first one of the file, whatever was missing in between. Written
 * every 200 ms; a WAV's header is put right once a second, so that a kill
 * leaves a file that can be read.
 *
 * A full disk is waited for. A WAV then goes on where it stopped, the time
 * lost as silence; a FLAC cannot be taken up again and goes on in a new file
 * beside it.
 */
#include "core/base/clock.h"
#include "core/io/runner.h"
#include "core/io/sink_impl.h"

#include <errno.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define EVERY	 (200 * NS_PER_MS)
#define HEADER	 NS_PER_SEC
#define BLOCK	 1024u
#define WAV_MOST (0xfff00000u / 6) /* frames: its sizes are 32 bits of bytes */

struct sink_file {
	struct sink base;
	struct runner runner;
	SNDFILE *file;
	bool flac;
	uint32_t part;	    /* of the files of this run, from 1 */
	uint64_t next;	    /* frame of the timeline to write next */
	uint64_t written;   /* frames in the file */
	uint64_t silence;   /* frames owed from a time when the disk was full */
	uint64_t header_at; /* ns; when the header is due again */
	uint64_t retry;	    /* ns; not before, after a failure */
	struct backoff wait;
	char path[288];
};

/* The path of this part: "a.flac", then "a-2.flac". */
static void name_part(struct sink_file *f)
{
	const char *path = f->base.device, *slash = strrchr(path, '/');
	const char *dot = strrchr(slash ? slash : path, '.');
	int stem = dot ? (int)(dot - path) : (int)strlen(path);

	if (f->part <= 1)
		snprintf(f->path, sizeof(f->path), "%s", path);
	else
		snprintf(f->path, sizeof(f->path), "%.*s-%u%s", stem, path, f->part,
			 dot ? dot : "");
}

/* 0 or -errno. */
static int open_file(struct sink_file *f)
{
	SF_INFO info = {
		.samplerate = (int)f->base.time.rate,
		.channels = 2,
		.format = SF_FORMAT_PCM_24,
	};
	const char *dot = strrchr(f->base.device, '.');

	f->flac = dot && strcasecmp(dot, ".flac") == 0;
	info.format |= f->flac ? SF_FORMAT_FLAC : SF_FORMAT_WAV;
	f->part++;
	name_part(f);
	errno = 0;
	f->file = sf_open(f->path, SFM_WRITE, &info);
	if (!f->file) {
		f->part--;
		return errno ? -errno : -EIO;
	}
	sf_command(f->file, SFC_SET_CLIPPING, NULL, SF_TRUE);
	f->written = f->silence = 0;
	f->header_at = clock_now() + HEADER;
	return 0;
}

static void close_file(struct sink_file *f)
{
	if (f->file)
		sf_close(f->file);
	f->file = NULL;
}

static void say(struct sink_file *f, int error, uint64_t retry)
{
	struct health *h = &f->base.health;

	switch (error) {
	case -ENOSPC:
	case -EDQUOT:
		health_set(
			h, HEALTH_WAITING, retry,
			"The disk of \"%.80s\" is full: recording goes on when there is room.",
			f->path);
		return;
	case -ENOENT:
	case -ENOTDIR:
		health_set(h, HEALTH_WAITING, retry,
			   "There is no folder for \"%.80s\": make it.", f->path);
		return;
	default:
		health_set(h, HEALTH_WAITING, retry, "\"%.80s\" cannot be written: %s.",
			   f->path, strerror(-error));
		return;
	}
}

/* 0 or -errno; what did not go in is owed as silence. */
static int write_frames(struct sink_file *f, const float *frames, uint32_t n)
{
	sf_count_t done;
	int e;

	errno = 0;
	done = sf_writef_float(f->file, frames, n);
	e = errno;
	if (done < 0)
		done = 0;
	f->written += (uint64_t)done;
	if (done == (sf_count_t)n)
		return 0;
	f->silence += n - (uint64_t)done;
	return e ? -e : -EIO;
}

/* Pay what is owed, as far as it goes. */
static int write_silence(struct sink_file *f)
{
	static const float nothing[2 * BLOCK];

	/* half a frame may have gone in: begin at a whole one */
	if (f->silence && !f->flac && sf_seek(f->file, (sf_count_t)f->written, SEEK_SET) < 0)
		return -EIO;
	while (f->silence) {
		uint32_t n = f->silence < BLOCK ? (uint32_t)f->silence : BLOCK;
		int r;

		f->silence -= n; /* what fails is owed again */
		r = write_frames(f, nothing, n);
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * A block of what the engine has made and nobody has written yet. Returns its
 * frames, 0 = none, -ECANCELED = stopping.
 */
static int take(struct sink_file *f, float *block)
{
	struct sink *s = &f->base;
	uint64_t end;
	uint32_t n = 0;

	if (!runner_enter(&f->runner))
		return -ECANCELED;
	end = sink_frame_now(s);
	if (f->next < end) {
		n = end - f->next < BLOCK ? (uint32_t)(end - f->next) : BLOCK;
		sink_read(s, f->next, block, n);
		f->next += n;
	}
	runner_leave(&f->runner);
	return (int)n;
}

/* Write all there is. The file is open. 0, -ECANCELED or -errno of the disk. */
static int record(struct sink_file *f, uint64_t now)
{
	float block[2 * BLOCK];
	struct health_report *h;
	int r = write_silence(f), n;

	while (r == 0 && (n = take(f, block)) != 0) {
		if (n < 0)
			return n;
		if (!f->flac && f->written > WAV_MOST) {
			close_file(f);
			r = open_file(f);
			if (r < 0)
				break;
		}
		r = write_frames(f, block, (uint32_t)n);
	}
	if (r == 0 && now >= f->header_at) {
		sf_command(f->file, SFC_UPDATE_HEADER_NOW, NULL, 0);
		f->header_at = now + HEADER;
	}
	h = health_begin(&f->base.health);
	h->rate = f->base.time.rate;
	h->latency_ms = 0;
	if (r == 0) {
		h->sent++;
	} else {
		h->drops++;
		h->drop_at = now;
	}
	health_end(&f->base.health);
	return r;
}

/* While the disk takes nothing: the music goes on without us, and is owed. */
static int let_go_by(struct sink_file *f)
{
	float block[2 * BLOCK];
	int n;

	while ((n = take(f, block)) > 0)
		f->silence += (uint32_t)n;
	return n;
}

/* What to do about an error of the disk. */
static void suffer(struct sink_file *f, int error)
{
	f->retry = clock_now() + backoff_next(&f->wait);
	say(f, error, f->retry);
	/* its encoder is in pieces: the next part goes on; what is owed is not */
	if (f->file && f->flac)
		close_file(f);
	if (!f->file)
		atomic_store_explicit(&f->base.flowing, false, memory_order_release);
}

/* Open, from the engine's present frame on. */
static int begin(struct sink_file *f)
{
	int r = open_file(f);

	if (r < 0)
		return r;
	if (!runner_enter(&f->runner))
		return -ECANCELED;
	f->next = sink_frame_now(&f->base);
	sink_flow(&f->base);
	runner_leave(&f->runner);
	return 0;
}

/* One wake-up; -ECANCELED = stopping. */
static int work(struct sink_file *f, uint64_t now)
{
	int r = 0;

	if (now < f->retry)
		return f->file ? let_go_by(f) : 0;
	if (!f->file)
		r = begin(f);
	if (r == 0)
		r = record(f, now);
	if (r == -ECANCELED)
		return r;
	if (r < 0) {
		suffer(f, r);
		return 0;
	}
	backoff_reset(&f->wait);
	health_set(&f->base.health, HEALTH_RUNNING, 0, "%s", "");
	return 0;
}

static void run(void *body)
{
	struct sink_file *f = body;
	uint64_t now;

	f->wait = (struct backoff){ .first = NS_PER_SEC, .most = 5 * NS_PER_SEC };
	do {
		now = clock_now();
		runner_beat(&f->runner, now);
	} while (work(f, now) == 0 && runner_sleep_until(&f->runner, now + EVERY));
	close_file(f);
}

static void release(void *body)
{
	struct sink_file *f = body;

	sink_done(&f->base);
	free(f);
}

static void stop(struct sink *s)
{
	struct sink_file *f = (struct sink_file *)s;

	health_mute(&s->health);
	runner_stop(&f->runner);
}

static const struct sink_ops ops = { .free = stop };

int sink_file_new(const struct sink_args *args, struct sink **ret)
{
	struct sink_file *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	sink_init(&f->base, &ops, args);
	if (runner_start(&f->runner, "ff-out-file", false, run, release, f) < 0) {
		release(f);
		return -EAGAIN;
	}
	*ret = &f->base;
	return 0;
}
