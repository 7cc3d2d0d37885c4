/* SPDX-License-Identifier: MIT */
/*
 * pulse - what both ends of PulseAudio, or of PipeWire in its place, share: a look
 * whether a device is there, and words for what goes wrong.
 */
#ifndef FANFARE_IO_PULSE_H
#define FANFARE_IO_PULSE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * [io] A sentence for libpulse's error (PA_ERR_…) that names the device ("" =
 * the server's default) and what to do.
 */
void pulse_why(int error, const char *device, bool capture, char *why, size_t size);

/*
 * [io] PA_OK when the server has the device, else a libpulse error (PA_ERR_…). ""
 * counts as there. PipeWire plays what is for a name that it does not know on
 * another device, and says nothing. Blocks as long as the server hangs.
 */
int pulse_look_for(const char *device, bool capture);

#endif
