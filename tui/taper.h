/* SPDX-License-Identifier: MIT */
/*
 * taper - from decibels to the length of a bar, for faders and meters.
 *
 * Both use one scale, so that a fader's percent can be read off the meter
 * beside it: 100 % is 0 dB, 75 % -10, 50 % -20, 30 % -30, 15 % -40, 7.5 % -50.
 * It follows the ear better than straight decibels: half of the way is the
 * upper 20 dB. A fader at 0 % is silent; above 100 % each decibel is 2.5 %.
 */
#ifndef FANFARE_TUI_TAPER_H
#define FANFARE_TUI_TAPER_H

/* [any] Percent (0..130) of a fader at db (-60 or less is 0). */
float taper_percent(float db);

/* [any] Decibels (-60..12) of a fader at percent (0..130, clamped). */
float taper_db(float percent);

/* [any] Deflection (0..1) of a meter at dbfs; -70 and less is 0. */
float taper_deflection(float dbfs);

#endif
