/* SPDX-License-Identifier: MIT */
/* The profiles that come with Fanfare. Run from the top of the tree, as make does. */
#include "core/store/profile.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct profile *shipped(const char *name)
{
	struct profile *p = NULL;
	struct complaint why;
	char path[300];

	snprintf(path, sizeof(path), "profiles/%s", name);
	if (profile_load(path, &p, &why) < 0 || why.text[0])
		fail_msg("%s", why.text);
	return p;
}

static void all_load_without_a_word(void **state)
{
	DIR *dir = opendir("profiles");
	const struct dirent *d;
	int n = 0;

	(void)state;
	assert_non_null(dir);
	while ((d = readdir(dir))) {
		if (!strstr(d->d_name, ".conf"))
			continue;
		profile_free(shipped(d->d_name));
		n++;
	}
	closedir(dir);
	assert_true(n >= 2);
}

static void the_demonstration_says_that_it_is_simulated(void **state)
{
	SCOPED(profile_freep) struct profile *p = shipped("Demo.conf");
	const struct profile_zone *z = &p->zones[0];

	(void)state;
	assert_string_equal(p->name, "Demo");
	assert_int_equal(p->zones_n, 1);
	assert_int_equal(z->sources_n, 1);
	assert_int_equal(z->sources[0].type, SOURCE_TONE);
	assert_int_equal(z->sources[0].tone, TONE_TUNE);
	assert_int_equal(z->speakers_n, 3);
	for (uint32_t i = 0; i < z->speakers_n; i++) {
		const struct profile_speaker *s = &z->speakers[i];

		assert_int_equal(s->output, OUTPUT_SIMULATED);
		assert_non_null(strstr(s->name, "(simulated)"));
		/* a latency and a wrong clock of its own */
		for (uint32_t k = 0; k < i; k++) {
			assert_true(s->simulation.latency_ms !=
				    z->speakers[k].simulation.latency_ms);
			assert_true(s->simulation.clock_ppm !=
				    z->speakers[k].simulation.clock_ppm);
			assert_true(s->map != z->speakers[k].map);
			assert_true(s->volume_db != z->speakers[k].volume_db);
		}
	}
	assert_true(z->speakers[1].simulation.loss_percent > 0);
}

static void the_worked_example_is_the_design_s(void **state)
{
	SCOPED(profile_freep) struct profile *p = shipped("Patio-Backyard-Kitchen.conf");
	const struct profile_zone *z = &p->zones[0];

	(void)state;
	assert_string_equal(p->name, "Patio-Backyard-Kitchen");
	assert_string_equal(z->name, "Outside");
	assert_int_equal(z->sources[0].type, SOURCE_ALSA);
	assert_int_equal(z->speakers_n, 3);
	assert_string_equal(z->speakers[0].name, "Patio");
	assert_int_equal(z->speakers[0].map, PROFILE_STEREO);
	assert_true(z->speakers[0].latency_ms == 182.4);
	assert_string_equal(z->speakers[1].name, "Backyard");
	assert_string_equal(z->speakers[1].adapter, "AA:BB:CC:00:11:22");
	assert_true(isnan(z->speakers[1].latency_ms));
	assert_string_equal(z->speakers[2].name, "Kitchen");
	assert_true(z->speakers[2].volume_db == -12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_load_without_a_word),
		cmocka_unit_test(the_demonstration_says_that_it_is_simulated),
		cmocka_unit_test(the_worked_example_is_the_design_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
