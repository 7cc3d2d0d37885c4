/* SPDX-License-Identifier: MIT */
/* Where profiles lie, with every folder of it a test's own but the machine's. */
#include "core/store/shelf.h"
#include "tests/store/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#define MINIMAL "version = 1; zones = ( { } );"

/* The user's folders in one of the test's own; share/ beside this program, as in the tree. */
struct place {
	struct folder folder;
	char share[256];
	char shipped[300]; /* one profile that only it has */
};

static int enter(void **state)
{
	static struct place p;
	ssize_t n;

	folder_init(&p.folder);
	setenv("XDG_CONFIG_HOME", folder_file(&p.folder, "config"), 1);
	setenv("XDG_STATE_HOME", folder_file(&p.folder, "state"), 1);
	setenv("HOME", folder_file(&p.folder, "home"), 1);
	unsetenv("STATE_DIRECTORY");

	n = readlink("/proc/self/exe", p.share, sizeof(p.share) - 40);
	assert_true(n > 0);
	p.share[n] = '\0';
	strcpy(strrchr(p.share, '/'), "/share");
	mkdir(p.share, 0755);
	strcat(p.share, "/fanfare");
	mkdir(p.share, 0755);
	strcat(p.share, "/profiles");
	mkdir(p.share, 0755);
	snprintf(p.shipped, sizeof(p.shipped), "%s/Shipped.conf", p.share);

	FILE *f = fopen(p.shipped, "w");

	assert_non_null(f);
	fputs(MINIMAL, f);
	fclose(f);
	*state = &p;
	return 0;
}

static int leave(void **state)
{
	struct place *p = *state;

	remove(p->shipped);
	folder_done(&p->folder);
	return 0;
}

static void names_that_are_no_file_s_are_refused(void **state)
{
	static const char *const bad[] = { "",	      ".",   "..",	"../x",	 "a/b",
					   ".hidden", "a\n", "\x1b[2J", "a\xff", "/etc/x" };
	char longer[PROFILE_NAME_MAX + 1], path[SHELF_PATH_MAX] = "untouched";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(shelf_own_path(bad[i], path), -EINVAL);
		assert_int_equal(shelf_find(bad[i], path), -ENOENT);
		assert_int_equal(shelf_delete(bad[i]), -ENOENT);
		assert_int_equal(shelf_set_last(bad[i]), -EINVAL);
	}
	memset(longer, 'x', PROFILE_NAME_MAX);
	longer[PROFILE_NAME_MAX] = '\0';
	assert_int_equal(shelf_own_path(longer, path), -EINVAL);
	assert_int_equal(shelf_find(longer, path), -ENAMETOOLONG);
	assert_string_equal(path, "untouched");
}

static void folders_that_are_too_deep_are_refused(void **state)
{
	char deep[SHELF_PATH_MAX], path[SHELF_PATH_MAX];

	(void)state;
	memset(deep, 'd', sizeof(deep));
	deep[0] = '/';
	deep[sizeof(deep) - 12] = '\0';
	setenv("XDG_CONFIG_HOME", deep, 1);
	assert_int_equal(shelf_own_path("Party", path), -ENAMETOOLONG);
	assert_int_equal(shelf_find("NoSuchProfile", path), -ENOENT);
	assert_int_equal(shelf_find("Shipped", path), 0);
}

static void an_unknown_profile_is_not_found(void **state)
{
	char path[SHELF_PATH_MAX];

	(void)state;
	assert_int_equal(shelf_find("NoSuchProfile", path), -ENOENT);
	assert_int_equal(shelf_find("NoSuchProfile.conf", path), -ENOENT);
	assert_int_equal(shelf_find("/no/such/profile.conf", path), -ENOENT);
	assert_int_equal(shelf_delete("NoSuchProfile"), -ENOENT);
}

static void folders_and_other_things_are_no_profiles(void **state)
{
	struct place *p = *state;
	char path[SHELF_PATH_MAX];

	folder_write(&p->folder, "config/fanfare/profiles/Folder.conf/x", "");
	folder_write(&p->folder, "config/fanfare/profiles/.Hidden.conf", MINIMAL);
	folder_write(&p->folder, "config/fanfare/profiles/Kept.conf.bak", MINIMAL);
	folder_write(&p->folder, "config/fanfare/profiles/Kept.conf.1234.new", MINIMAL);
	folder_write(&p->folder, "config/fanfare/profiles/.conf", MINIMAL);
	folder_write(&p->folder, "config/fanfare/profiles/note.txt", MINIMAL);
	assert_int_equal(symlink("nowhere",
				 folder_file(&p->folder, "config/fanfare/profiles/Link.conf")),
			 0);
	assert_int_equal(shelf_find("Folder", path), -ENOENT);
	assert_int_equal(shelf_find("Link", path), -ENOENT);
	assert_int_equal(shelf_find("note.txt", path), -ENOENT);

	struct shelf_entry list[64];
	size_t n = shelf_list(list, 64);

	for (size_t i = 0; i < n; i++)
		assert_true(list[i].readonly);
}

static void the_user_s_own_hides_the_shipped_one(void **state)
{
	struct place *p = *state;
	char path[SHELF_PATH_MAX];

	assert_int_equal(shelf_find("Shipped", path), 0);
	assert_string_equal(path, p->shipped);
	folder_write(&p->folder, "config/fanfare/profiles/Shipped.conf", MINIMAL);
	assert_int_equal(shelf_find("Shipped", path), 0);
	assert_string_equal(path,
			    folder_file(&p->folder, "config/fanfare/profiles/Shipped.conf"));
	assert_int_equal(shelf_find("Shipped.conf", path), 0);
	assert_string_equal(path, p->folder.name);

	struct shelf_entry list[64];
	size_t n = shelf_list(list, 64), found = 0;

	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, "Shipped") == 0) {
			found++;
			assert_false(list[i].readonly);
			assert_string_equal(list[i].path, path);
		}
	assert_int_equal(found, 1);
}

static void without_xdg_the_home_is_used(void **state)
{
	struct place *p = *state;
	char path[SHELF_PATH_MAX];

	folder_write(&p->folder, "home/.config/fanfare/profiles/Home.conf", MINIMAL);
	assert_int_equal(shelf_find("Home", path), -ENOENT);
	unsetenv("XDG_CONFIG_HOME");
	assert_int_equal(shelf_find("Home", path), 0);
	setenv("XDG_CONFIG_HOME", "relative/is/ignored", 1);
	assert_int_equal(shelf_find("Home", path), 0);
}

static void files_are_taken_as_they_are(void **state)
{
	struct place *p = *state;
	char path[SHELF_PATH_MAX];

	folder_write(&p->folder, "elsewhere/My own.txt", MINIMAL);
	folder_file(&p->folder, "elsewhere/My own.txt");
	assert_int_equal(shelf_find(p->folder.name, path), 0);
	assert_string_equal(path, p->folder.name);
}

static void the_list_is_sorted_and_says_how_long_it_is(void **state)
{
	struct place *p = *state;
	struct shelf_entry list[64], few[2];
	size_t n;

	folder_write(&p->folder, "config/fanfare/profiles/zebra.conf", MINIMAL);
	folder_write(&p->folder, "config/fanfare/profiles/Apple.conf", MINIMAL);
	folder_write(&p->folder, "config/fanfare/profiles/apricot.conf", MINIMAL);
	n = shelf_list(list, 64);
	assert_in_range(n, 4, 64);
	for (size_t i = 1; i < n; i++)
		assert_true(strcasecmp(list[i - 1].name, list[i].name) <= 0);
	assert_string_equal(list[0].name, "Apple");
	assert_string_equal(list[1].name, "apricot");
	assert_string_equal(list[n - 1].name, "zebra");
	assert_int_equal(shelf_list(few, 2), n);
	assert_string_equal(few[1].name, "apricot");
	assert_int_equal(shelf_list(NULL, 0), n);
}

static void saving_finding_and_deleting_go_together(void **state)
{
	struct place *p = *state;
	SCOPED(profile_freep) struct profile *profile = profile_new("Shipped");
	char path[SHELF_PATH_MAX], found[SHELF_PATH_MAX];

	assert_int_equal(shelf_delete("Shipped"), -EROFS);
	assert_int_equal(shelf_own_path("Shipped", path), 0); /* makes the folder */
	assert_int_equal(profile_save(profile, path), 0);
	assert_int_equal(shelf_find("Shipped", found), 0);
	assert_string_equal(found, path);
	profile->zones[0].volume_db = -1;
	assert_int_equal(profile_save(profile, path), 0);

	assert_int_equal(shelf_delete("Shipped"), 0);
	assert_int_equal(access(path, F_OK), -1);
	strcat(path, ".bak");
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(shelf_find("Shipped", found), 0);
	assert_string_equal(found, p->shipped);
	assert_int_equal(shelf_delete("Shipped"), -EROFS);
}

static void the_last_profile_is_remembered(void **state)
{
	struct place *p = *state;
	char name[PROFILE_NAME_MAX] = "untouched";

	assert_int_equal(shelf_last(name), -ENOENT);
	assert_string_equal(name, "untouched");
	assert_int_equal(shelf_set_last("Patio-Backyard"), 0);
	assert_int_equal(shelf_set_last("Küche"), 0);
	assert_int_equal(shelf_last(name), 0);
	assert_string_equal(name, "Küche");
	assert_true(folder_holds(&p->folder, "state/fanfare/last-profile", "Küche\n"));

	/* what a power cut or a stranger left there is as if nothing was */
	folder_write(&p->folder, "state/fanfare/last-profile", "");
	assert_int_equal(shelf_last(name), -ENOENT);
	folder_write(&p->folder, "state/fanfare/last-profile", "../../etc/passwd\n");
	assert_int_equal(shelf_last(name), -ENOENT);
	folder_write(&p->folder, "state/fanfare/last-profile", "\x1b[2J\n");
	assert_int_equal(shelf_last(name), -ENOENT);
}

static void systemd_s_folder_comes_first(void **state)
{
	struct place *p = *state;
	char name[PROFILE_NAME_MAX], both[600];

	snprintf(both, sizeof(both), "%s/one:%s/two", p->folder.path, p->folder.path);
	setenv("STATE_DIRECTORY", both, 1);
	assert_int_equal(shelf_set_last("Boot"), 0);
	assert_true(folder_holds(&p->folder, "one/last-profile", "Boot\n"));
	assert_int_equal(shelf_last(name), 0);
	assert_string_equal(name, "Boot");
	unsetenv("STATE_DIRECTORY");
	assert_int_equal(shelf_last(name), -ENOENT);
}

int main(void)
{
#define SHELF_TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
	const struct CMUnitTest tests[] = {
		SHELF_TEST(names_that_are_no_file_s_are_refused),
		SHELF_TEST(folders_that_are_too_deep_are_refused),
		SHELF_TEST(an_unknown_profile_is_not_found),
		SHELF_TEST(folders_and_other_things_are_no_profiles),
		SHELF_TEST(the_user_s_own_hides_the_shipped_one),
		SHELF_TEST(without_xdg_the_home_is_used),
		SHELF_TEST(files_are_taken_as_they_are),
		SHELF_TEST(the_list_is_sorted_and_says_how_long_it_is),
		SHELF_TEST(saving_finding_and_deleting_go_together),
		SHELF_TEST(the_last_profile_is_remembered),
		SHELF_TEST(systemd_s_folder_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
