/* SPDX-License-Identifier: MIT */
/* hci - building and reading what passes between host and controller. */
#include "hci.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

bool bdaddr_same(struct bdaddr a, struct bdaddr b)
{
	return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int bdaddr_parse(const char *text, struct bdaddr *ret)
{
	struct bdaddr a;

	for (int i = 5; i >= 0; i--, text += 3) {
		int high = nibble(text[0]);
		int low = high < 0 ? -1 : nibble(text[1]);

		if (low < 0 || text[2] != (i ? ':' : '\0'))
			return -EINVAL;
		a.b[i] = (uint8_t)(high << 4 | low);
	}
	*ret = a;
	return 0;
}

char *bdaddr_print(struct bdaddr a, char *text)
{
	snprintf(text, BDADDR_TEXT, "%02X:%02X:%02X:%02X:%02X:%02X", a.b[5], a.b[4], a.b[3],
		 a.b[2], a.b[1], a.b[0]);
	return text;
}

uint16_t hci_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

uint32_t hci_get24(const uint8_t *p)
{
	return (uint32_t)(p[0] | p[1] << 8 | p[2] << 16);
}

uint32_t hci_get32(const uint8_t *p)
{
	return hci_get16(p) | (uint32_t)hci_get16(p + 2) << 16;
}

struct bdaddr hci_get_addr(const uint8_t *p)
{
	struct bdaddr a;

	memcpy(a.b, p, sizeof(a.b));
	return a;
}

void hci_set16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

void hci_event(struct hci_packet *p, enum hci_event_code code)
{
	p->data[0] = HCI_EVENT;
	p->data[1] = (uint8_t)code;
	p->data[2] = 0;
	p->len = 3;
}

void hci_put(struct hci_packet *p, const void *bytes, size_t n)
{
	assert(p->len + n <= 3 + 255);
	if (n)
		memcpy(p->data + p->len, bytes, n);
	p->len += n;
	p->data[2] = (uint8_t)(p->len - 3);
}

void hci_put_zero(struct hci_packet *p, size_t n)
{
	assert(p->len + n <= 3 + 255);
	memset(p->data + p->len, 0, n);
	p->len += n;
	p->data[2] = (uint8_t)(p->len - 3);
}

void hci_put8(struct hci_packet *p, uint8_t v)
{
	hci_put(p, &v, 1);
}

void hci_put16(struct hci_packet *p, uint16_t v)
{
	hci_put8(p, (uint8_t)v);
	hci_put8(p, (uint8_t)(v >> 8));
}

void hci_put24(struct hci_packet *p, uint32_t v)
{
	hci_put16(p, (uint16_t)v);
	hci_put8(p, (uint8_t)(v >> 16));
}

void hci_put32(struct hci_packet *p, uint32_t v)
{
	hci_put16(p, (uint16_t)v);
	hci_put16(p, (uint16_t)(v >> 16));
}

void hci_put_addr(struct hci_packet *p, struct bdaddr a)
{
	hci_put(p, a.b, sizeof(a.b));
}

void hci_acl(struct hci_packet *p, uint16_t handle, unsigned boundary, const void *bytes,
	     size_t n)
{
	assert(n <= HCI_ACL_SIZE && handle <= 0xfff && boundary <= 3);
	p->data[0] = HCI_ACL;
	hci_set16(p->data + 1, (uint16_t)(handle | boundary << 12));
	hci_set16(p->data + 3, (uint16_t)n);
	memcpy(p->data + 5, bytes, n);
	p->len = 5 + n;
}

int hci_parse(const uint8_t *packet, size_t n, struct hci_view *ret)
{
	struct hci_view v = { 0 };
	uint16_t word;

	if (n < 1)
		return -EBADMSG;
	v.type = packet[0];
	switch (v.type) {
	case HCI_COMMAND:
		if (n < 4 || packet[3] != n - 4)
			return -EBADMSG;
		v.opcode = hci_get16(packet + 1);
		v.data = packet + 4;
		v.len = n - 4;
		break;
	case HCI_ACL:
		if (n < 5 || hci_get16(packet + 3) != n - 5)
			return -EBADMSG;
		word = hci_get16(packet + 1);
		v.handle = word & 0xfff;
		v.boundary = word >> 12 & 3;
		v.broadcast = (uint8_t)(word >> 14);
		v.data = packet + 5;
		v.len = n - 5;
		break;
	default:
		return -EPROTONOSUPPORT;
	}
	*ret = v;
	return 0;
}
