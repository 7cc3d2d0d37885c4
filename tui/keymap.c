/* SPDX-License-Identifier: MIT */
/* keymap - see keymap.h. */
#include <stdio.h>
#include <string.h>

#include "core/base/scope.h"
#include "tui/action.h"
#include "tui/keymap.h"
#include "tui/keys.h"
#include "tui/pane.h"

#define KEYMAP_KEYS 48 /* bytes of the names in one row */

/* What a key file says, by row; the process has one keyboard. */
static struct {
	bool set;
	char keys[KEYMAP_KEYS];
} keymap_own[KEYMAP_ROWS];

/* The rows of pane, those of everywhere come last. */
static const struct binding *keymap_rows(int pane, size_t *ret_n)
{
	const struct pane_kind *k;

	if (pane == KEYMAP_ALL || pane == PANE_COUNT) {
		*ret_n = action_keys_n;
		return action_keys;
	}
	k = pane_kind((enum pane)pane);
	*ret_n = k->keys_n;
	return k->keys;
}

bool keymap_row(size_t i, struct keymap_row *ret)
{
	const char *own = i < KEYMAP_ROWS && keymap_own[i].set ? keymap_own[i].keys : NULL;

	for (int p = 0; p <= PANE_COUNT; p++) {
		size_t n;
		const struct binding *rows = keymap_rows(p, &n);

		if (i < n) {
			*ret = (struct keymap_row){ &rows[i], p == PANE_COUNT ? KEYMAP_ALL : p,
						    own ? own : rows[i].keys };
			return true;
		}
		i -= n;
	}
	return false;
}

/* Take the first name out of *keys; false = there is none any more. */
static bool keymap_next(const char **keys, char name[16])
{
	size_t n;

	*keys += strspn(*keys, " ");
	n = strcspn(*keys, " ");
	snprintf(name, 16, "%.*s", (int)(n < 15 ? n : 15), *keys);
	*keys += n;
	return n > 0;
}

/* Whether the names in keys hold key. */
static bool keymap_has(const char *keys, uint32_t key)
{
	char name[16];

	while (keymap_next(&keys, name))
		if (keys_named(name) == key)
			return true;
	return false;
}

const struct binding *keymap_find(int pane, uint32_t key)
{
	struct keymap_row row;

	/* panes come first, so a pane's own row is found before one of all */
	for (size_t i = 0; keymap_row(i, &row); i++)
		if ((row.pane == pane || row.pane == KEYMAP_ALL) && keymap_has(row.keys, key))
			return row.binding;
	return NULL;
}

const struct binding *keymap_action(int pane, const char *name)
{
	size_t n;
	const struct binding *rows = keymap_rows(pane, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

const struct typed *keymap_typed(int pane, const char *name)
{
	const struct pane_kind *k = pane == KEYMAP_ALL ? NULL : pane_kind((enum pane)pane);
	const struct typed *typed = k ? k->typed : action_typed;
	size_t n = k ? k->typed_n : action_typed_n;

	for (size_t i = 0; i < n; i++)
		if (strcmp(typed[i].name, name) == 0)
			return &typed[i];
	return NULL;
}

/* Each key of row a that row b (NULL = none) has as well, in the same pane. */
static bool keymap_clash(const struct keymap_row *a, const struct keymap_row *b, char *why,
			 size_t size)
{
	const char *keys = a->keys;
	char name[16];

	while (keymap_next(&keys, name)) {
		uint32_t key = keys_named(name);

		if (key == 0) {
			snprintf(why, size, "no key is called \"%s\"", name);
			return true;
		}
		if (b && a->pane == b->pane && keymap_has(b->keys, key)) {
			snprintf(why, size, "key \"%s\" is bound twice %s%s: %s and %s", name,
				 a->pane == KEYMAP_ALL ? "everywhere" : "in ",
				 a->pane == KEYMAP_ALL ? ""
						       : pane_kind((enum pane)a->pane)->name,
				 a->binding->name, b->binding->name);
			return true;
		}
	}
	return false;
}

bool keymap_conflict(char *why, size_t size, size_t ret_row[2])
{
	struct keymap_row a, b;

	*why = '\0';
	for (size_t i = 0; keymap_row(i, &a); i++) {
		ret_row[0] = ret_row[1] = i;
		if (keymap_clash(&a, NULL, why, size))
			return true;
		for (size_t j = i + 1; keymap_row(j, &b); j++) {
			ret_row[1] = j;
			if (keymap_clash(&a, &b, why, size))
				return true;
		}
	}
	return false;
}

void keymap_set(size_t i, const char *keys)
{
	if (i >= KEYMAP_ROWS)
		return;
	keymap_own[i].set = true;
	snprintf(keymap_own[i].keys, sizeof(keymap_own[i].keys), "%s", keys);
}

void keymap_reset(void)
{
	memset(keymap_own, 0, sizeof(keymap_own));
}
