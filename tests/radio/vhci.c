/* SPDX-License-Identifier: MIT */
/* vhci - open, one packet in, one packet out. */
#include "vhci.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/scope.h"
#include "hci.h"

int vhci_open(int *ret)
{
	static const uint8_t primary[2] = { HCI_VENDOR, 0x00 };
	SCOPED(closep) int fd = open("/dev/vhci", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || write(fd, primary, sizeof(primary)) < 0)
		return -errno;
	*ret = TAKE_FD(fd);
	return 0;
}

int vhci_read(int fd, uint8_t *buf, size_t n)
{
	ssize_t r = read(fd, buf, n);

	if (r < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	return (int)r;
}

int vhci_write(int fd, const uint8_t *packet, size_t n)
{
	return write(fd, packet, n) < 0 ? -errno : 0;
}

int vhci_index(const uint8_t *packet, size_t n)
{
	if (n < 4 || packet[0] != HCI_VENDOR)
		return -ENOMSG;
	return hci_get16(packet + 2);
}
