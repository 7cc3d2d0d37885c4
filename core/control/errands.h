/* SPDX-License-Identifier: MIT */
/*
 * errands - what a person has done to Bluetooth devices, which need not be
 * speakers of ours: several at once, each known by its device, with the word
 * for it while it lasts and, when it failed, the reason.
 */
#ifndef FANFARE_CONTROL_ERRANDS_H
#define FANFARE_CONTROL_ERRANDS_H

#include "core/control/model.h"

/* [ctl] Each begins and returns 0, or -errno when it could not (-EINVAL, -ENOMEM). */
int errands_pair(struct control *c, const char *adapter, const char *address);
int errands_trust(struct control *c, const char *adapter, const char *address, bool trusted);
int errands_disconnect(struct control *c, const char *adapter, const char *address);
int errands_forget(struct control *c, const char *adapter, const char *address);
int errands_rename(struct control *c, const char *adapter, const char *address,
		   const char *alias);

/*
 * [any with the lock] What is under way for that device and why the last one
 * failed; both "" when there is nothing to say. Valid until the lock is left.
 */
void errands_of(const struct control *c, const char *adapter, const char *address,
		const char **ret_doing, const char **ret_failed);

/* [ctl] That device is gone: nobody asks any more why it failed. "" = all. */
void errands_gone(struct control *c, const char *address);

#endif
