/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/scope.h"
#include "core/bluez/rival.h"

/* pipewire alone does no Bluetooth: its session manager does. */
static const struct {
	const char *comm; /* as in /proc/PID/comm */
	const char *name;
} rivals[] = {
	{ "wireplumber", "PipeWire (wireplumber)" },
	{ "pipewire-media-", "PipeWire (pipewire-media-session)" }, /* comm holds 15 bytes */
	{ "pulseaudio", "PulseAudio" },
	{ "bluealsa", "BlueALSA" },
	{ "bluealsad", "BlueALSA" },
};

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static void note(const char *comm, char *ret, size_t len)
{
	size_t n = strlen(ret);

	for (size_t i = 0; i < ARRAY_SIZE(rivals); i++)
		if (strcmp(comm, rivals[i].comm) == 0 && !strstr(ret, rivals[i].name) &&
		    n + strlen(rivals[i].name) + 3 <= len)
			snprintf(ret + n, len - n, "%s%s", n ? ", " : "", rivals[i].name);
}

void rival_find_in(const char *proc, char *ret, size_t len)
{
	SCOPED(closedirp) DIR *dir = opendir(proc);
	struct dirent *e;

	ret[0] = '\0';
	while (dir && (e = readdir(dir))) {
		SCOPED(closep) int fd = -EBADF;
		char path[300], comm[32];
		ssize_t n;

		if (e->d_name[0] < '1' || e->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "%s/comm", e->d_name);
		fd = openat(dirfd(dir), path, O_RDONLY | O_CLOEXEC);
		n = fd < 0 ? -1 : read(fd, comm, sizeof(comm) - 1);
		if (n <= 0)
			continue;
		comm[n] = '\0';
		comm[strcspn(comm, "\n")] = '\0';
		note(comm, ret, len);
	}
}

void rival_find(char *ret, size_t len)
{
	rival_find_in("/proc", ret, len);
}
