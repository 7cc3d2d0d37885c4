/* SPDX-License-Identifier: MIT */
/*
 * ops - the operations on devices and adapters that bluez.h declares.
 */
#ifndef FANFARE_BLUEZ_OPS_H
#define FANFARE_BLUEZ_OPS_H

#include "core/bluez/op.h"

/*
 * [ctl] Begin an operation on a device, found as bluez_get_device() does. It
 * may be ending already when this returns: with -ENODEV, or -ENONET while its
 * adapter is off. -EINVAL (malformed address), -ENOMEM.
 */
int ops_begin_device(struct bluez *b, enum op_kind kind, const char *adapter,
		     const char *address, bluez_done_fn done, void *arg, struct op **ret);

/* [ctl] Do step once more, later each time. False when there were tries enough. */
bool ops_again(struct op *op, op_fn step);

/*
 * [ctl] The device that bluetoothd most likely means on that adapter when it
 * asks for a configuration without saying for whom; "" = it cannot be told.
 */
void ops_who_connects(const struct bluez *b, const char *adapter, char ret[BLUEZ_ADDR_MAX]);

#endif
