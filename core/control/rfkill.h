/* SPDX-License-Identifier: MIT */
/* rfkill - whether the kernel's switch for radios keeps an adapter silent. */
#ifndef FANFARE_CONTROL_RFKILL_H
#define FANFARE_CONTROL_RFKILL_H

#include <stdbool.h>

/*
 * [ctl] Whether adapter ("hci0") is blocked, by software or by a switch on the
 * case. sys is where sysfs is mounted, "/sys".
 */
bool rfkill_blocks(const char *sys, const char *adapter);

#endif
