/* SPDX-License-Identifier: MIT */
/* doctor_radio - the part of doctor.h about adapters, rfkill and Wi-Fi. */
#include "core/base/scope.h"
#include "core/control/doctor.h"

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define HCI_ALL		 0xffff /* no adapter of its own */
#define CHANNEL_CONTROL	 3
#define MGMT_READ_INFO	 0x0004
#define MGMT_COMPLETE	 0x0001
#define MGMT_HEAD	 6  /* event, index, length: 16 bits each */
#define MGMT_ANSWER_HEAD 3  /* opcode, status */
#define INFO_LEN	 17 /* up to the current settings */
#define SETTING_POWERED	 0x01
#define BLUETOOTH_2_1	 4 /* of HCI: the first with pairing without a PIN */
#define PATIENCE_MS	 1000
#define ADAPTERS	 32 /* that are looked at: hci0 to hci31 */

struct hci_address {
	sa_family_t family;
	uint16_t device, channel;
};

const char *doctor_version(uint8_t hci)
{
	static const char *const names[] = { "1.0b", "1.1", "1.2", "2.0", "2.1",
					     "3.0",  "4.0", "4.1", "4.2", "5.0",
					     "5.1",  "5.2", "5.3", "5.4", "6.0" };

	return hci < ARRAY_SIZE(names) ? names[hci] : "newer than 6.0";
}

static uint16_t le16(const uint8_t *b)
{
	return (uint16_t)(b[0] | b[1] << 8);
}

int doctor_parse(const uint8_t *event, size_t len, struct doctor_adapter *ret)
{
	const uint8_t *answer = event + MGMT_HEAD, *info = answer + MGMT_ANSWER_HEAD;

	if (len < MGMT_HEAD + MGMT_ANSWER_HEAD || le16(event) != MGMT_COMPLETE ||
	    le16(answer) != MGMT_READ_INFO)
		return -EBADMSG;
	if (answer[2] != 0)
		return -EIO;
	if (len < MGMT_HEAD + MGMT_ANSWER_HEAD + INFO_LEN)
		return -EBADMSG;
	*ret = (struct doctor_adapter){ .version = info[6],
					.powered = info[13] & SETTING_POWERED };
	snprintf(ret->address, sizeof(ret->address), "%02X:%02X:%02X:%02X:%02X:%02X", info[5],
		 info[4], info[3], info[2], info[1], info[0]);
	return 0;
}

/* Ask the kernel, which answers anybody that question. */
static int read_info(uint16_t index, struct doctor_adapter *ret)
{
	SCOPED(closep)
	int fd = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 1 /* HCI */);
	struct hci_address control = { AF_BLUETOOTH, HCI_ALL, CHANNEL_CONTROL };
	const uint8_t ask[MGMT_HEAD] = { MGMT_READ_INFO, 0, (uint8_t)index,
					 (uint8_t)(index >> 8) };
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint8_t event[512];

	if (fd < 0 || bind(fd, (const struct sockaddr *)&control, sizeof(control)) < 0 ||
	    write(fd, ask, sizeof(ask)) < 0)
		return -errno;
	while (poll(&p, 1, PATIENCE_MS) > 0) {
		ssize_t n = read(fd, event, sizeof(event));
		int r;

		if (n < 0)
			return -errno;
		r = doctor_parse(event, (size_t)n, ret);
		if (r != -EBADMSG) /* else an event about something else */
			return r;
	}
	return -ETIMEDOUT;
}

/* ---- adapters --------------------------------------------------------------------------- */

/* The on-board one of a Raspberry Pi hangs on a UART, which is narrow. */
static bool on_uart(const struct doctor *d, const char *hci)
{
	char path[300], to[300];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/sys/class/bluetooth/%s/device", d->root, hci);
	n = readlink(path, to, sizeof(to) - 1);
	if (n <= 0)
		return false;
	to[n] = '\0';
	return strstr(to, "serial") || strstr(to, "tty");
}

void doctor_adapter(struct doctor *d, const char *hci, const struct doctor_adapter *a)
{
	if (a->version < BLUETOOTH_2_1)
		doctor_find(d, FF_DOUBTFUL,
			    "an adapter with Bluetooth 2.1 or later pairs "
			    "without a PIN and holds more speakers",
			    "%s (%s): Bluetooth %s", hci, a->address,
			    doctor_version(a->version));
	else if (!a->powered)
		doctor_find(d, FF_DOUBTFUL, "bluetoothctl power on; or see rfkill here",
			    "%s (%s): Bluetooth %s, switched off", hci, a->address,
			    doctor_version(a->version));
	else
		doctor_find(d, FF_GOOD, "", "%s (%s): Bluetooth %s, on", hci, a->address,
			    doctor_version(a->version));
}

static void examine_adapter(struct doctor *d, const char *hci)
{
	struct doctor_adapter a;
	unsigned index = 0;
	int r = *d->root ? -ENOSYS : 0;

	sscanf(hci, "hci%u", &index);
	if (r == 0)
		r = read_info((uint16_t)index, &a);
	if (r < 0)
		doctor_find(d, FF_GOOD, "", "%s: a Bluetooth adapter", hci);
	else
		doctor_adapter(d, hci, &a);
	if (on_uart(d, hci))
		doctor_find(d, FF_DOUBTFUL,
			    "a USB adapter carries more; name it as adapter in the profile",
			    "%s hangs on a serial line, which carries two good streams", hci);
}

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static DIR *open_folder(const struct doctor *d, const char *path)
{
	char whole[300];

	snprintf(whole, sizeof(whole), "%s%s", d->root, path);
	return opendir(whole);
}

static uint32_t examine_adapters(struct doctor *d)
{
	SCOPED(closedirp) DIR *dir = open_folder(d, "/sys/class/bluetooth");
	bool there[ADAPTERS] = { false };
	struct dirent *e;
	uint32_t n = 0;

	while (dir && (e = readdir(dir))) {
		unsigned i;
		char more;

		/* "hci0:11" is a connection of hci0 */
		if (sscanf(e->d_name, "hci%2u%c", &i, &more) == 1 && i < ADAPTERS)
			there[i] = true;
	}
	for (unsigned i = 0; i < ADAPTERS; i++) {
		char hci[16];

		if (!there[i])
			continue;
		snprintf(hci, sizeof(hci), "hci%u", i);
		examine_adapter(d, hci);
		n++;
	}
	if (n == 0)
		doctor_find(d, FF_BAD,
			    "plug in a USB adapter; on a Raspberry Pi, remove disable-bt from "
			    "config.txt",
			    "there is no Bluetooth adapter");
	return n;
}

/* ---- what disturbs them ----------------------------------------------------------------- */

static void examine_rfkill(struct doctor *d)
{
	SCOPED(closedirp) DIR *dir = open_folder(d, "/sys/class/rfkill");
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		char type[32], name[64] = "", soft[8] = "", hard[8] = "";

		if (!doctor_line(d, type, sizeof(type), "/sys/class/rfkill/%s/type",
				 e->d_name) ||
		    strcmp(type, "bluetooth") != 0)
			continue;
		doctor_line(d, name, sizeof(name), "/sys/class/rfkill/%s/name", e->d_name);
		doctor_line(d, soft, sizeof(soft), "/sys/class/rfkill/%s/soft", e->d_name);
		doctor_line(d, hard, sizeof(hard), "/sys/class/rfkill/%s/hard", e->d_name);
		if (*hard == '1')
			doctor_find(d, FF_BAD, "there is a switch or a key for it",
				    "%s is switched off by hand (rfkill)", name);
		else if (*soft == '1')
			doctor_find(d, FF_BAD, "rfkill unblock bluetooth",
				    "%s is blocked (rfkill)", name);
		else
			doctor_find(d, FF_GOOD, "", "%s is not blocked (rfkill)", name);
	}
}

/* Bluetooth on a UART and Wi-Fi of the same maker on SDIO are one chip, with one antenna. */
static void examine_wifi(struct doctor *d)
{
	SCOPED(closedirp) DIR *dir = open_folder(d, "/sys/class/net");
	struct dirent *e;
	bool serial = on_uart(d, "hci0");

	while (dir && (e = readdir(dir))) {
		char path[300], driver[300], state[16] = "";
		ssize_t n;

		snprintf(path, sizeof(path), "%s/sys/class/net/%.200s/device/driver", d->root,
			 e->d_name);
		n = readlink(path, driver, sizeof(driver) - 1);
		if (n <= 0)
			continue;
		driver[n] = '\0';
		if (!strstr(driver, "brcmfmac") || !serial)
			continue;
		doctor_line(d, state, sizeof(state), "/sys/class/net/%s/operstate", e->d_name);
		if (strcmp(state, "up") == 0)
			doctor_find(d, FF_DOUBTFUL,
				    "use a cable, Wi-Fi at 5 GHz, or a USB Bluetooth adapter",
				    "%s is Wi-Fi on the same chip as hci0: at 2.4 GHz it takes "
				    "half of the air",
				    e->d_name);
		else
			doctor_find(d, FF_GOOD, "",
				    "%s is Wi-Fi on the same chip as hci0, and not in use",
				    e->d_name);
	}
}

void doctor_radio(struct doctor *d)
{
	if (examine_adapters(d) > 0)
		examine_wifi(d);
	examine_rfkill(d);
}
