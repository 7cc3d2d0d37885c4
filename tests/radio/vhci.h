/* SPDX-License-Identifier: MIT */
/*
 * vhci - the kernel's door for controllers that are programs.
 */
#ifndef RADIO_VHCI_H
#define RADIO_VHCI_H

#include <stddef.h>
#include <stdint.h>

/* [io] A new controller of the kernel's; *ret is a non-blocking descriptor. -errno. */
int vhci_open(int *ret);

/*
 * [io] One packet from the kernel into buf (n bytes, at least HCI_PACKET_MAX).
 * Returns its length, 0 when there is none now, or -errno.
 */
int vhci_read(int fd, uint8_t *buf, size_t n);

/* [io] One packet to the kernel. -errno: it takes none while the device is down. */
int vhci_write(int fd, const uint8_t *packet, size_t n);

/* [any] The number the kernel gave, if that is what the packet says; else -ENOMSG. */
int vhci_index(const uint8_t *packet, size_t n);

#endif
