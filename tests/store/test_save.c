/* SPDX-License-Identifier: MIT */
/*
 * Saving, with everything that can go wrong on the way.
 *
 * The system calls that saving makes are counted here on their way to libc, so
 * that each in turn can fail, or be the last thing that the process does.
 */
#include "core/store/profile.h"
#include "tests/store/folder.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <cmocka.h>

/* ---- the calls on their way to libc ---------------------------------------------------- */

static int calls;	  /* made since the last start() */
static int bad_call;	  /* the one that goes wrong, from 1; 0 = none */
static int error;	  /* errno it gives; 0 = the process is killed before it */
static bool short_writes; /* one byte at a time */
static char trail[64];	  /* what was called: o w f r u c */

static void start(int which, int with)
{
	calls = 0;
	bad_call = which;
	error = with;
	trail[0] = '\0';
}

/* Whether this call is to fail; errno is set then. */
static bool goes_wrong(char what)
{
	size_t n = strlen(trail);

	if (n < sizeof(trail) - 1)
		memcpy(trail + n, (char[]){ what, '\0' }, 2);
	if (++calls != bad_call)
		return false;
	if (error == 0)
		kill(getpid(), SIGKILL);
	errno = error;
	return true;
}

int fsync(int fd);
int fsync(int fd)
{
	return goes_wrong('f') ? -1 : (int)syscall(SYS_fsync, fd);
}

int rename(const char *from, const char *to);
int rename(const char *from, const char *to)
{
	return goes_wrong('r') ? -1
			       : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlink(const char *path);
int unlink(const char *path)
{
	return goes_wrong('u') ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

ssize_t write(int fd, const void *from, size_t len);
ssize_t write(int fd, const void *from, size_t len)
{
	if (fd > 2 && goes_wrong('w'))
		return -1;
	return syscall(SYS_write, fd, from, fd > 2 && short_writes ? 1 : len);
}

/* ---- a folder with a profile in it ----------------------------------------------------- */

#define HEAD	 "# Written by Fanfare. When it saves again, comments in this file are lost.\n"
#define OLD_TEXT "# mine\nversion = 1;\nzones = ( { name = \"Old\"; } );\n"
#define NEW_TEXT HEAD "version = 1;\nzones = (\n  {\n    name = \"New\";\n  }\n);\n"

static struct profile *new_profile(void)
{
	struct profile *p = profile_new("Party");

	assert_non_null(p);
	strcpy(p->zones[0].name, "New");
	return p;
}

static void a_new_file_is_written(void **state)
{
	SCOPED(profile_freep) struct profile *p = new_profile();
	struct folder f;
	struct stat st;
	mode_t mask = umask(022);

	(void)state;
	folder_init(&f);
	assert_int_equal(profile_save(p, folder_file(&f, "Party.conf")), 0);
	assert_true(folder_holds(&f, "Party.conf", NEW_TEXT));
	assert_int_equal(folder_count(&f), 1);
	assert_int_equal(stat(folder_file(&f, "Party.conf"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	umask(mask);
	folder_done(&f);
}

static void the_old_one_is_kept_with_its_rights(void **state)
{
	SCOPED(profile_freep) struct profile *p = new_profile();
	struct folder f;
	struct stat st;

	(void)state;
	folder_init(&f);
	folder_write(&f, "Party.conf", OLD_TEXT);
	folder_write(&f, "Party.conf.bak", "older");
	assert_int_equal(chmod(folder_file(&f, "Party.conf"), 0600), 0);
	assert_int_equal(profile_save(p, folder_file(&f, "Party.conf")), 0);
	assert_true(folder_holds(&f, "Party.conf", NEW_TEXT));
	assert_true(folder_holds(&f, "Party.conf.bak", OLD_TEXT));
	assert_int_equal(folder_count(&f), 2);
	assert_int_equal(stat(folder_file(&f, "Party.conf"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	folder_done(&f);
}

static void the_bytes_are_on_the_disk_before_they_have_the_name(void **state)
{
	SCOPED(profile_freep) struct profile *p = new_profile();
	struct folder f;

	(void)state;
	folder_init(&f);
	folder_write(&f, "Party.conf", OLD_TEXT);
	start(0, 0);
	assert_int_equal(profile_save(p, folder_file(&f, "Party.conf")), 0);
	/* the new one; the old one's copy and its name; the name; the folder */
	assert_string_equal(trail, "uwf"
				   "uwfr"
				   "r"
				   "f");
	folder_done(&f);
}

static void a_file_that_says_so_already_keeps_its_comments(void **state)
{
	static const char text[] = "# by hand\nversion = 1; zones = ( { name = \"New\"; } );";
	SCOPED(profile_freep) struct profile *p = new_profile();
	struct folder f;

	(void)state;
	folder_init(&f);
	folder_write(&f, "Other.conf", text);
	assert_int_equal(profile_save(p, folder_file(&f, "Other.conf")), 0);
	assert_true(folder_holds(&f, "Other.conf", text));
	assert_int_equal(folder_count(&f), 1);
	p->zones[0].volume_db = -1;
	assert_int_equal(profile_save(p, folder_file(&f, "Other.conf")), 0);
	assert_true(folder_holds(&f, "Other.conf.bak", text));
	folder_done(&f);
}

/* A file of ours beside Party.conf, as it was so many seconds ago. */
static void left(struct folder *f, const char *format, int pid, int age)
{
	struct timespec at[2] = { { .tv_sec = time(NULL) - age },
				  { .tv_sec = time(NULL) - age } };
	char name[64];

	snprintf(name, sizeof(name), format, pid);
	folder_write(f, name, "half");
	assert_int_equal(utimensat(AT_FDCWD, folder_file(f, name), at, 0), 0);
}

static bool is_there(struct folder *f, const char *format, int pid)
{
	char name[64];

	snprintf(name, sizeof(name), format, pid);
	return access(folder_file(f, name), F_OK) == 0;
}

static void what_a_power_cut_left_is_taken_away_at_the_next_save(void **state)
{
	SCOPED(profile_freep) struct profile *p = new_profile();
	int dead[2], alive = getppid();
	struct folder f;

	(void)state;
	for (int i = 0; i < 2; i++) {
		dead[i] = fork();
		if (dead[i] == 0)
			_exit(0);
		assert_int_equal(waitpid(dead[i], NULL, 0), dead[i]);
	}
	folder_init(&f);
	folder_write(&f, "Party.conf", OLD_TEXT);
	left(&f, "Party.conf.%d.new", dead[0], 3600);
	left(&f, "Party.conf.bak.%d.new", dead[0], 3600);
	left(&f, "Party.conf.%d.new", dead[1], 5);     /* in a container, it may be alive */
	left(&f, "Party.conf.%d.new", alive, 3600);    /* slow, but at it */
	left(&f, "Garden.conf.%d.new", dead[0], 3600); /* not what is saved */
	left(&f, "Party.conf.%dx.new", dead[0], 3600); /* somebody's own */
	left(&f, "Party.conf.%d.newer", dead[0], 3600);
	assert_int_equal(profile_save(p, folder_file(&f, "Party.conf")), 0);

	assert_false(is_there(&f, "Party.conf.%d.new", dead[0]));
	assert_false(is_there(&f, "Party.conf.bak.%d.new", dead[0]));
	assert_true(is_there(&f, "Party.conf.%d.new", dead[1]));
	assert_true(is_there(&f, "Party.conf.%d.new", alive));
	assert_int_equal(folder_count(&f), 2 + 5);
	assert_true(folder_holds(&f, "Party.conf", NEW_TEXT));
	folder_done(&f);
}

static void writes_that_take_little_are_gone_on_with(void **state)
{
	SCOPED(profile_freep) struct profile *p = new_profile();
	struct folder f;

	(void)state;
	folder_init(&f);
	folder_write(&f, "Party.conf", OLD_TEXT);
	short_writes = true;
	start(0, 0);
	assert_int_equal(profile_save(p, folder_file(&f, "Party.conf")), 0);
	short_writes = false;
	assert_true(folder_holds(&f, "Party.conf", NEW_TEXT));
	assert_true(folder_holds(&f, "Party.conf.bak", OLD_TEXT));
	folder_done(&f);
}

/* The old text, or where the failure came after the rename the new one; never anything else. */
static void old_or_new(struct folder *f, int step)
{
	if (!folder_holds(f, "Party.conf", OLD_TEXT) &&
	    !folder_holds(f, "Party.conf", NEW_TEXT))
		fail_msg("torn at step %d", step);
	if (access(folder_file(f, "Party.conf.bak"), F_OK) == 0 &&
	    !folder_holds(f, "Party.conf.bak", OLD_TEXT))
		fail_msg("the kept one torn at step %d", step);
}

static int calls_of_a_save(void)
{
	SCOPED(profile_freep) struct profile *p = new_profile();
	struct folder f;
	int n;

	folder_init(&f);
	folder_write(&f, "Party.conf", OLD_TEXT);
	start(0, 0);
	assert_int_equal(profile_save(p, folder_file(&f, "Party.conf")), 0);
	n = calls;
	folder_done(&f);
	return n;
}

static void each_call_that_fails_leaves_the_old_file_whole(void **state)
{
	static const int errors[] = { ENOSPC, EIO, EROFS, EDQUOT };
	SCOPED(profile_freep) struct profile *p = new_profile();
	int n = calls_of_a_save();

	(void)state;
	assert_in_range(n, 8, 60);
	for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
		for (int step = 1; step <= n; step++) {
			struct folder f;
			bool last;

			folder_init(&f);
			folder_write(&f, "Party.conf", OLD_TEXT);
			start(step, errors[e]);
			assert_int_equal(profile_save(p, folder_file(&f, "Party.conf")),
					 -errors[e]);
			last = calls == n && step == n; /* the folder's fsync */
			start(0, 0);
			old_or_new(&f, step);
			if (!last)
				assert_true(folder_holds(&f, "Party.conf", OLD_TEXT));
			/* nothing of ours is left lying about */
			assert_in_range(folder_count(&f), 1, 2);
			folder_done(&f);
		}
	}
}

static void an_interrupted_write_is_tried_again(void **state)
{
	SCOPED(profile_freep) struct profile *p = new_profile();
	struct folder f;

	(void)state;
	folder_init(&f);
	start(2, EINTR); /* unlink, then the first write */
	assert_int_equal(profile_save(p, folder_file(&f, "Party.conf")), 0);
	assert_string_equal(trail, "uwwfrf");
	assert_true(folder_holds(&f, "Party.conf", NEW_TEXT));
	folder_done(&f);
}

static void killed_at_any_call_the_old_file_or_the_new_is_whole(void **state)
{
	SCOPED(profile_freep) struct profile *p = new_profile();
	int n = calls_of_a_save();

	(void)state;
	for (int step = 1; step <= n + 1; step++) {
		struct folder f;
		int status;
		pid_t child;

		folder_init(&f);
		folder_write(&f, "Party.conf", OLD_TEXT);
		folder_file(&f, "Party.conf");
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			start(step, 0);
			_exit(profile_save(p, f.name) == 0 ? 0 : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		if (step <= n) {
			assert_true(WIFSIGNALED(status));
			assert_int_equal(WTERMSIG(status), SIGKILL);
		} else {
			assert_int_equal(status, 0);
			assert_true(folder_holds(&f, "Party.conf", NEW_TEXT));
		}
		old_or_new(&f, step);

		/* what a dead one left is in nobody's way */
		start(0, 0);
		assert_int_equal(profile_save(p, folder_file(&f, "Party.conf")), 0);
		assert_true(folder_holds(&f, "Party.conf", NEW_TEXT));
		folder_done(&f);
	}
}

/* In a child, so that the limit or the lost privilege ends with it. Returns what save said. */
static int saved_by_a_child(const struct profile *p, const char *path, void (*prepare)(void))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		prepare();
		_exit(-profile_save(p, path));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void with_room_for_20_bytes(void)
{
	struct rlimit limit = { .rlim_cur = 20, .rlim_max = 20 };

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		_exit(0);
}

static void without_rights(void)
{
	if (getuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		_exit(0);
}

static void the_kernel_s_own_limits_leave_the_old_file_whole(void **state)
{
	SCOPED(profile_freep) struct profile *p = new_profile();
	struct folder f;

	(void)state;
	folder_init(&f);
	folder_write(&f, "Party.conf", OLD_TEXT);
	start(0, 0);
	assert_int_equal(
		saved_by_a_child(p, folder_file(&f, "Party.conf"), with_room_for_20_bytes),
		-EFBIG);
	assert_true(folder_holds(&f, "Party.conf", OLD_TEXT));
	assert_int_equal(folder_count(&f), 1);

	assert_int_equal(chmod(f.path, 0555), 0);
	assert_int_equal(saved_by_a_child(p, folder_file(&f, "Party.conf"), without_rights),
			 -EACCES);
	assert_int_equal(chmod(f.path, 0755), 0);
	assert_true(folder_holds(&f, "Party.conf", OLD_TEXT));
	assert_int_equal(folder_count(&f), 1);
	folder_done(&f);
}

static void places_that_cannot_hold_a_profile_say_why(void **state)
{
	SCOPED(profile_freep) struct profile *p = new_profile();
	char longer[5000];
	struct folder f;

	(void)state;
	folder_init(&f);
	start(0, 0);
	assert_int_equal(profile_save(p, f.path), -EISDIR);
	assert_int_equal(profile_save(p, folder_file(&f, "none/Party.conf")), -ENOENT);
	folder_write(&f, "file", "");
	assert_int_equal(profile_save(p, folder_file(&f, "file/Party.conf")), -ENOTDIR);
	assert_int_equal(profile_save(p, "/proc/version"), -ENOENT);
	assert_int_equal(mkfifo(folder_file(&f, "pipe.conf"), 0644), 0);
	assert_int_equal(profile_save(p, folder_file(&f, "pipe.conf")), -EINVAL);
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(profile_save(p, longer), -ENAMETOOLONG);
	folder_done(&f);
}

static void what_no_reader_would_take_is_not_written(void **state)
{
	SCOPED(profile_freep) struct profile *p = new_profile();
	struct profile_zone *z = &p->zones[0];
	struct profile_speaker *s;
	struct folder f;

	(void)state;
	folder_init(&f);
	start(0, 0);
	folder_file(&f, "Party.conf");
	z->volume_db = 100;
	assert_int_equal(profile_save(p, f.name), -EINVAL);
	z->volume_db = (double)NAN;
	assert_int_equal(profile_save(p, f.name), -EINVAL);
	z->volume_db = 0;
	strcpy(z->name, "bell\a");
	assert_int_equal(profile_save(p, f.name), -EINVAL);
	strcpy(z->name, "New");
	s = profile_add_speaker(p, z);
	assert_int_equal(profile_save(p, f.name), -EINVAL); /* no name, no address */
	s->output = OUTPUT_NULL;
	strcpy(s->name, "A");
	assert_int_equal(profile_save(p, f.name), 0);
	s = profile_add_speaker(p, z);
	s->output = OUTPUT_NULL;
	strcpy(s->name, "A");
	assert_int_equal(profile_save(p, f.name), -EINVAL);
	assert_int_equal(folder_count(&f), 1);
	folder_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_call_that_fails_leaves_the_old_file_whole),
		cmocka_unit_test(killed_at_any_call_the_old_file_or_the_new_is_whole),
		cmocka_unit_test(the_kernel_s_own_limits_leave_the_old_file_whole),
		cmocka_unit_test(places_that_cannot_hold_a_profile_say_why),
		cmocka_unit_test(what_no_reader_would_take_is_not_written),
		cmocka_unit_test(an_interrupted_write_is_tried_again),
		cmocka_unit_test(writes_that_take_little_are_gone_on_with),
		cmocka_unit_test(a_new_file_is_written),
		cmocka_unit_test(what_a_power_cut_left_is_taken_away_at_the_next_save),
		cmocka_unit_test(the_old_one_is_kept_with_its_rights),
		cmocka_unit_test(the_bytes_are_on_the_disk_before_they_have_the_name),
		cmocka_unit_test(a_file_that_says_so_already_keeps_its_comments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
