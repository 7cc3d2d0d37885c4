/* SPDX-License-Identifier: MIT */
/* far - see far.h. */
#include "tests/service/far.h"

#include "core/base/clock.h"
#include "core/base/scope.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SOON	    20000 /* ms a busy machine may take */
#define SSHD	    "/usr/sbin/sshd"
#define SSHD_FOLDER "/run/sshd" /* where it locks itself in before the login; root's alone */

static char folder[64];
static const char *user;
static unsigned port;
static pid_t sshd;

static const char config[] = "ListenAddress 127.0.0.1\n"
			     "Port %u\n"
			     "HostKey %s/host\n"
			     "AuthorizedKeysFile %s/key.pub\n"
			     "PidFile none\n"
			     "UsePAM no\n"
			     "StrictModes no\n"
			     "PermitRootLogin prohibit-password\n"
			     "PasswordAuthentication no\n"
			     "KbdInteractiveAuthentication no\n"
			     "UseDNS no\n"
			     "PrintMotd no\n"
			     "PrintLastLog no\n"
			     "LogLevel ERROR\n";

static FILE *create(const char *name)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "we");
	assert_non_null(f);
	return f;
}

static void make_key(const char *name)
{
	char command[192];

	snprintf(command, sizeof(command), "ssh-keygen -q -t ed25519 -N '' -f %s/%s", folder,
		 name);
	if (system(command) != 0)
		fail_msg("ssh-keygen makes no key: is openssh-client installed?");
}

/* The client knows the host by its key, as it should. */
static void make_known_hosts(void)
{
	char path[128], line[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/host.pub", folder);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	f = create("known");
	fprintf(f, "[127.0.0.1]:%u %s", port, line);
	fclose(f);
}

/* One that nobody uses: 0 = the kernel chooses. */
static int listen_on(unsigned number, unsigned *ret_number)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)number) };
	SCOPED(closep) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &size) < 0)
		return -errno;
	*ret_number = ntohs(at.sin_port);
	return 0;
}

static bool answers(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	SCOPED(closep) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0;
}

static void show_log(void)
{
	char path[128], line[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/log", folder);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		print_message("sshd: %s", line);
	if (f)
		fclose(f);
}

static _Noreturn void be_sshd(void)
{
	char path[128], log[128];

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* whatever becomes of the test */
	snprintf(path, sizeof(path), "%s/sshd.conf", folder);
	snprintf(log, sizeof(log), "%s/log", folder);
	execl(SSHD, SSHD, "-D", "-f", path, "-E", log, (char *)NULL);
	_exit(127);
}

static void start_sshd(void)
{
	uint64_t end = clock_now() + SOON * NS_PER_MS;
	FILE *f = create("sshd.conf");

	fprintf(f, config, port, folder, folder);
	fclose(f);
	fflush(NULL);
	sshd = fork();
	assert_true(sshd >= 0);
	if (sshd == 0)
		be_sshd();
	while (!answers()) {
		if (clock_now() > end || waitpid(sshd, NULL, WNOHANG) == sshd) {
			show_log();
			fail_msg("sshd does not listen on port %u", port);
		}
		poll(NULL, 0, 10);
	}
}

/* Not being root, sshd may only hand out terminals that have the group tty from the start. */
static void make_sure_of_a_terminal(const struct passwd *pw)
{
	const struct group *tty = getgrnam("tty");
	SCOPED(closep) int master = posix_openpt(O_RDWR | O_NOCTTY);
	struct stat st;

	assert_true(master >= 0);
	assert_int_equal(stat(ptsname(master), &st), 0);
	if (pw->pw_uid != 0 && tty && st.st_gid != tty->gr_gid)
		fail_msg("/dev/pts is mounted without gid=%u: only root's sshd works here",
			 (unsigned)tty->gr_gid);
}

void far_prepare(void)
{
	const struct passwd *pw = getpwuid(getuid());

	if (access(SSHD, X_OK) < 0)
		fail_msg(SSHD " is not there: make check installs openssh-server");
	if (!pw || access(pw->pw_shell, X_OK) < 0 || strstr(pw->pw_shell, "nologin"))
		fail_msg("user %u has no shell to log in with", (unsigned)getuid());
	user = strdup(pw->pw_name);
	make_sure_of_a_terminal(pw);
	snprintf(folder, sizeof(folder), "/tmp/fanfare-far-XXXXXX");
	assert_non_null(mkdtemp(folder));
	if (getuid() == 0 && mkdir(SSHD_FOLDER, 0755) < 0)
		assert_int_equal(errno, EEXIST);
	/* what loses its parent over there becomes ours, and is seen to end */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	assert_int_equal(listen_on(0, &port), 0);
	make_key("host");
	make_key("key");
	make_known_hosts();
	start_sshd();
}

void far_clean(void)
{
	char command[128];

	kill(sshd, SIGTERM);
	waitpid(sshd, NULL, 0);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	assert_int_equal(system(command), 0);
}

/* ---- a console over there --------------------------------------------------------------- */

static int run_ssh(void *arg)
{
	static const char *const kept[] = { "HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME",
					    "DBUS_SYSTEM_BUS_ADDRESS" };
	const char *program = arg;
	char key[128], known[128], number[16], command[2048];
	size_t n;

	setenv("TERM", "xterm-256color", 1);
	snprintf(key, sizeof(key), "-i%s/key", folder);
	snprintf(known, sizeof(known), "-oUserKnownHostsFile=%s/known", folder);
	snprintf(number, sizeof(number), "-p%u", port);
	/* a shell of any kind understands this much; its file's time is when program began */
	n = (size_t)snprintf(command, sizeof(command), "exec env LC_ALL=C.UTF-8");
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		n += (size_t)snprintf(command + n, sizeof(command) - n, " %s='%s'", kept[i],
				      getenv(kept[i]));
	snprintf(command + n, sizeof(command) - n, " sh -c 'echo $$ >%s/pid; exec %s'", folder,
		 program);
	execlp("ssh", "ssh", "-F/dev/null", "-tt", "-q", number, key, known,
	       "-oStrictHostKeyChecking=yes", "-oBatchMode=yes", "-oIdentitiesOnly=yes",
	       "-oIdentityAgent=none", "-oEscapeChar=none", "-l", user, "127.0.0.1", command,
	       (char *)NULL);
	return 127;
}

/* The number in /proc/PID/FILE; 0 = there is none. */
static pid_t number_in(const char *path)
{
	FILE *f = fopen(path, "re");
	int pid = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%d", &pid) != 1)
		pid = 0;
	fclose(f);
	return pid;
}

static pid_t child_of(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	return number_in(path);
}

/* Field number (from 3, its state) of /proc/PID/stat; the name may hold anything. */
static long stat_of(pid_t pid, int field)
{
	char path[64], line[1024] = "", *at;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	at = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	fclose(f);
	for (int i = 2; at && i < field; i++)
		at = strchr(at + 1, ' ');
	return at ? strtol(at, NULL, 10) : 0;
}

void far_attach(struct far *f, const char *program, const char *const *picture)
{
	char path[128];
	struct timespec now;
	struct stat began;
	uint64_t start;

	snprintf(path, sizeof(path), "%s/pid", folder);
	unlink(path);
	start = clock_now();
	*f = (struct far){ .line = terminal_new(24, 80, run_ssh, (void *)(uintptr_t)program) };
	for (size_t i = 0; picture[i]; i++) {
		if (!terminal_shows(f->line, picture[i], SOON)) {
			show_log();
			fail();
		}
	}
	f->whole_ms = (double)(clock_now() - start) / (double)NS_PER_MS;
	clock_gettime(CLOCK_REALTIME, &now);
	assert_int_equal(stat(path, &began), 0);
	f->attach_ms = (double)(now.tv_sec - began.st_mtim.tv_sec) * 1e3 +
		       (double)(now.tv_nsec - began.st_mtim.tv_nsec) / 1e6;
	f->waits = number_in(path);
	f->draws = child_of(f->waits);
	f->sshd = (pid_t)stat_of(f->waits, 4);
	assert_true(f->waits > 0 && f->draws > 0 && f->sshd > 1);
}

/* It has ended; one that became ours is not left as a zombie. */
static bool ended(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == pid || (kill(pid, 0) < 0 && errno == ESRCH);
}

bool far_gone(struct far *f, int ms)
{
	uint64_t end = clock_now() + (unsigned)ms * NS_PER_MS;

	for (;;) {
		if (f->waits && ended(f->waits))
			f->waits = 0;
		if (f->draws && ended(f->draws))
			f->draws = 0;
		if (!f->waits && !f->draws)
			return true;
		if (clock_now() > end)
			return false;
		poll(NULL, 0, 5);
	}
}

double far_computed(const struct far *f)
{
	return (double)(stat_of(f->draws, 14) + stat_of(f->draws, 15)) * 1e3 /
	       (double)sysconf(_SC_CLK_TCK);
}

void far_free(struct far *f)
{
	terminal_free(f->line);
	f->line = NULL;
}
