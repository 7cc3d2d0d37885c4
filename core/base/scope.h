/* SPDX-License-Identifier: MIT */
/*
 * scope - things that are released when their variable leaves its scope.
 *
 *	SCOPED(closep) int fd = -EBADF;
 *	SCOPED(freep) char *name = NULL;
 *
 * and TAKE(p) hands the pointer on and leaves NULL behind, so that the
 * release on the way out finds nothing to do.
 */
#ifndef FANFARE_BASE_SCOPE_H
#define FANFARE_BASE_SCOPE_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define SCOPED(fn) __attribute__((cleanup(fn)))

#define TAKE(p)                             \
	({                                  \
		__typeof__(p) taken_ = (p); \
		(p) = NULL;                 \
		taken_;                     \
	})

/* The same for a descriptor: hands it on and leaves -EBADF. */
#define TAKE_FD(fd)                \
	({                         \
		int taken_ = (fd); \
		(fd) = -EBADF;     \
		taken_;            \
	})

/* Make NAMEp(T **) out of FN(T *), for SCOPED. */
#define SCOPED_FN(type, fn)                \
	static inline void fn##p(type **p) \
	{                                  \
		fn(*p);                    \
	}

static inline void freep(void *p)
{
	free(*(void **)p);
}

/* Keeps errno: a clean-up must not hide why we are leaving. */
static inline void closep(const int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
