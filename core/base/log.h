/* SPDX-License-Identifier: MIT */
/*
 * log - one line an event, for whoever decides.
 *
 * Rooms below control return errors and stay silent; control says once what
 * happened. Lines go to stderr (for journald with a "<N>" priority prefix when
 * JOURNAL_STREAM is set) or, while the console owns the screen, to a function
 * that keeps them for its log pane.
 */
#ifndef FANFARE_BASE_LOG_H
#define FANFARE_BASE_LOG_H

#include <stdarg.h>

/* Values are syslog(3) priorities. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/* [any] Receives each line without its newline; must not log itself. */
typedef void (*log_fn)(enum log_level level, const char *line, void *arg);

/* [ctl] Lines less urgent than level are left out. Default LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);

/* [ctl] Send lines to fn, or back to stderr with NULL. */
void log_set_sink(log_fn fn, void *arg);

/* [any but rt] Write one line to stderr as it is done without a sink; for sinks. */
void log_to_stderr(enum log_level level, const char *line);

/*
 * [any but rt] Write one line, of at most 511 bytes; takes a lock, may block on stderr. It
 * stays one line, and nothing in it moves a cursor, whatever the words in it are made of.
 */
void log_event(enum log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define log_error(...)	 log_event(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_event(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)	 log_event(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)	 log_event(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)	 log_event(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
