/* SPDX-License-Identifier: MIT */
/*
 * thread - the two threads that keep time, the pacer and the sender.
 *
 * Their priorities lie under those of the kernel's interrupt threads (50), on
 * which sound cards and controllers depend, and above all runners.
 */
#ifndef FANFARE_IO_THREAD_H
#define FANFARE_IO_THREAD_H

#include <pthread.h>
#include <stdbool.h>

#define THREAD_PACER_PRIORITY  45
#define THREAD_SENDER_PRIORITY 44

/*
 * [ctl] Start run(arg) under name (15 characters), all signals blocked, with
 * SCHED_FIFO at priority where that is allowed. -EAGAIN.
 */
int thread_start(const char *name, int priority, void *(*run)(void *), void *arg,
		 pthread_t *ret_thread, bool *ret_realtime);

#endif
