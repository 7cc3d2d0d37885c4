/* SPDX-License-Identifier: MIT */
/* sounds_alsa - ALSA's part of sounds.h. */
#include "core/base/scope.h"
#include "core/io/sounds_impl.h"

#include <alsa/asoundlib.h>
#include <stdio.h>
#include <string.h>

/* One device of a card, in one direction, if it has that. */
static void add_pcm(struct sounds *s, snd_ctl_t *ctl, snd_ctl_card_info_t *card, int device,
		    bool capture, snd_pcm_info_t *pcm)
{
	char address[96], name[160];

	snd_pcm_info_set_device(pcm, (unsigned int)device);
	snd_pcm_info_set_subdevice(pcm, 0);
	snd_pcm_info_set_stream(pcm,
				capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK);
	if (snd_ctl_pcm_info(ctl, pcm) < 0)
		return;
	snprintf(address, sizeof(address), "hw:CARD=%s,DEV=%d", snd_ctl_card_info_get_id(card),
		 device);
	snprintf(name, sizeof(name), "%s, %s", snd_ctl_card_info_get_name(card),
		 snd_pcm_info_get_name(pcm));
	sounds_add(s, false, capture, address, name);
}

static void find_on_card(struct sounds *s, snd_ctl_t *ctl)
{
	snd_ctl_card_info_t *card = NULL;
	snd_pcm_info_t *pcm = NULL;
	int device = -1;

	if (snd_ctl_card_info_malloc(&card) == 0 && snd_pcm_info_malloc(&pcm) == 0 &&
	    snd_ctl_card_info(ctl, card) == 0) {
		while (snd_ctl_pcm_next_device(ctl, &device) == 0 && device >= 0) {
			add_pcm(s, ctl, card, device, true, pcm);
			add_pcm(s, ctl, card, device, false, pcm);
		}
	}
	snd_pcm_info_free(pcm);
	snd_ctl_card_info_free(card);
}

/* What Debian's configuration lists besides cards: parts to build with, not places to play. */
static bool is_part(const char *name)
{
	static const char *const parts[] = {
		"null",	 "samplerate", "speexrate", "lavrate", "jack",	   "oss",
		"pulse", "pipewire",   "speex",	    "upmix",   "vdownmix",
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!strcmp(name, parts[i]))
			return true;
	}
	return strchr(name, ':') != NULL; /* a card's, by one of its many names */
}

static void add_hint(struct sounds *s, const void *hint)
{
	SCOPED(freep) char *name = snd_device_name_get_hint(hint, "NAME");
	SCOPED(freep) char *words = snd_device_name_get_hint(hint, "DESC");
	SCOPED(freep) char *way = snd_device_name_get_hint(hint, "IOID");

	if (!name || is_part(name))
		return;
	if (words)
		words[strcspn(words, "\n")] = '\0';
	if (!way || !strcmp(way, "Input"))
		sounds_add(s, false, true, name, words);
	if (!way || !strcmp(way, "Output"))
		sounds_add(s, false, false, name, words);
}

void sounds_find_alsa(struct sounds *s)
{
	void **hints = NULL;
	int card = -1;

	while (snd_card_next(&card) == 0 && card >= 0) {
		char name[24];
		snd_ctl_t *ctl;

		snprintf(name, sizeof(name), "hw:%d", card);
		if (snd_ctl_open(&ctl, name, SND_CTL_NONBLOCK | SND_CTL_READONLY) < 0)
			continue; /* another user's, or just unplugged */
		find_on_card(s, ctl);
		snd_ctl_close(ctl);
	}
	if (snd_device_name_hint(-1, "pcm", &hints) < 0)
		return;
	for (void **hint = hints; *hint; hint++)
		add_hint(s, *hint);
	snd_device_name_free_hint(hints);
}
