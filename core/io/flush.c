/* SPDX-License-Identifier: MIT */
/*
 * flush - see flush.h.
 *
 * The few numbers below are the kernel's interface (net/bluetooth) and the
 * Core Specification's (Vol 4 Part E 7.3.30, Write Automatic Flush Timeout,
 * and 7.7.17, Flush Occurred); the library that has them in its headers is no longer kept by
 * BlueZ.
 */
#include "core/io/flush.h"

#include "core/base/scope.h"

#include <sys/socket.h>

#define BT_PROTO_HCI	  1
#define BT_SOL_L2CAP	  6
#define BT_L2CAP_CONNINFO 2
#define SOL_HCI		  0
#define HCI_FILTER	  2
#define HCI_COMMAND	  0x01
#define HCI_EVENT	  0x04
#define HCI_FLUSHED	  0x11 /* the event: 2 bytes of handle */
#define HCI_WRITE_FLUSH	  0x0c28
#define SLOT_US		  625u
#define SLOTS_MAX	  0x07ffu

struct hci_address {
	sa_family_t family;
	uint16_t device;  /* N of hciN */
	uint16_t channel; /* 0: raw */
};

/* What a raw socket wants to hear; nothing until it says so. */
struct hci_filter {
	uint32_t types;	    /* a bit each */
	uint32_t events[2]; /* likewise */
	uint16_t opcode;
};

struct l2cap_conninfo {
	uint16_t handle;
	uint8_t device_class[3];
};

int flush_handle(int fd, uint16_t *ret_handle)
{
	struct l2cap_conninfo info = { 0 };
	socklen_t len = sizeof(info);
	int domain = 0;
	socklen_t domain_len = sizeof(domain);

	/* on a socket of another family the option's number means something else */
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &domain_len) < 0)
		return -errno;
	if (domain != AF_BLUETOOTH)
		return -EOPNOTSUPP;
	if (getsockopt(fd, BT_SOL_L2CAP, BT_L2CAP_CONNINFO, &info, &len) < 0)
		return -errno;
	*ret_handle = info.handle;
	return 0;
}

/* A raw socket on adapter hci, the caller's; -errno. */
static int open_raw(int hci)
{
	struct hci_address to = { .family = AF_BLUETOOTH };
	SCOPED(closep) int raw = -EBADF;

	if (hci < 0 || hci > UINT16_MAX)
		return -ENODEV;
	to.device = (uint16_t)hci;
	raw = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, BT_PROTO_HCI);
	if (raw < 0)
		return -errno;
	if (bind(raw, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	return TAKE_FD(raw);
}

int flush_after(int fd, int hci, uint32_t ms)
{
	uint32_t slots = ms * 1000 / SLOT_US;
	SCOPED(closep) int raw = -EBADF;
	uint16_t handle = 0;
	int r = flush_handle(fd, &handle);

	if (r < 0)
		return r;
	if (slots > SLOTS_MAX)
		slots = SLOTS_MAX;
	raw = open_raw(hci);
	if (raw < 0)
		return raw;

	const uint8_t command[] = {
		HCI_COMMAND,
		HCI_WRITE_FLUSH & 0xff,
		HCI_WRITE_FLUSH >> 8,
		4, /* bytes that follow, little-endian */
		(uint8_t)(handle & 0xff),
		(uint8_t)(handle >> 8),
		(uint8_t)(slots & 0xff),
		(uint8_t)(slots >> 8),
	};

	return write(raw, command, sizeof(command)) < 0 ? -errno : 0;
}

int flush_watch(int hci)
{
	static const struct hci_filter flushed = {
		.types = 1u << HCI_EVENT,
		.events = { 1u << HCI_FLUSHED, 0 },
	};
	SCOPED(closep) int raw = open_raw(hci);

	if (raw < 0)
		return raw;
	if (setsockopt(raw, SOL_HCI, HCI_FILTER, &flushed, sizeof(flushed)) < 0)
		return -errno;
	return TAKE_FD(raw);
}

bool flush_next(int watch, uint16_t *ret_handle)
{
	uint8_t event[260];
	ssize_t n;

	while ((n = recv(watch, event, sizeof(event), MSG_DONTWAIT)) > 0) {
		if (n < 5 || event[0] != HCI_EVENT || event[1] != HCI_FLUSHED || event[2] < 2)
			continue;
		*ret_handle = (uint16_t)(event[3] | event[4] << 8);
		return true;
	}
	return false;
}
