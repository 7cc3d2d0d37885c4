/* SPDX-License-Identifier: MIT */
/* What the doctor finds on computers that are only folders, and in the kernel's answers. */
#include "core/base/scope.h"
#include "core/control/doctor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char root[64];
static struct ff_finding found[32];
static struct doctor d;

static int setup(void **state)
{
	(void)state;
	snprintf(root, sizeof(root), "/tmp/fanfare-doctor-XXXXXX");
	assert_non_null(mkdtemp(root));
	d = (struct doctor){ .root = root, .found = found, .max = ARRAY_SIZE(found) };
	return 0;
}

static int teardown(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	return system(command);
}

/* A file under root with its folders; what NULL = a folder alone, "-> x" = a link. */
static void put(const char *path, const char *what)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	for (char *at = whole + strlen(root) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(whole, 0755);
		*at = '/';
	}
	if (!what) {
		assert_int_equal(mkdir(whole, 0755), 0);
	} else if (strncmp(what, "-> ", 3) == 0) {
		assert_int_equal(symlink(what + 3, whole), 0);
	} else {
		FILE *f = fopen(whole, "we");

		assert_non_null(f);
		fputs(what, f);
		fclose(f);
	}
}

static const struct ff_finding *finding(const char *part)
{
	for (uint32_t i = 0; i < d.n; i++)
		if (strstr(found[i].what, part))
			return &found[i];
	return NULL;
}

static void no_adapter_is_bad_and_says_what_to_do(void **state)
{
	(void)state;
	doctor_radio(&d);
	assert_int_equal(d.n, 1);
	assert_int_equal(found[0].verdict, FF_BAD);
	assert_non_null(strstr(found[0].todo, "USB adapter"));
}

static void connections_are_no_adapters(void **state)
{
	(void)state;
	put("/sys/class/bluetooth/hci1/x", "");
	put("/sys/class/bluetooth/hci1:11/x", "");
	doctor_radio(&d);
	assert_int_equal(d.n, 1);
	assert_non_null(finding("hci1: a Bluetooth adapter"));
}

static void switches_are_told_apart(void **state)
{
	(void)state;
	put("/sys/class/bluetooth/hci0/x", "");
	put("/sys/class/rfkill/rfkill0/type", "bluetooth\n");
	put("/sys/class/rfkill/rfkill0/name", "hci0\n");
	put("/sys/class/rfkill/rfkill0/soft", "1\n");
	put("/sys/class/rfkill/rfkill0/hard", "0\n");
	put("/sys/class/rfkill/rfkill1/type", "bluetooth\n");
	put("/sys/class/rfkill/rfkill1/name", "laptop\n");
	put("/sys/class/rfkill/rfkill1/soft", "0\n");
	put("/sys/class/rfkill/rfkill1/hard", "1\n");
	put("/sys/class/rfkill/rfkill2/type", "wlan\n");
	put("/sys/class/rfkill/rfkill2/soft", "1\n");
	doctor_radio(&d);
	assert_int_equal(d.n, 3);
	assert_string_equal(finding("hci0 is blocked")->todo, "rfkill unblock bluetooth");
	assert_int_equal(finding("laptop is switched off by hand")->verdict, FF_BAD);
}

static void wifi_on_the_chip_of_a_pi_is_seen_where_it_is_used(void **state)
{
	(void)state;
	put("/sys/class/bluetooth/hci0/device", "-> ../../../serial0-0");
	put("/sys/class/net/wlan0/device/driver", "-> ../../bus/sdio/drivers/brcmfmac");
	put("/sys/class/net/wlan0/operstate", "up\n");
	put("/sys/class/net/eth0/device/driver", "-> ../../bus/usb/drivers/smsc95xx");
	put("/sys/class/net/eth0/operstate", "up\n");
	doctor_radio(&d);
	assert_int_equal(d.n, 3);
	assert_int_equal(finding("hci0 hangs on a serial line")->verdict, FF_DOUBTFUL);
	assert_int_equal(finding("wlan0 is Wi-Fi on the same chip")->verdict, FF_DOUBTFUL);
}

static void more_findings_than_there_is_room_for_are_left_out(void **state)
{
	(void)state;
	d.max = 2;
	for (int i = 0; i < 5; i++)
		doctor_find(&d, FF_GOOD, "", "%d", i);
	assert_int_equal(d.n, 2);
}

/* "Read Controller Information" as the kernel's mgmt API lays it out. */
static const uint8_t answer[] = {
	0x01, 0x00, 0x00, 0x00, 0x1b, 0x01,		/* complete, hci0, length */
	0x04, 0x00, 0x00,				/* of what, success */
	0x66, 0x55, 0x44, 0x33, 0x22, 0x11,		/* address, last byte first */
	0x09, 0x0f, 0x00,				/* version, maker */
	0xff, 0xff, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, /* settings: can, are */
};

static void answers_of_the_kernel_are_taken_apart_with_care(void **state)
{
	struct doctor_adapter a = { "", 77, false };
	uint8_t bad[sizeof(answer)];

	(void)state;
	for (size_t n = 0; n < sizeof(answer); n++) {
		uint8_t *exact = malloc(n ? n : 1); /* to be caught reading on */

		assert_non_null(exact);
		memcpy(exact, answer, n);
		assert_int_equal(doctor_parse(exact, n, &a), -EBADMSG);
		free(exact);
	}
	memcpy(bad, answer, sizeof(bad));
	bad[0] = 6; /* another event */
	assert_int_equal(doctor_parse(bad, sizeof(bad), &a), -EBADMSG);
	memcpy(bad, answer, sizeof(bad));
	bad[8] = 0x11; /* no such adapter */
	assert_int_equal(doctor_parse(bad, 9, &a), -EIO);
	assert_int_equal(a.version, 77);

	assert_int_equal(doctor_parse(answer, sizeof(answer), &a), 0);
	assert_string_equal(a.address, "11:22:33:44:55:66");
	assert_string_equal(doctor_version(a.version), "5.0");
	assert_true(a.powered);
	assert_string_equal(doctor_version(200), "newer than 6.0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_adapter_is_bad_and_says_what_to_do, setup,
						teardown),
		cmocka_unit_test_setup_teardown(connections_are_no_adapters, setup, teardown),
		cmocka_unit_test_setup_teardown(switches_are_told_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(
			wifi_on_the_chip_of_a_pi_is_seen_where_it_is_used, setup, teardown),
		cmocka_unit_test_setup_teardown(
			more_findings_than_there_is_room_for_are_left_out, setup, teardown),
		cmocka_unit_test(answers_of_the_kernel_are_taken_apart_with_care),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
