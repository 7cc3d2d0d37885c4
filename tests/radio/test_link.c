/* SPDX-License-Identifier: MIT */
/* Links: calling, refusing, ending, losing each other, and what each side is told. */
#include "rig.h"

#include "command.h"

/* Create Connection without waiting for anything. */
static void call(struct rig *r, unsigned a, unsigned b)
{
	rig_to(r, a, OP_CREATE_CONNECTION, b, 0x18, 0xcc, 1, 0, 0, 0, 1);
}

/* The status of the last command, answered by Command Status. */
static uint8_t status(struct rig *r, unsigned i)
{
	return rig_event(r, i, EV_COMMAND_STATUS)[0];
}

static void commands_nobody_knows_are_refused_and_logged(void **state)
{
	struct rig *r = rig_new(1);
	const uint8_t *p;

	(void)state;
	rig_command(r, 0, HCI_OP(0x3f, 1), 1, 2, 3);
	p = rig_event(r, 0, EV_COMMAND_COMPLETE);
	assert_int_equal(hci_get16(p + 1), HCI_OP(0x3f, 1));
	assert_int_equal(p[3], HCI_UNKNOWN_COMMAND);
	rig_command(r, 0, OP_WRITE_SCAN_ENABLE, 1, 2); /* too long */
	assert_int_equal(rig_event(r, 0, EV_COMMAND_COMPLETE)[3], HCI_INVALID);
	rig_command_n(r, 0, OP_CREATE_CONNECTION, "", 0); /* too short */
	assert_int_equal(rig_event(r, 0, EV_COMMAND_COMPLETE)[3], HCI_INVALID);
	assert_int_equal(r->logged, 3);
	controller_packet(&r->w.controller[0], (const uint8_t[]){ HCI_COMMAND, 1 }, 2);
	assert_int_equal(r->logged, 4);
	rig_free(r);
}

static void every_command_of_the_mask_is_answered(void **state)
{
	static const struct command_group *const groups[] = { &command_host, &command_link,
							      &command_pairing, &command_info };
	static const uint8_t zeros[255];
	struct rig *r = rig_new(1);
	uint8_t mask[COMMAND_MASK_SIZE];
	unsigned bits = 0, commands = 0;

	(void)state;
	command_mask(mask);
	for (unsigned i = 0; i < 8 * sizeof(mask); i++)
		bits += mask[i / 8] >> i % 8 & 1;
	for (unsigned g = 0; g < 4; g++) {
		for (size_t k = 0; k < groups[g]->count; k++, commands++) {
			const struct command *c = &groups[g]->command[k];
			unsigned before = r->host[0].count;

			rig_command_n(r, 0, c->opcode, zeros, c->len);
			assert_true(r->host[0].count > before);
		}
	}
	assert_int_equal(bits, commands); /* no two share a bit */
	rig_free(r);
}

static void what_is_written_is_read_back_until_reset(void **state)
{
	struct rig *r = rig_new(1);
	const uint8_t *p;

	(void)state;
	rig_command(r, 0, OP_WRITE_PAGE_TIMEOUT, 0x34, 0x12);
	rig_event(r, 0, EV_COMMAND_COMPLETE);
	rig_command(r, 0, OP_READ_PAGE_TIMEOUT);
	p = rig_event(r, 0, EV_COMMAND_COMPLETE);
	assert_int_equal(hci_get16(p + 4), 0x1234);
	rig_command(r, 0, OP_RESET);
	rig_event(r, 0, EV_COMMAND_COMPLETE);
	rig_command(r, 0, OP_READ_PAGE_TIMEOUT);
	p = rig_event(r, 0, EV_COMMAND_COMPLETE);
	assert_int_equal(hci_get16(p + 4), 0x2000);
	rig_free(r);
}

static void events_the_host_masks_are_not_sent(void **state)
{
	struct rig *r = rig_new(2);

	(void)state;
	rig_command(r, 1, OP_SET_EVENT_MASK, 0, 0, 0, 0, 0, 0, 0, 0);
	call(r, 0, 1);
	rig_run(r, 3 * SECOND_NS);
	assert_false(rig_heard(r, 1, EV_CONNECTION_REQUEST));
	assert_true(rig_heard(r, 1, EV_COMMAND_COMPLETE));
	rig_free(r);
}

static void calling_nobody_times_out(void **state)
{
	struct rig *r = rig_new(2);
	uint64_t began;

	(void)state;
	rig_command(r, 1, OP_WRITE_SCAN_ENABLE, 1); /* inquiry scan only */
	began = r->w.now;
	call(r, 0, 1);
	assert_int_equal(rig_event(r, 0, EV_CONNECTION_COMPLETE)[0], HCI_PAGE_TIMEOUT);
	assert_true(r->w.now - began == 0x2000 * (uint64_t)SLOT_NS);	  /* 5.12 s */
	rig_to(r, 0, OP_CREATE_CONNECTION, 9, 0x18, 0xcc, 1, 0, 0, 0, 1); /* no such device */
	assert_int_equal(rig_event(r, 0, EV_CONNECTION_COMPLETE)[0], HCI_PAGE_TIMEOUT);
	rig_free(r);
}

static void a_refused_call_gives_the_reason_to_both(void **state)
{
	struct rig *r = rig_new(2);

	(void)state;
	call(r, 0, 1);
	rig_event(r, 1, EV_CONNECTION_REQUEST);
	rig_to(r, 1, OP_REJECT_CONNECTION, 0, 0x0f);
	assert_int_equal(rig_event(r, 1, EV_CONNECTION_COMPLETE)[0], 0x0f);
	assert_int_equal(rig_event(r, 0, EV_CONNECTION_COMPLETE)[0], 0x0f);
	assert_int_equal(end_count(&r->w.controller[0]), 0);
	assert_int_equal(end_count(&r->w.controller[1]), 0);
	rig_free(r);
}

static void a_host_that_never_answers_a_call_loses_it(void **state)
{
	struct rig *r = rig_new(2);

	(void)state;
	call(r, 0, 1);
	rig_event(r, 1, EV_CONNECTION_REQUEST);
	assert_int_equal(rig_event(r, 0, EV_CONNECTION_COMPLETE)[0], HCI_ACCEPT_TIMEOUT);
	rig_to(r, 1, OP_ACCEPT_CONNECTION, 0, 1);
	assert_int_equal(status(r, 1), HCI_UNKNOWN_CONNECTION);
	rig_free(r);
}

static void a_cancelled_call_ends_at_once(void **state)
{
	struct rig *r = rig_new(2);

	(void)state;
	call(r, 0, 9);
	rig_to(r, 0, OP_CREATE_CONNECTION_CANCEL, 9);
	assert_int_equal(rig_event(r, 0, EV_COMMAND_COMPLETE)[3], HCI_OK);
	assert_int_equal(rig_event(r, 0, EV_CONNECTION_COMPLETE)[0], HCI_UNKNOWN_CONNECTION);
	rig_to(r, 0, OP_CREATE_CONNECTION_CANCEL, 9);
	assert_int_equal(rig_event(r, 0, EV_COMMAND_COMPLETE)[3], HCI_UNKNOWN_CONNECTION);
	rig_free(r);
}

static void the_eighth_link_is_refused_on_either_side(void **state)
{
	struct rig *r = rig_new(9);

	(void)state;
	for (unsigned i = 1; i <= ACTIVE_MAX; i++)
		rig_connect(r, 0, i);
	r->host[0].read = r->host[0].count;
	call(r, 0, 8);
	assert_int_equal(status(r, 0), HCI_CONNECTION_LIMIT);
	call(r, 8, 0);
	assert_int_equal(rig_event(r, 8, EV_CONNECTION_COMPLETE)[0], HCI_LIMITED_RESOURCES);
	assert_false(rig_heard(r, 0, EV_CONNECTION_REQUEST));
	assert_int_equal(end_count(&r->w.controller[0]), ACTIVE_MAX);
	r->host[0].read = r->host[0].count;
	call(r, 0, 3);
	assert_int_equal(status(r, 0), HCI_ALREADY_CONNECTED);
	rig_free(r);
}

static void each_side_has_its_own_handle_and_no_two_are_alike(void **state)
{
	struct rig *r = rig_new(4);

	(void)state;
	for (unsigned i = 1; i < 4; i++) {
		uint16_t mine = rig_connect(r, 0, i);

		assert_int_not_equal(mine, rig_handle(r, i, 0));
		for (unsigned k = 1; k < i; k++)
			assert_int_not_equal(mine, rig_handle(r, 0, k));
	}
	rig_free(r);
}

static void two_that_call_each_other_get_one_link(void **state)
{
	struct rig *r = rig_new(2);
	unsigned winner;

	(void)state;
	call(r, 0, 1);
	call(r, 1, 0);
	while (!rig_heard(r, 0, EV_CONNECTION_REQUEST) &&
	       !rig_heard(r, 1, EV_CONNECTION_REQUEST))
		world_run(&r->w, world_next(&r->w));
	winner = rig_heard(r, 1, EV_CONNECTION_REQUEST) ? 0 : 1;
	rig_to(r, !winner, OP_ACCEPT_CONNECTION, winner, 1);
	rig_run(r, 8 * SECOND_NS);
	assert_int_equal(end_count(&r->w.controller[0]), 1);
	assert_int_equal(end_count(&r->w.controller[1]), 1);
	assert_int_equal(rig_event(r, winner, EV_CONNECTION_COMPLETE)[0], HCI_OK);
	assert_true(rig_heard(r, !winner, EV_CONNECTION_COMPLETE));
	rig_free(r);
}

static void ending_a_link_tells_each_side_its_reason(void **state)
{
	struct rig *r = rig_new(2);
	uint8_t mine = (uint8_t)rig_connect(r, 0, 1);
	uint16_t theirs = rig_handle(r, 1, 0);
	const uint8_t *p;

	(void)state;
	rig_command(r, 0, OP_DISCONNECT, mine, 0, 0x15);
	p = rig_event(r, 1, EV_DISCONNECTED);
	assert_int_equal(hci_get16(p + 1), theirs);
	assert_int_equal(p[3], 0x15);
	p = rig_event(r, 0, EV_DISCONNECTED);
	assert_int_equal(hci_get16(p + 1), mine);
	assert_int_equal(p[3], HCI_LOCAL_ENDED);
	rig_command(r, 0, OP_DISCONNECT, mine, 0, 0x13);
	assert_int_equal(status(r, 0), HCI_UNKNOWN_CONNECTION);
	rig_connect(r, 1, 0); /* and there can be another */
	rig_free(r);
}

static void out_of_range_the_link_is_lost_when_supervision_ends(void **state)
{
	struct rig *r = rig_new(2);
	uint64_t began;

	(void)state;
	rig_connect(r, 0, 1);
	r->w.apart[0][1] = r->w.apart[1][0] = true;
	link_watch(rig_end(r, 0, 1)->link);
	began = r->w.now;
	rig_run(r, 19 * SECOND_NS);
	assert_false(rig_heard(r, 0, EV_DISCONNECTED));
	assert_int_equal(rig_event(r, 0, EV_DISCONNECTED)[3], HCI_CONNECTION_TIMEOUT);
	assert_int_equal(rig_event(r, 1, EV_DISCONNECTED)[3], HCI_CONNECTION_TIMEOUT);
	assert_true(r->w.now - began == 20 * SECOND_NS);
	rig_free(r);
}

static void back_in_range_in_time_nothing_happens(void **state)
{
	struct rig *r = rig_new(2);
	struct link *l;

	(void)state;
	rig_connect(r, 0, 1);
	l = rig_end(r, 0, 1)->link;
	for (unsigned i = 0; i < 3; i++) {
		r->w.controller[1].in_range = false;
		link_watch(l);
		rig_run(r, 15 * SECOND_NS);
		r->w.controller[1].in_range = true;
		link_watch(l);
	}
	rig_run(r, 60 * SECOND_NS);
	assert_false(rig_heard(r, 0, EV_DISCONNECTED));
	assert_int_equal(end_count(&r->w.controller[0]), 1);
	rig_free(r);
}

static void a_shorter_supervision_is_the_masters_to_set(void **state)
{
	struct rig *r = rig_new(2);
	uint8_t handle = (uint8_t)rig_connect(r, 0, 1);
	const uint8_t *p;

	(void)state;
	rig_command(r, 1, OP_WRITE_SUPERVISION, (uint8_t)rig_handle(r, 1, 0), 0, 0x40, 0x06);
	assert_int_equal(rig_event(r, 1, EV_COMMAND_COMPLETE)[3], HCI_DISALLOWED);
	rig_command(r, 0, OP_WRITE_SUPERVISION, handle, 0, 0x40, 0x06); /* 1 s */
	p = rig_event(r, 1, EV_SUPERVISION_CHANGED);
	assert_int_equal(hci_get16(p + 2), 0x0640);
	r->w.controller[1].powered = false;
	link_watch(rig_end(r, 0, 1)->link);
	rig_run(r, SECOND_NS);
	assert_true(rig_heard(r, 0, EV_DISCONNECTED));
	rig_free(r);
}

static void a_reset_drops_links_silently_and_the_other_side_notices(void **state)
{
	struct rig *r = rig_new(2);

	(void)state;
	rig_connect(r, 0, 1);
	rig_command(r, 1, OP_RESET);
	assert_int_equal(end_count(&r->w.controller[1]), 0);
	rig_run(r, 19 * SECOND_NS);
	assert_int_equal(end_count(&r->w.controller[0]), 1);
	assert_int_equal(rig_event(r, 0, EV_DISCONNECTED)[3], HCI_CONNECTION_TIMEOUT);
	assert_false(rig_heard(r, 1, EV_DISCONNECTED));
	rig_free(r);
}

static void the_other_side_tells_its_features_version_and_name(void **state)
{
	struct rig *r = rig_new(2);
	uint8_t handle = (uint8_t)rig_connect(r, 0, 1);
	uint8_t name[HCI_NAME_SIZE] = "Patio";
	const uint8_t *p;

	(void)state;
	rig_command_n(r, 1, OP_WRITE_NAME, name, sizeof(name));
	rig_command(r, 0, OP_REMOTE_FEATURES, handle, 0);
	p = rig_event(r, 0, EV_REMOTE_FEATURES);
	assert_int_equal(hci_get16(p + 1), handle);
	assert_true(p[3 + 3] & 0x04); /* 3 Mbit/s */
	rig_command(r, 0, OP_REMOTE_EXT_FEATURES, handle, 0, 1);
	p = rig_event(r, 0, EV_REMOTE_EXT_FEATURES);
	assert_int_equal(p[3], 1);
	assert_int_equal(p[5], 1); /* its host does SSP */
	rig_command(r, 0, OP_REMOTE_VERSION, handle, 0);
	assert_int_equal(rig_event(r, 0, EV_REMOTE_VERSION)[3], RADIO_VERSION);
	rig_to(r, 0, OP_REMOTE_NAME, 1, 1, 0, 0, 0);
	p = rig_event(r, 0, EV_REMOTE_NAME);
	assert_string_equal((const char *)p + 7, "Patio");
	rig_free(r);
}

static void roles_change_where_both_allow_it(void **state)
{
	struct rig *r = rig_new(3);
	uint8_t handle;

	(void)state;
	rig_connect_role(r, 0, 1, 0); /* accepted by one that wants to be master */
	assert_false(end_is_master(rig_end(r, 0, 1)));
	rig_to(r, 0, OP_SWITCH_ROLE, 1, 0);
	assert_int_equal(rig_event(r, 0, EV_ROLE_CHANGE)[7], 0);
	assert_true(end_is_master(rig_end(r, 0, 1)));
	handle = (uint8_t)rig_handle(r, 0, 1);
	rig_command(r, 0, OP_WRITE_LINK_POLICY, handle, 0, 0, 0); /* no switches */
	rig_to(r, 1, OP_SWITCH_ROLE, 0, 0);
	assert_int_equal(rig_event(r, 1, EV_ROLE_CHANGE)[0], HCI_OK); /* that of before */
	assert_int_equal(rig_event(r, 1, EV_ROLE_CHANGE)[0], 0x21);
	assert_true(end_is_master(rig_end(r, 0, 1)));
	rig_free(r);
}

static void a_central_stays_master(void **state)
{
	struct rig *r = rig_new(3);

	(void)state;
	r->w.controller[0].central = true;
	rig_connect_role(r, 0, 1, 0); /* wants, and does not get */
	assert_true(end_is_master(rig_end(r, 0, 1)));
	rig_to(r, 1, OP_SWITCH_ROLE, 0, 0);
	assert_int_equal(rig_event(r, 1, EV_ROLE_CHANGE)[0], 0x21);
	rig_connect_role(r, 2, 0, 0); /* called, it wants to be master and is */
	assert_true(end_is_master(rig_end(r, 0, 2)));
	rig_free(r);
}

static void sniff_is_told_to_both(void **state)
{
	struct rig *r = rig_new(2);
	uint8_t handle = (uint8_t)rig_connect(r, 0, 1);

	(void)state;
	rig_command(r, 0, OP_EXIT_SNIFF, handle, 0);
	assert_int_equal(status(r, 0), HCI_DISALLOWED);
	rig_command(r, 0, OP_SNIFF, handle, 0, 0x20, 0x03, 0x90, 0x01, 4, 0, 1, 0);
	assert_int_equal(rig_event(r, 1, EV_MODE_CHANGE)[3], 2);
	assert_int_equal(rig_event(r, 0, EV_MODE_CHANGE)[3], 2);
	rig_command(r, 0, OP_EXIT_SNIFF, handle, 0);
	assert_int_equal(rig_event(r, 0, EV_MODE_CHANGE)[3], 0);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_nobody_knows_are_refused_and_logged),
		cmocka_unit_test(every_command_of_the_mask_is_answered),
		cmocka_unit_test(what_is_written_is_read_back_until_reset),
		cmocka_unit_test(events_the_host_masks_are_not_sent),
		cmocka_unit_test(calling_nobody_times_out),
		cmocka_unit_test(a_refused_call_gives_the_reason_to_both),
		cmocka_unit_test(a_host_that_never_answers_a_call_loses_it),
		cmocka_unit_test(a_cancelled_call_ends_at_once),
		cmocka_unit_test(the_eighth_link_is_refused_on_either_side),
		cmocka_unit_test(each_side_has_its_own_handle_and_no_two_are_alike),
		cmocka_unit_test(two_that_call_each_other_get_one_link),
		cmocka_unit_test(ending_a_link_tells_each_side_its_reason),
		cmocka_unit_test(out_of_range_the_link_is_lost_when_supervision_ends),
		cmocka_unit_test(back_in_range_in_time_nothing_happens),
		cmocka_unit_test(a_shorter_supervision_is_the_masters_to_set),
		cmocka_unit_test(a_reset_drops_links_silently_and_the_other_side_notices),
		cmocka_unit_test(the_other_side_tells_its_features_version_and_name),
		cmocka_unit_test(roles_change_where_both_allow_it),
		cmocka_unit_test(a_central_stays_master),
		cmocka_unit_test(sniff_is_told_to_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
