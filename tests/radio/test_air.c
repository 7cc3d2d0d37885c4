/* SPDX-License-Identifier: MIT */
/* The slots: what traffic costs, who waits, and that nothing is lost but time. */
#include "rig.h"

/* Both sides connected and quiet, the counters at nothing. */
static struct rig *quiet(unsigned speakers)
{
	struct rig *r = rig_new(1 + speakers);

	for (unsigned i = 1; i <= speakers; i++)
		rig_connect(r, 0, i);
	rig_run(r, SECOND_NS);
	for (unsigned i = 0; i <= speakers; i++) {
		r->host[i].read = r->host[i].count;
		r->host[i].credits = 0;
		r->w.controller[i].air.slots = 0;
	}
	for (unsigned i = 1; i <= speakers; i++)
		rig_end(r, 0, i)->sum = rig_end(r, i, 0)->sum = (struct traffic){ 0 };
	return r;
}

static void data_for_no_link_is_dropped(void **state)
{
	struct rig *r = quiet(1);
	struct hci_packet p;

	(void)state;
	hci_acl(&p, 0x777, HCI_PB_FIRST, "x", 1);
	controller_packet(&r->w.controller[0], p.data, p.len);
	hci_acl(&p, rig_handle(r, 0, 1), HCI_PB_FIRST, "", 0);
	controller_packet(&r->w.controller[0], p.data, p.len);
	rig_run(r, SECOND_NS);
	assert_int_equal(r->w.controller[0].air.slots, 0);
	assert_int_equal(r->host[1].bytes, 0);
	rig_free(r);
}

static void data_arrives_whole_under_the_receivers_handle(void **state)
{
	struct rig *r = quiet(3);

	(void)state;
	for (unsigned i = 1; i <= 3; i++) {
		struct heard *h;

		rig_data(r, 0, i, 700 + i);
		rig_run(r, SECOND_NS);
		assert_int_equal(r->host[i].count, r->host[i].read + 1);
		h = &r->host[i].heard[r->host[i].read];
		assert_int_equal(h->len, 5 + 700 + i);
		assert_int_equal(h->data[0], HCI_ACL);
		assert_int_equal(hci_get16(h->data + 1) & 0xfff, rig_handle(r, i, 0));
		assert_int_equal(hci_get16(h->data + 1) >> 12, HCI_PB_FIRST);
		for (size_t k = 0; k < 700 + i; k++)
			assert_int_equal(h->data[5 + k], (uint8_t)(k * 7 + 700 + i));
		assert_int_equal(r->host[0].credits, i);
	}
	rig_free(r);
}

static void a_packet_costs_its_slots_and_its_answer(void **state)
{
	static const struct {
		unsigned rate;
		size_t bytes;
		uint64_t slots;
	} expect[] = { { 3, 17, 2 },   { 3, 83, 2 },  { 3, 552, 4 },  { 3, 969, 6 },
		       { 3, 1021, 6 }, { 2, 54, 2 },  { 2, 367, 4 },  { 2, 612, 6 },
		       { 2, 679, 6 },  { 2, 680, 8 }, { 2, 1021, 10 } };

	(void)state;
	for (size_t i = 0; i < sizeof(expect) / sizeof(expect[0]); i++) {
		struct rig *r = quiet(1);

		r->w.controller[1].rate = expect[i].rate;
		end_set_types(rig_end(r, 0, 1), HCI_ALL_TYPES);
		rig_data(r, 0, 1, expect[i].bytes);
		rig_run(r, SECOND_NS);
		assert_int_equal(r->host[1].bytes, expect[i].bytes);
		assert_true(r->w.controller[0].air.slots == expect[i].slots);
		assert_true(r->w.controller[1].air.slots == expect[i].slots);
		assert_true(rig_end(r, 0, 1)->sum.slots == expect[i].slots);
		rig_free(r);
	}
}

static void data_takes_its_time(void **state)
{
	struct rig *r = quiet(1);
	uint64_t began = r->w.now;

	(void)state;
	rig_data(r, 0, 1, 1021);
	rig_event(r, 0, EV_COMPLETED_PACKETS);
	assert_in_range(r->w.now - began, 6 * (uint64_t)SLOT_NS, 8 * (uint64_t)SLOT_NS);
	rig_free(r);
}

/* Keep the queue of 0 towards peer at its full credit for ns. */
static void press(struct rig *r, unsigned peers, uint64_t ns, size_t bytes)
{
	uint64_t end = r->w.now + ns;

	while (r->w.now < end) {
		for (unsigned i = 1; i <= peers; i++) {
			while (rig_end(r, 0, i)->acl.count < HCI_ACL_BUFFERS / 2)
				rig_data(r, 0, i, bytes);
			r->host[i].count = r->host[i].read; /* nobody looks at each packet */
		}
		r->host[0].count = r->host[0].read;
		rig_run(r, 10 * MS_NS);
	}
}

static void an_adapter_gives_1600_slots_a_second_and_no_more(void **state)
{
	struct rig *r = quiet(3);
	uint64_t packets = 0;

	(void)state;
	press(r, 3, 10 * SECOND_NS, 1021);
	assert_in_range(r->w.controller[0].air.slots, 15900, 16006);
	for (unsigned i = 1; i <= 3; i++) {
		uint64_t p = rig_end(r, 0, i)->sum.packets;

		assert_in_range(p, 882, 890); /* 16,000 / 6 / 3, each link its share */
		packets += p;
	}
	assert_in_range(packets, 2650, 2667);
	rig_free(r);
}

static void two_adapters_do_not_share_slots(void **state)
{
	struct rig *r = rig_new(4);

	(void)state;
	rig_connect(r, 0, 1);
	rig_connect(r, 2, 3);
	for (unsigned k = 0; k < 100; k++) {
		while (rig_end(r, 0, 1)->acl.count < 8)
			rig_data(r, 0, 1, 1021);
		while (rig_end(r, 2, 3)->acl.count < 8)
			rig_data(r, 2, 3, 1021);
		rig_run(r, 10 * MS_NS);
	}
	assert_in_range(rig_end(r, 0, 1)->sum.packets, 260, 267);
	assert_in_range(rig_end(r, 2, 3)->sum.packets, 260, 267);
	rig_free(r);
}

static void a_slave_of_two_shares_its_radio(void **state)
{
	struct rig *r = rig_new(3);
	uint64_t a, b;

	(void)state;
	rig_connect(r, 0, 2);
	rig_connect(r, 1, 2);
	for (unsigned k = 0; k < 100; k++) {
		while (rig_end(r, 0, 2)->acl.count < 8)
			rig_data(r, 0, 2, 1021);
		while (rig_end(r, 1, 2)->acl.count < 8)
			rig_data(r, 1, 2, 1021);
		rig_run(r, 10 * MS_NS);
	}
	a = rig_end(r, 0, 2)->sum.packets;
	b = rig_end(r, 1, 2)->sum.packets;
	assert_in_range(a + b, 240, 267);
	assert_true(a > 60 && b > 60); /* neither starves */
	rig_free(r);
}

static void a_slave_sends_in_its_answers(void **state)
{
	struct rig *r = quiet(1);

	(void)state;
	rig_data(r, 1, 0, 1021);
	rig_run(r, SECOND_NS);
	assert_int_equal(r->host[0].bytes, 1021);
	assert_int_equal(r->host[1].credits, 1);
	assert_true(rig_end(r, 1, 0)->sum.slots == 6); /* poll and answer */
	rig_data(r, 0, 1, 1021);		       /* alone: its exchange begins at once */
	rig_data(r, 0, 1, 1021);
	rig_data(r, 1, 0, 1021);
	rig_run(r, SECOND_NS);
	assert_true(r->w.controller[0].air.slots == 6 + 6 + 10); /* the last one, both ways */
	rig_free(r);
}

static void loss_costs_slots_and_nothing_else(void **state)
{
	struct rig *r = quiet(2);
	const struct traffic *t;
	uint64_t sent = 0;

	(void)state;
	r->w.loss[0][1] = r->w.loss[1][0] = LOSS_WHOLE / 10;
	for (unsigned k = 0; k < 1000; k++) {
		rig_data(r, 0, 1, 969);
		sent += 969;
		rig_run(r, 25 * MS_NS);
		assert_true(r->host[1].count <= r->host[1].read + 1);
		r->host[1].count = r->host[1].read;
	}
	t = &rig_end(r, 0, 1)->sum;
	assert_int_equal(r->host[1].bytes, sent);
	assert_int_equal(r->host[0].credits, 1000);
	/* each try gets through with 0.81: packet and answer */
	assert_in_range(t->retransmissions, 190, 280);
	assert_in_range(t->slots, 6 * 1190, 6 * 1280);
	assert_true(t->air_packets == 1000 + t->retransmissions);
	assert_true(rig_end(r, 0, 2)->sum.retransmissions == 0);
	rig_free(r);
}

static void the_same_seed_loses_the_same_packets(void **state)
{
	uint64_t lost[2];

	(void)state;
	for (unsigned run = 0; run < 2; run++) {
		struct rig *r = quiet(1);

		r->w.loss[0][1] = r->w.loss[1][0] = LOSS_WHOLE / 20;
		press(r, 1, 2 * SECOND_NS, 500);
		lost[run] = rig_end(r, 0, 1)->sum.retransmissions;
		rig_free(r);
	}
	assert_true(lost[0] == lost[1] && lost[0] > 10);
}

static void a_link_that_hears_nothing_leaves_the_others_their_turns(void **state)
{
	struct rig *r = quiet(2);

	(void)state;
	r->w.controller[1].powered = false;
	link_watch(rig_end(r, 0, 1)->link);
	for (unsigned k = 0; k < 8; k++)
		rig_data(r, 0, 1, 1021);
	for (unsigned k = 0; k < 400; k++) { /* 40 packets a second for 10 s */
		rig_data(r, 0, 2, 969);
		rig_run(r, 25 * MS_NS);
		assert_int_equal(r->host[0].credits, k + 1);
	}
	assert_int_equal(r->host[1].bytes, 0);
	assert_true(rig_end(r, 0, 1)->sum.retransmissions > 100);
	rig_free(r);
}

static void a_stalled_one_gets_all_of_it_later(void **state)
{
	struct rig *r = quiet(2);
	struct controller *c = &r->w.controller[1];

	(void)state;
	c->stalled_until = r->w.now + 10 * SECOND_NS;
	deadline_arm(&r->w.deadlines, &c->stall, c->stalled_until);
	for (unsigned k = 0; k < 8; k++)
		rig_data(r, 0, 1, 969);
	rig_data(r, 0, 2, 969);
	rig_run(r, 10 * SECOND_NS - MS_NS);
	assert_int_equal(r->host[1].bytes, 0);
	assert_int_equal(r->host[2].bytes, 969);
	assert_int_equal(r->host[0].credits, 1);
	assert_true(rig_end(r, 0, 1)->sum.slots == 0); /* it says so: nothing is tried */
	rig_run(r, SECOND_NS);
	assert_int_equal(r->host[1].bytes, 8 * 969);
	assert_int_equal(r->host[0].credits, 9);
	assert_int_equal(end_count(c), 1);
	rig_free(r);
}

static void stale_data_is_flushed_where_the_host_says_so(void **state)
{
	struct rig *r = quiet(1);
	struct end *e = rig_end(r, 0, 1);
	struct hci_packet p;
	uint8_t bytes[500] = { 0 };

	(void)state;
	rig_command(r, 0, OP_WRITE_FLUSH_TIMEOUT, (uint8_t)e->handle, 0, 0xa0, 0); /* 100 ms */
	r->w.controller[1].powered = false;
	hci_acl(&p, e->handle, HCI_PB_FIRST, bytes, sizeof(bytes)); /* may be flushed */
	controller_packet(&r->w.controller[0], p.data, p.len);
	hci_acl(&p, e->handle, HCI_PB_MORE, bytes, sizeof(bytes)); /* goes with it */
	controller_packet(&r->w.controller[0], p.data, p.len);
	rig_data(r, 0, 1, 400); /* never to be flushed */
	rig_run(r, SECOND_NS);
	assert_true(e->sum.flushed == 2);
	assert_int_equal(r->host[0].credits, 2);
	assert_true(rig_heard(r, 0, EV_FLUSH_OCCURRED));
	r->w.controller[1].powered = true;
	rig_run(r, SECOND_NS);
	assert_int_equal(r->host[1].bytes, 400);
	rig_command(r, 0, OP_FLUSH, (uint8_t)e->handle, 0);
	rig_free(r);
}

/* Eight packets are all a host may have outstanding: one that hears nothing must not
 * keep them from the others for longer than its flush time-out. */
static void flushing_gives_a_stalled_ones_credit_back(void **state)
{
	struct rig *r = quiet(2);
	struct controller *c = &r->w.controller[1];
	uint8_t bytes[900] = { 0 };
	struct hci_packet p;

	(void)state;
	rig_command(r, 0, OP_WRITE_FLUSH_TIMEOUT, (uint8_t)rig_handle(r, 0, 1), 0, 80,
		    0); /* 50 ms */
	c->stalled_until = r->w.now + 10 * SECOND_NS;
	deadline_arm(&r->w.deadlines, &c->stall, c->stalled_until);
	for (unsigned k = 0; k < 400; k++) {
		hci_acl(&p, rig_handle(r, 0, 1), HCI_PB_FIRST, bytes, sizeof(bytes));
		controller_packet(&r->w.controller[0], p.data, p.len);
		rig_data(r, 0, 2, 900);
		rig_run(r, 20 * MS_NS);
		assert_true(rig_end(r, 0, 1)->acl.count <= 3);
		assert_int_equal(rig_end(r, 0, 2)->acl.count, 0);
	}
	assert_int_equal(r->host[1].bytes, 0);
	assert_in_range(rig_end(r, 0, 1)->sum.flushed, 397, 398);
	assert_int_equal(r->host[2].bytes, 400 * 900);
	rig_free(r);
}

static void searching_takes_a_quarter_of_the_slots(void **state)
{
	struct rig *r = quiet(1);
	uint64_t slots, before = air_scan_slots(&r->w.controller[0], r->w.now);

	(void)state;
	rig_command(r, 0, OP_INQUIRY, 0x33, 0x8b, 0x9e, 0x30, 0);
	press(r, 1, 10 * SECOND_NS, 1021);
	slots = r->w.controller[0].air.slots;
	assert_in_range(slots, 11000, 12100); /* of 16,000 */
	assert_in_range(air_scan_slots(&r->w.controller[0], r->w.now) - before, 3990, 4010);
	rig_free(r);
}

static void a_slow_machine_misses_slots_instead_of_running_behind(void **state)
{
	struct rig *r = quiet(1);
	uint64_t until;

	(void)state;
	for (unsigned k = 0; k < 8; k++)
		rig_data(r, 0, 1, 1021);
	until = r->w.now + 5 * SECOND_NS; /* the process does not run for five seconds */
	world_run(&r->w, until);
	assert_true(r->w.now == until);
	assert_in_range(r->w.missed, 7800, 8000);
	assert_true(r->w.controller[0].air.slots <= 6 * 8);
	rig_run(r, SECOND_NS);
	assert_int_equal(r->host[1].bytes, 8 * 1021);
	rig_free(r);
}

/* A link that ends with data under way, from either side, leaves nothing behind. */
static void links_end_in_the_middle_of_traffic(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 60; k++) {
		struct rig *r = quiet(2);
		unsigned who = k & 1;

		for (unsigned n = 0; n < 8; n++) {
			rig_data(r, 0, 1, 1021);
			rig_data(r, 1, 0, 700);
		}
		rig_run(r, k * (uint64_t)SLOT_NS / 2);
		rig_command(r, who, OP_DISCONNECT, (uint8_t)rig_handle(r, who, !who), 0, 0x13);
		rig_data(r, 0, 2, 300);
		rig_event(r, 0, EV_DISCONNECTED);
		rig_event(r, 1, EV_DISCONNECTED);
		rig_run(r, SECOND_NS);
		assert_int_equal(r->host[2].bytes, 300);
		rig_connect(r, 1, 0);
		rig_data(r, 1, 0, 20);
		rig_run(r, SECOND_NS);
		rig_free(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_for_no_link_is_dropped),
		cmocka_unit_test(data_arrives_whole_under_the_receivers_handle),
		cmocka_unit_test(a_packet_costs_its_slots_and_its_answer),
		cmocka_unit_test(data_takes_its_time),
		cmocka_unit_test(an_adapter_gives_1600_slots_a_second_and_no_more),
		cmocka_unit_test(two_adapters_do_not_share_slots),
		cmocka_unit_test(a_slave_of_two_shares_its_radio),
		cmocka_unit_test(a_slave_sends_in_its_answers),
		cmocka_unit_test(loss_costs_slots_and_nothing_else),
		cmocka_unit_test(the_same_seed_loses_the_same_packets),
		cmocka_unit_test(a_link_that_hears_nothing_leaves_the_others_their_turns),
		cmocka_unit_test(a_stalled_one_gets_all_of_it_later),
		cmocka_unit_test(stale_data_is_flushed_where_the_host_says_so),
		cmocka_unit_test(flushing_gives_a_stalled_ones_credit_back),
		cmocka_unit_test(searching_takes_a_quarter_of_the_slots),
		cmocka_unit_test(a_slow_machine_misses_slots_instead_of_running_behind),
		cmocka_unit_test(links_end_in_the_middle_of_traffic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
