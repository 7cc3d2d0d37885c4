/* SPDX-License-Identifier: MIT */
/* session - see session.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#include "core/base/scope.h"
#include "tui/session.h"

struct session_message {
	enum session_word word;
	int code;
	char text[900];
};

static volatile sig_atomic_t session_child; /* whom SIGTERM and SIGINT are passed on to */

static void session_forward(int sig)
{
	kill((pid_t)session_child, sig);
}

static int session_receive(int channel, struct session_message *m)
{
	ssize_t n;

	do
		n = recv(channel, m, sizeof(*m), 0);
	while (n < 0 && errno == EINTR);
	if (n < (ssize_t)sizeof(*m))
		return -EPIPE;
	m->text[sizeof(m->text) - 1] = '\0';
	return 0;
}

static void session_send(int channel, enum session_word word, int code, const char *text)
{
	struct session_message m = { .word = word, .code = code };

	snprintf(m.text, sizeof(m.text), "%s", text);
	send(channel, &m, sizeof(m), MSG_NOSIGNAL);
}

/* Whether another job has the terminal. */
static bool session_behind(void)
{
	pid_t front = tcgetpgrp(isatty(STDIN_FILENO) ? STDIN_FILENO : STDOUT_FILENO);

	return front >= 0 && front != getpgrp();
}

/* Stop until the shell puts us in front again; bg alone does not count. */
static void session_stop(void)
{
	do
		raise(SIGSTOP);
	while (session_behind());
}

/* The child is dead without a word: leave a terminal one can type in. */
static void session_mend(const struct termios *found)
{
	int error;

	if (!isatty(STDOUT_FILENO) || setupterm(NULL, STDOUT_FILENO, &error) == ERR)
		return;
	if (exit_ca_mode)
		putp(exit_ca_mode);
	if (exit_attribute_mode)
		putp(exit_attribute_mode);
	if (cursor_normal)
		putp(cursor_normal);
	if (key_mouse)
		fputs("\033[?1006l\033[?1000l", stdout);
	fflush(stdout);
	tcsetattr(STDOUT_FILENO, TCSANOW, found);
}

static int session_bereft(pid_t child, const struct termios *found)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (found)
		session_mend(found);
	fprintf(stderr, "fanfare: ended by signal %d (%s)\n", WTERMSIG(status),
		strsignal(WTERMSIG(status)));
	return 128 + WTERMSIG(status);
}

/* found is how the terminal was before the child had it; NULL = there is none. */
static _Noreturn void session_attend(int channel, pid_t child, const struct termios *found)
{
	struct sigaction forward = { .sa_handler = session_forward, .sa_flags = SA_RESTART };
	struct session_message m;

	session_child = child;
	sigaction(SIGTERM, &forward, NULL);
	sigaction(SIGINT, &forward, NULL);
	while (session_receive(channel, &m) == 0) {
		if (m.word == SESSION_SUSPENDED) {
			session_stop();
			session_send(channel, SESSION_RESUMED, 0, "");
			continue;
		}
		if (*m.text)
			fprintf(m.word == SESSION_LEFT ? stdout : stderr, "%s\n", m.text);
		fflush(stdout);
		if (m.word == SESSION_ENDED) /* its threads may still be closing devices */
			while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
				;
		_exit(m.code);
	}
	_exit(session_bereft(child, found));
}

int session_start(void)
{
	struct termios found;
	bool terminal;
	int pair[2];
	pid_t child;

	if (session_behind())
		session_stop(); /* started with &: the terminal is not ours to paint on */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	terminal = tcgetattr(STDOUT_FILENO, &found) == 0;
	fflush(NULL);
	child = fork();
	if (child < 0) {
		int r = -errno;

		close(pair[0]);
		close(pair[1]);
		return r;
	}
	if (child > 0) {
		close(pair[1]);
		session_attend(pair[0], child, terminal ? &found : NULL);
	}
	close(pair[0]);
	return pair[1];
}

void session_say(int channel, enum session_word word, int code, const char *text)
{
	if (channel >= 0)
		session_send(channel, word, code, text);
	else if (*text)
		fprintf(stderr, "%s\n", text);
}

enum session_word session_hear(int channel)
{
	struct session_message m;

	return session_receive(channel, &m) == 0 ? m.word : 0;
}

void session_quiet(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		if (isatty(fd))
			dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
}

void session_detach(void)
{
	setsid(); /* never a group's leader: the parent's child */
}
