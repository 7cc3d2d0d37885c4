/* SPDX-License-Identifier: MIT */
/*
 * bitpool - several speakers on one adapter's air.
 *
 * The air here has 1,600 slots a second for all and takes one packet at a
 * time, in turn from those who have one waiting, as controllers do. Real
 * sinks, real sockets; only the radio is arithmetic.
 */
#include "tests/io/hall.h"
#include "tests/io/listener.h"

#include "core/base/clock.h"
#include "core/io/airtime.h"
#include "core/io/bitpool.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SPEAKERS   7u
#define SECONDS(s) ((uint32_t)((s)*HALL_RATE / HALL_PERIOD))

struct air {
	struct hall hall;
	struct listener *listener[SPEAKERS];
	uint32_t speakers;
	uint32_t turn;
	uint8_t edr;
	double slots;  /* a second */
	double credit; /* slots not yet used */
};

static void begin(struct air *a, uint32_t speakers, const uint8_t config[4], uint16_t mtu,
		  uint8_t edr)
{
	memset(a, 0, sizeof(*a));
	hall_init(&a->hall, hall_music);
	a->speakers = speakers;
	a->edr = edr;
	a->slots = AIR_SLOTS_PER_SECOND;
	for (uint32_t i = 0; i < speakers; i++) {
		struct sink_config c = { .type = SINK_IS_A2DP, .name = "Speaker" };
		struct a2dp_stream stream = { .mtu = mtu, .edr = edr };

		memcpy(stream.config, config, 4);
		a->listener[i] = malloc(sizeof(struct listener));
		assert_non_null(a->listener[i]);
		listener_init(a->listener[i], config, 1, &stream.fd);
		a->listener[i]->decode = false;
		hall_add(&a->hall, &c);
		assert_int_equal(sink_attach(a->hall.sink[i], &stream), 0);
	}
}

static void end(struct air *a)
{
	hall_done(&a->hall);
	for (uint32_t i = 0; i < a->speakers; i++) {
		listener_done(a->listener[i]);
		free(a->listener[i]);
	}
}

/* Carry what there is time for until the next cycle; idle time is gone. */
static void carry(struct air *a, uint64_t now)
{
	uint32_t idle = 0;

	a->credit += a->slots * HALL_PERIOD / HALL_RATE;
	while (a->credit > 0.0 && idle < a->speakers) {
		struct listener *l = a->listener[a->turn];

		a->turn = (a->turn + 1) % a->speakers;
		if (listener_take(l, now, 1) == 0) {
			idle++;
			continue;
		}
		idle = 0;
		a->credit -= air_slots(l->packet[l->packets - 1].len, a->edr);
	}
	if (idle == a->speakers && a->credit > 0.0)
		a->credit = 0.0;
}

static void run(struct air *a, uint32_t cycles)
{
	for (uint32_t i = 0; i < cycles; i++) {
		uint64_t now = hall_now(&a->hall);

		hall_cycle(&a->hall);
		carry(a, now);
	}
}

/* What all the speakers report, summed up. */
struct summary {
	uint32_t least, most; /* bitpool */
	uint64_t sent, drops;
	double slots;
};

static struct summary sum_up(const struct air *a)
{
	struct summary s = { .least = UINT32_MAX };

	for (uint32_t i = 0; i < a->speakers; i++) {
		struct health_report r;

		sink_health(a->hall.sink[i], &r);
		s.least = r.bitpool < s.least ? r.bitpool : s.least;
		s.most = r.bitpool > s.most ? r.bitpool : s.most;
		s.sent += r.sent;
		s.drops += r.drops;
		s.slots += r.slots;
	}
	return s;
}

static const uint8_t joint[4] = { 0x21, 0x15, 2, 53 };
static const uint8_t mono[4] = { 0x28, 0x15, 2, 31 };

static void seven_stereo_speakers_give_way_evenly_and_not_the_music(void **state)
{
	struct air a;
	struct summary early, late;

	(void)state;
	begin(&a, SPEAKERS, joint, 672, 2); /* 181 % of the air at bitpool 53 */
	run(&a, SECONDS(10));
	early = sum_up(&a);
	run(&a, SECONDS(50));
	late = sum_up(&a);
	print_message("bitpool %u to %u, %.0f slots, %lu dropped of %lu in 10 s, %lu later\n",
		      late.least, late.most, late.slots, early.drops, early.sent,
		      late.drops - early.drops);
	/* what there is, or the next step up if a try is under way just now */
	assert_true(late.slots <= 1.05 * AIR_SLOTS_PER_SECOND);
	assert_true(late.slots >= 0.75 * AIR_SLOTS_PER_SECOND); /* and uses what there is */
	assert_true(late.least >= 24);
	assert_true(late.most - late.least <= 5);  /* neighbouring steps of slots */
	assert_true(early.drops <= 10 * SPEAKERS); /* 0.15 s each while they find out */
	assert_int_equal(late.drops, early.drops);
	end(&a);
}

static void seven_mono_speakers_fit_untouched(void **state)
{
	struct air a;
	struct summary s;

	(void)state;
	begin(&a, SPEAKERS, mono, 1005, 3);
	run(&a, SECONDS(20));
	s = sum_up(&a);
	assert_int_equal(s.least, 31);
	assert_int_equal(s.drops, 0);
	assert_true(s.slots <= 0.9 * AIR_SLOTS_PER_SECOND);
	end(&a);
}

static void seven_mono_speakers_at_2_mbit_fit_after_a_step_down(void **state)
{
	struct air a;
	struct summary s;

	(void)state;
	begin(&a, SPEAKERS, mono, 672, 2); /* 100.5 % at bitpool 31 */
	run(&a, SECONDS(60));
	s = sum_up(&a);
	assert_true(s.least >= 25);
	assert_true(s.slots <= AIR_SLOTS_PER_SECOND);
	assert_true(s.drops * 1000 <= s.sent);
	end(&a);
}

static void three_stereo_speakers_keep_the_best_sound(void **state)
{
	struct air a;
	struct summary s;

	(void)state;
	begin(&a, 3, joint, 672, 2); /* 77 % */
	run(&a, SECONDS(20));
	s = sum_up(&a);
	assert_int_equal(s.least, 53);
	assert_int_equal(s.drops, 0);
	end(&a);
}

static void passing_trouble_is_over_within_a_minute(void **state)
{
	struct air a;
	struct summary bad, good;

	(void)state;
	begin(&a, 3, joint, 672, 2);
	run(&a, SECONDS(5));
	a.slots = 700; /* a microwave oven */
	run(&a, SECONDS(10));
	bad = sum_up(&a);
	assert_true(bad.most < 40);
	a.slots = AIR_SLOTS_PER_SECOND;
	run(&a, SECONDS(60));
	good = sum_up(&a);
	assert_int_equal(good.least, 53);
	assert_int_equal(good.drops, bad.drops); /* none on the way up */
	end(&a);
}

static uint32_t within(struct bitpool *b, double slots)
{
	bitpool_set_share(b, slots);
	assert_true(b->slots <= slots || b->now == b->bottom);
	return b->now;
}

static void a_share_of_the_air_gives_the_bitpool_that_fits_it(void **state)
{
	struct bitpool_stream stream = { .mtu = 672, .relaxed = 9, .edr = 2 };
	struct bitpool b;
	char why[A2DP_WHY_MAX];

	(void)state;
	assert_int_equal(a2dp_sbc_parse(joint, 4, &stream.config, why), 0);
	assert_int_equal(bitpool_init(&b, &stream, 0), 0);
	assert_int_equal(within(&b, 1600.0), 53);
	assert_int_equal(within(&b, 1600.0 / 7), 26);
	assert_int_equal(within(&b, 1.0), 18);
	assert_int_equal(within(&b, INFINITY), 53); /* alone again: at once */
	bitpool_set_ceiling(&b, 30);
	assert_int_equal(within(&b, 1600.0), 30);
	assert_int_equal(within(&b, 1600.0 / 7), 26);
	bitpool_set_ceiling(&b, 0);
	assert_int_equal(b.now, 26); /* the share still holds */
}

static void who_lost_bits_to_noise_does_not_get_them_back_with_a_share(void **state)
{
	struct bitpool_stream stream = { .mtu = 672, .relaxed = 9, .edr = 2 };
	struct bitpool b;
	char why[A2DP_WHY_MAX];

	(void)state;
	assert_int_equal(a2dp_sbc_parse(joint, 4, &stream.config, why), 0);
	assert_int_equal(bitpool_init(&b, &stream, 0), 0);
	for (uint64_t t = 1; b.now > 30; t++)
		bitpool_offered(&b, t * NS_PER_SEC, 5, true);
	within(&b, 300.0);
	assert_true(b.now <= 30);
}

static void the_air_is_divided_by_what_each_wants(void **state)
{
	const double equal[3] = { 500, 500, 500 }, mixed[4] = { 100, 900, 147, 500 };
	double share[4];

	(void)state;
	air_divide(1600, equal, 3, share); /* enough for all */
	for (int i = 0; i < 3; i++)
		assert_float_equal(share[i], 500, 1e-9);
	air_divide(900, equal, 3, share);
	for (int i = 0; i < 3; i++)
		assert_float_equal(share[i], 300, 1e-9);
	air_divide(1000, mixed, 4, share); /* the small ones whole, the others alike */
	assert_float_equal(share[0], 100, 1e-9);
	assert_float_equal(share[1], 376.5, 1e-9);
	assert_float_equal(share[2], 147, 1e-9);
	assert_float_equal(share[3], 376.5, 1e-9);
	air_divide(7, mixed, 1, share);
	assert_float_equal(share[0], 7, 1e-9);
}

/* What control does, told what each wants. */
static void told_their_share_seven_stereo_speakers_lose_nothing(void **state)
{
	const uint16_t mtu[2] = { 672, 1005 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		double wanted[SPEAKERS], share[SPEAKERS];
		struct summary s;
		struct air a;

		begin(&a, SPEAKERS, joint, mtu[i], (uint8_t)(2 + i));
		for (uint32_t k = 0; k < SPEAKERS; k++) {
			struct health_report r;

			sink_health(a.hall.sink[k], &r);
			wanted[k] = r.slots_wanted;
		}
		air_divide(0.95 * AIR_SLOTS_PER_SECOND, wanted, SPEAKERS, share);
		for (uint32_t k = 0; k < SPEAKERS; k++)
			sink_set_share(a.hall.sink[k], share[k]);
		run(&a, SECONDS(60));
		s = sum_up(&a);
		print_message("%u Mbit/s: bitpool %u to %u, %.0f slots, %lu dropped\n", 2 + i,
			      s.least, s.most, s.slots, s.drops);
		assert_int_equal(s.least, s.most);
		assert_true(s.least >= (i ? 40u : 24u));
		assert_true(s.slots <= 0.95 * AIR_SLOTS_PER_SECOND);
		assert_int_equal(s.drops, 0);
		end(&a);
	}
}

/* ---- the law alone, for an hour ---------------------------------------------------------- */

struct law {
	struct bitpool pool[SPEAKERS];
	uint32_t queue[SPEAKERS];
	double due[SPEAKERS]; /* s; when the next packet is full */
	uint64_t drops, packets;
};

/* Who has filled a packet by t offers it. */
static void law_offer(struct law *l, double t)
{
	for (uint32_t i = 0; i < SPEAKERS; i++) {
		bool taken;

		if (l->due[i] > t)
			continue;
		taken = l->queue[i] < 5;
		bitpool_offered(&l->pool[i], (uint64_t)(t * 1e9) + 1, l->queue[i], taken);
		l->queue[i] += taken;
		l->drops += !taken;
		l->packets++;
		l->due[i] += 128.0 * l->pool[i].frames / 44100.0;
	}
}

static double law_cost(const struct law *l, uint32_t i)
{
	const struct bitpool *b = &l->pool[i];
	uint32_t bytes =
		RTP_HEADER_BYTES + b->frames * a2dp_sbc_frame_bytes(&b->stream.config, b->now);

	return air_slots(bytes, b->stream.edr) / (double)AIR_SLOTS_PER_SECOND;
}

static void a_full_adapter_is_disturbed_ever_more_rarely(void **state)
{
	struct bitpool_stream stream = { .mtu = 672, .relaxed = 9, .edr = 2 };
	struct law l = { 0 };
	char why[A2DP_WHY_MAX];
	uint64_t first = 0;
	uint32_t turn = 0;

	(void)state;
	assert_int_equal(a2dp_sbc_parse(joint, 4, &stream.config, why), 0);
	for (uint32_t i = 0; i < SPEAKERS; i++) {
		assert_int_equal(bitpool_init(&l.pool[i], &stream, 0), 0);
		l.due[i] = 0.002 * i;
	}
	for (double t = 0.0; t < 3600.0;) {
		uint32_t tried = 0;

		law_offer(&l, t);
		while (tried < SPEAKERS && l.queue[turn] == 0) {
			turn = (turn + 1) % SPEAKERS;
			tried++;
		}
		if (tried == SPEAKERS) {
			t += 0.000625;
		} else {
			l.queue[turn]--;
			t += law_cost(&l, turn);
			turn = (turn + 1) % SPEAKERS;
		}
		if (first == 0 && t > 60.0)
			first = l.drops;
	}
	print_message("%lu packets in an hour, %lu lost, %lu of them in the first minute\n",
		      l.packets, l.drops, first);
	assert_true(l.drops - first < 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seven_stereo_speakers_give_way_evenly_and_not_the_music),
		cmocka_unit_test(seven_mono_speakers_fit_untouched),
		cmocka_unit_test(seven_mono_speakers_at_2_mbit_fit_after_a_step_down),
		cmocka_unit_test(three_stereo_speakers_keep_the_best_sound),
		cmocka_unit_test(passing_trouble_is_over_within_a_minute),
		cmocka_unit_test(a_share_of_the_air_gives_the_bitpool_that_fits_it),
		cmocka_unit_test(who_lost_bits_to_noise_does_not_get_them_back_with_a_share),
		cmocka_unit_test(the_air_is_divided_by_what_each_wants),
		cmocka_unit_test(told_their_share_seven_stereo_speakers_lose_nothing),
		cmocka_unit_test(a_full_adapter_is_disturbed_ever_more_rarely),
	};

	return cmocka_run_group_tests_name("a2dp_air", tests, NULL, NULL);
}
