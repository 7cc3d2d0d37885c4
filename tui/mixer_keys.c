/* SPDX-License-Identifier: MIT */
/*
 * mixer_keys - the mixer as a pane: its keys, its names, what is typed.
 */
#include "core/base/scope.h"
#include "tui/pane.h"
#include "tui/text.h"

static void mixer_names(const struct ui *ui, struct choices *ret)
{
	for (uint32_t i = 0; i < ui->snap.speakers_n; i++)
		choices_add(ret, ui->snap.speakers[i].name);
	for (uint32_t i = 0; i < ui->snap.sources_n; i++)
		choices_add(ret, *ui->snap.sources[i].name ? ui->snap.sources[i].name
							   : ui->snap.sources[i].type);
	for (uint32_t i = 0; i < ui->snap.zones_n; i++)
		choices_add(ret, ui->snap.zones[i].name);
}

static void mixer_volumes(const struct ui *ui, struct choices *ret)
{
	static const char *const values[] = { "100%", "75%",  "50%",   "25%",
					      "0%",   "-6dB", "-12dB", "+3dB" };

	(void)ui;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		choices_add(ret, values[i]);
}

static void mixer_maps(const struct ui *ui, struct choices *ret)
{
	(void)ui;
	for (int m = FF_MAP_STEREO; m <= FF_MAP_SWAPPED; m++)
		choices_add(ret, mixer_map_name((enum ff_map)m));
}

static void mixer_check(struct ui *ui, int unused)
{
	(void)unused;
	align_check(ui, mixer_speaker(ui));
}

static void mixer_dismiss(struct ui *ui, int unused)
{
	(void)unused;
	align_dismiss(ui, mixer_speaker(ui));
}

/* clang-format off */
static const struct binding keys[] = {
	{ "Up k", "up", mixer_move, -1, "↑↓|jk|select", "select the row above" },
	{ "Down j", "down", mixer_move, 1, NULL, "select the row below" },
	{ "Home", "first", mixer_move, -MIXER_ROWS, NULL, "select the first row" },
	{ "End", "last", mixer_move, MIXER_ROWS, NULL, "select the last row" },
	{ "Right l", "volume-up", mixer_step, 1, "←→|hl|1%", "volume 1 % up" },
	{ "Left h", "volume-down", mixer_step, -1, NULL, "volume 1 % down" },
	{ "S-Right L PgUp", "volume-up-10", mixer_step, 10, "HL|HL|10%", "volume 10 % up" },
	{ "S-Left H PgDn", "volume-down-10", mixer_step, -10, NULL, "volume 10 % down" },
	{ "1", "volume-10", mixer_digit, 10, "0-9|0-9|set", "volume 10 %, 2 is 20 % … 9 is 90 %" },
	{ "2", "volume-20", mixer_digit, 20, NULL, NULL },
	{ "3", "volume-30", mixer_digit, 30, NULL, NULL },
	{ "4", "volume-40", mixer_digit, 40, NULL, NULL },
	{ "5", "volume-50", mixer_digit, 50, NULL, NULL },
	{ "6", "volume-60", mixer_digit, 60, NULL, NULL },
	{ "7", "volume-70", mixer_digit, 70, NULL, NULL },
	{ "8", "volume-80", mixer_digit, 80, NULL, NULL },
	{ "9", "volume-90", mixer_digit, 90, NULL, NULL },
	{ "0", "volume-0", mixer_digit, 0, NULL, "volume 0 %: silent" },
	{ "= Enter", "volume", mixer_type, 0, "=|=|type", "type a volume: 72 or -12dB, up to +12dB" },
	{ "m", "mute", mixer_mute, 0, "m|m|mute", "mute, or let sound again" },
	{ "s", "solo", mixer_solo, 0, "s|s|solo", "solo: only soloed speakers sound" },
	{ "+", "volume-up-db", mixer_step_db, 1, NULL, "volume 1 dB up (stops at 0 dB)" },
	{ "-", "volume-down-db", mixer_step_db, -1, NULL, "volume 1 dB down" },
	{ "o", "map", mixer_map, 0, "o|o|channels", "channels: stereo, mono, left, right, swapped" },
	{ ".", "trim-later", mixer_trim, 1, NULL, "trim: 0.1 ms later" },
	{ ",", "trim-earlier", mixer_trim, -1, NULL, "trim: 0.1 ms earlier" },
	{ ">", "trim-later-10", mixer_trim, 100, NULL, "trim: 10 ms later" },
	{ "<", "trim-earlier-10", mixer_trim, -100, NULL, "trim: 10 ms earlier" },
	{ "x", "connect", mixer_connect, 0, "x|x|on/off", "connect the speaker now, or switch it off here" },
	{ "^X", "cancel", mixer_cancel, 0, NULL, "stop connecting it" },
	{ "a", "own-volume", mixer_own, 0, NULL, "type the speaker's own volume, where it offers one" },
	{ "v", "check", mixer_check, 0, NULL, "check its time with a microphone, in 4 s" },
	{ "i", "in-time", mixer_dismiss, 0, NULL, "it is in time: put the doubt about it away" },
	{ "c", "clear", mixer_clear, 0, NULL, "clear CLIP and the held peaks" },
};
/* clang-format on */

static const struct typed typed[] = {
	{ "volume", mixer_typed, mixer_volumes },
	{ "map", mixer_map_typed, mixer_maps },
	{ "own-volume", mixer_own_typed, NULL },
};

const struct pane_kind pane_mixer = {
	.name = "mixer",
	.tab = "F2 Mixer",
	.draw = pane_mixer_draw,
	.update = mixer_update,
	.move = mixer_move,
	.pick = mixer_pick,
	.names = mixer_names,
	.select = mixer_select,
	.keys = keys,
	.keys_n = ARRAY_SIZE(keys),
	.typed = typed,
	.typed_n = ARRAY_SIZE(typed),
};
