/* SPDX-License-Identifier: MIT */
/*
 * delay - a delay line whose length may change while it plays.
 *
 * A change of up to 1 ms is slewed at 500 ppm, read between the frames by a
 * windowed sinc; a larger one, or one to or from a delay shorter than the
 * sinc's half (DELAY_SINC_HALF frames), is a 20 ms raised-cosine crossfade
 * between two taps. Either lands on a whole frame, where it costs one copy.
 * A delay of 0 is the input itself: the line adds no latency of its own.
 *
 * Memory is only touched as far as the delays asked for need it; a change to a
 * delay longer than any before may wait until that much sound has gone by.
 */
#ifndef FANFARE_DSP_DELAY_H
#define FANFARE_DSP_DELAY_H

#include <stdbool.h>
#include <stdint.h>

#define DELAY_SINC_HALF 24 /* frames */

struct delay;

/* [ctl] A line for 0..max_frames, at 0, filled with silence. NULL = no memory. */
struct delay *delay_new(uint32_t max_frames);

/* [ctl] NULL is fine. */
void delay_free(struct delay *d);

/* [rt] Silence in the line; its length stays, a change under way is finished at once. */
void delay_reset(struct delay *d);

/*
 * [rt] Head for frames (clamped to max_frames) without a click; rate (Hz)
 * gives the 1 ms and the 20 ms. While a change is under way the newest wish
 * is kept and begun when the running fade ends, or at the slew's next whole
 * frame (within 2,000 frames). Before any sound has flowed it is delay_jump().
 */
void delay_set(struct delay *d, uint32_t frames, uint32_t rate);

/*
 * [rt] Be at frames at once, click or not: for the start, before sound flows.
 * What the line held may be lost.
 */
void delay_jump(struct delay *d, uint32_t frames);

/* [rt] Delay stereo frames in place. */
void delay_apply(struct delay *d, float *buf, uint32_t frames);

/* [rt] The delay of the latest frame (frames; between two while slewing or fading). */
double delay_now(const struct delay *d);

/* [rt] True when no change is under way. */
bool delay_settled(const struct delay *d);

#endif
