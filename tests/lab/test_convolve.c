/* SPDX-License-Identifier: MIT */
/* The convolver against the sum it stands for. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/lab/convolve.h"

#define BLOCKS	 8u
#define RESPONSE 1300u /* two parts and a bit */

static float noise(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return (float)(*state >> 8) / (1 << 23) - 1;
}

static void blocks_add_up_to_the_whole_sum(void **state)
{
	static float response[RESPONSE], in[BLOCKS * CONVOLVE_BLOCK];
	static float out[BLOCKS * CONVOLVE_BLOCK];
	struct convolver *c;
	uint32_t dice = 1;

	(void)state;
	for (size_t i = 0; i < RESPONSE; i++)
		response[i] = noise(&dice);
	for (size_t i = 0; i < BLOCKS * CONVOLVE_BLOCK; i++) {
		in[i] = noise(&dice);
		out[i] = 1; /* it is added to */
	}
	assert_int_equal(convolver_new(response, RESPONSE, &c), 0);
	for (size_t b = 0; b < BLOCKS; b++)
		convolver_add(c, in + b * CONVOLVE_BLOCK, out + b * CONVOLVE_BLOCK);
	convolver_free(c);
	for (size_t i = 0; i < BLOCKS * CONVOLVE_BLOCK; i++) {
		double sum = 1;

		for (size_t k = 0; k < RESPONSE && k <= i; k++)
			sum += (double)response[k] * (double)in[i - k];
		assert_true(fabs(sum - (double)out[i]) < 1e-3);
	}
}

static void an_impulse_is_as_late_as_it_says(void **state)
{
	float response[1] = { 0.5f }, in[CONVOLVE_BLOCK] = { [7] = 1 };
	float out[CONVOLVE_BLOCK] = { 0 };
	struct convolver *c;

	(void)state;
	assert_int_equal(convolver_new(response, 1, &c), 0);
	convolver_add(c, in, out);
	convolver_free(c);
	convolver_free(NULL);
	assert_float_equal(out[7], 0.5f, 1e-5);
	assert_float_equal(out[6], 0.0f, 1e-5);
	assert_float_equal(out[8], 0.0f, 1e-5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_impulse_is_as_late_as_it_says),
		cmocka_unit_test(blocks_add_up_to_the_whole_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
