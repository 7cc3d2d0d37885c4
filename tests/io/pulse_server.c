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

static void put(const struct pulse_server *p, const char *variable, const char *prefix,
		const char *file)
{
	char value[128];

	snprintf(value, sizeof(value), "%s%s%s", prefix, p->folder, file);
	setenv(variable, value, 1);
}

void pulse_server_init(struct pulse_server *p, bool pipewire)
{
	*p = (struct pulse_server){ .folder = "/tmp/fanfare-pulse-XXXXXX",
				    .pipewire = pipewire,
				    .heard = pipewire ? "speaker" : "pipe" };
	if (!mkdtemp(p->folder))
		abort();
	/* named, so that no library starts one by itself or finds the user's */
	put(p, "PULSE_SERVER", "unix:", "/native");
	put(p, "PULSE_COOKIE", "", "/cookie");
	put(p, "PULSE_RUNTIME_PATH", "", "");
	put(p, "DBUS_SESSION_BUS_ADDRESS", "unix:path=", "/bus");
	put(p, "HOME", "", "");
	put(p, "XDG_RUNTIME_DIR", "", "");
	put(p, "XDG_CONFIG_HOME", "", "");
	put(p, "XDG_STATE_HOME", "", "");
}

/* A program of the server's, silent; it dies with us, also when the test breaks off. */
static void program(struct pulse_server *p, const char *const argv[])
{
	pid_t pid = fork();
	int null;

	if (pid == 0) {
		setpgid(0, p->group);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		unsetenv("PULSE_SERVER");
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	setpgid(pid, p->group);
	if (p->group == 0)
		p->group = pid;
}

#define PROGRAM(p, ...) program(p, (const char *const[]){ __VA_ARGS__, NULL })

static void run_pulseaudio(struct pulse_server *p)
{
	char native[128], pipe[256];

	snprintf(native, sizeof(native),
		 "module-native-protocol-unix auth-anonymous=1 socket=%s/native", p->folder);
	snprintf(pipe, sizeof(pipe),
		 "module-pipe-sink sink_name=pipe file=%s/fifo format=s16le rate=44100 "
		 "channels=2 "
		 "use_system_clock_for_timing=yes",
		 p->folder);
	PROGRAM(p, "pulseaudio", "-n", "--daemonize=no", "--system=no", "--exit-idle-time=-1",
		"--use-pid-file=no", "--disable-shm=yes", "--log-level=error", "-L", native,
		"-L", "module-null-sink sink_name=speaker rate=44100", "-L",
		"module-null-sink sink_name=tone rate=44100", "-L", pipe);
}

/* A shell command in a group of its own; its output goes to fd. */
static pid_t command(const char *line, int fd)
{
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(fd, 1);
		execlp("sh", "sh", "-c", line, (char *)NULL);
		_exit(127);
	}
	setpgid(pid, pid);
	return pid;
}

/* A sine from outside: the server's own module-sine has a seam every 0.4 s. */
static pid_t play_tone(void)
{
	return command("sox -q -n -t s16 -r 44100 -c 2 - synth 600 sine 997 gain -6 | "
		       "exec pacat -d tone --format=s16le --rate=44100 --channels=2 "
		       "--latency-msec=100 2>/dev/null",
		       2);
}

int pulse_server_hear(struct pulse_server *p)
{
	char fifo[96];
	int fd[2];

	snprintf(fifo, sizeof(fifo), "%s/fifo", p->folder);
	if (!p->pipewire)
		return open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (pipe2(fd, O_CLOEXEC) < 0)
		return -1;
	fcntl(fd[0], F_SETFL, O_NONBLOCK);
	p->recorder = command("exec parec -d speaker.monitor --format=s16le --rate=44100 "
			      "--channels=2 --latency-msec=10",
			      fd[1]);
	close(fd[1]);
	return fd[0];
}

static bool answers(const struct pulse_server *p, const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), r;

	snprintf(a.sun_path, sizeof(a.sun_path), "%s/%s", p->folder, name);
	r = connect(fd, (struct sockaddr *)&a, sizeof(a));
	close(fd);
	return r == 0;
}

/* Until somebody answers at the socket of that name; false = nobody does, or it ended. */
static bool wait_for(const struct pulse_server *p, const char *name)
{
	uint64_t end = clock_now() + 10 * NS_PER_SEC;

	while (clock_now() < end) {
		clock_sleep_until(clock_now() + 100 * NS_PER_MS);
		if (answers(p, name))
			return true;
		if (waitpid(p->group, NULL, WNOHANG) == p->group)
			return false;
	}
	return false;
}

/* The bus is for the session manager, which will not live without. */
static bool run_pipewire(struct pulse_server *p)
{
	char bus[128];

	snprintf(bus, sizeof(bus), "--address=unix:path=%s/bus", p->folder);
	PROGRAM(p, "dbus-daemon", "--session", "--nofork", "--nopidfile", bus);
	if (!wait_for(p, "bus"))
		return false;
	PROGRAM(p, "pipewire");
	if (!wait_for(p, "pipewire-0"))
		return false;
	PROGRAM(p, "wireplumber");
	PROGRAM(p, "pipewire-pulse");
	return wait_for(p, "native") &&
	       system("for s in speaker tone; do pactl load-module module-null-sink "
		      "sink_name=$s || exit 1; done >/dev/null") == 0;
}

bool pulse_server_start(struct pulse_server *p)
{
	if (p->pipewire) {
		if (!run_pipewire(p))
			return false;
	} else {
		run_pulseaudio(p);
		/* the modules after the socket's are loaded a moment later */
		if (!wait_for(p, "native"))
			return false;
	}
	p->tone = play_tone();
	return true;
}

void pulse_server_hang(const struct pulse_server *p, bool hang)
{
	kill(-p->group, hang ? SIGSTOP : SIGCONT);
}

/* A whole group of our children; all of it is gone when this returns. */
static void end_group(pid_t *group)
{
	if (*group <= 0)
		return;
	kill(-*group, SIGKILL);
	while (waitpid(-*group, NULL, 0) > 0)
		;
	*group = 0;
}

void pulse_server_kill(struct pulse_server *p)
{
	end_group(&p->group);
	end_group(&p->tone);
	end_group(&p->recorder);
}

void pulse_server_done(struct pulse_server *p)
{
	char command[96];

	pulse_server_kill(p);
	snprintf(command, sizeof(command), "rm -rf %s", p->folder);
	if (system(command) != 0)
		fprintf(stderr, "%s is left behind\n", p->folder);
}
