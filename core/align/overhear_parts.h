/* SPDX-License-Identifier: MIT */
/* overhear_parts - what the files overhear*.c have in common; for them only. */
#ifndef FANFARE_ALIGN_OVERHEAR_PARTS_H
#define FANFARE_ALIGN_OVERHEAR_PARTS_H

#include "core/align/overhear.h"

#include <kissfft/kiss_fft.h>
#include <kissfft/kiss_fftr.h>

#define EAR_TRACKS 12 /* sounds that a recording is taken apart into */

/* A sound that was sent, at a speaker's pace and about where it was heard. */
struct track {
	kiss_fft_cpx *rows;  /* its spectrum, window by window */
	kiss_fft_cpx *heard; /* wide: what became of it on the way; see ear_fit() */
	float *firm;	     /* wide: 1 / variance of that, up to a factor */
	double pace;	     /* how much slower than the microphone counts, 1e-6 = 1 ppm */
	double at;	     /* s later than expected, at the middle of what was sent */
	double middle;	     /* s of the recording at which that middle was heard */
};

/* Where it is in what was sent and recorded, and how that is looked at. */
struct ear {
	const struct overhear_task *task;
	uint32_t rate;	   /* of what was sent; the recording is brought to it */
	size_t frames;	   /* of the recording then */
	size_t n, windows; /* frames of a window, half of which the next one shares */
	size_t from, wide; /* the first bin that is used, and how many */
	size_t slow;	   /* of these the first so many are slow tones */
	double bin;	   /* Hz */
	kiss_fftr_cfg forward;
	kiss_fft_cfg inverse, rough; /* of n, and of n / 8 */
	float (*sinc)[32];	     /* between two frames; see place() */
	float *window;		     /* n */
	float *record;		     /* frames */
	float *sound;		     /* frames: what is being looked at */
	float *time;		     /* n */
	double *sum;		     /* wide + 1 */
	float *even;		     /* wide: what makes all tones of a match count alike */
	kiss_fft_cpx *bins;	     /* n / 2 + 1 */
	kiss_fft_cpx *spectrum, *response; /* n, analytic */
	kiss_fft_cpx *beam;		   /* n: what one echo looks like there */
	kiss_fft_cpx *heard;		   /* windows rows: the recording */
	kiss_fft_cpx *rest;		   /* the same less what is explained */
	kiss_fft_cpx *match;		   /* the same against one sound */
	float *weight; /* windows rows: 1 / power of the rest around there */
	struct track track[EAR_TRACKS];
	uint32_t tracks;
};

/* [any] -ENOMEM; ear_done() in every case. */
int ear_init(struct ear *e, const struct overhear_task *task);
void ear_done(struct ear *e);

/* [any] Whether nobody waits any more. */
bool ear_stopped(const struct ear *e);

/*
 * [any] Add sound (sent_frames of it, as task has them; less = NULL, or what is to be
 * taken from it) as a track with that pace and place. -ENOMEM, -ENOSPC.
 */
int ear_add(struct ear *e, const float *sound, double expected, double pace, double at);
void ear_drop(struct ear *e);

/* [any] Give a track, which is of that sound, another pace and place. */
void ear_place(struct ear *e, struct track *t, const float *sound, double expected, double pace,
	       double at);

/*
 * [any] Look for a track's sound in the rest: at what pace and place, from its own
 * on, it stands out most; so many steps of the pace to both sides. all: by all
 * tones, else by the slow ones. How much it stands out, in power.
 */
double ear_seek(struct ear *e, const struct track *t, uint32_t steps, double step, bool all,
		double *ret_pace, double *ret_at);

/*
 * [any] What became of each track on the way, so that together they explain windows
 * first..last-1 of the recording best. Then the rest is what they leave, and weighed.
 */
void ear_fit(struct ear *e, size_t first, size_t last);
void ear_explain(struct ear *e);

#endif
