/* SPDX-License-Identifier: MIT */
/* doctor - see doctor.h. */
#include "core/control/doctor.h"

#include "core/base/cut.h"
#include "core/base/scope.h"
#include "core/bluez/rival.h"
#include "core/store/profile.h"
#include "core/store/shelf.h"

#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <systemd/sd-bus.h>

#define RT_PRIORITY  45 /* of the clock thread, the highest there is */
#define OLDEST_MINOR 66 /* of BlueZ 5, of those that Fanfare was tried with */
#define ANSWER_US    (3 * 1000 * 1000ull)

void doctor_find(struct doctor *d, enum ff_verdict verdict, const char *todo, const char *what,
		 ...)
{
	struct ff_finding *f = &d->found[d->n];
	va_list args;

	if (d->n == d->max)
		return;
	va_start(args, what);
	cut_vprint(f->what, sizeof(f->what), what, args);
	va_end(args);
	f->verdict = verdict;
	CUT_COPY(f->todo, todo);
	d->n++;
}

bool doctor_line(const struct doctor *d, char *ret, size_t size, const char *path, ...)
{
	char whole[400];
	int used = snprintf(whole, sizeof(whole), "%s", d->root);
	va_list args;
	bool got;
	FILE *f;

	va_start(args, path);
	vsnprintf(whole + used, sizeof(whole) - (size_t)used, path, args);
	va_end(args);
	f = fopen(whole, "re");
	if (!f)
		return false;
	got = fgets(ret, (int)size, f);
	fclose(f);
	if (got)
		ret[strcspn(ret, "\n")] = '\0';
	return got;
}

/* ---- bluetoothd ------------------------------------------------------------------------- */

static bool has_owner(sd_bus *bus, const char *name)
{
	SCOPED(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int yes = 0;

	return sd_bus_call_method(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
				  "org.freedesktop.DBus", "NameHasOwner", NULL, &reply, "s",
				  name) >= 0 &&
	       sd_bus_message_read(reply, "b", &yes) >= 0 && yes;
}

/* "5.66", by asking the program; "" = it is not where distributions put it. */
static void bluetoothd_version(const struct doctor *d, char ret[16])
{
	static const char *const places[] = { "/usr/libexec/bluetooth/bluetoothd",
					      "/usr/lib/bluetooth/bluetoothd",
					      "/usr/sbin/bluetoothd" };

	ret[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(places) && !*ret; i++) {
		char path[200], command[240];
		FILE *f;

		snprintf(path, sizeof(path), "%s%s", d->root, places[i]);
		if (access(path, X_OK) < 0)
			continue;
		snprintf(command, sizeof(command), "%s --version 2>/dev/null", path);
		f = popen(command, "re");
		if (f && fgets(ret, 16, f))
			ret[strcspn(ret, "\n")] = '\0';
		if (f)
			pclose(f);
	}
}

static void examine_bluetoothd(struct doctor *d)
{
	SCOPED(sd_bus_close_unrefp) sd_bus *bus = NULL;
	int major = 0, minor = 0;
	char version[16];

	bluetoothd_version(d, version);
	if (sd_bus_open_system(&bus) < 0) {
		doctor_find(d, FF_BAD, "apt install dbus; systemctl start dbus",
			    "there is no D-Bus system bus");
		return;
	}
	sd_bus_set_method_call_timeout(bus, ANSWER_US);
	if (!has_owner(bus, "org.bluez")) {
		doctor_find(
			d, FF_BAD, *version ? "systemctl start bluetooth" : "apt install bluez",
			"bluetoothd does not run%s%s", *version ? ", version " : "", version);
		return;
	}
	if (sscanf(version, "%d.%d", &major, &minor) == 2 &&
	    (major < 5 || (major == 5 && minor < OLDEST_MINOR)))
		doctor_find(d, FF_DOUBTFUL, "Debian 12 and later bring a newer one",
			    "bluetoothd %s runs; Fanfare was tried with 5.%d and later",
			    version, OLDEST_MINOR);
	else
		doctor_find(d, FF_GOOD, "", "bluetoothd %s runs", version);
}

/* Registered end-points are secret to the bus; who makes them is known by name. */
static void examine_rivals(struct doctor *d)
{
	char proc[300], names[128];

	snprintf(proc, sizeof(proc), "%s/proc", d->root);
	rival_find_in(proc, names, sizeof(names));
	if (*names)
		doctor_find(d, FF_DOUBTFUL,
			    "where it takes a speaker first: stop its Bluetooth part, or play "
			    "through it (output = \"pulse\")",
			    "%s runs, which plays on Bluetooth speakers, too", names);
	else
		doctor_find(d, FF_GOOD, "", "no other sound server holds Bluetooth speakers");
}

/* ---- rights ----------------------------------------------------------------------------- */

/* Whether the clock thread would get its priority is found by trying. */
static void *try_realtime(void *arg)
{
	struct sched_param p = { .sched_priority = RT_PRIORITY };

	*(int *)arg = pthread_setschedparam(pthread_self(), SCHED_FIFO, &p);
	return NULL;
}

static void examine_realtime(struct doctor *d)
{
	struct rlimit lock = { 0 };
	pthread_t thread;
	int refused = EAGAIN;

	if (pthread_create(&thread, NULL, try_realtime, &refused) == 0)
		pthread_join(thread, NULL);
	getrlimit(RLIMIT_MEMLOCK, &lock);
	if (refused)
		doctor_find(d, FF_DOUBTFUL,
			    "as a service it may; else \"NAME - rtprio 50\" and \"NAME - "
			    "memlock unlimited\" in /etc/security/limits.d",
			    "this user may not have real-time priority: sound may stutter");
	else if (lock.rlim_cur != RLIM_INFINITY && geteuid() != 0)
		doctor_find(d, FF_DOUBTFUL,
			    "\"NAME - memlock unlimited\" in /etc/security/limits.d",
			    "this user may not lock memory: a full one makes sound stutter");
	else
		doctor_find(d, FF_GOOD, "", "this user may have real-time priority");
}

static bool in_group(const char *name)
{
	const struct group *g = getgrnam(name);
	gid_t groups[128];
	int n = getgroups(ARRAY_SIZE(groups), groups);

	if (!g)
		return false;
	for (int i = 0; i < n; i++)
		if (groups[i] == g->gr_gid)
			return true;
	return getegid() == g->gr_gid;
}

/* Whether it runs, with rights of its own. */
static bool examine_service(struct doctor *d)
{
	SCOPED(sd_bus_close_unrefp) sd_bus *bus = NULL;

	if (sd_bus_open_system(&bus) < 0)
		return false;
	sd_bus_set_method_call_timeout(bus, ANSWER_US);
	if (!has_owner(bus, "org.fanfare.Fanfare1"))
		return false;
	if (geteuid() != 0 && !in_group("fanfare"))
		doctor_find(d, FF_BAD, "sudo adduser NAME fanfare, then log in again",
			    "Fanfare runs as a service, and this user is not of its group");
	else
		doctor_find(d, FF_GOOD, "", "Fanfare runs as a service");
	return true;
}

/* ---- sound devices and profiles --------------------------------------------------------- */

static void examine_cards(struct doctor *d)
{
	char line[160], path[300];
	uint32_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/proc/asound/cards", d->root);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		char id[32], *name = strstr(line, "]: ");
		int card;

		if (sscanf(line, " %d [%31[^] ]", &card, id) != 2 || !name)
			continue;
		name[strcspn(name, "\n")] = '\0';
		snprintf(path, sizeof(path), "%s/dev/snd/controlC%d", d->root, card);
		if (access(path, R_OK | W_OK) < 0)
			doctor_find(d, FF_BAD, "sudo adduser NAME audio, then log in again",
				    "sound card %s (%s): not for this user", id, name + 3);
		else
			doctor_find(d, FF_GOOD, "", "sound card %s: %s", id, name + 3);
		n++;
	}
	if (f)
		fclose(f);
	if (n == 0)
		doctor_find(d, FF_DOUBTFUL,
			    "for a record player or an Echo's cable, plug in a USB sound card",
			    "there is no sound card: only streams and files can be a source");
}

static void examine_profiles(struct doctor *d)
{
	SCOPED(freep) struct shelf_entry *all = calloc(FF_PROFILES, sizeof(*all));
	size_t n = all ? shelf_list(all, FF_PROFILES) : 0;

	for (size_t i = 0; i < n && i < FF_PROFILES; i++) {
		SCOPED(profile_freep) struct profile *p = NULL;
		struct complaint why = { "" };
		int r = profile_load(all[i].path, &p, &why);

		why.text[strcspn(why.text, "\n")] = '\0';
		if (r < 0)
			doctor_find(d, FF_BAD, "fanfare profile check tells all of it",
				    "profile %s: %s", all[i].name,
				    *why.text ? why.text : strerror(-r));
		else if (*why.text)
			doctor_find(d, FF_DOUBTFUL, "fanfare profile check tells all of it",
				    "profile %s: %s", all[i].name, why.text);
		else
			doctor_find(d, FF_GOOD, "", "profile %s is good", all[i].name);
	}
}

void doctor_examine(struct doctor *d)
{
	doctor_radio(d);
	examine_bluetoothd(d);
	examine_rivals(d);
	if (!examine_service(d))
		examine_realtime(d);
	examine_cards(d);
	examine_profiles(d);
}
