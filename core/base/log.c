/* SPDX-License-Identifier: MIT */
/* log - see log.h. */
#include "core/base/log.h"

#include "core/base/cut.h"
#include "core/base/utf8.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all below */
static enum log_level threshold = LOG_LEVEL_INFO;
static log_fn sink;
static void *sink_arg;

void log_set_level(enum log_level level)
{
	pthread_mutex_lock(&lock);
	threshold = level;
	pthread_mutex_unlock(&lock);
}

void log_set_sink(log_fn fn, void *arg)
{
	pthread_mutex_lock(&lock);
	sink = fn;
	sink_arg = arg;
	pthread_mutex_unlock(&lock);
}

void log_to_stderr(enum log_level level, const char *line)
{
	char stamp[16] = "";
	time_t now = time(NULL);
	struct tm tm;

	if (getenv("JOURNAL_STREAM")) { /* journald keeps time and level */
		fprintf(stderr, "<%d>%s\n", (int)level, line);
		return;
	}
	if (localtime_r(&now, &tm))
		strftime(stamp, sizeof(stamp), "%H:%M:%S ", &tm);
	fprintf(stderr, "%s%s\n", stamp, line);
}

void log_event(enum log_level level, const char *format, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, format);
	cut_vprint(line, sizeof(line), format, ap);
	va_end(ap);
	utf8_clean(line); /* a name in it may come from the air */

	pthread_mutex_lock(&lock);
	if (level <= threshold) {
		if (sink)
			sink(level, line, sink_arg);
		else
			log_to_stderr(level, line);
	}
	pthread_mutex_unlock(&lock);
}
