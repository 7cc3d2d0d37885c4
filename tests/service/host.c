/* SPDX-License-Identifier: MIT */
/* host - see host.h. */
#include "tests/service/host.h"

#include "core/base/clock.h"
#include "tests/bluez/rig.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_NS (20 * NS_PER_SEC)

static char folder[64], profile[96];

static const char text[] = "version = 1; zones = ( { name = \"Zone\";"
			   " sources = ( { type = \"tone\"; tone = \"pink\"; } );"
			   " speakers = ( { name = \"Patio\"; output = \"null\"; },"
			   "              { name = \"Kitchen\"; output = \"null\"; } ); } );\n";

static void write_profile(const char *words)
{
	FILE *f;

	snprintf(profile, sizeof(profile), "%s/two.conf", folder);
	f = fopen(profile, "we");
	assert_non_null(f);
	fputs(words, f);
	fclose(f);
}

int host_prepare(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/fanfare-service-XXXXXX");
	assert_non_null(mkdtemp(folder));
	setenv("HOME", folder, 1);
	setenv("XDG_CONFIG_HOME", folder, 1);
	setenv("XDG_STATE_HOME", folder, 1);
	unsetenv("DBUS_SESSION_BUS_ADDRESS");
	unsetenv("XDG_RUNTIME_DIR");
	write_profile(text);
	daemon_prepare();
	daemon_start();
	return 0;
}

const char *host_path(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

const char *host_program(void)
{
	static char path[PATH_MAX];
	const char *build = getenv("BUILD");
	char name[256];

	snprintf(name, sizeof(name), "%s/fanfare", build ? build : "build");
	if (!realpath(name, path))
		fail_msg("%s is not there: make builds it, BUILD says where", name);
	return path;
}

int host_clean(void **state)
{
	char command[128];

	(void)state;
	daemon_clean();
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	assert_int_equal(system(command), 0);
	return 0;
}

static _Noreturn void play(void)
{
	const struct ff_options options = { .profile = profile,
					    .no_bluetooth = true,
					    .serve = true };
	struct ff *ff = NULL;
	sigset_t set;
	int sig;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* whatever becomes of the test */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (ff_open(&options, &ff, NULL) < 0)
		_exit(1);
	sigwait(&set, &sig);
	ff_close(ff);
	exit(0); /* not _exit(): leaks are looked for then */
}

pid_t host_start(void)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		play();
	return pid;
}

pid_t host_start_program(const char *profile_text)
{
	const char *program = host_program();
	pid_t pid;

	write_profile(profile_text);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (freopen(host_path("log"), "we", stderr))
		execl(program, "fanfare", "--headless", "--no-bluetooth", "--profile", profile,
		      (char *)NULL);
	_exit(127);
}

int host_end(pid_t pid, int sig)
{
	int status;

	kill(pid, sig);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

struct ff *host_attach(void)
{
	const struct ff_options options = { .where = FF_ATTACHED };
	uint64_t end = clock_now() + PATIENCE_NS;
	char why[FF_TEXT_MAX * 4] = "";
	struct ff *ff = NULL;

	while (ff_open(&options, &ff, why) != 0) {
		if (clock_now() > end)
			fail_msg("cannot attach: %s", why);
		clock_sleep_until(clock_now() + 5 * NS_PER_MS);
	}
	return ff;
}

void host_wait(struct ff *ff, struct ff_snapshot *ret, host_until until, const void *arg,
	       const char *what)
{
	uint64_t end = clock_now() + PATIENCE_NS;

	for (;;) {
		struct pollfd p = { .fd = ff_fd(ff), .events = POLLIN };

		ff_snapshot(ff, ret);
		if (until(ret, arg))
			return;
		if (clock_now() > end)
			fail_msg("never saw: %s", what);
		poll(&p, 1, 1000);
	}
}

void host_no_gap(const struct ff_snapshot *before, const struct ff_snapshot *now)
{
	if (now->late_cycles > before->late_cycles) {
		print_message("the machine stood still: %u cycles were late\n",
			      (unsigned)(now->late_cycles - before->late_cycles));
		return;
	}
	for (uint32_t i = 0; i < now->speakers_n; i++)
		assert_int_equal(now->speakers[i].frames_lost, before->speakers[i].frames_lost);
	for (uint32_t i = 0; i < now->sources_n; i++)
		assert_int_equal(now->sources[i].gaps, before->sources[i].gaps);
}

long host_memory(pid_t pid)
{
	char path[64], line[128];
	long kb = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "VmRSS: %ld", &kb) == 1)
			break;
	fclose(f);
	return kb;
}

int host_descriptors(pid_t pid)
{
	char path[64];
	int n = -2; /* "." and ".." */
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	d = opendir(path);
	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}
