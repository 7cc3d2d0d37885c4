/* SPDX-License-Identifier: MIT */
/*
 * ops - the operations on devices and adapters that bluez.h declares.
 */
#ifndef FANFARE_BLUEZ_OPS_H
#define FANFARE_BLUEZ_OPS_H

#include "core/bluez/bluez.h"

/*
 * [ctl] The device that bluetoothd most likely means on that adapter when it
 * asks for a configuration without saying for whom; "" = it cannot be told.
 */
void ops_who_connects(const struct bluez *b, const char *adapter, char ret[BLUEZ_ADDR_MAX]);

#endif
