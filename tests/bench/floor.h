/* SPDX-License-Identifier: MIT */
/*
 * floor - the least a program can do for the same.
 *
 * One thread, one wake-up a period, and for each output gain, delay, meter,
 * conversion to 16 bits and a write. No rings, no limiter, no map, nothing
 * that may change while it plays.
 */
#ifndef TESTS_BENCH_FLOOR_H
#define TESTS_BENCH_FLOOR_H

/*
 * Run and report. kind is "floor" (writes to /dev/null), "floor-file" (to a
 * file each in folder), "floor-sbc" (only encodes), "floor-a2dp" (converts,
 * encodes and sends the packets over sockets, without gain, delay or meter).
 */
void floor_run(const char *kind, unsigned int outputs, unsigned int seconds,
	       const char *folder);

#endif
