/* SPDX-License-Identifier: MIT */
/* The private dbus-daemon of a test. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/scope.h"
#include "tests/bluez/rig.h"

static char folder[64], config[96], socket_path[96];
static pid_t pid;

static const char text[] =
	"<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
	" \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
	"<busconfig><type>custom</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth>\n"
	"<policy context=\"default\"><allow user=\"*\"/><allow own=\"*\"/>\n"
	"<allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/>\n"
	"</policy></busconfig>\n";

void daemon_prepare(void)
{
	char address[128];
	FILE *f;

	snprintf(folder, sizeof(folder), "/tmp/fanfare-bus-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(config, sizeof(config), "%s/bus.conf", folder);
	snprintf(socket_path, sizeof(socket_path), "%s/bus", folder);
	f = fopen(config, "we");
	assert_non_null(f);
	fprintf(f, text, socket_path);
	fclose(f);
	snprintf(address, sizeof(address), "unix:path=%s", socket_path);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1);
}

void daemon_start(void)
{
	char arg[128], byte;
	int ready[2];

	unlink(socket_path);
	assert_return_code(pipe(ready), 0);
	pid = fork();
	assert_return_code(pid, 0);
	if (pid == 0) {
		close(ready[0]);
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* whatever becomes of the test */
		/* as root it complains of a limit that it may not raise */
		if (!freopen("/dev/null", "w", stderr))
			_exit(127);
		snprintf(arg, sizeof(arg), "--print-address=%d", ready[1]);
		execlp("dbus-daemon", "dbus-daemon", "--nofork", "--nopidfile", "--config-file",
		       config, arg, (char *)NULL);
		_exit(127);
	}
	close(ready[1]);
	/* it prints its address once it listens */
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
}

void daemon_kill(void)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	pid = 0;
}

void daemon_clean(void)
{
	daemon_kill();
	unlink(socket_path);
	unlink(config);
	rmdir(folder);
}
