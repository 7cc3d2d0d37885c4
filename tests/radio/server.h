/* SPDX-License-Identifier: MIT */
/*
 * server - the Unix socket that takes script lines, and a client for it.
 *
 * Each line is answered by what it says and then by "ok" or by its "error: ...".
 */
#ifndef RADIO_SERVER_H
#define RADIO_SERVER_H

#include "script.h"

#define SERVER_CLIENTS 8

struct client {
	int fd; /* -1 = free */
	size_t len;
	char text[SCRIPT_LINE];
};

struct server {
	struct world *world;
	int epoll; /* the caller's; events carry data.u64 = SERVER_TAG + place */
	int fd;
	char path[108];
	struct client client[SERVER_CLIENTS];
};

#define SERVER_TAG UINT64_C(0x10000) /* place 0 listens, 1.. are the clients */

/* [io] Listen at path, replacing a dead socket there. -errno; nothing to release then. */
int server_open(struct server *s, struct world *w, int epoll, const char *path);

/* [io] Something came at that place. */
void server_event(struct server *s, uint64_t place);

/* [io] Close everything and remove the path. */
void server_close(struct server *s);

/* [io] Send one line to a server, print what it says to stdout and errors to stderr.
 * 0 after "ok", 1 after an error, 2 when nobody is there. */
int server_ask(const char *path, const char *line);

#endif
