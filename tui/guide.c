/* SPDX-License-Identifier: MIT */
/* guide - see guide.h. Pure: from the model, for the pane that is in front. */
#include <string.h>

#include "tui/guide.h"
#include "tui/ui.h"

static bool guide_scans(const struct ff_snapshot *s)
{
	for (uint32_t i = 0; i < s->adapters_n; i++)
		if (s->adapters[i].scanning)
			return true;
	return false;
}

/* Among the devices, as long as none of them is a speaker here. */
static const char *guide_find(const struct ui *ui)
{
	for (uint32_t i = 0; i < ui->snap.devices_n; i++)
		if (ui->snap.devices[i].audio_sink)
			return "Enter makes the selected one a speaker here; s looks for more.";
	if (guide_scans(&ui->snap))
		return "It looks: is the speaker's pairing mode on? It shows up here.";
	return "Switch a speaker's pairing mode on, then press s: it is looked for.";
}

/* What Fanfare plays of itself where it finds nothing; one's own simulated house is none. */
static bool guide_demo(const struct ff_snapshot *s)
{
	for (uint32_t i = 0; i < s->profiles_n; i++)
		if (s->profiles[i].loaded)
			return s->simulated && s->profiles[i].readonly;
	return false;
}

const char *guide_next(const struct ui *ui)
{
	const struct ff_snapshot *s = &ui->snap;
	bool here = ui->pane == PANE_PROFILES, tones = true, demo = guide_demo(s);

	for (uint32_t i = 0; i < s->sources_n; i++)
		tones = tones && strcmp(s->sources[i].type, "tone") == 0;
	for (uint32_t i = 0; i < s->profiles_n; i++)
		if (s->profiles[i].loaded && !demo)
			return NULL;
	if (ui->given && !here)
		return NULL; /* who names a profile at the start knows the way */
	if (s->adapters_n > 0 && (s->speakers_n == 0 || demo))
		return ui->pane == PANE_DEVICES ? guide_find(ui)
		       : s->simulated
			       ? "This is a demonstration. F3 finds speakers of your own."
			       : "No speaker yet: F3 finds them.";
	if (demo)
		return here ? "A demonstration: n begins a profile of your own."
			    : "A demonstration: F5, then n begins a profile of your own.";
	if (s->speakers_n == 0)
		return here ? "No speaker yet: + adds one of this computer."
			    : "No speaker yet: F5, then + adds one of this computer.";
	if (s->sources_n == 0)
		return here ? "Nothing is heard yet: s chooses a source."
			    : "More speakers? Else F5, then s: choose what is heard.";
	if (tones)
		return here ? "A test sound is heard: s chooses a source instead."
			    : "More speakers? Else F5, then s: choose what is heard.";
	return here ? "Not among your profiles yet: w saves it under a name."
		    : "Not among your profiles yet: F5, then w saves it under a name.";
}
