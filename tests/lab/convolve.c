/* SPDX-License-Identifier: MIT */
/* convolve - see convolve.h: overlap and save. */
#include "tests/lab/convolve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <kissfft/kiss_fftr.h>

#include "core/base/scope.h"

#define FFT  (2 * CONVOLVE_BLOCK)
#define HALF (FFT / 2 + 1)

struct convolver {
	kiss_fftr_cfg forward, inverse;
	size_t parts, newest;
	kiss_fft_cpx *response; /* parts of HALF */
	kiss_fft_cpx *heard;	/* as many blocks back, newest at newest */
	float time[FFT];	/* the last block and this one */
};

SCOPED_FN(struct convolver, convolver_free)

void convolver_free(struct convolver *c)
{
	if (!c)
		return;
	kiss_fftr_free(c->forward);
	kiss_fftr_free(c->inverse);
	free(c->response);
	free(c->heard);
	free(c);
}

int convolver_new(const float *response, size_t n, struct convolver **ret)
{
	SCOPED(convolver_freep) struct convolver *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->parts = (n + CONVOLVE_BLOCK - 1) / CONVOLVE_BLOCK;
	c->forward = kiss_fftr_alloc(FFT, 0, NULL, NULL);
	c->inverse = kiss_fftr_alloc(FFT, 1, NULL, NULL);
	c->response = calloc(c->parts * HALF, sizeof(*c->response));
	c->heard = calloc(c->parts * HALF, sizeof(*c->heard));
	if (!c->forward || !c->inverse || !c->response || !c->heard)
		return -ENOMEM;
	for (size_t p = 0; p < c->parts; p++) {
		size_t from = p * CONVOLVE_BLOCK;
		size_t many = n - from < CONVOLVE_BLOCK ? n - from : CONVOLVE_BLOCK;

		memset(c->time, 0, sizeof(c->time));
		memcpy(c->time, response + from, many * sizeof(float));
		kiss_fftr(c->forward, c->time, c->response + p * HALF);
	}
	memset(c->time, 0, sizeof(c->time));
	*ret = TAKE(c);
	return 0;
}

void convolver_add(struct convolver *c, const float *in, float *out)
{
	kiss_fft_cpx sum[HALF] = { 0 };
	float back[FFT];

	memmove(c->time, c->time + CONVOLVE_BLOCK, CONVOLVE_BLOCK * sizeof(float));
	memcpy(c->time + CONVOLVE_BLOCK, in, CONVOLVE_BLOCK * sizeof(float));
	c->newest = (c->newest + c->parts - 1) % c->parts;
	kiss_fftr(c->forward, c->time, c->heard + c->newest * HALF);
	for (size_t p = 0; p < c->parts; p++) {
		const kiss_fft_cpx *x = c->heard + (c->newest + p) % c->parts * HALF;
		const kiss_fft_cpx *y = c->response + p * HALF;

		for (size_t k = 0; k < HALF; k++) {
			sum[k].r += x[k].r * y[k].r - x[k].i * y[k].i;
			sum[k].i += x[k].r * y[k].i + x[k].i * y[k].r;
		}
	}
	kiss_fftri(c->inverse, sum, back);
	for (size_t i = 0; i < CONVOLVE_BLOCK; i++) /* the first half has wrapped around */
		out[i] += back[CONVOLVE_BLOCK + i] / FFT;
}
