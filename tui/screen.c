/* SPDX-License-Identifier: MIT */
/* screen - see screen.h. */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#include "core/base/scope.h"
#include "tui/keys.h"
#include "tui/screen.h"

struct screen {
	int tty;    /* the terminal, non-blocking, ours alone */
	int memory; /* where curses writes, through out */
	FILE *out, *in;
	SCREEN *curses;
	struct termios found; /* how the terminal was */
	bool lost, away;      /* gone for good; given back for a while */
	bool color;
	enum glyphs glyphs;
	attr_t attrs[STYLE_COUNT];
	struct cells shown;	/* what curses has been told */
	bool fresh;		/* tell it everything */
	bool mouse, mouse_told; /* clicks are wanted; the terminal was told so */
	char *frame;		/* bytes on their way out */
	size_t frame_size, frame_n, frame_at;
};

int screen_tty(void)
{
	static const int standard[] = { STDOUT_FILENO, STDERR_FILENO, STDIN_FILENO };
	const int flags = O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd;

	for (size_t i = 0; i < ARRAY_SIZE(standard); i++) {
		char path[64];

		if (ttyname_r(standard[i], path, sizeof(path)) != 0)
			continue;
		fd = open(path, flags);
		if (fd >= 0)
			return fd;
	}
	/* after su the terminal's own name may be somebody else's file */
	fd = open("/dev/tty", flags);
	return fd < 0 ? -ENOTTY : fd;
}

/* ISIG off, so ^C and ^Z are keys; IXON off, so ^S does not freeze; OPOST off for curses. */
static void screen_raw(struct screen *s)
{
	struct termios raw = s->found;

	cfmakeraw(&raw);
	tcsetattr(s->tty, TCSANOW, &raw);
}

/* Take over what curses wrote. */
static void screen_collect(struct screen *s)
{
	off_t n = lseek(s->memory, 0, SEEK_CUR);

	if (n > 0 && s->frame_n + (size_t)n > s->frame_size) {
		char *grown = realloc(s->frame, s->frame_n + (size_t)n);

		if (grown) {
			s->frame = grown;
			s->frame_size = s->frame_n + (size_t)n;
		} else {
			n = 0; /* a frame is lost; the next one repaints */
			s->fresh = true;
		}
	}
	if (n > 0 && pread(s->memory, s->frame + s->frame_n, (size_t)n, 0) == n)
		s->frame_n += (size_t)n;
	lseek(s->memory, 0, SEEK_SET);
	if (ftruncate(s->memory, 0) < 0)
		s->fresh = true;
}

/* Everything out, waiting up to a second: only for the first and the last bytes. */
static void screen_drain(struct screen *s)
{
	struct pollfd p = { .fd = s->tty, .events = POLLOUT };

	screen_collect(s);
	for (int i = 0; i < 10 && screen_flush(s) == -EAGAIN; i++)
		if (poll(&p, 1, 100) < 0 && errno != EINTR)
			break;
	s->frame_n = s->frame_at = 0;
}

static bool screen_newterm(struct screen *s, const char *term)
{
	s->curses = newterm(term, s->out, s->in);
	if (!s->curses)
		return false;
	/* a "dumb" terminal succeeds above */
	if (cursor_address || (cursor_up && cursor_right))
		return true;
	endwin();
	delscreen(s->curses);
	s->curses = NULL;
	lseek(s->memory, 0, SEEK_SET);
	return false;
}

static int screen_start(struct screen *s, char *why, size_t why_size)
{
	const char *term = getenv("TERM"), *none = getenv("NO_COLOR");
	const char *tries[] = { term, "xterm-256color", "vt100" };
	bool dumb = term && strcmp(term, "dumb") == 0;

	for (size_t i = 0; i < ARRAY_SIZE(tries) && !s->curses; i++)
		if (tries[i] && *tries[i] && !(dumb && i > 0))
			screen_newterm(s, tries[i]);
	if (!s->curses) {
		snprintf(why, why_size,
			 "the terminal \"%.40s\" cannot place its cursor; "
			 "set TERM to what it is, or use --headless",
			 term ? term : "");
		return -ENOTSUP;
	}
	s->color = has_colors() && !(none && *none);
	if (s->color) {
		start_color();
		use_default_colors();
	}
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		s->glyphs = GLYPHS_ASCII;
	else
		s->glyphs = term && strncmp(term, "linux", 5) == 0 ? GLYPHS_HALF : GLYPHS_FULL;
	leaveok(stdscr, FALSE);
	scrollok(stdscr, FALSE);
	typeahead(-1);
	return 0;
}

/*
 * Before the first endwin() curses hands each cursor move over by a write of its
 * own, after it a frame at once. What that writes is nobody's business.
 */
static void screen_settle(struct screen *s)
{
	refresh();
	endwin();
	lseek(s->memory, 0, SEEK_SET);
	if (ftruncate(s->memory, 0) == 0)
		refresh();
}

SCOPED_FN(struct screen, screen_free)

int screen_new(int tty, struct screen **ret, char *why, size_t why_size)
{
	SCOPED(screen_freep) struct screen *s = calloc(1, sizeof(*s));
	struct theme base;
	int r, rows, cols;

	if (!s) {
		closep(&tty);
		return -ENOMEM;
	}
	s->tty = tty;
	s->memory = -EBADF;
	s->fresh = true;
	if (s->tty < 0 || tcgetattr(s->tty, &s->found) < 0) {
		snprintf(why, why_size,
			 "the console needs a terminal; without one, use --headless");
		return -ENOTTY;
	}
	s->memory = memfd_create("screen", MFD_CLOEXEC);
	s->out = s->memory < 0 ? NULL : fdopen(s->memory, "w");
	s->in = fopen("/dev/null", "re");
	if (!s->out || !s->in)
		return -errno;
	r = screen_start(s, why, why_size);
	if (r < 0)
		return r;
	screen_raw(s);
	screen_measure(s, &rows, &cols);
	theme_base(&base);
	screen_wear(s, &base);
	screen_settle(s);
	screen_drain(s);
	*ret = TAKE(s);
	return 0;
}

void screen_free(struct screen *s)
{
	if (!s)
		return;
	if (s->curses) {
		if (!s->lost && !s->away)
			screen_suspend(s);
		else
			endwin(); /* into memory, for curses' own peace */
		delscreen(s->curses);
	}
	if (s->out)
		fclose(s->out); /* and with it the memory */
	else
		closep(&s->memory);
	if (s->in)
		fclose(s->in);
	closep(&s->tty);
	cells_done(&s->shown);
	free(s->frame);
	free(s);
}

int screen_fd(const struct screen *s)
{
	return s->tty;
}

enum glyphs screen_glyphs(const struct screen *s)
{
	return s->glyphs;
}

void screen_teach(const struct screen *s, struct input *in)
{
	static const struct {
		const char *name;
		uint32_t key;
	} keys[] = {
		{ "kcuu1", KEYS_UP },	     { "kcud1", KEYS_DOWN },
		{ "kcub1", KEYS_LEFT },	     { "kcuf1", KEYS_RIGHT },
		{ "kri", KEYS_SHIFT_UP },    { "kind", KEYS_SHIFT_DOWN },
		{ "kLFT", KEYS_SHIFT_LEFT }, { "kRIT", KEYS_SHIFT_RIGHT },
		{ "kpp", KEYS_PAGE_UP },     { "knp", KEYS_PAGE_DOWN },
		{ "khome", KEYS_HOME },	     { "kend", KEYS_END },
		{ "kich1", KEYS_INSERT },    { "kdch1", KEYS_DELETE },
		{ "kcbt", KEYS_BACKTAB },    { "kf1", KEYS_F1 },
		{ "kf2", KEYS_F1 + 1 },	     { "kf3", KEYS_F1 + 2 },
		{ "kf4", KEYS_F1 + 3 },	     { "kf5", KEYS_F1 + 4 },
		{ "kf10", KEYS_F1 + 9 },
	};

	(void)s;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *sequence = tigetstr(keys[i].name);

		if (sequence != (const char *)-1)
			input_learn(in, sequence, keys[i].key);
	}
}

void screen_measure(struct screen *s, int *ret_rows, int *ret_cols)
{
	struct winsize w = { 0 };
	int rows = 24, cols = 80, was_rows, was_cols;

	if (ioctl(s->tty, TIOCGWINSZ, &w) == 0 && w.ws_row > 0 && w.ws_col > 0) {
		rows = w.ws_row;
		cols = w.ws_col;
	}
	getmaxyx(stdscr, was_rows, was_cols);
	if (rows != was_rows || cols != was_cols) {
		resizeterm(rows, cols);
		s->fresh = true;
	}
	*ret_rows = rows;
	*ret_cols = cols;
}

void screen_wear(struct screen *s, const struct theme *t)
{
	static const attr_t attrs[] = { A_BOLD, A_DIM, A_UNDERLINE, A_REVERSE };

	for (int i = 0; i < STYLE_COUNT; i++) {
		struct look look = theme_fit(t, (enum style)i, s->color ? COLORS : 0);

		if (s->color && i + 1 < COLOR_PAIRS)
			init_pair((short)(i + 1), look.fg, look.bg);
		s->attrs[i] = A_NORMAL;
		for (unsigned b = 0; b < ARRAY_SIZE(attrs); b++)
			if (look.attrs & 1u << b)
				s->attrs[i] |= attrs[b];
	}
	s->fresh = true;
}

bool screen_mouse(struct screen *s, bool on)
{
	s->mouse = on && key_mouse;
	return s->mouse == on;
}

/* Clicks and the wheel, by coordinates that have no end at column 223. */
static void screen_tell_mouse(struct screen *s, bool on)
{
	if (s->mouse_told != on)
		dprintf(s->memory, on ? "\033[?1000h\033[?1006h" : "\033[?1006l\033[?1000l");
	s->mouse_told = on;
}

void screen_spoil(struct screen *s)
{
	clearok(stdscr, TRUE);
	s->fresh = true;
}

bool screen_ready(const struct screen *s)
{
	return !s->lost && !s->away && s->frame_at == s->frame_n;
}

static void screen_put(struct screen *s, int row, int col, const struct cell *cell)
{
	short pair = s->color && cell->style + 1 < COLOR_PAIRS ? (short)(cell->style + 1) : 0;
	wchar_t text[CELL_MARKS + 2] = { 0 };
	cchar_t wide;

	memcpy(text, cell->ch, sizeof(cell->ch));
	if (setcchar(&wide, text, s->attrs[cell->style], pair, NULL) == OK)
		mvadd_wch(row, col, &wide);
}

void screen_draw(struct screen *s, const struct cells *c)
{
	if (s->shown.rows != c->rows || s->shown.cols != c->cols) {
		cells_done(&s->shown);
		if (cells_init(&s->shown, c->rows, c->cols, c->glyphs) < 0)
			return; /* no memory: no frame */
		s->fresh = true;
	}
	for (int row = 0; row < c->rows; row++) {
		for (int col = 0; col < c->cols; col++) {
			int at = row * c->cols + col;

			/* the right half of a wide one came with its left */
			if (c->cell[at].ch[0] == 0 ||
			    (!s->fresh && memcmp(&c->cell[at], &s->shown.cell[at],
						 sizeof(struct cell)) == 0))
				continue;
			screen_put(s, row, col, &c->cell[at]);
		}
	}
	memcpy(s->shown.cell, c->cell, (size_t)(c->rows * c->cols) * sizeof(struct cell));
	s->fresh = false;
	if (c->cursor_row != s->shown.cursor_row || c->cursor_row < 0)
		curs_set(c->cursor_row >= 0);
	s->shown.cursor_row = c->cursor_row;
	s->shown.cursor_col = c->cursor_col;
	if (c->cursor_row >= 0)
		move(c->cursor_row, c->cursor_col);
	screen_tell_mouse(s, s->mouse);
	wnoutrefresh(stdscr);
	doupdate();
	s->frame_n = s->frame_at = 0;
	screen_collect(s);
}

int screen_flush(struct screen *s)
{
	while (s->frame_at < s->frame_n) {
		ssize_t n = write(s->tty, s->frame + s->frame_at, s->frame_n - s->frame_at);

		if (n > 0)
			s->frame_at += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			return -EAGAIN;
		else if (n < 0 && errno != EINTR)
			return -errno;
	}
	return 0;
}

ssize_t screen_read(struct screen *s, char *bytes, size_t size)
{
	ssize_t n = read(s->tty, bytes, size);

	if (n > 0)
		return n;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return n < 0 ? -errno : -EIO; /* end of file: hung up */
}

void screen_suspend(struct screen *s)
{
	if (s->lost || s->away)
		return;
	screen_tell_mouse(s, false);
	/* what comes next is written there, where no other page is gone back to */
	move(getmaxy(stdscr) - 1, 0);
	clrtoeol();
	refresh();
	screen_drain(s);
	endwin();
	screen_drain(s);
	tcsetattr(s->tty, TCSANOW, &s->found);
	s->away = true;
}

void screen_resume(struct screen *s)
{
	if (s->lost || !s->away)
		return;
	s->away = false;
	tcgetattr(s->tty, &s->found);
	screen_raw(s);
	s->fresh = true;
	clearok(stdscr, TRUE);
	screen_tell_mouse(s, s->mouse);
	refresh();
	screen_drain(s);
}

void screen_lost(struct screen *s)
{
	s->lost = true;
	s->frame_n = s->frame_at = 0;
}
