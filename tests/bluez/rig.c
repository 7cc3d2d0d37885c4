/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "tests/bluez/rig.h"

const uint8_t rig_caps[4] = { 0xff, 0xff, 2, 53 };

static const char sign[] = {
	[BLUEZ_ADDED] = '+', [BLUEZ_CHANGED] = '~', [BLUEZ_REMOVED] = '-'
};

static void note(struct seen *s, char what, enum bluez_event event, int *there)
{
	char text[4] = { what, sign[event], ' ', '\0' };

	if (strlen(s->order) + 4 < sizeof(s->order))
		strcat(s->order, text);
	*there += event == BLUEZ_ADDED ? 1 : event == BLUEZ_REMOVED ? -1 : 0;
}

static void on_state(void *arg, enum bluez_state state, const char *words)
{
	struct seen *s = &((struct rig *)arg)->seen;

	s->state = state;
	s->states++;
	snprintf(s->state_words, sizeof(s->state_words), "%s", words);
}

static void on_adapter(void *arg, enum bluez_event event, const struct bluez_adapter *a)
{
	struct seen *s = &((struct rig *)arg)->seen;

	s->adapter = *a;
	s->adapter_events++;
	note(s, 'A', event, &s->adapters);
}

static void on_device(void *arg, enum bluez_event event, const struct bluez_device *d)
{
	struct seen *s = &((struct rig *)arg)->seen;

	s->device = *d;
	s->device_events++;
	note(s, 'D', event, &s->devices);
}

static void on_transport(void *arg, enum bluez_event event, const struct bluez_transport *t)
{
	struct seen *s = &((struct rig *)arg)->seen;

	s->transport = *t;
	s->transport_events++;
	note(s, 'T', event, &s->transports);
}

static int on_select(void *arg, const char *uuid, const char *adapter, const char *address,
		     const uint8_t *caps, size_t len, uint8_t *ret_config, size_t *ret_len)
{
	static const uint8_t chosen[4] = { 0x21, 0x15, 2, 53 };
	struct seen *s = &((struct rig *)arg)->seen;

	(void)caps;
	s->selects++;
	s->select_len = len;
	snprintf(s->select_uuid, sizeof(s->select_uuid), "%s", uuid);
	snprintf(s->select_adapter, sizeof(s->select_adapter), "%s", adapter);
	snprintf(s->select_address, sizeof(s->select_address), "%s", address);
	if (s->select_result < 0)
		return s->select_result;
	memcpy(ret_config, chosen, sizeof(chosen));
	*ret_len = sizeof(chosen);
	return 0;
}

static int on_accept(void *arg, const struct bluez_transport *t)
{
	struct seen *s = &((struct rig *)arg)->seen;

	if (t->config_len != 4) /* as the owner of an SBC end-point would */
		return -EBADMSG;
	return s->accept_result;
}

static void on_question(void *arg, const struct bluez_question *q)
{
	struct seen *s = &((struct rig *)arg)->seen;

	s->question = *q;
	s->questions++;
}

static void on_over(void *arg, uint32_t cookie)
{
	((struct rig *)arg)->seen.over = cookie;
}

static void on_trouble(void *arg, int error, const char *words)
{
	struct seen *s = &((struct rig *)arg)->seen;

	assert_true(error < 0);
	s->troubles++;
	snprintf(s->trouble, sizeof(s->trouble), "%s", words);
}

void rig_owner(struct rig *r, struct bluez_owner *ret)
{
	(void)r;
	*ret = (struct bluez_owner){
		.codec = BLUEZ_CODEC_SBC,
		.caps = rig_caps,
		.caps_len = sizeof(rig_caps),
		.hear_caps = rig_caps,
		.hear_caps_len = sizeof(rig_caps),
		.agent = BLUEZ_AGENT_KEYBOARD_DISPLAY,
		.state = on_state,
		.adapter = on_adapter,
		.device = on_device,
		.transport = on_transport,
		.select = on_select,
		.accept = on_accept,
		.question = on_question,
		.question_over = on_over,
		.trouble = on_trouble,
	};
}

void rig_open_with(struct rig *r, const struct bluez_owner *owner)
{
	assert_return_code(bluez_new(r->event, owner, r, &r->bluez), 0);
	assert_int_equal(r->seen.states, 0); /* nothing is told before we return */
	/* a machine with other work must not turn waits into failures, nor tests into naps */
	r->bluez->times.again = 5;
	r->bluez->times.reload = 20;
}

void rig_open(struct rig *r)
{
	struct bluez_owner owner;

	rig_owner(r, &owner);
	rig_open_with(r, &owner);
	RUN_UNTIL(r,
		  r->seen.state == BLUEZ_READY && fake_count(&r->fake, "/org/bluez Req") == 1);
}

int rig_setup(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->fake.far_fd = -1;
	r->seen.state = BLUEZ_NO_BUS;
	daemon_prepare();
	daemon_start();
	assert_return_code(sd_event_new(&r->event), 0);
	fake_start(&r->fake, r->event);
	fake_usual(&r->fake);
	*state = r;
	return 0;
}

void rig_close(struct rig *r)
{
	bluez_free(r->bluez);
	r->bluez = NULL;
}

int rig_teardown(void **state)
{
	struct rig *r = *state;

	rig_close(r);
	fake_done(&r->fake);
	sd_event_unref(r->event);
	daemon_clean();
	free(r);
	return 0;
}

void rig_done(void *arg, int error, const char *words)
{
	struct ended *e = arg;

	e->times++;
	e->error = error;
	snprintf(e->words, sizeof(e->words), "%s", words);
}

void rig_done_fd(void *arg, int error, const char *words, int fd, uint16_t r, uint16_t w)
{
	struct ended *e = arg;

	rig_done(arg, error, words);
	e->fd = fd;
	e->read_mtu = r;
	e->write_mtu = w;
}

bool rig_turn(struct rig *r, uint64_t *deadline)
{
	if (!*deadline)
		*deadline = clock_now() + 20 * NS_PER_SEC;
	if (clock_now() > *deadline)
		return false;
	assert_return_code(sd_event_run(r->event, 100000), 0);
	return true;
}

void rig_idle(struct rig *r, uint32_t ms)
{
	uint64_t end = clock_now() + ms * NS_PER_MS;

	while (clock_now() < end)
		assert_return_code(sd_event_run(r->event, 5000), 0);
}
