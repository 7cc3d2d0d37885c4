/* SPDX-License-Identifier: MIT */
/* complain - collects all that is wrong with one file; see complain.h. */
#include "core/store/complain.h"
#include "core/base/utf8.h"
#include "core/store/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ROOM_FOR_LAST 40  /* bytes kept free for "and N more" */
#define LINE_MAX_     400 /* bytes of one complaint, the file's name included */

void complaints_init(struct complaints *c, struct complaint *out, const char *file)
{
	*c = (struct complaints){ .out = out, .file = file };
	if (out)
		out->text[0] = '\0';
}

void complaints_done(struct complaints *c)
{
	if (!c->out || c->left_out == 0)
		return;
	snprintf(c->out->text + c->used, sizeof(c->out->text) - c->used, "and %u more\n",
		 c->left_out);
}

__attribute__((format(printf, 4, 0))) static void
add(struct complaints *c, unsigned int line, const char *kind, const char *format, va_list args)
{
	char text[LINE_MAX_];
	int n;

	if (!c->out)
		return;

	if (line > 0)
		n = snprintf(text, sizeof(text), "%.200s:%u: %s", c->file, line, kind);
	else
		n = snprintf(text, sizeof(text), "%.200s: %s", c->file, kind);
	vsnprintf(text + n, sizeof(text) - (size_t)n, format, args);
	text_cut(text, sizeof(text) - 1);

	size_t len = strlen(text);

	/* once one is left out the rest is too: what is shown has no holes */
	if (c->left_out > 0 || c->used + len + 1 + ROOM_FOR_LAST > sizeof(c->out->text)) {
		c->left_out++;
		return;
	}
	memcpy(c->out->text + c->used, text, len);
	memcpy(c->out->text + c->used + len, "\n", 2);
	c->used += len + 1;
}

void complain(struct complaints *c, unsigned int line, const char *format, ...)
{
	va_list args;

	c->errors++;
	va_start(args, format);
	add(c, line, "", format, args);
	va_end(args);
}

void remark(struct complaints *c, unsigned int line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(c, line, "warning: ", format, args);
	va_end(args);
}

const char *excerpt_of(struct excerpt *e, const char *text, size_t len)
{
	const char dots[] = "…";
	size_t room = sizeof(e->text) - sizeof(dots);
	size_t used = 0;

	while (len > 0 && *text != '\0' && *text != '\n') {
		size_t n = utf8_character(text, len);
		bool shown = n > 0 && !utf8_is_control(text);

		if (n == 0)
			n = 1;
		if (used + n > room) {
			memcpy(e->text + used, dots, sizeof(dots));
			return e->text;
		}
		if (shown)
			memcpy(e->text + used, text, n);
		else
			memset(e->text + used, '?', n);
		used += n;
		text += n;
		len -= n;
	}
	e->text[used] = '\0';
	return e->text;
}
