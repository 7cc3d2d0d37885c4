/* SPDX-License-Identifier: MIT */
/* sole - see sole.h. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/scope.h"
#include "tui/sole.h"
#include "tui/yes.h"

#define SOLE_WAIT_MS 10000 /* for the other one to close its devices */

static socklen_t sole_name(struct sockaddr_un *ret)
{
	const char *home = getenv("HOME");
	size_t n = home ? strlen(home) : 0;
	int used;

	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	/* the end of a long home tells more than its beginning */
	used = snprintf(ret->sun_path + 1, sizeof(ret->sun_path) - 1, "fanfare/%u%s",
			(unsigned)getuid(),
			n > 80 ? home + n - 80
			: n    ? home
			       : "/");
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)used);
}

pid_t sole_other(void)
{
	SCOPED(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un name;
	socklen_t length = sole_name(&name);
	struct ucred peer = { .pid = 0 };
	socklen_t size = sizeof(peer);

	if (fd < 0 || connect(fd, (struct sockaddr *)&name, length) < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return 0;
	return peer.pid;
}

static bool sole_stop(pid_t pid)
{
	kill(pid, SIGTERM);
	for (int waited = 0; waited < SOLE_WAIT_MS; waited += 50) {
		if (sole_other() == 0)
			return true;
		poll(NULL, 0, 50);
	}
	fprintf(stderr, "fanfare: process %ld does not stop\n", (long)pid);
	return false;
}

bool sole_ask(void)
{
	pid_t pid = sole_other();

	if (pid <= 0)
		return true;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		fprintf(stderr,
			"fanfare: it plays already, in process %ld; to stop it: kill %ld\n",
			(long)pid, (long)pid);
		return false;
	}
	printf("Fanfare plays already, in process %ld.\nStop it and play here instead? y/N ",
	       (long)pid);
	fflush(stdout);
	return yes_key() && sole_stop(pid);
}

int sole_hold(void)
{
	SCOPED(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un name;
	socklen_t length = sole_name(&name);

	if (fd < 0 || bind(fd, (struct sockaddr *)&name, length) < 0 || listen(fd, 8) < 0)
		return -errno;
	return TAKE_FD(fd);
}

void sole_answer(int fd)
{
	int caller;

	/* who connected has been told by that alone */
	while ((caller = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		close(caller);
}
