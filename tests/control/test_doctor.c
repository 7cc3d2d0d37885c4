/* SPDX-License-Identifier: MIT */
/* What the doctor finds on computers that are only folders, and in the kernel's answers. */
#include "core/base/scope.h"
#include "core/control/doctor.h"
#include "tests/bluez/rig.h"

#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
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
	put("/sys/class/bluetooth/hci10/x", "");
	put("/sys/class/bluetooth/hci1/x", "");
	put("/sys/class/bluetooth/hci1:11/x", "");
	doctor_radio(&d);
	assert_int_equal(d.n, 2);
	assert_string_equal(found[0].what, "hci1: a Bluetooth adapter");
	assert_string_equal(found[1].what, "hci10: a Bluetooth adapter");
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

static void wifi_that_is_not_in_use_is_no_harm(void **state)
{
	(void)state;
	put("/sys/class/bluetooth/hci0/device", "-> ../../../serial0-0");
	put("/sys/class/net/wlan0/device/driver", "-> ../../bus/sdio/drivers/brcmfmac");
	put("/sys/class/net/wlan0/operstate", "down\n");
	doctor_radio(&d);
	assert_int_equal(finding("wlan0 is Wi-Fi on the same chip")->verdict, FF_GOOD);
}

static void adapters_are_judged_by_their_version_and_power(void **state)
{
	struct doctor_adapter a = { "00:11:22:33:44:55", 3, true };

	(void)state;
	doctor_adapter(&d, "hci0", &a);
	assert_int_equal(finding("hci0 (00:11:22:33:44:55): Bluetooth 2.0")->verdict,
			 FF_DOUBTFUL);
	assert_non_null(strstr(found[0].todo, "2.1 or later"));
	a = (struct doctor_adapter){ "00:11:22:33:44:66", 9, false };
	doctor_adapter(&d, "hci1", &a);
	assert_int_equal(finding("Bluetooth 5.0, switched off")->verdict, FF_DOUBTFUL);
	assert_non_null(strstr(found[1].todo, "bluetoothctl power on"));
	a.powered = true;
	doctor_adapter(&d, "hci1", &a);
	assert_int_equal(finding("Bluetooth 5.0, on")->verdict, FF_GOOD);
}

/* ---- daemons, rights, cards, profiles --------------------------------------------------- */

static void without_a_bus_it_says_what_to_install(void **state)
{
	(void)state;
	setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/at/all", 1);
	doctor_examine(&d);
	assert_int_equal(finding("no D-Bus system bus")->verdict, FF_BAD);
	assert_non_null(strstr(finding("no D-Bus system bus")->todo, "apt install dbus"));
	assert_null(finding("as a service"));
}

static sd_bus *own(const char *name)
{
	sd_bus *bus = NULL;

	assert_true(sd_bus_open_system(&bus) >= 0);
	assert_true(sd_bus_request_name(bus, name, 0) >= 0);
	return bus;
}

static void bluetoothd_says(const char *version)
{
	char text[64], path[128];

	snprintf(text, sizeof(text), "#!/bin/sh\necho %s\n", version);
	snprintf(path, sizeof(path), "%s/usr/libexec/bluetooth/bluetoothd", root);
	unlink(path);
	put("/usr/libexec/bluetooth/bluetoothd", text);
	assert_int_equal(chmod(path, 0755), 0);
}

static void bluetoothd_is_asked_for_and_how_old_it_is(void **state)
{
	sd_bus *bus;

	(void)state;
	daemon_prepare();
	daemon_start();
	doctor_examine(&d);
	assert_int_equal(finding("bluetoothd does not run")->verdict, FF_BAD);
	assert_string_equal(finding("bluetoothd does not run")->todo, "apt install bluez");
	assert_non_null(finding("no other sound server"));

	d.n = 0;
	bluetoothd_says("5.66");
	doctor_examine(&d);
	assert_string_equal(finding("bluetoothd does not run, version 5.66")->todo,
			    "systemctl start bluetooth");

	bus = own("org.bluez");
	d.n = 0;
	doctor_examine(&d);
	assert_int_equal(finding("bluetoothd 5.66 runs")->verdict, FF_GOOD);
	d.n = 0;
	bluetoothd_says("5.55");
	doctor_examine(&d);
	assert_int_equal(finding("bluetoothd 5.55 runs; Fanfare was tried with")->verdict,
			 FF_DOUBTFUL);
	assert_non_null(strstr(finding("bluetoothd 5.55")->todo, "newer"));
	sd_bus_flush_close_unref(bus);
	daemon_clean();
}

static void others_that_take_speakers_are_named(void **state)
{
	(void)state;
	put("/proc/77/comm", "wireplumber\n");
	put("/proc/78/comm", "bluealsad\n");
	doctor_examine(&d);
	assert_int_equal(finding("PipeWire (wireplumber), BlueALSA run")->verdict, FF_DOUBTFUL);
	assert_non_null(strstr(finding("BlueALSA")->todo, "output = \"pulse\""));
}

/* In a process of its own, as nobody where we are root, without real-time priority: is part
 * found of it, with that verdict and what to do? */
static bool nobody_finds(const char *part, enum ff_verdict verdict)
{
	const struct rlimit none = { 0, 0 };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		setrlimit(RLIMIT_RTPRIO, &none);
		if (geteuid() == 0 && (setgroups(0, NULL) || setgid(65534) || setuid(65534)))
			_exit(2);
		doctor_examine(&d);
		_exit(finding(part) && finding(part)->verdict == verdict && *finding(part)->todo
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void real_time_that_is_refused_is_named(void **state)
{
	(void)state;
	assert_true(nobody_finds("may not have real-time priority", FF_DOUBTFUL));
}

static void a_service_whose_group_one_is_not_in_is_out_of_reach(void **state)
{
	char folder[128];
	sd_bus *bus;

	(void)state;
	daemon_prepare();
	daemon_start();
	bus = own("org.fanfare.Fanfare1");
	snprintf(folder, sizeof(folder), "%s",
		 getenv("DBUS_SYSTEM_BUS_ADDRESS") + strlen("unix:path="));
	*strrchr(folder, '/') = '\0';
	assert_int_equal(chmod(folder, 0711), 0); /* nobody, too, may try */
	assert_true(nobody_finds("this user is not of its group", FF_BAD));
	if (geteuid() == 0) {
		doctor_examine(&d);
		assert_int_equal(finding("Fanfare runs as a service")->verdict, FF_GOOD);
		assert_null(finding("real-time")); /* it has rights of its own */
	}
	sd_bus_flush_close_unref(bus);
	daemon_clean();
}

static void sound_cards_are_listed_and_whose_they_are(void **state)
{
	(void)state;
	doctor_examine(&d);
	assert_int_equal(finding("there is no sound card")->verdict, FF_DOUBTFUL);
	assert_non_null(strstr(finding("there is no sound card")->todo, "USB sound card"));
	put("/proc/asound/cards", " 0 [Device         ]: USB-Audio - USB Audio Device\n"
				  "                      somewhere at usb-1\n"
				  " 1 [Amp            ]: HifiBerry - Amp2\n");
	put("/dev/snd/controlC0", "");
	d.n = 0;
	doctor_examine(&d);
	assert_int_equal(finding("sound card Device: USB-Audio - USB Audio Device")->verdict,
			 FF_GOOD);
	assert_int_equal(
		finding("sound card Amp (HifiBerry - Amp2): not for this user")->verdict,
		FF_BAD);
	assert_non_null(strstr(finding("sound card Amp")->todo, "adduser NAME audio"));
	assert_null(finding("no sound card"));
}

static void profiles_are_read(void **state)
{
	(void)state;
	setenv("XDG_CONFIG_HOME", root, 1);
	put("/fanfare/profiles/Bad.conf", "version = 1;\nzones = 7;\n");
	put("/fanfare/profiles/Good.conf",
	    "version = 1; zones = ( { name = \"Z\"; sources = ( { type = \"tone\"; } );\n"
	    "speakers = ( { name = \"S\"; output = \"null\"; } ); } );\n");
	put("/fanfare/profiles/Odd.conf",
	    "version = 1;\ncolour = 3;\nzones = ( { name = \"Z\"; } );\n");
	doctor_examine(&d);
	assert_int_equal(finding("profile Bad:")->verdict, FF_BAD);
	assert_non_null(strstr(finding("profile Bad:")->what, "Bad.conf:2"));
	assert_int_equal(finding("profile Odd:")->verdict, FF_DOUBTFUL);
	assert_non_null(strstr(finding("profile Odd:")->what, "colour"));
	assert_int_equal(finding("profile Good is good")->verdict, FF_GOOD);
	assert_non_null(strstr(finding("profile Bad:")->todo, "fanfare profile check"));
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
		cmocka_unit_test_setup_teardown(wifi_that_is_not_in_use_is_no_harm, setup,
						teardown),
		cmocka_unit_test_setup_teardown(adapters_are_judged_by_their_version_and_power,
						setup, teardown),
		cmocka_unit_test_setup_teardown(without_a_bus_it_says_what_to_install, setup,
						teardown),
		cmocka_unit_test_setup_teardown(bluetoothd_is_asked_for_and_how_old_it_is,
						setup, teardown),
		cmocka_unit_test_setup_teardown(others_that_take_speakers_are_named, setup,
						teardown),
		cmocka_unit_test_setup_teardown(real_time_that_is_refused_is_named, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			a_service_whose_group_one_is_not_in_is_out_of_reach, setup, teardown),
		cmocka_unit_test_setup_teardown(sound_cards_are_listed_and_whose_they_are,
						setup, teardown),
		cmocka_unit_test_setup_teardown(profiles_are_read, setup, teardown),
		cmocka_unit_test_setup_teardown(
			more_findings_than_there_is_room_for_are_left_out, setup, teardown),
		cmocka_unit_test(answers_of_the_kernel_are_taken_apart_with_care),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
