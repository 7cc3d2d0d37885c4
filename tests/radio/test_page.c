/* SPDX-License-Identifier: MIT */
/* Finding others and asking their names. */
#include "rig.h"

#define GIAC 0x33, 0x8b, 0x9e

static void a_search_with_a_bad_length_is_refused(void **state)
{
	struct rig *r = rig_new(1);

	(void)state;
	rig_command(r, 0, OP_INQUIRY, GIAC, 0, 0);
	assert_int_equal(rig_event(r, 0, EV_COMMAND_STATUS)[0], HCI_INVALID);
	rig_command(r, 0, OP_INQUIRY_CANCEL);
	assert_int_equal(rig_event(r, 0, EV_COMMAND_COMPLETE)[3], HCI_DISALLOWED);
	rig_command(r, 0, OP_INQUIRY, GIAC, 8, 0);
	rig_command(r, 0, OP_INQUIRY, GIAC, 8, 0); /* one is under way */
	assert_int_equal(rig_event(r, 0, EV_COMMAND_STATUS)[0], HCI_OK);
	assert_int_equal(rig_event(r, 0, EV_COMMAND_STATUS)[0], HCI_DISALLOWED);
	rig_free(r);
}

/* How many results with that code the host heard in all. */
static unsigned results(struct rig *r, unsigned i, uint8_t code)
{
	unsigned n = 0;

	for (unsigned k = 0; k < r->host[i].count; k++)
		n += r->host[i].heard[k].data[1] == code;
	return n;
}

static void only_those_that_listen_are_found(void **state)
{
	struct rig *r = rig_new(7);
	uint64_t began = r->w.now;
	const uint8_t *p;

	(void)state;
	rig_command(r, 1, OP_WRITE_SCAN_ENABLE, 2);	      /* page scan only */
	rig_command(r, 2, OP_WRITE_IAC, 1, 0x00, 0x8b, 0x9e); /* limited only */
	r->w.controller[3].powered = false;
	r->w.apart[0][4] = r->w.apart[4][0] = true;
	r->w.controller[5].in_range = false;
	rig_command(r, 0, OP_INQUIRY, GIAC, 8, 0);
	p = rig_event(r, 0, EV_INQUIRY_RESULT);
	assert_memory_equal(p + 1, rig_addr(6).b, 6);
	assert_memory_equal(p + 10, "\x14\x04\x24", 3); /* its class */
	rig_event(r, 0, EV_INQUIRY_COMPLETE);
	assert_int_equal(results(r, 0, EV_INQUIRY_RESULT), 1); /* once */
	assert_true(r->w.now - began == 8 * 1280 * MS_NS);
	rig_free(r);
}

static void a_search_ends_when_enough_have_answered(void **state)
{
	struct rig *r = rig_new(6);
	uint64_t began = r->w.now;

	(void)state;
	rig_command(r, 0, OP_INQUIRY, GIAC, 0x30, 2);
	rig_event(r, 0, EV_INQUIRY_COMPLETE);
	assert_int_equal(results(r, 0, EV_INQUIRY_RESULT), 2);
	assert_true(r->w.now - began < 3 * SECOND_NS);
	rig_free(r);
}

static void a_cancelled_search_says_no_more(void **state)
{
	struct rig *r = rig_new(2);

	(void)state;
	rig_command(r, 0, OP_INQUIRY, GIAC, 8, 0);
	rig_command(r, 0, OP_INQUIRY_CANCEL);
	assert_int_equal(rig_event(r, 0, EV_COMMAND_COMPLETE)[3], HCI_OK);
	rig_run(r, 20 * SECOND_NS);
	assert_false(rig_heard(r, 0, EV_INQUIRY_COMPLETE));
	assert_false(rig_heard(r, 0, EV_INQUIRY_RESULT));
	rig_free(r);
}

static void the_mode_decides_what_a_result_holds(void **state)
{
	struct rig *r = rig_new(2);
	uint8_t eir[1 + HCI_EIR_SIZE] = { 0, 6, 0x09, 'P', 'a', 't', 'i', 'o' };
	const uint8_t *p;

	(void)state;
	rig_command(r, 0, OP_WRITE_INQUIRY_MODE, 1);
	rig_command(r, 0, OP_INQUIRY, GIAC, 4, 0);
	p = rig_event(r, 0, EV_INQUIRY_RESULT_RSSI);
	assert_memory_equal(p + 9, "\x14\x04\x24", 3);
	assert_true((int8_t)p[14] < 0);
	rig_event(r, 0, EV_INQUIRY_COMPLETE);
	rig_command(r, 0, OP_WRITE_INQUIRY_MODE, 2);
	rig_command_n(r, 1, OP_WRITE_EIR, eir, sizeof(eir));
	rig_command(r, 0, OP_INQUIRY, GIAC, 4, 0);
	p = rig_event(r, 0, EV_EXT_INQUIRY_RESULT);
	assert_memory_equal(p + 15, eir + 1, HCI_EIR_SIZE);
	assert_int_equal(p[-1], 255);
	rig_free(r);
}

static void one_that_loses_answers_is_found_later(void **state)
{
	struct rig *r = rig_new(2);

	(void)state;
	r->w.loss[0][1] = r->w.loss[1][0] = LOSS_WHOLE * 9 / 10;
	rig_command(r, 0, OP_INQUIRY, GIAC, 0x30, 1);
	rig_event(r, 0, EV_INQUIRY_RESULT);
	rig_free(r);
}

static void a_name_is_read_without_a_link(void **state)
{
	struct rig *r = rig_new(2);
	uint8_t name[HCI_NAME_SIZE] = "Back yard";
	const uint8_t *p;

	(void)state;
	rig_to(r, 0, OP_REMOTE_NAME, 9, 1, 0, 0, 0);
	assert_int_equal(rig_event(r, 0, EV_REMOTE_NAME)[0], HCI_PAGE_TIMEOUT);
	rig_command_n(r, 1, OP_WRITE_NAME, name, sizeof(name));
	rig_to(r, 0, OP_REMOTE_NAME, 1, 1, 0, 0, 0);
	p = rig_event(r, 0, EV_REMOTE_NAME);
	assert_int_equal(p[0], HCI_OK);
	assert_string_equal((const char *)p + 7, "Back yard");
	assert_int_equal(end_count(&r->w.controller[1]), 0);
	assert_false(rig_heard(r, 1, EV_CONNECTION_REQUEST));
	rig_to(r, 0, OP_REMOTE_NAME, 9, 1, 0, 0, 0);
	rig_to(r, 0, OP_REMOTE_NAME_CANCEL, 9);
	assert_int_equal(rig_event(r, 0, EV_COMMAND_COMPLETE)[3], HCI_OK);
	assert_int_equal(rig_event(r, 0, EV_REMOTE_NAME)[0], HCI_UNKNOWN_CONNECTION);
	rig_free(r);
}

static void one_that_comes_back_while_paged_is_reached(void **state)
{
	struct rig *r = rig_new(2);

	(void)state;
	r->w.controller[1].powered = false;
	rig_to(r, 0, OP_CREATE_CONNECTION, 1, 0x18, 0xcc, 1, 0, 0, 0, 1);
	rig_run(r, 3 * SECOND_NS);
	assert_false(rig_heard(r, 1, EV_CONNECTION_REQUEST));
	r->w.controller[1].powered = true;
	rig_run(r, 2 * SECOND_NS);
	assert_true(rig_heard(r, 1, EV_CONNECTION_REQUEST));
	rig_free(r);
}

static void calls_wait_for_each_other(void **state)
{
	struct rig *r = rig_new(4);

	(void)state;
	for (unsigned i = 1; i <= 3; i++)
		rig_to(r, 0, OP_CREATE_CONNECTION, i, 0x18, 0xcc, 1, 0, 0, 0, 1);
	for (unsigned i = 1; i <= 3; i++) {
		rig_event(r, i, EV_CONNECTION_REQUEST);
		rig_to(r, i, OP_ACCEPT_CONNECTION, 0, 1);
	}
	for (unsigned i = 1; i <= 3; i++)
		assert_int_equal(rig_event(r, 0, EV_CONNECTION_COMPLETE)[0], HCI_OK);
	assert_int_equal(end_count(&r->w.controller[0]), 3);
	for (unsigned i = 0; i < PAGES_MAX; i++)
		rig_to(r, 0, OP_REMOTE_NAME, 9, 1, 0, 0, 0);
	r->host[0].read = r->host[0].count;
	rig_to(r, 0, OP_REMOTE_NAME, 9, 1, 0, 0, 0); /* one too many */
	assert_int_equal(rig_event(r, 0, EV_COMMAND_STATUS)[0], HCI_DISALLOWED);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_search_with_a_bad_length_is_refused),
		cmocka_unit_test(only_those_that_listen_are_found),
		cmocka_unit_test(a_search_ends_when_enough_have_answered),
		cmocka_unit_test(a_cancelled_search_says_no_more),
		cmocka_unit_test(the_mode_decides_what_a_result_holds),
		cmocka_unit_test(one_that_loses_answers_is_found_later),
		cmocka_unit_test(a_name_is_read_without_a_link),
		cmocka_unit_test(one_that_comes_back_while_paged_is_reached),
		cmocka_unit_test(calls_wait_for_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
