/* SPDX-License-Identifier: MIT */
/*
 * alsa_words - what goes wrong with ALSA devices, in sentences that name the
 * device and what to do.
 */
#ifndef FANFARE_IO_ALSA_WORDS_H
#define FANFARE_IO_ALSA_WORDS_H

#include "core/io/alsa_pcm.h"

/* [io] Why the device asked for does not open; error is -errno. */
void alsa_words_why(const struct alsa_want *want, int error, char why[ALSA_WHY]);

/* [io] Why one that ran is lost. */
void alsa_words_lost(const char *device, int error, char why[ALSA_WHY]);

/*
 * [io] Who has a sound device of that name and direction open: program name
 * and process, by the kernel's own list. False when it cannot be told.
 */
bool alsa_words_holder(const char *device, bool capture, char *ret_name, size_t size,
		       int *ret_pid);

#endif
