/* SPDX-License-Identifier: MIT */
/* app - see app.h. */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/scope.h"
#include "core/fanfare.h"
#include "tui/app.h"
#include "tui/keymap.h"
#include "tui/keys.h"
#include "tui/screen.h"
#include "tui/session.h"
#include "tui/sole.h"
#include "tui/text.h"
#include "tui/theme.h"
#include "tui/ui.h"

#define APP_FRAME_LOCAL_MS  50	/* 20 Hz */
#define APP_FRAME_REMOTE_MS 100 /* 10 Hz under SSH_CONNECTION */

struct app {
	struct ff *ff;
	int signals, channel;
	int sole;	       /* our name as the one that plays */
	struct screen *screen; /* NULL = left, or gone */
	bool away;	       /* suspended */
	struct input input;
	struct ui ui;
	struct cells cells;
	struct theme theme;
	int frame_ms;
	uint64_t updated_ms; /* of the last snapshot */
	uint64_t due_ms;     /* when something shown changes by itself; 0 = never */
	bool dirty;	     /* the screen is behind the model */
	bool stop;
};

enum { APP_TTY, APP_DOOR, APP_SIGNALS, APP_CHANNEL, APP_SOLE, APP_FDS };

static uint64_t app_now(void)
{
	return clock_now() / NS_PER_MS;
}

/* Every thread that comes later inherits this mask: all signals are read here. */
static int app_signals(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* in the background a terminal may not stop us, nor a reader's end kill us */
	sigaction(SIGTTIN, &ignore, NULL);
	sigaction(SIGTTOU, &ignore, NULL);
	sigaction(SIGTSTP, &ignore, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int app_submit(void *arg, const struct ff_command *command)
{
	struct app *a = arg;

	return ff_submit(a->ff, command);
}

static void app_resize(struct app *a)
{
	struct cells cells;
	int rows, cols;

	screen_measure(a->screen, &rows, &cols);
	if (a->cells.cell && rows == a->cells.rows && cols == a->cells.cols)
		return;
	if (cells_init(&cells, rows, cols, screen_glyphs(a->screen)) < 0)
		return; /* the old size still draws, cut by curses */
	cells_done(&a->cells);
	a->cells = cells;
	a->dirty = true;
}

/* The terminal is gone, or no longer wanted: from here on without one. */
static void app_leave(struct app *a, bool lost)
{
	align_end(&a->ui);
	if (lost && a->screen)
		screen_lost(a->screen);
	screen_free(TAKE(a->screen));
	session_detach();
	if (a->ui.snap.attached) /* what plays is not ours to keep alive */
		a->stop = true;
}

/* Say what is wrong with a file of the user's now, and where it can be read again. */
static void app_complain(struct app *a, const char *why, const char *instead)
{
	log_warning("%s; %s", why, instead);
	ui_say(&a->ui, SAY_ERROR, "%s; %s", why, instead);
}

/* 0, or -errno with the base theme worn in its place. */
static int app_wear(struct app *a, const char *name)
{
	char why[256];
	int r = theme_load(name, &a->theme, why, sizeof(why));

	if (r < 0) {
		theme_base(&a->theme);
		/* its name stays, so that T goes on from there */
		snprintf(a->theme.name, sizeof(a->theme.name), "%.31s", name);
		app_complain(a, why, "the base theme is used");
	}
	screen_wear(a->screen, &a->theme);
	snprintf(a->ui.theme, sizeof(a->ui.theme), "%s", a->theme.name);
	a->dirty = true;
	return r;
}

/* Wear it now and the next time. */
static void app_keep(struct app *a, const char *name)
{
	struct theme tried;
	char why[256];
	int r = theme_load(name, &tried, why, sizeof(why));

	if (r < 0) {
		text_copy(a->ui.theme, sizeof(a->ui.theme), a->theme.name);
		ui_say(&a->ui, SAY_ERROR, "%s; nothing is changed", why);
		return;
	}
	if (app_wear(a, name) < 0)
		return; /* that was said */
	r = theme_remember(name);
	if (r < 0)
		ui_say(&a->ui, SAY_WARNING, "theme %s is worn, but not remembered: %s", name,
		       strerror(-r));
}

/* Clicks are asked for as the model wants them. */
static void app_mouse(struct app *a)
{
	if (!screen_mouse(a->screen, a->ui.mouse)) {
		ui_say(&a->ui, SAY_WARNING, "this terminal knows no mouse");
		a->ui.mouse = false;
	}
	a->input.clicks = a->ui.mouse;
	a->dirty = true;
}

static void app_point(struct app *a)
{
	int row = a->input.mouse.row, col = a->input.mouse.col;

	ui_point(&a->ui, cells_hit_at(&a->cells, row, col), row, col, a->input.mouse.wheel,
		 app_now());
}

/* What the model asked for while a key was handled. */
static void app_want(struct app *a)
{
	enum ui_want want = a->ui.want;
	char text[200];

	a->ui.want = UI_STAY;
	switch (want) {
	case UI_STAY:
		break;
	case UI_LEAVE:
		app_leave(a, false);
		if (a->stop)
			snprintf(text, sizeof(text), "Fanfare plays on.");
		else
			snprintf(text, sizeof(text),
				 "Fanfare plays on in the background, process %ld. To stop it: "
				 "kill %ld",
				 (long)getpid(), (long)getpid());
		session_say(a->channel, SESSION_LEFT, 0, text);
		close(TAKE_FD(a->channel));
		break;
	case UI_STOP:
		if (a->ui.snap.attached && ff_stop(a->ff) < 0)
			ui_say(&a->ui, SAY_ERROR, "it does not listen, so it was not stopped");
		else
			a->stop = true;
		break;
	case UI_SUSPEND:
		screen_suspend(a->screen);
		a->away = true;
		session_say(a->channel, SESSION_SUSPENDED, 0, "");
		break;
	case UI_REDRAW:
		app_resize(a);
		screen_spoil(a->screen);
		break;
	case UI_WEAR:
		app_wear(a, a->ui.theme);
		break;
	case UI_KEEP:
		app_keep(a, a->ui.theme);
		break;
	case UI_MOUSE:
		app_mouse(a);
		break;
	}
}

static void app_keys(struct app *a)
{
	uint32_t key;

	while (a->screen && !a->away && !a->stop && input_next(&a->input, app_now(), &key)) {
		if (key == KEYS_MOUSE)
			app_point(a);
		else
			ui_key(&a->ui, key, app_now());
		a->dirty = true;
		app_want(a);
	}
}

static void app_type(struct app *a)
{
	char bytes[256];
	ssize_t n = screen_read(a->screen, bytes, sizeof(bytes));

	if (n < 0)
		app_leave(a, true);
	else
		input_feed(&a->input, bytes, (size_t)n, app_now());
}

static void app_signal(struct app *a)
{
	struct signalfd_siginfo s;

	while (read(a->signals, &s, sizeof(s)) == sizeof(s)) {
		if (s.ssi_signo == SIGTERM || s.ssi_signo == SIGINT)
			a->stop = true;
		else if (s.ssi_signo == SIGWINCH && a->screen && !a->away)
			app_resize(a);
		/* SIGHUP: the terminal itself says whether it is gone */
	}
}

static void app_heard(struct app *a)
{
	switch (session_hear(a->channel)) {
	case SESSION_RESUMED:
		a->away = false;
		screen_resume(a->screen);
		app_resize(a);
		a->due_ms = 1; /* all is stale */
		break;
	case SESSION_LEFT:
	case SESSION_ENDED:
	case SESSION_SUSPENDED:
		break; /* the child's words, not the parent's */
	default:       /* whoever waited for us is gone, and the terminal with it */
		close(TAKE_FD(a->channel));
		app_leave(a, true);
	}
}

static void app_update(struct app *a, uint64_t now)
{
	int wait;

	ff_snapshot(a->ff, &a->ui.snap);
	ui_update(&a->ui, now);
	a->updated_ms = now;
	wait = ui_wait(&a->ui, a->frame_ms);
	a->due_ms = wait < 0 ? 0 : now + (uint64_t)(wait ? wait : 1);
	a->dirty = true;
}

static void app_flush(struct app *a)
{
	int r = screen_flush(a->screen);

	if (r < 0 && r != -EAGAIN)
		app_leave(a, true);
}

static void app_draw(struct app *a)
{
	if (!a->dirty || !screen_ready(a->screen))
		return; /* a terminal that is behind gets the next frame, not this one */
	ui_draw(&a->ui, &a->cells);
	screen_draw(a->screen, &a->cells);
	a->dirty = false;
	app_flush(a);
}

/* Milliseconds to sleep at most, -1 = for ever. */
static int app_timeout(const struct app *a, uint64_t now)
{
	int keys = input_wait(&a->input, now);
	uint64_t left;

	if (!a->screen || a->away || !screen_ready(a->screen) || a->due_ms == 0)
		return keys;
	left = a->due_ms > now ? a->due_ms - now : 0;
	return keys >= 0 && (uint64_t)keys < left ? keys : (int)left;
}

/* One turn with a screen in front. */
static void app_turn(struct app *a)
{
	uint64_t now = app_now(), fresh = a->updated_ms + (uint64_t)a->frame_ms;
	bool ready = screen_ready(a->screen);
	struct pollfd p[APP_FDS] = {
		/* a suspended screen's terminal belongs to the shell */
		[APP_TTY] = { .fd = a->away ? -1 : screen_fd(a->screen), .events = POLLIN },
		[APP_DOOR] = { .fd = ff_fd(a->ff), .events = POLLIN },
		[APP_SIGNALS] = { .fd = a->signals, .events = POLLIN },
		[APP_CHANNEL] = { .fd = a->channel, .events = POLLIN },
		[APP_SOLE] = { .fd = a->sole, .events = POLLIN },
	};
	int timeout = app_timeout(a, now);

	if (!ready && !a->away)
		p[APP_TTY].events |= POLLOUT;
	if (a->away || !ready)
		p[APP_DOOR].fd = -1;
	else if (now < fresh && a->updated_ms) {
		/* news comes at most once a frame, but then it comes */
		if (poll(&p[APP_DOOR], 1, 0) > 0 &&
		    (timeout < 0 || (uint64_t)timeout > fresh - now))
			timeout = (int)(fresh - now);
		p[APP_DOOR].fd = timeout >= 0 ? -1 : p[APP_DOOR].fd;
	}
	if (poll(p, APP_FDS, timeout) < 0 && errno != EINTR)
		return;
	now = app_now();
	if (p[APP_SIGNALS].revents)
		app_signal(a);
	if (p[APP_CHANNEL].revents)
		app_heard(a);
	if (p[APP_SOLE].revents)
		sole_answer(a->sole);
	if (a->screen && p[APP_TTY].revents & (POLLHUP | POLLERR | POLLNVAL))
		app_leave(a, true);
	if (a->screen && p[APP_TTY].revents & POLLOUT)
		app_flush(a);
	if (a->screen && p[APP_TTY].revents & POLLIN)
		app_type(a);
	app_keys(a);
	if (!a->screen || a->away || a->stop)
		return;
	if (now >= fresh && ((p[APP_DOOR].revents & POLLIN) || (a->due_ms && now >= a->due_ms)))
		app_update(a, now);
	app_draw(a);
}

/* Without a screen there is nothing to do but to be told to stop. */
static void app_attend(struct app *a)
{
	struct pollfd p[] = {
		{ .fd = a->signals, .events = POLLIN },
		{ .fd = a->sole, .events = POLLIN },
	};

	if (poll(p, ARRAY_SIZE(p), -1) < 0)
		return;
	if (p[0].revents)
		app_signal(a);
	if (p[1].revents)
		sole_answer(a->sole);
}

static int app_open(struct app *a, const struct app_options *o, char *why)
{
	const struct ff_options options = {
		.profile = o->profile,
		.resume = o->resume,
		.no_bluetooth = o->no_bluetooth,
		.log_to_stderr = o->headless,
		.serve = true,
		.where = o->headless ? FF_HERE : FF_ANYWHERE,
	};

	return ff_open(&options, &a->ff, why);
}

/* A profile that was asked for is loaded where it plays; in a core of ours it is already. */
static void app_attached(struct app *a, const struct app_options *o)
{
	struct ff_command load = { .verb = FF_LOAD_PROFILE };
	/* a path means a file from here, not from where that process runs */
	SCOPED(freep)
	char *path = o->profile && strchr(o->profile, '/') ? realpath(o->profile, NULL) : NULL;

	if (!o->profile)
		return;
	snprintf(load.text, sizeof(load.text), "%s", path ? path : o->profile);
	ui_submit(&a->ui, &load);
}

static int app_console(struct app *a, const struct app_options *o, int tty, char *why,
		       size_t why_size)
{
	const char *theme = o->theme ? o->theme : theme_default();
	char *dot;
	int r;

	r = screen_new(tty, &a->screen, why, why_size);
	if (r < 0)
		return r;
	a->frame_ms = getenv("SSH_CONNECTION") ? APP_FRAME_REMOTE_MS : APP_FRAME_LOCAL_MS;
	ui_init(&a->ui, app_submit, a);
	a->ui.given = o->profile != NULL;
	a->ui.no_bluetooth = o->no_bluetooth;
	if (gethostname(a->ui.host, sizeof(a->ui.host) - 1) < 0)
		a->ui.host[0] = '\0';
	dot = strchr(a->ui.host, '.');
	if (dot)
		*dot = '\0';
	a->ui.now_ms = app_now();
	screen_teach(a->screen, &a->input);
	a->ui.mouse = a->input.clicks = screen_mouse(a->screen, true);
	app_wear(a, theme);
	if (keymap_load(why, why_size) < 0)
		app_complain(a, why, "the keys it came with are used");
	app_resize(a);
	app_update(a, app_now());
	if (a->ui.snap.attached)
		app_attached(a, o);
	app_draw(a);
	return 0;
}

/*
 * Headless there is nobody to ask, and a second one would fight the first over its speakers:
 * what plays is left alone. 0 or -EALREADY, with words.
 */
static int app_claim(struct app *a, char why[FF_TEXT_MAX * 4])
{
	char who[FF_TEXT_MAX];

	if (ff_running(who)) {
		snprintf(why, FF_TEXT_MAX * 4,
			 "Fanfare plays already: %s. \"fanfare\" shows it (Q there stops it), "
			 "\"fanfare profile load NAME\" has it play another profile",
			 who);
		return -EALREADY;
	}
	a->sole = sole_hold();
	if (a->sole != -EADDRINUSE)
		return 0; /* without a name to hold it plays as well */
	snprintf(why, FF_TEXT_MAX * 4,
		 "Fanfare plays already, in process %ld; to stop it: kill %ld",
		 (long)sole_other(), (long)sole_other());
	return -EALREADY;
}

static void app_freep(struct app **a)
{
	if (!*a)
		return;
	screen_free((*a)->screen);
	cells_done(&(*a)->cells);
	ff_close((*a)->ff);
	closep(&(*a)->signals);
	closep(&(*a)->channel);
	closep(&(*a)->sole);
	free(*a);
}

int app_run(const struct app_options *o)
{
	char why[FF_TEXT_MAX * 4] = "", text[FF_TEXT_MAX * 4 + 16] = "";
	SCOPED(app_freep) struct app *a = NULL;
	int channel = -EBADF, tty = -EBADF, r, status;

	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C"); /* a decimal point everywhere, as in profiles */
	if (!o->headless) {
		if (!ff_running(NULL) && !sole_ask())
			return EXIT_FAILURE;
		channel = session_start();
		tty = screen_tty();
		session_quiet();
	}
	a = calloc(1, sizeof(*a));
	if (!a)
		return EXIT_FAILURE;
	a->channel = channel;
	a->sole = -EBADF;
	a->signals = app_signals();
	r = o->headless ? app_claim(a, why) : 0;
	if (r == 0)
		r = app_open(a, o, why);
	if (r == 0 && !o->headless)
		r = app_console(a, o, tty, why, sizeof(why));
	/* one that plays already was asked about */
	if (r == 0 && !o->headless && !a->ui.snap.attached)
		a->sole = sole_hold();
	while (r == 0 && !a->stop) {
		if (a->screen)
			app_turn(a);
		else
			app_attend(a);
	}
	screen_free(TAKE(a->screen));
	if (r < 0)
		snprintf(text, sizeof(text), "fanfare: %s", *why ? why : strerror(-r));
	ff_close(TAKE(a->ff));
	status = r == -EALREADY ? APP_PLAYS : r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	session_say(a->channel, SESSION_ENDED, status, text);
	return status;
}
