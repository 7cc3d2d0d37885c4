/* SPDX-License-Identifier: MIT */
/* The wire: bad packets first, then bytes in their places. */
#include "rig.h"

#include <errno.h>

static void packets_whose_lengths_disagree_are_refused(void **state)
{
	static const struct {
		uint8_t data[8];
		size_t n;
		int expect;
	} bad[] = {
		{ { 0 }, 0, -EBADMSG },
		{ { HCI_COMMAND }, 1, -EBADMSG },
		{ { HCI_COMMAND, 3, 0x0c }, 3, -EBADMSG },
		{ { HCI_COMMAND, 3, 0x0c, 1 }, 4, -EBADMSG },
		{ { HCI_COMMAND, 3, 0x0c, 0, 9 }, 5, -EBADMSG },
		{ { HCI_ACL, 1, 0, 0 }, 4, -EBADMSG },
		{ { HCI_ACL, 1, 0, 2, 0, 1 }, 6, -EBADMSG },
		{ { HCI_ACL, 1, 0, 0, 1, 1 }, 6, -EBADMSG },
		{ { HCI_SCO, 1, 0, 0 }, 4, -EPROTONOSUPPORT },
		{ { HCI_EVENT, 1, 0 }, 3, -EPROTONOSUPPORT },
		{ { 0x77 }, 1, -EPROTONOSUPPORT },
	};
	struct hci_view v = { .opcode = 0x1234 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(hci_parse(bad[i].data, bad[i].n, &v), bad[i].expect);
	assert_int_equal(v.opcode, 0x1234); /* untouched */
}

static void a_command_and_data_are_taken_apart(void **state)
{
	static const uint8_t command[] = { HCI_COMMAND, 0x05, 0x04, 2, 0xaa, 0xbb };
	static const uint8_t data[] = { HCI_ACL, 0x2a, 0x10, 1, 0, 0xcc };
	struct hci_view v;

	(void)state;
	assert_int_equal(hci_parse(command, sizeof(command), &v), 0);
	assert_int_equal(v.opcode, OP_CREATE_CONNECTION);
	assert_int_equal(v.len, 2);
	assert_int_equal(v.data[1], 0xbb);
	assert_int_equal(hci_parse(data, sizeof(data), &v), 0);
	assert_int_equal(v.handle, 0x2a);
	assert_int_equal(v.boundary, HCI_PB_MORE);
	assert_int_equal(v.len, 1);
}

static void addresses_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = { "",
					   "00:11:22:33:44",
					   "00:11:22:33:44:5",
					   "00:11:22:33:44:55 ",
					   "00:11:22:33:44:55:66",
					   "00-11-22-33-44-55",
					   "0g:11:22:33:44:55",
					   "001:1:22:33:44:55" };
	struct bdaddr a = rig_addr(1);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(bdaddr_parse(bad[i], &a), -EINVAL);
	assert_true(bdaddr_same(a, rig_addr(1)));
}

static void an_address_reads_as_it_prints(void **state)
{
	char text[BDADDR_TEXT];
	struct bdaddr a;

	(void)state;
	assert_int_equal(bdaddr_parse("02:fa:0F:A1:00:1e", &a), 0);
	assert_int_equal(a.b[0], 0x1e); /* last on paper, first on the wire */
	assert_string_equal(bdaddr_print(a, text), "02:FA:0F:A1:00:1E");
}

static void an_event_knows_its_length(void **state)
{
	static const uint8_t expect[] = {
		HCI_EVENT, EV_COMPLETED_PACKETS, 5, 1, 0x2a, 0, 3, 0
	};
	struct hci_packet p;

	(void)state;
	hci_event(&p, EV_COMPLETED_PACKETS);
	hci_put8(&p, 1);
	hci_put16(&p, 0x2a);
	hci_put16(&p, 3);
	assert_int_equal(p.len, sizeof(expect));
	assert_memory_equal(p.data, expect, sizeof(expect));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_whose_lengths_disagree_are_refused),
		cmocka_unit_test(a_command_and_data_are_taken_apart),
		cmocka_unit_test(addresses_that_are_none_are_refused),
		cmocka_unit_test(an_address_reads_as_it_prints),
		cmocka_unit_test(an_event_knows_its_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
