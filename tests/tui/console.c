/* SPDX-License-Identifier: MIT */
/* console - see console.h. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tui/console.h"
#include "tests/tui/scene.h"
#include "tui/app.h"

const struct setting console_local = { "xterm-256color", "C.UTF-8", NULL, NULL };

static struct fake_door *playing; /* the latest one */

bool console_prepare(void)
{
	char home[64];

	/* not that of one that really plays here */
	snprintf(home, sizeof(home), "/nonexistent/fanfare-test-%d", (int)getpid());
	setenv("HOME", home, 1);
	unsetenv("XDG_CONFIG_HOME");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return setlocale(LC_CTYPE, "C.UTF-8") != NULL;
}

struct fake_door *console_door(void)
{
	playing = fake_door_new();
	return playing;
}

struct fake_door *console_party(uint32_t speakers)
{
	struct fake_door *f = console_door();

	scene_party(&f->snap, speakers);
	return f;
}

static void put_env(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

int console_run(void *arg)
{
	const struct setting *s = arg;
	const struct app_options o = { .profile = "Party" };

	put_env("TERM", s->term);
	put_env("LC_ALL", s->lang);
	put_env("SSH_CONNECTION", s->ssh);
	put_env("NO_COLOR", s->mono);
	unsetenv("FANFARE_THEME");
	unsetenv("COLORFGBG");
	return app_run(&o);
}

struct terminal *console_new(int rows, int cols, const struct setting *s)
{
	return terminal_new(rows, cols, console_run, (void *)(uintptr_t)s);
}

void console_end(struct fake_door *f, struct terminal *t)
{
	terminal_free(t);
	if (f->pid > 0 && kill(f->pid, SIGTERM) == 0)
		waitpid(f->pid, NULL, 0);
	f->pid = 0;
}

bool console_alive(pid_t pid)
{
	return pid > 0 && waitpid(pid, NULL, WNOHANG) != pid && kill(pid, 0) == 0;
}

int console_sweep(void **state)
{
	pid_t pid = playing ? playing->pid : 0;

	(void)state;
	if (pid > 0)
		kill(pid, SIGKILL);
	for (int i = 0; i < SOON / 10 && console_alive(pid); i++)
		usleep(10000);
	return 0;
}
