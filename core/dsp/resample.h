/* SPDX-License-Identifier: MIT */
/*
 * resample - from one rate to another, the ratio changing while it runs.
 *
 * A Kaiser-windowed sinc of 64 taps in 1,024 phases, linear between phases,
 * the ratio ramped over each block. When the output is slower than the input
 * the sinc is stretched by the ratio, so that nothing folds back.
 *
 * The resampler keeps its own input: push what there is, pull what is wanted.
 * It adds no delay to the signal (output at position x is the input at x), but
 * can only give it when resampler_latency() more frames are there.
 * Input frames are counted from resampler_new() or resampler_reset() on.
 */
#ifndef FANFARE_DSP_RESAMPLE_H
#define FANFARE_DSP_RESAMPLE_H

#include <stdbool.h>
#include <stdint.h>

struct resample_table;
struct resampler;

/*
 * [ctl] The sinc for in_rate to out_rate (Hz, ratio 1/24..24), about 260 kB.
 * Read only: share it between all resamplers of about the same ratio. NULL =
 * no memory, or a ratio that is not one. Free it after its last resampler.
 */
struct resample_table *resample_table_new(double in_rate, double out_rate);

/* [ctl] NULL is fine. */
void resample_table_free(struct resample_table *t);

/*
 * [ctl] A resampler with a table of its own and room for 8,192 input frames.
 * NULL as resample_table_new().
 */
struct resampler *resampler_new(double in_rate, double out_rate);

/*
 * [ctl] The same on a shared table (NULL: its own), with room for capacity
 * input frames (at least; 1..2^24) besides what the sinc itself needs.
 */
struct resampler *resampler_new_shared(const struct resample_table *table, double in_rate,
				       double out_rate, uint32_t capacity);

/* [ctl] NULL is fine. Leaves a shared table alone. */
void resampler_free(struct resampler *r);

/* [rt] Forget all input; the next frame pushed is number 0, as is the position. */
void resampler_reset(struct resampler *r);

/* [rt] Append stereo frames; returns how many fitted. */
uint32_t resampler_push(struct resampler *r, const float *in, uint32_t frames);

/* [rt] Append silence; returns how many frames fitted. */
uint32_t resampler_push_silence(struct resampler *r, uint32_t frames);

/* [rt] How many frames would fit now. */
uint32_t resampler_space(const struct resampler *r);

/*
 * [rt] Up to frames stereo frames of output; returns how many the input was
 * enough for. The step (input frames per output frame) moves in a straight
 * line from where it is to step_end over frames; 0 keeps it as it is.
 */
uint32_t resampler_pull(struct resampler *r, float *out, uint32_t frames, double step_end);

/*
 * [rt] Push and pull in one: takes what fits of in (*ret_used frames), gives
 * up to out_frames; returns how many. Call again with the rest of the input
 * until it neither takes nor gives.
 */
uint32_t resampler_process(struct resampler *r, const float *in, uint32_t in_frames,
			   uint32_t *ret_used, float *out, uint32_t out_frames,
			   double step_end);

/* [rt] The input position (frames, exact fraction) of the next output frame. */
double resampler_position(const struct resampler *r);

/*
 * [rt] Make position that of the next output frame. False, and nothing done,
 * when the input around it is no longer kept; ahead of what is there is fine.
 */
bool resampler_seek(struct resampler *r, double position);

/* [rt] Frames pushed so far: the number of the next one. */
uint64_t resampler_pushed(const struct resampler *r);

/* [rt] Output frames that could be pulled now at the present step. */
uint32_t resampler_ready(const struct resampler *r);

/* [any] Input frames beyond its position that an output frame needs. */
uint32_t resampler_latency(const struct resampler *r);

/* [any] The nominal step: in_rate / out_rate. */
double resampler_nominal_step(const struct resampler *r);

#endif
