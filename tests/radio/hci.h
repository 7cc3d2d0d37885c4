/* SPDX-License-Identifier: MIT */
/*
 * hci - the wire between a host and its controller: numbers and bytes.
 *
 * Little-endian throughout. Pure: builds and reads, keeps nothing. The numbers
 * are those of the Core Specification, volume 4 part E and volume 1 part F.
 */
#ifndef RADIO_HCI_H
#define RADIO_HCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HCI_COMMAND 0x01 /* first byte of a packet on the wire */
#define HCI_ACL	    0x02
#define HCI_SCO	    0x03
#define HCI_EVENT   0x04
#define HCI_VENDOR  0xff /* between us and /dev/vhci only */

#define HCI_ACL_SIZE	1021 /* bytes of data an ACL packet may carry */
#define HCI_ACL_BUFFERS 8    /* packets a controller takes without giving credit */
#define HCI_PACKET_MAX	(5 + HCI_ACL_SIZE + 7)

#define HCI_NAME_SIZE 248
#define HCI_EIR_SIZE  240
#define HCI_KEY_SIZE  16

/* Packet boundary flags of ACL data, bits 12 and 13 of the handle word. */
#define HCI_PB_FIRST_HARD 0 /* first piece, never flushed; host to controller only */
#define HCI_PB_MORE	  1 /* goes on where the last one ended */
#define HCI_PB_FIRST	  2 /* first piece */

#define HCI_OP(ogf, ocf) ((uint16_t)((ogf) << 10 | (ocf)))

enum hci_opcode {
	OP_INQUIRY = HCI_OP(1, 0x01),
	OP_INQUIRY_CANCEL = HCI_OP(1, 0x02),
	OP_CREATE_CONNECTION = HCI_OP(1, 0x05),
	OP_DISCONNECT = HCI_OP(1, 0x06),
	OP_CREATE_CONNECTION_CANCEL = HCI_OP(1, 0x08),
	OP_ACCEPT_CONNECTION = HCI_OP(1, 0x09),
	OP_REJECT_CONNECTION = HCI_OP(1, 0x0a),
	OP_LINK_KEY_REPLY = HCI_OP(1, 0x0b),
	OP_LINK_KEY_NEGATIVE = HCI_OP(1, 0x0c),
	OP_CHANGE_PACKET_TYPE = HCI_OP(1, 0x0f),
	OP_AUTHENTICATE = HCI_OP(1, 0x11),
	OP_SET_ENCRYPTION = HCI_OP(1, 0x13),
	OP_REMOTE_NAME = HCI_OP(1, 0x19),
	OP_REMOTE_NAME_CANCEL = HCI_OP(1, 0x1a),
	OP_REMOTE_FEATURES = HCI_OP(1, 0x1b),
	OP_REMOTE_EXT_FEATURES = HCI_OP(1, 0x1c),
	OP_REMOTE_VERSION = HCI_OP(1, 0x1d),
	OP_CLOCK_OFFSET = HCI_OP(1, 0x1f),
	OP_IO_CAPABILITY_REPLY = HCI_OP(1, 0x2b),
	OP_CONFIRM_REPLY = HCI_OP(1, 0x2c),
	OP_CONFIRM_NEGATIVE = HCI_OP(1, 0x2d),
	OP_PASSKEY_REPLY = HCI_OP(1, 0x2e),
	OP_PASSKEY_NEGATIVE = HCI_OP(1, 0x2f),
	OP_IO_CAPABILITY_NEGATIVE = HCI_OP(1, 0x34),

	OP_SNIFF = HCI_OP(2, 0x03),
	OP_EXIT_SNIFF = HCI_OP(2, 0x04),
	OP_QOS_SETUP = HCI_OP(2, 0x07),
	OP_ROLE_DISCOVERY = HCI_OP(2, 0x09),
	OP_SWITCH_ROLE = HCI_OP(2, 0x0b),
	OP_READ_LINK_POLICY = HCI_OP(2, 0x0c),
	OP_WRITE_LINK_POLICY = HCI_OP(2, 0x0d),
	OP_READ_DEFAULT_POLICY = HCI_OP(2, 0x0e),
	OP_WRITE_DEFAULT_POLICY = HCI_OP(2, 0x0f),
	OP_SNIFF_SUBRATING = HCI_OP(2, 0x11),

	OP_SET_EVENT_MASK = HCI_OP(3, 0x01),
	OP_RESET = HCI_OP(3, 0x03),
	OP_SET_EVENT_FILTER = HCI_OP(3, 0x05),
	OP_FLUSH = HCI_OP(3, 0x08),
	OP_READ_STORED_KEY = HCI_OP(3, 0x0d),
	OP_DELETE_STORED_KEY = HCI_OP(3, 0x12),
	OP_WRITE_NAME = HCI_OP(3, 0x13),
	OP_READ_NAME = HCI_OP(3, 0x14),
	OP_READ_ACCEPT_TIMEOUT = HCI_OP(3, 0x15),
	OP_WRITE_ACCEPT_TIMEOUT = HCI_OP(3, 0x16),
	OP_READ_PAGE_TIMEOUT = HCI_OP(3, 0x17),
	OP_WRITE_PAGE_TIMEOUT = HCI_OP(3, 0x18),
	OP_READ_SCAN_ENABLE = HCI_OP(3, 0x19),
	OP_WRITE_SCAN_ENABLE = HCI_OP(3, 0x1a),
	OP_READ_PAGE_SCAN = HCI_OP(3, 0x1b),
	OP_WRITE_PAGE_SCAN = HCI_OP(3, 0x1c),
	OP_READ_INQUIRY_SCAN = HCI_OP(3, 0x1d),
	OP_WRITE_INQUIRY_SCAN = HCI_OP(3, 0x1e),
	OP_READ_AUTH_ENABLE = HCI_OP(3, 0x1f),
	OP_WRITE_AUTH_ENABLE = HCI_OP(3, 0x20),
	OP_READ_CLASS = HCI_OP(3, 0x23),
	OP_WRITE_CLASS = HCI_OP(3, 0x24),
	OP_READ_VOICE = HCI_OP(3, 0x25),
	OP_WRITE_VOICE = HCI_OP(3, 0x26),
	OP_READ_FLUSH_TIMEOUT = HCI_OP(3, 0x27),
	OP_WRITE_FLUSH_TIMEOUT = HCI_OP(3, 0x28),
	OP_READ_TX_POWER = HCI_OP(3, 0x2d),
	OP_HOST_BUFFER_SIZE = HCI_OP(3, 0x33),
	OP_READ_SUPERVISION = HCI_OP(3, 0x36),
	OP_WRITE_SUPERVISION = HCI_OP(3, 0x37),
	OP_READ_IAC_COUNT = HCI_OP(3, 0x38),
	OP_READ_IAC = HCI_OP(3, 0x39),
	OP_WRITE_IAC = HCI_OP(3, 0x3a),
	OP_SET_AFH_CLASSES = HCI_OP(3, 0x3f),
	OP_READ_INQUIRY_SCAN_TYPE = HCI_OP(3, 0x42),
	OP_WRITE_INQUIRY_SCAN_TYPE = HCI_OP(3, 0x43),
	OP_READ_INQUIRY_MODE = HCI_OP(3, 0x44),
	OP_WRITE_INQUIRY_MODE = HCI_OP(3, 0x45),
	OP_READ_PAGE_SCAN_TYPE = HCI_OP(3, 0x46),
	OP_WRITE_PAGE_SCAN_TYPE = HCI_OP(3, 0x47),
	OP_READ_AFH_ASSESSMENT = HCI_OP(3, 0x48),
	OP_WRITE_AFH_ASSESSMENT = HCI_OP(3, 0x49),
	OP_READ_EIR = HCI_OP(3, 0x51),
	OP_WRITE_EIR = HCI_OP(3, 0x52),
	OP_REFRESH_KEY = HCI_OP(3, 0x53),
	OP_READ_SSP_MODE = HCI_OP(3, 0x55),
	OP_WRITE_SSP_MODE = HCI_OP(3, 0x56),
	OP_READ_INQUIRY_POWER = HCI_OP(3, 0x58),

	OP_READ_VERSION = HCI_OP(4, 0x01),
	OP_READ_COMMANDS = HCI_OP(4, 0x02),
	OP_READ_FEATURES = HCI_OP(4, 0x03),
	OP_READ_EXT_FEATURES = HCI_OP(4, 0x04),
	OP_READ_BUFFER_SIZE = HCI_OP(4, 0x05),
	OP_READ_ADDRESS = HCI_OP(4, 0x09),

	OP_READ_LINK_QUALITY = HCI_OP(5, 0x03),
	OP_READ_RSSI = HCI_OP(5, 0x05),
	OP_READ_AFH_MAP = HCI_OP(5, 0x06),
	OP_READ_CLOCK = HCI_OP(5, 0x07),
	OP_READ_KEY_SIZE = HCI_OP(5, 0x08),
};

enum hci_event_code {
	EV_INQUIRY_COMPLETE = 0x01,
	EV_INQUIRY_RESULT = 0x02,
	EV_CONNECTION_COMPLETE = 0x03,
	EV_CONNECTION_REQUEST = 0x04,
	EV_DISCONNECTED = 0x05,
	EV_AUTH_COMPLETE = 0x06,
	EV_REMOTE_NAME = 0x07,
	EV_ENCRYPTION_CHANGE = 0x08,
	EV_REMOTE_FEATURES = 0x0b,
	EV_REMOTE_VERSION = 0x0c,
	EV_QOS_COMPLETE = 0x0d,
	EV_COMMAND_COMPLETE = 0x0e,
	EV_COMMAND_STATUS = 0x0f,
	EV_FLUSH_OCCURRED = 0x11,
	EV_ROLE_CHANGE = 0x12,
	EV_COMPLETED_PACKETS = 0x13,
	EV_MODE_CHANGE = 0x14,
	EV_RETURN_LINK_KEYS = 0x15,
	EV_LINK_KEY_REQUEST = 0x17,
	EV_LINK_KEY_NOTIFICATION = 0x18,
	EV_CLOCK_OFFSET = 0x1c,
	EV_PACKET_TYPE_CHANGED = 0x1d,
	EV_INQUIRY_RESULT_RSSI = 0x22,
	EV_REMOTE_EXT_FEATURES = 0x23,
	EV_SNIFF_SUBRATING = 0x2e,
	EV_EXT_INQUIRY_RESULT = 0x2f,
	EV_KEY_REFRESHED = 0x30,
	EV_IO_CAPABILITY_REQUEST = 0x31,
	EV_IO_CAPABILITY_RESPONSE = 0x32,
	EV_CONFIRM_REQUEST = 0x33,
	EV_PASSKEY_REQUEST = 0x34,
	EV_PAIRING_COMPLETE = 0x36,
	EV_SUPERVISION_CHANGED = 0x38,
	EV_PASSKEY_NOTIFICATION = 0x3b,
};

enum hci_error {
	HCI_OK = 0x00,
	HCI_UNKNOWN_COMMAND = 0x01,
	HCI_UNKNOWN_CONNECTION = 0x02,
	HCI_PAGE_TIMEOUT = 0x04,
	HCI_AUTH_FAILURE = 0x05,
	HCI_KEY_MISSING = 0x06,
	HCI_CONNECTION_TIMEOUT = 0x08,
	HCI_CONNECTION_LIMIT = 0x09,
	HCI_ALREADY_CONNECTED = 0x0b,
	HCI_DISALLOWED = 0x0c,
	HCI_LIMITED_RESOURCES = 0x0d,
	HCI_ACCEPT_TIMEOUT = 0x10,
	HCI_UNSUPPORTED = 0x11,
	HCI_INVALID = 0x12,
	HCI_REMOTE_ENDED = 0x13,
	HCI_LOCAL_ENDED = 0x16,
	HCI_PAIRING_NOT_ALLOWED = 0x18,
	HCI_LMP_TIMEOUT = 0x22,
	HCI_COLLISION = 0x23,
};

/* A public device address, in the order of the wire: b[5] is printed first. */
struct bdaddr {
	uint8_t b[6];
};

#define BDADDR_TEXT 18 /* "00:11:22:33:44:55" and its end */

/* [any] Equal? */
bool bdaddr_same(struct bdaddr a, struct bdaddr b);

/* [any] Read "00:11:22:33:44:55", nothing after it. -EINVAL leaves *ret alone. */
int bdaddr_parse(const char *text, struct bdaddr *ret);

/* [any] Write the address into text, BDADDR_TEXT bytes; returns text. */
char *bdaddr_print(struct bdaddr a, char *text);

/* [any] Read little-endian from p. */
uint16_t hci_get16(const uint8_t *p);
uint32_t hci_get24(const uint8_t *p);
uint32_t hci_get32(const uint8_t *p);
struct bdaddr hci_get_addr(const uint8_t *p);

/* [any] Write little-endian to p. */
void hci_set16(uint8_t *p, uint16_t v);

/* A packet being built, with the type byte in front. A value. */
struct hci_packet {
	uint8_t data[HCI_PACKET_MAX];
	size_t len; /* bytes so far */
};

/* [any] Begin an event; its length byte follows every put. */
void hci_event(struct hci_packet *p, enum hci_event_code code);

/* [any] Append to an event; the caller keeps it below 255 bytes of parameters. */
void hci_put8(struct hci_packet *p, uint8_t v);
void hci_put16(struct hci_packet *p, uint16_t v);
void hci_put24(struct hci_packet *p, uint32_t v);
void hci_put32(struct hci_packet *p, uint32_t v);
void hci_put_addr(struct hci_packet *p, struct bdaddr a);
void hci_put(struct hci_packet *p, const void *bytes, size_t n);
void hci_put_zero(struct hci_packet *p, size_t n);

/* [any] A whole ACL packet: handle 0..0xeff, boundary HCI_PB_*, n at most HCI_ACL_SIZE. */
void hci_acl(struct hci_packet *p, uint16_t handle, unsigned boundary, const void *bytes,
	     size_t n);

/* What stands in a packet that a host sent. Points into that packet. */
struct hci_view {
	uint8_t type;	     /* HCI_COMMAND or HCI_ACL */
	uint16_t opcode;     /* of a command */
	uint16_t handle;     /* of ACL data, 0..0xfff */
	uint8_t boundary;    /* of ACL data, HCI_PB_* */
	uint8_t broadcast;   /* of ACL data, 0..3 */
	const uint8_t *data; /* parameters or data */
	size_t len;	     /* bytes of it */
};

/* [any] Take a host's packet apart: -EBADMSG when its lengths disagree, -EPROTONOSUPPORT
 * for another type; *ret is untouched then. */
int hci_parse(const uint8_t *packet, size_t n, struct hci_view *ret);

#endif
