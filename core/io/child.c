/* SPDX-License-Identifier: MIT */
/* child - see child.h. */
#include "core/io/child.h"

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "core/base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int set_actions(posix_spawn_file_actions_t *a, int out, int err)
{
	int e = posix_spawn_file_actions_addopen(a, 0, "/dev/null", O_RDONLY, 0);

	if (!e)
		e = posix_spawn_file_actions_adddup2(a, out, 1);
	if (!e)
		e = posix_spawn_file_actions_adddup2(a, err, 2);
	/* whatever some library opened without close-on-exec */
	if (!e)
		e = posix_spawn_file_actions_addclosefrom_np(a, 3);
	return -e;
}

static int set_attributes(posix_spawnattr_t *a)
{
	struct sched_param ordinary = { 0 };
	sigset_t none, all;
	int e;

	sigemptyset(&none);
	sigfillset(&all);
	e = posix_spawnattr_setpgroup(a, 0);
	if (!e)
		e = posix_spawnattr_setsigmask(a, &none);
	if (!e)
		e = posix_spawnattr_setsigdefault(a, &all);
	if (!e)
		e = posix_spawnattr_setschedpolicy(a, SCHED_OTHER);
	if (!e)
		e = posix_spawnattr_setschedparam(a, &ordinary);
	if (!e)
		e = posix_spawnattr_setflags(a, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
							POSIX_SPAWN_SETSIGDEF |
							POSIX_SPAWN_SETSCHEDULER);
	return -e;
}

static int spawn(const char *command, int out, int err, pid_t *ret)
{
	char sh[] = "/bin/sh", option[] = "-c";
	char *argv[] = { sh, option, (char *)command, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int r;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return -ENOMEM;
	if (posix_spawnattr_init(&attr) != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return -ENOMEM;
	}
	r = set_actions(&actions, out, err);
	if (r == 0)
		r = set_attributes(&attr);
	if (r == 0)
		r = -posix_spawn(ret, sh, &actions, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return r;
}

int child_start(struct child *c, const char *command)
{
	int out[2] = { -1, -1 }, err[2] = { -1, -1 }, r;

	*c = (struct child){ .out = -1, .err = -1 };
	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(err, O_CLOEXEC) < 0) {
		r = -errno;
		goto fail;
	}
	/* our ends only: a program with a non-blocking output breaks off */
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	r = spawn(command, out[1], err[1], &c->pid);
	if (r < 0)
		goto fail;

	setpriority(PRIO_PROCESS, (id_t)c->pid, 0); /* if ours is raised, its is not */
	close(out[1]);
	close(err[1]);
	c->out = out[0];
	c->err = err[0];
	c->since = clock_now();
	return 0;
fail:
	for (int i = 0; i < 2; i++) {
		closep(&out[i]);
		closep(&err[i]);
	}
	c->pid = 0;
	return r;
}

/* It is shown on a terminal: whole characters, nothing that moves the cursor. */
static void keep_line(struct child *c)
{
	if (c->line_n == 0)
		return;
	memcpy(c->last, c->line, sizeof(c->last));
	utf8_clean(c->last);
}

void child_listen(struct child *c)
{
	char buf[512];
	ssize_t n;

	while (c->err >= 0 && (n = read(c->err, buf, sizeof(buf))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			char b = buf[i];

			if (b == '\n' || b == '\r') {
				keep_line(c);
				c->line_n = 0;
				c->line[0] = '\0';
			} else if (c->line_n < sizeof(c->line) - 1) {
				c->line[c->line_n++] = b && b != '\t' ? b : ' ';
				c->line[c->line_n] = '\0';
			}
		}
	}
}

bool child_over(const struct child *c)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
	       info.si_pid == c->pid;
}

void child_end(struct child *c, uint64_t patience, int *ret_status)
{
	uint64_t until = clock_now() + patience;

	if (c->pid <= 0)
		return;
	if (!child_over(c)) {
		kill(-c->pid, SIGTERM);
		while (!child_over(c) && clock_now() < until)
			clock_sleep_until(clock_now() + 10 * NS_PER_MS);
	}
	/* unreaped, its number cannot be another's: this reaches its group only */
	kill(-c->pid, SIGKILL);
	while (waitpid(c->pid, ret_status, 0) < 0 && errno == EINTR)
		;
	child_listen(c);
	keep_line(c);
	closep(&c->out);
	closep(&c->err);
	c->out = c->err = -1;
	c->pid = 0;
}
