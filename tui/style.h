/* SPDX-License-Identifier: MIT */
/*
 * style - what a cell means; a theme says how that looks.
 *
 * One list makes the enum, the words of a theme file and the letters of a
 * golden screen.
 */
#ifndef FANFARE_TUI_STYLE_H
#define FANFARE_TUI_STYLE_H

/* name, word in a theme file, letter in a golden screen */
#define STYLES(X)                        \
	X(TEXT, "text", '.')             \
	X(DIM, "dim", 'd')               \
	X(STRONG, "strong", 'b')         \
	X(HEADER, "header", 'h')         \
	X(HEADER_HOT, "header-hot", 'H') \
	X(TAB, "tab", 't')               \
	X(TAB_ON, "tab-on", 'T')         \
	X(TITLE, "title", 'c')           \
	X(SELECT, "select", 'S')         \
	X(GOOD, "good", 'g')             \
	X(WARN, "warn", 'w')             \
	X(BAD, "bad", 'e')               \
	X(METER_LOW, "meter-low", '1')   \
	X(METER_MID, "meter-mid", '2')   \
	X(METER_HIGH, "meter-high", '3') \
	X(METER_HOLD, "meter-hold", '4') \
	X(FADER, "fader", 'f')           \
	X(MUTE, "mute", 'm')             \
	X(SOLO, "solo", 's')             \
	X(KEY, "key", 'k')               \
	X(FOOTER, "footer", 'o')         \
	X(NOTICE, "notice", 'n')         \
	X(DIALOG, "dialog", 'D')         \
	X(DIALOG_HOT, "dialog-hot", 'X') \
	X(INPUT, "input", 'i')

enum style {
#define X(name, word, letter) STYLE_##name,
	STYLES(X)
#undef X
		STYLE_COUNT
};

#endif
