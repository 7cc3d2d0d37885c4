/* SPDX-License-Identifier: MIT */
/*
 * air - each adapter's slots, divided among the Bluetooth speakers it carries.
 *
 * Seven stereo speakers at their best want more than there is. They could find
 * that out by losing packets; control knows it beforehand.
 */
#ifndef FANFARE_CONTROL_AIR_H
#define FANFARE_CONTROL_AIR_H

#include "core/control/model.h"

/* [ctl] Tell every speaker that plays its share; after any came, went or wants another bitpool.
 */
void air_share(struct control *c);

#endif
