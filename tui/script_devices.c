/* SPDX-License-Identifier: MIT */
/* script_devices - scan, pair, forget, admit. */
#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/cut.h"
#include "tui/json.h"
#include "tui/script.h"
#include "tui/yes.h"

#define SCAN_S	   20 /* of which an inquiry has half, where BlueZ looks for Low Energy too */
#define SCAN_MAX_S 300
#define ADMIT_S	   120
#define ADMIT_MIN  10
#define ADMIT_MAX  600

/* ---- scan ------------------------------------------------------------------------------- */

static bool script_scanning(const struct ff_snapshot *n)
{
	for (uint32_t i = 0; i < n->adapters_n; i++)
		if (n->adapters[i].scanning)
			return true;
	return false;
}

/* It begins, or says in the log why it cannot; then it takes its time. */
static int script_scan_through(struct script *s, int seconds)
{
	uint64_t end = clock_now() + (unsigned)(seconds + 5) * NS_PER_SEC;
	bool began = false;

	while (clock_now() < end) {
		const char *line;

		poll(NULL, 0, 200);
		ff_snapshot(s->ff, &s->now);
		if (s->now.lost)
			return script_fail("%s: Fanfare ended meanwhile", s->name);
		while ((line = script_logged(s, 4)))
			if (strncmp(line, "cannot search", 13) == 0)
				return script_fail("%s", line);
		if (script_scanning(&s->now))
			began = true;
		else if (began)
			return 0;
	}
	return began ? 0 : script_fail("scan: it did not begin");
}

static void script_list_devices(const struct script *s)
{
	for (uint32_t i = 0; i < s->now.devices_n; i++) {
		const struct ff_device *d = &s->now.devices[i];

		printf("%s\t%s\t%s%s%s", d->address, d->name[0] ? d->name : "(no name)",
		       d->connected ? "connected"
		       : d->paired  ? "paired"
				    : "new",
		       d->audio_sink	 ? " speaker"
		       : d->audio_source ? " player"
					 : "",
		       d->speaker ? " in-profile" : "");
		if (d->rssi)
			printf("\t%d dBm", d->rssi);
		putchar('\n');
	}
}

static void script_list_devices_json(const struct script *s)
{
	struct json j = { .to = stdout };

	json_open(&j, NULL, '[');
	for (uint32_t i = 0; i < s->now.devices_n; i++) {
		const struct ff_device *d = &s->now.devices[i];

		json_open(&j, NULL, '{');
		json_text(&j, "address", d->address);
		json_text(&j, "adapter", d->adapter);
		json_text(&j, "name", d->name);
		json_bool(&j, "paired", d->paired);
		json_bool(&j, "trusted", d->trusted);
		json_bool(&j, "connected", d->connected);
		json_bool(&j, "audio_sink", d->audio_sink);
		json_bool(&j, "audio_source", d->audio_source);
		json_bool(&j, "in_profile", d->speaker != 0);
		if (d->rssi)
			json_number(&j, "rssi_dbm", d->rssi);
		if (d->battery >= 0)
			json_number(&j, "battery_percent", d->battery);
		json_close(&j, '}');
	}
	json_close(&j, ']');
}

static int script_list(const struct script *s)
{
	if (s->json)
		script_list_devices_json(s);
	else
		script_list_devices(s);
	return 0;
}

/* Attach to one that reaches Bluetooth. */
static int script_attach_bluetooth(struct script *s)
{
	int r = script_attach(s);

	if (r || s->now.bluetoothd)
		return r;
	return script_fail("%s: %s", s->name,
			   *s->now.no_bluetooth
				   ? s->now.no_bluetooth
				   : "bluetoothd does not answer; \"fanfare doctor\" "
				     "looks why");
}

int script_devices(struct script *s)
{
	int r;

	if (s->argc > 0)
		return script_misuse("devices [--json]");
	r = script_attach_bluetooth(s);
	return r ? r : script_list(s);
}

/* The only word, where there is one. 0, or the exit status after saying that it is no time. */
static int script_seconds(const struct script *s, int least, int most, float *ret)
{
	char *end;
	float value;

	if (s->argc == 0)
		return 0;
	value = strtof(s->argv[0], &end);
	if (end == s->argv[0] || *end || !(value >= (float)least && value <= (float)most))
		return script_misuse("\"%s\" is no time: %d to %d seconds", s->argv[0], least,
				     most);
	*ret = value;
	return 0;
}

int script_scan(struct script *s)
{
	struct ff_command c = { .verb = FF_SCAN, .flag = true, .value = SCAN_S };
	int r;

	if (s->argc > 1)
		return script_misuse("scan [SECONDS] [--json]");
	r = script_seconds(s, 1, SCAN_MAX_S, &c.value);
	if (r == 0)
		r = script_attach_bluetooth(s);
	if (r == 0)
		r = script_submit(s, &c);
	if (r == 0)
		r = script_scan_through(s, (int)c.value);
	return r ? r : script_list(s);
}

/* ---- pair, forget ----------------------------------------------------------------------- */

static const struct ff_device *script_at(const struct script *s, const char *address)
{
	for (uint32_t i = 0; i < s->now.devices_n; i++)
		if (strcasecmp(s->now.devices[i].address, address) == 0)
			return &s->now.devices[i];
	return NULL;
}

/* In capitals, as the door wants it; false = it is none. */
static bool script_address(const char *word, char ret[FF_ADDR_MAX])
{
	if (strlen(word) != FF_ADDR_MAX - 1)
		return false;
	for (int i = 0; i < FF_ADDR_MAX; i++) {
		char ch = word[i];

		if (i == FF_ADDR_MAX - 1 ? ch
		    : i % 3 == 2	 ? ch != ':'
					 : !isxdigit((unsigned char)ch))
			return false;
		ret[i] = (char)toupper((unsigned char)ch);
	}
	return true;
}

const struct ff_device *script_known(const struct script *s, const char *word)
{
	for (uint32_t i = 0; i < s->now.devices_n; i++)
		if (*word && (strcasecmp(s->now.devices[i].name, word) == 0 ||
			      strcasecmp(s->now.devices[i].address, word) == 0))
			return &s->now.devices[i];
	return NULL;
}

int script_is_away(struct script *s, const void *address)
{
	const struct ff_device *d = script_at(s, address);

	return !d || !d->connected;
}

int script_device(const struct script *s, const char *word, char ret[FF_ADDR_MAX])
{
	if (script_address(word, ret))
		return 0;
	for (int how = 0; how < 3 && *word; how++) {
		const struct ff_device *found = NULL;

		for (uint32_t i = 0; i < s->now.devices_n; i++) {
			const struct ff_device *d = &s->now.devices[i];

			if (how == 0   ? strcmp(d->name, word) != 0
			    : how == 1 ? strcasecmp(d->name, word) != 0
				       : strncasecmp(d->name, word, strlen(word)) != 0)
				continue;
			if (found && strcmp(found->address, d->address) != 0)
				return script_fail("\"%s\" may be %s (%s) or %s (%s)", word,
						   found->name, found->address, d->name,
						   d->address);
			found = d;
		}
		if (found) {
			memcpy(ret, found->address, FF_ADDR_MAX);
			return 0;
		}
	}
	return script_fail(
		"no Bluetooth device \"%s\" is known: \"fanfare scan\" looks for them", word);
}

/* The words for what the other side shows or wants; whoever sits here answers. */
void script_answer(struct script *s)
{
	static uint32_t asked; /* the question that was put last */
	const struct ff_pairing *q = &s->now.pairing;
	struct ff_command c = { .verb = FF_PAIR_REPLY, .id = q->cookie };
	bool confirm = q->question == FF_ASK_CONFIRM;
	char line[sizeof(q->code)] = "";

	if (q->question != FF_ASK_NONE && q->cookie == asked)
		return;
	asked = q->cookie;
	switch (q->question) {
	case FF_ASK_NONE:
		return;
	case FF_SHOW_PASSKEY:
	case FF_SHOW_PIN:
		fprintf(stderr, "Type %s on %s.\n", q->code, q->name);
		return;
	case FF_ASK_CONFIRM:
		fprintf(stderr, "Does %s show %s? y/N ", q->name, q->code);
		break;
	case FF_ASK_PASSKEY:
	case FF_ASK_PIN:
		fprintf(stderr, "Code of %s: ", q->name);
		break;
	}
	if (isatty(STDIN_FILENO) && confirm) {
		c.flag = yes_key();
	} else if (isatty(STDIN_FILENO) && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		c.flag = *line != '\0';
	} else {
		fputs("\nfanfare: nobody is here to answer that: no\n", stderr);
	}
	CUT_COPY(c.text, line);
	ff_submit(s->ff, &c);
}

static int script_paired(struct script *s, const void *arg)
{
	const struct ff_device *d = script_at(s, arg);

	script_answer(s);
	if (!d)
		return 0;
	CUT_COPY(s->why, d->failed[0] ? d->failed : d->doing);
	if (d->failed[0] && !d->busy)
		return -1;
	return d->paired && d->trusted && d->connected;
}

static int script_forgotten(struct script *s, const void *arg)
{
	return !script_at(s, arg);
}

/* Whose it is; what is none, the door refuses. */
static int script_about(struct script *s, enum ff_verb verb, struct ff_command *ret)
{
	int r;

	*ret = (struct ff_command){ .verb = verb };
	if (s->argc != 1)
		return script_misuse("%s DEVICE: its name or address, as scan lists them",
				     s->name);
	r = script_attach_bluetooth(s);
	return r ? r : script_device(s, s->argv[0], ret->address);
}

int script_pair(struct script *s)
{
	struct ff_command c;
	int r = script_about(s, FF_PAIR, &c);

	if (r == 0)
		r = script_submit(s, &c);
	return r ? r : script_await(s, script_paired, c.address, SCRIPT_SPEAKER_MS);
}

int script_forget(struct script *s)
{
	struct ff_command c;
	int r = script_about(s, FF_FORGET, &c);

	if (r == 0 && !script_at(s, c.address))
		return script_fail("%s is not known", c.address);
	if (r == 0)
		r = script_submit(s, &c);
	return r ? r : script_await(s, script_forgotten, c.address, SCRIPT_SOON_MS);
}

/* ---- admit ------------------------------------------------------------------------------ */

/* The names under which the adapters are found that a phone may come in by. */
static void script_doors(const struct script *s)
{
	for (uint32_t i = 0; i < s->now.adapters_n; i++)
		if (s->now.adapters[i].hears && s->now.adapters[i].powered)
			fprintf(stderr, "Look for %s on the phone, and choose it.\n",
				s->now.adapters[i].alias);
}

static int script_came(struct script *s, const void *arg)
{
	uint32_t before = *(const uint32_t *)arg;
	static bool open; /* it was, since we asked */

	if (s->now.admit.came > before)
		return 1;
	script_answer(s);
	if (s->now.admit.open && !open)
		script_doors(s);
	open |= s->now.admit.open;
	for (const char *line; (line = script_logged(s, 4));)
		CUT_COPY(s->why, line);
	if (open && !s->now.admit.open && !s->why[0])
		CUT_COPY(s->why, "nobody came in");
	return (open && !s->now.admit.open) || (!open && s->why[0]) ? -1 : 0;
}

int script_admit(struct script *s)
{
	struct ff_command c = { .verb = FF_ADMIT, .flag = true, .value = ADMIT_S };
	uint32_t came;
	int r;

	if (s->argc > 1)
		return script_misuse("admit [SECONDS]");
	r = script_seconds(s, ADMIT_MIN, ADMIT_MAX, &c.value);
	if (r == 0)
		r = script_attach_bluetooth(s);
	came = s->now.admit.came;
	if (r == 0)
		r = script_submit(s, &c);
	/* a question that is being answered holds the door open */
	if (r == 0)
		r = script_await(s, script_came, &came, ((int)c.value + 30) * 1000);
	if (r == 0)
		printf("%s\n", s->now.admit.name);
	return r;
}
