/* SPDX-License-Identifier: MIT */
/* script_doctor - what the door found out about this computer. */
#include <stdio.h>

#include "tui/json.h"
#include "tui/script.h"

#define FINDINGS 160

static void script_print_findings(const struct ff_finding *f, uint32_t n)
{
	static const char *const marks[] = {
		[FF_GOOD] = "  ok", [FF_DOUBTFUL] = "  ??", [FF_BAD] = "  !!"
	};

	for (uint32_t i = 0; i < n; i++) {
		printf("%s  %s\n", marks[f[i].verdict], f[i].what);
		if (*f[i].todo)
			printf("        %s\n", f[i].todo);
	}
}

static void script_json_findings(const struct ff_finding *f, uint32_t n)
{
	static const char *const words[] = {
		[FF_GOOD] = "good", [FF_DOUBTFUL] = "doubtful", [FF_BAD] = "bad"
	};
	struct json j = { .to = stdout };

	json_open(&j, NULL, '[');
	for (uint32_t i = 0; i < n; i++) {
		json_open(&j, NULL, '{');
		json_text(&j, "verdict", words[f[i].verdict]);
		json_text(&j, "what", f[i].what);
		json_text(&j, "todo", f[i].todo);
		json_close(&j, '}');
	}
	json_close(&j, ']');
}

/* Of what plays, whoever runs it: what it got counts, not what this user would get. */
static uint32_t script_examine_player(struct script *s, struct ff_finding *ret)
{
	const struct ff_options options = { .where = FF_ATTACHED };

	if (ff_open(&options, &s->ff, NULL) < 0)
		return 0;
	ff_snapshot(s->ff, &s->now);
	*ret = (struct ff_finding){ .verdict = s->now.realtime ? FF_GOOD : FF_DOUBTFUL };
	snprintf(ret->what, sizeof(ret->what), "what plays has %s real-time priority%s",
		 s->now.realtime ? "its" : "no", s->now.realtime ? "" : ": sound may stutter");
	if (!s->now.realtime)
		snprintf(ret->todo, sizeof(ret->todo),
			 "give the user it runs as \"rtprio 50\" in /etc/security/limits.d, "
			 "or the service LimitRTPRIO=50");
	return 1;
}

/* Fails when something keeps Fanfare from playing; what only makes it play less well does not.
 */
int script_doctor(struct script *s)
{
	static struct ff_finding found[FINDINGS];
	uint32_t n;
	int status = 0;

	if (s->argc > 0)
		return script_misuse("doctor [--json]");
	n = ff_examine(found, FINDINGS - 1);
	n += script_examine_player(s, found + n);
	if (s->json)
		script_json_findings(found, n);
	else
		script_print_findings(found, n);
	for (uint32_t i = 0; i < n; i++)
		if (found[i].verdict == FF_BAD)
			status = SCRIPT_FAILED;
	return status;
}
