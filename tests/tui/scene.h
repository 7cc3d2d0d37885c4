/* SPDX-License-Identifier: MIT */
/*
 * scene - snapshots as a core would give them, for drawing tests.
 */
#ifndef FANFARE_TESTS_TUI_SCENE_H
#define FANFARE_TESTS_TUI_SCENE_H

#include "core/fanfare.h"
#include "tui/ui.h"

/* A party: the first six speakers in six different states, all others playing. */
void scene_party(struct ff_snapshot *s, uint32_t speakers);

/* The same house with all that is known of it: devices, three other profiles. */
void scene_house(struct ff_snapshot *s, uint32_t speakers);

/* scene_house() with names, reasons and addresses as an enemy would choose them. */
void scene_hostile(struct ff_snapshot *s);

/* Three simulated speakers, no adapter. */
void scene_demo(struct ff_snapshot *s);

/* Devices as a scan finds them. */
void scene_devices(struct ff_snapshot *s);

/* Four profiles, one of them playing and changed. */
void scene_profiles(struct ff_snapshot *s);

/* Into a scene: two sound devices that give sound, two that take it. */
void scene_sounds(struct ff_snapshot *s);

/* Commands that a model submitted, kept for looking at. */
struct scene_sent {
	struct ff_command command[64];
	int n;
	int fail; /* -errno to give back, 0 = take them */
};
int scene_submit(void *arg, const struct ff_command *command);

/* A model at time 10 s that has seen s three times, its commands into sent, emptied. */
struct ui *scene_ui(const struct ff_snapshot *s, struct scene_sent *sent);

/* The same in the profiles pane: four of them; Party plays, House with line-in, Kitchen, Den
 * left. */
struct ui *scene_shelf(struct ff_snapshot *s, struct scene_sent *sent);

/* Type keys into it, a millisecond apart; \n is Enter. */
void scene_type(struct ui *ui, const char *keys);

/* The core's answer, at time now (ms): its snapshot, changed once more. */
void scene_answer(struct ui *ui, struct ff_snapshot *s, uint64_t now);

/* The latest command; NULL before any. */
const struct ff_command *scene_last(const struct scene_sent *sent);

#endif
