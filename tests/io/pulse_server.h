/* SPDX-License-Identifier: MIT */
/*
 * pulse_server - a real PulseAudio of our own, in a folder of its own.
 *
 * It has a null sink "speaker" with its monitor, a sink "tone" on which sox and
 * pacat play a sine of 997 Hz, and a pipe sink "pipe" whose samples
 * (s16, stereo, 44.1 kHz, timed by the system's clock) come out of a FIFO.
 */
#ifndef TESTS_IO_PULSE_SERVER_H
#define TESTS_IO_PULSE_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

struct pulse_server {
	char folder[64];
	char fifo[96]; /* of the sink "pipe" */
	pid_t pid;     /* 0 = not running */
	pid_t tone;    /* group of the player */
};

/* Make its folder and point this process to it; not started. */
void pulse_server_init(struct pulse_server *p);
void pulse_server_done(struct pulse_server *p);

/* Start it and wait until it answers; false = it does not. */
bool pulse_server_start(struct pulse_server *p);

/* End it at once (SIGKILL). */
void pulse_server_kill(struct pulse_server *p);

#endif
