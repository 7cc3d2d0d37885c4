/* SPDX-License-Identifier: MIT */
/*
 * pulse - words for what goes wrong with PulseAudio, or PipeWire in its place.
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

#endif
