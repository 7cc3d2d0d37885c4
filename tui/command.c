/* SPDX-License-Identifier: MIT */
/* command - see command.h. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/command.h"
#include "tui/keymap.h"
#include "tui/pane.h"
#include "tui/text.h"

/* A command line taken apart, as far as it goes. */
struct command {
	int pane;		      /* enum pane; KEYMAP_ALL = of everywhere, or not said */
	bool said;		      /* the pane was named */
	const struct binding *action; /* NULL = none yet */
	const char *rest;	      /* what is not understood yet */
};

/* Take word off *text, where it stands whole, letters in either case. */
static bool command_take(const char **text, const char *word)
{
	size_t n = strlen(word);

	if (n == 0 || strncasecmp(*text, word, n) != 0 || ((*text)[n] && (*text)[n] != ' '))
		return false;
	*text += n;
	*text += strspn(*text, " ");
	return true;
}

static const struct binding *command_action(const char *text, int pane, const char **ret_rest)
{
	struct keymap_row row;

	for (size_t i = 0; keymap_row(i, &row); i++) {
		const char *rest = text;

		if (row.pane == pane && command_take(&rest, row.binding->name)) {
			*ret_rest = rest;
			return row.binding;
		}
	}
	return NULL;
}

static struct command command_parse(const struct ui *ui, const char *text)
{
	int order[PANE_COUNT + 2] = { (int)ui->pane, KEYMAP_ALL }, panes = 2;
	struct command c = { .pane = KEYMAP_ALL, .rest = text + strspn(text, " ") };

	for (int p = 0; p < PANE_COUNT; p++) {
		const char *rest = c.rest;

		order[panes++] = p;
		/* "mixer mute"; "mixer" alone is an action that shows it */
		if (command_take(&rest, pane_kind((enum pane)p)->name) && rest[-1] == ' ') {
			c.said = true;
			c.rest = rest;
			order[0] = p;
			panes = 1;
			break;
		}
	}
	for (int i = 0; i < panes && !c.action; i++) {
		c.action = command_action(c.rest, order[i], &c.rest);
		if (c.action || c.said)
			c.pane = order[i];
	}
	return c;
}

/* Take the longest of the pane's names off *text; false = it begins with none. */
static bool command_name(const struct ui *ui, int pane, const char **text,
			 char ret[FF_NAME_MAX])
{
	const struct pane_kind *k = pane == KEYMAP_ALL ? NULL : pane_kind((enum pane)pane);
	const char *best = NULL;
	struct choices names = { .n = 0 };

	if (!k || !k->names || !k->select)
		return false;
	k->names(ui, &names);
	for (int i = 0; i < names.n; i++) {
		const char *rest = *text;

		if (command_take(&rest, names.text[i]) && (!best || rest > best)) {
			best = rest;
			text_copy(ret, FF_NAME_MAX, names.text[i]);
		}
	}
	if (best)
		*text = best;
	return best != NULL;
}

/*
 * The same where only the beginning of one name was typed. What takes a value
 * has the name as one word before it, and only of a speaker: in other texts
 * such a word may be meant as it stands.
 */
static bool command_beginning(const struct ui *ui, int pane, const struct typed *typed,
			      const char **text, char ret[FF_NAME_MAX])
{
	size_t n = typed ? strcspn(*text, " ") : strlen(*text);
	const char *rest = *text + n + strspn(*text + n, " ");
	struct choices names = { .n = 0 };
	int found = -1;

	while (n > 0 && (*text)[n - 1] == ' ')
		n--;
	if (n == 0 || pane == KEYMAP_ALL || !pane_kind((enum pane)pane)->names ||
	    (typed && (pane != PANE_MIXER || !*rest)))
		return false;
	pane_kind((enum pane)pane)->names(ui, &names);
	for (int i = 0; i < names.n; i++) {
		if (strncasecmp(names.text[i], *text, n) != 0)
			continue;
		if (found >= 0)
			return false; /* whose? */
		found = i;
	}
	if (found < 0)
		return false;
	text_copy(ret, FF_NAME_MAX, names.text[found]);
	*text = rest;
	return true;
}

void command_run(struct ui *ui, const char *text)
{
	struct command c = command_parse(ui, text);
	const struct typed *typed;
	char name[FF_NAME_MAX], value[FF_PATH_MAX];
	size_t n;

	if (!*c.rest && !c.action) {
		if (c.said) /* "mixer " is the pane itself */
			ui_show(ui, (enum pane)c.pane);
		return;
	}
	if (!c.action) {
		ui_say(ui, SAY_ERROR, "no command is called \"%s\": Tab lists them", c.rest);
		return;
	}
	typed = keymap_typed(c.pane, c.action->name);
	if (c.pane != KEYMAP_ALL && c.pane != (int)ui->pane)
		ui_show(ui, (enum pane)c.pane);
	if ((command_name(ui, c.pane, &c.rest, name) ||
	     command_beginning(ui, c.pane, typed, &c.rest, name)) &&
	    !pane_kind((enum pane)c.pane)->select(ui, name)) {
		ui_say(ui, SAY_ERROR, "%s is not in the list now", name);
		return;
	}
	text_copy(value, sizeof(value), c.rest);
	for (n = strlen(value); n > 0 && value[n - 1] == ' '; n--)
		value[n - 1] = '\0';
	if (!*value)
		c.action->run(ui, c.action->arg);
	else if (typed)
		typed->take(ui, value);
	else
		ui_say(ui, SAY_ERROR, "%s: nothing here is called \"%s\"", c.action->name,
		       value);
}

/* The actions of a pane that help speaks of. */
static void command_offer(int pane, struct choices *ret)
{
	struct keymap_row row;

	for (size_t i = 0; keymap_row(i, &row); i++)
		if (row.pane == pane && row.binding->help)
			choices_add(ret, row.binding->name);
}

void command_complete(const struct ui *ui, const char *text, struct choices *ret,
		      size_t *ret_from)
{
	struct command c = command_parse(ui, text);
	const struct typed *typed;
	char name[FF_NAME_MAX];

	/* an action is only whole with a blank after it: "volume" may become "volume-up" */
	if (!c.action || (!*c.rest && text[strlen(text) - 1] != ' ')) {
		*ret_from = c.said ? (size_t)(strchr(text, ' ') + 1 - text) : 0;
		*ret_from += strspn(text + *ret_from, " ");
		command_offer(c.said ? c.pane : (int)ui->pane, ret);
		if (c.said)
			return;
		command_offer(KEYMAP_ALL, ret);
		for (int p = 0; p < PANE_COUNT; p++) {
			choices_add(ret, pane_kind((enum pane)p)->name);
			command_offer(p, ret);
		}
		return;
	}
	typed = keymap_typed(c.pane, c.action->name);
	*ret_from = (size_t)(c.rest - text);
	if (command_name(ui, c.pane, &c.rest, name) && c.rest[-1] == ' ')
		*ret_from = (size_t)(c.rest - text);
	else if (c.pane != KEYMAP_ALL && pane_kind((enum pane)c.pane)->names &&
		 pane_kind((enum pane)c.pane)->select)
		pane_kind((enum pane)c.pane)->names(ui, ret);
	if (typed && typed->values)
		typed->values(ui, ret);
}

void command_open(struct ui *ui)
{
	prompt_open(&ui->prompt, command_run, "", ":");
	ui->prompt.complete = command_complete;
	ui->prompt.past = &ui->past;
	ui->prompt.past_at = ui->past.n;
}
