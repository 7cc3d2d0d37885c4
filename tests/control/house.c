/* SPDX-License-Identifier: MIT */
/* house - see house.h. */
#include "tests/control/house.h"

#include "core/io/tone.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PATIENCE_NS (20 * NS_PER_SEC)

static char folder[64]; /* of this run: profiles, state, recordings */
struct ff_snapshot now;

const char *path_of(const char *name)
{
	static char path[2][256];
	static int turn;

	turn ^= 1;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", folder, name);
	return path[turn];
}

void write_file(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

struct ff *open_profile(const char *name)
{
	const struct ff_options options = { .profile = path_of(name), .no_bluetooth = true };
	char why[FF_TEXT_MAX * 4];
	struct ff *ff = NULL;

	if (ff_open(&options, &ff, why) != 0)
		fail_msg("cannot open %s: %s", name, why);
	return ff;
}

struct ff_speaker *speaker(const char *name)
{
	for (uint32_t i = 0; i < now.speakers_n; i++) {
		if (!strcmp(now.speakers[i].name, name))
			return &now.speakers[i];
	}
	return NULL;
}

struct ff_source *source(const char *name)
{
	for (uint32_t i = 0; i < now.sources_n; i++) {
		if (!strcmp(now.sources[i].name, name))
			return &now.sources[i];
	}
	return NULL;
}

void wait_for(struct ff *ff, bool (*until)(void), const char *what)
{
	uint64_t end = clock_now() + PATIENCE_NS;

	for (;;) {
		ff_snapshot(ff, &now);
		if (until())
			return;
		if (clock_now() > end)
			fail_msg("never saw: %s", what);
		clock_sleep_until(clock_now() + 20 * NS_PER_MS);
	}
}

void play_on(struct ff *ff, uint64_t ns)
{
	clock_sleep_until(clock_now() + ns);
	ff_snapshot(ff, &now);
}

void submit(struct ff *ff, struct ff_command command)
{
	assert_int_equal(ff_submit(ff, &command), 0);
}

bool log_has(const char *part)
{
	for (int i = 0; i < FF_LOG_LINES; i++) {
		if (strstr(now.log[i].text, part))
			return true;
	}
	return false;
}

sf_count_t longest_silence(const char *path, sf_count_t *ret_frames)
{
	SF_INFO info = { 0 };
	SNDFILE *f = sf_open(path, SFM_READ, &info);
	sf_count_t run = 0, longest = 0, heard = 0;
	float frame[2];

	assert_non_null(f);
	assert_int_equal(info.channels, 2);
	while (sf_readf_float(f, frame, 1) == 1) {
		if (frame[0] == 0.0f && frame[1] == 0.0f) {
			run++;
			continue;
		}
		if (heard > 0 && run > longest)
			longest = run;
		run = 0;
		heard++;
	}
	sf_close(f);
	*ret_frames = info.frames;
	return longest;
}

sf_count_t read_tape(const char *path, float *ret, sf_count_t most)
{
	SF_INFO info = { 0 };
	SNDFILE *f = sf_open(path, SFM_READ, &info);
	sf_count_t n;

	assert_non_null(f);
	assert_int_equal(info.channels, 2);
	n = sf_readf_float(f, ret, most);
	sf_close(f);
	return n;
}

uint64_t find_start(const float *tape, sf_count_t at)
{
	static float noise[2 * 64 * RATE];

	tone_render(SOURCE_PINK, RATE, 0, noise, 64 * RATE);
	for (uint64_t n = 0; n + 64 < 64 * RATE; n++) {
		uint32_t i = 0;

		while (i < 64 &&
		       fabsf(noise[2 * (n + i)] - tape[2 * ((uint64_t)at + i)]) < 1e-5f)
			i++;
		if (i == 64)
			return n - (uint64_t)at;
	}
	fail_msg("there is no noise on the tape");
	return 0;
}

int house_begin(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/fanfare-door-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	setenv("XDG_CONFIG_HOME", path_of("config"), 1);
	setenv("XDG_STATE_HOME", path_of("state"), 1);
	unsetenv("STATE_DIRECTORY");
	return 0;
}

int house_end(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}
