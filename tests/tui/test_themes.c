/* SPDX-License-Identifier: MIT */
/* Themes: what is wrong in a file, where files are found, and whether one can read in them. */
#include <errno.h>
#include <glob.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/scope.h"
#include "tests/tui/golden.h"
#include "tests/tui/scene.h"
#include "tui/theme.h"

static char home[] = "/tmp/fanfare-themes-XXXXXX";

static void put_theme(const char *name, const void *text, size_t n)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/fanfare/themes/%s.theme", home, name);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void put(const char *name, const char *text)
{
	put_theme(name, text, strlen(text));
}

static int make_home(void **state)
{
	char path[128];

	(void)state;
	if (!mkdtemp(home))
		return -1;
	setenv("XDG_CONFIG_HOME", home, 1);
	snprintf(path, sizeof(path), "%s/fanfare", home);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/fanfare/themes", home);
	return mkdir(path, 0700);
}

static int drop_home(void **state)
{
	glob_t found;
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/fanfare/themes/*", home);
	if (glob(path, GLOB_PERIOD, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			remove(found.gl_pathv[i]);
	globfree(&found);
	snprintf(path, sizeof(path), "%s/fanfare/themes", home);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/fanfare", home);
	rmdir(path);
	return rmdir(home);
}

static void a_bad_line_is_named(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "good = green\n\nbda = red\n", "x:3: no style is called \"bda\"" },
		{ "= red", "x:1: no style is called \"\"" },
		{ "good green", "x:1: expected \"style = colours and attributes\"" },
		{ "\n\n\n\x01\x02", "x:4: expected \"style = colours and attributes\"" },
		{ "good = grene", "x:1: \"grene\" is neither a colour nor an attribute" },
		{ "good = 256", "x:1: \"256\" is neither a colour nor an attribute" },
		{ "good = -1", "x:1: \"-1\" is neither a colour nor an attribute" },
		{ "good = +7", "x:1: \"+7\" is neither a colour nor an attribute" },
		{ "good = 7.5", "x:1: \"7.5\" is neither a colour nor an attribute" },
		{ "good = #00ff00", "x:1: a colour is missing" },
		{ "good = bright-", "x:1: \"bright-\" is neither a colour nor an attribute" },
		{ "good = Green", "x:1: \"Green\" is neither a colour nor an attribute" },
		{ "good = red = blue", "x:1: \"=\" is neither a colour nor an attribute" },
		{ "good =", "x:1: a colour is missing" },
		{ "good = red on", "x:1: a colour is missing after \"on\"" },
		{ "good = on", "x:1: a colour is missing after \"on\"" },
		{ "good = red on bold", "x:1: \"bold\" is no colour" },
		{ "good = red on on", "x:1: \"on\" is no colour" },
		{ "good = red blue", "x:1: one colour, and one more after \"on\", is all" },
		{ "good = on 1 on 2", "x:1: one colour, and one more after \"on\", is all" },
		{ "good = red\nbad = red\ngood = blue",
		  "x:3: \"good\" stands in line 1 already" },
	};
	char why[256], wide[600];
	struct theme t;

	(void)state;
	theme_base(&t);
	t.look[STYLE_GOOD].fg = 99;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(theme_parse(bad[i].text, "x", &t, why, sizeof(why)), -EBADMSG);
		assert_string_equal(why, bad[i].why);
	}
	memset(wide, 'x', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	assert_int_equal(theme_parse(wide, "x", &t, why, sizeof(why)), -EBADMSG);
	assert_string_equal(why, "x:1: the line is too long");
	assert_int_equal(t.look[STYLE_GOOD].fg, 99); /* untouched by all of these */
}

static void a_good_line_is_taken_over_the_base(void **state)
{
	struct theme t, base;
	char why[256];

	(void)state;
	theme_base(&base);
	assert_int_equal(
		theme_parse("# mine\n\r\n good = bright-red on 17 bold underline # yes\r\n"
			    "bad=dim\nwarn = on blue",
			    "x", &t, why, sizeof(why)),
		0);
	assert_int_equal(t.look[STYLE_GOOD].fg, 9);
	assert_int_equal(t.look[STYLE_GOOD].bg, 17);
	assert_int_equal(t.look[STYLE_GOOD].attrs, THEME_BOLD | THEME_UNDERLINE);
	assert_int_equal(t.look[STYLE_BAD].fg, -1);
	assert_int_equal(t.look[STYLE_BAD].attrs, THEME_DIM);
	assert_int_equal(t.look[STYLE_WARN].bg, 4);
	assert_memory_equal(&t.look[STYLE_MUTE], &base.look[STYLE_MUTE], sizeof(struct look));
	assert_int_equal(theme_parse("", "x", &t, why, sizeof(why)), 0);
	assert_memory_equal(t.look, base.look, sizeof(t.look));
}

static void a_bad_file_is_refused_by_name(void **state)
{
	char why[700], want[256];
	struct theme t, was;

	(void)state;
	theme_base(&t);
	was = t;
	put("mine", "good = green\nbad = rde\n");
	assert_int_equal(theme_load("mine", &t, why, sizeof(why)), -EBADMSG);
	snprintf(want, sizeof(want),
		 "%s/fanfare/themes/mine.theme:2: \"rde\" is neither a colour nor an attribute",
		 home);
	assert_string_equal(why, want);

	put_theme("zero", "good = red\0bad", 14);
	assert_int_equal(theme_load("zero", &t, why, sizeof(why)), -EBADMSG);
	assert_non_null(strstr(why, "zero.theme is no text"));

	static char huge[20000];
	memset(huge, '\n', sizeof(huge));
	put_theme("huge", huge, sizeof(huge));
	assert_int_equal(theme_load("huge", &t, why, sizeof(why)), -EFBIG);
	assert_non_null(strstr(why, "huge.theme is too long"));

	snprintf(want, sizeof(want), "%s/fanfare/themes/folder.theme", home);
	assert_int_equal(mkdir(want, 0700), 0);
	assert_int_equal(theme_load("folder", &t, why, sizeof(why)), -EISDIR);
	assert_non_null(strstr(why, "folder.theme: Is a directory"));

	static const char *const names[] = { "",
					     ".",
					     "../themes/mine",
					     "/etc/passwd",
					     "no-such",
					     "a name that is longer than any may be" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(theme_load(names[i], &t, why, sizeof(why)), -ENOENT);
		snprintf(want, sizeof(want), "no theme is called \"%s\"", names[i]);
		assert_string_equal(why, want);
	}
	assert_memory_equal(&t, &was, sizeof(t));
}

static void the_users_own_come_first_and_T_passes_all(void **state)
{
	char names[THEMES_MAX][THEME_NAME_MAX], name[THEME_NAME_MAX] = THEME_BASE, why[700];
	size_t n, seen = 0;
	struct theme t;

	(void)state;
	put("dark", "good = 77\n"); /* the shipped one's name */
	put("aaa", "this is wrong\n");
	put("zzz", "");
	put(".hidden", "");
	assert_int_equal(theme_load("dark", &t, why, sizeof(why)), 0);
	assert_int_equal(t.look[STYLE_GOOD].fg, 77);
	assert_string_equal(t.name, "dark");

	n = theme_list(names);
	assert_string_equal(names[0], THEME_BASE);
	for (size_t i = 2; i < n; i++)
		assert_true(strcmp(names[i - 1], names[i]) < 0); /* sorted, each once */
	/* also past one that is wrong */
	do {
		assert_string_equal(name, names[seen]);
		theme_next(name, name);
		seen++;
	} while (strcmp(name, THEME_BASE) != 0);
	assert_int_equal(seen, n);
	assert_string_equal(names[1], "aaa");
	assert_string_equal(names[n - 1], "zzz");
	theme_next("deleted meanwhile", name);
	assert_string_equal(name, THEME_BASE);
}

/* ---- the shipped ones ------------------------------------------------------------------- */

struct shipped {
	const char *name;
	int ground; /* for which it is made: colour number, -1 = any */
};

static const struct shipped shipped[] = {
	{ "base", -1 },	    { "dark", 0 },  { "light", 15 }, { "mono", -1 },
	{ "contrast", -1 }, { "amber", 0 }, { "dusk", -1 },
};

static struct theme read_shipped(const char *name)
{
	char path[64], text[8192], why[256];
	struct theme t;
	FILE *f;

	if (strcmp(name, THEME_BASE) == 0) {
		theme_base(&t);
		return t;
	}
	snprintf(path, sizeof(path), "themes/%s.theme", name);
	f = fopen(path, "re");
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	if (theme_parse(text, path, &t, why, sizeof(why)) < 0)
		fail_msg("%s", why);
#define X(name, word, letter) assert_non_null(strstr(text, "\n" word " "));
	STYLES(X) /* who copies one to begin with has all there is */
#undef X
	return t;
}

static void every_shipped_theme_is_whole_and_tested(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob("themes/*.theme", 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc + 1, ARRAY_SIZE(shipped));
	globfree(&found);
	for (size_t i = 0; i < ARRAY_SIZE(shipped); i++)
		read_shipped(shipped[i].name);
}

/* As xterm comes, the palest of the usual palettes on white. */
static void color_of(int color, double rgb[3])
{
	static const int sixteen[16] = { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00,
					 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
					 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
					 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff };
	int i = color - 16, step[3] = { i / 36, i / 6 % 6, i % 6 };

	for (int k = 0; k < 3; k++) {
		int v = color < 16    ? sixteen[color] >> (16 - 8 * k) & 255
			: color < 232 ? (step[k] ? 55 + 40 * step[k] : 0)
				      : 8 + 10 * (color - 232);
		double s = v / 255.0;

		rgb[k] = s <= 0.04045 ? s / 12.92 : pow((s + 0.055) / 1.055, 2.4);
	}
}

/* WCAG's ratio of two colours, 1..21. */
static double contrast(int a, int b)
{
	double x[3], y[3], la, lb;

	color_of(a, x);
	color_of(b, y);
	la = 0.2126 * x[0] + 0.7152 * x[1] + 0.0722 * x[2] + 0.05;
	lb = 0.2126 * y[0] + 0.7152 * y[1] + 0.0722 * y[2] + 0.05;
	return la > lb ? la / lb : lb / la;
}

/*
 * What letters need: WCAG's 4.5. Less for a bar, which says it by its length,
 * and where there are only eight colours, which look different everywhere.
 */
static double wanted(const char *theme, enum style style, int colors)
{
	bool bar = style >= STYLE_METER_LOW && style <= STYLE_FADER;

	if (strcmp(theme, "contrast") == 0)
		return colors == 8 ? 3.5 : 7;
	if (strcmp(theme, THEME_BASE) == 0 || colors == 8)
		return bar ? 1.5 : style == STYLE_GOOD ? 2 : 3.5;
	return bar ? 3 : 4.5;
}

static void judge(const struct shipped *s, const struct theme *t, int ground, int colors)
{
	for (int i = 0; i < STYLE_COUNT; i++) {
		struct look look = theme_fit(t, (enum style)i, colors);
		/* the terminal's own letters on the terminal's own ground are its affair */
		int bg = look.bg < 0 ? ground : look.bg;
		int fg = look.fg < 0 ? (ground == 0 ? 7 : 0) : look.fg;
		double least = wanted(s->name, (enum style)i, colors);

		if (look.fg < 0 && look.bg < 0)
			continue;
		if (contrast(fg, bg) < least)
			fail_msg("%s, %d colours, style %d: %d on %d has %.1f:1", s->name,
				 colors, i, fg, bg, contrast(fg, bg));
	}
}

static void shipped_themes_can_be_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shipped); i++) {
		struct theme t = read_shipped(shipped[i].name);

		for (int colors = 8; colors <= 256; colors *= 32) {
			if (shipped[i].ground != 15)
				judge(&shipped[i], &t, 0, colors);
			if (shipped[i].ground != 0)
				judge(&shipped[i], &t, 15, colors);
		}
	}
}

static void without_colour_attributes_say_the_same(void **state)
{
	static const enum style hot[] = { STYLE_HEADER_HOT, STYLE_TAB_ON, STYLE_SELECT,
					  STYLE_MUTE,	    STYLE_SOLO,	  STYLE_DIALOG_HOT };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shipped); i++) {
		struct theme t = read_shipped(shipped[i].name);

		for (int s = 0; s < STYLE_COUNT; s++) {
			struct look look = theme_fit(&t, (enum style)s, 0);

			assert_true(look.fg == -1 && look.bg == -1);
		}
		for (size_t s = 0; s < ARRAY_SIZE(hot); s++)
			assert_true(theme_fit(&t, hot[s], 0).attrs & THEME_REVERSE);
		assert_int_equal(theme_fit(&t, STYLE_TEXT, 0).attrs, 0);
	}
}

static void fewer_colours_give_the_nearest(void **state)
{
	static const struct {
		const char *text;
		int fg, bg, attrs;
	} fits[] = {
		{ "good = 28", 2, -1, 0 },
		{ "good = bright-red", 1, -1, 0 },
		{ "good = 214", 3, -1, 0 },
		{ "good = 25", 4, -1, 0 },
		{ "good = 231 on 16", 7, 0, 0 },
		/* grey may be the ground's own colour */
		{ "good = bright-black", -1, -1, THEME_DIM },
		{ "good = 245 bold", -1, -1, THEME_DIM | THEME_BOLD },
		{ "good = 252 on 235", 7, 0, 0 },
		{ "good = 235 on 250", 0, 7, 0 },
		{ "good = 15 on 214", 7, 3, 0 },
		{ "good = 9 on 1", 7, 1, 0 },
		{ "good = default on 4", -1, 4, 0 },
	};
	struct theme t;
	char why[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fits); i++) {
		struct look look;

		assert_int_equal(theme_parse(fits[i].text, "x", &t, why, sizeof(why)), 0);
		look = theme_fit(&t, STYLE_GOOD, 8);
		assert_int_equal(look.fg, fits[i].fg);
		assert_int_equal(look.bg, fits[i].bg);
		assert_int_equal(look.attrs, fits[i].attrs);
		assert_int_equal(theme_fit(&t, STYLE_GOOD, 256).fg, t.look[STYLE_GOOD].fg);
	}
}

static void each_theme_looks_as_it_did(void **state)
{
	static struct ff_snapshot snap;
	struct scene_sent sent = { .n = 0 };
	struct cells c;
	struct ui *ui;

	(void)state;
	scene_party(&snap, 8);
	snap.speakers[1].solo = true;
	ui = scene_ui(&snap, &sent);
	ui_say(ui, SAY_FINE, "Kitchen volume 74%% -> 80%%   (z undo)");
	assert_int_equal(cells_init(&c, 24, 80, GLYPHS_FULL), 0);
	ui_draw(ui, &c);
	for (size_t i = 0; i < ARRAY_SIZE(shipped); i++) {
		struct theme t = read_shipped(shipped[i].name);
		char name[64];

		snprintf(name, sizeof(name), "theme-%s", shipped[i].name);
		assert_true(golden_worn(name, &c, &t, 256));
	}
	cells_done(&c);
	free(ui);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bad_line_is_named),
		cmocka_unit_test(a_good_line_is_taken_over_the_base),
		cmocka_unit_test(a_bad_file_is_refused_by_name),
		cmocka_unit_test(the_users_own_come_first_and_T_passes_all),
		cmocka_unit_test(every_shipped_theme_is_whole_and_tested),
		cmocka_unit_test(shipped_themes_can_be_read),
		cmocka_unit_test(without_colour_attributes_say_the_same),
		cmocka_unit_test(fewer_colours_give_the_nearest),
		cmocka_unit_test(each_theme_looks_as_it_did),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	return cmocka_run_group_tests(tests, make_home, drop_home);
}
