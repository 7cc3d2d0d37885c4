/* SPDX-License-Identifier: MIT */
/* Packets and slots, and the deadlines that time them. */
#include "rig.h"

#define ALL_TYPES 0xcc18

static void a_word_that_allows_nothing_leaves_dm1(void **state)
{
	(void)state;
	assert_int_equal(bb_allowed(0x330e & ~0x0008, 3), BB_BIT(BB_DM1)); /* EDR forbidden */
	assert_int_equal(bb_pick(BB_BIT(BB_DM1), 1021), BB_DM1);
}

static void edr_bits_forbid_and_others_allow(void **state)
{
	bb_set set = bb_allowed(0xcc18 | 0x1000, 3);

	(void)state;
	assert_true(set & BB_BIT(BB_DH5));
	assert_false(set & BB_BIT(BB_2DH5)); /* named, so not to be used */
	assert_true(set & BB_BIT(BB_3DH5));
	assert_false(bb_allowed(0xcc18, 2) & BB_BIT(BB_3DH5)); /* not in this radio */
}

static void the_fewest_slots_that_fit_are_taken(void **state)
{
	static const struct {
		uint32_t bytes;
		enum bb_type two, three;
	} expect[] = {
		{ 0, BB_NULL, BB_NULL },    { 17, BB_DM1, BB_DM1 },
		{ 18, BB_DH1, BB_DH1 },	    { 54, BB_2DH1, BB_2DH1 },
		{ 55, BB_DM3, BB_3DH1 },    { 83, BB_DM3, BB_3DH1 },
		{ 367, BB_2DH3, BB_2DH3 },  { 368, BB_2DH5, BB_3DH3 },
		{ 679, BB_2DH5, BB_2DH5 },  { 680, BB_2DH5, BB_3DH5 },
		{ 1021, BB_2DH5, BB_3DH5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(expect) / sizeof(expect[0]); i++) {
		assert_int_equal(bb_pick(bb_allowed(ALL_TYPES, 2), expect[i].bytes),
				 expect[i].two);
		assert_int_equal(bb_pick(bb_allowed(ALL_TYPES, 3), expect[i].bytes),
				 expect[i].three);
	}
}

static void a_stream_costs_what_the_table_of_airtime_says(void **state)
{
	bb_set two = bb_allowed(ALL_TYPES, 2), three = bb_allowed(ALL_TYPES, 3);

	(void)state;
	/* joint stereo, bitpool 53: 119 bytes a frame; 13 of header, 4 of L2CAP. MTU 672
	 * holds 5 frames, 1005 holds 8; 128 samples a frame at 44,100 a second. */
	assert_int_equal(bb_cost(two, 4 + 13 + 5 * 119), 6);
	assert_int_equal(bb_cost(three, 4 + 13 + 8 * 119), 6);
	assert_int_equal(6 * 44100 * 1000 / (128 * 5) / SLOTS_PER_SECOND, 258); /* per mille */
	assert_int_equal(6 * 44100 * 1000 / (128 * 8) / SLOTS_PER_SECOND, 161);
	assert_int_equal(bb_cost(two, 1021), 6 + 4); /* 679 + 342 */
	assert_int_equal(bb_cost(two, 0), 0);
}

/* ---- deadlines -------------------------------------------------------------------------- */

static char order[8];
static size_t fired;

static void fire(void *owner)
{
	order[fired++] = *(const char *)owner;
}

static void run(struct deadlines *list, uint64_t now)
{
	struct deadline *d;

	while ((d = deadlines_pop(list, now)))
		d->fire(d->owner);
}

static void deadlines_come_in_order_and_once(void **state)
{
	struct deadlines list = { 0 };
	struct deadline a, b, c;

	(void)state;
	fired = 0;
	deadline_init(&a, fire, "a");
	deadline_init(&b, fire, "b");
	deadline_init(&c, fire, "c");
	assert_true(deadlines_next(&list) == DEADLINE_NEVER);
	deadline_disarm(&list, &a); /* never armed: no harm */
	deadline_arm(&list, &a, 30);
	deadline_arm(&list, &b, 10);
	deadline_arm(&list, &c, 10);
	deadline_arm(&list, &a, 5); /* moved */
	assert_true(deadlines_next(&list) == 5);
	run(&list, 9);
	assert_memory_equal(order, "a", 1);
	deadline_disarm(&list, &b);
	run(&list, 100);
	assert_int_equal(fired, 2);
	assert_memory_equal(order, "ac", 2);
	assert_true(deadlines_next(&list) == DEADLINE_NEVER);
}

static void rates_forget_seconds_without_any(void **state)
{
	struct rate r = { 0 };

	(void)state;
	rate_add(&r, 10 * SECOND_NS, 3);
	rate_add(&r, 10 * SECOND_NS + 1, 4);
	assert_int_equal(rate_read(&r, 10 * SECOND_NS + 2), 0); /* second 10 is not over */
	assert_int_equal(rate_read(&r, 11 * SECOND_NS), 7);
	assert_int_equal(rate_read(&r, 12 * SECOND_NS), 0);
	rate_add(&r, 11 * SECOND_NS, 5);
	assert_int_equal(rate_read(&r, 11 * SECOND_NS), 7);
	rate_add(&r, 14 * SECOND_NS, 1);
	assert_int_equal(rate_read(&r, 14 * SECOND_NS), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_that_allows_nothing_leaves_dm1),
		cmocka_unit_test(edr_bits_forbid_and_others_allow),
		cmocka_unit_test(the_fewest_slots_that_fit_are_taken),
		cmocka_unit_test(a_stream_costs_what_the_table_of_airtime_says),
		cmocka_unit_test(deadlines_come_in_order_and_once),
		cmocka_unit_test(rates_forget_seconds_without_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
