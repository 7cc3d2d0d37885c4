/* SPDX-License-Identifier: MIT */
/* prompt - see prompt.h. */
#include <string.h>

#include "tui/keys.h"
#include "tui/text.h"
#include "tui/ui.h"

void prompt_open(struct prompt *p, prompt_fn done, const char *text, const char *label)
{
	*p = (struct prompt){ .open = true, .done = done };
	text_copy(p->text, sizeof(p->text), text);
	text_copy(p->label, sizeof(p->label), label);
}

void prompt_key(struct ui *ui, uint32_t key)
{
	struct prompt *p = &ui->prompt;
	struct prompt was = *p;

	switch (key) {
	case KEYS_ENTER:
		p->open = false;
		was.done(ui, was.text);
		break;
	case KEYS_ESC:
		p->open = false;
		if (was.cancelled)
			was.cancelled(ui, was.text);
		break;
	case KEYS_BACKSPACE:
		text_chop(p->text);
		break;
	case 'U' - '@': /* ^U, as at a shell */
		p->text[0] = '\0';
		break;
	default:
		if (key < KEYS_UP && text_width_of(key) > 0)
			text_append(p->text, sizeof(p->text), key);
	}
}

void prompt_draw(const struct prompt *p, struct cells *c, int row, int col, int width)
{
	/* what is typed has the better right to a narrow line */
	int used = width < 12 ? 0 : cells_text(c, row, col, width - 10, STYLE_STRONG, p->label);
	const char *tail = p->text;
	int room = width - used - 2;

	used += cells_text(c, row, col + used, 1, STYLE_STRONG, " ");
	while (text_width(tail) > room && *tail) { /* the end is what is being typed */
		uint32_t ch;

		tail += text_decode(tail, &ch);
	}
	used += cells_text(c, row, col + used, width - used - 1, STYLE_INPUT, tail);
	cells_fill(c, row, col + used, 1, ' ', STYLE_INPUT);
	cells_cursor(c, row, col + used);
}
