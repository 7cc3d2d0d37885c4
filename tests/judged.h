/* SPDX-License-Identifier: MIT */
/*
 * judged - whether what depends on real time is judged: a sanitizer's build is
 * there for memory and threads, and too slow to keep up with a device.
 */
#ifndef FANFARE_TESTS_JUDGED_H
#define FANFARE_TESTS_JUDGED_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define JUDGED false
#else
#define JUDGED true
#endif

/* A figure that must hold where it is judged. */
#define assert_judged(expr) assert_true(!JUDGED || (expr))

#endif
