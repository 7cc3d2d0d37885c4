/* SPDX-License-Identifier: MIT */
/* server - lines in, lines out, never waiting for a client. */
#include "server.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/scope.h"

static int address(const char *path, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(ret->sun_path))
		return -ENAMETOOLONG;
	strcpy(ret->sun_path, path);
	return 0;
}

static int watch(struct server *s, int fd, uint64_t place)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = SERVER_TAG + place };

	return epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev) < 0 ? -errno : 0;
}

int server_open(struct server *s, struct world *w, int epoll, const char *path)
{
	SCOPED(closep) int fd = -EBADF;
	struct sockaddr_un sa;
	int r;

	r = address(path, &sa);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	unlink(path);
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 || listen(fd, SERVER_CLIENTS) < 0)
		return -errno;
	s->world = w;
	s->epoll = epoll;
	strcpy(s->path, path);
	for (unsigned i = 0; i < SERVER_CLIENTS; i++)
		s->client[i].fd = -1;
	r = watch(s, fd, 0);
	if (r < 0)
		return r;
	s->fd = TAKE_FD(fd);
	return 0;
}

static void drop(struct client *c)
{
	close(c->fd);
	c->fd = -1;
}

static void greet(struct server *s)
{
	int fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	for (unsigned i = 0; fd >= 0 && i < SERVER_CLIENTS; i++) {
		if (s->client[i].fd >= 0)
			continue;
		s->client[i] = (struct client){ .fd = fd };
		if (watch(s, fd, 1 + i) < 0)
			drop(&s->client[i]);
		return;
	}
	if (fd >= 0)
		close(fd);
}

/* A client that does not read its answers is let go rather than waited for. */
static void say_to(void *user, const char *line)
{
	struct client *c = user;
	char out[SCRIPT_LINE + 2];
	int n = snprintf(out, sizeof(out), "%s\n", line);

	if (c->fd >= 0 && send(c->fd, out, (size_t)n, MSG_NOSIGNAL) != n)
		drop(c);
}

static void hear(struct server *s, struct client *c)
{
	ssize_t r = recv(c->fd, c->text + c->len, sizeof(c->text) - 1 - c->len, 0);
	char *end;

	if (r <= 0) {
		if (r == 0 || errno != EAGAIN)
			drop(c);
		return;
	}
	c->len += (size_t)r;
	c->text[c->len] = '\0';
	while (c->fd >= 0 && (end = strchr(c->text, '\n'))) {
		*end = '\0';
		if (script_run(s->world, c->text, say_to, c) == 0)
			say_to(c, "ok");
		c->len -= (size_t)(end + 1 - c->text);
		memmove(c->text, end + 1, c->len + 1);
	}
	if (c->fd >= 0 && c->len == sizeof(c->text) - 1)
		drop(c); /* a line longer than any */
}

void server_event(struct server *s, uint64_t place)
{
	if (place == 0)
		greet(s);
	else if (place <= SERVER_CLIENTS && s->client[place - 1].fd >= 0)
		hear(s, &s->client[place - 1]);
}

void server_close(struct server *s)
{
	for (unsigned i = 0; i < SERVER_CLIENTS; i++) {
		if (s->client[i].fd >= 0)
			drop(&s->client[i]);
	}
	close(s->fd);
	unlink(s->path);
}

int server_ask(const char *path, const char *line)
{
	SCOPED(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un sa;
	char answer[SCRIPT_LINE + 2];
	FILE *f;
	int r = 2;

	if (fd < 0 || address(path, &sa) < 0 ||
	    connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
		fprintf(stderr, "radio: nobody answers at %s\n", path);
		return 2;
	}
	f = fdopen(fd, "r+");
	if (!f)
		return 2;
	fd = -EBADF; /* f has it now */
	fprintf(f, "%s\n", line);
	fflush(f);
	while (r == 2 && fgets(answer, sizeof(answer), f)) {
		if (strcmp(answer, "ok\n") == 0)
			r = 0;
		else if (strncmp(answer, "error: ", 7) == 0)
			r = 1;
		if (r)
			fputs(answer, r == 1 ? stderr : stdout);
	}
	fclose(f);
	return r;
}
