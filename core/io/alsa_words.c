/* SPDX-License-Identifier: MIT */
/* alsa_words - see alsa_words.h. */
#include "core/io/alsa_words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The card that a name such as "hw:CARD=Device,DEV=0" or "plughw:1" speaks of; -1 = none. */
static int card_in_name(const char *device)
{
	const char *colon = strchr(device, ':');
	char name[64];
	size_t n;

	if (!colon)
		return -1;
	colon++;
	if (strncmp(colon, "CARD=", 5) == 0)
		colon += 5;
	n = strcspn(colon, ",");
	if (n == 0 || n >= sizeof(name))
		return -1;
	memcpy(name, colon, n);
	name[n] = '\0';
	return snd_card_get_index(name);
}

/* Of "hw:CARD=Device,DEV=1,SUBDEV=2" or "hw:0,1,2", the number in its place; -1 = none. */
static int number_in_name(const char *device, int place, const char *key)
{
	const char *field = strchr(device, ':');
	int number;

	for (int i = 0; field; i++, field = strchr(field, ',')) {
		field++; /* behind the colon or comma */
		if (strncmp(field, key, strlen(key)) == 0)
			return sscanf(field + strlen(key), "%d", &number) == 1 ? number : -1;
		if (i == place)
			return sscanf(field, "%d", &number) == 1 ? number : -1;
	}
	return -1;
}

/* The number after key in a file of "key: number" lines, -1 = none. */
static int number_in(const char *path, const char *key)
{
	FILE *f = fopen(path, "re");
	char line[128];
	int value = -1;

	if (!f)
		return -1;
	while (value < 0 && fgets(line, sizeof(line), f))
		if (strncmp(line, key, strlen(key)) == 0)
			sscanf(line + strlen(key), " :%d", &value);
	fclose(f);
	return value;
}

/* The kernel names the thread that opened it; people know the program. */
static bool program_of(int thread, char *ret_name, size_t size, int *ret_pid)
{
	char path[64];
	FILE *f;
	int pid;

	snprintf(path, sizeof(path), "/proc/%d/status", thread);
	pid = number_in(path, "Tgid");
	if (pid <= 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (!fgets(ret_name, (int)size, f))
		ret_name[0] = '\0';
	fclose(f);
	ret_name[strcspn(ret_name, "\n")] = '\0';
	*ret_pid = pid;
	return ret_name[0] != '\0';
}

bool alsa_words_holder(const char *device, bool capture, char *ret_name, size_t size,
		       int *ret_pid)
{
	int only = card_in_name(device);
	int only_pcm = number_in_name(device, 1, "DEV=");
	int only_sub = number_in_name(device, 2, "SUBDEV=");

	for (int card = 0; card < 32; card++) {
		if (only >= 0 && card != only)
			continue;
		for (int pcm = 0; pcm < 8; pcm++) {
			for (int sub = 0; sub < 8; sub++) {
				char path[96];
				int thread;

				if ((only_pcm >= 0 && pcm != only_pcm) ||
				    (only_sub >= 0 && sub != only_sub))
					continue;
				snprintf(path, sizeof(path),
					 "/proc/asound/card%d/pcm%d%c/sub%d/status", card, pcm,
					 capture ? 'c' : 'p', sub);
				thread = number_in(path, "owner_pid");
				if (thread > 0 && program_of(thread, ret_name, size, ret_pid))
					return true;
			}
		}
	}
	return false;
}

void alsa_words_why(const struct alsa_want *want, int error, char why[ALSA_WHY])
{
	const char *what = want->capture ? "sound input" : "sound output";
	char who[32];
	int pid;

	switch (error) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		snprintf(why, ALSA_WHY,
			 "There is no %s \"%.60s\": plug it in, or see \"%s -l\".", what,
			 want->device, want->capture ? "arecord" : "aplay");
		return;
	case -EBUSY:
		if (alsa_words_holder(want->device, want->capture, who, sizeof(who), &pid))
			snprintf(why, ALSA_WHY,
				 "The %s \"%.60s\" is in use by %s (process %d): close it "
				 "there.",
				 what, want->device, who, pid);
		else
			snprintf(why, ALSA_WHY,
				 "The %s \"%.60s\" is in use by another program: close it "
				 "there.",
				 what, want->device);
		return;
	case -EACCES:
	case -EPERM:
		snprintf(
			why, ALSA_WHY,
			"The %s \"%.60s\" may not be opened: add this user to the group audio.",
			what, want->device);
		return;
	case -EINVAL:
		snprintf(why, ALSA_WHY,
			 "The %s \"%.60s\" has no format, rate and channels that fit: try "
			 "plughw.",
			 what, want->device);
		return;
	default:
		snprintf(why, ALSA_WHY, "The %s \"%.60s\" cannot be opened: %s.", what,
			 want->device, snd_strerror(error));
		return;
	}
}

void alsa_words_lost(const char *device, int error, char why[ALSA_WHY])
{
	if (error == -ENODEV || error == -ENOENT || error == -ENXIO)
		snprintf(why, ALSA_WHY,
			 "The sound device \"%.60s\" was unplugged: plug it in again.", device);
	else if (error == -EBADFD || error == -EIO)
		snprintf(why, ALSA_WHY,
			 "The sound device \"%.60s\" gives no more sign of life: it is opened "
			 "again.",
			 device);
	else
		snprintf(why, ALSA_WHY, "The sound device \"%.60s\" stopped working: %s.",
			 device, snd_strerror(error));
}
