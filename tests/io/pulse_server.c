/* SPDX-License-Identifier: MIT */
/* pulse_server - see pulse_server.h. */
#include "tests/io/pulse_server.h"

#include "core/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * libpulse is not built for the thread sanitizer, which then takes its own
 * locking for none. This is how the sanitizer asks what to leave out.
 */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "called_from_lib:libpulsecommon\ncalled_from_lib:libpulse.so\n"
	       "called_from_lib:libpulse-simple.so\nrace:pa_*\n";
}

void pulse_server_init(struct pulse_server *p)
{
	char server[96], cookie[96];

	*p = (struct pulse_server){ .folder = "/tmp/fanfare-pulse-XXXXXX" };
	if (!mkdtemp(p->folder))
		abort();
	snprintf(p->fifo, sizeof(p->fifo), "%s/fifo", p->folder);
	snprintf(server, sizeof(server), "unix:%s/native", p->folder);
	/* named, so that no library starts one by itself or finds the user's */
	setenv("PULSE_SERVER", server, 1);
	setenv("HOME", p->folder, 1);
	setenv("XDG_RUNTIME_DIR", p->folder, 1);
	setenv("PULSE_RUNTIME_PATH", p->folder, 1);
	snprintf(cookie, sizeof(cookie), "%s/cookie", p->folder);
	setenv("PULSE_COOKIE", cookie, 1);
}

static void run(const struct pulse_server *p)
{
	char native[128], pipe[256];
	int null = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when the test breaks off */
	snprintf(native, sizeof(native),
		 "module-native-protocol-unix auth-anonymous=1 socket=%s/native", p->folder);
	snprintf(pipe, sizeof(pipe),
		 "module-pipe-sink sink_name=pipe file=%s format=s16le rate=44100 channels=2 "
		 "use_system_clock_for_timing=yes",
		 p->fifo);
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	unsetenv("PULSE_SERVER");
	execlp("pulseaudio", "pulseaudio", "-n", "--daemonize=no", "--system=no",
	       "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes",
	       "--log-level=error", "-L", native, "-L",
	       "module-null-sink sink_name=speaker rate=44100", "-L",
	       "module-null-sink sink_name=tone rate=44100", "-L", pipe, (char *)NULL);
	_exit(127);
}

/* A sine from outside: the server's own module-sine has a seam every 0.4 s. */
static pid_t play_tone(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execlp("sh", "sh", "-c",
		       "sox -q -n -t s16 -r 44100 -c 2 - synth 600 sine 997 gain -6 | "
		       "exec pacat -d tone --format=s16le --rate=44100 --channels=2 "
		       "--latency-msec=100 2>/dev/null",
		       (char *)NULL);
		_exit(127);
	}
	setpgid(pid, pid);
	return pid;
}

static bool answers(const struct pulse_server *p)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), r;

	snprintf(a.sun_path, sizeof(a.sun_path), "%s/native", p->folder);
	r = connect(fd, (struct sockaddr *)&a, sizeof(a));
	close(fd);
	return r == 0;
}

bool pulse_server_start(struct pulse_server *p)
{
	uint64_t end = clock_now() + 10 * NS_PER_SEC;

	p->pid = fork();
	if (p->pid == 0)
		run(p);
	while (clock_now() < end) {
		/* the modules after the socket's are loaded a moment later */
		clock_sleep_until(clock_now() + 100 * NS_PER_MS);
		if (answers(p)) {
			p->tone = play_tone();
			return true;
		}
		if (waitpid(p->pid, NULL, WNOHANG) == p->pid)
			break;
	}
	return false;
}

void pulse_server_kill(struct pulse_server *p)
{
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
	}
	if (p->tone > 0) {
		kill(-p->tone, SIGKILL);
		waitpid(p->tone, NULL, 0);
	}
	p->pid = p->tone = 0;
}

void pulse_server_done(struct pulse_server *p)
{
	char command[96];

	pulse_server_kill(p);
	snprintf(command, sizeof(command), "rm -rf %s", p->folder);
	if (system(command) != 0)
		fprintf(stderr, "%s is left behind\n", p->folder);
}
