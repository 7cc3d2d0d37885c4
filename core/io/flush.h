/* SPDX-License-Identifier: MIT */
/*
 * flush - a link that delivers nothing must not keep its adapter's buffers.
 *
 * An adapter has a few buffers (8 is usual) for all its links. Without a flush
 * timeout it sends a packet again until it arrives; a speaker out of range
 * then collects all buffers within seconds, and every other speaker of that
 * adapter falls silent until the link is given up, 20 s later. With one, what
 * cannot be delivered in time is dropped, which is what the timeline wants
 * anyway. bluetoothd marks sound as flushable but sets no timeout, and L2CAP
 * has no option for it, so the command goes to the adapter itself.
 */
#ifndef FANFARE_IO_FLUSH_H
#define FANFARE_IO_FLUSH_H

#include <stdbool.h>
#include <stdint.h>

/*
 * [ctl] Have adapter number hci (of hciN) drop what it could not deliver over
 * the link of the connected L2CAP socket fd within ms (1..1279). 0; -EPERM
 * without CAP_NET_RAW, -ENOTCONN, -EOPNOTSUPP (no such socket), -ENODEV or
 * another -errno. Whether the adapter obeyed is not waited for.
 */
int flush_after(int fd, int hci, uint32_t ms);

/*
 * [ctl] A descriptor, the caller's, that is readable whenever adapter number
 * hci dropped something of any of its links; nothing else wakes it. -errno as
 * flush_after().
 */
int flush_watch(int hci);

/*
 * [ctl] Read such a descriptor: true and the link's handle for one packet that
 * was dropped, false when there is no more now. What is no such news is skipped.
 */
bool flush_next(int watch, uint16_t *ret_handle);

/* [ctl] The handle of the link of the connected L2CAP socket fd; -errno as flush_after(). */
int flush_handle(int fd, uint16_t *ret_handle);

#endif
