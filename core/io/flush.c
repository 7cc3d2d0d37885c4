/* SPDX-License-Identifier: MIT */
/*
 * flush - see flush.h.
 *
 * The few numbers below are the kernel's interface (net/bluetooth) and the
 * Core Specification's (Vol 4 Part E 7.3.30, Write Automatic Flush Timeout);
 * the library that has them in its headers is no longer kept by BlueZ.
 */
#include "core/io/flush.h"

#include "core/base/scope.h"

#include <sys/socket.h>

#define BT_PROTO_HCI	  1
#define BT_SOL_L2CAP	  6
#define BT_L2CAP_CONNINFO 2
#define HCI_COMMAND	  0x01
#define HCI_WRITE_FLUSH	  0x0c28
#define SLOT_US		  625u
#define SLOTS_MAX	  0x07ffu

struct hci_address {
	sa_family_t family;
	uint16_t device;  /* N of hciN */
	uint16_t channel; /* 0: raw */
};

struct l2cap_conninfo {
	uint16_t handle;
	uint8_t device_class[3];
};

static int handle_of(int fd, uint16_t *ret)
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
	*ret = info.handle;
	return 0;
}

int flush_after(int fd, int hci, uint32_t ms)
{
	uint32_t slots = ms * 1000 / SLOT_US;
	struct hci_address to = { .family = AF_BLUETOOTH };
	SCOPED(closep) int raw = -EBADF;
	uint16_t handle = 0;
	int r = handle_of(fd, &handle);

	if (r < 0)
		return r;
	if (hci < 0 || hci > UINT16_MAX)
		return -ENODEV;
	to.device = (uint16_t)hci;
	if (slots > SLOTS_MAX)
		slots = SLOTS_MAX;

	raw = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, BT_PROTO_HCI);
	if (raw < 0)
		return -errno;
	if (bind(raw, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;

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
