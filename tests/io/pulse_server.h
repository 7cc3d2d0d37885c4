/* SPDX-License-Identifier: MIT */
/*
 * pulse_server - a real PulseAudio of our own, in a folder of its own; or a real
 * PipeWire with what speaks PulseAudio's language for it, its session manager
 * and a bus for that.
 *
 * It has a null sink "speaker" with its monitor, a sink "tone" on which sox and
 * pacat play a sine of 997 Hz. PulseAudio has a pipe sink "pipe", too, timed by
 * the system's clock.
 */
#ifndef TESTS_IO_PULSE_SERVER_H
#define TESTS_IO_PULSE_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

struct pulse_server {
	char folder[64];
	bool pipewire;	   /* else it is PulseAudio */
	const char *heard; /* the sink of pulse_server_hear() */
	pid_t group;	   /* of all its programs, and the first of them; 0 = not running */
	pid_t tone;	   /* group of the player */
	pid_t recorder;	   /* group */
};

/* Make its folder and point this process to it; not started. */
void pulse_server_init(struct pulse_server *p, bool pipewire);
void pulse_server_done(struct pulse_server *p);

/* Start it and wait until it answers; false = it does not. */
bool pulse_server_start(struct pulse_server *p);

/*
 * What is played on the sink heard, as a descriptor that does not block (s16,
 * stereo, 44.1 kHz); the caller's. It is the pipe sink's FIFO, or what PipeWire
 * has instead: a recorder of the monitor.
 */
int pulse_server_hear(struct pulse_server *p);

/* All its programs stop (SIGSTOP) where they are, or go on. */
void pulse_server_hang(const struct pulse_server *p, bool hang);

/* End it at once (SIGKILL). */
void pulse_server_kill(struct pulse_server *p);

#endif
