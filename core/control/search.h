/* SPDX-License-Identifier: MIT */
/*
 * search - inquiries: those a person asks for, and those for speakers of the
 * profile that were never seen. One at a time, as they disturb what plays.
 */
#ifndef FANFARE_CONTROL_SEARCH_H
#define FANFARE_CONTROL_SEARCH_H

#include "core/control/model.h"

/* [ctl] Begin or end an inquiry for unknown speakers as needed. */
void search_step(struct control *c, uint64_t now);

/* [ctl] For a person: search now for 1..300 s on adapter ("" = any), or stop. 0 or -ENODEV … */
int search_ask(struct control *c, const char *adapter, uint32_t seconds);
void search_stop(struct control *c);

/*
 * [ctl] Whether pairing or connecting over adapter is to wait for the inquiry;
 * ends the inquiry where it has had its time.
 */
bool search_holds_paging(struct control *c, const char *adapter, uint64_t now);

#endif
