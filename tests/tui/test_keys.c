/* SPDX-License-Identifier: MIT */
/*
 * Each key of the table at a real pty, in each pane: what the terminal then
 * shows and what the core is asked for is what the model alone makes of it. And
 * what else is typed there: clicks, ^S, keys of one's own.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/scope.h"
#include "tests/tui/console.h"
#include "tests/tui/golden.h"
#include "tests/tui/scene.h"
#include "tui/keymap.h"
#include "tui/keys.h"
#include "tui/pane.h"
#include "tui/text.h"
#include "tui/theme.h"

enum { ROWS = 24, COLS = 80 };

/* What a terminal of the xterm kind sends for key. */
static void bytes_of(uint32_t key, char ret[8])
{
	static const struct {
		uint32_t key;
		const char *bytes;
	} special[] = {
		{ KEYS_UP, "\033OA" },
		{ KEYS_DOWN, "\033OB" },
		{ KEYS_RIGHT, "\033OC" },
		{ KEYS_LEFT, "\033OD" },
		{ KEYS_SHIFT_UP, "\033[1;2A" },
		{ KEYS_SHIFT_DOWN, "\033[1;2B" },
		{ KEYS_SHIFT_RIGHT, "\033[1;2C" },
		{ KEYS_SHIFT_LEFT, "\033[1;2D" },
		{ KEYS_PAGE_UP, "\033[5~" },
		{ KEYS_PAGE_DOWN, "\033[6~" },
		{ KEYS_HOME, "\033OH" },
		{ KEYS_END, "\033OF" },
		{ KEYS_INSERT, "\033[2~" },
		{ KEYS_DELETE, "\033[3~" },
		{ KEYS_BACKSPACE, "\177" },
		{ KEYS_BACKTAB, "\033[Z" },
		{ KEYS_F1, "\033OP" },
		{ KEYS_F1 + 1, "\033OQ" },
		{ KEYS_F1 + 2, "\033OR" },
		{ KEYS_F1 + 3, "\033OS" },
		{ KEYS_F1 + 4, "\033[15~" },
		{ KEYS_F1 + 5, "\033[17~" },
		{ KEYS_F1 + 6, "\033[18~" },
		{ KEYS_F1 + 7, "\033[19~" },
		{ KEYS_F1 + 8, "\033[20~" },
		{ KEYS_F1 + 9, "\033[21~" },
		{ KEYS_F1 + 10, "\033[23~" },
		{ KEYS_F1 + 11, "\033[24~" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(special); i++) {
		if (special[i].key == key) {
			snprintf(ret, 8, "%s", special[i].bytes);
			return;
		}
	}
	assert_true(key < KEYS_UP);
	ret[text_encode(key, ret)] = '\0';
}

/* Whether the terminal shows what is drawn in c; under the header, which names the host. */
static bool shows(struct terminal *t, const char *drawn)
{
	const char *is = terminal_text(t);

	for (int row = 0; row < ROWS; row++) {
		size_t n = strcspn(is, "\n"), m = strcspn(drawn, "|\n");

		while (drawn[m] == '|' && drawn[m + 1] != '\n') /* one on the screen itself */
			m += 1 + strcspn(drawn + m + 1, "|\n");
		if (row > 0 && (n != m || memcmp(is, drawn, n) != 0))
			return false;
		is += n + 1;
		drawn += m + 2;
	}
	return true;
}

static char *draw(const struct ui *ui)
{
	struct cells c;
	char *text;

	assert_int_equal(cells_init(&c, ROWS, COLS, GLYPHS_FULL), 0);
	ui_draw(ui, &c);
	text = golden_text(&c, false);
	cells_done(&c);
	return text;
}

/*
 * Wait until the terminal shows what the model draws: as the key left it, or
 * with the core's answer to it, and numbers that have followed.
 */
static void wait_for(struct terminal *t, struct ui *ui, const struct fake_door *f, int commands,
		     const char *name)
{
	char *drawn = draw(ui);

	for (int waited = 0; waited < SOON && !shows(t, drawn); waited += 10) {
		terminal_pump(t, 10);
		if (shows(t, drawn) || f->commands < commands)
			continue;
		ui->snap = f->snap;
		ui_update(ui, 10301);
		free(drawn);
		drawn = draw(ui);
	}
	if (!shows(t, drawn)) {
		printf("%s: the screen is\n%snot\n%s", name, terminal_text(t), drawn);
		fail();
	}
	free(drawn);
}

/* One key in one pane, in a console of its own. */
static void press(int pane, const char *name, uint32_t key)
{
	struct fake_door *f = console_door();
	struct scene_sent sent = { .n = 0 };
	char bytes[24], one[8], what[64];
	struct terminal *t;
	struct ui *ui;

	scene_house(&f->snap, 4);
	ui = scene_ui(&f->snap, &sent);
	text_copy(ui->theme, sizeof(ui->theme), THEME_BASE);
	ui->mouse = true; /* as on any xterm */
	snprintf(what, sizeof(what), "%s of the %s", name, pane_kind((enum pane)pane)->name);
	ui_key(ui, KEYS_F1 + 1 + (uint32_t)pane, 10001);
	ui_key(ui, key, 10001);
	/* leaving has its own tests; here is no parent to stop */
	if (ui->want != UI_LEAVE && ui->want != UI_SUSPEND) {
		bytes_of(KEYS_F1 + 1 + (uint32_t)pane, bytes);
		bytes_of(key, one);
		strcat(bytes, one);
		t = console_new(ROWS, COLS, &console_local);
		terminal_send(t, bytes);
		wait_for(t, ui, f, sent.n, what);
		for (int i = 0; i < SOON / 10 && f->commands < sent.n; i++)
			terminal_pump(t, 10);
		if (f->commands != sent.n)
			fail_msg("%s: %d commands, not %d", what, f->commands, sent.n);
		for (int i = 0; i < sent.n; i++) {
			assert_int_equal(f->command[i].verb, sent.command[i].verb);
			assert_int_equal(f->command[i].id, sent.command[i].id);
			assert_float_equal(f->command[i].value, sent.command[i].value, 0);
			assert_int_equal(f->command[i].flag, sent.command[i].flag);
			assert_string_equal(f->command[i].address, sent.command[i].address);
			assert_string_equal(f->command[i].text, sent.command[i].text);
		}
		console_end(f, t);
	}
	free(ui);
}

/* The keys of every row that pane has of its own, or shares with all. */
static void press_all(int pane)
{
	struct keymap_row row;
	int pressed = 0;

	for (size_t i = 0; keymap_row(i, &row); i++) {
		const char *keys = row.keys;
		char name[16];

		/* what is the same everywhere is tried where most is to be seen */
		if (row.pane != pane && !(row.pane == KEYMAP_ALL && pane == PANE_MIXER))
			continue;
		while (sscanf(keys, " %15s", name) == 1) {
			press(pane, name, keys_named(name));
			pressed++;
			keys += strspn(keys, " ");
			keys += strcspn(keys, " ");
		}
	}
	assert_true(pressed > 5);
}

static void each_key_of_the_mixer_and_of_everywhere(void **state)
{
	(void)state;
	press_all(PANE_MIXER);
}

static void each_key_of_the_devices(void **state)
{
	(void)state;
	press_all(PANE_DEVICES);
}

static void each_key_of_the_delays(void **state)
{
	(void)state;
	press_all(PANE_ALIGN);
}

static void each_key_of_the_profiles(void **state)
{
	(void)state;
	press_all(PANE_PROFILES);
}

static void clicks_are_told_until_the_mouse_is_given_back(void **state)
{
	struct fake_door *f = console_party(4);
	struct terminal *t = console_new(24, 80, &console_local);

	(void)state;
	assert_true(terminal_shows(t, ">● Kitchen", SOON));
	assert_true(terminal_click(t, 7, 20));
	assert_true(terminal_shows(t, ">● Patio", SOON));
	terminal_send(t, "C");
	assert_true(terminal_shows(t, "marks text to copy", SOON));
	assert_false(terminal_click(t, 5, 20)); /* the terminal's own again */
	terminal_send(t, "C");
	assert_true(terminal_shows(t, "chooses and sets", SOON));
	assert_true(terminal_click(t, 5, 20));
	assert_true(terminal_shows(t, ">● Kitchen", SOON));
	terminal_send(t, "\032"); /* to the shell: clicks must not become its input */
	assert_true(WIFSTOPPED(terminal_status(t, WUNTRACED, SOON)));
	assert_true(terminal_loses(t, "Kitchen", SOON));
	assert_false(terminal_click(t, 5, 20));
	kill(terminal_pid(t), SIGCONT);
	assert_true(terminal_shows(t, "Kitchen", SOON));
	assert_true(terminal_click(t, 6, 20));
	assert_true(terminal_shows(t, ">● Den left", SOON));
	terminal_send(t, "q");
	assert_true(terminal_shows(t, "plays on", SOON));
	assert_false(terminal_click(t, 5, 20));
	console_end(f, t);
}

/* ^S is a key like others: it neither freezes the screen nor the next key. */
static void control_s_does_not_freeze_it(void **state)
{
	struct fake_door *f = console_party(2);
	struct terminal *t = console_new(24, 80, &console_local);

	(void)state;
	assert_true(terminal_shows(t, ">● Kitchen", SOON));
	terminal_send(t, "\023");
	terminal_send(t, "j");
	assert_true(terminal_shows(t, ">● Den left", SOON));
	assert_int_equal(f->commands, 0);
	console_end(f, t);
}

static void a_bad_key_file_is_said_by_name_and_line(void **state)
{
	char home[] = "/tmp/fanfare-keys-XXXXXX", path[128];
	struct fake_door *f = console_party(2);
	struct terminal *t;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(home));
	snprintf(path, sizeof(path), "%s/fanfare", home);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/fanfare/keys.conf", home);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("mixer.mute = u\nmixer.solo = u\n", file);
	fclose(file);
	setenv("XDG_CONFIG_HOME", home, 1);
	t = console_new(24, 120, &console_local);
	unsetenv("XDG_CONFIG_HOME");
	assert_true(terminal_shows(t, "keys.conf:2: key \"u\" is bound twice in mixer", SOON));
	terminal_send(t, "m");
	assert_true(terminal_shows(t, "mute off -> on", SOON));
	unlink(path);
	snprintf(path, sizeof(path), "%s/fanfare", home);
	rmdir(path);
	rmdir(home);
	console_end(f, t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(each_key_of_the_mixer_and_of_everywhere,
					  console_sweep),
		cmocka_unit_test_teardown(clicks_are_told_until_the_mouse_is_given_back,
					  console_sweep),
		cmocka_unit_test_teardown(control_s_does_not_freeze_it, console_sweep),
		cmocka_unit_test_teardown(a_bad_key_file_is_said_by_name_and_line,
					  console_sweep),
		cmocka_unit_test_teardown(each_key_of_the_devices, console_sweep),
		cmocka_unit_test_teardown(each_key_of_the_delays, console_sweep),
		cmocka_unit_test_teardown(each_key_of_the_profiles, console_sweep),
	};

	if (!console_prepare())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
