/* SPDX-License-Identifier: MIT */
/*
 * tape - whether a recording of the pink test noise is whole.
 *
 * The noise is a function of the frame number and nowhere like itself, so it
 * tells by itself where in the music each recorded frame belongs.
 */
#ifndef FANFARE_TESTS_TUI_TAPE_H
#define FANFARE_TESTS_TUI_TAPE_H

/*
 * The file (any that libsndfile reads, 44.1 kHz, two channels, played at 0 dB) is longer
 * than least seconds, and from from_s seconds in to its end every frame is there, once, in its
 * place. n trims by over 1 ms may have been made in that time: each may blur 30 ms, after
 * which every frame is there again, shifted by moved[i] frames (+ is later).
 */
void tape_whole(const char *path, double from_s, double least, const int *moved, int n);

#endif
