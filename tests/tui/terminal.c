/* SPDX-License-Identifier: MIT */
/* terminal - see terminal.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>

#include "core/base/clock.h"
#include "core/base/scope.h"
#include "tests/tui/terminal.h"
#include "tui/text.h"

struct terminal {
	int fd;
	pid_t pid;
	bool ended;
	int rows, cols;
	size_t bytes;
	bool mouse; /* clicks were asked for */
	VTerm *vt;
	VTermScreen *screen;
	char text[256 * 1024];
};

static int set_property(VTermProp prop, VTermValue *val, void *user)
{
	struct terminal *t = user;

	if (prop == VTERM_PROP_MOUSE)
		t->mouse = val->number != VTERM_PROP_MOUSE_NONE;
	return 1;
}

static const VTermScreenCallbacks callbacks = { .settermprop = set_property };

struct terminal *terminal_new(int rows, int cols, int (*fn)(void *arg), void *arg)
{
	struct winsize size = { .ws_row = (unsigned short)rows,
				.ws_col = (unsigned short)cols };
	struct terminal *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->rows = rows;
	t->cols = cols;
	fflush(NULL);
	t->pid = forkpty(&t->fd, NULL, NULL, &size);
	if (t->pid < 0)
		abort();
	if (t->pid == 0) {
		int status = fn(arg);

		fflush(NULL);
		_exit(status);
	}
	t->vt = vterm_new(rows, cols);
	vterm_set_utf8(t->vt, 1);
	t->screen = vterm_obtain_screen(t->vt);
	vterm_screen_set_callbacks(t->screen, &callbacks, t);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_reset(t->screen, 1);
	return t;
}

void terminal_free(struct terminal *t)
{
	terminal_hang_up(t);
	if (!t->ended) {
		kill(t->pid, SIGKILL);
		waitpid(t->pid, NULL, 0);
	}
	vterm_free(t->vt);
	free(t);
}

/* One read within ms; false when nothing came or nobody writes any more. */
static bool take(struct terminal *t, int ms)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	char bytes[16384];
	ssize_t n;

	if (t->fd < 0 || poll(&p, 1, ms) <= 0)
		return false;
	n = read(t->fd, bytes, sizeof(bytes));
	if (n <= 0) {
		if (n < 0 && errno == EIO) /* the other end is closed for now: do not spin */
			poll(NULL, 0, ms < 10 ? ms : 10);
		return false;
	}
	t->bytes += (size_t)n;
	vterm_input_write(t->vt, bytes, (size_t)n);
	return true;
}

static int left_of(uint64_t end)
{
	uint64_t now = clock_now();

	return now >= end ? 0 : (int)((end - now) / NS_PER_MS) + 1;
}

void terminal_pump(struct terminal *t, int ms)
{
	uint64_t end = clock_now() + (unsigned)ms * NS_PER_MS;

	while (clock_now() < end)
		take(t, left_of(end));
}

const char *terminal_text(struct terminal *t)
{
	size_t n = 0;

	for (int row = 0; row < t->rows; row++) {
		for (int col = 0; col < t->cols; col++) {
			VTermPos at = { row, col };
			VTermScreenCell cell;

			if (!vterm_screen_get_cell(t->screen, at, &cell) ||
			    cell.chars[0] == (uint32_t)-1)
				continue; /* the right half of a wide one */
			n += text_encode(cell.chars[0] ? cell.chars[0] : ' ', t->text + n);
			for (int i = 1;
			     cell.chars[0] && i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i];
			     i++)
				n += text_encode(cell.chars[i], t->text + n);
		}
		t->text[n++] = '\n';
	}
	t->text[n] = '\0';
	return t->text;
}

bool terminal_coloured(struct terminal *t)
{
	for (int row = 0; row < t->rows; row++) {
		for (int col = 0; col < t->cols; col++) {
			VTermPos at = { row, col };
			VTermScreenCell cell;

			if (vterm_screen_get_cell(t->screen, at, &cell) &&
			    (!VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) ||
			     !VTERM_COLOR_IS_DEFAULT_BG(&cell.bg)))
				return true;
		}
	}
	return false;
}

static bool wait_for(struct terminal *t, const char *text, bool there, int ms)
{
	uint64_t end = clock_now() + (unsigned)ms * NS_PER_MS;

	do {
		if ((strstr(terminal_text(t), text) != NULL) == there)
			return true;
		take(t, left_of(end) < 50 ? left_of(end) : 50);
	} while (clock_now() < end);
	printf("the screen %s \"%s\":\n%s", there ? "never showed" : "kept", text,
	       terminal_text(t));
	return false;
}

bool terminal_shows(struct terminal *t, const char *text, int ms)
{
	return wait_for(t, text, true, ms);
}

bool terminal_loses(struct terminal *t, const char *text, int ms)
{
	return wait_for(t, text, false, ms);
}

void terminal_send(struct terminal *t, const char *bytes)
{
	if (write(t->fd, bytes, strlen(bytes)) < 0)
		abort();
}

bool terminal_click(struct terminal *t, int row, int col)
{
	char bytes[64];
	size_t n;

	/* libvterm itself goes on telling where that was switched off */
	if (!t->mouse)
		return false;
	vterm_mouse_move(t->vt, row, col, VTERM_MOD_NONE);
	vterm_mouse_button(t->vt, 1, true, VTERM_MOD_NONE);
	vterm_mouse_button(t->vt, 1, false, VTERM_MOD_NONE);
	n = vterm_output_read(t->vt, bytes, sizeof(bytes) - 1);
	bytes[n] = '\0';
	terminal_send(t, bytes);
	return n > 0;
}

void terminal_resize(struct terminal *t, int rows, int cols)
{
	struct winsize size = { .ws_row = (unsigned short)rows,
				.ws_col = (unsigned short)cols };

	t->rows = rows;
	t->cols = cols;
	vterm_set_size(t->vt, rows, cols);
	if (ioctl(t->fd, TIOCSWINSZ, &size) < 0)
		abort();
}

void terminal_stop(struct terminal *t, bool stopped)
{
	const char *name = ptsname(t->fd);
	int slave = name ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;

	if (slave < 0 || tcflow(slave, stopped ? TCOOFF : TCOON) < 0)
		abort();
	close(slave);
}

void terminal_hang_up(struct terminal *t)
{
	closep(&t->fd);
	t->fd = -EBADF;
}

size_t terminal_bytes(struct terminal *t)
{
	size_t n = t->bytes;

	t->bytes = 0;
	return n;
}

struct termios terminal_modes(struct terminal *t)
{
	struct termios modes = { 0 };

	if (tcgetattr(t->fd, &modes) < 0)
		abort();
	return modes;
}

pid_t terminal_pid(const struct terminal *t)
{
	return t->pid;
}

int terminal_status(struct terminal *t, int flags, int ms)
{
	uint64_t end = clock_now() + (unsigned)ms * NS_PER_MS;

	do {
		int status;

		if (waitpid(t->pid, &status, flags | WNOHANG) == t->pid) {
			t->ended = WIFEXITED(status) || WIFSIGNALED(status);
			return status;
		}
		take(t, 10);
	} while (clock_now() < end);
	return -1;
}
