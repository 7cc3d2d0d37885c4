/* SPDX-License-Identifier: MIT */
/* script - see script.h. */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/clock.h"
#include "tui/script.h"
#include "tui/sole.h"

/* A command is taken up, and its effect seen, within this. */
#define SCRIPT_STALE_NS (300 * NS_PER_MS)

static const struct {
	const char *name;
	int (*run)(struct script *s);
	bool lists; /* for programs, too: --json */
} commands[] = {
	{ "status", script_status, true },    { "profile", script_profile, true },
	{ "volume", script_volume, false },   { "mute", script_mute, false },
	{ "trim", script_trim, false },	      { "connect", script_connect, false },
	{ "scan", script_scan, true },	      { "disconnect", script_disconnect, false },
	{ "pair", script_pair, false },	      { "forget", script_forget, false },
	{ "measure", script_measure, false }, { "doctor", script_doctor, true },
	{ "add", script_add, false },	      { "remove", script_remove, false },
	{ "source", script_source, true },    { "devices", script_devices, true },
	{ "admit", script_admit, false },
};

const char script_help[] =
	"For scripts, to the Fanfare that plays; with --json where something is listed:\n"
	"  fanfare status                   everything that the console shows\n"
	"  fanfare profile list | show [NAME] | new NAME | load NAME | save [NAME] |\n"
	"                  delete NAME\n"
	"  fanfare profile check FILE       read a profile and say what is wrong with it\n"
	"  fanfare volume SPEAKER|all [72 | -12dB | +5% | -5%]\n"
	"  fanfare mute SPEAKER|all [on | off | toggle]\n"
	"  fanfare trim SPEAKER [MS]        later by so many milliseconds, or earlier\n"
	"  fanfare connect SPEAKER          fanfare disconnect SPEAKER\n"
	"  fanfare scan [SECONDS]           search for Bluetooth devices, and list them\n"
	"  fanfare devices                  list those that are known\n"
	"  fanfare pair DEVICE              fanfare forget DEVICE\n"
	"  fanfare admit [SECONDS]          let a phone in that is to play to this computer\n"
	"  fanfare add DEVICE|TYPE:DEVICE [NAME [ZONE]]   a speaker for what plays\n"
	"  fanfare remove SPEAKER           take it out again\n"
	"  fanfare source [TYPE:DEVICE [ZONE]]   what can be heard, or hear that\n"
	"  fanfare measure alsa:DEVICE|pulse:SOURCE [ZONE]   align with a microphone;\n"
	"                                   then show, undo, redo, levels; or cancel\n"
	"  fanfare measure speaker NAME [MICROPHONE | dismiss]   check one, in 4 s\n"
	"  fanfare measure under-music SPEAKER [MICROPHONE] | apply | undo | cancel | show\n"
	"  fanfare doctor                   look for what keeps it from playing well\n";

int script_run(int argc, char **argv)
{
	static struct script s; /* the snapshot is large */

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		int status;

		if (strcmp(argv[0], commands[i].name) != 0)
			continue;
		setlocale(LC_CTYPE, "");
		s = (struct script){ .name = argv[0], .argv = argv + 1 };
		for (int k = 1; k < argc; k++) {
			if (strcmp(argv[k], "--json") == 0 && commands[i].lists)
				s.json = true;
			else if (strcmp(argv[k], "--help") == 0)
				return fputs(script_help, stdout) < 0;
			else if (strncmp(argv[k], "--", 2) == 0)
				return script_misuse("unknown argument \"%s\"; fanfare --help "
						     "lists what there is",
						     argv[k]);
			else
				s.argv[s.argc++] = argv[k];
		}
		status = commands[i].run(&s);
		ff_close(s.ff);
		/* a full disk, a closed pipe: what was to be told was not */
		if (fflush(stdout) != 0 && status == 0)
			status = script_fail("cannot write: %s", strerror(errno));
		return status;
	}
	return -1;
}

static void script_say(const char *format, va_list args)
{
	fputs("fanfare: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

int script_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	script_say(format, args);
	va_end(args);
	return SCRIPT_FAILED;
}

int script_misuse(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	script_say(format, args);
	va_end(args);
	return SCRIPT_MISUSED;
}

int script_attach(struct script *s)
{
	const struct ff_options options = { .where = FF_ATTACHED };
	char why[FF_TEXT_MAX * 4];
	int r = ff_open(&options, &s->ff, why);

	if (r == -ENOTCONN && sole_other() > 0)
		return script_fail("process %ld plays, and without D-Bus it is out of reach",
				   (long)sole_other());
	if (r == -ENOTCONN)
		return script_fail("nothing plays: start it with \"fanfare\", or \"systemctl "
				   "start fanfare\"");
	if (r < 0)
		return script_fail("%s", *why ? why : strerror(-r));
	ff_snapshot(s->ff, &s->now);
	s->heard = s->now.log_count;
	return 0;
}

/* ---- who is meant ----------------------------------------------------------------------- */

static bool script_means(const struct ff_speaker *sp, const char *word, int how)
{
	switch (how) {
	case 0:
		return strcmp(sp->name, word) == 0;
	case 1:
		return strcasecmp(sp->name, word) == 0 || strcasecmp(sp->address, word) == 0;
	default:
		return strncasecmp(sp->name, word, strlen(word)) == 0;
	}
}

const struct ff_speaker *script_speaker(struct script *s, const char *word)
{
	for (int how = 0; how < 3 && *word; how++) {
		const struct ff_speaker *found = NULL;

		for (uint32_t i = 0; i < s->now.speakers_n; i++) {
			if (!script_means(&s->now.speakers[i], word, how))
				continue;
			if (found) {
				script_fail("\"%s\" may be %s or %s", word, found->name,
					    s->now.speakers[i].name);
				return NULL;
			}
			found = &s->now.speakers[i];
		}
		if (found)
			return found;
	}
	fprintf(stderr, "fanfare: no speaker \"%s\" in profile %s:", word, s->now.profile);
	for (uint32_t i = 0; i < s->now.speakers_n; i++)
		fprintf(stderr, "%s %s", i ? "," : "", s->now.speakers[i].name);
	fputs(s->now.speakers_n ? "\n" : " it has none\n", stderr);
	return NULL;
}

int script_attach_to(struct script *s, const char *word, const struct ff_speaker **ret)
{
	const struct ff_speaker *sp;
	int r = script_attach(s);

	if (r)
		return r;
	sp = script_speaker(s, word);
	if (!sp)
		return SCRIPT_FAILED;
	*ret = sp;
	return 0;
}

bool script_is_speaker(const struct script *s, const char *word)
{
	for (uint32_t i = 0; i < s->now.speakers_n; i++)
		for (int how = 0; how < 3 && *word; how++)
			if (script_means(&s->now.speakers[i], word, how))
				return true;
	return false;
}

const struct ff_speaker *script_by_id(const struct script *s, uint32_t id)
{
	for (uint32_t i = 0; i < s->now.speakers_n; i++)
		if (s->now.speakers[i].id == id)
			return &s->now.speakers[i];
	return NULL;
}

int script_zone(const struct script *s, const char *name, uint32_t *ret)
{
	for (uint32_t z = 0; z < s->now.zones_n; z++) {
		if (strcasecmp(s->now.zones[z].name, name) == 0) {
			*ret = z;
			return 0;
		}
	}
	return script_fail("no zone is called \"%s\"", name);
}

bool script_split(const char *word, char ret_type[16], char ret_device[FF_PATH_MAX])
{
	size_t n = strcspn(word, ":");

	if (word[n] != ':' || n == 0 || n >= 16 || strlen(word + n + 1) >= FF_PATH_MAX)
		return false;
	snprintf(ret_type, 16, "%.*s", (int)n, word);
	strcpy(ret_device, word + n + 1);
	return true;
}

/* ---- asking, and what came of it -------------------------------------------------------- */

int script_submit(struct script *s, const struct ff_command *command)
{
	int r;

	/* more than are taken at once: those before this one are on their way */
	for (int tries = 0; (r = ff_submit(s->ff, command)) == -EAGAIN && tries < 20; tries++)
		poll(NULL, 0, 50);
	if (r == -EINVAL)
		return script_fail("%s: that is no value, or no address", s->name);
	if (r == -EACCES)
		return script_fail("%s: this user may look and not change", s->name);
	return r < 0 ? script_fail("%s: %s", s->name, strerror(-r)) : 0;
}

const char *script_logged(struct script *s, int level)
{
	const struct ff_snapshot *n = &s->now;

	if (n->log_count - s->heard > FF_LOG_LINES)
		s->heard = n->log_count - FF_LOG_LINES;
	while (s->heard < n->log_count) {
		const struct ff_log_line *line = &n->log[s->heard++ % FF_LOG_LINES];

		if (line->level <= level)
			return line->text;
	}
	return NULL;
}

int script_await(struct script *s, script_done_fn done, const void *arg, int ms)
{
	uint64_t began = clock_now(), end = began + (unsigned)ms * NS_PER_MS;
	char error[FF_TEXT_MAX] = "";

	for (;;) {
		struct pollfd p = { .fd = ff_fd(s->ff), .events = POLLIN };
		uint64_t now = clock_now();
		const char *line;
		int r;

		ff_snapshot(s->ff, &s->now);
		if (s->now.lost)
			return script_fail("%s: Fanfare ended meanwhile", s->name);
		r = done(s, arg);
		if (r > 0)
			return 0;
		while ((line = script_logged(s, 3))) {
			if (*error) /* of several, each */
				script_fail("%s", error);
			snprintf(error, sizeof(error), "%s", line);
		}
		if (r < 0 && now < began + SCRIPT_STALE_NS)
			r = 0; /* it may be from before it was asked for */
		if (r < 0 || *error)
			return script_fail("%s", r < 0 ? s->why : error);
		if (now >= end)
			return script_fail("%s: not done after %d s%s%s", s->name, ms / 1000,
					   *s->why ? ": " : "", s->why);
		/* some of what is waited for rings no bell */
		now = (end - now) / NS_PER_MS + 1;
		poll(&p, 1, now > 250 ? 250 : (int)now);
	}
}
