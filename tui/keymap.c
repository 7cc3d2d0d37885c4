/* SPDX-License-Identifier: MIT */
/* keymap - see keymap.h. */
#include <stdio.h>
#include <string.h>

#include "core/base/scope.h"
#include "tui/action.h"
#include "tui/keymap.h"
#include "tui/keys.h"
#include "tui/pane.h"

/* clang-format off */
static const struct binding table[] = {
	/* the mixer */
	{ IN_MIXER, "Up k", "up", mixer_move, -1, "↑↓|jk|select", "select the row above" },
	{ IN_MIXER, "Down j", "down", mixer_move, 1, NULL, "select the row below" },
	{ IN_MIXER, "Home", "first", mixer_move, -MIXER_ROWS, NULL, "select the first row" },
	{ IN_MIXER, "End", "last", mixer_move, MIXER_ROWS, NULL, "select the last row" },
	{ IN_MIXER, "Right l", "volume-up", mixer_step, 1, "←→|hl|1%", "volume 1 % up" },
	{ IN_MIXER, "Left h", "volume-down", mixer_step, -1, NULL, "volume 1 % down" },
	{ IN_MIXER, "S-Right L PgUp", "volume-up-10", mixer_step, 10, "HL|HL|10%", "volume 10 % up" },
	{ IN_MIXER, "S-Left H PgDn", "volume-down-10", mixer_step, -10, NULL, "volume 10 % down" },
	{ IN_MIXER, "1", "volume-10", mixer_digit, 10, "0-9|0-9|set", "volume 10 %, 2 is 20 % … 9 is 90 %" },
	{ IN_MIXER, "2", "volume-20", mixer_digit, 20, NULL, NULL },
	{ IN_MIXER, "3", "volume-30", mixer_digit, 30, NULL, NULL },
	{ IN_MIXER, "4", "volume-40", mixer_digit, 40, NULL, NULL },
	{ IN_MIXER, "5", "volume-50", mixer_digit, 50, NULL, NULL },
	{ IN_MIXER, "6", "volume-60", mixer_digit, 60, NULL, NULL },
	{ IN_MIXER, "7", "volume-70", mixer_digit, 70, NULL, NULL },
	{ IN_MIXER, "8", "volume-80", mixer_digit, 80, NULL, NULL },
	{ IN_MIXER, "9", "volume-90", mixer_digit, 90, NULL, NULL },
	{ IN_MIXER, "0", "volume-0", mixer_digit, 0, NULL, "volume 0 %: silent" },
	{ IN_MIXER, "= Enter", "volume", mixer_type, 0, "=|=|type", "type a volume: 72 or -12dB, up to +12dB" },
	{ IN_MIXER, "m", "mute", mixer_mute, 0, "m|m|mute", "mute, or let sound again" },
	{ IN_MIXER, "s", "solo", mixer_solo, 0, "s|s|solo", "solo: only soloed speakers sound" },
	{ IN_MIXER, "+", "volume-up-db", mixer_step_db, 1, NULL, "volume 1 dB up (stops at 0 dB)" },
	{ IN_MIXER, "-", "volume-down-db", mixer_step_db, -1, NULL, "volume 1 dB down" },
	{ IN_MIXER, "o", "map", mixer_map, 0, "o|o|channels", "channels: stereo, mono, left, right, swapped" },
	{ IN_MIXER, ".", "trim-later", mixer_trim, 1, NULL, "trim: 0.1 ms later" },
	{ IN_MIXER, ",", "trim-earlier", mixer_trim, -1, NULL, "trim: 0.1 ms earlier" },
	{ IN_MIXER, ">", "trim-later-10", mixer_trim, 100, NULL, "trim: 10 ms later" },
	{ IN_MIXER, "<", "trim-earlier-10", mixer_trim, -100, NULL, "trim: 10 ms earlier" },
	{ IN_MIXER, "x", "connect", mixer_connect, 0, "x|x|on/off", "connect the speaker now, or switch it off here" },
	{ IN_MIXER, "^X", "cancel", mixer_cancel, 0, NULL, "stop connecting it" },
	{ IN_MIXER, "c", "clear", mixer_clear, 0, NULL, "clear CLIP and the held peaks" },

	/* the devices */
	{ IN_DEVICES, "Up k", "up", devices_move, -1, "↑↓|jk|select", "select the device above" },
	{ IN_DEVICES, "Down j", "down", devices_move, 1, NULL, "select the device below" },
	{ IN_DEVICES, "PgUp", "page-up", devices_move, -10, NULL, "ten up" },
	{ IN_DEVICES, "PgDn", "page-down", devices_move, 10, NULL, "ten down" },
	{ IN_DEVICES, "Home", "first", devices_move, -FF_DEVICES, NULL, "select the first device" },
	{ IN_DEVICES, "End", "last", devices_move, FF_DEVICES, NULL, "select the last device" },
	{ IN_DEVICES, "s", "scan", devices_scan, 0, "s|s|scan", "look for devices for 30 s, or stop looking" },
	{ IN_DEVICES, "Enter", "connect", devices_toggle, 0, "Enter|Enter|connect", "make it a speaker here: pair, trust, connect; or disconnect it" },
	{ IN_DEVICES, "p", "pair", devices_pair, 0, "p|p|pair only", "pair, trust and connect, the profile as it is" },
	{ IN_DEVICES, "+", "add", devices_add, 0, NULL, "put it into the profile" },
	{ IN_DEVICES, "t", "trust", devices_trust, 0, NULL, "trust it, or no longer: who is trusted may connect by itself" },
	{ IN_DEVICES, "e", "rename", devices_rename, 0, "e|e|rename", "give it another name; an empty one is its own again" },
	{ IN_DEVICES, "d Del", "forget", devices_forget, 0, "d|d|forget", "forget it, and its pairing" },
	{ IN_DEVICES, "v", "unnamed", devices_unnamed, 0, NULL, "show devices without a name too, or hide them" },
	{ IN_DEVICES, "^X", "cancel", devices_cancel, 0, NULL, "cancel what is under way for it" },

	/* the profiles */
	{ IN_PROFILES, "Up k", "up", profiles_move, -1, "↑↓|jk|select", "select the profile above" },
	{ IN_PROFILES, "Down j", "down", profiles_move, 1, NULL, "select the profile below" },
	{ IN_PROFILES, "PgUp", "page-up", profiles_move, -10, NULL, "ten up" },
	{ IN_PROFILES, "PgDn", "page-down", profiles_move, 10, NULL, "ten down" },
	{ IN_PROFILES, "Home", "first", profiles_move, -FF_PROFILES, NULL, "select the first profile" },
	{ IN_PROFILES, "End", "last", profiles_move, FF_PROFILES, NULL, "select the last profile" },
	{ IN_PROFILES, "Enter", "load", profiles_load, 0, "Enter|Enter|load", "play this profile" },
	{ IN_PROFILES, "w", "save", profiles_save, 0, "w|w|save", "save what plays now under its name" },
	{ IN_PROFILES, "n", "save-as", profiles_save_as, 0, "n|n|save as", "save what plays now under a new name" },
	{ IN_PROFILES, "d Del", "delete", profiles_delete, 0, "d|d|delete", "delete this profile's file" },

	/* everywhere */
	{ IN_ALL, "Tab ]", "next-pane", action_turn, 1, NULL, "next pane" },
	{ IN_ALL, "S-Tab [", "previous-pane", action_turn, -1, NULL, "previous pane" },
	{ IN_ALL, "F2", "mixer", action_pane, PANE_MIXER, NULL, "the mixer" },
	{ IN_ALL, "F3", "devices", action_pane, PANE_DEVICES, NULL, "the Bluetooth devices" },
	{ IN_ALL, "F5", "profiles", action_pane, PANE_PROFILES, NULL, "the profiles" },
	{ IN_ALL, "f", "full", action_full, 0, NULL, "this pane alone, or all where they fit" },
	{ IN_ALL, "z", "undo", action_undo, 0, NULL, "undo the last change of sound" },
	{ IN_ALL, "Z", "redo", action_redo, 0, NULL, "redo it" },
	{ IN_ALL, "M", "mute-all", action_mute_all, 0, NULL, "mute everything, or nothing" },
	{ IN_ALL, "T", "theme", action_want, UI_THEME, NULL, "next theme" },
	{ IN_ALL, "^L", "redraw", action_want, UI_REDRAW, NULL, "draw the screen anew" },
	{ IN_ALL, "^Z", "suspend", action_want, UI_SUSPEND, NULL, "back to the shell for a while; fg returns, the music goes on" },
	{ IN_ALL, "Esc", "back", action_back, 0, NULL, "back: close what is open" },
	{ IN_ALL, "? F1", "help", action_help, 0, NULL, "this help" },
	{ IN_ALL, "q ^C", "leave", action_want, UI_LEAVE, NULL, "leave; the music plays on" },
	{ IN_ALL, "Q F10", "stop", action_stop, 0, NULL, "stop the music and leave" },
};
/* clang-format on */

const struct binding *keymap_table(size_t *ret_n)
{
	*ret_n = ARRAY_SIZE(table);
	return table;
}

/* Whether the names in keys hold key. */
static bool keymap_has(const char *keys, uint32_t key)
{
	char name[16];

	while (*keys) {
		size_t n = strcspn(keys, " ");

		snprintf(name, sizeof(name), "%.*s", (int)(n < 15 ? n : 15), keys);
		if (keys_named(name) == key)
			return true;
		keys += n + (keys[n] == ' ');
	}
	return false;
}

const struct binding *keymap_find(enum pane pane, uint32_t key)
{
	const struct binding *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (!(table[i].where & 1u << pane) || !keymap_has(table[i].keys, key))
			continue;
		if (!found || table[i].where != IN_ALL)
			found = &table[i];
	}
	return found;
}

/* Each key of row a that row b has as well, in a pane they share. */
static bool keymap_clash(const struct binding *a, const struct binding *b, char *ret,
			 size_t size)
{
	const char *keys = a->keys;
	char name[16];

	while (*keys) {
		size_t n = strcspn(keys, " ");
		uint32_t key;

		snprintf(name, sizeof(name), "%.*s", (int)(n < 15 ? n : 15), keys);
		key = keys_named(name);
		if (key == 0) {
			snprintf(ret, size, "%s: no key is called \"%s\"", a->name, name);
			return true;
		}
		if (b && (a->where & b->where) &&
		    (a->where == IN_ALL) == (b->where == IN_ALL) && keymap_has(b->keys, key)) {
			snprintf(ret, size, "key \"%s\" is bound to both %s and %s", name,
				 a->name, b->name);
			return true;
		}
		keys += n + (keys[n] == ' ');
	}
	return false;
}

bool keymap_conflict(char *ret, size_t size)
{
	*ret = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (keymap_clash(&table[i], NULL, ret, size))
			return true;
		for (size_t j = i + 1; j < ARRAY_SIZE(table); j++)
			if (keymap_clash(&table[i], &table[j], ret, size))
				return true;
	}
	return false;
}
