/* SPDX-License-Identifier: MIT */
/* thread - see thread.h. */
#include "core/io/thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>

/* The engine's and the encoder's frames are small; 8 MB of stack would be locked for nothing.
 */
#define STACK_BYTES (256u * 1024u)

int thread_start(const char *name, int priority, void *(*run)(void *), void *arg,
		 pthread_t *ret_thread, bool *ret_realtime)
{
	struct sched_param param = { .sched_priority = priority };
	pthread_attr_t attr;
	sigset_t all, before;
	int r;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(ret_thread, &attr, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	if (r != 0)
		return -EAGAIN;

	pthread_setname_np(*ret_thread, name);
	*ret_realtime = pthread_setschedparam(*ret_thread, SCHED_FIFO | SCHED_RESET_ON_FORK,
					      &param) == 0;
	return 0;
}
