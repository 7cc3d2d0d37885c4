/* SPDX-License-Identifier: MIT */
/* The lines a test may write: wrong ones first, then what each does. */
#include "rig.h"

#include <errno.h>
#include <stdio.h>

#include "script.h"

static char said[16384];

static void keep(void *user, const char *line)
{
	size_t n = strlen(said);

	(void)user;
	snprintf(said + n, sizeof(said) - n, "%s\n", line);
}

static int run(struct rig *r, const char *line)
{
	said[0] = '\0';
	return script_run(&r->w, line, keep, NULL);
}

static void lines_that_make_no_sense_are_refused_and_change_nothing(void **state)
{
	static const char *const bad[] = {
		"lose 0 1 5",	 "loss",	  "loss 0 1",
		"loss 0 1 5 6",	 "loss 0 9 5",	  "loss 0 1 101",
		"loss 0 1 -1",	 "loss 0 1 nan",  "loss 0 1 inf",
		"loss 0 1 5%",	 "loss 0 1 ",	  "loss 00:11:22:33:44:55 1 5",
		"loss hci0 1 5", "loss hci 1 5",  "loss 0x0 1 5",
		"range 1",	 "range 1 maybe", "range 1 2 3 off",
		"range on",	 "power 1 2 off", "power -1 off",
		"plug 1",	 "stall 1",	  "stall 1 x",
		"stall 1 1e9",	 "latency 1",	  "latency 1 1001",
		"stats 1",	 "trace",	  "a b c d e f",
	};
	struct rig *r = rig_new(3);
	char longest[SCRIPT_LINE + 10];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(run(r, bad[i]), -EINVAL);
		assert_memory_equal(said, "error: ", 7);
	}
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(run(r, longest), -EINVAL);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(r->w.controller[i].powered && r->w.controller[i].in_range);
		for (unsigned k = 0; k < 3; k++)
			assert_true(r->w.loss[i][k] == 0 && !r->w.apart[i][k]);
	}
	assert_int_equal(r->plugged + r->unplugged, 0);
	rig_free(r);
}

static void an_empty_line_is_nothing(void **state)
{
	struct rig *r = rig_new(1);

	(void)state;
	assert_int_equal(run(r, ""), 0);
	assert_int_equal(run(r, "  \t\n"), 0);
	assert_string_equal(said, "");
	rig_free(r);
}

static void a_controller_has_three_names(void **state)
{
	struct rig *r = rig_new(3);

	(void)state;
	r->w.controller[2].hci = 14;
	assert_int_equal(run(r, "loss 0 hci14 2.5"), 0);
	assert_int_equal(r->w.loss[0][2], 25000);
	assert_int_equal(r->w.loss[2][0], 25000);
	assert_int_equal(run(r, "loss 02:00:00:00:00:12 0 0"), 0);
	assert_int_equal(r->w.loss[2][0], 0);
	rig_free(r);
}

static void power_off_is_heard_at_once_there_and_late_here(void **state)
{
	struct rig *r = rig_new(3);

	(void)state;
	rig_connect(r, 0, 1);
	rig_connect(r, 0, 2);
	assert_int_equal(run(r, "power 1 off"), 0);
	assert_int_equal(rig_event(r, 1, EV_DISCONNECTED)[3], HCI_CONNECTION_TIMEOUT);
	rig_run(r, 19 * SECOND_NS);
	assert_int_equal(end_count(&r->w.controller[0]), 2);
	assert_int_equal(rig_event(r, 0, EV_DISCONNECTED)[3], HCI_CONNECTION_TIMEOUT);
	assert_int_equal(end_count(&r->w.controller[0]), 1);
	assert_int_equal(run(r, "power 1 on"), 0);
	rig_connect(r, 1, 0);
	rig_free(r);
}

static void range_goes_for_one_pair_or_for_all(void **state)
{
	struct rig *r = rig_new(3);
	struct controller *c = r->w.controller;

	(void)state;
	assert_int_equal(run(r, "range 0 1 off"), 0);
	assert_false(world_hears(&r->w, &c[0], &c[1]));
	assert_true(world_hears(&r->w, &c[0], &c[2]));
	assert_int_equal(run(r, "range 0 1 on"), 0);
	assert_int_equal(run(r, "range 2 off"), 0);
	assert_true(world_hears(&r->w, &c[0], &c[1]));
	assert_false(world_hears(&r->w, &c[2], &c[1]));
	rig_free(r);
}

static void unplugging_ends_what_there_is(void **state)
{
	struct rig *r = rig_new(2);

	(void)state;
	rig_connect(r, 0, 1);
	assert_int_equal(run(r, "unplug 0"), 0);
	assert_int_equal(r->unplugged, 1);
	assert_int_equal(run(r, "unplug 0"), -EINVAL);
	rig_run(r, 20 * SECOND_NS);
	assert_true(rig_heard(r, 1, EV_DISCONNECTED));
	assert_int_equal(run(r, "plug 0"), 0);
	assert_int_equal(r->plugged, 1);
	rig_command(r, 0, OP_WRITE_SCAN_ENABLE, 3);
	rig_connect(r, 1, 0);
	rig_free(r);
}

static void a_stall_ends_by_itself(void **state)
{
	struct rig *r = rig_new(2);

	(void)state;
	rig_connect(r, 0, 1);
	assert_int_equal(run(r, "stall 1 1.5"), 0);
	rig_data(r, 0, 1, 100);
	rig_run(r, 1490 * MS_NS);
	assert_int_equal(r->host[1].bytes, 0);
	rig_run(r, 20 * MS_NS);
	assert_int_equal(r->host[1].bytes, 100);
	rig_free(r);
}

static void latency_holds_data_back_on_its_way_to_the_host(void **state)
{
	struct rig *r = rig_new(2);

	(void)state;
	rig_connect(r, 0, 1);
	assert_int_equal(run(r, "latency 1 150"), 0);
	rig_data(r, 0, 1, 100);
	rig_data(r, 0, 1, 200);
	rig_run(r, 100 * MS_NS);
	assert_int_equal(r->host[0].credits, 2); /* the air has delivered it */
	assert_int_equal(r->host[1].bytes, 0);
	assert_int_equal(run(r, "latency 1 0"), 0);
	rig_data(r, 0, 1, 300); /* does not overtake */
	rig_run(r, 20 * MS_NS);
	assert_int_equal(r->host[1].bytes, 0);
	rig_run(r, 60 * MS_NS);
	assert_int_equal(r->host[1].bytes, 600);
	assert_int_equal(r->host[1].heard[r->host[1].count - 1].len, 305);
	assert_int_equal(run(r, "latency 1 150"), 0);
	rig_data(r, 0, 1, 100);
	rig_run(r, 50 * MS_NS);
	rig_command(r, 1, OP_DISCONNECT, (uint8_t)rig_handle(r, 1, 0), 0, 0x13);
	rig_run(r, SECOND_NS);
	assert_int_equal(r->host[1].bytes, 600); /* what was under way went with the link */
	rig_free(r);
}

static void stats_say_what_went_over_the_air(void **state)
{
	struct rig *r = rig_new(2);

	(void)state;
	rig_connect(r, 0, 1);
	rig_run(r, SECOND_NS);
	rig_end(r, 0, 1)->sum = (struct traffic){ 0 };
	rig_data(r, 0, 1, 969);
	rig_run(r, SECOND_NS);
	assert_int_equal(run(r, "stats"), 0);
	assert_non_null(strstr(said, "adapter index=1 hci=-1 addr=02:00:00:00:00:11 plugged=1 "
				     "power=1 range=1 edr=3 links=1 offered="));
	assert_non_null(strstr(said,
			       "link from=02:00:00:00:00:10 to=02:00:00:00:00:11 handle=1 "
			       "role=master encrypted=0 packets=1 bytes=969 air_packets=1 "
			       "slots=6 per_second=6 retransmissions=0 flushed=0 queue=0 "
			       "loss=0\n"));
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_that_make_no_sense_are_refused_and_change_nothing),
		cmocka_unit_test(an_empty_line_is_nothing),
		cmocka_unit_test(a_controller_has_three_names),
		cmocka_unit_test(power_off_is_heard_at_once_there_and_late_here),
		cmocka_unit_test(range_goes_for_one_pair_or_for_all),
		cmocka_unit_test(unplugging_ends_what_there_is),
		cmocka_unit_test(a_stall_ends_by_itself),
		cmocka_unit_test(latency_holds_data_back_on_its_way_to_the_host),
		cmocka_unit_test(stats_say_what_went_over_the_air),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
