/* SPDX-License-Identifier: MIT */
/*
 * profiles_add - see profiles.h: sources, speakers and zones, chosen from what
 * this computer has.
 *
 * What can be chosen is one word, as it may be typed too: "alsa:hw:CARD=Device",
 * "tone:pink", "file:/tmp/party.wav". A kind with a blank value, "command:",
 * has it typed.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/scope.h"
#include "tui/pane.h"
#include "tui/text.h"

#define ADD_WORD (FF_PATH_MAX + 16)

/* What there is beside the sound devices. */
struct add_kind {
	const char *word, *text, *note;
	const char *label; /* of the line in which the rest is typed; NULL = it is whole */
};

static const struct add_kind add_inputs[] = {
	{ "pulse:", "the desktop's input", "PulseAudio, PipeWire: the default", NULL },
	{ "tone:tune", "test sound: a tune", "made by Fanfare itself", NULL },
	{ "tone:clicks", "test sound: clicks", "to hear who is late", NULL },
	{ "tone:pink", "test sound: pink noise", "to compare loudness and colour", NULL },
	{ "tone:sweep", "test sound: sweep", "20 Hz to 20 kHz", NULL },
	{ "command:", "a command", "what it writes: AirPlay, Spotify …",
	  "Command that writes S16 stereo:" },
	{ "fifo:", "a FIFO", "what others write to it is heard", "Path of the FIFO:" },
	{ "bluetooth:", "a phone or an Echo", "plays to this computer over Bluetooth", NULL },
	{ "stdin:", "standard input", "what is piped into fanfare", NULL },
	{ "alsa:", "another ALSA input", "typed: \"default\", \"plughw:1\" …",
	  "ALSA device to hear:" },
};

static const struct add_kind add_outputs[] = {
	{ "pulse:", "the desktop's output", "PulseAudio, PipeWire: the default", NULL },
	{ "file:", "a file", "records, .wav or .flac", "File to write, .wav or .flac:" },
	{ "simulated:", "a simulated speaker", "no sound leaves this machine", NULL },
	{ "alsa:", "another ALSA output", "typed: \"default\", \"plughw:1\" …",
	  "ALSA device to play on:" },
};

/* ---- what there is
 * ---------------------------------------------------------------------------
 */

static void add_word(char word[ADD_WORD], const char *type, const char *device)
{
	snprintf(word, ADD_WORD, "%s:%s", type, device);
}

/* "alsa:hw:0" into both its parts; false = no colon, or no such type fits. */
static bool add_split(const char *word, char type[16], char device[FF_PATH_MAX])
{
	size_t n = strcspn(word, ":");

	if (word[n] != ':' || n == 0 || n >= 16)
		return false;
	snprintf(type, 16, "%.*s", (int)n, word);
	text_copy(device, FF_PATH_MAX, word + n + 1);
	return true;
}

static const struct add_kind *add_kinds(bool capture, size_t *ret_n)
{
	*ret_n = capture ? ARRAY_SIZE(add_inputs) : ARRAY_SIZE(add_outputs);
	return capture ? add_inputs : add_outputs;
}

/* The kind whose word that is, exactly; NULL = a device. */
static const struct add_kind *add_kind(bool capture, const char *word)
{
	size_t n;
	const struct add_kind *kinds = add_kinds(capture, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(kinds[i].word, word) == 0)
			return &kinds[i];
	return NULL;
}

/* What people call it; "" = it has no name but its device. */
static const char *add_name(const struct ui *ui, bool capture, const char *word)
{
	const struct add_kind *kind = add_kind(capture, word);
	char is[ADD_WORD];

	for (uint32_t i = 0; i < ui->snap.sounds_n; i++) {
		const struct ff_sound *s = &ui->snap.sounds[i];

		add_word(is, s->type, s->device);
		if (s->capture == capture && strcmp(is, word) == 0)
			return s->name;
	}
	return kind ? kind->text : "";
}

static void add_fill(struct ui *ui, bool capture)
{
	char word[ADD_WORD], note[FF_TEXT_MAX];
	size_t n;
	const struct add_kind *kinds = add_kinds(capture, &n);

	for (uint32_t i = 0; i < ui->snap.sounds_n; i++) {
		const struct ff_sound *s = &ui->snap.sounds[i];

		if (s->capture != capture)
			continue;
		add_word(word, s->type, s->device);
		snprintf(note, sizeof(note), "%s %.140s",
			 strcmp(s->type, "alsa") == 0 ? "ALSA" : "PulseAudio", s->device);
		picker_add(ui, s->name[0] ? s->name : s->device, note, word);
	}
	for (size_t i = 0; i < n; i++)
		picker_add(ui, kinds[i].text, kinds[i].note, kinds[i].word);
	if (!capture)
		picker_add(ui, "a Bluetooth speaker", "F3 finds, pairs and adds it",
			   "bluetooth:");
}

static void add_fill_inputs(struct ui *ui)
{
	add_fill(ui, true);
}

static void add_fill_outputs(struct ui *ui)
{
	add_fill(ui, false);
}

static void add_choices(const struct ui *ui, bool capture, struct choices *ret)
{
	char word[ADD_WORD];
	size_t n;
	const struct add_kind *kinds = add_kinds(capture, &n);

	for (uint32_t i = 0; i < ui->snap.sounds_n; i++) {
		add_word(word, ui->snap.sounds[i].type, ui->snap.sounds[i].device);
		if (ui->snap.sounds[i].capture == capture && strlen(word) < FF_NAME_MAX)
			choices_add(ret, word);
	}
	for (size_t i = 0; i < n; i++)
		choices_add(ret, kinds[i].word);
}

void profiles_inputs(const struct ui *ui, struct choices *ret)
{
	add_choices(ui, true, ret);
}

void profiles_outputs(const struct ui *ui, struct choices *ret)
{
	add_choices(ui, false, ret);
}

/* Open the list, and have it looked again what there is now. */
static void add_open(struct ui *ui, picker_fill_fn fill, picker_fn done, const char *title)
{
	const struct ff_command look = { .verb = FF_LIST_SOUNDS };

	ui_submit(ui, &look);
	picker_open(ui, fill, done, title, "");
}

/* What was typed after the kind that was chosen. */
static void add_rest(struct ui *ui, const char *rest, void (*typed)(struct ui *, const char *))
{
	char word[ADD_WORD];

	if (!*rest)
		return; /* nothing typed is a way back */
	snprintf(word, sizeof(word), "%s%s", ui->profiles.target_name, rest);
	typed(ui, word);
}

/* Ask for the rest of a kind that is no whole word yet; false = it is one. */
static bool add_asks(struct ui *ui, bool capture, const char *word, prompt_fn rest)
{
	const struct add_kind *kind = add_kind(capture, word);

	if (!kind || !kind->label)
		return false;
	text_copy(ui->profiles.target_name, sizeof(ui->profiles.target_name), word);
	prompt_open(&ui->prompt, rest, "", kind->label);
	return true;
}

/* ---- sources --------------------------------------------------------------------------------
 */

/* Of a phone an address is given, or none: whoever is paired. */
static bool add_may_be(const struct ff_command *c)
{
	return strcmp(c->type, "bluetooth") != 0 || !*c->device ||
	       strlen(c->device) == FF_ADDR_MAX - 1;
}

static bool add_is_input(struct ui *ui, const char *word, struct ff_command *ret)
{
	static const char *const types[] = { "alsa",  "pulse", "command",  "fifo",
					     "stdin", "tone",  "bluetooth" };

	if (add_split(word, ret->type, ret->device))
		for (size_t i = 0; i < ARRAY_SIZE(types); i++)
			if (strcmp(ret->type, types[i]) == 0 && add_may_be(ret))
				return true;
	ui_say(ui, SAY_ERROR, "\"%s\" is no source: alsa:hw:CARD=Device, command:…, tone:pink",
	       word);
	return false;
}

void profiles_add_source_typed(struct ui *ui, const char *word)
{
	struct ff_command add = { .verb = FF_ADD_SOURCE };
	const char *name = add_name(ui, true, word);
	char what[FF_TEXT_MAX];

	if (!add_is_input(ui, word, &add))
		return;
	add.id = profiles_zone(ui, profiles_selected(ui));
	if (!add_kind(true, word)) /* a device has a name for people, a kind has none */
		text_copy(add.text, sizeof(add.text), name);
	snprintf(what, sizeof(what), "source added: %.120s", *name ? name : add.device);
	history_add(ui, &add, what);
}

static void add_source_rest(struct ui *ui, const char *rest)
{
	add_rest(ui, rest, profiles_add_source_typed);
}

static void add_source_done(struct ui *ui, const struct picker_item *item)
{
	if (!add_asks(ui, true, item->value, add_source_rest))
		profiles_add_source_typed(ui, item->value);
}

void profiles_add_source(struct ui *ui, int unused)
{
	(void)unused;
	add_open(ui, add_fill_inputs, add_source_done, "Add a source: what is heard");
}

/* The source that s is about: the selected one, else a test sound that is alone in its zone. */
static const struct ff_source *add_target(const struct ui *ui)
{
	const struct profiles_row *row = profiles_selected(ui);
	const struct ff_source *only = NULL;
	uint32_t zone = profiles_zone(ui, row);

	if (row && row->kind == PROFILES_SOURCE)
		return &ui->snap.sources[row->index];
	for (uint32_t i = 0; i < ui->snap.sources_n; i++) {
		if (ui->snap.sources[i].zone != zone)
			continue;
		if (only || strcmp(ui->snap.sources[i].type, "tone") != 0)
			return NULL;
		only = &ui->snap.sources[i];
	}
	return only;
}

void profiles_source_typed(struct ui *ui, const char *word)
{
	const struct ff_source *s = add_target(ui);
	const char *name = add_name(ui, true, word);
	struct ff_command before = { .verb = FF_SET_SOURCE_DEVICE };
	struct ff_command after = before;
	char what[FF_TEXT_MAX];

	if (!s) {
		profiles_add_source_typed(ui, word);
		return;
	}
	if (!add_is_input(ui, word, &after))
		return;
	before.id = after.id = s->id;
	text_copy(before.type, sizeof(before.type), s->type);
	text_copy(before.device, sizeof(before.device), s->device);
	snprintf(what, sizeof(what), "%s is now %.80s", s->name[0] ? s->name : s->type,
		 *name ? name : after.device);
	history_tell_do(ui, &before, &after, what);
}

static void source_rest(struct ui *ui, const char *rest)
{
	add_rest(ui, rest, profiles_source_typed);
}

static void source_done(struct ui *ui, const struct picker_item *item)
{
	if (!add_asks(ui, true, item->value, source_rest))
		profiles_source_typed(ui, item->value);
}

void profiles_source(struct ui *ui, int unused)
{
	const struct ff_source *s = add_target(ui);
	char title[FF_NAME_MAX + 32] = "What is heard";

	(void)unused;
	if (s)
		snprintf(title, sizeof(title), "What is heard instead of %.60s",
			 s->name[0] ? s->name : s->type);
	add_open(ui, add_fill_inputs, source_done, title);
}

/* ---- speakers that are no Bluetooth devices
 * --------------------------------------------------
 */

void profiles_add_speaker_typed(struct ui *ui, const char *word)
{
	static const struct {
		const char *type;
		enum ff_output output;
	} types[] = {
		{ "alsa", FF_OUT_ALSA },
		{ "pulse", FF_OUT_PULSE },
		{ "file", FF_OUT_FILE },
		{ "simulated", FF_OUT_SIMULATED },
	};
	struct ff_command add = { .verb = FF_ADD_SPEAKER };
	const char *name = add_name(ui, false, word);
	char type[16], what[FF_TEXT_MAX];
	size_t i = 0;

	if (!add_split(word, type, add.device))
		i = ARRAY_SIZE(types);
	while (i < ARRAY_SIZE(types) && strcmp(types[i].type, type) != 0)
		i++;
	if (i == ARRAY_SIZE(types)) {
		ui_say(ui, SAY_ERROR, "\"%s\" is no speaker: alsa:hw:CARD=Device, file:/a.wav",
		       word);
		return;
	}
	add.output = types[i].output;
	add.id = profiles_zone(ui, profiles_selected(ui));
	if (!add_kind(false, word))
		text_copy(add.text, sizeof(add.text), name);
	snprintf(what, sizeof(what), "speaker added: %.120s", *name ? name : add.device);
	history_add(ui, &add, what);
}

static void add_speaker_rest(struct ui *ui, const char *rest)
{
	add_rest(ui, rest, profiles_add_speaker_typed);
}

static void add_speaker_done(struct ui *ui, const struct picker_item *item)
{
	if (strcmp(item->value, "bluetooth:") == 0)
		ui_show(ui, PANE_DEVICES);
	else if (!add_asks(ui, false, item->value, add_speaker_rest))
		profiles_add_speaker_typed(ui, item->value);
}

void profiles_add_speaker(struct ui *ui, int unused)
{
	(void)unused;
	add_open(ui, add_fill_outputs, add_speaker_done, "Add a speaker");
}

/* ---- zones ----------------------------------------------------------------------------------
 */

void profiles_add_zone_typed(struct ui *ui, const char *name)
{
	struct ff_command add = { .verb = FF_ADD_ZONE };
	char what[FF_TEXT_MAX];

	if (!*name || strlen(name) >= FF_NAME_MAX) {
		ui_say(ui, SAY_ERROR, "a name has 1 to %d bytes", FF_NAME_MAX - 1);
		return;
	}
	if (ui->snap.zones_n == FF_ZONES) {
		ui_say(ui, SAY_ERROR, "there are %d zones, and no more can be", FF_ZONES);
		return;
	}
	text_copy(add.text, sizeof(add.text), name);
	snprintf(what, sizeof(what), "zone %s added", name);
	history_add(ui, &add, what);
}

void profiles_add_zone(struct ui *ui, int unused)
{
	(void)unused;
	prompt_open(&ui->prompt, profiles_add_zone_typed, "", "Name of the new zone:");
}

/* ---- whatever it is
 * --------------------------------------------------------------------------
 */

static void add_what_fill(struct ui *ui)
{
	static const struct profiles_offer offers[] = {
		{ "add-speaker", "a speaker: sound card, file, simulated, Bluetooth" },
		{ "add-source", "a source: one more to be heard" },
		{ "add-zone", "a zone: other speakers, other music" },
		{ NULL, NULL },
	};

	profiles_offer(ui, offers);
}

void profiles_add(struct ui *ui, int unused)
{
	char title[FF_NAME_MAX + 32];
	uint32_t zone = profiles_zone(ui, profiles_selected(ui));

	(void)unused;
	snprintf(title, sizeof(title), "Add to %s",
		 zone < ui->snap.zones_n ? ui->snap.zones[zone].name : "it");
	picker_open(ui, add_what_fill, profiles_offered, title, "");
}
